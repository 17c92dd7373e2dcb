"""Which of a student's files is whose configuration, and what is said about the others."""

import os
import warnings
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.exercises.exercise import Exercise
from ioscli.exercises.grading.entries import in_zip, sources_of, told_apart
from ioscli.exercises.grading.submission import Source, Submission, read_submission
from tests.exercises.grading.conftest import config, right, write_files

Files = Mapping[str, str | bytes]
Read = Callable[[Files], Submission]


@pytest.fixture
def read(tmp_path: Path, exercise: Exercise) -> Read:
    def run(files: Files) -> Submission:
        return read_submission(Source("doe", "doe", write_files(tmp_path / "doe", files)), exercise)

    return run


def hostnames(found: Submission) -> dict[str, str]:
    return {node: text.split()[1] for node, text in found.texts.items()}


@pytest.mark.parametrize(
    "names",
    [
        ("R1.cfg", "R2.cfg"),
        ("r1.CFG", "R2.txt"),
        ("r1-confg", "r2_running-config.txt"),
        ("final_R1.cfg", "final R2.conf"),
        ("a/b/R1", "a/b/R2.log"),
        ("one.txt", "two.txt"),
        ("R1/startup.txt", "R2/startup.txt"),
    ],
)
def test_names(read: Read, names: tuple[str, str]) -> None:
    found = read({name: config(n) for n, name in enumerate(names, start=1)})
    assert hostnames(found) == {"R1": "R1", "R2": "R2"}
    assert found.notes == ()


def test_one_log_of_all_routers(read: Read) -> None:
    log = "".join(f"R{n}#sh run\n{config(n)}R{n}#\n" for n in (1, 2))
    assert set(read({"putty.log": log}).texts) == {"R1", "R2"}


def test_the_last_of_a_log_is_taken(read: Read) -> None:
    log = f"R1#sh run\n{config(1)}R1#conf t\nR1#sh run\n{config(1, 7)}R1#\n"
    found = read({"log.txt": log})
    assert "area 7" in found.texts["R1"]
    assert any("the last one is taken" in note for note in found.notes)


def test_a_file_name_counts_more_than_a_hostname(read: Read) -> None:
    found = read({"R1.cfg": config(2)})
    assert set(found.texts) == {"R1"}
    assert found.notes == (
        '"R1.cfg" is taken for R1; its hostname is "R2"',
        "no configuration of R2: it starts as the exercise has it",
    )


def test_what_is_not_asked_for_is_ignored_and_said_so(read: Read) -> None:
    extra = {"R3.cfg": config(3), "lab.yaml": "a: &a [*a]", "me.pdf": b"%PDF", "x.txt": "hello"}
    found = read({**right(), **extra, "R1-old.cfg": config(2)})
    assert hostnames(found) == {"R1": "R1", "R2": "R2"}
    assert set(found.notes) == {
        'ignored: "R3.cfg": R3 is not to be configured',
        'ignored: "lab.yaml": a submission brings no lab of its own',
        'ignored: "me.pdf" is no configuration',
        'ignored: "x.txt" names no router of the exercise',
        'ignored: "R1-old.cfg": "R1.cfg" is taken',
    }


def test_an_empty_file_is_an_answer(read: Read) -> None:
    found = read({**right(), "R2.cfg": ""})
    assert found.texts["R2"] == ""
    assert found.notes == ('"R2.cfg" is empty',)


def test_equal_copies_are_one(read: Read) -> None:
    assert set(read({**right(), "copy/R1.cfg": config(1)}).texts) == {"R1", "R2"}


def test_one_file_is_enough_where_one_router_is_asked_for(
    tmp_path: Path, exercise: Exercise
) -> None:
    folder = write_files(tmp_path / "doe", {"answer.txt": "interface Loopback0\n"})
    single = exercise._replace(nodes=("R2",))
    assert set(read_submission(Source("doe", "doe", folder), single).texts) == {"R2"}


def zip_of(files: Files) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_zip_in_a_folder(read: Read) -> None:
    assert set(read({"answer.zip": zip_of({**right()})}).texts) == {"R1", "R2"}


