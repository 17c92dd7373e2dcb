"""Interfaces at work: state, counters, and the frames of Ethernet, serial lines and loopbacks.

`Adjacency` is CEF's word: a next hop with its frame header ready made. Everything that a route
can point to offers `mtu` and `send(packet)`.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.arp import ArpPacket
from ioscli.codec.dot1q import SMALLEST_TAGGED, tag, untag
from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EthernetHeader, EtherType
from ioscli.codec.hdlc import (
    SLARP_PROTOCOL,
    HdlcAddress,
    HdlcHeader,
    SlarpKeepalive,
    parse_slarp,
)
from ioscli.engine.link import Port
from ioscli.engine.simulation import Simulation
from ioscli.model.config import InterfaceConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from ioscli.protocols.arp.table import ArpTable, Learned
from ioscli.protocols.arp.table import Effect as ArpEffect
from ioscli.protocols.arp.table import Send as SendArp
from ioscli.protocols.slarp.keepalive import INTERVAL, Keepalive

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

_IPV4 = EtherType.IPV4.to_bytes(2, "big")
_ARP = EtherType.ARP.to_bytes(2, "big")
_DOT1Q = EtherType.DOT1Q.to_bytes(2, "big")
_MINIMUM_FRAME = 60
_SLARP = SLARP_PROTOCOL.to_bytes(2, "big")
_HDLC_IPV4 = b"\x0f\x00\x08\x00"


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


class Interface:
    """What every kind of interface has: configuration, state and counters."""

    __slots__ = (
        "address",
        "adjacencies",
        "broadcasts_in",
        "bytes_in",
        "bytes_out",
        "carrier_transitions",
        "config",
        "counters_cleared",
        "forwarding",
        "input_drops",
        "input_errors",
        "ip_mtu",
        "last_input",
        "last_output",
        "name",
        "output_drops",
        "packets_in",
        "packets_out",
        "protocol_up",
        "rates",
        "resets",
        "simulation",
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
        self.packets_out = self.bytes_out = 0
        self.input_errors = self.input_drops = 0
        self.output_drops = self.unknown_protocols = 0
        self.rates.restart()

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

    def configured(self) -> None:
        """Follow the configuration's address and MTU."""
        self.address = self.config.address.ip if self.config.address else None
        self.ip_mtu = self.config.ip_mtu or self.mtu
        self.adjacencies.clear()

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
        """The frame header towards a next hop, or None while it is unknown."""
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


