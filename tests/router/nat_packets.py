"""Packets for tests of NAT: built whole, and checked whole when they come out."""

from __future__ import annotations

from ipaddress import IPv4Address

from ioscli.codec.checksum import verify
from ioscli.codec.fragments import fragment
from ioscli.codec.icmp import DestinationUnreachable, EchoMessage
from ioscli.codec.ipv4 import IpProtocol, header_length, header_ok
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.codec.tcp import TcpHeader
from ioscli.codec.udp import UdpHeader

__all__ = ["fragment"]

SYN, ACK, FIN, RST = 2, 16, 1, 4


def packet(source: str, destination: str, protocol: int, payload: bytes, number: int = 1) -> bytes:
    template = Ipv4Template(
        IPv4Address(source).packed, IPv4Address(destination).packed, protocol, 64
    )
    return template.build(len(payload), number) + payload


def udp(
    source: str,
    port: int,
    destination: str,
    far_port: int,
    data: bytes = b"x",
    *,
    sums: bool = True,
) -> bytes:
    header = UdpHeader(port, far_port, sums)
    payload = header.build(data, IPv4Address(source), IPv4Address(destination))
    return packet(source, destination, IpProtocol.UDP, payload)


def tcp(
    source: str, port: int, destination: str, far_port: int, flags: int = ACK, data: bytes = b""
) -> bytes:
    header = TcpHeader(port, far_port, 1, 1, flags, 4096)
    payload = header.build(data, IPv4Address(source), IPv4Address(destination))
    return packet(source, destination, IpProtocol.TCP, payload)


def echo(source: str, destination: str, identifier: int, *, reply: bool = False) -> bytes:
    payload = EchoMessage(reply, identifier, 1, b"data").build()
    return packet(source, destination, IpProtocol.ICMP, payload)


def unreachable(source: str, destination: str, original: bytes, quoted: int = 8) -> bytes:
    message = DestinationUnreachable(1, 0, original[: header_length(original) + quoted])
    return packet(source, destination, IpProtocol.ICMP, message.build())


def ends(made: bytes) -> tuple[str, int, str, int]:
    """Source and destination with their ports, of a UDP or TCP packet."""
    start = header_length(made)
    ports = int.from_bytes(made[start : start + 4], "big")
    source, destination = IPv4Address(made[12:16]), IPv4Address(made[16:20])
    return str(source), ports >> 16, str(destination), ports & 0xFFFF


def checks(made: bytes) -> bool:
    """Whether every checksum of a whole packet is right; an absent one of UDP is."""
    if not header_ok(made):
        return False
    payload = made[header_length(made) :]
    source, destination = IPv4Address(made[12:16]), IPv4Address(made[16:20])
    match made[9]:
        case IpProtocol.TCP:
            TcpHeader.parse(payload, source, destination)  # raises for a wrong one
        case IpProtocol.UDP:
            UdpHeader.parse(payload, source, destination)
        case IpProtocol.ICMP:
            return verify(payload)
    return True
