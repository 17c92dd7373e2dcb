"""The local console: where `ioscli run` meets whoever types."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ioscli.servers.desk import Desk
from ioscli.servers.pace import Clock, Pace

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.servers.desk import Clerk, Host, Node

#: `terminal length` of a console on IOS.
_LENGTH = 24


def converse(
    nodes: Mapping[str, "Node"],
    grammar: "Grammar",
    first: str,
    pace: Pace,
    notes: Sequence[str] = (),
    clerk: "Callable[[Desk, Clock], Clerk] | None" = None,
    host: "Host | None" = None,
) -> int:
    """Let the operator type at the nodes until end of input; the exit status is returned.

    notes: lines said at the start. clerk: makes who takes lines that begin with `:`, if anybody
    does. host: who opens the sessions, if not the desk. A terminal that goes away ends the
    program as Ctrl-D does.
    """
    clock = Clock(next(iter(nodes.values())).simulation, pace)
    if host is not None:
        clock.stands = host.stands
    if sys.stdin is None:  # closed before the program began
        return 0
    if page_length():
        from ioscli.servers.keyboard import Keyboard

        keyboard = Keyboard(clock)
        desk = Desk(
            nodes,
            grammar,
            first,
            keyboard.show,
            length=_LENGTH,
            keys=keyboard.keys,
            host=host,
        )
        desk.clerk = None if clerk is None else clerk(desk, clock)
        try:
            keyboard.converse(desk, notes)
        except OSError:
            # The terminal went away between two writes. Nothing is left to say it to.
            _silence()
        return 0
    from ioscli.servers.plain import Paper, converse_plainly

    paper = Paper(sys.stdout)
    desk = Desk(nodes, grammar, first, paper.show, host=host)
    desk.clerk = None if clerk is None else clerk(desk, clock)
    converse_plainly(desk, clock, sys.stdin, paper, notes)
    return 0


def page_length() -> int:
    """Lines of a page at a console opened now; 0 where there is no terminal."""
    there = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()
    return _LENGTH if there else 0


def _silence() -> None:
    """Let the interpreter flush its streams at exit without finding the terminal gone."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
