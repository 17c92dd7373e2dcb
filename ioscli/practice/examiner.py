"""Marks an answer in a process of its own, while the console goes on.

The process is a fork: it has the grammar already, works on its own copy of everything, and can be
ended at any moment, whatever the answer makes the network do.
"""

import os
import pickle
import select
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.marking import Result, mark
from ioscli.labs.errors import InputError

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.answer import Answer
    from ioscli.exercises.exercise import Exercise

_PIECE = 65_536


class Failure(NamedTuple):
    """Why there is no result."""

    reason: str


class Examiner:
    """One answer being marked. seed: the same as `ioscli grade` takes, so that both agree."""

    def __init__(
        self, exercise: "Exercise", answer: "Answer", grammar: "Grammar", seed: int = 0
    ) -> None:
        reading, writing = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(reading)
            _mark(exercise, answer, grammar, seed, writing)
        os.close(writing)
        self._reading = reading
        self._data = b""

    def poll(self, seconds: float = 0.0) -> Result | Failure | None:
        """The result, if it comes within so many (wall) seconds. Not to be asked for again."""
        while select.select([self._reading], [], [], seconds)[0]:
            piece = os.read(self._reading, _PIECE)
            if not piece:
                return self._finish()
            self._data += piece
        return None

    def stop(self) -> None:
        """End it without a result."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)
        self._close()

    def _finish(self) -> Result | Failure:
        self._close()
        try:
            found: Result | Failure = pickle.loads(self._data)
        except (pickle.UnpicklingError, EOFError):
            return Failure("the process that checks ended by itself (out of memory?)")
        return found

    def _close(self) -> None:
        os.close(self._reading)
        with suppress(ChildProcessError):
            os.waitpid(self.process, 0)


def _mark(
    exercise: "Exercise", answer: "Answer", grammar: "Grammar", seed: int, writing: int
) -> None:
    """What the process does; it does not return."""
    status = 1
    try:
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        found: Result | Failure
        try:
            found = mark(exercise, answer, grammar, seed)
        except InputError as error:
            found = Failure(str(error))
        with os.fdopen(writing, "wb") as stream:
            pickle.dump(found, stream)
        status = 0
    finally:
        # Without what a Python program does at its end: the terminal is the parent's.
        os._exit(status)
