"""What is done with a submission in a process of its own."""

import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ioscli.exercises.grading.entries import in_zip
from ioscli.exercises.grading.graded import Graded
from ioscli.exercises.grading.plain_text import few, plain
from ioscli.exercises.grading.submission import Source, Submission, read_submission
from ioscli.exercises.marking import CheckResult, Result, TaskResult, mark

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.exercise import Exercise

_PACKAGE = Path(__file__).parents[2]


class Desk(NamedTuple):
    """What every submission is marked by."""

    exercise: "Exercise"
    grammar: "Grammar"
    seed: int

    @property
    def routers(self) -> list[str]:
        """Nodes that a file may be named after."""
        nodes = self.exercise.lab.nodes
        return [name for name, spec in nodes.items() if spec.kind.value == "router"]


class Work(Protocol):
    """Something to be done within limits. Plain data, and so is what it gives back."""

    def do(self, desk: Desk) -> object:
        """Do it. What it raises is told, and ends nothing but this work."""


class Look(NamedTuple):
    """Find out how many students a zip is of."""

    source: Source

    def do(self, desk: Desk) -> list[Source]:
        """The sources in it."""
        return in_zip(self.source, desk.routers)


class Read(NamedTuple):
    """Read a submission, to be marked elsewhere."""

    source: Source

    def do(self, desk: Desk) -> Submission:
        """What is in it."""
        return read_submission(self.source, desk.exercise)


class Mark(NamedTuple):
    """Mark what was read."""

    submission: Submission

    def do(self, desk: Desk) -> Graded:
        """Its marks; not of a refused one, which has none."""
        from ioscli.exercises.answer import Answer

        submission = self.submission
        answer = Answer.of_texts(submission.texts)
        result = mark(desk.exercise, answer, desk.grammar, desk.seed)
        return Graded(submission.student, submission.place, _fit_to_print(result), submission.notes)


class ReadAndMark(NamedTuple):
    """Both at once; the submission itself where it was refused."""

    source: Source

    def do(self, desk: Desk) -> Graded | Submission:
        """Its marks."""
        submission = read_submission(self.source, desk.exercise)
        return submission if submission.refused else Mark(submission).do(desk)


def fault_of(error: BaseException) -> str:
    """A fault of the program itself in one line, the same on every machine."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    where = ""
    if frames:
        file = Path(frames[-1].filename).relative_to(_PACKAGE).as_posix()
        where = f" in {file}, line {frames[-1].lineno}"
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return plain(f"a fault of this program: {name}{where}: {error}")


def _fit_to_print(result: Result) -> Result:
    """Hostnames, descriptions and refused lines are the submission's own words."""
    return result._replace(
        tasks=tuple(
            TaskResult(task.text, task.out_of, tuple(map(_plain_check, task.checks)))
            for task in result.tasks
        ),
        left_out=few(result.left_out),
    )


def _plain_check(check: CheckResult) -> CheckResult:
    verdict = check.verdict
    return check._replace(
        verdict=verdict._replace(
            seen=plain(verdict.seen),
            shown_by=few(verdict.shown_by),
            because=few(verdict.because),
        )
    )
