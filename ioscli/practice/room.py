"""The console of an exercise: somebody sits down, types, and gets up."""

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.practice import wording
from ioscli.practice.attempt import Attempt, Mode
from ioscli.practice.clerk import Clerk
from ioscli.practice.lettering import minutes, prose, several
from ioscli.practice.page import Page, next_steps
from ioscli.practice.page_html import as_html
from ioscli.practice.page_shown import page_parts

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ioscli.exercises.exercise import Exercise
    from ioscli.exercises.marking import Result
    from ioscli.practice.lettering import Screen
    from ioscli.practice.sitting import Sitting
    from ioscli.servers.desk import Desk
    from ioscli.servers.pace import Clock, Pace


class Ending(Enum):
    """How somebody got up."""

    LEFT = auto()
    """To come back."""
    OVER = auto()
    """The attempt has ended; in an exam, it is to be marked."""


class Pages(NamedTuple):
    """Where result pages go."""

    folder: Path | None
    """Each one into a file of its own there; None: nowhere."""
    file: Path | None
    """The last one goes there as well."""

    def write(self, pages: Sequence[Page], moment: datetime) -> list[str]:
        """Write one; where it is, or why it is nowhere."""
        targets = [] if self.file is None else [self.file]
        if self.folder is not None:
            names = "exam" if len(pages) > 1 else pages[0].exercise.name
            stem = f"{moment.astimezone():%Y-%m-%d-%H%M%S}-{Path(names).name}"
            targets.append(self.folder / f"{stem}.html")
        said = []
        for target in targets:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(as_html(pages), encoding="utf-8")
            except OSError as error:
                said.append(f"% {target}: the result page cannot be written: {error.strerror}")
            else:
                said.append(f"This page as a file for a browser: {target}")
        return said


def sit_down(
    sitting: "Sitting",
    screen: "Screen",
    pace: "Pace",
    pages: Pages,
    catalogue: "Callable[[], Iterable[Exercise]]",
    remarks: Sequence[str] = (),
) -> Ending:
    """Let somebody work at an exercise until they leave.

    catalogue: the other exercises, for what may follow. remarks: said at the very start. Raises
    OSError where nothing can be kept.
    """
    from ioscli.servers.console import converse

    exercise, network = sitting.exercise, sitting.network
    clerks: list[Clerk] = []

    def finished(attempt: Attempt, result: "Result") -> "Sequence[RenderableType]":
        steps = next_steps(
            sitting.assignment, sitting.progress.attempts, catalogue(), sitting.watches.now()
        )
        page = Page(exercise, attempt, result, steps)
        said = pages.write([page], attempt.finished)
        return [*page_parts(page), *map(prose, said)]

    def make_clerk(desk: "Desk", clock: "Clock") -> Clerk:
        clerks.append(Clerk(sitting, screen, desk, clock, finished))
        return clerks[0]

    sitting.keep()
    converse(
        network.topology.nodes,
        sitting.grammar,
        network.first,
        pace,
        _welcomed(sitting, screen, remarks),
        make_clerk,
    )
    submitted = False
    for clerk in clerks:
        clerk.close()
        submitted = clerk.submitted
    complaints = sitting.leave()
    if sitting.over or submitted:
        ending = Ending.OVER
    else:
        ending = Ending.LEFT
        complaints.append(_farewell(sitting))
    if sys.stdout is not None:
        print(screen.render(*map(prose, complaints)), end="", flush=True)
    return ending


def _welcomed(sitting: "Sitting", screen: "Screen", remarks: Sequence[str]) -> list[str]:
    """Say what the exercise is about; the lines that are to stand above the first prompt.

    Where not all of it fits on the terminal, the tasks are read first; but an exam's clock waits
    for nobody.
    """
    briefing = screen.render(*map(prose, remarks), *wording.briefing(sitting.exercise))
    newcomer = not any(attempt.passed for attempt in sitting.progress.attempts)
    below = screen.render(
        *wording.orientation(sitting.exercise, sitting.mode, newcomer=newcomer),
        *map(prose, _situation(sitting)),
    )
    rows = (briefing + below).count("\n")
    if screen.height is not None and rows >= screen.height and sitting.deadline is None:
        _read_out(briefing, screen.height, f"sit down at {sitting.network.first}")
        briefing = "\n"
    return (briefing + below).rstrip("\n").split("\n")


def _read_out(text: str, height: int, then: str) -> None:
    """Print a screen full at a time; Enter leads on."""
    lines = text.splitlines(keepends=True)
    room = max(1, height - 1)
    for start in range(0, len(lines), room):
        onward = "read on" if start + room < len(lines) else then
        print(
            "".join(lines[start : start + room]) + f"Press Enter to {onward}. ", end="", flush=True
        )
        sys.stdin.readline()  # input() would leave the terminal's echo to readline, or not


def _situation(sitting: "Sitting") -> Iterable[str]:
    """What is special about sitting down now."""
    if sitting.continued:
        spent = f"{minutes(sitting.seconds)} so far"
        hints = f", {several(sum(sitting.hints), 'hint')}" if any(sitting.hints) else ""
        yield (
            f"You go on where you left ({spent}{hints}). `:reset` puts the routers back to the "
            f"start; `ioscli practice {sitting.assignment.typed} --fresh` begins again."
        )
    left = sitting.seconds_left
    if left is not None:
        yield f"This is an exam: {minutes(left)} left. `:time` says how long still."


def _farewell(sitting: "Sitting") -> str:
    if sitting.progress.folder is None:
        return "Nothing is kept, as `--no-state` asks."
    name = sitting.assignment.typed
    if sitting.mode is Mode.EXAM:
        return "Saved; but the clock goes on. `ioscli practice --exam` leads back to the exam."
    return f"Saved. `ioscli practice {name}` goes on here."
