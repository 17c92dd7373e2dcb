"""A chain of five OSPF routers beside the same chain of FRR: from start to all routes, and memory.

Both run with default timers, once with broadcast and once with point-to-point links: every
router has a loopback address, everything is in area 0, and the clock stops when both ends know
all networks. FRR's routers are zebra and ospfd in network namespaces joined by veth pairs, and
their time is the wall's. Ours has two times: that of the simulation, which is what the timers of
the protocol make of it, and the wall's, at full speed.

`python -m bench.chain_frr broadcast|point-to-point` prints our chain's as one line of JSON.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path
from resource import getpagesize

from bench.figure import Figure
from bench.peers.frr_chain import FrrChain, missing
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.config import InterfaceConfig, new_router_config
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant, seconds
from ioscli.model.ospf import OspfInterfaceSettings, OspfNetwork, OspfNetworkType, OspfProcess
from ioscli.model.rib import RouteSource
from ioscli.router.router import Router

SIZE = 5
NETWORK_TYPES = {
    "broadcast": OspfNetworkType.BROADCAST,
    "point-to-point": OspfNetworkType.POINT_TO_POINT,
}
ROUTES = (SIZE - 1) + (SIZE - 2)
"""That an end learns: the loopbacks of all others, and the links that are not its own."""
LEFT, RIGHT = (InterfaceName("GigabitEthernet", (0, number)) for number in range(2))
LOOPBACK = InterfaceName("Loopback", (0,))
EVERYTHING = OspfNetwork(IPv4Address("0.0.0.0"), IPv4Address("255.255.255.255"), 0)
STEP = seconds(0.1)
PATIENCE = Instant(seconds(120))
COPIES = 20
"""Chains that are built for the memory of one router, each with addresses of its own."""


def figures() -> Iterator[Figure]:
    lacking = missing()
    for words in NETWORK_TYPES:
        ours = _apart(words)
        theirs: dict[str, float] = {}
        if not lacking:
            with FrrChain(SIZE, words) as chain:
                theirs["wall"] = chain.converge(ROUTES)
                theirs["rss"] = chain.kilobytes("Rss")
                theirs["pss"] = chain.kilobytes("Pss")
        name = f"OSPF chain of {SIZE}, {words}"
        rows = [
            ("start to all routes, simulated", ours["simulated"], "s", "FRR, wall", "wall"),
            ("start to all routes, wall", ours["wall"], "s", "FRR, wall", "wall"),
            (
                "memory a router beyond the interpreter",
                ours["beyond"],
                "KB",
                "FRR, resident sets of zebra and ospfd",
                "rss",
            ),
            (
                "memory a router, a fifth of the process",
                ours["whole"],
                "KB",
                "FRR, proportional sets",
                "pss",
            ),
        ]
        for what, value, unit, peer, key in rows:
            shown = f"FRR is not measured: needs {lacking}" if lacking else peer
            yield Figure(f"{name}: {what}", value, unit, shown, theirs.get(key))


def build(network_type: OspfNetworkType, copy: int = 0) -> tuple[Simulation, list[Router]]:
    """The chain, wired and switched off; copy: the second octet of its links."""
    simulation = Simulation(1)
    routers: list[Router] = []
    for number in range(1, SIZE + 1):
        made = new_router_config(f"R{number}", [LEFT, RIGHT])
        made.interfaces[LOOPBACK] = InterfaceConfig(LOOPBACK)
        made.interfaces[LOOPBACK].address = IPv4Interface(f"10.255.{copy}.{number}/32")
        for port, link in ((LEFT, number - 1), (RIGHT, number)):
            if 1 <= link < SIZE:
                made.interfaces[port].shutdown = False
                made.interfaces[port].address = IPv4Interface(f"10.{copy}.{link}.{number}/24")
                made.interfaces[port].ospf = OspfInterfaceSettings(network_type=network_type)
        made.ospf["1"] = OspfProcess("1", networks=[EVERYTHING])
        routers.append(Router(simulation, made.hostname, [LEFT, RIGHT], made))
        if number > 1:
            Link(simulation, routers[-2].port(RIGHT), routers[-1].port(LEFT))
    return simulation, routers


def complete(router: Router) -> bool:
    """Whether a router has learned all that it can."""
    return sum(route.source is RouteSource.OSPF for route in router.rib.routes()) == ROUTES


def converge(simulation: Simulation, routers: list[Router]) -> None:
    """From power on until both ends have all routes."""
    for router in routers:
        router.boot()
    while not (complete(routers[0]) and complete(routers[-1])):
        assert simulation.now < PATIENCE, "the chain does not converge"
        simulation.run_until(Instant(simulation.now + STEP))


def measure(words: str) -> dict[str, float]:
    """Our chain, with the program's modules loaded by a chain before it."""
    network_type = NETWORK_TYPES[words]
    kept = [build(network_type)]
    converge(*kept[0])
    began = time.perf_counter()
    simulation, routers = build(network_type)
    converge(simulation, routers)
    wall = time.perf_counter() - began
    gc.collect()
    whole = before = _resident()
    for copy in range(1, COPIES + 1):
        kept.append(build(network_type, copy))
        converge(*kept[-1])
    gc.collect()
    grown = _resident() - before
    return {
        "wall": wall,
        "simulated": simulation.now / SECOND,
        "beyond": grown / COPIES / SIZE / 1024,
        "whole": whole / SIZE / 1024,
    }


def _resident() -> int:
    """Bytes of this process that are in memory now (proc(5), statm)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * getpagesize()


def _apart(words: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.chain_frr", words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
