"""show processes cpu history: three graphs. Layout: captures of IOS 15 and 16.

Above each column stands its largest value, digit under digit, blank for nothing at all; a mark
reaches a line from five below it.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from ioscli.router.processes import CpuHistory, Span

_MARGIN = " " * 6
_LINES = range(100, 0, -10)
_REACH = 5
_SECONDS_A_SAMPLE = 5
_DIGITS = 3
_TENS = "0....5....1....1....2....2....3....3....4....4....5....5....6....6....7.."
_ONES = "          0    5    0    5    0    5    0    5    0    5    0    5    0  "
_BOTH = "* = maximum CPU%   # = average CPU%"
_MINUTE = 60
_DAYS = 72


def show_cpu_history(history: CpuHistory) -> Iterator[str]:
    """The last minute by seconds, the last hour by minutes, three days by hours."""
    seconds = [
        Span(sample, 0) for sample in history.samples for _ in range(_SECONDS_A_SAMPLE)
    ]  # a sample counts for each of its seconds
    yield from _graph(seconds, _MINUTE)
    yield " " * 15 + "CPU% per second (last 60 seconds)"
    yield ""
    yield from _graph(history.minutes, _MINUTE)
    yield " " * 15 + "CPU% per minute (last 60 minutes)"
    yield " " * 14 + _BOTH
    yield ""
    yield from _graph(history.hours, _DAYS)
    yield " " * 19 + "CPU% per hour (last 72 hours)"
    yield " " * 18 + _BOTH


def _graph(spans: Sequence[Span], width: int) -> Iterator[str]:
    digits = [str(span.most or "").rjust(_DIGITS) for span in spans]
    for row in zip_longest(*digits) if digits else [()] * _DIGITS:
        yield _MARGIN + "".join(row).ljust(width)
    for line in _LINES:
        marks = "".join(_mark(span, line) for span in spans)
        yield f"{line:>5} {marks.ljust(width)}"
    yield f"     {_TENS[: width + 1]}"
    yield f"     {_ONES[: width + 1]}"


def _mark(span: Span, line: int) -> str:
    if span.average >= line - _REACH:
        return "#"
    return "*" if span.most >= line - _REACH else " "
