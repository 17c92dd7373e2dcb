"""The IPv4 path: what comes in is delivered, forwarded, fragmented or refused (RFC 1812).

The forwarding table is CEF's: destination -> adjacency, filled from the RIB as destinations are
met and emptied whenever a route, an adjacency or an MTU changes.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Protocol

from ioscli.codec.arp import ArpOperation, ArpPacket
from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.codec.fragments import Reassembler, fragment
from ioscli.codec.ipv4 import (
    END_OF_OPTIONS,
    HEADER_LENGTH,
    NO_OPERATION,
    IpProtocol,
    forwarded,
    header_error,
    header_length,
    header_ok,
)
from ioscli.codec.ipv4_template import DONT_FRAGMENT, Ipv4Template
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import Rib
from ioscli.router.interfaces import (
    Adjacency,
    ClampingAdjacency,
    GuardedAdjacency,
    InterceptedAdjacency,
    Interface,
    NullInterface,
)
from ioscli.router.load_sharing import LoadSharing

_BROADCAST = b"\xff\xff\xff\xff"
_FRAGMENT_BITS = 0x3F
"""Of the first byte of flags and offset: More Fragments and the offset's upper bits."""
_WITHOUT_OPTIONS = 0x45
"""First byte of an IPv4 header of five words."""
_SHORTEST_OPTION = 2
_UNWRAPPED = frozenset({IpProtocol.GRE, IpProtocol.IPV4, IpProtocol.ESP, IpProtocol.AH})
"""Protocols whose packets are only unwrapped here, by no process (`show interfaces stats`)."""
_FIRST_GROUP = 224
_RECURSION_LIMIT = 8
"""Next hops of next hops; IOS gives up on deeper chains as on loops."""


class Target(Protocol):
    """What the forwarding table holds: an adjacency, a tunnel, or a way to refuse."""

    mtu: int

    def send(self, packet: bytes, /) -> None:
        """Carry an IPv4 packet on."""


class _Local:
    """The router itself."""

    mtu = 65_535

    def send(self, _packet: bytes, /) -> None:
        raise AssertionError("local packets are delivered, not sent")


class _NoRoute:
    """No way to the destination."""

    mtu = 65_535

    def send(self, _packet: bytes, /) -> None:
        raise AssertionError("packets without a route are refused, not sent")


class _Discard:
    """Null0 under `no ip unreachables`: lost without a word."""

    mtu = 65_535

    def send(self, _packet: bytes, /) -> None:
        pass


LOCAL = _Local()
NO_ROUTE = _NoRoute()
DISCARD = _Discard()


def _way(target: Target, packet: bytes) -> InterfaceName | None:
    """The interface that a target leads out of, for debugging; None: the router itself."""
    if isinstance(target, LoadSharing):
        target = target.choose(packet[12:20])
    return target.interface.name if isinstance(target, Adjacency) else None


PacketHandler = Callable[[bytes, Interface], None]


class ErrorReporter(Protocol):
    """Who tells a sender that its packet was refused: the router's ICMP."""

    def time_exceeded(self, packet: bytes, interface: Interface) -> None:
        """TTL ran out."""

    def reassembly_time_exceeded(self, packet: bytes) -> None:
        """Fragments were missing for too long."""

    def no_route(self, packet: bytes, interface: Interface) -> None:
        """No route to the host."""

    def too_big(self, packet: bytes, interface: Interface, mtu: int) -> None:
        """DF is set and the packet does not fit."""

    def prohibited(self, packet: bytes, interface: Interface) -> None:
        """An access list denied it."""

    def protocol_unreachable(self, packet: bytes, interface: Interface) -> None:
        """Nobody here speaks the protocol."""


class ArpCounts:
    """ARP packets of all interfaces, by kind (`show ip traffic`)."""

    __slots__ = (
        "other_in",
        "proxy_out",
        "replies_in",
        "replies_out",
        "requests_in",
        "requests_out",
    )

    def __init__(self) -> None:
        self.requests_in = self.replies_in = self.other_in = 0
        self.requests_out = self.replies_out = self.proxy_out = 0

    def received(self, operation: int) -> None:
        """Count a packet that came in."""
        self.requests_in += operation == ArpOperation.REQUEST
        self.replies_in += operation == ArpOperation.REPLY
        self.other_in += operation not in (ArpOperation.REQUEST, ArpOperation.REPLY)

    def add(self, other: ArpCounts) -> None:
        """Count what another counted as well."""
        self.requests_in += other.requests_in
        self.replies_in += other.replies_in
        self.other_in += other.other_in
        self.requests_out += other.requests_out
        self.replies_out += other.replies_out
        self.proxy_out += other.proxy_out

    def sent(self, operation: int, *, proxy: bool) -> None:
        """Count a packet that goes out; proxy: it answers for somebody else."""
        self.requests_out += operation == ArpOperation.REQUEST
        self.replies_out += operation == ArpOperation.REPLY
        self.proxy_out += proxy


