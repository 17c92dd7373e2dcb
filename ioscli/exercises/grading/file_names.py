"""What the names of files say: whose configuration is in them, and of which router."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

ZIP = ".zip"
#: What people save configurations as; IOS itself writes `r1-confg`.
_CONFIGURATIONS = frozenset(
    ("", ".cfg", ".txt", ".conf", ".config", ".confg", ".cnf", ".ios", ".log", ".run", ".startup")
)
#: Reports and lists that may lie beside the submissions of a class; they are no one's.
_LISTS = frozenset((".csv", ".json", ".xml", ".html", ".md", ".xlsx", ".ods", ".yaml", ".yml"))
#: What learning platforms add to a student's name.
_PLATFORM = re.compile(r"(_assignsubmission_file)?_?$")
_LONGEST_SUFFIX = 8
_PARTS = re.compile(r"[-_. ]+")


def suffix_of(name: str) -> str:
    """`.cfg`, in lower case."""
    return PurePosixPath(name).suffix.lower()


def is_zip(name: str) -> bool:
    """Whether a file says that it is a zip."""
    return suffix_of(name) == ZIP


def is_configuration(name: str) -> bool:
    """Whether a file may be a configuration, or a log with one."""
    return suffix_of(name) in _CONFIGURATIONS


def is_list(name: str) -> bool:
    """Whether a file lies beside submissions and is none."""
    return suffix_of(name) in _LISTS


def is_lab(name: str) -> bool:
    """Whether a file would be a lab of its own."""
    return PurePosixPath(name).name.lower() in ("lab.yaml", "lab.yml")


def stem_of(name: str) -> str:
    """A file's name without folder and suffix; a suffix is short, and no number."""
    path = PurePosixPath(name)
    suffix = path.suffix
    return (
        path.stem if 1 < len(suffix) <= _LONGEST_SUFFIX and not suffix[1:].isdigit() else path.name
    )


def student_of(name: str) -> str:
    """Whose a folder or file is that a learning platform named."""
    return _PLATFORM.sub("", name).strip() or name


def exactly(name: str, nodes: Iterable[str]) -> str | None:
    """The node that a file is named after: `R1.cfg`, `r1.txt`."""
    stem = stem_of(name).lower()
    return next((node for node in nodes if node.lower() == stem), None)


def at_start(name: str, nodes: Iterable[str]) -> str | None:
    """The node that a file's name begins with: `R1-confg`, `r1_running-config.txt`."""
    whole = PurePosixPath(name).name.lower()
    found = [
        node
        for node in nodes
        if whole.startswith(node.lower()) and _PARTS.match(whole, len(node)) is not None
    ]
    return max(found, key=len, default=None)


def at_end(name: str, nodes: Iterable[str]) -> tuple[str, str] | None:
    """What stands before the node that a file's name ends with: (`doe`, `R1`) of `doe_R1.cfg`."""
    stem = stem_of(name)
    for node in sorted(nodes, key=len, reverse=True):
        rest = stem[: -len(node)]
        if stem.lower().endswith(node.lower()) and rest and _PARTS.fullmatch(rest[-1]):
            return student_of(rest.rstrip("-_. ")) or rest, node
    return None
