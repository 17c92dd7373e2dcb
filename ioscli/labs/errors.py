"""What is said when something the user handed in is wrong: file, line, reason, on one line."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Longest piece of user text that a message repeats.
_LONGEST_QUOTE = 80


class InputError(Exception):
    """A lab, configuration, transcript or argument is wrong (exit status 2).

    `str()` is the whole message: `file:line: reason`, without the parts that are not known.
    """

    def __init__(self, reason: str, *, file: object = None, line: int | None = None) -> None:
        where = "" if file is None else f"{file}:" if line is None else f"{file}:{line}:"
        super().__init__(f"{where} {reason}".strip())
        self.reason = reason
        self.file = file
        self.line = line


def quoted(text: str) -> str:
    """User text for use in a message: quoted, on one line, without control characters, short."""
    if len(text) > _LONGEST_QUOTE:
        text = text[: _LONGEST_QUOTE - 3] + "..."
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in text) + '"'


def suggestion(word: str, known: "Iterable[str]") -> str:
    """` (did you mean "delay"?)`, or what there is to choose from."""
    known = sorted(known)
    near = get_close_matches(word, known, n=1)
    if near:
        return f" (did you mean {quoted(near[0])}?)"
    return f" (known: {', '.join(known)})" if known else ""
