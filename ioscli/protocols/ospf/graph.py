"""The graph that an area's router and network LSAs describe, compiled once for equal databases.

In a converged area every router computes on the same graph: it is kept by the digest of the LSAs
it was made from, and shared by all machines of the process. While databases still differ, graphs
share what each LSA means: vertices have the same numbers in all of them. Only what has two sides
is an edge (RFC 2328 16.1 step 2b).
"""

from collections import OrderedDict
from functools import lru_cache
from ipaddress import IPv4Network

from ioscli.codec.ospf.content import NetworkContent, RouterContent, RouterLink, mask_length
from ioscli.codec.ospf.lsa import Lsa
from ioscli.codec.ospf.numbers import LinkType, LsType
from ioscli.protocols.ospf.lsdb import Lsdb

_KEPT = 24
"""Graphs remembered."""
_VERTICES = 16_384
"""Vertices remembered, or four times those of the largest graph."""
_ROUTER = 1 << 32
"""What tells a router's vertex ID from a network's."""

Prefix = int
"""Network address times 64 plus prefix length: a number, as prefixes are keys by the thousand."""

Edge = tuple[int, int]
"""To which vertex, and its cost."""

Owner = tuple[int, int, tuple[int]]
"""Of a prefix: a vertex that has it, at what cost, and the vertex once more, alone."""

_TO_ROUTER = frozenset({LinkType.POINT_TO_POINT, LinkType.VIRTUAL})


def prefix_key(address: int, length: int) -> Prefix:
    """The key of a prefix; host bits are cut off."""
    return address >> 32 - length << 32 - length + 6 | length


@lru_cache(maxsize=65_536)
def network_of(prefix: Prefix) -> IPv4Network:
    """The prefix as the rest of the program knows it."""
    return IPv4Network((prefix >> 6, prefix & 63))


class Vertex:
    """What an LSA says of its router or network, in any graph."""

    __slots__ = ("alone", "edges", "flags", "id", "links", "number", "router", "sides", "stubs")

    def __init__(self, lsa: Lsa, numbering: "Numbering") -> None:
        self.router = lsa.router
        """Whose LSA it is: for a network its designated router."""
        self.flags = 0
        self.links: tuple[RouterLink, ...] = ()
        """Of a router, as its LSA lists them."""
        content = lsa.content
        if isinstance(content, RouterContent):
            self.id = _ROUTER | lsa.router
            self.flags, self.links = content
            self.edges, self.stubs = _router_parts(content.links, numbering)
        else:
            assert isinstance(content, NetworkContent)
            self.id = lsa.id
            numbers = [numbering.number(_ROUTER | router) for router in content.routers]
            self.edges = tuple([(number, 0) for number in dict.fromkeys(numbers)])
            length = mask_length(content.mask)
            # A transit network with a host mask has its prefix suppressed (RFC 6860 2.2).
            self.stubs = ((prefix_key(lsa.id, length), 0),) if length < 32 else ()
        self.number = numbering.number(self.id)
        self.alone = (self.number,)
        self.sides = frozenset([number for number, _ in self.edges])
        """The vertices that it calls its neighbors."""


def _router_parts(
    links: tuple[RouterLink, ...], numbering: "Numbering"
) -> tuple[tuple[Edge, ...], tuple[tuple[Prefix, int], ...]]:
    number = numbering.number
    edges: list[Edge] = []
    stubs: list[tuple[Prefix, int]] = []
    for kind, other, data, metric, _ in links:
        if kind == LinkType.STUB:
            stubs.append((prefix_key(other, mask_length(data)), metric))
        elif kind == LinkType.TRANSIT:
            edges.append((number(other), metric))
        elif kind in _TO_ROUTER:
            edges.append((number(_ROUTER | other), metric))
    return tuple(edges), tuple(stubs)


