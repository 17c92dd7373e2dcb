"""An answer into a result: every task's checks, judged in networks that its configurations make."""

from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.trial import Runaway, Trial
from ioscli.exercises.verdict import Check, Verdict

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.answer import Answer
    from ioscli.exercises.exercise import Exercise


class CheckResult(NamedTuple):
    """One check, judged. Plain data, as all results are."""

    title: str
    verdict: Verdict


class TaskResult(NamedTuple):
    """One task, judged."""

    text: str
    out_of: int
    checks: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        """Whether all checks passed."""
        return all(check.verdict.passed for check in self.checks)

    @property
    def points(self) -> int:
        """All of them, or none."""
        return self.out_of if self.passed else 0


class Result(NamedTuple):
    """What an answer is worth."""

    exercise: str
    pass_mark: int
    tasks: tuple[TaskResult, ...]
    left_out: tuple[str, ...] = ()
    """Configuration lines that the routers refused, with place and reason."""

    @property
    def points(self) -> int:
        """Of the tasks that passed."""
        return sum(task.points for task in self.tasks)

    @property
    def out_of(self) -> int:
        """Of all tasks."""
        return sum(task.out_of for task in self.tasks)

    @property
    def passed(self) -> bool:
        """Whether it is enough."""
        return self.points >= self.pass_mark


def mark(exercise: "Exercise", answer: "Answer", grammar: "Grammar", seed: int = 0) -> Result:
    """Boot an answer's network, and judge it.

    The checks of all tasks look at one network, one after the other; those that disturb it have
    one each. Equal answers and seeds give equal results. Raises InputError where the lab itself
    is wrong; whatever the answer did is told in the result.
    """
    try:
        shared: Trial | None = Trial(exercise, answer, grammar, seed)
    except Runaway:
        shared = None
    tasks = []
    for task in exercise.tasks:
        results = []
        for check in task.checks:
            verdict = _RUNAWAY if shared is None else _judge(check, shared)
            if verdict is _RUNAWAY:
                shared = None
            results.append(CheckResult(check.title, verdict))
        tasks.append(TaskResult(task.text, task.points, tuple(results)))
    left_out = (
        ()
        if shared is None
        else tuple(f"{it.place}: {it.reason}" for it in shared.topology.left_out)
    )
    return Result(exercise.name, exercise.pass_mark, tuple(tasks), left_out)


_RUNAWAY = Verdict(
    False,
    "the network never comes to rest: packets or updates go round without end",
    ("any router: show processes cpu", "any router: show ip traffic"),
)


def _judge(check: Check, shared: Trial) -> Verdict:
    try:
        return check.judge(shared.again() if check.disturbs else shared)
    except Runaway:
        return _RUNAWAY
