"""Have both ends of what is explained send: small packets, large ones, and from behind.

Without traffic a crypto map negotiates nothing, and without large packets nobody sees where they
vanish.
"""

from __future__ import annotations

from typing import NamedTuple

from ioscli.labs.explain import asking
from ioscli.labs.explain.asking import Asking
from ioscli.labs.explain.ends import End, FarTunnel, facing_tunnel, far_end, find_peer, flows_at
from ioscli.labs.topology import Topology
from ioscli.router.interfaces import Interface
from ioscli.router.ipsec.flow import ProtectedFlow
from ioscli.router.tunnel import TunnelInterface


class Provoked(NamedTuple):
    """What was sent, and whether it was answered."""

    owns: list[End]
    """The flows of the interface."""
    small: dict[ProtectedFlow, list[Asking]]
    """For each flow, from this end and from the other."""
    behind: list[tuple[FarTunnel, Asking]]
    """From networks behind one end of a tunnel, and the end that has to answer."""


def provoke(topology: Topology, node: str, interface: Interface) -> Provoked:
    """Send what the flows of an interface are for, and what goes through a tunnel."""
    router = topology.routers[node]
    _let_others_call(topology, node)
    owns = [End(node, router, flow) for flow in flows_at(router, interface)]
    ends = {own.flow: [own] for own in owns}
    for own in owns:
        far = far_end(topology, own)
        if far is not None:
            ends[own.flow].append(far)
    asking.run(topology, [it for pair in ends.values() for it in _peers(topology, pair)])
    small = {
        flow: [it for end in pair for it in asking.for_flow(topology, end)]
        for flow, pair in ends.items()
    }
    first = [it for asked in small.values() for it in asked]
    tunnels = _both_ends(topology, node, interface)
    if not owns:
        for end in tunnels:
            first += asking.through_tunnel(topology, end.node, end.router, end.tunnel)
    asking.run(topology, first)
    behind = []
    if first and all(it.answered for it in first):
        behind = [
            (far, it)
            for end, far in zip(tunnels, reversed(tunnels), strict=True)
            for it in asking.networks_behind(topology, end.node, end.router, end.tunnel)
        ]
    large = [it.enlarged() for it in first if it.answered]
    asking.run(topology, [*large, *(it for _, it in behind)])
    return Provoked(owns, small, behind)


def _let_others_call(topology: Topology, node: str) -> None:
    """A dynamic crypto map has nothing to show before somebody calls: those who would do so."""
    engine = topology.routers[node].running_crypto
    if engine is None or all(template.peers for template in engine.maps.templates()):
        return
    callers = []
    for name, router in topology.routers.items():
        theirs = None if name == node else router.running_crypto
        for flow in () if theirs is None else theirs.flows.values():
            peer = find_peer(topology, flow.policy.peer)
            if peer is not None and peer.node == node:
                callers.append(End(name, router, flow))
    asking.run(topology, _peers(topology, callers))
    asking.run(topology, [it for end in callers for it in asking.for_flow(topology, end)])


def _peers(topology: Topology, ends: list[End]) -> list[Asking]:
    return [it for end in ends for it in asking.the_peer(topology, end)]


def _both_ends(topology: Topology, node: str, interface: Interface) -> list[FarTunnel]:
    """A tunnel and the one that faces it; empty where it is no tunnel or nothing faces it."""
    if not isinstance(interface, TunnelInterface):
        return []
    facing = facing_tunnel(topology, interface)
    if facing is None:
        return []
    return [FarTunnel(node, topology.routers[node], interface), facing]
