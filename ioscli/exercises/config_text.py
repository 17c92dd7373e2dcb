"""Configurations as trees of lines and sections, to be changed by programs.

A ConfigText is a value: what changes it gives a new one, in which everything else stands as it
did, to the blank. Lines nest by their indentation, as the running-config prints them; a banner, a
certificate and a key's data are one line each, whole. What is no command (`!`, blank lines, what
a capture prints around a configuration) is kept and found by nobody. An `exit`, or
`exit-address-family`, belongs to the section that it closes, and goes with it.

A configuration that was typed without indentation has no sections here: load it and take what
`ioscli.cli.boot.written` says.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, Self

from ioscli.cli.banner import COMMANDS, DELIMITER

At = tuple[int, ...]
"""Where a line is: its index among the lines of the configuration, then among its children."""

_FRAME = ("Building configuration...", "Current configuration", "Using ")
"""What `show running-config` prints before the configuration."""
_CLOSING = re.compile(r"exit(-\S+)?", re.IGNORECASE)
_END = "end"
_DATA_HEADER = re.compile(r"(certificate \S.*|key-string)", re.IGNORECASE)
_DATA = re.compile(r"[0-9A-Fa-f ]*")
_QUIT = "quit"


class Role(Enum):
    """What a line of text is."""

    COMMAND = "command"
    CLOSING = "closing"
    """`exit`, `exit-address-family`, `end`."""
    COMMENT = "comment"
    """`!`, a blank line, anything behind `end`."""


class Line(NamedTuple):
    """A line with those of its section."""

    raw: str
    """As it stands, indentation included, without the last line end."""
    role: Role
    children: "tuple[Line, ...]" = ()

    @property
    def text(self) -> str:
        """Its words with single blanks between; of a banner all of them."""
        return " ".join(self.raw.split())

    @property
    def indent(self) -> int:
        """Blanks before it."""
        return len(self.raw) - len(self.raw.lstrip(" \t"))

    @property
    def commands(self) -> tuple[str, ...]:
        """The texts of its section's commands."""
        return tuple(child.text for child in self.children if child.role is Role.COMMAND)


class Place(NamedTuple):
    """A command in a configuration."""

    at: At
    number: int
    """Of its (first) line in the text, counted from 1."""
    line: Line
    sections: tuple[str, ...]
    """The headers of the sections that it is in, outermost first."""

    @property
    def text(self) -> str:
        """The command's words, without those of its section."""
        return self.line.text


