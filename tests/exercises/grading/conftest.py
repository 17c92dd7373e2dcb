"""A small exercise, its right and wrong answers, and what grading says of them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ioscli.exercises.exercise import Exercise
from ioscli.exercises.reading import read_exercise

LAB = """
name: two-neighbors
description: a cable between two routers
warm-up: 10s
topology:
  nodes:
    R1: {kind: router, startup-config: start/R1.cfg}
    R2: {kind: router, startup-config: start/R2.cfg}
    R3: {kind: router}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
exercise:
  kind: build
  goal: Make two routers neighbors.
  topics: [ENCOR 3.2.b]
  difficulty: easy
  nodes: [R1, R2]
  pass-mark: 6
  story: Two routers.
  tasks:
    - task: Give the link addresses, 10.0.0.1 and 10.0.0.2.
      points: 4
      checks:
        - ping: {from: R1, to: 10.0.0.2}
    - task: Let OSPF run on it.
      points: 6
      checks:
        - adjacency: {node: R1, protocol: ospf, with: R2, within: 45s}
        - config: {node: R1, lacks: ["ip route *"]}
  explanation: So it is.
"""

Texts = dict[str, str]


def right(area: int = 0) -> Texts:
    """The solution, as files; another area at R2 makes it wrong."""
    return {f"R{node}.cfg": config(node, area if node == 2 else 0) for node in (1, 2)}


def config(node: int, area: int = 0) -> str:
    """A router's configuration."""
    return (
        f"hostname R{node}\n!\ninterface GigabitEthernet0/0\n"
        f" ip address 10.0.0.{node} 255.255.255.0\n ip ospf 1 area {area}\n!\n"
        "router ospf 1\n!\nend\n"
    )


def storm() -> Texts:
    """An answer that is right, and that nobody waits for: thousands of tunnels with keepalives."""
    tunnels = "".join(
        f"interface Tunnel{number}\n tunnel source GigabitEthernet0/0\n"
        f" tunnel destination 10.0.0.2\n tunnel key {number}\n keepalive 1 1\n"
        for number in range(6_000)
    )
    return {**right(), "R1.cfg": config(1).removesuffix("end\n") + tunnels}


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A folder with files; names may have folders in them."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.fixture(scope="session")
def lab_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exercise's folder."""
    folder = tmp_path_factory.mktemp("exercise")
    start = {f"start/R{n}.cfg": f"hostname R{n}\nend\n" for n in (1, 2)}
    solution = {f"solution/{name}": text for name, text in right().items()}
    return write_files(folder, {"lab.yaml": LAB, **start, **solution})


@pytest.fixture(scope="session")
def exercise(lab_folder: Path) -> Exercise:
    """The exercise."""
    return read_exercise(lab_folder / "lab.yaml")


@pytest.fixture
def grade(
    lab_folder: Path, tmp_path: Path, ioscli: Callable[..., Any]
) -> Callable[..., dict[str, Any]]:
    """Grades submissions: `grade(path, "--workers", "2")` gives the JSON report."""

    def run(*words: object) -> dict[str, Any]:
        out = tmp_path / "report.json"
        done = ioscli("grade", lab_folder, *words, "--json", out)
        assert done.status == 0, done.err
        found: dict[str, Any] = json.loads(out.read_text())
        return found

    return run
