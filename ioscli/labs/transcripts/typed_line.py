"""A command line in a transcript: the text, and the key that ended it."""

from enum import Enum, auto


class Ending(Enum):
    """The key that ended a line."""

    ENTER = auto()
    HELP = auto()
    """`?`: written as the last letter, as the screen shows it."""
    SUSPEND = auto()
    """Ctrl-Z, written `^Z` as the screen shows it."""
    INTERRUPT = auto()
    """Ctrl-C, written `^C` on a line that holds nothing else."""


_SUSPEND = "^Z"
_INTERRUPT = "^C"
_QUOTE = "^V"
"""Ctrl-V before the last letter: it is one, and no key."""


def read_line(line: str, *, literal: bool) -> tuple[str, Ending]:
    """What was typed, and how it ended; literal: `?` is a letter (at a Linux host)."""
    if line[-3:-1] == _QUOTE:
        return line[:-3] + line[-1], Ending.ENTER
    if line.endswith("?") and not literal:
        return line[:-1], Ending.HELP
    if line.endswith(_SUSPEND):
        return line.removesuffix(_SUSPEND), Ending.SUSPEND
    if line == _INTERRUPT:
        return "", Ending.INTERRUPT
    return line, Ending.ENTER


def write_line(text: str, ending: Ending, *, literal: bool) -> str:
    """How a line stands in a transcript."""
    match ending:
        case Ending.HELP:
            return f"{text}?"
        case Ending.SUSPEND:
            return f"{text}{_SUSPEND}"
        case Ending.INTERRUPT:
            return _INTERRUPT
        case Ending.ENTER:
            quoted = read_line(text, literal=literal) != (text, Ending.ENTER)
            return f"{text[:-1]}{_QUOTE}{text[-1]}" if quoted else text
