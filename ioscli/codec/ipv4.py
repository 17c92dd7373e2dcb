"""The IPv4 header (RFC 791), as a value and, for the forwarding path, as bytes.

IPv4Header is for packets that begin or end at this node. What a router only passes on is touched
by the functions below it, which slice bytes and build no objects: they run at every hop.
"""

from collections.abc import Iterator
from enum import IntEnum
from ipaddress import IPv4Address
from typing import NamedTuple, Self

from ioscli.codec.checksum import internet_checksum
from ioscli.codec.errors import ChecksumError, DecodeError

HEADER_LENGTH = 20
LARGEST_PACKET = 65535
LARGEST_OPTIONS = 40

# Byte offsets of header fields, for code that works on packet bytes.
TOS = 1
TTL = 8
PROTOCOL = 9
#: Slices of 4 bytes each, ready for int.from_bytes or IPv4Address.
SOURCE = slice(12, 16)
DESTINATION = slice(16, 20)

RESERVED_FLAG = 0x8000
DONT_FRAGMENT = 0x4000
MORE_FRAGMENTS = 0x2000
OFFSET_MASK = 0x1FFF

END_OF_OPTIONS = 0
NO_OPERATION = 1


class IpProtocol(IntEnum):
    """IANA "Protocol Numbers" registry, the protocols a router meets."""

    ICMP = 1
    IGMP = 2
    IPV4 = 4
    TCP = 6
    UDP = 17
    IPV6 = 41
    GRE = 47
    ESP = 50
    AH = 51
    EIGRP = 88
    OSPF = 89
    PIM = 103
    VRRP = 112


class IPv4Header(NamedTuple):
    """An IPv4 header without what build computes: version, lengths and checksum.

    fragment_offset is in bytes (a multiple of 8). options are raw; build pads them with
    end-of-option-list bytes to a multiple of 4. reserved_flag is the bit beside DF, always zero
    from honest senders and kept here so that nothing is lost.
    """

    source: IPv4Address
    destination: IPv4Address
    protocol: int
    ttl: int = 255
    identification: int = 0
    dont_fragment: bool = False
    more_fragments: bool = False
    fragment_offset: int = 0
    tos: int = 0
    options: bytes = b""
    reserved_flag: bool = False

    def build(self, payload: bytes) -> bytes:
        """The whole packet; ValueError when it would not fit the fields of the header."""
        (source, destination, protocol, ttl, identification, dont_fragment, more_fragments) = self[
            :7
        ]
        offset, tos, options, reserved = self[7:]
        if options:
            options += bytes(-len(options) % 4)
            if len(options) > LARGEST_OPTIONS:
                raise ValueError(f"{len(options)} bytes of IPv4 options")
        header_length = HEADER_LENGTH + len(options)
        total = header_length + len(payload)
        if total > LARGEST_PACKET:
            raise ValueError(f"IPv4 packet of {total} bytes")
        if offset & 7 or not 0 <= offset >> 3 <= OFFSET_MASK:
            raise ValueError(f"IPv4 fragment offset of {offset} bytes")
        flags = (
            (DONT_FRAGMENT if dont_fragment else 0)
            | (MORE_FRAGMENTS if more_fragments else 0)
            | (RESERVED_FLAG if reserved else 0)
            | offset >> 3
        )
        head = bytes((0x40 | header_length >> 2, tos)) + (
            total << 32 | identification << 16 | flags
        ).to_bytes(6, "big")
        addresses = (int(source) << 32 | int(destination)).to_bytes(8, "big")
        body = bytes((ttl, protocol))
        checksum = internet_checksum(head + body + b"\0\0" + addresses + options)
        return b"".join((head, body, checksum.to_bytes(2, "big"), addresses, options, payload))

    @classmethod
    def parse(cls, packet: bytes) -> tuple[Self, bytes]:
        """Check and split a packet; what lies beyond its total length (frame padding) is cut."""
        if not header_ok(packet):
            raise header_error(packet)
        header_length = (packet[0] & 15) << 2
        flags = packet[6] << 8 | packet[7]
        header = cls(
            IPv4Address(packet[12:16]),
            IPv4Address(packet[16:20]),
            packet[9],
            packet[8],
            packet[4] << 8 | packet[5],
            flags & DONT_FRAGMENT != 0,
            flags & MORE_FRAGMENTS != 0,
            (flags & OFFSET_MASK) << 3,
            packet[1],
            packet[20:header_length],
            flags & RESERVED_FLAG != 0,
        )
        return header, packet[header_length : packet[2] << 8 | packet[3]]


