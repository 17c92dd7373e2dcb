"""A router's clock: simulated time plus what `clock set` made of it, in the configured zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ioscli.engine.simulation import Simulation
from ioscli.model.clock import ClockConfig
from ioscli.model.instant import Instant

#: When simulated time begins. A router without a battery-backed clock starts on a 1 March;
#: a fixed day keeps equal runs equal.
EPOCH = datetime(2002, 3, 1, tzinfo=UTC)


class WallTime(NamedTuple):
    """What a clock shows: the moment on the wall and the name of its zone."""

    time: datetime
    zone: str


class Clock:
    """The clock of one router.

    set_by_operator: whether `clock set` was given. Until then IOS marks every time with `*`
    (not authoritative).
    """

    __slots__ = ("_config", "_offset", "_simulation", "set_by_operator")

    def __init__(self, simulation: Simulation, config: ClockConfig) -> None:
        self._simulation = simulation
        self._config = config
        self._offset = timedelta()
        self.set_by_operator = False

    def reconfigure(self, config: ClockConfig) -> None:
        """Follow another configuration: the router has reloaded, its time goes on."""
        self._config = config

    @property
    def mark(self) -> str:
        """What stands before a time: `*` while nothing has set the clock."""
        return "" if self.set_by_operator else "*"

    def utc(self, when: Instant | None = None) -> datetime:
        """The date and time in UTC, now or at another instant."""
        instant = self._simulation.now if when is None else when
        return EPOCH + timedelta(microseconds=instant) + self._offset

    def local(self, when: Instant | None = None) -> WallTime:
        """The time of the configured zone, summer time included."""
        config = self._config
        standard = self.utc(when).replace(tzinfo=None) + timedelta(minutes=config.offset)
        summer = config.summer_time
        if summer is not None and summer.holds(standard):
            return WallTime(standard + timedelta(minutes=summer.offset), summer.zone)
        return WallTime(standard, config.zone)

    def set(self, wanted: datetime) -> None:
        """Make the clock show a time of the configured zone (`clock set`)."""
        self._offset += wanted - self.local().time
        # By then it may be summer where it was winter; then what is shown is an hour ahead.
        self._offset += wanted - self.local().time
        self.set_by_operator = True
