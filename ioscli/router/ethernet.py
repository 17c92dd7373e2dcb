"""Ethernet ports and their 802.1Q sub-interfaces: frames, ARP and VLANs."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.arp import ArpPacket
from ioscli.codec.dot1q import SMALLEST_TAGGED, tag, untag
from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import BROADCAST, EthernetHeader, EtherType, multicast_mac
from ioscli.engine.link import Port
from ioscli.engine.simulation import Simulation
from ioscli.model.config import InterfaceConfig
from ioscli.model.instant import SECOND
from ioscli.protocols.arp.table import ArpTable, Learned
from ioscli.protocols.arp.table import Effect as ArpEffect
from ioscli.protocols.arp.table import Send as SendArp
from ioscli.router.interfaces import Adjacency, Interface

if TYPE_CHECKING:
    from ioscli.router.forwarding import Forwarding

_IPV4 = EtherType.IPV4.to_bytes(2, "big")
_ARP = EtherType.ARP.to_bytes(2, "big")
_DOT1Q = EtherType.DOT1Q.to_bytes(2, "big")
_MINIMUM_FRAME = 60
_HEADER = 14
_TAG = 4
_FIRST_GROUP = 224
_MULTICAST = b"\x01\x00\x5e"
"""What the addresses of IPv4 groups begin with (RFC 1112 section 6.4)."""
_EVERYBODY = b"\xff\xff\xff\xff"


class EthernetInterface(Interface):
    """A GigabitEthernet, FastEthernet or Ethernet port with its ARP table."""

    __slots__ = ("arp", "mac", "port", "proxies", "subinterfaces")

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
        to_all = frame[:6] != self.mac
        if to_all and not (frame and frame[0] & 1):
            return  # flooded by a switch to somebody else: the hardware passes it over
        self.packets_in += 1
        self.bytes_in += len(frame)
        self.last_input = self.simulation.now
        if not self.protocol_up:
            self.input_drops += 1
            return
        kind = frame[12:14]
        if to_all:
            self.broadcasts_in += 1
            self.multicasts_in += frame[:3] == _MULTICAST
        if kind == _IPV4:
            if self.address is None and 0 in self.subinterfaces:
                self._hand_over(0, frame)
                return
            # As long as it says it is: short frames are padded.
            end = _HEADER + int.from_bytes(frame[16:18], "big")
            self.receive_packet(frame[_HEADER:end], self)
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
            self.counts_of("Other").received(len(frame))

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

    def delivered(self, packet: int) -> None:
        """Count header and padding with it."""
        counts = self.processed
        counts.packets_in += 1
        size = packet + _HEADER
        counts.bytes_in += size if size > _MINIMUM_FRAME else _MINIMUM_FRAME

    def rewrite(self, next_hop: bytes, /) -> bytes | None:
        """From the ARP table; of a multicast group as RFC 1112 section 6.4 maps it."""
        if next_hop[0] >= _FIRST_GROUP:
            group = multicast_mac(next_hop) if next_hop != _EVERYBODY else BROADCAST
            return group + self.mac + _IPV4
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
        self.counts_of("ARP").received(len(frame))
        self.delivered(len(frame) - _HEADER)
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
                    before = self.packets_out, self.bytes_out
                    self.transmit(header.build(packet.build()))
                    self._sent_arp(*before)
                case Learned(address, mac):
                    adjacency = self.adjacencies.get(address.packed)
                    if adjacency is not None:
                        adjacency.rewrite = mac + self.mac + _IPV4

    def _sent_arp(self, packets: int, size: int) -> None:
        """Count an ARP frame, if it did go out; given are the counters before it."""
        if self.packets_out > packets:
            self.counts_of("ARP").sent(self.bytes_out - size)
            self.sent_by_process(packets, size)

    def forget(self, addresses: list[IPv4Address]) -> None:
        """ARP entries are gone: their adjacencies must ask again."""
        for address in addresses:
            adjacency = self.adjacencies.get(address.packed)
            if adjacency is not None:
                adjacency.rewrite = None


class SubInterface(EthernetInterface):
    """`GigabitEthernet0/0.100`: one VLAN of a port, with addresses and neighbours of its own."""

    __slots__ = ("parent",)

    def __init__(
        self, config: InterfaceConfig, forwarding: Forwarding, parent: EthernetInterface
    ) -> None:
        self.parent = parent
        super().__init__(
            config,
            parent.simulation,
            forwarding,
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

    def delivered(self, packet: int) -> None:
        """A process took it from a frame of the parent's as well.

        The tag takes four bytes of a short frame's padding.
        """
        self.processed.received(max(_MINIMUM_FRAME - _TAG, packet + _HEADER))
        self.parent.delivered(packet + _TAG)

    def sent_by_process(self, packets: int, size: int) -> None:
        """A process sent frames; so it did of the parent's frames."""
        super().sent_by_process(packets, size)
        frames = self.packets_out - packets
        if frames:
            counts = self.parent.processed
            counts.packets_out += frames
            tagged = self.bytes_out - size + frames * _TAG
            counts.bytes_out += max(frames * _MINIMUM_FRAME, tagged)

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
