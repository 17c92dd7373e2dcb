"""The header that all EIGRP packets have, and the TLVs behind it (RFC 7868 section 6.2)."""

import hmac
import struct
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.checksum import internet_checksum, verify
from ioscli.codec.eigrp import tlv
from ioscli.codec.eigrp.auth import Key, sign
from ioscli.codec.eigrp.numbers import HEADER_LENGTH, VERSION, Opcode, TlvType
from ioscli.codec.eigrp.route import ClassicRoute, Route, WideRoute, parse_classic, parse_wide
from ioscli.codec.errors import ChecksumError, DecodeError

Tlv = (
    tlv.Parameters
    | tlv.Authentication
    | tlv.Sequence
    | tlv.SoftwareVersion
    | tlv.NextMulticastSequence
    | tlv.Stub
    | tlv.PeerTermination
    | tlv.TopologyIds
    | ClassicRoute
    | WideRoute
    | tlv.UnknownTlv
)

_HEADER = struct.Struct("!BBHIIIHH")
_TLV = struct.Struct("!HH")
_TYPES: dict[type[Tlv], TlvType] = {
    tlv.Parameters: TlvType.PARAMETERS,
    tlv.Authentication: TlvType.AUTHENTICATION,
    tlv.Sequence: TlvType.SEQUENCE,
    tlv.SoftwareVersion: TlvType.SOFTWARE_VERSION,
    tlv.NextMulticastSequence: TlvType.NEXT_MULTICAST_SEQUENCE,
    tlv.Stub: TlvType.STUB,
    tlv.PeerTermination: TlvType.PEER_TERMINATION,
    tlv.TopologyIds: TlvType.TOPOLOGY_IDS,
}
_PARSERS: dict[TlvType, Callable[[bytes], Tlv]] = {
    TlvType.PARAMETERS: tlv.Parameters.parse,
    TlvType.AUTHENTICATION: tlv.Authentication.parse,
    TlvType.SEQUENCE: tlv.Sequence.parse,
    TlvType.SOFTWARE_VERSION: tlv.SoftwareVersion.parse,
    TlvType.NEXT_MULTICAST_SEQUENCE: tlv.NextMulticastSequence.parse,
    TlvType.STUB: tlv.Stub.parse,
    TlvType.PEER_TERMINATION: tlv.PeerTermination.parse,
    TlvType.TOPOLOGY_IDS: tlv.TopologyIds.parse,
}
_CLASSIC = (TlvType.IPV4_INTERNAL, TlvType.IPV4_EXTERNAL)
_WIDE = (TlvType.WIDE_INTERNAL, TlvType.WIDE_EXTERNAL)


class VersionError(DecodeError):
    """A packet of another version of EIGRP."""


class Packet(NamedTuple):
    """A packet of any kind."""

    opcode: int
    autonomous_system: int
    flags: int = 0
    sequence: int = 0
    """0: not reliable."""
    acknowledgment: int = 0
    """0: acknowledges nothing."""
    tlvs: tuple[Tlv, ...] = ()
    virtual_router: int = 0

    @property
    def is_acknowledgment(self) -> bool:
        """Whether this is no hello, though its opcode says so (5.3.2)."""
        return self.opcode == Opcode.HELLO and self.acknowledgment != 0

    @property
    def routes(self) -> list[Route]:
        """The routes among the TLVs."""
        return [one for one in self.tlvs if isinstance(one, ClassicRoute | WideRoute)]

    @property
    def authentication(self) -> tlv.Authentication | None:
        """The authentication TLV; it is the first one where there is one."""
        first = self.tlvs[0] if self.tlvs else None
        return first if isinstance(first, tlv.Authentication) else None


def build_tlv(value: Tlv) -> bytes:
    """A TLV: type, length of the whole, value."""
    if isinstance(value, ClassicRoute | WideRoute | tlv.UnknownTlv):
        kind = int(value.kind)
    else:
        kind = _TYPES[type(value)]
    body = value.build()
    return _TLV.pack(kind, 4 + len(body)) + body


def build_packet(
    packet: Packet,
    key: Key | None = None,
    source: IPv4Address | None = None,
    *,
    ready: Iterable[bytes] = (),
) -> bytes:
    """Bytes of a packet; a key signs it, which takes the source address it will have.

    ready: TLVs that are bytes already, behind the packet's own.
    """
    body = b"".join(map(build_tlv, packet.tlvs)) + b"".join(ready)
    head = _HEADER.pack(
        VERSION,
        packet.opcode,
        0,
        packet.flags,
        packet.sequence,
        packet.acknowledgment,
        packet.virtual_router,
        packet.autonomous_system,
    )
    if key is not None:
        assert source is not None
        empty = build_tlv(tlv.Authentication(key.kind, key.id, bytes(key.digest_length)))
        digest = sign(key, head + empty + body, source)
        body = empty[: -key.digest_length] + digest + body
    data = head + body
    return data[:2] + internet_checksum(data).to_bytes(2, "big") + data[4:]


def parse_packet(data: bytes) -> Packet:
    """Mirror of build_packet; the digest is for `authentic` to check."""
    if len(data) < HEADER_LENGTH:
        raise DecodeError(f"packet of {len(data)} bytes")
    version, opcode, _, flags, sequence, acknowledgment, virtual_router, number = (
        _HEADER.unpack_from(data)
    )
    if version != VERSION:
        raise VersionError(f"version {version}")
    if not verify(data):
        raise ChecksumError("checksum")
    if opcode not in _OPCODES:
        raise DecodeError(f"opcode {opcode}")
    return Packet(
        opcode, number, flags, sequence, acknowledgment, _parse_tlvs(data), virtual_router
    )


_OPCODES = frozenset(Opcode)


def _parse_tlvs(data: bytes) -> tuple[Tlv, ...]:
    found: list[Tlv] = []
    place, end = HEADER_LENGTH, len(data)
    while place < end:
        if end - place < 4:
            raise DecodeError("part of a TLV at the end")
        kind, length = _TLV.unpack_from(data, place)
        if length < 4 or place + length > end:
            raise DecodeError(f"TLV of {length} bytes in {end - place}")
        found.append(parse_tlv(kind, data[place + 4 : place + length]))
        place += length
    return tuple(found)


def parse_tlv(kind: int, value: bytes) -> Tlv:
    """Mirror of build_tlv."""
    if kind in _CLASSIC:
        return parse_classic(kind, value)
    if kind in _WIDE:
        return parse_wide(kind, value)
    try:
        parse = _PARSERS[TlvType(kind)]
    except ValueError:
        return tlv.UnknownTlv(kind, value)
    return parse(value)


def authentic(data: bytes, packet: Packet, key: Key, source: IPv4Address) -> bool:
    """Whether a packet has the digest that a key gives it."""
    shown = packet.authentication
    if shown is None or shown.kind != key.kind or shown.key_id != key.id:
        return False
    if len(shown.digest) != key.digest_length:
        return False
    start = HEADER_LENGTH + 4 + 20
    blank = (
        data[:2]
        + bytes(2)
        + data[4:start]
        + bytes(key.digest_length)
        + data[start + key.digest_length :]
    )
    return hmac.compare_digest(sign(key, blank, source), shown.digest)
