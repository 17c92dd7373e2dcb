"""`ioscli replay`: transcripts typed, printed, compared."""

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, TextIO

from ioscli.command_line.opening import add_simulation_options, boot, build
from ioscli.command_line.status import CHECK_FAILED, OK

if TYPE_CHECKING:
    from argparse import Namespace

    from ioscli.command_line.parser import Commands


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser("replay", help="type a transcript, and print or check the session")
    parser.add_argument("transcript", metavar="TRANSCRIPT", help="a .ios file, or LAB/NAME")
    parser.add_argument("--lab", help="default: the lab folder that holds the transcript")
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
    add_simulation_options(parser)
    parser.set_defaults(command=replay)


def replay(given: "Namespace") -> int:
    """Carry it out; the exit status."""
    from ioscli.labs.catalogue import find_lab, find_transcript, lab_of
    from ioscli.labs.errors import InputError
    from ioscli.labs.replay import Replay
    from ioscli.labs.transcript import Transcript

    if given.update and given.check:
        raise InputError("--update and --check exclude each other")
    file = find_transcript(given.transcript)
    transcript = Transcript.read(file)
    lab = lab_of(file) if given.lab is None else find_lab(given.lab)
    if lab is None:
        raise InputError("no lab folder holds this transcript; name one with --lab", file=file)
    with ExitStack() as stack:
        topology, grammar = build(lab, given.seed)
        boot(topology, given, stack)
        blocks = Replay(topology, grammar, transcript).run()
    from ioscli.labs import report

    if given.update:
        file.write_text(report.updated(transcript, blocks), encoding="utf-8")
        return OK
    if given.format == "json":
        print(report.as_json(blocks))
    elif given.check is None:
        for line in report.as_text(blocks):
            print(line)
    if given.check is None:
        return OK
    return _checked(list(report.findings(transcript, blocks, given.check)), given, len(blocks) - 1)


def _checked(findings: list[str], given: "Namespace", steps: int) -> int:
    # With JSON on standard output, the verdict goes where it does not spoil it.
    stream: TextIO = sys.stderr if given.format == "json" else sys.stdout
    for line in findings:
        print(line, file=stream)
    if findings:
        return CHECK_FAILED
    print(f"{given.transcript}: {steps} steps, all as expected ({given.check})", file=stream)
    return OK
