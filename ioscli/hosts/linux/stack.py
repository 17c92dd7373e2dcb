"""The IPv4 of a Linux host (RFC 1122): packets in and out, ICMP, path MTU, UDP and TCP sockets."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Interface
from typing import NamedTuple

from ioscli.codec import icmp
from ioscli.codec.errors import DecodeError
from ioscli.codec.fragments import REASSEMBLY_TIMEOUT, Reassembler, fragment
from ioscli.codec.icmp import (
    DestinationUnreachable,
    EchoMessage,
    TimeExceeded,
    TimeExceededCode,
    UnreachableCode,
    echo_reply_to,
)
from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.codec.udp import UdpHeader
from ioscli.engine.simulation import Simulation
from ioscli.hosts.linux.device import Address, Device, EthernetDevice, Loopback
from ioscli.hosts.linux.routes import Route, Routes
from ioscli.model.instant import MINUTE, Instant
from ioscli.protocols.tcp.effects import Ends
from ioscli.protocols.tcp.service import TcpService

#: `net.ipv4.ip_default_ttl`.
DEFAULT_TTL = 64
#: How long a path MTU is remembered (`mtu_expires`).
PMTU_EXPIRES = 10 * MINUTE
#: A path MTU below it is not believed (`min_pmtu`).
MIN_PMTU = 552
#: `ip_local_port_range`.
FIRST_PORT, LAST_PORT = 32_768, 60_999

#: Path MTUs that are remembered; beyond it the oldest goes.
MOST_PATH_MTUS = 1_024

_QUOTED = 548
"""Bytes of a packet that an ICMP error quotes (RFC 1812 4.3.2.3, as Linux does)."""


class SendError(Exception):
    """A packet that cannot be sent; the text is strerror's, as programs print it."""


class UnroutableError(SendError):
    """There is no way to a destination."""

    def __init__(self) -> None:
        super().__init__("Network is unreachable")


class TooLongError(SendError):
    """A packet is larger than the path takes unfragmented, or than any packet can be (mtu)."""

    def __init__(self, mtu: int) -> None:
        super().__init__("Message too long")
        self.mtu = mtu


class Reply(NamedTuple):
    """An echo reply for a socket."""

    source: IPv4Address
    message: EchoMessage
    ttl: int
    size: int
    """Bytes of the ICMP message."""


class Failure(NamedTuple):
    """An ICMP error about a packet that this host sent, or (local) its own kernel's verdict."""

    source: IPv4Address
    message: DestinationUnreachable | TimeExceeded
    ttl: int
    """Of the packet that brought the error."""
    local: bool = False


class Datagram(NamedTuple):
    """A UDP datagram for a socket."""

    source: IPv4Address
    source_port: int
    payload: bytes
    ttl: int


