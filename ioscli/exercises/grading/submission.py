"""A student's files into configurations by node, and what is to be said about them."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.grading import file_names
from ioscli.exercises.grading.pasted import LARGEST_CONFIGURATION, Pasted, Refused, configurations
from ioscli.exercises.grading.plain_text import few, plain
from ioscli.exercises.grading.tree import FileTree, FolderTree, Tree, ZipTree, in_memory, opened_zip
from ioscli.labs.errors import quoted

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Exercise

_LARGEST_INNER_ZIP = 32 << 20
_MOST_CONFIGURATIONS = 100
"""Files that are looked into."""


class Source(NamedTuple):
    """Where a student's files are."""

    student: str
    place: str
    """The same for reports: without the folders above what the user named."""
    path: Path
    """A folder, a zip, or a single configuration."""
    inside: str = ""
    """The folder within a zip, with a `/` behind."""
    files: tuple[str, ...] = ()
    """Names within the folder or zip, where not all of it is this student's."""
    refused: str = ""
    """Why it is not even opened."""


class Submission(NamedTuple):
    """What a student handed in, ready to be marked."""

    student: str
    place: str
    texts: dict[str, str]
    """Configurations by node."""
    notes: tuple[str, ...] = ()
    """What the student should know about how it was taken."""
    refused: str = ""
    """Why it cannot be marked."""


class _Found(NamedTuple):
    name: str
    number: int
    """Among the configurations of one file."""
    node: str
    exact: bool
    pasted: Pasted


def read_submission(source: Source, exercise: "Exercise") -> Submission:
    """Read it; whatever is wrong with it is told in what is returned."""
    if source.refused:
        return Submission(source.student, source.place, {}, (), source.refused)
    try:
        texts, notes = _read(source, exercise)
    except Refused as refusal:
        return Submission(source.student, source.place, {}, (), plain(str(refusal)))
    except OSError as error:
        reason = f"it cannot be read: {error.strerror or 'no reason given'}"
        return Submission(source.student, source.place, {}, (), reason)
    return Submission(source.student, source.place, texts, few(notes))


def _read(source: Source, exercise: "Exercise") -> tuple[dict[str, str], list[str]]:
    with ExitStack() as stack:
        tree = _open_inner(_open(source, stack), stack)
        if tree.tricks:
            raise Refused(f"not safe to take: {'; '.join(tree.tricks[:3])}")
        return _configurations(tree, exercise)


def _open(source: Source, stack: ExitStack) -> Tree:
    if source.path.is_dir():
        if source.files:
            return FileTree([source.path / name for name in source.files])
        return FolderTree(source.path)
    if not source.inside and not source.files and not is_zip_file(source.path):
        return FileTree([source.path])
    archive = stack.enter_context(opened_zip(stack.enter_context(source.path.open("rb"))))
    return ZipTree(archive, source.inside, source.files)


def is_zip_file(path: Path) -> bool:
    """Whether a file is a zip, whatever its name is."""
    if file_names.is_zip(path.name):
        return True
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def _open_inner(tree: Tree, stack: ExitStack) -> Tree:
    """Look into a zip that is all there is; once."""
    zips = _inner_zips(tree)
    if not zips:
        return tree
    if len(zips) > 1:
        raise Refused(f"several zips and no configuration: {', '.join(map(quoted, zips[:3]))}")
    data = tree.read(zips[0], _LARGEST_INNER_ZIP)
    inner = ZipTree(stack.enter_context(opened_zip(in_memory(data))))
    if _inner_zips(inner):
        raise Refused("zips within zips within zips")
    inner.tricks += tree.tricks
    return inner


def _inner_zips(tree: Tree) -> list[str]:
    if any(file_names.is_configuration(name) for name in tree.names):
        return []
    return [name for name in tree.names if file_names.is_zip(name)]


