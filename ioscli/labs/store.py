"""Where a lab's routers keep their files between runs: a folder per lab and node.

`STATE/LAB/NODE/nvram/startup-config` and so on; `state/` holds what is remembered beside the
files: the archives' list, and that the startup-config was erased. Each file is one header line
(with the length and the SHA-256 of what follows) and the content, so that a torn or foreign file
is never taken for a whole one. A write goes to a new file in the same folder, is synchronised,
renamed over the old one, and the folder synchronised: after a crash at any instant there is the
old or the new file.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

from ioscli.labs.errors import InputError
from ioscli.labs.labfile import Lab
from ioscli.resources import labs_folder
from ioscli.router.filesystem import (
    CONFIG_REGISTER_NAME,
    ERASED_NAME,
    IGNORE_STARTUP_CONFIG,
    STARTUP_CONFIG,
    FileError,
    Files,
    Place,
    StoredFile,
)

_MAGIC = "ioscli-file 1"
_HEADER = re.compile(rf"{_MAGIC} (file|directory) ([0-9]+) ([0-9a-f]{{64}}) (\S+)")
_LONGEST_HEADER = 256
#: Files that are being written begin so; the process that writes follows.
_NEW = ".new-"
_KEPT = ("nvram", "flash0", "state")
_REMEDY = "move it away, or forget all with `ioscli run --fresh LAB`"


def state_folder() -> Path:
    """Where the files of all labs are, unless `--state` says otherwise (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state"
    return root / "ioscli"


class LabStore:
    """The kept files of one lab."""

    def __init__(self, state: Path, lab: Lab) -> None:
        self.folder = state / _folder_name(lab)

    def forget(self) -> None:
        """Delete all of it (`--fresh`); harmless where there is nothing."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.folder)

    def node(self, name: str) -> "NodeStore":
        """The files of one router."""
        return NodeStore(self.folder / _escaped(name))


class NodeStore:
    """The kept files of one router: the Backing of its `Files`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def startup_config(self) -> tuple[Path, str] | None:
        """The kept startup-config, and the file it is in; None: there is none.

        Raises InputError for a file that is torn or that this program did not write.
        """
        path = self._folder / "nvram" / STARTUP_CONFIG
        if not path.exists():
            return None
        return path, _read(path).content.decode("utf-8", "replace")

    @property
    def erased(self) -> bool:
        """Whether the startup-config was erased, and none was saved since."""
        kept = self._folder / "nvram" / STARTUP_CONFIG
        return (self._folder / "state" / ERASED_NAME).exists() and not kept.exists()

    @property
    def ignores_startup_config(self) -> bool:
        """Whether the configuration register says to boot without the startup-config."""
        files = Files(lambda: datetime.min)
        path = self._folder / "state" / CONFIG_REGISTER_NAME
        if path.exists():
            files.place(Place("state", CONFIG_REGISTER_NAME), _read(path))
        return bool(files.config_register & IGNORE_STARTUP_CONFIG)

    def load(self, files: Files) -> None:
        """Put what is kept in its place.

        Raises InputError for a file that is torn or that this program did not write.
        """
        for filesystem in _KEPT:
            for path in _entries(self._folder / filesystem):
                files.place(Place(filesystem, unquote(path.name)), _read(path))

    def save(self, filesystem: str, path: str, file: StoredFile) -> None:
        """Keep a file, atomically and durably."""
        try:
            _write(self._folder / filesystem, _escaped(path), file)
        except OSError as error:
            raise FileError(error.strerror or str(error)) from None

    def remove(self, filesystem: str, path: str) -> None:
        """Forget a file."""
        folder = self._folder / filesystem
        try:
            (folder / _escaped(path)).unlink(missing_ok=True)
            if folder.is_dir():
                _synchronise(folder)
        except OSError as error:
            raise FileError(error.strerror or str(error)) from None


def _folder_name(lab: Lab) -> str:
    """A shipped lab's own name; another's with a mark of where it lies, for names repeat."""
    name = _escaped(lab.name)
    if lab.folder.resolve().parent == labs_folder().resolve():
        return name
    mark = sha256(str(lab.folder.resolve()).encode()).hexdigest()[:8]
    return f"{name}-{mark}"


def _escaped(path: str) -> str:
    """A file name that holds a whole path of the router's: no `/`, no leading dot."""
    name = quote(path, safe="")
    return "%2E" + name[1:] if name.startswith(".") else name


def _entries(folder: Path) -> Iterator[Path]:
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


def _write(folder: Path, name: str, file: StoredFile) -> None:
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
    _synchronise(folder)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each durably in the one that holds it."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for made in reversed(missing):
        made.mkdir(exist_ok=True)
        _synchronise(made.parent)


def _synchronise(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> StoredFile:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(error.strerror or str(error), file=path) from None
    line, _, content = data.partition(b"\n")
    found = _HEADER.fullmatch(line[:_LONGEST_HEADER].decode("ascii", "replace"))
    if found is None:
        raise InputError(f"not a file that ioscli wrote; {_REMEDY}", file=path)
    kind, length, digest, date = found.groups()
    if len(content) != int(length) or sha256(content).hexdigest() != digest:
        raise InputError(f"damaged, not what was written; {_REMEDY}", file=path)
    try:
        modified = None if date == "-" else datetime.fromisoformat(date)
    except ValueError:
        raise InputError(f"damaged, a date that is none; {_REMEDY}", file=path) from None
    return StoredFile(content, modified, kind == "directory")
