"""Simulated time: whole microseconds since the simulation began.

Integers keep equal runs equal on every machine; a float would not.
"""

from typing import NewType

Instant = NewType("Instant", int)
"""A point in simulated time, microseconds since the simulation began."""

Duration = NewType("Duration", int)
"""A span of simulated time, microseconds."""

MICROSECOND = Duration(1)
MILLISECOND = Duration(1_000)
SECOND = Duration(1_000_000)
MINUTE = Duration(60_000_000)
HOUR = Duration(3_600_000_000)


def seconds(value: float) -> Duration:
    """A span given in seconds, rounded to whole microseconds."""
    return Duration(round(value * 1_000_000))


def after(start: Instant, span: int) -> Instant:
    """The instant a span (microseconds) after another."""
    return Instant(start + span)
