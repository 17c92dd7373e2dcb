"""A recorded session played at a terminal, as if somebody typed it: keys stop it and go on.

What is shown, and how long everything takes, comes as cues; here are only the wall clock and the
keyboard.
"""

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

_SPEEDS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
HELP = "space stops and goes on, n or -> next step, + - speed, b goes on live from here, q ends"

_NEXT = ("n", "\x1b[C", "\x1bOC", "\r", "\n")
_END = ("q", "\x03", "\x04")


class Act(NamedTuple):
    """One step: its number, and its cues as pairs of seconds before and text."""

    number: int
    shown: Sequence[tuple[float, str]]


class _End(Exception):  # noqa: N818 - the spectator's wish
    """The spectator has seen enough."""


class _Branch(Exception):  # noqa: N818 - the spectator's wish
    """The spectator wants to go on live."""


class Player:
    """Shows acts one after the other."""

    def __init__(self, acts: Sequence[Act], speed: float | None) -> None:
        """speed: 1 is reading pace; None: all at once."""
        self._acts = acts
        self._speed = speed
        self._stopped = False
        self._hurry = False
        """Whether the rest of the step is shown at once."""
        self._step = 0

    def play(self) -> int | None:
        """Play to the end; the number of the step to go on live from, if that is wanted."""
        if self._speed is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
            for act in self._acts:
                for _, text in act.shown:
                    sys.stdout.write(text)
            sys.stdout.flush()
            return None
        with _keys_one_by_one(sys.stdin.fileno()):
            self._say(HELP)
            try:
                for act in self._acts:
                    self._show(act)
                self._stopped = True
                self._say("the end; b goes on live from here, any other key leaves")
                self._wait(None)
            except _End:
                pass
            except _Branch:
                self._write("\n")
                return self._step
        self._write("\n")
        return None

    def _show(self, act: Act) -> None:
        self._step, self._hurry = act.number, False
        branch = False
        for delay, text in act.shown:
            try:
                if not branch:
                    self._wait(delay)
            except _Branch:
                branch = True  # at this step: as it is once it is done
            self._write(text)
        if branch:
            raise _Branch

    def _wait(self, delay: float | None) -> None:
        """Let a time go by at the present speed, unless the step is hurried through.

        None: until a key is pressed.
        """
        left = delay
        while left is None or self._stopped or (left > 0 and not self._hurry):
            assert self._speed is not None
            began = time.monotonic()
            span = None if left is None or self._stopped else left / self._speed
            if select.select([sys.stdin], [], [], span)[0]:
                self._press(_read_key(sys.stdin.fileno()), at_end=left is None)
                if left is not None and span is not None:
                    left -= (time.monotonic() - began) * self._speed
            elif span is not None:
                return
            if self._hurry:
                return

    def _press(self, key: str, *, at_end: bool) -> None:
        if key == "b":
            raise _Branch
        if key in _END or not key or at_end:
            raise _End
        if key == " ":
            self._stopped = not self._stopped
            if self._stopped:
                self._say(f"stopped at step {self._step} of {self._acts[-1].number}", stays=False)
            else:
                self._write("\x1b[K")
        elif key in _NEXT:
            self._hurry, self._stopped = True, False
            self._write("\x1b[K")
        elif key in ("+", "="):
            self._change_speed(1)
        elif key == "-":
            self._change_speed(-1)

    def _change_speed(self, by: int) -> None:
        assert self._speed is not None
        faster = [speed for speed in _SPEEDS if speed > self._speed]
        slower = [speed for speed in _SPEEDS if speed < self._speed]
        if by > 0 and faster:
            self._speed = faster[0]
        elif by < 0 and slower:
            self._speed = slower[-1]

    def _say(self, text: str, *, stays: bool = True) -> None:
        """Say something that is no part of the session; unless it stays, behind the cursor."""
        dim = f"\x1b[2m[{text}]\x1b[0m"
        self._write(f"{dim}\n" if stays else f"\x1b7  {dim}\x1b8")

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def _read_key(descriptor: int) -> str:
    """One key: a character, or an escape sequence."""
    data = os.read(descriptor, 1)
    if data == b"\x1b":
        while select.select([descriptor], [], [], 0.02)[0]:
            more = os.read(descriptor, 1)
            data += more
            if not more or (more not in b"[O" and more.isalpha()) or more == b"~":
                break
    return data.decode("latin-1")


@contextmanager
def _keys_one_by_one(descriptor: int) -> Iterator[None]:
    """A terminal whose keys come as they are pressed, and are not shown."""
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
