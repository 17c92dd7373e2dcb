"""Spans of time as IOS writes them."""

from ioscli.model.instant import SECOND, Duration

_MINUTE = 60
_HOUR = 3_600
_DAY = 86_400
_WEEK = 604_800
_YEAR = 31_536_000


def route_age(span: Duration) -> str:
    """`00:09:19`, `1d01h`, `3w2d`, `1y05w`: the first two units that matter."""
    total = span // SECOND
    if total < _DAY:
        return f"{total // _HOUR:02}:{total % _HOUR // _MINUTE:02}:{total % _MINUTE:02}"
    if total < _WEEK:
        return f"{total // _DAY}d{total % _DAY // _HOUR:02}h"
    if total < _YEAR:
        return f"{total // _WEEK}w{total % _WEEK // _DAY}d"
    return f"{total // _YEAR}y{total % _YEAR // _WEEK:02}w"


def last_seen(span: Duration | None) -> str:
    """`never` or an age, for `Last input`."""
    return "never" if span is None else route_age(span)


def uptime(span: Duration) -> str:
    """`1 week, 2 days, 52 minutes`: units of nothing are left out, minutes never."""
    minutes = span // (_MINUTE * SECOND)
    parts = []
    for name, size in (("year", 525_600), ("week", 10_080), ("day", 1_440), ("hour", 60)):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(_counted(count, name))
    if minutes or not parts:
        parts.append(_counted(minutes, "minute"))
    return ", ".join(parts)


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
