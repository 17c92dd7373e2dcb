"""A session's terminal settings, and ` --More-- ` between pages."""

from collections.abc import Callable

_MORE = " --More-- "


class Terminal:
    """What the `terminal` command sets."""

    def __init__(self, *, length: int = 24, width: int = 80, monitor: bool = False) -> None:
        self.length = length
        """Lines of the screen; 0: no pausing."""
        self.width = width
        self.monitor = monitor
        """Whether system messages come to a session that is not the console."""


class Pager:
    """Counts the lines of one command's output."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._left = 0
        self._shown = False

    def restart(self) -> None:
        """A new command begins with a whole screen."""
        self._left = self._terminal.length - 1
        self._shown = False

    def full(self) -> bool:
        """Whether one more line has to wait; counts it otherwise."""
        if self._terminal.length == 0:
            return False
        if self._left <= 0:
            return True
        self._left -= 1
        return False

    def key(self, key: str) -> bool:
        """A key typed at ` --More-- `: whether the output goes on."""
        if key == " ":
            self._left = self._terminal.length - 1
        elif key in ("\r", "\n"):
            self._left = 1
        else:
            return False
        return True

    def show(self, write: Callable[[str], None]) -> None:
        """Print the marker."""
        write(_MORE)
        self._shown = True

    def erase(self, write: Callable[[str], None]) -> None:
        """Take the marker away as IOS does: backspaces, blanks, backspaces."""
        if self._shown:
            self._shown = False
            write("\b" * len(_MORE) + " " * len(_MORE) + "\b" * len(_MORE))
