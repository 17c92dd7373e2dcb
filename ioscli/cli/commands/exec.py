"""Moving between user EXEC, privileged EXEC and configuration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli import login
from ioscli.cli.dialogue import Ask, Interrupted, Steps
from ioscli.cli.registry import command
from ioscli.model.access import HIGHEST_LEVEL, USER_LEVEL

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("enable")
def enable(session: Session, args: Args) -> Steps:
    """`enable [LEVEL]`: without an enable password the console asks for none."""
    return login.enable(session, args.get("A_ENABLE_LEVEL", HIGHEST_LEVEL))


@command("disable")
def disable(session: Session, args: Args) -> Iterable[str]:
    """`disable [LEVEL]`; alone it says nothing in user EXEC."""
    level = args.get("A_DISABLE_LEVEL", USER_LEVEL)
    if level >= session.level and "A_DISABLE_LEVEL" in args:
        return ("New privilege level must be less than current privilege level",)
    session.level = min(level, session.level)
    return ()


@command("quit")
def quit_exec(session: Session, _args: Args) -> None:
    """`quit`."""
    session.finish()


@command("configure")
def configure(session: Session, args: Args) -> Steps:
    """`configure [terminal]`; alone it asks from where."""
    from ioscli.cli.commands.configure import configure_memory, configure_network

    if session.configuring is not None:  # `do configure terminal`
        yield "% Configuration mode is already active"
        return
    if "terminal" not in args:
        while True:
            try:
                answer = yield Ask("Configuring from terminal, memory, or network [terminal]? ")
            except Interrupted:
                return
            answer = answer.strip().lower()
            if "terminal".startswith(answer):
                break
            if "memory".startswith(answer):
                yield from configure_memory(session, args)
                return
            if "network".startswith(answer):
                yield from configure_network(session, args)
                return
            yield '?Must be "terminal", "memory", or "network"'
    yield "Enter configuration commands, one per line.  End with CNTL/Z."
    session.configure()
