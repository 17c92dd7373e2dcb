"""Somebody at an exercise: its network, the time spent, the hints taken, and where that is kept."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ioscli.practice.attempt import Attempt, Mode, Ongoing
from ioscli.practice.network import Network
from ioscli.practice.scoring import scores

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.exercise import Hint
    from ioscli.exercises.marking import Result
    from ioscli.labs.store import LabStore
    from ioscli.practice.assignment import Assignment
    from ioscli.practice.progress import Progress


class Watches(NamedTuple):
    """Where time comes from, so that tests can hand in their own."""

    now: Callable[[], datetime]
    """With its time zone."""
    wall: Callable[[], float]
    """Seconds, which never jump."""


class Sitting:
    """One attempt, from sitting down to getting up; several of them may make one attempt.

    store: where the routers' files are kept; None: nowhere. deadline: when an exam ends.
    Raises InputError where the exercise's lab is wrong, or what was kept is damaged.
    """

    def __init__(
        self,
        assignment: "Assignment",
        grammar: "Grammar",
        progress: "Progress",
        store: "LabStore | None",
        watches: Watches,
        *,
        mode: Mode = Mode.PRACTICE,
        deadline: datetime | None = None,
        fresh: bool = False,
    ) -> None:
        self.assignment = assignment
        self.exercise = exercise = assignment.exercise
        self.grammar = grammar
        self.progress = progress
        self.mode = mode
        self.deadline = deadline
        self.watches = watches
        self._store = store
        anew = fresh or mode is Mode.EXAM
        self._before = None if anew else progress.ongoing(exercise.name)
        if self._before is None and mode is Mode.PRACTICE and store is not None:
            # What an attempt that is over, or was given up, left behind.
            store.forget()
        self.network = Network(exercise, grammar, 0, store, assignment.reference)
        found = self._before or Ongoing(exercise.name, watches.now())
        self.started = found.started
        self.hints = [0] * len(exercise.tasks)
        for number, count in enumerate(found.hints[: len(self.hints)]):
            self.hints[number] = min(count, len(exercise.tasks[number].hints))
        self._seconds = found.seconds
        self._since = watches.wall()
        self.over = False
        """Whether the attempt has ended; the network is there still, to be looked at."""

    @property
    def continued(self) -> bool:
        """Whether this goes on with an attempt of an earlier run."""
        return self._before is not None

    @property
    def seconds(self) -> int:
        """Spent at the console in this attempt."""
        return self._seconds + int(self.watches.wall() - self._since)

    @property
    def seconds_left(self) -> float | None:
        """Until an exam ends; None: this is none."""
        if self.deadline is None:
            return None
        return (self.deadline - self.watches.now()).total_seconds()

    def keep(self) -> None:
        """Write down how far the attempt is. Raises OSError."""
        if self.mode is Mode.PRACTICE and not self.over:
            self.progress.keep(
                Ongoing(self.exercise.name, self.started, self.seconds, tuple(self.hints))
            )

    def take_hint(self, task: int) -> "Hint":
        """The next hint of a task (counted from 0), which has one. Raises OSError."""
        hint = self.exercise.tasks[task].hints[self.hints[task]]
        self.hints[task] += 1
        self.keep()
        return hint

    def points(self, result: "Result") -> int:
        """What a result is worth with the hints taken."""
        return sum(task.points for task in scores(self.exercise, result, self.hints))

    def attempt(self, result: "Result", *, gave_up: bool = False) -> Attempt:
        """The attempt, as it would be if it ended now."""
        return Attempt(
            exercise=self.exercise.name,
            started=self.started,
            finished=self.watches.now(),
            mode=self.mode,
            seconds=self.seconds,
            pass_mark=self.exercise.pass_mark,
            gave_up=gave_up,
            tasks=scores(self.exercise, result, self.hints),
        )

    def finish(self, attempt: Attempt) -> None:
        """The attempt is over. Raises OSError."""
        self.over = True
        self.progress.finish(attempt)

    def leave(self) -> list[str]:
        """Get up: what the routers run is saved, unless the attempt is over; complaints, if any.

        Raises OSError.
        """
        if self.over:
            if self._store is not None:
                self._store.forget()
            return []
        complaints = self.network.save()
        self.keep()
        return complaints
