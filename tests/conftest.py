"""Fixtures that several parts of the tests use."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from ioscli.__main__ import main
from ioscli.cli.matcher import Grammar, load_grammar

# A change is judged by the same examples each time; elsewhere hypothesis goes on looking.
settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")

WriteLab = Callable[..., Path]


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests neither see nor touch what their owner saved in labs."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
def grammar() -> Grammar:
    """The whole shipped grammar."""
    return load_grammar()


@pytest.fixture
def write_lab(tmp_path: Path) -> WriteLab:
    """Writes a lab folder: `write_lab("...lab.yaml...", {"start/R1.cfg": "..."})`."""

    def write(lab: str | bytes, files: dict[str, str] | None = None) -> Path:
        folder = tmp_path / "lab"
        folder.mkdir(exist_ok=True)
        (folder / "lab.yaml").write_bytes(lab if isinstance(lab, bytes) else lab.encode())
        for name, text in (files or {}).items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return folder / "lab.yaml"

    return write


class Run:
    """What a command of the program did."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err


@pytest.fixture
def ioscli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Runs the program in this process: `ioscli("replay", path, "--check")`."""

    def run(*arguments: object) -> Run:
        capsys.readouterr()
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as leave:  # argparse
            status = leave.code if isinstance(leave.code, int) else 1
        said = capsys.readouterr()
        return Run(status, said.out, said.err)

    return run
