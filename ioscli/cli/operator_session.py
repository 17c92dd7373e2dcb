"""What a front end needs of a session, whatever the node: a router's, or a Linux host's shell."""

from __future__ import annotations

from typing import Protocol


class Screen(Protocol):
    """The screen that a session believes to have."""

    length: int
    """Lines for ` --More-- `; 0: it does not stop."""
    width: int
    """Columns; 0: lines are not shifted."""
    synchronous: bool
    """Whether a line being typed comes back after a message."""


class OperatorSession(Protocol):
    """One operator's session: see `ioscli.cli.session.Session`, whose face it is."""

    closed: bool
    literal: bool
    """Whether `?` is a letter like any other."""

    @property
    def terminal(self) -> Screen:
        """The screen."""

    @property
    def prompt(self) -> str:
        """What stands before a command; empty while text is collected."""

    @property
    def asking(self) -> str | None:
        """The question that the next line answers; empty where a program reads lines."""

    @property
    def asking_key(self) -> bool:
        """Whether a single key answers."""

    @property
    def asking_secret(self) -> bool:
        """Whether the answer must not be shown."""

    @property
    def busy(self) -> bool:
        """Whether a command waits for simulated time."""

    @property
    def remote(self) -> bool:
        """Whether what is typed goes to another node, which echoes it; not `busy` then."""

    @property
    def paging(self) -> bool:
        """Whether ` --More-- ` stands on the screen."""

    @property
    def history(self) -> list[str]:
        """The lines typed, oldest first."""

    def feed(self, line: str, /) -> None:
        """Take a line."""

    def send_keys(self, keys: str, /) -> None:
        """Keys for the other node, where `remote`; a whole line goes there by `feed`."""

    def interrupt(self) -> None:
        """Ctrl-C; where `remote`, it is the other node's."""

    def end_key(self, text: str = "", /) -> None:
        """Ctrl-Z."""

    def page(self, key: str, /) -> None:
        """A key at ` --More-- `."""

    def help(self, text: str, /) -> str:
        """The answer to `?`."""

    def show_help(self, text: str, /) -> None:
        """Print it."""

    def show_marker(self) -> None:
        """Print ` --More-- ` again."""

    def complete(self, text: str, /) -> str | None:
        """The line after Tab."""

    def touch(self) -> None:
        """A key was pressed."""

    def close(self) -> None:
        """End the session."""
