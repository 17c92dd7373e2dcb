"""An exam: exercises one after the other, against the clock, without help.

What is written down lets it go on after the program was killed: which exercises, which one is at
hand, when it ends. The routers' files lie beside it. It is marked at the end, from what each of
its exercises' routers ran when it was handed in.
"""

import json
import random
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.answer import Answer
from ioscli.exercises.marking import Result, mark
from ioscli.labs.durable import read, synchronise, write
from ioscli.labs.errors import InputError
from ioscli.labs.store import LabStore
from ioscli.practice.assignment import assigned, called
from ioscli.practice.attempt import Attempt, Mode
from ioscli.practice.lettering import minutes, prose, several
from ioscli.practice.network import kept_answer
from ioscli.practice.page import Page, next_steps
from ioscli.practice.page_shown import exam_parts
from ioscli.practice.room import Ending, Pages, sit_down
from ioscli.practice.scoring import scores
from ioscli.practice.sitting import Sitting, Watches
from ioscli.router.filesystem import StoredFile

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.exercise import Exercise
    from ioscli.practice.lettering import Screen
    from ioscli.practice.progress import Progress
    from ioscli.servers.pace import Pace

_FILE = "exam"
REMEDY = "move it away, or begin again with `ioscli practice --exam --fresh`"


class Exam(NamedTuple):
    """One that goes on."""

    exercises: tuple[str, ...]
    """What `ioscli.exercises.catalogue.find_exercise` takes."""
    started: datetime
    ends: datetime
    at: int = 0
    """How many were handed in."""

    def as_json(self) -> str:
        """To be kept."""
        moments = {"started": self.started.isoformat(), "ends": self.ends.isoformat()}
        return json.dumps(self._asdict() | moments) + "\n"

    @classmethod
    def of_json(cls, text: str) -> "Exam":
        """Raises ValueError for anything that `as_json` did not write."""
        it = json.loads(text)
        try:
            exam = cls(
                tuple(it["exercises"]),
                datetime.fromisoformat(it["started"]),
                datetime.fromisoformat(it["ends"]),
                it["at"],
            )
        except (KeyError, TypeError):
            raise ValueError("not an exam") from None
        names_fit = exam.exercises and all(isinstance(name, str) for name in exam.exercises)
        zones = exam.started.tzinfo is not None and exam.ends.tzinfo is not None
        if not (names_fit and zones and isinstance(exam.at, int) and exam.at >= 0):
            raise ValueError("not an exam")
        return exam


def draw(exercises: Sequence["Exercise"], count: int, seed: int) -> list["Exercise"]:
    """So many of them, in an order that the seed decides. Raises InputError for none."""
    if not exercises:
        raise InputError("no exercise fits what is asked for")
    names = sorted(exercises, key=lambda it: it.name)
    return random.Random(seed).sample(names, min(count, len(names)))


class ExamFolder:
    """Where the exam at hand is kept; folder: None keeps it in memory alone."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def read(self) -> Exam | None:
        """The exam at hand. Raises InputError where its file is damaged."""
        if self._folder is None or not (self._folder / _FILE).exists():
            return None
        path = self._folder / _FILE
        try:
            return Exam.of_json(read(path, REMEDY).content.decode())
        except ValueError:
            raise InputError(f"damaged, not an exam; {REMEDY}", file=path) from None

    def write(self, exam: Exam) -> None:
        """Raises OSError."""
        if self._folder is not None:
            write(self._folder, _FILE, StoredFile(exam.as_json().encode(), None))

    def store(self, exercise: "Exercise") -> LabStore | None:
        """Where an exercise's routers keep their files."""
        if self._folder is None:
            return None
        return LabStore(self._folder / "networks", exercise.lab, REMEDY)

    def forget(self) -> None:
        """There is no exam any more. Raises OSError."""
        if self._folder is None or not self._folder.exists():
            return
        # The exam first: without it, the rest counts for nothing.
        (self._folder / _FILE).unlink(missing_ok=True)
        synchronise(self._folder)
        with suppress(FileNotFoundError):
            shutil.rmtree(self._folder / "networks")


