"""Path attributes (RFC 4271 section 5, RFC 1997, 4456, 6793)."""

from collections.abc import Iterator
from enum import IntEnum
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.bgp.numbers import (
    AS_TRANS,
    AttributeType,
    BgpError,
    ErrorCode,
    Origin,
    UpdateError,
)

_OPTIONAL = 0x80
_TRANSITIVE = 0x40
_PARTIAL = 0x20
_EXTENDED_LENGTH = 0x10

_WELL_KNOWN = _TRANSITIVE
_OPTIONAL_TRANSITIVE = _OPTIONAL | _TRANSITIVE

#: Attribute -> the flags that it must have, optional and transitive.
_FLAGS = {
    AttributeType.ORIGIN: _WELL_KNOWN,
    AttributeType.AS_PATH: _WELL_KNOWN,
    AttributeType.NEXT_HOP: _WELL_KNOWN,
    AttributeType.MULTI_EXIT_DISC: _OPTIONAL,
    AttributeType.LOCAL_PREF: _WELL_KNOWN,
    AttributeType.ATOMIC_AGGREGATE: _WELL_KNOWN,
    AttributeType.AGGREGATOR: _OPTIONAL_TRANSITIVE,
    AttributeType.COMMUNITIES: _OPTIONAL_TRANSITIVE,
    AttributeType.ORIGINATOR_ID: _OPTIONAL,
    AttributeType.CLUSTER_LIST: _OPTIONAL,
    AttributeType.AS4_PATH: _OPTIONAL_TRANSITIVE,
    AttributeType.AS4_AGGREGATOR: _OPTIONAL_TRANSITIVE,
}

_LENGTHS = {
    AttributeType.ORIGIN: 1,
    AttributeType.NEXT_HOP: 4,
    AttributeType.MULTI_EXIT_DISC: 4,
    AttributeType.LOCAL_PREF: 4,
    AttributeType.ATOMIC_AGGREGATE: 0,
    AttributeType.ORIGINATOR_ID: 4,
    AttributeType.AS4_AGGREGATOR: 8,
}


#: What the rest is good without (RFC 7606 sections 7.6 and 7.7, RFC 6793 section 6).
_DISPENSABLE = frozenset(
    {
        AttributeType.ATOMIC_AGGREGATE,
        AttributeType.AGGREGATOR,
        AttributeType.AS4_PATH,
        AttributeType.AS4_AGGREGATOR,
    }
)


class SegmentType(IntEnum):
    """Segments of an AS path (RFC 4271, RFC 5065)."""

    AS_SET = 1
    AS_SEQUENCE = 2
    AS_CONFED_SEQUENCE = 3
    AS_CONFED_SET = 4


class AsPathSegment(NamedTuple):
    """One segment of an AS path, nearest AS first."""

    kind: SegmentType
    numbers: tuple[int, ...]


class Aggregator(NamedTuple):
    """Who made an aggregate."""

    number: int
    router: IPv4Address


