"""The system clock: carries out grammar/clock.lark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.running_config import writes
from ioscli.cli.show import clock as show
from ioscli.model.changes import SystemChanged
from ioscli.model.clock import LAST_WEEK, MONTHS, WEEKDAYS, SummerTime, YearlyMoment

if TYPE_CHECKING:
    from ioscli.cli.configuration import ConfigContext
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.model.config import RouterConfig

_WEEKS = {"first": 1, "last": LAST_WEEK}
_DEFAULT_OFFSET = 60


@command("clock_timezone")
def clock_timezone(context: ConfigContext, args: Args) -> Changes:
    """Name and distance of the zone; minutes go the way of the hours."""
    clock = context.config.clock
    if resets(args):
        clock.zone, clock.offset = "UTC", 0
    else:
        hours: int = args["A_ZONE_HOURS"]
        minutes: int = args.get("A_ZONE_MINUTES", 0)
        clock.zone = args["A_ZONE"]
        clock.offset = hours * 60 + (-minutes if hours < 0 else minutes)
    return (SystemChanged(),)


@writes("config", "clock_timezone")
def clock_timezone_line(config: RouterConfig) -> Iterator[str]:
    """Hidden at UTC."""
    clock = config.clock
    if (clock.zone, clock.offset) != ("UTC", 0):
        hours, minutes = divmod(abs(clock.offset), 60)
        yield f"clock timezone {clock.zone} {'-' if clock.offset < 0 else ''}{hours} {minutes}"


@command("clock_summer_time")
def clock_summer_time(context: ConfigContext, args: Args) -> Changes:
    """Every year, by default as in the United States, or once."""
    clock = context.config.clock
    if resets(args):
        clock.summer_time = None
        return (SystemChanged(),)
    summer = SummerTime(args["A_ZONE"], offset=args.get("A_SUMMER_OFFSET", _DEFAULT_OFFSET))
    words = args.words[4:]
    if "date" in args:
        dates = (_moment(words[:4]), _moment(words[4:8]))
        summer = summer._replace(recurring=None, dates=dates)
    elif words:
        summer = summer._replace(recurring=(_yearly(words[:4]), _yearly(words[4:8])))
    clock.summer_time = summer
    return (SystemChanged(),)


def _yearly(words: Sequence[str]) -> YearlyMoment:
    week, weekday, month, time = words
    hour, minute = time.split(":")
    return YearlyMoment(
        _WEEKS.get(week) or int(week),
        WEEKDAYS.index(weekday),
        MONTHS.index(month) + 1,
        int(hour),
        int(minute),
    )


def _moment(words: Sequence[str]) -> datetime:
    hour, minute = words[3].split(":")
    return _date(words).replace(hour=int(hour), minute=int(minute))


def _date(words: Sequence[str]) -> datetime:
    """The day that `1 March 2024` or `March 1 2024` names; raises Refusal where there is none."""
    first, second, year = words[:3]
    day, month = (second, first) if first in MONTHS else (first, second)
    try:
        return datetime(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        raise Refusal(argument="A_DAY") from None


@writes("config", "clock_summer_time")
def clock_summer_time_line(config: RouterConfig) -> Iterator[str]:
    """The rule of the United States, being the default, is not spelled out."""
    summer = config.clock.summer_time
    if summer is None:
        return
    words = ["clock summer-time", summer.zone]
    if summer.dates is not None:
        words.append("date")
        words += [f"{it:%b} {it.day} {it.year} {it.hour}:{it.minute:02}" for it in summer.dates]
    else:
        words.append("recurring")
        moments = summer.recurring or ()
        if moments != SummerTime("").recurring or summer.offset != _DEFAULT_OFFSET:
            words += [moment.words for moment in moments]
    if summer.offset != _DEFAULT_OFFSET:
        words.append(str(summer.offset))
    yield " ".join(words)


# --- exec ----------------------------------------------------------------------------------------


@command("clock_set")
def clock_set(session: Session, args: Args) -> None:
    """`clock set`: in the configured zone; IOS logs what it was and what it became."""
    clock = session.router.console.clock
    hour, minute, second = args["A_CLOCK"]
    wanted = _date(args.words[3:]).replace(hour=hour, minute=minute, second=second)
    before = show.clock_time(clock.local())
    clock.set(wanted)
    session.router.log(
        "SYS",
        6,
        "CLOCKUPDATE",
        f"System clock has been updated from {before} to {show.clock_time(clock.local())}, "
        f"configured from console by {session.origin}.",
    )


@command("show_clock")
def show_clock(session: Session, args: Args) -> Iterable[str]:
    """`show clock [detail]`."""
    clock = session.router.console.clock
    if "detail" in args:
        return show.show_clock_detail(
            clock.local(), clock.mark, session.router.config.clock, clock.set_by_operator
        )
    return show.show_clock(clock.local(), clock.mark)
