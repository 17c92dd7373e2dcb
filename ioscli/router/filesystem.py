"""A router's files: `flash0:` and `nvram:`, names and bytes with dates, without disk behind them.

What keeps them beyond the program is a Backing, handed in by whoever has a disk; without one the
files live as long as the router object does, through its reloads.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from ioscli.model.platform import CONFIGURATION_REGISTER

STARTUP_CONFIG = "startup-config"
#: What is remembered beside the files, in files that no command reaches.
_STATE = "state"
ERASED_NAME = "erased"
CONFIG_REGISTER_NAME = "config-register"

IGNORE_STARTUP_CONFIG = 0x0040
"""The bit of the configuration register that has a boot leave NVRAM's content alone."""

#: Bytes, as IOSv 15.9 prints them in `dir` and `show startup-config`.
FLASH_SIZE = 2_142_715_904
NVRAM_SIZE = 262_144
#: Bytes that one file's space on flash is a multiple of: IOSv's totals are such multiples.
_CLUSTER = 4_096

#: Characters of one path; longer names are refused (as FAT's long names are, at 255).
LONGEST_PATH = 120


class FileError(Exception):
    """Why a file operation fails: IOS's word for it, that stands in parentheses."""


NOT_FOUND = "No such file or directory"


class StoredFile(NamedTuple):
    """One file, or a directory (whose content is empty)."""

    content: bytes
    modified: datetime | None
    """By the router's clock; None where it is not known (`<no date>`)."""
    is_directory: bool = False


class Backing(Protocol):
    """What keeps files when the program ends. Both raise FileError when they cannot."""

    def save(self, filesystem: str, path: str, file: StoredFile) -> None:
        """Keep a file, wholly or not at all, durably."""

    def remove(self, filesystem: str, path: str) -> None:
        """Forget a file."""


class Place(NamedTuple):
    """A file's full name."""

    filesystem: str
    """`flash0`, `nvram` or `system`."""
    path: str
    """Without a leading `/`; empty: the file system itself."""

    def __str__(self) -> str:
        return f"{self.filesystem}:/{self.path}"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


#: Prefixes of URLs, and the file system that each means.
PREFIXES = {"flash": "flash0", "flash0": "flash0", "nvram": "nvram", "system": "system"}
NETWORK_PREFIXES = ("tftp", "ftp", "http", "https", "scp", "rcp", "sftp")

#: Characters that IOS takes in file names; what FAT forbids is refused.
_NAME = re.compile(r"[!#-)+\-.0-;=@-\[\]-{}~]+")


def resolve(url: str, folder: Place) -> Place:
    """The place that a URL means, seen from the current directory.

    `..` never leads above a file system's root. Raises FileError for a file system that does
    not exist or a name that no file can have.
    """
    prefix, colon, rest = url.partition(":")
    if colon:
        filesystem = PREFIXES.get(prefix.lower())
        if filesystem is None:
            raise FileError("Invalid argument")
        parts: list[str] = []
    else:
        filesystem, rest = folder.filesystem, url
        parts = [] if url.startswith("/") else folder.path.split("/")
    for part in rest.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    path = "/".join(part for part in parts if part)
    if len(path) > LONGEST_PATH or not all(_NAME.fullmatch(part) for part in parts if part):
        raise FileError("Invalid argument")
    return Place(filesystem, path)


ROOT = Place("flash0", "")


