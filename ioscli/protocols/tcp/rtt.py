"""The retransmission timer (RFC 6298)."""

from ioscli.model.instant import MILLISECOND, SECOND, Duration

_CLOCK_GRANULARITY = 4 * MILLISECOND


class RetransmissionTimeout:
    """Round-trip times smoothed, and the timeout that follows from them; microseconds."""

    __slots__ = ("_longest", "_shortest", "latest", "shortest_seen", "smoothed", "value", "varying")

    def __init__(self, initial: Duration, shortest: Duration, longest: Duration) -> None:
        self.value = initial
        """RTO."""
        self.smoothed: int | None = None
        """SRTT."""
        self.varying = 0
        """RTTVAR."""
        self.latest = 0
        self.shortest_seen: int | None = None
        self._shortest = shortest
        self._longest = longest

    def measured(self, rtt: int) -> None:
        """A segment that was sent once was acknowledged after so long (section 2)."""
        self.latest = rtt
        if self.shortest_seen is None or rtt < self.shortest_seen:
            self.shortest_seen = rtt
        if self.smoothed is None:
            self.smoothed, self.varying = rtt, rtt // 2
        else:
            self.varying = (3 * self.varying + abs(self.smoothed - rtt)) // 4
            self.smoothed = (7 * self.smoothed + rtt) // 8
        timeout = self.smoothed + max(_CLOCK_GRANULARITY, 4 * self.varying)
        self.value = Duration(min(self._longest, max(self._shortest, timeout)))

    def back_off(self) -> None:
        """The timer ran out: wait twice as long (section 5.5)."""
        self.value = Duration(min(self._longest, self.value * 2))


SHORTEST = Duration(300 * MILLISECOND)
"""IOS: `show tcp` prints `minRTT`s below it, and an RTO of no less."""
LONGEST = Duration(60 * SECOND)
