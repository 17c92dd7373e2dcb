"""One step of a replay: what was expected after it, and what was shown."""

from dataclasses import dataclass, field

from ioscli.labs.transcripts.transcript import Expected, Passage, Step
from ioscli.model.instant import Instant


@dataclass(slots=True)
class Block:
    """One step, what was expected after it, and what was shown."""

    step: Step | None
    """None: what stands above the first step."""
    node: str | None
    prompt: str
    """The real prompt, and `command` what was typed at it; both empty for a directive."""
    command: str
    at: Instant
    """When Enter was pressed."""
    before: list[str] = field(default_factory=list)
    """Messages that had waited on this node's console; they stand above the prompt."""
    pieces: list[str] = field(default_factory=list)
    times: list[Instant] = field(default_factory=list)
    """When each piece came, where somebody notes it (`show`)."""
    typed: set[int] = field(default_factory=set)
    """The pieces that are answers as they were typed."""
    given: dict[int, list[str]] = field(default_factory=dict)
    """Lines of `text` (from 0) at which directives acted on the command, and those directives."""
    answered: set[int] = field(default_factory=set)
    """Lines of `text` that hold what a directive typed: it stands for them in a transcript."""
    last_mark: int | None = None
    """The line at which a directive acted last."""
    passage: list[Passage] = field(default_factory=list)
    """What the transcript holds after the step."""
    names: frozenset[str] = frozenset()
    """What began a prompt then."""

    def show(self, text: str, at: Instant, *, typed: bool = False) -> None:
        """Take one more piece of what was shown."""
        if typed:
            self.typed.add(len(self.pieces))
        self.pieces.append(text)
        self.times.append(at)

    def mark(self, directive: str, *, answers: bool = False) -> None:
        """Note that a directive acted now; answers: by typing in the line that stands there."""
        line = self.text.count("\n")
        self.given.setdefault(line, []).append(directive)
        self.last_mark = line
        if answers:
            self.answered.add(line)

    def last_directive(self) -> str:
        """The one that acted last; nothing where none did."""
        return self.given[self.last_mark][-1] if self.last_mark is not None else ""

    def prolong(self, directive: str) -> None:
        """Put a longer directive in place of the last one."""
        assert self.last_mark is not None
        self.given[self.last_mark][-1] = directive

    @property
    def text(self) -> str:
        """What was shown after the step."""
        return "".join(self.pieces)

    @property
    def lines(self) -> list[str]:
        """What was shown after the step, line by line."""
        text = self.text
        if not text:
            return []
        return [as_seen(line) for line in text.removesuffix("\n").split("\n")]

    @property
    def expected(self) -> list[str]:
        """What the transcript expects to be shown."""
        return [part.text for part in self.passage if isinstance(part, Expected)]


def as_seen(line: str) -> str:
    """A line after its backspaces (` --More-- ` is erased by them) and carriage returns."""
    if "\b" not in line and "\r" not in line:
        return line
    cells: list[str] = []
    column = 0
    for character in line:
        if character == "\b":
            column = max(0, column - 1)
        elif character == "\r":
            column = 0
        else:
            cells[column : column + 1] = [character]
            column += 1
    return "".join(cells).rstrip()
