"""Points: a task's, less what its hints cost; only for tasks that passed, never less than none."""

from typing import TYPE_CHECKING

from ioscli.practice.attempt import TaskScore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ioscli.exercises.exercise import Exercise
    from ioscli.exercises.marking import Result


def scores(exercise: "Exercise", result: "Result", hints: "Sequence[int]") -> tuple[TaskScore, ...]:
    """What each task brought. hints: how many of each task's were asked for."""
    found = []
    for number, (task, judged) in enumerate(zip(exercise.tasks, result.tasks, strict=True)):
        used = hints[number] if number < len(hints) else 0
        cost = sum(hint.cost for hint in task.hints[:used])
        points = max(0, task.points - cost) if judged.passed else 0
        found.append(TaskScore(task.text, task.points, judged.passed, used, points))
    return tuple(found)
