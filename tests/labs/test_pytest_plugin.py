"""The pytest plugin, as somebody else's tests use it: in a pytest of its own."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Finished:
    """What a run of pytest said."""

    def __init__(self, status: int, out: str) -> None:
        self.status = status
        self.out = out


def run_tests(folder: Path, text: str, *options: str) -> Finished:
    (folder / "test_it.py").write_text(text)
    environment = os.environ | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": str(ROOT),
        "PYTEST_ADDOPTS": "-p no:cacheprovider --strict-markers",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "ioscli.labs.pytest_plugin", *options],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=120,
        check=False,
    )
    return Finished(done.returncode, done.stdout + done.stderr)


def test_fixture_marker_and_readme(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    (example,) = re.findall(r"```python\n((?:(?!```).)*def test_.*?)```", readme, re.DOTALL)
    done = run_tests(
        tmp_path,
        f"""
{example}

@pytest.mark.ioscli("gre-over-ipsec", seed=3)
class TestMarked:
    def test_the_marker_names_the_lab(self, ioscli_lab):
        lab = ioscli_lab()
        assert (lab.name, lab.seed) == ("gre-over-ipsec", 3)
        assert "Tunnel0" not in lab["R1"].run("show crypto map")

    def test_a_call_says_otherwise(self, ioscli_lab):
        assert ioscli_lab(seed=4).seed == 4
        assert ioscli_lab("eigrp-basics").name == "eigrp-basics"
        assert len(ioscli_lab.labs) == 2

def test_no_name(ioscli_lab):
    with pytest.raises(Exception, match="name a lab"):
        ioscli_lab()
""",
    )
    assert done.status == 0, done.out
    assert "4 passed" in done.out


def test_a_failure_shows_the_consoles(tmp_path: Path) -> None:
    done = run_tests(
        tmp_path,
        """
def test_it(ioscli_lab):
    lab = ioscli_lab("gre-over-ipsec")
    assert "nothing like it" in lab["R2"].run("show ip interface brief | include 0/0")
""",
    )
    assert done.status == 1
    assert "console of R2, gre-over-ipsec" in done.out
    assert "R2#show ip interface brief | include 0/0\nGigabitEthernet0/0 " in done.out
    assert "console of R3" not in done.out  # nothing was to be seen there


def test_a_wrong_lab_is_said_in_one_line(tmp_path: Path) -> None:
    done = run_tests(tmp_path, 'def test_it(ioscli_lab):\n    ioscli_lab("gre-over-ipsek")\n')
    assert 'there is no lab "gre-over-ipsek" (did you mean "gre-over-ipsec"?)' in done.out


def test_the_marker_is_documented(tmp_path: Path) -> None:
    done = run_tests(tmp_path, "", "--markers")
    assert "@pytest.mark.ioscli(lab, *, seed=0, solved=False)" in done.out


def test_pytest_finds_it_by_itself() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"ioscli": "ioscli.labs.pytest_plugin"}


def test_the_plugin_costs_nothing_until_a_lab_is_asked_for() -> None:
    code = (
        "import sys, pytest\n"
        "import ioscli.labs.pytest_plugin\n"
        "found = [m for m in sys.modules if m.startswith('ioscli.')]\n"
        "assert set(found) == {'ioscli.labs', 'ioscli.labs.pytest_plugin'}, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_without_pytest_nothing_is_missing() -> None:
    code = (
        "import sys\n"
        "sys.modules['pytest'] = None\n"
        "import ioscli\n"
        "assert ioscli.load('gre-over-ipsec').name == 'gre-over-ipsec'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("arguments", ["", "seed=1, lab='gre-over-ipsec'"])
def test_the_marker_takes_the_lab_by_name_too(tmp_path: Path, arguments: str) -> None:
    done = run_tests(
        tmp_path,
        f"""
import pytest
@pytest.mark.ioscli({arguments})
def test_it(ioscli_lab):
    assert ioscli_lab("gre-over-ipsec").seed == {int(bool(arguments))}
""",
    )
    assert "1 passed" in done.out, done.out
