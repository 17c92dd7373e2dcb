"""What an exercise is: tasks with points, hints, and the checks that judge an answer."""

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.answer import Answer
from ioscli.labs.labfile import Lab
from ioscli.model.instant import Duration

if TYPE_CHECKING:
    from ioscli.exercises.verdict import Check


class Kind(Enum):
    """What is asked for; the value is what `kind:` takes."""

    BUILD = "build"
    REPAIR = "repair"


class Difficulty(Enum):
    """How hard it is; the value is what `difficulty:` takes."""

    FIRST_STEPS = "first-steps"
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"
    EXPERT = "expert"


class Hint(NamedTuple):
    """One hint of a task; they are given in order."""

    text: str
    cost: int
    """Points that asking for it costs, off the task's."""


class Task(NamedTuple):
    """One thing to do. All of its checks have to pass for its points."""

    text: str
    points: int
    checks: "tuple[Check, ...]"
    hints: tuple[Hint, ...] = ()


class Exercise(NamedTuple):
    """A lab, and what is to be done in it."""

    lab: Lab
    kind: Kind
    goal: str
    """What is learned, in a sentence."""
    topics: tuple[str, ...]
    """Topics of certification blueprints: `ENARSI 2.3`, see `ioscli.exercises.blueprints`."""
    difficulty: Difficulty
    time: Duration
    """How long it may take; an exam ends then."""
    pass_mark: int
    """Points."""
    nodes: tuple[str, ...]
    """The routers that the answer configures; all others stay as they are."""
    story: str
    tasks: tuple[Task, ...]
    explanation: str
    """What is said after the attempt."""
    settle: Duration
    """Simulated time before the first check, beyond the lab's warm-up."""
    start: Answer = Answer()
    """What routers start with, where that is not what the lab's files say (generated faults)."""

    @property
    def name(self) -> str:
        """The lab's name, which is the exercise's as well."""
        return self.lab.name

    @property
    def points(self) -> int:
        """Of all tasks."""
        return sum(task.points for task in self.tasks)

    @property
    def scopes(self) -> tuple[str, ...]:
        """The certifications that its topics belong to: `ENARSI`."""
        return tuple(dict.fromkeys(topic.split()[0] for topic in self.topics))
