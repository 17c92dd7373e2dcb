"""The routing table: which source offers which route, and which one is best.

One `Rib` per routing table. Sources (connected, static, later the protocols) add and remove
`Route`s; for each prefix the lowest administrative distance, then the lowest metric, is best.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant


class RouteSource(Enum):
    """Where a route comes from; the value is the code of `show ip route`."""

    LOCAL = "L"
    CONNECTED = "C"
    STATIC = "S"


class Path(NamedTuple):
    """One way out: through a next hop, an interface, or a next hop on an interface."""

    next_hop: IPv4Address | None
    interface: InterfaceName | None


@dataclass(frozen=True, slots=True)
class Route:
    """One source's route to a prefix."""

    prefix: IPv4Network
    source: RouteSource
    distance: int
    metric: int
    paths: tuple[Path, ...]
    tag: int = 0


class Entry(NamedTuple):
    """The best route of a prefix and when it was installed."""

    route: Route
    installed: Instant


class Rib:
    """Routes by prefix, with longest-prefix lookup over the best ones."""

    __slots__ = ("_best", "_by_length", "_candidates", "_lengths", "version")

    def __init__(self) -> None:
        self.version = 0
        """Grows with every change of a best route: caches compare it."""
        self._candidates: dict[IPv4Network, dict[RouteSource, Route]] = {}
        self._best: dict[IPv4Network, Entry] = {}
        self._lengths: dict[int, dict[int, Entry]] = {}
        self._by_length: list[tuple[int, dict[int, Entry]]] = []
        """Shift and table of each prefix length in use, longest prefix first."""

    def add(self, route: Route, now: Instant) -> None:
        """Add a source's route, in place of what that source offered for the prefix before."""
        self._candidates.setdefault(route.prefix, {})[route.source] = route
        self._choose(route.prefix, now)

    def remove(self, prefix: IPv4Network, source: RouteSource, now: Instant) -> None:
        """Take back a source's route; harmless when there is none."""
        candidates = self._candidates.get(prefix)
        if candidates is None or candidates.pop(source, None) is None:
            return
        if not candidates:
            del self._candidates[prefix]
        self._choose(prefix, now)

    def of_source(self, source: RouteSource) -> list[Route]:
        """Every route that a source offers, best or not."""
        return [
            candidates[source] for candidates in self._candidates.values() if source in candidates
        ]

    def entries(self) -> Iterator[Entry]:
        """The best routes, in the order of `show ip route`."""
        for prefix in sorted(self._best):
            yield self._best[prefix]

    def entry(self, prefix: IPv4Network) -> Entry | None:
        """The best route to exactly this prefix."""
        return self._best.get(prefix)

    def lookup(self, address: int) -> Route | None:
        """The longest match for an address given as an integer."""
        for shift, table in self._by_length:
            entry = table.get(address >> shift)
            if entry is not None:
                return entry.route
        return None

    def _choose(self, prefix: IPv4Network, now: Instant) -> None:
        candidates = self._candidates.get(prefix, {})
        best = min(
            candidates.values(), key=lambda route: (route.distance, route.metric), default=None
        )
        known = self._best.get(prefix)
        if (known.route if known else None) == best:
            return
        self.version += 1
        key = int(prefix.network_address) >> (32 - prefix.prefixlen)
        if best is None:
            del self._best[prefix]
            table = self._lengths[prefix.prefixlen]
            del table[key]
            if not table:
                del self._lengths[prefix.prefixlen]
                self._order_lengths()
            return
        entry = Entry(best, now)
        self._best[prefix] = entry
        if prefix.prefixlen not in self._lengths:
            self._lengths[prefix.prefixlen] = {}
            self._order_lengths()
        self._lengths[prefix.prefixlen][key] = entry

    def _order_lengths(self) -> None:
        """Longest first, and only the lengths that have routes: lookups walk this list."""
        self._by_length = [
            (32 - length, self._lengths[length]) for length in sorted(self._lengths, reverse=True)
        ]
