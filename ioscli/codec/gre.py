"""Generic Routing Encapsulation (RFC 2784) with key and sequence number (RFC 2890)."""

from typing import NamedTuple, Self

from ioscli.codec.checksum import internet_checksum, verify
from ioscli.codec.errors import DecodeError

CHECKSUM_PRESENT = 0x8000
ROUTING_PRESENT = 0x4000
KEY_PRESENT = 0x2000
SEQUENCE_PRESENT = 0x1000
#: Strict source route and the first recursion bit of RFC 1701. A receiver that does not speak
#: RFC 1701 discards packets with any of bits 1 to 5 set, but for those that RFC 2890 took back;
#: bits 6 to 12 are ignored (RFC 2784 section 2.3).
_MUST_BE_ZERO = 0x0C00
_VERSION = 0x0007


class GreHeader(NamedTuple):
    """A GRE header: the EtherType of its payload, and what is optional in it.

    key and sequence: 32 bits each, None when absent.
    """

    protocol: int
    checksum_present: bool = False
    key: int | None = None
    sequence: int | None = None

    @property
    def length(self) -> int:
        """Bytes that the header adds to a packet: 4 to 16."""
        optional = (self.checksum_present, self.key is not None, self.sequence is not None)
        return 4 + 4 * sum(optional)

    def build(self, payload: bytes) -> bytes:
        """Header and payload; the checksum covers both."""
        flags = 0
        optional = b""
        if self.key is not None:
            flags |= KEY_PRESENT
            optional = self.key.to_bytes(4, "big")
        if self.sequence is not None:
            flags |= SEQUENCE_PRESENT
            optional += self.sequence.to_bytes(4, "big")
        if not self.checksum_present:
            return (flags << 16 | self.protocol).to_bytes(4, "big") + optional + payload
        head = ((flags | CHECKSUM_PRESENT) << 16 | self.protocol).to_bytes(4, "big")
        rest = optional + payload
        checksum = internet_checksum(head + b"\0\0\0\0" + rest)
        return b"".join((head, checksum.to_bytes(2, "big"), b"\0\0", rest))

    @classmethod
    def parse(cls, packet: bytes) -> tuple[Self, bytes]:
        """Check and split the payload of an IPv4 packet of protocol 47."""
        if len(packet) < 4:
            raise DecodeError(f"GRE packet of {len(packet)} bytes")
        protocol = packet[2] << 8 | packet[3]
        flags = packet[0] << 8 | packet[1]
        if not flags:
            return cls(protocol), packet[4:]
        if flags & _VERSION:
            raise DecodeError(f"GRE version {flags & _VERSION}")
        if flags & ROUTING_PRESENT:
            raise DecodeError("GRE with source routing (RFC 1701)")
        if flags & _MUST_BE_ZERO:
            raise DecodeError(f"GRE flags {flags:#06x}")
        return cls._parse_optional(packet, flags, protocol)

    @classmethod
    def _parse_optional(cls, packet: bytes, flags: int, protocol: int) -> tuple[Self, bytes]:
        checksum_present = flags & CHECKSUM_PRESENT != 0
        key_present = flags & KEY_PRESENT != 0
        sequence_present = flags & SEQUENCE_PRESENT != 0
        length = 4 + 4 * (checksum_present + key_present + sequence_present)
        if len(packet) < length:
            raise DecodeError(f"GRE packet of {len(packet)} bytes, header of {length}")
        if checksum_present and not verify(packet):
            raise DecodeError("wrong GRE checksum")
        position = 8 if checksum_present else 4
        key = sequence = None
        if key_present:
            key = int.from_bytes(packet[position : position + 4], "big")
            position += 4
        if sequence_present:
            sequence = int.from_bytes(packet[position : position + 4], "big")
        return cls(protocol, checksum_present, key, sequence), packet[length:]