def header_ok(packet: bytes) -> bool:
    """Whether a router may look further: version, lengths and header checksum (RFC 1812 5.2.2).

    The packet may be followed by frame padding; see without_padding.
    """
    size = len(packet)
    if size < 20:
        return False
    first = packet[0]
    if first == 0x45:
        return (
            20 <= (packet[2] << 8 | packet[3]) <= size
            and int.from_bytes(packet[:20], "big") % 65535 == 0
        )
    header_length = (first & 15) << 2
    return (
        first >> 4 == 4
        and 20 < header_length <= (packet[2] << 8 | packet[3]) <= size
        and int.from_bytes(packet[:header_length], "big") % 65535 == 0
    )


def forwarded(packet: bytes) -> bytes:
    """The packet with its TTL one lower and its checksum updated (RFC 1624).

    Only for packets with a right checksum (header_ok) whose TTL is above zero.
    """
    # The first 12 bytes are one number that ends in TTL, protocol and checksum. TTL - 1 takes
    # 0x0100 from the sum of words, so the checksum gains it, modulo 65535 and never 0xFFFF.
    number = int.from_bytes(packet[:12], "big")
    number -= 0x00FFFF00 if number & 0xFFFF < 0xFEFF else 0x0100FEFF
    return number.to_bytes(12, "big") + packet[12:]


def total_length(packet: bytes) -> int:
    """The packet's total length field, in bytes."""
    return packet[2] << 8 | packet[3]


def header_length(packet: bytes) -> int:
    """Bytes of the header, options included."""
    return (packet[0] & 15) << 2


def without_padding(packet: bytes) -> bytes:
    """The packet without the frame padding that follows a short one; no copy when there is none."""
    return packet[: packet[2] << 8 | packet[3]]


def is_fragment(packet: bytes) -> bool:
    """Whether the packet is a part of a larger datagram."""
    return bool(packet[6] & 0x3F or packet[7])


def dont_fragment(packet: bytes) -> bool:
    """Whether the packet forbids fragmentation."""
    return packet[6] & 0x40 != 0


def parse_options(options: bytes) -> Iterator[tuple[int, bytes]]:
    """The options one by one: type, and all their bytes (RFC 791 section 3.1).

    No-operation options are left out, the end of the list ends it. DecodeError where one does
    not fit.
    """
    position = 0
    while position < len(options):
        kind = options[position]
        if kind == END_OF_OPTIONS:
            return
        if kind == NO_OPERATION:
            position += 1
            continue
        length = options[position + 1] if position + 1 < len(options) else 0
        if length < 2 or position + length > len(options):
            raise DecodeError(f"IPv4 option {kind} of {length} bytes")
        yield kind, options[position : position + length]
        position += length


def header_error(packet: bytes) -> DecodeError:
    """What header_ok refuses a packet for; a ChecksumError where all else is in order."""
    if len(packet) < HEADER_LENGTH:
        return DecodeError(f"IPv4 packet of {len(packet)} bytes")
    if packet[0] >> 4 != 4:
        return DecodeError(f"IP version {packet[0] >> 4} in an IPv4 packet")
    length = header_length(packet)
    if length < HEADER_LENGTH or length > len(packet):
        return DecodeError(f"IPv4 header length of {length} bytes in {len(packet)}")
    total = total_length(packet)
    if not length <= total <= len(packet):
        return DecodeError(f"IPv4 total length {total} in {len(packet)} bytes")
    return ChecksumError("wrong IPv4 header checksum")
