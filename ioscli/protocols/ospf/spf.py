"""Shortest paths over an area's graph (RFC 2328 16.1), with equal-cost first hops.

Dijkstra's algorithm with a bucket for each distance: costs are small numbers that repeat, so that
the heap holds distances, not vertices. First hops are bits while the tree grows.
"""

from array import array
from collections.abc import Iterable
from heapq import heappop, heappush
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.protocols.ospf.graph import Graph, Prefix

UNREACHED = 1 << 30


class Hop(NamedTuple):
    """A first hop: out of an interface, to a router, or to the attached network itself."""

    interface: InterfaceName
    address: IPv4Address | None


Hops = tuple[Hop, ...]


class FirstHops:
    """How the root reaches the vertices beside it; each way is a bit."""

    __slots__ = ("attached", "links", "ways")

    def __init__(self) -> None:
        self.ways: list[Hops] = []
        """What each bit stands for; the several hops of a virtual link share one."""
        self.links: list[tuple[int, int, int]] = []
        """Vertex, cost and bit: routers on point-to-point links, networks that the root is on."""
        self.attached: dict[int, tuple[int, dict[int, int]]] = {}
        """For those networks: the bits of the network itself, and bits by router on it."""

    def bit(self, hops: Hops) -> int:
        """A bit for a new way."""
        self.ways.append(hops)
        return 1 << len(self.ways) - 1


Reach = tuple[int, Hops, tuple[int, ...]]
"""Of a prefix: the cost, the first hops (none: the root's own), the vertices that have it."""


class Tree:
    """Distances and first hops from one router over a graph."""

    __slots__ = ("distance", "graph", "hops", "root")

    def __init__(self, graph: Graph, root: int | None, distance: "array[int]", hops: list[Hops]):
        self.graph = graph
        self.root = root
        """The router's own vertex; None: its LSA is not there yet, and nothing is reached."""
        self.distance = distance
        """By vertex; UNREACHED where there is no way."""
        self.hops = hops
        """By vertex; equal sets are one object within a router."""

    def router(self, router: int) -> tuple[int, Hops] | None:
        """Distance and first hops to a router, None when it is not reached."""
        vertex = self.graph.router_vertex(router)
        if vertex is None or self.distance[vertex] >= UNREACHED:
            return None
        return self.distance[vertex], self.hops[vertex]

    def reached(self) -> dict[Prefix, Reach]:
        """Every reached prefix; worked out each time, as it is large and seldom needed."""
        distance, hops = self.distance.tolist(), self.hops
        found: dict[Prefix, Reach] = {}
        for prefix, (number, metric, alone), others in self.graph.prefixes:
            cost = distance[number] + metric
            ways = hops[number]
            numbers: tuple[int, ...] = alone
            for other, beyond, only in others:
                here = distance[other] + beyond
                if here < cost:
                    cost, ways, numbers = here, hops[other], only
                elif here == cost:
                    ways, numbers = _merged(ways, hops[other]), numbers + only
            if cost < UNREACHED:
                found[prefix] = cost, ways, numbers
        return found

    def told(self, reach: Reach) -> tuple[int, ...]:
        """Who told of a prefix: a router ID for each first hop."""
        _, hops, numbers = reach
        if len(numbers) == 1:
            return (self._router(numbers[0]),) * len(hops)
        return tuple(
            [
                next(self._router(number) for number in numbers if hop in self.hops[number])
                for hop in hops
            ]
        )

    def _router(self, number: int) -> int:
        vertex = self.graph.vertices[number]
        assert vertex is not None
        return vertex.router


def _merged(first: Hops, second: Hops) -> Hops:
    """Both sets; the root's own (none, or an attached network) swallows any other."""
    if first is second or not first or not second:
        return first if second else second
    return _united(first + second)


def _united(hops: Iterable[Hop]) -> Hops:
    found = tuple(dict.fromkeys(hops))
    attached = tuple([hop for hop in found if hop.address is None])
    return attached or found


def empty_tree(graph: Graph) -> Tree:
    """What a router computes that has no router LSA in the area."""
    return Tree(graph, None, array("l", [UNREACHED]) * graph.size, [()] * graph.size)


def shortest_paths(graph: Graph, root: int, first: FirstHops, known: dict[Hops, Hops]) -> Tree:
    """The tree from a root. known holds the sets of hops of the router: equal ones stay one."""
    distance, bits = _dijkstra(graph, root, first)
    sets: dict[int, Hops] = {0: ()}
    hops: list[Hops] = []
    for mask in bits:
        found = sets.get(mask)
        if found is None:
            ways = [way for number, way in enumerate(first.ways) if mask >> number & 1]
            merged = _united(hop for way in ways for hop in way)
            found = sets[mask] = known.setdefault(merged, merged)
        hops.append(found)
    return Tree(graph, root, array("l", distance), hops)


def _dijkstra(graph: Graph, root: int, first: FirstHops) -> tuple[list[int], list[int]]:
    edges = graph.edges
    networks = graph.has_networks
    distance = [UNREACHED] * graph.size
    bits = [0] * graph.size
    done = bytearray(graph.size)
    distance[root] = 0
    done[root] = 1
    buckets: dict[int, list[int]] = {}
    heap: list[int] = []
    for vertex, cost, mask in first.links:
        if cost < distance[vertex]:
            distance[vertex] = cost
            bits[vertex] = mask
            if cost in buckets:
                buckets[cost].append(vertex)
            else:
                buckets[cost] = [vertex]
                heappush(heap, cost)
        elif cost == distance[vertex]:
            bits[vertex] |= mask
    while heap:
        here = heappop(heap)
        bucket = buckets[here]
        if networks and len(bucket) > 1:
            # Networks first: what they lead to at no cost must find all of them (16.1 step 3).
            bucket.sort(key=graph.is_router.__getitem__)
        for vertex in bucket:
            if done[vertex] or distance[vertex] != here:
                continue
            done[vertex] = 1
            mask = bits[vertex]
            special = first.attached.get(vertex)
            for other, cost in edges[vertex]:
                if done[other]:
                    continue
                total = here + cost
                known = distance[other]
                if total > known:
                    continue
                reach = mask
                if special is not None and mask & special[0]:
                    reach = mask & ~special[0] | special[1].get(other, 0)
                if total < known:
                    distance[other] = total
                    bits[other] = reach
                    if total in buckets:
                        buckets[total].append(other)
                    else:
                        buckets[total] = [other]
                        heappush(heap, total)
                else:
                    bits[other] |= reach
        del buckets[here]
    return distance, bits