def _configurations(tree: Tree, exercise: "Exercise") -> tuple[dict[str, str], list[str]]:
    routers = [node for node, spec in exercise.lab.nodes.items() if spec.kind.value == "router"]
    names = [name for name in tree.names if file_names.is_configuration(name)]
    if len(names) > _MOST_CONFIGURATIONS:
        raise Refused(f"{len(names)} files may be configurations; that is too many to choose from")
    notes = list(_ignored(tree.names))
    found = []
    for name in names:
        read = configurations(tree.read(name, LARGEST_CONFIGURATION))
        for number, pasted in enumerate(read):
            node, exact = _node_of(name, pasted, routers, alone=len(read) == 1)
            if node is None and len(names) == len(read) == len(exercise.nodes) == 1:
                node = exercise.nodes[0]
            if node is None:
                notes.append(f"ignored: {quoted(name)} names no router of the exercise")
            elif node not in exercise.nodes:
                notes.append(f"ignored: {quoted(name)}: {node} is not to be configured")
            else:
                found.append(_Found(name, number, node, exact, pasted))
    texts = {}
    for node in exercise.nodes:
        chosen = _chosen(node, [it for it in found if it.node == node], notes)
        if chosen is not None:
            texts[node] = chosen.pasted.text
            notes += _remarks(chosen)
    if not texts:
        wanted = " or ".join(f"{node}.cfg" for node in exercise.nodes)
        ignored = f" ({'; '.join(notes[:2])})" if notes else ""
        raise Refused(f"there is no {wanted}{ignored}")
    missing = [node for node in exercise.nodes if node not in texts]
    notes += [f"no configuration of {node}: it starts as the exercise has it" for node in missing]
    return texts, notes


def _ignored(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if file_names.is_lab(name):
            yield f"ignored: {quoted(name)}: a submission brings no lab of its own"
        elif not file_names.is_configuration(name):
            yield f"ignored: {quoted(name)} is no configuration"


def _node_of(
    name: str, pasted: Pasted, routers: Sequence[str], *, alone: bool
) -> tuple[str | None, bool]:
    """Whose a configuration is, and whether the file's whole name says so.

    By the file's name, unless there are several configurations in it; then by its hostname; then
    by the name of the folder that it is in.
    """
    if alone:
        exact = file_names.exactly(name, routers)
        if exact is not None:
            return exact, True
        ending = file_names.at_end(name, routers)
        part = file_names.at_start(name, routers) or (None if ending is None else ending[1])
        if part is not None:
            return part, False
    hostname = (pasted.hostname or "").lower()
    by_hostname = next((node for node in routers if node.lower() == hostname), None)
    if by_hostname is not None:
        return by_hostname, False
    folder = name.rpartition("/")[0]
    return (file_names.exactly(folder, routers), False) if folder and alone else (None, False)


def _chosen(node: str, found: list[_Found], notes: list[str]) -> _Found | None:
    """The one configuration of a node; `R1.cfg` before `R1-before.cfg`, the last of a log.

    Raises Refused where nothing tells which one is meant.
    """
    best = [it for it in found if it.exact] or found
    if not best:
        return None
    if len({it.name for it in best}) > 1 and len({it.pasted.text for it in best}) > 1:
        names = ", ".join(quoted(name) for name in sorted({it.name for it in best})[:3])
        raise Refused(f"several configurations of {node}: {names}")
    chosen = max(best, key=lambda it: it.number)
    passed_over = sorted({it.name for it in found} - {it.name for it in best})
    notes += [f"ignored: {quoted(name)}: {quoted(chosen.name)} is taken" for name in passed_over]
    if any(it.number != chosen.number and it.name == chosen.name for it in best):
        notes.append(f"{quoted(chosen.name)} shows {node} several times: the last one is taken")
    return chosen


def _remarks(chosen: _Found) -> Iterator[str]:
    if not chosen.pasted.text.strip():
        yield f"{quoted(chosen.name)} is empty"
    hostname = chosen.pasted.hostname
    if hostname is not None and hostname.lower() != chosen.node.lower():
        named = quoted(hostname)
        yield f"{quoted(chosen.name)} is taken for {chosen.node}; its hostname is {named}"
