"""What the documentation shows of the Python API runs as it stands."""

import doctest
import re
from pathlib import Path

import pytest

from ioscli.labs import api

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_modules_examples() -> None:
    result = doctest.testmod(api, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert result.attempted > 8
    assert result.failed == 0


def test_the_readmes_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its assertions hold, and the files that it names are written."""
    section = re.search(r"^## In Python\n(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    assert section is not None
    program, test = re.findall(r"```python\n(.*?)```", section[1], re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "README.md", "exec"), {"__name__": "readme"})
    assert {"r1-r2.pcapng", "keys"} <= {path.name for path in tmp_path.iterdir()}
    assert "def test_" in test  # and is run by test_pytest_plugin
