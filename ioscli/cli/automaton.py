"""From syntax to a position automaton (Glushkov): the tables that the matcher walks.

Every word and argument of every command is a position; what may follow a position is a set of
positions. The automaton is read without ever being made deterministic: the matcher keeps sets.
A repeated choice is a set of options: a step that begins an option carries that option's bit, and
the matcher lets every bit be taken once, so used options leave the help by themselves.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from ioscli.cli.syntax import (
    Argument,
    BadGrammarError,
    Choice,
    CommandSyntax,
    HelpLine,
    Jump,
    Marks,
    Node,
    Optional,
    Repeat,
    Sequence,
    Syntax,
    Word,
)
from ioscli.cli.tables import NO_COMMAND, NUMBERS, Command, Label, Step, Tables, packed


class _Piece(NamedTuple):
    """What a part of a command contributes."""

    nullable: bool
    first: dict[int, int]
    """Positions it may begin with, each with the option bits taken by beginning there."""
    last: list[int]


def build_tables(syntax: Syntax) -> Tables:
    """The tables of a grammar."""
    builder = _Builder()
    for mode in syntax.modes:
        builder.add_start(mode)
    for mode, commands in syntax.modes.items():
        for command in commands:
            builder.add_command(mode, command)
    return builder.tables(syntax.help, syntax.marks)


class _Builder:
    def __init__(self) -> None:
        self._nodes: list[Word | Argument | None] = []
        self._modes: list[str] = []
        self._owners: list[int] = []
        self._follow: list[dict[int, dict[Step, None]]] = []
        self._accepting: set[int] = set()
        self._commands: list[Command] = []
        self._starts: dict[str, int] = {}
        self._mode = ""
        self._owner = NO_COMMAND
        self._options = 0

    def add_start(self, mode: str) -> None:
        """The position before the first word of any command of a mode."""
        self._mode, self._owner = mode, NO_COMMAND
        self._starts[mode] = self._position(None)

    def add_command(self, mode: str, command: CommandSyntax) -> None:
        """A command's positions, to be reached from the start of its mode."""
        self._mode, self._owner, self._options = mode, len(self._commands), 0
        if _jumps(command.syntax):
            # What comes before the jump is no command: the other mode's command is the match.
            self._owner = NO_COMMAND
        else:
            self._commands.append((command.rule, mode, command.stem, command.stored))
        piece = self._build(command.syntax)
        if piece.nullable:
            raise BadGrammarError(f"rule {command.rule} matches an empty line")
        self._link([self._starts[mode]], piece.first)
        self._accepting.update(piece.last)

    def _position(self, node: Word | Argument | None) -> int:
        self._nodes.append(node)
        self._modes.append(self._mode)
        self._owners.append(self._owner)
        self._follow.append({})
        return len(self._nodes) - 1

    def _link(self, origins: Iterable[int], targets: dict[int, int], freed: int = 0) -> None:
        for origin in origins:
            follow = self._follow[origin]
            for target, taken in targets.items():
                # A dict for its order: two loops may lead to one position on their own terms.
                follow.setdefault(target, {})[taken, freed] = None

    def _build(self, node: Node) -> _Piece:
        match node:
            case Word() | Argument():
                position = self._position(node)
                return _Piece(False, {position: 0}, [position])
            case Sequence(parts):
                return self._sequence(parts)
            case Choice(options):
                return _either([self._build(option) for option in options])
            case Optional(part):
                return self._build(part)._replace(nullable=True)
            case Repeat(part):
                return self._repeat(part)
            case Jump(mode):
                # The start stands for what follows it until every mode is complete.
                return _Piece(False, {self._starts[mode]: 0}, [])

    def _sequence(self, parts: Iterable[Node]) -> _Piece:
        nullable, first, last = True, dict[int, int](), list[int]()
        for part in parts:
            piece = self._build(part)
            self._link(last, piece.first)
            if nullable:
                first |= piece.first
            last = last + piece.last if piece.nullable else piece.last
            nullable = nullable and piece.nullable
        return _Piece(nullable, first, last)

    def _repeat(self, part: Node) -> _Piece:
        inner = self._options
        options = part.options if isinstance(part, Choice) else (part,)
        pieces = [self._build(option) for option in options]
        # Coming round again, what was used inside an option is free again.
        freed = (1 << self._options) - (1 << inner)
        if isinstance(part, Choice):
            pieces = [self._once(piece) for piece in pieces]
        piece = _either(pieces)
        self._link(piece.last, piece.first, freed)
        return piece

    def _once(self, option: _Piece) -> _Piece:
        """One option of a repeated choice: once, if a keyword introduces it."""
        if any(isinstance(self._nodes[position], Argument) for position in option.first):
            return option
        bit = 1 << self._options
        self._options += 1
        return option._replace(
            first={position: old | bit for position, old in option.first.items()}
        )

    def _land_jumps(self) -> None:
        for follow in self._follow:
            for start in self._starts.values():
                if start in follow:
                    del follow[start]
                    follow.update(self._follow[start])

    # --- tables ----------------------------------------------------------------------------

    def tables(self, help_lines: Iterable[HelpLine], marks: Marks) -> Tables:
        """Plain data for the matcher."""
        self._land_jumps()
        labels: dict[Label, int] = {None: 0}
        label_of = [labels.setdefault(_label(node), len(labels)) for node in self._nodes]
        texts: dict[str, int] = {"": 0}
        help_of = [
            texts.setdefault(text, len(texts))
            for text in _HelpFinder(self._nodes, self._modes, self._follow, help_lines).texts()
        ]
        # Equal ones (the many names of a port) as one object: marshal writes that only once.
        shared: dict[bytes, bytes] = {}

        def kept(value: bytes) -> bytes:
            return shared.setdefault(value, value)

        return Tables(
            labels=tuple(labels),
            label_of=array(NUMBERS, label_of),
            follow=tuple(kept(packed(tuple(follow))) for follow in self._follow),
            options={
                origin: kept(packed(taken))
                for origin, follow in enumerate(self._follow)
                if (
                    taken := {
                        to: tuple(steps) for to, steps in follow.items() if any(map(any, steps))
                    }
                )
            },
            owner=array(NUMBERS, self._owners),
            accepting=bytes(at in self._accepting for at in range(len(self._nodes))),
            commands=tuple(self._commands),
            starts=self._starts,
            help_texts=tuple(texts),
            help_of=array(NUMBERS, help_of),
            keys=marks.keys,
            sections=marks.sections,
            off=marks.off,
            both=marks.both,
            closes=marks.closes,
        )


