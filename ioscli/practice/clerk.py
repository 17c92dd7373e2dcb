"""Who takes the lines that begin with `:`: has the tasks judged, gives hints, keeps the time."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ioscli.exercises.marking import Result
from ioscli.model.instant import SECOND
from ioscli.practice import wording
from ioscli.practice.attempt import Mode
from ioscli.practice.examiner import Examiner, Failure
from ioscli.practice.lettering import clock, minutes, prose, several
from ioscli.practice.orders import Order, find, meant

if TYPE_CHECKING:
    from rich.console import RenderableType

    from ioscli.exercises.answer import NodeAnswer
    from ioscli.practice.attempt import Attempt
    from ioscli.practice.lettering import Screen
    from ioscli.practice.sitting import Sitting
    from ioscli.servers.desk import Desk
    from ioscli.servers.pace import Clock

    Finished = Callable[[Attempt, Result], Sequence[RenderableType]]

#: Wall seconds between two looks at whether an attempt's time is to be written down.
_KEPT_EVERY = 15.0
#: Wall seconds that a check may take; the slowest exercise needs a few.
_LONGEST_CHECK = 120.0
_MORE = "-- a key shows more, q leaves the rest out --"
_WARNINGS = (60, 300)
"""Seconds before the end of an exam at which something is said."""


class Clerk:
    """The clerk of one sitting: see `ioscli.servers.desk.Clerk`.

    finished: writes down what became of an attempt, and says what is to be shown of it.
    """

    def __init__(
        self,
        sitting: "Sitting",
        screen: "Screen",
        desk: "Desk",
        pace: "Clock",
        finished: "Finished",
    ) -> None:
        self.done = False
        self.submitted = False
        """Whether an exam's exercise was handed in, or its time is up."""
        self._sitting = sitting
        self._screen = screen
        self._desk = desk
        self._pace = pace
        self._finished = finished
        self._unread: list[str] = []
        """Lines that wait for a key, below a screen full of others."""
        self._examiner: Examiner | None = None
        self._examined_since = 0.0
        self._then: Callable[[Result], None] = lambda _result: None
        self._last: Result | None = None
        """What the last check said; `:tasks` repeats it."""
        self._judged: dict[str, NodeAnswer] = {}
        """The configurations that it looked at."""
        self._again: tuple[str, ...] = ()
        """The order that was asked for, and is carried out when it comes a second time."""
        self._kept_at = sitting.watches.wall()
        left = sitting.seconds_left
        self._warnings = [] if left is None else [it for it in _WARNINGS if it < left]

    # -- what the desk asks --------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a check is under way, or something waits to be read."""
        return self._examiner is not None or bool(self._unread)

    def take(self, line: str) -> bool:
        """Carry out a line, or begin to; False: it is the name of a node."""
        words = line.split()
        word, arguments = (words[0], words[1:]) if words else ("", [])
        fits = not isinstance(self._desk.find(word), str) and not arguments
        order = find(word, [] if arguments else self._sitting.network.nodes, node_fits=fits)
        if order is None:
            self._again = ()
            return False
        if isinstance(order, list):
            self._say(_unknown(word, order, self._desk.listing()))
        elif self._sitting.mode is Mode.EXAM and not order.in_exam:
            self._say(f"% There is no `:{order.name}` in an exam.")
        elif len(arguments) > (1 if order.argument else 0):
            self._say(f"% Too many words. Type `{order.usage}`.")
        else:
            try:
                self._carry_out(order, arguments[0] if arguments else "")
            except OSError as error:
                self._say(f"% It cannot be written down: {error.filename}: {error.strerror}")
        return True

    def tick(self) -> None:
        """Look whether a check is done, and at the watch."""
        self._examine()
        self._look_at_watch()

    def interrupt(self) -> None:
        """Ctrl-C: no check, then; and nothing more to read."""
        if self._unread:
            self.key("q")
        elif self._examiner is not None:
            self._stop("% Stopped; nothing was judged.")

    def key(self, key: str) -> bool:
        """A key while text waits to be read: `q` leaves it out, any other shows more."""
        if not self._unread:
            return False
        unread, self._unread = self._unread, []
        self._desk.say("\r" + " " * len(_MORE) + "\r")
        if key not in ("q", "Q"):
            self._show(unread)
        return True

    def close(self) -> None:
        """The console was left; a check that runs is of no use any more."""
        self._desk.say("".join(self._unread))
        self._unread = []
        if self._examiner is not None:
            self._examiner.stop()
            self._examiner = None

    # -- orders --------------------------------------------------------------------------------

    def _carry_out(self, order: Order, argument: str) -> None:
        again, self._again = self._again, ()
        match order.name:
            case "help":
                self._print(wording.help_text(self._sitting.exercise, self._sitting.mode))
            case "tasks":
                exercise = self._sitting.exercise
                self._print(wording.about(exercise))
                self._print(wording.story_and_tasks(exercise, self._last, self._sitting.hints))
            case "check":
                self._judge(self._say_checked)
            case "explain":
                self._explain(argument)
            case "hint":
                self._hint(argument, again)
            case "diff":
                self._diff(argument)
            case "save":
                complaints = self._sitting.network.save()
                self._sitting.keep()
                self._say("\n".join(complaints) or "Saved: every router starts with it next time.")
            case "reset":
                self._reset(argument, again)
            case "time":
                self._time()
            case "submit":
                self._submit()
            case "solution":
                self._solution(again)
            case "quit":
                self.done = True

    def _explain(self, argument: str) -> None:
        if not argument and self._sitting.over:
            self._say(self._sitting.exercise.explanation)
            return
        number = self._task(argument, "explain")
        if number is None:
            return

        def say(result: Result) -> None:
            task = result.tasks[number]
            self._print(wording.explained(number + 1, task))
            if task.passed:
                self._say("Nothing is wrong with this task.")

        self._judge(say)

    def _hint(self, argument: str, again: tuple[str, ...]) -> None:
        sitting = self._sitting
        number = self._task(argument, "hint") if argument else self._stuck_at()
        if number is None:
            if not argument:
                self._say("There are no more hints; `:tasks` shows those you had.")
            return
        if sitting.over:
            self._say("The attempt is over.")
            return
        task = sitting.exercise.tasks[number]
        given = sitting.hints[number]
        if given == len(task.hints):
            self._say(
                f"Task {number + 1} has no {'more hints' if given else 'hint'}."
                + (" `:tasks` shows those you had." if given else "")
            )
            return
        cost = task.hints[given].cost
        request = ("hint", str(number))
        if cost and again != request:
            self._again = request
            typed = f":hint {argument}".rstrip()
            self._say(
                f"The next hint for task {number + 1} takes {several(cost, 'point')} off its "
                f"{task.points}. Type `{typed}` again to read it."
            )
            return
        sitting.take_hint(number)
        self._print(wording.hinted(number + 1, task, given + 1))

    def _diff(self, argument: str) -> None:
        network = self._sitting.network
        nodes = self._routers(argument)
        if nodes is None:
            return
        shown = False
        for node in nodes:
            lines = network.changes(node)
            if lines:
                shown = True
                self._print(wording.changes(f"{node}, against the start:", lines))
        if not shown:
            self._say("Nothing is changed yet.")
        if not self._sitting.over:
            return
        for node in nodes:
            lines = network.changes_to_solution(node)
            if lines:
                self._print(wording.changes(f"{node}, what the reference does beyond:", lines))
            elif node in self._sitting.exercise.nodes:
                self._say(f"{node} runs what the reference does.")

    def _reset(self, argument: str, again: tuple[str, ...]) -> None:
        network = self._sitting.network
        if argument:
            nodes = self._routers(argument)
            if nodes is None:
                return
            node: str | None = nodes[0]
        else:
            node = None
        request = ("reset", node or "")
        if again != request:
            self._again = request
            what = node or "all routers"
            typed = f":reset {node}" if node else ":reset"
            self._say(
                f"This puts {what} back to the start: what you configured there is gone. "
                f"Type `{typed}` again to do it."
            )
            return
        network.reset(node)
        self._desk.furnish(network.topology.nodes, self._desk.current.name)
        self._pace.follow(network.topology.simulation)
        self._last = None
        self._say(f"{node or 'The network'} is as it was at the start; everything was booted anew.")

    def _time(self) -> None:
        left = self._sitting.seconds_left
        if left is not None:
            self._say(f"{clock(left)} left.")
            return
        meant_to_take = minutes(self._sitting.exercise.time / SECOND)
        spent = minutes(self._sitting.seconds)
        self._say(f"You have been at it for {spent}; it is meant to take {meant_to_take}.")

    def _submit(self) -> None:
        if self._sitting.over:
            self._say("The attempt is over already; `:quit` leaves.")
        elif self._sitting.mode is Mode.EXAM:
            self.submitted = self.done = True
        else:
            self._judge(lambda result: self._end(result, gave_up=False))

    def _solution(self, again: tuple[str, ...]) -> None:
        if self._sitting.over:
            self._show_solution()
        elif again != ("solution",):
            self._again = ("solution",)
            self._say(
                "This gives up: the attempt counts as failed, and you see how it is done. "
                "Type `:solution` again to do it."
            )
        else:
            self._judge(lambda result: self._end(result, gave_up=True))

    def _end(self, result: Result, *, gave_up: bool) -> None:
        attempt = self._sitting.attempt(result, gave_up=gave_up)
        try:
            self._sitting.finish(attempt)
        except OSError as error:
            self._say(f"% It cannot be written down: {error.filename}: {error.strerror}")
        self._print(self._finished(attempt, result))
        if gave_up:
            self._show_solution()
        self._say(
            f"The attempt is over: {attempt.verdict}, {attempt.points} of "
            f"{several(attempt.out_of, 'point')}. The network runs on, to be looked at; `:diff` "
            "compares it with the reference, `:solution` shows that alone. `:quit` leaves."
        )

    def _show_solution(self) -> None:
        network = self._sitting.network
        for node in self._sitting.exercise.nodes:
            lines = network.solution(node)
            if lines:
                self._print(wording.changes(f"{node}, what the reference types:", lines))

    # -- judging -------------------------------------------------------------------------------

    def _judge(self, then: Callable[[Result], None]) -> None:
        """Mark what the routers run at this moment, in a network of its own, and go on then."""
        sitting = self._sitting
        answer = sitting.network.answer
        if self._last is not None and self._judged == answer.nodes:
            then(self._last)  # it would only say the same again
            return
        self._say("Checking: a network like yours is booted, and every task is tried out ...")
        self._judged = answer.nodes
        self._then = then
        self._examined_since = sitting.watches.wall()
        self._last = None
        self._examiner = Examiner(sitting.exercise, answer, sitting.grammar)

    def _examine(self) -> None:
        examiner = self._examiner
        if examiner is None:
            return
        found = examiner.poll()
        if found is None:
            if self._sitting.watches.wall() - self._examined_since > _LONGEST_CHECK:
                self._stop(
                    f"% Stopped after {minutes(_LONGEST_CHECK)}. Does something in your network "
                    "send without end?"
                )
            return
        self._examiner = None
        if isinstance(found, Failure):
            self._say(f"% Nothing could be judged: {found.reason}")
            return
        self._last = found
        self._then(found)

    def _stop(self, text: str) -> None:
        if self._examiner is not None:
            self._examiner.stop()
            self._examiner = None
        self._say(text)

    def _say_checked(self, result: Result) -> None:
        sitting = self._sitting
        self._print(wording.checked(sitting.exercise, result, sitting.points(result)))
        network = sitting.network
        others = [it for it in network.routers if it not in sitting.exercise.nodes]
        strange = [it for it in others if network.changes(it)]
        if strange:
            self._say(
                f"You also changed {wording.joined(strange)}, where nothing is yours to configure: "
                f"the check left that out. `:diff {strange[0]}` shows it."
            )

    # -- the watch -----------------------------------------------------------------------------

    def _look_at_watch(self) -> None:
        sitting = self._sitting
        left = sitting.seconds_left
        if left is not None:
            if left <= 0 and not self.done:
                self._say("*** The time is up.")
                self.submitted = self.done = True
            elif self._warnings and left <= self._warnings[-1]:
                self._say(f"*** {minutes(self._warnings.pop())} left.")
            return
        wall = sitting.watches.wall()
        if wall - self._kept_at >= _KEPT_EVERY and not sitting.over:
            self._kept_at = wall
            try:
                sitting.keep()
            except OSError as error:
                self._say(f"% It cannot be written down: {error.filename}: {error.strerror}")

    # -- arguments and answers -----------------------------------------------------------------

    def _task(self, argument: str, order: str) -> int | None:
        """The task that a number means, counted from 0; None after saying what is wrong."""
        count = len(self._sitting.exercise.tasks)
        if argument.isdecimal() and 1 <= int(argument) <= count:
            return int(argument) - 1
        last = f"to `:{order} {count}`" if count > 1 else "is all there is"
        self._say(f"% Which task? `:{order} 1` {last}.")
        return None

    def _stuck_at(self) -> int | None:
        """The first task that did not pass and has a hint left."""
        for number, task in enumerate(self._sitting.exercise.tasks):
            passed = self._last is not None and self._last.tasks[number].passed
            if not passed and self._sitting.hints[number] < len(task.hints):
                return number
        return None

    def _routers(self, argument: str) -> list[str] | None:
        """The routers that an argument means, all without one; None after a complaint."""
        routers = self._sitting.network.routers
        if not argument:
            return routers
        console = self._desk.find(argument)
        if not isinstance(console, str) and console.name in routers:
            return [console.name]
        self._say(f"% {argument!r} is no router. There are {wording.joined(routers)}.")
        return None

    def _say(self, text: str) -> None:
        self._print([prose(text)])

    def _print(self, parts: "Sequence[RenderableType]") -> None:
        lines = self._screen.render(*parts).splitlines(keepends=True)
        if self._unread:
            self._unread += lines
        else:
            self._show(lines)

    def _show(self, lines: list[str]) -> None:
        """Show lines; what does not fit on the screen at once waits for a key."""
        rows = self._screen.height
        if rows is None or not self._desk.serving or len(lines) < rows:
            self._desk.say("".join(lines))
        else:
            self._unread = lines[rows - 1 :]
            self._desk.say("".join(lines[: rows - 1]) + _MORE)


def _unknown(word: str, fits: Sequence[Order], listing: str) -> str:
    if fits:
        return f"% `:{word}` may be " + " or ".join(f"`:{order.name}`" for order in fits) + "."
    return f"% There is no `:{word}`.{meant(word)} `:help` lists what there is; nodes: {listing}"
