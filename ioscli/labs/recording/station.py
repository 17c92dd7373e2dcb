"""One console of a recorded session: what is done there, and what its session waits for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ioscli.labs.transcripts.transcript import split_prompt

if TYPE_CHECKING:
    from ioscli.cli.operator_session import OperatorSession
    from ioscli.labs.recording.recorder import Recorder
    from ioscli.model.instant import Instant

Write = Callable[[str], None]
Changed = Callable[[], None]
Open = Callable[[Write, Changed], "OperatorSession"]


class Station:
    """One console, as the recorder sees it."""

    def __init__(self, recorder: "Recorder", name: str) -> None:
        self.name = name
        self.session: OperatorSession
        self.unseen = ""
        """Output that came while another console was looked at."""
        self.write: Write
        self.changed: Changed
        self.moved = False
        """Whether the session told of a change that the front end has not heard of."""
        self.ready: Instant | None = None
        """Since when it takes what is typed next; None while a command is busy."""
        self.redrawn: str | None = None
        """The text that stands at the prompt after `?`."""
        self._recorder = recorder

    # What the front end does at this console: see `Listener`.

    def feed(self, line: str) -> None:
        """A line was typed."""
        self._recorder.feed(self, line)

    def send_keys(self, keys: str) -> None:
        """Keys for another node."""
        self._recorder.send_keys(self, keys)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._recorder.interrupt(self)

    def end_key(self, text: str) -> None:
        """Ctrl-Z after a text."""
        self._recorder.end_key(self, text)

    def page(self, key: str) -> None:
        """A key at ` --More-- `."""
        self._recorder.page(self, key)

    def show_help(self, text: str) -> None:
        """`?` after a text."""
        self._recorder.show_help(self, text)

    def leave(self) -> None:
        """RETURN is being pressed: the session ends for good when the next one is opened."""

    # What the session is waiting for.

    @property
    def question(self) -> str | None:
        """The question that stands."""
        return None if self.session.paging else self.session.asking or None

    @property
    def reading(self) -> bool:
        """Whether a program or another node reads what is typed."""
        return self.session.remote or self.session.asking == ""

    @property
    def collecting(self) -> bool:
        """Whether lines of a text are typed."""
        session = self.session
        return not (session.paging or session.busy or self.reading or session.asking) and (
            not session.prompt
        )

    @property
    def at_prompt(self) -> bool:
        """Whether the next line is a command."""
        session = self.session
        return not (session.paging or session.asking is not None or session.remote) and not (
            session.busy or not session.prompt
        )

    @property
    def configuring(self) -> bool:
        """Whether the prompt is one of a configuration mode."""
        found = split_prompt(self.session.prompt)
        return found is not None and found[0].mode not in ("", "~")
