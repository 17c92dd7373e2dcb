"""A replay as something to watch: scenes of typed keys, output and notes, at reading pace.

The delays come from simulated time and from the length of the text alone, so the same transcript
plays the same way everywhere. Longer waits are cut: who reads need not sit through them.
"""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from textwrap import wrap
from typing import NamedTuple

from ioscli.labs.transcripts.block import Block
from ioscli.labs.transcripts.directives import Look, Note, Reload, Return, SetLink, Wait
from ioscli.labs.transcripts.transcript import Transcript, Typed
from ioscli.model.instant import SECOND, Duration

#: Seconds a typed character takes, and a line at most, however long it is.
_KEY = 0.06
_LONGEST_LINE = 2.5
#: Seconds before Enter is pressed.
_ENTER = 0.3
#: Output waits as long as it did in simulated time, but no longer than this.
_LONGEST_GAP = 1.0
#: Seconds for a character of output and of a note to be read, and for each at most.
_READ = 0.01
_LONGEST_READ = 4.0
_READ_NOTE = 0.05
_SHORTEST_NOTE = 1.5
_LONGEST_NOTE = 12.0
#: Seconds for what happens beside the consoles.
_STAGE = 1.0
_NOTE_WIDTH = 76


class Kind(Enum):
    """What a cue shows."""

    PROMPT = auto()
    TYPED = auto()
    OUTPUT = auto()
    NOTE = auto()
    """A paragraph of the instructor's."""
    STAGE = auto()
    """What happens beside the consoles: time goes by, a link is cut."""


class Cue(NamedTuple):
    """One thing to show."""

    delay: float
    """Seconds before it, at reading pace."""
    kind: Kind
    text: str


class Scene(NamedTuple):
    """One step of a transcript."""

    number: int
    """Counted from 1; 0 is what stands above the first step."""
    node: str | None
    title: str
    """The step as it is written."""
    cues: Sequence[Cue]


def scenes(transcript: Transcript, blocks: Sequence[Block]) -> Iterator[Scene]:
    """What there is to watch, step by step."""
    linger = 0.0
    node = None
    for number, block in enumerate(blocks):
        cues = list(_cues(block, turned=block.node != node))
        if cues:
            first = cues[0]
            cues[0] = first._replace(delay=round(first.delay + linger, 3))
            linger = min(_READ * len(block.text), _LONGEST_READ)
        node = block.node
        yield Scene(number, block.node, title(transcript, block), cues)


def title(transcript: Transcript, block: Block) -> str:
    """A step as it is written: `R1#show clock`, `@wait 30s`."""
    return "" if block.step is None else transcript.lines[block.step.number - 1].rstrip()


def notes(block: Block) -> list[str]:
    """The paragraphs that an instructor says after a step; an empty `@note` parts two."""
    paragraphs: list[list[str]] = [[]]
    last = 0
    for part in block.passage:
        if not isinstance(part, Note):
            continue
        if not part.text or part.number != last + 1:
            paragraphs.append([])
        if part.text:
            paragraphs[-1].append(part.text)
        last = part.number
    return [" ".join(lines) for lines in paragraphs if lines]


def stage_direction(block: Block, *, turned: bool = True) -> str:
    """What a directive does, in words; empty where there is nothing to say.

    turned: whether another console was looked at before.
    """
    match block.step:
        case Wait(_, duration) if duration >= SECOND:
            return f"{spoken(duration)} later"
        case SetLink(_, up, link):
            return f"the link {link} is {'mended' if up else 'cut'}"
        case Reload(_, node):
            return f"{node} reloads"
        case Look(_, node) if turned:
            return f"at the console of {node}"
        case Return():
            return "RETURN is pressed"
        case _:
            return ""


def spoken(span: Duration) -> str:
    """`30 seconds`, `1.5 minutes`."""
    for unit, name in ((3600 * SECOND, "hour"), (60 * SECOND, "minute"), (SECOND, "second")):
        if span >= unit or name == "second":
            break
    count = f"{span / unit:.1f}".removesuffix(".0")
    return f"{count} {name}{'' if count == '1' else 's'}"


def _cues(block: Block, *, turned: bool) -> Iterator[Cue]:
    direction = stage_direction(block, turned=turned)
    if direction:
        yield Cue(_STAGE, Kind.STAGE, direction)
    for line in block.before:
        yield Cue(0.1, Kind.OUTPUT, f"{line}\n")
    if isinstance(block.step, Typed):
        yield Cue(0.0, Kind.PROMPT, block.prompt)
        yield from _keys(block.command)
        yield Cue(_ENTER, Kind.OUTPUT, "\n")
    since = block.at
    times = block.times or [since] * len(block.pieces)
    for number, (piece, at) in enumerate(zip(block.pieces, times, strict=True)):
        gap = min((at - since) / SECOND, _LONGEST_GAP)
        since = at
        if number in block.typed:
            yield from _keys(piece.removesuffix("\n"))
            yield Cue(_ENTER, Kind.OUTPUT, "\n")
        else:
            yield Cue(gap, Kind.OUTPUT, piece)
    pause = min(_READ * len(block.text), _LONGEST_READ)
    for paragraph in notes(block):
        yield Cue(pause, Kind.NOTE, paragraph)
        pause = min(max(_SHORTEST_NOTE, _READ_NOTE * len(paragraph)), _LONGEST_NOTE)
    if notes(block):
        yield Cue(pause, Kind.OUTPUT, "")


def _keys(text: str) -> Iterator[Cue]:
    if text:
        pace = min(_KEY, _LONGEST_LINE / len(text))
        yield from (Cue(pace, Kind.TYPED, key) for key in text)


class Writer:
    """Turns cues into what a terminal is sent; knows whether the cursor begins a line."""

    def __init__(self, *, plain: bool = False) -> None:
        """plain: without colours."""
        self._plain = plain
        self._at_start = True

    def text(self, cue: Cue) -> str:
        """What shows a cue, `\\n` at line ends."""
        match cue.kind:
            case Kind.NOTE:
                lines = (f"| {line}" for line in wrap(cue.text, _NOTE_WIDTH))
                return self._apart("".join(f"{self._in('33', line)}\n" for line in lines))
            case Kind.STAGE:
                return self._apart(f"{self._in('2;3', f'-- {cue.text} --')}\n")
            case Kind.PROMPT:
                shown = self._apart(self._in("1", cue.text))
                self._at_start = False
                return shown
            case _:
                if cue.text:
                    self._at_start = cue.text.endswith("\n")
                return cue.text

    def _in(self, style: str, text: str) -> str:
        return text if self._plain else f"\x1b[{style}m{text}\x1b[0m"

    def _apart(self, text: str) -> str:
        fresh, self._at_start = self._at_start, True
        return text if fresh else f"\n{text}"
