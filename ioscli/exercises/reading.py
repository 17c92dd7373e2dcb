"""The `exercise` section of a lab.yaml, read and checked."""

from enum import Enum
from pathlib import Path
from typing import TypeVar

from ioscli.exercises.blueprints import known_topics
from ioscli.exercises.checks import fields as values
from ioscli.exercises.checks.kinds import read_check
from ioscli.exercises.exercise import Difficulty, Exercise, Hint, Kind, Task
from ioscli.labs.document import Item, read_document
from ioscli.labs.errors import InputError, quoted, suggestion
from ioscli.labs.labfile import EXERCISE, KEYS, Lab, read_lab
from ioscli.model.instant import MINUTE, SECOND, Duration

_KEYS = (
    *("kind", "goal", "topics", "difficulty", "time", "pass-mark", "nodes", "story", "tasks"),
    *("explanation", "settle"),
)
_NEEDED = ("kind", "goal", "topics", "difficulty", "story", "tasks", "explanation", "nodes")
_DEFAULT_TIME = Duration(30 * MINUTE)
_DEFAULT_SETTLE = Duration(30 * SECOND)
_PASS_SHARE = 80
"""Percent of the points, where the exercise does not say."""
_MOST_POINTS = 1_000

_E = TypeVar("_E", bound=Enum)


def read_exercise(file: Path) -> Exercise:
    """Read a lab.yaml that is an exercise. Raises InputError at the first thing that is wrong."""
    lab = read_lab(file)
    top = read_document(file).fields(*KEYS)
    if EXERCISE not in top:
        raise InputError("this lab is no exercise: it has no section exercise", file=file)
    item = top[EXERCISE]
    fields = item.fields(*_KEYS)
    for name in _NEEDED:
        values.needed(item, fields, name)
    tasks = _tasks(fields["tasks"], lab)
    points = sum(task.points for task in tasks)
    return Exercise(
        lab=lab,
        kind=_word(fields["kind"], Kind),
        goal=_paragraph(fields["goal"]),
        topics=_topics(fields["topics"]),
        difficulty=_word(fields["difficulty"], Difficulty),
        time=values.duration(fields.get("time"), _DEFAULT_TIME),
        pass_mark=_pass_mark(fields.get("pass-mark"), points),
        nodes=_nodes(fields["nodes"], lab),
        story=fields["story"].text().strip(),
        tasks=tasks,
        explanation=fields["explanation"].text().strip(),
        settle=values.duration(fields.get("settle"), _DEFAULT_SETTLE),
    )


def is_exercise(file: Path) -> bool:
    """Whether a lab.yaml has an `exercise` section. Raises InputError where it is no YAML."""
    return any(name == EXERCISE for name, _ in read_document(file).entries())


def _tasks(item: Item, lab: Lab) -> tuple[Task, ...]:
    tasks = tuple(_task(entry, lab) for entry in item.items())
    if not tasks:
        raise item.error("an exercise has at least one task")
    return tasks


def _task(item: Item, lab: Lab) -> Task:
    item.what = "task"
    fields = item.fields("task", "points", "checks", "hints")
    for name in ("task", "points", "checks"):
        values.needed(item, fields, name)
    points = values.number(fields["points"], 1, _MOST_POINTS)
    checks = tuple(read_check(entry, lab) for entry in fields["checks"].items())
    if not checks:
        raise fields["checks"].error("a task has at least one check")
    hints = tuple(_hint(entry) for entry in fields["hints"].items()) if "hints" in fields else ()
    if sum(hint.cost for hint in hints) > points:
        raise fields["hints"].error(f"the hints cost more than the task's {points} points")
    return Task(_paragraph(fields["task"]), points, checks, hints)


def _hint(item: Item) -> Hint:
    item.what = "hint"
    fields = item.fields("hint", "cost")
    text = values.needed(item, fields, "hint")
    cost = values.number(fields["cost"], 0, _MOST_POINTS) if "cost" in fields else 0
    return Hint(_paragraph(text), cost)


def _topics(item: Item) -> tuple[str, ...]:
    found = []
    for entry in item.items():
        topic = entry.text()
        if topic not in known_topics():
            near = suggestion(topic, known_topics())
            raise entry.error(f"no blueprint has the topic {quoted(topic)}{near}")
        found.append(topic)
    if not found:
        raise item.error("an exercise has at least one topic")
    return tuple(found)


def _nodes(item: Item, lab: Lab) -> tuple[str, ...]:
    found = tuple(values.router(entry, lab) for entry in item.items())
    if not found:
        raise item.error("an exercise leaves at least one router to the answer")
    return found


def _pass_mark(item: Item | None, points: int) -> int:
    if item is None:
        return -(-points * _PASS_SHARE // 100)
    return values.number(item, 1, points)


def _word(item: Item, kind: type[_E]) -> _E:
    return kind(values.one_of(item, tuple(it.value for it in kind)))


def _paragraph(item: Item) -> str:
    return " ".join(item.text().split())
