"""What matching a line against the grammar yields: values, never exceptions."""

from typing import Any, NamedTuple, TypeAlias

from ioscli.cli.arguments import ArgumentType


class Capture(NamedTuple):
    """One argument of a command form: the how-many-th value of the line it is, and its type."""

    name: str
    kind: ArgumentType


class Plan(NamedTuple):
    """All that a match owes to its form rather than to its values: shared by equal forms."""

    rule: str
    mode: str
    stem: str
    stored: bool
    captures: tuple[Capture, ...]
    """One for each value of the line, in order."""
    places: dict[str, list[int]]
    """Argument name -> which values it holds."""
    words: tuple[str | int, ...]
    """The line's words: a keyword in full, or which value stands there."""
    keywords: frozenset[str]


class Args:
    """A matched line's arguments.

    `args["A_MTU"]` is the value (int, IPv4Address, InterfaceName, str, ...; the first one where
    the argument may repeat), `args.get(name, default)`, `args.all(name)` every value in order;
    `"secondary" in args` tells whether a keyword was typed or an argument given.
    """

    __slots__ = ("_line", "_plan", "_spans")

    def __init__(self, plan: Plan, line: str, spans: list[int]) -> None:
        self._plan = plan
        self._line = line
        self._spans = spans

    def _value(self, which: int) -> Any:
        spans = self._spans
        text = self._line[spans[2 * which] : spans[2 * which + 1]]
        return self._plan.captures[which].kind.convert(text)

    def __getitem__(self, name: str) -> Any:
        return self._value(self._plan.places[name][0])

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an argument, or the default where it was not given."""
        found = self._plan.places.get(name)
        return default if found is None else self._value(found[0])

    def all(self, name: str) -> list[Any]:
        """Every value of an argument that may repeat, in order."""
        return [self._value(which) for which in self._plan.places.get(name, ())]

    def __contains__(self, name: str) -> bool:
        return name in self._plan.keywords or name in self._plan.places

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the arguments given."""
        return tuple(self._plan.places)

    def column(self, name: str) -> int:
        """Where in the line an argument's (first) value begins: for a caret of the handler's."""
        return self._spans[2 * self._plan.places[name][0]]

    @property
    def negated(self) -> bool:
        """Whether the command began with `no`."""
        return self._plan.words[0] == "no"

    @property
    def defaulted(self) -> bool:
        """Whether the command began with `default`."""
        return self._plan.words[0] == "default"

    @property
    def words(self) -> tuple[str, ...]:
        """The command in full: whole keywords, canonical interface names, values as typed."""
        return tuple(
            word if isinstance(word, str) else self._written(word) for word in self._plan.words
        )

    @property
    def form(self) -> tuple[str, ...]:
        """The command's keywords in full and, in place of values, the names of arguments."""
        captures = self._plan.captures
        return tuple(
            word if isinstance(word, str) else captures[word].name for word in self._plan.words
        )

    def _written(self, which: int) -> str:
        text = self._line[self._spans[2 * which] : self._spans[2 * which + 1]]
        canonical = self._plan.captures[which].kind.canonical
        return text if canonical is None else canonical(text)

    def __repr__(self) -> str:
        values = {name: self.all(name) for name in self._plan.places}
        return f"Args({' '.join(self.words)!r}, {values!r})"


class Match:
    """A complete command."""

    __slots__ = ("args", "mode", "rule", "stem", "stored")

    def __init__(self, plan: Plan, args: Args) -> None:
        self.rule = plan.rule
        self.mode = plan.mode
        """The mode whose command it is: after `do`, that of EXEC."""
        self.stem = plan.stem
        """The grammar file (and handler module) of the command."""
        self.stored = plan.stored
        self.args = args

    def __repr__(self) -> str:
        return f"Match({self.rule!r}, {self.args!r})"


class Invalid(NamedTuple):
    """A word that nothing fits."""

    position: int
    """Column of the first character at which no keyword can still match."""


class Ambiguous(NamedTuple):
    """An abbreviation of several words."""

    position: int
    """Column where the word begins."""
    candidates: tuple[str, ...]


class Incomplete(NamedTuple):
    """A command that needs more words."""


class Help(NamedTuple):
    """The answer to `?`."""

    entries: tuple[tuple[str, str], ...]
    """(word, text) in the order in which IOS lists them; `<cr>` last where the line is complete.
    Empty: `% Unrecognized command`."""
    partial: bool
    """Whether a word was begun (`sh?`): IOS then lists bare words in columns."""


Result: TypeAlias = Match | Invalid | Ambiguous | Incomplete
CR = "<cr>"
