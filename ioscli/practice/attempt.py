"""An attempt at an exercise, finished or still going on, as plain data and as JSON."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Mode(StrEnum):
    """How an exercise is attempted."""

    PRACTICE = "practice"
    EXAM = "exam"


class TaskScore(NamedTuple):
    """What one task brought."""

    text: str
    out_of: int
    passed: bool
    hints: int
    """How many were asked for."""
    points: int
    """With what the hints cost taken off."""


class Attempt(NamedTuple):
    """One that is over."""

    exercise: str
    started: datetime
    finished: datetime
    """Both with their time zone."""
    mode: Mode
    seconds: int
    """Spent at the console."""
    pass_mark: int
    gave_up: bool
    """Whether the solution was asked for: that counts as failed."""
    tasks: tuple[TaskScore, ...]

    @property
    def points(self) -> int:
        """Of all tasks."""
        return sum(task.points for task in self.tasks)

    @property
    def out_of(self) -> int:
        """What all tasks are worth."""
        return sum(task.out_of for task in self.tasks)

    @property
    def hints(self) -> int:
        """How many were asked for."""
        return sum(task.hints for task in self.tasks)

    @property
    def passed(self) -> bool:
        """Whether the points are enough, and it was the student who earned them."""
        return not self.gave_up and self.points >= self.pass_mark

    @property
    def verdict(self) -> str:
        """`passed`, `not passed`, `given up`."""
        if self.gave_up:
            return "given up"
        return "passed" if self.passed else "not passed"

    def as_json(self) -> str:
        """To be kept."""
        fields = self._asdict() | {
            "started": self.started.isoformat(),
            "finished": self.finished.isoformat(),
            "tasks": [task._asdict() for task in self.tasks],
        }
        return json.dumps(fields, indent=1) + "\n"

    @classmethod
    def of_json(cls, text: str) -> "Attempt":
        """Raises ValueError for anything that `as_json` did not write."""
        it = _object(json.loads(text))
        return cls(
            exercise=_typed(it, "exercise", str),
            started=_moment(it, "started"),
            finished=_moment(it, "finished"),
            mode=Mode(_typed(it, "mode", str)),
            seconds=_typed(it, "seconds", int),
            pass_mark=_typed(it, "pass_mark", int),
            gave_up=_typed(it, "gave_up", bool),
            tasks=tuple(_task(_object(task)) for task in _typed(it, "tasks", list)),
        )


class Ongoing(NamedTuple):
    """One that somebody will come back to."""

    exercise: str
    started: datetime
    seconds: int = 0
    """Spent at the console so far."""
    hints: tuple[int, ...] = ()
    """How many were asked for, task by task."""

    def as_json(self) -> str:
        """To be kept."""
        return json.dumps(self._asdict() | {"started": self.started.isoformat()}) + "\n"

    @classmethod
    def of_json(cls, text: str) -> "Ongoing":
        """Raises ValueError for anything that `as_json` did not write."""
        it = _object(json.loads(text))
        return cls(
            exercise=_typed(it, "exercise", str),
            started=_moment(it, "started"),
            seconds=_typed(it, "seconds", int),
            hints=_numbers(it, "hints"),
        )


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _typed(fields: Mapping[str, Any], name: str, kind: type) -> Any:
    value = fields.get(name)
    if type(value) is not kind:  # a bool is no int here
        raise ValueError(f"{name} is not what it should be")
    return value


def _moment(fields: Mapping[str, Any], name: str) -> datetime:
    moment = datetime.fromisoformat(_typed(fields, name, str))
    if moment.tzinfo is None:
        raise ValueError(f"{name} has no time zone")
    return moment


def _numbers(fields: Mapping[str, Any], name: str) -> tuple[int, ...]:
    return tuple(_typed({name: number}, name, int) for number in _typed(fields, name, list))


def _task(fields: Mapping[str, Any]) -> TaskScore:
    return TaskScore(
        text=_typed(fields, "text", str),
        out_of=_typed(fields, "out_of", int),
        passed=_typed(fields, "passed", bool),
        hints=_typed(fields, "hints", int),
        points=_typed(fields, "points", int),
    )
