"""The IP Authentication Header (RFC 4302), and what of an IPv4 packet it covers."""

from typing import NamedTuple, Self

from ioscli.codec.checksum import internet_checksum
from ioscli.codec.errors import DecodeError
from ioscli.codec.ipv4 import IpProtocol, header_length

FIXED_LENGTH = 12
"""Bytes before the ICV."""
_WORD = 4
_WITHOUT_MUTABLE = bytes((0, 0, 0, IpProtocol.AH, 0, 0))
"""Flags and offset, TTL, protocol, checksum."""


class AhHeader(NamedTuple):
    """An authentication header.

    next_header: the protocol of what follows. icv: its length is the algorithm's, a multiple of
    4 bytes (RFC 4302, 3.3.3.2.1).
    """

    next_header: int
    spi: int
    sequence: int
    icv: bytes

    def build(self, payload: bytes) -> bytes:
        """Header and payload; the length counts words less two (RFC 4302, 2.2)."""
        length = (FIXED_LENGTH + len(self.icv)) // _WORD - 2
        head = bytes((self.next_header, length, 0, 0)) + (self.spi << 32 | self.sequence).to_bytes(
            8, "big"
        )
        return b"".join((head, self.icv, payload))

    @classmethod
    def parse(cls, packet: bytes) -> tuple[Self, bytes]:
        """Split the payload of an IPv4 packet of protocol 51; SPI 0 never travels."""
        if len(packet) < FIXED_LENGTH:
            raise DecodeError(f"AH packet of {len(packet)} bytes")
        length = (packet[1] + 2) * _WORD
        if length < FIXED_LENGTH or len(packet) < length:
            raise DecodeError(f"AH of {length} bytes in {len(packet)}")
        spi = int.from_bytes(packet[4:8], "big")
        if not spi:
            raise DecodeError("AH with SPI 0")
        sequence = int.from_bytes(packet[8:12], "big")
        return cls(packet[0], spi, sequence, packet[FIXED_LENGTH:length]), packet[length:]


def immutable(header: bytes, total: int) -> bytes:
    """What of an IPv4 header does not change on the way (RFC 4302, 3.3.3.1.1); the rest is zero.

    ToS, flags, fragment offset, TTL and checksum; options but the security ones too, of which
    IOS sends none (appendix A1: an unknown option counts as mutable). total: the length of the
    packet with AH, whose protocol number the header counts as having.
    """
    options = bytes(len(header) - 20)
    return b"".join(
        (
            header[:1],
            b"\0",
            total.to_bytes(2, "big"),
            header[4:6],
            _WITHOUT_MUTABLE,
            header[12:20],
            options,
        )
    )


def with_header(packet: bytes, protocol: int, rest: bytes) -> bytes:
    """An IPv4 packet with another payload: protocol, length and checksum follow."""
    head = packet[: header_length(packet)]
    total = len(head) + len(rest)
    head = b"".join(
        (
            head[:2],
            total.to_bytes(2, "big"),
            head[4:9],
            bytes((protocol,)),
            b"\0\0",
            head[12:],
        )
    )
    checksum = internet_checksum(head).to_bytes(2, "big")
    return b"".join((head[:10], checksum, head[12:], rest))
