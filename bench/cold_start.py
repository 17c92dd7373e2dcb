"""From cold to converged: what it takes to build a network, boot it and let it settle.

Each network is measured in a process of its own, so that processor time and memory are its own.
"""

import gc
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from time import process_time
from typing import Any, NamedTuple, Protocol, TypeVar

from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant
from ioscli.router.router import Router


class Network(Protocol):
    """Built, and switched off."""

    def start(self) -> None:
        """Boot everything, at random times within the first moments."""

    def run(self, until: int) -> None:
        """Let simulated time go by."""


_Network = TypeVar("_Network", bound=Network)


class Routers:
    """A simulation of whole routers; start_spread: they boot within this time."""

    def __init__(self, start_spread: int) -> None:
        self.simulation = Simulation(1)
        self.routers: list[Router] = []
        self._start_spread = start_spread

    def start(self) -> None:
        """Boot every router within the first moments."""
        random = Random(2)
        for router in self.routers:
            self.simulation.post(random.randrange(self._start_spread), Router.boot, router)

    def run(self, until: int) -> None:
        """Let simulated time go by."""
        self.simulation.run_until(Instant(until))

    @property
    def events(self) -> int:
        """What the simulation did."""
        return self.simulation.events_run

    @property
    def changed(self) -> Instant:
        """When a routing table changed last."""
        return max(
            entry.installed for router in self.routers for entry in router.vrfs[""].rib.entries()
        )


class Spent(NamedTuple):
    """What building a network and letting it settle took."""

    seconds: float
    """Of CPU time: other programs on the machine do not count."""
    kilobytes: int
    """What the process grew by at its largest."""


def settle(build: Callable[[], _Network], end: int) -> tuple[_Network, Spent]:
    """Build a network, boot it and run it until a simulated time."""
    before = _most_memory()
    # As the program does while a lab boots.
    gc.disable()
    begin = process_time()
    network = build()
    network.start()
    network.run(end)
    taken = process_time() - begin
    return network, Spent(taken, _most_memory() - before)


def _most_memory() -> int:
    """Kilobytes that this process has held at most.

    What `getrusage` says begins, on Linux, with what the parent process held.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return getrusage(RUSAGE_SELF).ru_maxrss
    lines = status.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def in_its_own_process(bench: str, *arguments: object) -> dict[str, Any]:
    """What a module of this package prints as JSON when it is run with arguments."""
    command = [sys.executable, "-m", bench, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
