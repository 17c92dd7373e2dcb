"""What IOS prints for a line that it does not take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.cli.results import Ambiguous, Incomplete, Invalid

if TYPE_CHECKING:
    from ioscli.cli.pipes import PipeError
    from ioscli.cli.results import Args

INCOMPLETE = ("% Incomplete command.", "")

#: Commands that answer with a hint where they stand alone.
LIST_WORDS = ("show", "clear")


class Refusal(Exception):  # noqa: N818 - the operator's mistake, not the program's
    """Raised by a handler for a value that the grammar took and the router does not.

    argument: the one to point at with `^`; None: the text alone is printed.
    """

    def __init__(self, text: str = "", argument: str | None = None) -> None:
        super().__init__(text or argument)
        self.text = text
        self.argument = argument


def explain(
    prompt: str, text: str, error: Invalid | Ambiguous | Incomplete, alone: str | None = None
) -> Iterator[str]:
    """The lines about a refused line; `alone` is the list word that it consists of, if any.

    IOS echoes the line itself, so that columns count from the start of the prompt.
    """
    match error:
        case Invalid(position):
            yield from caret(len(prompt) + position)
        case Ambiguous():
            yield f'% Ambiguous command:  "{_without_do(text)}"'
        case Incomplete():
            if alone is not None:
                yield f'% Type "{alone} ?" for a list of subcommands'
            else:
                yield from INCOMPLETE


def caret(column: int) -> Iterator[str]:
    """The `^` line and what follows it."""
    yield " " * column + "^"
    yield "% Invalid input detected at '^' marker."
    yield ""


def refused(prompt: str, args: Args, refusal: Refusal) -> Iterator[str]:
    """The lines about a handler's refusal."""
    if refusal.argument is not None:
        yield from caret(len(prompt) + args.column(refusal.argument))
    if refusal.text:
        yield refusal.text


def pipe_error(prompt: str, error: PipeError) -> Iterator[str]:
    """The lines about a wrong output modifier."""
    if error.column is not None:
        yield from caret(len(prompt) + error.column)
    elif error.text is not None:
        yield error.text
    else:
        yield from INCOMPLETE


def _without_do(text: str) -> str:
    """The command itself: what IOS quotes as ambiguous."""
    words = text.strip().split(maxsplit=1)
    return words[1] if words and words[0].lower() == "do" and len(words) == 2 else text.strip()
