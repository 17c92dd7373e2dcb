"""A console without a terminal: lines from a pipe or file, output with prompts and echo.

What is printed looks like the session at a terminal, so that piped runs can be read and compared.
"""

import gc
import os
import select
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from ioscli.model.instant import SECOND
from ioscli.servers.desk import SWITCH_SIGN, Desk
from ioscli.servers.pace import Clock, Turn

if TYPE_CHECKING:
    from ioscli.cli.operator_session import OperatorSession

#: Wall seconds slept at a time, so that Ctrl-C is answered at once.
_LONGEST_SLEEP = 0.1
_PIECE = 65_536
_WHILE_SERVED = 0.02
"""Wall seconds slept at a time while the desk's clerk is at work."""


class Paper:
    """Where a console without a terminal prints.

    What comes while a line is waited for begins on a line of its own; the prompt then comes again.
    """

    def __init__(self, target: TextIO) -> None:
        self.target = target
        self._prompt: str | None = None
        self._covered = False

    @property
    def waits(self) -> bool:
        """Whether a prompt stands there."""
        return self._prompt is not None

    def show(self, text: str) -> None:
        """Print output."""
        if self._prompt is not None and text and not self._covered:
            self._covered = True
            self.target.write("\n")
        self.target.write(text)

    def ask(self, prompt: str) -> None:
        """Print a prompt, after which a line is waited for."""
        self._prompt = prompt
        self.target.write(prompt)
        self.target.flush()

    def echo(self, line: str) -> None:
        """Print the line that came, after its prompt."""
        if self._covered:
            self.target.write(self._prompt or "")
        self._prompt = None
        self._covered = False
        self.target.write(line + "\n")


def converse_plainly(
    desk: Desk, clock: Clock, source: TextIO, paper: Paper, notes: Sequence[str]
) -> None:
    """Read lines until the source ends.

    The line is echoed after its prompt, since no terminal does it. Simulated time follows the
    wall clock, also while no line comes: messages appear, and `exec-timeout` ends the session.
    """
    gc.enable()
    target = paper.target
    for note in notes:
        target.write(note + "\n")
    stop = _StopSignal(desk)
    lines = _Lines(source)
    desk.sit_down()
    while True:
        _settle(desk, clock, target, stop)
        _hear_out(desk, clock, target)
        desk.attend()
        if desk.done:
            return
        session = desk.session
        away = session.remote  # the other node prompts and echoes
        if not desk.current.left and not away:
            paper.ask(session.asking if session.asking is not None else session.prompt)

        def pass_time(session: "OperatorSession" = session, *, away: bool = away) -> float:
            more = clock.advance(desk.busy) is Turn.MORE_TO_DO
            desk.check()
            desk.attend()
            if desk.done:
                raise _Done
            if away and not paper.waits and not (session.remote or session.busy or session.closed):
                paper.ask(session.prompt)
            target.flush()
            ahead = 0.0 if more else clock.seconds_to_next()
            return _LONGEST_SLEEP if ahead is None else min(_LONGEST_SLEEP, ahead)

        try:
            line = lines.next(pass_time)
        except _Done:
            target.write("\n")
            return
        if line is None:
            target.write("\n")
            return
        if desk.current.left:
            paper.ask("")
        if not (away and session.remote):
            paper.echo(line)
        clock.advance(desk.busy)
        _take(desk, clock, line, target)


class _Done(Exception):  # noqa: N818 - the clerk's wish
    """The console is to be left while a line is waited for."""


class _Lines:
    """The lines of a pipe or a file, with something to do while none comes."""

    def __init__(self, source: TextIO) -> None:
        self._descriptor: int | None = None
        with suppress(OSError):  # text in memory has no descriptor
            self._descriptor = source.fileno()
        self._source = source
        self._ready: deque[bytes] = deque()
        self._rest = b""
        self._ended = False

    def next(self, meanwhile: Callable[[], float]) -> str | None:
        """The next line without its end; None at the end.

        meanwhile: called again and again while there is none; says how many seconds to wait then.
        """
        if self._descriptor is None:
            line = self._source.readline()
            return line.rstrip("\r\n") if line else None
        while not self._ready:
            if self._ended:
                if not self._rest:
                    return None
                self._ready.append(self._rest)
                self._rest = b""
            elif select.select([self._descriptor], [], [], 0)[0]:
                self._read(self._descriptor)
            else:
                select.select([self._descriptor], [], [], meanwhile())
        return self._ready.popleft().rstrip(b"\r").decode(self._source.encoding, "replace")

    def _read(self, descriptor: int) -> None:
        data = os.read(descriptor, _PIECE)
        self._ended = not data
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._ready.extend(whole)


def _take(desk: Desk, clock: Clock, text: str, target: TextIO) -> None:
    session = desk.session
    if desk.current.left:  # the line is the RETURN that the screen asks for
        desk.current.reopen()
        return
    # For another node, an answer, or a banner's text.
    if session.remote or session.asking is not None or not session.prompt:
        session.feed(text)
    elif text.startswith(SWITCH_SIGN):
        _order(desk, clock, text[1:])
        return
    elif text.rstrip().endswith("?") and not session.literal:
        target.write(session.help(text.rstrip()[:-1]))
    else:
        session.feed(text)
    if session.closed:  # by `exit`: whoever sends lines is there still
        desk.check()
        desk.current.reopen()


def _order(desk: Desk, clock: Clock, line: str) -> None:
    """Carry out what is for the desk, or its clerk."""
    before = desk.current
    desk.order(line)
    while not (desk.attend() or desk.done):
        clock.advance(desk.busy)
        time.sleep(_WHILE_SERVED)
    if desk.current is not before and desk.current.left:  # it was idle for too long
        desk.current.reopen()


def _settle(desk: Desk, clock: Clock, target: TextIO, stop: "_StopSignal") -> None:
    """Run until the command is done; Ctrl-C (a signal here) stops the command alone."""
    while (desk.session.busy or desk.session.paging) and not desk.done:
        desk.attend()
        if stop.taken():
            desk.session.interrupt()
        elif desk.session.paging:
            desk.session.page(" ")
        elif clock.advance(desk.busy) is Turn.CAUGHT_UP and desk.busy():
            target.flush()
            time.sleep(min(_LONGEST_SLEEP, clock.seconds_to_next() or 0.0))


def _hear_out(desk: Desk, clock: Clock, target: TextIO) -> None:
    """Let another node, or a program, answer what it was told, before the next line follows."""
    simulation = desk.current.node.simulation
    until = simulation.now + SECOND

    def listening() -> bool:
        session = desk.session
        return (session.remote or session.asking == "") and simulation.now < until

    while listening() and simulation.next_event() is not None:
        if clock.advance(listening) is Turn.CAUGHT_UP and listening():
            target.flush()
            time.sleep(min(_LONGEST_SLEEP, clock.seconds_to_next() or 0.0))


class _StopSignal:
    """SIGINT, kept for the loop above while a command runs; an exception at any other time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._came = False
        signal.signal(signal.SIGINT, self._handle)

    def taken(self) -> bool:
        """Whether the signal came since the last time."""
        came, self._came = self._came, False
        return came

    def _handle(self, _number: int, _frame: object) -> None:
        if not self._desk.session.busy:
            raise KeyboardInterrupt
        self._came = True
