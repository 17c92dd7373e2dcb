"""What is kept of attempts, and what becomes of files that are damaged."""

from pathlib import Path

import pytest

from ioscli.exercises.exercise import Exercise
from ioscli.exercises.marking import CheckResult, Result, TaskResult
from ioscli.exercises.verdict import Verdict
from ioscli.practice.attempt import Ongoing
from ioscli.practice.progress import Progress
from ioscli.practice.scoring import scores
from tests.practice.conftest import START, attempt


def judged(*passed: bool) -> Result:
    """A result for the toy exercise."""
    tasks = zip((10, 5), passed, strict=True)
    return Result(
        "toy",
        12,
        tuple(
            TaskResult("A task", points, (CheckResult("It works", Verdict(good, "seen")),))
            for points, good in tasks
        ),
    )


@pytest.mark.parametrize(
    ("passed", "hints", "points"),
    [
        ((True, True), (0, 0), (10, 5)),
        ((True, True), (1, 0), (10, 5)),  # the first one is free
        ((True, True), (2, 0), (7, 5)),
        ((False, True), (2, 0), (0, 5)),  # nothing to take off
        ((True, False), (), (10, 0)),
    ],
)
def test_points_are_the_tasks_less_their_hints(
    passed: tuple[bool, ...], hints: tuple[int, ...], points: tuple[int, ...], exercise: Exercise
) -> None:
    assert tuple(it.points for it in scores(exercise, judged(*passed), hints)) == points


def test_points_are_never_less_than_none(exercise: Exercise) -> None:
    dear = exercise.tasks[0]._replace(points=2)
    found = scores(exercise._replace(tasks=(dear, exercise.tasks[1])), judged(True, True), (2, 0))
    assert [it.points for it in found] == [0, 5]


def test_attempts_are_there_the_next_time(tmp_path: Path) -> None:
    first = Progress(tmp_path)
    for one in (attempt(1), attempt(0, name="../other"), attempt(2, passed=False)):
        first.finish(one)
    then = Progress(tmp_path)
    assert then.attempts == (attempt(0, name="../other"), attempt(1), attempt(2, passed=False))
    assert then.of("toy") == (attempt(1), attempt(2, passed=False))
    assert then.complaints == []
    assert sorted(it.name for it in tmp_path.iterdir()) == ["attempts"]


def test_an_attempt_goes_on_until_it_is_over(tmp_path: Path) -> None:
    going = Ongoing("toy", START, 70, (1, 0))
    Progress(tmp_path).keep(going)
    then = Progress(tmp_path)
    assert then.ongoing("toy") == going
    then.finish(attempt()._replace(started=START))
    assert then.ongoing("toy") is None
    assert Progress(tmp_path).ongoing("toy") is None


def test_a_kill_before_the_end_was_forgotten_does_not_begin_it_again(tmp_path: Path) -> None:
    Progress(tmp_path).finish(attempt()._replace(started=START))
    Progress(tmp_path).keep(Ongoing("toy", START))
    assert Progress(tmp_path).ongoing("toy") is None


def test_an_exam_leaves_practice_alone(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    progress.keep(Ongoing("toy", START, 70))
    progress.finish(attempt(3))
    assert Progress(tmp_path).ongoing("toy") == Ongoing("toy", START, 70)


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    progress = Progress(None)
    progress.keep(Ongoing("toy", START))
    progress.finish(attempt())
    assert progress.attempts == (attempt(),)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "empty", "other"])
def test_damaged_files_are_set_aside_with_a_message(tmp_path: Path, damage: str) -> None:
    progress = Progress(tmp_path)
    progress.finish(attempt(0))
    progress.finish(attempt(1))
    path = min((tmp_path / "attempts").iterdir())
    data = path.read_bytes()
    spoilt = {
        "cut": data[:-3],
        "changed": data.replace(b"A task", b"B task"),
        "foreign": b'{"exercise": "toy"}\n',
        "empty": b"",
        "other": data,
    }[damage]
    path.write_bytes(spoilt)
    if damage == "other":  # whole, but it is no attempt that is over
        progress.keep(Ongoing("toy", START))
        path.write_bytes((tmp_path / "ongoing" / "toy").read_bytes())
    then = Progress(tmp_path)
    assert then.attempts == (attempt(1),)
    (complaint,) = then.complaints
    assert complaint.startswith(f"{path}: ")
    assert str(tmp_path / "damaged" / path.name) in complaint
    assert (tmp_path / "damaged" / path.name).exists()
    assert Progress(tmp_path).complaints == []


def test_what_was_set_aside_before_is_not_overwritten(tmp_path: Path) -> None:
    for text in ("one", "two", "three"):
        (tmp_path / "ongoing").mkdir(exist_ok=True)
        (tmp_path / "ongoing" / "toy").write_text(text)
        assert len(Progress(tmp_path).complaints) == 1
    kept = {it.read_text() for it in (tmp_path / "damaged").iterdir()}
    assert kept == {"one", "two", "three"}
