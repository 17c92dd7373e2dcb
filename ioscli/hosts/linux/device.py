"""The network devices of a Linux host: `lo`, and an Ethernet card per cable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import IntFlag
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ioscli.codec.arp import ArpOperation, ArpPacket
from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import BROADCAST, EthernetHeader, EtherType, multicast_mac
from ioscli.engine.link import Port
from ioscli.engine.simulation import Simulation
from ioscli.hosts.linux.neighbour import Neighbours

_MINIMUM_FRAME = 60
_LOOPBACK_MTU = 65_536

Watch = Callable[[bytes, bool], None]
"""Sees a frame of a device, and whether it went out."""


class DeviceFlag(IntFlag):
    """`IFF_...` of netdevice(7)."""

    UP = 0x1
    BROADCAST = 0x2
    LOOPBACK = 0x8
    RUNNING = 0x40
    MULTICAST = 0x1000


class Counters:
    """What ifconfig shows of one direction."""

    __slots__ = ("dropped", "errors", "octets", "packets")

    def __init__(self) -> None:
        self.packets = self.octets = self.errors = self.dropped = 0


class Address:
    """An address of a device; `broadcast` only where somebody gave one."""

    __slots__ = ("broadcast", "interface", "label")

    def __init__(self, interface: IPv4Interface, broadcast: IPv4Address | None, label: str) -> None:
        self.interface = interface
        self.broadcast = broadcast
        self.label = label
        """`eth0`, or `eth0:1`."""


class Device(ABC):
    """What every device has."""

    def __init__(self, name: str, index: int, mac: bytes, mtu: int) -> None:
        self.name = name
        self.index = index
        self.mac = mac
        self.mtu = mtu
        """Largest IPv4 packet, bytes."""
        self.up = False
        self.addresses: list[Address] = []
        self.received, self.sent = Counters(), Counters()
        self.watchers: list[Watch] = []

    @property
    def loopback(self) -> bool:
        """Whether what is sent comes back."""
        return False

    @property
    def running(self) -> bool:
        """Whether it is up and has a carrier."""
        return self.up

    @property
    def flags(self) -> DeviceFlag:
        """What ifconfig and ip print between angle brackets."""
        kind = DeviceFlag.LOOPBACK if self.loopback else DeviceFlag.BROADCAST | DeviceFlag.MULTICAST
        up = DeviceFlag.UP if self.up else DeviceFlag(0)
        return kind | up | (DeviceFlag.RUNNING if self.running else DeviceFlag(0))

    @property
    def primary(self) -> IPv4Interface | None:
        """The first address."""
        return self.addresses[0].interface if self.addresses else None

    def address_towards(self, wanted: IPv4Address) -> IPv4Address | None:
        """The address to speak from: of the network that holds the other end, or the first."""
        for address in self.addresses:
            if wanted in address.interface.network:
                return address.interface.ip
        return self.addresses[0].interface.ip if self.addresses else None

    def networks(self) -> list[IPv4Network]:
        """The networks of its addresses."""
        return [address.interface.network for address in self.addresses]

    @abstractmethod
    def send_packet(self, packet: bytes, next_hop: IPv4Address, /) -> None:
        """Send a packet that fits the MTU to a neighbour."""

    def seen(self, frame: bytes, *, out: bool) -> None:
        """Show a frame to whoever watches the device."""
        for watch in list(self.watchers):
            watch(frame, out)


class Loopback(Device):
    """`lo`."""

    def __init__(self, receive: Callable[[bytes, Device], None], simulation: Simulation) -> None:
        super().__init__("lo", 1, bytes(6), _LOOPBACK_MTU)
        self._receive = receive
        self._simulation = simulation

    @property
    def loopback(self) -> bool:
        """It is."""
        return True

    def send_packet(self, packet: bytes, _next_hop: IPv4Address, /) -> None:
        """Hand it back, after the sender's call has returned."""
        frame = EthernetHeader(bytes(6), bytes(6), EtherType.IPV4).build(packet)
        self.seen(frame, out=True)
        for counters in (self.sent, self.received):
            counters.packets += 1
            counters.octets += len(packet)
        self._simulation.post(1, self._come_back, packet)

    def _come_back(self, packet: bytes) -> None:
        if self.up:
            self._receive(packet, self)