class PathAttributes(NamedTuple):
    """The attributes of an UPDATE; None or empty: not there."""

    origin: Origin | None = None
    as_path: tuple[AsPathSegment, ...] | None = None
    next_hop: IPv4Address | None = None
    med: int | None = None
    local_preference: int | None = None
    atomic_aggregate: bool = False
    aggregator: Aggregator | None = None
    communities: tuple[int, ...] = ()
    originator: IPv4Address | None = None
    cluster_list: tuple[IPv4Address, ...] = ()
    unknown: tuple[tuple[int, int, bytes], ...] = ()
    """Flags, type and value of optional transitive attributes that are passed on (section 9)."""

    def build(self, *, four_octets: bool = True) -> bytes:
        """The attributes by type. four_octets: whether the peer reads four-octet AS numbers."""
        return b"".join(
            _attribute(flags, kind, value) for flags, kind, value in self._all(four_octets)
        )

    def _all(self, four_octets: bool) -> Iterator[tuple[int, int, bytes]]:
        width = 4 if four_octets else 2
        if self.origin is not None:
            yield _WELL_KNOWN, AttributeType.ORIGIN, bytes((self.origin,))
        if self.as_path is not None:
            yield _WELL_KNOWN, AttributeType.AS_PATH, _path_bytes(self.as_path, width)
        if self.next_hop is not None:
            yield _WELL_KNOWN, AttributeType.NEXT_HOP, self.next_hop.packed
        if self.med is not None:
            yield _OPTIONAL, AttributeType.MULTI_EXIT_DISC, self.med.to_bytes(4, "big")
        if self.local_preference is not None:
            yield _WELL_KNOWN, AttributeType.LOCAL_PREF, self.local_preference.to_bytes(4, "big")
        if self.atomic_aggregate:
            yield _WELL_KNOWN, AttributeType.ATOMIC_AGGREGATE, b""
        if self.aggregator is not None:
            number = _narrow(self.aggregator.number, width).to_bytes(width, "big")
            value = number + self.aggregator.router.packed
            yield _OPTIONAL_TRANSITIVE, AttributeType.AGGREGATOR, value
        if self.communities:
            value = b"".join(it.to_bytes(4, "big") for it in self.communities)
            yield _OPTIONAL_TRANSITIVE, AttributeType.COMMUNITIES, value
        if self.originator is not None:
            yield _OPTIONAL, AttributeType.ORIGINATOR_ID, self.originator.packed
        if self.cluster_list:
            value = b"".join(it.packed for it in self.cluster_list)
            yield _OPTIONAL, AttributeType.CLUSTER_LIST, value
        if not four_octets:
            yield from self._wide_ones()
        for flags, kind, value in self.unknown:
            yield flags | _PARTIAL, kind, value

    def _wide_ones(self) -> Iterator[tuple[int, int, bytes]]:
        """What a two-octet speaker passes on for us (RFC 6793 section 4.2.2)."""
        path = self.as_path or ()
        if any(number > 65_535 for segment in path for number in segment.numbers):
            yield _OPTIONAL_TRANSITIVE, AttributeType.AS4_PATH, _path_bytes(path, 4)
        if self.aggregator is not None and self.aggregator.number > 65_535:
            value = self.aggregator.number.to_bytes(4, "big") + self.aggregator.router.packed
            yield _OPTIONAL_TRANSITIVE, AttributeType.AS4_AGGREGATOR, value

    @staticmethod
    def parse(data: bytes, *, four_octets: bool = True) -> "tuple[PathAttributes, Faults]":
        """Read the attributes of an UPDATE, and what is wrong with them (RFC 7606).

        Raises BgpError where that leaves nothing to do but to end the session.
        """
        reader = _Reader(4 if four_octets else 2)
        try:
            for flags, kind, value, whole in _split(data):
                reader.take(flags, kind, value, whole)
        except _EndsTooSoonError as error:
            reader.faults.append(Fault(0, error))
        return reader.finished(), tuple(reader.faults)


class Fault(NamedTuple):
    """What is wrong with one attribute."""

    kind: int
    """Of the attribute; 0: the attributes do not end where they should."""
    error: BgpError
    """What RFC 4271 section 6.3 has a NOTIFICATION say of it."""
    discarded: bool = False
    """RFC 7606: whether the rest is good without it; else its prefixes count as withdrawn."""


Faults = tuple[Fault, ...]


class _EndsTooSoonError(BgpError):
    """An attribute is longer than what is left (RFC 7606 section 4)."""


