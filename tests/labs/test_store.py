"""What a lab keeps between runs: saved configurations and flash: files, whole or not at all."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ioscli.labs.errors import InputError
from ioscli.labs.store import NodeStore
from ioscli.router.filesystem import STARTUP, FileError, Files, Place, StoredFile
from tests.conftest import Run

WriteLab = Callable[..., Path]
Ioscli = Callable[..., Run]
NOON = datetime(2002, 3, 1, 12, tzinfo=UTC)


def load(folder: Path) -> Files:
    files = Files(lambda: NOON)
    NodeStore(folder).load(files)
    return files


def kept(folder: Path) -> Files:
    files = Files(lambda: NOON)
    files.keep_in(NodeStore(folder))
    return files


def test_files_come_back_with_their_dates(tmp_path: Path) -> None:
    files = kept(tmp_path)
    files.save_startup("hostname R1\nend\n")
    files.make_directory(Place("flash0", "logs"))
    files.write(Place("flash0", "logs/.hidden%2F"), bytes(range(256)))
    again = load(tmp_path)
    assert again.startup_config == "hostname R1\nend\n"
    for filesystem in ("flash0", "nvram"):
        root = Place(filesystem, "")
        assert again.listing(root) == files.listing(root)
    logs = Place("flash0", "logs")
    assert again.listing(logs) == files.listing(logs) != []


def test_erased_is_gone(tmp_path: Path) -> None:
    files = kept(tmp_path)
    files.save_startup("end\n")
    files.erase_nvram()
    assert load(tmp_path).startup_config is None


@pytest.mark.parametrize("path", ["../../x", "..", "/etc/x", ".new-1-a", "a/../../b", "a:b"])
def test_no_name_leaves_the_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "state" / "lab" / "R1"
    NodeStore(folder).save("flash0", path, StoredFile(b"mine", None))
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file.parent for file in written] == [folder / "flash0"]
    assert load(folder).read(Place("flash0", path)) == b"mine"


def test_every_cut_of_a_file_is_refused(tmp_path: Path) -> None:
    kept(tmp_path).save_startup("hostname R1\nend\n")
    file = tmp_path / "nvram" / "startup-config"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"damaged|not a file"):
            load(tmp_path)
    for position in range(len(whole)):
        file.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1 :])
        try:
            load(tmp_path)
        except InputError:
            continue
        # Only the date, which the digest does not cover, may differ and still be a date.
        assert load(tmp_path).read(STARTUP) == b"hostname R1\nend\n"


def test_a_foreign_file_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "nvram"
    folder.mkdir()
    (folder / "startup-config").write_text("hostname R1\n")
    with pytest.raises(InputError, match=r"startup-config: not a file that ioscli wrote"):
        load(tmp_path)


def test_remains_of_a_killed_writer_are_removed(tmp_path: Path) -> None:
    kept(tmp_path).save_startup("end\n")
    remains = tmp_path / "nvram" / ".new-4194999-abc"
    remains.write_text("half")
    assert load(tmp_path).startup_config == "end\n"
    assert not remains.exists()


def test_a_disk_that_refuses_is_an_error_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "nvram").write_text("in the way")
    with pytest.raises(FileError):
        kept(tmp_path).save_startup("end\n")


# -- whole program --------------------------------------------------------------------------------

LAB = """\
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    R2: {kind: router}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
"""
START = {
    "R1.cfg": "hostname R1\nno ip domain lookup\n"
    "interface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n"
}


def run_lab(
    ioscli: Ioscli, patch: pytest.MonkeyPatch, lab: Path, typed: str, *options: object
) -> Run:
    patch.setattr("sys.stdin", io.StringIO(typed))
    return ioscli("run", lab.parent, "--pace", "fast", *options)


@pytest.fixture
def session(ioscli: Ioscli, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Types at R1 of a lab; what was shown."""

    def type_at(lab: Path, typed: str, *options: object) -> str:
        run = run_lab(ioscli, monkeypatch, lab, typed, *options)
        assert run.status == 0, run.err
        return run.out + run.err

    return type_at


def test_a_saved_configuration_is_there_after_a_restart(
    write_lab: WriteLab, session: Callable[..., str], tmp_path: Path
) -> None:
    lab = write_lab(LAB, START)
    state = ("--state", tmp_path / "kept")
    save = "enable\nconf t\ninterface Loopback7\nip address 7.7.7.7 255.255.255.255\nend\nwrite\n"
    assert "startup-config as saved" not in session(lab, save, *state)
    look = "enable\nshow ip interface brief\ndir nvram:\n"
    again = session(lab, look, *state)
    assert "7.7.7.7" in again
    assert "10.0.0.1" in again
    assert "startup-config as saved in an earlier run: R1 (" in again
    assert "7.7.7.7" not in session(lab, look, "--no-state", *state)
    assert "7.7.7.7" not in session(lab, look, "--fresh", *state)
    assert "7.7.7.7" not in session(lab, look, *state)


