"""How text looks on a student's terminal: rich, turned into strings that any console shows."""

import io
import re
import shutil
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

_WIDEST = 100
"""Columns; longer lines are hard to read."""
_WITHOUT_TERMINAL = 80
_TYPED = re.compile(r"`[^`\n]+(?:\n[^`\n]+)?`")
"""Prose may break a line within it, once."""

HEADING = "bold"
TYPED = "bold cyan"
"""What is to be typed."""
GOOD = "bold green"
BAD = "bold red"
QUIET = "dim"


class Screen:
    """A terminal so many columns wide; without colour, there are no escape sequences at all."""

    def __init__(
        self,
        width: int = _WITHOUT_TERMINAL,
        height: int | None = None,
        *,
        colour: bool = False,
    ) -> None:
        self.width = width
        self.height = height
        """Rows; None: this is no terminal, and nobody waits before it."""
        self.colour = colour

    @classmethod
    def present(cls) -> "Screen":
        """The one that standard output leads to."""
        if not sys.stdout.isatty():
            return cls()
        size = shutil.get_terminal_size()
        reads = sys.stdin is not None and sys.stdin.isatty()
        return cls(min(size.columns, _WIDEST), size.lines if reads else None, colour=True)

    def render(self, *parts: "RenderableType") -> str:
        """Parts below one another, as text with line ends."""
        paper = io.StringIO()
        console = Console(
            file=paper,
            width=self.width,
            force_terminal=self.colour,
            color_system="standard" if self.colour else None,
            highlight=False,
            markup=False,
            emoji=False,
        )
        for part in parts:
            console.print(part)
        # What is padded to a column's width does not have to be printed.
        return "".join(f"{line.rstrip(' ')}\n" for line in paper.getvalue().splitlines())


def prose(text: str, style: str = "") -> Text:
    """Text of an exercise or of ours: what stands in backticks is to be typed."""
    found = Text(text, style=style, overflow="fold")
    found.highlight_regex(_TYPED, TYPED)
    return found


def heading(text: str) -> Text:
    """A line that something begins with."""
    return Text(text, style=HEADING)


def clock(seconds: float) -> str:
    """`4:05`, `1:00:00`."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def minutes(seconds: float) -> str:
    """`1 minute`, `20 minutes`."""
    whole = max(1, round(seconds / 60))
    return f"{whole} minute{'' if whole == 1 else 's'}"


def several(number: int, noun: str) -> str:
    """`1 point`, `2 points`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def first_sentence(text: str) -> str:
    """What a list has room for."""
    found = re.match(r"(.+?[.?!])(?=\s+[A-Z`])", text, re.DOTALL)
    return found[1] if found else text
