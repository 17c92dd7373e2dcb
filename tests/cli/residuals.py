"""An oracle for the matcher: what is left of a command after each word, straight from its syntax.

No automaton: a command is a stack of syntax nodes still to be matched, and every way to take the
next word off it is tried. Slow, short, and independent of how the tables are built.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ioscli.cli.arguments import INTERFACE, SPECIFIC, argument_type
from ioscli.cli.syntax import (
    Argument,
    Choice,
    CommandSyntax,
    Jump,
    Node,
    Optional,
    Repeat,
    Sequence,
    Word,
)
from ioscli.model.ifname import KINDS

Modes = dict[str, tuple[CommandSyntax, ...]]


class Residual(NamedTuple):
    """A command of which some words were typed."""

    rule: str
    rest: tuple[Node, ...]


Next = dict[Word | Argument, set[Residual]]


def begin(modes: Modes, mode: str) -> set[Residual]:
    return {Residual(command.rule, (command.syntax,)) for command in modes[mode]}


def following(modes: Modes, residuals: Iterable[Residual]) -> Next:
    """Every word or argument that may come next, and what is left after it."""
    found: Next = {}
    for residual in residuals:
        for head, left in _heads(modes, residual):
            found.setdefault(_plain(head), set()).add(left)
    return found


def finished(residuals: Iterable[Residual]) -> set[str]:
    """The rules that are complete."""
    return {rule for rule, rest in residuals if all(map(_nullable, rest))}


def take(choices: Next, word: str) -> set[Residual] | str:
    """What is left after a typed word, or why it is refused."""
    typed = word.lower()
    words = {head.text.lower() for head in choices if isinstance(head, Word)}
    near = {typed} if typed in words else {text for text in words if text.startswith(typed)}
    if len(near) == 1:
        return {left for head in choices if _text(head) in near for left in choices[head]}
    fits: dict[int, set[Residual]] = {}
    for head, left in choices.items():
        if isinstance(head, Argument):
            kind = argument_type(head.form)
            if kind.match(word, 0) == len(word) and not (near and kind.rank > SPECIFIC):
                fits.setdefault(kind.rank, set()).update(left)
    if fits:
        return fits[min(fits)]
    return "ambiguous" if near else "invalid"


def displayed(choices: Next) -> set[str]:
    """The words that `?` lists."""
    found: set[str] = set()
    for head in choices:
        if isinstance(head, Word):
            found.add(head.text)
        elif head.form == INTERFACE:
            found.update(KINDS)
        else:
            found.add(argument_type(head.form).display)
    return found


def _plain(head: Word | Argument) -> Word | Argument:
    return Word(head.text) if isinstance(head, Word) else head


def _text(head: Word | Argument) -> str | None:
    return head.text.lower() if isinstance(head, Word) else None


def _heads(modes: Modes, residual: Residual) -> Iterator[tuple[Word | Argument, Residual]]:
    rule, rest = residual
    if not rest:
        return
    node, tail = rest[0], rest[1:]
    match node:
        case Word() | Argument():
            yield node, Residual(rule, tail)
        case Sequence(parts):
            yield from _heads(modes, Residual(rule, parts + tail))
        case Choice(options):
            for option in options:
                yield from _heads(modes, Residual(rule, (option, *tail)))
        case Optional(part):
            yield from _heads(modes, Residual(rule, (part, *tail)))
            yield from _heads(modes, Residual(rule, tail))
        case Repeat(Choice(options)):
            for option in options:
                # An option that a keyword introduces is gone once it is used.
                once = all(isinstance(head, Word) for head in _first(option))
                left = tuple(other for other in options if other is not option or not once)
                more = (Optional(Repeat(Choice(left))),) if left else ()
                yield from _heads(modes, Residual(rule, (option, *more, *tail)))
        case Repeat(part):
            yield from _heads(modes, Residual(rule, (part, Optional(node), *tail)))
        case Jump(mode):
            for other in begin(modes, mode):
                yield from _heads(modes, other)


def _first(node: Node) -> Iterator[Word | Argument]:
    for head, _ in _heads({}, Residual("", (node,))):
        yield head


def _nullable(node: Node) -> bool:
    match node:
        case Sequence(parts):
            return all(map(_nullable, parts))
        case Choice(options):
            return any(map(_nullable, options))
        case Optional():
            return True
        case Repeat(part):
            return _nullable(part)
    return False
