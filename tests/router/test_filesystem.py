"""A router's files: names, places, sizes, and what keeps them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.router.filesystem import (
    FLASH_SIZE,
    NVRAM_SIZE,
    ROOT,
    STARTUP,
    FileError,
    Files,
    Place,
    StoredFile,
    resolve,
)

NOON = datetime(2002, 3, 1, 12, tzinfo=UTC)


def files() -> Files:
    return Files(lambda: NOON)


@pytest.mark.parametrize(
    ("url", "folder", "place"),
    [
        ("flash:a", ROOT, "flash0:/a"),
        ("FLASH:/a", ROOT, "flash0:/a"),
        ("a", ROOT, "flash0:/a"),
        ("a", Place("flash0", "d"), "flash0:/d/a"),
        ("/a", Place("flash0", "d"), "flash0:/a"),
        ("../a", Place("flash0", "d"), "flash0:/a"),
        ("flash:../../../etc/passwd", ROOT, "flash0:/etc/passwd"),
        ("flash:a/./b//c", ROOT, "flash0:/a/b/c"),
        ("nvram:startup-config", ROOT, "nvram:/startup-config"),
        ("flash:", ROOT, "flash0:/"),
    ],
)
def test_where_a_url_leads(url: str, folder: Place, place: str) -> None:
    assert str(resolve(url, folder)) == place


@pytest.mark.parametrize("url", ["disk9:a", "flash:a\x00b", "flash:" + "x" * 200, "flash:a*", "é"])
def test_names_that_no_file_can_have(url: str) -> None:
    with pytest.raises(FileError):
        resolve(url, ROOT)


@given(st.text(alphabet="./ab\\:~\x00", max_size=30))
def test_no_path_leaves_its_file_system(path: str) -> None:
    try:
        place = resolve(f"flash:{path}", Place("flash0", "deep/down"))
    except FileError:
        return
    assert ".." not in place.path.split("/")
    assert not place.path.startswith("/")


def test_space_is_counted_and_ends() -> None:
    made = files()
    made.write(Place("flash0", "a"), b"x" * 4097)
    assert made.free("flash0") == FLASH_SIZE - 2 * 4096
    with pytest.raises(FileError, match="No space left"):
        made.write(STARTUP, b"x" * (NVRAM_SIZE + 1))
    made.write(STARTUP, b"x" * NVRAM_SIZE)
    made.write(STARTUP, b"y" * NVRAM_SIZE)
    assert made.startup_config == "y" * NVRAM_SIZE


def test_directories() -> None:
    made = files()
    with pytest.raises(FileError, match="No such file"):
        made.write(Place("flash0", "d/a"), b"")
    made.make_directory(Place("flash0", "d"))
    made.write(Place("flash0", "d/a"), b"1")
    assert [place.path for place, _ in made.listing(ROOT)] == ["d"]
    assert [place.path for place, _ in made.listing(Place("flash0", "d"))] == ["d/a"]
    with pytest.raises(FileError, match="not empty"):
        made.remove_directory(Place("flash0", "d"))
    made.delete(Place("flash0", "d/a"))
    made.remove_directory(Place("flash0", "d"))
    assert made.listing(ROOT) == []


class FullDisk:
    """A backing that keeps nothing."""

    def save(self, filesystem: str, path: str, file: StoredFile) -> None:
        raise FileError("No space left on device")

    def remove(self, filesystem: str, path: str) -> None:
        raise FileError("Read-only file system")


def test_what_could_not_be_kept_has_not_happened() -> None:
    made = files()
    made.write(ROOT._replace(path="a"), b"old")
    made.keep_in(FullDisk())
    with pytest.raises(FileError):
        made.write(ROOT._replace(path="a"), b"new")
    with pytest.raises(FileError):
        made.delete(ROOT._replace(path="a"))
    assert made.read(ROOT._replace(path="a")) == b"old"
