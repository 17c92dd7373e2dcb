"""Leaving EXEC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.registry import command

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("exec_exit")
def exec_exit(session: Session, _args: Args) -> None:
    """`exit`, `logout`."""
    session.finish()
