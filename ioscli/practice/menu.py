"""Choosing an exercise: a table with numbers on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ioscli.model.instant import SECOND
from ioscli.practice.lettering import (
    GOOD,
    QUIET,
    TYPED,
    heading,
    minutes,
    prose,
    several,
)
from ioscli.practice.selection import Entry, Standing, Wanted, read_word

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ioscli.practice.lettering import Screen

_HELP = """\
A number, or an exercise's name, opens it; Enter alone shows the next ones. A word shows only what
fits: a scope (`ENARSI`), a topic (`ENARSI 2.1`), a difficulty (`first-steps`, `easy`, `medium`,
`hard`, `expert`); `all` shows everything again. `q` leaves.
In brackets are the certification exams that an exercise is of use for.
New to routers? Take one that says first-steps or easy; its first screens explain the rest."""
_ROWS = 24
"""Of a terminal that does not say."""
_WELCOME = "Welcome. The easiest come first: 1 is a good one to begin with."
_ASK = "A number opens an exercise, {more}`?` says what else, `q` leaves."


def listing(entries: Iterable[Entry], now: datetime) -> Iterable[str]:
    """Two lines for each exercise, for whoever reads without a terminal."""
    for entry in entries:
        exercise = entry.exercise
        best = "" if entry.best is None else f", best {entry.best}"
        yield f"{exercise.name}: {exercise.goal}"
        yield (
            f"  {exercise.difficulty.value}, {minutes(exercise.time / SECOND)}, "
            f"{several(exercise.points, 'point')}{best}; {', '.join(exercise.topics)}; "
            f"{entry.state(now)}"
        )


def table(
    entries: Sequence[Entry], now: datetime, title: str, first: int = 0, most: int | None = None
) -> "list[RenderableType]":
    """The same for a terminal, with numbers: so many entries, from one of them on."""
    end = len(entries) if most is None else min(len(entries), first + most)
    shown = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    shown.add_column(justify="right", no_wrap=True)
    shown.add_column(ratio=1, overflow="fold")
    for number in range(first, end):
        shown.add_row(Text(str(number + 1), style=TYPED), _described(entries[number], now))
    due = sum(entry.standing is Standing.DUE for entry in entries)
    said = f"{several(len(entries), 'exercise')}{f' ({title})' if title else ''}"
    said += f", {due} due for repetition" if due else ""
    said += f"; {first + 1} to {end}" if end - first < len(entries) and entries else ""
    return [heading(said), shown]


def _described(entry: Entry, now: datetime) -> Text:
    """What it is, where one stands with it; below that what it is good for."""
    exercise = entry.exercise
    points = f"{'' if entry.best is None else entry.best}/{exercise.points}"
    style = {Standing.DUE: "bold yellow", Standing.NEW: ""}.get(entry.standing, QUIET)
    return Text.assemble(
        (exercise.name, "bold"),
        f"  {exercise.difficulty.value}, {minutes(exercise.time / SECOND)}, ",
        (f"best {points}" if entry.best is not None else several(exercise.points, "point"),
         GOOD if entry.passed else ""),
        ", ",
        (entry.state(now), style),
        (f"  [{' '.join(exercise.scopes)}]", QUIET),
        "\n",
        prose(exercise.goal),
    )  # fmt: skip


class Menu:
    """Asks until an exercise is chosen. look: what fits, the most worth doing first."""

    def __init__(
        self,
        look: Callable[[Wanted], Sequence[Entry]],
        wanted: Wanted,
        screen: "Screen",
        now: Callable[[], datetime],
        *,
        newcomer: bool = False,
    ) -> None:
        self._newcomer = newcomer
        self._look = look
        self._wanted = wanted
        self._screen = screen
        self._now = now
        self._found: Sequence[Entry] = ()
        self._first = 0

    def choose(self) -> str | None:
        """The name of an exercise; None: the student leaves."""
        self._show(self._wanted)
        if self._newcomer:
            self._newcomer = False
            self._print([prose(_WELCOME)])
        while True:
            more = "Enter shows more, " if self._most < len(self._found) else ""
            self._print([prose(_ASK.format(more=more))])
            line = _ask()
            if line is None or line.lower() in ("q", "quit", "exit", ":q", ":quit"):
                return None
            name = self._take(line)
            if name is not None:
                return name

    def _take(self, line: str) -> str | None:
        """What a line asks for is shown; the name of an exercise is given back."""
        if line in ("?", "help", ":help"):
            self._print([prose(_HELP)])
        elif not line:
            self._turn()
        elif line.isdecimal():
            if 1 <= int(line) <= len(self._found):
                return self._found[int(line) - 1].exercise.name
            self._print([prose(f"There is no number {line[:20]} in the list.")])
        else:
            return self._take_word(line)
        return None

    def _take_word(self, word: str) -> str | None:
        known = {entry.exercise.name for entry in self._look(Wanted())}
        if word in known:
            return word
        wanted = Wanted() if word.lower() == "all" else read_word(word)
        if wanted is not None:
            self._show(wanted)
            return None
        fits = [name for name in known if name.startswith(word)]
        if len(fits) == 1:
            return fits[0]
        self._print([prose(f"{word[:60]!r} is no number, name, scope, topic or level.")])
        return None

    def _show(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._found = self._look(wanted)
        self._first = 0
        self._show_page()

    def _turn(self) -> None:
        """The next page, and after the last one the first."""
        self._first += self._most
        if self._first >= len(self._found):
            self._first = 0
        self._show_page()

    def _show_page(self) -> None:
        self._print(table(self._found, self._now(), self._wanted.words, self._first, self._most))

    @property
    def _most(self) -> int:
        """Entries that fit on the screen; most have a line for what they are about."""
        rows = _ROWS if self._screen.height is None else self._screen.height
        return max(3, (rows - 8) // 3)

    def _print(self, parts: "Sequence[RenderableType]") -> None:
        sys.stdout.write(self._screen.render(*parts))
        sys.stdout.flush()


def _ask() -> str | None:
    with suppress(ImportError):
        import readline  # noqa: F401 - with it, input() lets the line be edited
    try:
        return input("> ").strip()
    except EOFError:
        print()
        return None
