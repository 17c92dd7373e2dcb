"""The result page as data: what became of one attempt, or of several in an exam."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.blueprints import blueprints
from ioscli.exercises.exercise import Difficulty
from ioscli.practice.lettering import minutes, several
from ioscli.practice.schedule import schedule

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Exercise
    from ioscli.exercises.marking import Result
    from ioscli.practice.assignment import Assignment
    from ioscli.practice.attempt import Attempt

_MOST_SUGGESTED = 3


class Page(NamedTuple):
    """One attempt that is over."""

    exercise: "Exercise"
    attempt: "Attempt"
    result: "Result"
    next_steps: tuple[str, ...]
    """Sentences; what is to be typed stands in backticks."""

    @property
    def summary(self) -> str:
        """The points, and what they cost, in a sentence."""
        it = self.attempt
        costs = sum(
            sum(hint.cost for hint in task.hints[: score.hints])
            for task, score in zip(self.exercise.tasks, it.tasks, strict=True)
        )
        off = f" (-{several(costs, 'point')})" if costs else ""
        hints = f", {several(it.hints, 'hint')}{off}" if it.hints else ""
        return (
            f"{it.points} of {several(it.out_of, 'point')}, {it.pass_mark} to pass; "
            f"{minutes(it.seconds)}{hints}"
        )

    @property
    def topics(self) -> tuple[str, ...]:
        """`ENARSI 2.1: DMVPN`."""
        titles = {topic.name: topic.title for it in blueprints() for topic in it.topics}
        return tuple(
            f"{name}: {titles.get(name, '')}".rstrip(": ") for name in self.exercise.topics
        )


def next_steps(
    assignment: "Assignment",
    attempts: Sequence["Attempt"],
    others: Iterable["Exercise"],
    now: datetime,
) -> tuple[str, ...]:
    """What may follow an attempt: the last one at this exercise."""
    exercise = assignment.exercise
    mine = [it for it in attempts if it.exercise == exercise.name]
    passed = {it.exercise for it in attempts if it.passed}
    card = schedule(mine)[exercise.name]
    days = max(1, round((card.due - now).total_seconds() / 86_400))
    again = f"`ioscli practice {assignment.typed}`"
    steps = []
    if assignment.another:
        steps.append(f"Another one: `ioscli practice {assignment.another}`.")
    elif not mine[-1].passed:
        steps.append(f"Try it again with {again}; it is due tomorrow at the latest.")
    elif mine[-1].hints:
        steps.append(f"Do it again without hints in {several(days, 'day')}: {again}.")
    else:
        steps.append(f"It comes up for repetition in {several(days, 'day')}: {again}.")
    levels = list(Difficulty)
    mine_is = levels.index(exercise.difficulty)

    def distance(it: "Exercise") -> tuple[bool, int, int]:
        """What is as hard or harder first, the nearest first; then what has most in common."""
        level = levels.index(it.difficulty)
        common = len(set(it.topics) & set(exercise.topics))
        return level < mine_is, abs(level - mine_is), -common

    fresh = [it for it in others if it.name != exercise.name and it.name not in passed]
    steps += [
        f"New: `ioscli practice {it.name}` ({it.difficulty.value}). {it.goal}"
        for it in sorted(fresh, key=distance)[:_MOST_SUGGESTED]
    ]
    return tuple(steps)
