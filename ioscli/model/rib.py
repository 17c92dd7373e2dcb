"""The routing table: which source offers which route, and which one is best.

One `Rib` per routing table. Sources (connected, static, every process of the protocols) add and
remove `Route`s; for each prefix the lowest administrative distance, then the lowest metric, is
best. A thousand routers hold a thousand tables: an entry is made to be small.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple, Self

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


class RouteOrigin(NamedTuple):
    """What the many routes that a source makes have in common: one object for all of them."""

    source: RouteSource
    distance: int
    tag: int = 0
    process: str = ""
    kind: str = ""
    advertiser: IPv4Address | None = None
    """Who told of a route, where all its paths come from one router and do not say it."""


origin_of = lru_cache(maxsize=16_384)(RouteOrigin)
"""The origin of these facts. Equal ones are nearly always one object, in every table."""


class Route:
    """One source's route to a prefix: a value, which nobody changes.

    It is made to be small, and to be made quickly, as a thousand routers have a thousand each:
    that is why it is not a frozen dataclass. A route that a table holds is its own.
    """

    __slots__ = ("_origin", "_ways", "installed", "metric", "prefix")

    def __init__(
        self,
        prefix: IPv4Network,
        source: RouteSource,
        distance: int,
        metric: int,
        paths: tuple[Path, ...],
        tag: int = 0,
        process: str = "",
        kind: str = "",
    ) -> None:
        self.prefix = prefix
        self.metric = metric
        self._ways = paths
        self._origin = origin_of(source, distance, tag, process, kind)
        self.installed: Instant | None = None
        """The table's own note: since when the route is the best one; no part of the value."""

    @classmethod
    def of_origin(
        cls, prefix: IPv4Network, metric: int, ways: tuple[Path, ...], origin: RouteOrigin
    ) -> Self:
        """A route that shares what it can: the ways may leave out who told of them."""
        made = cls.__new__(cls)
        made.prefix = prefix
        made.metric = metric
        made._ways = ways
        made._origin = origin
        made.installed = None
        return made

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where it leads, and who says so."""
        told = self._origin.advertiser
        if told is None:
            return self._ways
        return tuple([Path(way[0], way[1], told, way.share, way.metric) for way in self._ways])

    @property
    def source(self) -> RouteSource:
        """Whose it is."""
        return self._origin.source

    @property
    def distance(self) -> int:
        """The administrative distance."""
        return self._origin.distance

    @property
    def tag(self) -> int:
        """What a route-map may look at, 0 for none."""
        return self._origin.tag

    @property
    def process(self) -> str:
        """Of protocols that have several: `1` of `ospf 1`, the AS of `eigrp 100`."""
        return self._origin.process

    @property
    def kind(self) -> str:
        """What the protocol tells apart.

        OSPF `IA E1 E2 N1 N2`, EIGRP `EX`, BGP `external internal`.
        """
        return self._origin.kind

    def copy(self) -> Self:
        """An equal route, which no table has yet."""
        return self.of_origin(self.prefix, self.metric, self._ways, self._origin)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Route):
            return NotImplemented
        if self.metric != other.metric or self.prefix != other.prefix:
            return False
        if self._origin == other._origin:
            return self._ways == other._ways
        # Who told of it may stand in the paths of the one and in the origin of the other.
        return self._origin[:-1] == other._origin[:-1] and self.paths == other.paths

    def __hash__(self) -> int:
        return hash((self.prefix, self.metric, self._origin[:-1]))

    def __repr__(self) -> str:
        return f"Route({self.prefix}, {self.metric}, {self.paths}, {self._origin[:-1]})"


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
        "_others",
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
        self._lengths: dict[int, dict[int, Route]] = {}
        """The best routes by prefix length and network address."""
        self._by_length: list[tuple[int, dict[int, Route]]] = []
        """Mask and table of each prefix length in use, longest prefix first."""
        self._others: dict[IPv4Network, tuple[Route, ...]] = {}
        """What sources offer beside the best route, for the few prefixes that several have."""
        self._unusable: dict[tuple[IPv4Network, RouteSource, str], Route] = {}

    def add(self, route: Route, now: Instant) -> None:
        """Add a route, in place of what its process offered for the prefix before."""
        prefix, length = route.prefix, route.prefix.prefixlen
        if route._origin[1] >= UNUSABLE:
            self.remove(prefix, route.source, now, route.process)
            self._unusable[prefix, route.source, route.process] = route
            return
        if self._unusable:
            self._unusable.pop((prefix, route.source, route.process), None)
        if route.installed is not None:
            route = route.copy()
        route.installed = now
        table = self._lengths.get(length)
        if table is None:
            table = self._lengths[length] = {}
            self._order_lengths()
        key = int(prefix.network_address)
        known = table.get(key)
        if known is None:
            table[key] = route
            self._changed(None, route)
            return
        source, process = route.source, route.process
        offers = [
            offer
            for offer in (known, *self._others.get(prefix, ()))
            if offer.source is not source or offer.process != process
        ]
        self._put(known, (*offers, route), now)

    def add_many(self, routes: Iterable[Route], now: Instant) -> None:
        """Add routes one after the other: as `add` does, but quickly where nothing was before."""
        lengths, watchers = self._lengths, self.watchers
        for route in routes:
            prefix = route.prefix
            table = lengths.get(prefix.prefixlen)
            key = int(prefix.network_address)
            if (
                table is None
                or key in table
                or route.installed is not None
                or route._origin[1] >= UNUSABLE
                or self._unusable
            ):
                self.add(route, now)
                continue
            route.installed = now
            table[key] = route
            self.version += 1
            for watcher in watchers:
                watcher(None, route)

    def remove(
        self, prefix: IPv4Network, source: RouteSource, now: Instant, process: str = ""
    ) -> None:
        """Take back a process's route; harmless when there is none."""
        if self._unusable:
            self._unusable.pop((prefix, source, process), None)
        known = self._best(prefix)
        if known is None:
            return
        offers = (known, *self._others.get(prefix, ()))
        left = tuple(
            offer for offer in offers if offer.source is not source or offer.process != process
        )
        if len(left) < len(offers):
            self._put(known, left, now)

    def renew(self, prefix: IPv4Network | None, now: Instant) -> None:
        """`clear ip route`: the sources offer their routes again; None: to every prefix."""
        for table in self._lengths.values():
            for route in table.values():
                if prefix is None or route.prefix == prefix:
                    route.installed = now
                    self._changed(route, None)
                    self._changed(None, route)

    def confirm(self, prefix: IPv4Network, source: RouteSource, now: Instant) -> None:
        """A source said again what it offers: its age begins anew, and nothing else changes."""
        known = self._best(prefix)
        if known is not None and known.source is source:
            known.installed = now

    def of_source(self, source: RouteSource, process: str = "") -> list[Route]:
        """Every route that a process offers, best or not."""
        others = self._others
        found = [
            offer
            for best in self.routes()
            for offer in ((best, *others.get(best.prefix, ())) if others else (best,))
            if offer.source is source and offer.process == process
        ]
        found += [route for key, route in self._unusable.items() if key[1:] == (source, process)]
        return found

    def entries(self) -> Iterator[Entry]:
        """The best routes, in the order of `show ip route`."""
        for route in sorted(self.routes(), key=lambda route: _order(route.prefix)):
            yield self._entry(route)

    def routes(self) -> Iterator[Route]:
        """The best routes, in no order."""
        for table in self._lengths.values():
            yield from table.values()

    def entry(self, prefix: IPv4Network) -> Entry | None:
        """The best route to exactly this prefix."""
        best = self._best(prefix)
        return None if best is None else self._entry(best)

    def lookup(self, address: int) -> Route | None:
        """The longest match for an address given as an integer."""
        for mask, table in self._by_length:
            route = table.get(address & mask)
            if route is not None:
                return route
        return None

    def _best(self, prefix: IPv4Network) -> Route | None:
        table = self._lengths.get(prefix.prefixlen)
        return None if table is None else table.get(int(prefix.network_address))

    def _entry(self, best: Route) -> Entry:
        assert best.installed is not None, "a route that no table holds"
        return Entry(best, best.installed, self._others.get(best.prefix, ()))

    def _put(self, known: Route, offers: tuple[Route, ...], now: Instant) -> None:
        """Keep what is offered for the prefix of a best route, the best first."""
        prefix = known.prefix
        table = self._lengths[prefix.prefixlen]
        key = int(prefix.network_address)
        if not offers:
            del table[key]
            if not table:
                del self._lengths[prefix.prefixlen]
                self._order_lengths()
            self._changed(known, None)
            return
        best = offers[0] if len(offers) == 1 else min(offers, key=_rank)
        if len(offers) == 1:
            self._others.pop(prefix, None)
        else:
            self._others[prefix] = tuple(it for it in offers if it is not best)
        if best == known:
            return
        best.installed = now
        table[key] = best
        self._changed(known, best)

    def _changed(self, before: Route | None, after: Route | None) -> None:
        self.version += 1
        for watcher in self.watchers:
            watcher(before, after)

    def _order_lengths(self) -> None:
        """Longest first, and only the lengths that have routes: lookups walk this list."""
        self._by_length = [
            (0xFFFFFFFF << 32 - length & 0xFFFFFFFF, self._lengths[length])
            for length in sorted(self._lengths, reverse=True)
        ]


def _rank(route: Route) -> tuple[bool, int, int]:
    return route.metric == INACCESSIBLE, route.distance, route.metric


def _order(prefix: IPv4Network) -> tuple[int, int]:
    return int(prefix.network_address), prefix.prefixlen