REFUSED = {
    "nothing": ({}, "there is no R1.cfg or R2.cfg"),
    "only others": ({"a.pdf": b"x"}, 'there is no R1.cfg or R2.cfg (ignored: "a.pdf" is no config'),
    "two of one": (
        {"R1.cfg": "a", "b/R1.cfg": "b"},
        'several configurations of R1: "R1.cfg", "b/R1',
    ),
    "large": ({"R1.cfg": b"!\n" * 600_000}, '"R1.cfg" is larger than 1 MB'),
    "binary": ({"R1.cfg": b"a\0b"}, "it is not text"),
    "many files": ({f"{n}.pdf": b"" for n in range(1_001)}, "more than 1,000 files"),
    "many configurations": ({f"{n}.txt": "x" for n in range(101)}, "101 files may be config"),
    "deep": ({"/".join("a" * 20) + "/R1.cfg": "x"}, "folders within folders"),
    "two zips": ({"a.zip": b"", "b.zip": b""}, "several zips and no configuration"),
    "no zip": ({"a.zip": b"PK"}, "the zip is damaged"),
    "nested": ({"a.zip": zip_of({"b.zip": zip_of({"R1.cfg": ""})})}, "zips within zips"),
    "slip": ({"a.zip": zip_of({**right(), "../x": "x"})}, 'not safe to take: "../x" leads out'),
    "absolute": ({"a.zip": zip_of({**right(), "/etc/x": "x"})}, 'not safe to take: "/etc/x" leads'),
    "drive": ({"a.zip": zip_of({**right(), "C:\\x": "x"})}, 'not safe to take: "C:/x" leads out'),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(read: Read, name: str) -> None:
    files, reason = REFUSED[name]
    found = read(files or {"sub/.hidden": ""})
    assert found.refused.startswith(reason)
    assert not found.texts


def test_links_and_pipes_in_a_folder(read: Read, tmp_path: Path) -> None:
    (tmp_path / "doe").mkdir()
    (tmp_path / "doe" / "R1.cfg").symlink_to("/etc/passwd")
    assert read({"R2.cfg": config(2)}).refused == 'not safe to take: "R1.cfg" is a symbolic link'
    (tmp_path / "doe" / "R1.cfg").unlink()
    os.mkfifo(tmp_path / "doe" / "R1.cfg")
    assert read({}).refused == 'not safe to take: "R1.cfg" is no regular file'


def test_a_link_in_a_zip(read: Read) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("R1.cfg")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert '"R1.cfg" is a symbolic link' in read({"a.zip": stream.getvalue()}).refused


def test_zips_that_lie(read: Read) -> None:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("R1.cfg", "!" * (50 << 20))
    bomb = bytearray(stream.getvalue())
    assert read({"a.zip": bytes(bomb)}).refused == '"R1.cfg" is larger than 1 MB'
    # Whatever it says of the size: in the table of contents, 24 bytes into the entry.
    entry = bomb.index(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    assert read({"a.zip": bytes(bomb)}).refused in (
        "the zip is damaged",
        '"R1.cfg" is larger than 1 MB',
    )
    encrypted = bytearray(zip_of({"R1.cfg": config(1)}))
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    assert read({"a.zip": bytes(encrypted)}).refused == "the zip is encrypted"
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("R1.cfg", config(1))
    assert "unusual method" in read({"a.zip": stream.getvalue()}).refused


def test_a_name_that_is_empty(read: Read) -> None:
    data = bytearray(zip_of({"R": "x", "R1.cfg": config(1)}))
    entry = data.index(b"PK\x01\x02")  # names have their length 28 bytes into the entry
    shortened = data[: entry + 28] + b"\0\0" + data[entry + 30 : entry + 46] + data[entry + 47 :]
    length = shortened.index(b"PK\x05\x06") + 12
    size = int.from_bytes(shortened[length : length + 4], "little") - 1
    shortened[length : length + 4] = size.to_bytes(4, "little")
    assert set(read({"a.zip": bytes(shortened)}).texts) == {"R1"}


def test_any_byte_of_a_zip_may_be_wrong(read: Read) -> None:
    whole = zip_of({"R1.cfg": config(1), "d/R2.cfg": config(2)})
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        found = read({"a.zip": bytes(damaged)})
        assert found.refused or found.texts


_PART = st.sampled_from(
    ["", ".", "..", "R1", "r2.cfg", "R1.cfg", "doe", "doe_R1.txt", "a.zip", "é"]
)
_NAMES = st.lists(st.lists(_PART, min_size=1, max_size=4).map("/".join), max_size=8)


@given(_NAMES)
def test_zips_with_any_names(
    tmp_path_factory: pytest.TempPathFactory, exercise: Exercise, names: list[str]
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.zip"
    with zipfile.ZipFile(file, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that stand twice
        for name in filter(None, names):
            archive.writestr(name, "hostname R1\n" if name[-1:] != "/" else "")
    (whole,) = sources_of([str(file)], [*exercise.lab.nodes])
    found = told_apart(in_zip(whole, [*exercise.lab.nodes]))
    assert found
    assert len({source.student for source in found}) == len(found)
    for source in found:
        submission = read_submission(source, exercise)
        assert submission.refused or submission.texts