def _split(data: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Flags, type, value and all bytes of each attribute."""
    while data:
        head = 4 if data[0] & _EXTENDED_LENGTH else 3
        if len(data) < head:
            raise _ends_too_soon()
        length = int.from_bytes(data[2:head], "big")
        end = head + length
        if len(data) < end:
            raise _ends_too_soon()
        yield data[0], data[1], data[head:end], data[:end]
        data = data[end:]


class _Reader:
    """Collects the attributes of one UPDATE."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._seen: set[int] = set()
        self._found = PathAttributes()
        self._unknown: list[tuple[int, int, bytes]] = []
        self._wide_path: tuple[AsPathSegment, ...] | None = None
        self._wide_aggregator: Aggregator | None = None
        self.faults: list[Fault] = []

    def take(self, flags: int, kind: int, value: bytes, whole: bytes) -> None:
        """Read one attribute; of several of a kind the first counts (RFC 7606 section 3)."""
        if kind in self._seen:
            self.faults.append(Fault(kind, _malformed_list(), discarded=True))
            return
        self._seen.add(kind)
        if kind not in _FLAGS:
            self._take_unknown(flags, kind, value, whole)
            return
        known = AttributeType(kind)
        try:
            self._take_known(flags, known, value, whole)
        except BgpError as error:
            self.faults.append(Fault(kind, error, discarded=known in _DISPENSABLE))

    def _take_known(self, flags: int, known: AttributeType, value: bytes, whole: bytes) -> None:
        if flags & (_OPTIONAL | _TRANSITIVE) != _FLAGS[known]:
            raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.ATTRIBUTE_FLAGS, whole)
        if len(value) != _LENGTHS.get(known, len(value)):
            raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.ATTRIBUTE_LENGTH, whole)
        self._read(known, value, whole)

    def _take_unknown(self, flags: int, kind: int, value: bytes, whole: bytes) -> None:
        if not flags & _OPTIONAL:
            subcode = UpdateError.UNRECOGNIZED_WELL_KNOWN
            raise BgpError(ErrorCode.UPDATE_MESSAGE, subcode, whole)
        if flags & _TRANSITIVE:
            self._unknown.append((flags & ~(_EXTENDED_LENGTH | _PARTIAL), kind, value))

    def _read(self, kind: AttributeType, value: bytes, whole: bytes) -> None:
        found = self._found
        match kind:
            case AttributeType.ORIGIN:
                if value[0] > Origin.INCOMPLETE:
                    raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.INVALID_ORIGIN, whole)
                self._found = found._replace(origin=Origin(value[0]))
            case AttributeType.AS_PATH:
                self._found = found._replace(as_path=_path(value, self._width))
            case AttributeType.NEXT_HOP:
                self._found = found._replace(next_hop=_next_hop(value, whole))
            case AttributeType.MULTI_EXIT_DISC:
                self._found = found._replace(med=int.from_bytes(value, "big"))
            case AttributeType.LOCAL_PREF:
                self._found = found._replace(local_preference=int.from_bytes(value, "big"))
            case AttributeType.ATOMIC_AGGREGATE:
                self._found = found._replace(atomic_aggregate=True)
            case AttributeType.AGGREGATOR:
                if len(value) != self._width + 4:
                    raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.ATTRIBUTE_LENGTH, whole)
                self._found = found._replace(aggregator=_aggregator(value, self._width))
            case AttributeType.COMMUNITIES:
                numbers = {int.from_bytes(it, "big") for it in _words(value, whole)}
                self._found = found._replace(communities=tuple(sorted(numbers)))
            case AttributeType.ORIGINATOR_ID:
                self._found = found._replace(originator=IPv4Address(value))
            case AttributeType.CLUSTER_LIST:
                clusters = tuple(IPv4Address(it) for it in _words(value, whole))
                self._found = found._replace(cluster_list=clusters)
            case AttributeType.AS4_PATH:
                self._wide_path = _path(value, 4)
            case AttributeType.AS4_AGGREGATOR:
                self._wide_aggregator = _aggregator(value, 4)

    def finished(self) -> PathAttributes:
        """The attributes, four-octet numbers put back where a two-octet speaker hid them."""
        found = self._found._replace(unknown=tuple(self._unknown))
        if self._width == 4:
            return found
        if self._wide_path is not None and found.as_path is not None:
            found = found._replace(as_path=_restored(found.as_path, self._wide_path))
        hidden = found.aggregator is not None and found.aggregator.number == AS_TRANS
        if hidden and self._wide_aggregator is not None:
            found = found._replace(aggregator=self._wide_aggregator)
        return found


