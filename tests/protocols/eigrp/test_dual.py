"""DUAL on random networks: distances are the shortest, and no successor graph ever has a loop."""

from collections.abc import Callable
from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Network
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ioscli.codec.eigrp.numbers import Opcode
from ioscli.codec.eigrp.packet import parse_packet
from ioscli.codec.eigrp.route import WideRoute
from ioscli.protocols.eigrp.topology import State
from tests.protocols.eigrp.wire import Network, Router, Wire

_TENS = 256
"""What ten microseconds of delay are in a classic metric."""
_GIGABIT = 2560
_LOOPBACK_DELAY = 5000


class Mesh:
    """A random network of equal bandwidth, whose links have a delay in tens of microseconds."""

    def __init__(self, size: int, edges: list[tuple[int, int, int]], instance: str = "") -> None:
        self.network = Network()
        self.delays: dict[frozenset[str], int] = {}
        self.wires: dict[frozenset[str], Wire] = {}
        routers = [self.network.router(f"R{number + 1}", instance) for number in range(size)]
        for first, second, delay in edges:
            pair = frozenset((routers[first].name, routers[second].name))
            if len(pair) == 1 or pair in self.wires:
                continue
            net = f"10.{first}.{second}.0/24"
            self.wires[pair] = self.network.link(
                routers[first], routers[second], net, delay=delay * 10
            )
            self.delays[pair] = delay
        for router in routers:
            number = router.name[1:]
            self.network.interface(router, "Loopback", f"192.168.{number}.1/24")
        self.up = set(self.wires)
        self.loops: list[str] = []
        self.owners = {
            facts.address.ip: router
            for router in routers
            for facts in router.interfaces.values()
            if facts.address is not None
        }
        self.network.after_each = self.look_for_loops

    def look_for_loops(self) -> None:
        """Follow every destination's successors; note those that lead back."""
        prefixes = {prefix for router in self.network.routers.values() for prefix in router.routes}
        for prefix in prefixes:
            state: dict[str, int] = {}
            for router in self.network.routers.values():
                if self._loops(router, prefix, state):
                    self.loops.append(f"{prefix} at {self.network.now}")

    def _loops(self, router: Router, prefix: IPv4Network, state: dict[str, int]) -> bool:
        if state.get(router.name) == 2:
            return False
        if state.get(router.name) == 1:
            return True
        state[router.name] = 1
        route = router.routes.get(prefix)
        found = False
        if route is not None:
            found = any(
                self._loops(self.owners[path.next_hop], prefix, state)
                for path in route.paths
                if path.next_hop is not None
            )
        state[router.name] = 2
        return found

    def distances(self, source: str) -> dict[str, int]:
        """Dijkstra from a router over the links that are up, in tens of microseconds."""
        known: dict[str, int] = {}
        queue = [(0, source)]
        while queue:
            distance, name = heappop(queue)
            if name in known:
                continue
            known[name] = distance
            for pair in self.up:
                if name in pair:
                    (other,) = pair - {name}
                    heappush(queue, (distance + self.delays[pair], other))
        return known

    def check(self) -> None:
        """All routers are passive, and have the metrics that Dijkstra gives."""
        for router in self.network.routers.values():
            for entry in router.machine.topology.values():
                assert entry.state is State.PASSIVE, (router.name, entry.network)
            expected = self.distances(router.name)
            for other in self.network.routers.values():
                prefix = IPv4Network(f"192.168.{other.name[1:]}.0/24")
                if other is router:
                    continue
                route = router.routes.get(prefix)
                if other.name not in expected:
                    assert route is None, (router.name, prefix)
                    continue
                assert route is not None, (router.name, prefix)
                delay = expected[other.name] + _LOOPBACK_DELAY // 10
                assert route.metric == _GIGABIT + _TENS * delay, (router.name, prefix)


@st.composite
def meshes(draw: st.DrawFn) -> Mesh:
    """A network whose routers are mostly connected."""
    size = draw(st.integers(2, 7))
    node = st.integers(0, size - 1)
    delay = st.integers(1, 40)
    chain = [(draw(st.integers(0, number - 1)), number, draw(delay)) for number in range(1, size)]
    more = draw(st.lists(st.tuples(node, node, delay), max_size=8))
    return Mesh(size, chain + more)


