"""`ioscli labs`."""

from typing import TYPE_CHECKING

from ioscli.command_line.status import OK

if TYPE_CHECKING:
    from argparse import Namespace

    from ioscli.command_line.parser import Commands


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser("labs", help="list the labs that come with the program")
    parser.set_defaults(command=labs)


def labs(_: "Namespace") -> int:
    """Carry it out; the exit status."""
    from ioscli.labs.catalogue import DEFAULT_LAB, find_lab, shipped_labs, transcripts_of
    from ioscli.labs.labfile import read_lab

    for name in shipped_labs():
        lab = read_lab(find_lab(name))
        mark = " (default)" if name == DEFAULT_LAB else ""
        print(f"{name}{mark}: {lab.description}")
        print(f"  nodes: {', '.join(lab.nodes)}")
        transcripts = " ".join(f"{name}/{stem}" for stem in transcripts_of(lab.folder))
        if transcripts:
            print(f"  transcripts: {transcripts}")
    return OK
