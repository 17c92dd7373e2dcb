"""`ip as-path access-list` and `ip community-list`: lists that BGP attributes are held against."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from ioscli.model.pattern import Pattern


class Community(IntEnum):
    """Well-known communities (RFC 1997, RFC 8326) and IOS's name for zero."""

    INTERNET = 0
    GSHUT = 0xFFFF0000
    NO_EXPORT = 0xFFFFFF01
    NO_ADVERTISE = 0xFFFFFF02
    LOCAL_AS = 0xFFFFFF03


_NAMES = {
    Community.INTERNET: "internet",
    Community.GSHUT: "gshut",
    Community.NO_EXPORT: "no-export",
    Community.NO_ADVERTISE: "no-advertise",
    Community.LOCAL_AS: "local-AS",
}


def community_text(value: int, *, new_format: bool) -> str:
    """As IOS prints it: by name, as AS:NN (`ip bgp-community new-format`) or as a number."""
    if value in _NAMES:
        return _NAMES[Community(value)]
    return f"{value >> 16}:{value & 0xFFFF}" if new_format else str(value)


class AsPathEntry(NamedTuple):
    """`permit REGEXP`."""

    permit: bool
    expression: str


@dataclass(slots=True)
class AsPathList:
    """`ip as-path access-list N`: the first expression found in the path decides."""

    number: int
    entries: list[AsPathEntry] = field(default_factory=list)

    def permits(self, path: str) -> bool:
        """Whether an AS path, written as IOS prints it (`65001 {65002,65003}`), passes."""
        for entry in self.entries:
            if _compiled(entry.expression).found_in(path):
                return entry.permit
        return False


class CommunityEntry(NamedTuple):
    """`permit 65001:1 no-export` of a standard list, `permit REGEXP` of an expanded one."""

    permit: bool
    communities: frozenset[int] = frozenset()
    expression: str | None = None


@dataclass(slots=True)
class CommunityList:
    """`ip community-list`, standard or expanded, numbered or named."""

    name: str
    expanded: bool = False
    entries: dict[int, CommunityEntry] = field(default_factory=dict)
    """By sequence number."""
    written: bool = False
    """Whether the configuration shows the sequence numbers, some having been typed."""

    def permits(self, communities: Collection[int], *, exact: bool = False) -> bool:
        """Whether a route's communities pass: it must carry all of an entry's.

        exact: and no others (`match community ... exact-match`).
        """
        text: str | None = None
        for entry in self.entries.values():
            if entry.expression is not None:
                if text is None:
                    text = _written(sorted(communities))
                found = _compiled(entry.expression).found_in(text)
            else:
                found = _carries(communities, entry.communities, exact=exact)
            if found:
                return entry.permit
        return False


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Pattern:
    return Pattern(expression)


def _carries(communities: Collection[int], wanted: frozenset[int], *, exact: bool) -> bool:
    if Community.INTERNET in wanted:
        return True  # every route belongs to it
    return set(communities) == wanted if exact else wanted <= set(communities)


def _written(communities: Sequence[int]) -> str:
    return " ".join(community_text(value, new_format=True) for value in communities)