class Stack:
    """The network side of one host."""

    def __init__(self, simulation: Simulation, name: str) -> None:
        self.simulation = simulation
        self.chance = simulation.random(f"{name} network")
        self.lo = Loopback(self.receive, simulation)
        self.devices: dict[str, Device] = {"lo": self.lo}
        self.routes = Routes()
        self.tcp = TcpService(simulation, self, name)
        self.malformed = 0
        self.path_mtus: dict[IPv4Address, tuple[int, Instant]] = {}
        self._reassembler = Reassembler()
        self._echoes: dict[int, Callable[[Reply | Failure], None]] = {}
        self._datagrams: dict[int, Callable[[Datagram | Failure], None]] = {}

    # -- addresses and routes ----------------------------------------------------------------------

    def own(self, address: IPv4Address) -> bool:
        """Whether an address is this host's."""
        return any(
            address == one.interface.ip for it in self.devices.values() for one in it.addresses
        ) or (self.lo.up and address in _LOOPBACK)

    def add_address(
        self, device: Device, interface: IPv4Interface, broadcast: IPv4Address | None
    ) -> None:
        """Give a device an address, and the table its network where the device is up."""
        device.addresses.append(Address(interface, broadcast, device.name))
        if device.up:
            self._connect(device, interface)

    def remove_address(self, device: Device, address: Address) -> None:
        """Take an address and the routes that leant on it."""
        device.addresses.remove(address)
        self.routes.drop_address(device, address.interface.ip)

    def set_up(self, device: Device, up: bool) -> None:
        """`ip link set ... up|down`."""
        if up == device.up:
            return
        device.up = up
        if up:
            for address in device.addresses:
                self._connect(device, address.interface)
        else:
            self.routes.drop_device(device)
            if isinstance(device, EthernetDevice):
                device.neighbours.clear()

    def _connect(self, device: Device, interface: IPv4Interface) -> None:
        network = interface.network
        if device.loopback or network.prefixlen == 32:
            return  # in the kernel's own table `local`, which nobody looks at
        known = any(row.prefix == network and row.device is device for row in self.routes.rows)
        if not known:
            self.routes.add(Route(network, None, device, source=interface.ip, kernel=True))

    def way(self, destination: IPv4Address) -> tuple[Device, IPv4Address, IPv4Address]:
        """Device, next hop and own address for a destination; raises UnroutableError."""
        if self.own(destination):
            if not self.lo.up:
                raise UnroutableError
            return self.lo, destination, destination
        row = self.routes.lookup(destination)
        if row is None:
            raise UnroutableError
        next_hop = row.gateway or destination
        own = row.source or row.device.address_towards(next_hop)
        return row.device, next_hop, own or _ANY

    def source_address(self, destination: IPv4Address) -> IPv4Address | None:
        """The address that packets to a destination carry; None when there is no way."""
        try:
            return self.way(destination)[2]
        except UnroutableError:
            return None

    def path_mtu(self, destination: IPv4Address) -> int:
        """The largest packet for a destination, bytes; raises UnroutableError."""
        mtu = self.way(destination)[0].mtu
        known = self.path_mtus.get(destination)
        if known is not None and known[1] > self.simulation.now:
            return min(mtu, known[0])
        return mtu

    # -- out ---------------------------------------------------------------------------------------

    def originate(  # the fields that a sender chooses, RFC 791
        self,
        source: bytes,
        destination: bytes,
        protocol: int,
        payload: bytes,
        *,
        ttl: int = DEFAULT_TTL,
        tos: int = 0,
        dont_fragment: bool = False,
    ) -> bool:
        """Send a packet; False when there is no way or it may not be cut to fit.

        TCP hears of a segment that is larger than what is known of its path by now, whoever found
        that out, as of one that came back from a router (RFC 1191 section 6.4).
        """
        try:
            self.send(
                IPv4Address(destination),
                protocol,
                payload,
                source=IPv4Address(source),
                ttl=ttl,
                tos=tos,
                dont_fragment=dont_fragment,
            )
        except UnroutableError:
            return False
        except TooLongError as error:
            if protocol == IpProtocol.TCP:
                ends = Ends.of_segment(source, destination, payload)
                self.simulation.post(0, self._segment_too_long, (ends, error.mtu))
            return False
        return True

    def _segment_too_long(self, told: tuple[Ends, int]) -> None:
        self.tcp.too_long(*told)

    def send(
        self,
        destination: IPv4Address,
        protocol: int,
        payload: bytes,
        *,
        source: IPv4Address | None = None,
        ttl: int = DEFAULT_TTL,
        tos: int = 0,
        dont_fragment: bool = False,
        probe: bool = False,
    ) -> None:
        """Send a packet; raises UnroutableError, and TooLongError with dont_fragment.

        probe: look at the device's MTU only, not at what is known of the path.
        """
        device, next_hop, own = self.way(destination)
        header = IPv4Header(
            source or own,
            destination,
            protocol,
            ttl,
            self.chance.getrandbits(16),
            dont_fragment,
            tos=tos,
        )
        mtu = device.mtu if probe else self.path_mtu(destination)
        if dont_fragment and len(payload) + 20 > mtu:
            raise TooLongError(mtu)
        packet = header.build(payload)
        for part in [packet] if len(packet) <= mtu else fragment(packet, mtu):
            device.send_packet(part, next_hop)

    def not_resolved(self, packet: bytes) -> None:
        """Nobody answered for a next hop: the sender on this host is told (EHOSTUNREACH)."""
        message = DestinationUnreachable(UnreachableCode.HOST, 0, packet[:_QUOTED])
        self._failed(Failure(IPv4Address(packet[12:16]), message, DEFAULT_TTL, local=True))

    # -- in ----------------------------------------------------------------------------------------

    def receive(self, packet: bytes, device: Device) -> None:
        """A packet from a device."""
        try:
            header, _ = IPv4Header.parse(packet)
            destination = header.destination
            if not self.own(destination) and not _for_all(destination, device):
                return  # this host does not forward
            whole = self._reassembler.add(packet, self.simulation.now)
            if whole is None:
                self.simulation.post(REASSEMBLY_TIMEOUT, Stack._give_up_fragments, self)
                return
            header, payload = IPv4Header.parse(whole)
            self._deliver(header, payload, whole)
        except DecodeError:
            self.malformed += 1

    def _give_up_fragments(self) -> None:
        """Report the datagrams whose rest did not come in time (RFC 792)."""
        for first in self._reassembler.expire(self.simulation.now):
            header, _ = IPv4Header.parse(first)
            message = TimeExceeded(TimeExceededCode.REASSEMBLY, first[:_QUOTED])
            self._report(header, message)

    def _deliver(self, header: IPv4Header, payload: bytes, packet: bytes) -> None:
        match header.protocol:
            case IpProtocol.ICMP:
                self._icmp(header, payload)
            case IpProtocol.UDP:
                self._udp(header, payload, packet)
            case IpProtocol.TCP:
                self.tcp.segment(packet)
            case _:
                self._unreachable(header, packet, UnreachableCode.PROTOCOL)

    def _icmp(self, header: IPv4Header, payload: bytes) -> None:
        message = icmp.parse(payload)
        if isinstance(message, EchoMessage):
            if message.reply:
                listener = self._echoes.get(message.identifier)
                if listener is not None:
                    listener(Reply(header.source, message, header.ttl, len(payload)))
            elif self.own(header.destination):
                self.originate(
                    header.destination.packed,
                    header.source.packed,
                    IpProtocol.ICMP,
                    echo_reply_to(payload),
                    tos=header.tos,
                )
        elif isinstance(message, DestinationUnreachable | TimeExceeded):
            self._failed(Failure(header.source, message, header.ttl))

    def _failed(self, failure: Failure) -> None:
        """Tell whoever sent the packet that an ICMP error quotes."""
        quoted = failure.message.original
        if len(quoted) < 28:
            return
        start = (quoted[0] & 15) << 2
        inner = quoted[start:]
        destination = IPv4Address(quoted[16:20])
        if len(inner) < 8 or not self.own(IPv4Address(quoted[12:16])):
            return  # about nothing that this host sent
        message = failure.message
        if (
            isinstance(message, DestinationUnreachable)
            and message.code == UnreachableCode.FRAGMENTATION_NEEDED
        ):
            mtu = max(message.next_hop_mtu, MIN_PMTU)
            until = Instant(self.simulation.now + PMTU_EXPIRES)
            self.path_mtus.pop(destination, None)
            self.path_mtus[destination] = (mtu, until)
            if len(self.path_mtus) > MOST_PATH_MTUS:
                del self.path_mtus[next(iter(self.path_mtus))]
        if quoted[9] == IpProtocol.ICMP and inner[0] == icmp.IcmpType.ECHO_REQUEST:
            echo = self._echoes.get(int.from_bytes(inner[4:6], "big"))
            if echo is not None:
                echo(failure)
        elif quoted[9] == IpProtocol.UDP:
            socket = self._datagrams.get(int.from_bytes(inner[:2], "big"))
            if socket is not None:
                socket(failure)
        elif quoted[9] == IpProtocol.TCP:
            self.tcp.error(message)

    def _udp(self, header: IPv4Header, payload: bytes, packet: bytes) -> None:
        ports, data = UdpHeader.parse(payload, header.source, header.destination)
        socket = self._datagrams.get(ports.destination_port)
        if socket is not None:
            socket(Datagram(header.source, ports.source_port, data, header.ttl))
        elif self.own(header.destination):
            self._unreachable(header, packet, UnreachableCode.PORT)

    def _unreachable(self, header: IPv4Header, packet: bytes, code: int) -> None:
        self._report(header, DestinationUnreachable(code, 0, packet[:_QUOTED]))

    def _report(self, header: IPv4Header, message: DestinationUnreachable | TimeExceeded) -> None:
        """Send an ICMP error to the sender of a packet, where it is somebody."""
        if header.source.is_multicast or header.source == _ANY or not self.own(header.destination):
            return
        self.originate(
            header.destination.packed,
            header.source.packed,
            IpProtocol.ICMP,
            message.build(),
            tos=0xC0 | header.tos & 0x1E,
        )

    # -- sockets -----------------------------------------------------------------------------------

    def open_echo(self, listener: Callable[[Reply | Failure], None]) -> int:
        """An ICMP socket; its identifier."""
        identifier = self.chance.getrandbits(16)
        while identifier in self._echoes:
            identifier = self.chance.getrandbits(16)
        self._echoes[identifier] = listener
        return identifier

    def close_echo(self, identifier: int) -> None:
        """Close an ICMP socket."""
        self._echoes.pop(identifier, None)

    def open_udp(
        self, listener: Callable[[Datagram | Failure], None], port: int | None = None
    ) -> int | None:
        """A UDP socket on a port, a free one by default; its port, or None where it is taken."""
        if port is None:
            port = self.chance.randint(FIRST_PORT, LAST_PORT)
            while port in self._datagrams:
                port = self.chance.randint(FIRST_PORT, LAST_PORT)
        elif port in self._datagrams:
            return None
        self._datagrams[port] = listener
        return port

    def close_udp(self, port: int) -> None:
        """Close a UDP socket."""
        self._datagrams.pop(port, None)

    @property
    def udp_ports(self) -> list[int]:
        """The UDP ports that are open, in order."""
        return sorted(self._datagrams)

    def send_datagram(
        self,
        port: int,
        destination: IPv4Address,
        destination_port: int,
        data: bytes,
        *,
        ttl: int = DEFAULT_TTL,
        dont_fragment: bool = False,
        probe: bool = False,
    ) -> None:
        """Send from a UDP socket; raises UnroutableError and TooLongError as `send` does."""
        source = self.way(destination)[2]
        if len(data) > _LARGEST_DATA:
            raise TooLongError(_LARGEST_DATA)
        datagram = UdpHeader(port, destination_port).build(data, source, destination)
        self.send(
            destination,
            IpProtocol.UDP,
            datagram,
            source=source,
            ttl=ttl,
            dont_fragment=dont_fragment,
            probe=probe,
        )


def _for_all(destination: IPv4Address, device: Device) -> bool:
    """Whether a packet is for every host behind a device."""
    if destination in (_BROADCAST, _ALL_SYSTEMS):
        return True
    return any(
        destination in (address.broadcast, address.interface.network.broadcast_address)
        for address in device.addresses
        if address.interface.network.prefixlen < 31
    )


_ANY = IPv4Address(0)
_LARGEST_DATA = 65_507
"""Bytes of a UDP datagram in the largest IPv4 packet."""
_BROADCAST = IPv4Address("255.255.255.255")
_ALL_SYSTEMS = IPv4Address("224.0.0.1")
_LOOPBACK = IPv4Interface("127.0.0.1/8").network
