"""A network namespace of the test's own, with one end of a simulated link in it as a TAP device."""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ioscli.engine.link import Link, Port
from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TAP = 0x0002
_IFF_NO_PI = 0x1000
_LARGEST_FRAME = 65_535


def needed(*programs: str) -> None:
    """Skip without these programs or without root; in CI both are there, or the test fails."""
    missing = [program for program in programs if shutil.which(program) is None]
    if os.geteuid() != 0:
        missing.append("root")
    if missing:
        reason = f"needs {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


def run(*command: str, patience: float = 30) -> str:
    """Run a program to its end and give what it printed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}"
    return done.stdout


class Namespace:
    """One namespace: programs started in it end with it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []

    def run(self, *command: str) -> str:
        """Run a program in the namespace to its end."""
        return run("ip", "netns", "exec", self.name, *command)

    def start(self, *command: str, environment: dict[str, str] | None = None) -> None:
        """Start a program in the namespace; what it prints goes to a file named after it."""
        log = (self.folder / f"{Path(command[0]).name}.out").open("wb")
        with log:
            self._running.append(
                subprocess.Popen(
                    ("ip", "netns", "exec", self.name, *command),
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(environment or {})},
                )
            )

    def stop_programs(self) -> None:
        """End what was started, by process id."""
        for process in reversed(self._running):
            process.terminate()
        for process in self._running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def stop(self) -> None:
        """End what was started and remove the namespace."""
        self.stop_programs()
        for left in run("ip", "netns", "pids", self.name).split():
            os.kill(int(left), 9)
        run("ip", "netns", "delete", self.name)


@contextmanager
def namespace(name: str, folder: Path) -> Iterator[Namespace]:
    """A new namespace with its loopback up."""
    needed("ip")
    run("ip", "netns", "add", name)
    made = Namespace(name, folder)
    try:
        run("ip", "-n", name, "link", "set", "lo", "up")
        yield made
    finally:
        made.stop()


class Tap:
    """A TAP device in a namespace, as the far end of a simulated port's cable."""

    def __init__(self, inside: Namespace, device: str, address: str) -> None:
        self._fd = _open_tap(inside.name, device)
        run("ip", "-n", inside.name, "addr", "add", address, "dev", device)
        run("ip", "-n", inside.name, "link", "set", device, "up")

    def plug(self, simulation: Simulation, port: Port) -> None:
        """Join a port of the simulation with the device."""
        self._simulation = simulation
        self._outside = Port(simulation, "tap")
        self._outside.receive = self._write
        Link(simulation, port, self._outside, delay=10)

    def _write(self, frame: bytes) -> None:
        os.write(self._fd, frame)

    def run(self, until: Callable[[], bool], patience: float) -> bool:
        """Run the simulation by the wall clock until something holds; False: out of patience."""
        began, from_simulated = time.monotonic(), self._simulation.now
        while True:
            passed = time.monotonic() - began
            self._simulation.run_until(Instant(from_simulated + round(passed * 1_000_000)))
            if until():
                return True
            if passed > patience:
                return False
            if select.select([self._fd], [], [], 0.005)[0]:
                self._outside.transmit(os.read(self._fd, _LARGEST_FRAME))

    def close(self) -> None:
        """Remove the device."""
        os.close(self._fd)


def _open_tap(name: str, device: str) -> int:
    """The descriptor of a new TAP device, which stays in the namespace that it was made in."""
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    other = os.open(f"/var/run/netns/{name}", os.O_RDONLY)
    try:
        _enter(libc, other)
        try:
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            request = struct.pack("16sH", device.encode(), _IFF_TAP | _IFF_NO_PI)
            fcntl.ioctl(fd, _TUNSETIFF, request.ljust(40, b"\0"))
        finally:
            _enter(libc, own)
    finally:
        os.close(own)
        os.close(other)
    return fd


def _enter(libc: ctypes.CDLL, descriptor: int) -> None:
    if libc.setns(descriptor, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
