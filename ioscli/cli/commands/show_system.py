"""show version, clock, history, privilege, terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.cli.show import system
from ioscli.router.syslog import clock

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("show_version")
def show_version(session: Session, _args: Args) -> Iterable[str]:
    """`show version`."""
    router = session.router
    board = system.board_id(router.simulation.random(f"{router.name} board"))
    return system.show_version(router.hostname, router.uptime, router.hardware, board)


@command("show_clock")
def show_clock(session: Session, _args: Args) -> Iterable[str]:
    """`show clock`."""
    return system.show_clock(clock(session.router.simulation.now))


@command("show_history")
def show_history(session: Session, _args: Args) -> Iterable[str]:
    """`show history`: of EXEC, or after `do` of configuration."""
    return (f"  {line}" for line in list(session.history))


@command("show_privilege")
def show_privilege(session: Session, _args: Args) -> Iterable[str]:
    """`show privilege`."""
    yield f"Current privilege level is {15 if session.privileged else 1}"


@command("show_terminal")
def show_terminal(session: Session, _args: Args) -> Iterable[str]:
    """`show terminal`."""
    return system.show_terminal(
        session.line,
        session.terminal.length,
        session.terminal.width,
        session.histories[False].size,
    )
