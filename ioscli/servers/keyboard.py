"""The console at a real terminal: keys by prompt_toolkit, lines by the session's own terminal.

What a session at a terminal is stands in `ioscli.cli.terminal_session`, which remote terminals
share: editing, help, pages, and messages that break into a line. Here is only what a desk of
several consoles adds (Ctrl-], Ctrl-D, lines that begin with `:`), and the wall clock that moves
simulated time.
"""

import gc
import os
import select
import signal
import sys
from collections import deque
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

_WHILE_SERVED = 0.02
"""The same while the clerk is at work."""

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
        self._orders: deque[str] = deque()
        """Lines for the desk, to be carried out once the terminal is done with them."""
        self._held: list[KeyPress] = []
        """Typed while the desk's clerk was at work."""
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
        if desk.clerk is None or desk.host is not None:
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
        self._attend()
        ahead = 0.0 if more else self._clock.seconds_to_next()
        longest = _WHILE_SERVED if desk.serving else _LONGEST_SLEEP
        span = longest if ahead is None else min(longest, ahead)
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
            if self._desk.serving:
                self._hold(press)
            elif press.key == Named.BracketedPaste and self._choosing is None:
                if not self._desk.current.left:
                    self._desk.current.terminal.paste(press.data)
            elif press.data == _SWITCH_KEY:
                self._choose()
            else:
                self._press(press.data)
            self._follow()

    def _hold(self, press: KeyPress) -> None:
        """A key while the clerk is at work: it waits, unless it is to interrupt."""
        clerk = self._desk.clerk
        if press.data in INTERRUPT and clerk is not None:
            self._held.clear()
            clerk.interrupt()
        elif clerk is None or not clerk.key(press.data):
            self._held.append(press)

    def _attend(self) -> None:
        """Let the clerk work; when it is done, the keys that waited follow."""
        finished = self._desk.attend()
        if self._desk.done:
            raise _Leave
        if finished:
            held, self._held = self._held, []
            self._follow()
            self._take(held)

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
        """A command line: `:NAME` is for the desk, as is what its clerk knows."""
        if not line.startswith(SWITCH_SIGN):
            return False
        self._orders.append(line[1:])
        self._desk.current.look(None)  # its next prompt is not to be seen here
        return True

    def _follow(self) -> None:
        """Carry out what lines asked the desk for."""
        self._desk.check()
        while self._orders and not self._desk.serving:
            self._desk.order(self._orders.popleft())
            self._attend()

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
                self._orders.append(editor.text.strip().removeprefix(SWITCH_SIGN))
            else:
                self._desk.current.look(self.show)
            return
