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
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import Rib, Route, RouteSource

_KINDS = {
    "": "internal",
    "IA": "internal",
    "E1": "external 1",
    "E2": "external 2",
    "N1": "nssa-external 1",
    "N2": "nssa-external 2",
}


class Sets(NamedTuple):
    """What a route-map changes on a route that it lets through; None: nothing."""

    metric: int | None = None
    vector: tuple[int, int, int, int, int] | None = None
    metric_type: int | None = None
    tag: int | None = None


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


def _offered(rib: Rib, line: Redistribution, covered: Covered) -> Iterator[Route]:
    """The table's routes of a source, with the connected networks under a protocol."""
    own = frozenset(covered(line.source, line.process))
    for route in rib.routes():
        if route.source is line.source:
            if route.process == line.process and _matches(route, line.match):
                yield route
        elif route.source is RouteSource.CONNECTED and route.paths[0].interface in own:
            yield route


def _matches(route: Route, match: tuple[str, ...]) -> bool:
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
    )
