"""clear line: carries out grammar/clear_line.lark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.dialogue import Confirm, Steps
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

#: IOSv numbers its lines: 0 is the console, 1 the auxiliary port, then the vtys.
_AUX = 1
_FIRST_VTY = 2


@command("clear_line")
def clear_line(session: Session, args: Args) -> Steps:
    """`clear line N | console 0 | aux 0 | vty N`: whoever is on the line is disconnected."""
    number = _number(args)
    vtys = 1 + max(last for _, last in session.router.config.access.vty)
    if number >= _FIRST_VTY + vtys:
        raise Refusal(argument="A_VTY_LINE" if "vty" in args else "A_LINE")
    # A session knows its line without the auxiliary port, where nobody can sit.
    line = number if number < _AUX else number - 1
    if number != _AUX and line == session.line:
        yield "% Not allowed to clear current line"
        return
    if not (yield Confirm("[confirm]")):
        return
    there = [it for it in session.router.reloads.listeners if isinstance(it, type(session))]
    for other in there:
        if number != _AUX and other.line == line:
            other.hang_up()
    yield " [OK]"


def _number(args: Args) -> int:
    if "A_LINE" in args:
        number: int = args["A_LINE"]
        return number
    if "vty" in args:
        return _FIRST_VTY + int(args["A_VTY_LINE"])
    return _AUX if "aux" in args else 0