class EthernetInterface(Interface):
    """A GigabitEthernet, FastEthernet or Ethernet port with its ARP table."""

    __slots__ = ("_receive_packet", "arp", "mac", "port", "proxies", "subinterfaces")

    def __init__(
        self,
        config: InterfaceConfig,
        simulation: Simulation,
        forwarding: Forwarding,
        port: Port,
        mac: bytes,
        proxies: Callable[[IPv4Address, Interface], bool],
    ) -> None:
        super().__init__(config, simulation, forwarding)
        self.mac = mac
        self.port = port
        self.arp = ArpTable(mac, config.arp_timeout * SECOND)
        self.proxies = proxies
        self._receive_packet = forwarding.receive
        self.subinterfaces: dict[int, SubInterface] = {}
        """By VLAN; 0 is the native one, whose frames carry no tag."""
        self._attach(port)

    def _attach(self, port: Port) -> None:
        port.receive = self.receive_frame

    def configured(self) -> None:
        """Follow the configuration, `arp timeout` included."""
        super().configured()
        self.arp.timeout = self.config.arp_timeout * SECOND

    def carrier(self) -> bool:
        """Whether the port has a cable whose link is up."""
        return self.port.carrier

    def receive_frame(self, frame: bytes) -> None:
        """A frame comes in from the wire."""
        self.packets_in += 1
        self.bytes_in += len(frame)
        self.last_input = self.simulation.now
        if not self.protocol_up:
            self.input_drops += 1
            return
        kind = frame[12:14]
        if frame[:6] != self.mac:
            if not frame[0] & 1:
                return  # flooded by a switch to somebody else
            self.broadcasts_in += 1
        if kind == _IPV4:
            if self.address is None and 0 in self.subinterfaces:
                self._hand_over(0, frame)
                return
            packet = frame[14:]
            length = int.from_bytes(packet[2:4], "big")
            if length < len(packet):
                packet = packet[:length]  # the padding of short frames
            self._receive_packet(packet, self)
        elif kind == _ARP:
            if self.address is None and 0 in self.subinterfaces:
                self._hand_over(0, frame)
            else:
                self._receive_arp(frame)
        elif kind == _DOT1Q and len(frame) >= SMALLEST_TAGGED:
            vlan, inner = untag(frame)
            self._hand_over(vlan, inner)
        else:
            self.unknown_protocols += 1

    def _hand_over(self, vlan: int, frame: bytes) -> None:
        subinterface = self.subinterfaces.get(vlan)
        if subinterface is None:
            self.unknown_protocols += 1
        else:
            subinterface.receive_frame(frame)

    def transmit(self, frame: bytes) -> None:
        """Send a frame, padded to Ethernet's minimum."""
        length = len(frame)
        if length < _MINIMUM_FRAME:
            frame = frame.ljust(_MINIMUM_FRAME, b"\0")
            length = _MINIMUM_FRAME
        if not self.protocol_up or not self.port.transmit(frame):
            self.output_drops += 1
            return
        self.packets_out += 1
        self.bytes_out += length
        self.last_output = self.simulation.now

    def rewrite(self, next_hop: bytes, /) -> bytes | None:
        """From the ARP table."""
        entry = self.arp.entries.get(IPv4Address(next_hop))
        if entry is None or entry.mac is None:
            return None
        return entry.mac + self.mac + _IPV4

    def unresolved(self, adjacency: Adjacency) -> None:
        """Ask for the next hop's hardware address; the packet itself is lost."""
        self.forwarding.unencapsulated += 1
        if self.address is not None and self.protocol_up:
            wanted = IPv4Address(adjacency.next_hop)
            own = self._address_towards(wanted, self.address)
            self._carry_out(self.arp.resolve(self.simulation.now, wanted, own))

    def _address_towards(self, neighbour: IPv4Address, primary: IPv4Address) -> IPv4Address:
        """The interface's address in the neighbour's own network, which it will answer to."""
        for address in self.config.secondary_addresses:
            if neighbour in address.network:
                return address.ip
        return primary

    def went_up(self) -> None:
        """Announce the addresses (gratuitous ARP)."""
        for address in self.own_addresses():
            self._carry_out(self.arp.announce(address))

    def went_down(self) -> None:
        """Forget the neighbours."""
        super().went_down()
        self.arp.entries.clear()

    def _receive_arp(self, frame: bytes) -> None:
        try:
            _, payload = EthernetHeader.parse(frame)
            packet = ArpPacket.parse(payload)
        except DecodeError:
            self.input_errors += 1
            return
        if self.forwarding.watch_arp is not None:
            self.forwarding.watch_arp(packet, self.name, False)
        self.forwarding.arp_counts.received(packet.operation)
        effects = self.arp.receive(
            self.simulation.now,
            packet,
            self.own_addresses(),
            lambda wanted: self.proxies(wanted, self),
        )
        self._carry_out(effects)

    def _carry_out(self, effects: list[ArpEffect]) -> None:
        for effect in effects:
            match effect:
                case SendArp(destination, packet):
                    if self.forwarding.watch_arp is not None:
                        self.forwarding.watch_arp(packet, self.name, True)
                    self.forwarding.arp_counts.sent(
                        packet.operation, proxy=packet.sender_ip not in self.own_addresses()
                    )
                    header = EthernetHeader(destination, self.mac, EtherType.ARP)
                    self.transmit(header.build(packet.build()))
                case Learned(address, mac):
                    adjacency = self.adjacencies.get(address.packed)
                    if adjacency is not None:
                        adjacency.rewrite = mac + self.mac + _IPV4

    def forget(self, addresses: list[IPv4Address]) -> None:
        """ARP entries are gone: their adjacencies must ask again."""
        for address in addresses:
            adjacency = self.adjacencies.get(address.packed)
            if adjacency is not None:
                adjacency.rewrite = None


