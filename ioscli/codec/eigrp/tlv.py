"""What hellos say beside who sends them (RFC 7868 section 6.7)."""

import struct
from typing import NamedTuple, Self

from ioscli.codec.eigrp.numbers import GOODBYE
from ioscli.codec.errors import DecodeError

_PARAMETERS = struct.Struct("!6BH")
_PAIRS = struct.Struct("!4B")
_WORD = struct.Struct("!I")
_HALF = struct.Struct("!H")
_TOPOLOGIES = struct.Struct("!HH")


class Parameters(NamedTuple):
    """K values and how long to wait for the next hello (6.7.1)."""

    k1: int
    k2: int
    k3: int
    k4: int
    k5: int
    k6: int
    hold_time: int
    """Seconds."""

    @property
    def weights(self) -> tuple[int, int, int, int, int, int]:
        """The K values."""
        return self.k1, self.k2, self.k3, self.k4, self.k5, self.k6

    @property
    def is_goodbye(self) -> bool:
        """Whether the sender leaves: K1 to K5 are all 255."""
        return self[:5] == (GOODBYE,) * 5

    def build(self) -> bytes:
        """The TLV's value."""
        return _PARAMETERS.pack(*self)

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Mirror of build."""
        if len(value) != _PARAMETERS.size:
            raise DecodeError(f"parameter TLV of {len(value)} bytes")
        return cls(*_PARAMETERS.unpack(value))


class Authentication(NamedTuple):
    """Key and digest of the packet (6.7.2); the digest covers what auth says."""

    kind: int
    """AuthenticationType."""
    key_id: int
    digest: bytes
    key_sequence: int = 0
    padding: bytes = bytes(8)

    def build(self) -> bytes:
        """The TLV's value."""
        head = struct.pack("!HHII", self.kind, len(self.digest), self.key_id, self.key_sequence)
        return head + self.padding + self.digest

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Mirror of build."""
        if len(value) < 20:
            raise DecodeError(f"authentication TLV of {len(value)} bytes")
        kind, length, key_id, key_sequence = struct.unpack_from("!HHII", value)
        if len(value) != 20 + length:
            raise DecodeError(f"digest of {length} bytes in {len(value) - 20}")
        return cls(kind, key_id, value[20:], key_sequence, value[12:20])


class Sequence(NamedTuple):
    """Who is not to take the next packet with the conditional-receive flag (6.7.3)."""

    addresses: tuple[int, ...]

    def build(self) -> bytes:
        """The TLV's value."""
        return b"".join(b"\4" + _WORD.pack(address) for address in self.addresses)

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Mirror of build."""
        if len(value) % 5 or any(value[place] != 4 for place in range(0, len(value), 5)):
            raise DecodeError("sequence TLV with other than IPv4 addresses")
        return cls(tuple(_WORD.unpack_from(value, place)[0] for place in range(1, len(value), 5)))


class SoftwareVersion(NamedTuple):
    """Release of the software and version of the TLVs that it speaks (6.7.4)."""

    major: int
    minor: int
    tlv_major: int
    tlv_minor: int

    def build(self) -> bytes:
        """The TLV's value."""
        return _PAIRS.pack(*self)

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Mirror of build."""
        if len(value) != _PAIRS.size:
            raise DecodeError(f"software version TLV of {len(value)} bytes")
        return cls(*_PAIRS.unpack(value))


class NextMulticastSequence(NamedTuple):
    """Sequence number of the multicast that a sequence TLV announces (6.7.5)."""

    sequence: int

    def build(self) -> bytes:
        """The TLV's value."""
        return _WORD.pack(self.sequence)

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Mirror of build."""
        if len(value) != _WORD.size:
            raise DecodeError(f"next multicast sequence TLV of {len(value)} bytes")
        return cls(*_WORD.unpack(value))


class Stub(NamedTuple):
    """That the sender is a stub, and what it advertises: STUB_ bits."""

    flags: int

    def build(self) -> bytes:
        """The TLV's value."""
        return _HALF.pack(self.flags)

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Mirror of build."""
        if len(value) != _HALF.size:
            raise DecodeError(f"stub TLV of {len(value)} bytes")
        return cls(*_HALF.unpack(value))


class PeerTermination(NamedTuple):
    """Neighbors that the sender has given up."""

    addresses: tuple[int, ...]

    def build(self) -> bytes:
        """The TLV's value."""
        return b"".join(b"\4" + _WORD.pack(address) for address in self.addresses)

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Mirror of build."""
        return cls(Sequence.parse(value).addresses)


class TopologyIds(NamedTuple):
    """The topologies that the sender has on this interface; 0 is base."""

    ids: tuple[int, ...]

    def build(self) -> bytes:
        """The TLV's value: a reserved half word (flags), the length, the numbers."""
        numbers = struct.pack(f"!{len(self.ids)}H", *self.ids)
        return _TOPOLOGIES.pack(0, len(numbers)) + numbers

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """Mirror of build."""
        if len(value) < 4:
            raise DecodeError(f"topology TLV of {len(value)} bytes")
        _, length = _TOPOLOGIES.unpack_from(value)
        if length & 1 or len(value) != 4 + length:
            raise DecodeError(f"{length} bytes of topologies in {len(value) - 4}")
        return cls(struct.unpack(f"!{length // 2}H", value[4:]))


class UnknownTlv(NamedTuple):
    """A TLV of another protocol or a later version, kept as it is."""

    kind: int
    value: bytes

    def build(self) -> bytes:
        """The TLV's value."""
        return self.value
