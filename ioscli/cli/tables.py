"""The grammar as plain data, and where it is kept so that a console need not import Lark.

In a wheel the tables are shipped; in a checkout they are made when the grammar text has changed
and kept in the user's cache folder under the hash of that text.
"""

import contextlib
import hashlib
import marshal
import os
import sys
from array import array
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ioscli.resources import DATA, grammar_folder

Label: TypeAlias = str | tuple[str, str] | None
"""A keyword, an argument's (name, form), or None for the start of a mode."""
Command: TypeAlias = tuple[str, str, str, bool]
"""rule, mode, stem, stored"""
Step: TypeAlias = tuple[int, int]
"""Bits of options that a step takes, and of those that it makes free again."""

NO_COMMAND = -1
NUMBERS = "i"
"""The type code of the arrays that have a number for every position."""
WHOLE_LINE = 99
"""The key of a stored rule whose lines differ in any word."""


class Tables(NamedTuple):
    """The position automaton of all modes."""

    labels: tuple[Label, ...]
    label_of: "array[int]"
    """Per position: which label it consumes."""
    follow: tuple[bytes, ...]
    """Per position: `followers`, packed. A session meets few of them."""
    options: dict[int, bytes]
    """Per position where options are concerned: `steps`, packed."""
    owner: "array[int]"
    """Per position: its command, or NO_COMMAND."""
    accepting: bytes
    """Per position: 1 if the command is complete after it, or 0."""
    commands: tuple[Command, ...]
    starts: dict[str, int]
    """Mode -> the position before its first words."""
    help_texts: tuple[str, ...]
    help_of: "array[int]"
    """Per position: its help text."""
    keys: dict[str, int]
    sections: dict[str, tuple[str, str, tuple[str, ...]]]
    off: frozenset[str]
    both: frozenset[str]
    closes: frozenset[str]
    """How stored rules are kept: see syntax.Marks."""

    def followers(self, position: int) -> tuple[int, ...]:
        """The positions that may come next."""
        found: tuple[int, ...] = marshal.loads(self.follow[position])
        return found

    def steps(self, position: int) -> dict[int, tuple[Step, ...]]:
        """Next position -> ways to step there, where options are concerned."""
        packed = self.options.get(position)
        if packed is None:
            return _NO_STEPS
        found: dict[int, tuple[Step, ...]] = marshal.loads(packed)
        return found


_NO_STEPS: dict[int, tuple[Step, ...]] = {}


def packed(value: tuple[int, ...] | dict[int, tuple[Step, ...]]) -> bytes:
    """A value as `Tables` keeps it until it is asked for."""
    return marshal.dumps(value, _MARSHAL_VERSION)


# --- bytes ---------------------------------------------------------------------------------------

#: Before the tables: what they are, and a digest, because marshal trusts what it reads.
_MAGIC = b"ioscli grammar tables, %s endian\n" % sys.byteorder.encode()
_MARSHAL_VERSION = 4
SHIPPED = "grammar.tables"


class BadTablesError(ValueError):
    """Bytes that are no tables, or none for this grammar."""


def pack(tables: Tables, key: bytes) -> bytes:
    """Tables as a file's bytes, marked with the key of the grammar they were made from."""
    payload = marshal.dumps(tuple(tables), _MARSHAL_VERSION)
    return _MAGIC + key + _digest(payload) + payload


def unpack(data: bytes, key: bytes) -> Tables:
    """Tables from a file's bytes; raises BadTablesError."""
    head = _MAGIC + key
    body = len(head) + len(key)
    payload = data[body:]
    if not data.startswith(head) or data[len(head) : body] != _digest(payload):
        raise BadTablesError("not the tables of this grammar")
    tables = Tables(*marshal.loads(payload))
    # marshal writes an array as its bytes, which load in no time.
    return tables._replace(
        label_of=array(NUMBERS, tables.label_of),
        owner=array(NUMBERS, tables.owner),
        help_of=array(NUMBERS, tables.help_of),
    )


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# --- files ---------------------------------------------------------------------------------------


def grammar_key(folder: Path) -> bytes:
    """The hash of all grammar text, and of the code that turns it into tables."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    compilers = [here / f"{name}.py" for name in ("grammar", "syntax", "automaton", "tables")]
    for path in [*compilers, *sorted(folder.glob("*.lark"))]:
        text = path.read_bytes()
        digest.update(b"%s %d\n" % (path.name.encode(), len(text)))
        digest.update(text)
    return digest.digest()


def load_tables() -> Tables:
    """The tables of the grammar: shipped, cached, or made anew."""
    folder = grammar_folder()
    key = grammar_key(folder)
    for path in (DATA / SHIPPED, _cache_file(key)):
        # Missing, unreadable, cut short, of another grammar: all the same, look further.
        with contextlib.suppress(OSError, BadTablesError):
            return unpack(path.read_bytes(), key)
    tables = make_tables(folder)
    _keep(_cache_file(key), pack(tables, key))
    return tables


def make_tables(folder: Path) -> Tables:
    """The tables made from the grammar files: slow, and imports Lark."""
    from ioscli.cli.grammar import compile_grammar, read_folder

    return compile_grammar(read_folder(folder))


def _cache_file(key: bytes) -> Path:
    # expanduser leaves `~` alone where there is no home: a relative path, which may fail to write.
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return Path(base, "ioscli", f"grammar-{key.hex()[:32]}.tables")


def _keep(path: Path, data: bytes) -> None:
    """Write a cache file in one step; a folder that cannot be written is no error."""
    # A name of its own for every writer: two consoles may start at once.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(data)
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
