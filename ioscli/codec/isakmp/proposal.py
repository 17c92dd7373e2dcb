"""Proposals, transforms and their attributes: what an SA payload holds (RFC 2408, 3.3 to 3.6)."""

import struct
from collections.abc import Iterable
from typing import NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.isakmp.numbers import PayloadType

_GENERIC = struct.Struct("!BBH")
_PROPOSAL = struct.Struct("!BBHBBBB")
_TRANSFORM = struct.Struct("!BBHBBH")
_ATTRIBUTE = struct.Struct("!HH")
_BASIC = 0x8000


class Attribute(NamedTuple):
    """A data attribute: an integer is sent as Type/Value, bytes as Type/Length/Value."""

    type: int
    value: int | bytes

    @property
    def number(self) -> int:
        """The value as a number, however it was sent."""
        return self.value if isinstance(self.value, int) else int.from_bytes(self.value)


class Transform(NamedTuple):
    """One choice of algorithms within a proposal (RFC 2408, 3.6)."""

    number: int
    transform_id: int
    attributes: tuple[Attribute, ...]
    reserved: int = 0
    reserved2: int = 0


class Proposal(NamedTuple):
    """A protocol and the transforms offered for it (RFC 2408, 3.5).

    Proposals of the same number are wanted together, of different numbers instead of each other.
    """

    number: int
    protocol: int
    spi: bytes
    transforms: tuple[Transform, ...]
    reserved: int = 0


def build_attributes(attributes: Iterable[Attribute]) -> bytes:
    """Attributes in their order."""
    parts: list[bytes] = []
    for kind, value in attributes:
        if isinstance(value, int):
            parts.append(_ATTRIBUTE.pack(_BASIC | kind, value))
        else:
            parts += (_ATTRIBUTE.pack(kind, len(value)), value)
    return b"".join(parts)


def parse_attributes(data: bytes) -> tuple[Attribute, ...]:
    """All attributes of a transform or of a notification's data."""
    attributes: list[Attribute] = []
    offset = 0
    while offset < len(data):
        if len(data) - offset < _ATTRIBUTE.size:
            raise DecodeError("attribute cut short")
        kind, value = _ATTRIBUTE.unpack_from(data, offset)
        offset += _ATTRIBUTE.size
        if kind & _BASIC:
            attributes.append(Attribute(kind & ~_BASIC, value))
        else:
            if value > len(data) - offset:
                raise DecodeError(f"attribute of {value} bytes where {len(data) - offset} are left")
            attributes.append(Attribute(kind, data[offset : offset + value]))
            offset += value
    return tuple(attributes)


def build_proposals(proposals: tuple[Proposal, ...]) -> bytes:
    """The proposal payloads of an SA payload."""
    parts: list[bytes] = []
    for index, proposal in enumerate(proposals):
        transforms = _build_transforms(proposal.transforms)
        more = PayloadType.PROPOSAL if index + 1 < len(proposals) else PayloadType.NONE
        length = _PROPOSAL.size + len(proposal.spi) + len(transforms)
        parts += (
            _PROPOSAL.pack(
                more,
                proposal.reserved,
                length,
                proposal.number,
                proposal.protocol,
                len(proposal.spi),
                len(proposal.transforms),
            ),
            proposal.spi,
            transforms,
        )
    return b"".join(parts)


def parse_proposals(data: bytes) -> tuple[Proposal, ...]:
    """The proposal payloads of an SA payload: at least one."""
    return tuple(
        _parse_proposal(reserved, body) for reserved, body in _chain(data, PayloadType.PROPOSAL, 4)
    )


def _parse_proposal(reserved: int, body: bytes) -> Proposal:
    number, protocol, spi_size, count = body[:4]
    if spi_size > len(body) - 4:
        raise DecodeError(f"SPI of {spi_size} bytes in a proposal of {len(body)}")
    transforms = tuple(
        Transform(inner[0], inner[1], parse_attributes(inner[4:]), reserved_, _word(inner, 2))
        for reserved_, inner in _chain(body[4 + spi_size :], PayloadType.TRANSFORM, 4)
    )
    if len(transforms) != count:
        raise DecodeError(f"{len(transforms)} transforms in a proposal that counts {count}")
    return Proposal(number, protocol, body[4 : 4 + spi_size], transforms, reserved)


def _build_transforms(transforms: tuple[Transform, ...]) -> bytes:
    parts: list[bytes] = []
    for index, transform in enumerate(transforms):
        attributes = build_attributes(transform.attributes)
        parts += (
            _TRANSFORM.pack(
                PayloadType.TRANSFORM if index + 1 < len(transforms) else PayloadType.NONE,
                transform.reserved,
                _TRANSFORM.size + len(attributes),
                transform.number,
                transform.transform_id,
                transform.reserved2,
            ),
            attributes,
        )
    return b"".join(parts)


def _chain(data: bytes, kind: PayloadType, least: int) -> list[tuple[int, bytes]]:
    """Reserved byte and body of each of the like payloads that fill `data`."""
    found: list[tuple[int, bytes]] = []
    offset = 0
    more = True
    while more:
        left = len(data) - offset
        if left < _GENERIC.size:
            raise DecodeError(f"{kind.name} payload cut short")
        following, reserved, length = _GENERIC.unpack_from(data, offset)
        if not _GENERIC.size + least <= length <= left:
            raise DecodeError(f"{kind.name} payload of {length} bytes, {left} are left")
        if following not in (kind, PayloadType.NONE):
            raise DecodeError(f"payload {following} follows a {kind.name} payload")
        found.append((reserved, data[offset + _GENERIC.size : offset + length]))
        offset += length
        more = following == kind
    if offset != len(data):
        raise DecodeError(f"{len(data) - offset} bytes after the last {kind.name} payload")
    return found


def _word(data: bytes, offset: int) -> int:
    return data[offset] << 8 | data[offset + 1]
