"""Turning debugging off. No debugging can be turned on yet, so none is ever listed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.registry import command

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


@command("undebug_all")
def undebug_all(_session: Session, _args: Args) -> Iterable[str]:
    """`undebug all`, `no debug all`."""
    yield "All possible debugging has been turned off"


@command("show_debugging")
def show_debugging(_session: Session, _args: Args) -> Iterable[str]:
    """`show debugging`: IOS prints nothing but line ends where nothing is on."""
    yield ""
    yield ""