class EthernetDevice(Device):
    """`eth0` and its like."""

    def __init__(
        self,
        name: str,
        index: int,
        mac: bytes,
        port: Port,
        receive: Callable[[bytes, Device], None],
        simulation: Simulation,
    ) -> None:
        super().__init__(name, index, mac, 1500)
        self.port = port
        self.neighbours = Neighbours(simulation, self._solicit, self._to_neighbour)
        self._receive = receive
        port.receive = self._receive_frame

    @property
    def running(self) -> bool:
        """Whether it is up and has a carrier."""
        return self.up and self.port.carrier

    # -- out ---------------------------------------------------------------------------------------

    def send_packet(self, packet: bytes, next_hop: IPv4Address, /) -> None:
        """To a neighbour whose hardware address is asked for first; to a group or to all."""
        if next_hop.is_multicast:
            self._send(multicast_mac(next_hop.packed), EtherType.IPV4, packet)
        elif next_hop == _EVERYBODY or any(
            next_hop in (address.broadcast, address.interface.network.broadcast_address)
            for address in self.addresses
            if address.interface.network.prefixlen < 31
        ):
            self._send(BROADCAST, EtherType.IPV4, packet)
        else:
            self.neighbours.send(packet, next_hop)

    def _to_neighbour(self, mac: bytes, packet: bytes) -> None:
        self._send(mac, EtherType.IPV4, packet)

    def _solicit(self, wanted: IPv4Address, mac: bytes | None) -> None:
        own = self.address_towards(wanted)
        if own is not None:
            request = ArpPacket(ArpOperation.REQUEST, self.mac, own, bytes(6), wanted)
            self._send(mac or BROADCAST, EtherType.ARP, request.build())

    def _send(self, destination: bytes, kind: int, payload: bytes) -> None:
        # What watches the device sees a frame before the card pads it.
        frame = destination + self.mac + kind.to_bytes(2, "big") + payload
        if not self.running or not self.port.transmit(frame.ljust(_MINIMUM_FRAME, b"\0")):
            self.sent.dropped += 1
            return
        self.sent.packets += 1
        self.sent.octets += len(frame)
        self.seen(frame, out=True)

    # -- in ----------------------------------------------------------------------------------------

    def _receive_frame(self, frame: bytes) -> None:
        if not self.up:
            return
        self.received.packets += 1
        self.received.octets += len(frame)
        self.seen(frame, out=False)
        if frame[:6] != self.mac and not frame[0] & 1:
            return  # flooded by a switch to somebody else
        try:
            header, payload = EthernetHeader.parse(frame)
            if header.ethertype == EtherType.IPV4:
                self._receive(payload, self)
            elif header.ethertype == EtherType.ARP:
                self._receive_arp(ArpPacket.parse(payload))
            else:
                self.received.dropped += 1
        except DecodeError:
            self.received.errors += 1

    def _receive_arp(self, packet: ArpPacket) -> None:
        own = [address.interface.ip for address in self.addresses]
        if packet.sender_ip in own or not own or packet.sender_mac[0] & 1:
            return
        if packet.operation == ArpOperation.REPLY:
            self.neighbours.answered(packet.sender_ip, packet.sender_mac)
        elif packet.target_ip in own:
            self.neighbours.heard(packet.sender_ip, packet.sender_mac)
            reply = ArpPacket(
                ArpOperation.REPLY,
                self.mac,
                packet.target_ip,
                packet.sender_mac,
                packet.sender_ip,
            )
            self._send(packet.sender_mac, EtherType.ARP, reply.build())


_EVERYBODY = IPv4Address("255.255.255.255")
