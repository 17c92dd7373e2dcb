"""A class graded on this machine: a few keepers, and a thread for each that waits for it."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from ioscli.exercises.grading.cell import Setup
from ioscli.exercises.grading.entries import is_unopened_zip, told_apart
from ioscli.exercises.grading.graded import Graded, nought
from ioscli.exercises.grading.keeper import Keeper
from ioscli.exercises.grading.submission import Source, Submission
from ioscli.exercises.grading.work import Look, ReadAndMark

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Exercise

_T = TypeVar("_T")
_R = TypeVar("_R")


def usable_processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LocalWorkers:
    """Keepers on this machine. Use as a context: leaving it stops them all."""

    def __init__(self, setup: Setup, workers: int) -> None:
        self._keepers = [Keeper(setup) for _ in range(workers)]
        self._free: SimpleQueue[Keeper] = SimpleQueue()
        for keeper in self._keepers:
            self._free.put(keeper)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="grading")

    def __enter__(self) -> "LocalWorkers":
        return self

    def __exit__(self, *_: object) -> None:
        for keeper in self._keepers:
            keeper.interrupt()
        self._threads.shutdown(cancel_futures=True)
        for keeper in self._keepers:
            keeper.close()

    @property
    def pids(self) -> list[int]:
        """Of the cells that are there."""
        return [keeper.pid for keeper in self._keepers if keeper.pid is not None]

    def map(self, work: Callable[[Keeper, _T], _R], items: Iterable[_T]) -> Iterator[_R]:
        """What comes of each item, as it comes: work blocks, with a keeper of its own.

        Raises InputError where the exercise is wrong.
        """
        futures: list[Future[_R]] = [self._threads.submit(self._with_one, work, it) for it in items]
        for future in as_completed(futures):
            yield future.result()

    def _with_one(self, work: Callable[[Keeper, _T], _R], item: _T) -> _R:
        keeper = self._free.get()
        try:
            return work(keeper, item)
        finally:
            self._free.put(keeper)


def opened(workers: LocalWorkers, sources: Sequence[Source]) -> list[Source]:
    """All students' sources, sorted: zips are looked into, within limits."""

    def look(keeper: Keeper, numbered: tuple[int, Source]) -> tuple[int, list[Source]]:
        number, source = numbered
        outcome = keeper.do(Look(source))
        return number, outcome.value or [source._replace(refused=outcome.trouble)]

    zips = [(number, it) for number, it in enumerate(sources) if is_unopened_zip(it)]
    found = dict(workers.map(look, zips))
    return told_apart(
        one for number, source in enumerate(sources) for one in found.get(number, [source])
    )


def grade_locally(
    workers: LocalWorkers, exercise: "Exercise", sources: Sequence[Source]
) -> Iterator[Graded]:
    """Each source's marks, in whatever order they are done."""

    def grade(keeper: Keeper, source: Source) -> Graded:
        if source.refused:
            return refused(exercise, source.student, source.place, source.refused)
        outcome = keeper.do(ReadAndMark(source))
        if isinstance(outcome.value, Submission):
            found = outcome.value
            return refused(exercise, source.student, source.place, found.refused, found.notes)
        if outcome.value is None:
            return refused(exercise, source.student, source.place, outcome.trouble)
        graded: Graded = outcome.value
        return graded

    return workers.map(grade, sources)


def refused(
    exercise: "Exercise", student: str, place: str, why: str, notes: tuple[str, ...] = ()
) -> Graded:
    """What is reported of a submission that could not be marked."""
    return Graded(student, place, nought(exercise), notes, why)
