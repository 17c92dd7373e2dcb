"""The graph that an area's router and network LSAs describe, compiled once for equal databases.

In a converged area every router computes on the same graph: it is kept by the digest of the LSAs
it was made from, and shared by all machines of the process. Only what has two sides is an edge
(RFC 2328 16.1 step 2b).
"""

from collections import OrderedDict
from functools import lru_cache
from ipaddress import IPv4Network
from typing import NamedTuple

from ioscli.codec.ospf.content import NetworkContent, RouterContent, RouterLink, mask_length
from ioscli.codec.ospf.numbers import LinkType, LsType
from ioscli.protocols.ospf.lsdb import Lsdb

_KEPT = 24
"""Graphs remembered."""
_NETWORK = 1 << 32
"""What tells a network's vertex ID from a router's."""

Prefix = int
"""Network address times 64 plus prefix length: a number, as prefixes are keys by the thousand."""

_TO_ROUTER = frozenset({LinkType.POINT_TO_POINT, LinkType.VIRTUAL})


def prefix_key(address: int, length: int) -> Prefix:
    """The key of a prefix; host bits are cut off."""
    return address >> 32 - length << 32 - length + 6 | length


@lru_cache(maxsize=65_536)
def network_of(prefix: Prefix) -> IPv4Network:
    """The prefix as the rest of the program knows it."""
    return IPv4Network((prefix >> 6, prefix & 63))


class Destination(NamedTuple):
    """A prefix and the vertices that have it."""

    prefix: Prefix
    attached: tuple[tuple[int, int], ...]
    """Vertex and the cost from it."""


class Graph:
    """Vertices are numbers: networks first, then routers."""

    __slots__ = (
        "destinations",
        "edges",
        "flags",
        "index",
        "links",
        "network_count",
        "prefixes",
        "routers",
    )

    def __init__(self, routers: dict[int, RouterContent], networks: "dict[int, _Network]") -> None:
        self.index: dict[int, int] = {}
        """Vertex by router ID, or by _NETWORK plus the designated router's address."""
        for address in networks:
            self.index[_NETWORK | address] = len(self.index)
        self.network_count = len(networks)
        for router in routers:
            self.index[router] = len(self.index)
        self.routers: list[int] = [network.router for network in networks.values()]
        """Whose LSA made the vertex: for a network its designated router."""
        self.routers += routers
        self.links: list[tuple[RouterLink, ...]] = [()] * self.network_count
        """Of each router, as its LSA lists them."""
        self.links += [content.links for content in routers.values()]
        self.flags = [0] * self.network_count + [content.flags for content in routers.values()]
        self.edges: list[list[tuple[int, int]]] = [[] for _ in self.index]
        """Neighboring vertices and costs."""
        self._connect(routers, networks)
        self.destinations = _destinations(self, routers, networks)
        self.prefixes = {one.prefix: number for number, one in enumerate(self.destinations)}
        """Number of each prefix's destination."""

    def router_vertex(self, router: int) -> int | None:
        """The vertex of a router ID."""
        return self.index.get(router)

    def network_vertex(self, address: int) -> int | None:
        """The vertex of the network whose designated router has this address."""
        return self.index.get(_NETWORK | address)

    def _connect(self, routers: dict[int, RouterContent], networks: "dict[int, _Network]") -> None:
        index, edges = self.index, self.edges
        sides = {
            (router, link.id)
            for router, content in routers.items()
            for link in content.links
            if link.kind in _TO_ROUTER
        }
        for router, content in routers.items():
            vertex = index[router]
            mine = edges[vertex]
            for kind, other, _, metric, _ in content.links:
                if kind in _TO_ROUTER:
                    if (other, router) in sides:
                        mine.append((index[other], metric))
                elif kind == LinkType.TRANSIT:
                    network = networks.get(other)
                    if network is not None and router in network.content.routers:
                        across = index[_NETWORK | other]
                        mine.append((across, metric))
                        edges[across].append((vertex, 0))


class _Network(NamedTuple):
    router: int
    content: NetworkContent


def _destinations(
    graph: Graph, routers: dict[int, RouterContent], networks: dict[int, _Network]
) -> list[Destination]:
    attached: dict[Prefix, list[tuple[int, int]]] = {}
    for address, network in networks.items():
        length = mask_length(network.content.mask)
        # A transit network with a host mask has its prefix suppressed (RFC 6860 2.2).
        if length < 32:
            prefix = prefix_key(address, length)
            attached.setdefault(prefix, []).append((graph.index[_NETWORK | address], 0))
    for router, content in routers.items():
        vertex = graph.index[router]
        for kind, network_id, mask, metric, _ in content.links:
            if kind == LinkType.STUB:
                prefix = prefix_key(network_id, mask_length(mask))
                attached.setdefault(prefix, []).append((vertex, metric))
    return [Destination(prefix, tuple(where)) for prefix, where in attached.items()]


_graphs: OrderedDict[int, Graph] = OrderedDict()
"""By digest; it remembers only what LSAs mean, so that no run can tell that it is there."""


def compiled(lsdb: Lsdb) -> Graph:
    """The graph of a database."""
    graph = _graphs.get(lsdb.topology)
    if graph is not None:
        _graphs.move_to_end(lsdb.topology)
        return graph
    graph = _graphs[lsdb.topology] = _compile(lsdb)
    if len(_graphs) > _KEPT:
        _graphs.popitem(last=False)
    return graph


def _compile(lsdb: Lsdb) -> Graph:
    # In the order of IDs, so that a graph does not depend on who was first to need it.
    routers: dict[int, RouterContent] = {}
    for entry in sorted(lsdb.living(LsType.ROUTER), key=lambda entry: entry.lsa.router):
        content = entry.lsa.content
        if isinstance(content, RouterContent):
            routers[entry.lsa.router] = content
    networks: dict[int, _Network] = {}
    for entry in sorted(lsdb.living(LsType.NETWORK), key=lambda entry: entry.lsa.key):
        network, address = entry.lsa.content, entry.lsa.id
        if not isinstance(network, NetworkContent):
            continue
        # An address has one network: that of the router which says it has the address now.
        if address not in networks or _has_address(routers.get(entry.lsa.router), address):
            networks[address] = _Network(entry.lsa.router, network)
    return Graph(routers, networks)


def _has_address(content: RouterContent | None, address: int) -> bool:
    return content is not None and any(
        link.kind == LinkType.TRANSIT and link.data == address for link in content.links
    )
