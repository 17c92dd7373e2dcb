"""`ioscli run`: a lab at the console."""

import gc
from contextlib import ExitStack
from typing import TYPE_CHECKING

from ioscli.command_line.opening import (
    DEFAULT_SEED,
    add_simulation_options,
    add_state_options,
    boot,
    build,
    known_node,
    store_of,
)
from ioscli.labs.catalogue import DEFAULT_LAB

if TYPE_CHECKING:
    from argparse import Namespace

    from ioscli.command_line.parser import Commands


#: What stands for the options where none was typed at all.
DEFAULTS: dict[str, object] = {
    "lab": DEFAULT_LAB,
    "node": None,
    "pace": "real",
    "seed": DEFAULT_SEED,
    "capture": [],
    "keys": None,
    "state": None,
    "no_state": False,
    "fresh": False,
    "record": None,
    "greet": True,
}

_GREETING = (
    "New here? Leave with Ctrl-D, and type `ioscli practice`: it leads from the first steps on."
)
"""Said to whoever types `ioscli` alone."""


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser("run", help="open a lab and type at its nodes")
    parser.add_argument(
        "lab", metavar="LAB", help="a shipped lab's name, or a folder with a lab.yaml"
    )
    parser.add_argument("--node", help="the router to start at (default: the first one)")
    parser.add_argument(
        "--pace",
        default="real",
        metavar="real|fast|X",
        help="simulated against wall time: real (1), fast (commands end at once), or X times",
    )
    add_state_options(parser)
    parser.add_argument(
        "--fresh", action="store_true", help="forget what was saved in this lab, and start anew"
    )
    parser.add_argument(
        "--record",
        metavar="FILE",
        help="write the session to a new transcript that replays to the same bytes; "
        "begins at the lab's own start, and keeps nothing",
    )
    add_simulation_options(parser)
    parser.set_defaults(command=run, greet=False)


def run(given: "Namespace") -> int:
    """Carry it out; the exit status."""
    # What is made before the first prompt stays for good: looking for garbage among it would
    # only keep the operator waiting. The console looks again.
    gc.disable()
    try:
        return _open_lab(given)
    finally:
        gc.enable()


def _open_lab(given: "Namespace") -> int:
    from ioscli.labs.catalogue import find_lab
    from ioscli.labs.errors import InputError, quoted
    from ioscli.servers.pace import Pace

    try:
        pace = Pace.parse(given.pace)
    except ValueError as error:
        raise InputError(f"--pace {quoted(given.pace)}: {error}") from None
    if given.record is not None and (given.state is not None or given.fresh):
        raise InputError(
            "--record begins at the lab's own start and keeps nothing: "
            "it goes without --state and --fresh"
        )
    with ExitStack() as stack:
        store = None if given.record is not None else store_of(given)
        topology, grammar = build(find_lab(given.lab), given.seed, store)
        if not topology.nodes:
            raise InputError("this lab has no node to type at", file=topology.lab.file)
        node = next(iter(topology.nodes)) if given.node is None else given.node
        known_node(topology, node)
        boot(topology, given, stack)
        from ioscli.servers.console import converse

        notes = [_GREETING] if given.greet else []
        if topology.restored:
            notes.append(
                f"startup-config as saved in an earlier run: {', '.join(topology.restored)} "
                "(ioscli run --fresh forgets it)"
            )
        if topology.erased:
            notes.append(
                f"startup-config as erased in an earlier run: {', '.join(topology.erased)} "
                "(ioscli run --fresh brings the lab's own back)"
            )
        if topology.stored:
            notes.append(
                f"configuration lines that are kept but act on nothing: {len(topology.stored)} "
                f"(first: {topology.stored[0].place})"
            )
        if given.record is None:
            return converse(topology.nodes, grammar, node, pace, notes)
        from ioscli.command_line.recording import record

        return record(topology, grammar, node, pace, notes, given)
