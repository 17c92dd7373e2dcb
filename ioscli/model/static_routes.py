"""`ip route` lines: a list in the order in which they were typed that is quick to look into.

A saved configuration may have tens of thousands of them, and each is a new line or takes the
place of one that leads the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv4Network

    from ioscli.model.config import StaticRoute
    from ioscli.model.ifname import InterfaceName

    _Way = tuple[str, IPv4Network, IPv4Address | None, InterfaceName | None]


def _way(route: StaticRoute) -> _Way:
    """What no two lines have in common: table, prefix, next hop and interface."""
    return route.vrf, route.prefix, route.next_hop, route.interface


class StaticRoutes(MutableSequence["StaticRoute"]):
    """The lines, as a list; `set` is how `ip route` adds one."""

    __slots__ = ("_lines", "_places")

    def __init__(self, lines: Iterable[StaticRoute] = ()) -> None:
        self._lines = list(lines)
        self._places: dict[_Way, int] | None = None
        """Where the line of each way stands; None: to be found out when somebody asks."""

    def set(self, route: StaticRoute) -> None:
        """Add a line; it takes the place of the one that leads the same way, if there is one."""
        if self._places is None:
            self._places = {}
            for place, line in enumerate(self._lines):
                self._places.setdefault(_way(line), place)
        place = self._places.setdefault(_way(route), len(self._lines))
        self._lines[place : place + 1] = (route,)

    def __len__(self) -> int:
        return len(self._lines)

    def __iter__(self) -> Iterator[StaticRoute]:
        return iter(self._lines)

    @overload
    def __getitem__(self, at: SupportsIndex) -> StaticRoute: ...
    @overload
    def __getitem__(self, at: slice) -> list[StaticRoute]: ...
    def __getitem__(self, at: Any) -> Any:
        return self._lines[at]

    @overload
    def __setitem__(self, at: SupportsIndex, value: StaticRoute) -> None: ...
    @overload
    def __setitem__(self, at: slice, value: Iterable[StaticRoute]) -> None: ...
    def __setitem__(self, at: Any, value: Any) -> None:
        self._places = None
        self._lines[at] = value

    def __delitem__(self, at: SupportsIndex | slice) -> None:
        self._places = None
        del self._lines[at]

    def insert(self, index: SupportsIndex, value: StaticRoute) -> None:
        """Put a line at a place."""
        self._places = None
        self._lines.insert(index, value)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, StaticRoutes):
            return self._lines == other._lines
        return self._lines == other

    __hash__ = None  # type: ignore[assignment]  # mypy knows no other way to say so of a list

    def __repr__(self) -> str:
        return repr(self._lines)
