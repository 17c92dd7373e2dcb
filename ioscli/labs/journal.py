"""One run of a lab with every input to it on record, so that the run can be had again.

A simulation holds live ciphers and closures and cannot be copied. But the same lab, seed and
inputs give the same bytes: whoever keeps the inputs, and when each came, keeps the whole run.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ioscli.labs.terminal import Terminal
from ioscli.labs.topology import Topology
from ioscli.model.instant import Instant

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.cli.operator_session import OperatorSession
    from ioscli.hosts.linux.host import LinuxHost
    from ioscli.labs.labfile import Lab
    from ioscli.router.router import Router


class Moment(NamedTuple):
    """A point between two events of a run; several may share an instant."""

    at: Instant
    events: int
    """How many events had run."""


class Kind(StrEnum):
    """What may be done to a lab from outside."""

    TYPE = "type"
    """A line at a node's console, and Enter."""
    KEY = "key"
    """A key at ` --More-- `."""
    HELP = "help"
    """`?` after a text."""
    INTERRUPT = "interrupt"
    """Ctrl-C."""
    END = "end"
    """Ctrl-Z."""
    SIT_DOWN = "sit down"
    """A new session at a console, whatever became of the last one."""
    LINK_DOWN = "link down"
    LINK_UP = "link up"
    RELOAD = "reload"


class Input(NamedTuple):
    """One thing that was done to a lab."""

    moment: Moment
    kind: Kind
    target: str
    """A node's name; of a link one of its ends."""
    text: str


class Console:
    """The console of a node, with all that was ever seen on it."""

    def __init__(self, node: "Router | LinuxHost", grammar: "Grammar") -> None:
        self.terminal = Terminal(node, grammar)
        self.shown: list[str] = []
        self.terminal.look(self.shown.append)

    @property
    def session(self) -> "OperatorSession":
        """The session at it now; another one after somebody left and came back."""
        return self.terminal.session

    def feed(self, line: str) -> None:
        """Type a line, which a console shows unless it is a secret; a far node echoes itself."""
        session = self.session
        if not session.remote:
            question = session.asking
            before = session.prompt if question is None else question
            self.shown.append(f"{before}{'' if session.asking_secret else line}\n")
        session.feed(line)


class LabRun:
    """A booted lab, somebody at each console, and the record of what they did."""

    def __init__(self, lab: "Lab", grammar: "Grammar", seed: int) -> None:
        self.topology = Topology(lab, grammar, seed)
        self.topology.boot()
        self.simulation = self.topology.simulation
        self.inputs: list[Input] = []
        self.consoles = {name: Console(node, grammar) for name, node in self.topology.nodes.items()}

    @property
    def moment(self) -> Moment:
        """Where the run is."""
        return Moment(self.simulation.now, self.simulation.events_run)

    def do(self, kind: Kind, target: str, text: str = "") -> None:
        """Do something to the lab now, and keep a record of it."""
        self.inputs.append(Input(self.moment, kind, target, text))
        match kind:
            case Kind.LINK_DOWN | Kind.LINK_UP:
                self.topology.find_link(target).set_up(kind is Kind.LINK_UP)
            case Kind.RELOAD:
                self.topology.reload(target)
            case _:
                _at_console(self.consoles[target], kind, text)

    def repeat(self, inputs: tuple[Input, ...], end: Moment) -> None:
        """Do again what was done in another run of the same lab and seed, up to a moment."""
        for moment, kind, target, text in inputs:
            self._go_to(moment)
            self.do(kind, target, text)
        self._go_to(end)

    def _go_to(self, moment: Moment) -> None:
        simulation = self.simulation
        # Not all events of the last instant: an input may have come between two of them.
        simulation.run_until(Instant(moment.at - 1))
        while simulation.events_run < moment.events and simulation.step():
            pass
        if simulation.now < moment.at:
            simulation.run_until(moment.at)
        if self.moment != moment:
            raise RuntimeError(
                f"the lab does not repeat itself: at {self.moment}, expected {moment}; "
                "was something changed there that no method of the lab knows of?"
            )


def _at_console(console: Console, kind: Kind, text: str) -> None:
    session = console.session
    match kind:
        case Kind.TYPE:
            console.feed(text)
        case Kind.KEY:
            session.page(text)
        case Kind.HELP:
            console.shown.append(f"{session.prompt}{text}?\n")
            console.shown.append(session.help(text))
        case Kind.INTERRUPT:
            session.interrupt()
        case Kind.END:
            session.end_key()
        case Kind.SIT_DOWN:
            session.closed = True
            console.terminal.reopen()
