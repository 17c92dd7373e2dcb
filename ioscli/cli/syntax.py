"""What a command may look like, as a tree: between the grammar files and the automaton."""

from typing import NamedTuple, TypeAlias


class BadGrammarError(ValueError):
    """A grammar file says something that is no grammar for a router."""


class Word(NamedTuple):
    """A keyword."""

    text: str
    """As help shows it."""
    terminal: str = ""
    """The named terminal it comes from (`NO`), which help paths may use too."""


class Argument(NamedTuple):
    """A typed value."""

    name: str
    """`A_IP_MTU`: what handlers ask for."""
    form: str
    """`<68-10000>`: type and display in one."""


class Sequence(NamedTuple):
    """One after the other."""

    parts: "tuple[Node, ...]"


class Choice(NamedTuple):
    """One of several."""

    options: "tuple[Node, ...]"


class Optional(NamedTuple):
    """It, or nothing."""

    part: "Node"


class Repeat(NamedTuple):
    """It, once or more often; a repeated Choice is a set of options in any order."""

    part: "Node"


class Jump(NamedTuple):
    """The rest of the line is a command of another mode (`do`)."""

    mode: str


Node: TypeAlias = Word | Argument | Sequence | Choice | Optional | Repeat | Jump


class HelpLine(NamedTuple):
    """One `//?` comment."""

    modes: frozenset[str]
    """Modes it is for; empty: all."""
    path: tuple[str, ...]
    text: str
    place: str
    """`file:line`, for messages."""


class CommandSyntax(NamedTuple):
    """One command rule."""

    rule: str
    stem: str
    """The grammar file it stands in."""
    stored: bool
    syntax: Node


class Marks(NamedTuple):
    """How stored rules are kept: the `//!` marks beside `stored`."""

    keys: dict[str, int]
    """Rule -> how many words (after `no`) tell two of its lines apart; absent: none."""
    sections: dict[str, tuple[str, str, tuple[str, ...]]]
    """Rule that opens a section -> its mode, what its prompt shows, options."""
    off: frozenset[str]
    """Rules for what is on by default, so that their `no` form is kept, and no other."""
    both: frozenset[str]
    """Rules both forms of which are kept."""
    closes: frozenset[str]
    """Rules that leave their section."""


class Syntax(NamedTuple):
    """All that the grammar files say."""

    modes: dict[str, tuple[CommandSyntax, ...]]
    """Every mode with its commands, those of included modes among them."""
    help: tuple[HelpLine, ...]
    marks: Marks = Marks({}, {}, frozenset(), frozenset(), frozenset())
