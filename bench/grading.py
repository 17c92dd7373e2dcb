"""A class of a thousand graded: submissions a second, by one worker, two, and a Dask cluster.

The exercise is `gre-over-ipsec`: five routers, of which the answer configures two, and some twenty
checks. Half of the submissions are right, each with a key of its own; most others are right but
for a line or two; a few are empty. Beside it is the marking alone, in one process without
limits. All runs have to write the same report.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.dask_cluster import dask_cluster
from bench.figure import Figure
from ioscli.cli.matcher import load_grammar
from ioscli.exercises.answer import Answer
from ioscli.exercises.catalogue import find_exercise
from ioscli.exercises.exercise import Exercise
from ioscli.exercises.grading.grading import Rules, grade_class
from ioscli.exercises.grading.json_report import as_json
from ioscli.exercises.marking import mark

EXERCISE = "gre-over-ipsec"
STUDENTS = 1_000
BARE = 10
"""Every so many submissions are marked barely, to compare."""
_RIGHT, _MUTATED = 0.5, 0.95
"""Shares, cumulated; the rest is empty."""


def submissions(exercise: Exercise, count: int) -> list[dict[str, str]]:
    """What a class hands in, by node."""
    random = Random(3)
    solution = Answer.of_solution(exercise).texts
    found = []
    for number in range(count):
        share = random.random()
        key = {node: text.replace("cisco123", f"key{number}") for node, text in solution.items()}
        if share < _RIGHT:
            found.append(key)
        elif share < _MUTATED:
            found.append({node: _without_a_line(text, random) for node, text in key.items()})
        else:
            found.append({node: f"hostname {node}\nend\n" for node in solution})
    return found


def _without_a_line(text: str, random: Random) -> str:
    lines = text.splitlines()
    del lines[random.randrange(len(lines))]
    return "\n".join(lines) + "\n"


def figures() -> Iterator[Figure]:
    """Rates, all beside the bare one."""
    exercise = find_exercise(EXERCISE)
    handed_in = submissions(exercise, STUDENTS)
    bare = _bare(exercise, handed_in[::BARE])
    with TemporaryDirectory(prefix="class-") as folder:
        for number, texts in enumerate(handed_in):
            student = Path(folder) / f"student{number:04}"
            student.mkdir()
            for node, text in texts.items():
                (student / f"{node}.cfg").write_text(text)
        reports = []
        for name, rules in (("one worker", Rules()), ("two workers", Rules(workers=2))):
            rate, report = _timed(exercise, folder, rules)
            reports.append(report)
            yield _figure(name, rate, bare)
        with dask_cluster(2) as cluster:
            rate, report = _timed(exercise, folder, Rules(scheduler=cluster.address))
        reports.append(report)
        yield _figure("two workers of Dask", rate, bare)
    if len(set(reports)) > 1:
        raise AssertionError("the reports differ")


def _figure(name: str, rate: float, bare: float) -> Figure:
    return Figure(f"submissions graded, {name}", rate, "/s", "marking alone, one process", bare)


def _bare(exercise: Exercise, handed_in: list[dict[str, str]]) -> float:
    """Submissions a second of one process that does nothing else."""
    grammar = load_grammar()
    mark(exercise, Answer.of_solution(exercise), grammar)  # what is loaded once
    begin = perf_counter()
    for texts in handed_in:
        mark(exercise, Answer.of_texts(texts), grammar)
    return len(handed_in) / (perf_counter() - begin)


def _timed(exercise: Exercise, folder: str, rules: Rules) -> tuple[float, str]:
    begin = perf_counter()
    found = grade_class(exercise, [folder], rules)
    return len(found.students) / (perf_counter() - begin), as_json(found)
