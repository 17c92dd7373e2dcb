"""dir, more, delete and what else handles files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import md5
from typing import TYPE_CHECKING

from ioscli.cli.boot import written
from ioscli.cli.commands.copy import RUNNING, content_of
from ioscli.cli.dialogue import Ask, Confirm, Interrupted, Steps
from ioscli.cli.registry import command
from ioscli.cli.show import files as show
from ioscli.router.filesystem import (
    NETWORK_PREFIXES,
    NOT_FOUND,
    ROOT,
    FileError,
    Place,
    StoredFile,
    resolve,
)

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session


def _place(session: Session, args: Args) -> Place:
    """The file or directory that a command names; raises FileError."""
    return resolve(args["A_FILE"], session.router.files.folder)


def _entries(session: Session, folder: Place) -> list[show.Entry]:
    if folder.filesystem == "system":
        content = written(session.router.config).encode()
        return [show.Entry(RUNNING, StoredFile(content, None))]
    return [show.Entry(*found) for found in session.router.files.listing(folder)]


@command("dir")
def dir_files(session: Session, args: Args) -> Iterator[str]:
    """`dir [/all]`: a FAT disk has no deleted files that `/all` could show."""
    files = session.router.files
    if "all-filesystems" in args:
        for name in ("flash0", "nvram", "system"):
            yield from _directory(session, Place(name, ""))
            yield ""
        return
    url = args.get("A_FILE", "")
    try:
        place = resolve(url, files.folder) if url else files.folder
    except FileError as error:
        yield f"%Error opening {url} ({error})"
        return
    if files.is_directory(place):
        yield from _directory(session, place)
        return
    found = [entry for entry in _entries(session, _parent(place)) if entry.place == place]
    if not found:
        yield f"%Error opening {place} ({NOT_FOUND})"
        return
    size, free = files.size(place.filesystem), files.free(place.filesystem)
    yield from show.directory(place, found, size, free)


def _parent(place: Place) -> Place:
    return Place(place.filesystem, place.path.rpartition("/")[0])


def _directory(session: Session, folder: Place) -> Iterator[str]:
    files = session.router.files
    if folder.filesystem == "system":
        yield from list(show.directory(folder, _entries(session, folder), 0, 0))[:-1]
        yield "No space information available"
        return
    size, free = files.size(folder.filesystem), files.free(folder.filesystem)
    yield from show.directory(folder, _entries(session, folder), size, free)


@command("show_flash")
def show_flash(session: Session, _args: Args) -> Iterator[str]:
    """`show flash:`."""
    files = session.router.files
    entries = list(_walk(session, ROOT))
    return show.flash(entries, files.size("flash0"), files.free("flash0"))


def _walk(session: Session, folder: Place) -> Iterator[show.Entry]:
    for entry in _entries(session, folder):
        yield entry
        if entry.file.is_directory:
            yield from _walk(session, entry.place)


@command("show_file_systems")
def show_file_systems(session: Session, _args: Args) -> Iterator[str]:
    """`show file systems`: those that there are, and the network that nothing answers on."""
    files = session.router.files
    here = files.folder.filesystem
    rows = [show.FileSystemView(None, None, "opaque", "rw", "system:")]
    rows += [
        show.FileSystemView(None, None, "network", "rw", f"{name}:") for name in NETWORK_PREFIXES
    ]
    rows += [
        show.FileSystemView(
            files.size("flash0"), files.free("flash0"), "disk", "rw", "flash0: flash:#",
            here == "flash0",
        ),
        show.FileSystemView(
            files.size("nvram"), files.free("nvram"), "nvram", "rw", "nvram:", here == "nvram"
        ),
    ]  # fmt: skip
    return show.file_systems(rows)


@command("show_file_information")
def show_file_information(session: Session, args: Args) -> Iterator[str]:
    """`show file information`: the examples of Cisco's command reference."""
    url = args["A_FILE"]
    try:
        place = _place(session, args)
    except FileError as error:
        yield f"%Error opening {url} ({error})"
        return
    yield f"{url}:"
    if session.router.files.is_directory(place):
        yield "  type is directory"
        return
    content = content_of(session, place)
    if content is None:
        yield f"  %Error opening {place} ({NOT_FOUND})"
    else:
        yield f"  type is {'ascii text' if content.isascii() else 'unknown'}"


