"""A keeper: has one cell, gives it work, and replaces it when it dies or has to be stopped."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock, Timer
from typing import TYPE_CHECKING

import ioscli
from ioscli.exercises.grading.messages import Outcome, packed, receive
from ioscli.labs.errors import InputError

if TYPE_CHECKING:
    from ioscli.exercises.grading.cell import Setup
    from ioscli.exercises.grading.work import Work

_GRACE_SECONDS = 10.0
"""A cell stops its own fork in time; it is stopped itself when it does not."""
_START_SECONDS = 300.0
_TRIES = 3


class Keeper:
    """Blocking; to be used by one thread at a time."""

    def __init__(self, setup: "Setup") -> None:
        self._setup = setup
        self._cell: subprocess.Popen[bytes] | None = None
        self._lock = Lock()
        self._closed = False

    def do(self, work: "Work") -> Outcome:
        """Have work done within the limits.

        A cell that dies by itself, because somebody killed it, is replaced and the work begun
        again. Raises InputError where the exercise is wrong.
        """
        for _ in range(_TRIES):
            outcome = self._try(work)
            if outcome is not None:
                return outcome
        return Outcome(trouble=f"stopped: the processes that dealt with it died {_TRIES} times")

    def interrupt(self) -> None:
        """End what is going on, and let nothing begin; by any thread."""
        with self._lock:
            self._closed = True
            if self._cell is not None:
                _kill(self._cell)

    def close(self) -> None:
        """Stop the cell, when nothing is going on."""
        self.interrupt()
        self._stop()

    @property
    def pid(self) -> int | None:
        """Of the cell; None before there is one."""
        return None if self._cell is None else self._cell.pid

    def _try(self, work: "Work") -> Outcome | None:
        cell = self._running()
        if cell is None:
            return None
        return self._ask(cell, packed(work), self._setup.limits.seconds + _GRACE_SECONDS)

    def _ask(
        self, cell: "subprocess.Popen[bytes]", message: bytes, seconds: float
    ) -> Outcome | None:
        """What it answers; None where it died."""
        assert cell.stdin is not None
        assert cell.stdout is not None
        late = []

        def stop() -> None:
            late.append(True)
            _kill(cell)

        timer = Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            cell.stdin.write(message)
            cell.stdin.flush()
            outcome: Outcome = receive(cell.stdout)
        except (EOFError, OSError, ValueError):
            self._stop()
            return Outcome(trouble=self._setup.limits.too_long) if late else None
        finally:
            timer.cancel()
        return outcome

    def _running(self) -> "subprocess.Popen[bytes] | None":
        if self._cell is not None:
            return self._cell  # whether it still lives is found out by asking
        with self._lock:
            if self._closed:
                return None
            cell = self._cell = _start()
        begun = self._ask(cell, packed(self._setup), _START_SECONDS)
        if begun is not None and begun.trouble:
            self._stop()
            raise InputError(begun.trouble)
        return None if begun is None else cell

    def _stop(self) -> None:
        with self._lock:
            cell, self._cell = self._cell, None
            if cell is None:
                return
            _kill(cell)
            cell.wait()
        for stream in (cell.stdin, cell.stdout):
            assert stream is not None
            with suppress(OSError):  # what was still to be written has no reader
                stream.close()


def _start() -> "subprocess.Popen[bytes]":
    # -P: a folder full of submissions may be the working directory, and must not be imported
    # from; the package is found where this one was.
    found = str(Path(ioscli.__file__).parents[1])
    others = os.environ.get("PYTHONPATH")
    path = found if not others else os.pathsep.join((found, others))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "ioscli.exercises.grading.cell"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"},
        # Ctrl-C at the terminal is for the main process alone, which then stops the cells.
        start_new_session=True,
    )


def _kill(cell: "subprocess.Popen[bytes]") -> None:
    """Kill a cell, and the fork that it may have: they are a process group of their own."""
    if cell.returncode is not None:
        return
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(cell.pid, signal.SIGKILL)
    cell.kill()