@given(meshes(), st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_distances_are_shortest_and_nothing_loops(mesh: Mesh, data: st.DataObject) -> None:
    network = mesh.network
    network.configure()
    network.run(12)
    mesh.check()
    pairs = sorted(mesh.wires, key=sorted)
    for _ in range(data.draw(st.integers(1, 5))):
        pair = data.draw(st.sampled_from(pairs))
        wire = mesh.wires[pair]
        if pair not in mesh.up:
            mesh.up.add(pair)
            network.mend(wire)
        elif data.draw(st.booleans()):
            mesh.up.discard(pair)
            network.cut(wire)
        else:
            delay = data.draw(st.integers(1, 60))
            mesh.delays[pair] = delay
            for router, name in wire.ends:
                network.change(router, name, delay=delay * 10)
        if data.draw(st.booleans()):
            network.run(data.draw(st.sampled_from([0.0005, 0.0015, 0.004, 3])))
    network.run(30)
    mesh.check()
    assert mesh.loops == []


@given(meshes(), st.integers(0, 1000), st.data())
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink five minutes of mesh is dear
)
def test_lost_packets_do_not_matter(mesh: Mesh, seed: int, data: st.DataObject) -> None:
    """RFC 7868 section 5.3: what is reliable arrives, in order, on wires that lose and dawdle."""
    rng = Random(seed)
    for wire in mesh.wires.values():
        wire.delay = rng.randrange(500, 30_000)
        wire.loses = lambda sender, receiver, payload: rng.random() < 0.12
    network = mesh.network
    network.configure()
    network.run(60)
    pair = data.draw(st.sampled_from(sorted(mesh.wires, key=sorted)))
    mesh.up.discard(pair)
    network.cut(mesh.wires[pair])
    network.run(60)
    for wire in mesh.wires.values():
        wire.loses = lambda sender, receiver, payload: False
    network.run(120)
    mesh.check()
    assert mesh.loops == []


def test_a_mesh_whose_adjacency_came_back_by_halves() -> None:
    """R1 asks R5 while R5's INIT is not acknowledged: the last reply of a ring of queries."""
    edges = [(0, 1, 10), (0, 2, 20), (1, 3, 39), (1, 4, 38), (0, 5, 1), (1, 5, 13), (0, 4, 14)]
    mesh = Mesh(6, edges)
    network = mesh.network
    network.configure()
    network.run(20)
    ring = mesh.wires[frozenset(("R1", "R5"))]
    # R1 has R5 expire and greets it again; R5 takes it for restarted, and its INIT stays open.
    r1, r5 = network.routers["R1"], network.routers["R5"]
    ring.loses = lambda sender, receiver, payload: sender is r5
    network.run(16)
    assert "10.0.4.2" not in r1.neighbors()
    ring.loses = _loses_acknowledgments_of(r1)
    network.run(6)
    assert (r1.neighbors()["10.0.4.2"], r5.neighbors()["10.0.4.1"]) == (True, False)
    mesh.up.discard(frozenset(("R2", "R6")))
    network.cut(mesh.wires[frozenset(("R2", "R6"))])
    network.cut(mesh.wires[frozenset(("R1", "R6"))])
    mesh.up.discard(frozenset(("R1", "R6")))
    network.run(1)
    assert any(not entry.is_passive for entry in r1.machine.topology.values())
    ring.loses = lambda sender, receiver, payload: False
    network.run(30)
    mesh.check()
    assert mesh.loops == []


def test_a_query_before_the_adjacency_is_whole_is_answered_later() -> None:
    """While its own INIT is open, a router takes nothing from the neighbor but an INIT."""
    mesh = Mesh(2, [(0, 1, 1)])
    network = mesh.network
    r1, r2 = network.routers["R1"], network.routers["R2"]
    (wire,) = mesh.wires.values()
    wire.loses = _loses_acknowledgments_of(r1)
    network.configure()
    network.run(9)
    assert (r1.neighbors(), r2.neighbors()) == ({"10.0.1.2": True}, {"10.0.1.1": False})
    assert IPv4Network("192.168.1.0/24") not in r2.routes
    loopback = next(name for name in r1.interfaces if name.kind == "Loopback")
    network.change(r1, loopback, up=False)
    entry = r1.machine.topology[0xC0A80100, 24]
    network.run(1)
    assert {one.ip for one in entry.replies} == {IPv4Address("10.0.1.2")}
    assert all(packet.opcode != Opcode.REPLY for packet in wire.packets())
    wire.loses = lambda sender, receiver, payload: False
    network.run(15)
    assert entry.is_passive
    replies = [packet for packet in wire.packets() if packet.opcode == Opcode.REPLY]
    assert replies
    assert all(isinstance(one, WideRoute) for packet in replies for one in packet.routes)


