"""A small exercise, and somebody who types at it."""

import io
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ioscli.exercises.exercise import Exercise
from ioscli.exercises.reading import read_exercise
from ioscli.practice.attempt import Attempt, Mode, TaskScore
from tests.conftest import Run

LAB = """\
name: toy
warm-up: 5s
topology:
  nodes:
    R1: {kind: router, startup-config: start/R1.cfg}
    R2: {kind: router, startup-config: start/R2.cfg}
    PC1: {kind: linux}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
    - endpoints: ["R2:Gi0/1", "PC1:eth0"]
exercise:
  kind: build
  goal: Give a router its first <address> & a description.
  topics: [ENARSI 1.1]
  difficulty: first-steps
  time: 10m
  nodes: [R1]
  settle: 5s
  story: |
    R1 is new in the network.

      R1 ---- R2
  tasks:
    - task: Let R1 reach R2. It is 10.0.0.2/24 at `GigabitEthernet0/0`.
      points: 10
      checks:
        - ping: {from: R1, to: 10.0.0.2}
      hints:
        - hint: An interface is chosen with `interface GigabitEthernet0/0`.
        - hint: "`ip address 10.0.0.1 255.255.255.0` and `no shutdown`."
          cost: 3
    - task: Say what the interface is for, with a description.
      points: 5
      checks:
        - config: {node: R1, section: interface GigabitEthernet0/0, has: ["description *"]}
  explanation: |
    An interface is shut down until somebody says `no shutdown`.
"""
FILES = {
    "start/R1.cfg": "hostname R1\nno ip domain lookup\n",
    "start/R2.cfg": "hostname R2\ninterface Gi0/0\n ip address 10.0.0.2 255.255.255.0\n no shut\n",
    "solution/R1.cfg": "hostname R1\nno ip domain lookup\ninterface Gi0/0\n description to R2\n"
    " ip address 10.0.0.1 255.255.255.0\n no shutdown\n",
}
CONFIGURE = "enable\nconf t\nint gi0/0\nip address 10.0.0.1 255.255.255.0\nno shutdown\n"
SOLVE = CONFIGURE + "description to R2\nend\n"


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """The folder of the exercise."""
    folder = tmp_path / "toy"
    for name, text in (("lab.yaml", LAB), *FILES.items()):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def exercise(toy: Path) -> Exercise:
    return read_exercise(toy / "lab.yaml")


Practise = Callable[..., str]


@pytest.fixture
def practise(
    toy: Path, tmp_path: Path, ioscli: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> Practise:
    """Runs `ioscli practice` on the exercise with lines typed; what is on paper then."""
    # What may be done next is asked of the catalogue; the toy is all there is.
    monkeypatch.setattr("ioscli.exercises.catalogue.shipped_exercises", lambda: [])

    def run(typed: str, *options: object) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        words = [toy] if not any(str(it).startswith("--exam") for it in options) else []
        done = ioscli("practice", *words, "--state", tmp_path / "state", *options)
        assert done.status == 0, done.err
        assert done.err == ""
        return done.out

    return run


START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def attempt(
    days: float = 0, *, name: str = "toy", passed: bool = True, hints: int = 0, points: int = 10
) -> Attempt:
    """One that was over so many days after START."""
    finished = START + timedelta(days=days)
    score = TaskScore("A task", 10, passed, hints, points if passed else 0)
    return Attempt(
        name, finished - timedelta(minutes=5), finished, Mode.PRACTICE, 300, 8, False, (score,)
    )
