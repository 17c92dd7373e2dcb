"""Choosing an exercise."""

import io
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from ioscli.exercises.exercise import Difficulty, Exercise
from ioscli.practice import menu
from ioscli.practice.attempt import Ongoing
from ioscli.practice.lettering import Screen
from ioscli.practice.progress import Progress
from ioscli.practice.selection import Standing, Wanted, entries, read_wanted, read_word
from tests.conftest import Run
from tests.practice.conftest import START, attempt


def named(exercise: Exercise, name: str, **changes: object) -> Exercise:
    return exercise._replace(lab=exercise.lab._replace(name=name), **changes)  # type: ignore[arg-type]


@pytest.fixture
def several(exercise: Exercise) -> list[Exercise]:
    return [
        named(exercise, "hard", difficulty=Difficulty.HARD, topics=("SVPN 1.1",)),
        named(exercise, "due"),
        named(exercise, "easy", difficulty=Difficulty.EASY),
        named(exercise, "later", topics=("ENARSI 1.1", "ENCOR 2.2.b")),
        named(exercise, "begun"),
    ]


@pytest.fixture
def progress() -> Progress:
    found = Progress(None)
    found.finish(attempt(-9, name="due", passed=False))
    found.finish(attempt(-1, name="later"))
    found.finish(attempt(-9, name="later", points=9))
    found.keep(Ongoing("begun", START))
    return found


def test_what_is_due_comes_first_then_what_is_begun_then_what_is_new(
    several: list[Exercise], progress: Progress
) -> None:
    found = entries(several, progress, Wanted(), START)
    assert [it.exercise.name for it in found] == ["due", "begun", "easy", "hard", "later"]
    assert [it.standing for it in found] == [
        Standing.DUE, Standing.ONGOING, Standing.NEW, Standing.NEW, Standing.LATER,
    ]  # fmt: skip
    assert [it.state(START) for it in found] == [
        "due: not passed yet", "begun", "new", "new", "passed, due in 3 days",
    ]  # fmt: skip
    assert [it.best for it in found] == [0, None, None, None, 10]
    after = entries(several, progress, Wanted(), START + timedelta(days=30))
    assert {it.exercise.name: it.state(START) for it in after}["later"] == "due again"


def test_points_of_what_was_given_up_are_not_the_best(exercise: Exercise) -> None:
    progress = Progress(None)
    progress.finish(attempt()._replace(gave_up=True))
    (entry,) = entries([exercise], progress, Wanted(), START)
    assert (entry.best, entry.passed) == (None, False)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (read_wanted("svpn", None, None), {"hard"}),
        (read_wanted("ENCOR", None, None), {"later"}),
        (read_wanted(None, "enarsi 1.1", None), {"due", "easy", "later", "begun"}),
        (read_wanted(None, "ENARSI  1", None), {"due", "easy", "later", "begun"}),
        (read_wanted(None, "ENCOR 2.2", None), {"later"}),
        (read_wanted("ENARSI", None, "EASY"), {"easy"}),
        (read_wanted("SVPN", None, "easy"), set()),
        (read_word("hard"), {"hard"}),
        (read_word("Encor 2"), {"later"}),
    ],
)
def test_what_fits(
    wanted: Wanted, names: set[str], several: list[Exercise], progress: Progress
) -> None:
    assert {it.exercise.name for it in entries(several, progress, wanted, START)} == names


def test_a_word_that_is_nothing() -> None:
    assert read_word("frob") is None
    assert read_word("ENARSI 1.11111") is None


class Choosing:
    """Somebody at the menu."""

    def __init__(self, several: list[Exercise], progress: Progress, rows: int) -> None:
        self.menu = menu.Menu(
            lambda wanted: entries(several, progress, wanted, START),
            Wanted(),
            Screen(90, rows),
            lambda: START,
        )


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("1\n", "due"),
        ("5\n", "later"),
        ("later\n", "later"),
        ("beg\n", "begun"),
        ("hard\n1\n", "hard"),
        ("ENCOR\n1\n", "later"),
        ("ENCOR\n2\nall\n2\n", "begun"),
        ("0\n99\nfrob\n?\n\n3\n", "easy"),
        ("q\n", None),
        ("", None),
    ],
)
def test_choosing(
    typed: str,
    name: str | None,
    several: list[Exercise],
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert Choosing(several, progress, 50).menu.choose() == name


def test_pages(
    several: list[Exercise],
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n4\n"))
    assert Choosing(several, progress, 15).menu.choose() == "hard"
    said = capsys.readouterr().out
    assert said.count("5 exercises, 1 due for repetition; 1 to 3") == 2
    assert said.count("5 exercises, 1 due for repetition; 4 to 5") == 1
    assert said.count("Enter shows more") == 3
    assert "due  first-steps, 10 minutes, best 0/15, due: not passed yet" in said


def test_a_newcomer_is_welcomed_once(
    several: list[Exercise],
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("all\n1\n2\n"))
    choosing = menu.Menu(
        lambda wanted: entries(several, progress, wanted, START),
        Wanted(),
        Screen(90, 40),
        lambda: START,
        newcomer=True,
    )
    assert (choosing.choose(), choosing.choose()) == ("due", "begun")
    assert capsys.readouterr().out.count("Welcome.") == 1


def test_a_list_without_a_terminal(ioscli: Callable[..., Run]) -> None:
    """Of the exercises that come with the program."""
    everything = ioscli("practice", "--no-state")
    assert everything.status == 0
    lines = everything.out.splitlines()
    assert len(lines) % 2 == 0
    assert any(line.startswith("gre-over-ipsec: ") for line in lines)
    some = ioscli("practice", "--no-state", "--list", "--difficulty", "easy")
    assert 0 < some.out.count("\n") < everything.out.count("\n")
    assert all(line.startswith("  easy, ") for line in some.out.splitlines()[1::2])
