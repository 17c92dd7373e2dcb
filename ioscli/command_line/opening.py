"""What the commands that open a lab share: options, kept files, captures."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ioscli.cli.matcher import Grammar
    from ioscli.labs.labfile import Lab
    from ioscli.labs.store import LabStore
    from ioscli.labs.topology import Topology

DEFAULT_SEED = 0


def add_state_options(parser: "ArgumentParser") -> None:
    """Where saved configurations are kept, or that they are not."""
    parser.add_argument(
        "--state",
        metavar="FOLDER",
        help="where saved configurations and flash: files are kept "
        "(default: ioscli in $XDG_STATE_HOME or ~/.local/state)",
    )
    parser.add_argument(
        "--no-state", action="store_true", help="neither read nor keep saved configurations"
    )


def add_simulation_options(parser: "ArgumentParser") -> None:
    """The source of chance, and what is recorded from the wires."""
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="N", help="source of chance (default 0)"
    )
    parser.add_argument(
        "--capture",
        action="append",
        default=[],
        metavar="LINK:FILE",
        help="write a link (R1-R2 or R1:Gi0/0) to a pcapng file; may be repeated",
    )
    parser.add_argument(
        "--keys", metavar="FOLDER", help="write Wireshark's key tables there, to decrypt captures"
    )


def known_node(topology: "Topology", node: str) -> None:
    """Raise InputError where a lab has no such node to type at."""
    from ioscli.labs.errors import InputError, quoted, suggestion

    if node not in topology.nodes:
        raise InputError(f"there is no node {quoted(node)}{suggestion(node, topology.nodes)}")


StoreOf = Callable[["Lab"], "LabStore"]


def store_of(given: "Namespace") -> StoreOf | None:
    """What gives a lab its kept files, as `--state`, `--no-state` and `--fresh` say."""
    if given.no_state:
        return None

    def open_store(lab: "Lab") -> "LabStore":
        from ioscli.labs.store import LabStore, state_folder

        store = LabStore(state_folder() if given.state is None else Path(given.state), lab)
        if given.fresh:
            store.forget()
        return store

    return open_store


def build(
    lab_file: Path, seed: int, kept_in: StoreOf | None = None, *, solved: bool = False
) -> "tuple[Topology, Grammar]":
    """A lab's nodes and cables, not booted yet; raises InputError where something is wrong."""
    from ioscli.cli.matcher import load_grammar
    from ioscli.labs.labfile import read_lab
    from ioscli.labs.topology import Topology

    lab = read_lab(lab_file)
    if solved:
        lab = lab.solved()
    grammar = load_grammar()
    store = None if kept_in is None else kept_in(lab)
    return Topology(lab, grammar, seed, store), grammar


def boot(topology: "Topology", given: "Namespace", stack: ExitStack) -> None:
    """Open what is to be recorded, then boot; the files are finished when the stack unwinds."""
    if given.capture:
        from ioscli.labs.captures import open_captures

        open_captures(topology, given.capture, stack)
    if given.keys is not None:
        from ioscli.labs.captures import write_keys_at_end

        write_keys_at_end(topology, Path(given.keys), stack)
    topology.boot()
