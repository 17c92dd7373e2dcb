"""How a route came to be the one in the table: who told of it, and what else is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.exercises.checks.causes.bgp import processes
from ioscli.exercises.checks.causes.borders import borders_of
from ioscli.exercises.checks.causes.preferred import bgp_reason
from ioscli.exercises.checks.parties import Party, called, node_with
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from ioscli.exercises.trial import Trial
    from ioscli.labs.topology import Topology
    from ioscli.model.rib import Route
    from ioscli.protocols.bgp.neighbor import Neighbor
    from ioscli.protocols.bgp.paths import BgpPath

_MOST_TELLERS = 4
"""Routers that a route is followed back through."""
COSTS = {
    RouteSource.OSPF: ("OSPF", "show ip ospf interface brief"),
    RouteSource.EIGRP: ("EIGRP", "show ip eigrp topology all-links"),
    RouteSource.RIP: ("RIP", "show ip rip database"),
}
"""Interior protocols: their names, and what shows by what costs they choose."""
PROTOCOLS = (RouteSource.BGP, *COSTS)
"""Those by which routers tell one another of routes."""
_ADVERTISED = "show ip bgp neighbors {} advertised-routes"


def how_it_came(trial: Trial, node: str, route: Route) -> Iterator[Finding]:
    """Who told a router of the route that it uses, and by which configuration it uses it."""
    topology = trial.topology
    if route.source is RouteSource.BGP:
        yield from bgp_choice(topology, node, route.prefix)
        yield from tellers(topology, node, route.prefix)
    elif route.source in COSTS:
        yield from _of_interior(topology, node, route)
    elif route.source is RouteSource.STATIC:
        words = f"{node} has a static route to {route.prefix} in its configuration"
        show = f"{node}: show running-config | include ip route"
        yield Finding(words, (show,), Rank.ROUTE)
    elif route.source is RouteSource.CONNECTED:
        words = f"an interface of {node} is in {route.prefix}"
        yield Finding(words, (f"{node}: show ip interface brief",), Rank.ROUTE)


# --- interior protocols --------------------------------------------------------------------------


def _of_interior(topology: Topology, node: str, route: Route) -> Iterator[Finding]:
    """The routers that a route leads through, up to the one that brought it in."""
    name, show = COSTS[route.source]
    for path in route.paths:
        way = "" if path.interface is None else f" on {path.interface}"
        told = [] if path.next_hop is None else [called(topology, path.next_hop)]
        words = f"{name} of {node} takes it from {' and '.join(told) or 'itself'}{way}"
        yield Finding(words, (f"{node}: {show}",), Rank.ROUTE)
    last = _bringing_in(topology, node, route)
    if last is not None and last != node:
        words = f"{last} brings {route.prefix} into {name}"
        shows = (f"{last}: show ip protocols", f"{last}: {show}")
        yield Finding(words, shows, Rank.ROUTE)
    for border in borders_of(topology, node, route.prefix, name.lower()):
        if border.node != last:
            yield border.unused


def _bringing_in(topology: Topology, node: str, route: Route) -> str | None:
    """Where the chain of next hops ends: the first router that has the route from elsewhere."""
    here, met = node, {node}
    while True:
        entry = topology.routers[here].rib.entry(route.prefix)
        if entry is None or entry.route.source is not route.source:
            return here
        hops = [it.next_hop for it in entry.route.paths if it.next_hop is not None]
        far = node_with(topology, hops[0]) if hops else None
        if far is None or far in met or far not in topology.routers:
            return far if far in topology.routers else here
        met.add(far)
        here = far


# --- BGP -----------------------------------------------------------------------------------------


def bgp_choice(topology: Topology, node: str, prefix: IPv4Network) -> Iterator[Finding]:
    """Which path BGP of a router uses, what speaks for it, and what incoming policy made of it."""
    for process in processes(topology.routers[node]):
        entry = process.machine.table.get(prefix)
        if entry is None or entry.best is None or entry.best.neighbor is None:
            continue
        best = entry.best
        show = f"{node}: show ip bgp {prefix.network_address}"
        words = f"BGP of {node} uses the path to {prefix} from {_from(topology, best)}"
        others = [it for it in entry.paths if it is not best and it.neighbor is not None]
        for other in others:
            said = bgp_reason(process, best, other)
            more = f"{words}, not the one from {_from(topology, other)}{said}"
            yield Finding(more, (show,), Rank.ROUTE)
        if not others:
            yield Finding(f"{words}, the only one it knows", (show,), Rank.ROUTE)
        for path in (best, *others):
            if path.neighbor is not None:
                yield _policy(topology, node, path.neighbor, inbound=True)


def _from(topology: Topology, path: BgpPath) -> str:
    return "itself" if path.neighbor is None else called(topology, path.neighbor.address)


def tellers(topology: Topology, node: str, prefix: IPv4Network) -> Iterator[Finding]:
    """Those that told a router of a prefix by BGP, back to where it came from."""
    here, met = node, {node}
    for _ in range(_MOST_TELLERS):
        neighbor = _best_neighbor(topology, here, prefix)
        far = None if neighbor is None else node_with(topology, neighbor.address)
        if neighbor is None or far is None or far not in topology.routers or far in met:
            return
        yield from _telling(topology, far, here, prefix)
        met.add(far)
        here = far


def _best_neighbor(topology: Topology, node: str, prefix: IPv4Network) -> Neighbor | None:
    for process in processes(topology.routers[node]):
        entry = process.machine.table.get(prefix)
        if entry is not None and entry.best is not None:
            return entry.best.neighbor
    return None


def _telling(topology: Topology, node: str, to: str, prefix: IPv4Network) -> Iterator[Finding]:
    """One router that tells another: with what, and what it lets out."""
    party = Party(to)
    for process in processes(topology.routers[node]):
        for neighbor in process.machine.neighbors.values():
            told = neighbor.adj_out.get(prefix)
            if told is None or not party.has(topology, neighbor.address):
                continue
            whom = called(topology, neighbor.address)
            words = f"{node} tells {whom} of {prefix}"
            words += ", with communities" if told.communities else ", without any community"
            show = f"{node}: {_ADVERTISED.format(neighbor.address)}"
            yield Finding(words, (show,), Rank.ROUTE)
            yield _policy(topology, node, neighbor, inbound=False)


def _policy(topology: Topology, node: str, neighbor: Neighbor, *, inbound: bool) -> Finding:
    """Which maps and lists stand between a router and a neighbor; those that do not exist, too."""
    settings, policy = neighbor.settings, topology.routers[node].config.policy
    named: list[tuple[str, object, bool, str]] = []
    route_map = settings.route_map_in if inbound else settings.route_map_out
    prefix_list = settings.prefix_list_in if inbound else settings.prefix_list_out
    filter_list = settings.filter_list_in if inbound else settings.filter_list_out
    access_list = settings.distribute_list_in if inbound else settings.distribute_list_out
    if route_map is not None:
        named.append(
            ("route-map", route_map, route_map in policy.route_maps, f"show route-map {route_map}")
        )
    if prefix_list is not None:
        known = prefix_list in policy.prefix_lists
        named.append(("prefix-list", prefix_list, known, f"show ip prefix-list {prefix_list}"))
    if access_list is not None:
        known = access_list in policy.access_lists
        named.append(("access list", access_list, known, f"show ip access-lists {access_list}"))
    if filter_list is not None:
        named.append(("filter-list", filter_list, True, "show ip as-path-access-list"))
    said = [
        f"{kind} {name}{'' if known else ', which does not exist'}"
        for kind, name, known, _ in named
    ]
    what = "comes from" if inbound else "goes to"
    words = f"on {node} nothing changes or filters what {what} {neighbor.address}"
    if said:
        words = f"on {node} what {what} {neighbor.address} passes {' and '.join(said)}"
    shows = (
        f"{node}: show ip bgp neighbors {neighbor.address}",
        *(f"{node}: {it}" for *_, it in named),
    )
    return Finding(words, shows, Rank.ROUTE)
