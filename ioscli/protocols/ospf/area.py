"""An area: its database, its interfaces, its shortest path tree."""

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.ospf.content import RouterContent, RouterLink
from ioscli.codec.ospf.numbers import ROUTER_VIRTUAL, LinkType, LsType
from ioscli.model.instant import Instant
from ioscli.model.ospf import BACKBONE, OspfArea, OspfAreaKind
from ioscli.protocols.ospf.graph import Graph, known_graphs
from ioscli.protocols.ospf.lsdb import Lsdb
from ioscli.protocols.ospf.spf import UNREACHED, FirstHops, Hop, Tree, empty_tree, shortest_paths
from ioscli.protocols.ospf.states import NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.machine import Ospf


class Area:
    """What a router knows of one area that it has interfaces in."""

    __slots__ = (
        "age_timer",
        "config",
        "filters",
        "id",
        "interfaces",
        "lsdb",
        "ospf",
        "spf_last",
        "spf_runs",
        "translates",
        "tree",
    )

    def __init__(self, ospf: "Ospf", number: int, config: OspfArea) -> None:
        self.ospf = ospf
        self.id = number
        self.config = config
        self.lsdb = Lsdb()
        self.interfaces: list[Interface] = []
        """Of every state, virtual links among them in the backbone."""
        self.filters = False
        """Whether some interface keeps LSAs in (`ip ospf database-filter all out`)."""
        self.tree: Tree | None = None
        """As last computed."""
        self.spf_runs = 0
        self.spf_last: Instant | None = None
        self.translates = False
        """Whether this router translates the NSSA's type 7 LSAs."""
        self.age_timer = ospf.timers.make(self._age)

    @property
    def takes_externals(self) -> bool:
        """Whether type 5 LSAs are flooded here: not in stub areas and NSSAs."""
        return self.config.kind is OspfAreaKind.NORMAL

    @property
    def is_nssa(self) -> bool:
        """Whether type 7 LSAs are."""
        return self.config.kind is OspfAreaKind.NSSA

    @property
    def is_transit(self) -> bool:
        """Whether a virtual link runs through it: some router LSA has the V bit (16.1)."""
        if self.tree is None or self.id == BACKBONE:
            return False
        distance = self.tree.distance
        return any(
            vertex.flags & ROUTER_VIRTUAL and distance[vertex.number] < UNREACHED
            for vertex in self.tree.graph.special
        )

    def database(self, kind: int) -> Lsdb:
        """Where LSAs of a type belong: most are the area's, some the AS's."""
        if kind in (LsType.AS_EXTERNAL, LsType.OPAQUE_AS):
            return self.ospf.lsdb
        return self.lsdb

    def active_interfaces(self) -> list["Interface"]:
        """Those that are up, loopbacks and passive ones included."""
        return [one for one in self.interfaces if one.is_up]

    def full_neighbors(self) -> int:
        """How many adjacencies there are."""
        return sum(len(one.full_neighbors()) for one in self.interfaces)

    def _age(self) -> None:
        self.ospf.age(self, self.lsdb)

    # Shortest paths

    def compute(self) -> None:
        """Build the area's tree anew (16.1)."""
        graph = known_graphs.find(self.lsdb)
        root = graph.router_vertex(self.ospf.router_id)
        self.spf_runs += 1
        self.spf_last = self.ospf.now
        self.ospf.computed(self)
        if root is None:
            self.tree = empty_tree(graph)
            return
        first = FirstHops()
        usable = set(graph.edges[root])
        for link in graph.links(root):
            if link.kind == LinkType.TRANSIT:
                self._first_network(graph, root, link, first, usable)
            elif link.kind in (LinkType.POINT_TO_POINT, LinkType.VIRTUAL):
                self._first_router(graph, link, first, usable)
        self.tree = shortest_paths(graph, root, first, self.ospf.hop_sets)

    def _first_router(
        self, graph: Graph, link: RouterLink, first: FirstHops, usable: set[tuple[int, int]]
    ) -> None:
        vertex = graph.router_vertex(link.id)
        if vertex is None or (vertex, link.metric) not in usable:
            return
        for interface in self.interfaces:
            if interface.elects or interface.link_data() != link.data:
                continue
            for neighbor in interface.neighbors.values():
                if neighbor.id == link.id and neighbor.state is NeighborState.FULL:
                    hops = interface.hops_to(neighbor)
                    if hops:
                        first.links.append((vertex, link.metric, first.bit(hops)))

    def _first_network(
        self,
        graph: Graph,
        root: int,
        link: RouterLink,
        first: FirstHops,
        usable: set[tuple[int, int]],
    ) -> None:
        vertex = graph.network_vertex(link.id)
        if vertex is None or (vertex, link.metric) not in usable:
            return
        interface = next(
            (one for one in self.interfaces if one.elects and one.address == link.data), None
        )
        if interface is None:
            return
        name = interface.facts.name
        own = first.bit((Hop(name, None),))
        first.links.append((vertex, link.metric, own))
        beyond = {}
        for other, _ in graph.edges[vertex]:
            if other != root:
                address = _address_on(graph.links(other), link.id)
                if address is not None:
                    beyond[other] = first.bit((Hop(name, IPv4Address(address)),))
        known, by_router = first.attached.get(vertex, (0, {}))
        for other, bit in beyond.items():
            by_router[other] = by_router.get(other, 0) | bit
        first.attached[vertex] = (known | own, by_router)

    def router_content(self, router: int) -> RouterContent | None:
        """What a router of the area says of itself."""
        for entry in self.lsdb.living(LsType.ROUTER):
            if entry.lsa.router == router and isinstance(entry.lsa.content, RouterContent):
                return entry.lsa.content
        return None


def _address_on(links: tuple[RouterLink, ...], network: int) -> int | None:
    """A router's address on a network, by its own LSA."""
    for kind, other, data, _, _ in links:
        if kind == LinkType.TRANSIT and other == network:
            return data
    return None


def is_virtual(interface: "Interface") -> bool:
    """Whether an interface is a virtual link."""
    return interface.network_type is NetworkType.VIRTUAL_LINK
