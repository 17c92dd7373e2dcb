"""The `terminal` command: settings of one session."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.model.access import LineConfig

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

_DEFAULT = LineConfig()


def _back(args: Args) -> bool:
    """Whether it is the `no` or the `default` form."""
    return args.words[1] in ("no", "default")


def _history_size(session: Session) -> int:
    return session.router.config.access.line(session.line).history


@command("terminal_length")
def terminal_length(session: Session, args: Args) -> None:
    """`terminal length N`: when ` --More-- ` stops the output, 0 for never."""
    line = session.router.config.access.line(session.line)
    session.terminal.length = args.get("A_SCREEN_LENGTH", line.length)


@command("terminal_width")
def terminal_width(session: Session, args: Args) -> None:
    """`terminal width N`."""
    line = session.router.config.access.line(session.line)
    session.terminal.width = args.get("A_SCREEN_WIDTH", line.width)


@command("terminal_history")
def terminal_history(session: Session, args: Args) -> None:
    """`terminal history size N`."""
    for history in session.histories.values():
        history.resize(args.get("A_HISTORY_SIZE", _history_size(session)))


@command("terminal_history_on")
def terminal_history_on(session: Session, args: Args) -> None:
    """`terminal [no] history`: whether lines are remembered at all."""
    for history in session.histories.values():
        if "no" in args:
            history.resize(0)
        elif history.size == 0 or _back(args):
            history.resize(_history_size(session))


@command("terminal_monitor")
def terminal_monitor(session: Session, args: Args) -> Iterable[str]:
    """`terminal [no] monitor`: the console gets system messages anyhow."""
    if session.is_console:
        return () if _back(args) else ("% Console already monitors",)
    session.terminal.monitor = not _back(args)
    session.follow_messages()
    return ()


@command("terminal_timestamp")
def terminal_timestamp(session: Session, args: Args) -> None:
    """`terminal exec prompt timestamp`: the load and the time before what a `show` prints."""
    session.terminal.timestamps = not _back(args)


def timestamp(session: Session) -> Iterable[str]:
    """What `exec prompt timestamp` prints before the output of a `show` command."""
    from ioscli.cli.show.clock import clock_time

    cpu = session.router.processes.view()
    clock = session.router.clock
    time = clock.mark + clock_time(clock.local(), msec=True)
    yield (
        f"Load for five secs: {cpu.five_seconds:.0f}%/{cpu.interrupts:.0f}%; "
        f"one minute: {cpu.one_minute:.0f}%; five minutes: {cpu.five_minutes:.0f}%"
    )
    source = "Time source is user configuration" if clock.set_by_operator else "No time source"
    yield f"{source}, {time}"
    yield ""
