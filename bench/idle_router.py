"""What one idle router takes of memory beyond the interpreter: bare, and with OSPF on two ports.

Routers stand in pairs, joined by two Ethernet cables with a /30 each, everything up, after a
minute of simulated time; OSPF has then both adjacencies full. Each figure is of a process of its
own, which first builds and drops one pair, so that modules and shared values are there before
anything counts: once by what the program asked the allocator for (tracemalloc), once by how the
resident set grew.

`python -m bench.idle_router bare|ospf heap|resident COUNT` prints the kilobytes a router.
"""

import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from resource import getpagesize

from bench.figure import Figure
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.config import new_router_config
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant, seconds
from ioscli.model.ospf import OspfNetwork, OspfProcess
from ioscli.model.rib import RouteSource
from ioscli.protocols.ospf.states import NeighborState
from ioscli.router.ospf import OspfProcess as RunningOspf
from ioscli.router.router import Router

KINDS = {"bare": "without protocols", "ospf": "with OSPF on two interfaces"}
COUNTS = {"bare": 400, "ospf": 100}
"""Routers of one process. OSPF numbers the vertices of all areas of a process together, as one
network has few areas: in many small networks side by side each graph pays for the others'."""
FEWER = 100
MOST_KILOBYTES = 40.0
"""Of a router without protocols."""
PORTS = [InterfaceName("GigabitEthernet", (0, number)) for number in range(2)]
FIRST_NET = 0x0A000000
EVERYTHING = OspfNetwork(IPv4Address("0.0.0.0"), IPv4Address("255.255.255.255"), 0)
SETTLED = Instant(seconds(60))
"""After the waiting time of OSPF's election, and full."""


def figures() -> Iterator[Figure]:
    for kind, words in KINDS.items():
        heap = _apart(kind, "heap", COUNTS[kind])
        bare = kind == "bare"
        yield Figure(
            f"idle router {words}, allocated (tracemalloc)",
            heap,
            "KB",
            "growth of the resident set",
            _apart(kind, "resident", COUNTS[kind]),
            f"< {MOST_KILOBYTES:.0f} KB" if bare else "",
            heap < MOST_KILOBYTES if bare else None,
        )
        if bare:
            yield Figure(
                f"idle router {words}, one of {COUNTS[kind]}",
                heap,
                "KB",
                f"one of {FEWER}",
                _apart(kind, "heap", FEWER),
            )


def build(kind: str, count: int) -> tuple[Simulation, list[Router]]:
    """Pairs of routers, a minute after they were switched on."""
    simulation = Simulation(1)
    routers = [_router(simulation, kind, number) for number in range(count)]
    for first, second in zip(routers[::2], routers[1::2], strict=True):
        for port in PORTS:
            Link(simulation, first.port(port), second.port(port))
    for router in routers:
        router.boot()
    simulation.run_until(SETTLED)
    return simulation, routers


def _router(simulation: Simulation, kind: str, number: int) -> Router:
    made = new_router_config(f"R{number}", PORTS)
    pair, side = divmod(number, 2)
    for index, port in enumerate(PORTS):
        net = FIRST_NET + 8 * pair + 4 * index
        made.interfaces[port].shutdown = False
        made.interfaces[port].address = IPv4Interface((net + 1 + side, 30))
    if kind == "ospf":
        made.ospf["1"] = OspfProcess("1", networks=[EVERYTHING])
    return Router(simulation, made.hostname, PORTS, made)


def check(kind: str, routers: list[Router]) -> None:
    """Hold that everything is up, and that OSPF is done where it runs."""
    for router in routers:
        down = [it.name for it in router.interface_views() if not it.protocol_up]
        if down:
            raise AssertionError(f"{router.name}: {down[0]} is down")
        process = router.routing.processes.get((RouteSource.OSPF, "1"))
        if kind == "bare":
            if process is not None:
                raise AssertionError(f"{router.name} runs OSPF")
            continue
        assert isinstance(process, RunningOspf)
        states = [
            neighbor.state
            for interface in process.machine.interfaces.values()
            for neighbor in interface.neighbors.values()
        ]
        if states != [NeighborState.FULL] * len(PORTS):
            raise AssertionError(f"{router.name}: neighbors are {states}")


def measure(kind: str, way: str, count: int) -> float:
    """Kilobytes a router."""
    check(kind, build(kind, 2)[1])
    gc.collect()
    if way == "heap":
        tracemalloc.start()
        kept = build(kind, count)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    else:
        before = _resident()
        kept = build(kind, count)
        gc.collect()
        taken = _resident() - before
    tracemalloc.stop()
    check(kind, kept[1])
    return taken / count / 1024


def _resident() -> int:
    """Bytes of this process that are in memory now (proc(5), statm)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * getpagesize()


def _apart(kind: str, way: str, count: int) -> float:
    command = [sys.executable, "-m", "bench.idle_router", kind, way, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    print(measure(sys.argv[1], sys.argv[2], int(sys.argv[3])))