class ConfigText(NamedTuple):
    """A configuration."""

    lines: tuple[Line, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Any text; `str()` gives it back as it was."""
        return cls(_nested(_rows(text.split("\n"))))

    def __str__(self) -> str:
        return "\n".join(_raws(self.lines))

    def commands(self) -> Iterator[Place]:
        """All commands in order, headers of sections before what is in them."""
        yield from _commands(self.lines)

    def find(self, *patterns: str) -> list[Place]:
        """The commands that match the last pattern, in sections that match those before it.

        `find("interface Tunnel*", "ip mtu *")`; see `matches`.
        """
        wanted = [_compiled(pattern) for pattern in patterns]
        return [
            place
            for place in self.commands()
            if len(place.at) == len(wanted)
            and wanted[-1].fullmatch(place.text)
            and all(map(re.Pattern.fullmatch, wanted, place.sections))
        ]

    def first(self, *patterns: str) -> Place | None:
        """The first of those, if any."""
        return next(iter(self.find(*patterns)), None)

    def line(self, at: At) -> Line:
        """The line at a place."""
        lines = self.lines
        for index in at[:-1]:
            lines = lines[index].children
        return lines[at[-1]]

    def without(self, at: At) -> Self:
        """Without a line, and the section that it heads."""
        return self._with(at, ())

    def replaced(self, at: At, text: str) -> Self:
        """With other lines instead of one and its section; they are indented as that was."""
        return self._with(at, _block(text, self.line(at).indent))

    def reworded(self, at: At, text: str) -> Self:
        """With another line instead of one, whose section stays."""
        old = self.line(at)
        return self._with(at, (old._replace(raw=" " * old.indent + text.strip()),))

    def added(self, text: str, to: At = ()) -> Self:
        """With more lines, behind the last command of a section, or of the configuration."""
        lines = self.line(to).children if to else self.lines
        indents = [line.indent for line in lines if line.role is Role.COMMAND]
        indent = indents[0] if indents else self.line(to).indent + 1 if to else 0
        behind = max((i + 1 for i, it in enumerate(lines) if it.role is Role.COMMAND), default=0)
        grown = (*lines[:behind], *_block(text, indent), *lines[behind:])
        if not to:
            return self._replace(lines=grown)
        return self._with(to, (self.line(to)._replace(children=grown),))

    def inserted(self, text: str, before: At) -> Self:
        """With more lines, before the one at a place; order matters in access lists."""
        here = self.line(before)
        return self._with(before, (*_block(text, here.indent), here))

    def _with(self, at: At, instead: Sequence[Line]) -> Self:
        return self._replace(lines=_spliced(self.lines, at, tuple(instead)))


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern describes a whole line.

    Its words stand for themselves, `*` for any number of words, and `*` within a word for any
    part of it: `ip route * Null0`, `interface Tunnel*`. So `ip route` matches neither
    `ip route 10.0.0.0 ...` nor `no ip route`.
    """
    return _compiled(pattern).fullmatch(text) is not None


# --- patterns ------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # Every word with the blank before it, so that `*` may stand for none; the text has none
    # before its first word, and the look-behind says so.
    parts = []
    for word in pattern.split():
        if word == "*":
            parts.append(r"(?:(?:^|[ ])\S+)*")
        else:
            inner = r"\S*".join(map(re.escape, word.split("*")))
            parts.append(rf"(?:^|[ ]){inner}")
    return re.compile("".join(parts))


# --- text into lines -----------------------------------------------------------------------------


def _rows(lines: Sequence[str]) -> Iterator[tuple[str, Role]]:
    """The lines of a text, those together that are one, each with its role."""
    index = 0
    while index < len(lines):
        bare = lines[index].strip()
        if bare == _END and lines[index][0] not in " \t":
            yield lines[index], Role.CLOSING
            for line in lines[index + 1 :]:
                yield line, Role.COMMENT
            return
        count = _length(lines, index)
        yield "\n".join(lines[index : index + count]), _role(bare)
        index += count


def _role(bare: str) -> Role:
    if not bare or bare[0] == "!" or bare.startswith(_FRAME):
        return Role.COMMENT
    return Role.CLOSING if _CLOSING.fullmatch(bare) else Role.COMMAND


def _length(lines: Sequence[str], start: int) -> int:
    """How many lines of text are one line of configuration."""
    bare = lines[start].strip()
    for command in COMMANDS:
        if bare.startswith(command):
            return _of_banner(bare.removeprefix(command), command, lines, start)
    return _of_data(lines, start) if _DATA_HEADER.fullmatch(bare) else 1


def _of_banner(rest: str, command: str, lines: Sequence[str], start: int) -> int:
    # `banner motd ^C`: the kind stands between; the other two have none.
    typed = rest.partition(" ")[2].lstrip() if command == "banner " else rest.lstrip()
    if not typed:
        return 1
    delimiter = DELIMITER if typed.startswith(DELIMITER) else typed[0]
    if delimiter in typed[len(delimiter) :]:
        return 1
    for index in range(start + 1, len(lines)):
        if delimiter in lines[index]:
            return index - start + 1
    return len(lines) - start


def _of_data(lines: Sequence[str], start: int) -> int:
    """Of a header with hexadecimal lines up to `quit`; 1 where there is no such thing."""
    for index in range(start + 1, len(lines)):
        bare = lines[index].strip()
        if bare == _QUIT:
            return index - start + 1
        if not _DATA.fullmatch(bare):
            break
    return 1


class _Open:
    """A section that is being read."""

    __slots__ = ("children", "indent", "raw", "role")

    def __init__(self, raw: str, role: Role, indent: int) -> None:
        self.raw = raw
        self.role = role
        self.indent = indent
        self.children: list[_Open] = []


def _nested(rows: Iterator[tuple[str, Role]]) -> tuple[Line, ...]:
    top = _Open("", Role.COMMENT, -1)
    around = [top]
    comments: list[_Open] = []
    """Belong where the next other line does: they end no section."""
    for raw, role in rows:
        here = _Open(raw, role, len(raw) - len(raw.lstrip(" \t")))
        if role is Role.COMMENT:
            comments.append(here)
            continue
        sibling = None
        while around[-1].indent >= here.indent:
            sibling = around.pop()
        parent = around[-1]
        if sibling is not None and _closes(here, sibling):
            parent = sibling
        parent.children += [*comments, here]
        comments = []
        if role is Role.COMMAND:
            around.append(here)
    top.children += comments
    return _closed(top).children


def _closes(line: _Open, section: _Open) -> bool:
    """Whether an `exit` as far left as a section's header is that section's."""
    if line.role is not Role.CLOSING or line.indent != section.indent:
        return False
    bare = line.raw.strip()
    return bare != _END and (bool(section.children) or "-" in bare)


def _closed(top: _Open) -> Line:
    """A tree of lines, made without recursion: a text may nest as deep as it is long."""
    order = [top]
    for section in order:
        order += section.children
    made: dict[int, Line] = {}
    for section in reversed(order):
        children = tuple(made.pop(id(child)) for child in section.children)
        made[id(section)] = Line(section.raw, section.role, children)
    return made[id(top)]


# --- lines into text -----------------------------------------------------------------------------


def _raws(lines: Sequence[Line]) -> Iterator[str]:
    waiting = list(reversed(lines))
    while waiting:
        line = waiting.pop()
        yield line.raw
        waiting += reversed(line.children)


_Waiting = tuple[Line, At, tuple[str, ...]]


def _commands(top: Sequence[Line]) -> Iterator[Place]:
    waiting = _backwards(top, (), ())
    number = 1
    while waiting:
        line, at, sections = waiting.pop()
        if line.role is Role.COMMAND:
            yield Place(at, number, line, sections)
        number += line.raw.count("\n") + 1
        if line.children:
            waiting += _backwards(line.children, at, (*sections, line.text))


def _backwards(lines: Sequence[Line], around: At, sections: tuple[str, ...]) -> list[_Waiting]:
    return [(line, (*around, i), sections) for i, line in reversed(list(enumerate(lines)))]


# --- changes -------------------------------------------------------------------------------------


def _spliced(lines: tuple[Line, ...], at: At, instead: tuple[Line, ...]) -> tuple[Line, ...]:
    """With other lines instead of the one at a place."""
    index, *rest = at
    if rest:
        here = lines[index]
        instead = (here._replace(children=_spliced(here.children, tuple(rest), instead)),)
    return (*lines[:index], *instead, *lines[index + 1 :])


def _block(text: str, indent: int) -> tuple[Line, ...]:
    """Lines of a text of their own, moved to the right."""
    return _moved(_nested(_rows(text.strip("\n").split("\n"))), indent)


def _moved(lines: tuple[Line, ...], indent: int) -> tuple[Line, ...]:
    # Of a banner only its first line: the others are its text.
    return tuple(
        line._replace(raw=" " * indent + line.raw, children=_moved(line.children, indent))
        for line in lines
    )
