"""Where a lab's routers keep their files between runs: a folder per lab and node.

`STATE/LAB/NODE/nvram/startup-config` and so on; `state/` holds what is remembered beside the
files: the archives' list, and that the startup-config was erased. How files are written stands in
`ioscli.labs.durable`.
"""

import os
import shutil
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

from ioscli.labs.durable import entries, read, synchronise, write
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

_KEPT = ("nvram", "flash0", "state")
_REMEDY = "move it away, or forget all with `ioscli run --fresh LAB`"


def state_folder() -> Path:
    """Where the files of all labs are, unless `--state` says otherwise (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state"
    return root / "ioscli"


class LabStore:
    """The kept files of one lab. remedy: what may be done about a damaged one."""

    def __init__(self, state: Path, lab: Lab, remedy: str = _REMEDY) -> None:
        self.folder = state / _folder_name(lab)
        self._remedy = remedy

    def forget(self) -> None:
        """Delete all of it (`--fresh`); harmless where there is nothing."""
        _forget(self.folder)

    def forget_node(self, name: str) -> None:
        """Delete what is kept of one router; harmless where there is nothing."""
        _forget(self.folder / _escaped(name))

    def node(self, name: str) -> "NodeStore":
        """The files of one router."""
        return NodeStore(self.folder / _escaped(name), self._remedy)


class NodeStore:
    """The kept files of one router: the Backing of its `Files`."""

    def __init__(self, folder: Path, remedy: str = _REMEDY) -> None:
        self._folder = folder
        self._remedy = remedy

    def startup_config(self) -> tuple[Path, str] | None:
        """The kept startup-config, and the file it is in; None: there is none.

        Raises InputError for a file that is torn or that this program did not write.
        """
        path = self._folder / "nvram" / STARTUP_CONFIG
        if not path.exists():
            return None
        return path, read(path, self._remedy).content.decode("utf-8", "replace")

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
            files.place(Place("state", CONFIG_REGISTER_NAME), read(path, self._remedy))
        return bool(files.config_register & IGNORE_STARTUP_CONFIG)

    def load(self, files: Files) -> None:
        """Put what is kept in its place.

        Raises InputError for a file that is torn or that this program did not write.
        """
        for filesystem in _KEPT:
            for path in entries(self._folder / filesystem):
                files.place(Place(filesystem, unquote(path.name)), read(path, self._remedy))

    def save(self, filesystem: str, path: str, file: StoredFile) -> None:
        """Keep a file, atomically and durably."""
        try:
            write(self._folder / filesystem, _escaped(path), file)
        except OSError as error:
            raise FileError(error.strerror or str(error)) from None

    def remove(self, filesystem: str, path: str) -> None:
        """Forget a file."""
        folder = self._folder / filesystem
        try:
            (folder / _escaped(path)).unlink(missing_ok=True)
            if folder.is_dir():
                synchronise(folder)
        except OSError as error:
            raise FileError(error.strerror or str(error)) from None


def _forget(folder: Path) -> None:
    """Delete a folder: for whoever looks, at once and wholly."""
    # No name that is kept begins so. What a killed process left behind goes as well.
    doomed = folder.with_name(f".forgotten-{folder.name}")
    with suppress(FileNotFoundError):
        shutil.rmtree(doomed)
    with suppress(FileNotFoundError):
        folder.rename(doomed)
        synchronise(folder.parent)
        shutil.rmtree(doomed)


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
