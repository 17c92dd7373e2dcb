"""The `terminal` command: settings of one session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.registry import command

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

_LENGTH = 24
_WIDTH = 80
_HISTORY = 10


@command("terminal_length")
def terminal_length(session: Session, args: Args) -> None:
    """`terminal length N`: when ` --More-- ` stops the output, 0 for never."""
    session.terminal.length = args.get("A_SCREEN_LENGTH", _LENGTH)


@command("terminal_width")
def terminal_width(session: Session, args: Args) -> None:
    """`terminal width N`."""
    session.terminal.width = args.get("A_SCREEN_WIDTH", _WIDTH)


@command("terminal_history")
def terminal_history(session: Session, args: Args) -> None:
    """`terminal history size N`."""
    for history in session.histories.values():
        history.resize(args.get("A_HISTORY_SIZE", _HISTORY))


@command("terminal_monitor")
def terminal_monitor(session: Session, args: Args) -> Iterable[str]:
    """`terminal [no] monitor`: the console gets system messages anyhow."""
    if session.is_console:
        if "no" not in args:
            yield "% Console already monitors"
        return
    session.terminal.monitor = "no" not in args
    session.follow_messages()
