"""Replaying a transcript: every line is typed as at a real keyboard, in simulated time.

A line costs `TYPING` of simulated time before its Enter, so that timers run between lines as
they would for a person; then the simulation runs until the command is done. One node is looked
at at a time: messages of another node's console wait there, as on a terminal in another window,
until something is typed at it.
"""

from typing import TYPE_CHECKING

from ioscli.labs.errors import InputError
from ioscli.labs.terminal import Terminal
from ioscli.labs.topology import Topology
from ioscli.labs.transcripts.block import Block
from ioscli.labs.transcripts.directives import Look, Reload, Return, SetLink, Wait
from ioscli.labs.transcripts.script import Script
from ioscli.labs.transcripts.settling import Settling
from ioscli.labs.transcripts.timing import TYPING
from ioscli.labs.transcripts.transcript import Prompt, Step, Transcript, Typed, split_prompt
from ioscli.labs.transcripts.typed_line import Ending, read_line
from ioscli.model.instant import Duration, Instant
from ioscli.router.reload import BOOT_TIME, GOING_DOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ioscli.cli.matcher import Grammar

#: Whatever is due at this instant comes before what is done now.
NO_TIME = Duration(0)
#: `exit` typed at most so often to come back from a sub-mode.
_DEEPEST_MODE = 5


class Replay:
    """Runs one transcript on a booted topology."""

    def __init__(self, topology: Topology, grammar: "Grammar", transcript: Transcript) -> None:
        self.blocks: list[Block] = []
        self.transcript = transcript
        self._topology = topology
        self._simulation = topology.simulation
        found = None if transcript.recorded is None else transcript.recorded.length
        self.terminals = {
            name: Terminal(node, grammar, found) for name, node in topology.nodes.items()
        }
        self._current: Terminal | None = None
        self._redrawn: tuple[str, str] | None = None
        """Node and text that stand at its prompt after `?`, as the transcript may show again."""

    def run(self, steps: int | None = None) -> list[Block]:
        """Carry every step out, or the first ones; raises InputError for one that cannot be."""
        number = 1
        preamble = Block(None, None, "", "", self._simulation.now)
        number += self._read_passage(preamble, number)
        self.blocks.append(preamble)
        while number <= len(self.transcript.lines) and len(self.blocks) - 1 != steps:
            step = self.transcript.step_at(number, self.names())
            assert step is not None
            block = self._carry_out(step)
            number += 1
            # Only now: the step may have changed the hostname that tells prompts from output.
            number += self._read_passage(block, number)
        return self.blocks

    def _read_passage(self, block: Block, number: int) -> int:
        names = self.names()
        block.passage = self.transcript.passage_from(number, names)
        block.names = frozenset(names)
        return len(block.passage)

    def names(self) -> "Mapping[str, str]":
        """Words that begin a prompt -> node; node names win over other nodes' hostnames."""
        names = {}
        for node, terminal in self.terminals.items():
            found = split_prompt(terminal.session.prompt)
            if found is not None:
                names[found[0].name] = node
        return names | {node: node for node in self.terminals}

    # -- steps ---------------------------------------------------------------------------------

    def _carry_out(self, step: Step) -> Block:
        match step:
            case Typed():
                return self._typed(step)
            case Look(number, node):
                self._known(number, node)
                self._pass(NO_TIME)
                return self._look(step, node)
            case Return():
                self._pass(NO_TIME)
                return self._return(step)
            case Wait(_, duration):
                block = self._directive(step)
                self._pass(duration)
            case SetLink(number, up, name):
                try:
                    link = self._topology.find_link(name)
                except InputError as error:
                    raise self.transcript.error(number, error.reason) from None
                self._pass(NO_TIME)
                block = self._directive(step)
                link.set_up(up)
            case Reload(number, node):
                if node not in self._topology.routers:
                    raise self.transcript.error(number, f"there is no router {node}")
                self._pass(NO_TIME)
                block = self._directive(step)
                self._topology.reload(node)
                self._pass(Duration(GOING_DOWN + BOOT_TIME))
        return block

    def _known(self, number: int, node: str) -> None:
        if node not in self.terminals:
            raise self.transcript.error(number, f"there is no node {node}")

    def _directive(self, step: Step) -> Block:
        """A block for what a directive makes visible on the console looked at last."""
        last = self.blocks[-1].node
        block = Block(step, last, "", "", self._simulation.now)
        self.blocks.append(block)
        if self._current is not None:
            self._show_in(block, self._current)
        return block

    def _look(self, step: Step, node: str) -> Block:
        terminal = self._turn_to(node)
        self._redrawn = None
        block = Block(step, node, "", "", self._simulation.now)
        self.blocks.append(block)
        waited = terminal.take_unseen()
        if waited:
            block.show(waited, self._simulation.now)
        self._show_in(block, terminal)
        self._settle(terminal, block)
        return block

    def _return(self, step: Step) -> Block:
        block = self._directive(step)
        if self._current is None:
            raise self.transcript.error(step.number, "no console is looked at yet")
        self._current.reopen()
        self._settle(self._current, block)
        return block

    def _typed(self, step: Typed) -> Block:
        terminal = self._turn_to(step.node)
        # While the line is being typed, messages of this node come before it.
        terminal.look(None)
        terminal.reopen()
        terminal.mute(True)
        self._reach(terminal, step.prompt)
        terminal.mute(False)
        session = terminal.session
        text, ending = read_line(step.command, literal=session.literal)
        redrawn, self._redrawn = self._redrawn, None
        is_redraw = redrawn == (step.node, step.command.strip())
        if not is_redraw:
            self._pass(TYPING)
        session = terminal.session
        block = Block(step, step.node, session.prompt, step.command, self._simulation.now)
        block.before = terminal.take_held()
        self.blocks.append(block)
        self._show_in(block, terminal)
        if is_redraw:
            return block
        match ending:
            case Ending.ENTER:
                session.feed(text)
            case Ending.HELP:
                session.show_help(text)
                self._redrawn = (step.node, text.strip())
            case Ending.SUSPEND:
                session.end_key(text)
            case Ending.INTERRUPT:
                session.interrupt()
        self._settle(terminal, block)
        return block

    def _turn_to(self, node: str) -> Terminal:
        terminal = self.terminals[node]
        if self._current is not None and self._current is not terminal:
            self._current.look(None)
        self._current = terminal
        return terminal

    def _show_in(self, block: Block, terminal: Terminal) -> None:
        simulation = self._simulation
        terminal.look(lambda text: block.show(text, simulation.now))

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

    def _settle(self, terminal: Terminal, block: Block) -> None:
        """Run the simulation until the command is done, doing to it what the transcript says."""
        assert block.step is not None
        passage = self.transcript.passage_from(block.step.number + 1, self.names())
        Settling(self._simulation, self.transcript, terminal, block, Script(block, passage)).run()
