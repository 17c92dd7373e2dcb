"""When an exercise is due again: Leitner's boxes.

An exercise lies in a box, and each box is looked at again after a longer time than the one before
it (Sebastian Leitner, "So lernt man lernen", 1972; with intervals that double, as in Wikipedia's
"Leitner system"). Who passes without a hint when it is due puts it one box further; who fails
puts it back to the first one, for tomorrow. Ours: with hints it stays where it is; passing before
it is due counts from that day, but moves nothing.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from ioscli.practice.attempt import Attempt

DAY = timedelta(days=1)
_LAST_BOX = 12
"""Due after eleven years; an exercise stays there."""


class Card(NamedTuple):
    """Where an exercise lies."""

    box: int
    """1 is the first; 2 and more after having been passed without hints."""
    due: datetime


def interval(box: int) -> timedelta:
    """How long a box is left alone: a day, two, four, eight ..."""
    return DAY * (1 << (box - 1))


def schedule(attempts: Iterable[Attempt]) -> dict[str, Card]:
    """By exercise, what its attempts make of it; exercises without any have no card."""
    cards: dict[str, Card] = {}
    for attempt in sorted(attempts, key=lambda it: it.finished):
        cards[attempt.exercise] = _moved(cards.get(attempt.exercise), attempt)
    return cards


def _moved(card: Card | None, attempt: Attempt) -> Card:
    box = 1 if card is None else card.box
    if not attempt.passed:
        box = 1
    elif not attempt.hints and (card is None or attempt.finished >= card.due):
        box = min(box + 1, _LAST_BOX)
    due = attempt.finished + interval(box)
    if card is not None and attempt.passed:
        due = max(due, card.due)
    return Card(box, due)
