"""When each of many things is due, the earliest at hand however many there are.

Unlike the timers beside it, it knows the exact time when the next thing is due.
"""

from collections.abc import Hashable
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar

from ioscli.model.instant import Instant

T = TypeVar("T", bound=Hashable)

_SLACK = 64
"""Entries that no longer hold are swept out when they outnumber the others by this."""


class Deadlines(Generic[T]):
    """A heap of deadlines, one a thing; entries that no longer hold stay until they surface."""

    __slots__ = ("_count", "_due", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, T]] = []
        self._due: dict[T, tuple[Instant | None, int]] = {}
        """What holds: the deadline, and which thing it was to be known."""
        self._count = 0

    def set(self, thing: T, due: Instant | None) -> None:
        """A thing is due at another time than before, or not at all."""
        known = self._due.get(thing)
        if known is None:
            self._count += 1
            number = self._count
        elif known[0] == due:
            return
        else:
            number = known[1]
        self._due[thing] = due, number
        if due is not None:
            heap = self._heap
            heappush(heap, (due, number, thing))
            if len(heap) > 2 * len(self._due) + _SLACK:
                self._sweep()

    def forget(self, thing: T) -> None:
        """A thing is no more."""
        self._due.pop(thing, None)

    @property
    def earliest(self) -> Instant | None:
        """The first deadline of all; None: there is none."""
        heap, holds = self._heap, self._due
        while heap:
            due, number, thing = heap[0]
            if holds.get(thing) == (due, number):
                return due
            heappop(heap)
        return None

    def pop(self, now: Instant) -> list[T]:
        """What is due by now, in the order in which the things became known.

        They count as due at no time until they are set again.
        """
        found: list[tuple[int, T]] = []
        while (due := self.earliest) is not None and due <= now:
            _, number, thing = heappop(self._heap)
            self._due[thing] = None, number
            found.append((number, thing))
        found.sort(key=lambda entry: entry[0])
        return [thing for _, thing in found]

    def _sweep(self) -> None:
        self._heap = [
            (due, number, thing) for thing, (due, number) in self._due.items() if due is not None
        ]
        heapify(self._heap)
