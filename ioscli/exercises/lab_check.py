"""`ioscli lab check`: whether an exercise judges what it should.

The solution, and every other right answer in `alternatives/NAME/`, has to get all points,
whatever the seed; the start has to stay under the pass mark; and every check has to fail for some
wrong answer: the solution with one line changed (see mutations), or one that the author wrote
down as a likely mistake, in `wrong/NAME/`. Where such a folder has no configuration for a router,
the solution's is taken. A check that all of those pass, as it guards what the start has already,
has to fail for the solution without a line of the start.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.lab_plan import WRONG, Attempt, Plan, Skipped
from ioscli.exercises.marking import CheckResult, Result, mark
from ioscli.labs.errors import InputError

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.exercises.answer import Answer
    from ioscli.exercises.exercise import Exercise


class Marked(NamedTuple):
    """An answer, and what it is worth."""

    attempt: Attempt
    result: Result
    seed: int

    @property
    def title(self) -> str:
        """What answer it is."""
        return self.attempt.title

    @property
    def failed(self) -> list[tuple[int, CheckResult]]:
        """The checks that noticed something, with the number of their task."""
        return [
            (number, check)
            for number, task in enumerate(self.result.tasks, start=1)
            for check in task.checks
            if not check.verdict.passed
        ]

    def failures(self) -> Iterator[str]:
        """What those saw, a line each."""
        for number, check in self.failed:
            yield f"task {number}, {check.title}: {check.verdict.seen}"

    @property
    def has_cause(self) -> bool:
        """Whether any of them says why."""
        return any(check.verdict.because for _, check in self.failed)

    @property
    def points_there(self) -> bool:
        """Whether any names a command of a router that is wrong."""
        shown = [command for _, check in self.failed for command in check.verdict.shown_by]
        return any(it.startswith(f"{node}:") for it in shown for node in self.attempt.nodes)


class LabReport(NamedTuple):
    """What was found out about one exercise."""

    exercise: str
    right: tuple[Marked, ...]
    """The solution first."""
    again: tuple[Marked, ...]
    """The right answers by other seeds."""
    start: Marked
    wrong: tuple[Marked, ...]
    skipped: tuple[Skipped, ...]

    @property
    def passed(self) -> bool:
        """Whether the exercise judges as it should."""
        return not any(True for _ in self.faults())

    def faults(self) -> Iterator[str]:
        """What is wrong with the exercise, a sentence each."""
        for answer in self.right:
            for line in answer.attempt.refused:
                yield f"{answer.title} has a line that IOS refuses: {line}"
            for failure in answer.failures():
                yield f"{answer.title} does not get full marks: {failure}"
        good = {answer.title for answer in self.right if not answer.failed}
        for answer in self.again:
            for failure in answer.failures() if answer.title in good else ():
                yield f"{answer.title} needs luck, and has none with seed {answer.seed}: {failure}"
        if self.start.result.passed:
            result = self.start.result
            yield f"the start passes with {result.points} points (pass mark {result.pass_mark})"
        for answer in self.unnoticed():
            if answer.title.startswith(f"{WRONG}/"):
                yield f"{answer.title} gets full marks"
        for number, title in self.blind_checks():
            yield f"task {number}, {title}: no wrong answer fails this check (see wrong/)"
        for number, title in self.mute_checks():
            yield f"task {number}, {title}: fails without a command that shows it"

    def warnings(self) -> Iterator[str]:
        """What an author should look at, a sentence each."""
        stored = [line for answer in self.right for line in answer.attempt.stored]
        for line in dict.fromkeys(stored):
            yield f"kept, but acts on nothing: {line}"
        for answer in self.unnoticed():
            if not answer.title.startswith(f"{WRONG}/"):
                yield f"no check notices {answer.title} ({answer.attempt.place})"
        for answer in self.wrong:
            if answer.failed and not answer.has_cause:
                yield f"no check says why: {answer.title} ({answer.attempt.place})"
            elif answer.failed and not answer.points_there:
                nodes = " or ".join(answer.attempt.nodes)
                yield f"no check names a command on {nodes}: {answer.title}"

    def unnoticed(self) -> list[Marked]:
        """The wrong answers that get full marks."""
        return [answer for answer in self.wrong if not answer.failed]

    def blind_checks(self) -> Iterator[tuple[int, str]]:
        """Checks that no wrong answer fails: their tasks' numbers, and titles."""
        for number, task in enumerate(self.start.result.tasks):
            for index, check in enumerate(task.checks):
                tried = (it.result.tasks[number].checks[index].verdict for it in self.wrong)
                if all(verdict.passed for verdict in tried):
                    yield number + 1, check.title

    def mute_checks(self) -> Iterator[tuple[int, str]]:
        """Those that failed and named no command that shows why: their tasks, and titles."""
        found = (
            (number, check.title)
            for answer in (self.start, *self.wrong)
            for number, check in answer.failed
            if not check.verdict.shown_by
        )
        yield from dict.fromkeys(found)

    def explained(self) -> tuple[int, int]:
        """How many failed checks of wrong answers name a cause, and of how many."""
        failed = [check for answer in self.wrong for _, check in answer.failed]
        return sum(bool(check.verdict.because) for check in failed), len(failed)


