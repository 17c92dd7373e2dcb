"""What was handed in: a source for each student, from the folders, zips and files of a command.

- A file is a student's; `doe_R1.cfg` and `doe_R3.cfg` are of one student.
- A folder with a `NODE.cfg` is a student's. Any other folder is a class: each folder, zip or file
  in it is a student's.
- A zip with all its configurations in one folder, at any depth, is a student's; one with several
  folders is a class, as learning platforms export it.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from ioscli.exercises.grading import file_names
from ioscli.exercises.grading.pasted import Refused
from ioscli.exercises.grading.plain_text import plain
from ioscli.exercises.grading.submission import Source, is_zip_file
from ioscli.exercises.grading.tree import Contents, contents_of, listed, opened_zip
from ioscli.labs.errors import InputError, quoted

_MOST_STUDENTS = 50_000
_LONGEST_NAME = 100


class _Entries(NamedTuple):
    """One level of a folder or zip."""

    folders: list[str]
    files: list[str]


def sources_of(paths: Sequence[str], routers: Sequence[str]) -> list[Source]:
    """A source for each student, but for zips, which `in_zip` opens (within limits).

    Raises InputError for what is not there.
    """
    found: list[Source] = []
    loose: dict[Path, list[Path]] = {}
    for text in paths:
        path = Path(text)
        try:
            is_folder, is_file = path.is_dir(), path.is_file()
        except (OSError, ValueError):
            raise InputError("cannot be read", file=quoted(text)) from None
        if is_folder:
            found += _in_folder(path, routers)
        elif not is_file:
            raise InputError("there is no such file or folder", file=path)
        elif _readable_zip(path):
            found.append(Source(_student(path.name), plain(path.name), path))
        else:
            loose.setdefault(path.parent, []).append(path)
    for folder, files in loose.items():
        found += _loose(folder, [file.name for file in files], routers, "", own=_name(folder))
    return found


def in_zip(source: Source, routers: Sequence[str]) -> list[Source]:
    """The students of a zip that was named by itself: one, or a class of them."""
    try:
        with source.path.open("rb") as stream, opened_zip(stream) as archive:
            contents = contents_of(archive)
    except Refused as refusal:
        return [source._replace(refused=str(refusal))]
    except OSError as error:
        return [source._replace(refused=f"it cannot be read: {error.strerror}")]
    if _is_one(contents, routers):
        return [source]
    # A folder that the zip names and that is empty is a student's as well.
    prefix = _common_folder([*contents.files, *(f"{name}x" for name in contents.folders)])
    entries = _below(prefix, (*contents.files, *contents.folders))
    found = _students(source.path, entries, routers, source.place, prefix)
    stray = [name for name in contents.tricks if not _is_within(name, prefix, entries)]
    if stray:
        why = "; ".join(f"{quoted(name)} {contents.tricks[name]}" for name in sorted(stray)[:3])
        found.append(source._replace(refused=plain(f"not safe to take: {why}")))
    return found


def is_unopened_zip(source: Source) -> bool:
    """Whether only a look inside tells how many students a source is of."""
    return (
        not (source.inside or source.files or source.refused)
        and source.place == plain(source.path.name)
        and source.path.is_file()
        and _readable_zip(source.path)
    )


def told_apart(sources: Iterable[Source]) -> list[Source]:
    """Sorted by student; those of one name are numbered in the order they were handed in."""
    taken: dict[str, int] = {}  # the last number of each name
    found = []
    for source in sources:
        name, whole = source.student, source.student.casefold()
        while name.casefold() in taken:
            taken[whole] += 1
            name = f"{source.student} ({taken[whole]})"
        taken[name.casefold()] = 1
        found.append(source._replace(student=name))
    if len(found) > _MOST_STUDENTS:
        raise InputError(f"more than {_MOST_STUDENTS:,} submissions")
    return sorted(found, key=lambda it: (it.student.casefold(), it.student))


def _in_folder(folder: Path, routers: Sequence[str]) -> list[Source]:
    try:
        listing = listed(folder, _MOST_STUDENTS)
    except Refused as refusal:
        raise InputError(str(refusal), file=folder) from None
    name = _name(folder)
    entries = _Entries([], [])
    links = []
    for entry in listing:
        if entry.is_dir(follow_symlinks=False):
            entries.folders.append(entry.name)
        elif entry.is_file(follow_symlinks=False):
            entries.files.append(entry.name)
        else:
            links.append(entry.name)
    relevant = _relevant(entries.files)
    alone = len(relevant) == 1 and not entries.folders and not links
    if alone or _names_nodes(entries, routers):
        return [Source(_student(name), plain(name), folder)]
    found = _students(folder, entries, routers, plain(name), "")
    found += [
        Source(
            _student(link),
            plain(f"{name}/{link}"),
            folder / link,
            refused="it is a symbolic link, or no regular file",
        )
        for link in links
    ]
    if len(found) == 1:
        # A class of one, or a student whose files lie a folder deeper: the name says both.
        return [found[0]._replace(student=plain(f"{name}/{found[0].student}", _LONGEST_NAME))]
    if not found:
        raise InputError("there is nothing in this folder", file=folder)
    return found


def _students(
    path: Path, entries: _Entries, routers: Sequence[str], place: str, prefix: str
) -> list[Source]:
    """The students of a class in a folder, or in a zip (`prefix`: the folder there)."""
    zipped = path.is_file()
    found = []
    for folder in entries.folders:
        shown = plain(f"{place}/{prefix}{folder}")
        if zipped:
            found.append(Source(_student(folder), shown, path, f"{prefix}{folder}/"))
        else:
            found.append(Source(_student(folder), shown, path / folder))
    files = [name for name in entries.files if not file_names.is_list(name)]
    zips = [name for name in files if file_names.is_zip(name)]
    for name in zips:
        shown, whose = plain(f"{place}/{prefix}{name}"), _student(file_names.stem_of(name))
        if zipped:
            found.append(Source(whose, shown, path, prefix, (prefix + name,)))
        else:
            found.append(Source(whose, shown, path / name))
    others = [name for name in files if name not in zips]
    return found + _loose(path, others, routers, prefix, place=place)


def _loose(
    path: Path,
    names: Sequence[str],
    routers: Sequence[str],
    prefix: str,
    *,
    place: str = "",
    own: str = "",
) -> list[Source]:
    """Single files, those of one student together; `own`: whose files are that name a node."""
    found: dict[str, list[str]] = {}
    for name in names:
        ending = file_names.at_end(name, routers)
        named = file_names.exactly(name, routers) is not None
        if own and named and sum(_is_exact(other, routers) for other in names) > 1:
            found.setdefault(own, []).append(name)
        else:
            whose = file_names.stem_of(name) if ending is None else ending[0]
            found.setdefault(whose, []).append(name)
    sources = []
    for whose, files in found.items():
        shown = files[0] if len(files) == 1 else f"{whose}*"
        sources.append(
            Source(
                _student(whose),
                plain(f"{place}/{prefix}{shown}" if place else shown),
                path,
                prefix,
                tuple(prefix + name for name in files),
            )
        )
    return sources


def _is_exact(name: str, routers: Sequence[str]) -> bool:
    return file_names.exactly(name, routers) is not None


def _is_one(contents: Contents, routers: Sequence[str]) -> bool:
    """Whether a zip is of one student: where its configurations are decides."""
    relevant = _relevant(contents.files)
    if not relevant:
        return len(_below("", (*contents.files, *contents.folders)).folders) < 2
    prefix = _common_folder(relevant)
    entries = _below(prefix, relevant)
    if _names_nodes(entries, routers):
        return True
    zips = [name for name in entries.files if file_names.is_zip(name)]
    return not entries.folders and len(zips) < 2 and not _several_students(entries, routers)


def _several_students(entries: _Entries, routers: Sequence[str]) -> bool:
    """Whether files that lie side by side are of several: `doe_R1.cfg`, `roe_R1.cfg`."""
    whose = {
        ending[0]
        for name in entries.files
        if (ending := file_names.at_end(name, routers)) is not None
    }
    return len(whose) > 1


def _names_nodes(entries: _Entries, routers: Sequence[str]) -> bool:
    """Whether files, or all folders, are named after nodes: they are one student's."""
    if any(
        _is_exact(name, routers) or file_names.at_start(name, routers) is not None
        for name in _relevant(entries.files)
    ):
        return True
    return bool(entries.folders) and all(
        file_names.exactly(name, routers) is not None for name in entries.folders
    )


