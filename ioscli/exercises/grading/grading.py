"""A class from what was handed in to its result, on this machine or on a cluster."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.grading.cell import Setup
from ioscli.exercises.grading.entries import sources_of
from ioscli.exercises.grading.graded import ClassResult, Graded
from ioscli.exercises.grading.limits import Limits
from ioscli.exercises.grading.local import LocalWorkers, grade_locally, opened
from ioscli.labs.labfile import NodeKind

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Exercise

Progress = Callable[[Iterator[Graded], int], Iterator[Graded]]
"""Is given marks as they come, and how many there will be; gives them on."""


class Rules(NamedTuple):
    """How a class is graded; nothing of it but the seed and the limits is seen in reports."""

    limits: Limits = Limits()
    seed: int = 0
    workers: int = 1
    """Processes at a time on this machine; with a cluster they only read."""
    scheduler: str | None = None
    """Of a Dask cluster: `tcp://127.0.0.1:8786`."""


def grade_class(
    exercise: "Exercise",
    submissions: Sequence[str],
    rules: Rules,
    progress: Progress = lambda marks, _: marks,
) -> ClassResult:
    """Grade folders, zips and files. Raises InputError for those that are not there."""
    nodes = exercise.lab.nodes
    routers = [name for name, node in nodes.items() if node.kind is NodeKind.ROUTER]
    sources = sources_of(submissions, routers)
    at_home = rules.scheduler is None
    setup = Setup(exercise.lab.file, rules.seed, rules.limits, marks=at_home)
    with ExitStack() as stack:
        client = None
        if rules.scheduler is not None:
            from ioscli.exercises.grading.cluster import connected

            client = stack.enter_context(connected(rules.scheduler))
        workers = stack.enter_context(LocalWorkers(setup, rules.workers))
        sources = opened(workers, sources)
        if client is None:
            marks = grade_locally(workers, exercise, sources)
        else:
            from ioscli.exercises.grading.cluster import Parcel, grade_on_cluster

            parcel = Parcel.of(exercise, rules.seed, rules.limits)
            marks = grade_on_cluster(client, workers, exercise, sources, parcel)
        found = {it.student: it for it in progress(marks, len(sources))}
    return ClassResult.of(exercise, (found[source.student] for source in sources))
