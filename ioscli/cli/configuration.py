"""Configuration mode without a router: lines in, an edited RouterConfig and changes out.

One piece serves the prompt, the startup configurations of labs and `ioscli lint`. Every line is
*modelled* (a handler edited the configuration), *stored* (kept and printed back, acts on
nothing), *rejected* with IOS's own error, or *blank*.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from enum import Enum
from typing import Any, NamedTuple

from ioscli.cli import stored
from ioscli.cli.matcher import Ambiguous, Grammar, Incomplete, Invalid, Match
from ioscli.cli.misplaced import Misplaced
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import handler_of
from ioscli.cli.results import Args
from ioscli.model.changes import ConfigChange
from ioscli.model.config import InterfaceConfig, RouterConfig
from ioscli.model.ifname import NULL0, InterfaceName

GLOBAL_MODE = "config"

#: What stands in the prompt's brackets, by mode.
PROMPT_SUFFIXES = {
    "config": "config",
    "interface": "config-if",
    "isakmp_policy": "config-isakmp",
    "transform_set": "cfg-crypto-trans",
    "ipsec_profile": "ipsec-profile",
    "line": "config-line",
}


class LineKind(Enum):
    """How far an accepted line goes."""

    MODELLED = "modelled"
    STORED = "stored"
    REJECTED = "rejected"
    BLANK = "blank"


class LineResult(NamedTuple):
    """What one line did."""

    kind: LineKind
    changes: tuple[ConfigChange, ...] = ()
    messages: tuple[str, ...] = ()
    """What IOS prints: warnings of an accepted line, or the reason of a rejected one."""
    error: Invalid | Ambiguous | Incomplete | None = None
    """Why the line was not understood; the caller, who knows the prompt, draws the caret."""


BLANK = LineResult(LineKind.BLANK)


class ConfigContext:
    """What a configuration handler works with.

    A handler edits `config` or `target` (the object of the current sub-mode), says what changed
    by returning ConfigChanges, and raises Refusal for a value that the router does not take.
    """

    __slots__ = ("config", "hardware", "mentioned", "messages", "mode", "startup", "target")

    def __init__(
        self, config: RouterConfig, hardware: Collection[InterfaceName] | None, startup: bool
    ) -> None:
        self.config = config
        self.hardware = hardware
        """The physical interfaces there are; None: any (`ioscli lint`)."""
        self.startup = startup
        """Whether the lines are a startup configuration rather than typed."""
        self.mentioned: set[InterfaceName] = set()
        """Interfaces that a startup configuration has named so far."""
        self.mode = GLOBAL_MODE
        self.target: Any = None
        self.messages: list[str] = []

    def enter(self, mode: str, target: object) -> None:
        """Go to a sub-mode, whose lines are about a target."""
        self.mode = mode
        self.target = target

    def knows(self, name: InterfaceName) -> bool:
        """Whether an interface exists; one that no line has made yet does not, as on IOS.

        Where any hardware is taken, so is any port.
        """
        if name in self.config.interfaces or name == NULL0:
            return True
        return self.hardware is None and not name.virtual

    def say(self, text: str) -> None:
        """Print a line: a warning, while the command is carried out."""
        self.messages.append(text)


Handler = Callable[[ConfigContext, Args], Iterable[ConfigChange]]


class ConfigSession:
    """Configuration mode: takes one line at a time.

    hardware: the router's physical interfaces, or None to take any name. startup: the lines are a
    saved configuration (what a capture of `show running-config` prints around it is skipped, and
    a physical interface that the file mentions comes up unless the file shuts it down).
    """

    def __init__(
        self,
        grammar: Grammar,
        config: RouterConfig,
        hardware: Iterable[InterfaceName] | None,
        *,
        startup: bool = False,
    ) -> None:
        self._grammar = grammar
        known = None if hardware is None else frozenset(hardware)
        self._context = ConfigContext(config, known, startup)
        self._banner: stored.Banner | None = None
        self._refused_section = False
        self.finished = False
        """Whether `end`, or `exit` in global configuration, was typed."""

    @property
    def config(self) -> RouterConfig:
        """What is being edited."""
        return self._context.config

    @property
    def mode(self) -> str:
        """The grammar's name of the current mode."""
        return self._context.mode

    @property
    def prompt_suffix(self) -> str:
        """What stands in the prompt's brackets: `config-if`."""
        target = self._context.target
        if isinstance(target, InterfaceConfig) and target.name.subinterface is not None:
            return "config-subif"
        return PROMPT_SUFFIXES[self._context.mode]

    @property
    def collecting(self) -> bool:
        """Whether lines are taken as the text of a banner: there is no prompt then."""
        return self._banner is not None

    def feed(self, line: str) -> LineResult:
        """Carry one line out."""
        if self._banner is not None:
            return self._collect(line)
        if "\t" in line:
            line = line.replace("\t", " ")
        text = line.strip()
        if not text or text[0] == "!":
            return BLANK
        context = self._context
        if context.startup and self._in_refused_section(line):
            return LineResult(LineKind.REJECTED, error=Invalid(len(line) - len(line.lstrip())))
        found = self._grammar.parse(context.mode, line)
        if not isinstance(found, Match):
            if context.startup and text.startswith(_CAPTURE_HEADERS):
                return BLANK
            found = self._in_global_mode(line, found)
            if not isinstance(found, Match):
                self._refused_section = line[0] != " "
                return LineResult(LineKind.REJECTED, error=found)
        if found.stem == "modes":
            return self._move(found)
        return self._carry_out(line, found)

    def end(self) -> tuple[ConfigChange, ...]:
        """Leave configuration from any mode; what that changes, which so far is nothing."""
        self._banner = None
        self._context.enter(GLOBAL_MODE, None)
        self.finished = True
        return ()

    def exit(self) -> None:
        """Go up one level: from global configuration out of it."""
        if self._context.mode == GLOBAL_MODE:
            # A file goes on after a stray `exit`; only its `end` ends it.
            self.finished = not self._context.startup
        else:
            self._context.enter(GLOBAL_MODE, None)

    def _in_refused_section(self, line: str) -> bool:
        """Whether a saved line stands indented under one that was refused (`router bgp 1`).

        It is about something that is not there, and must not be taken for a line of the
        section before.
        """
        self._refused_section = self._refused_section and line[0] == " "
        return self._refused_section

    # -- carrying out ------------------------------------------------------------------------

    def _in_global_mode(
        self, line: str, refusal: Invalid | Ambiguous | Incomplete
    ) -> Match | Invalid | Ambiguous | Incomplete:
        """Retry a line that a sub-mode does not know: as IOS does, and that leaves the sub-mode.

        Where global configuration does not know it either, the parse that came further counts.
        """
        if self._context.mode == GLOBAL_MODE or not isinstance(refusal, Invalid):
            return refusal
        retried = self._grammar.parse(GLOBAL_MODE, line)
        if isinstance(retried, Match):
            self._context.enter(GLOBAL_MODE, None)
        elif isinstance(retried, Invalid) and retried.position <= refusal.position:
            return refusal
        return retried

    def _move(self, found: Match) -> LineResult:
        match found.rule:
            case "config_exit":
                self.exit()
                return BLANK
            case "config_end":
                self.end()
                return BLANK
        return LineResult(LineKind.REJECTED, error=Invalid(0))

    def _carry_out(self, line: str, found: Match) -> LineResult:
        if found.mode.startswith("exec"):
            # `do` is for the session, which knows the router; a saved configuration has none.
            return LineResult(LineKind.REJECTED, error=Invalid(0))
        context = self._context
        if context.messages:
            context.messages = []
        try:
            if found.stored:
                changes: Iterable[ConfigChange] = ()
                self._banner = stored.keep(context, found)
            else:
                handler: Handler = handler_of(found.rule, found.stem)
                changes = handler(context, found.args)
        except Refusal as refusal:
            return self._refused(found.args, refusal)
        except Misplaced:
            return LineResult(LineKind.REJECTED, error=Invalid(Misplaced.column(line)))
        target = context.target
        # The lines of an interface of a kind that does not act are kept, nothing more.
        idle = isinstance(target, InterfaceConfig) and not target.name.modelled
        return LineResult(
            LineKind.STORED if found.stored or idle else LineKind.MODELLED,
            tuple(changes),
            tuple(context.messages),
        )

    def _refused(self, args: Args, refusal: Refusal) -> LineResult:
        said = [*self._context.messages, refusal.text] if refusal.text else self._context.messages
        error = None if refusal.argument is None else Invalid(args.column(refusal.argument))
        return LineResult(LineKind.REJECTED, (), tuple(said), error)

    def _collect(self, line: str) -> LineResult:
        """One line of a banner's text."""
        assert self._banner is not None
        if self._banner.add(line, self._context.config.stored):
            self._banner = None
        return LineResult(LineKind.STORED)


#: What `show running-config` and `show startup-config` print around the configuration.
_CAPTURE_HEADERS = ("Building configuration...", "Current configuration", "Using ")


class LoadedLine(NamedTuple):
    """One line of a loaded file."""

    number: int
    """Counted from 1."""
    text: str
    result: LineResult


def load(session: ConfigSession, text: str) -> Iterator[LoadedLine]:
    """Feed a saved configuration to a session, line by line, up to its `end`."""
    # Only line ends end lines: splitlines() would also split banners at form feeds.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        yield LoadedLine(number, line, session.feed(line))
        if session.finished:
            return
