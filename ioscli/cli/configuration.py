"""Configuration mode without a router: lines in, an edited RouterConfig and changes out.

One piece serves the prompt, the startup configurations of labs and `ioscli lint`. Every line is
*modelled* (a handler edited the configuration), *stored* (kept and printed back, acts on
nothing), *rejected* with IOS's own error, or *blank*.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from enum import Enum
from random import Random
from typing import Any, NamedTuple

from ioscli.cli import acting, stored, stored_sections
from ioscli.cli.banner import Banner
from ioscli.cli.dialogue import Steps
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
    "standard_acl": "config-std-nacl",
    "extended_acl": "config-ext-nacl",
    "route_map_entry": "config-route-map",
    "config": "config",
    "interface": "config-if",
    "isakmp_policy": "config-isakmp",
    "transform_set": "cfg-crypto-trans",
    "ipsec_profile": "ipsec-profile",
    "line": "config-line",
    "ospf": "config-router",
}


#: Further right than any line begins.
_NOT_REFUSED = 1_000_000


#: Given the session where a line was typed, the steps that it goes on with.
StepsOf = Callable[[Any], Steps]


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
    steps: StepsOf | None = None
    """What a typed command does further at the session it is handed."""


BLANK = LineResult(LineKind.BLANK)


class ConfigContext:
    """What a configuration handler works with.

    A handler edits `config` or `target` (the object of the current sub-mode), says what changed
    by returning ConfigChanges, and raises Refusal for a value that the router does not take.
    """

    __slots__ = (
        "chance",
        "chosen",
        "collector",
        "config",
        "hardware",
        "kept",
        "kinds",
        "mentioned",
        "messages",
        "mode",
        "parents",
        "startup",
        "steps",
        "target",
    )

    def __init__(
        self,
        config: RouterConfig,
        hardware: Collection[InterfaceName] | None,
        startup: bool,
        kinds: stored_sections.SectionKinds,
        chance: Random,
    ) -> None:
        self.config = config
        self.chance = chance
        """Where the salts of secrets come from."""
        self.collector: Banner | None = None
        """What takes the following lines as its text, where a handler began such a thing."""
        self.kinds = kinds
        """How the grammar's sections are kept."""
        self.kept = False
        """Whether the line that is carried out only is kept: a handler says so of values that
        do not act."""
        self.hardware = hardware
        """The physical interfaces there are; None: any (`ioscli lint`)."""
        self.startup = startup
        """Whether the lines are a startup configuration rather than typed."""
        self.mentioned: set[InterfaceName] = set()
        """Interfaces that a startup configuration has named so far."""
        self.mode = GLOBAL_MODE
        self.target: Any = None
        self.chosen: tuple[InterfaceConfig, ...] = ()
        """Under `interface range`, the interfaces that every line is carried out on."""
        self.parents: list[tuple[str, Any]] = []
        """The modes around the present one, outermost first, with their targets."""
        self.messages: list[str] = []
        self.steps: StepsOf | None = None
        """What the line goes on with at the terminal: questions, or something that takes time."""

    def enter(self, mode: str, target: object) -> None:
        """Go to a sub-mode of global configuration, whose lines are about a target."""
        self.chosen = ()
        self.parents = [] if mode == GLOBAL_MODE else [(GLOBAL_MODE, None)]
        self.mode = mode
        self.target = target

    def descend(self, mode: str, target: object) -> None:
        """Go to a sub-mode of the present mode."""
        self.parents.append((self.mode, self.target))
        self.mode = mode
        self.target = target

    def ascend(self, depth: int) -> None:
        """Go back up until so many modes are around: 0 is global configuration."""
        if depth < len(self.parents):
            self.chosen = ()
            self.mode, self.target = self.parents[depth]
            del self.parents[depth:]

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
    a physical interface that the file mentions comes up unless the file shuts it down). chance:
    where the salts of secrets come from.
    """

    def __init__(
        self,
        grammar: Grammar,
        config: RouterConfig,
        hardware: Iterable[InterfaceName] | None,
        *,
        startup: bool = False,
        chance: Random | None = None,
    ) -> None:
        self._grammar = grammar
        known = None if hardware is None else frozenset(hardware)
        self._kinds = stored_sections.kinds_of(grammar)
        self._context = ConfigContext(
            config, known, startup, self._kinds, chance or Random(config.hostname)
        )
        self._refused_indent = _NOT_REFUSED
        self._indents: list[int] = []
        """Blanks before the headers of the present mode and those around it, outermost first."""
        self._indented = False
        """Whether any line of a saved configuration was indented."""
        self.carried: tuple[Match, int] | None = None
        """The command that the last line was, where it was accepted, and its depth of modes."""
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
        if self._context.chosen and self._context.mode == "interface":
            return "config-if-range"
        target = self._context.target
        if isinstance(target, InterfaceConfig) and target.name.subinterface is not None:
            return "config-subif"
        mode = self._context.mode
        named = PROMPT_SUFFIXES.get(mode) or acting.prompt_suffix(target)
        return named or self._kinds.prompts[mode]

    @property
    def collecting(self) -> bool:
        """Whether lines are taken as the text of a banner: there is no prompt then."""
        return self._context.collector is not None

    def feed(self, line: str) -> LineResult:
        """Carry one line out."""
        self.carried = None
        if self._context.collector is not None:
            return self._collect(line)
        if "\t" in line:
            line = line.replace("\t", " ")
        text = line.strip()
        if not text or text[0] == "!":
            return BLANK
        context = self._context
        indent = len(line) - len(line.lstrip())
        if context.startup and self._in_refused_section(indent):
            return LineResult(LineKind.REJECTED, error=Invalid(indent))
        before = context.mode, context.target, context.chosen, context.parents[:]
        found = self._parse(line, indent)
        if not isinstance(found, Match):
            if context.startup and text.startswith(_CAPTURE_HEADERS):
                return BLANK
            self._refused_indent = indent
            return LineResult(LineKind.REJECTED, error=found)
        if found.stem == "modes":
            return self._move(found)
        target = context.target
        depth = len(context.parents)
        result = self._carry_out(line, found)
        if context.steps is not None:
            result, context.steps = result._replace(steps=context.steps), None
        if result.kind is not LineKind.REJECTED:
            self.carried = found, depth
        elif result.error is not None and not context.startup:
            # A value that does not fit is as if no command of a mode further out fitted.
            context.mode, context.target, context.chosen, context.parents = before
            return result
        closes = found.rule in self._kinds.tables.closes
        if context.target is not target and context.parents and not closes:
            self._indents[len(context.parents) - 1 :] = [indent]
        return result

    def end(self) -> tuple[ConfigChange, ...]:
        """Leave configuration from any mode; what that changes, which so far is nothing."""
        self._context.collector = None
        self._context.enter(GLOBAL_MODE, None)
        self.finished = True
        return ()

    def exit(self) -> None:
        """Go up one level: from global configuration out of it."""
        if self._context.mode == GLOBAL_MODE:
            # A file goes on after a stray `exit`; only its `end` ends it.
            self.finished = not self._context.startup
        else:
            self._context.ascend(len(self._context.parents) - 1)

    def _in_refused_section(self, indent: int) -> bool:
        """Whether a saved line stands indented under one that was refused (`router bgp 1`).

        It is about something that is not there, and must not be taken for a line of the
        section before.
        """
        if indent <= self._refused_indent:
            self._refused_indent = _NOT_REFUSED
        self._indented = self._indented or indent > 0
        return self._refused_indent < indent

    # -- carrying out ------------------------------------------------------------------------

    def _parse(self, line: str, indent: int) -> Match | Invalid | Ambiguous | Incomplete:
        """What a line means in the present mode or, as on IOS, in one of those around it.

        The modes inside the one that knows the line are left. Where none does, the parse that
        came furthest counts.
        """
        context = self._context
        best: Invalid | Ambiguous | Incomplete | None = None
        for depth in self._depths(indent):
            around = depth < len(context.parents)
            mode = context.parents[depth][0] if around else context.mode
            found = self._grammar.parse(mode, line)
            if mode == "interface" and not isinstance(found, Match):
                found = self._parse_of_kind(depth, line) or found
            if isinstance(found, Match):
                if depth and self._is_spelled_outside(found, depth, line):
                    continue
                if around and found.stem != "modes":
                    context.ascend(depth)
                return found
            # Ambiguous words go on: `ip route` at an interface could be `ip router` or
            # `ip route-cache`, and is the global command as soon as its arguments fit.
            if not context.startup and isinstance(found, Incomplete):
                return best or found
            if best is None or _further(found, best):
                best = found
        assert best is not None
        return best

    def _is_spelled_outside(self, found: Match, depth: int, line: str) -> bool:
        """Whether a mode further out knows the word that was abbreviated here, as it was typed.

        `key 2` within key 1 of a key chain is the chain's next key, not `key-string 2`, and `key
        chain B` the next chain.
        """
        typed = line.split(None, 1)[0].lower()
        if typed == found.args.words[0] or typed == "no":
            return False
        for mode, _ in self._context.parents[:depth]:
            outer = self._grammar.parse(mode, line)
            if isinstance(outer, Match) and outer.args.words[0] == typed:
                return True
        return False

    def _parse_of_kind(self, depth: int, line: str) -> Match | None:
        """What a line means to an interface of a kind with commands of its own, where it is one."""
        context = self._context
        around = depth < len(context.parents)
        interface: InterfaceConfig = context.parents[depth][1] if around else context.target
        if interface.name.kind != "Dot11Radio":
            return None
        found = self._grammar.parse("dot11_radio", line)
        return found if isinstance(found, Match) else None

    def _depths(self, indent: int) -> Iterator[int]:
        """Which modes may mean a line, likeliest first: the present one, those around it.

        In a saved configuration that is indented, the blanks before a line tell whose it is.
        """
        deepest = len(self._context.parents)
        if self._context.startup and self._indented:
            likeliest = sum(other < indent for other in self._indents[:deepest])
            yield likeliest
            yield from (depth for depth in range(deepest, -1, -1) if depth != likeliest)
        else:
            yield from range(deepest, -1, -1)

    def _move(self, found: Match) -> LineResult:
        match found.rule:
            case "config_exit":
                self.exit()
                return BLANK
            case "config_end":
                self.end()
                return BLANK
        return LineResult(LineKind.REJECTED, error=Invalid(0))

    def _carry_out_on_all(self, line: str, found: Match) -> LineResult:
        """Carry a line out on every interface of a range, up to one that refuses it."""
        context = self._context
        chosen, context.chosen = context.chosen, ()
        changes: list[ConfigChange] = []
        messages: list[str] = []
        result = BLANK
        for interface in chosen:
            context.target = interface
            result = self._carry_out(line, found)
            changes += result.changes
            messages += result.messages
            if result.kind is LineKind.REJECTED:
                break
        if context.mode == "interface":
            context.target, context.chosen = chosen[0], chosen
        return result._replace(changes=tuple(changes), messages=tuple(messages))

    def _carry_out(self, line: str, found: Match) -> LineResult:
        if self._context.chosen and found.mode in ("interface", "dot11_radio"):
            return self._carry_out_on_all(line, found)
        if found.mode.startswith("exec"):
            # `do` is for the session, which knows the router; a saved configuration has none.
            return LineResult(LineKind.REJECTED, error=Invalid(0))
        context = self._context
        if context.messages:
            context.messages = []
        try:
            if found.rule in self._kinds.tables.closes:
                changes: Iterable[ConfigChange] = ()
                self.exit()
            elif found.stored:
                stored.keep(context, found)
                changes = acting.follow(context, found.rule, found.args)
            else:
                handler: Handler = handler_of(found.rule, found.stem)
                context.kept = False
                changes = handler(context, found.args)
        except Refusal as refusal:
            return self._refused(found.args, refusal)
        except Misplaced:
            return LineResult(LineKind.REJECTED, error=Invalid(Misplaced.column(line)))
        target = context.target
        # The lines of an interface of a kind that does not act are kept, nothing more.
        idle = isinstance(target, InterfaceConfig) and not target.name.modelled
        kept = (found.stored and found.rule not in stored.ACTING and not changes) or idle
        if context.kept:
            kept, context.kept = True, False
        return LineResult(
            LineKind.STORED if kept else LineKind.MODELLED,
            tuple(changes),
            tuple(context.messages),
        )

    def _refused(self, args: Args, refusal: Refusal) -> LineResult:
        said = [*self._context.messages, refusal.text] if refusal.text else self._context.messages
        error = None if refusal.argument is None else Invalid(args.column(refusal.argument))
        return LineResult(LineKind.REJECTED, (), tuple(said), error)

    def _collect(self, line: str) -> LineResult:
        """One line of a banner's text."""
        collector = self._context.collector
        assert collector is not None
        if collector.add(line):
            self._context.collector = None
        return LineResult(LineKind.MODELLED)


def _further(
    found: Invalid | Ambiguous | Incomplete, best: Invalid | Ambiguous | Incomplete
) -> bool:
    """Whether a refusal came further along the line than another."""
    return (
        isinstance(found, Invalid) and isinstance(best, Invalid) and found.position > best.position
    )


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
