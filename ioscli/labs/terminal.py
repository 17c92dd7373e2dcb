"""The console of one node, as a replay sits at it: a session, and what nobody has looked at yet."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ioscli.cli.session import Session
from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant
from ioscli.router.router import Router

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.cli.operator_session import OperatorSession
    from ioscli.hosts.linux.host import LinuxHost


class Terminal:
    """A session at a node's console, and the output that waits until somebody looks.

    length: None for a console at which somebody sits already, at privileged EXEC, who is never
    logged out and needs no pages. Otherwise it is as it is found: banners and log-in first, not
    privileged, pages of so many lines (0: none).
    """

    def __init__(
        self, node: "Router | LinuxHost", grammar: "Grammar", length: int | None = None
    ) -> None:
        self._sink: Callable[[str], object] | None = None
        if isinstance(node, Router):
            # Before the session: a message is held here first, and then dropped in `write`.
            node.console.subscribe(self._message)
        self._waits = False
        self._unseen = ""
        self._muted = False
        self._taken: tuple[Callable[[str], None], Callable[[], None]] | None = None
        self._node = node
        self._grammar = grammar
        self._length = length
        self.session = self._open()

    def _open(self) -> "OperatorSession":
        if not isinstance(self._node, Router):
            from ioscli.hosts.linux.shell import Shell

            return Shell(
                self._node, output=self.write, length=self._length or 0, on_change=self.wake
            )
        return Session(
            self._node,
            self._grammar,
            output=self.write,
            privileged=self._length is None,
            length=self._length or 0,
            on_change=self.wake,
        )

    def write(self, text: str) -> None:
        """Show text; where nobody looks, keep it."""
        if self._taken is not None:
            self._taken[0](text)
        elif self._sink is not None:
            self._sink(text)
        elif not self._muted:
            self._unseen += text

    def look(self, sink: Callable[[str], object] | None) -> None:
        """Show what comes from now on through `sink`; None: nobody looks any more."""
        self._sink = sink

    def mute(self, muted: bool) -> None:
        """While nobody looks, keep system messages only: what else comes is of no interest."""
        self._muted = muted

    def take_held(self) -> list[str]:
        """The lines that waited."""
        return self.take_unseen().removesuffix("\n").split("\n") if self._unseen else []

    def take_unseen(self) -> str:
        """What waited, as it came."""
        unseen, self._unseen = self._unseen, ""
        return unseen

    def reopen(self) -> None:
        """Press Enter at a console that somebody has left."""
        if self.session.closed:
            self.session.close()
            self._taken = None
            self.session = self._open()

    def hand_over(
        self, write: Callable[[str], None], changed: Callable[[], None]
    ) -> "OperatorSession":
        """Let somebody else go on at this session: who takes its output, and its changes."""
        self._taken = write, changed
        unseen = self.take_unseen()
        if unseen:
            write(unseen)
        return self.session

    @property
    def handed_over(self) -> bool:
        """Whether somebody else goes on here."""
        return self._taken is not None

    def wake(self) -> None:
        """The command under way ended or asks: whoever waits has to look."""
        self._waits = False
        if self._taken is not None:
            self._taken[1]()

    def wait(self, simulation: Simulation) -> bool:
        """Run a simulation until the command ends or asks; False when nothing is left to run."""
        self._waits = True
        return simulation.run_while(lambda: self._waits)

    def wait_until(self, simulation: Simulation, when: Instant) -> None:
        """Run a simulation until the command ends or asks, but not past an instant."""
        self._waits = True

        def goes_on() -> bool:
            due = simulation.next_event()
            return self._waits and due is not None and due <= when

        simulation.run_while(goes_on)
        if self._waits:
            simulation.run_until(when)

    def _message(self, line: str) -> None:
        if self._sink is None and self._muted and self._taken is None:
            self._unseen += line + "\n"
