"""Tickets: a network that was broken, to be repaired."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.practice.assignment import ticket
from ioscli.practice.progress import Progress
from tests.conftest import Run

LAB = """\
name: pair
warm-up: 5s
topology:
  nodes:
    R1: {kind: router}
    R2: {kind: router}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    folder = tmp_path / "pair"
    (folder / "solution").mkdir(parents=True)
    (folder / "lab.yaml").write_text(LAB)
    for number in (1, 2):
        (folder / "solution" / f"R{number}.cfg").write_text(
            f"hostname R{number}\nint lo0\n ip address 10.9.{number}.1 255.255.255.0\n"
            f"int gi0/0\n ip address 10.0.0.{number} 255.255.255.0\n no shutdown\n"
            f"ip route 10.9.{3 - number}.0 255.255.255.0 10.0.0.{3 - number}\n"
        )
    return folder


def test_the_same_words_give_the_same_ticket(lab: Path, grammar: Grammar) -> None:
    first = ticket(5, str(lab), "ENARSI", grammar)
    again = ticket(5, str(lab), "ENARSI", grammar)
    assert first.exercise._replace(start=again.exercise.start) == again.exercise
    assert first.exercise.start.texts == again.exercise.start.texts
    assert first.exercise.name == "pair-fault-5-enarsi"
    assert first.typed == f'--fault 5 --lab {lab} --scope "ENARSI"'
    assert first.another.startswith("--fault 6 ")


def test_a_ticket_is_worked_on_and_solved(
    lab: Path,
    tmp_path: Path,
    grammar: Grammar,
    ioscli: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ioscli.exercises.catalogue.shipped_exercises", lambda: [])

    def run(typed: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        state = tmp_path / "state"
        done = ioscli("practice", "--fault", 5, "--lab", lab, "--state", state)
        assert (done.status, done.err) == (0, "")
        return done.out

    said = run(":check\n:diff\n")
    assert "Ticket 5" in said
    assert "FAIL" in said
    assert "Nothing is changed yet." in said
    assert "`ioscli practice --fault 5 --lab " in said.replace("\n", " ")
    wanted = ticket(5, str(lab), None, grammar).reference.texts
    lines = "".join(
        f":{node}\nend\nenable\nconfigure terminal\nno ip route *\n"
        f"default interface gi0/0\n{text}\nend\n"
        for node, text in wanted.items()
    )
    said = run(lines + ":check\n:submit\n:diff\n")
    assert "You go on where you left" in said
    assert "PASSED" in said
    assert "NOT PASSED" not in said
    assert "Another one: `ioscli practice --fault 6 --lab" in " ".join(said.split())
    (one,) = Progress(tmp_path / "state" / "practice").attempts
    assert (one.exercise, one.passed) == ("pair-fault-5", True)


def test_giving_up_shows_what_was_broken(
    lab: Path, ioscli: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(":solution\n:solution\n"))
    said = ioscli("practice", "--fault", 5, "--lab", lab, "--no-state").out
    assert "GIVEN UP" in said
    assert "what the reference types:" in said
    assert "It is shown by `" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lab", "ipsec-vti"], "--lab is for --fault"),
        (["--fault", "1", "--exam"], "--exam does not go with --fault"),
        (["--fault", "1", "--count", "2"], "--count does not go with --fault"),
        (["--fault", "1", "--lab", "no-such-lab"], 'there is no lab "no-such-lab"'),
        (["ipsec-vti", "--fault", "1"], "--fault takes its lab by --lab"),
    ],
)
def test_wrong_options(options: list[str], message: str, ioscli: Callable[..., Run]) -> None:
    run = ioscli("practice", "--no-state", *options)
    assert run.status == 2
    assert message in run.err