@command("more")
def more(session: Session, args: Args) -> Iterable[str]:
    """`more`."""
    try:
        place = _place(session, args)
    except FileError as error:
        return [f"%Error opening {args['A_FILE']} ({error})"]
    content = content_of(session, place)
    if content is None:
        return [f"%Error opening {place} ({NOT_FOUND})"]
    return content.decode("utf-8", "replace").removesuffix("\n").split("\n")


@command("pwd")
def pwd(session: Session, _args: Args) -> Iterable[str]:
    """`pwd`."""
    return [str(session.router.files.folder)]


@command("cd")
def cd(session: Session, args: Args) -> Iterator[str]:
    """`cd`; alone it goes back to flash0:."""
    files = session.router.files
    try:
        place = _place(session, args) if "A_FILE" in args else ROOT
    except FileError as error:
        yield f"%Error changing to {args['A_FILE']} ({error})"
        return
    if not files.is_directory(place):
        yield f"%Error changing to {place} ({NOT_FOUND})"
        return
    files.folder = place


@command("delete")
def delete(session: Session, args: Args) -> Steps:
    """`delete [/force]`."""
    files = session.router.files
    forced = "/force" in args
    place: Place | str = args["A_FILE"]
    try:
        place = _place(session, args)
        if not forced:
            name = (yield Ask(f"Delete filename [{place.path}]? ")).strip()
            if name:
                place = resolve(f"{place.filesystem}:/{name}", ROOT)
            if not (yield Confirm(f"Delete {place}? [confirm]")):
                return
        files.delete(place)
    except Interrupted:
        return
    except FileError as error:
        # Captures: the full name where it was asked about, else as it was typed.
        yield f"%Error deleting {args['A_FILE'] if forced else place} ({error})"


@command("rename")
def rename(session: Session, args: Args) -> Steps:
    """`rename`."""
    files = session.router.files
    try:
        old = _place(session, args)
        new = resolve(args["A_NEW_FILE"], files.folder)
        answer = (yield Ask(f"Destination filename [{new.path}]? ")).strip()
        if answer:
            new = resolve(f"{new.filesystem}:/{answer}", ROOT)
        files.rename(old, new)
    except Interrupted:
        return
    except FileError as error:
        yield f"%Error renaming {args['A_FILE']} ({error})"


@command("mkdir")
def mkdir(session: Session, args: Args) -> Steps:
    """`mkdir`."""
    try:
        place = _place(session, args)
        answer = (yield Ask(f"Create directory filename [{place.path}]? ")).strip()
        if answer:
            place = resolve(f"{place.filesystem}:/{answer}", ROOT)
        session.router.files.make_directory(place)
    except Interrupted:
        return
    except FileError as error:
        yield f"%Error Creating dir {args['A_FILE']} ({error})"
        return
    yield f"Created dir {place}"


@command("rmdir")
def rmdir(session: Session, args: Args) -> Steps:
    """`rmdir`."""
    try:
        place = _place(session, args)
        answer = (yield Ask(f"Remove directory filename [{place.path}]? ")).strip()
        if answer:
            place = resolve(f"{place.filesystem}:/{answer}", ROOT)
        if not (yield Confirm(f"Delete {place}? [confirm]")):
            return
        session.router.files.remove_directory(place)
    except Interrupted:
        return
    except FileError as error:
        yield f"%Error Removing dir {args['A_FILE']} ({error})"
        return
    yield f"Removed dir {place}"


@command("verify")
def verify(session: Session, args: Args) -> Iterator[str]:
    """`verify /md5`."""
    try:
        place = _place(session, args)
        content = content_of(session, place)
        if content is None:
            raise FileError(NOT_FOUND)
    except FileError as error:
        yield f"%Error opening {args['A_FILE']} ({error})"
        return
    digest = md5(content, usedforsecurity=False).hexdigest()
    typed = args["A_FILE"]
    url = typed if ":" in typed else str(place)  # IOS repeats a URL as it was typed
    yield f".MD5 of {url} Done!"
    expected = args.get("A_MD5")
    if expected is None or expected.lower() == digest:
        yield f"{'verify' if expected is None else 'Verified'} /md5 ({url}) = {digest}"
        return
    yield f"%Error verifying {url}"
    yield f"Computed signature  = {digest}"
    yield f"Submitted signature = {expected}"
