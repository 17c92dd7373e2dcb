"""Exponential backoff, as `timers throttle spf` and `timers throttle lsa` set it."""

from ioscli.model.instant import MILLISECOND, Instant
from ioscli.model.ospf import OspfThrottle


class Throttle:
    """When something may be done again: after start at first, then hold apart, doubled each time.

    It begins anew when nothing was asked for through twice the time that it last held.
    """

    __slots__ = ("_hold", "last")

    def __init__(self) -> None:
        self.last: Instant | None = None
        """When it was done last."""
        self._hold = 0
        """Milliseconds; 0: at rest."""

    def next_time(self, settings: OspfThrottle, now: Instant) -> Instant:
        """When what is asked for now may be done; asking changes nothing."""
        if self._rests(now):
            return Instant(now + settings.start * MILLISECOND)
        assert self.last is not None
        return Instant(max(now, self.last + self._hold * MILLISECOND))

    def done(self, settings: OspfThrottle, now: Instant) -> None:
        """It was done: hold the next one off."""
        hold = settings.hold if self._rests(now) else 2 * self._hold
        self._hold = min(max(hold, settings.hold), settings.maximum)
        self.last = now

    def _rests(self, now: Instant) -> bool:
        return self.last is None or now - self.last > 2 * self._hold * MILLISECOND
