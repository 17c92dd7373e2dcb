"""What a routing protocol asks of its router: the seam between the machines and `ioscli.router`.

Every machine of `ioscli.protocols` that makes routes answers its inputs (packets, timers,
configuration) with a list of these; the router carries them out in order.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import Route, RouteSource

if TYPE_CHECKING:
    from ioscli.model.route_map import Set

INTERNETWORK_CONTROL = 0xC0
"""IP precedence 6, which IOS's routing protocols send with."""


class SendPacket(NamedTuple):
    """Send an IPv4 packet of a routing protocol."""

    interface: InterfaceName | None
    """Out of which interface; None: routed by its destination (virtual links, BGP's TCP)."""
    source: IPv4Address
    destination: IPv4Address
    protocol: int
    payload: bytes
    ttl: int = 1
    tos: int = INTERNETWORK_CONTROL


class SendDatagram(NamedTuple):
    """Send a UDP datagram of a routing protocol (RIP)."""

    interface: InterfaceName
    source: IPv4Address
    destination: IPv4Address
    port: int
    """Source and destination port."""
    payload: bytes
    ttl: int = 2
    tos: int = INTERNETWORK_CONTROL


class Install(NamedTuple):
    """Offer a route to the RIB, in place of what this process offered for the prefix before."""

    route: Route


class InstallMany(NamedTuple):
    """Offer routes to the RIB, one after the other: what as many `Install`s say, in less time."""

    routes: list[Route]


class Withdraw(NamedTuple):
    """Take this process's route to a prefix back."""

    prefix: IPv4Network


class Log(NamedTuple):
    """A system message: %FACILITY-SEVERITY-MNEMONIC: text."""

    facility: str
    severity: int
    mnemonic: str
    text: str


class Debug(NamedTuple):
    """A line of debugging output; made only while its topic is on."""

    topic: str
    text: str


class Transport(NamedTuple):
    """How TCP speaks with a neighbor (BGP)."""

    update_source: InterfaceName | None
    """Whose address is spoken from; None: that of the way to the neighbor."""
    ttl: int
    least_ttl: int = 0
    """Packets that arrive with less are lost (`ttl-security`, RFC 5082)."""
    key: bytes | None = None
    """Of the MD5 option (RFC 2385)."""


class Connect(NamedTuple):
    """Open a TCP connection to a peer's port of the protocol; the number names it from then on."""

    connection: int
    peer: IPv4Address
    transport: Transport


class Transmit(NamedTuple):
    """Send bytes over a connection."""

    connection: int
    data: bytes


class Disconnect(NamedTuple):
    """Close a connection once everything was sent; nothing is heard of it any more."""

    connection: int


RoutingEffect = (
    SendPacket
    | SendDatagram
    | Install
    | InstallMany
    | Withdraw
    | Log
    | Debug
    | Connect
    | Transmit
    | Disconnect
)


class Redistributed(NamedTuple):
    """A route of another source, as redistribution hands it to a protocol."""

    prefix: IPv4Network
    origin: RouteSource
    process: str
    """Of the origin: `1` of `ospf 1`; empty for connected and static routes."""
    metric: int | None
    """What `redistribute ... metric` or a route-map say; None: the protocol's default."""
    vector: tuple[int, int, int, int, int] | None = None
    """EIGRP's: bandwidth (kb/s), delay (tens of microseconds), reliability, load, MTU (bytes)."""
    tag: int = 0
    metric_type: int = 2
    """Of OSPF externals: 1 or 2."""
    next_hop: IPv4Address | None = None
    """Of the origin's route: what OSPF's forwarding address and EIGRP's next hop lean on."""
    interface: InterfaceName | None = None
    origin_metric: int = 0
    """Of the origin's route; BGP takes it over as MED."""
    sets: tuple[Set, ...] = ()
    """What a route-map sets beside metric and tag: BGP's attributes."""
