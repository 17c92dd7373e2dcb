"""One operator's session at a router: what is typed, in which mode, and what comes back.

Without input or output of its own: a front end (console, Telnet, a replayed transcript) shows
`prompt` (or `asking`, while a command asks), hands over whole lines with `feed`, and prints what
`output` receives. Commands that take simulated time leave the session `busy`; `on_change` tells
when such a command ended or asks. Nothing here reads a wall clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ioscli.cli import login, refusals
from ioscli.cli.aliases import expanded
from ioscli.cli.assistance import Assistance
from ioscli.cli.dialogue import (
    SUSPENDED,
    Ask,
    Await,
    Confirm,
    Dialogue,
    Interrupted,
    Resume,
    Step,
    Steps,
)
from ioscli.cli.history import History
from ioscli.cli.lookup import unknown_command
from ioscli.cli.matcher import Ambiguous, Grammar, Incomplete, Invalid, Match
from ioscli.cli.pipes import Filter, PipeError, read_filter, split_pipe, takes_pipe
from ioscli.cli.privilege import may, mode_of
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import handler_of
from ioscli.cli.terminal import ERASE, Pager, Terminal, Turn
from ioscli.model.access import HIGHEST_LEVEL, USER_LEVEL, LineConfig
from ioscli.model.instant import Duration, seconds

if TYPE_CHECKING:
    from ioscli.cli.config_log import ConfigRecorder
    from ioscli.cli.configuration import ConfigSession
    from ioscli.cli.onward import Connection
    from ioscli.engine.simulation import Timer
    from ioscli.router.router import Router

#: IOS shows this much of the host name before `(`, and all of it before `>` and `#`; netmiko,
#: which has met many routers, knows it so too.
_PROMPT_NAME = 20
_CONTROL_C = "\x03"


class Session:
    """A line at the router.

    output: receives pieces of text, `\\n` at line ends. privileged: whether it begins at `#`.
    line: 0 is the console, where system messages appear (`logging console` is on by default);
    N is vty N-1. length: lines of the screen for `--More--`, 0 for none. on_change: called when
    a command that was under way ended or asks something. Where it does not begin privileged, the
    line may first ask who comes, unless `admitted` says that somebody has found out.
    location: the address that the operator came from; empty at the console.
    """

    literal = False
    """`?` is the key for help."""

    def __init__(
        self,
        router: Router,
        grammar: Grammar,
        *,
        output: Callable[[str], None],
        privileged: bool = False,
        line: int = 0,
        length: int = 0,
        on_change: Callable[[], None] | None = None,
        admitted: bool = False,
        location: str = "",
    ) -> None:
        self.router = router
        self.grammar = grammar
        self.level = HIGHEST_LEVEL if privileged else USER_LEVEL
        """The privilege level, 0 to 15."""
        self.user: str | None = None
        """The name that the operator logged in by."""
        self.line = line
        self.location = location
        self.closed = False
        """Whether the operator left (`exit`, `logout`)."""
        self.terminal = Terminal(length=length)
        self.connections: list[Connection] = []
        """To other nodes (`telnet`), in the order in which they were opened."""
        self.connected: Connection | None = None
        """The one that the keys go to."""
        self._idle_check: Timer | None = None
        self._watched = not privileged
        """Whether the line's `exec-timeout` counts."""
        self.histories = {True: History(), False: History()}
        """Lines typed in configuration modes (True) and in EXEC."""
        self.configuring: ConfigSession | None = None
        self.idle_since = router.simulation.now
        self._output = output
        self._on_change = on_change
        self._at_line_start = True
        self._dialogue: Dialogue | None = None
        self._typed_ahead: deque[str] = deque()
        self._pager = Pager(self.terminal)
        self._recorder: ConfigRecorder | None = None
        self._assistance = Assistance(grammar)
        self._unsubscribe: Callable[[], object] | None = None
        self._probes = line << 12
        self.activated = router.simulation.now
        router.exec_lines.connected(line)
        self._forget_reloads = router.reloads.subscribe(self)
        self.follow_messages()
        self.follow_archive()
        if not privileged:
            self._arrive(admitted)

    # -- what the front end shows --------------------------------------------------------------

    @property
    def mode(self) -> str:
        """The grammar's mode: `exec_user`, `exec`, or that of the configuration."""
        if self.configuring is not None:
            return self.configuring.mode
        return mode_of(self.router.config.access, self.level)

    @property
    def privileged(self) -> bool:
        """Whether the prompt ends in `#`."""
        return self.level > USER_LEVEL

    @property
    def prompt(self) -> str:
        """`R1>`, `R1#`, `R1(config-if)#`."""
        name = self.router.hostname
        if self.configuring is not None:
            if self.configuring.collecting:
                return ""
            return f"{name[:_PROMPT_NAME]}({self.configuring.prompt_suffix})#"
        return f"{name}{'#' if self.privileged else '>'}"

    @property
    def asking(self) -> str | None:
        """The question that the next line answers, where a command asks one."""
        question = None if self._dialogue is None else self._dialogue.question
        return None if question is None else question.prompt

    @property
    def asking_key(self) -> bool:
        """Whether a single key answers the question (`[confirm]`)."""
        return self._dialogue is not None and isinstance(self._dialogue.question, Confirm)

    @property
    def asking_secret(self) -> bool:
        """Whether the answer must not be shown while it is typed (a password)."""
        question = None if self._dialogue is None else self._dialogue.question
        return isinstance(question, Ask) and question.secret

    @property
    def busy(self) -> bool:
        """Whether a command waits for something to happen in simulated time."""
        waiting = self._dialogue is not None and self._dialogue.waiting and not self.paging
        return waiting and not self.remote

    @property
    def remote(self) -> bool:
        """Whether what is typed goes to another node, which echoes it."""
        return self.connected is not None

    @property
    def paging(self) -> bool:
        """Whether ` --More-- ` stands on the screen; the next key goes to `page`."""
        return self._dialogue is not None and self._dialogue.held is not None

    @property
    def history(self) -> list[str]:
        """The lines typed in the present kind of mode, oldest first."""
        return self.histories[self.configuring is not None].lines

    # -- what the operator does ----------------------------------------------------------------

    def feed(self, line: str) -> None:
        """Take one line: an answer where a question stands, a command otherwise.

        Lines typed while a command is under way run after it.
        """
        if self.closed:
            return
        self.touch()
        if self.remote:
            self.send_keys(f"{line}\r")
            return
        self._at_line_start = True
        if self._dialogue is None:
            self._command(line)
        elif self._dialogue.question is not None:
            self._dialogue.answer(line)
            self._settle()
        else:
            self._typed_ahead.append(line)

    def send_keys(self, keys: str) -> None:
        """Keys for the node that the session is connected to."""
        if self.connected is not None:
            self.touch()
            self.connected.type(keys)

    def interrupt(self) -> None:
        """Ctrl-C or Ctrl-Shift-6: stop the command under way.

        At a configuration prompt Ctrl-C ends configuration, as on IOS.
        """
        if self.remote:
            self.send_keys(_CONTROL_C)
            return
        self._typed_ahead.clear()
        if self._dialogue is not None:
            self._pager.erase(self._write)
            self._dialogue.interrupt()
            self._settle()
        elif self.configuring is not None:
            self.leave_configuration()

    def end_key(self, text: str = "") -> None:
        """Ctrl-Z: carry out what stands on the line, then end configuration.

        Cisco's configuration fundamentals: a valid command before Ctrl-Z enters the
        running-config. In EXEC the line is dropped, but where it ends a text that a command asks
        for; any other question it takes back.
        """
        question = None if self._dialogue is None else self._dialogue.question
        if question is not None:
            if isinstance(question, Ask) and question.suspends:
                self.feed(text + SUSPENDED)
            else:
                self.interrupt()
            return
        if self.configuring is None or self._dialogue is not None:
            return
        if text.strip():
            self.feed(text)
        self.leave_configuration()

    def page(self, key: str) -> None:
        """A key at ` --More-- `: blank for a page, Enter for a line, `/` `-` `+` an expression.

        Any other stops the output.
        """
        dialogue = self._dialogue
        if dialogue is None or dialogue.held is None:
            return
        turn = self._pager.key(key, self._write)
        if turn is Turn.STAY:
            return
        if turn is Turn.ON:
            dialogue.release()
        else:
            dialogue.interrupt()
        self._settle()

    def help(self, text: str) -> str:
        """The answer to `?` typed after a text: whole lines, to print above the prompt."""
        self._at_line_start = True
        access = self.router.config.access
        return self._assistance.help(self.mode, text, access, self.level)

    def show_help(self, text: str) -> None:
        """Print the answer to `?` typed after a text, page by page where it is long."""
        self._pager.restart()
        self._begin(iter(self.help(text).split("\n")[:-1]))

    def complete(self, text: str) -> str | None:
        """The line after Tab, or None where Tab changes nothing."""
        return self._assistance.complete(self.mode, text)

    def touch(self) -> None:
        """A key was pressed: the session is not idle."""
        self.idle_since = self.router.simulation.now

    def show_marker(self) -> None:
        """Print ` --More-- ` again, where the screen lost it."""
        self._pager.show(self._write)

    def show_remote(self, text: str) -> None:
        """Print what another node sent."""
        self._write(text)

    def log_line(self, text: str) -> None:
        """Print a system message, on a line of its own."""
        if not self._at_line_start:
            self._write("\n")
        self._write(text + "\n")

    def close(self) -> None:
        """End the session: stop what is under way, print and receive nothing more."""
        self._output = lambda _: None
        self._typed_ahead.clear()
        self._disconnect()
        if self._dialogue is not None:
            self._dialogue.interrupt()
            self._dialogue = None
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._forget_reloads()
        if self._idle_check is not None:
            self._idle_check.cancel()
        self.closed = True

    def hang_up(self) -> None:
        """The router ends the session: it was idle for too long, `clear line`, a reload."""
        if self.closed:
            return
        self._disconnect()
        self.interrupt()
        self.leave_configuration()
        self.finish()
        self._write("\n")
        if self._on_change is not None:
            self._on_change()

    def give_up(self, text: str) -> None:
        """End the session where somebody took too long to log in; text: what is said of it."""
        self.log_line(f"\n{text}" if self._at_line_start else text)
        self.finish()
        if self._on_change is not None:
            self._on_change()

    def announce(self, text: str) -> None:
        """Print what the router tells every terminal (`SHUTDOWN in 0:05:00`)."""
        self.log_line(text.removesuffix("\n"))

    def _disconnect(self) -> None:
        """Close the connections to other nodes."""
        self.connected = None
        connections, self.connections = self.connections, []
        for connection in connections:
            connection.drop()

    def going_down(self) -> None:
        """A reload begins: lines that are reached through the network are cleared."""
        if not self.is_console:
            # Not at once: it may be this session's own command that asked for it.
            self.router.simulation.after(Duration(0), self.hang_up)

    def router_down(self) -> None:
        """The router reloads: what was under way or typed is gone; the console waits for it."""
        self._disconnect()
        self._typed_ahead.clear()
        output, self._output = self._output, lambda _: None
        if self._dialogue is not None:
            self._dialogue.interrupt()
            self._dialogue = None
        self._output = output
        self.configuring = None
        self.level = USER_LEVEL
        self._begin(self._boot())

    def configuration_replaced(self) -> None:
        """`configure replace` or a rollback: the object of the present sub-mode may be gone."""
        if self.configuring is not None:
            self.configure()

    def _boot(self) -> Steps:
        """Wait for the router, whatever is typed; then the console begins anew."""
        while self.is_console and self.router.reloads.down:
            with suppress(Interrupted):
                yield Await(lambda resume: self.router.reloads.when_up(lambda: resume(None)))
        self.finish()

    # -- what handlers use ---------------------------------------------------------------------

    @property
    def is_console(self) -> bool:
        """Whether this is the console rather than a vty."""
        return self.line == 0

    @property
    def line_name(self) -> str:
        """`console` or `vty0`, as messages name it."""
        return "console" if self.is_console else f"vty{self.line - 1}"

    @property
    def origin(self) -> str:
        """`console`, `vty0 (10.0.0.1)` or `admin on vty0 (10.0.0.1)`: who changes something."""
        by = self.line_name if self.user is None else f"{self.user} on {self.line_name}"
        return f"{by} ({self.location})" if self.location else by

    def next_identifier(self) -> int:
        """A fresh ICMP echo identifier, 16 bits, that no other line of the router uses now."""
        self._probes = (self.line << 12) | (self._probes + 1) & 0xFFF
        return self._probes & 0xFFFF

    def follow_messages(self) -> None:
        """Receive system messages or not, as the line's settings say."""
        wanted = self.is_console or self.terminal.monitor
        if wanted and self._unsubscribe is None:
            self._unsubscribe = self.router.console.subscribe(
                self.log_line, monitor=not self.is_console
            )
        elif not wanted and self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def finish(self) -> None:
        """The operator leaves: `exit`, `logout`, `quit`."""
        self.closed = True

    def wait(self, span: Duration) -> Await:
        """A step that takes simulated time and gives None."""

        def start(resume: Resume) -> Callable[[], object]:
            return self.router.simulation.after(span, lambda: resume(None)).cancel

        return Await(start)

    def configure(self) -> None:
        """Enter global configuration."""
        from ioscli.cli.configuration import ConfigSession

        router = self.router
        chance = router.simulation.random(f"{router.name} salts {router.simulation.now}")
        self.configuring = ConfigSession(
            self.grammar, router.config, router.hardware, chance=chance
        )
        self._recorder = None
        if self._archives:
            self._start_recorder()

    def follow_archive(self) -> None:
        """Archive by itself as often as the configuration says."""
        if self._archives:
            from ioscli.cli.commands.archive import follow

            follow(self.router)

    @property
    def _archives(self) -> bool:
        """Whether the configuration has a section `archive`."""
        return any(section.rule == "archive" for section in self.router.config.sections)

    def leave_configuration(self) -> None:
        """Go back to privileged EXEC from any configuration mode."""
        if self.configuring is None:
            return
        changes = self.configuring.end()
        self.configuring = None
        self.router.apply(changes)
        self.router.config_history.note_change(self.user)
        self.router.log("SYS", 5, "CONFIG_I", f"Configured from console by {self.origin}")

    # -- coming and going ----------------------------------------------------------------------

    def _arrive(self, admitted: bool) -> None:
        """Take the line's settings over; show its banners and ask who comes."""
        line = self.router.config.access.line(self.line)
        self.level = line.privilege
        self.terminal.width = line.width
        self.terminal.synchronous = line.synchronous
        self.terminal.timestamps = "exec prompt timestamp" in line.stored.get(
            "line_exec_prompt", ()
        )
        if line.length != LineConfig().length:
            self.terminal.length = line.length
        for history in self.histories.values():
            history.resize(line.history)
        self._watch_idleness()
        if not admitted and not login.demands_nothing(self):
            self._pager.restart()
            self._begin(login.arrival(self))

    def _watch_idleness(self) -> None:
        """End the session once nothing was typed for the line's `exec-timeout`."""
        timeout = seconds(self.router.config.access.line(self.line).exec_timeout)
        simulation = self.router.simulation
        left = Duration(self.idle_since + timeout - simulation.now)
        if self._idle_check is not None:
            self._idle_check.cancel()
            self._idle_check = None
        if self.closed or timeout == 0:
            return
        if left > 0 or self.busy or self.remote:
            self._idle_check = simulation.after(left if left > 0 else timeout, self._watch_idleness)
            return
        self.hang_up()

    # -- commands ------------------------------------------------------------------------------

    def _command(self, line: str) -> None:
        self.router.exec_lines.of(self.line).commands += 1
        configuring = self.configuring
        if configuring is not None and configuring.collecting:
            self._configure(configuring, line)
            return
        text = line.replace("\t", " ").rstrip()
        self.histories[configuring is not None].add(text.strip())
        if not text and self.connections and configuring is None:
            from ioscli.cli.commands.telnet import resume_last

            self._pager.restart()
            self._begin(resume_last(self))
            return
        text = expanded(self.router.config.access, self.mode, text)
        if configuring is None or text.lower().split(maxsplit=1)[:1] == ["do"]:
            self._execute(text)
        else:
            self._configure(configuring, text)

    def _execute(self, text: str) -> None:
        """Run an EXEC command; in configuration modes it stands after `do`."""
        pipe = split_pipe(text) if takes_pipe(text) else None
        command = text if pipe is None else pipe.command
        found = self._permitted(command, self.grammar.parse(self.mode, command))
        if not isinstance(found, Match):
            self._refuse(text, found)
            return
        output_filter = None if pipe is None else read_filter(pipe, self._write_file)
        if isinstance(output_filter, PipeError):
            self._print(refusals.pipe_error(self.prompt, output_filter))
        else:
            self._start(found, output_filter)

    def _write_file(self, url: str, text: str, append: bool) -> str | None:
        """Put a command's output into a file; the complaint where that fails."""
        from ioscli.router.filesystem import FileError, resolve

        files = self.router.files
        try:
            place = resolve(url, files.folder)
            (files.append if append else files.write)(place, text.encode())
        except FileError as error:
            return f"%Error opening {url} ({error})"
        return None

    def _permitted(
        self, command: str, found: Match | Invalid | Ambiguous | Incomplete
    ) -> Match | Invalid | Ambiguous | Incomplete:
        """A match that the privilege level allows; other commands are unknown."""
        access = self.router.config.access
        if self.level == HIGHEST_LEVEL or not isinstance(found, Match):
            return found
        if may(self.grammar, access, self.level, found.mode, found.args.words):
            return found
        return Invalid(len(command) - len(command.lstrip()))

    def _start(self, found: Match, output_filter: Filter | None) -> None:
        handler = handler_of(found.rule, found.stem)
        self._pager.restart()
        prompt = self.prompt

        def steps() -> Steps:
            try:
                if self.terminal.timestamps and found.args.words[0] == "show":
                    from ioscli.cli.commands.terminal import timestamp

                    yield from timestamp(self)
                made: Iterable[Any] = handler(self, found.args) or ()
                yield from made if output_filter is None else _piped(made, output_filter)
            except Refusal as refusal:
                yield from refusals.refused(prompt, found.args, refusal)

        self._begin(steps())

    def _begin(self, steps: Iterable[Step]) -> None:
        """Run steps as far as they go now."""
        self._dialogue = Dialogue(
            steps,
            self._write,
            on_change=self._changed,
            hold=self._pager.full,
            keeps=self._pager.keeps,
        )
        self._dialogue.advance()
        self._settle()

    def _refuse(self, text: str, found: Invalid | Ambiguous | Incomplete) -> None:
        typed = text.split("!", 1)[0].split()
        words = typed if self.configuring is None else typed[1:]
        if not words:
            if typed:
                self._print(refusals.INCOMPLETE)
            return
        if isinstance(found, Invalid) and len(words) == 1:
            self._pager.restart()
            self._begin(unknown_command(self, words[0]))
            return
        self._print(refusals.explain(self.prompt, text, found, self._list_word(words)))

    def _list_word(self, words: list[str]) -> str | None:
        """`show` or `clear` where the line is that word alone."""
        if len(words) != 1:
            return None
        fits = [word for word in refusals.LIST_WORDS if word.startswith(words[0].lower())]
        return fits[0] if fits else None

    def _configure(self, configuring: ConfigSession, text: str) -> None:
        prompt = self.prompt
        if self.level < HIGHEST_LEVEL and not configuring.collecting:
            refused = self._permitted(text, self.grammar.parse(configuring.mode, text))
            if not isinstance(refused, Match):
                self._print(refusals.explain(prompt, text, refused) if text.strip() else ())
                return
        result = configuring.feed(text)
        self.router.apply(result.changes)
        self._print(result.messages)
        if result.error is not None:
            self._print(refusals.explain(prompt, text, result.error))
        elif configuring.carried is not None:
            self._carried_out(*configuring.carried)
        if result.steps is not None:
            self._pager.restart()
            self._begin(result.steps(self))
        if configuring.finished:
            self.leave_configuration()

    def _carried_out(self, found: Match, depth: int) -> None:
        """A configuration line was accepted: follow what it says of this session and the log."""
        if found.mode == "line":
            line = self.router.config.access.line(self.line)
            self.terminal.synchronous = line.synchronous
            if self._watched:
                self._watch_idleness()
        elif found.stem == "archive":
            from ioscli.cli.commands.archive import follow

            follow(self.router)
            if self._recorder is None:
                self._start_recorder()
        if self._recorder is not None:
            self._recorder.carried_out(found, depth)

    def _start_recorder(self) -> None:
        from ioscli.cli.config_log import ConfigRecorder

        self._recorder = ConfigRecorder(self)

    # -- output --------------------------------------------------------------------------------

    def _print(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._write(line + "\n")

    def _write(self, text: str) -> None:
        if text:
            self.router.exec_lines.of(self.line).characters += len(text)
            self._at_line_start = text.endswith("\n") or text == ERASE
            self._output(text)

    def _changed(self) -> None:
        """A command under way moved on by itself."""
        self._settle()
        if self._on_change is not None and not self.busy:
            self._on_change()

    def _settle(self) -> None:
        """After a command moved on: show what it waits for, or take what was typed ahead."""
        dialogue = self._dialogue
        if dialogue is None:
            return
        if dialogue.held is not None:
            self._pager.show(self._write)
        if not dialogue.ended:
            return
        self._dialogue = None
        self.idle_since = self.router.simulation.now  # idle is who could type and does not
        if not self._at_line_start:
            self._write("\n")
        while self._typed_ahead and self._dialogue is None and not self.closed:
            line = self._typed_ahead.popleft()
            self._write(f"{self.prompt}{line}\n")
            self.feed(line)


def _piped(steps: Iterable[Any], output_filter: Filter) -> Steps:
    """A show's steps with its lines filtered; what else it does goes on as it is."""
    lines: list[str] = []
    if not isinstance(steps, Generator):
        yield from output_filter(steps)
        return
    value = None
    while True:
        try:
            step = steps.send(value)
        except StopIteration:
            break
        value = None
        if isinstance(step, str):
            lines.append(step)
        else:
            value = yield step
    yield from output_filter(lines)
