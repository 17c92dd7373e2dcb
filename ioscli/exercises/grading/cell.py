"""The process in which submissions are dealt with, started by a keeper: `python -m` this.

It reads the exercise, marks the solution once so that everything is loaded, and from then on each
piece of work is done by a fork of it that has limits of its own: whatever becomes of that, the
next fork begins from the same state. Where there is no fork (Windows), it does the work itself,
and the keeper replaces it when it has to be stopped.
"""

import gc
import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ioscli.exercises.grading.limits import Limits
from ioscli.exercises.grading.messages import LARGEST, Outcome, packed, receive, unpacked, write_all
from ioscli.exercises.grading.work import Desk, Work, fault_of
from ioscli.labs.errors import InputError

IDLE_SECONDS = 600.0
"""A cell that nobody gives work for so long ends by itself."""
_CHUNK = 1 << 20


class Setup(NamedTuple):
    """What a cell is for: the first message."""

    lab_file: Path
    seed: int
    limits: Limits
    marks: bool = True
    """Whether it is to mark, and not only to read: then it gets ready for that."""


def main() -> None:
    """Serve until the keeper is gone."""
    # The pipes are ours alone: whatever prints, prints into nothing.
    commands = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        setup: Setup = receive(commands)
        try:
            desk = _desk(setup)
        except InputError as error:
            write_all(answers.fileno(), packed(Outcome(trouble=str(error))))
            return
        except Exception as error:  # told to the user, who may have written the exercise
            write_all(answers.fileno(), packed(Outcome(trouble=fault_of(error))))
            return
        write_all(answers.fileno(), packed(Outcome(value=True)))
        _serve(desk, setup.limits, commands, answers)


def _desk(setup: Setup) -> Desk:
    from ioscli.cli.matcher import load_grammar
    from ioscli.exercises.answer import Answer
    from ioscli.exercises.marking import mark
    from ioscli.exercises.reading import read_exercise

    exercise = read_exercise(setup.lab_file)
    desk = Desk(exercise, load_grammar(), setup.seed)
    if setup.marks:
        mark(exercise, Answer.of_solution(exercise), desk.grammar, setup.seed)
    gc.collect()
    gc.freeze()  # what forks share is not looked through, and so not copied
    return desk


def _serve(desk: Desk, limits: Limits, commands: BinaryIO, answers: BinaryIO) -> None:
    forks = hasattr(os, "fork")
    while not forks or select.select([commands], [], [], IDLE_SECONDS)[0]:
        work: Work = receive(commands)
        outcome = (
            _in_a_fork(work, desk, limits, commands, answers)
            if forks
            else _done(work, desk, limits)
        )
        write_all(answers.fileno(), packed(outcome))


def _done(work: Work, desk: Desk, limits: Limits) -> Outcome:
    try:
        return Outcome(work.do(desk))
    except MemoryError:
        return Outcome(trouble=limits.too_large)
    except Exception as error:  # the outermost loop: a fault costs this one submission
        return Outcome(trouble=fault_of(error))


def _in_a_fork(
    work: Work, desk: Desk, limits: Limits, commands: BinaryIO, answers: BinaryIO
) -> Outcome:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            # Else the keeper would not see that the cell is gone as long as its fork is there.
            for descriptor in (reading, commands.fileno(), answers.fileno()):
                os.close(descriptor)
            limits.apply()
            write_all(writing, packed(_done(work, desk, limits)))
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    outcome = None
    try:
        outcome = _read_outcome(reading, limits, commands)
    finally:
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    return outcome or Outcome(trouble=_death(os.waitstatus_to_exitcode(status), limits))


def _read_outcome(reading: int, limits: Limits, commands: BinaryIO) -> Outcome | None:
    """What the fork tells; None where it died. Raises EOFError when the keeper is gone."""
    deadline = time.monotonic() + limits.seconds
    data = bytearray()
    while True:
        left = deadline - time.monotonic()
        watched = [reading, commands.fileno()]
        ready, _, _ = select.select(watched, [], [], max(0.0, left))
        if commands.fileno() in ready:
            raise EOFError  # nobody speaks before the answer: the keeper has closed the pipe
        if not ready:
            return Outcome(trouble=limits.too_long)
        chunk = os.read(reading, _CHUNK)
        if not chunk:
            break
        data += chunk
        if len(data) > LARGEST:
            return Outcome(trouble=limits.too_large)
    try:
        outcome: Outcome = unpacked(bytes(data))
    except EOFError:
        return None
    return outcome


def _death(code: int, limits: Limits) -> str:
    """What the exit code of a fork that said nothing means."""
    if code == -getattr(signal, "SIGXCPU", 0):
        return limits.too_long
    if code >= 0:  # no memory was left even to say so
        return limits.too_large
    return f"stopped: the process that dealt with it died ({signal.Signals(-code).name})"


if __name__ == "__main__":
    main()
    sys.exit(0)
