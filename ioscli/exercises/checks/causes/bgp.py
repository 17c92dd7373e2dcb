"""Why two routers have no BGP session: what RFC 4271 and the `neighbor` lines want of them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.exercises.checks.parties import Party, addresses_of, called, node_with
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.labs.topology import Topology
    from ioscli.protocols.bgp.neighbor import Neighbor
    from ioscli.router.bgp import BgpProcess
    from ioscli.router.router import Router


def processes(router: Router) -> list[BgpProcess]:
    """BGP of the global table, and of every VRF."""
    from ioscli.router.bgp import BgpProcess

    found = router.routing.of_source(RouteSource.BGP)
    return [process for process in found if isinstance(process, BgpProcess)]


def bgp_causes(topology: Topology, node: str, peer: Party) -> Iterator[Finding]:
    """What keeps a router from a session with a neighbor."""
    router = topology.routers[node]
    own = processes(router)
    if not own:
        yield Finding(f"{node} runs no BGP", (f"{node}: show ip protocols",), Rank.ENDS)
        return
    found = [
        (process, neighbor)
        for process in own
        for neighbor in process.machine.neighbors.values()
        if peer.has(topology, neighbor.address)
    ]
    if not found:
        yield _no_statement(topology, node, own, peer)
    for process, neighbor in found:
        if neighbor.session is None:
            yield from _of_session(topology, node, process, neighbor)


def _no_statement(topology: Topology, node: str, own: list[BgpProcess], peer: Party) -> Finding:
    show = (f"{node}: show ip bgp summary",)
    for process in own:
        for address in process.config.neighbors:
            if peer.has(topology, address) and address not in process.machine.neighbors:
                words = f"the neighbor {called(topology, address)} of {node} has no remote-as"
                return Finding(
                    words, (f"{node}: show running-config | section router bgp",), Rank.ENDS
                )
    others = [it for process in own for it in process.machine.neighbors]
    has = f", only for {_listed(topology, others)}" if others else ""
    return Finding(f"{node} has no neighbor statement for {peer}{has}", show, Rank.ENDS)


def _listed(topology: Topology, addresses: list[IPv4Address]) -> str:
    return ", ".join(called(topology, address) for address in sorted(addresses))


def _of_session(
    topology: Topology, node: str, process: BgpProcess, neighbor: Neighbor
) -> Iterator[Finding]:
    address = neighbor.address
    yield from _of_end(topology, node, process, neighbor)
    far = node_with(topology, address)
    if far is None:
        words = f"no node of the lab has {address}, which is a neighbor of {node}"
        yield Finding(words, (f"{node}: show ip bgp summary",), Rank.ENDS)
        return
    router = topology.routers.get(far)
    its = [] if router is None else processes(router)
    if not its:
        yield Finding(f"{far} runs no BGP", (f"{far}: show ip protocols",), Rank.ENDS)
        return
    source = _source(process, neighbor)
    if source is None:
        return
    for other in its:
        back = other.machine.neighbors.get(source)
        if back is not None:
            yield from _of_end(topology, far, other, back)
            yield from _compared((node, process, neighbor), (far, other, back))
            return
    yield _not_expected(topology, node, source, far, its)


def _source(process: BgpProcess, neighbor: Neighbor) -> IPv4Address | None:
    """The address that the router's own connections to a neighbor come from."""
    if neighbor.settings.update_source is not None:
        return process.source_of(neighbor.address)
    return process.vrf.forwarding.source_address(neighbor.address)


def _not_expected(
    topology: Topology, node: str, source: IPv4Address, far: str, its: list[BgpProcess]
) -> Finding:
    words = f"{node} speaks from {source}, for which {far} has no neighbor statement"
    if any(source in process.config.neighbors for process in its):
        words = f"{node} speaks from {source}, for which {far} has no remote-as"
    ours = set(addresses_of(topology, node))
    known = [it for process in its for it in process.machine.neighbors if it in ours]
    if known:
        words += f"; it has one for {_listed(topology, known)}"
    shows = (f"{far}: show ip bgp summary", f"{node}: show ip bgp summary")
    return Finding(words, shows, Rank.ENDS)


def _of_end(
    topology: Topology, node: str, process: BgpProcess, neighbor: Neighbor
) -> Iterator[Finding]:
    """What one end can tell by itself."""
    address, settings = neighbor.address, neighbor.settings
    show = (f"{node}: show ip bgp neighbors {address}",)
    name = called(topology, address)
    if settings.shutdown:
        yield Finding(f"the neighbor {name} of {node} is shut down", show, Rank.ENDS)
    if neighbor.awaiting_reset:
        words = f"the neighbor {name} of {node} told more prefixes than maximum-prefix allows"
        yield Finding(words, show, Rank.ENDS)
    if settings.update_source is not None and process.source_of(address) is None:
        words = (
            f"{node} is to speak with {name} from {settings.update_source}, which is down or has "
            "no address"
        )
        yield Finding(words, (f"{node}: show ip interface brief",), Rank.INTERFACE)
    if not process.machine.reachable(neighbor):
        yield Finding(
            _unreachable(node, name, process, neighbor),
            (f"{node}: show ip route {address}", *show),
            Rank.ROUTE,
        )


def _unreachable(node: str, name: str, process: BgpProcess, neighbor: Neighbor) -> str:
    route = process.vrf.rib.lookup(int(neighbor.address))
    if route is None:
        return f"{node} has no route to its neighbor {name}"
    if route.prefix.prefixlen == 0:
        return f"{node} has only a default route to its neighbor {name}, which BGP does not use"
    return (
        f"{node} is not connected to the network of its external neighbor {name}, as it has to be "
        "without ebgp-multihop"
    )


def _compared(
    ours: tuple[str, BgpProcess, Neighbor], theirs: tuple[str, BgpProcess, Neighbor]
) -> Iterator[Finding]:
    (node, process, neighbor), (far, other, back) = ours, theirs
    shows = (
        f"{node}: show ip bgp neighbors {neighbor.address}",
        f"{far}: show ip bgp neighbors {back.address}",
    )
    for (here, _, it), (there, its, faced) in ((ours, theirs), (theirs, ours)):
        actual = its.machine.local_as(faced)
        if it.settings.remote_as != actual:
            words = (
                f"{here} has remote-as {it.settings.remote_as} for {it.address}, but {there} is in "
                f"AS {actual}"
            )
            summaries = (f"{here}: show ip bgp summary", f"{there}: show ip bgp summary")
            yield Finding(words, summaries, Rank.ENDS)
    if neighbor.settings.password != back.settings.password:
        one_sided = None in (neighbor.settings.password, back.settings.password)
        words = (
            f"only one of {node} and {far} has a password for the other"
            if one_sided
            else f"the passwords of {node} and {far} for each other differ"
        )
        yield Finding(words, shows, Rank.ENDS)
    if process.machine.router_id == other.machine.router_id:
        words = f"{node} and {far} have the same BGP router ID {process.machine.router_id}"
        yield Finding(words, shows, Rank.ENDS)
