"""A console's session while a recorder listens: what is done to it goes by way of the recorder."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ioscli.cli.operator_session import OperatorSession, Screen


class Listener(Protocol):
    """Who hears what is done at a console, and does it to the session when its time has come."""

    def feed(self, line: str, /) -> None:
        """A line was typed."""

    def send_keys(self, keys: str, /) -> None:
        """Keys for another node."""

    def interrupt(self) -> None:
        """Ctrl-C."""

    def end_key(self, text: str, /) -> None:
        """Ctrl-Z after a text."""

    def page(self, key: str, /) -> None:
        """A key at ` --More-- `."""

    def show_help(self, text: str, /) -> None:
        """`?` after a text."""

    def leave(self) -> None:
        """RETURN is being pressed where the session ended: another one follows."""


class RecordedSession:
    """The face of a session; see `ioscli.cli.operator_session.OperatorSession`."""

    def __init__(
        self, session: "OperatorSession", listener: Listener, write: Callable[[str], None]
    ) -> None:
        self._session = session
        self._write = write
        self._listener = listener
        self.literal = session.literal

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self._session.closed

    @closed.setter
    def closed(self, closed: bool) -> None:
        self._session.closed = closed

    @property
    def terminal(self) -> "Screen":
        """The screen."""
        return self._session.terminal

    @property
    def prompt(self) -> str:
        """What stands before a command."""
        return self._session.prompt

    @property
    def asking(self) -> str | None:
        """The question that the next line answers."""
        return self._session.asking

    @property
    def asking_key(self) -> bool:
        """Whether a single key answers."""
        return self._session.asking_key

    @property
    def asking_secret(self) -> bool:
        """Whether the answer must not be shown."""
        return self._session.asking_secret

    @property
    def busy(self) -> bool:
        """Whether a command waits for simulated time."""
        return self._session.busy

    @property
    def remote(self) -> bool:
        """Whether what is typed goes to another node."""
        return self._session.remote

    @property
    def paging(self) -> bool:
        """Whether ` --More-- ` stands on the screen."""
        return self._session.paging

    @property
    def history(self) -> list[str]:
        """The lines typed, oldest first."""
        return self._session.history

    def complete(self, text: str, /) -> str | None:
        """The line after Tab."""
        return self._session.complete(text)

    def show_marker(self) -> None:
        """Print ` --More-- ` again: on the screen alone, which lost it."""
        self._write(" --More-- ")

    def touch(self) -> None:
        """A key was pressed. A line that is begun leaves no trace in a recording: what counts
        against `exec-timeout` is its Enter."""

    def feed(self, line: str, /) -> None:
        """Take a line."""
        self._listener.feed(line)

    def send_keys(self, keys: str, /) -> None:
        """Keys for the other node."""
        self._listener.send_keys(keys)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._listener.interrupt()

    def end_key(self, text: str = "", /) -> None:
        """Ctrl-Z."""
        self._listener.end_key(text)

    def page(self, key: str, /) -> None:
        """A key at ` --More-- `."""
        self._listener.page(key)

    def show_help(self, text: str, /) -> None:
        """Print the answer to `?`."""
        self._listener.show_help(text)

    def help(self, text: str, /) -> str:
        """The answer to `?`, which is printed like any output here."""
        self._listener.show_help(text)
        return ""

    def close(self) -> None:
        """End the session."""
        self._listener.leave()
