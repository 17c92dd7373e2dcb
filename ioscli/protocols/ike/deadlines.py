"""Which ISAKMP SA has something to do when, for hubs with hundreds of them."""

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from ioscli.model.instant import Instant

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa


class Deadlines:
    """A heap of deadlines; an entry that its SA has since replaced is dropped when it comes up."""

    __slots__ = ("_heap", "_number")

    def __init__(self) -> None:
        self._heap: list[tuple[Instant, int, IsakmpSa]] = []
        self._number = 0

    def plan(self, sa: "IsakmpSa") -> None:
        """Look again when an SA has something to do: something has happened to it."""
        when = sa.next_deadline()
        if when == sa.planned:
            return
        sa.planned = when
        if when is not None:
            self._number += 1
            heappush(self._heap, (when, self._number, sa))

    @property
    def earliest(self) -> Instant | None:
        """When the first of them is due."""
        heap = self._heap
        while heap and heap[0][2].planned != heap[0][0]:
            heappop(heap)
        return heap[0][0] if heap else None

    def due(self, now: Instant) -> "list[IsakmpSa]":
        """The SAs that are due, the first one first; they are to be planned again."""
        found: list[IsakmpSa] = []
        while (earliest := self.earliest) is not None and earliest <= now:
            sa = heappop(self._heap)[2]
            sa.planned = None
            found.append(sa)
        return found
