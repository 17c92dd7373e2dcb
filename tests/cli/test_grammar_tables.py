"""Where the tables are kept: cache, shipped file, and what happens when those are no good."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.cli import tables
from ioscli.cli.tables import BadTablesError, load_tables, make_tables, pack, unpack
from ioscli.resources import grammar_folder

PROJECT = Path(__file__).parents[2]
KEY = b"k" * 32


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    # As in a checkout, whatever is shipped beside this package.
    monkeypatch.setattr(tables, "DATA", tmp_path / "no-data")
    return tmp_path / "ioscli"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    made: list[Path] = []

    def counted(folder: Path) -> tables.Tables:
        made.append(folder)
        return make_tables(folder)

    monkeypatch.setattr(tables, "make_tables", counted)
    return made


def test_tables_survive_their_file() -> None:
    made = make_tables(grammar_folder())
    assert unpack(pack(made, KEY), KEY) == made


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:40],
        lambda data: data[:-1],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data[:100] + bytes([data[100] ^ 0xFF]) + data[101:],
        lambda data: b"x" + data[1:],
    ],
)
def test_spoilt_files_are_refused(spoil: Callable[[bytes], bytes]) -> None:
    data = pack(make_tables(grammar_folder()), KEY)
    with pytest.raises(BadTablesError):
        unpack(spoil(data), KEY)
    with pytest.raises(BadTablesError):
        unpack(data, b"j" * 32)


def test_compiled_once_then_cached(cache: Path, compilations: list[Path]) -> None:
    first = load_tables()
    assert len(compilations) == 1
    assert load_tables() == first
    assert len(compilations) == 1
    assert len(list(cache.iterdir())) == 1


def test_a_spoilt_cache_is_made_anew(cache: Path, compilations: list[Path]) -> None:
    first = load_tables()
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    assert load_tables() == first
    assert len(compilations) == 2
    assert load_tables() == first
    assert len(compilations) == 2


def test_other_grammar_text_means_other_tables(
    cache: Path, compilations: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "grammar"
    folder.mkdir()
    (folder / "modes.lark").write_text('exec: a\na: "one"\n')
    monkeypatch.setattr(tables, "grammar_folder", lambda: folder)
    assert "one" in load_tables().labels
    (folder / "modes.lark").write_text('exec: a\na: "two"\n')
    assert "two" in load_tables().labels
    assert len(compilations) == 2


def test_a_cache_that_cannot_be_written_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tables, "DATA", tmp_path / "no-data")
    assert load_tables().starts


def _python(code: str, **environment: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout


LOAD = (
    "import sys; from ioscli.cli.matcher import load_grammar;"
    "print('exec' in load_grammar().modes, 'lark' in sys.modules)"
)


def test_a_console_with_a_warm_cache_does_not_import_lark(tmp_path: Path) -> None:
    where = {"PYTHONPATH": str(PROJECT), "XDG_CACHE_HOME": str(tmp_path)}
    _python(LOAD, **where)
    assert _python(LOAD, **where) == "True False\n"


def test_a_wheel_carries_the_tables(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", tmp_path, PROJECT],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    where = {"PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert _python(LOAD, **where) == "True False\n"
    assert not (tmp_path / "cache").exists()