class Numbering:
    """Numbers of vertices, counted up as they are met; equal in all graphs made with it."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, vertex: int) -> int:
        """The number of a vertex ID."""
        return self._numbers.setdefault(vertex, len(self._numbers))

    def find(self, vertex: int) -> int | None:
        """The number, if there is one yet."""
        return self._numbers.get(vertex)


class Graph:
    """Vertices by their numbers; what is not in this graph leaves a gap."""

    __slots__ = (
        "_numbering",
        "_prefixes",
        "edges",
        "has_networks",
        "is_router",
        "networks",
        "order",
        "size",
        "special",
        "vertices",
    )

    def __init__(self, vertices: list[Vertex], numbering: Numbering) -> None:
        self._numbering = numbering
        self.size = len(numbering)
        self.vertices: list[Vertex | None] = [None] * self.size
        self.is_router = bytearray(self.size)
        """By vertex: 1, for networks 0."""
        for vertex in vertices:
            self.vertices[vertex.number] = vertex
            self.is_router[vertex.number] = vertex.id >= _ROUTER
        self.has_networks = any(vertex.id < _ROUTER for vertex in vertices)
        self.order = sorted(vertices, key=_by_id)
        """Networks by address, then routers by ID: nothing may depend on the numbers."""
        self.special = [vertex for vertex in self.order if vertex.flags]
        """Border, boundary and virtual link routers."""
        self.edges: list[tuple[Edge, ...]] = [()] * self.size
        """Neighboring vertices and costs."""
        self._prefixes: list[tuple[Prefix, Owner, tuple[Owner, ...]]] | None = None
        self.networks: dict[Prefix, IPv4Network] = {}
        """The prefixes as the rest of the program knows them; filled with `prefixes`."""
        found = self.vertices
        for vertex in vertices:
            number, edges = vertex.number, vertex.edges
            kept = [
                edge
                for edge in edges
                if (far := found[edge[0]]) is not None and number in far.sides
            ]
            self.edges[number] = edges if len(kept) == len(edges) else tuple(kept)

    @property
    def prefixes(self) -> list[tuple[Prefix, Owner, tuple[Owner, ...]]]:
        """Every prefix with the first vertex that has it and all others, in their order."""
        if self._prefixes is None:
            found: dict[Prefix, tuple[Owner, ...]] = {}
            for vertex in self.order:
                for prefix, metric in vertex.stubs:
                    owner = (vertex.number, metric, vertex.alone)
                    found[prefix] = (*found.get(prefix, ()), owner)
            self._prefixes = [(prefix, owners[0], owners[1:]) for prefix, owners in found.items()]
            self.networks = {prefix: network_of(prefix) for prefix in found}
        return self._prefixes

    def router_vertex(self, router: int) -> int | None:
        """The vertex of a router ID."""
        return self._find(_ROUTER | router)

    def network_vertex(self, address: int) -> int | None:
        """The vertex of the network whose designated router has this address."""
        return self._find(address)

    def _find(self, vertex: int) -> int | None:
        number = self._numbering.find(vertex)
        if number is None or number >= self.size or self.vertices[number] is None:
            return None
        return number

    def links(self, number: int) -> tuple[RouterLink, ...]:
        """Of a router, as its LSA lists them."""
        vertex = self.vertices[number]
        return () if vertex is None else vertex.links


def _by_id(vertex: Vertex) -> int:
    return vertex.id


class KnownGraphs:
    """Graphs and vertices of the whole simulation, by what they were made from."""

    __slots__ = ("_graphs", "_numbering", "_vertices")

    def __init__(self) -> None:
        self._numbering = Numbering()
        self._vertices: dict[Lsa, Vertex] = {}
        self._graphs: OrderedDict[int, Graph] = OrderedDict()
        """By digest."""

    def find(self, lsdb: Lsdb) -> Graph:
        """The graph of a database."""
        graphs = self._graphs
        graph = graphs.get(lsdb.topology)
        if graph is not None:
            graphs.move_to_end(lsdb.topology)
            return graph
        count = lsdb.count(LsType.ROUTER) + lsdb.count(LsType.NETWORK)
        if max(len(self._vertices), len(self._numbering)) > max(_VERTICES, 4 * count):
            self._numbering = Numbering()
            self._vertices.clear()
            graphs.clear()
        graph = graphs[lsdb.topology] = self._compile(lsdb)
        if len(graphs) > _KEPT:
            graphs.popitem(last=False)
        return graph

    def _compile(self, lsdb: Lsdb) -> Graph:
        routers: dict[int, Vertex] = {}
        for entry in lsdb.living(LsType.ROUTER):
            routers[entry.lsa.router] = self._vertex(entry.lsa)
        networks: dict[int, Vertex] = {}
        for entry in sorted(lsdb.living(LsType.NETWORK), key=lambda entry: entry.lsa.key):
            address = entry.lsa.id
            # An address has one network: that of the router which says it has the address now.
            if address not in networks or _has_address(routers.get(entry.lsa.router), address):
                networks[address] = self._vertex(entry.lsa)
        return Graph([*networks.values(), *routers.values()], self._numbering)

    def _vertex(self, lsa: Lsa) -> Vertex:
        vertex = self._vertices.get(lsa)
        if vertex is None:
            vertex = self._vertices[lsa] = Vertex(lsa, self._numbering)
        return vertex


known_graphs = KnownGraphs()
"""It remembers only what LSAs mean: no run can tell that it is there."""


def _has_address(vertex: Vertex | None, address: int) -> bool:
    return vertex is not None and any(
        link.kind == LinkType.TRANSIT and link.data == address for link in vertex.links
    )