def _label(node: Word | Argument | None) -> Label:
    match node:
        case None:
            return None
        case Word(text):
            return text
        case Argument(name, form):
            return name, form


def _either(pieces: list[_Piece]) -> _Piece:
    first: dict[int, int] = {}
    for piece in pieces:
        first |= piece.first
    last = [position for piece in pieces for position in piece.last]
    return _Piece(any(piece.nullable for piece in pieces), first, last)


def _jumps(node: Node) -> bool:
    match node:
        case Jump():
            return True
        case Sequence(parts):
            return any(map(_jumps, parts))
        case Choice(options):
            return any(map(_jumps, options))
        case Optional(part) | Repeat(part):
            return _jumps(part)
    return False


class _HelpFinder:
    """Finds each position's help: the line with the longest path that leads to it."""

    def __init__(
        self,
        nodes: list[Word | Argument | None],
        modes: list[str],
        follow: list[dict[int, dict[Step, None]]],
        help_lines: Iterable[HelpLine],
    ) -> None:
        self._nodes = nodes
        self._modes = modes
        self._before: list[list[int]] = [[] for _ in nodes]
        for origin, targets in enumerate(follow):
            for target in targets:
                self._before[target].append(origin)
        self._lines = defaultdict[str, list[HelpLine]](list)
        # Longest path first, then those for a mode: the first that fits is the best.
        for line in sorted(help_lines, key=lambda line: (-len(line.path), not line.modes)):
            self._lines[line.path[-1]].append(line)

    def texts(self) -> Iterable[str]:
        """The help text of every position in turn."""
        return (self._text(position) for position in range(len(self._nodes)))

    def _text(self, position: int) -> str:
        mode = self._modes[position]
        for line in self._candidates(position):
            if (not line.modes or mode in line.modes) and self._leads_to(line.path, position):
                return line.text
        return ""

    def _candidates(self, position: int) -> Iterable[HelpLine]:
        names = _names(self._nodes[position])
        lines = [line for name in names for line in self._lines.get(name, ())]
        if len(names) > 1:
            lines.sort(key=lambda line: (-len(line.path), not line.modes))
        return lines

    def _leads_to(self, path: tuple[str, ...], position: int) -> bool:
        reached = {position}
        for name in reversed(path[:-1]):
            reached = {
                before
                for after in reached
                for before in self._before[after]
                if name in _names(self._nodes[before])
            }
            if not reached:
                return False
        return True


def _names(node: Word | Argument | None) -> tuple[str, ...]:
    """What a help path may call a position."""
    match node:
        case Word(text, terminal):
            return (text, terminal) if terminal else (text,)
        case Argument(name):
            return (name,)
        case None:
            return ()
