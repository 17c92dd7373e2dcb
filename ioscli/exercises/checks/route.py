"""route: a route in a router's table, where it comes from and where it leads."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.causes.chosen import how_it_came
from ioscli.exercises.checks.causes.facing import faced_by
from ioscli.exercises.checks.causes.route import Missing, route_causes
from ioscli.exercises.checks.parties import Party, called, read_party
from ioscli.exercises.checks.waiting import DEFAULT_WITHIN, comes_true
from ioscli.exercises.verdict import Verdict
from ioscli.labs.errors import quoted
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.router.inspection import route_code

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab
    from ioscli.labs.topology import Topology
    from ioscli.model.rib import Entry
    from ioscli.router.vrf import Vrf

_KEYS = (
    *("node", "prefix", "protocol", "type", "next-hop", "interface", "metric", "distance", "vrf"),
    *("expect", "within"),
)
_SOURCES = {
    "connected": RouteSource.CONNECTED,
    "static": RouteSource.STATIC,
    "ospf": RouteSource.OSPF,
    "eigrp": RouteSource.EIGRP,
    "bgp": RouteSource.BGP,
    "rip": RouteSource.RIP,
}
_TYPES = (
    *("C", "L", "S", "R", "B", "D", "D EX"),
    *("O", "O IA", "O E1", "O E2", "O N1", "O N2"),
)
_LARGEST_METRIC = 0xFFFF_FFFF


class Wanted(NamedTuple):
    """What a route is to be like; None, or empty: as it likes."""

    source: RouteSource | None = None
    code: str | None = None
    next_hops: tuple[Party, ...] = ()
    interfaces: tuple[InterfaceName, ...] = ()
    metric: int | None = None
    distance: int | None = None

    @property
    def words(self) -> str:
        """` by OSPF via R2`."""
        parts = []
        if self.source is not None:
            parts.append(f"by {_protocol(self.source)}")
        if self.code is not None:
            parts.append(f"of type {self.code}")
        if self.next_hops:
            parts.append(f"via {_all(self.next_hops)}")
        if self.interfaces:
            parts.append(f"out of {_all(self.interfaces)}")
        if self.metric is not None:
            parts.append(f"with metric {self.metric}")
        if self.distance is not None:
            parts.append(f"with distance {self.distance}")
        return "".join(f" {part}" for part in parts)


class RouteCheck(NamedTuple):
    """A router has a route to a prefix."""

    node: str
    prefix: IPv4Network
    wanted: Wanted
    vrf: str
    expected: bool
    within: Duration

    @classmethod
    def read(cls, item: Item, lab: Lab) -> RouteCheck:
        """From its mapping. Raises InputError."""
        fields = item.fields(*_KEYS)
        protocol = fields.get("protocol")
        wanted = Wanted(
            None if protocol is None else _SOURCES[values.one_of(protocol, tuple(_SOURCES))],
            values.one_of(fields["type"], _TYPES) if "type" in fields else None,
            tuple(read_party(it, lab) for it in values.several(fields["next-hop"]))
            if "next-hop" in fields
            else (),
            tuple(values.interface(it) for it in values.several(fields["interface"]))
            if "interface" in fields
            else (),
            values.number(fields["metric"], 0, _LARGEST_METRIC) if "metric" in fields else None,
            values.number(fields["distance"], 0, 255) if "distance" in fields else None,
        )
        return cls(
            values.router(values.needed(item, fields, "node"), lab),
            values.prefix(values.needed(item, fields, "prefix")),
            wanted,
            fields["vrf"].text() if "vrf" in fields else "",
            values.yes_or_no(fields.get("expect"), default=True),
            values.duration(fields.get("within"), DEFAULT_WITHIN),
        )

    @property
    def title(self) -> str:
        """`R1 has a route to 10.0.0.0/8 by OSPF via R2`."""
        has = "has a route" if self.expected else "has no route"
        table = f" in VRF {self.vrf}" if self.vrf else ""
        return f"{self.node} {has} to {self.prefix}{self.wanted.words}{table}"

    @property
    def disturbs(self) -> bool:
        """It only looks."""
        return False

    def judge(self, trial: Trial) -> Verdict:
        """Look at the routing table."""
        topology = trial.topology
        passed = comes_true(
            trial, lambda: self._is_there(topology), self.within, wanted=self.expected
        )
        table = topology.routers[self.node].vrfs.get(self.vrf)
        entry = None if table is None else table.rib.entry(self.prefix)
        seen = self._seen(topology, table, entry)
        if passed:
            return Verdict(True, seen, (self._show,))
        causes = list(self._unwanted(trial, entry))
        if self.expected:
            causes = list(self._missing(trial, entry))
        shows = (it for cause in causes for it in cause.shown_by)
        return Verdict(
            False,
            seen,
            tuple(dict.fromkeys((self._show, *shows))),
            tuple(dict.fromkeys(cause.words for cause in causes)),
        )

    # -- what there is -----------------------------------------------------------------------------

    @property
    def _show(self) -> str:
        network = self.prefix
        vrf = f"vrf {self.vrf} " if self.vrf else ""
        asked = f"{network.network_address} {network.netmask}"
        return f"{self.node}: show ip route {vrf}{asked}"

    def _is_there(self, topology: Topology) -> bool:
        table = topology.routers[self.node].vrfs.get(self.vrf)
        entry = None if table is None else table.rib.entry(self.prefix)
        return table is not None and entry is not None and self._fits(topology, table, entry.route)

    def _fits(self, topology: Topology, table: Vrf, route: Route) -> bool:
        wanted = self.wanted
        return (
            wanted.source in (None, route.source)
            and wanted.code in (None, route_code(route))
            and wanted.metric in (None, route.metric)
            and wanted.distance in (None, route.distance)
            and (not wanted.next_hops or self._leads_to(topology, route))
            and (not wanted.interfaces or set(_ways_out(table, route)) == set(wanted.interfaces))
        )

    def _leads_to(self, topology: Topology, route: Route) -> bool:
        """Whether its next hops are those that are wanted: each of them, and nobody else."""
        met = []
        for path in route.paths:
            them = [it for it in self.wanted.next_hops if self._is_at(topology, path, it)]
            if not them:
                return False
            met += them
        return set(met) == set(self.wanted.next_hops)

    def _is_at(self, topology: Topology, path: Path, party: Party) -> bool:
        if path.next_hop is not None:
            return party.has(topology, path.next_hop)
        if path.interface is None:
            return False
        faced = list(faced_by(topology, self.node, path.interface))
        return len(faced) == 1 and party.name(topology) == faced[0][0]

    def _seen(self, topology: Topology, table: Vrf | None, entry: Entry | None) -> str:
        if table is None:
            return f"{self.node} has no VRF {quoted(self.vrf)}"
        if entry is not None:
            return f"{self.node} has {told(topology, table, entry.route)}"
        words = f"{self.node} has no route to {self.prefix}"
        found = table.rib.lookup(int(self.prefix.network_address))
        if found is None:
            return words
        return f"{words}; {self.prefix.network_address} goes by {told(topology, table, found)}"

    # -- why ---------------------------------------------------------------------------------------

    def _missing(self, trial: Trial, entry: Entry | None) -> Iterator[Finding]:
        wanted = self.wanted
        source = wanted.source or _source_of(wanted.code)
        hops = tuple(filter(None, (it.name(trial.topology) for it in wanted.next_hops)))
        nowhere = tuple(str(it) for it in wanted.next_hops if it.name(trial.topology) is None)
        missing = Missing(self.node, self.prefix, source, self.vrf, hops, nowhere)
        found = list(route_causes(trial, missing, entry))
        yield from found
        if not found and entry is not None and not self.vrf:
            yield from how_it_came(trial, self.node, entry.route)

    def _unwanted(self, trial: Trial, entry: Entry | None) -> Iterator[Finding]:
        """Who told of a route that is not to be there."""
        topology = trial.topology
        advertisers = () if entry is None else (path.advertiser for path in entry.route.paths)
        for advertiser in dict.fromkeys(advertisers):
            if advertiser is not None:
                words = f"{called(topology, advertiser)} tells of it"
                yield Finding(words, (self._show,), Rank.ROUTE)
        if entry is not None and not self.vrf:
            yield from how_it_came(trial, self.node, entry.route)


def told(topology: Topology, table: Vrf, route: Route) -> str:
    """`10.0.0.0/8 by OSPF (O IA) via 10.1.1.2 (R2) on Tunnel0, distance 110, metric 20`."""
    ways = []
    for path in route.paths:
        words = "" if path.next_hop is None else f"via {called(topology, path.next_hop)}"
        interface = path.interface or next(iter(_ways_of(table, path)), None)
        words += "" if interface is None else f" on {interface}"
        ways.append(words.strip())
    code = f"{_protocol(route.source)} ({route_code(route)})"
    numbers = f"distance {route.distance}, metric {route.metric}"
    return f"{route.prefix} by {code} {' and '.join(ways)}, {numbers}"


def _ways_out(table: Vrf, route: Route) -> Iterator[InterfaceName]:
    for path in route.paths:
        yield from _ways_of(table, path)


def _ways_of(table: Vrf, path: Path) -> Iterator[InterfaceName]:
    """The interfaces that a path leaves by, through recursive next hops."""
    if path.interface is not None:
        yield path.interface
    elif path.next_hop is not None:
        for interface, _, _ in table.forwarding.ways_out(int(path.next_hop)):
            yield interface.name


def _source_of(code: str | None) -> RouteSource | None:
    return None if code is None else RouteSource(code[0])


def _protocol(source: RouteSource) -> str:
    plain = (RouteSource.CONNECTED, RouteSource.STATIC, RouteSource.LOCAL)
    name = source.name
    return f"{name.lower()} route" if source in plain else name


def _all(them: tuple[Party, ...] | tuple[InterfaceName, ...]) -> str:
    return " and ".join(map(str, them))
