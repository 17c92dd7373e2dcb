"""`ioscli run --record`: a console whose session becomes a transcript."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ioscli.labs.catalogue import lab_of, shipped_labs
from ioscli.labs.recording.director import HELP, Director
from ioscli.labs.recording.ledger import Ledger
from ioscli.labs.recording.recorder import Recorder
from ioscli.servers.console import converse, page_length

if TYPE_CHECKING:
    from argparse import Namespace

    from ioscli.cli.matcher import Grammar
    from ioscli.labs.topology import Topology
    from ioscli.servers.pace import Pace


def record(
    topology: "Topology",
    grammar: "Grammar",
    node: str,
    pace: "Pace",
    notes: Sequence[str],
    given: "Namespace",
) -> int:
    """Let the operator type, and write it down; the exit status."""
    file = Path(given.record)
    head = f"@recorded length {page_length()} seed {given.seed}{_lab(given.lab, topology, file)}\n"
    recorder = Recorder(topology.simulation, Ledger(file), head)
    said = [*notes, f"recording to {file}, from the lab's own start; {HELP}"]
    try:
        return converse(
            topology.nodes,
            grammar,
            node,
            pace,
            said,
            clerk=lambda desk, _clock: Director(topology, recorder, desk.say),
            host=recorder,
        )
    finally:
        recorder.finish()


def _lab(name: str, topology: "Topology", file: Path) -> str:
    """How a recording names its lab: not at all where it lies in the lab's folder."""
    if name in shipped_labs():
        return f" lab {name}"
    lab = topology.lab.file.resolve()
    if lab_of(file) == lab:
        return ""
    return f" lab {os.path.relpath(lab, file.resolve().parent)}"
