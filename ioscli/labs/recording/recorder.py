"""A console session becomes a transcript that replays to the same bytes.

The recorder stands between the front end and the sessions. Whatever is done to a session is done
at a moment that a transcript can say: a line is entered a second after the last command was done,
or whole milliseconds later; simulated time runs ahead to that moment where fingers were faster.
While a page, a question or a text waits for somebody, time stands still. So the recording is the
transcript itself, and not an account of it.

Nothing is done in the middle of an event: what a session tells while events run is kept until
`attend`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ioscli.labs.quantities import LONGEST
from ioscli.labs.recording.recorded_session import RecordedSession
from ioscli.labs.recording.station import Changed, Open, Station, Write
from ioscli.labs.transcripts.block import Block, as_seen
from ioscli.labs.transcripts.directives import escaped, timed, unescaped
from ioscli.labs.transcripts.report import output_lines
from ioscli.labs.transcripts.timing import KEYSTROKE, TYPING
from ioscli.labs.transcripts.transcript import Prompt, split_prompt
from ioscli.labs.transcripts.typed_line import Ending, write_line
from ioscli.model.instant import MILLISECOND, Duration, Instant

if TYPE_CHECKING:
    from pathlib import Path

    from ioscli.cli.operator_session import OperatorSession
    from ioscli.engine.simulation import Simulation
    from ioscli.labs.recording.ledger import Ledger

#: What stands before a password at the far end of a telnet, where nobody says that it is one.
_PASSWORD = re.compile(r"(password|passphrase|secret)\b[^:\n]*: ?\Z", re.IGNORECASE)

_PAGE = "@more "
_KEYS = "@keys "
_NO_TIME = Duration(0)
#: Pieces of output that a prompt may come in.
_PROMPT_PIECES = 8


class Recorder:
    """Writes down what is done at the consoles of a lab."""

    def __init__(
        self,
        simulation: "Simulation",
        ledger: "Ledger",
        head: str,
        *,
        as_pasted: bool = False,
    ) -> None:
        """head: the lines above the first step, `@recorded` among them unless `as_pasted`.

        as_pasted: blanks before a command do not count in this transcript.
        """
        self._simulation = simulation
        self._ledger = ledger
        self._as_pasted = as_pasted
        self._stations: dict[str, Station] = {}
        self._names: set[str] = set()
        self._current: Station | None = None
        self._block = Block(None, None, "", "", simulation.now)
        self._title: list[str] = []
        """The step that `_block` followed, as it is written."""
        self._settled = True
        self._settled_event = -1
        self._last_typed = simulation.now
        self._base = simulation.now
        """When the last step was done."""
        self._since: list[str] = []
        """What the console looked at printed after it."""
        self._notes: list[str] = []
        self._asked = False
        """Whether the question that stands is shown in the block."""
        self._pages_count = False
        self._inline_from = 0
        """The first line of the block that holds no answer yet."""
        self._secret = False
        self._typed_at = simulation.now
        self._typed_event = -1
        ledger.revise(head)
        ledger.keep()

    # -- what the front end tells --------------------------------------------------------------

    def open(self, name: str, make: Open, write: Write, changed: Changed) -> "OperatorSession":
        """Open a session at a node's console; a second one follows when RETURN is pressed."""
        station = self._stations.get(name)
        again = station is not None
        if station is None:
            station = self._stations[name] = Station(self, name)
        else:
            self._advance(_NO_TIME)
            station.session.close()
            self._begin(["@return"])
        station.write, station.changed = write, changed
        station.ready = None
        found = station
        station.session = make(
            lambda text: self._output(found, text), lambda: self._session_moved(found)
        )
        if again:
            self._after_input(station)
        return RecordedSession(station.session, station, write)

    def look(self, name: str) -> None:
        """Somebody looks at this console from now on."""
        if self._current is not None and self._current.name == name:
            return
        self._look_away()
        station = self._current = self._stations[name]
        station.redrawn = None
        self._begin([f"@look {name}"])
        unseen, station.unseen = station.unseen, ""
        if unseen:
            self._show(unseen)
        self._after_input(station)

    def attend(self) -> None:
        """Events are over for now: tell the front end what moved on."""
        self._ask()
        station = self._current
        # At another console, what was typed ahead waits until somebody looks.
        if station is not None and station.moved:
            station.moved = False
            station.changed()

    def stands(self) -> bool:
        """Whether simulated time waits for the one who reads a page, answers, or types a text."""
        station = self._current
        if station is None or self._settled:
            return False
        session = station.session
        return session.paging or bool(session.asking) or station.collecting

    @property
    def file(self) -> "Path":
        """Where it is written."""
        return self._ledger.file

    @property
    def idle(self) -> bool:
        """Whether the console looked at takes a command."""
        return self._settled

    def note(self, text: str) -> None:
        """Write an instructor's note here."""
        self._notes += [f"@note {line}".rstrip() for line in text.splitlines() or [""]]
        self._write()

    def set_link(self, name: str, up: bool, act: Callable[[], None]) -> None:
        """Cut or mend a link, while no command is under way; act: does it."""
        assert self._settled
        self._advance(_NO_TIME)
        self._begin([f"@link {'up' if up else 'down'} {name}"])
        act()
        if self._current is not None:
            self._after_input(self._current)

    def finish(self) -> None:
        """Nothing is typed any more."""
        if not self._settled:
            self._look_away()
        elif self._since:
            self._advance(_NO_TIME)
        self._ledger.keep()
        self._ledger.close()

    # -- what sessions tell --------------------------------------------------------------------

    def _output(self, station: Station, text: str) -> None:
        station.write(text)
        if station is not self._current:
            station.unseen += text
        elif not self._settled or self._simulation.events_run == self._settled_event:
            # The event in which a command ended belongs to it as a whole.
            self._show(text)
        else:
            self._since.append(text)

    def _session_moved(self, station: Station) -> None:
        station.moved = True
        if station.ready is None and not station.session.busy:
            station.ready = self._simulation.now
        if station is self._current and not self._settled and station.at_prompt:
            self._settle()

    # -- what is done at a console -------------------------------------------------------------

    def feed(self, station: Station, line: str) -> None:
        """A line was typed."""
        if self._settled:
            self._command(station, line, Ending.ENTER)
        elif station.question is not None:
            self._answer(station, line, suspended=False)
        elif station.reading:
            self._tell(station, line)
        elif station.collecting:
            self._text(station, line, Ending.ENTER)
        else:
            station.session.feed(line)

    def show_help(self, station: Station, text: str) -> None:
        """`?` after a text."""
        if self._settled:
            self._command(station, text, Ending.HELP)
            station.redrawn = text.strip()

    def end_key(self, station: Station, text: str) -> None:
        """Ctrl-Z after a text."""
        if self._settled and station.configuring:
            self._command(station, text, Ending.SUSPEND)
        elif not self._settled and station.question is not None:
            self._answer(station, text, suspended=True)
        elif not self._settled and station.collecting:
            self._text(station, text, Ending.SUSPEND)
        else:  # a key without effect
            station.session.end_key(text)

    def interrupt(self, station: Station) -> None:
        """Ctrl-C."""
        session = station.session
        if self._settled:
            if station.configuring:
                self._command(station, "", Ending.INTERRUPT)
            else:  # a key without effect
                session.interrupt()
        elif session.remote:
            self.send_keys(station, "\x03")
        elif session.paging:
            self.page(station, "\x03")
        elif station.question is not None or station.collecting:
            self._pause(station, _NO_TIME)
            self._block.mark("@interrupt")
            session.interrupt()
            self._after_input(station)
        else:
            span = self._run_from(self._last_typed)
            if session.busy or session.remote or session.asking is not None:
                self._block.mark(timed("interrupt", span))
                session.interrupt()
                self._after_input(station)

    def page(self, station: Station, key: str) -> None:
        """A key at ` --More-- `."""
        if self._settled:
            return
        self._pause(station, _NO_TIME)
        self._pages_count |= key != " "
        self._mark_keys(_PAGE, key, goes_on=self._simulation.events_run == self._typed_event)
        station.session.page(key)
        self._after_input(station)

    def send_keys(self, station: Station, keys: str) -> None:
        """Keys for another node, one after the other."""
        if self._settled:
            return
        for key in keys:
            self._pause(station, KEYSTROKE)
            self._run(KEYSTROKE)
            if not station.session.remote:
                return
            if not self._secret:
                self._secret = self._asks_password()
                if self._secret:
                    self._block.mark("@secret", answers=True)
            if not self._secret:
                same_line = self._block.last_mark == self._block.text.count("\n")
                self._mark_keys(_KEYS, key, goes_on=same_line, answers=True)
            if key == "\r":
                self._secret = False
            station.session.send_keys(key)
            self._after_input(station)

    # -- one thing typed -----------------------------------------------------------------------

    def _mark_keys(self, word: str, key: str, *, goes_on: bool, answers: bool = False) -> None:
        """Write a key down, in one directive with those before it where nothing came between."""
        last = self._block.last_directive()
        if goes_on and last.startswith(word) and not last.endswith("\\r"):
            keys = unescaped(last.removeprefix(word)) + key
            self._block.prolong(word + escaped(keys))
        else:
            self._block.mark(word + escaped(key), answers=answers)

    def _asks_password(self) -> bool:
        """Whether another node seems to ask for a password."""
        return _PASSWORD.search("".join(self._block.pieces[-_PROMPT_PIECES:])) is not None

    def _command(self, station: Station, text: str, ending: Ending) -> None:
        if ending is not Ending.HELP:
            text = text.rstrip()
        if self._as_pasted:
            text = text.lstrip()
        literal = station.session.literal
        command = write_line(text, ending, literal=literal)
        redrawn, station.redrawn = station.redrawn, None
        if redrawn is not None and redrawn == command.strip():
            # The same line again would be taken for what stood at the prompt after the help.
            self._write()
            self._ledger.keep()
            self._ledger.revise(f"{self._prompt_of(station)}{redrawn}\n")
            self._ledger.keep()
            self._block, self._title = Block(None, None, "", "", self._simulation.now), []
            self._notes = []
        self._advance(TYPING)
        self._begin([self._prompt_of(station) + command])
        session = station.session
        match ending:
            case Ending.ENTER:
                session.feed(text)
            case Ending.HELP:
                session.show_help(text)
            case Ending.SUSPEND:
                session.end_key(text)
            case Ending.INTERRUPT:
                session.interrupt()
        self._after_input(station)

    def _answer(self, station: Station, text: str, *, suspended: bool) -> None:
        """The answer to a question: written after it where it will be found there again."""
        self._ask()
        session, block = station.session, self._block
        question = station.question or ""
        secret = session.asking_secret
        if not secret:
            text = text.strip()
        shown = f"{text}^Z" if suspended else text
        number = block.text.count("\n")
        at_once = station.ready == self._last_typed
        paused = self._pause(station, TYPING)
        so_far = block.text
        if secret:
            block.mark("@secret", answers=True)
        self._run(TYPING)
        inline = (
            at_once
            and not (paused or secret or suspended or "\n" in question)
            and block.text == so_far
            and block.lines[number:] == [as_seen(question)]
            and not self._found_before(question.rstrip(), block.lines[self._inline_from : number])
        )
        self._inline_from = number + 1
        if not inline and not secret:
            block.given.setdefault(number, []).append(f"@answer {shown}")
            block.answered.add(number)
        self._show("\n" if secret else f"{shown}\n")
        if session.asking is not None:
            if suspended:
                session.end_key(text)
            else:
                session.feed(text)
        self._after_input(station)

    @staticmethod
    def _found_before(question: str, lines: Iterable[str]) -> bool:
        """Whether a line of output would be taken for the question."""
        return not question or any(line.startswith(question) for line in lines)

    def _tell(self, station: Station, line: str) -> None:
        """A line for a program, or for the far end where whole lines are typed."""
        line = line.strip()
        self._pause(station, TYPING)
        hidden = station.session.remote and self._asks_password()
        self._run(TYPING)
        session = station.session
        if not station.reading:
            return
        self._block.mark("@secret" if hidden else f"@answer {line}", answers=True)
        if not session.remote:
            self._show(f"{line}\n")
        session.feed(line)
        self._after_input(station)

    def _text(self, station: Station, line: str, ending: Ending) -> None:
        """A line of a text, such as a banner."""
        line = line.replace("\r", "").replace("\n", "")
        self._pause(station, _NO_TIME)
        self._show(write_line(line, ending, literal=True) + "\n")
        if ending is Ending.SUSPEND:
            station.session.end_key(line)
        else:
            station.session.feed(line)
        self._after_input(station)

    # -- time ----------------------------------------------------------------------------------

    def _advance(self, cost: Duration) -> None:
        """Go to the moment of the next step: so long after the last one was done.

        What it takes beyond its cost is written as `@wait`; what the console printed follows.
        """
        elapsed = Duration(self._simulation.now - self._base)
        wait = _whole(Duration(max(0, elapsed - cost)))
        self._simulation.run_until(Instant(self._base + wait + cost))
        self._write()
        self._ledger.keep()
        printed, self._since = "".join(self._since), []
        self._block = Block(None, None, "", "", self._simulation.now)
        self._title, self._notes = list(_waits(wait)), []
        self._settled_event = -1
        if printed:
            self._show(printed)
        self._write()
        self._ledger.keep()
        self._base = self._simulation.now

    def _begin(self, title: list[str]) -> None:
        """A step: what is written of it."""
        self._ledger.keep()
        self._block = Block(None, None, "", "", self._simulation.now)
        self._title, self._notes = title, []
        self._settled = False
        self._settled_event = -1
        self._asked = self._pages_count = self._secret = False
        self._inline_from = 0
        self._last_typed = self._simulation.now
        self._typed_event = -1

    def _after_input(self, station: Station) -> None:
        """Something was done to a session."""
        now = self._simulation.now
        self._last_typed = now
        self._typed_event = self._simulation.events_run
        self._asked = False
        station.ready = None if station.session.busy else now
        if station.at_prompt:
            self._settle()
        else:
            self._ask()
            self._write()

    def _settle(self) -> None:
        """The step is done."""
        self._settled = True
        self._settled_event = self._simulation.events_run
        self._base = self._simulation.now
        self._write()

    def _look_away(self) -> None:
        """Turn from the console looked at, whatever goes on there."""
        if not self._settled:
            span = self._run_from(self._last_typed)
            if not self._settled:
                self._pages_count = True
                self._block.mark(timed("leave", span))
                self._settled = True
                self._base = self._simulation.now
                self._write()
                self._settled_event = -1
                return
        self._advance(_NO_TIME)

    def _run_from(self, start: Instant) -> Duration:
        """Run up to whole milliseconds after a moment; how long that is."""
        span = _whole(Duration(self._simulation.now - start))
        self._simulation.run_until(Instant(start + span))
        return span

    def _pause(self, station: Station, cost: Duration) -> bool:
        """Let go by what went by before something was typed, beyond its cost; whether any did."""
        self._ask()
        ready = self._simulation.now if station.ready is None else station.ready
        span = _whole(Duration(max(0, self._simulation.now - ready - cost)))
        if span:
            self._pages_count = True
            self._block.mark(timed("pause", span))
            self._simulation.run_until(Instant(ready + span))
        self._typed_at = Instant(ready + span)
        return bool(span)

    def _run(self, cost: Duration) -> None:
        """Run on to when something is typed."""
        self._simulation.run_until(Instant(self._typed_at + cost))

    # -- text ----------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Show a question that has come up."""
        station = self._current
        if station is None or self._settled or self._asked or station.question is None:
            return
        self._asked = True
        self._show(station.question)

    def _show(self, text: str) -> None:
        self._block.show(text, self._simulation.now)
        if self._settled:
            self._write()

    def _write(self) -> None:
        """Put the present step into the file as it stands; one under way is left there."""
        block = self._block
        self._names |= set(self._stations) | set(self._prompts())
        block.names = frozenset(self._names)
        lines = list(_without_pages(output_lines(block, (), with_directives=True), self._pages()))
        if not self._settled:
            lines.append("@leave")
        text = "".join(f"{line}\n" for line in [*self._title, *lines, *self._notes])
        self._ledger.revise(text)

    def _pages(self) -> bool:
        return self._pages_count or not self._settled

    def _prompts(self) -> Mapping[str, str]:
        """Names before prompts -> nodes, as a replay reads them."""
        names = {}
        for name, station in self._stations.items():
            found = split_prompt(station.session.prompt)
            if found is not None:
                names[found[0].name] = name
        return names | {name: name for name in self._stations}

    def _prompt_of(self, station: Station) -> str:
        """A session's prompt, with the node's own name where its hostname would mislead."""
        prompt = station.session.prompt
        found = split_prompt(prompt)
        if found is None:
            return f"{station.name}#"
        if self._prompts().get(found[0].name) == station.name:
            return prompt
        return str(Prompt(station.name, found[0].mode, found[0].sign))


def _whole(span: Duration) -> Duration:
    """Whole milliseconds, not less than a span."""
    return Duration(-(-span // MILLISECOND) * MILLISECOND)


def _waits(span: Duration) -> Iterable[str]:
    """Directives for a time of any length."""
    while span > LONGEST:
        yield timed("wait", LONGEST)
        span = Duration(span - LONGEST)
    if span:
        yield timed("wait", span)


def _without_pages(lines: Iterable[str], pages: bool) -> Iterable[str]:
    """Lines of a step; blanks at ` --More-- ` are not worth saying."""
    return (line for line in lines if pages or not line.startswith(_PAGE))
