"""Deadlines of a machine by what they are for: many are set anew long before they are due."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Generic, TypeVar

from ioscli.model.instant import Instant

_Key = TypeVar("_Key")


class Timers(Generic[_Key]):
    """A heap of deadlines; setting one later than before only writes it down.

    A hold timer moves with every message of the peer: its place in the heap stays until it is
    met there, and is moved then.
    """

    __slots__ = ("_due", "_heap", "_queued", "_sequence")

    def __init__(self) -> None:
        self._due: dict[_Key, Instant] = {}
        self._queued: dict[_Key, Instant] = {}
        self._heap: list[tuple[Instant, int, _Key]] = []
        self._sequence = 0

    def set(self, key: _Key, at: Instant) -> None:
        """Start a timer, or set it anew."""
        self._due[key] = at
        queued = self._queued.get(key)
        if queued is None or at < queued:
            self._push(key, at)

    def cancel(self, key: _Key) -> None:
        """Stop a timer; harmless when it does not run."""
        self._due.pop(key, None)

    def due_at(self, key: _Key) -> Instant | None:
        """When a timer runs out; None: it does not run."""
        return self._due.get(key)

    @property
    def next_deadline(self) -> Instant | None:
        """When `expired` has something to look at."""
        return self._heap[0][0] if self._heap else None

    def expired(self, now: Instant) -> Iterator[_Key]:
        """The timers that run out, each stopped before it is told."""
        while self._heap and self._heap[0][0] <= now:
            at, _, key = heapq.heappop(self._heap)
            if self._queued.get(key) != at:
                continue  # an earlier place took over
            del self._queued[key]
            due = self._due.get(key)
            if due is None:
                continue
            if due > now:
                self._push(key, due)
                continue
            del self._due[key]
            yield key

    def _push(self, key: _Key, at: Instant) -> None:
        self._sequence += 1
        self._queued[key] = at
        heapq.heappush(self._heap, (at, self._sequence, key))
