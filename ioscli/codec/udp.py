"""UDP (RFC 768)."""

from ipaddress import IPv4Address
from typing import NamedTuple, Self

from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.codec.ipv4 import IpProtocol

HEADER_LENGTH = 8
LARGEST_DATAGRAM = 65535


class UdpHeader(NamedTuple):
    """Two ports. checksum_present is False for datagrams that carry no checksum (RFC 3948 2.1)."""

    source_port: int
    destination_port: int
    checksum_present: bool = True

    def build(self, payload: bytes, source: IPv4Address, destination: IPv4Address) -> bytes:
        """The datagram; the addresses are those of the IPv4 header, for the pseudo-header."""
        length = HEADER_LENGTH + len(payload)
        if length > LARGEST_DATAGRAM:
            raise ValueError(f"UDP datagram of {length} bytes")
        head = (self.source_port << 32 | self.destination_port << 16 | length).to_bytes(6, "big")
        checksum = 0
        if self.checksum_present:
            # Zero means "none", so a computed zero is sent as its other form, all ones.
            checksum = -_sum(head + b"\0\0" + payload, length, source, destination) % 65535 or 65535
        return b"".join((head, checksum.to_bytes(2, "big"), payload))

    @classmethod
    def parse(
        cls, datagram: bytes, source: IPv4Address, destination: IPv4Address
    ) -> tuple[Self, bytes]:
        """Check and split a datagram; what lies beyond its length field is cut."""
        if len(datagram) < HEADER_LENGTH:
            raise DecodeError(f"UDP datagram of {len(datagram)} bytes")
        length = datagram[4] << 8 | datagram[5]
        if not HEADER_LENGTH <= length <= len(datagram):
            raise DecodeError(f"UDP length {length} in {len(datagram)} bytes")
        datagram = datagram[:length]
        present = datagram[6:8] != b"\0\0"
        if present and _sum(datagram, length, source, destination) % 65535:
            raise ChecksumError("wrong UDP checksum")
        header = cls(datagram[0] << 8 | datagram[1], datagram[2] << 8 | datagram[3], present)
        return header, datagram[HEADER_LENGTH:]


def _sum(datagram: bytes, length: int, source: IPv4Address, destination: IPv4Address) -> int:
    """A number with the remainder, modulo 65535, of the words of pseudo-header and datagram."""
    number = int.from_bytes(datagram, "big")
    if length & 1:
        number <<= 8
    return number + int(source) + int(destination) + IpProtocol.UDP + length
