"""The result page on the terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from ioscli.practice.lettering import BAD, GOOD, QUIET, heading, prose, several
from ioscli.practice.wording import checks_in_full

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ioscli.exercises.exercise import Task
    from ioscli.exercises.marking import TaskResult
    from ioscli.practice.attempt import TaskScore
    from ioscli.practice.page import Page


def page_parts(page: "Page") -> "list[RenderableType]":
    """One attempt."""
    style = GOOD if page.attempt.passed else BAD
    parts: list[RenderableType] = [
        Rule(style=QUIET),
        Text.assemble((page.exercise.name, "bold"), "  ", (page.attempt.verdict.upper(), style)),
        prose(page.summary),
        Text(),
    ]
    for number, (task, score, judged) in enumerate(
        zip(page.exercise.tasks, page.attempt.tasks, page.result.tasks, strict=True), start=1
    ):
        parts += _task(number, task, score, judged)
    if page.result.left_out:
        parts += [heading("Lines that the routers refused"), *map(prose, page.result.left_out)]
        parts.append(Text())
    parts += [heading("Explanation"), prose(page.exercise.explanation), Text()]
    if page.topics:
        parts += [heading("Topics"), *(prose(f"- {it}") for it in page.topics), Text()]
    parts += [heading("What next"), *(prose(f"- {it}") for it in page.next_steps)]
    parts.append(Rule(style=QUIET))
    return parts


def exam_parts(pages: Sequence["Page"]) -> "list[RenderableType]":
    """A whole exam: each exercise, and the sum."""
    parts = [part for page in pages for part in page_parts(page)]
    points = sum(page.attempt.points for page in pages)
    out_of = sum(page.attempt.out_of for page in pages)
    passed = sum(page.attempt.passed for page in pages)
    parts.append(
        heading(
            f"{passed} of {several(len(pages), 'exercise')} passed, "
            f"{points} of {several(out_of, 'point')} in all"
        )
    )
    return parts


def _task(
    number: int, task: "Task", score: "TaskScore", judged: "TaskResult"
) -> "list[RenderableType]":
    mark = Text("pass", style=GOOD) if judged.passed else Text("FAIL", style=BAD)
    cost = sum(hint.cost for hint in task.hints[: score.hints])
    off = f" (-{cost})" if cost else ""
    hints = f", {several(score.hints, 'hint')}{off}" if score.hints else ""
    points = Text(f"  ({score.points} of {several(score.out_of, 'point')}{hints})", style=QUIET)
    return [
        Text.assemble(f"{number}  ", mark, "  ", prose(task.text), points),
        *([] if judged.passed else checks_in_full(judged)),
        *(
            Padding(Text.assemble(("hint: ", QUIET), prose(hint.text)), (0, 0, 0, 3))
            for hint in task.hints[: score.hints]
        ),
        Text(),
    ]