class Files:
    """The files of one router.

    now: what the router's clock shows.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._files: dict[Place, StoredFile] = {}
        self._backing: Backing | None = None
        self.folder = ROOT
        """The current directory (`cd`)."""

    def keep_in(self, backing: Backing) -> None:
        """Have every further change kept by a backing."""
        self._backing = backing

    def place(self, place: Place, file: StoredFile) -> None:
        """Put a file there without telling the backing: it was there before the program began."""
        self._files[place] = file

    # -- reading -------------------------------------------------------------------------------

    def read(self, place: Place) -> bytes:
        """A file's content. Raises FileError."""
        file = self._files.get(place)
        if file is None or file.is_directory:
            raise FileError(NOT_FOUND)
        return file.content

    def exists(self, place: Place) -> bool:
        """Whether there is such a file or directory."""
        return not place.path or place in self._files

    def is_directory(self, place: Place) -> bool:
        """Whether it is a directory; every file system's root is."""
        return not place.path or (place in self._files and self._files[place].is_directory)

    def listing(self, folder: Place) -> list[tuple[Place, StoredFile]]:
        """What lies directly in a directory, in the order in which it was made."""
        head = f"{folder.path}/" if folder.path else ""
        return [
            (place, file)
            for place, file in self._files.items()
            if place.filesystem == folder.filesystem
            and place.path.startswith(head)
            and "/" not in place.path[len(head) :]
        ]

    @property
    def startup_config(self) -> str | None:
        """The text of the startup-config; None: there is none."""
        file = self._files.get(STARTUP)
        return None if file is None else file.content.decode("utf-8", "replace")

    @property
    def archived(self) -> int:
        """The number of the next archive file."""
        return self._archive_list()[0]

    @property
    def archives(self) -> list[str]:
        """The URLs of what `archive config` wrote, oldest first."""
        return self._archive_list()[1]

    def _archive_list(self) -> tuple[int, list[str]]:
        file = self._files.get(_ARCHIVES)
        if file is None:
            return 0, []
        number, *names = file.content.decode().split("\n")
        return int(number), names

    @property
    def config_register(self) -> int:
        """The configuration register that the next boot goes by."""
        file = self._files.get(_CONFIG_REGISTER)
        return CONFIGURATION_REGISTER if file is None else int(file.content, 16)

    @property
    def private_config(self) -> bytes:
        """What is saved beside the startup-config and never shown: key pairs; empty: none."""
        file = self._files.get(_PRIVATE_CONFIG)
        return b"" if file is None else file.content

    def size(self, filesystem: str) -> int:
        """Bytes in all."""
        return FLASH_SIZE if filesystem == "flash0" else NVRAM_SIZE

    def free(self, filesystem: str) -> int:
        """Bytes left."""
        unit = _CLUSTER if filesystem == "flash0" else 1
        used = sum(
            -(-len(file.content) // unit) * unit
            for place, file in self._files.items()
            if place.filesystem == filesystem
        )
        return self.size(filesystem) - used

    # -- changing ------------------------------------------------------------------------------

    def write(self, place: Place, content: bytes) -> None:
        """Make or replace a file. Raises FileError; the old file is then as it was."""
        if self.is_directory(place):
            raise FileError("Is a directory")
        self._check_folder(place)
        old = self._files.get(place)
        room = self.free(place.filesystem) + (0 if old is None else len(old.content))
        if len(content) > room:
            raise FileError("No space left on device")
        self._put(place, StoredFile(content, self._now()))
        if place == STARTUP and _ERASED in self._files:
            self._take(_ERASED)

    def remember_archives(self, number: int, archives: Sequence[str]) -> None:
        """Keep the number of the next archive file, and which there are. Raises FileError."""
        text = "\n".join((str(number), *archives))
        self._put(_ARCHIVES, StoredFile(text.encode(), None))

    def append(self, place: Place, content: bytes) -> None:
        """Add to a file, or make it. Raises FileError."""
        self.write(place, (self.read(place) if place in self._files else b"") + content)

    def delete(self, place: Place) -> None:
        """Remove a file. Raises FileError."""
        if place not in self._files:
            raise FileError(NOT_FOUND)
        if self._files[place].is_directory:
            raise FileError("Is a directory")
        self._take(place)

    def rename(self, old: Place, new: Place) -> None:
        """Give a file another name. Raises FileError."""
        content = self.read(old)
        if self.exists(new):
            raise FileError("File exists")
        self.write(new, content)
        self._take(old)

    def make_directory(self, place: Place) -> None:
        """`mkdir`. Raises FileError."""
        if self.exists(place):
            raise FileError("File exists")
        self._check_folder(place)
        self._put(place, StoredFile(b"", self._now(), is_directory=True))

    def remove_directory(self, place: Place) -> None:
        """`rmdir`. Raises FileError."""
        if not self.is_directory(place):
            raise FileError("Not a directory" if self.exists(place) else NOT_FOUND)
        if not place.path or self.listing(place):
            raise FileError("Directory not empty")
        self._take(place)

    def save_startup(self, text: str) -> None:
        """Write the startup-config. Raises FileError."""
        self.write(STARTUP, text.encode())

    def save_private(self, content: bytes) -> None:
        """Write the private-config. Raises FileError."""
        if content != self.private_config:
            self._put(_PRIVATE_CONFIG, StoredFile(content, None))

    def set_config_register(self, value: int) -> None:
        """Set the configuration register of the next boot. Raises FileError."""
        self._put(_CONFIG_REGISTER, StoredFile(f"{value:#x}".encode(), None))

    def erase_nvram(self) -> None:
        """Remove every file of nvram:, the private-config with them. Raises FileError."""
        for place in [place for place in self._files if place.filesystem == "nvram"]:
            self._take(place)
        self.save_private(b"")

    def _check_folder(self, place: Place) -> None:
        if place.filesystem == "system":
            raise FileError("Operation not permitted")
        parent = Place(place.filesystem, place.path.rpartition("/")[0])
        if not self.is_directory(parent):
            raise FileError(NOT_FOUND)

    def _put(self, place: Place, file: StoredFile) -> None:
        if self._backing is not None:
            self._backing.save(place.filesystem, place.path, file)
        self._files[place] = file

    def _take(self, place: Place) -> None:
        if place == STARTUP:
            # A lab's start configuration must not come back where it was erased. First this is
            # noted, for where both are kept the startup-config counts.
            self._put(_ERASED, StoredFile(b"", None))
        if self._backing is not None:
            self._backing.remove(place.filesystem, place.path)
        del self._files[place]


STARTUP = Place("nvram", STARTUP_CONFIG)
_ERASED = Place(_STATE, ERASED_NAME)
_ARCHIVES = Place(_STATE, "archives")
_PRIVATE_CONFIG = Place(_STATE, "private-config")
_CONFIG_REGISTER = Place(_STATE, CONFIG_REGISTER_NAME)
