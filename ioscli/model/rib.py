"""The routing table: which source offers which route, and which one is best.

One `Rib` per routing table. Sources (connected, static, every process of the protocols) add and
remove `Route`s; for each prefix the lowest administrative distance, then the lowest metric, is
best. A thousand routers hold a thousand tables: an entry is made to be small.
"""

from collections.abc import Callable, Iterator
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
    RIP = "R"
    EIGRP = "D"
    OSPF = "O"
    BGP = "B"


class Path(NamedTuple):
    """One way out: through a next hop, an interface, or a next hop on an interface."""

    next_hop: IPv4Address | None
    interface: InterfaceName | None
    advertiser: IPv4Address | None = None
    """Who told: the router ID or neighbor of `from` in `show ip route A.B.C.D`."""
    share: int = 1
    """Traffic share count: more than one under EIGRP's variance."""
    metric: int | None = None
    """Where it is not the route's: of unequal paths."""


@dataclass(frozen=True, slots=True)
class Route:
    """One source's route to a prefix."""

    prefix: IPv4Network
    source: RouteSource
    distance: int
    metric: int
    paths: tuple[Path, ...]
    tag: int = 0
    process: str = ""
    """Of protocols that have several: `1` of `ospf 1`, the AS of `eigrp 100`."""
    kind: str = ""
    """What the protocol tells apart: OSPF `IA E1 E2 N1 N2`, EIGRP `EX`, BGP `external internal`."""


UNUSABLE = 255
"""The administrative distance of what is never installed."""

INACCESSIBLE = 0xFFFF_FFFF
"""The metric of a route that is held down: whatever else is offered comes before it."""

Watcher = Callable[[Route | None, Route | None], None]
"""Told of the best route of a prefix before and after a change."""


class Entry(NamedTuple):
    """The best route of a prefix, when it was installed, and what other sources offer."""

    route: Route
    installed: Instant
    others: tuple[Route, ...] = ()


