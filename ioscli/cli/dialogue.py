"""Commands that take time or ask: what their handlers yield, and what drives them.

A handler of an EXEC command is either a pure show (an iterable of lines) or a generator that
yields steps: `Say` prints, `Ask` puts a question and receives the answer, `Await` starts
something in simulated time and receives its result. A plain string among the steps is one
line of output. The interrupt keys throw `Interrupted` into the generator where it waits.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any, NamedTuple

Cancel = Callable[[], object]
Resume = Callable[[Any], None]


class Interrupted(Exception):  # noqa: N818 - not an error: the operator's wish to stop
    """The operator pressed Ctrl-C or Ctrl-Shift-6 while the command waited."""


class Say(NamedTuple):
    """Print text as it stands, without a line end of its own."""

    text: str


class Ask(NamedTuple):
    """Put a question; the step's value is the line typed in answer."""

    prompt: str
    secret: bool = False
    """Whether the answer must not be shown while it is typed (passwords)."""
    suspends: bool = False
    """Whether it is a line of a text that Ctrl-Z ends; the answer ends in SUSPENDED then."""


SUSPENDED = "\x1a"


class Confirm(NamedTuple):
    """Put a `[confirm]` question; the step's value is whether Enter or y came in answer.

    On a terminal one key answers it.
    """

    prompt: str


class Await(NamedTuple):
    """Wait for something: `start` is called with the function that takes the result.

    It returns what calls the thing off. It may also hand over the result at once.
    """

    start: Callable[[Resume], Cancel]


Step = str | Say | Ask | Confirm | Await
Steps = Generator[Step, Any, None]


class Dialogue:
    """One command under way.

    `advance` runs it as far as it goes; afterwards it has `ended`, or asks, or waits. output:
    receives text. on_change: called when it moved on by itself. hold: asked before every line
    of output whether the line has to wait (for the next page); keeps: whether it is shown at all.
    """

    def __init__(
        self,
        steps: Iterable[Step],
        output: Callable[[str], None],
        on_change: Callable[[], None],
        hold: Callable[[], bool] = lambda: False,
        keeps: Callable[[str], bool] = lambda _line: True,
    ) -> None:
        self._steps: Steps = steps if isinstance(steps, Generator) else _each(steps)
        self._output = output
        self._on_change = on_change
        self._hold = hold
        self._keeps = keeps
        self._cancel: Cancel | None = None
        self._turn = 0
        self.question: Ask | Confirm | None = None
        self.held: str | None = None
        """The line that waits for the next page."""
        self.ended = False

    @property
    def waiting(self) -> bool:
        """Whether something in simulated time has to happen first."""
        return not self.ended and self.question is None and self.held is None

    def answer(self, line: str) -> None:
        """Give the operator's answer to the question that stands."""
        question = self.question
        assert question is not None
        self.question = None
        if isinstance(question, Confirm):
            self.advance(line.strip().lower() in ("", "y", "yes"))
        else:
            self.advance(line)

    def release(self) -> None:
        """Print the line that was held back, where it is still wanted, and go on."""
        line, self.held = self.held, None
        if line is not None:
            if self._keeps(line):
                self._hold()
                self._output(line + "\n")
            self.advance()

    def interrupt(self) -> None:
        """Throw `Interrupted` into the command where it waits or asks."""
        if self.ended:
            return
        cancel, self._cancel = self._cancel, None
        self._turn += 1
        self.question = self.held = None
        if cancel is not None:
            cancel()
        self.advance(Interrupted())

    def advance(self, value: object = None) -> None:
        """Run the command on from the step it stands at, with that step's value."""
        while True:
            try:
                if isinstance(value, Interrupted):
                    step = self._steps.throw(value)
                else:
                    step = self._steps.send(value)
            except (StopIteration, Interrupted):
                self.ended = True
                return
            value = None
            match step:
                case str():
                    if not self._keeps(step):
                        continue
                    if self._hold():
                        self.held = step
                        return
                    self._output(step + "\n")
                case Say(text):
                    self._output(text)
                case Ask() | Confirm():
                    self.question = step
                    return
                case Await(start):
                    arrived, value = self._begin(start)
                    if not arrived:
                        return

    def _begin(self, start: Callable[[Resume], Cancel]) -> tuple[bool, Any]:
        """Start a wait: whether its result came at once, and that result."""
        self._turn += 1
        turn = self._turn
        results: list[Any] = []
        starting = True

        def resume(result: Any) -> None:
            if turn != self._turn or results:
                return  # came after an interrupt, or twice
            results.append(result)
            if not starting:
                self._cancel = None
                self.advance(result)
                self._on_change()

        cancel = start(resume)
        starting = False
        if results:
            return True, results[0]
        self._cancel = cancel
        return False, None


def _each(steps: Iterable[Step]) -> Steps:
    yield from steps
