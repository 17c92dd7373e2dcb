"""The two ends of a tunnel or a protected flow: this router's, and who in the lab is its peer."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.codec.ipv4 import IpProtocol
from ioscli.labs.topology import Topology
from ioscli.model.crypto import ChildPolicy
from ioscli.model.ifname import InterfaceName
from ioscli.router.interfaces import Interface
from ioscli.router.ipsec.flow import ProtectedFlow
from ioscli.router.router import Router
from ioscli.router.tunnel import TunnelInterface


class End(NamedTuple):
    """One router's side."""

    node: str
    router: Router
    flow: ProtectedFlow

    @property
    def policy(self) -> ChildPolicy:
        """What it wants agreed."""
        return self.flow.policy

    @property
    def up(self) -> bool:
        """Whether there are IPsec SAs."""
        return self.flow.flow.current is not None

    @property
    def under(self) -> InterfaceName:
        """The first interface that the flow is listed under."""
        return self.flow.shown_under[0]

    @property
    def suites_shown_by(self) -> str:
        """Where its ISAKMP policies are to be seen."""
        return f"{self.node}: show crypto isakmp policy"


class Peer(NamedTuple):
    """The router that an address leads to."""

    node: str
    router: Router
    address: IPv4Address
    """The router's own one: another than it was called by where NAT lies between."""
    translator: str | None = None
    """The node whose static NAT leads there."""


class FarTunnel(NamedTuple):
    """A tunnel interface of the peer."""

    node: str
    router: Router
    tunnel: TunnelInterface


def flows_at(router: Router, interface: Interface) -> list[ProtectedFlow]:
    """The protected flows that shows list under an interface.

    Under a tunnel also those that its own packets go through, of a crypto map on the way.
    """
    engine = router.running_crypto
    if engine is None:
        return []
    flows = list(engine.flows.values())
    listed = [flow for flow in flows if interface.name in flow.shown_under]
    if listed or not isinstance(interface, TunnelInterface):
        return listed
    return [flow for flow in flows if carries(flow.policy, interface)]


def carries(policy: ChildPolicy, tunnel: TunnelInterface) -> bool:
    """Whether a policy protects the packets that a tunnel sends."""
    source, destination = tunnel.source, tunnel.settings.destination
    if source is None or destination is None or tunnel.carrier_protocol is None:
        return False
    return (
        policy.local_selector.protocol in (0, tunnel.carrier_protocol)
        and source in policy.local_selector.network
        and destination in policy.remote_selector.network
    )


def tunnel_of(router: Router, flow: ProtectedFlow) -> TunnelInterface | None:
    """The tunnel whose packets a flow protects, where it is for just one tunnel."""
    tunnels = [it for it in router.interfaces.values() if isinstance(it, TunnelInterface)]
    for tunnel in tunnels:
        if tunnel.name in flow.shown_under:
            # A crypto map on a tunnel protects what the access list says, not the whole tunnel.
            return tunnel if flow.demands_at_once else None
    if flow.policy.local_selector.protocol not in (IpProtocol.GRE, IpProtocol.IPV4):
        return None
    return next((tunnel for tunnel in tunnels if carries(flow.policy, tunnel)), None)


def find_peer(topology: Topology, address: IPv4Address) -> Peer | None:
    """Who answers to an address, itself or behind a static NAT."""
    behind = translated_owner(topology, address)
    found = owner_of(topology, address if behind is None else behind[1])
    if found is None:
        return None
    if behind is None:
        return Peer(*found, address)
    return Peer(*found, behind[1], behind[0])


def facing_tunnel(topology: Topology, tunnel: TunnelInterface) -> FarTunnel | None:
    """The peer's tunnel that leads here, or that our packets would come to."""
    source, destination = tunnel.source, tunnel.settings.destination
    peer = None if destination is None else find_peer(topology, destination)
    if peer is None or source is None:
        return None
    tunnels = [it for it in peer.router.interfaces.values() if isinstance(it, TunnelInterface)]
    tunnels.sort(
        key=lambda it: (
            it is tunnel,
            it.settings.destination != source,
            it.source != peer.address,
            it.settings.mode is not tunnel.settings.mode,
        )
    )
    for other in tunnels[:1]:
        ours = other.settings.destination == source or other.source == peer.address
        if ours and other is not tunnel:
            return FarTunnel(peer.node, peer.router, other)
    return None


def owner_of(topology: Topology, address: IPv4Address) -> tuple[str, Router] | None:
    """The router that has an address, in whatever table."""
    for name, router in topology.routers.items():
        for table in router.vrfs.values():
            if address.packed in table.forwarding.own_addresses:
                return name, router
    return None


def translated_owner(topology: Topology, address: IPv4Address) -> tuple[str, IPv4Address] | None:
    """The router whose static NAT gives out an address, and the inside address behind it."""
    for name, router in topology.routers.items():
        nat = router.config.nat
        for mapping in nat.static if nat is not None else ():
            if mapping.global_address == address:
                return name, mapping.local
    return None


def far_end(topology: Topology, own: End, seen: IPv4Address | None = None) -> End | None:
    """The peer's flow that faces ours.

    Where SAs are up it is the one with the same SPIs, whatever NAT makes of addresses. Otherwise it
    speaks with our address, or the one that we are seen from, and best of our traffic mirrored.
    """
    for name, router in topology.routers.items():
        engine = router.running_crypto
        for flow in () if engine is None else engine.flows.values():
            if _share_sas(own.flow, flow):
                return End(name, router, flow)
    peer = find_peer(topology, own.policy.peer)
    engine = None if peer is None else peer.router.running_crypto
    if peer is None or engine is None:
        return None
    facing = [
        flow
        for flow in engine.flows.values()
        if flow.policy.peer in (own.policy.local, seen) and flow.policy.local == peer.address
    ]
    facing.sort(key=lambda flow: not mirrored(own.policy, flow.policy))
    return End(peer.node, peer.router, facing[0]) if facing else None


def _share_sas(one: ProtectedFlow, other: ProtectedFlow) -> bool:
    mine, theirs = one.flow.current, other.flow.current
    return (
        mine is not None
        and theirs is not None
        and mine.child.inbound_spi == theirs.child.outbound_spi
        and mine.child.outbound_spi == theirs.child.inbound_spi
    )


def mirrored(one: ChildPolicy, other: ChildPolicy) -> bool:
    """Whether two policies speak of the same traffic from opposite sides."""
    return (one.local_selector, one.remote_selector) == (
        other.remote_selector,
        other.local_selector,
    )


def addresses_within(topology: Topology, network: IPv4Network) -> Iterator[tuple[str, IPv4Address]]:
    """Nodes of the lab and their addresses in a network."""
    for name, router in topology.routers.items():
        for interface in router.interfaces.values():
            for address in interface.own_addresses():
                if interface.up and address in network:
                    yield name, address
    for name, host in topology.hosts.items():
        for device in host.devices:
            for assigned in device.addresses:
                found = assigned.interface.ip
                if found in network and not found.is_loopback:
                    yield name, found
