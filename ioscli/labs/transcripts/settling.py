"""One command of a replay until it is done: pages turned, questions answered, keys pressed."""

from typing import TYPE_CHECKING

from ioscli.labs.errors import InputError
from ioscli.labs.transcripts.directives import (
    Answer,
    Interrupt,
    Keys,
    Leave,
    More,
    Secret,
    escaped,
    timed,
)
from ioscli.labs.transcripts.timing import KEYSTROKE, LONGEST_COMMAND, MOST_QUESTIONS, TYPING
from ioscli.labs.transcripts.typed_line import Ending, read_line
from ioscli.model.instant import HOUR, SECOND, Duration, Instant

if TYPE_CHECKING:
    from ioscli.cli.operator_session import OperatorSession
    from ioscli.engine.simulation import Simulation
    from ioscli.labs.terminal import Terminal
    from ioscli.labs.transcripts.block import Block
    from ioscli.labs.transcripts.script import Script
    from ioscli.labs.transcripts.transcript import Transcript

#: The same as LONGEST_COMMAND for a recording: somebody was there and waited.
_LONGEST_RECORDED = Duration(100 * HOUR)


class Settling:
    """Runs a simulation until the console looked at takes the next command."""

    def __init__(
        self,
        simulation: "Simulation",
        transcript: "Transcript",
        terminal: "Terminal",
        block: "Block",
        script: "Script",
    ) -> None:
        self._simulation = simulation
        self._transcript = transcript
        self._terminal = terminal
        self._block = block
        self._script = script
        self._since = simulation.now
        """When something was typed last."""
        self._questions = 0
        self._left = False
        recorded = transcript.recorded is not None
        self._longest = _LONGEST_RECORDED if recorded else LONGEST_COMMAND

    @property
    def _session(self) -> "OperatorSession":
        return self._terminal.session

    def run(self) -> None:
        """Do it; raises InputError where the transcript leaves the command without an end."""
        limit = self._simulation.after(self._longest, self._terminal.wake)
        while not self._left:
            session = self._session
            if session.paging:
                self._turn_page()
            elif session.asking:
                self._answer(session.asking)
            elif session.remote or session.asking == "":
                if not self._type():
                    self._wait(limit.due)
            elif session.busy:
                self._wait(limit.due)
            elif session.prompt or not self._collect():
                break
        limit.cancel()

    # -- one thing at a time -------------------------------------------------------------------

    def _turn_page(self) -> None:
        pause, act = self._script.upcoming()
        if isinstance(act, Leave):
            self._leave(act)
        elif not isinstance(act, More):
            self._session.page(" ")
        else:
            self._pause(pause)
            self._script.done(act)
            self._block.mark(f"@more {escaped(act.keys)}")
            for key in act.keys:
                if self._session.paging:
                    self._session.page(key)
            self._since = self._simulation.now

    def _answer(self, question: str) -> None:
        self._questions += 1
        if self._questions > MOST_QUESTIONS:
            raise self._endless(f"asked more than {MOST_QUESTIONS} questions")
        pause, act = self._script.answer(question)
        self._show(question)
        if isinstance(act, Leave):
            self._leave(act)
            return
        if isinstance(act, Interrupt):
            self._pause(pause)
            self._interrupt(act)
            return
        if act is None:
            if "]" not in question:
                raise self._unanswered(question)
            act = ""  # Enter takes the default
        self._pause(pause)
        hidden = self._session.asking_secret and not isinstance(act, str)
        text = act if isinstance(act, str) else self._take_answer(act)
        self._pass(TYPING)
        self._show("\n" if hidden else f"{text}\n", typed=True)
        if self._session.asking is not None:
            self._enter(text)

    def _type(self) -> bool:
        """Type what a program or the far end is to read; False where nothing is left."""
        pause, act = self._script.upcoming()
        match act:
            case Answer() | Secret():
                self._pause(pause)
                self._pass(TYPING)
                session = self._session
                if session.asking == "":
                    text = self._take_answer(act)
                    self._show(f"{text}\n", typed=True)
                    self._enter(text)
                elif session.remote:
                    # Another node shows what is typed by itself, where it is to be seen.
                    self._enter(self._take_answer(act))
            case Keys(_, text):
                self._pause(pause)
                self._script.done(act)
                for number, key in enumerate(text):
                    self._pass(KEYSTROKE)
                    if not self._session.remote:
                        break
                    if number == 0:
                        self._block.mark(f"@keys {escaped(text)}", answers=True)
                    self._session.send_keys(key)
                self._since = self._simulation.now
            case _:
                return False
        return True

    def _take_answer(self, act: Answer | Secret) -> str:
        self._script.done(act)
        if isinstance(act, Secret):
            raise self._transcript.error(
                act.number,
                "a password was typed here, which recordings keep out; "
                "write @answer and the password in its place",
            )
        self._block.mark(f"@answer {act.text}", answers=True)
        return act.text

    def _collect(self) -> bool:
        """Type the next line of a text, such as a banner; False where none is left."""
        pause, act = self._script.text()
        if isinstance(act, Leave):
            self._leave(act)
            return True
        self._pause(pause)
        if isinstance(act, Interrupt):
            self._interrupt(act)
            return True
        if isinstance(act, Answer | Secret):
            act = self._take_answer(act)
        if not isinstance(act, str):
            return False
        self._show(f"{act}\n", typed=True)
        self._enter(act)
        return True

    def _enter(self, text: str) -> None:
        line, ending = read_line(text, literal=True)
        if ending is Ending.SUSPEND and not self._session.literal:
            self._session.end_key(line)
        else:
            self._session.feed(text if ending is not Ending.ENTER else line)
        self._since = self._simulation.now

    def _wait(self, limit: Instant) -> None:
        """Let the command go on, up to the moment at which it is interrupted or left."""
        _, act = self._script.upcoming()
        if isinstance(act, Interrupt | Leave):
            self._terminal.wait_until(self._simulation, Instant(self._since + act.duration))
            if self._simulation.now < self._since + act.duration:
                return  # it is done, or asks
            self._pass(Duration(0))
            session = self._session
            if isinstance(act, Leave):
                self._leave(act)
            elif session.busy or session.remote or session.asking is not None:
                self._interrupt(act)
            return
        if not self._terminal.wait(self._simulation) or self._simulation.now >= limit:
            seconds = self._longest // SECOND
            raise self._endless(f"did not end within {seconds} simulated seconds")

    def _interrupt(self, act: Interrupt) -> None:
        self._script.done(act)
        self._block.mark(timed("interrupt", act.duration))
        self._session.interrupt()
        self._since = self._simulation.now

    def _leave(self, act: Leave) -> None:
        self._script.done(act)
        self._block.mark(timed("leave", act.duration))
        self._left = True
        self._terminal.look(None)

    # -- time and text -------------------------------------------------------------------------

    def _pause(self, span: Duration) -> None:
        if span:
            self._block.mark(timed("pause", span))
            self._pass(span)

    def _pass(self, span: Duration) -> None:
        self._simulation.run_until(Instant(self._simulation.now + span))

    def _show(self, text: str, *, typed: bool = False) -> None:
        self._block.show(text, self._simulation.now, typed=typed)

    def _endless(self, what: str) -> InputError:
        step = self._block.step
        assert step is not None
        command = self._block.command or self._transcript.lines[step.number - 1]
        return self._transcript.error(step.number, f"{command} {what}")

    def _unanswered(self, question: str) -> InputError:
        step = self._block.step
        assert step is not None
        return self._transcript.error(
            step.number,
            f"the question {question.strip()!r} has no answer (write it out, or @answer)",
        )
