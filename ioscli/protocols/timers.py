"""Deadlines of a protocol machine: one heap, at most one live place in it for each timer."""

from collections.abc import Callable, Hashable
from functools import partial
from heapq import heappop, heappush
from typing import Generic, TypeVar

from ioscli.model.instant import Instant

_Key = TypeVar("_Key", bound=Hashable)


class Timer:
    """Something to do at a time that is moved often: setting it later costs one assignment."""

    __slots__ = ("_queued", "_timers", "action", "when")

    def __init__(self, timers: "Timers", action: Callable[[], None]) -> None:
        self._timers = timers
        self._queued: Instant | None = None
        """When the heap will look at this timer."""
        self.action = action
        self.when: Instant | None = None
        """When it is due; None: it does not run."""

    def set(self, when: int) -> None:
        """Start the timer, or move it."""
        self.when = Instant(when)
        if self._queued is None or when < self._queued:
            self._queued = self.when
            self._timers.push(self.when, self)

    def cancel(self) -> None:
        """Stop the timer."""
        self.when = None

    def looked_at(self, queued: Instant, now: Instant) -> bool:
        """Whether it is due; the heap has come to its place of an instant."""
        if self._queued != queued:
            return False
        self._queued = None
        if self.when is None:
            return False
        if self.when > now:
            self.set(self.when)
            return False
        self.when = None
        return True


class Timers:
    """The timers of one machine."""

    __slots__ = ("_count", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, Timer]] = []
        self._count = 0

    def make(self, action: Callable[[], None]) -> Timer:
        """A timer that does not run yet."""
        return Timer(self, action)

    def push(self, when: Instant, timer: Timer) -> None:
        """Have a timer looked at."""
        self._count += 1
        heappush(self._heap, (when, self._count, timer))

    @property
    def next_deadline(self) -> Instant | None:
        """When to call run next; nothing may be due then, as timers are moved."""
        return self._heap[0][0] if self._heap else None

    def run(self, now: Instant) -> None:
        """Do everything that is due."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            when, _, timer = heappop(heap)
            if timer.looked_at(when, now):
                timer.action()


class KeyedTimers(Generic[_Key]):
    """The timers of one machine by what they are for: made when first set, forgotten when over."""

    __slots__ = ("_known", "_timers", "expire")

    def __init__(self) -> None:
        self._timers = Timers()
        self._known: dict[_Key, Timer] = {}
        self.expire: Callable[[_Key], None] = _nobody_waits
        """Told when a timer runs out; it is over by then."""

    def set(self, key: _Key, at: Instant) -> None:
        """Start a timer, or move it."""
        timer = self._known.get(key)
        if timer is None:
            timer = self._known[key] = self._timers.make(partial(self._run_out, key))
        timer.set(at)

    def cancel(self, key: _Key) -> None:
        """Stop a timer; harmless when it does not run."""
        timer = self._known.pop(key, None)
        if timer is not None:
            timer.cancel()

    def due_at(self, key: _Key) -> Instant | None:
        """When a timer runs out; None: it does not run."""
        timer = self._known.get(key)
        return None if timer is None else timer.when

    @property
    def next_deadline(self) -> Instant | None:
        """When to call run next."""
        return self._timers.next_deadline

    def run(self, now: Instant) -> None:
        """Have everything done that is due."""
        self._timers.run(now)

    def _run_out(self, key: _Key) -> None:
        del self._known[key]
        self.expire(key)


def _nobody_waits(key: object) -> None:
    raise AssertionError(key)
