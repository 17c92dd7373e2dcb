"""Somebody who types commands at a node's console, waits for each, and answers what it asks.

Times are those of a replayed transcript: a line takes a second of simulated time before its
Enter, so that timers run between lines as they would for a person.
"""

import re
from collections.abc import Iterable, Mapping
from textwrap import dedent
from typing import TYPE_CHECKING

from ioscli.labs.errors import InputError, quoted
from ioscli.labs.journal import Kind, LabRun
from ioscli.labs.transcripts.block import Block
from ioscli.labs.transcripts.timing import LONGEST_COMMAND, MOST_QUESTIONS, TYPING
from ioscli.labs.transcripts.transcript import split_prompt
from ioscli.model.instant import MINUTE, SECOND, Duration, Instant

if TYPE_CHECKING:
    from ioscli.cli.operator_session import OperatorSession

Given = str | Iterable[str] | Mapping[str, str]
"""Answers in the order of the questions, or by what a question begins with."""

#: How long a program that reads lines may go on after the last one of them.
_PATIENCE = MINUTE

#: `%SYS-5-CONFIG_I: ...`: a system message without a time before it.
_SYSTEM_MESSAGE = re.compile(r"%[A-Z0-9_]+-[0-7]-[A-Z0-9_]+:")

#: Lines that begin with `%` and only say what was done.
_NOTICE = re.compile(
    r"% ?(?:warning|generating|the key modulus|key pair was generated|only classful"
    r"|interface \S+ ipv4 disabled|login disabled|keys to be removed|all keys will be removed"
    r"|hostname contains|they will be replaced)",
    re.IGNORECASE,
)


class CommandError(Exception):
    """A command that was to be checked was refused.

    `str()` is what stands on the console: prompt, command, and IOS's own words.
    """

    def __init__(self, node: str, prompt: str, command: str, output: str) -> None:
        super().__init__(f"{prompt}{command}\n{output}".rstrip("\n"))
        self.node = node
        self.command = command
        self.output = output


def is_refusal(output: str) -> bool:
    """Whether IOS marked a line of the output as an error: `%`, no system message, no notice."""
    return any(
        line.startswith("%") and not _SYSTEM_MESSAGE.match(line) and not _NOTICE.match(line)
        for line in output.splitlines()
    )


class Answers:
    """What to answer when commands ask."""

    def __init__(self, given: Given = ()) -> None:
        self._by_question: dict[str, str] = {}
        self._in_order: list[str] = []
        if isinstance(given, Mapping):
            self._by_question.update(given)
        else:
            self._in_order += [given] if isinstance(given, str) else given
        self._used: set[str] = set()

    def take(self, question: str) -> str | None:
        """The answer to a question (empty: to a program that reads lines); None: there is none."""
        for start, answer in self._by_question.items():
            if question and question.lstrip().startswith(start):
                self._used.add(start)
                return answer
        return self._in_order.pop(0) if self._in_order else None

    @property
    def left(self) -> list[str]:
        """Those that nobody asked for."""
        return self._in_order + [start for start in self._by_question if start not in self._used]


