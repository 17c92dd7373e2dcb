"""Grading on a Dask cluster: a scheduler and two workers on loopback."""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.dask_cluster import Cluster, dask_cluster
from tests.exercises.grading.conftest import right, storm, write_files

if not os.environ.get("CI"):  # there it is installed, with the extra `dev`
    pytest.importorskip("distributed", reason="dask.distributed is an extra: cluster")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with dask_cluster(2) as found:
        yield found


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(
    cluster: Cluster, lab_folder: Path, tmp_path: Path, ioscli: Callable[..., Any]
) -> None:
    for number in range(16):
        write_files(tmp_path / "class" / f"s{number:02}", right(area=number % 3))
    write_files(tmp_path / "class" / "hostile", storm())
    write_files(tmp_path / "class" / "nobody", {"report.pdf": "x"})
    limit = ("--time-limit", "4s")
    files = [tmp_path / name for name in ("local.json", "cluster.json")]
    assert ioscli("grade", lab_folder, tmp_path / "class", *limit, "--json", files[0]).status == 0

    victim = cluster.workers[0]

    def kill_a_busy_worker() -> None:
        while victim.poll() is None and not _children(victim.pid):
            time.sleep(0.02)
        time.sleep(0.3)
        victim.kill()

    killer = threading.Thread(target=kill_a_busy_worker, daemon=True)
    killer.start()
    words = ("--scheduler", cluster.address, *limit, "--json", files[1])
    done = ioscli("grade", lab_folder, tmp_path / "class", *words)
    assert done.status == 0, done.err
    assert victim.wait(10) != 0  # it was killed, and before the end
    assert files[0].read_bytes() == files[1].read_bytes()
    assert b"stopped: it took longer than 4 s" in files[1].read_bytes()
    # The class is done: no cell stays behind.
    deadline = time.monotonic() + 10
    while _children(cluster.workers[1].pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _children(cluster.workers[1].pid)


def _children(pid: int) -> list[str]:
    """The cells of a worker."""
    import psutil  # which dask.distributed needs as well

    try:
        commands = [child.cmdline() for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    return [words[-1] for words in commands if words and words[-1].endswith("grading.cell")]


def test_a_scheduler_that_goes_away(
    lab_folder: Path, tmp_path: Path, ioscli: Callable[..., Any]
) -> None:
    write_files(tmp_path / "class" / "hostile", storm())
    write_files(tmp_path / "class" / "anna", right())
    with dask_cluster(1) as cluster:

        def kill_it_when_it_is_used() -> None:
            while not _children(cluster.workers[0].pid):
                time.sleep(0.02)
            cluster.scheduler.kill()

        killer = threading.Thread(target=kill_it_when_it_is_used, daemon=True)
        killer.start()
        done = ioscli("grade", lab_folder, tmp_path / "class", "--scheduler", cluster.address)
    assert done.status == 2
    assert done.err == "--scheduler: the Dask scheduler has gone away\n"


@pytest.mark.parametrize("address", ["", "nowhere", "tcp://127.0.0.1:1", "http://127.0.0.1:8786"])
def test_nobody_there(
    lab_folder: Path, tmp_path: Path, ioscli: Callable[..., Any], address: str
) -> None:
    write_files(tmp_path / "anna", right())
    done = ioscli("grade", lab_folder, tmp_path / "anna", "--scheduler", address)
    assert done.status == 2
    assert done.err.startswith(f'--scheduler: no Dask scheduler answers at "{address}"')
    assert len(done.err.splitlines()) == 1


def test_somebody_else_there(lab_folder: Path, tmp_path: Path, ioscli: Callable[..., Any]) -> None:
    write_files(tmp_path / "anna", right())
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        done = ioscli("grade", lab_folder, tmp_path / "anna", "--scheduler", address)
    assert done.status == 2
    assert "no Dask scheduler answers" in done.err


def test_no_such_library(
    lab_folder: Path,
    tmp_path: Path,
    ioscli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_files(tmp_path / "anna", right())
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ("--scheduler", "tcp://127.0.0.1:8786")
    done = ioscli("grade", lab_folder, tmp_path / "anna", *words)
    assert done.status == 2
    assert done.err == "--scheduler needs dask.distributed: pip install 'ioscli[cluster]'\n"
