"""What sa and isakmp have in common: whom an SA is with, and why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.labs.explain.ends import find_peer
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.exercises.checks.parties import Party
    from ioscli.exercises.trial import Trial
    from ioscli.labs.topology import Topology
    from ioscli.model.crypto import IsakmpSaState
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.router import Router
    from ioscli.router.views import IpsecFlowView

_MOST_INTERFACES = 3
_MOST_FINDINGS = 4
"""Of an interface: what comes later follows from what comes first."""


def is_with(topology: Topology, peer: Party, address: IPv4Address) -> bool:
    """Whether an address is the peer's: its own, or one that static NAT gives it."""
    if peer.has(topology, address):
        return True
    found = find_peer(topology, address)
    return found is not None and peer.name(topology) == found.node


def shares_sas(topology: Topology, peer: Party, flow: IpsecFlowView) -> bool:
    """Whether a flow's SAs are the peer's too, whatever NAT makes of addresses."""
    router = topology.routers.get(peer.name(topology) or "")
    if router is None or not flow.outbound_spi:
        return False
    return any(
        sa.spi == flow.outbound_spi and other.local_address != flow.local_address
        for other in router.ipsec_views()
        for sa in other.inbound
    )


def same_isakmp_sa(topology: Topology, peer: Party, sa: IsakmpSaState) -> bool:
    """Whether the peer has the other half of an SA, whatever NAT makes of addresses."""
    router = topology.routers.get(peer.name(topology) or "")
    return router is not None and any(
        other.cookie == sa.cookie and other.initiator is not sa.initiator
        for other in router.isakmp_views()
    )


def why_unprotected(
    trial: Trial, node: str, peer: Party, name: InterfaceName | None
) -> Iterator[Finding]:
    """What keeps a router from having SAs with a peer, the cause first.

    name: the interface that is asked about; None: whichever has to do with the peer.
    """
    router = trial.topology.routers[node]
    show = f"{node}: show crypto map"
    if name is not None and name not in router.interfaces:
        words = f"{node} has no {name}"
        yield Finding(words, (f"{node}: show ip interface brief",), Rank.INTERFACE)
        return
    names = [name] if name is not None else list(_concerned(trial.topology, router, peer))
    if not names:
        maps = ", ".join(sorted(router.config.crypto_maps))
        words = f"{node} protects nothing: no tunnel has a profile, and no interface a crypto map"
        if maps:
            words = f"{node} protects nothing: no interface has its crypto map {maps}"
        yield Finding(words, (show, f"{node}: show crypto ipsec profile"), Rank.INTERFACE)
    told = False
    for interface in names[:_MOST_INTERFACES]:
        findings = trial.explained(node, interface)[:_MOST_FINDINGS]
        yield from findings
        told = told or bool(findings)
    if names and not told and trial.deadline is None:
        show = f"{node}: show crypto session"
        words = f"{node} has no tunnel or crypto map entry whose peer is {peer}"
        if _speaks_with(trial, router, peer):
            words = f"both ends are as they should be, and no traffic of {node} has asked for SAs"
        yield Finding(words, (show,), Rank.ENDS)


def _concerned(topology: Topology, router: Router, peer: Party) -> Iterator[InterfaceName]:
    """The interfaces of flows with the peer; else those that protect anything."""
    flows = router.ipsec_views()
    found = [flow.interface for flow in flows if is_with(topology, peer, flow.peer)]
    protecting = [
        it.name
        for it in router.interfaces.values()
        if it.config.crypto_map is not None
        or (isinstance(it, TunnelInterface) and it.settings.protection_profile is not None)
    ]
    tunnels = [it.name for it in router.interfaces.values() if isinstance(it, TunnelInterface)]
    yield from dict.fromkeys(found or protecting or tunnels)


def _speaks_with(trial: Trial, router: Router, peer: Party) -> bool:
    return any(is_with(trial.topology, peer, flow.peer) for flow in router.ipsec_views())


def why_kept(topology: Topology, node: str) -> Iterator[Finding]:
    """What a router does to notice that a peer of its SAs is gone (RFC 3706)."""
    isakmp = topology.routers[node].config.isakmp
    found = [isakmp.keepalive, *(it.keepalive for it in isakmp.profiles.values())]
    periodic = [it for it in found if it is not None and it.periodic]
    words = f"{node} asks no peer whether it is still there, and keeps SAs for their lifetime"
    if periodic:
        words = f"{node} asks its peers every {periodic[0].seconds} s whether they are still there"
    elif any(found):
        words = (
            f"{node} asks whether a peer is still there only when it has packets for it and hears "
            "nothing back"
        )
    shows = (f"{node}: show crypto isakmp sa detail", f"{node}: show crypto session detail")
    yield Finding(words, shows, Rank.PHASE_ONE)
