"""Configurations as trees of lines, and what turns one into another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ioscli.cli.banner import COMMANDS
from ioscli.cli.banner import DELIMITER as _DELIMITER

#: What stands around a configuration and is no part of it.
_FRAME = ("Building configuration...", "Current configuration", "Using ")


class Node(NamedTuple):
    """A line with the lines indented below it; a banner is one node of several lines."""

    text: str
    children: tuple[Node, ...] = ()


class Change(NamedTuple):
    """A line that one configuration has and the other lacks, or a section that differs."""

    text: str
    sign: str
    """`+`, `-`, or empty for a section that both have."""
    below: tuple[Change, ...] = ()


def parse(text: str) -> tuple[Node, ...]:
    """The tree of a saved configuration."""
    rows: list[tuple[int, str]] = []
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        bare = line.strip()
        if not bare or bare[0] == "!" or line.startswith(_FRAME):
            continue
        if bare == "end" and line[0] != " ":
            break
        if bare.startswith(COMMANDS) and bare.count(_DELIMITER) == 1:
            bare = _banner(bare, lines)
        rows.append((len(line) - len(line.lstrip(" ")), bare))
    return tuple(_nested(rows, 0, len(rows)))


def _banner(first: str, lines: Iterator[str]) -> str:
    text = [first]
    for line in lines:
        text.append(line)
        if _DELIMITER in line:
            break
    return "\n".join(text)


def _nested(rows: Sequence[tuple[int, str]], start: int, end: int) -> Iterator[Node]:
    while start < end:
        indent, text = rows[start]
        after = start + 1
        while after < end and rows[after][0] > indent:
            after += 1
        yield Node(text, tuple(_nested(rows, start + 1, after)))
        start = after


def difference(old: Sequence[Node], new: Sequence[Node]) -> tuple[Change, ...]:
    """What was added (in the new order) and then what was removed, as IOS lists it."""
    return (*_only(new, old, "+"), *_only(old, new, "-"))


def _only(these: Sequence[Node], others: Sequence[Node], sign: str) -> Iterator[Change]:
    known = {node.text: node for node in others}
    for node in these:
        other = known.get(node.text)
        if other is None:
            yield _whole(node, sign)
        else:
            below = tuple(_only(node.children, other.children, sign))
            if below:
                yield Change(node.text, "", below)


def _whole(node: Node, sign: str) -> Change:
    return Change(node.text, sign, tuple(_whole(child, sign) for child in node.children))


def listing(changes: Iterable[Change], depth: int = 0) -> Iterator[str]:
    """The lines of `show archive config differences`: one blank for each level of sub-mode."""
    for change in changes:
        yield " " * depth + change.sign + change.text
        yield from listing(change.below, depth + 1)