def _restored(
    path: tuple[AsPathSegment, ...], wide: tuple[AsPathSegment, ...]
) -> tuple[AsPathSegment, ...]:
    """RFC 6793 section 4.2.3: the leading numbers of the path, then the wide path."""
    surplus = path_length(path) - path_length(wide)
    if surplus < 0:
        return path
    kept: list[AsPathSegment] = []
    for segment in path:
        if surplus <= 0:
            break
        if segment.kind is SegmentType.AS_SEQUENCE:
            kept.append(segment._replace(numbers=segment.numbers[:surplus]))
            surplus -= len(segment.numbers)
        else:
            kept.append(segment)
            surplus -= 1
    if kept and wide and kept[-1].kind is wide[0].kind is SegmentType.AS_SEQUENCE:
        joined = AsPathSegment(SegmentType.AS_SEQUENCE, kept[-1].numbers + wide[0].numbers)
        return (*kept[:-1], joined, *wide[1:])
    return (*kept, *wide)


def path_length(path: tuple[AsPathSegment, ...]) -> int:
    """How long a path counts: a set is one hop, confederation segments are none (RFC 5065)."""
    total = 0
    for segment in path:
        if segment.kind is SegmentType.AS_SEQUENCE:
            total += len(segment.numbers)
        elif segment.kind is SegmentType.AS_SET:
            total += 1
    return total


def _path(value: bytes, width: int) -> tuple[AsPathSegment, ...]:
    segments = []
    while value:
        count = value[1] if len(value) > 1 else 0
        end = 2 + count * width
        if not count or len(value) < end or value[0] not in tuple(SegmentType):
            raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.MALFORMED_AS_PATH)
        numbers = tuple(
            int.from_bytes(value[at : at + width], "big") for at in range(2, end, width)
        )
        if 0 in numbers:  # RFC 7607
            raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.MALFORMED_AS_PATH)
        segments.append(AsPathSegment(SegmentType(value[0]), numbers))
        value = value[end:]
    return tuple(segments)


def _path_bytes(path: tuple[AsPathSegment, ...], width: int) -> bytes:
    return b"".join(
        bytes((segment.kind, len(segment.numbers)))
        + b"".join(_narrow(number, width).to_bytes(width, "big") for number in segment.numbers)
        for segment in path
    )


def _narrow(number: int, width: int) -> int:
    return AS_TRANS if width == 2 and number > 65_535 else number


def _next_hop(value: bytes, whole: bytes) -> IPv4Address:
    address = IPv4Address(value)
    if address.is_unspecified or address.is_loopback or value[0] >= 224:
        raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.INVALID_NEXT_HOP, whole)
    return address


def _aggregator(value: bytes, width: int) -> Aggregator:
    return Aggregator(int.from_bytes(value[:width], "big"), IPv4Address(value[width:]))


def _words(value: bytes, whole: bytes) -> list[bytes]:
    if not value or len(value) % 4:
        raise BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.OPTIONAL_ATTRIBUTE, whole)
    return [value[at : at + 4] for at in range(0, len(value), 4)]


def _attribute(flags: int, kind: int, value: bytes) -> bytes:
    if len(value) > 255:
        return bytes((flags | _EXTENDED_LENGTH, kind)) + len(value).to_bytes(2, "big") + value
    return bytes((flags, kind, len(value))) + value


def _malformed_list() -> BgpError:
    return BgpError(ErrorCode.UPDATE_MESSAGE, UpdateError.MALFORMED_ATTRIBUTE_LIST)


def _ends_too_soon() -> _EndsTooSoonError:
    return _EndsTooSoonError(ErrorCode.UPDATE_MESSAGE, UpdateError.MALFORMED_ATTRIBUTE_LIST)
