"""show clock, and dates as messages and other shows write them."""

from collections.abc import Iterator

from ioscli.model.clock import ClockConfig
from ioscli.router.clock import WallTime


def clock_time(moment: WallTime, *, msec: bool = False) -> str:
    """`18:57:38.347 UTC Fri Mar 1 2002`."""
    time, zone = moment
    fraction = f".{time.microsecond // 1000:03}" if msec else ""
    return f"{time:%H:%M:%S}{fraction} {zone} {time:%a %b} {time.day} {time.year}"


def clock_day(moment: WallTime) -> str:
    """`18:57:38 UTC Mar 1 2002`: without the day of the week."""
    time, zone = moment
    return f"{time:%H:%M:%S} {zone} {time:%b} {time.day} {time.year}"


def show_clock(now: WallTime, mark: str) -> Iterator[str]:
    """The system clock; a mark of `*` says that nothing has set it."""
    yield mark + clock_time(now, msec=True)


def show_clock_detail(
    now: WallTime, mark: str, config: ClockConfig, set_by_operator: bool
) -> Iterator[str]:
    """The clock, who set it, and when summer time comes and goes."""
    yield from show_clock(now, mark)
    yield "Time source is user configuration" if set_by_operator else "No time source"
    summer = config.summer_time
    if summer is None:
        return
    start, end = summer.bounds(now.time.year)
    yield f"Summer time starts {clock_time(WallTime(start, config.zone))}"
    yield f"Summer time ends {clock_time(WallTime(end, summer.zone))}"
