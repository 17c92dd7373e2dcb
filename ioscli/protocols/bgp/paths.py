"""Paths and the table that holds them: the Loc-RIB with what every neighbor offers for a prefix."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.bgp.attributes import AsPathSegment, PathAttributes, SegmentType
from ioscli.model.instant import Instant

if TYPE_CHECKING:
    from ioscli.protocols.bgp.neighbor import Neighbor

UNSPECIFIED = IPv4Address(0)
_CONFEDERATION = (SegmentType.AS_CONFED_SEQUENCE, SegmentType.AS_CONFED_SET)


class Flap:
    """How often a neighbor's path to a prefix came and went (RFC 2439)."""

    __slots__ = ("at", "count", "first", "gone", "penalty", "suppressed")

    def __init__(self, now: Instant) -> None:
        self.first = now
        self.count = 0
        self.penalty = 0.0
        """As it was at `at`."""
        self.at = now
        self.suppressed = False
        self.gone = False
        """Withdrawn: the path is history."""


class BgpPath:
    """One path to a prefix: of a neighbor, or of this router's own making."""

    __slots__ = (
        "attributes",
        "flap",
        "metric",
        "neighbor",
        "received",
        "sourced",
        "weight",
    )

    def __init__(
        self,
        attributes: PathAttributes,
        neighbor: Neighbor | None,
        weight: int,
        received: Instant,
        sourced: str = "",
    ) -> None:
        self.attributes = attributes
        self.neighbor = neighbor
        self.weight = weight
        self.received = received
        self.sourced = sourced
        """Of own paths: `network`, `redistribute`, `aggregate`; empty: learned."""
        self.metric: int | None = None
        """Of the way to the next hop in the routing table; None: it is inaccessible."""
        self.flap: Flap | None = None

    @property
    def next_hop(self) -> IPv4Address:
        """Where packets go; 0.0.0.0: this router itself."""
        return self.attributes.next_hop or UNSPECIFIED

    @property
    def history(self) -> bool:
        """Whether it is withdrawn, and kept for its penalty alone."""
        return self.flap is not None and self.flap.gone

    @property
    def dampened(self) -> bool:
        """Whether it flapped too often to be used."""
        return self.flap is not None and self.flap.suppressed and not self.flap.gone

    @property
    def valid(self) -> bool:
        """Whether the next hop is accessible."""
        return self.metric is not None


class TableEntry:
    """Everything known of one prefix; the newest path first, as IOS lists them."""

    __slots__ = ("best", "multipaths", "paths", "suppressed", "version")

    def __init__(self) -> None:
        self.paths: list[BgpPath] = []
        self.best: BgpPath | None = None
        self.multipaths: tuple[BgpPath, ...] = ()
        """With the best one; empty when there is but one."""
        self.suppressed = False
        """Under an aggregate that is `summary-only` or whose suppress-map lets it through."""
        self.version = 0
        """Table version of the last change of the best path."""

    def of(self, neighbor: Neighbor | None, sourced: str = "") -> BgpPath | None:
        """A neighbor's path, or this router's own of a source."""
        for path in self.paths:
            if path.neighbor is neighbor and path.sourced == sourced:
                return path
        return None


Table = dict[IPv4Network, TableEntry]


@lru_cache(maxsize=4_096)
def as_path_text(path: tuple[AsPathSegment, ...] | None) -> str:
    """An AS path as IOS prints it: `65001 {65002,65003}`, confederation segments in brackets."""
    words = []
    for segment in path or ():
        numbers = [str(number) for number in segment.numbers]
        match segment.kind:
            case SegmentType.AS_SEQUENCE:
                words += numbers
            case SegmentType.AS_SET:
                words.append("{" + ",".join(numbers) + "}")
            case SegmentType.AS_CONFED_SEQUENCE:
                words.append("(" + " ".join(numbers) + ")")
            case SegmentType.AS_CONFED_SET:
                words.append("[" + ",".join(numbers) + "]")
    return " ".join(words)


def first_as(path: tuple[AsPathSegment, ...] | None) -> int:
    """The neighboring AS that a path came through; 0: it began in this AS."""
    for segment in path or ():
        if segment.kind is SegmentType.AS_SEQUENCE:
            return segment.numbers[0]
        if segment.kind is SegmentType.AS_SET:
            return 0
    return 0


def origin_as(path: tuple[AsPathSegment, ...] | None) -> int:
    """The AS where a path began; 0: this one, or a set of several."""
    last = path[-1] if path else None
    return last.numbers[-1] if last is not None and last.kind is SegmentType.AS_SEQUENCE else 0


def occurrences(path: tuple[AsPathSegment, ...] | None, number: int) -> int:
    """How often an AS stands in a path."""
    return sum(segment.numbers.count(number) for segment in path or ())


def prepended(
    path: tuple[AsPathSegment, ...] | None, numbers: tuple[int, ...], kind: SegmentType
) -> tuple[AsPathSegment, ...]:
    """A path with AS numbers in front (RFC 4271 section 5.1.2: at most 255 in a segment)."""
    path = path or ()
    if path and path[0].kind is kind and len(path[0].numbers) + len(numbers) <= 255:
        return (AsPathSegment(kind, numbers + path[0].numbers), *path[1:])
    return (AsPathSegment(kind, numbers), *path)


def without_confederation(path: tuple[AsPathSegment, ...] | None) -> tuple[AsPathSegment, ...]:
    """What is left of a path when it leaves the confederation (RFC 5065 section 5)."""
    return tuple(segment for segment in path or () if segment.kind not in _CONFEDERATION)
