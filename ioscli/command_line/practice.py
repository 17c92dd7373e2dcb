"""`ioscli practice`: exercises at the console, and exams."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ioscli.command_line.status import OK

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from ioscli.cli.matcher import Grammar
    from ioscli.command_line.parser import Commands
    from ioscli.exercises.exercise import Exercise
    from ioscli.practice.assignment import Assignment
    from ioscli.practice.exam import Exam
    from ioscli.practice.room import Ending
    from ioscli.practice.selection import Entry, Wanted

_FOLDER = "practice"
"""Of the state folder: attempts, what is going on, result pages, the routers' files."""
_REMEDY = "move it away, or begin again with `ioscli practice EXERCISE --fresh`"
_ANY_SEED = -1
_MOST_SEEDS = 10_000
_DRAWN = 3
"""Exercises of an exam that does not say how many."""


def add(commands: "Commands") -> None:
    """Add the command's options."""
    parser = commands.add_parser(
        "practice",
        help="learn by exercises: a menu, or the exercise that is named",
        description="Without EXERCISE: a menu of the exercises, or, where no terminal is, a list.",
    )
    parser.add_argument(
        "exercise", metavar="EXERCISE", nargs="?", help="a shipped exercise's name, or a folder"
    )
    parser.add_argument(
        "--fault",
        metavar="SEED",
        type=int,
        nargs="?",
        const=_ANY_SEED,
        help="repair a network that is broken for you; the same SEED breaks the same",
    )
    parser.add_argument("--lab", help="the lab that --fault breaks (default: the seed decides)")
    parser.add_argument("--scope", help="only exercises for a certification: ENCOR, ENARSI, SVPN")
    parser.add_argument("--topic", help='only exercises on a blueprint topic: "ENARSI 2.1"')
    parser.add_argument("--difficulty", help="only first-steps, easy, medium, hard or expert ones")
    parser.add_argument("--list", action="store_true", help="list the exercises, and leave")
    parser.add_argument(
        "--exam", action="store_true", help="against the clock, without hints and checks"
    )
    parser.add_argument("--time", metavar="45m", help="how long an exam takes")
    parser.add_argument(
        "--count", type=int, metavar="N", help=f"exercises of an exam (default {_DRAWN})"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="which exercises an exam draws, and in which order"
    )
    parser.add_argument(
        "--html", metavar="FILE", help="write the result page there, as a file for a browser"
    )
    parser.add_argument(
        "--pace", default="real", metavar="real|fast|X", help="simulated against wall time"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="begin again what was left in the middle"
    )
    parser.add_argument(
        "--state",
        metavar="FOLDER",
        help="where progress and saved configurations are kept "
        "(default: ioscli in $XDG_STATE_HOME or ~/.local/state)",
    )
    parser.add_argument("--no-state", action="store_true", help="neither read nor keep any of it")
    parser.set_defaults(command=practice)


def practice(given: "Namespace") -> int:
    """Carry it out; the exit status."""
    from ioscli.practice.selection import read_wanted

    wanted = read_wanted(given.scope, given.topic, given.difficulty)
    session = _Session(given)
    if given.fault is not None:
        return session.fault(wanted)
    _refuse(given, "is for --fault", "lab")
    if given.exam:
        return session.exam(wanted)
    _refuse(given, _FOR_EXAM, "time", "count", "seed")
    if given.exercise is not None:
        _refuse(given, _ONE_IS_NAMED, "scope", "topic", "difficulty")
        from ioscli.exercises.catalogue import find_exercise
        from ioscli.practice.assignment import assigned

        session.open(assigned(find_exercise(given.exercise)))
        return OK
    return session.menu(wanted)


_FOR_EXAM = "is for --exam"
_ONE_IS_NAMED = "chooses among exercises; one is named"


def _refuse(given: "Namespace", why: str, *options: str) -> None:
    """Raise InputError for options that would be ignored."""
    from ioscli.labs.errors import InputError

    for option in options:
        if getattr(given, option) is not None:
            raise InputError(f"--{option} {why}")


