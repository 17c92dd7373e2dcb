"""A hub of EIGRP and its spokes, from cold to converged: machines on bare wires, whole routers.

The machines share one network on which the spokes hear the hub alone, as on a multipoint tunnel;
the hub has `no ip split-horizon eigrp`, so that every spoke learns the network behind every other.
The routers are joined to the hub by a link each. All timers are IOS's. Both are held to have
converged: every adjacency up, every destination passive, every network known everywhere.

Each hub runs in a process of its own, so that its memory is its own:
`python -m bench.eigrp_hub machines|routers SPOKES` prints one line of JSON.
"""

import json
import sys
from collections.abc import Iterator
from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Interface
from random import Random
from typing import NamedTuple

from bench import cold_start
from bench.figure import Figure
from bench.timing import each
from ioscli.codec.eigrp.numbers import Opcode
from ioscli.codec.eigrp.packet import Packet, build_packet, parse_packet
from ioscli.codec.eigrp.route import WideRoute
from ioscli.engine.link import Link
from ioscli.model.config import InterfaceConfig, new_router_config
from ioscli.model.effects import Install, RoutingEffect, SendPacket, Withdraw
from ioscli.model.eigrp import (
    EigrpInterface,
    EigrpInterfaceSettings,
    EigrpNetwork,
    EigrpProcess,
    EigrpRouter,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, Instant, seconds
from ioscli.model.rib import RouteSource
from ioscli.protocols.eigrp import Eigrp
from ioscli.router.router import Router

SIZES = (50, 200)
EVERYTHING = EigrpNetwork(IPv4Address("0.0.0.0"))
LOOPBACK, TUNNEL = InterfaceName("Loopback", (0,)), InterfaceName("Tunnel", (0,))
FIRST_LOOPBACK, FIRST_NET, SHARED_NET = 0xC0A80000, 0xAC100000, 0x0A000000
DELAY = MILLISECOND
START_SPREAD = seconds(2)
END = seconds(40)


def figures() -> Iterator[Figure]:
    """Time and memory of each hub, and how time grows with the spokes."""
    measured = {(kind, size): _measured(kind, size) for kind in KINDS for size in SIZES}
    for (kind, size), found in measured.items():
        name = f"EIGRP hub and {size} spokes, {kind}"
        yield Figure(
            f"{name}, from cold to converged",
            found.seconds,
            "s CPU",
            f"building and reading its {found.packets:,} packets",
            found.packet_seconds,
        )
        yield Figure(
            f"{name}, memory a router",
            found.kilobytes,
            "KB",
            "routes a router",
            found.networks,
        )
    for kind in KINDS:
        small, large = (measured[kind, size] for size in SIZES)
        yield Figure(
            f"EIGRP hub of {kind}, time for each route of each spoke",
            large.seconds / large.spokes**2 * 1e6,
            "us",
            f"the same with {small.spokes} spokes",
            small.seconds / small.spokes**2 * 1e6,
        )


class Measured(NamedTuple):
    """What one hub took."""

    spokes: int
    seconds: float
    """Of CPU time: other programs on the machine do not count."""
    kilobytes: float
    """A router: what the process grew by at its largest."""
    packets: int
    """Sent; a multicast counts once."""
    packet_seconds: float
    """Building and reading as many packets of one route, doing nothing with them."""
    events: int
    networks: int
    settled: float
    """Simulated seconds until the last route changed."""


# Machines on bare wires


class Node:
    """A machine and what is configured on it."""

    __slots__ = ("booted", "interfaces", "machine", "process", "woken")

    def __init__(self, number: int) -> None:
        self.machine = Eigrp(100, Random(number))
        self.process = EigrpProcess(100, networks=[EVERYTHING])
        settings = EigrpInterfaceSettings(split_horizon=False if number == 0 else None)
        shared = IPv4Interface((SHARED_NET + number + 1, 16))
        self.interfaces = [
            EigrpInterface(
                LOOPBACK,
                True,
                IPv4Interface((FIRST_LOOPBACK + 256 * number + 1, 24)),
                EigrpInterfaceSettings(),
                bandwidth=8_000_000,
                delay=5_000,
            ),
            EigrpInterface(TUNNEL, True, shared, settings, 1476, 100_000, 50_000),
        ]
        self.booted = False
        self.woken: Instant | None = None


class Machines:
    """The hub, which is the first machine, the spokes, the clock."""

    def __init__(self, spokes: int) -> None:
        self.now = Instant(0)
        self.events = self.packets = 0
        self.changed = Instant(0)
        self._queue: list[tuple[Instant, int, Node, SendPacket | None]] = []
        self._count = 0
        self.nodes = [Node(number) for number in range(spokes + 1)]
        self._by_address = {
            IPv4Address(SHARED_NET + number + 1): node for number, node in enumerate(self.nodes)
        }

    @property
    def machines(self) -> list[Eigrp]:
        """All of them."""
        return [node.machine for node in self.nodes]

    def start(self) -> None:
        """Boot every router within the first two seconds."""
        random = Random(2)
        for node in self.nodes:
            self._at(random.randrange(START_SPREAD), node, None)

    def run(self, until: int) -> None:
        """Let simulated time go by."""
        queue = self._queue
        while queue and queue[0][0] <= until:
            self.now, _, node, packet = heappop(queue)
            self.events += 1
            machine = node.machine
            if packet is not None:
                if not node.booted:
                    continue
                effects = machine.receive(
                    self.now, TUNNEL, packet.source, packet.destination, packet.payload
                )
            elif not node.booted:
                node.booted = True
                effects = machine.configure(self.now, node.process, node.interfaces)
            elif node.woken == self.now:
                node.woken = None
                effects = machine.handle_timer(self.now)
            else:
                continue
            self._carry_out(node, effects)

    def _carry_out(self, node: Node, effects: list[RoutingEffect]) -> None:
        hub = self.nodes[0]
        for effect in effects:
            if type(effect) is SendPacket:
                self.packets += 1
                if not effect.destination.is_multicast:
                    self._at(self.now + DELAY, self._by_address[effect.destination], effect)
                elif node is hub:
                    for spoke in self.nodes[1:]:
                        self._at(self.now + DELAY, spoke, effect)
                else:
                    self._at(self.now + DELAY, hub, effect)
            elif type(effect) is Install or type(effect) is Withdraw:
                self.changed = self.now
        deadline = node.machine.next_deadline
        if deadline is not None and (node.woken is None or deadline < node.woken):
            node.woken = deadline
            self._at(deadline, node, None)

    def _at(self, when: int, node: Node, packet: SendPacket | None) -> None:
        self._count += 1
        heappush(self._queue, (Instant(when), self._count, node, packet))


# Whole routers


class Routers(cold_start.Routers):
    """A simulation of routers, each spoke on a link of its own."""

    def __init__(self, spokes: int) -> None:
        super().__init__(START_SPREAD)
        ports = [InterfaceName("GigabitEthernet", (0, number)) for number in range(spokes)]
        hub = self._router(
            0, {port: FIRST_NET + 4 * number + 1 for number, port in enumerate(ports)}
        )
        self.routers = [hub]
        for number in range(spokes):
            spoke = self._router(number + 1, {ports[0]: FIRST_NET + 4 * number + 2})
            self.routers.append(spoke)
            Link(self.simulation, hub.port(ports[number]), spoke.port(ports[0]), delay=DELAY)

    def _router(self, number: int, addresses: dict[InterfaceName, int]) -> Router:
        config = new_router_config(f"R{number}", list(addresses))
        loopback = config.interfaces[LOOPBACK] = InterfaceConfig(LOOPBACK)
        loopback.address = IPv4Interface((FIRST_LOOPBACK + 256 * number + 1, 24))
        loopback.shutdown = False
        for name, address in addresses.items():
            config.interfaces[name].shutdown = False
            config.interfaces[name].address = IPv4Interface((address, 30))
        process = EigrpProcess(100, networks=[EVERYTHING])
        config.eigrp["100"] = EigrpRouter("100", {("", 100): process})
        return Router(self.simulation, config.hostname, list(addresses), config)

    @property
    def machines(self) -> list[Eigrp]:
        """Those of their processes."""
        from ioscli.router.eigrp import EigrpProcess as Running

        found = []
        for router in self.routers:
            process = router.routing.processes[RouteSource.EIGRP, "100"]
            assert isinstance(process, Running)
            found.append(process.machine)
        return found

    @property
    def packets(self) -> int:
        """EIGRP's."""
        return sum(sum(machine.counters.sent.values()) for machine in self.machines)


KINDS: dict[str, type[Machines] | type[Routers]] = {"machines": Machines, "routers": Routers}


def check(machines: list[Eigrp], shared: bool) -> int:
    """Hold that all machines have converged; how many networks each of them knows."""
    spokes = len(machines) - 1
    networks = spokes + 1 + (1 if shared else spokes)
    for number, machine in enumerate(machines):
        up = len(machine.established())
        if up != (spokes if number == 0 else 1):
            raise AssertionError(f"router {number} has {up} neighbors")
        if not all(entry.is_passive for entry in machine.topology.values()):
            raise AssertionError(f"router {number} still computes")
        if len(machine.topology) != networks:
            raise AssertionError(f"router {number} knows {len(machine.topology)} of {networks}")
    return networks


def packet_seconds(packets: int) -> float:
    """Seconds for building and reading updates: what no router can do without."""
    route = WideRoute(FIRST_LOOPBACK, 24, 5_000_000_000, 100_000, 1476, 1, 255, 1, 1)

    def packet() -> None:
        parse_packet(build_packet(Packet(Opcode.UPDATE, 100, sequence=1, tlvs=(route,))))

    return each(packet)[0] * packets / 1e6


def measure(kind: str, spokes: int) -> Measured:
    """One hub, from cold to converged."""
    star, spent = cold_start.settle(lambda: KINDS[kind](spokes), END)
    networks = check(star.machines, kind == "machines")
    return Measured(
        spokes,
        spent.seconds,
        spent.kilobytes / (spokes + 1),
        star.packets,
        packet_seconds(star.packets),
        star.events,
        networks,
        star.changed / 1e6,
    )


def _measured(kind: str, spokes: int) -> Measured:
    return Measured(**cold_start.in_its_own_process("bench.eigrp_hub", kind, spokes))


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))._asdict()))