class SubInterface(EthernetInterface):
    """`GigabitEthernet0/0.100`: one VLAN of a port, with addresses and neighbours of its own."""

    __slots__ = ("parent",)

    def __init__(self, config: InterfaceConfig, parent: EthernetInterface) -> None:
        self.parent = parent
        super().__init__(
            config,
            parent.simulation,
            parent.forwarding,
            parent.port,
            parent.mac,
            parent.proxies,
        )

    def _attach(self, port: Port) -> None:
        """The port goes on handing its frames to the parent."""

    @property
    def mtu(self) -> int:
        """The parent's: a tag does not take from the payload."""
        return self.parent.mtu

    @property
    def bandwidth(self) -> int:
        """The parent's, unless configured."""
        return self.config.bandwidth or self.parent.bandwidth

    @property
    def delay(self) -> int:
        """The parent's, unless configured."""
        return self.parent.delay if self.config.delay is None else super().delay

    def transmit(self, frame: bytes) -> None:
        """Send a frame through the parent, tagged unless the VLAN is the native one."""
        vlan = self.config.vlan
        if not self.protocol_up or vlan is None:
            self.output_drops += 1
            return
        self.packets_out += 1
        self.bytes_out += len(frame)
        self.last_output = self.simulation.now
        self.parent.transmit(frame if self.config.native_vlan else tag(frame, vlan))


class NullInterface(Interface):
    """Null0: what is routed there is refused or lost (see `Forwarding`)."""

    __slots__ = ()


class SerialInterface(Interface):
    """A serial line with Cisco HDLC: every packet goes to the far end, which keepalives watch."""

    __slots__ = ("_receive_packet", "keepalive", "line_lives", "port")

    def __init__(
        self, config: InterfaceConfig, simulation: Simulation, forwarding: Forwarding, port: Port
    ) -> None:
        super().__init__(config, simulation, forwarding)
        self.port = port
        self.keepalive = Keepalive()
        self.line_lives: Callable[[Interface, bool], None] = lambda *_: None
        """Told of every keepalive interval and answer: does the far end live?"""
        self._receive_packet = forwarding.receive
        port.receive = self.receive_frame
        simulation.post(INTERVAL, self._keep_alive, None)

    def carrier(self) -> bool:
        """Whether the port has a cable whose link is up."""
        return self.port.carrier

    def rewrite(self, _next_hop: bytes, /) -> bytes | None:
        """The one far end needs no address."""
        return _HDLC_IPV4

    def receive_frame(self, frame: bytes) -> None:
        """A frame comes in from the line."""
        self.packets_in += 1
        self.bytes_in += len(frame)
        self.last_input = self.simulation.now
        if not self.up:
            self.input_drops += 1
        elif frame[2:4] == _SLARP:
            self._receive_slarp(frame[4:])
        elif not self.protocol_up:
            self.input_drops += 1
        elif frame[2:4] == _IPV4:
            self._receive_packet(frame[4:], self)
        else:
            self.unknown_protocols += 1

    def transmit(self, frame: bytes) -> None:
        """Send a frame down the line."""
        if not self.protocol_up:
            self.output_drops += 1
        else:
            self._put_on_wire(frame)

    def _put_on_wire(self, frame: bytes) -> None:
        if not self.port.transmit(frame):
            self.output_drops += 1
            return
        self.packets_out += 1
        self.bytes_out += len(frame)
        self.last_output = self.simulation.now

    def _keep_alive(self, _: object) -> None:
        if not self.port.powered:
            return  # the router that this interface belonged to has reloaded
        self.simulation.post(INTERVAL, self._keep_alive, None)
        if self.up:
            header = HdlcHeader(HdlcAddress.BROADCAST, 0, SLARP_PROTOCOL)
            self._put_on_wire(header.build(self.keepalive.tick().build()))
            self.line_lives(self, self.keepalive.alive)
        else:
            self.keepalive.restart()

    def _receive_slarp(self, data: bytes) -> None:
        try:
            message = parse_slarp(data)
        except DecodeError:
            self.input_errors += 1
            return
        if isinstance(message, SlarpKeepalive):
            self.keepalive.receive(message)
            self.line_lives(self, self.keepalive.alive)


class LoopbackInterface(Interface):
    """An address that is always up; packets routed out of it are lost."""

    __slots__ = ()

    def rewrite(self, _next_hop: bytes, /) -> bytes | None:
        """Nothing is framed: nobody hears it."""
        return b""