class _Session:
    """What the ways of practising share: one person, one terminal, one state folder."""

    def __init__(self, given: "Namespace") -> None:
        import time

        from ioscli.labs.errors import InputError, quoted
        from ioscli.labs.store import state_folder
        from ioscli.practice.lettering import Screen
        from ioscli.practice.progress import Progress
        from ioscli.practice.room import Pages
        from ioscli.practice.sitting import Watches
        from ioscli.servers.pace import Pace

        self._given = given
        root = state_folder() if given.state is None else Path(given.state)
        self._folder = None if given.no_state else root / _FOLDER
        self._watches: Watches = Watches(lambda: datetime.now(UTC), time.monotonic)
        self._screen: Screen = Screen.present()
        results = None if self._folder is None else self._folder / "results"
        self._pages: Pages = Pages(results, None if given.html is None else Path(given.html))
        self._progress: Progress = Progress(self._folder)
        self._all: Sequence[Exercise] | None = None
        self._unreadable: list[str] = []
        self._grammar: Grammar | None = None
        try:
            self._pace: Pace = Pace.parse(given.pace)
        except ValueError as error:
            raise InputError(f"--pace {quoted(given.pace)}: {error}") from None
        self._complain()

    def menu(self, wanted: "Wanted") -> int:
        """Let an exercise be chosen, again and again; without a terminal, list them."""
        import sys

        from ioscli.exercises.catalogue import find_exercise
        from ioscli.practice import menu
        from ioscli.practice.assignment import assigned
        from ioscli.practice.selection import entries

        def look(wanted: "Wanted") -> "Sequence[Entry]":
            return entries(self.catalogue(), self._progress, wanted, self._watches.now())

        self.catalogue()
        for complaint in self._unreadable:
            print(complaint, file=sys.stderr)
        terminal = sys.stdout.isatty()
        if self._given.list or not (terminal and sys.stdin is not None and sys.stdin.isatty()):
            now = self._watches.now()
            if terminal:
                print(self._screen.render(*menu.table(look(wanted), now, wanted.words)), end="")
            else:
                for line in menu.listing(look(wanted), now):
                    print(line)
            return OK
        newcomer = not self._progress.attempts
        choice = menu.Menu(look, wanted, self._screen, self._watches.now, newcomer=newcomer)
        while (name := choice.choose()) is not None:
            self.open(assigned(find_exercise(name)))
        return OK

    def fault(self, wanted: "Wanted") -> int:
        """Give out a ticket, and let it be repaired."""
        from secrets import randbelow

        from ioscli.labs.errors import InputError
        from ioscli.practice.assignment import ticket

        given = self._given
        if given.exercise is not None:
            raise InputError("--fault takes its lab by --lab; no exercise is named with it")
        _refuse(given, "does not go with --fault", "difficulty", "time", "count", "seed")
        if given.exam or given.list:
            raise InputError(f"--{'exam' if given.exam else 'list'} does not go with --fault")
        if given.scope is not None and given.topic is not None:
            raise InputError("--scope and --topic exclude each other with --fault")
        seed = randbelow(_MOST_SEEDS) if given.fault == _ANY_SEED else given.fault
        print(f"Looking for something to break, and proving that it shows (seed {seed}) ...")
        self.open(ticket(seed, given.lab, wanted.topic or wanted.scope, self.grammar()))
        return OK

    def open(self, assignment: "Assignment") -> "Ending":
        """Practise one exercise."""
        from ioscli.labs.store import LabStore
        from ioscli.practice.room import sit_down
        from ioscli.practice.sitting import Sitting

        store = None
        if self._folder is not None:
            store = LabStore(self._folder / "networks", assignment.exercise.lab, _REMEDY)
        sitting = Sitting(
            assignment,
            self.grammar(),
            self._progress,
            store,
            self._watches,
            fresh=self._given.fresh,
        )
        return sit_down(sitting, self._screen, self._pace, self._pages, self.catalogue)

    def exam(self, wanted: "Wanted") -> int:
        """Begin an exam, or go on with the one that was left."""
        from ioscli.exercises.catalogue import find_exercise
        from ioscli.labs.errors import InputError
        from ioscli.practice import exam as exams

        given = self._given
        folder = exams.ExamFolder(None if self._folder is None else self._folder / "exam")
        if given.fresh:
            folder.forget()
        exam: Exam | None = folder.read()
        if exam is None:
            exercises, seed = self._drawn(wanted)
            exam = exams.begin(exercises, self._span(exercises), self._watches.now())
            folder.forget()
            folder.write(exam)
            print(exams.announcement(exam, exercises, seed))
        else:
            if any(it is not None for it in (given.exercise, given.time, given.count, given.seed)):
                raise InputError(
                    "an exam is going on; `ioscli practice --exam` leads back to it, "
                    "and with --fresh another one begins"
                )
            exercises = [find_exercise(name) for name in exam.exercises]
        examination = exams.Examination(
            exam,
            exercises,
            folder,
            self.grammar(),
            self._progress,
            self._watches,
            self._screen,
        )
        examination.take(self._pace, self._pages, self.catalogue)
        return OK

    def _drawn(self, wanted: "Wanted") -> "tuple[Sequence[Exercise], int | None]":
        """The exercises of a new exam, and the seed that they were drawn with."""
        from secrets import randbelow

        from ioscli.exercises.catalogue import find_exercise
        from ioscli.labs.errors import InputError
        from ioscli.practice.exam import draw

        given = self._given
        if given.exercise is not None:
            _refuse(given, _ONE_IS_NAMED, "scope", "topic", "difficulty", "count", "seed")
            return [find_exercise(given.exercise)], None
        count = _DRAWN if given.count is None else given.count
        if count < 1:
            raise InputError(f"--count {count}: an exam has one exercise at least")
        seed = randbelow(10_000) if given.seed is None else given.seed
        return draw([it for it in self.catalogue() if wanted.fits(it)], count, seed), seed

    def _span(self, exercises: "Sequence[Exercise]") -> timedelta:
        from ioscli.labs.errors import InputError, quoted
        from ioscli.labs.quantities import parse_duration

        if self._given.time is None:
            return timedelta(microseconds=sum(it.time for it in exercises))
        try:
            span = timedelta(microseconds=parse_duration(self._given.time))
        except ValueError as error:
            raise InputError(f"--time {quoted(self._given.time)}: {error}") from None
        if not span:
            raise InputError(f"--time {quoted(self._given.time)}: no time at all")
        return span

    def catalogue(self) -> "Sequence[Exercise]":
        """The shipped exercises, read once; one that cannot be read is left out."""
        if self._all is None:
            from ioscli.exercises.catalogue import find_exercise, shipped_exercises
            from ioscli.labs.errors import InputError

            found = []
            for name in shipped_exercises():
                try:
                    found.append(find_exercise(name))
                except InputError as error:
                    self._unreadable.append(str(error))
            self._all = found
        return self._all

    def grammar(self) -> "Grammar":
        """What may be typed, loaded once."""
        if self._grammar is None:
            from ioscli.cli.matcher import load_grammar

            self._grammar = load_grammar()
        return self._grammar

    def _complain(self) -> None:
        """Say what could not be read of earlier attempts."""
        import sys

        for complaint in self._progress.complaints:
            print(complaint, file=sys.stderr)
