"""Why a router does not have a neighbor: what lies between them, and what they disagree upon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.exercises.checks.causes.bgp import bgp_causes
from ioscli.exercises.checks.causes.eigrp import eigrp_causes
from ioscli.exercises.checks.causes.eigrp import machines as eigrp_machines
from ioscli.exercises.checks.causes.facing import (
    MOST_FINDINGS,
    Pair,
    Side,
    cables,
    of_interface,
    of_link,
    pairs,
)
from ioscli.exercises.checks.causes.ospf import machines as ospf_machines
from ioscli.exercises.checks.causes.ospf import ospf_causes
from ioscli.exercises.checks.neighbors import SHOWS
from ioscli.exercises.checks.parties import Party
from ioscli.labs.explain.ends import carries
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.model.ifname import InterfaceName


def adjacency_causes(
    trial: Trial, node: str, protocol: str, peer: Party, name: InterfaceName | None = None
) -> Iterator[Finding]:
    """Why a router does not have a neighbor, what fails first in life first.

    name: where it should have it; None: anywhere.
    """
    topology = trial.topology
    if protocol == "bgp":
        yield from bgp_causes(topology, node, peer)
        return
    router = topology.routers[node]
    if name is not None and name not in router.interfaces:
        yield from of_interface(trial, Side(node, router, name))
        return
    other = peer.name(topology)
    if other is None:
        words = f"no node of the lab has {peer}"
        yield Finding(words, (f"{node}: {SHOWS[protocol]}",), Rank.ENDS)
        return
    found = [pair for pair in pairs(topology, node, other, name) if not _is_trunk(pair)]
    if not found:
        yield from _strangers(trial, node, other, name)
    for pair in _likeliest(found, protocol):
        yield from _of_pair(trial, protocol, pair)


def _is_trunk(pair: Pair) -> bool:
    """Whether both ports are only there for their sub-interfaces."""
    for side in pair:
        config = side.config
        subinterfaces = (it for it in side.router.config.interfaces if it.parent == side.name != it)
        if config is None or config.address is not None or not any(subinterfaces):
            return False
    return True


def _strangers(
    trial: Trial, node: str, other: str, name: InterfaceName | None
) -> Iterator[Finding]:
    """Why no interface of a router faces another router."""
    router = trial.topology.routers[node]
    show = (f"{node}: show ip interface brief",)
    if name is not None:
        side = Side(node, router, name)
        known = list(of_interface(trial, side)) or trial.explained(node, name)[:MOST_FINDINGS]
        yield from known
        words = f"{name} of {node} does not lead to {other}"
    else:
        words = f"no interface of {node} leads to {other}"
    for port, its in cables(trial.topology, node, other):
        if name is None or name.parent == port:
            words = (
                f"no interfaces on {port} of {node} and {its} of {other}, which are joined, are in "
                "the same VLAN"
            )
    yield Finding(words, show, Rank.INTERFACE)


def _likeliest(found: list[Pair], protocol: str) -> list[Pair]:
    """Of several networks between two routers those on which both run a protocol, or one does."""
    machines = ospf_machines if protocol == "ospf" else eigrp_machines
    running = [
        sum(any(side.name in it.interfaces for it in machines(side.router)) for side in pair)
        for pair in found
    ]
    most = max(running, default=0)
    return [pair for pair, count in zip(found, running, strict=True) if count == most]


def _of_pair(trial: Trial, protocol: str, pair: Pair) -> Iterator[Finding]:
    of_protocol = ospf_causes if protocol == "ospf" else eigrp_causes
    found = [*of_link(trial, pair), *of_protocol(pair)]
    yield from found
    if not found:
        # Both are right by themselves: what is lost is lost on the tunnel's way.
        yield from _on_the_way(trial, pair)


def _on_the_way(trial: Trial, pair: Pair) -> Iterator[Finding]:
    """What is wrong with two tunnels, or with what their packets go through."""
    for side in pair:
        tunnel = side.interface
        if not isinstance(tunnel, TunnelInterface) or tunnel.settings.destination is None:
            continue
        asked = [(side.node, side.name)]
        way = tunnel.transport.way_out(int(tunnel.settings.destination))
        if way is not None and way[0].config.crypto_map is not None:
            asked.append((side.node, way[0].name))
        for node, name in (*asked, *_protecting(trial, tunnel)):
            found = trial.explained(node, name)[:MOST_FINDINGS]
            yield from found
            if found:
                return


def _protecting(trial: Trial, tunnel: TunnelInterface) -> Iterator[tuple[str, InterfaceName]]:
    """Where crypto maps, of whatever router, are for the packets of a tunnel."""
    for node, router in trial.topology.routers.items():
        engine = router.running_crypto
        for flow in () if engine is None else engine.flows.values():
            if carries(flow.policy, tunnel):
                yield node, flow.shown_under[0]
