"""Killing the program at any moment loses no attempt, no hint, and nothing that was saved."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises.answer import Answer
from ioscli.exercises.exercise import Exercise
from ioscli.exercises.marking import Result, mark
from ioscli.labs.store import LabStore
from ioscli.practice.assignment import assigned
from ioscli.practice.attempt import Ongoing
from ioscli.practice.progress import Progress
from ioscli.practice.sitting import Sitting, Watches
from tests.practice.conftest import START, attempt
from tests.practice.test_network import Desk

#: Kills in the ordinary run of the tests; IOSCLI_KILLS asks for another number.
KILLS = int(os.environ.get("IOSCLI_KILLS", "100"))


def killed(work: Callable[[Callable[[], None]], None], after: float) -> None:
    """Do something in a process of its own, and kill it so many seconds after it is ready."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:

        def ready() -> None:
            os.write(writing, b".")

        try:
            work(ready)
        finally:
            os._exit(1)
    os.close(writing)
    assert os.read(reading, 1) == b"."
    os.close(reading)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "it ended by itself"


HINTS = 3
"""Asked for in each attempt here."""


def go_on(progress: Progress, ready: Callable[[], None]) -> None:
    """Ask for hints, finish the attempt, begin the next one: without end."""
    ready()
    while True:
        one = attempt(len(progress.attempts))
        going = progress.ongoing("toy") or Ongoing("toy", one.started)
        for hints in range(sum(going.hints), HINTS):
            progress.keep(Ongoing("toy", one.started, 60, (hints + 1, 0)))
        progress.finish(one)


def test_attempts_survive(tmp_path: Path) -> None:
    chance = random.Random(6)
    count = hints = 0
    for _ in range(KILLS):
        killed(lambda ready: go_on(Progress(tmp_path), ready), chance.random() * 0.03)
        now = Progress(tmp_path)
        assert now.complaints == []
        # All of them, each whole, none twice; and nothing that was there is gone.
        assert list(now.attempts) == [attempt(number) for number in range(len(now.attempts))]
        going = now.ongoing("toy")
        assert going is None or going.started == attempt(len(now.attempts)).started
        stand = (len(now.attempts), 0 if going is None else sum(going.hints))
        assert stand >= (count, hints)
        count, hints = stand
    assert count > 1, "nothing was finished"


@pytest.fixture
def sit(exercise: Exercise, grammar: Grammar, tmp_path: Path) -> Callable[[], Sitting]:
    def sit() -> Sitting:
        store = LabStore(tmp_path / "networks", exercise.lab)
        watches = Watches(lambda: START, time.monotonic)
        return Sitting(assigned(exercise), grammar, Progress(tmp_path), store, watches)

    return sit


def test_what_was_saved_survives(sit: Callable[[], Sitting]) -> None:
    """`:save`, hints and `:reset` without end; each state is one that was there."""
    chance = random.Random(7)
    sit().keep()  # an attempt is begun

    def work(ready: Callable[[], None]) -> None:
        sitting = sit()
        sitting.network.reset("R1")
        ready()
        while True:
            for number in range(1, 5):
                lines = f"enable\nconf t\nhostname N{number}\ninterface Loopback{number}"
                Desk(sitting.network).type("R1", lines)
                if sitting.network.save():
                    os._exit(2)
            sitting.network.reset("R1")

    states = set()
    for _ in range(max(5, KILLS // 10)):
        killed(work, chance.random() * 0.4)
        sitting = sit()
        assert sitting.continued
        router = sitting.network.topology.routers["R1"]
        loops = sum(name.kind == "Loopback" for name in router.config.interfaces)
        assert (router.hostname, loops) in {("R1", 0), *((f"N{it}", it) for it in range(1, 5))}
        states.add(loops)
    assert len(states) > 1, "nothing was saved"


def test_the_end_is_written_before_what_went_on_is_forgotten(
    sit: Callable[[], Sitting], exercise: Exercise, grammar: Grammar, tmp_path: Path
) -> None:
    result: Result = mark(exercise, Answer(), grammar)

    for number in range(500):  # later and later, until it gets through
        sitting = sit()
        if not sitting.continued:
            sitting.keep()
        before = len(sitting.progress.attempts)

        def finish(ready: Callable[[], None], sitting: Sitting = sitting) -> None:
            ready()
            sitting.finish(sitting.attempt(result))
            time.sleep(60)

        killed(finish, number * 0.002)
        now = Progress(tmp_path)
        assert now.complaints == []
        ended = len(now.attempts) > before
        assert ended == (now.ongoing("toy") is None), number
        if ended:
            return
    raise AssertionError("it never ended")
