"""A chain of FRR routers: zebra and ospfd in network namespaces of their own, joined by veth pairs.

Needs root, iproute2 and FRR. Everything that was made is taken down again, programs by their
process ids, also when something fails in between.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAMS = Path("/usr/lib/frr")
DAEMONS = ("zebra", "ospfd")
USER = "frr"
POLL = 0.02
"""Seconds between looks at the kernel's tables."""
PATIENCE = 120.0


def missing() -> str:
    """What this machine lacks to run FRR; empty: nothing."""
    lacking = [] if os.geteuid() == 0 else ["root"]
    lacking += [name for name in ("ip", str(PROGRAMS / "ospfd")) if shutil.which(name) is None]
    return ", ".join(lacking)


class FrrChain:
    """The routers of one chain, each with a loopback address, not started yet."""

    def __init__(self, size: int, network_type: str) -> None:
        self.names = [f"ioscli-bench-{os.getpid()}-{number}" for number in range(1, size + 1)]
        self._network_type = network_type
        self._stack = ExitStack()
        self._running: list[list[subprocess.Popen[bytes]]] = []

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            for name in self.names:
                stack.enter_context(_namespace(name))
            for number in range(1, len(self.names)):
                self._join(number)
            for number, name in enumerate(self.names, 1):
                _ip(name, "address", "add", f"10.255.0.{number}/32", "dev", "lo")
                for folder in _folders(name):
                    folder.mkdir(parents=True)
                    stack.callback(shutil.rmtree, folder, ignore_errors=True)
                    shutil.chown(folder, USER, USER)
                (_folders(name)[0] / "frr.conf").write_text(self._configuration(number), "ascii")
            stack.callback(self._stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def converge(self, wanted: int) -> float:
        """Start all daemons; seconds until the kernels at both ends have so many OSPF routes."""
        began = time.monotonic()
        for name in self.names:
            self._running.append([_start(name, DAEMONS[0])])
        for name, running in zip(self.names, self._running, strict=True):
            _wait_for(_folders(name)[1] / "zserv.api", began)
            running.append(_start(name, DAEMONS[1]))
        ends = [self._running[0][0].pid, self._running[-1][0].pid]
        while any(_learned(process) < wanted for process in ends):
            if time.monotonic() - began > PATIENCE:
                raise AssertionError(f"FRR has {[_learned(it) for it in ends]} of {wanted} routes")
            time.sleep(POLL)
        return time.monotonic() - began

    def kilobytes(self, field: str) -> float:
        """A router's `Rss` or `Pss`: both daemons, the average of the chain."""
        total = 0
        for process in [it for running in self._running for it in running]:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
            total += next(
                int(line.split()[1]) for line in text.splitlines() if line.startswith(f"{field}:")
            )
        return total / len(self.names)

    def _join(self, number: int) -> None:
        left, right = self.names[number - 1], self.names[number]
        _ip(left, "link", "add", "right", "type", "veth", "peer", "name", "left", "netns", right)
        for name, device, host in ((left, "right", number), (right, "left", number + 1)):
            _ip(name, "address", "add", f"10.0.{number}.{host}/24", "dev", device)
            _ip(name, "link", "set", device, "up")

    def _configuration(self, number: int) -> str:
        lines = [f"hostname R{number}"]
        devices = [
            *(["left"] if number > 1 else []),
            *(["right"] if number < len(self.names) else []),
        ]
        for device in devices:
            lines += [f"interface {device}", f" ip ospf network {self._network_type}", "exit"]
        lines += ["router ospf", " network 0.0.0.0/0 area 0", "exit", ""]
        return "\n".join(lines)

    def _stop(self) -> None:
        processes = [process for running in self._running for process in running]
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()


@contextmanager
def _namespace(name: str) -> Iterator[None]:
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        _ip(name, "link", "set", "lo", "up")
        yield
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)


def _ip(name: str, *words: str) -> None:
    subprocess.run(["ip", "-n", name, *words], check=True, capture_output=True)


def _folders(name: str) -> tuple[Path, Path]:
    """Of settings and of sockets."""
    return Path("/etc/frr", name), Path("/var/run/frr", name)


def _start(name: str, daemon: str) -> subprocess.Popen[bytes]:
    # `ip netns exec` becomes the daemon: the process id is the daemon's own.
    settings = _folders(name)[0] / "frr.conf"
    program = [str(PROGRAMS / daemon), "-N", name, "-f", str(settings), "-P", "0"]
    return subprocess.Popen(
        ["ip", "netns", "exec", name, *program],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_for(socket: Path, began: float) -> None:
    while not socket.exists():
        if time.monotonic() - began > PATIENCE:
            raise AssertionError(f"{socket} did not appear")
        time.sleep(POLL)


def _learned(process: int) -> int:
    """Routes with a gateway in the table of a process's namespace (proc(5), net/route)."""
    with suppress(FileNotFoundError, ProcessLookupError):
        rows = Path(f"/proc/{process}/net/route").read_text("ascii").splitlines()[1:]
        return sum(row.split()[2] != "00000000" for row in rows)
    return 0
