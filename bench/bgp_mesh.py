"""`python -m bench.bgp_mesh SIZE`: a full mesh of internal BGP, from cold to all routes.

Real routers on one switch: ARP, TCP and BGP as frames on links. Every router has a session with
every other one and announces its loopback's /32. Prints one line of JSON.
"""

import gc
import json
import sys
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time

from bench.cold_start import in_its_own_process
from bench.figure import Figure
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.hosts.switch import Switch
from ioscli.model.bgp import BgpNeighbor, BgpNetwork, BgpProcess, BgpSettings
from ioscli.model.config import InterfaceConfig, RouterConfig, new_router_config
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant, seconds
from ioscli.model.rib import RouteSource
from ioscli.router.router import Router

SIZES = (10, 25, 50)
PORT = InterfaceName("GigabitEthernet", (0, 0))
LOOPBACK = InterfaceName("Loopback", (0,))
LAN = 0x0A000000
LOOPBACKS = 0x0AFF0000
STEP = seconds(0.25)
PATIENCE = seconds(120)
GOAL = 10
"""Seconds of one processor for the largest mesh."""


def configured(number: int, size: int) -> RouterConfig:
    """Router `number` of a mesh."""
    made = new_router_config(f"R{number}", [PORT])
    made.interfaces[PORT].shutdown = False
    made.interfaces[PORT].address = IPv4Interface((LAN + number, 24))
    made.interfaces[LOOPBACK] = InterfaceConfig(LOOPBACK)
    made.interfaces[LOOPBACK].address = IPv4Interface((LOOPBACKS + number, 32))
    made.bgp = process = BgpProcess(65_001)
    process.networks.append(BgpNetwork(IPv4Network((LOOPBACKS + number, 32))))
    for other in range(1, size + 1):
        if other != number:
            peer = IPv4Address(LAN + other)
            process.neighbors[peer] = BgpNeighbor(peer, BgpSettings(remote_as=65_001))
    return made


def build(size: int) -> tuple[Simulation, list[Router]]:
    """The mesh, wired and switched off."""
    simulation = Simulation(1)
    switch = Switch(simulation, "switch")
    routers = []
    for number in range(1, size + 1):
        router = Router(simulation, f"R{number}", [PORT], configured(number, size))
        Link(simulation, router.port(PORT), switch.add_port(f"port {number}"), delay=100)
        routers.append(router)
    return simulation, routers


def complete(router: Router, size: int) -> bool:
    """Whether a router has every other one's route."""
    number = sum(route.source is RouteSource.BGP for route in router.rib.routes())
    return number == size - 1


def measure(size: int) -> dict[str, float]:
    """From power on to the last route."""
    gc.collect()
    before = getrusage(RUSAGE_SELF).ru_maxrss
    simulation, routers = build(size)
    began, began_working = perf_counter(), process_time()
    for router in routers:
        router.boot()
    while not all(complete(router, size) for router in routers):
        assert simulation.now < PATIENCE, "the mesh does not converge"
        simulation.run_until(Instant(simulation.now + STEP))
    return {
        "size": size,
        "wall": perf_counter() - began,
        "processor": process_time() - began_working,
        "simulated": simulation.now / 1_000_000,
        "events": simulation.events_run,
        "kilobytes": getrusage(RUSAGE_SELF).ru_maxrss - before,
    }


def figures() -> Iterator[Figure]:
    """Each size in a process of its own, for the memory's sake."""
    smaller: dict[str, float] | None = None
    for size in SIZES:
        found: dict[str, float] = in_its_own_process("bench.bgp_mesh", size)
        sessions = size * (size - 1) / 2
        goal = f"< {GOAL} s" if size == max(SIZES) else ""
        yield Figure(
            f"iBGP mesh of {size}: converged, processor time",
            found["processor"],
            "s",
            "" if smaller is None else f"mesh of {smaller['size']:.0f}",
            None if smaller is None else smaller["processor"],
            goal,
            found["processor"] < GOAL if goal else None,
        )
        yield Figure(
            f"iBGP mesh of {size}: events a session", found["events"] / sessions, "", "", None
        )
        yield Figure(
            f"iBGP mesh of {size}: memory a session", found["kilobytes"] / sessions, "KB", "", None
        )
        smaller = found


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
