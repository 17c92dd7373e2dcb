"""Directories and file systems as IOS lists them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from ioscli.router.filesystem import Place, StoredFile


class Entry(NamedTuple):
    """One line of `dir`."""

    place: Place
    file: StoredFile


def directory(folder: Place, entries: Sequence[Entry], size: int, free: int) -> Iterator[str]:
    """`dir`: the columns are those of `dir` captures of IOS 15."""
    yield f"Directory of {folder}"
    yield ""
    if not entries:
        yield "No files in directory"
    for number, (place, file) in enumerate(entries, start=1):
        flags = "drw-" if file.is_directory else "-rw-"
        date = _date(file.modified)
        yield f"{number:5}  {flags}  {len(file.content):10}  {date:>27}  {place.name}"
    yield ""
    yield f"{size} bytes total ({free} bytes free)"


def flash(entries: Sequence[Entry], size: int, free: int) -> Iterator[str]:
    """`show flash:`: every file of the disk with its length and date."""
    yield "-#- --length-- -----date/time------ path"
    for number, (place, file) in enumerate(entries, start=1):
        yield f"{number:<3} {len(file.content):10} {_date(file.modified)} {place.path}"
    yield ""
    yield f"{free} bytes available ({size - free} bytes used)"


class FileSystemView(NamedTuple):
    """One line of `show file systems`."""

    size: int | None
    free: int | None
    kind: str
    flags: str
    prefixes: str
    current: bool = False


def file_systems(rows: Sequence[FileSystemView]) -> Iterator[str]:
    """`show file systems`."""
    yield "File Systems:"
    yield ""
    yield "       Size(b)       Free(b)      Type  Flags  Prefixes"
    for row in rows:
        mark = "*" if row.current else " "
        size, free = ("-" if n is None else str(n) for n in (row.size, row.free))
        yield f"{mark}{size:>13} {free:>13} {row.kind:>9} {row.flags:>6}   {row.prefixes}"
    yield ""


def _date(when: datetime | None) -> str:
    if when is None:
        return "<no date>"
    return f"{when:%b} {when.day} {when:%Y %H:%M:%S} +00:00"
