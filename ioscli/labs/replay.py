"""Replaying a transcript: every line is typed as at a real keyboard, in simulated time.

A line costs `TYPING` of simulated time before its Enter, so that timers run between lines as
they would for a person; then the simulation runs until the command is done. One node is looked
at at a time: messages of another node's console wait there, as on a terminal in another window,
until something is typed at it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ioscli.cli.session import Session
from ioscli.engine.simulation import Simulation
from ioscli.labs.errors import InputError
from ioscli.labs.topology import Topology
from ioscli.labs.transcript import (
    Answer,
    Comment,
    Expected,
    Passage,
    Prompt,
    Reload,
    SetLink,
    Step,
    Transcript,
    Typed,
    Wait,
    split_prompt,
)
from ioscli.model.instant import HOUR, SECOND, Duration, Instant
from ioscli.router.reload import BOOT_TIME, GOING_DOWN
from ioscli.router.router import Router

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.cli.operator_session import OperatorSession
    from ioscli.hosts.linux.host import LinuxHost

#: What typing one line takes.
TYPING = SECOND
#: A command that runs longer than this is taken to run for ever.
LONGEST_COMMAND = HOUR
#: Questions that one command may ask; a dialogue that asks on and on is taken for a loop.
MOST_QUESTIONS = 200
#: `exit` typed at most so often to come back from a sub-mode.
_DEEPEST_MODE = 5


@dataclass(slots=True)
class Block:
    """One step, what was expected after it, and what was shown."""

    step: Step | None
    """None: what stands above the first step."""
    node: str | None
    prompt: str
    """The real prompt, and `command` what was typed at it; both empty for a directive."""
    command: str
    at: Instant
    """When Enter was pressed."""
    before: list[str] = field(default_factory=list)
    """Messages that had waited on this node's console; they stand above the prompt."""
    pieces: list[str] = field(default_factory=list)
    answered: dict[int, str] = field(default_factory=dict)
    """Lines of `text` (from 0) that are questions answered by `@answer`, with the answers."""
    passage: list[Passage] = field(default_factory=list)
    """What the transcript holds after the step."""

    @property
    def text(self) -> str:
        """What was shown after the step."""
        return "".join(self.pieces)

    @property
    def lines(self) -> list[str]:
        """What was shown after the step, line by line."""
        text = self.text
        if not text:
            return []
        return [_as_seen(line) for line in text.removesuffix("\n").split("\n")]

    @property
    def expected(self) -> list[str]:
        """What the transcript expects to be shown."""
        return [part.text for part in self.passage if isinstance(part, Expected)]


class Terminal:
    """The console of one node: a session, and the messages that nobody has looked at yet."""

    def __init__(self, node: "Router | LinuxHost", grammar: "Grammar") -> None:
        self._held: list[str] = []
        self._sink: Callable[[str], object] | None = None
        if isinstance(node, Router):
            # Before the session: a message is held here first, and then dropped in `write`.
            node.console.subscribe(self._message)
        self._waits = False
        self._unseen = ""
        self._node = node
        self._grammar = grammar
        self.session = self._open()

    def _open(self) -> "OperatorSession":
        if not isinstance(self._node, Router):
            from ioscli.hosts.linux.shell import Shell

            return Shell(self._node, output=self.write, on_change=self.wake)
        return Session(
            self._node,
            self._grammar,
            output=self.write,
            privileged=True,
            on_change=self.wake,
        )

    def write(self, text: str) -> None:
        """Show text; where nobody looks, keep what a host's program prints in the background."""
        if self._sink is not None:
            self._sink(text)
        elif self.session.literal:
            self._unseen += text
            *whole, self._unseen = self._unseen.split("\n")
            self._held += whole

    def look(self, sink: Callable[[str], object] | None) -> None:
        """Show what comes from now on through `sink`; None: nobody looks any more."""
        self._sink = sink

    def take_held(self) -> list[str]:
        """The messages that waited."""
        held, self._held = self._held, []
        return held

    def reopen(self) -> None:
        """Press Enter at a console that somebody has left."""
        if self.session.closed:
            self.session.close()
            self.session = self._open()

    def wake(self) -> None:
        """The command under way ended or asks: whoever waits has to look."""
        self._waits = False

    def wait(self, simulation: Simulation) -> bool:
        """Run a simulation until the command ends or asks; False when nothing is left to run."""
        self._waits = True
        return simulation.run_while(lambda: self._waits)

    def _message(self, line: str) -> None:
        if self._sink is None:
            self._held += line.split("\n")