def _loses_acknowledgments_of(router: Router) -> Callable[[Router, Router, bytes], bool]:
    """Whatever the router sends that acknowledges something is lost."""
    return lambda sender, receiver, payload: (
        sender is router and parse_packet(payload).acknowledgment != 0
    )


def test_a_big_mesh_with_many_failures() -> None:
    rng = Random(5)
    size = 14
    edges = [(number, (number + 1) % size, rng.randrange(1, 30)) for number in range(size)]
    edges += [(rng.randrange(size), rng.randrange(size), rng.randrange(1, 30)) for _ in range(14)]
    mesh = Mesh(size, edges)
    mesh.network.configure()
    mesh.network.run(15)
    mesh.check()
    for _ in range(12):
        pair = rng.choice(sorted(mesh.wires, key=sorted))
        if pair in mesh.up:
            mesh.up.discard(pair)
            mesh.network.cut(mesh.wires[pair])
        else:
            mesh.up.add(pair)
            mesh.network.mend(mesh.wires[pair])
        mesh.network.run(rng.choice([0.0007, 0.002, 6]))
    mesh.network.run(30)
    mesh.check()
    assert mesh.loops == []


def test_going_active_asks_and_ends_passive() -> None:
    """RFC 7868 section 3.5: without feasible successor the neighbors are asked."""
    mesh = Mesh(4, [(0, 1, 1), (1, 2, 1), (0, 3, 50), (3, 2, 50)])
    network = mesh.network
    network.configure()
    network.run(10)
    r1 = network.routers["R1"].machine
    prefix = (0xC0A80300, 24)
    assert r1.topology[prefix].fd == _GIGABIT + _TENS * 502
    before = dict(r1.counters.sent)
    mesh.up.discard(frozenset(("R1", "R2")))
    network.cut(mesh.wires[frozenset(("R1", "R2"))])
    entry = r1.topology[prefix]
    assert entry.state is State.ACTIVE
    assert IPv4Network("192.168.3.0/24") not in network.routers["R1"].routes
    network.run(1)
    assert entry.state is State.PASSIVE
    assert r1.counters.sent["Query"] > before.get("Query", 0)
    mesh.check()


def test_a_feasible_successor_takes_over_at_once() -> None:
    """RFC 7868 section 3.4: who is nearer than we ever were cannot be behind us."""
    mesh = Mesh(3, [(0, 1, 1), (1, 2, 30), (0, 2, 40)])
    network = mesh.network
    network.configure()
    network.run(10)
    mesh.up.discard(frozenset(("R1", "R2")))
    network.cut(mesh.wires[frozenset(("R1", "R2"))])
    r1 = network.routers["R1"]
    entry = r1.machine.topology[0xC0A80300, 24]
    assert entry.state is State.PASSIVE
    assert r1.route("192.168.3.0/24") == f"D [90/{_GIGABIT + _TENS * 540}] 10.0.2.2 Gi0/1"
    network.run(2)
    mesh.check()


def test_wide_metrics_find_the_same_paths() -> None:
    mesh = Mesh(4, [(0, 1, 1), (1, 2, 1), (0, 3, 50), (3, 2, 5)], "CORP")
    mesh.network.configure()
    mesh.network.run(10)
    r1 = mesh.network.routers["R1"]
    # 655,360 of bandwidth and 655,360 for each ten microseconds, 1.25 of them by the loopback.
    entry = r1.machine.topology[0xC0A80300, 24]
    assert entry.fd == 655_360 + 2 * 655_360 + 81_920
    assert r1.routes[IPv4Network("192.168.3.0/24")].metric == entry.fd // 128
    assert mesh.loops == []


def test_what_a_reply_said_is_not_what_updates_said() -> None:
    """A neighbor that was told by a reply that there is no path hears of the old one again.

    R2's query finds R3 just as its link to R1 comes back: R3 replies that it has no path, and has
    the one it told before a moment later.
    """
    mesh = Mesh(3, [(0, 1, 1), (0, 2, 5), (1, 2, 5)])
    network, back = mesh.network, frozenset(("R1", "R3"))
    network.configure()
    network.run(12)
    network.cut(mesh.wires[back])
    direct = frozenset(("R1", "R2"))
    mesh.delays[direct] = 33
    for router, name in mesh.wires[direct].ends:
        network.change(router, name, delay=330)
    network.mend(mesh.wires[back])
    network.run(30)
    mesh.check()
