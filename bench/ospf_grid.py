"""`python -m bench.ospf_grid WIDTH HEIGHT`: a grid of OSPF machines on bare wires, from cold.

Neighbors in the grid are joined by point-to-point links with a /30 each; every router has a
loopback; all in area 0 with IOS's timers. The wires deliver what machines send a millisecond later
and do nothing else, so that the figures are of OSPF alone: real packets, real checksums, no
router around them. Prints one line of JSON.
"""

import gc
import json
import sys
from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Interface
from random import Random
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time

from ioscli.model.effects import Install, RoutingEffect, SendPacket, Withdraw
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, Instant, seconds
from ioscli.model.ospf import (
    OspfInterface,
    OspfInterfaceSettings,
    OspfNetwork,
    OspfNetworkType,
    OspfProcess,
)
from ioscli.protocols.ospf import Ospf
from ioscli.protocols.ospf.states import NeighborState

EVERYTHING = OspfNetwork(IPv4Address("0.0.0.0"), IPv4Address("255.255.255.255"), 0)
DELAY = MILLISECOND
START_SPREAD = seconds(0.5)
END = seconds(45)
"""Two rounds of shortest paths after the last LSA, at IOS's pace."""


class Node:
    """A machine and what is at the other ends of its wires."""

    __slots__ = ("changed", "interfaces", "machine", "peers", "process", "routes", "woken")

    def __init__(self, number: int) -> None:
        self.machine = Ospf("1", Random(number))
        self.process = OspfProcess("1")
        self.process.networks.append(EVERYTHING)
        self.interfaces: list[OspfInterface] = []
        self.peers: dict[InterfaceName, tuple[Node, InterfaceName]] = {}
        self.routes = 0
        self.changed = Instant(0)
        self.woken: Instant | None = None


class Grid:
    """The routers, the wires, the clock."""

    def __init__(self, width: int, height: int) -> None:
        self.now = Instant(0)
        self.events = 0
        self.packets = 0
        self._queue: list[tuple[Instant, int, Node, tuple[InterfaceName, SendPacket] | None]] = []
        self._count = 0
        self.nodes = [Node(number) for number in range(width * height)]
        for number, node in enumerate(self.nodes):
            loopback = IPv4Interface((0x0A000001 + number, 32))
            node.interfaces.append(
                OspfInterface(
                    InterfaceName("Loopback", (0,)),
                    True,
                    loopback,
                    OspfInterfaceSettings(),
                    bandwidth=8_000_000,
                )
            )
        random = Random(1)
        net = 0xAC100000
        for number in range(width * height):
            right = number + 1 if (number + 1) % width else None
            below = number + width if number + width < width * height else None
            for other in (right, below):
                if other is not None:
                    self._join(self.nodes[number], self.nodes[other], net, random.randint(1, 20))
                    net += 4

    def _join(self, first: Node, second: Node, net: int, cost: int) -> None:
        names = []
        for node, host in ((first, 1), (second, 2)):
            settings = OspfInterfaceSettings(network_type=OspfNetworkType.POINT_TO_POINT, cost=cost)
            name = InterfaceName("GigabitEthernet", (0, len(node.interfaces) - 1))
            address = IPv4Interface((net + host, 30))
            node.interfaces.append(OspfInterface(name, True, address, settings))
            names.append(name)
        first.peers[names[0]] = (second, names[1])
        second.peers[names[1]] = (first, names[0])

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
                self._at(self.now + DELAY, peer, (name, effect))
            elif type(effect) is Install:
                node.routes += 1
                node.changed = self.now
            elif type(effect) is Withdraw:
                node.routes -= 1
                node.changed = self.now
        deadline = node.machine.next_deadline
        if deadline is not None and (node.woken is None or deadline < node.woken):
            node.woken = deadline
            self._at(deadline, node, None)

    def _at(self, when: int, node: Node, arrival: tuple[InterfaceName, SendPacket] | None) -> None:
        self._count += 1
        heappush(self._queue, (Instant(when), self._count, node, arrival))

    def check(self) -> int:
        """Hold that all routers have converged; how many routes one has."""
        adjacent = [
            neighbor.state is NeighborState.FULL
            for node in self.nodes
            for interface in node.machine.interfaces.values()
            for neighbor in interface.neighbors.values()
        ]
        wires = sum(len(node.peers) for node in self.nodes)
        if len(adjacent) != wires or not all(adjacent):
            raise AssertionError(f"{sum(adjacent)} of {wires} adjacencies are full")
        if len({node.machine.areas[0].lsdb.topology for node in self.nodes}) != 1:
            raise AssertionError("the databases differ")
        networks = len(self.nodes) + wires // 2
        for node in self.nodes:
            known = sum(1 for _ in node.machine.table.routes())
            if known != networks:
                raise AssertionError(f"{known} of {networks} networks are known")
        return networks


def measure(width: int, height: int) -> dict[str, float]:
    """One grid, from cold to converged."""
    before = getrusage(RUSAGE_SELF).ru_maxrss
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)
    grid = Grid(width, height)
    begin, cpu = perf_counter(), process_time()
    grid.start()
    grid.run(END)
    wall, cpu = perf_counter() - begin, process_time() - cpu
    peak = getrusage(RUSAGE_SELF).ru_maxrss
    networks = grid.check()
    count = width * height
    return {
        "routers": count,
        "wall": wall,
        "cpu": cpu,
        "events": grid.events,
        "packets": grid.packets,
        "networks": networks,
        "settled": max(node.changed for node in grid.nodes) / 1e6,
        "spf": sum(area.spf_runs for n in grid.nodes for area in n.machine.areas.values()),
        "kilobytes": (peak - before) / count,
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
