"""Why a router has no route to a prefix, or another one than it should."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks.causes.adjacency import adjacency_causes
from ioscli.exercises.checks.causes.bgp import processes
from ioscli.exercises.checks.causes.borders import borders_of, parts_of
from ioscli.exercises.checks.causes.eigrp import machines as eigrp_machines
from ioscli.exercises.checks.causes.facing import Side, faced_by, of_interface, pairs
from ioscli.exercises.checks.causes.ospf import machines as ospf_machines
from ioscli.exercises.checks.causes.ospf import ospf_causes
from ioscli.exercises.checks.causes.preferred import why_another_way
from ioscli.exercises.checks.neighbors import WORKING, neighbors
from ioscli.exercises.checks.parties import Party, called
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.topology import Topology
    from ioscli.model.config import StaticRoute
    from ioscli.model.ifname import InterfaceName
    from ioscli.model.rib import Entry, Route
    from ioscli.router.router import Router

_PROTOCOLS = {RouteSource.OSPF: "ospf", RouteSource.EIGRP: "eigrp", RouteSource.BGP: "bgp"}
_MOST_FINDINGS = 4
"""Of one neighbor that is missing."""


def why_no_way(trial: Trial, node: str, to: IPv4Address) -> Iterator[Finding]:
    """Why a router has no route to an address that others have one to."""
    known = [
        route.prefix
        for name, router in trial.topology.routers.items()
        for route in router.route_views()
        if name != node and to in route.prefix and route.prefix.prefixlen and route.code != "L"
    ]
    if known:
        prefix = max(known, key=lambda prefix: prefix.prefixlen)
        missing = Missing(node, prefix, None)
        yield from list(route_causes(trial, missing, None))[:_MOST_FINDINGS]


class Missing(NamedTuple):
    """A route that should be there."""

    node: str
    prefix: IPv4Network
    source: RouteSource | None
    """None: from anywhere."""
    vrf: str = ""
    next_hops: tuple[str, ...] = ()
    """Nodes that it should lead to."""
    nowhere: tuple[str, ...] = ()
    """Addresses that it should lead to, and nobody has."""

    @property
    def show(self) -> str:
        """The command that does not show it."""
        asked = f"{self.prefix.network_address} {self.prefix.netmask}"
        return f"{self.node}: show ip route {f'vrf {self.vrf} ' if self.vrf else ''}{asked}"


def route_causes(trial: Trial, missing: Missing, entry: Entry | None) -> Iterator[Finding]:
    """What is in the way of a route; entry: what the table has for the prefix instead."""
    router = trial.topology.routers[missing.node]
    if missing.vrf not in router.vrfs:
        show = f"{missing.node}: show ip vrf"
        yield Finding(f"{missing.node} has no VRF {missing.vrf}", (show,), Rank.ROUTE)
        return
    if not router.config.ip_routing:
        words = f"{missing.node} does not route: `no ip routing`"
        yield Finding(words, (f"{missing.node}: show ip protocols",), Rank.ROUTE)
    source = missing.source
    if entry is not None:
        yield from _beaten(missing, entry)
        if source in (None, entry.route.source) and entry.route.source not in _PROTOCOLS:
            return
    if source in (None, RouteSource.STATIC):
        yield from _static(trial, missing, router)
    if source in (None, RouteSource.CONNECTED):
        yield from _connected(trial, missing, router)
    protocols = [_PROTOCOLS[source]] if source in _PROTOCOLS else []
    if source is None and entry is not None and entry.route.source in _PROTOCOLS:
        protocols = [_PROTOCOLS[entry.route.source]]
    elif source is None and entry is None:
        protocols = [it for its, it in _PROTOCOLS.items() if router.routing.of_source(its)]
    for protocol in protocols:
        if entry is not None and _PROTOCOLS.get(entry.route.source) == protocol:
            yield from why_another_way(
                trial.topology, missing.node, protocol, entry.route, missing.next_hops
            )
        yield from _learned(trial, missing, protocol)


def _beaten(missing: Missing, entry: Entry) -> Iterator[Finding]:
    """A source with a lower distance has won."""
    best = entry.route
    for other in entry.others:
        if other.source is missing.source and best.source is not other.source:
            words = (
                f"the {_named(best)} with distance {best.distance} comes before the "
                f"{_named(other)} with distance {other.distance}"
            )
            yield Finding(words, (missing.show,), Rank.ROUTE)


def _named(route: Route) -> str:
    plain = (RouteSource.CONNECTED, RouteSource.STATIC, RouteSource.LOCAL)
    name = route.source.name
    return f"{name.lower() if route.source in plain else name} route"


# --- connected and static ------------------------------------------------------------------------


def _connected(trial: Trial, missing: Missing, router: Router) -> Iterator[Finding]:
    """Interfaces in the prefix that are down."""
    for name in _interfaces_in(router, missing.prefix):
        yield from of_interface(trial, Side(missing.node, router, name))


def _interfaces_in(router: Router, prefix: IPv4Network) -> Iterator[InterfaceName]:
    for config in router.config.interfaces.values():
        own = [config.address] if config.address is not None else []
        if prefix in (it.network for it in (*own, *config.secondary_addresses)):
            yield config.name


def _static(trial: Trial, missing: Missing, router: Router) -> Iterator[Finding]:
    """Lines about the prefix that are not usable."""
    lines = [
        it
        for it in router.config.static_routes
        if it.prefix == missing.prefix and it.vrf == missing.vrf
    ]
    for line in lines:
        yield from _unusable(trial, missing.node, router, line)
    if not lines and missing.source is RouteSource.STATIC:
        words = f"{missing.node} has no static route configured to {missing.prefix}"
        show = f"{missing.node}: show running-config | include ip route"
        yield Finding(words, (show,), Rank.ROUTE)


def _unusable(trial: Trial, node: str, router: Router, line: StaticRoute) -> Iterator[Finding]:
    route = f"the static route of {node} to {line.prefix}"
    if line.track is not None and not router.tracked_up(line.track):
        words = f"{route} waits for track {line.track}, which is down"
        yield Finding(words, (f"{node}: show track {line.track}",), Rank.ROUTE)
    if line.interface is not None:
        interface = router.interfaces.get(line.interface)
        if interface is None or not interface.protocol_up:
            words = f"{route} leads out of {line.interface}, which is down"
            yield Finding(words, (f"{node}: show ip interface brief",), Rank.ROUTE)
            yield from of_interface(trial, Side(node, router, line.interface))
    elif line.next_hop is not None:
        table = router.vrfs.get(line.vrf)
        if table is not None and table.rib.lookup(int(line.next_hop)) is None:
            words = (
                f"{route} leads to {called(trial.topology, line.next_hop)}, which {node} has no "
                "route to"
            )
            yield Finding(words, (f"{node}: show ip route {line.next_hop}",), Rank.ROUTE)
        elif table is not None and table.rib.entry(line.prefix) is None:
            words = f"{route} leads to {line.next_hop}, which is reached by that very route"
            yield Finding(words, (f"{node}: show ip route {line.next_hop}",), Rank.ROUTE)


# --- routing protocols ---------------------------------------------------------------------------


def _learned(trial: Trial, missing: Missing, protocol: str) -> Iterator[Finding]:
    """Who should have told of it, and did not."""
    topology, node = trial.topology, missing.node
    yield from _of_neighbors(trial, missing, protocol)
    knowing = [
        name for name in topology.routers if _knows(topology.routers[name], missing, protocol)
    ]
    yield from _of_origin(trial, missing, protocol, announced=bool(knowing))
    if protocol == "bgp":
        yield from _of_bgp_paths(topology, missing)
    if protocol == "ospf":
        yield from _of_ospf_links(topology, node)
    told = [name for name in knowing if name != node]
    if told and node not in knowing:
        words = _known(topology, missing, protocol, told)
        yield Finding(words, _shows(missing, told), Rank.SYMPTOM)


def _known(topology: Topology, missing: Missing, protocol: str, names: list[str]) -> str:
    """Which routers have a prefix in a protocol: connected, and as a route that was learned."""
    attached = [
        name
        for name in names
        if (entry := topology.routers[name].rib.entry(missing.prefix)) is not None
        and entry.route.source is RouteSource.CONNECTED
    ]
    learned = [name for name in names if name not in attached]
    parts = []
    if attached:
        be, have = ("is", "has") if len(attached) == 1 else ("are", "have")
        parts.append(f"{_all(attached)} {be} connected to it and {have} it in {protocol.upper()}")
    if learned:
        know = "knows" if len(learned) == 1 else "know"
        parts.append(f"{_all(learned)} {know} it by {protocol.upper()}")
    return ", ".join(parts)


def _shows(missing: Missing, names: list[str]) -> tuple[str, ...]:
    asked = f"{missing.prefix.network_address} {missing.prefix.netmask}"
    return tuple(f"{name}: show ip route {asked}" for name in names)


def _of_neighbors(trial: Trial, missing: Missing, protocol: str) -> Iterator[Finding]:
    """Neighbors that are not there: those that the route should lead to, else all that face it."""
    topology, node = trial.topology, missing.node
    router = topology.routers[node]
    working = [it for it in neighbors(router, protocol) if it.state.lower() == WORKING[protocol]]
    for address in missing.nowhere:
        words = f"no node of the lab has {address}, which it should lead to"
        yield Finding(words, (missing.show,), Rank.ENDS)
    if missing.next_hops:
        wanted = missing.next_hops
    elif not working:
        faced = (it for name in router.interfaces for it, _ in faced_by(topology, node, name))
        everybody = list(dict.fromkeys(faced))
        source = next(it for it, name in _PROTOCOLS.items() if name == protocol)
        wanted = tuple(it for it in everybody if topology.routers[it].routing.of_source(source))
        if not wanted:
            words = f"no router that is next to {node} runs {protocol.upper()}"
            yield Finding(words, (f"{node}: show ip interface brief",), Rank.ENDS)
    else:
        return
    for name in wanted:
        party = Party(name)
        if name == node or any(party.has(topology, it.address) for it in working):
            continue
        words = f"{node} has no {protocol.upper()} neighbor {name} to tell it"
        found = list(adjacency_causes(trial, node, protocol, party))[:_MOST_FINDINGS]
        if found:
            yield Finding(words, found[0].shown_by, Rank.ENDS)
            yield from found


def _knows(router: Router, missing: Missing, protocol: str) -> bool:
    """Whether a router has the prefix in a protocol: learned, or of its own."""
    table = router.vrfs.get("")
    entry = None if table is None else table.rib.entry(missing.prefix)
    if entry is not None and any(
        _PROTOCOLS.get(it.source) == protocol for it in (entry.route, *entry.others)
    ):
        return True
    if protocol == "bgp":
        return any(missing.prefix in it.machine.table for it in processes(router))
    names = [
        name
        for name in _interfaces_in(router, missing.prefix)
        if (interface := router.interfaces.get(name)) is not None and interface.protocol_up
    ]
    found = ospf_machines(router) if protocol == "ospf" else eigrp_machines(router)
    return any(name in machine.interfaces for machine in found for name in names)


def _of_origin(
    trial: Trial, missing: Missing, protocol: str, *, announced: bool
) -> Iterator[Finding]:
    """The routers that have the network itself: whether they announce it."""
    if announced:
        return
    routers = trial.topology.routers
    borders = list(borders_of(trial.topology, missing.node, missing.prefix, protocol))
    yield from (it.untold for it in borders)
    having = [it for it in routers if it != missing.node and _has(routers[it], missing)]
    # Where hosts are played by routers, they are not the ones to announce it.
    source = next(it for it, name in _PROTOCOLS.items() if name == protocol)
    running = [it for it in having if routers[it].routing.of_source(source)]
    for name in () if running or borders else having:
        words = f"{name} has {missing.prefix} and does not announce it by {protocol.upper()}"
        yield Finding(words, (f"{name}: show ip protocols",), Rank.ROUTE)
    somebody = _has(routers[missing.node], missing) or bool(having)
    for name, router in routers.items():
        for interface in _interfaces_in(router, missing.prefix):
            somebody = True
            if not running and not borders:
                yield from of_interface(trial, Side(name, router, interface))
    if not somebody:
        yield from parts_of(trial.topology, missing.node, missing.prefix, protocol)
        words = f"no router has {missing.prefix}, as a network or as a route, to announce it"
        yield Finding(words, (missing.show,), Rank.ROUTE)


def _has(router: Router, missing: Missing) -> bool:
    """Whether a router has the prefix from elsewhere than a routing protocol."""
    entry = router.rib.entry(missing.prefix)
    return entry is not None and entry.route.source not in _PROTOCOLS


def _of_bgp_paths(topology: Topology, missing: Missing) -> Iterator[Finding]:
    """Paths that BGP knows and does not use."""
    node = missing.node
    for process in processes(topology.routers[node]):
        entry = process.machine.table.get(missing.prefix)
        if entry is None or process.vrf.name != missing.vrf:
            continue
        show = (f"{node}: show ip bgp {missing.prefix.network_address}",)
        for path in entry.paths:
            hop = path.attributes.next_hop
            if path.neighbor is None or hop is None:
                continue
            if process.vrf.rib.lookup(int(hop)) is None:
                words = (
                    f"BGP of {node} knows it from {called(topology, path.neighbor.address)}, with "
                    f"next hop {called(topology, hop)}, which {node} has no route to"
                )
                yield Finding(words, show, Rank.ROUTE)


def _of_ospf_links(topology: Topology, node: str) -> Iterator[Finding]:
    """Neighbors that are FULL and do not agree on what the network between them is."""
    for other in topology.routers:
        if other == node:
            continue
        for pair in pairs(topology, node, other):
            ends = [
                (ospf.interfaces.get(side.name), side)
                for side, _ in pair.both
                for ospf in ospf_machines(side.router)
            ]
            if len([it for it, _ in ends if it is not None and it.full_neighbors()]) > 1:
                yield from ospf_causes(pair)


def _all(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
