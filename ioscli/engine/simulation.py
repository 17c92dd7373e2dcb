"""The event queue: simulated time and every source of chance.

A heap of (time, sequence, action, argument): ties run in the order in which they were posted,
so equal seeds and equal inputs give equal runs.
"""

import random
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from ioscli.model.instant import Instant

_Event = tuple[Any, int, Callable[[Any], None], Any]
"""When it is due (an Instant, which to say would take a call for each), its number, what to do."""


class Timer:
    """One posted action that can still be called off."""

    __slots__ = ("_action", "due")

    def __init__(self, due: Instant, action: Callable[[], None]) -> None:
        self.due = due
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Call the action off; harmless when it already ran."""
        self._action = None

    @property
    def pending(self) -> bool:
        """Whether the action is still to run."""
        return self._action is not None

    def _fire(self) -> None:
        action, self._action = self._action, None
        if action is not None:
            action()


class Simulation:
    """Simulated time for one topology.

    `now` is only read outside this class; it moves when events run.
    """

    __slots__ = ("_queue", "_sequence", "now", "seed")

    def __init__(self, seed: int = 0) -> None:
        self.now = Instant(0)
        self.seed = seed
        self._queue: list[_Event] = []
        self._sequence = 0

    @property
    def events_run(self) -> int:
        """How many events have run: of those posted, the ones that wait no more."""
        return self._sequence - len(self._queue)

    def random(self, purpose: str) -> random.Random:
        """A stream of chance of its own, the same for the same seed and purpose everywhere."""
        return random.Random(f"{self.seed}/{purpose}")

    def post(self, delay: int, action: Callable[[Any], None], argument: Any) -> None:
        """Run `action(argument)` after a delay (microseconds); the packet path's way in."""
        self._sequence = sequence = self._sequence + 1
        heappush(self._queue, (self.now + delay, sequence, action, argument))

    def after(self, delay: int, action: Callable[[], None]) -> Timer:
        """Run `action()` after a delay (microseconds), unless the timer is cancelled first."""
        timer = Timer(Instant(self.now + delay), action)
        self.post(delay, Timer._fire, timer)
        return timer

    def next_event(self) -> Instant | None:
        """When the next event is due, or None when nothing is left to happen."""
        return self._queue[0][0] if self._queue else None

    def step(self) -> bool:
        """Run the next event; False when there is none."""
        if not self._queue:
            return False
        self.now, _, action, argument = heappop(self._queue)
        action(argument)
        return True

    def run_until(self, when: Instant) -> None:
        """Run every event due up to and including an instant, and leave the clock there."""
        queue = self._queue
        while queue and queue[0][0] <= when:
            self.now, _, action, argument = heappop(queue)
            action(argument)
        self.now = max(self.now, when)

    def run_while(self, condition: Callable[[], bool]) -> bool:
        """Run events as long as a condition holds; False when the events ran out first."""
        queue = self._queue
        while condition():
            if not queue:
                return False
            self.now, _, action, argument = heappop(queue)
            action(argument)
        return True
