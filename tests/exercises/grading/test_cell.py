"""Processes with limits: what submissions do to them, and what is left of it."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ioscli.exercises.grading.cell import Setup
from ioscli.exercises.grading.keeper import Keeper
from ioscli.exercises.grading.limits import Limits
from ioscli.exercises.grading.work import Desk
from ioscli.labs.errors import InputError

ROOT = Path(__file__).parents[3]
SECONDS = 3.0


class Echo(NamedTuple):
    what: object = "back"

    def do(self, desk: Desk) -> object:
        return self.what


class Spin(NamedTuple):
    def do(self, desk: Desk) -> None:
        while True:
            pass


class Fill(NamedTuple):
    def do(self, desk: Desk) -> None:
        kept = []
        while True:
            kept.append(bytes(64 << 20))  # which touches no page


class Recurse(NamedTuple):
    def do(self, desk: Desk) -> object:
        return self.do(desk)


class Die(NamedTuple):
    how: int

    def do(self, desk: Desk) -> None:
        os.kill(os.getpid(), self.how)


class Leave(NamedTuple):
    def do(self, desk: Desk) -> None:
        os._exit(0)


class Flood(NamedTuple):
    def do(self, desk: Desk) -> object:
        return "x" * (33 << 20)


class Print(NamedTuple):
    def do(self, desk: Desk) -> object:
        print("x" * 1000, flush=True)
        os.write(1, b"\xff" * 1000)
        return "printed"


class WriteFile(NamedTuple):
    where: str

    def do(self, desk: Desk) -> object:
        Path(self.where).write_text("x")
        return "written"


class NameProcess(NamedTuple):
    """Tell who does it by a file that is there already, and wait."""

    where: str

    def do(self, desk: Desk) -> object:
        os.utime(self.where, (0, os.getppid()))
        time.sleep(0.5)
        return "done"


@pytest.fixture(scope="module")
def keeper(lab_folder: Path) -> Iterator[Keeper]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # the cell is to find this file
        found = Keeper(Setup(lab_folder / "lab.yaml", 0, Limits(SECONDS, 512 << 20), marks=False))
        yield found
        found.close()


TROUBLE = {
    "endless": (Spin(), "stopped: it took longer than 3 s"),
    "memory": (Fill(), "stopped: it needs more than 512 MB of memory"),
    "large": (Flood(), "stopped: it needs more than 512 MB of memory"),
    "signal": (Die(signal.SIGSEGV), "stopped: the process that dealt with it died (SIGSEGV)"),
    "time": (Die(signal.SIGXCPU), "stopped: it took longer than 3 s"),
    "silent": (Leave(), "stopped: it needs more than 512 MB of memory"),
    "recursion": (Recurse(), "a fault of this program: RecursionError"),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_trouble_costs_one_piece_of_work(keeper: Keeper, name: str) -> None:
    work, said = TROUBLE[name]
    keeper.do(Echo())
    cell = keeper.pid
    begin = time.monotonic()
    outcome = keeper.do(work)
    assert outcome.value is None
    assert outcome.trouble.startswith(said)
    assert time.monotonic() - begin < SECONDS + 8
    assert keeper.do(Echo(name)).value == name
    assert keeper.pid == cell  # the cell itself has lived through it


def test_large_messages_go_both_ways(keeper: Keeper) -> None:
    large = "x" * (5 << 20)
    assert keeper.do(Echo(large)).value == large


def test_what_is_printed_goes_nowhere(keeper: Keeper) -> None:
    assert keeper.do(Print()).value == "printed"
    assert keeper.do(Echo()).value == "back"


@pytest.mark.skipif(sys.platform == "win32", reason="needs setrlimit")
def test_nothing_is_written(keeper: Keeper, tmp_path: Path) -> None:
    outcome = keeper.do(WriteFile(str(tmp_path / "file")))
    assert "a fault of this program: OSError" in outcome.trouble
    assert not (tmp_path / "file").exists() or not (tmp_path / "file").read_text()


def test_a_cell_that_is_killed_loses_nothing(keeper: Keeper, tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    sign.touch()
    os.utime(sign, (0, 0))
    killed = []

    def kill() -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if cell := int(sign.stat().st_mtime):
                os.kill(cell, signal.SIGKILL)
                killed.append(cell)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    outcome = keeper.do(NameProcess(str(sign)))
    killer.join()
    assert outcome.value == "done"
    assert killed
    assert killed != [keeper.pid]


def test_another_thread_may_end_it(lab_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    keeper = Keeper(Setup(lab_folder / "lab.yaml", 0, Limits(60.0), marks=False))
    assert keeper.do(Echo()).value == "back"
    cell = keeper.pid
    assert cell is not None
    threading.Timer(0.2, keeper.interrupt).start()
    assert keeper.do(Spin()).value is None
    keeper.close()
    with pytest.raises(ProcessLookupError):
        os.kill(cell, 0)


def test_a_folder_of_submissions_is_not_imported_from(
    keeper: Keeper, lab_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("yaml", "lark", "resource", "ioscli"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    fresh = Keeper(Setup(lab_folder / "lab.yaml", 0, Limits(), marks=False))
    assert fresh.do(Echo()).value == "back"
    fresh.close()


def test_a_wrong_exercise(tmp_path: Path) -> None:
    keeper = Keeper(Setup(tmp_path / "lab.yaml", 0, Limits()))
    with pytest.raises(InputError, match="no such file"):
        keeper.do(Echo())


@pytest.mark.parametrize(
    ("time_limit", "memory", "reason"),
    [
        ("soon", "512M", "not a time"),
        ("10ms", "512M", "shorter than a second"),
        ("60s", "much", "not a size"),
        ("60s", "16M", "less than 128M"),
    ],
)
def test_limits_that_are_none(time_limit: str, memory: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        Limits.parse(time_limit, memory)


def test_limits() -> None:
    assert Limits.parse("90s", "1g") == Limits(90.0, 1 << 30)
    assert Limits.parse("2m", "512M") == Limits(120.0, 512 << 20)
