"""Exams: several exercises against the clock, without help."""

import io
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises.exercise import Exercise
from ioscli.exercises.reading import read_exercise
from ioscli.labs.errors import InputError
from ioscli.practice.attempt import Mode, Ongoing
from ioscli.practice.exam import Exam, ExamFolder, Examination, begin, draw
from ioscli.practice.lettering import Screen
from ioscli.practice.progress import Progress
from ioscli.practice.room import Pages
from ioscli.practice.sitting import Watches
from ioscli.servers.pace import Pace
from tests.conftest import Run
from tests.practice.conftest import CONFIGURE, FILES, LAB, SOLVE, START


@pytest.fixture
def second(tmp_path: Path) -> Exercise:
    folder = tmp_path / "second"
    for name, text in (("lab.yaml", LAB.replace("name: toy", "name: second")), *FILES.items()):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return read_exercise(folder / "lab.yaml")


class Hall:
    """Somebody takes an exam, by watches that the test sets."""

    def __init__(
        self,
        exercises: list[Exercise],
        grammar: Grammar,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.exercises = exercises
        self.folder = folder
        self.now = START
        self._grammar = grammar
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.steps: list[timedelta] = []
        """How far the watch goes at each look, one after the other."""

    def look(self) -> datetime:
        if self.steps:
            self.now += self.steps.pop(0)
        return self.now

    def begin(self) -> None:
        kept = ExamFolder(self.folder / "exam")
        kept.write(begin(self.exercises, timedelta(minutes=20), self.now))

    def take(self, typed: str) -> tuple[bool, str]:
        """Whether it is over, and what was on paper."""
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        kept = ExamFolder(self.folder / "exam")
        exam = kept.read()
        assert exam is not None
        examination = Examination(
            exam,
            self.exercises,
            kept,
            self._grammar,
            self.progress,
            Watches(self.look, lambda: 0.0),
            Screen(200),
        )
        over = examination.take(
            Pace.parse("fast"), Pages(self.folder / "results", None), lambda: []
        )
        return over, self._capsys.readouterr().out

    @property
    def progress(self) -> Progress:
        return Progress(self.folder)

    @property
    def points(self) -> dict[str, int]:
        assert all(it.mode is Mode.EXAM for it in self.progress.attempts)
        return {it.exercise: it.points for it in self.progress.attempts}


@pytest.fixture
def hall(
    exercise: Exercise,
    second: Exercise,
    grammar: Grammar,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Hall:
    hall = Hall([exercise, second], grammar, tmp_path / "practice", monkeypatch, capsys)
    hall.begin()
    return hall


def test_exercises_come_one_after_the_other_and_are_marked_at_the_end(hall: Hall) -> None:
    over, said = hall.take(SOLVE + ":submit\n")
    # Lines end, so the second one is left, not handed in.
    assert not over
    assert "Exercise 1 of 2." in said
    assert "Exercise 2 of 2." in said
    assert "the clock goes on" in said
    assert hall.points == {}
    over, said = hall.take(CONFIGURE + ":submit\n")
    assert over
    assert "Exercise 1 of 2." not in said
    assert hall.points == {"toy": 15, "second": 10}
    assert "1 of 2 exercises passed, 25 of 30 points in all" in said
    assert "An interface is shut down until" in said
    (file,) = (hall.folder / "results").iterdir()
    assert "1 of 2 passed" in file.read_text()
    assert not (hall.folder / "exam" / "exam").exists()
    assert not (hall.folder / "exam" / "networks").exists()


def test_there_is_no_help(hall: Hall) -> None:
    _, said = hall.take(":hint\n:check\n:explain 1\n:solution\n:solution\n:diff\n:time\n:help\n")
    for name in ("hint", "check", "explain", "solution"):
        assert f"% There is no `:{name}` in an exam." in said
        assert f"\n  :{name} " not in said
    assert "20:00 left." in said
    assert "Nothing is changed yet." in said
    assert "reference" not in said


def test_the_last_minutes_are_announced_and_it_ends_at_zero(hall: Hall) -> None:
    typed = "enable\n" + 30 * "show clock\n" + ":time\n"
    hall.steps = [timedelta(0)] * 8 + [timedelta(minutes=14.5)] + [timedelta(seconds=15)] * 1000
    over, said = hall.take(CONFIGURE + typed)
    assert over
    assert said.count("*** 5 minutes left.") == 1
    assert said.count("*** 1 minute left.") == 1
    assert said.index("5 minutes left") < said.index("1 minute left") < said.index("time is up")
    assert "R1#:time" not in said
    # What ran then is marked; of what nobody came to, what it starts with.
    assert hall.points == {"toy": 10, "second": 0}


def test_the_clock_goes_on_while_nobody_is_there(hall: Hall) -> None:
    hall.take(SOLVE)
    hall.now += timedelta(minutes=12)
    _, said = hall.take(":time\n")
    assert "8:00 left." in said
    hall.now += timedelta(minutes=12)
    over, said = hall.take("show clock\n")
    assert over
    assert "show clock" not in said
    assert hall.points == {"toy": 15, "second": 0}
    assert {it.finished for it in hall.progress.attempts} == {START + timedelta(minutes=20)}


def test_a_kill_at_the_end_counts_nothing_twice(hall: Hall) -> None:
    kept = ExamFolder(hall.folder / "exam").read()
    assert kept is not None
    hall.take(SOLVE + ":submit\n" + SOLVE)
    hall.now += timedelta(hours=1)
    hall.take("")
    assert hall.points == {"toy": 15, "second": 15}
    # As if it had been killed before the exam was forgotten.
    ExamFolder(hall.folder / "exam").write(kept)
    hall.take("")
    assert len(hall.progress.attempts) == 2


def test_practice_is_left_alone(hall: Hall) -> None:
    going = Ongoing("toy", START - timedelta(days=1), 70, (2, 0))
    hall.progress.keep(going)
    _, said = hall.take(SOLVE + ":submit\n" + ":submit\n")
    assert "You go on where you left" not in said
    assert hall.points["toy"] == 15  # hints of practice cost nothing here
    assert hall.progress.ongoing("toy") == going


def test_the_same_seed_draws_the_same(exercise: Exercise) -> None:
    many = [exercise._replace(lab=exercise.lab._replace(name=f"x{it}")) for it in range(9)]
    names = [it.name for it in draw(many, 4, 7)]
    assert names == [it.name for it in draw(list(reversed(many)), 4, 7)]
    assert len(set(names)) == 4
    assert any(names != [it.name for it in draw(many, 4, seed)] for seed in range(5))
    assert len(draw(many, 100, 1)) == 9
    with pytest.raises(InputError, match="no exercise fits"):
        draw([], 1, 1)


def test_an_exam_is_kept_as_it_is() -> None:
    exam = Exam(("a", "b"), START, START + timedelta(minutes=5), 1)
    assert Exam.of_json(exam.as_json()) == exam
    for wrong in ("{}", "[]", "1", exam.as_json().replace("[", "[1, "), "nothing"):
        with pytest.raises(ValueError, match=r".*"):
            Exam.of_json(wrong)


def test_from_the_command_line(
    toy: Path, tmp_path: Path, ioscli: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ioscli.exercises.catalogue.shipped_exercises", lambda: [])

    def run(typed: str, *words: object) -> Run:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return ioscli("practice", "--exam", *words, "--state", tmp_path / "state")

    begun = run(CONFIGURE, toy, "--time", "30m")
    assert begun.status == 0
    assert "An exam of 1 exercise, 30 minutes in all." in begun.out
    other = run("", toy)
    assert other.status == 2
    assert other.err.startswith("an exam is going on; `ioscli practice --exam` leads back")
    done = run(":submit\n", "--html", tmp_path / "exam.html")
    assert "10 of 15 points" in done.out
    assert "10 of 15 points" in (tmp_path / "exam.html").read_text()
    assert "An exam of 1 exercise, 10 minutes in all." in run("", toy).out
    file = tmp_path / "state" / "practice" / "exam" / "exam"
    file.write_bytes(file.read_bytes()[:-1])
    damaged = run("")
    assert damaged.status == 2
    assert damaged.err.startswith(f"{file}: damaged")
    assert run("", toy, "--fresh").status == 0
