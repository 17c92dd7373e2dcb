"""clear line: carries out grammar/clear_line.lark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ioscli.cli.commands.show_line import line_views
from ioscli.cli.dialogue import Confirm, Steps
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.router.exec_lines import FIRST_VTY, number_of

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

#: IOSv numbers its lines: 0 is the console, 1 the auxiliary port, the vtys begin at 578.
_AUX = 1


@command("clear_line")
def clear_line(session: Session, args: Args) -> Steps:
    """`clear line N | console 0 | aux 0 | vty N`: whoever is on the line is disconnected."""
    number = _number(args)
    if all(number != view.number for view in line_views(session)):
        raise Refusal(argument="A_VTY_LINE" if "vty" in args else "A_LINE")
    if number == number_of(session.line):
        yield "% Not allowed to clear current line"
        return
    if not (yield Confirm("[confirm]")):
        return
    there = [it for it in session.router.reloads.listeners if isinstance(it, type(session))]
    for other in there:
        if number_of(other.line) == number:
            other.hang_up()
    yield " [OK]"


@command("clear_configuration_lock")
def clear_configuration_lock(_session: Session, _args: Args) -> Iterable[str]:
    """`clear configuration lock`: nothing takes the lock, for there is no exclusive mode."""
    yield "Configuration mode is not locked."


def _number(args: Args) -> int:
    if "A_LINE" in args:
        number: int = args["A_LINE"]
        return number
    if "vty" in args:
        return FIRST_VTY + int(args["A_VTY_LINE"])
    return _AUX if "aux" in args else 0
