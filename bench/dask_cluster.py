"""A Dask cluster on loopback: a scheduler and workers, processes that are started and stopped."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_ADDRESS = "127.0.0.1"


class Cluster(NamedTuple):
    """A cluster that runs."""

    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: "list[subprocess.Popen[bytes]]"


@contextmanager
def dask_cluster(workers: int) -> Iterator[Cluster]:
    """A scheduler and workers of one thread each, which find the packages of this checkout."""
    processes: list[subprocess.Popen[bytes]] = []
    with TemporaryDirectory(prefix="dask-") as folder:

        def start(program: str, *words: str) -> "subprocess.Popen[bytes]":
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{program}", *words],
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            processes.append(process)
            return process

        try:
            where = Path(folder) / "scheduler.json"
            listen = ("--host", _ADDRESS, "--port", "0", "--no-dashboard")
            scheduler = start("scheduler", *listen, "--scheduler-file", str(where))
            address = _address(where, scheduler)
            options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", _ADDRESS)
            found = [start("worker", address, *options) for _ in range(workers)]
            yield Cluster(address, scheduler, found)
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                try:
                    process.wait(_STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _environment() -> dict[str, str]:
    root = str(Path(__file__).parents[1])
    others = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((root, others)) if others else root,
        "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "0",
    }


def _address(where: Path, scheduler: "subprocess.Popen[bytes]") -> str:
    """What a scheduler says that it listens at, once it does."""
    import json

    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if scheduler.poll() is not None:
            raise RuntimeError(f"the Dask scheduler ended with {scheduler.returncode}")
        try:
            address: str = json.loads(where.read_text())["address"]
        except (OSError, ValueError):
            time.sleep(0.05)
            continue
        return address
    raise RuntimeError("the Dask scheduler does not start")
