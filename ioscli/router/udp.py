"""UDP datagrams for the router itself: ports that are open, and a refusal for the others."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.codec.ipv4 import header_length
from ioscli.codec.udp import UdpHeader
from ioscli.model.ifname import InterfaceName
from ioscli.router.icmp import Icmp
from ioscli.router.interfaces import Interface


class Datagram(NamedTuple):
    """One UDP datagram that reached an open port."""

    source: IPv4Address
    source_port: int
    destination: IPv4Address
    destination_port: int
    payload: bytes
    interface: InterfaceName | None = None
    """Where it came in."""


class UdpInput:
    """Hands datagrams to whoever opened their port."""

    __slots__ = (
        "_icmp",
        "_ports",
        "checksum_errors",
        "datagrams",
        "malformed",
        "no_port",
        "received",
    )

    def __init__(self, icmp: Icmp) -> None:
        self._icmp = icmp
        self._ports: dict[int, Callable[[Datagram], None]] = {}
        self.malformed = 0
        """Datagrams whose length cannot be."""
        self.checksum_errors = 0
        self.received = 0
        self.datagrams: dict[int, int] = {}
        """Open port -> datagrams that reached it."""
        self.no_port = 0

    def open(self, port: int, handler: Callable[[Datagram], None]) -> None:
        """Have the datagrams of a port handed to a function."""
        self._ports[port] = handler

    def close(self, port: int) -> None:
        """Refuse the port's datagrams again."""
        self._ports.pop(port, None)

    @property
    def ports(self) -> list[int]:
        """The open ports, in order."""
        return sorted(self._ports)

    def is_open(self, port: int) -> bool:
        """Whether somebody listens on a port."""
        return port in self._ports

    def receive(self, packet: bytes, interface: Interface) -> None:
        """A UDP packet for this router."""
        self.received += 1
        source, destination = IPv4Address(packet[12:16]), IPv4Address(packet[16:20])
        try:
            header, payload = UdpHeader.parse(packet[header_length(packet) :], source, destination)
        except ChecksumError:
            self.checksum_errors += 1
            return
        except DecodeError:
            self.malformed += 1
            return
        handler = self._ports.get(header.destination_port)
        if handler is None:
            self.no_port += 1
            self._icmp.port_unreachable(packet, interface)
            return
        port = header.destination_port
        self.datagrams[port] = self.datagrams.get(port, 0) + 1
        handler(Datagram(source, header.source_port, destination, port, payload, interface.name))
