"""Files that survive a crash at any instant: whole, or as they were.

Each file is one header line (with the length and the SHA-256 of what follows) and the content, so
that a torn or foreign file is never taken for a whole one. A write goes to a new file in the same
folder, is synchronised, renamed over the old one, and the folder synchronised: after a crash at
any instant there is the old or the new file.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from ioscli.labs.errors import InputError
from ioscli.router.filesystem import StoredFile

_MAGIC = "ioscli-file 1"
_HEADER = re.compile(rf"{_MAGIC} (file|directory) ([0-9]+) ([0-9a-f]{{64}}) (\S+)")
_LONGEST_HEADER = 256
#: Files that are being written begin so; the process that writes follows.
_NEW = ".new-"


def entries(folder: Path) -> Iterator[Path]:
    """The kept files of a folder, oldest name first; remains of killed writers are removed."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(_NEW):
            yield path
        elif not _alive(path.name.removeprefix(_NEW).split("-")[0]):
            path.unlink(missing_ok=True)


def _alive(process: str) -> bool:
    """Whether the process that writes a file still runs."""
    if not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def write(folder: Path, name: str, file: StoredFile) -> None:
    """Make or replace a file, and the folder where it is missing. Raises OSError."""
    _make_folder(folder)
    new = folder / f"{_NEW}{os.getpid()}-{sha256(name.encode()).hexdigest()[:16]}"
    kind = "directory" if file.is_directory else "file"
    date = "-" if file.modified is None else file.modified.isoformat()
    digest = sha256(file.content).hexdigest()
    header = f"{_MAGIC} {kind} {len(file.content)} {digest} {date}\n"
    try:
        with new.open("wb") as stream:
            stream.write(header.encode() + file.content)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(folder / name)
    except OSError:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    synchronise(folder)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each durably in the one that holds it."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for made in reversed(missing):
        made.mkdir(exist_ok=True)
        synchronise(made.parent)


def synchronise(folder: Path) -> None:
    """Have the names in a folder on the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(path: Path, remedy: str) -> StoredFile:
    """A file as `write` wrote it.

    Raises InputError for one that is torn, or that this program did not write; the message ends
    with what may be done about that.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from None
    line, _, content = data.partition(b"\n")
    found = _HEADER.fullmatch(line[:_LONGEST_HEADER].decode("ascii", "replace"))
    if found is None:
        raise InputError(f"not a file that ioscli wrote; {remedy}", file=path)
    kind, length, digest, date = found.groups()
    if len(content) != int(length) or sha256(content).hexdigest() != digest:
        raise InputError(f"damaged, not what was written; {remedy}", file=path)
    try:
        modified = None if date == "-" else datetime.fromisoformat(date)
    except ValueError:
        raise InputError(f"damaged, a date that is none; {remedy}", file=path) from None
    return StoredFile(content, modified, kind == "directory")
