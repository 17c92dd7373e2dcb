"""The files of a submission: of a folder or of a zip, none of them unpacked, all bounded.

Links, devices and names that lead out of the folder are never followed; what a zip says about
its sizes is not believed.
"""

import os
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ioscli.exercises.grading.pasted import Refused
from ioscli.exercises.grading.plain_text import plain
from ioscli.labs.errors import quoted

MOST_FILES = 1_000
"""Of one student."""
MOST_FILES_OF_CLASS = 100_000
_DEEPEST = 16
_LONGEST_DIRECTORY = 32 << 20
"""Bytes of a zip's table of contents."""
_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED = 0x1

_DAMAGED = "the zip is damaged"


class Tree(Protocol):
    """Files by their names, `/` between folders."""

    @property
    def names(self) -> list[str]:
        """Of all files, sorted."""

    @property
    def tricks(self) -> list[str]:
        """What would lead out of the submission, each as a sentence."""

    def read(self, name: str, largest: int) -> bytes:
        """A file. Raises Refused where it is larger, or cannot be read."""


class Contents(NamedTuple):
    """What is in a zip, told apart."""

    files: dict[str, ZipInfo]
    folders: list[str]
    """With a `/` behind; only those that the zip names."""
    tricks: dict[str, str]
    """Names that lead elsewhere, and what is wrong with each."""


class FileTree:
    """Single files that were handed in loose."""

    def __init__(self, files: list[Path]) -> None:
        self._files = {file.name: file for file in files}
        self.names = sorted(self._files)
        self.tricks: list[str] = []

    def read(self, name: str, largest: int) -> bytes:
        """See Tree."""
        return read_file(self._files[name], largest)


class FolderTree:
    """A folder and what is below it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.names: list[str] = []
        self.tricks: list[str] = []
        self._look(folder, "", 0)
        self.names.sort()
        self.tricks.sort()

    def _look(self, folder: Path, prefix: str, depth: int) -> None:
        if depth > _DEEPEST:
            raise Refused(f"folders within folders, more than {_DEEPEST} deep")
        for entry in listed(folder, MOST_FILES):
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                self._look(folder / entry.name, f"{name}/", depth + 1)
            elif entry.is_file(follow_symlinks=False):
                self.names.append(name)
            else:
                kind = "a symbolic link" if entry.is_symlink() else "no regular file"
                self.tricks.append(f"{quoted(name)} is {kind}")
            if len(self.names) + len(self.tricks) > MOST_FILES:
                raise Refused(f"more than {MOST_FILES:,} files")

    def read(self, name: str, largest: int) -> bytes:
        """See Tree."""
        return read_file(self._folder / name, largest)


class ZipTree:
    """A zip, or one folder of it, or a few of its files."""

    def __init__(self, archive: ZipFile, prefix: str = "", only: Sequence[str] = ()) -> None:
        found = contents_of(archive)
        within = {
            name for name in only or found.files if name in found.files and name.startswith(prefix)
        }
        if len(within) > MOST_FILES:
            raise Refused(f"more than {MOST_FILES:,} files")
        self._archive = archive
        self._infos = {name[len(prefix) :]: found.files[name] for name in within}
        self.names = sorted(self._infos)
        self.tricks = sorted(
            f"{quoted(name)} {why}"
            for name, why in found.tricks.items()
            if name.startswith(prefix) and not only
        )

    def read(self, name: str, largest: int) -> bytes:
        """See Tree."""
        info = self._infos[name]
        if info.flag_bits & _ENCRYPTED:
            raise Refused("the zip is encrypted")
        # The other methods are decompressed whole by Python, however little is asked for.
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refused(f"{quoted(name)} is compressed by an unusual method")
        try:
            with self._archive.open(info) as stream:
                data = stream.read(largest + 1)
        except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
            raise Refused(_DAMAGED) from None
        return _bounded(name, data, largest)


def contents_of(archive: ZipFile) -> Contents:
    """All of a zip but hidden files and what systems add by themselves."""
    found = Contents({}, [], {})
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        parts = name.split("/")
        if not name or is_clutter(name.rstrip("/")):
            continue
        if ".." in parts or name.startswith("/") or ":" in parts[0]:
            found.tricks[name] = "leads out of the zip"
        elif stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
            found.tricks[name] = "is a symbolic link, or no regular file"
        elif name.endswith("/"):
            found.folders.append(name)
        elif name in found.files:
            found.tricks[name] = "is in the zip twice"
        else:
            found.files[name] = info
    return found


def is_clutter(name: str) -> bool:
    """Whether a file is hidden, or one that systems add by themselves."""
    parts = name.split("/")
    hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
    return hidden or "__MACOSX" in parts or parts[-1].lower() in ("thumbs.db", "desktop.ini")


@contextmanager
def opened_zip(stream: BinaryIO) -> Iterator[ZipFile]:
    """A zip, once its table of contents is known to be of a bearable size. Raises Refused."""
    try:
        _check_directory(stream)
        archive = ZipFile(stream)
    except (BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise Refused(_DAMAGED) from None
    with archive:
        yield archive


def in_memory(data: bytes) -> BinaryIO:
    """A zip that was inside another."""
    return BytesIO(data)


def _check_directory(stream: BinaryIO) -> None:
    """Look at the end record alone (APPNOTE 4.3.16): ZipFile reads the whole table at once."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _END_OF_DIRECTORY.size - _LONGEST_COMMENT))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise BadZipFile
    _, _, _, _, entries, length, _, _ = _END_OF_DIRECTORY.unpack_from(tail, at)
    if entries == 0xFFFF or length > _LONGEST_DIRECTORY:
        raise Refused("tens of thousands of files are in the zip")
    stream.seek(0)


def listed(folder: Path, most: int) -> list["os.DirEntry[str]"]:
    """What is in a folder, sorted by name, without clutter. Raises Refused for too much."""
    found: list[os.DirEntry[str]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not is_clutter(entry.name):
                    found.append(entry)
                if len(found) > most:
                    raise Refused(f"more than {most:,} files")
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from None
    return sorted(found, key=lambda entry: entry.name)


def read_file(file: Path, largest: int) -> bytes:
    """A regular file that is no link. Raises Refused where it is larger, or cannot be read."""
    # Opening a pipe would wait for whoever writes to it.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(file, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise Refused(f"{quoted(file.name)} is no regular file")
            data = stream.read(largest + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name"
        raise Refused(f"{quoted(file.name)} cannot be read: {reason}") from None
    return _bounded(file.name, data, largest)


def _bounded(name: str, data: bytes, largest: int) -> bytes:
    if len(data) > largest:
        raise Refused(f"{plain(quoted(name))} is larger than {largest >> 20} MB")
    return data