class Examination:
    """Somebody takes an exam. exercises: those of the exam, in order."""

    def __init__(
        self,
        exam: Exam,
        exercises: Sequence["Exercise"],
        folder: ExamFolder,
        grammar: "Grammar",
        progress: "Progress",
        watches: Watches,
        screen: "Screen",
    ) -> None:
        self._exam = exam
        self._exercises = exercises
        self._folder = folder
        self._grammar = grammar
        self._progress = progress
        self._watches = watches
        self._screen = screen
        self._answers: dict[str, Answer] = {}

    def take(
        self, pace: "Pace", pages: Pages, catalogue: "Callable[[], Iterable[Exercise]]"
    ) -> bool:
        """Go on until everything is handed in, or the time is up; False: the student left.

        Raises InputError where a lab is wrong, OSError where nothing can be kept.
        """
        while self._exam.at < len(self._exercises) and self._time_is_left():
            exercise = self._exercises[self._exam.at]
            sitting = Sitting(
                assigned(exercise),
                self._grammar,
                self._progress,
                self._folder.store(exercise),
                self._watches,
                mode=Mode.EXAM,
                deadline=self._exam.ends,
            )
            which = f"Exercise {self._exam.at + 1} of {len(self._exercises)}."
            ending = sit_down(sitting, self._screen, pace, pages, catalogue, [which])
            self._answers[exercise.name] = sitting.network.answer
            if ending is Ending.LEFT:
                return False
            self._exam = self._exam._replace(at=self._exam.at + 1)
            self._folder.write(self._exam)
        self._end(pages, catalogue)
        return True

    def _time_is_left(self) -> bool:
        return self._watches.now() < self._exam.ends

    def _end(self, pages: Pages, catalogue: "Callable[[], Iterable[Exercise]]") -> None:
        count = several(len(self._exercises), "exercise")
        self._print([prose(f"The exam is over. Marking {count} ...")])
        finished = min(self._watches.now(), self._exam.ends)
        found = []
        for exercise in self._exercises:
            result = mark(exercise, self._answer(exercise), self._grammar)
            found.append((exercise, self._attempt(exercise, result, finished), result))
        # A kill in between must not count an exercise twice: each is told by its beginning.
        known = {(it.exercise, it.started) for it in self._progress.attempts}
        for _, attempt, _ in found:
            if (attempt.exercise, attempt.started) not in known:
                self._progress.finish(attempt)
        others = list(catalogue())
        results = [
            Page(
                exercise,
                attempt,
                result,
                next_steps(
                    assigned(exercise), self._progress.attempts, others, self._watches.now()
                ),
            )
            for exercise, attempt, result in found
        ]
        said = pages.write(results, finished)
        self._folder.forget()
        self._print([*exam_parts(results), *map(prose, said)])

    def _attempt(self, exercise: "Exercise", result: Result, finished: datetime) -> Attempt:
        return Attempt(
            exercise=exercise.name,
            started=self._exam.started,
            finished=finished,
            mode=Mode.EXAM,
            seconds=int((finished - self._exam.started).total_seconds()),
            pass_mark=exercise.pass_mark,
            gave_up=False,
            tasks=scores(exercise, result, ()),
        )

    def _answer(self, exercise: "Exercise") -> Answer:
        """What was handed in; of what nobody came to, what it starts with."""
        if exercise.name in self._answers:
            return self._answers[exercise.name]
        store = self._folder.store(exercise)
        return Answer() if store is None else kept_answer(exercise, self._grammar, store)

    def _print(self, parts: "Sequence[RenderableType]") -> None:
        sys.stdout.write(self._screen.render(*parts))
        sys.stdout.flush()


def begin(exercises: Sequence["Exercise"], span: timedelta, now: datetime) -> Exam:
    """An exam that begins now."""
    names = tuple(called(it) for it in exercises)
    return Exam(names, now, now + span)


def announcement(exam: Exam, exercises: Sequence["Exercise"], seed: int | None) -> str:
    """What is said before the first exercise."""
    span = minutes((exam.ends - exam.started).total_seconds())
    drawn = "" if seed is None else f" (drawn with `--seed {seed}`)"
    count = several(len(exercises), "exercise")
    return (
        f"An exam of {count}{drawn}, {span} in all. No hints and no checks; `:submit` hands an "
        "exercise in and leads to the next one."
    )
