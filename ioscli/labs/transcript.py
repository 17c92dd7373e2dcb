"""Transcripts (`*.ios`): what people paste into blog posts, read back.

A line that begins with a node's prompt is typed there; a line that begins with `@` is a
directive; everything else is the output that is expected. Which words are prompts depends on the
hostnames of the moment, so the lines between two prompts are told apart while the transcript runs.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ioscli.labs.document import read_text
from ioscli.labs.errors import InputError, quoted, suggestion
from ioscli.labs.quantities import parse_duration
from ioscli.model.instant import Duration

#: Bytes; the longest session log seen in the wild is a tenth of it.
LARGEST_FILE = 16 << 20

_SHELL_PROMPT = re.compile(r"((?:[a-z][\w-]*@)?[A-Za-z][\w.-]*):(~)([$#])(?: (.*))?")
_PROMPT = re.compile(r"([A-Za-z][\w.-]*)(?:\(([\w.-]+)\))?([>#])(.*)")
_DIRECTIVE = re.compile(r"@([a-z]+|#)(?:\s+(.*))?|@.*")


class Prompt(NamedTuple):
    """`R1(config-if)#` taken apart."""

    name: str
    mode: str
    """`config-if`, or nothing in EXEC; `~` at a Linux host."""
    sign: str
    """`>` or `#`; `$` at a Linux host."""

    def __str__(self) -> str:
        if self.mode == "~":
            return f"{self.name}:~{self.sign} "
        return f"{self.name}({self.mode}){self.sign}" if self.mode else self.name + self.sign


class Typed(NamedTuple):
    """A command line, typed on a node."""

    number: int
    node: str
    prompt: Prompt
    command: str


class Wait(NamedTuple):
    """`@wait 30s`."""

    number: int
    duration: Duration


class SetLink(NamedTuple):
    """`@link down R1:Gi0/0`, `@link up R1-R2`."""

    number: int
    up: bool
    link: str


class Reload(NamedTuple):
    """`@reload R1`."""

    number: int
    node: str


class Answer(NamedTuple):
    """`@answer TEXT`: the answer to a question that is not written out."""

    number: int
    text: str


class Comment(NamedTuple):
    """`@# text`."""

    number: int
    text: str


class Expected(NamedTuple):
    """A line of output."""

    number: int
    text: str


Step = Typed | Wait | SetLink | Reload
"""What a transcript does next."""

Passage = Expected | Answer | Comment
"""What stands between two steps."""


def split_prompt(line: str) -> tuple[Prompt, str] | None:
    """A prompt at the start of a line, and what follows it."""
    found = _SHELL_PROMPT.fullmatch(line)
    if found is not None:
        return Prompt(found[1], found[2], found[3]), found[4] or ""
    found = _PROMPT.match(line)
    if found is None:
        return None
    return Prompt(found[1], found[2] or "", found[3]), found[4]


class Transcript:
    """The lines of one transcript, numbered from 1."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self._directives = dict(self._read_directives())

    @classmethod
    def read(cls, file: Path) -> "Transcript":
        """Read a file; raises InputError when it or one of its directives is wrong."""
        return cls(file, read_text(file, LARGEST_FILE))

    def error(self, number: int, reason: str) -> InputError:
        """An error at a line."""
        return InputError(reason, file=self.file, line=number)

    def step_at(self, number: int, names: Mapping[str, str]) -> Step | None:
        """The step on a line, or None; `names` maps prompt names to nodes."""
        directive = self._directives.get(number)
        if directive is not None:
            return None if isinstance(directive, Answer | Comment) else directive
        found = split_prompt(self.lines[number - 1])
        if found is None or found[0].name not in names:
            return None
        prompt, command = found
        return Typed(number, names[prompt.name], prompt, command.strip())

    def passage_from(self, number: int, names: Mapping[str, str]) -> list[Passage]:
        """What stands on this line and after it, up to the next step."""
        passage: list[Passage] = []
        while number <= len(self.lines) and self.step_at(number, names) is None:
            directive = self._directives.get(number)
            if isinstance(directive, Answer | Comment):
                passage.append(directive)
            else:
                passage.append(Expected(number, self.lines[number - 1]))
            number += 1
        return passage

    def _read_directives(self) -> Iterator[tuple[int, Step | Answer | Comment]]:
        for number, line in enumerate(self.lines, start=1):
            if not line.startswith("@"):
                continue
            found = _DIRECTIVE.fullmatch(line)
            word = found[1] if found else None
            read = _DIRECTIVES.get(word or "")
            if read is None or found is None:
                near = suggestion(word or "", (f"@{name}" for name in _DIRECTIVES))
                raise self.error(number, f"unknown directive {quoted(line)}{near}")
            try:
                yield number, read(number, (found[2] or "").rstrip())
            except ValueError as error:
                raise self.error(number, f"@{word}: {error}") from None


def _read_wait(number: int, rest: str) -> Wait:
    return Wait(number, parse_duration(rest))


def _read_link(number: int, rest: str) -> SetLink:
    state, _, link = rest.partition(" ")
    if state not in ("up", "down") or not link.strip():
        raise ValueError("say up or down, and a link such as R1:Gi0/0")
    return SetLink(number, state == "up", link.strip())


def _read_reload(number: int, rest: str) -> Reload:
    if not rest:
        raise ValueError("say which node")
    return Reload(number, rest)


_DIRECTIVES: dict[str, Callable[[int, str], Step | Answer | Comment]] = {
    "wait": _read_wait,
    "link": _read_link,
    "reload": _read_reload,
    "answer": Answer,
    "#": Comment,
}
