"""Redistribution: the routes of the table that one process hands to another.

As IOS does it: only routes that are best in the table go over, and with a protocol's routes the
connected networks on which it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Network
from typing import NamedTuple

from ioscli.model.effects import Redistributed
from ioscli.model.ifname import InterfaceName
from ioscli.model.policy import PolicyConfig
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import INACCESSIBLE, Rib, Route, RouteSource
from ioscli.model.route_map import (
    RouteFacts,
    Set,
    SetMetric,
    SetMetricType,
    SetTag,
    SetVector,
    apply,
)

_KINDS = {
    "": "internal",
    "IA": "internal",
    "E1": "external 1",
    "E2": "external 2",
    "N1": "nssa-external 1",
    "N2": "nssa-external 2",
}
_ROUTE_TYPES = {
    "E1": "external type-1",
    "E2": "external type-2",
    "N1": "nssa-external type-1",
    "N2": "nssa-external type-2",
    "EX": "external",
    "external": "external",
}
_METRIC_TYPES = {"type-1": 1, "type-2": 2}


class Sets(NamedTuple):
    """What a route-map changes on a route that it lets through; None: nothing."""

    metric: int | None = None
    vector: tuple[int, int, int, int, int] | None = None
    metric_type: int | None = None
    tag: int | None = None
    others: tuple[Set, ...] = ()
    """What concerns BGP alone: communities, weight and so on."""


Policy = Callable[[str, Route], Sets | None]
"""A route-map by name, asked about a route; None: denied. Unknown names deny everything."""
Covered = Callable[[RouteSource, str], Iterable[InterfaceName]]
"""The interfaces that a process runs on."""


def select(
    rib: Rib,
    lines: Iterable[Redistribution],
    policy: Policy,
    covered: Covered,
    *,
    default_route: bool,
) -> dict[IPv4Network, Redistributed]:
    """What the `redistribute` lines of a process bring, by prefix.

    default_route: whether 0.0.0.0/0 may go along; OSPF and BGP ask for it separately.
    """
    chosen: dict[IPv4Network, Redistributed] = {}
    for line in lines:
        for route in _offered(rib, line, covered):
            if route.prefix.prefixlen == 0 and not default_route:
                continue
            sets = Sets() if line.route_map is None else policy(line.route_map, route)
            if sets is not None:
                chosen.setdefault(route.prefix, _handed_over(route, line, sets))
    return chosen


def facts(route: Route) -> RouteFacts:
    """What a route-map sees of a route of the table."""
    path = route.paths[0]
    return RouteFacts(
        route.prefix,
        path.next_hop,
        path.advertiser,
        path.interface,
        route.metric,
        route.tag,
        _ROUTE_TYPES.get(route.kind, "internal"),
        f"{route.source.name.lower()} {route.process}".rstrip(),
    )


def through_route_map(policy: PolicyConfig, name: str, route: Route) -> Sets | None:
    """What a route-map makes of a route of the table; None: denied."""
    applied = apply(policy, name, facts(route))
    return None if applied is None else collect_sets(applied, route.metric)


def collect_sets(applied: Iterable[Set], metric: int) -> Sets:
    """What the `set` lines of a route-map make of a route that had a metric."""
    sets = Sets()
    for line in applied:
        match line:
            case SetMetric(value, relative):
                sets = sets._replace(metric=max(0, metric + value) if relative else value)
            case SetVector(vector):
                sets = sets._replace(vector=vector)
            case SetMetricType(kind) if kind in _METRIC_TYPES:
                sets = sets._replace(metric_type=_METRIC_TYPES[kind])
            case SetTag(tag):
                sets = sets._replace(tag=tag)
            case _:
                sets = sets._replace(others=(*sets.others, line))
    return sets


def _offered(rib: Rib, line: Redistribution, covered: Covered) -> Iterator[Route]:
    """The table's routes of a source, with the connected networks under a protocol."""
    own = frozenset(covered(line.source, line.process))
    for route in rib.routes():
        if route.metric == INACCESSIBLE:
            continue
        if route.source is line.source:
            if route.process == line.process and _matches(route, line.match):
                yield route
        elif route.source is RouteSource.CONNECTED and route.paths[0].interface in own:
            yield route


def _matches(route: Route, match: tuple[str, ...]) -> bool:
    if route.source is RouteSource.BGP:
        return route.kind != "internal"  # what IGPs carry must not depend on what they carried
    if route.source is not RouteSource.OSPF:
        return True
    kind = _KINDS.get(route.kind, "internal")
    if not match:
        return not kind.startswith("nssa")
    return kind in match or kind.rsplit(" ", 1)[0] in match


def _handed_over(route: Route, line: Redistribution, sets: Sets) -> Redistributed:
    path = route.paths[0]
    return Redistributed(
        route.prefix,
        route.source,
        route.process,
        line.metric if sets.metric is None else sets.metric,
        line.vector if sets.vector is None else sets.vector,
        tag=sets.tag if sets.tag is not None else line.tag or route.tag,
        metric_type=line.metric_type if sets.metric_type is None else sets.metric_type,
        next_hop=path.next_hop,
        interface=path.interface,
        origin_metric=route.metric,
        sets=sets.others,
    )
