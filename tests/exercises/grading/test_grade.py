"""`ioscli grade`: a class, hostile submissions among it, and all reports."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.exercises.grading.conftest import config, right, storm, write_files

Grade = Callable[..., dict[str, Any]]
FORMATS = ("csv", "junit", "json", "html")


def report_words(folder: Path) -> list[object]:
    folder.mkdir()
    return [word for form in FORMATS for word in (f"--{form}", folder / form)]


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those who know, those who do not, and those who try other things."""
    folder = tmp_path_factory.mktemp("school") / "class"
    first = config(1).removesuffix("end\n")
    bad_regex = "ip as-path access-list 1 permit (((((1*)*)*)*)*)*$\n"
    log = "\r\n".join(
        ["R1#sh run", "Building configuration...", "", *config(1).splitlines(), "R1#"]
    )
    loop = {
        "R1.cfg": f"{first}ip route 0.0.0.0 0.0.0.0 10.0.0.2\n",
        "R2.cfg": config(2).replace("end", "ip route 0.0.0.0 0.0.0.0 10.0.0.1"),
    }
    for student, files in {
        "anna": right(),
        "ben": right(area=1),
        "cleo": {"R1.cfg": "end\n", "R2.cfg": "nonsense\n"},
        "dan": {},
        "logged": {"R1.log": log.encode("utf-16"), "R2.txt": config(2)},
        "storm": storm(),
        "lists": {**right(), "R1.cfg": first + "access-list 100 permit ip any any\n" * 100_000},
        "binary": {**right(), "R1.cfg": os.urandom(1000) + b"\0"},
        "debug": {**right(), "R1.cfg": f"{first}do debug all\ndebug all\n{bad_regex}"},
        "loop": loop,
        "yaml": {**right(), "lab.yaml": "a: &a [x, x]\nb: [*a, *a]\nname: ../../etc"},
        "=HYPERLINK(1)": right(),
    }.items():
        (folder / student).mkdir(parents=True)
        write_files(folder / student, files)
    with zipfile.ZipFile(folder / "slip.zip", "w") as archive:
        for name, text in {**right(), "../../evil.cfg": "x"}.items():
            archive.writestr(name, text)
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("R1.cfg", bytes(20 << 20))
    return folder


@pytest.fixture(scope="module")
def graded(
    school: Path, lab_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """The reports on the whole class, by one worker."""
    from ioscli.__main__ import main

    out = tmp_path_factory.mktemp("reports") / "one"
    words = ["grade", lab_folder, school, "--workers", 1, "--time-limit", "4s", *report_words(out)]
    assert main([str(word) for word in words]) == 0
    return {form: (out / form).read_bytes() for form in FORMATS}


@pytest.fixture
def students(graded: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    import json

    return {it["student"]: it for it in json.loads(graded["json"])["students"]}


def test_marks(students: dict[str, dict[str, Any]]) -> None:
    points = {name: it["points"] for name, it in students.items() if not it["error"]}
    assert points == {
        **{"anna": 10, "ben": 4, "cleo": 0, "logged": 10, "debug": 10, "loop": 4, "yaml": 10},
        "=HYPERLINK(1)": 10,
    }
    assert [it["student"] for it in students.values()] == sorted(students)


def test_reasons(students: dict[str, dict[str, Any]]) -> None:
    adjacency = students["ben"]["tasks"][1]["checks"][0]
    assert not adjacency["passed"]
    assert "area 1" in " ".join(adjacency["because"])
    assert any("R1: show ip ospf" in command for command in adjacency["shown_by"])
    assert students["cleo"]["refused_lines"] == [
        "R2.cfg:1: \"no^nsense\": % Invalid input detected at '^' marker."
    ]
    assert students["yaml"]["notes"] == [
        'ignored: "lab.yaml": a submission brings no lab of its own'
    ]


def test_who_could_not_be_marked(students: dict[str, dict[str, Any]]) -> None:
    assert {name: it["error"] for name, it in students.items() if it["error"]} == {
        "dan": "there is no R1.cfg or R2.cfg",
        "storm": "stopped: it took longer than 4 s",
        "binary": "it is not text: there are NUL bytes in it",
        "slip": 'not safe to take: "../../evil.cfg" leads out of the zip',
        "bomb": '"R1.cfg" is larger than 1 MB',
        "lists": '"R1.cfg" is larger than 1 MB',
    }
    nought = students["bomb"]
    assert (nought["points"], nought["out_of"], nought["passed"]) == (0, 10, False)
    assert [len(task["checks"]) for task in nought["tasks"]] == [1, 2]


def test_every_report_has_every_student(graded: dict[str, bytes], school: Path) -> None:
    from html import escape

    for form, report in graded.items():
        for entry in school.iterdir():
            name = entry.name.removesuffix(".zip")
            assert (escape(name) if form in ("html", "junit") else name).encode() in report


def test_two_workers_write_the_same_bytes(
    graded: dict[str, bytes],
    school: Path,
    lab_folder: Path,
    tmp_path: Path,
    ioscli: Callable[..., Any],
) -> None:
    words = ["--workers", 2, "--time-limit", "4s", *report_words(tmp_path / "two")]
    assert ioscli("grade", lab_folder, school, *words).status == 0
    for form in FORMATS:
        assert (tmp_path / "two" / form).read_bytes() == graded[form], form


def test_a_zip_of_a_class_and_a_table(
    lab_folder: Path, tmp_path: Path, ioscli: Callable[..., Any]
) -> None:
    file = tmp_path / "class.zip"
    answer = tmp_path / "answer.zip"
    with zipfile.ZipFile(answer, "w") as archive:
        for name, text in right(area=1).items():
            archive.writestr(f"configs/{name}", text)
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in right().items():
            archive.writestr(f"anna/{name}", text)
        archive.write(answer, "ben/answer.zip")
    done = ioscli("grade", lab_folder, file, tmp_path / "class.zip")
    assert done.status == 0
    assert done.err == ""
    words = done.out.split()
    assert {"anna", "ben", "10/10", "4/10", "passed"} <= set(words)
    assert "anna (2)" in done.out
    assert "4 students, 2 passed (pass mark 6 of 10 points)" in " ".join(words)
    assert "2 of 4: task 2, R1 has R2 as OSPF neighbor" in done.out


def test_a_report_on_standard_output_is_alone_there(
    lab_folder: Path, tmp_path: Path, ioscli: Callable[..., Any]
) -> None:
    write_files(tmp_path / "anna", right())
    done = ioscli("grade", lab_folder, tmp_path / "anna", "--csv", "-")
    assert done.status == 0
    assert done.out.startswith("student,task,check,points")
    assert len(done.out.splitlines()) == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing-like-it", "."], "there is no exercise"),
        (["LAB", "nobody"], "nobody: there is no such file or folder"),
        (["LAB", ".", "--workers", "0"], "--workers 0: not from 1 to 256"),
        (["LAB", ".", "--csv", "no/such/x.csv"], "no/such: there is no such folder"),
        (["LAB", ".", "--csv", "."], ".: is a folder, not a file"),
        (["LAB", ".", "--csv", "-", "--json", "-"], "only one report goes to standard output"),
        (["LAB", ".", "--time-limit", "never"], "--time-limit"),
        (["LAB", ".", "--memory-limit", "12"], "--memory-limit"),
    ],
)
def test_wrong_input(
    lab_folder: Path, ioscli: Callable[..., Any], words: list[str], said: str
) -> None:
    done = ioscli("grade", *(lab_folder if word == "LAB" else word for word in words))
    assert done.status == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
