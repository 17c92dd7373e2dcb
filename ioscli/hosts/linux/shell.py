"""A terminal on a Linux host: a small shell, and the programs started from it.

It has the face of a router's session, so that the same front ends show it: whole lines are
handed over with `feed`, and what is to be printed comes out through `output`.
"""

from __future__ import annotations

import shlex
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from ioscli.hosts.linux.host import LinuxHost
from ioscli.hosts.linux.process import Keys, Line, Process
from ioscli.hosts.linux.tools import PROGRAMS, find_program

_NOT_FOUND = 127
_MOST_HISTORY = 500
_OPERATORS = frozenset({"|", "||", ">", ">>", "<", "(", ")", ";;", "|&", "&>"})
_DONE = "[{number}]{mark}  {word:<24}{line}"


class Screen:
    """What a terminal session asks of the screen in front of it."""

    __slots__ = ("length", "synchronous", "width")

    def __init__(self, length: int) -> None:
        self.length = length
        self.width = 80
        self.synchronous = False


class Job(NamedTuple):
    """A program in the background."""

    number: int
    process: Process
    line: str


class Shell:
    """One terminal.

    output: receives pieces of text. on_change: called when a command that was under way ended or
    reads. root: whether the administrator sits there. script: nobody does: nothing is said of jobs,
    and they go on when the last line was read.
    """

    #: `?` is a letter like any other here.
    literal = True
    asking_key = False
    asking_secret = False
    paging = False

    def __init__(
        self,
        host: LinuxHost,
        *,
        output: Callable[[str], None],
        on_change: Callable[[], None] | None = None,
        length: int = 0,
        root: bool = False,
        script: bool = False,
    ) -> None:
        self.host = host
        self._script = script
        self.closed = False
        self.history: list[str] = []
        self.terminal = Screen(length)
        self.status = 0
        """The exit status of the last command."""
        self._users = ["root" if root else host.user]
        self._output = output
        self._on_change = on_change
        self._foreground: Process | None = None
        self._waiting: deque[tuple[str, list[str]]] = deque()
        """The commands of the present line that are still to run, each with the operator before
        it."""
        self._typed_ahead: deque[str] = deque()
        self.jobs: list[Job] = []
        self._finished: list[Job] = []
        self._starting = False

    # -- what the front end shows ------------------------------------------------------------------

    @property
    def user(self) -> str:
        """Who types."""
        return self._users[-1]

    @property
    def root(self) -> bool:
        """Whether it is the administrator."""
        return self.user == "root"

    @property
    def prompt(self) -> str:
        """`cisco@SERVER0:~$ `."""
        return f"{self.user}@{self.host.hostname}:~{'#' if self.root else '$'} "

    @property
    def asking(self) -> str | None:
        """An empty question where a program reads what is typed."""
        return "" if self._foreground is not None and self._foreground.reads else None

    @property
    def remote(self) -> bool:
        """Whether a program takes the keys as they come, and another node echoes them."""
        return self._foreground is not None and self._foreground.raw

    @property
    def busy(self) -> bool:
        """Whether a program runs that takes neither lines nor keys."""
        running = self._foreground
        return running is not None and not running.reads and not running.raw

    # -- what the operator does --------------------------------------------------------------------

    def feed(self, line: str) -> None:
        """Take one line: for the program that reads, or a command."""
        if self.closed:
            return
        if self._foreground is not None:
            if self._foreground.raw:
                self.send_keys(f"{line}\r")
            elif self._foreground.reads:
                self._foreground.post(Line(line))
            else:
                self._typed_ahead.append(line)
            return
        self._command(line)
        self._report_jobs()

    def send_keys(self, keys: str) -> None:
        """Keys for the program that takes them as they come."""
        if self._foreground is not None:
            self._foreground.post(Keys(keys))

    def interrupt(self) -> None:
        """Ctrl-C."""
        if self.remote:
            self.send_keys("\x03")
            return
        self._typed_ahead.clear()
        self._waiting.clear()
        if self._foreground is not None:
            self._write("^C")
            self._foreground.interrupt()

    def end_key(self, _text: str = "", /) -> None:
        """Ctrl-Z does nothing: programs are not suspended here."""

    def page(self, _key: str, /) -> None:
        """There is no pager."""

    def help(self, _text: str, /) -> str:
        """Nothing: `?` is a letter."""
        return ""

    def show_help(self, _text: str, /) -> None:
        """Nothing."""

    def show_marker(self) -> None:
        """Nothing."""

    def touch(self) -> None:
        """A key was pressed."""

    def complete(self, text: str) -> str | None:
        """Tab: the only program that a first word can become."""
        words = text.split()
        if len(words) != 1 or text.endswith(" "):
            return None
        fits = [name for name in PROGRAMS if name.startswith(words[0])]
        return f"{fits[0]} " if len(fits) == 1 else None

    def close(self) -> None:
        """End the session and what runs in its foreground."""
        self._output = lambda _text: None
        self._typed_ahead.clear()
        self._waiting.clear()
        running = [] if self._script else [job.process for job in self.jobs]
        for process in [*running, *([self._foreground] if self._foreground else [])]:
            process.interrupt()
        self.closed = True

    # -- what builtins use -------------------------------------------------------------------------

    def become(self, user: str) -> None:
        """`sudo -i`: type as somebody else until `exit`."""
        self._users.append(user)

    def leave(self) -> None:
        """`exit`."""
        if len(self._users) > 1:
            self._users.pop()
        else:
            self.closed = True

    # -- commands ----------------------------------------------------------------------------------

    def _command(self, line: str) -> None:
        text = line.strip()
        if not text or text.startswith("#"):
            return
        self.history.append(text)
        del self.history[:-_MOST_HISTORY]
        try:
            words = _words(text)
        except ValueError as error:
            self._write(f"-bash: {error}\n")
            self.status = 2
            return
        wrong = next((word for word in words if word in _OPERATORS), None)
        if wrong is not None:
            self._write(f"-bash: `{wrong}' is not supported by this shell\n")
            self.status = 2
            return
        self._waiting = deque(_commands(words))
        self._run_waiting()

    def _run_waiting(self) -> None:
        while self._waiting and self._foreground is None and not self.closed:
            operator, words = self._waiting.popleft()
            if operator == "&&" and self.status:
                continue
            background = self._waiting and self._waiting[0][0] == "&"
            if words:
                self._run(words, background=bool(background))

    def _run(self, words: list[str], *, background: bool) -> None:
        root, typed = self.root, " ".join(words)
        if words[0] == "sudo":
            words, root = words[1:], True
            if words[:1] in (["-i"], ["-s"], ["su"], ["bash"], ["sh"]):
                self.become("root")
                return
            if not words or words[0].startswith("-"):
                self._write("usage: sudo [-i | -s] [command]\n")
                self.status = 1
                return
        if self._builtin(words):
            return
        program = find_program(words[0])
        if program is None:
            self._write(
                f"sudo: {words[0]}: command not found\n"
                if root and not self.root
                else f"-bash: {words[0]}: command not found\n"
            )
            self.status = _NOT_FOUND
            return
        process = Process(self.host, words, self._write, root=root, columns=self.terminal.width)
        if background:
            job = Job(max((job.number for job in self.jobs), default=0) + 1, process, typed)
            self.jobs.append(job)
            if not self._script:
                self._write(f"[{job.number}] {process.identifier}\n")
            process.start(program(process), lambda _status: self._job_ended(job))
            self.status = 0
            return
        self._foreground = process
        process.reads_changed = self._changed
        self._starting = True
        process.start(program(process), self._ended)
        self._starting = False

    def _builtin(self, words: list[str]) -> bool:
        match words[0]:
            case "exit" | "logout":
                self.leave()
            case "su":
                self._write("su: use sudo -i\n")
                self.status = 1
            case "history":
                for number, line in enumerate(self.history, start=1):
                    self._write(f"{number:5}  {line}\n")
            case "jobs":
                for job in self.jobs:
                    self._write(self._job_line(job, "Running", f"{job.line} &"))
            case "kill":
                self._kill(words[1:])
            case _:
                return False
        return True

    def _kill(self, words: list[str]) -> None:
        """`kill %1` or a process id; as SIGINT, which every program here heeds."""
        self.status = 0
        for word in words or [""]:
            if word.startswith("-"):
                continue
            found = [
                job for job in self.jobs if word in (f"%{job.number}", str(job.process.identifier))
            ]
            if not found:
                self._write(f"-bash: kill: {word}: no such job\n")
                self.status = 1
            for job in found:
                job.process.interrupt()

    def _ended(self, status: int) -> None:
        self.status = status
        self._foreground = None
        if self._starting:
            return  # the loop that started it goes on by itself
        self._run_waiting()
        while self._typed_ahead and self._foreground is None and not self.closed:
            line = self._typed_ahead.popleft()
            self._write(f"{self.prompt}{line}\n")
            self._command(line)
        if self._foreground is None:
            self._report_jobs()
        self._changed()

    def _changed(self) -> None:
        if self._on_change is not None and not self._starting:
            self._on_change()

    def _job_ended(self, job: Job) -> None:
        if job in self.jobs:
            self._finished.append(job)

    def _report_jobs(self) -> None:
        """Before a prompt: which background programs have ended since the last one."""
        if self._foreground is not None or self._script:
            return
        for job in self._finished:
            word = "Done" if not job.process.status else f"Exit {job.process.status}"
            self._write(self._job_line(job, word, job.line))
            self.jobs.remove(job)
        self._finished.clear()

    def _job_line(self, job: Job, word: str, line: str) -> str:
        mark = "+" if job is self.jobs[-1] else "-"
        return _DONE.format(number=job.number, mark=mark, word=word, line=line) + "\n"

    def _write(self, text: str) -> None:
        self._output(text)


def _words(text: str) -> list[str]:
    """The words and operators of a line. Raises ValueError for an open quotation."""
    reader = shlex.shlex(text, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    reader.commenters = "#"
    try:
        return list(reader)
    except ValueError:
        raise ValueError("unexpected EOF while looking for matching quote") from None


def _commands(words: list[str]) -> list[tuple[str, list[str]]]:
    """Commands, each with the operator before it (`;`, `&&`, `&`, or nothing)."""
    commands: list[tuple[str, list[str]]] = [("", [])]
    for word in words:
        if word in (";", "&&", "&"):
            commands.append((word, []))
        else:
            commands[-1][1].append(word)
    return commands