class Replay:
    """Runs one transcript on a booted topology."""

    def __init__(self, topology: Topology, grammar: "Grammar", transcript: Transcript) -> None:
        self.blocks: list[Block] = []
        self._topology = topology
        self._simulation = topology.simulation
        self._transcript = transcript
        self._terminals = {name: Terminal(node, grammar) for name, node in topology.nodes.items()}
        self._current: Terminal | None = None
        self._redrawn: tuple[str, str] | None = None
        """Node and text that stand at its prompt after `?`, as the transcript may show again."""

    def run(self) -> list[Block]:
        """Carry every step out; raises InputError for one that cannot be."""
        number = 1
        passage = self._transcript.passage_from(number, self._names())
        self.blocks.append(Block(None, None, "", "", self._simulation.now, passage=passage))
        number += len(passage)
        while number <= len(self._transcript.lines):
            step = self._transcript.step_at(number, self._names())
            assert step is not None
            block = self._carry_out(step)
            number += 1
            # Only now: the step may have changed the hostname that tells prompts from output.
            block.passage = self._transcript.passage_from(number, self._names())
            number += len(block.passage)
        return self.blocks

    def _names(self) -> dict[str, str]:
        """Words that begin a prompt -> node; node names win over other nodes' hostnames."""
        names = {}
        for node, terminal in self._terminals.items():
            found = split_prompt(terminal.session.prompt)
            if found is not None:
                names[found[0].name] = node
        return names | {node: node for node in self._terminals}

    # -- steps ---------------------------------------------------------------------------------

    def _carry_out(self, step: Step) -> Block:
        match step:
            case Typed():
                return self._typed(step)
            case Wait(_, duration):
                block = self._directive(step)
                self._pass(duration)
            case SetLink(number, up, name):
                try:
                    link = self._topology.find_link(name)
                except InputError as error:
                    raise self._transcript.error(number, error.reason) from None
                block = self._directive(step)
                link.set_up(up)
            case Reload(number, node):
                if node not in self._topology.routers:
                    raise self._transcript.error(number, f"there is no router {node}")
                block = self._directive(step)
                self._topology.reload(node)
                self._pass(Duration(GOING_DOWN + BOOT_TIME))
        return block

    def _directive(self, step: Step) -> Block:
        """A block for what a directive makes visible on the console looked at last."""
        last = self.blocks[-1].node
        block = Block(step, last, "", "", self._simulation.now)
        self.blocks.append(block)
        if self._current is not None:
            self._current.look(block.pieces.append)
        return block

    def _typed(self, step: Typed) -> Block:
        terminal = self._terminals[step.node]
        if self._current is not terminal:
            if self._current is not None:
                self._current.look(None)
            self._current = terminal
        # While the line is being typed, messages of this node come before it.
        terminal.look(None)
        terminal.reopen()
        self._reach(terminal, step.prompt)
        redrawn, self._redrawn = self._redrawn, None
        is_redraw = redrawn == (step.node, step.command)
        if not is_redraw:
            self._pass(TYPING)
        session = terminal.session
        block = Block(step, step.node, session.prompt, step.command, self._simulation.now)
        block.before = terminal.take_held()
        self.blocks.append(block)
        terminal.look(block.pieces.append)
        if is_redraw:
            return block
        if step.command.endswith("?") and not terminal.session.literal:
            typed = step.command[:-1]
            terminal.write(session.help(typed))
            self._redrawn = (step.node, typed.strip())
            return block
        session.feed(step.command)
        self._settle(terminal, step, _Script(self, block, step.number + 1))
        return block

    def _reach(self, terminal: Terminal, wanted: Prompt) -> None:
        """Bring a session to the mode that a prompt shows, as whoever typed there had.

        People leave `configure terminal`, `exit` and `end` out of what they paste. What cannot
        be reached so (which interface would `(config-if)` be?) shows as a wrong prompt.
        """
        for _ in range(_DEEPEST_MODE):
            found = split_prompt(terminal.session.prompt)
            if found is None:
                return
            now = found[0]
            if (now.mode, now.sign) == (wanted.mode, wanted.sign):
                return
            if now.mode and not wanted.mode:
                terminal.session.end_key()
            elif not now.mode and now.sign != wanted.sign:
                terminal.session.feed("enable" if now.sign == ">" else "disable")
            elif not now.mode and wanted.mode == "config":
                terminal.session.feed("configure terminal")
            elif now.mode and (wanted.mode == "config" or now.mode.startswith(f"{wanted.mode}-")):
                terminal.session.feed("exit")
            else:
                return
            if terminal.session.asking is not None:  # a password
                terminal.session.interrupt()
                return
            self._pass(TYPING)

    # -- time ----------------------------------------------------------------------------------

    def _pass(self, duration: Duration) -> None:
        self._simulation.run_until(Instant(self._simulation.now + duration))

    def _settle(self, terminal: Terminal, step: Typed, script: "_Script") -> None:
        """Run the simulation until the command is done, answering what it asks."""
        session = terminal.session
        limit = self._simulation.after(LONGEST_COMMAND, terminal.wake)
        questions = 0
        while True:
            if session.paging:
                session.page(" ")
            elif (session.remote or session.asking == "") and script.more_answers:
                self._pass(TYPING)
                # Another node shows what is typed by itself, where it is to be seen.
                if session.asking == "":
                    answer = script.answer("")
                    terminal.write(f"{answer}\n")
                    session.feed(answer)
                elif session.remote:
                    session.feed(script.answer(""))
            elif session.asking:
                questions += 1
                if questions > MOST_QUESTIONS:
                    raise self._endless(step, f"asked more than {MOST_QUESTIONS} questions")
                answer = script.answer(session.asking)
                terminal.write(session.asking)
                self._pass(TYPING)
                terminal.write(f"{answer}\n")
                session.feed(answer)
            elif not session.busy and session.asking is None and not session.remote:
                line = None if session.prompt else script.text()
                if line is None:
                    limit.cancel()
                    return
                # Without a prompt, lines are taken as text: a banner.
                terminal.write(f"{line}\n")
                session.feed(line)
            elif not terminal.wait(self._simulation) or not limit.pending:
                seconds = LONGEST_COMMAND // SECOND
                raise self._endless(step, f"did not end within {seconds} simulated seconds")

    def _endless(self, step: Typed, what: str) -> InputError:
        return self._transcript.error(step.number, f"{step.command} {what}")

    def passage_after(self, number: int) -> list[Passage]:
        """What the transcript holds from a line up to the next step, by the names of now."""
        return self._transcript.passage_from(number, self._names())

    def unanswered(self, number: int, question: str) -> InputError:
        """The error for a question that the transcript says nothing about."""
        return self._transcript.error(
            number, f"the question {question.strip()!r} has no answer (write it out, or @answer)"
        )


