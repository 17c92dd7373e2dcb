"""send: carries out grammar/send.lark. The dialogue: Cisco IOS Command Reference, "send"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.dialogue import SUSPENDED, Ask, Confirm, Interrupted, Steps
from ioscli.cli.registry import command
from ioscli.router.exec_lines import FIRST_VTY, number_of

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

_AUX = 1


@command("send")
def send(session: Session, args: Args) -> Steps:
    """`send {* | LINE | console 0 | aux 0 | vty N}`: a text of several lines up to Ctrl-Z."""
    wanted = _wanted(args)
    yield "Enter message, end with CTRL/Z; abort with CTRL/C:"
    lines: list[str] = []
    try:
        while not lines or not lines[-1].endswith(SUSPENDED):
            lines.append((yield Ask("", suspends=True)))
        if not (yield Confirm("Send message? [confirm]")):
            return
    except Interrupted:
        return
    text = "\n".join(lines).removesuffix(SUSPENDED)
    to = "all terminals" if wanted is None else f"tty{wanted}"
    heading = f"*** Message from tty{number_of(session.line)} to {to}:"
    # Who is logged in is known to what tells them of reloads.
    for other in session.router.reloads.listeners:
        if isinstance(other, type(session)) and wanted in (None, number_of(other.line)):
            other.announce(f"\n\n***\n{heading}\n***\n{text}\n")


def _wanted(args: Args) -> int | None:
    """The number of the line that is meant; None: all."""
    if "*" in args:
        return None
    if "A_SEND_LINE" in args:
        number: int = args["A_SEND_LINE"]
        return number
    if "vty" in args:
        return FIRST_VTY + int(args["A_SEND_VTY"])
    return _AUX if "aux" in args else 0
