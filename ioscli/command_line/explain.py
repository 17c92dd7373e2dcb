"""`ioscli explain`: why a packet fares as it does, or why a tunnel is down."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from ioscli.command_line.opening import (
    add_simulation_options,
    add_state_options,
    boot,
    build,
    known_node,
    store_of,
)
from ioscli.command_line.status import OK

if TYPE_CHECKING:
    from argparse import Namespace

    from ioscli.command_line.parser import Commands


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser(
        "explain", help="say why a packet fares as it does, or why a tunnel is down"
    )
    parser.add_argument("lab", metavar="LAB", help="a shipped lab's name, or a folder")
    parser.add_argument("node", metavar="NODE", help="where the command is typed")
    parser.add_argument(
        "what",
        metavar="WHAT",
        help='a ping in quotes ("ping 10.0.0.1 size 1415 df-bit"), or an interface: Tunnel0',
    )
    parser.add_argument(
        "--solution", action="store_true", help="with the lab's own solution configured"
    )
    parser.add_argument(
        "--after",
        metavar="TIME",
        default="0s",
        help="how long the lab runs before the command is typed, beyond its warm-up: 90s, 5m",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    add_state_options(parser)
    add_simulation_options(parser)
    parser.set_defaults(command=explain, fresh=False)


def explain(given: "Namespace") -> int:
    """Carry it out; the exit status."""
    from ioscli.labs.catalogue import find_lab
    from ioscli.labs.errors import InputError, quoted
    from ioscli.labs.explain import command, shown
    from ioscli.labs.quantities import parse_duration
    from ioscli.model.instant import Instant

    with ExitStack() as stack:
        store = None if given.solution else store_of(given)
        topology, grammar = build(find_lab(given.lab), given.seed, store, solved=given.solution)
        known_node(topology, given.node)
        try:
            after = parse_duration(given.after)
        except ValueError as error:
            raise InputError(f"--after {quoted(given.after)}: {error}") from None
        boot(topology, given, stack)
        topology.simulation.run_until(Instant(topology.simulation.now + after))
        explanation = command.explain(topology, grammar, given.node, given.what)
    if given.format == "json":
        print(shown.as_json(explanation))
    else:
        shown.print_explanation(explanation)
    return OK
