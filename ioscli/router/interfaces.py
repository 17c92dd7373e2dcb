"""Interfaces at work: state and counters, and the kinds without a wire (loopbacks, Null0).

`Adjacency` is CEF's word: a next hop with its frame header ready made. Everything that a route
can point to offers `mtu` and `send(packet)`. Ports are in `ethernet` and `serial`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.engine.simulation import Simulation
from ioscli.model.config import InterfaceConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant

if TYPE_CHECKING:
    from ioscli.router.forwarding import Forwarding

#: Bandwidth (kb/s) and delay (microseconds) that IOS assumes for each kind, and its MTU (bytes).
DEFAULTS = {
    "HundredGigE": (100_000_000, 10, 1500),
    "FortyGigabitEthernet": (40_000_000, 10, 1500),
    "TwentyFiveGigE": (25_000_000, 10, 1500),
    "TenGigabitEthernet": (10_000_000, 10, 1500),
    "GigabitEthernet": (1_000_000, 10, 1500),
    "FastEthernet": (100_000, 100, 1500),
    "Ethernet": (10_000, 1_000, 1500),
    "Serial": (1_544, 20_000, 1500),
    "Loopback": (8_000_000, 5_000, 1514),
    "Tunnel": (100, 50_000, 17_940),
    "Null": (10_000_000, 0, 1500),
}


class Adjacency:
    """A next hop on an interface; `rewrite` is its frame header once known."""

    __slots__ = ("interface", "mtu", "next_hop", "rewrite")

    def __init__(self, interface: Interface, next_hop: bytes, rewrite: bytes | None) -> None:
        self.interface = interface
        self.next_hop = next_hop
        self.rewrite = rewrite
        self.mtu = interface.ip_mtu

    def send(self, packet: bytes) -> None:
        """Send an IPv4 packet to the next hop, or ask who that is and lose the packet."""
        rewrite = self.rewrite
        if rewrite is None:
            self.interface.unresolved(self)
        else:
            self.interface.transmit(rewrite + packet)


class ClampingAdjacency(Adjacency):
    """A next hop on an interface with `ip tcp adjust-mss`: SYNs leave with a smaller MSS."""

    __slots__ = ("_behind", "_clamp")

    def __init__(self, behind: Adjacency, clamp: Callable[[bytes], bytes]) -> None:
        super().__init__(behind.interface, behind.next_hop, b"")
        self._behind = behind
        self._clamp = clamp

    def send(self, packet: bytes) -> None:
        """Send an IPv4 packet, clamped, to the next hop."""
        self._behind.send(self._clamp(packet))


Intercept = Callable[[bytes, "Interface | None"], bytes | None]
"""Looks at a packet that leaves, given the interface that it came in by; None: the router's own.

Its TTL is not lowered yet. What it gives back goes on; None: nothing is left to send."""


class GuardedAdjacency(Adjacency):
    """A next hop on an interface with `ip access-group ... out`.

    Nothing fits its MTU, so that every packet in transit takes the slow way on which the list is
    asked, and interfaces without a list pay nothing.
    """

    __slots__ = ("behind", "guard")

    def __init__(self, behind: Adjacency, guard: Callable[[bytes, Interface], bool]) -> None:
        super().__init__(behind.interface, behind.next_hop, b"")
        self.behind = behind
        self.guard = guard
        """Whether a packet that came in through an interface may go out."""
        self.mtu = -1

    def send(self, packet: bytes) -> None:
        """Send an IPv4 packet to the next hop, unasked: it is the router's own."""
        self.behind.send(packet)


class InterceptedAdjacency(Adjacency):
    """A next hop on an interface where something stands in the way of all that goes out.

    A crypto map, NAT: `intercept` gives a packet back, changed or not, or None where it took it.
    As with guards nothing fits the MTU, so that interfaces without such things pay nothing.
    """

    __slots__ = ("behind", "intercept")

    def __init__(self, behind: Adjacency, intercept: Intercept) -> None:
        super().__init__(behind.interface, behind.next_hop, b"")
        self.behind = behind
        self.intercept = intercept
        self.mtu = -1

    def send(self, packet: bytes) -> None:
        """Send an IPv4 packet of the router's own."""
        left = self.intercept(packet, None)
        if left is not None:
            self.behind.send(left)