class OptionCounts:
    """IP options of packets that came in (`show ip traffic`), by type."""

    __slots__ = ("bad", "kinds", "packets")

    def __init__(self) -> None:
        self.packets = 0
        """Packets with options."""
        self.bad = 0
        """Packets whose options do not fit their header."""
        self.kinds: dict[int, int] = {}

    def note(self, packet: bytes) -> None:
        """Count the options of a packet whose header is in order otherwise."""
        self.packets += 1
        position, end = HEADER_LENGTH, header_length(packet)
        while position < end:
            kind = packet[position]
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
            if kind == END_OF_OPTIONS:
                return
            length = 1
            if kind != NO_OPERATION:
                length = packet[position + 1] if position + 1 < end else 0
                if length < _SHORTEST_OPTION or position + length > end:
                    self.bad += 1
                    return
            position += length


class Forwarding:
    """One router's IPv4 input, output and forwarding."""

    __slots__ = (
        "_flow_identity",
        "_identification",
        "_reassembler",
        "_reassembly_watched",
        "_simulation",
        "_table",
        "arp_counts",
        "broadcasts",
        "cut_packets",
        "delivered",
        "errors",
        "filtered",
        "format_errors",
        "forwarded_packets",
        "fragmented",
        "generated",
        "header_checksum_errors",
        "hop_limit_drops",
        "interfaces",
        "local_policy",
        "multicasts_in",
        "multicasts_out",
        "no_route_drops",
        "options",
        "own_addresses",
        "own_broadcasts",
        "police",
        "protocols",
        "reassembled",
        "reassembly_failures",
        "reassembly_timeouts",
        "rib",
        "routing",
        "too_big_drops",
        "unencapsulated",
        "unknown_protocols",
        "unroutable",
        "watch_arp",
        "watch_packet",
    )

    def __init__(
        self,
        simulation: Simulation,
        name: str,
        rib: Rib,
        interfaces: dict[InterfaceName, Interface],
    ) -> None:
        self._simulation = simulation
        self.rib = rib
        self.interfaces = interfaces
        self.own_addresses: set[bytes] = set()
        self.own_broadcasts: set[bytes] = {_BROADCAST}
        self.protocols: dict[int, PacketHandler] = {}
        """IP protocol number -> who takes packets for this router."""
        self.errors: ErrorReporter
        self.police: Callable[[Interface], None] = lambda _: None
        """Puts access lists and policy routing before an interface that asks for them."""
        self.local_policy: Callable[[bytes], bytes | None] | None = None
        """Sends a packet of the router's own by `ip local policy`: gives it back, changed or not,
        where the table shall decide; None: it is sent. None while there is no such policy."""
        self._table: dict[bytes, Target] = {}
        self._identification = simulation.random(f"{name} identification").getrandbits(16)
        self._flow_identity = simulation.random(f"{name} cef").getrandbits(64)
        """What salts the choice among several ways."""
        self.routing = True
        """`ip routing`: off, packets for others are lost here as at any host."""
        self._reassembler = Reassembler()
        self._reassembly_watched = False
        self.format_errors = 0
        """Packets whose version or lengths cannot be."""
        self.header_checksum_errors = 0
        self.options = OptionCounts()
        self.broadcasts = 0
        """Packets for everybody that came in, to one network or all."""
        self.multicasts_in = self.multicasts_out = 0
        self.forwarded_packets = self.cut_packets = 0
        self.fragmented = 0
        """The pieces of the packets that were cut."""
        self.no_route_drops = self.too_big_drops = 0
        self.filtered = 0
        """Packets that access lists of interfaces denied."""
        self.delivered = 0
        """Packets and fragments for the router itself."""
        self.hop_limit_drops = 0
        self.unroutable = 0
        """Packets in transit without a route; `no_route_drops` counts the router's own too."""
        self.unknown_protocols = 0
        self.unencapsulated = 0
        """Packets lost because the next hop's hardware address was unknown."""
        self.reassembled = 0
        self.reassembly_failures = 0
        """Fragments that contradicted one another, and datagrams given up for want of room."""
        self.reassembly_timeouts = 0
        self.generated: dict[int, int] = {}
        """Protocol number -> packets of the router's own."""
        self.arp_counts = ArpCounts()
        # `debug arp` and `debug ip packet`; None while they are off.
        self.watch_arp: Callable[[ArpPacket, InterfaceName, bool], None] | None = None
        self.watch_packet: Callable[[bytes, InterfaceName | None, bool], None] | None = None

    @property
    def waiting_octets(self) -> int:
        """Bytes of fragments that wait for the rest of their packet."""
        return self._reassembler.octets

    def flush(self) -> None:
        """Forget every cached way: routes, adjacencies, addresses or MTUs changed."""
        self._table.clear()

    # -- input ---------------------------------------------------------------------------------

    def receive(self, packet: bytes, interface: Interface) -> None:
        """An IPv4 packet came in through an interface (also a tunnel)."""
        if not header_ok(packet):
            self._bad_header(packet, interface)
            return
        if packet[0] != _WITHOUT_OPTIONS:
            self.options.note(packet)
        destination = packet[16:20]
        target = self._table.get(destination)
        if target is None:
            target = self.find(destination)
        if target is LOCAL:
            self.deliver(packet, interface)
            return
        if destination[0] >= _FIRST_GROUP:
            if destination in interface.groups:
                self.multicasts_in += 1
                self.deliver(packet, interface)
            return  # other groups' packets end here: no multicast routing
        if not self.routing:
            return
        if interface.clamp is not None:
            packet = interface.clamp(packet)
        if packet[8] < 2:
            self.hop_limit_drops += 1
            self.errors.time_exceeded(packet, interface)
            return
        if target is NO_ROUTE:
            self.no_route_drops += 1
            self.unroutable += 1
            self.errors.no_route(packet, interface)
            return
        self.forwarded_packets += 1
        if len(packet) <= target.mtu:
            target.send(forwarded(packet))
        else:
            self._too_big(packet, interface, target)

    def _bad_header(self, packet: bytes, interface: Interface) -> None:
        interface.input_errors += 1
        if isinstance(header_error(packet), ChecksumError):
            self.header_checksum_errors += 1
        else:
            self.format_errors += 1

    def pass_on(self, packet: bytes, interface: Interface, target: Target) -> None:
        """Forward a packet in transit to a target that policy chose rather than the table."""
        if interface.clamp is not None:
            packet = interface.clamp(packet)
        if packet[8] < 2:
            self.hop_limit_drops += 1
            self.errors.time_exceeded(packet, interface)
            return
        if target is NO_ROUTE:  # policy may send to Null0
            self.no_route_drops += 1
            self.unroutable += 1
            self.errors.no_route(packet, interface)
            return
        self.forwarded_packets += 1
        if len(packet) <= target.mtu:
            target.send(forwarded(packet))
        else:
            self._too_big(packet, interface, target)

    def refuse(self, packet: bytes, interface: Interface) -> None:
        """An access list denied a packet: its sender is told."""
        self.filtered += 1
        self.errors.prohibited(packet, interface)

    def _pass_guard(self, packet: bytes, interface: Interface, target: Target) -> None:
        """Forward a packet, if the outgoing interface's list and whatever else is there let it."""
        if isinstance(target, LoadSharing):
            target = target.choose(packet[12:20])
        original = packet  # as its sender knows it: NAT may change it below
        while isinstance(target, GuardedAdjacency | InterceptedAdjacency):
            if isinstance(target, InterceptedAdjacency):
                left = target.intercept(packet, interface)
                if left is None:
                    return
                packet = left
            elif not target.guard(packet, interface):
                self.forwarded_packets -= 1
                self.refuse(original, interface)
                return
            target = target.behind
        if len(packet) <= target.mtu:
            target.send(forwarded(packet))
        elif packet[6] & DONT_FRAGMENT >> 8:
            self._too_big(original, interface, target)
        else:
            self._too_big(packet, interface, target)

    def _too_big(self, packet: bytes, interface: Interface, target: Target) -> None:
        if target.mtu < 0:
            self._pass_guard(packet, interface, target)
            return
        if int.from_bytes(packet[6:8], "big") & DONT_FRAGMENT:
            self.too_big_drops += 1
            self.errors.too_big(packet, interface, target.mtu)
            return
        self.cut_packets += 1
        for piece in fragment(forwarded(packet), target.mtu):
            self.fragmented += 1
            target.send(piece)

    def deliver(self, packet: bytes, interface: Interface) -> None:
        """A packet for this router: reassemble it, then hand it to its protocol."""
        self.delivered += 1
        if packet[16:20] in self.own_broadcasts:
            self.broadcasts += 1
        protocol = packet[9]
        if protocol not in _UNWRAPPED:
            interface.delivered(len(packet))
        if self.watch_packet is not None:
            self.watch_packet(packet, interface.name, False)
        if packet[6] & _FRAGMENT_BITS or packet[7]:
            given_up = self._reassembler.failed
            try:
                whole = self._reassembler.add(packet, self._simulation.now)
            except DecodeError:
                self.reassembly_failures += 1
                interface.input_errors += 1
                return
            self.reassembly_failures += self._reassembler.failed - given_up
            if whole is None:
                self._watch_reassembly()
                return
            self.reassembled += 1
            packet = whole
        handler = self.protocols.get(protocol)
        if handler is None:
            self.unknown_protocols += 1
            self.errors.protocol_unreachable(packet, interface)
        else:
            handler(packet, interface)

    def _watch_reassembly(self) -> None:
        deadline = self._reassembler.next_deadline
        if deadline is not None and not self._reassembly_watched:
            self._reassembly_watched = True
            self._simulation.post(
                max(0, deadline - self._simulation.now), self._reassembly_timed_out, None
            )

    def _reassembly_timed_out(self, _: object) -> None:
        self._reassembly_watched = False
        for first in self._reassembler.expire(self._simulation.now):
            self.reassembly_timeouts += 1
            self.errors.reassembly_time_exceeded(first)
        self._watch_reassembly()

    # -- output --------------------------------------------------------------------------------

    def identification(self) -> int:
        """The next value for the identification field."""
        self._identification = value = self._identification + 1 & 0xFFFF
        return value

    def originate(  # the fields that a sender chooses, RFC 791
        self,
        source: bytes,
        destination: bytes,
        protocol: int,
        payload: bytes,
        *,
        ttl: int = 255,
        tos: int = 0,
        dont_fragment: bool = False,
    ) -> bool:
        """Send a packet of the router's own; False when no route or no fitting MTU was found."""
        self.generated[protocol] = self.generated.get(protocol, 0) + 1
        header = Ipv4Template(source, destination, protocol, ttl)
        flags = DONT_FRAGMENT if dont_fragment else 0
        packet = header.build(len(payload), self.identification(), tos, flags) + payload
        target = self._table.get(destination) or self.find(destination)
        if isinstance(target, LoadSharing):
            target = target.choose(packet[12:20])
        if not isinstance(target, Adjacency):
            return self.output(packet)
        interface = target.interface
        packets, size = interface.packets_out, interface.bytes_out
        sent = self.output(packet)
        interface.sent_by_process(packets, size)
        return sent

    def output(self, packet: bytes) -> bool:
        """Send a finished packet; False when no route or no fitting MTU was found."""
        if self.local_policy is not None:
            left = self.local_policy(packet)
            if left is None:
                return True
            packet = left
        destination = packet[16:20]
        target = self._table.get(destination)
        if target is None:
            target = self.find(destination)
        if target is NO_ROUTE:
            self.no_route_drops += 1
            return False
        if self.watch_packet is not None:
            self.watch_packet(packet, _way(target, packet), True)
        if target is LOCAL:
            # Posted, not called: a sender must see its own call return before the answer.
            self._simulation.post(1, self._deliver_own, packet)
            return True
        if len(packet) <= target.mtu:
            target.send(packet)
            return True
        return self.send_large(packet, target)

    def send_large(self, packet: bytes, target: Target) -> bool:
        """Send a packet of the router's own that does not fit; access lists do not look at it."""
        if target.mtu < 0:
            if isinstance(target, LoadSharing):
                target = target.choose(packet[12:20])
            while isinstance(target, GuardedAdjacency | InterceptedAdjacency):
                if isinstance(target, InterceptedAdjacency):
                    left = target.intercept(packet, None)
                    if left is None:
                        return True
                    packet = left
                target = target.behind
            if len(packet) <= target.mtu:
                target.send(packet)
                return True
        if int.from_bytes(packet[6:8], "big") & DONT_FRAGMENT:
            self.too_big_drops += 1
            return False
        self.cut_packets += 1
        for piece in fragment(packet, target.mtu):
            self.fragmented += 1
            target.send(piece)
        return True

    def emit(self, packet: bytes, interface: Interface, next_hop: bytes) -> None:
        """Send a finished packet of the router's own out of one interface, to a next hop or group.

        Routing protocols choose the interface themselves. What does not fit is cut.
        """
        protocol = packet[9]
        self.generated[protocol] = self.generated.get(protocol, 0) + 1
        if self.watch_packet is not None:
            self.watch_packet(packet, interface.name, True)
        if packet[16] >= _FIRST_GROUP:
            self.multicasts_out += 1
        adjacency = interface.adjacency(next_hop)
        packets, size = interface.packets_out, interface.bytes_out
        if len(packet) <= adjacency.mtu:
            adjacency.send(packet)
        else:
            self.cut_packets += 1
            for piece in fragment(packet, adjacency.mtu):
                self.fragmented += 1
                adjacency.send(piece)
        interface.sent_by_process(packets, size)

    def _deliver_own(self, packet: bytes) -> None:
        destination = packet[16:20]
        for interface in self.interfaces.values():
            if interface.forwarding is self and any(
                address.packed == destination for address in interface.own_addresses()
            ):
                self.deliver(packet, interface)
                return

    # -- the table -----------------------------------------------------------------------------

    def find(self, destination: bytes) -> Target:
        """The way to a destination (4 bytes), from the RIB into the table."""
        target = self._resolve(destination)
        self._table[destination] = target
        return target

    def _resolve(self, destination: bytes) -> Target:
        if destination in self.own_addresses or destination in self.own_broadcasts:
            return LOCAL
        if destination[0] >= _FIRST_GROUP:
            return NO_ROUTE  # multicast is never forwarded here, nor class E
        ways = self.ways_out(int.from_bytes(destination, "big"))
        if not ways:
            return NO_ROUTE
        targets = [(self.target(interface, hop), share) for interface, hop, share in ways]
        adjacencies = [(it, share) for it, share in targets if isinstance(it, Adjacency)]
        if len(adjacencies) > 1:
            return LoadSharing(adjacencies, self._flow_identity)
        return adjacencies[0][0] if adjacencies else targets[0][0]

    @staticmethod
    def target(interface: Interface, next_hop: bytes) -> Target:
        """What sends to a next hop out of an interface."""
        if isinstance(interface, NullInterface):
            return NO_ROUTE if interface.config.unreachables else DISCARD
        adjacency = interface.adjacency(next_hop)
        if interface.clamp is not None:
            adjacency = ClampingAdjacency(adjacency, interface.clamp)
        if interface.guard is not None:
            adjacency = GuardedAdjacency(adjacency, interface.guard)
        if interface.encrypt is not None:
            adjacency = InterceptedAdjacency(adjacency, interface.encrypt)
        if interface.translate is not None:
            adjacency = InterceptedAdjacency(adjacency, interface.translate)
        return adjacency

    def way_out(self, destination: int) -> tuple[Interface, bytes] | None:
        """Interface and next hop (4 bytes) towards an address, through recursive next hops."""
        ways = self.ways_out(destination)
        return ways[0][:2] if ways else None

    def ways_out(self, destination: int) -> list[tuple[Interface, bytes, int]]:
        """Every way towards an address that is up: interface, next hop, traffic share."""
        ways: list[tuple[Interface, bytes, int]] = []
        self._add_ways(destination, 1, (), ways)
        return ways

    def _add_ways(
        self,
        wanted: int,
        share: int,
        leading: tuple[int, ...],
        ways: list[tuple[Interface, bytes, int]],
    ) -> None:
        """Resolve one address of a chain of next hops; `leading` are those before it."""
        route = self.rib.lookup(wanted) or self.rib.last_resort
        if route is None:
            return
        for path in route.paths:
            hop = wanted if path.next_hop is None else int(path.next_hop)
            if path.interface is not None:
                interface = self.interfaces.get(path.interface)
                if interface is not None and interface.protocol_up:
                    ways.append((interface, hop.to_bytes(4, "big"), share * path.share))
            elif hop != wanted and hop not in leading and len(leading) < _RECURSION_LIMIT:
                self._add_ways(hop, share * path.share, (*leading, wanted), ways)

    def source_address(self, destination: IPv4Address) -> IPv4Address | None:
        """The address that the router's own packets to a destination carry."""
        packed = destination.packed
        if packed in self.own_addresses:
            return destination
        target = self._table.get(packed) or self.find(packed)
        if isinstance(target, LoadSharing):
            target = target.first
        return target.interface.address if isinstance(target, Adjacency) else None
