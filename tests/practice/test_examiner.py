"""Marking beside a console that goes on."""

import os
import signal
import time

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises.answer import Answer
from ioscli.exercises.exercise import Exercise, Task
from ioscli.exercises.marking import Result, mark
from ioscli.exercises.verdict import Verdict
from ioscli.labs.errors import InputError
from ioscli.practice.examiner import Examiner, Failure

PATIENCE = 30.0


class Odd:
    """A check that does what a test wants."""

    title = "It is odd"
    disturbs = False

    def __init__(self, what: str) -> None:
        self._what = what

    def judge(self, _trial: object) -> Verdict:
        match self._what:
            case "wrong lab":
                raise InputError("the lab is wrong", file="lab.yaml", line=3)
            case "dies":
                os.kill(os.getpid(), signal.SIGKILL)
            case "never ends":
                while True:
                    time.sleep(1)
            case "says much":
                return Verdict(True, "x" * 1_000_000)
        raise AssertionError


def with_check(exercise: Exercise, what: str) -> Exercise:
    return exercise._replace(tasks=(Task("A task", 1, (Odd(what),)),))


def wait(examiner: Examiner) -> Result | Failure:
    found = examiner.poll(PATIENCE)
    assert found is not None
    return found


def gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def test_it_finds_what_grading_finds(exercise: Exercise, grammar: Grammar) -> None:
    answer = Answer.of_solution(exercise)
    found = wait(Examiner(exercise, answer, grammar))
    assert found == mark(exercise, answer, grammar)
    assert isinstance(found, Result)
    assert found.passed


def test_long_reasons_come_whole(exercise: Exercise, grammar: Grammar) -> None:
    found = wait(Examiner(with_check(exercise, "says much"), Answer(), grammar))
    assert isinstance(found, Result)
    assert len(found.tasks[0].checks[0].verdict.seen) == 1_000_000


@pytest.mark.parametrize(
    ("what", "reason"),
    [("wrong lab", "lab.yaml:3: the lab is wrong"), ("dies", "ended by itself")],
)
def test_without_a_result_there_is_a_reason(
    exercise: Exercise, grammar: Grammar, what: str, reason: str
) -> None:
    found = wait(Examiner(with_check(exercise, what), Answer(), grammar))
    assert isinstance(found, Failure)
    assert reason in found.reason


def test_asking_does_not_wait_and_stopping_ends_it(exercise: Exercise, grammar: Grammar) -> None:
    examiner = Examiner(with_check(exercise, "never ends"), Answer(), grammar)
    began = time.monotonic()
    assert examiner.poll() is None
    assert time.monotonic() - began < 1
    examiner.stop()
    assert gone(examiner.process)
