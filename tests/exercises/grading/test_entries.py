"""Who handed in what: folders, zips and files as classes and learning platforms have them."""

import zipfile
from pathlib import Path

import pytest

from ioscli.exercises.grading.entries import in_zip, is_unopened_zip, sources_of, told_apart
from ioscli.labs.errors import InputError
from tests.exercises.grading.conftest import write_files

ROUTERS = ("R1", "R2", "R3")
FILES = {"R1.cfg": "1", "R2.cfg": "2"}


def students(*paths: Path) -> list[str]:
    """Who is found, zips looked into."""
    found = []
    for source in sources_of([str(path) for path in paths], ROUTERS):
        found += in_zip(source, ROUTERS) if is_unopened_zip(source) else [source]
    return [source.student for source in told_apart(found)]


def zipped(file: Path, files: dict[str, str], folders: tuple[str, ...] = ()) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for folder in folders:
            archive.writestr(folder, "")
        for name, content in files.items():
            archive.writestr(name, content)
    return file


def below(folder: str, files: dict[str, str] = FILES) -> dict[str, str]:
    return {f"{folder}/{name}": content for name, content in files.items()}


def test_a_folder_of_one_student(tmp_path: Path) -> None:
    assert students(write_files(tmp_path / "doe", {**FILES, "notes/x.txt": ""})) == ["doe"]
    assert students(write_files(tmp_path / "roe", {"r1-confg": "1"})) == ["roe"]
    assert students(write_files(tmp_path / "poe", {"R1/run.txt": "1", "R2/run.txt": "1"})) == [
        "poe"
    ]
    assert students(write_files(tmp_path / "moe", {"config.txt": "1"})) == ["moe"]


def test_a_folder_of_a_class(tmp_path: Path) -> None:
    write_files(tmp_path / "class", {**below("doe"), **below("Anna Ode/answer"), "moe.txt": "1"})
    write_files(
        tmp_path / "class", {"x_R1.cfg": "1", "x_R2.cfg": "2", "marks.csv": "", ".git/x": ""}
    )
    write_files(tmp_path / "class", {"Thumbs.db": "", "slow.rar": "Rar!"})
    (tmp_path / "class" / "nobody").mkdir()
    zipped(tmp_path / "class" / "zed.zip", FILES)
    expected = ["Anna Ode", "doe", "moe", "nobody", "slow.rar", "x", "zed"]
    assert students(tmp_path / "class") == [name.removesuffix(".rar") for name in expected]


def test_a_class_of_one_is_named_with_its_class(tmp_path: Path) -> None:
    assert students(write_files(tmp_path / "class", below("doe"))) == ["class/doe"]


@pytest.mark.parametrize("folder", ["", "answer/", "a/b/c/"])
def test_a_zip_of_one_student(tmp_path: Path, folder: str) -> None:
    files = {f"{folder}{name}": text for name, text in FILES.items()}
    junk = {"__MACOSX/._R1.cfg": "x", "report.pdf": "x"}
    assert students(zipped(tmp_path / "doe.zip", {**files, **junk})) == ["doe"]


def test_a_zip_of_one_student_without_a_suffix(tmp_path: Path) -> None:
    assert students(zipped(tmp_path / "doe", FILES)) == ["doe"]


@pytest.mark.parametrize("outer", ["", "export/"])
def test_a_zip_of_a_class(tmp_path: Path, outer: str) -> None:
    doe, roe = "Jane Doe_4711_assignsubmission_file_", "Rick Roe_4712_assignsubmission_file_"
    names = {**below(f"{outer}{doe}"), **below(f"{outer}{roe}/configs")}
    file = zipped(tmp_path / "export.zip", names, (f"{outer}Max Moe_4713_assignsubmission_file_/",))
    assert students(file) == ["Jane Doe_4711", "Max Moe_4713", "Rick Roe_4712"]


def test_a_zip_of_a_class_without_folders(tmp_path: Path) -> None:
    names = ("doejane_12_R1.cfg", "doejane_12_R2.cfg", "roerick_13_R1.txt", "moe.zip")
    file = zipped(tmp_path / "export.zip", dict.fromkeys(names, "x"))
    assert students(file) == ["doejane_12", "moe", "roerick_13"]


def test_what_leads_out_of_a_class_zip_is_reported_beside_the_class(tmp_path: Path) -> None:
    names = {**below("doe"), **below("roe"), "../../evil": "x", "roe/../../evil": "x"}
    (found,) = sources_of([str(zipped(tmp_path / "class.zip", names))], ROUTERS)
    by_name = {source.student: source for source in in_zip(found, ROUTERS)}
    assert set(by_name) == {"class", "doe", "roe"}
    assert "../../evil" in by_name["class"].refused
    assert not by_name["doe"].refused


def test_single_files(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {"doe_R1.cfg": "", "doe_R2.cfg": "", "roe.txt": "", "w/R1.cfg": "", "w/R2.cfg": ""},
    )
    files = [tmp_path / name for name in ("doe_R1.cfg", "doe_R2.cfg", "roe.txt")]
    assert students(*files) == ["doe", "roe"]
    assert students(tmp_path / "w" / "R1.cfg", tmp_path / "w" / "R2.cfg") == ["w"]
    assert students(tmp_path / "w" / "R1.cfg") == ["R1"]


def test_students_of_one_name_are_told_apart(tmp_path: Path) -> None:
    folders = [write_files(tmp_path / group / "doe", FILES) for group in "ab"]
    folders.append(write_files(tmp_path / "c" / "DOE", FILES))
    folders.append(write_files(tmp_path / "d" / "doe (2)", FILES))
    assert students(*folders) == ["doe", "doe (2)", "doe (2) (2)", "DOE (3)"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path / "class", {**below("doe"), **below("roe")})
    (tmp_path / "class" / "zoe").symlink_to("doe")
    found = sources_of([str(tmp_path / "class")], ROUTERS)
    assert [it.student for it in found if it.refused] == ["zoe"]


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        sources_of([str(tmp_path / "nothing")], ROUTERS)
    with pytest.raises(InputError, match="nothing in this folder"):
        sources_of([str(tmp_path)], ROUTERS)
    with pytest.raises(InputError):
        sources_of(["a\0b"], ROUTERS)
