"""Live consoles that go on where a replay stopped, recorded again or not."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ioscli.cli.operator_session import OperatorSession
    from ioscli.labs.recording.recorder import Recorder
    from ioscli.labs.recording.station import Changed, Open, Write
    from ioscli.labs.terminal import Terminal


class Adoption:
    """Opens consoles by handing over the sessions of a replay."""

    def __init__(self, terminals: "Mapping[str, Terminal]", recorder: "Recorder | None") -> None:
        self._terminals = terminals
        self._recorder = recorder

    def open(
        self, name: str, _make: "Open", write: "Write", changed: "Changed", /
    ) -> "OperatorSession":
        """The session at a node's console, or a new one of its kind where it has ended."""
        open_again = self._opener(name)
        if self._recorder is None:
            return open_again(write, changed)
        return self._recorder.open(name, open_again, write, changed)

    def look(self, name: str, /) -> None:
        """Somebody looks at this console from now on."""
        if self._recorder is not None:
            self._recorder.look(name)

    def attend(self) -> None:
        """Events are over for now."""
        if self._recorder is not None:
            self._recorder.attend()

    def stands(self) -> bool:
        """Whether simulated time stands still."""
        return self._recorder is not None and self._recorder.stands()

    def _opener(self, name: str) -> "Open":
        terminal = self._terminals[name]

        def open_again(write: "Write", changed: "Changed") -> "OperatorSession":
            if terminal.handed_over:
                terminal.reopen()
            return terminal.hand_over(write, changed)

        return open_again