class PathCounts:
    """Frames and bytes that took one way through the router (`show interfaces stats`)."""

    __slots__ = ("bytes_in", "bytes_out", "packets_in", "packets_out")

    def __init__(self) -> None:
        self.packets_in = self.bytes_in = self.packets_out = self.bytes_out = 0

    def received(self, size: int) -> None:
        """Count one that came in."""
        self.packets_in += 1
        self.bytes_in += size

    def sent(self, size: int) -> None:
        """Count one that went out."""
        self.packets_out += 1
        self.bytes_out += size


class Interface:
    """What every kind of interface has: configuration, state and counters."""

    __slots__ = (
        "address",
        "adjacencies",
        "broadcasts_in",
        "bytes_in",
        "bytes_out",
        "carrier_transitions",
        "clamp",
        "config",
        "counters_cleared",
        "encrypt",
        "forwarding",
        "groups",
        "guard",
        "input_drops",
        "input_errors",
        "ip_mtu",
        "last_input",
        "last_output",
        "multicasts_in",
        "name",
        "output_drops",
        "packets_in",
        "packets_out",
        "processed",
        "protocol_up",
        "protocols",
        "rates",
        "receive_decrypted",
        "receive_packet",
        "resets",
        "simulation",
        "translate",
        "translate_in",
        "unknown_protocols",
        "up",
    )

    def __init__(
        self, config: InterfaceConfig, simulation: Simulation, forwarding: Forwarding
    ) -> None:
        self.config = config
        self.name: InterfaceName = config.name
        self.simulation = simulation
        self.forwarding = forwarding
        self.up = False
        """Hardware state."""
        self.protocol_up = False
        self.address: IPv4Address | None = None
        self.ip_mtu = 1500
        self.adjacencies: dict[bytes, Adjacency] = {}
        self.clamp: Callable[[bytes], bytes] | None = None
        """Lowers the MSS of SYNs that pass: `ip tcp adjust-mss`."""
        self.receive_packet: Callable[[bytes, Interface], None] = forwarding.receive
        """Takes the IPv4 packets that come in: an access list or route-map may stand before."""
        self.receive_decrypted: Callable[[bytes, Interface], None] = forwarding.receive
        """Takes what came in here by an SA of a crypto map: NAT, where there is any. The input
        access list has seen the ESP packet and does not look again (Cisco, "Crypto Access Check
        on Clear-Text Packets", since 12.3(8)T)."""
        self.guard: Callable[[bytes, Interface], bool] | None = None
        """Asked about packets in transit that go out here: `ip access-group ... out`."""
        self.encrypt: Intercept | None = None
        """Takes the packets that go out here and that a crypto map protects."""
        self.translate: Intercept | None = None
        """Translates the packets that go out here: NAT, which comes before encryption."""
        self.translate_in: Callable[[bytes, Interface], bytes | None] | None = None
        """Translates the packets that come in here, after the input access list."""
        self.groups: set[bytes] = set()
        """Multicast groups (4 bytes) that a routing protocol listens to here."""
        self.last_input: Instant | None = None
        self.last_output: Instant | None = None
        self.carrier_transitions = 0
        self.resets = 0
        self.rates = LoadAverage()
        self._zero_counters()
        self.counters_cleared: Instant | None = None

    def clear_counters(self) -> None:
        """Set the packet counters to zero (`clear counters`)."""
        self._zero_counters()
        self.counters_cleared = self.simulation.now

    def _zero_counters(self) -> None:
        self.packets_in = self.bytes_in = self.broadcasts_in = 0
        self.multicasts_in = 0
        """Those of the broadcasts that went to an IP multicast group."""
        self.packets_out = self.bytes_out = 0
        self.input_errors = self.input_drops = 0
        self.output_drops = self.unknown_protocols = 0
        self.processed = PathCounts()
        """What a process of the router took or sent; the rest was only passed on."""
        self.protocols: dict[str, PathCounts] = {}
        """Frames that are not IPv4, by the protocol's name (`show interfaces accounting`)."""
        self.rates.restart()

    @property
    def vrf(self) -> str:
        """The routing table that it belongs to; empty: the global one."""
        return self.config.vrf

    def join(self, forwarding: Forwarding) -> None:
        """Hand packets to another routing table from now on."""
        self.forwarding = forwarding
        self.receive_packet = self.receive_decrypted = forwarding.receive
        self.adjacencies.clear()

    @property
    def mtu(self) -> int:
        """Largest payload of a frame, bytes, as `show interfaces` prints it."""
        return self.config.mtu or DEFAULTS[self.name.kind][2]

    @property
    def bandwidth(self) -> int:
        """Kilobits a second: what routing and `show interfaces` assume."""
        return self.config.bandwidth or DEFAULTS[self.name.kind][0]

    @property
    def delay(self) -> int:
        """Microseconds: what routing and `show interfaces` assume."""
        if self.config.delay is not None:
            return self.config.delay * 10
        return DEFAULTS[self.name.kind][1]

    def delivered(self, packet: int) -> None:
        """A process of the router took in an IPv4 packet of so many bytes."""
        self.processed.received(packet)

    def sent_by_process(self, packets: int, size: int) -> None:
        """A process sent what went out since the counters of output stood so."""
        self.processed.packets_out += self.packets_out - packets
        self.processed.bytes_out += self.bytes_out - size

    def counts_of(self, protocol: str) -> PathCounts:
        """The counts of a protocol beside IPv4."""
        known = self.protocols.get(protocol)
        if known is None:
            known = self.protocols[protocol] = PathCounts()
        return known

    def configured(self) -> None:
        """Follow the configuration's address and MTU."""
        config = self.config
        self.address = config.address.ip if config.address else None
        self.ip_mtu = self.config.ip_mtu or self.mtu
        self.adjacencies.clear()
        self.receive_packet = self.receive_decrypted = self.forwarding.receive
        self.guard = self.encrypt = self.translate = self.translate_in = None
        if (
            config.access_group_in
            or config.access_group_out
            or config.policy_map
            or config.crypto_map
            or config.nat_side
        ):
            self.forwarding.police(self)
        self.clamp = None
        if self.config.adjust_mss is not None:
            from ioscli.codec.tcp import clamp_mss

            self.clamp = partial(clamp_mss, largest=self.config.adjust_mss)

    def own_addresses(self) -> list[IPv4Address]:
        """Primary and secondary addresses; none while there is no primary one."""
        primary = self.config.address
        if primary is None:
            return []
        return [primary.ip, *(address.ip for address in self.config.secondary_addresses)]

    def carrier(self) -> bool:
        """Whether the hardware could be up, the configuration aside."""
        return True

    def adjacency(self, next_hop: bytes) -> Adjacency:
        """The adjacency of a next hop on this interface."""
        known = self.adjacencies.get(next_hop)
        if known is None:
            known = self.adjacencies[next_hop] = Adjacency(self, next_hop, self.rewrite(next_hop))
        return known

    def rewrite(self, _next_hop: bytes, /) -> bytes | None:
        """The frame header towards a next hop or group, or None while it is unknown."""
        return None

    def unresolved(self, adjacency: Adjacency) -> None:
        """A packet met an adjacency without a frame header."""

    def transmit(self, frame: bytes) -> None:
        """Send a frame; kinds without a wire lose it, as IOS's loopbacks do."""
        self.packets_out += 1
        self.bytes_out += len(frame)

    def went_up(self) -> None:
        """The line protocol came up."""

    def went_down(self) -> None:
        """The line protocol went down."""
        self.adjacencies.clear()


