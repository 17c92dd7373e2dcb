"""When a router's configuration was last changed and saved, and by whom."""

from typing import NamedTuple

from ioscli.router.clock import Clock, WallTime


class Stamp(NamedTuple):
    """One moment of a configuration's history."""

    moment: WallTime
    user: str | None
    """Who had logged in by a name; None: nobody had."""


class ConfigHistory:
    """What the head of the running-config tells about it.

    Kept as the clock showed it then: a clock that is set later does not move what has happened.
    A router that has reloaded knows of no change (running-configs of IOSv 15.7).
    """

    __slots__ = ("_clock", "changed", "saved")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.changed: Stamp | None = None
        """When configuration was last left, or a file read into it."""
        self.saved: Stamp | None = None
        """When NVRAM was last written to."""

    def note_change(self, user: str | None) -> None:
        """The configuration was changed now."""
        self.changed = Stamp(self._clock.local(), user)

    def note_save(self, user: str | None) -> None:
        """The configuration was saved now."""
        self.saved = Stamp(self._clock.local(), user)
