"""A grid of OSPF routers from cold to converged: machines on bare wires, and whole routers.

Neighbors in the grid are joined by point-to-point links with a /30 each and random costs; every
router has a loopback; all in area 0 with IOS's timers. The first kind of grid has nothing but
OSPF machines whose packets arrive a millisecond later; the second is a simulation of real routers
with Ethernet links, ARP, forwarding and a routing table each. Both are held to have converged:
every adjacency full, every database equal, every network known everywhere.

Each grid runs in a process of its own, so that its memory is its own:
`python -m bench.ospf_grid machines|routers WIDTH HEIGHT` prints one line of JSON.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Interface
from random import Random
from typing import NamedTuple

from bench import cold_start
from bench.figure import Figure
from bench.timing import each
from ioscli.codec.ospf.numbers import PacketType
from ioscli.codec.ospf.packet import Packet, build_packet
from ioscli.engine.link import Link
from ioscli.model.config import InterfaceConfig, new_router_config
from ioscli.model.effects import Install, InstallMany, RoutingEffect, SendPacket, Withdraw
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, Instant, seconds
from ioscli.model.ospf import (
    OspfInterface,
    OspfInterfaceSettings,
    OspfNetwork,
    OspfNetworkType,
    OspfProcess,
)
from ioscli.model.rib import RouteSource
from ioscli.protocols.ospf import Ospf
from ioscli.protocols.ospf.states import NeighborState
from ioscli.router.router import Router

SIZES = ((10, 10), (40, 25))
MOST_SECONDS = {100: 1.0, 1_000: 40.0}
MOST_KILOBYTES = 900
"""A router, beyond the interpreter."""

EVERYTHING = OspfNetwork(IPv4Address("0.0.0.0"), IPv4Address("255.255.255.255"), 0)
LOOPBACK = InterfaceName("Loopback", (0,))
FIRST_LOOPBACK, FIRST_NET = 0x0A000001, 0xAC100000
DELAY = MILLISECOND
START_SPREAD = seconds(0.5)
END = seconds(45)
"""Long after the last change: a round of hellos more, and the dead interval."""


def figures() -> Iterator[Figure]:
    measured = {
        (kind, width * height): _measured(kind, width, height)
        for kind in KINDS
        for width, height in SIZES
    }
    for (kind, count), found in measured.items():
        name = f"OSPF grid of {count:,} {kind}"
        goal = MOST_SECONDS[count]
        yield Figure(
            f"{name}, from cold to converged",
            found.seconds,
            "s CPU",
            f"checksums of its {found.packets:,} packets",
            found.checksum_seconds,
            f"<= {goal:g} s",
            found.seconds <= goal,
        )
        yield Figure(
            f"{name}, memory a router",
            found.kilobytes,
            "KB",
            "bytes of its LSAs",
            found.database_kilobytes,
            f"<= {MOST_KILOBYTES} KB",
            found.kilobytes <= MOST_KILOBYTES,
        )
    for kind in KINDS:
        small, large = (measured[kind, width * height] for width, height in SIZES)
        yield Figure(
            f"OSPF grid of {kind}, time for each LSA in each database",
            large.seconds / large.routers**2 * 1e6,
            "us",
            f"the same with {small.routers} {kind}",
            small.seconds / small.routers**2 * 1e6,
        )


class Measured(NamedTuple):
    """What one grid took."""

    routers: int
    seconds: float
    """Of CPU time: other programs on the machine do not count."""
    kilobytes: float
    """A router: what the process grew by at its largest."""
    packets: int
    checksum_seconds: float
    """Building and checking as many packets of the average size, doing nothing with them."""
    database_kilobytes: float
    events: int
    networks: int
    settled: float
    """Simulated seconds until the last route changed."""
    shortest_paths: int
    """How often they were computed, in all."""


class Wire(NamedTuple):
    """A link of the grid: two routers by number, its network's address, its cost."""

    first: int
    second: int
    net: int
    cost: int


def wires(width: int, height: int) -> list[Wire]:
    """The grid."""
    random = Random(1)
    found: list[Wire] = []
    for number in range(width * height):
        right = number + 1 if (number + 1) % width else None
        below = number + width if number + width < width * height else None
        for other in (right, below):
            if other is not None:
                net = FIRST_NET + 4 * len(found)
                found.append(Wire(number, other, net, random.randint(1, 20)))
    return found


