"""Choosing an exercise: a table with numbers on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterable, Sequence
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
A number, or an exercise's name, opens it. A word shows only what fits: a scope (`ENARSI`), a
topic (`ENARSI 2.1`), a difficulty (`first-steps`, `easy`, `medium`, `hard`, `expert`). `all`
shows everything again, Enter alone the list. `q` leaves.
New to routers? Take one that says first-steps or easy; its first screen explains the rest."""


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


def table(entries: Sequence[Entry], now: datetime, title: str) -> "list[RenderableType]":
    """The same for a terminal, with numbers."""
    shown = Table(box=None, padding=(0, 2, 0, 0), header_style=QUIET)
    shown.add_column("", justify="right")
    shown.add_column("exercise", overflow="fold")
    shown.add_column("level", no_wrap=True)
    shown.add_column("time", justify="right", no_wrap=True)
    shown.add_column("best", justify="right", no_wrap=True)
    shown.add_column("for", overflow="fold")
    shown.add_column("")
    for number, entry in enumerate(entries, start=1):
        exercise = entry.exercise
        best = "" if entry.best is None else str(entry.best)
        style = {Standing.DUE: "bold yellow", Standing.NEW: ""}.get(entry.standing, QUIET)
        shown.add_row(
            Text(str(number), style=TYPED),
            Text(exercise.name, style="bold"),
            exercise.difficulty.value,
            f"{minutes(exercise.time / SECOND).split()[0]} min",
            Text(f"{best}/{exercise.points}", style=GOOD if entry.passed else ""),
            " ".join(exercise.scopes),
            Text(entry.state(now), style=style),
        )
    due = sum(entry.standing is Standing.DUE for entry in entries)
    said = f"{several(len(entries), 'exercise')}{f' ({title})' if title else ''}"
    said += f", {due} due for repetition" if due else ""
    return [heading(said), shown]


def choose(
    look: Callable[[Wanted], Sequence[Entry]],
    wanted: Wanted,
    screen: "Screen",
    now: Callable[[], datetime],
) -> str | None:
    """Ask until an exercise is chosen: its name; None: the student leaves."""
    found = look(wanted)
    _print(screen, table(found, now(), wanted.words))
    while True:
        _print(screen, [prose("A number opens an exercise, `?` says what else, `q` leaves.")])
        line = _ask()
        if line is None or line.lower() in ("q", "quit", "exit", ":q", ":quit"):
            return None
        if line in ("?", "help", ":help"):
            _print(screen, [prose(_HELP)])
            continue
        if line.isdecimal():
            if 1 <= int(line) <= len(found):
                return found[int(line) - 1].exercise.name
            _print(screen, [prose(f"There is no number {line[:20]} in the list.")])
            continue
        known = {entry.exercise.name for entry in look(Wanted())}
        if line in known:
            return line
        word = Wanted() if line.lower() in ("", "all") else read_word(line)
        if line == "":
            word = wanted
        if word is None:
            fits = [name for name in sorted(known) if name.startswith(line)]
            if len(fits) == 1:
                return fits[0]
            _print(screen, [prose(f"{line[:60]!r} is no number, name, scope, topic or level.")])
            continue
        wanted = word
        found = look(wanted)
        _print(screen, table(found, now(), wanted.words))


def _ask() -> str | None:
    try:
        return input("> ").strip()
    except EOFError:
        print()
        return None


def _print(screen: "Screen", parts: "Sequence[RenderableType]") -> None:
    sys.stdout.write(screen.render(*parts))
    sys.stdout.flush()
