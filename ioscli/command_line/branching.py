"""What `ioscli replay` does at a terminal: playing a transcript, and going on live from a step."""

import gc
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ioscli.command_line.opening import boot, build
from ioscli.command_line.status import OK
from ioscli.labs.errors import InputError, quoted
from ioscli.labs.transcripts.playback import Kind, Writer, notes, scenes, title
from ioscli.labs.transcripts.replay import Replay

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from ioscli.cli.matcher import Grammar
    from ioscli.labs.topology import Topology
    from ioscli.labs.transcripts.block import Block
    from ioscli.labs.transcripts.transcript import Transcript


def play(
    transcript: "Transcript", blocks: "Sequence[Block]", lab_file: Path, given: "Namespace"
) -> int:
    """Show the session as if it were typed; the exit status."""
    import sys

    from ioscli.servers.player import Act, Player

    speed = _speed(given.pace)
    writer = Writer(plain=not sys.stdout.isatty())
    acts = [
        Act(
            scene.number,
            [
                (cue.delay, writer.text(cue))
                for cue in scene.cues
                if cue.text or cue.kind is Kind.OUTPUT
            ],
        )
        for scene in scenes(transcript, blocks)
    ]
    step = Player(acts, speed).play()
    if step is None:
        return OK
    with ExitStack() as stack:
        topology, grammar = build(lab_file, given.seed)
        boot(topology, given, stack)
        session = Replay(topology, grammar, transcript)
        session.run(step)
        return go_on_live(session, topology, grammar, step, given)


def _speed(pace: str) -> float | None:
    """1 is reading pace; None: all at once."""
    if pace == "instant":
        return None
    if pace == "reading":
        return 1.0
    try:
        speed = float(pace)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 1000:
        raise InputError(f"--pace {quoted(pace)}: not reading, instant or a number such as 2")
    return speed


def listing(transcript: "Transcript", blocks: "Sequence[Block]") -> "Iterator[str]":
    """The steps by number, with the notes after them."""
    width = len(str(len(blocks) - 1))
    for number, block in enumerate(blocks):
        if number:
            yield f"{number:{width}}  {title(transcript, block)}"
        for paragraph in notes(block):
            yield f"{'':{width}}  | {paragraph}"


def step_of(
    transcript: "Transcript", grammar: "Grammar", lab_file: Path, given: "Namespace"
) -> int:
    """The number of the step that `--branch` names."""
    wanted: str = given.branch
    if wanted.isdecimal():
        return int(wanted)
    topology, _ = build(lab_file, given.seed)
    topology.boot()
    blocks = Replay(topology, grammar, transcript).run()
    lowered = wanted.lower()
    for number, block in enumerate(blocks):
        texts = [title(transcript, block), *notes(block)]
        if any(lowered in text.lower() for text in texts):
            return number
    raise InputError(f"--branch {quoted(wanted)}: neither step nor note holds it (see --steps)")


def go_on_live(
    session: Replay, topology: "Topology", grammar: "Grammar", step: int, given: "Namespace"
) -> int:
    """Open the consoles as they are after the steps that were replayed; the exit status."""
    from ioscli.labs.recording.adoption import Adoption
    from ioscli.servers.console import converse, page_length
    from ioscli.servers.pace import Pace

    if not topology.nodes:
        raise InputError("this lab has no node to type at", file=topology.lab.file)
    if step >= len(session.blocks):
        raise InputError(f"--branch {step}: there are {len(session.blocks) - 1} steps")
    node = session.blocks[-1].node or next(iter(topology.nodes))
    said = [f"live after step {step} of {session.transcript.file}"]
    if given.record is None:
        if session.transcript.recorded is None:
            for terminal in session.terminals.values():
                terminal.session.terminal.length = page_length()
        return converse(
            topology.nodes, grammar, node, Pace(), said, host=Adoption(session.terminals, None)
        )
    from ioscli.labs.recording.director import HELP, Director
    from ioscli.labs.recording.ledger import Ledger
    from ioscli.labs.recording.recorder import Recorder
    from ioscli.labs.transcripts.report import updated

    recorder = Recorder(
        topology.simulation,
        Ledger(Path(given.record)),
        updated(session.transcript, session.blocks),
        as_pasted=session.transcript.recorded is None,
    )
    gc.enable()
    try:
        return converse(
            topology.nodes,
            grammar,
            node,
            Pace(),
            [*said, f"recording to {given.record}; {HELP}"],
            clerk=lambda desk, _clock: Director(topology, recorder, desk.say),
            host=Adoption(session.terminals, recorder),
        )
    finally:
        recorder.finish()
