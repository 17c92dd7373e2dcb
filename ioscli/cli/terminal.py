"""A session's terminal settings, and ` --More-- ` between pages."""

from collections.abc import Callable
from enum import Enum, auto

from ioscli.model.pattern import Pattern, PatternError

_MORE = " --More-- "
#: What IOS sends to take the marker away (recorded by unicon): its outer blanks stay.
ERASE = "\b" * 9 + " " * 8 + "\b" * 9
_INTERRUPTS = ("\x03", "\x1e", "\x1a")
_ENTER = ("\r", "\n")
_BACKSPACE = ("\b", "\x7f")


class Terminal:
    """What the `terminal` command sets."""

    def __init__(self, *, length: int = 24, width: int = 80, monitor: bool = False) -> None:
        self.length = length
        """Lines of the screen; 0: no pausing."""
        self.width = width
        self.monitor = monitor
        """Whether system messages come to a session that is not the console."""
        self.timestamps = False
        """Whether the load and the time stand before what a `show` prints."""
        self.synchronous = False
        """Whether the typed line is shown again below a message that broke into it
        (`logging synchronous`)."""


class Turn(Enum):
    """What a key at ` --More-- ` leads to."""

    ON = auto()
    """The output goes on."""
    STOP = auto()
    """The command ends."""
    STAY = auto()
    """The marker stands, or an expression is being typed."""


class Pager:
    """Counts the lines of one command's output, and holds those that have to wait.

    At the marker, `/` looks for the next line that matches a regular expression, `-` and `+`
    let no or only such lines through from then on (Cisco: "Searching and Filtering CLI Output").
    """

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._left = 0
        self._shown = False
        self._typed: str | None = None
        """The expression that is being typed, its sign first."""
        self._sign = ""
        self._pattern: Pattern | None = None

    def restart(self) -> None:
        """A new command begins with a whole screen."""
        self._left = self._terminal.length - 1
        self._shown = False
        self._typed = None
        self._pattern = None

    def keeps(self, line: str) -> bool:
        """Whether a line is shown at all, as the expression typed at the marker says."""
        if self._pattern is None:
            return True
        found = self._pattern.found_in(line)
        if self._sign == "/" and found:
            self._pattern = None
        return found != (self._sign == "-")

    def full(self) -> bool:
        """Whether one more line has to wait; counts it otherwise."""
        if self._terminal.length == 0:
            return False
        if self._left <= 0:
            return True
        self._left -= 1
        return False

    def key(self, key: str, write: Callable[[str], None]) -> Turn:
        """A key typed at the marker, or into an expression there."""
        if self._typed is not None:
            return self._type(self._typed, key, write)
        self.erase(write)
        if key == " ":
            self._left = self._terminal.length - 1
        elif key in _ENTER:
            self._left = 1
        elif key in ("/", "-", "+"):
            self._typed = key
            write(key)
            return Turn.STAY
        else:
            return Turn.STOP
        return Turn.ON

    def _type(self, typed: str, key: str, write: Callable[[str], None]) -> Turn:
        """A key of an expression: characters, Backspace, Enter."""
        if key in _INTERRUPTS:
            write("\n")
            return Turn.STOP
        if key in _BACKSPACE:
            write("\b \b")
            self._typed = typed[:-1] or None
            if self._typed is None:
                self.show(write)
        elif key in _ENTER:
            return self._search(typed, write)
        elif len(key) == 1 and key.isprintable() and key.isascii():
            self._typed = typed + key
            write(key)
        return Turn.STAY

    def _search(self, typed: str, write: Callable[[str], None]) -> Turn:
        self._typed = None
        write("\n")
        try:
            self._pattern = Pattern(typed[1:])
        except PatternError:
            write("% Failed to compile regular expression\n")
            self.show(write)
            return Turn.STAY
        self._sign = typed[0]
        write("filtering...\n")
        self._left = self._terminal.length - 1
        return Turn.ON

    def show(self, write: Callable[[str], None]) -> None:
        """Print the marker."""
        write(_MORE)
        self._shown = True

    def erase(self, write: Callable[[str], None]) -> None:
        """Take the marker away as IOS does: backspaces, blanks, backspaces."""
        if self._shown:
            self._shown = False
            write(ERASE)
