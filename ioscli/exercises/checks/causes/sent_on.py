"""By which routes, and out of which interfaces, routers send on what is for an address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.labs.explain.finding import Finding, Rank

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network

    from ioscli.labs.topology import Topology
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router


def ways_out(
    topology: Topology, nodes: Iterable[str], to: IPv4Address
) -> Iterator[tuple[str, Interface]]:
    """By which interface each router on a way sends on what is for an address."""
    for node in nodes:
        router = topology.routers.get(node)
        if router is None or to.packed in router.forwarding.own_addresses:
            continue
        way = router.forwarding.way_out(int(to))
        if way is not None:
            yield node, way[0]


def routes_on(
    topology: Topology, nodes: Iterable[str], to: IPv4Address, what: str = "them"
) -> Iterator[Finding]:
    """By which route each router of a way sends on what is for an address."""
    for node, interface in ways_out(topology, nodes, to):
        router = topology.routers[node]
        fitting = [it for it in router.route_views() if to in it.prefix]
        if not fitting:
            continue
        route = max(fitting, key=lambda route: route.prefix.prefixlen)
        words = (
            f"{node} sends {what} out of {interface.name} by {route.code} {route.prefix} "
            f"[{route.distance}/{route.metric}]"
        )
        yield Finding(words, (f"{node}: show ip route {to}",), Rank.ROUTE)
        if route.code.startswith("S"):
            yield from tracked(node, router, route.prefix)


def tracked(node: str, router: Router, prefix: IPv4Network) -> Iterator[Finding]:
    """What static routes to a prefix wait for, and whether they could tell that a way is gone."""
    lines = [it for it in router.config.static_routes if it.prefix == prefix and not it.vrf]
    for line in lines:
        way = f"the static route of {node} to {prefix} by {line.next_hop or line.interface}"
        if line.track is not None:
            state = "up" if router.tracked_up(line.track) else "down"
            words = f"{way} follows track {line.track}, which is {state}"
            shows = (f"{node}: show track {line.track}", f"{node}: show ip sla statistics")
            yield Finding(words, shows, Rank.ROUTE)
        elif len(lines) > 1:
            words = f"{way} follows no track: it stays as long as its next hop can be reached"
            show = f"{node}: show running-config | include ip route"
            yield Finding(words, (show,), Rank.ROUTE)
