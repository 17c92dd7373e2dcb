"""What a transcript holds for one command under way, in order: answers, keys, interrupts."""

from typing import TYPE_CHECKING

from ioscli.labs.transcripts.directives import (
    Answer,
    Expected,
    Interrupt,
    Keys,
    Leave,
    More,
    Part,
    Passage,
    Pause,
    Secret,
)
from ioscli.model.instant import Duration

if TYPE_CHECKING:
    from ioscli.labs.transcripts.block import Block

Act = Answer | Secret | Keys | More | Interrupt | Leave
"""What is done once the pauses before it are over."""


class Script:
    """The parts of a passage that act on a command, told from the output around them."""

    def __init__(self, block: "Block", passage: list[Passage]) -> None:
        self._block = block
        self._parts: list[Expected | Part] = [
            part for part in passage if isinstance(part, Expected | Part)
        ]
        self._next = 0

    def upcoming(self) -> tuple[Duration, Act | None]:
        """What the next directive does, and the pauses before it; output is passed over."""
        pause = 0
        for part in self._parts[self._next :]:
            if isinstance(part, Pause):
                pause += part.duration
            elif not isinstance(part, Expected):
                return Duration(pause), part
        return Duration(0), None

    def done(self, act: Act) -> None:
        """The directive was carried out."""
        self._next = self._parts.index(act) + 1

    def answer(
        self, question: str
    ) -> tuple[Duration, str | Answer | Secret | Interrupt | Leave | None]:
        """What is done about a question: a text where it is written out, or a directive.

        None: nothing is said about it.
        """
        pause = 0
        for index in range(self._next, len(self._parts)):
            part = self._parts[index]
            if isinstance(part, Pause):
                pause += part.duration
            elif isinstance(part, Expected):
                start = question if part.text.startswith(question) else question.rstrip()
                if part.text.startswith(start):
                    self._next = index + 1
                    return Duration(pause), part.text[len(start) :].strip()
            elif not isinstance(part, Keys | More):
                return Duration(pause), part
        return Duration(0), None

    def text(self) -> tuple[Duration, str | Act | None]:
        """What is typed next where text is asked for: a line that is not output, or a directive."""
        if self._next == 0:
            for line in self._block.lines:  # what the command has printed comes first
                part = self._parts[self._next] if self._next < len(self._parts) else None
                if isinstance(part, Expected) and part.text == line:
                    self._next += 1
        pause = 0
        for index in range(self._next, len(self._parts)):
            part = self._parts[index]
            if isinstance(part, Pause):
                pause += part.duration
            elif isinstance(part, Expected):
                self._next = index + 1
                return Duration(pause), part.text
            else:
                return Duration(pause), part
        return Duration(0), None
