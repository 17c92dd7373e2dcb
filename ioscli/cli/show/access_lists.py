"""show access-lists, show ip access-lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ioscli.cli.access_entry import extended_line, standard_line
from ioscli.model.access_list import AccessEntry, AccessList, AccessListKind


def show_access_lists(lists: Iterable[AccessList]) -> Iterator[str]:
    """Standard lists before extended ones, numbers before names, with what each entry met."""
    for known in sorted(lists, key=_place):
        yield f"{known.kind.value.capitalize()} IP access list {known.name}"
        for sequence, entry in known.lines.items():
            yield f"    {sequence} {_entry(entry, known.kind)}{_matches(known.hits.get(sequence))}"


def _place(known: AccessList) -> tuple[bool, bool, int, str]:
    number = int(known.name) if known.name.isdigit() else 0
    return known.kind is AccessListKind.EXTENDED, not number, number, known.name


def _entry(entry: AccessEntry, kind: AccessListKind) -> str:
    if kind is AccessListKind.STANDARD:
        return standard_line(entry, shown=True)
    text = extended_line(entry, shown=True)
    # A time range that nothing keeps time for is not active.
    timed = entry.kept is not None and entry.kept.after.startswith("time-range")
    return f"{text} (inactive)" if timed else text


def _matches(count: int | None) -> str:
    if not count:
        return ""
    return f" ({count} match{'es' if count > 1 else ''})"
