"""`aggregate-address` (RFC 4271 section 9.2.2.2): one route for the more specific ones."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network

from ioscli.codec.bgp import AsPathSegment, PathAttributes, SegmentType
from ioscli.codec.bgp.attributes import Aggregator
from ioscli.codec.bgp.numbers import Origin
from ioscli.model.bgp import BgpAggregate
from ioscli.model.route_map import apply
from ioscli.protocols.bgp.context import Context
from ioscli.protocols.bgp.paths import UNSPECIFIED, BgpPath, Table
from ioscli.protocols.bgp.policy import Ends
from ioscli.protocols.bgp.route_maps import changed, facts

_NO_ENDS = Ends(UNSPECIFIED, None)


def covers(aggregate: BgpAggregate, prefix: IPv4Network) -> bool:
    """Whether a prefix is more specific than an aggregate."""
    wide = aggregate.prefix
    return prefix.prefixlen > wide.prefixlen and prefix.network_address in wide


def attributes_of(context: Context, aggregate: BgpAggregate, table: Table) -> PathAttributes | None:
    """The aggregate's attributes; None: nothing more specific is in the table."""
    parts = [
        (prefix, entry.best)
        for prefix, entry in table.items()
        if entry.best is not None
        and entry.best.sourced != "aggregate"
        and covers(aggregate, prefix)
        and _lets_by(context, aggregate.advertise_map, prefix, entry.best)
    ]
    if not parts:
        return None
    paths = [path for _, path in parts]
    found = PathAttributes(
        origin=max((path.attributes.origin or Origin.IGP for path in paths), default=Origin.IGP),
        as_path=(),
        next_hop=UNSPECIFIED,
        aggregator=Aggregator(context.outer_as, context.router_id),
    )
    if aggregate.as_set:
        every = {number for path in paths for number in _numbers(path)}
        communities = {it for path in paths for it in path.attributes.communities}
        segments: tuple[AsPathSegment, ...] = (
            (AsPathSegment(SegmentType.AS_SET, tuple(sorted(every))),) if every else ()
        )
        alike = {path.attributes.as_path for path in paths}
        if len(alike) == 1:
            segments = paths[0].attributes.as_path or ()
        found = found._replace(as_path=segments, communities=tuple(sorted(communities)))
    else:
        found = found._replace(atomic_aggregate=True)
    if aggregate.attribute_map is not None:
        return _with_map(context, aggregate, found)
    return found


def suppresses(
    context: Context, aggregate: BgpAggregate, prefix: IPv4Network, path: BgpPath
) -> bool:
    """Whether a more specific route is held back."""
    if not covers(aggregate, prefix):
        return False
    if aggregate.suppress_map is not None:
        return _lets_by(context, aggregate.suppress_map, prefix, path)
    return aggregate.summary_only


def _numbers(path: BgpPath) -> Iterable[int]:
    for segment in path.attributes.as_path or ():
        yield from segment.numbers


def _lets_by(context: Context, name: str | None, prefix: IPv4Network, path: BgpPath) -> bool:
    if name is None:
        return True
    source = None if path.neighbor is None else path.neighbor.address
    return apply(context.policy, name, facts(prefix, path.attributes, source)) is not None


def _with_map(context: Context, aggregate: BgpAggregate, found: PathAttributes) -> PathAttributes:
    assert aggregate.attribute_map is not None
    seen = facts(aggregate.prefix, found, None)
    sets = apply(context.policy, aggregate.attribute_map, seen)
    if sets is None:
        return found
    return changed(context.policy, found, sets, _NO_ENDS).attributes
