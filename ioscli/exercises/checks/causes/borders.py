"""Routers between two routing protocols: what they know by one, and tell by the other or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks.causes.ospf import machines
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from ioscli.labs.topology import Topology

_SOURCES = {
    "ospf": RouteSource.OSPF,
    "eigrp": RouteSource.EIGRP,
    "bgp": RouteSource.BGP,
    "rip": RouteSource.RIP,
}


class Border(NamedTuple):
    """A router that runs a protocol, and has a prefix from elsewhere."""

    node: str
    prefix: IPv4Network
    protocol: str
    origin: str
    """` by EIGRP`; empty: of its own, connected or static."""
    maps: bool
    """Whether it has route-maps."""

    @property
    def untold(self) -> Finding:
        """Where nobody has the prefix by the protocol."""
        words = f"{self.node} has {self.prefix}{self.origin} and does not announce it"
        return Finding(f"{words} by {self.protocol.upper()}", self._shows, Rank.ROUTE)

    @property
    def unused(self) -> Finding:
        """Where somebody else is believed."""
        words = f"{self.node} has {self.prefix}{self.origin} as well and runs"
        words = f"{words} {self.protocol.upper()}, but it is not the one that is believed"
        return Finding(words, self._shows, Rank.ROUTE)

    @property
    def _shows(self) -> tuple[str, ...]:
        shows = [f"{self.node}: show ip protocols"]
        if self.maps and self.origin:
            shows.append(f"{self.node}: show route-map")
        return tuple(shows)


def borders_of(
    topology: Topology, node: str, prefix: IPv4Network, protocol: str
) -> Iterator[Border]:
    """The other routers that could tell of a prefix by a protocol, having it from elsewhere."""
    source = _SOURCES[protocol]
    for name, router in topology.routers.items():
        entry = router.rib.entry(prefix)
        if name == node or entry is None or not router.routing.of_source(source):
            continue
        others = [it.source for it in (entry.route, *entry.others)]
        if source in others:
            continue
        learned = entry.route.source in _SOURCES.values()
        origin = f" by {entry.route.source.name}" if learned else ""
        maps = bool(router.config.policy.route_maps)
        yield Border(name, prefix, protocol, origin, maps)


def parts_of(
    topology: Topology, node: str, prefix: IPv4Network, protocol: str
) -> Iterator[Finding]:
    """The other routers that have networks within a prefix, and could tell of all as one.

    Of OSPF only border routers can (RFC 2328 section 3.5).
    """
    source, show = _SOURCES[protocol], "show ip ospf" if protocol == "ospf" else "show ip protocols"
    for name, router in topology.routers.items():
        if name == node or not router.routing.of_source(source):
            continue
        if protocol == "ospf" and not any(it.is_border for it in machines(router)):
            continue
        if any(it.prefix != prefix and it.prefix.subnet_of(prefix) for it in router.route_views()):
            words = f"{name} has networks within {prefix}, and does not announce them as one"
            yield Finding(words, (f"{name}: {show}",), Rank.ROUTE)
