"""Transcripts (`*.ios`): what people paste into blog posts, read back.

A line that begins with a node's prompt is typed there; a line that begins with `@` is a
directive; everything else is the output that is expected. Which words are prompts depends on the
hostnames of the moment, so the lines between two prompts are told apart while the transcript runs.
"""

import re
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from ioscli.labs.document import read_text
from ioscli.labs.errors import InputError, quoted, suggestion
from ioscli.labs.transcripts.directives import (
    READERS,
    Answer,
    Comment,
    Directive,
    DirectiveStep,
    Expected,
    Note,
    Passage,
    Recorded,
    Reload,
    SetLink,
    Wait,
)

__all__ = [
    "Answer",
    "Comment",
    "Expected",
    "Note",
    "Passage",
    "Prompt",
    "Reload",
    "SetLink",
    "Step",
    "Transcript",
    "Typed",
    "Wait",
    "split_prompt",
]

#: Bytes; the longest session log seen in the wild is a tenth of it.
LARGEST_FILE = 16 << 20

_SHELL_PROMPT = re.compile(r"((?:[a-z][\w-]*@)?[A-Za-z][\w.-]*):(~)([$#])(?: (.*))?")
_PROMPT = re.compile(r"([A-Za-z][\w.-]*)(?:\(([\w.-]+)\))?([>#])(.*)")
_DIRECTIVE = re.compile(r"@([a-z]+|#)(?:\s+(.*))?|@.*")
_OUTPUT = re.compile(r"@\|(?: (.*))?")
_LINE_END = re.compile(r"\r\n|\r|\n")


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


Step = Typed | DirectiveStep
"""What a transcript does next."""


def split_prompt(line: str) -> tuple[Prompt, str] | None:
    """A prompt at the start of a line, and what follows it."""
    found = _SHELL_PROMPT.fullmatch(line)
    if found is not None:
        return Prompt(found[1], found[2], found[3]), found[4] or ""
    found = _PROMPT.match(line)
    if found is None:
        return None
    return Prompt(found[1], found[2] or "", found[3]), found[4]


def as_output(line: str, names: Container[str]) -> str:
    """How a line of output is written, where it could be taken for a prompt or a directive."""
    found = split_prompt(line)
    if line.startswith("@") or (found is not None and found[0].name in names):
        return f"@| {line}"
    return line


class Transcript:
    """The lines of one transcript, numbered from 1."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.lines = _LINE_END.split(text)
        if not self.lines[-1]:
            self.lines.pop()
        self._directives = dict(self._read_directives())
        headers = (it for it in self._directives.values() if isinstance(it, Recorded))
        self.recorded: Recorded | None = next(headers, None)
        """What a recording says of itself."""

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
            return directive if isinstance(directive, DirectiveStep) else None
        found = split_prompt(self.lines[number - 1])
        if found is None or found[0].name not in names:
            return None
        prompt, command = found
        # What somebody pasted may have gained blanks; a recording holds what was typed.
        command = command.strip() if self.recorded is None else command.rstrip()
        return Typed(number, names[prompt.name], prompt, command)

    def passage_from(self, number: int, names: Mapping[str, str]) -> list[Passage]:
        """What stands on this line and after it, up to the next step."""
        passage: list[Passage] = []
        while number <= len(self.lines) and self.step_at(number, names) is None:
            directive = self._directives.get(number)
            if directive is None:
                passage.append(Expected(number, self.lines[number - 1]))
            elif not isinstance(directive, DirectiveStep):
                passage.append(directive)
            number += 1
        return passage

    def _read_directives(self) -> Iterator[tuple[int, Directive]]:
        for number, line in enumerate(self.lines, start=1):
            if not line.startswith("@"):
                continue
            output = _OUTPUT.fullmatch(line)
            if output is not None:
                yield number, Expected(number, output[1] or "")
                continue
            found = _DIRECTIVE.fullmatch(line)
            word = found[1] if found else None
            read = READERS.get(word or "")
            if read is None or found is None:
                near = suggestion(word or "", (f"@{name}" for name in READERS))
                raise self.error(number, f"unknown directive {quoted(line)}{near}")
            try:
                yield number, read(number, (found[2] or "").rstrip())
            except ValueError as error:
                raise self.error(number, f"@{word}: {error}") from None
