"""What the operator configured about the clock: time zone and summer time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

LAST_WEEK = 5


class YearlyMoment(NamedTuple):
    """A moment that comes every year: `2 Sun Mar 2:00`."""

    week: int
    """1 to 4, or LAST_WEEK."""
    weekday: int
    """0 is Monday."""
    month: int
    hour: int
    minute: int

    def in_year(self, year: int) -> datetime:
        """When it comes in a year, by the wall clock."""
        first = datetime(year, self.month, 1, self.hour, self.minute)
        day = first + timedelta(days=(self.weekday - first.weekday()) % 7)
        if self.week < LAST_WEEK:
            return day + timedelta(weeks=self.week - 1)
        while (day + timedelta(weeks=1)).month == self.month:
            day += timedelta(weeks=1)
        return day

    @property
    def words(self) -> str:
        """As the running-config writes it."""
        week = "last" if self.week == LAST_WEEK else str(self.week)
        weekday, month = WEEKDAYS[self.weekday][:3], MONTHS[self.month - 1][:3]
        return f"{week} {weekday} {month} {self.hour}:{self.minute:02}"


#: What `recurring` alone means: the rule of the United States since 2007.
US_START = YearlyMoment(2, 6, 3, 2, 0)
US_END = YearlyMoment(1, 6, 11, 2, 0)


class SummerTime(NamedTuple):
    """`clock summer-time`: every year, or once between two dates."""

    zone: str
    recurring: tuple[YearlyMoment, YearlyMoment] | None = (US_START, US_END)
    """Start by standard time, end by summer time."""
    dates: tuple[datetime, datetime] | None = None
    """Instead: once, between these moments of the wall clock."""
    offset: int = 60
    """Minutes that the clock goes ahead."""

    def bounds(self, year: int) -> tuple[datetime, datetime]:
        """When it starts and ends in a year, by the wall clock of before each change."""
        if self.recurring is None:
            assert self.dates is not None
            return self.dates
        start, end = self.recurring
        return start.in_year(year), end.in_year(year)

    def holds(self, standard: datetime) -> bool:
        """Whether it is summer at a moment of standard time."""
        start, end = self.bounds(standard.year)
        end -= timedelta(minutes=self.offset)
        if self.dates is not None or start <= end:
            return start <= standard < end
        return standard >= start or standard < end  # south of the equator


@dataclass(slots=True)
class ClockConfig:
    """`clock timezone`, `clock summer-time`."""

    zone: str = "UTC"
    offset: int = 0
    """Minutes east of UTC."""
    summer_time: SummerTime | None = None
