"""Packets as NAT sees and changes them (RFC 3022 section 4).

Everything is done on bytes. Checksums are updated rather than computed anew (RFC 1624), so that
what was wrong before stays wrong.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from ioscli.codec.icmp import HEADER_LENGTH as ICMP_HEADER
from ioscli.codec.icmp import IcmpType
from ioscli.codec.ipv4 import IpProtocol

_OFFSET = 0x1FFF
_SHORTEST_TCP = 20
_SHORTEST_UDP = 8

#: Messages that carry an identifier, in which a request and its reply are alike.
_QUERIES = frozenset(
    {IcmpType.ECHO_REPLY, IcmpType.ECHO_REQUEST, 13, 14, 15, 16, 17, 18},
)
_ERRORS = frozenset(
    {
        IcmpType.DESTINATION_UNREACHABLE,
        IcmpType.SOURCE_QUENCH,
        IcmpType.REDIRECT,
        IcmpType.TIME_EXCEEDED,
        IcmpType.PARAMETER_PROBLEM,
    }
)

#: Where the checksum is in a header that has ports.
_CHECKSUM_AT: dict[int, int] = {IpProtocol.TCP: 16, IpProtocol.UDP: 6}


class Form(Enum):
    """What NAT can go by in a packet."""

    PORTS = "ports"
    """TCP, UDP, or an ICMP query, whose identifier stands for both ports."""
    PLAIN = "plain"
    """Any other protocol: addresses alone."""
    ERROR = "error"
    """An ICMP error that quotes a packet."""
    LATER = "later fragment"
    BAD = "bad"
    """Too short for the header that it says it has."""


class Seen(NamedTuple):
    """A packet's form and what tells its flow."""

    form: Form
    protocol: int
    source: bytes
    destination: bytes
    source_port: int = 0
    destination_port: int = 0
    flags: int = 0
    """Of TCP."""


def look(packet: bytes) -> Seen:
    """What a packet is. Its IPv4 header has been checked."""
    offset = (packet[6] << 8 | packet[7]) & _OFFSET
    protocol, source, destination = packet[9], packet[12:16], packet[16:20]
    if offset:
        return Seen(Form.LATER, protocol, source, destination)
    start = (packet[0] & 15) << 2
    size = len(packet) - start
    if protocol == IpProtocol.ICMP:
        return _look_at_icmp(packet, start, size)
    if protocol not in _CHECKSUM_AT:
        return Seen(Form.PLAIN, protocol, source, destination)
    tcp = protocol == IpProtocol.TCP
    if size < (_SHORTEST_TCP if tcp else _SHORTEST_UDP):
        return Seen(Form.BAD, protocol, source, destination)
    return Seen(
        Form.PORTS,
        protocol,
        source,
        destination,
        packet[start] << 8 | packet[start + 1],
        packet[start + 2] << 8 | packet[start + 3],
        packet[start + 13] if tcp else 0,
    )


def _look_at_icmp(packet: bytes, start: int, size: int) -> Seen:
    protocol, source, destination = packet[9], packet[12:16], packet[16:20]
    if size < ICMP_HEADER:
        return Seen(Form.BAD, protocol, source, destination)
    kind = packet[start]
    if kind in _QUERIES:
        identifier = packet[start + 4] << 8 | packet[start + 5]
        return Seen(Form.PORTS, protocol, source, destination, identifier, identifier)
    if kind in _ERRORS:
        return Seen(Form.ERROR, protocol, source, destination)
    return Seen(Form.PLAIN, protocol, source, destination)