def test_an_erased_configuration_stays_erased(
    write_lab: WriteLab, session: Callable[..., str], tmp_path: Path
) -> None:
    """The lab's own start configuration does not come back by itself."""
    lab = write_lab(LAB, START)
    state = ("--state", tmp_path / "kept")
    look = "enable\nshow ip interface brief\n"
    session(lab, "enable\nwrite erase\n\n", *state)
    erased = session(lab, look, *state)
    assert "startup-config as erased in an earlier run: R1 (" in erased
    assert "Router>enable" in erased
    assert "10.0.0.1" not in erased
    assert "administratively down" in erased
    # Saving again is the end of that, and so is forgetting.
    session(lab, "enable\nconf t\nhostname NEW\nend\nwrite\n", *state)
    again = session(lab, look, *state)
    assert "NEW>enable" in again
    assert "erased" not in again
    session(lab, "enable\ndelete /force nvram:startup-config\n", *state)
    assert "Router>enable" in session(lab, look, *state)
    assert "10.0.0.1" in session(lab, look, "--fresh", *state)
    assert "10.0.0.1" in session(lab, look, *state)


def test_the_list_of_archives_is_there_after_a_restart(
    write_lab: WriteLab, session: Callable[..., str], tmp_path: Path
) -> None:
    lab = write_lab(LAB, START)
    state = ("--state", tmp_path / "kept")
    session(
        lab,
        "enable\nconf t\narchive\npath flash:a\nmaximum 2\nend\nwrite\n" + "archive config\n" * 3,
        *state,
    )
    again = session(lab, "enable\nshow archive\narchive config\ndir flash:\n", *state)
    assert "There are currently 2 archive configurations saved." in again
    assert "The next archive file will be named flash:a-<timestamp>-3" in again
    assert "-2 <- Most Recent" in again
    assert "-UTC-1\n" not in again.split("#dir flash:")[1]
    assert "-UTC-3\n" in again.split("#dir flash:")[1]


def test_saved_keys_are_there_after_a_restart(
    write_lab: WriteLab, session: Callable[..., str], tmp_path: Path
) -> None:
    lab = write_lab(LAB, START)
    state = ("--state", tmp_path / "kept")
    make = "crypto key generate rsa label {} modulus 512\n"
    look = "enable\nshow crypto key mypubkey rsa\n"
    first = session(
        lab,
        f"enable\nconf t\n{make.format('K')}end\nwrite\nconf t\n{make.format('UNSAVED')}end\n"
        "show crypto key mypubkey rsa K\n",
        *state,
    )
    again = session(lab, look, *state)
    data = first.split("Key Data:\n")[1].split("R1#")[0]
    assert data.split() == again.split("Key Data:\n")[1].split("R1#")[0].split()
    assert "UNSAVED" not in again
    session(lab, "enable\ncrypto key zeroize rsa\nyes\nwrite\n", *state)
    assert "Key name" not in session(lab, look, *state)


def test_a_register_that_ignores_the_startup_config_is_kept(
    write_lab: WriteLab, session: Callable[..., str], tmp_path: Path
) -> None:
    """0x2142: of the lab's own start configuration, and of one that was saved."""
    lab = write_lab(LAB, START)
    state = ("--state", tmp_path / "kept")
    session(lab, "enable\nconf t\nconfig-register 0x2142\nend\n", *state)
    again = session(lab, "enable\nshow version\nshow startup-config\n", *state)
    assert "Router#" in again
    assert "Configuration register is 0x2142\n" in again
    assert "hostname R1" in again
    saved = session(lab, "enable\nconf t\nhostname NEW\nend\nwrite\n", *state)
    assert "NEW#" in saved
    assert "NEW" not in session(lab, "enable\n", *state)
    session(lab, "enable\nconf t\nconfig-register 0x2102\nend\n", *state)
    assert "NEW#" in session(lab, "enable\nshow clock\n", *state)


def test_a_damaged_startup_config_stops_the_run(
    write_lab: WriteLab,
    ioscli: Ioscli,
    session: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lab = write_lab(LAB, START)
    session(lab, "enable\nwrite\n", "--state", tmp_path / "kept")
    (file,) = (tmp_path / "kept").rglob("startup-config")
    file.write_bytes(file.read_bytes()[:-9])
    run = run_lab(ioscli, monkeypatch, lab, "", "--state", tmp_path / "kept")
    assert run.status == 2
    assert run.err.count("\n") == 1
    assert f"{file}: damaged" in run.err


def test_replays_neither_read_nor_write_it(
    write_lab: WriteLab,
    ioscli: Ioscli,
    session: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    lab = write_lab(LAB, START)
    transcript = lab.parent / "t.ios"
    transcript.write_text("R1#write\nBuilding configuration...\n[OK]\n")
    assert ioscli("replay", transcript, "--check").status == 0
    assert not (tmp_path / "xdg").exists()
    session(lab, "enable\nwrite\n")
    assert [file.name for file in (tmp_path / "xdg").rglob("*") if file.is_file()] == [
        "startup-config"
    ]
