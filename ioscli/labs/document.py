"""A YAML document whose every part knows its line.

PyYAML composes the node graph and nothing more: no object is ever constructed, so tags build
nothing and an alias is one shared node however often it is named. Size and depth are bounded
before composing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ioscli.labs.errors import InputError, quoted, suggestion

if TYPE_CHECKING:
    import yaml

#: Bytes; a lab of a thousand nodes needs a tenth of it.
LARGEST_FILE = 1 << 20
#: Nested collections; lab.yaml needs five.
DEEPEST = 32


class Item:
    """One value of a document: text, mapping or list, with its place for messages."""

    __slots__ = ("_node", "file", "line", "what")

    def __init__(self, node: "yaml.Node", file: Path, what: str) -> None:
        self._node: Any = node  # its value is a str, or nodes, by kind
        self.file = file
        self.line: int = node.start_mark.line + 1
        self.what = what
        """What it is called in messages: `link delay`, `node "R1"`."""

    def error(self, reason: str) -> InputError:
        """An error at this item's line."""
        return InputError(reason, file=self.file, line=self.line)

    @property
    def empty(self) -> bool:
        """Whether nothing is written (`R1:` and no more)."""
        return self._kind == "scalar" and self._node.value in ("", "~", "null")

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return self._kind == "list"

    def text(self) -> str:
        """The scalar as written; numbers are text here too."""
        if self._kind != "scalar":
            raise self.error(f"{self.what} must be a single value, not a {self._kind}")
        value: str = self._node.value
        if not value:
            raise self.error(f"{self.what} is empty")
        return value

    def items(self) -> list[Self]:
        """The entries of a list."""
        if self._kind != "list":
            raise self.error(f"{self.what} must be a list, not a {self._kind}")
        return [type(self)(node, self.file, self.what) for node in self._node.value]

    def entries(self) -> Iterator[tuple[str, Self]]:
        """The entries of a mapping; each item is placed at its key's line."""
        if self._kind != "mapping":
            raise self.error(f"{self.what} must be a mapping, not a {self._described}")
        seen: dict[str, int] = {}
        for key_node, value_node in self._node.value:
            key = type(self)(key_node, self.file, f"key of {self.what}")
            name = key.text()
            if name in seen:
                raise key.error(f"{quoted(name)} stands twice, first on line {seen[name]}")
            seen[name] = key.line
            item = type(self)(value_node, self.file, name)
            item.line = key.line
            yield name, item

    def fields(self, *known: str) -> dict[str, Self]:
        """A mapping of which all keys are known beforehand."""
        found = {}
        for name, item in self.entries():
            if name not in known:
                raise item.error(
                    f"unknown key {quoted(name)} in {self.what}{suggestion(name, known)}"
                )
            found[name] = item
        return found

    @property
    def _kind(self) -> str:
        return {"scalar": "scalar", "sequence": "list", "mapping": "mapping"}[self._node.id]

    @property
    def _described(self) -> str:
        return "single value" if self._kind == "scalar" else self._kind


def read_document(file: Path) -> Item:
    """Read one YAML document.

    Raises InputError for a file that cannot be read, is not YAML, is too large or nested too
    deeply.
    """
    import yaml  # here: only labs need it, and not before one is opened

    text = read_text(file, LARGEST_FILE)
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_depth(yaml, text, loader, file)
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        reason = error.problem or error.context or "not YAML"
        raise InputError(f"not YAML: {reason}", file=file, line=line) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(f"not YAML: {error.reason}", file=file, line=line) from None
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {str(error).splitlines()[0]}", file=file, line=1) from None
    if node is None:
        raise InputError("the file is empty", file=file, line=1)
    return Item(node, file, "the file")


def read_text(file: Path, largest: int) -> str:
    """The text of a regular file of at most so many bytes; InputError when that fails."""
    try:
        if not file.is_file():
            raise InputError("no such file" if not file.exists() else "not a file", file=file)
        with file.open("rb") as stream:
            data = stream.read(largest + 1)
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", file=file) from None
    except ValueError as error:  # a name with a NUL in it
        raise InputError(str(error), file=quoted(str(file))) from None
    if len(data) > largest:
        raise InputError(f"larger than {largest >> 20} MiB", file=file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("not UTF-8 text", file=file, line=line) from None


def _check_depth(yaml: Any, text: str, loader: Any, file: Path) -> None:
    """Refuse deep nesting before composing, which recurses."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                line = event.start_mark.line + 1
                raise InputError(f"nested deeper than {DEEPEST} levels", file=file, line=line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
