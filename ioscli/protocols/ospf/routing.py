"""The routing table calculation (RFC 2328 16): from trees and databases to routes."""

from collections.abc import Collection, Iterable, Iterator
from enum import IntEnum
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ospf.content import ExternalContent, SummaryContent, mask_length
from ioscli.codec.ospf.lsa import Lsa
from ioscli.codec.ospf.numbers import (
    LS_INFINITY,
    OPTION_P,
    ROUTER_BORDER,
    ROUTER_EXTERNAL,
    LsType,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.ospf import BACKBONE, OspfProcess
from ioscli.protocols.ospf.graph import Prefix, prefix_key
from ioscli.protocols.ospf.spf import UNREACHED, Hop, Hops, Reach, Tree

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf


class PathKind(IntEnum):
    """Kinds of paths: the lower is preferred whatever it costs (11)."""

    INTRA = 0
    INTER = 1
    EXTERNAL_1 = 2
    EXTERNAL_2 = 3
    DISCARD = 4
    """A summary's own: packets for what none of its parts covers are dropped."""


class OspfRoute(NamedTuple):
    """A route of the table."""

    prefix: Prefix
    kind: PathKind
    cost: int
    """Of the path within the AS; of type 2 externals it decides only between equal metrics."""
    hops: Hops
    """Empty: the network is this router's own."""
    advertisers: tuple[int, ...]
    """Router IDs, one for each hop."""
    area: int = BACKBONE
    external_metric: int = 0
    """Of type 2 externals."""
    tag: int = 0
    nssa: bool = False
    """Learned from a type 7 LSA."""
    distance: int = 0
    """Administrative distance of a discard route."""

    @property
    def metric(self) -> int:
        """As the routing table shows it."""
        return self.external_metric if self.kind is PathKind.EXTERNAL_2 else self.cost

    @property
    def code(self) -> str:
        """`IA`, `E1`, ... of `show ip route`; empty for intra-area and discard routes."""
        if self.kind in (PathKind.INTRA, PathKind.DISCARD):
            return ""
        if self.kind is PathKind.INTER:
            return "IA"
        return ("N" if self.nssa else "E") + ("1" if self.kind is PathKind.EXTERNAL_1 else "2")


class RouterRoute(NamedTuple):
    """The way to an area border router or AS boundary router (`show ip ospf border-routers`)."""

    router: int
    area: int
    intra: bool
    cost: int
    hops: Hops
    border: bool
    external: bool


class Table:
    """All routes. Those of a router's only area stay in its tree, computed when asked for."""

    __slots__ = ("_reached", "base", "base_area", "extra", "routers")

    def __init__(self) -> None:
        self.base: Tree | None = None
        self.base_area = BACKBONE
        self.extra: dict[Prefix, OspfRoute] = {}
        self.routers: dict[tuple[int, int], RouterRoute] = {}
        """By router ID and area."""
        self._reached: dict[Prefix, Reach] | None = None

    def get(self, prefix: Prefix) -> OspfRoute | None:
        """The route to exactly this prefix."""
        tree = self.base
        if tree is not None:
            if self._reached is None:
                self._reached = tree.reached()
            reach = self._reached.get(prefix)
            if reach is not None:
                return intra_route(tree, prefix, reach, self.base_area)
        return self.extra.get(prefix)

    def without(self, lost: Collection[InterfaceName]) -> "Table":
        """What is left of it when some interfaces are of no use any more."""
        left = Table()
        left.routers = self.routers
        for route in self.routes():
            kept = {
                hop: router
                for hop, router in zip(route.hops, route.advertisers, strict=True)
                if hop.interface not in lost
            }
            if len(kept) == len(route.hops):
                left.extra[route.prefix] = route
            elif kept:
                left.extra[route.prefix] = route._replace(
                    hops=tuple(kept), advertisers=tuple(kept.values())
                )
        return left

    def settle(self) -> None:
        """Give back what only the calculation needs at hand."""
        self._reached = None

    def lookup(self, address: int) -> OspfRoute | None:
        """The longest match among routes within the AS (16.4 step 3)."""
        for length in range(32, -1, -1):
            route = self.get(prefix_key(address, length))
            if route is not None and route.kind <= PathKind.INTER:
                return route
        return None

    def routes(self) -> Iterator[OspfRoute]:
        """Every route, the router's own networks included."""
        if self.base is not None:
            for prefix, reach in self.base.reached().items():
                yield intra_route(self.base, prefix, reach, self.base_area)
        yield from self.extra.values()


def intra_route(tree: Tree, prefix: Prefix, reach: Reach, area: int) -> OspfRoute:
    """A prefix of a tree as a route."""
    return OspfRoute(prefix, PathKind.INTRA, reach[0], reach[1], tree.told(reach), area)


def calculate(ospf: "Ospf") -> Table:
    """The whole table from the areas' trees and the databases."""
    table = Table()
    areas = [area for area in ospf.areas.values() if area.tree is not None]
    if len(areas) == 1 and areas[0].tree is not None:
        table.base, table.base_area = areas[0].tree, areas[0].id
    else:
        _merge_areas(table, areas)
    for area in areas:
        _border_routers(table, area)
    examined = [a for a in areas if a.id == BACKBONE] if ospf.is_border else areas
    for area in examined:
        _inter_area(ospf, table, area)
    if ospf.is_border:
        for area in areas:
            if ospf.config.transit and area.is_transit:
                _through_transit(ospf, table, area)
    if ospf.lsdb.tables or any(area.is_nssa for area in areas):
        _externals(ospf, table, areas)
    return table


def _merge_areas(table: Table, areas: Iterable["Area"]) -> None:
    for area in areas:
        tree = area.tree
        assert tree is not None
        for prefix, reach in tree.reached().items():
            known = table.extra.get(prefix)
            if known is None or reach[0] < known.cost:
                table.extra[prefix] = intra_route(tree, prefix, reach, area.id)


def _border_routers(table: Table, area: "Area") -> None:
    tree = area.tree
    assert tree is not None
    for vertex in tree.graph.special:
        number, flags = vertex.number, vertex.flags
        if not flags & (ROUTER_BORDER | ROUTER_EXTERNAL) or number == tree.root:
            continue
        if tree.distance[number] < UNREACHED:
            table.routers[vertex.router, area.id] = RouterRoute(
                vertex.router,
                area.id,
                True,
                tree.distance[number],
                tree.hops[number],
                bool(flags & ROUTER_BORDER),
                bool(flags & ROUTER_EXTERNAL),
            )


def _summaries(ospf: "Ospf", area: "Area") -> Iterator[tuple[Lsa, SummaryContent]]:
    """The summary LSAs of an area that may count (16.2 steps 1 and 2)."""
    for kind in (LsType.SUMMARY_NETWORK, LsType.SUMMARY_ASBR):
        for entry in area.lsdb.living(kind):
            content = entry.lsa.content
            if (
                isinstance(content, SummaryContent)
                and content.metric < LS_INFINITY
                and entry.lsa.router != ospf.router_id
            ):
                yield entry.lsa, content


def _inter_area(ospf: "Ospf", table: Table, area: "Area") -> None:
    """16.2."""
    for lsa, content in _summaries(ospf, area):
        border = table.routers.get((lsa.router, area.id))
        if border is None or not border.border or not border.intra:
            continue
        cost = border.cost + content.metric
        if lsa.kind == LsType.SUMMARY_NETWORK:
            prefix = prefix_key(lsa.id, mask_length(content.mask))
            if prefix in ospf.active_ranges:
                continue
            told = (lsa.router,) * len(border.hops)
            _offer(table, OspfRoute(prefix, PathKind.INTER, cost, border.hops, told, area.id))
        else:
            known = table.routers.get((lsa.id, area.id))
            if known is not None and (known.intra or known.cost < cost):
                continue
            hops = border.hops
            if known is not None and known.cost == cost:
                hops = tuple(dict.fromkeys(known.hops + hops))
            table.routers[lsa.id, area.id] = RouterRoute(
                lsa.id, area.id, False, cost, hops, False, True
            )


def _through_transit(ospf: "Ospf", table: Table, area: "Area") -> None:
    """16.3: a summary of a transit area may show a shorter way than the virtual link."""
    for lsa, content in _summaries(ospf, area):
        border = table.routers.get((lsa.router, area.id))
        if border is None or not border.border or not border.intra:
            continue
        cost = border.cost + content.metric
        if lsa.kind == LsType.SUMMARY_NETWORK:
            prefix = prefix_key(lsa.id, mask_length(content.mask))
            known = table.get(prefix)
            if known is None or known.area != BACKBONE or known.kind > PathKind.INTER:
                continue
            if not known.hops or cost > known.cost:
                continue
            hops, told = border.hops, (lsa.router,) * len(border.hops)
            if cost == known.cost:
                hops, told = _union(known.hops, known.advertisers, hops, told)
            table.extra[prefix] = known._replace(cost=cost, hops=hops, advertisers=told)
        else:
            router = table.routers.get((lsa.id, BACKBONE))
            if router is None or cost > router.cost:
                continue
            hops = border.hops
            if cost == router.cost:
                hops = tuple(dict.fromkeys(router.hops + hops))
            table.routers[lsa.id, BACKBONE] = router._replace(cost=cost, hops=hops)


def _offer(table: Table, route: OspfRoute) -> None:
    """Put a route in, beside an equal one, in place of a worse one, or not at all."""
    known = table.get(route.prefix)
    if known is not None:
        rank, its = _rank(route), _rank(known)
        if its < rank:
            return
        if its == rank:
            if not known.hops or route.kind <= PathKind.INTRA:
                return
            hops, told = _union(known.hops, known.advertisers, route.hops, route.advertisers)
            route = known._replace(hops=hops, advertisers=told)
    table.extra[route.prefix] = route


def _rank(route: OspfRoute) -> tuple[int, ...]:
    if route.kind is PathKind.EXTERNAL_2:
        return route.kind, route.external_metric, route.cost
    return route.kind, route.cost


def _union(
    hops: Hops, told: tuple[int, ...], more: Hops, more_told: tuple[int, ...]
) -> tuple[Hops, tuple[int, ...]]:
    merged = dict(zip(hops, told, strict=True))
    for hop, router in zip(more, more_told, strict=True):
        merged.setdefault(hop, router)
    return tuple(merged), tuple(merged.values())


# Externals (16.4, RFC 3101 2.5)


def _externals(ospf: "Ospf", table: Table, areas: list["Area"]) -> None:
    normal = [area for area in areas if area.takes_externals]
    for entry in ospf.lsdb.living(LsType.AS_EXTERNAL):
        _external(ospf, table, entry.lsa, normal)
    for area in areas:
        if area.is_nssa:
            for entry in area.lsdb.living(LsType.NSSA_EXTERNAL):
                lsa = entry.lsa
                translated = bool(lsa.options & OPTION_P)
                is_default = lsa.id == 0
                unwanted = ospf.is_border and (not translated or area.config.no_summary)
                if not (is_default and unwanted):
                    _external(ospf, table, lsa, [area])


def _external(ospf: "Ospf", table: Table, lsa: Lsa, areas: list["Area"]) -> None:
    content = lsa.content
    if (
        not isinstance(content, ExternalContent)
        or content.metric >= LS_INFINITY
        or lsa.router == ospf.router_id
    ):
        return
    nssa = lsa.kind == LsType.NSSA_EXTERNAL
    way = _best_way(ospf.config, table, lsa.router, areas)
    if way is None:
        return
    cost, hops, area = way.cost, way.hops, way.area
    if content.forwarding:
        inside = table.lookup(content.forwarding)
        if inside is None or (nssa and inside.kind is not PathKind.INTRA):
            return
        cost, area = inside.cost, inside.area
        hops = _towards(ospf, inside, content.forwarding)
    if not hops:
        return
    told = (lsa.router,) * len(hops)
    prefix = prefix_key(lsa.id, mask_length(content.mask))
    if content.type2:
        route = OspfRoute(
            prefix, PathKind.EXTERNAL_2, cost, hops, told, area, content.metric, content.tag, nssa
        )
    else:
        total = cost + content.metric
        route = OspfRoute(
            prefix, PathKind.EXTERNAL_1, total, hops, told, area, 0, content.tag, nssa
        )
    known = table.get(prefix)
    if known is not None and _rank(known) == _rank(route) and known.nssa != nssa:
        # RFC 3101 2.5 step 6e: a type 7 LSA that will be translated, before type 5, before others.
        preferred = bool(lsa.options & OPTION_P and content.forwarding) if nssa else known.nssa
        if preferred:
            table.extra[prefix] = route
        return
    _offer(table, route)


def _best_way(
    config: OspfProcess, table: Table, router: int, areas: list["Area"]
) -> RouterRoute | None:
    """The way to an AS boundary router, among several areas by 16.4.1 (RFC 1583: by cost)."""
    ways = [
        way
        for area in areas
        if (way := table.routers.get((router, area.id))) is not None and way.external
    ]
    if not ways:
        return None
    if not config.compatible_rfc1583:
        inside = [way for way in ways if way.intra and way.area != BACKBONE]
        ways = inside or ways
    else:
        ways = [way for way in ways if way.intra] or ways
    return min(ways, key=lambda way: (way.cost, -way.area))


def _towards(ospf: "Ospf", inside: OspfRoute, address: int) -> Hops:
    """First hops to a forwarding address: on an attached network, the address itself."""
    if inside.hops and inside.hops[0].address is not None:
        return inside.hops
    if inside.hops:
        return tuple(Hop(hop.interface, IPv4Address(address)) for hop in inside.hops)
    for interface in ospf.interfaces.values():
        if interface.is_up and not (interface.address ^ address) & interface.mask:
            if interface.address == address:
                return ()
            return (Hop(interface.facts.name, IPv4Address(address)),)
    return ()