class LoadAverage:
    """The five-minute load: an exponentially weighted average of five-second samples, as IOS's."""

    __slots__ = ("_bytes", "_packets", "_seen", "in_bits", "in_packets", "out_bits", "out_packets")

    SAMPLE = 5 * SECOND
    _WEIGHT = 5 / 300

    def __init__(self) -> None:
        self.in_bits = self.in_packets = self.out_bits = self.out_packets = 0.0
        self._seen = (0, 0, 0, 0)

    def restart(self) -> None:
        """The counters restart from zero."""
        self._seen = (0, 0, 0, 0)

    def sample(self, interface: Interface) -> None:
        """Take one five-second sample of an interface's counters."""
        now = (
            interface.bytes_in,
            interface.packets_in,
            interface.bytes_out,
            interface.packets_out,
        )
        seen, self._seen = self._seen, now
        weight = self._WEIGHT
        self.in_bits += ((now[0] - seen[0]) * 8 / 5 - self.in_bits) * weight
        self.in_packets += ((now[1] - seen[1]) / 5 - self.in_packets) * weight
        self.out_bits += ((now[2] - seen[2]) * 8 / 5 - self.out_bits) * weight
        self.out_packets += ((now[3] - seen[3]) / 5 - self.out_packets) * weight


class NullInterface(Interface):
    """Null0: what is routed there is refused or lost (see `Forwarding`)."""

    __slots__ = ()


class LoopbackInterface(Interface):
    """An address that is always up; packets routed out of it are lost."""

    __slots__ = ()

    def rewrite(self, _next_hop: bytes, /) -> bytes | None:
        """Nothing is framed: nobody hears it."""
        return b""