def ends(width: int, height: int) -> list[list[tuple[InterfaceName, IPv4Interface, int]]]:
    """What each router has: interfaces with address and cost, in the order of their links."""
    found: list[list[tuple[InterfaceName, IPv4Interface, int]]] = [
        [] for _ in range(width * height)
    ]
    for wire in wires(width, height):
        for number, host in ((wire.first, 1), (wire.second, 2)):
            name = InterfaceName("GigabitEthernet", (0, len(found[number])))
            found[number].append((name, IPv4Interface((wire.net + host, 30)), wire.cost))
    return found


def joints(width: int, height: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """The ends of each wire: router, and which of its interfaces."""
    used = [0] * (width * height)
    for wire in wires(width, height):
        yield (wire.first, used[wire.first]), (wire.second, used[wire.second])
        used[wire.first] += 1
        used[wire.second] += 1


# Machines on bare wires


class Node:
    """A machine and what is at the other ends of its wires."""

    __slots__ = ("interfaces", "machine", "peers", "process", "woken")

    def __init__(self, number: int, links: list[tuple[InterfaceName, IPv4Interface, int]]) -> None:
        self.machine = Ospf("1", Random(number))
        self.process = OspfProcess("1", networks=[EVERYTHING])
        address = IPv4Interface((FIRST_LOOPBACK + number, 32))
        self.interfaces = [
            OspfInterface(
                LOOPBACK, True, address, OspfInterfaceSettings(), bandwidth=8_000_000
            )
        ]  # fmt: skip
        for name, address, cost in links:
            chosen = OspfInterfaceSettings(network_type=OspfNetworkType.POINT_TO_POINT, cost=cost)
            self.interfaces.append(OspfInterface(name, True, address, chosen))
        self.peers: dict[InterfaceName, tuple[Node, InterfaceName]] = {}
        self.woken: Instant | None = None


class Machines:
    """The machines, the wires, the clock."""

    def __init__(self, width: int, height: int) -> None:
        self.now = Instant(0)
        self.events = self.packets = self.bytes = 0
        self.changed = Instant(0)
        self._queue: list[tuple[Instant, int, Node, tuple[InterfaceName, SendPacket] | None]] = []
        self._count = 0
        self.nodes = [Node(number, links) for number, links in enumerate(ends(width, height))]
        for (first, one), (second, other) in joints(width, height):
            left, right = self.nodes[first], self.nodes[second]
            left_name, right_name = left.interfaces[one + 1].name, right.interfaces[other + 1].name
            left.peers[left_name] = right, right_name
            right.peers[right_name] = left, left_name

    @property
    def machines(self) -> list[Ospf]:
        """All of them."""
        return [node.machine for node in self.nodes]

    def start(self) -> None:
        """Boot every router within the first half second."""
        random = Random(2)
        for node in self.nodes:
            self._at(random.randrange(START_SPREAD), node, None)

    def run(self, until: int) -> None:
        """Let simulated time go by."""
        queue = self._queue
        while queue and queue[0][0] <= until:
            self.now, _, node, arrival = heappop(queue)
            self.events += 1
            machine = node.machine
            if arrival is not None:
                name, packet = arrival
                effects = machine.receive(
                    self.now, name, packet.source, packet.destination, packet.payload
                )
            elif machine.started is None:
                effects = machine.configure(self.now, node.process, node.interfaces)
            elif node.woken == self.now:
                node.woken = None
                effects = machine.handle_timer(self.now)
            else:
                continue
            self._carry_out(node, effects)

    def _carry_out(self, node: Node, effects: list[RoutingEffect]) -> None:
        for effect in effects:
            if type(effect) is SendPacket and effect.interface is not None:
                peer, name = node.peers[effect.interface]
                self.packets += 1
                self.bytes += len(effect.payload)
                self._at(self.now + DELAY, peer, (name, effect))
            elif type(effect) in (Install, InstallMany, Withdraw):
                self.changed = self.now
        deadline = node.machine.next_deadline
        if deadline is not None and (node.woken is None or deadline < node.woken):
            node.woken = deadline
            self._at(deadline, node, None)

    def _at(self, when: int, node: Node, arrival: tuple[InterfaceName, SendPacket] | None) -> None:
        self._count += 1
        heappush(self._queue, (Instant(when), self._count, node, arrival))


# Whole routers


class Routers(cold_start.Routers):
    """A simulation of routers, configured as an operator would have configured them."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(START_SPREAD)
        self.routers = [
            self._router(number, links) for number, links in enumerate(ends(width, height))
        ]
        for (first, one), (second, other) in joints(width, height):
            ports = [
                self.routers[number].port(InterfaceName("GigabitEthernet", (0, index)))
                for number, index in ((first, one), (second, other))
            ]
            Link(self.simulation, ports[0], ports[1], delay=DELAY)

    def _router(self, number: int, links: list[tuple[InterfaceName, IPv4Interface, int]]) -> Router:
        hardware = [name for name, _, _ in links]
        config = new_router_config(f"R{number + 1}", hardware)
        loopback = config.interfaces[LOOPBACK] = InterfaceConfig(LOOPBACK)
        loopback.address = IPv4Interface((FIRST_LOOPBACK + number, 32))
        loopback.shutdown = False
        for name, address, cost in links:
            interface = config.interfaces[name]
            interface.shutdown, interface.address = False, address
            interface.ospf = OspfInterfaceSettings(
                network_type=OspfNetworkType.POINT_TO_POINT, cost=cost
            )
        config.ospf["1"] = OspfProcess("1", networks=[EVERYTHING])
        return Router(self.simulation, config.hostname, hardware, config)

    @property
    def machines(self) -> list[Ospf]:
        """Those of their processes."""
        from ioscli.router.ospf import OspfProcess as Running

        found = []
        for router in self.routers:
            process = router.routing.processes[RouteSource.OSPF, "1"]
            assert isinstance(process, Running)
            found.append(process.machine)
        return found

    @property
    def packets(self) -> int:
        """OSPF's."""
        return sum(sum(machine.counters.sent) for machine in self.machines)

    @property
    def bytes(self) -> int:
        """Of them."""
        return sum(sum(machine.counters.sent_bytes) for machine in self.machines)


KINDS: dict[str, type[Machines] | type[Routers]] = {"machines": Machines, "routers": Routers}


def check(machines: list[Ospf], links: int) -> int:
    """Hold that all machines have converged; how many networks each of them knows."""
    states = [
        neighbor.state
        for machine in machines
        for interface in machine.interfaces.values()
        for neighbor in interface.neighbors.values()
    ]
    full = states.count(NeighborState.FULL)
    if not full == len(states) == 2 * links:
        raise AssertionError(f"{full} of {2 * links} adjacencies are full")
    if len({machine.areas[0].lsdb.topology for machine in machines}) != 1:
        raise AssertionError("the databases differ")
    networks = len(machines) + links
    for machine in machines:
        known = sum(1 for _ in machine.table.routes())
        if known != networks:
            raise AssertionError(f"{known} of {networks} networks are known")
    return networks


def checksums(packets: int, size: int) -> float:
    """Seconds for building and parsing packets of a size: what no router can do without."""
    body = Random(3).randbytes(max(0, size - 24))

    def packet() -> None:
        Packet.parse(build_packet(PacketType.LS_UPDATE, 0x0A000001, 0, body))

    return each(packet)[0] * packets / 1e6


def measure(kind: str, width: int, height: int) -> Measured:
    """One grid, from cold to converged."""
    grid, spent = cold_start.settle(lambda: KINDS[kind](width, height), END)
    machines, count = grid.machines, width * height
    networks = check(machines, len(wires(width, height)))
    lsas: Iterable[int] = (entry.lsa.length for entry in machines[0].areas[0].lsdb.entries())
    return Measured(
        count,
        spent.seconds,
        spent.kilobytes / count,
        grid.packets,
        checksums(grid.packets, grid.bytes // grid.packets),
        sum(lsas) / 1024,
        grid.events,
        networks,
        grid.changed / 1e6,
        sum(area.spf_runs for machine in machines for area in machine.areas.values()),
    )


def _measured(kind: str, width: int, height: int) -> Measured:
    return Measured(**cold_start.in_its_own_process("bench.ospf_grid", kind, width, height))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))._asdict()))
