"""A wheel, installed where no checkout is, holds everything that the program needs."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command: object, folder: Path) -> str:
    """Run a command away from the checkout; its output."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=folder,
        env=clean,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a fresh environment with the wheel in it."""
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "-o",
        folder,
        ROOT,
        folder=folder,
    )
    (wheel,) = folder.glob("ioscli-*.whl")
    venv.create(folder / "env", with_pip=True)
    binaries = folder / "env" / "bin"
    try:
        run(binaries / "pip", "install", "--quiet", wheel, folder=folder)
    except AssertionError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"the package index is not to be had: {error}")
    return binaries


def test_package_comes_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    where = run(
        installed / "python", "-c", "import ioscli; print(ioscli.__file__)", folder=tmp_path
    )
    assert Path(where.strip()).is_relative_to(installed.parent)


def test_python_and_pytest_find_what_is_for_them(installed: Path, tmp_path: Path) -> None:
    """The marker of typed packages (PEP 561), and the plugin's entry point."""
    code = (
        "import ioscli, pathlib; from importlib.metadata import distribution; "
        "print((pathlib.Path(ioscli.__file__).parent / 'py.typed').is_file()); "
        "print([it.value for it in distribution('ioscli').entry_points if it.group == 'pytest11'])"
    )
    said = run(installed / "python", "-c", code, folder=tmp_path).splitlines()
    assert said == ["True", "['ioscli.labs.pytest_plugin']"]


def test_labs_are_there(installed: Path, tmp_path: Path) -> None:
    listed = run(installed / "ioscli", "labs", folder=tmp_path)
    for name in ("gre-over-ipsec", "ipsec-vti", "crypto-tunnel-modes"):
        assert f"\n{name}" in f"\n{listed}"


def test_exercises_come_with_what_judges_them(installed: Path, tmp_path: Path) -> None:
    assert "broken-key" in run(installed / "ioscli", "lab", "index", folder=tmp_path)
    said = run(installed / "ioscli", "lab", "check", "broken-key", "--brief", folder=tmp_path)
    assert said.splitlines()[-1].startswith("  fine: ")


@pytest.mark.parametrize(
    "transcript", ["gre-over-ipsec/article", "ipsec-vti/vti", "crypto-tunnel-modes/modes"]
)
def test_transcripts_replay_exactly(installed: Path, tmp_path: Path, transcript: str) -> None:
    said = run(installed / "ioscli", "replay", transcript, "--check", folder=tmp_path)
    assert "all as expected (exact)" in said


def test_console_opens_and_ends_with_its_input(installed: Path, tmp_path: Path) -> None:
    assert "R1>" in run(installed / "ioscli", folder=tmp_path)


def test_grammar_tables_are_shipped_so_that_nothing_imports_lark(
    installed: Path, tmp_path: Path
) -> None:
    code = (
        "import sys; from ioscli.__main__ import main; "
        "main(['replay', 'gre-over-ipsec/gre', '--check']); "
        "sys.exit('lark' in sys.modules)"
    )
    run(installed / "python", "-c", code, folder=tmp_path)


def test_version_is_the_project_s(installed: Path, tmp_path: Path) -> None:
    project = (ROOT / "pyproject.toml").read_text()
    said = run(installed / "ioscli", "--version", folder=tmp_path).split()
    assert f'version = "{said[1]}"' in project