class _Script:
    """The answers that a transcript holds for the questions of one command."""

    def __init__(self, replay: Replay, block: Block, number: int) -> None:
        self._replay = replay
        self._block = block
        self._parts = [
            part for part in replay.passage_after(number) if not isinstance(part, Comment)
        ]
        self._next = 0

    def answer(self, question: str) -> str:
        """The answer to a question; Enter where it has a default and nothing is written."""
        for index in range(self._next, len(self._parts)):
            part = self._parts[index]
            if isinstance(part, Answer):
                self._next = index + 1
                self._block.answered[self._block.text.count("\n")] = part.text
                return part.text
            if not question:
                continue
            start = question if part.text.startswith(question) else question.rstrip()
            if part.text.startswith(start):
                self._next = index + 1
                return part.text[len(start) :].strip()
        if "]" in question:
            return ""  # Enter takes the default
        step = self._block.step
        assert step is not None
        raise self._replay.unanswered(step.number, question)

    @property
    def more_answers(self) -> bool:
        """Whether an `@answer` is left: what a program reads that asks no question."""
        return any(isinstance(part, Answer) for part in self._parts[self._next :])

    def text(self) -> str | None:
        """The next line that is not output but text to type, where text is asked for."""
        if self._next == 0:
            for line in self._block.lines:  # what the command has printed comes first
                if self._next < len(self._parts) and self._parts[self._next].text == line:
                    self._next += 1
        if self._next == len(self._parts):
            return None
        self._next += 1
        return self._parts[self._next - 1].text


def _as_seen(line: str) -> str:
    """A line after its backspaces (` --More-- ` is erased by them)."""
    if "\b" not in line:
        return line
    cells: list[str] = []
    column = 0
    for character in line:
        if character == "\b":
            column = max(0, column - 1)
        else:
            cells[column : column + 1] = [character]
            column += 1
    return "".join(cells).rstrip()
