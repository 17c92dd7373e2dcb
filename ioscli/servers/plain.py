"""A console without a terminal: lines from a pipe or file, output with prompts and echo.

What is printed looks like the session at a terminal, so that piped runs can be read and compared.
"""

import gc
import signal
import time
from collections.abc import Sequence
from typing import TextIO

from ioscli.servers.desk import FAREWELL, SWITCH_SIGN, Desk
from ioscli.servers.pace import Clock, Turn

#: Wall seconds slept at a time, so that Ctrl-C is answered at once.
_LONGEST_SLEEP = 0.1


def converse_plainly(
    desk: Desk, clock: Clock, source: TextIO, target: TextIO, notes: Sequence[str]
) -> None:
    """Read lines until the source ends.

    The line is echoed after its prompt, since no terminal does it. Simulated time follows the
    wall clock: it catches up with every line that arrives.
    """
    gc.enable()
    for note in notes:
        target.write(note + "\n")
    stop = _StopSignal(desk)
    while True:
        _settle(desk, clock, target, stop)
        session = desk.session
        target.write(session.asking if session.asking is not None else session.prompt)
        target.flush()
        line = source.readline()
        if not line:
            target.write("\n")
            return
        text = line.rstrip("\r\n")
        target.write(text + "\n")
        clock.advance(desk.busy)
        _take(desk, text, target)


def _take(desk: Desk, text: str, target: TextIO) -> None:
    session = desk.session
    if session.asking is not None or not session.prompt:  # an answer, or a banner's text
        session.feed(text)
    elif text.startswith(SWITCH_SIGN):
        complaint = desk.switch(text[1:])
        if complaint is not None:
            target.write(complaint + "\n")
    elif text.rstrip().endswith("?"):
        target.write(session.help(text.rstrip()[:-1]))
    else:
        session.feed(text)
    if session.closed:
        target.write(FAREWELL.format(name=session.router.hostname))
        desk.current.reopen()


def _settle(desk: Desk, clock: Clock, target: TextIO, stop: "_StopSignal") -> None:
    """Run until the command is done; Ctrl-C (a signal here) stops the command alone."""
    while desk.session.busy or desk.session.paging:
        if stop.taken():
            desk.session.interrupt()
        elif desk.session.paging:
            desk.session.page(" ")
        elif clock.advance(desk.busy) is Turn.CAUGHT_UP and desk.busy():
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
