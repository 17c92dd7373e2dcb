"""`ioscli explain LAB NODE WHAT`: have it happen in the booted lab, and say what did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.labs.errors import InputError, quoted
from ioscli.labs.explain.tunnel import Diagnosis, diagnose
from ioscli.labs.explain.walk import Walk, follow
from ioscli.labs.explain.watch import Watch
from ioscli.labs.terminal import Terminal
from ioscli.model.ifname import InterfaceName

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.labs.topology import Topology


def explain(topology: Topology, grammar: Grammar, node: str, what: str) -> Walk | Diagnosis:
    """A ping's walk, or the diagnosis of an interface, in a booted lab.

    Raises InputError where `what` is neither.
    """
    if what.split()[:1] == ["ping"]:
        return walk_a_ping(topology, grammar, node, what)
    return diagnose(topology, node, _named_interface(topology, node, what))


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


def _named_interface(topology: Topology, node: str, text: str) -> InterfaceName:
    """The interface of a router that a word names, abbreviated or not.

    Raises InputError where there is none.
    """
    router = topology.routers.get(node)
    if router is None:
        raise InputError(f"{node} is not a router: only a ping can be explained there")
    try:
        name = InterfaceName.parse(text)
    except ValueError:
        raise InputError(f"{quoted(text)} is neither a ping nor the name of an interface") from None
    if name not in router.interfaces:
        raise InputError(f"{node} has no interface {name}")
    return name
