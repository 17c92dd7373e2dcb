"""Route-maps in BGP: what they see of a path, and what their `set` lines make of it."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.bgp import PathAttributes, SegmentType
from ioscli.codec.bgp.numbers import Origin
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.model.route_map import (
    DeleteCommunities,
    PrependAsPath,
    RouteFacts,
    Set,
    SetCommunity,
    SetLocalPreference,
    SetMetric,
    SetNextHop,
    SetOrigin,
    SetWeight,
    apply,
)
from ioscli.protocols.bgp.paths import as_path_text, first_as, prepended
from ioscli.protocols.bgp.policy import Ends, Passed

_ORIGINS = {"igp": Origin.IGP, "egp": Origin.EGP, "incomplete": Origin.INCOMPLETE}


def through(
    policy: PolicyConfig,
    name: str,
    prefix: IPv4Network,
    attributes: PathAttributes,
    source: IPv4Address | None,
    ends: Ends,
) -> Passed | None:
    """What a route-map makes of a path; None: denied."""
    sets = apply(policy, name, facts(prefix, attributes, source))
    return None if sets is None else changed(policy, attributes, sets, ends)


def facts(
    prefix: IPv4Network, attributes: PathAttributes, source: IPv4Address | None
) -> RouteFacts:
    """What a route-map sees of a path."""
    return RouteFacts(
        prefix,
        attributes.next_hop,
        source,
        metric=attributes.med or 0,
        tag=first_as(attributes.as_path),
        route_type="local" if source is None else "external",
        as_path=as_path_text(attributes.as_path),
        communities=frozenset(attributes.communities),
        local_preference=attributes.local_preference,
    )


def changed(
    policy: PolicyConfig, attributes: PathAttributes, sets: Iterable[Set], ends: Ends
) -> Passed:
    """A path after the `set` lines of a route-map."""
    passed = Passed(attributes)
    for line in sets:
        passed = _set(policy, passed, line, ends)
    return passed


def _set(policy: PolicyConfig, passed: Passed, line: Set, ends: Ends) -> Passed:
    known = passed.attributes
    match line:
        case SetMetric(value, relative):
            med = max(0, (known.med or 0) + value) if relative else value
            return passed._replace(attributes=known._replace(med=med), med_set=True)
        case SetLocalPreference(value):
            return passed._replace(attributes=known._replace(local_preference=value))
        case SetWeight(value):
            return passed._replace(weight=value)
        case SetOrigin(origin) if origin in _ORIGINS:
            return passed._replace(attributes=known._replace(origin=_ORIGINS[origin]))
        case SetCommunity(communities, additive):
            chosen = communities | frozenset(known.communities) if additive else communities
            return passed._replace(attributes=known._replace(communities=tuple(sorted(chosen))))
        case DeleteCommunities(name):
            return passed._replace(attributes=_without(policy, known, name))
        case PrependAsPath(path, last_as):
            numbers = path or (first_as(known.as_path),) * last_as
            if not numbers or not numbers[0]:
                return passed
            longer = prepended(known.as_path, numbers, SegmentType.AS_SEQUENCE)
            return passed._replace(attributes=known._replace(as_path=longer))
        case SetNextHop(addresses, word, default) if not default:
            return _set_next_hop(passed, addresses, word, ends)
        case _:
            return passed  # of other protocols, or of policy routing


def _set_next_hop(
    passed: Passed, addresses: tuple[IPv4Address, ...], word: str, ends: Ends
) -> Passed:
    if word == "unchanged":
        return passed._replace(next_hop_set=True)
    chosen = addresses[0] if addresses else None
    if word == "peer-address":
        chosen = ends.peer
    elif word == "self":
        chosen = ends.own
    if chosen is None:
        return passed
    return passed._replace(
        attributes=passed.attributes._replace(next_hop=chosen), next_hop_set=True
    )


def _without(policy: PolicyConfig, attributes: PathAttributes, name: str) -> PathAttributes:
    """`set comm-list NAME delete`: each community that the list permits by itself goes."""
    known = policy.community_lists.get(name)
    if known is None:
        return attributes
    kept = tuple(it for it in attributes.communities if not known.permits((it,)))
    return attributes._replace(communities=kept)


def permits_some(policy: PolicyConfig, name: str, routes: list[Route]) -> bool:
    """Whether a route-map lets some route of the table through (`default-originate route-map`)."""
    return any(apply(policy, name, _table_facts(route)) is not None for route in routes)


def _table_facts(route: Route) -> RouteFacts:
    path = route.paths[0] if route.paths else Path(None, None)
    return RouteFacts(
        route.prefix,
        path.next_hop,
        path.advertiser,
        path.interface,
        route.metric,
        route.tag,
        protocol=f"{route.source.name.lower()} {route.process}".rstrip(),
        route_type="internal" if route.source is not RouteSource.BGP else route.kind,
    )