def quoted(packet: bytes) -> Seen | None:
    """What the packet is that an ICMP error quotes; None: nothing that a flow could be told by."""
    inner = packet[((packet[0] & 15) << 2) + ICMP_HEADER :]
    if len(inner) < 20 or inner[0] >> 4 != 4:
        return None
    start = (inner[0] & 15) << 2
    if start < 20 or len(inner) < start + 8 or (inner[6] << 8 | inner[7]) & _OFFSET:
        return None
    protocol, source, destination = inner[9], inner[12:16], inner[16:20]
    if protocol == IpProtocol.ICMP:
        if inner[start] not in _QUERIES:
            return None  # no error is sent about an error (RFC 1122 section 3.2.2)
        identifier = inner[start + 4] << 8 | inner[start + 5]
        return Seen(Form.PORTS, protocol, source, destination, identifier, identifier)
    if protocol not in _CHECKSUM_AT:
        return Seen(Form.PLAIN, protocol, source, destination)
    return Seen(
        Form.PORTS,
        protocol,
        source,
        destination,
        inner[start] << 8 | inner[start + 1],
        inner[start + 2] << 8 | inner[start + 3],
    )


# -- changes ---------------------------------------------------------------------------------------


def adjusted(checksum: bytes, old: bytes, new: bytes) -> bytes:
    """A checksum after some bytes, from an even place on, became others of as many (RFC 1624)."""
    before, after = int.from_bytes(old, "big"), int.from_bytes(new, "big")
    if len(old) & 1:
        before, after = before << 8, after << 8
    return ((int.from_bytes(checksum, "big") + before - after) % 65535).to_bytes(2, "big")


def rewritten(
    packet: bytes, source: bytes, destination: bytes, ports: tuple[int, int] | None = None
) -> bytes:
    """A packet with other addresses; ports: also with others, or another ICMP identifier.

    The transport's checksum follows where the packet holds the header that it is in.
    """
    old, new = packet[12:20], source + destination
    start = (packet[0] & 15) << 2
    changed = bytearray(packet)
    if old != new:
        changed[10:12] = adjusted(packet[10:12], old, new)
        changed[12:20] = new
    if (packet[6] << 8 | packet[7]) & _OFFSET:
        return bytes(changed)
    protocol = packet[9]
    at = _CHECKSUM_AT.get(protocol)
    if at is not None:
        _change_transport(changed, start, at, old, new, ports, protocol == IpProtocol.UDP)
    elif protocol == IpProtocol.ICMP and ports is not None:
        _change_identifier(changed, start, ports[0])
    return bytes(changed)


def _change_transport(
    changed: bytearray,
    start: int,
    at: int,
    old: bytes,
    new: bytes,
    ports: tuple[int, int] | None,
    udp: bool,
) -> None:
    if ports is not None and len(changed) >= start + 4:
        old += changed[start : start + 4]
        changed[start : start + 4] = (ports[0] << 16 | ports[1]).to_bytes(4, "big")
        new += changed[start : start + 4]
    place = slice(start + at, start + at + 2)
    checksum = bytes(changed[place])
    if len(checksum) < 2 or old == new or (udp and checksum == b"\0\0"):
        return
    made = adjusted(checksum, old, new)
    changed[place] = b"\xff\xff" if udp and made == b"\0\0" else made


def _change_identifier(changed: bytearray, start: int, identifier: int) -> None:
    old, new = bytes(changed[start + 4 : start + 6]), identifier.to_bytes(2, "big")
    if old != new:
        changed[start + 2 : start + 4] = adjusted(bytes(changed[start + 2 : start + 4]), old, new)
        changed[start + 4 : start + 6] = new


def rewritten_error(
    packet: bytes,
    source: bytes,
    destination: bytes,
    inner_source: bytes,
    inner_destination: bytes,
    inner_ports: tuple[int, int] | None,
) -> bytes:
    """An ICMP error with other addresses, and so with the packet that it quotes (RFC 5508 4.2)."""
    outer = rewritten(packet, source, destination)
    start = ((packet[0] & 15) << 2) + ICMP_HEADER
    inner = packet[start:]
    changed = rewritten(inner, inner_source, inner_destination, inner_ports)
    at = start - ICMP_HEADER + 2
    checksum = adjusted(packet[at : at + 2], inner, changed)
    return b"".join((outer[:at], checksum, outer[at + 2 : start], changed))
