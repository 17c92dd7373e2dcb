"""`ioscli replay`: transcripts typed, printed, compared, watched, exported, and gone on from."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ioscli.command_line.opening import DEFAULT_SEED, add_simulation_options, boot, build
from ioscli.command_line.status import CHECK_FAILED, OK

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ioscli.command_line.parser import Commands
    from ioscli.labs.labfile import Lab
    from ioscli.labs.transcripts.block import Block
    from ioscli.labs.transcripts.transcript import Transcript


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser("replay", help="type a transcript, and print or check the session")
    parser.add_argument("transcript", metavar="TRANSCRIPT", help="a .ios file, or LAB/NAME")
    parser.add_argument(
        "--lab", help="default: the lab folder that holds the transcript, or what a recording says"
    )
    parser.add_argument(
        "--check",
        nargs="?",
        const="exact",
        choices=("exact", "shape"),
        help="compare with the transcript's output: whole lines, or what two routers share",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--update", action="store_true", help="rewrite the transcript's output as it is now"
    )
    parser.add_argument("--play", action="store_true", help="show the session as it was typed")
    parser.add_argument(
        "--pace",
        default="reading",
        metavar="reading|instant|X",
        help="how fast --play goes: at reading pace, all at once, or X times as fast as reading",
    )
    parser.add_argument("--steps", action="store_true", help="list the steps by number")
    parser.add_argument(
        "--branch",
        metavar="STEP",
        help="go on live after a step: its number, or a text in it or in a note",
    )
    parser.add_argument(
        "--record", metavar="FILE", help="with --branch or --play: record what is done live"
    )
    parser.add_argument("--cast", metavar="FILE", help="write an asciicast, version 3")
    parser.add_argument("--html", metavar="FILE", help="write a page that needs nothing else")
    add_simulation_options(parser)
    parser.set_defaults(command=replay, seed=None)


def replay(given: "Namespace") -> int:
    """Carry it out; the exit status."""
    from ioscli.labs.catalogue import find_transcript
    from ioscli.labs.errors import InputError
    from ioscli.labs.transcripts.replay import Replay
    from ioscli.labs.transcripts.transcript import Transcript

    _exclude(given, "update", "check")
    _exclude(given, "play", "branch")
    _exclude(given, "play", "check")
    _exclude(given, "branch", "check")
    if given.record is not None and not (given.play or given.branch is not None):
        raise InputError("--record goes with --branch or --play")
    file = find_transcript(given.transcript)
    transcript = Transcript.read(file)
    lab_file = _lab_of(given, file, transcript)
    recorded = transcript.recorded
    if given.seed is None:
        given.seed = DEFAULT_SEED if recorded is None else recorded.seed
    with ExitStack() as stack:
        topology, grammar = build(lab_file, given.seed)
        boot(topology, given, stack)
        session = Replay(topology, grammar, transcript)
        if given.branch is not None:
            from ioscli.command_line.branching import go_on_live, step_of

            step = step_of(transcript, grammar, lab_file, given)
            session.run(step)
            return go_on_live(session, topology, grammar, step, given)
        blocks = session.run()
    return _present(given, transcript, blocks, lab_file, topology.lab)


def _exclude(given: "Namespace", one: str, other: str) -> None:
    from ioscli.labs.errors import InputError

    if getattr(given, one) and getattr(given, other):
        raise InputError(f"--{one} and --{other} exclude each other")


def _lab_of(given: "Namespace", file: Path, transcript: "Transcript") -> Path:
    from ioscli.labs.catalogue import find_lab, lab_of, shipped_labs
    from ioscli.labs.errors import InputError

    if given.lab is not None:
        return find_lab(given.lab)
    header = transcript.recorded
    if header is not None and header.lab is not None:
        named = header.lab if header.lab in shipped_labs() else str(file.parent / header.lab)
        return find_lab(named)
    lab = lab_of(file)
    if lab is None:
        raise InputError("no lab folder holds this transcript; name one with --lab", file=file)
    return lab


def _present(
    given: "Namespace",
    transcript: "Transcript",
    blocks: "Sequence[Block]",
    lab_file: Path,
    lab: "Lab",
) -> int:
    from ioscli.labs.transcripts import report

    exported = _export(given, transcript, blocks, lab)
    if given.update:
        transcript.file.write_text(report.updated(transcript, blocks), encoding="utf-8")
        return OK
    if given.play:
        from ioscli.command_line.branching import play

        return play(transcript, blocks, lab_file, given)
    if given.steps:
        from ioscli.command_line.branching import listing

        for line in listing(transcript, blocks):
            print(line)
    elif given.format == "json":
        print(report.as_json(blocks))
    elif given.check is None and not exported:
        for line in report.as_text(blocks):
            print(line)
    if given.check is None:
        return OK
    return _checked(list(report.findings(transcript, blocks, given.check)), given, len(blocks) - 1)


def _export(
    given: "Namespace", transcript: "Transcript", blocks: "Sequence[Block]", lab: "Lab"
) -> bool:
    """Write the files that are asked for; whether any was."""
    heading = f"{lab.name}: {transcript.file.stem}"
    if given.cast is not None:
        from ioscli.labs.transcripts.cast import cast
        from ioscli.labs.transcripts.playback import scenes

        lines = cast(heading, scenes(transcript, blocks))
        _write(given.cast, "".join(f"{line}\n" for line in lines))
    if given.html is not None:
        from ioscli.labs.transcripts.page import page

        text = page(heading, lab.description, list(lab.nodes), transcript, blocks)
        _write(given.html, text)
    return given.cast is not None or given.html is not None


def _write(name: str, text: str) -> None:
    from ioscli.labs.errors import InputError

    try:
        Path(name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", file=name) from None


def _checked(findings: list[str], given: "Namespace", steps: int) -> int:
    # With JSON on standard output, the verdict goes where it does not spoil it.
    stream: TextIO = sys.stderr if given.format == "json" else sys.stdout
    for line in findings:
        print(line, file=stream)
    if findings:
        return CHECK_FAILED
    print(f"{given.transcript}: {steps} steps, all as expected ({given.check})", file=stream)
    return OK
