"""What is measured of a network, and what was measured.

Which probes there are follows from the topology and from what a working network does; nothing is
known of any lab.
"""

from collections.abc import Hashable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.labs.labfile import Endpoint
from ioscli.labs.topology import Topology
from ioscli.model.ifname import InterfaceName
from ioscli.router.router import Router
from ioscli.router.tunnel import TunnelInterface

SMALL = 100
"""Bytes of a packet that fits everywhere."""
_MOST_REACHES = 72
"""Pairs of addresses that are asked for; enough for everybody in a lab of nine."""


class Reach(NamedTuple):
    """A ping; its value: whether it is answered, three times in a row."""

    node: str
    source: IPv4Address
    to: IPv4Address
    size: int = SMALL
    """Bytes of the whole datagram."""
    df: bool = False
    at_host: bool = False
    """Whether the node is a Linux host."""


class Sealed(NamedTuple):
    """A ping on a link; its value: whether nobody can read it there."""

    link: tuple[Endpoint, Endpoint]
    reach: Reach


class Opened(NamedTuple):
    """A TCP connection from a Linux host; its value: whether a transfer over it is finished."""

    node: str
    source: IPv4Address
    to: IPv4Address
    port: int
    mss: int | None = None
    """What the SYN that arrives may offer at most; with it nothing needs to be transferred."""


class Line(NamedTuple):
    """An interface; its value: whether its line protocol is up."""

    node: str
    interface: InterfaceName


class Adjacent(NamedTuple):
    """A neighbor of a routing protocol; its value: the state, or None."""

    node: str
    protocol: str
    """`ospf`, `eigrp`, `bgp`."""
    interface: str
    """Empty for BGP."""
    peer: str
    """The node that it is, or its address."""
    address: IPv4Address


class Routed(NamedTuple):
    """A route that a protocol found; its value: kind and next hops, or None."""

    node: str
    prefix: IPv4Network


class Secured(NamedTuple):
    """SAs between two networks; their value: transform, mode and PFS, or None."""

    node: str
    peer: IPv4Address
    local: IPv4Network
    remote: IPv4Network


class Quiet(NamedTuple):
    """A router; its value: whether nothing of it comes and goes while nobody touches it."""

    node: str


Probe = Reach | Sealed | Opened | Line | Adjacent | Routed | Secured | Quiet
Values = Mapping[Probe, Hashable]


class Route(NamedTuple):
    """The value of a Routed."""

    code: str
    """`O IA`."""
    next_hops: frozenset[str]


def reaches(topology: Topology) -> list[Reach]:
    """Pings between all places that somebody may want to reach, and along all tunnels."""
    places = [(node, it) for node in topology.nodes for it in _places(topology, node)]
    if len({node for node, _ in places}) < 2:
        places = [(node, it) for node in topology.nodes for it in _addresses(topology, node)]
    # First places of nodes come first, so that with many of them everybody is asked for.
    rank = {
        place: sum(node == place[0] for node, _ in places[:i]) for i, place in enumerate(places)
    }
    found = [
        (rank[source] + rank[to], _reach(topology, source[0], source[1], to[1]))
        for source in places
        for to in places
        if source[0] != to[0]
    ]
    found.sort(key=lambda it: it[0])
    return [reach for _, reach in found[:_MOST_REACHES]] + list(_along_tunnels(topology))


def _reach(topology: Topology, node: str, source: IPv4Address, to: IPv4Address) -> Reach:
    return Reach(node, source, to, at_host=node in topology.hosts)


def _along_tunnels(topology: Topology) -> Iterator[Reach]:
    ends = [
        (node, interface.config.address)
        for node, router in topology.routers.items()
        for interface in router.interfaces.values()
        if isinstance(interface, TunnelInterface) and interface.config.address is not None
    ]
    for node, address in ends:
        for other, far in ends:
            if node != other and address.network == far.network:
                yield Reach(node, address.ip, far.ip)


def connections(topology: Topology) -> Iterator[Opened]:
    """From every Linux host to every port at which another one listens."""
    for node in topology.hosts:
        for source in _addresses(topology, node):
            for other, server in topology.hosts.items():
                if other == node:
                    continue
                for to in _addresses(topology, other):
                    for port in server.stack.tcp.machine.listening:
                        yield Opened(node, source, to, port)


def _places(topology: Topology, node: str) -> Iterator[IPv4Address]:
    """Where traffic begins and ends: hosts, loopbacks, LANs with nobody else of the lab."""
    router = topology.routers.get(node)
    if router is None:
        yield from _addresses(topology, node)
        return
    own = list(router.interfaces.values())
    outside = _tunnel_sources(router)
    cables = [it for it in own if not it.name.virtual and it.config.address is not None]
    for interface in own:
        address = interface.config.address
        if address is None or interface.vrf or isinstance(interface, TunnelInterface):
            continue
        if interface.name.kind == "Loopback":
            if interface.name not in outside or len(own) == 1:
                yield address.ip
        elif _alone(topology, node, interface.name) or (
            len(cables) == 1 and not router.routing.processes and not outside
        ):
            yield address.ip


def _tunnel_sources(router: Router) -> set[InterfaceName | None]:
    return {
        it.source_interface for it in router.interfaces.values() if isinstance(it, TunnelInterface)
    }


def _alone(topology: Topology, node: str, name: InterfaceName) -> bool:
    """Whether an interface has a cable, and no node that pings by itself is behind it."""
    port = name._replace(subinterface=None)
    ends = [link.ends for link in topology.lab.links if Endpoint(node, port) in link.ends]
    far = [end.node for pair in ends for end in pair if end.node != node]
    return not far or all(it in topology.switches for it in far)


def _addresses(topology: Topology, node: str) -> Iterator[IPv4Address]:
    """All that a node has."""
    router = topology.routers.get(node)
    if router is None:
        for device in topology.hosts[node].devices:
            if device.name != "lo":
                yield from (it.interface.ip for it in device.addresses)
        return
    for interface in router.interfaces.values():
        if interface.config.address is not None and not interface.vrf:
            yield interface.config.address.ip
