"""ISAKMP payloads and the chain they form (RFC 2408, 3.2 to 3.15).

Payloads that are nothing but bytes (key exchange, nonce, hash, vendor ID, NAT-D, certificates,
signatures, and every type not known here) are RawPayloads. `PARSERS` is where a structured one
is added.
"""

import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from ioscli.codec.errors import DecodeError
from ioscli.codec.isakmp.numbers import SIT_IDENTITY_ONLY, Doi, PayloadType
from ioscli.codec.isakmp.proposal import Proposal, build_proposals, parse_proposals

_GENERIC = struct.Struct("!BBH")
_SITUATION = struct.Struct("!II")
_IDENTIFICATION = struct.Struct("!BBH")
_NOTIFICATION = struct.Struct("!IBBH")
_DELETE = struct.Struct("!IBBH")


class Payload(Protocol):
    """What every payload can do; `reserved` is the second byte of its generic header."""

    @property
    def type(self) -> int:
        """The Next Payload value that announces it."""

    @property
    def reserved(self) -> int:
        """Zero, unless a peer sent something else."""

    def build_body(self) -> bytes:
        """The bytes after the generic payload header."""


class RawPayload(NamedTuple):
    """A payload whose body is kept as it is."""

    type: int
    body: bytes
    reserved: int = 0

    def build_body(self) -> bytes:
        """The body itself."""
        return self.body


class SaPayload(NamedTuple):
    """Security Association payload of the IPsec DOI, SIT_IDENTITY_ONLY (RFC 2407, 4.6.1)."""

    proposals: tuple[Proposal, ...]
    reserved: int = 0

    @property
    def type(self) -> int:
        """Security Association."""
        return PayloadType.SECURITY_ASSOCIATION

    def build_body(self) -> bytes:
        """DOI, situation and proposals; in message 1 of phase 1 this is SAi_b (RFC 2409, 5)."""
        return _SITUATION.pack(Doi.IPSEC, SIT_IDENTITY_ONLY) + build_proposals(self.proposals)


class IdPayload(NamedTuple):
    """Identification payload (RFC 2407, 4.6.2)."""

    id_type: int
    protocol: int
    port: int
    data: bytes
    reserved: int = 0

    @property
    def type(self) -> int:
        """Identification."""
        return PayloadType.IDENTIFICATION

    def build_body(self) -> bytes:
        """IDii_b or IDir_b of RFC 2409."""
        return _IDENTIFICATION.pack(self.id_type, self.protocol, self.port) + self.data


class NotifyPayload(NamedTuple):
    """Notification payload (RFC 2408, 3.14)."""

    notify_type: int
    protocol: int
    spi: bytes = b""
    data: bytes = b""
    doi: int = Doi.IPSEC
    reserved: int = 0

    @property
    def type(self) -> int:
        """Notification."""
        return PayloadType.NOTIFICATION

    def build_body(self) -> bytes:
        """DOI, protocol, type, SPI and data."""
        fixed = _NOTIFICATION.pack(self.doi, self.protocol, len(self.spi), self.notify_type)
        return fixed + self.spi + self.data


class DeletePayload(NamedTuple):
    """Delete payload (RFC 2408, 3.15): SPIs of the sender's that are no more, all of one size."""

    protocol: int
    spis: tuple[bytes, ...]
    doi: int = Doi.IPSEC
    reserved: int = 0

    @property
    def type(self) -> int:
        """Delete."""
        return PayloadType.DELETE

    def build_body(self) -> bytes:
        """DOI, protocol and SPIs."""
        size = len(self.spis[0])
        return _DELETE.pack(self.doi, self.protocol, size, len(self.spis)) + b"".join(self.spis)


def build_payloads(payloads: Iterable[Payload]) -> tuple[int, bytes]:
    """The type of the first payload and the bytes of the whole chain."""
    parts: list[bytes] = []
    following: int = PayloadType.NONE
    for payload in reversed(tuple(payloads)):
        body = payload.build_body()
        parts += (body, _GENERIC.pack(following, payload.reserved, _GENERIC.size + len(body)))
        following = payload.type
    parts.reverse()
    return following, b"".join(parts)


def parse_payloads(first: int, data: bytes) -> tuple[tuple[Payload, ...], bytes]:
    """The payloads of a chain whose first has the type given, and what follows the last one.

    What follows is the padding of an encrypted message (RFC 2409, appendix B); a message in
    the clear has none.
    """
    payloads: list[Payload] = []
    kind, offset = first, 0
    while kind != PayloadType.NONE:
        left = len(data) - offset
        if left < _GENERIC.size:
            raise DecodeError(f"payload {kind} cut short")
        following, reserved, length = _GENERIC.unpack_from(data, offset)
        if not _GENERIC.size <= length <= left:
            raise DecodeError(f"payload {kind} of {length} bytes, {left} are left")
        body = data[offset + _GENERIC.size : offset + length]
        parser = PARSERS.get(kind)
        payloads.append(parser(body, reserved) if parser else RawPayload(kind, body, reserved))
        kind, offset = following, offset + length
    return tuple(payloads), data[offset:]


def _parse_sa(body: bytes, reserved: int) -> Payload:
    """Another DOI or situation has another layout: such a payload stays raw."""
    if len(body) < _SITUATION.size:
        raise DecodeError(f"SA payload of {len(body)} bytes")
    if _SITUATION.unpack_from(body) != (Doi.IPSEC, SIT_IDENTITY_ONLY):
        return RawPayload(PayloadType.SECURITY_ASSOCIATION, body, reserved)
    return SaPayload(parse_proposals(body[_SITUATION.size :]), reserved)


def _parse_identification(body: bytes, reserved: int) -> Payload:
    if len(body) < _IDENTIFICATION.size:
        raise DecodeError(f"identification payload of {len(body)} bytes")
    id_type, protocol, port = _IDENTIFICATION.unpack_from(body)
    return IdPayload(id_type, protocol, port, body[_IDENTIFICATION.size :], reserved)


def _parse_notification(body: bytes, reserved: int) -> Payload:
    if len(body) < _NOTIFICATION.size:
        raise DecodeError(f"notification payload of {len(body)} bytes")
    doi, protocol, size, kind = _NOTIFICATION.unpack_from(body)
    rest = body[_NOTIFICATION.size :]
    if size > len(rest):
        raise DecodeError(f"notification SPI of {size} bytes, {len(rest)} are left")
    return NotifyPayload(kind, protocol, rest[:size], rest[size:], doi, reserved)


def _parse_delete(body: bytes, reserved: int) -> Payload:
    if len(body) < _DELETE.size:
        raise DecodeError(f"delete payload of {len(body)} bytes")
    doi, protocol, size, count = _DELETE.unpack_from(body)
    rest = body[_DELETE.size :]
    if not size or not count or len(rest) != size * count:
        raise DecodeError(f"{count} SPIs of {size} bytes in {len(rest)} bytes of a delete payload")
    spis = tuple(rest[offset : offset + size] for offset in range(0, len(rest), size))
    return DeletePayload(protocol, spis, doi, reserved)


#: Parsers of the structured payloads: body and reserved byte -> payload, or DecodeError.
PARSERS: dict[int, Callable[[bytes, int], Payload]] = {
    PayloadType.SECURITY_ASSOCIATION: _parse_sa,
    PayloadType.IDENTIFICATION: _parse_identification,
    PayloadType.NOTIFICATION: _parse_notification,
    PayloadType.DELETE: _parse_delete,
}