class Typist:
    """Types at the console of one node of a run."""

    def __init__(self, run: LabRun, node: str) -> None:
        self._run = run
        self._node = node
        self._console = run.consoles[node]
        self._simulation = run.simulation

    def run(self, command: str, given: Given, check: bool) -> str:
        """Type one command at privileged EXEC (at a host: in its shell); what it printed.

        Raises CommandError for a refusal where that is to be checked, and InputError for a
        question without an answer, an answer without a question, or a command without an end.
        """
        if len(command.splitlines()) > 1:
            raise InputError(f"{quoted(command)} is more than one line; run them one by one")
        answers = Answers(given)
        self._go_to_exec()
        prompt, output = self._type(command, answers)
        if check and is_refusal(output):
            raise CommandError(self._node, prompt, command, output)
        self._all_used(command, answers)
        return output

    def configure(self, lines: str | Iterable[str], given: Given, check: bool) -> str:
        """Type lines in configuration mode, from `configure terminal` to `end`.

        What was printed on the way. Raises as `run`; the lines before a refused one are in force.
        """
        if isinstance(lines, str):
            lines = dedent(lines).splitlines()
        answers = Answers(given)
        self._go_to_exec()
        shown: list[str] = []
        try:
            for line in lines:
                collecting = not self._session.prompt
                if not collecting and (not line.strip() or line.lstrip().startswith("!")):
                    continue
                if not collecting and not self._configuring:
                    shown.append(self._type("configure terminal", answers)[1])
                prompt, output = self._type(line, answers)
                shown.append(output)
                if check and is_refusal(output):
                    raise CommandError(self._node, prompt, line.strip(), output)
            if not self._session.prompt:
                raise self._given_up(line, "leaves a text without its end")
        finally:
            if not self._session.prompt:  # a text without an end
                self._break_off()
            elif self._configuring:
                shown.append(self._type("end", answers)[1])
        self._all_used("configure", answers)
        return "".join(shown)

    # -- one line ------------------------------------------------------------------------------

    @property
    def _session(self) -> "OperatorSession":
        return self._console.session

    @property
    def _configuring(self) -> bool:
        found = split_prompt(self._session.prompt)
        return found is not None and found[0].mode not in ("", "~")

    def _do(self, kind: Kind, text: str = "") -> None:
        self._run.do(kind, self._node, text)

    def _pass(self, span: Duration) -> None:
        self._simulation.run_until(Instant(self._simulation.now + span))

    def _go_to_exec(self) -> None:
        """Sit down at the console and leave behind whatever was going on there."""
        if self._session.closed:
            self._do(Kind.SIT_DOWN)
        if self._session.busy:  # a router that boots
            self._wait(self._deadline(LONGEST_COMMAND))
        if self._session.closed:
            self._do(Kind.SIT_DOWN)
        if self._session.literal:
            return
        if self._configuring:
            self._do(Kind.END)
        found = split_prompt(self._session.prompt)
        if found is None or found[0].sign == ">":
            self._do(Kind.SIT_DOWN)

    def _type(self, line: str, answers: Answers) -> tuple[str, str]:
        """Type a line and wait for it: the prompt it stood at, and what was shown after it."""
        self._pass(TYPING)
        if self._session.closed:  # the router went down meanwhile
            self._do(Kind.SIT_DOWN)
        prompt = self._session.prompt
        start = len(self._console.shown) + 1  # the first piece is the line itself
        if line.endswith("?") and prompt and not self._session.literal:
            self._do(Kind.HELP, line[:-1])
        else:
            self._do(Kind.TYPE, line)
            self._settle(line, answers)
        seen = Block(None, None, "", "", self._simulation.now, pieces=self._console.shown[start:])
        return prompt, "".join(f"{shown}\n" for shown in seen.lines)

    def _settle(self, line: str, answers: Answers) -> None:
        """Run the simulation until a command is done, answering what it asks."""
        deadline = self._deadline(LONGEST_COMMAND)
        questions = 0
        while True:
            session = self._session
            if session.paging:
                self._do(Kind.KEY, " ")
            elif session.remote or session.asking == "":
                self._feed_program(line, answers)
            elif session.asking is not None:
                questions += 1
                if questions > MOST_QUESTIONS:
                    raise self._given_up(line, f"asked more than {MOST_QUESTIONS} questions")
                self._answer(line, session.asking, answers)
            elif not session.busy:
                return
            elif not self._wait(deadline):
                seconds = LONGEST_COMMAND // SECOND
                raise self._given_up(line, f"did not end within {seconds} simulated seconds")

    def _answer(self, line: str, question: str, answers: Answers) -> None:
        answer = answers.take(question)
        if answer is None:
            if "]" not in question:
                raise self._given_up(line, f"asks {quoted(question.strip())}; give it an answer")
            answer = ""  # Enter takes the default
        self._pass(TYPING)
        self._do(Kind.TYPE, answer)

    def _feed_program(self, line: str, answers: Answers) -> None:
        """Type the next answer to a program that reads lines, or at the far end of a telnet."""
        answer = answers.take("")
        session = self._session
        if answer is not None:
            self._pass(TYPING)
            if session.remote or session.asking == "":
                self._do(Kind.TYPE, answer)
            return
        deadline = self._deadline(_PATIENCE)
        simulation = self._simulation
        simulation.run_while(
            lambda: (session.remote or session.asking == "") and simulation.now < deadline
        )
        if session.remote or session.asking == "":
            raise self._given_up(line, "still reads lines after the last answer (such as exit)")

    def _wait(self, deadline: Instant) -> bool:
        """Run until the command under way ends or asks; False when it does not."""
        session = self._session
        simulation = self._simulation
        simulation.run_while(lambda: session.busy and simulation.now < deadline)
        return not session.busy

    def _deadline(self, span: Duration) -> Instant:
        return Instant(self._simulation.now + span)

    # -- what goes wrong -----------------------------------------------------------------------

    def _given_up(self, line: str, what: str) -> InputError:
        """Stop the command, so that the next one finds a prompt."""
        self._break_off()
        return InputError(f"{self._node}: {quoted(line.strip())} {what}")

    def _break_off(self) -> None:
        if not self._session.remote:
            self._do(Kind.INTERRUPT)
        session = self._session
        if session.remote or session.busy or session.asking is not None or not session.prompt:
            self._do(Kind.SIT_DOWN)

    def _all_used(self, command: str, answers: Answers) -> None:
        if answers.left:
            unasked = ", ".join(quoted(answer) for answer in answers.left)
            raise InputError(f"{self._node}: {quoted(command)} did not ask for {unasked}")
