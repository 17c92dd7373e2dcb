"""All commands together: from words to what is to be done."""

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from ioscli.command_line.status import OK, WRONG_INPUT

Command = Callable[[argparse.Namespace], int]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

#: Modules of this package, each with an `add`, in the order of `--help`.
_COMMANDS = ("labs", "run", "replay", "explain", "lint", "practice", "lab", "grade")


def parse(words: list[str]) -> tuple[Command, argparse.Namespace]:
    """What to do, and with what; ends the program where the words are wrong, or ask for help."""
    given = _parser().parse_args(_with_check_level(words))
    command: Command = given.command
    return command, given


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ioscli",
        description="Cisco IOS-style routers without a Cisco image. "
        "Without a command: the default lab, at R1's console.",
    )
    parser.add_argument("--version", action="store_true", help="print the version and leave")
    parser.set_defaults(command=_version)
    commands = parser.add_subparsers(metavar="COMMAND")
    for name in _COMMANDS:
        import_module(f"ioscli.command_line.{name}").add(commands)
    return parser


def _with_check_level(words: list[str]) -> list[str]:
    """Keep `--check TRANSCRIPT` from taking the transcript for the level."""
    return [
        "--check=exact"
        if word == "--check" and words[index + 1 : index + 2] not in (["exact"], ["shape"])
        else word
        for index, word in enumerate(words)
    ]


def _version(given: argparse.Namespace) -> int:
    if not given.version:
        _parser().print_help(sys.stderr)
        return WRONG_INPUT
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(f"ioscli {version('ioscli')}")
    except PackageNotFoundError:
        print("ioscli, not installed: run from a checkout")
    return OK
