"""What the routing processes do with one route of the table, for `show ip route A.B.C.D`."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import Route, RouteSource
from ioscli.router.views import RouteNotes

if TYPE_CHECKING:
    from ioscli.router.router import Router
    from ioscli.router.routing_process import RoutingProcess

_ALWAYS_OWN = frozenset({RouteSource.RIP, RouteSource.EIGRP})
"""Protocols that IOS names as redistributing their own routes."""


def route_notes(router: Router, prefix: IPv4Network, table: str) -> RouteNotes:
    """The notes about the best route to a prefix."""
    entry = router.vrfs[table].rib.entry(prefix)
    if entry is None:
        return RouteNotes()
    route = entry.route
    processes = [it for it in router.routing.processes.values() if it.vrf.name == table]
    own = next(
        (it for it in processes if (it.source, it.name) == (route.source, route.process)), None
    )
    redistributing = [_label(own)] if own is not None and route.source in _ALWAYS_OWN else []
    advertised = []
    for process in processes:
        line = next(_lines_about(process, route), None)
        if line is None:
            continue
        redistributing.append(_label(process))
        if prefix in process.redistributed:
            advertised.append(" ".join((_label(process), *_how(process, line))))
    return RouteNotes(
        tuple(redistributing),
        tuple(advertised),
        None if own is None else own.forward_metric(route),
        tuple(() if own is None else tuple(own.path_details(route, it)) for it in route.paths),
        None if own is None else own.held_down(route),
    )


def _label(process: RoutingProcess) -> str:
    """`ospf 1`, `rip`."""
    name = process.source.name.lower()
    return name if process.source is RouteSource.RIP else f"{name} {process.name}"


def _lines_about(process: RoutingProcess, route: Route) -> Iterator[Redistribution]:
    for line in process.redistributions():
        if line.source is route.source and line.process == route.process:
            yield line


def _how(process: RoutingProcess, line: Redistribution) -> Iterator[str]:
    """The options of the `redistribute` line, as `Advertised by` repeats them."""
    if line.metric is not None:
        yield f"metric {line.metric}"
    if line.vector is not None:
        yield f"metric {' '.join(map(str, line.vector))}"
    if process.source is RouteSource.OSPF:
        if line.metric_type != 2:
            yield f"metric-type {line.metric_type}"
        if line.subnets:
            yield "subnets"
    if line.route_map is not None:
        yield f"route-map {line.route_map}"
