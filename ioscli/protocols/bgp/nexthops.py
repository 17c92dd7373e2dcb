"""Next hops: whether the routing table leads to them, and how far they are (section 9.1.2.1)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from ioscli.model.rib import Rib, Route, RouteSource

_LEAST_TURNS = 8
"""Routes that lean on routes; more turns than this is recursion."""


_ATTACHED = (RouteSource.CONNECTED, RouteSource.LOCAL)


def attached(rib: Rib, address: IPv4Address) -> Route | None:
    """The connected route to an address, even where a longer route leads elsewhere."""
    route = rib.lookup(int(address))
    if route is None or route.source in _ATTACHED:
        return route
    for length in range(route.prefix.prefixlen - 1, 0, -1):
        entry = rib.entry(IPv4Network((int(address), length), strict=False))
        if entry is not None and entry.route.source is RouteSource.CONNECTED:
            return entry.route
    return None


class NextHops:
    """The metrics of next hops that paths use; None: no way."""

    __slots__ = ("_known", "_rib", "_version")

    def __init__(self, rib: Rib) -> None:
        self._rib = rib
        self._known: dict[IPv4Address, int | None] = {}
        self._version = rib.version

    def metric(self, next_hop: IPv4Address, prefix: IPv4Network) -> int | None:
        """Of the way to a next hop; 0 when it is this router itself. prefix: of the path."""
        if not int(next_hop):
            return 0
        if next_hop not in self._known:
            self._known[next_hop] = self._look_up(next_hop)
        if next_hop in prefix and self._leans_on(next_hop, prefix):
            return None if attached(self._rib, next_hop) is None else 0
        return self._known[next_hop]

    def changed(self) -> set[IPv4Address]:
        """The next hops whose metric is another than when it was last asked for."""
        if self._rib.version == self._version:
            return set()
        self._version = self._rib.version
        found = set()
        for next_hop, metric in self._known.items():
            now = self._look_up(next_hop)
            if now != metric:
                found.add(next_hop)
        return found

    def forget(self, next_hops: set[IPv4Address]) -> None:
        """Look these up again when they are next asked for."""
        for next_hop in next_hops:
            self._known.pop(next_hop, None)

    def retain(self, used: set[IPv4Address]) -> None:
        """Forget those that no path uses any more."""
        self._known = {hop: metric for hop, metric in self._known.items() if hop in used}

    def _leans_on(self, next_hop: IPv4Address, prefix: IPv4Network) -> bool:
        """Whether a next hop would be reached through the very route that has it."""
        route = self._rib.lookup(int(next_hop))
        return route is not None and route.source is RouteSource.BGP and route.prefix == prefix

    def _look_up(self, next_hop: IPv4Address) -> int | None:
        """The metric of the route that a next hop resolves through at last."""
        address = int(next_hop)
        for _ in range(_LEAST_TURNS):
            route = self._rib.lookup(address)
            if route is None or not route.paths:
                return None
            path = route.paths[0]
            if route.source is not RouteSource.BGP or path.interface is not None:
                return route.metric
            if path.next_hop is None or int(path.next_hop) == address:
                return None
            address = int(path.next_hop)
        return None