def _relevant(names: Iterable[str]) -> list[str]:
    return [name for name in names if file_names.is_configuration(name) or file_names.is_zip(name)]


def _below(prefix: str, names: Iterable[str]) -> _Entries:
    """What is right below a folder, of names that have `/` between folders."""
    folders: dict[str, None] = {}
    files = []
    for name in names:
        if not name.startswith(prefix):
            continue
        first, slash, _ = name[len(prefix) :].partition("/")
        if slash and first:
            folders[first] = None
        elif first:
            files.append(name)
    return _Entries(list(folders), files)


def _common_folder(names: Sequence[str]) -> str:
    """The folder that all files are in or below, with a `/` behind; none for the top."""
    if not names:
        return ""
    common = names[0].split("/")[:-1]
    for name in names[1:]:
        parts = name.split("/")[:-1]
        same = 0
        while same < min(len(common), len(parts)) and common[same] == parts[same]:
            same += 1
        common = common[:same]
    return "".join(f"{part}/" for part in common)


def _is_within(name: str, prefix: str, entries: _Entries) -> bool:
    """Whether a name is below a student's folder, however it goes on."""
    return any(name.startswith(f"{prefix}{folder}/") for folder in entries.folders)


def _readable_zip(path: Path) -> bool:
    try:
        return is_zip_file(path)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=path) from None


def _name(folder: Path) -> str:
    return folder.name if folder.name not in ("", "..") else folder.resolve().name or "submission"


def _student(name: str) -> str:
    whole = file_names.student_of(file_names.stem_of(name) if file_names.is_zip(name) else name)
    return plain(whole, _LONGEST_NAME) or "unnamed"
