"""What came of grading: a student's marks, and a class's."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.marking import CheckResult, Result, TaskResult
from ioscli.exercises.verdict import Verdict

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Exercise

NOT_MARKED = "not marked"
"""What was seen by every check where a submission could not be marked."""


class Graded(NamedTuple):
    """One submission. Plain data: it goes from process to process."""

    student: str
    place: str
    """Where it was handed in."""
    result: Result
    notes: tuple[str, ...] = ()
    """How its files were taken."""
    error: str = ""
    """Why it was not marked; the result is nought of everything then."""

    @property
    def missed(self) -> list[CheckResult]:
        """The checks that failed, in the exercise's order."""
        return [
            check for task in self.result.tasks for check in task.checks if not check.verdict.passed
        ]


class Miss(NamedTuple):
    """A check, and how many of the class failed it."""

    task: int
    """Counted from 1."""
    title: str
    students: int


class ClassResult(NamedTuple):
    """All submissions, sorted by student."""

    exercise: str
    goal: str
    pass_mark: int
    out_of: int
    students: tuple[Graded, ...]

    @classmethod
    def of(cls, exercise: "Exercise", graded: Iterable[Graded]) -> "ClassResult":
        """The marks of one exercise; `graded` is in the order that reports keep."""
        return cls(exercise.name, exercise.goal, exercise.pass_mark, exercise.points, tuple(graded))

    @property
    def passed(self) -> int:
        """How many reached the pass mark."""
        return sum(it.result.passed for it in self.students)

    @property
    def not_marked(self) -> int:
        """How many could not be marked."""
        return sum(bool(it.error) for it in self.students)

    @property
    def mean(self) -> float:
        """Points a student, those who could not be marked included."""
        points = sum(it.result.points for it in self.students)
        return points / len(self.students) if self.students else 0.0

    @property
    def most_missed(self) -> list[Miss]:
        """The checks that somebody failed, most failed first; of those that were marked."""
        misses: dict[tuple[int, int], Miss] = {}
        for student in self.students:
            if student.error:
                continue
            for number, task in enumerate(student.result.tasks, start=1):
                for index, check in enumerate(task.checks):
                    miss = misses.get((number, index), Miss(number, check.title, 0))
                    failed = not check.verdict.passed
                    misses[number, index] = miss._replace(students=miss.students + failed)
        found = [miss for _, miss in sorted(misses.items()) if miss.students]
        return sorted(found, key=lambda miss: -miss.students)


def nought(exercise: "Exercise") -> Result:
    """The result of a submission that could not be marked: every check is there, failed."""
    tasks = tuple(
        TaskResult(
            task.text,
            task.points,
            tuple(CheckResult(check.title, Verdict(False, NOT_MARKED)) for check in task.checks),
        )
        for task in exercise.tasks
    )
    return Result(exercise.name, exercise.pass_mark, tasks)