Tell = Callable[[str, int], None]
"""Told the exercise's name when one of its answers has been marked, and how many answers there
are in all."""


def check_labs(
    plans: Sequence[Plan], seed: int = 0, workers: int = 1, tell: Tell = lambda *_: None
) -> list[LabReport]:
    """Try exercises by what was planned; the same reports for any number of workers.

    Checks that nothing planned fails get more wrong answers, from the plan's reserve, until one
    fails them; only what does is reported. Raises InputError where a lab is wrong.
    """
    marking = _Marking(workers, tell)
    try:
        reports = _first(plans, seed, marking)
        waiting = {
            index: plan.reserve()
            for index, plan in enumerate(plans)
            if any(True for _ in reports[index].blind_checks())
        }
        while waiting:
            batches = {index: list(islice(it, _AT_A_TIME)) for index, it in waiting.items()}
            jobs = [
                _Job(plans[index], it, seed) for index, batch in batches.items() for it in batch
            ]
            marked = marking.all(jobs)
            for index, batch in batches.items():
                for _ in batch:
                    reports[index] = _with(reports[index], next(marked))
                if not batch or not any(True for _ in reports[index].blind_checks()):
                    del waiting[index]
    finally:
        marking.close()
    return reports


_AT_A_TIME = 8
"""Answers from the reserve."""


_MORE_SEEDS = 2
"""A right answer is right whatever comes by chance: it is tried so many times more."""


def _first(plans: Sequence[Plan], seed: int, marking: "_Marking") -> list[LabReport]:
    more = range(seed + 1, seed + 1 + _MORE_SEEDS)
    jobs = []
    for plan in plans:
        jobs += [_Job(plan, attempt, seed) for attempt in plan.attempts]
        jobs += [_Job(plan, attempt, other) for attempt in plan.right for other in more]
    marked = marking.all(jobs)
    reports = []
    for plan in plans:
        right = tuple(islice(marked, len(plan.right)))
        start = next(marked)
        wrong = tuple(islice(marked, len(plan.wrong)))
        again = tuple(islice(marked, len(right) * len(more)))
        reports.append(LabReport(plan.exercise.name, right, again, start, wrong, plan.skipped))
    return reports


def _with(report: LabReport, answer: Marked) -> LabReport:
    """A report with one more wrong answer, if that fails a check that nothing failed so far."""
    more = report._replace(wrong=(*report.wrong, answer))
    return more if set(more.blind_checks()) != set(report.blind_checks()) else report


# -- marking, here or in processes -----------------------------------------------------------------


class _Job(NamedTuple):
    plan: Plan
    attempt: Attempt
    seed: int


class _Marking:
    """Marks answers, in this process or in others."""

    def __init__(self, workers: int, tell: Tell) -> None:
        self._tell = tell
        self._count = 0
        self._pool = None
        if workers > 1:
            from concurrent.futures import ProcessPoolExecutor

            self._pool = ProcessPoolExecutor(workers, initializer=_ignore_interrupts)

    def all(self, jobs: Sequence[_Job]) -> Iterator[Marked]:
        """In the order in which they were handed in."""
        self._count += len(jobs)
        results = self._results(jobs)
        for job in jobs:
            result = next(results)
            self._tell(job.plan.exercise.name, self._count)
            yield Marked(job.attempt, result, job.seed)

    def close(self) -> None:
        """Wait for no more answers."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _results(self, jobs: Sequence[_Job]) -> Iterator[Result]:
        if self._pool is None:
            for job in jobs:
                yield mark(job.plan.exercise, job.attempt.answer, _grammar(), job.seed)
            return
        from concurrent.futures.process import BrokenProcessPool

        sent = [_Sent(job.plan.exercise.lab.file, job.attempt.answer, job.seed) for job in jobs]
        try:
            yield from self._pool.map(_marked, sent)
        except BrokenProcessPool:
            raise InputError("a worker process was ended from outside") from None


class _Sent(NamedTuple):
    """A job as another process gets it."""

    file: Path
    answer: "Answer"
    seed: int


def _ignore_interrupts() -> None:
    """Ctrl-C reaches all processes of a terminal; the main one ends its workers."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _marked(job: _Sent) -> Result:
    return mark(_exercise(job.file), job.answer, _grammar(), job.seed)


@cache
def _exercise(file: Path) -> "Exercise":
    """A worker lives for one run, in which no file is read twice."""
    from ioscli.exercises.reading import read_exercise

    return read_exercise(file)


@cache
def _grammar() -> "Grammar":
    from ioscli.cli.matcher import load_grammar

    return load_grammar()