class Rib:
    """Routes by prefix, with longest-prefix lookup over the best ones."""

    __slots__ = (
        "_by_length",
        "_lengths",
        "_unusable",
        "candidates",
        "last_resort",
        "version",
        "watchers",
    )

    def __init__(self) -> None:
        self.version = 0
        """Grows with every change of a best route: caches compare it."""
        self.watchers: list[Watcher] = []
        self.candidates: frozenset[IPv4Network] = frozenset()
        """Networks that `ip default-network` marks as candidate defaults."""
        self.last_resort: Route | None = None
        """What carries packets that no route fits, where the table has no 0.0.0.0/0 of its own."""
        self._lengths: dict[int, dict[int, Entry]] = {}
        self._by_length: list[tuple[int, dict[int, Entry]]] = []
        """Shift and table of each prefix length in use, longest prefix first."""
        self._unusable: dict[tuple[IPv4Network, RouteSource, str], Route] = {}

    def add(self, route: Route, now: Instant) -> None:
        """Add a route, in place of what its process offered for the prefix before."""
        prefix = route.prefix
        if route.distance >= UNUSABLE:
            self.remove(prefix, route.source, now, route.process)
            self._unusable[prefix, route.source, route.process] = route
            return
        if self._unusable:
            self._unusable.pop((prefix, route.source, route.process), None)
        known = self.entry(prefix)
        if known is None:
            self._put(prefix, None, (route,), now)
            return
        source, process = route.source, route.process
        offers = [
            offer
            for offer in (known.route, *known.others)
            if offer.source is not source or offer.process != process
        ]
        self._put(prefix, known, (*offers, route), now)

    def remove(
        self, prefix: IPv4Network, source: RouteSource, now: Instant, process: str = ""
    ) -> None:
        """Take back a process's route; harmless when there is none."""
        if self._unusable:
            self._unusable.pop((prefix, source, process), None)
        known = self.entry(prefix)
        if known is None:
            return
        offers = (known.route, *known.others)
        left = tuple(
            offer for offer in offers if offer.source is not source or offer.process != process
        )
        if len(left) < len(offers):
            self._put(prefix, known, left, now)

    def renew(self, prefix: IPv4Network | None, now: Instant) -> None:
        """`clear ip route`: the sources offer their routes again; None: to every prefix."""
        for table in self._lengths.values():
            for key, entry in table.items():
                if prefix is None or entry.route.prefix == prefix:
                    table[key] = entry._replace(installed=now)
                    self._changed(entry.route, None)
                    self._changed(None, entry.route)

    def confirm(self, prefix: IPv4Network, source: RouteSource, now: Instant) -> None:
        """A source said again what it offers: its age begins anew, and nothing else changes."""
        known = self.entry(prefix)
        if known is not None and known.route.source is source:
            length = prefix.prefixlen
            self._lengths[length][_key(prefix, length)] = known._replace(installed=now)

    def of_source(self, source: RouteSource, process: str = "") -> list[Route]:
        """Every route that a process offers, best or not."""
        found = [
            offer
            for table in self._lengths.values()
            for entry in table.values()
            for offer in (entry.route, *entry.others)
            if offer.source is source and offer.process == process
        ]
        found += [route for key, route in self._unusable.items() if key[1:] == (source, process)]
        return found

    def entries(self) -> Iterator[Entry]:
        """The best routes, in the order of `show ip route`."""
        every = [entry for table in self._lengths.values() for entry in table.values()]
        every.sort(key=lambda entry: _order(entry.route.prefix))
        yield from every

    def routes(self) -> Iterator[Route]:
        """The best routes, in no order."""
        for table in self._lengths.values():
            for entry in table.values():
                yield entry.route

    def entry(self, prefix: IPv4Network) -> Entry | None:
        """The best route to exactly this prefix."""
        length = prefix.prefixlen
        table = self._lengths.get(length)
        return None if table is None else table.get(_key(prefix, length))

    def lookup(self, address: int) -> Route | None:
        """The longest match for an address given as an integer."""
        for shift, table in self._by_length:
            entry = table.get(address >> shift)
            if entry is not None:
                return entry.route
        return None

    def _put(
        self, prefix: IPv4Network, known: Entry | None, offers: tuple[Route, ...], now: Instant
    ) -> None:
        """Keep what is offered for a prefix, the best first."""
        length = prefix.prefixlen
        key = _key(prefix, length)
        before = None if known is None else known.route
        if not offers:
            table = self._lengths[length]
            del table[key]
            if not table:
                del self._lengths[length]
                self._order_lengths()
            self._changed(before, None)
            return
        best = offers[0] if len(offers) == 1 else min(offers, key=_rank)
        others = () if len(offers) == 1 else tuple(it for it in offers if it is not best)
        if known is not None and best == before:
            self._lengths[length][key] = known._replace(others=others)
            return
        table_of_length = self._lengths.get(length)
        if table_of_length is None:
            table_of_length = self._lengths[length] = {}
            self._order_lengths()
        table_of_length[key] = Entry(best, now, others)
        self._changed(before, best)

    def _changed(self, before: Route | None, after: Route | None) -> None:
        self.version += 1
        for watcher in self.watchers:
            watcher(before, after)

    def _order_lengths(self) -> None:
        """Longest first, and only the lengths that have routes: lookups walk this list."""
        self._by_length = [
            (32 - length, self._lengths[length]) for length in sorted(self._lengths, reverse=True)
        ]


def _key(prefix: IPv4Network, length: int) -> int:
    return int(prefix.network_address) >> (32 - length)


def _rank(route: Route) -> tuple[bool, int, int]:
    return route.metric == INACCESSIBLE, route.distance, route.metric


def _order(prefix: IPv4Network) -> tuple[int, int]:
    return int(prefix.network_address), prefix.prefixlen
