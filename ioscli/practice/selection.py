"""Exercises chosen by scope, topic and difficulty, in the order in which they are worth doing."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.blueprints import blueprints, known_topics
from ioscli.exercises.exercise import Difficulty
from ioscli.labs.errors import InputError, quoted, suggestion
from ioscli.practice.schedule import Card, schedule

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Exercise
    from ioscli.practice.progress import Progress

_DIFFICULTIES = list(Difficulty)


class Wanted(NamedTuple):
    """What somebody asks for; None: anything will do."""

    scope: str | None = None
    """`ENARSI`."""
    topic: str | None = None
    """`ENARSI 2.1`; with all topics below it, or `ENARSI 2` for a whole chapter."""
    difficulty: str | None = None

    def fits(self, exercise: "Exercise") -> bool:
        """Whether an exercise is among what is asked for."""
        topic = self.topic
        return (
            (self.scope is None or self.scope in exercise.scopes)
            and (topic is None or any(_within(it, topic) for it in exercise.topics))
            and (self.difficulty is None or exercise.difficulty.value == self.difficulty)
        )

    @property
    def words(self) -> str:
        """`ENARSI 2.1, easy`; empty for anything."""
        return ", ".join(it for it in (self.topic or self.scope, self.difficulty) if it)


def read_wanted(scope: str | None, topic: str | None, difficulty: str | None) -> Wanted:
    """From what was typed, in any case. Raises InputError for what there is not."""
    return Wanted(
        None if scope is None else _scope(scope),
        None if topic is None else _topic(topic),
        None if difficulty is None else _difficulty(difficulty),
    )


def read_word(text: str) -> Wanted | None:
    """A scope, a topic or a difficulty, whichever it is; None: none of them."""
    for arguments in ((text, None, None), (None, text, None), (None, None, text)):
        with suppress(InputError):
            return read_wanted(*arguments)
    return None


def _scope(text: str) -> str:
    scopes = [it.scope for it in blueprints()]
    for scope in scopes:
        if text.upper() == scope.upper():
            return scope
    raise InputError(f"there is no scope {quoted(text)}{suggestion(text.upper(), scopes)}")


def _topic(text: str) -> str:
    wanted = " ".join(text.split())
    for topic in known_topics():
        for known in _chapters(topic):
            if wanted.lower() == known.lower():
                return known
    raise InputError(f"no blueprint has the topic {quoted(text)}{_near(wanted)}")


def _near(text: str) -> str:
    near = suggestion(text.upper(), known_topics())
    return near if "did you mean" in near else " (ENARSI 2.1, or ENARSI 2 for a whole chapter)"


def _difficulty(text: str) -> str:
    words = [it.value for it in Difficulty]
    if text.lower() in words:
        return text.lower()
    raise InputError(f"there is no difficulty {quoted(text)} (known: {', '.join(words)})")


def _chapters(topic: str) -> list[str]:
    """A topic and those that it is part of: `ENARSI 2.1.a`, `ENARSI 2.1`, `ENARSI 2`."""
    scope, _, number = topic.partition(" ")
    parts = number.split(".")
    return [f"{scope} {'.'.join(parts[:length])}" for length in range(len(parts), 0, -1)]


def _within(topic: str, chapter: str) -> bool:
    return chapter in _chapters(topic)


class Standing(IntEnum):
    """Where somebody stands with an exercise; in this order they are worth doing."""

    DUE = 0
    ONGOING = 1
    NEW = 2
    LATER = 3


class Entry(NamedTuple):
    """An exercise, and where somebody stands with it."""

    exercise: "Exercise"
    standing: Standing
    card: Card | None
    best: int | None
    """The most points in one attempt that was not given up; None: there was none."""
    passed: bool

    def state(self, now: datetime) -> str:
        """`due`, `begun`, `new`, `passed, due in 3 days`."""
        if self.standing is Standing.DUE:
            return "due again" if self.passed else "due: not passed yet"
        if self.standing is Standing.ONGOING:
            return "begun"
        if self.card is None:
            return "new"
        days = max(1, round((self.card.due - now).total_seconds() / 86_400))
        what = "passed" if self.passed else "not passed"
        return f"{what}, due in {days} day{'' if days == 1 else 's'}"


def entries(
    exercises: Iterable["Exercise"], progress: "Progress", wanted: Wanted, now: datetime
) -> Sequence[Entry]:
    """What fits, first what is most worth doing."""
    cards = schedule(progress.attempts)
    found = [
        _entry(exercise, progress, cards.get(exercise.name), now)
        for exercise in exercises
        if wanted.fits(exercise)
    ]
    return sorted(
        found,
        key=lambda it: (
            it.standing,
            it.card.due.timestamp() if it.card is not None else 0.0,
            _DIFFICULTIES.index(it.exercise.difficulty),
            it.exercise.name,
        ),
    )


def _entry(exercise: "Exercise", progress: "Progress", card: Card | None, now: datetime) -> Entry:
    attempts = progress.of(exercise.name)
    honest = [it for it in attempts if not it.gave_up]
    if progress.ongoing(exercise.name) is not None:
        standing = Standing.ONGOING
    elif card is None:
        standing = Standing.NEW
    else:
        standing = Standing.DUE if card.due <= now else Standing.LATER
    return Entry(
        exercise,
        standing,
        card,
        max((it.points for it in honest), default=None),
        any(it.passed for it in attempts),
    )
