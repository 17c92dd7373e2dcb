"""`ioscli lint`: what becomes of configuration lines."""

from pathlib import Path
from typing import TYPE_CHECKING

from ioscli.command_line.status import CHECK_FAILED, OK

if TYPE_CHECKING:
    from argparse import Namespace

    from ioscli.command_line.parser import Commands
    from ioscli.labs.startup import Verdict


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser("lint", help="tell what becomes of each configuration line")
    parser.add_argument("configs", metavar="CONFIG", nargs="+")
    parser.set_defaults(command=lint)


def lint(given: "Namespace") -> int:
    """Carry it out; the exit status."""
    from ioscli.cli.matcher import load_grammar
    from ioscli.labs.lint import any_rejected, listing, summary
    from ioscli.labs.lint import lint as verdicts_on

    grammar = load_grammar()
    verdicts: list[Verdict] = []
    for name in given.configs:
        found = verdicts_on(grammar, Path(name))
        for line in listing(found):
            print(line)
        print(f"{name}: {summary(found)}")
        verdicts += found
    if len(given.configs) > 1:
        print(f"all: {summary(verdicts)}")
    return CHECK_FAILED if any_rejected(verdicts) else OK
