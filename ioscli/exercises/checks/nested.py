"""What checks have in common that judge other checks, after something was done to the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.exercises.checks import fields as values
from ioscli.model.instant import SECOND, Duration

if TYPE_CHECKING:
    from ioscli.exercises.verdict import Check
    from ioscli.labs.document import Item
    from ioscli.labs.labfile import Lab


def read_checks(item: Item, lab: Lab) -> tuple[Check, ...]:
    """A list of checks, not empty. Raises InputError."""
    from ioscli.exercises.checks.kinds import read_check  # which knows these kinds, too

    found = tuple(read_check(entry, lab) for entry in item.items())
    if not found:
        raise item.error(f"{item.what}: at least one check")
    return found


def read_span(item: Item) -> Duration:
    """A time that is not nothing. Raises InputError."""
    span = values.duration(item, Duration(0))
    if not span:
        raise item.error(f"{item.what}: nothing happens in no time")
    return span


def titles(checks: tuple[Check, ...]) -> str:
    """All of them, in one clause."""
    return ", and ".join(check.title for check in checks)


def seconds(span: Duration) -> str:
    """`20 s`, `3.2 s`."""
    whole, tenths = divmod(round(span / (SECOND // 10)), 10)
    return f"{whole}.{tenths} s" if tenths else f"{whole} s"
