"""The console at a real terminal: keys by prompt_toolkit, lines by the session's own terminal.

What a session at a terminal is stands in `ioscli.cli.terminal_session`, which remote terminals
share: editing, help, pages, and messages that break into a line. Here is only what a desk of
several consoles adds (Ctrl-], Ctrl-D, `:NAME`), and the wall clock that moves simulated time.
"""

import gc
import os
import select
import signal
import sys
from collections.abc import Iterable, Sequence

from prompt_toolkit.input import Input, create_input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys as Named
from prompt_toolkit.output.vt100 import Vt100_Output

from ioscli.cli.keys import INTERRUPT, KeyReader
from ioscli.cli.line_editor import LineEditor, Outcome
from ioscli.servers.desk import SWITCH_SIGN, Desk, Keys
from ioscli.servers.pace import Clock, Turn

#: Wall seconds between two looks at the simulation while nothing is due.
_LONGEST_SLEEP = 0.25

_SWITCH_KEY = "\x1d"
"""Ctrl-]."""
_LEAVE_KEY = "\x04"
"""Ctrl-D on an empty line; elsewhere it deletes a character, as on IOS."""


class _Leave(Exception):  # noqa: N818 - the operator's wish
    """The operator left, or the terminal went away."""


class Keyboard:
    """One terminal in front of a desk of consoles."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._desk: Desk
        self._input: Input = create_input(sys.stdin)
        self._screen = Vt100_Output.from_pty(sys.stdout)
        self._columns = 0
        self._choosing: LineEditor | None = None
        """The line after `node:`, while a console is being chosen."""
        self._choice_keys = KeyReader()
        self._wanted: str | None = None
        """The console that a line asked for, to be looked at once the line is done."""
        self._stopping = False
        self._ending = False
        self.keys = Keys(lambda: self._columns, self._takes_key, self._takes_line)
        """What the desk's consoles are to be made with."""

    def show(self, text: str) -> None:
        """Show output."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def converse(self, desk: Desk, notes: Sequence[str]) -> None:
        """Let the operator type until Ctrl-D or the end of the terminal."""
        self._desk = desk
        self.show(f"{len(desk.consoles)} nodes: {desk.listing()}. ")
        self.show(f"Ctrl-] or {SWITCH_SIGN}NAME looks at another one, Ctrl-D leaves.\n")
        for note in notes:
            self.show(note + "\n")
        gc.freeze()
        gc.enable()
        for number in (signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, self._end)
        signal.signal(signal.SIGINT, self._stop)
        with self._input.raw_mode():
            self._screen.enable_bracketed_paste()
            self._screen.flush()
            try:
                self._measure()
                desk.sit_down()
                while True:
                    self._turn()
            except _Leave:
                pass
            finally:
                self._screen.disable_bracketed_paste()
                self._screen.flush()
        self.show("\n")

    def _turn(self) -> None:
        """Let simulated time catch up, wait for a key or for something to happen, take keys."""
        desk = self._desk
        if self._stopping:
            self._stopping = False
            if desk.busy():
                desk.current.terminal.feed(INTERRUPT[0].encode())
        more = self._clock.advance(desk.busy) is Turn.MORE_TO_DO
        desk.check()
        ahead = 0.0 if more else self._clock.seconds_to_next()
        span = _LONGEST_SLEEP if ahead is None else min(_LONGEST_SLEEP, ahead)
        descriptor = self._input.fileno()
        if not select.select([descriptor], [], [], span)[0]:
            presses: Iterable[KeyPress] = ()
        else:
            presses = self._input.read_keys()
            if not presses and not os.isatty(descriptor):
                raise _Leave
        if self._ending or self._input.closed:
            raise _Leave
        if presses:
            self._measure()
            self._take(presses)

    def _measure(self) -> None:
        self._columns = self._screen.get_size().columns

    def _end(self, _number: int, _frame: object) -> None:
        self._ending = True

    def _stop(self, _number: int, _frame: object) -> None:
        """An interrupt signal from outside (keys are read raw) stops what runs."""
        self._stopping = True

    # -- keys ----------------------------------------------------------------------------------

    def _take(self, presses: Iterable[KeyPress]) -> None:
        for press in presses:
            if press.key == Named.BracketedPaste and self._choosing is None:
                if not self._desk.current.left:
                    self._desk.current.terminal.paste(press.data)
            elif press.data == _SWITCH_KEY:
                self._choose()
            else:
                self._press(press.data)
            self._follow()

    def _press(self, data: str) -> None:
        console = self._desk.current
        if self._choosing is not None:
            self._type_choice(self._choosing, data)
        elif console.left:
            if data == _LEAVE_KEY:
                raise _Leave
            if data in ("\r", "\n"):
                console.reopen()
        else:
            console.terminal.feed(data.encode("utf-8", "surrogateescape"))

    def _takes_key(self, key: str) -> bool:
        """A key in its turn: Ctrl-D leaves where no line is begun."""
        if key == _LEAVE_KEY and not self._desk.current.terminal.line_begun:
            raise _Leave
        return False

    def _takes_line(self, line: str) -> bool:
        """A command line: `:NAME` is for the desk."""
        if not line.startswith(SWITCH_SIGN):
            return False
        self._wanted = line[1:]
        self._desk.current.look(None)  # its next prompt is not to be seen here
        return True

    def _follow(self) -> None:
        """Look at the console that was asked for, if one was."""
        self._desk.check()
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        found = self._desk.find(wanted)
        if isinstance(found, str):
            self.show(found + "\n")
            self._desk.current.look(self.show)
        else:
            self._desk.look_at(found)

    # -- choosing a console --------------------------------------------------------------------

    def _choose(self) -> None:
        """Ctrl-]: ask which console to look at; typed again, it is for the node (telnet)."""
        if self._choosing is not None:
            self._choosing.end()
            self._choosing = None
            self._desk.current.look(self.show)
            self._press(_SWITCH_KEY)
            return
        self._desk.current.look(None)
        self.show(f"\n{self._desk.listing()}\n")
        self._choosing = LineEditor(self.show, self._columns)
        self._choosing.begin("node: ")

    def _type_choice(self, editor: LineEditor, data: str) -> None:
        for key in self._choice_keys.feed(data.encode("utf-8", "surrogateescape")):
            outcome = editor.key(key, plain=True)
            if outcome is Outcome.EDITED:
                continue
            editor.end()
            self._choosing = None
            if outcome is Outcome.ENTERED and editor.text.strip():
                self._wanted = editor.text
            else:
                self._desk.current.look(self.show)
            return
