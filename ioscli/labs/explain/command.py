"""`ioscli explain LAB NODE WHAT`: boot the lab, have it happen, and say what did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.labs.errors import InputError, quoted
from ioscli.labs.explain.walk import Walk, follow
from ioscli.labs.explain.watch import Watch
from ioscli.labs.replay import Terminal

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.labs.topology import Topology


def walk_a_ping(topology: Topology, grammar: Grammar, node: str, command: str) -> Walk:
    """Type a ping at a node of a booted lab, and follow its last packet.

    Raises InputError where the command asks questions or sends no echo request.
    """
    terminal = Terminal(topology.nodes[node], grammar)
    shown: list[str] = []
    terminal.look(shown.append)
    watch = Watch(topology)
    try:
        terminal.session.feed(command)
        while terminal.session.busy and terminal.wait(topology.simulation):
            pass
    finally:
        watch.stop()
    output = "".join(shown)
    if terminal.session.asking is not None:
        raise InputError(f"{quoted(command)} asks questions; give it all its options in one line")
    walk = follow(topology, watch, node, command, output)
    if walk is None:
        said = " ".join(output.split())
        raise InputError(f"{quoted(command)} sent no echo request: {said or 'it said nothing'}")
    return walk
