"""`ioscli lint`: the verdict on each line, and the exit status."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run

Ioscli = Callable[..., Run]

GOOD = """\
! A comment.
version 15.9
hostname R7
!
interface GigabitEthernet0/0
 ip address 10.0.0.1 255.255.255.0
!
end
"""


def write(folder: Path, text: str, name: str = "c.cfg") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_every_line_gets_its_verdict(ioscli: Ioscli, tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    run = ioscli("lint", file)
    assert run.status == 0
    assert run.out.splitlines() == [
        f"{file}:2: stored: version 15.9",
        f"{file}:3: modelled: hostname R7",
        f"{file}:5: modelled: interface GigabitEthernet0/0",
        f"{file}:6: modelled: ip address 10.0.0.1 255.255.255.0",
        f"{file}: 4 lines: 3 modelled (75%), 1 stored (25%), 0 rejected (0%)",
    ]


def test_sections_that_others_act_upon_are_modelled(ioscli: Ioscli, tmp_path: Path) -> None:
    text = "archive\n path flash:a\n write-memory\n log config\n  logging enable\n  record rc\n"
    run = ioscli("lint", write(tmp_path, text))
    verdicts = [line.split(": ")[1] for line in run.out.splitlines()[:-1]]
    assert verdicts == ["modelled"] * 5 + ["stored"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("hostnam_ X", "\"hostnam^_ X\": % Invalid input detected at '^' marker."),
        ("interface", '"interface": % Incomplete command.'),
        ("i", '"i": % Ambiguous command'),
    ],
)
def test_rejected_line_names_place_and_ios_error(
    line: str, reason: str, ioscli: Ioscli, tmp_path: Path
) -> None:
    file = write(tmp_path, f"hostname R1\n{line}\n")
    run = ioscli("lint", file)
    assert run.status == 1
    assert f"{file}:2: rejected: {reason}\n" in run.out
    assert run.out.endswith("2 lines: 1 modelled (50%), 0 stored (0%), 1 rejected (50%)\n")


def test_several_files_are_summed_up(ioscli: Ioscli, tmp_path: Path) -> None:
    one, other = write(tmp_path, GOOD, "a.cfg"), write(tmp_path, "hostname X\nfoo bar\n", "b.cfg")
    run = ioscli("lint", one, other)
    assert run.status == 1
    assert run.out.splitlines()[-1] == (
        "all: 6 lines: 4 modelled (66%), 1 stored (16%), 1 rejected (16%)"
    )


def test_file_that_cannot_be_read(ioscli: Ioscli, tmp_path: Path) -> None:
    for file in (tmp_path / "none.cfg", tmp_path):
        run = ioscli("lint", file)
        assert run.status == 2
        assert run.out == ""
        assert run.err.startswith(f"{file}: ")
        assert run.err.count("\n") == 1


def test_empty_file(ioscli: Ioscli, tmp_path: Path) -> None:
    run = ioscli("lint", write(tmp_path, "!\n"))
    assert run.status == 0
    assert run.out.endswith(": 0 lines: 0 modelled (0%), 0 stored (0%), 0 rejected (0%)\n")
