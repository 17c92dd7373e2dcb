"""Own routes (RFC 4271 section 9.4): what `network` and `redistribute` lines bring into BGP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import TypeAlias

from ioscli.codec.bgp import PathAttributes
from ioscli.codec.bgp.numbers import Origin
from ioscli.model.bgp import LOCAL_WEIGHT
from ioscli.model.effects import Redistributed
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.protocols.bgp.context import Context
from ioscli.protocols.bgp.paths import UNSPECIFIED
from ioscli.protocols.bgp.policy import Ends

Own: TypeAlias = tuple[IPv4Network, PathAttributes, int]
"""Prefix, attributes and weight."""
DEFAULT = IPv4Network("0.0.0.0/0")
_NO_ENDS = Ends(UNSPECIFIED, None)


def networks(context: Context) -> Iterator[Own]:
    """What `network` lines bring: each while the table has exactly its prefix."""
    for line in context.process.networks:
        entry = context.rib.entry(line.prefix)
        if entry is None or line.backdoor or entry.route.source is RouteSource.BGP:
            continue
        found = _own_attributes(entry.route, Origin.IGP, entry.route.metric)
        if line.route_map is None:
            yield line.prefix, found, LOCAL_WEIGHT
            continue
        from ioscli.protocols.bgp.route_maps import through

        passed = through(context.policy, line.route_map, line.prefix, found, None, _NO_ENDS)
        if passed is not None:
            weight = LOCAL_WEIGHT if passed.weight is None else passed.weight
            yield line.prefix, passed.attributes, weight


def redistributed(context: Context, routes: Mapping[IPv4Network, Redistributed]) -> Iterator[Own]:
    """What `redistribute` lines bring: RFC 4271 has them incomplete."""
    process = context.process
    for prefix, route in routes.items():
        if prefix == DEFAULT and not process.default_information:
            continue
        med = route.metric
        if med is None:
            med = route.origin_metric if process.default_metric is None else process.default_metric
            if route.origin is RouteSource.CONNECTED:
                med = 0
        found = PathAttributes(
            origin=Origin.INCOMPLETE,
            as_path=(),
            next_hop=route.next_hop or UNSPECIFIED,
            med=med,
        )
        if not route.sets:
            yield prefix, found, LOCAL_WEIGHT
            continue
        from ioscli.protocols.bgp.route_maps import changed

        passed = changed(context.policy, found, route.sets, _NO_ENDS)
        weight = LOCAL_WEIGHT if passed.weight is None else passed.weight
        yield prefix, passed.attributes, weight


def _own_attributes(route: Route, origin: Origin, med: int) -> PathAttributes:
    path = route.paths[0] if route.paths else Path(None, None)
    own = route.source is RouteSource.CONNECTED or path.next_hop is None
    next_hop = UNSPECIFIED if own else path.next_hop
    return PathAttributes(origin=origin, as_path=(), next_hop=next_hop, med=med)
