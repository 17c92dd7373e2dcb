"""Files at the prompt: every dialogue against recorded ones, in IOS's words.

The texts of `copy`, `write`, `erase`, `configure replace` are those of the recorded dialogues in
`reference/interaction`; those of `reload in` are of a public IOS 15 session log.
"""

from collections.abc import Iterator

import pytest

from ioscli.cli.boot import modified, written
from ioscli.cli.matcher import Grammar
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.router.filesystem import ROOT
from ioscli.router.router import Router

from .desk import Desk

HARDWARE = (InterfaceName.parse("Gi0/0"), InterfaceName.parse("Gi0/1"))


@pytest.fixture
def desk(grammar: Grammar) -> Iterator[Desk]:
    """The console of R1, a real router fresh from the box."""
    router = Router(Simulation(seed=1), "R1", HARDWARE)
    router.boot()
    made = Desk(grammar, router)
    made.type("configure terminal", "no ip domain lookup", "end")
    yield made
    made.session.close()


def files(desk: Desk) -> dict[str, bytes]:
    return {place.path: file.content for place, file in desk.router.files.listing(ROOT)}


def test_write(desk: Desk) -> None:
    for command in ("write", "wr", "write memory"):
        assert desk.type(command) == "Building configuration...\n[OK]\n"
    saved = desk.router.files.startup_config
    assert saved is not None
    assert saved.endswith(written(desk.router.config))


def test_copy_running_to_startup(desk: Desk) -> None:
    assert desk.transcript("copy running-config startup-config", "") == (
        "R1#copy running-config startup-config\n"
        "Destination filename [startup-config]? \n"
        "Building configuration...\n"
        "[OK]\n"
    )


def test_show_startup_config(desk: Desk) -> None:
    assert desk.type("show startup-config") == "startup-config is not present\n"
    desk.type("write")
    text = desk.router.files.startup_config
    assert text is not None
    assert text.endswith(written(desk.router.config))
    assert desk.type("show startup-config") == (f"Using {len(text)} out of 262144 bytes\n{text}")


def test_erase(desk: Desk) -> None:
    for command in ("write erase", "erase startup-config", "erase nvram:"):
        desk.type("write")
        question = (
            "Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]"
        )
        desk.type(command)
        assert desk.session.asking == question
        desk.type("n")
        assert desk.router.files.startup_config is not None
        assert desk.type(command, "").startswith("[OK]\nErase of nvram: complete\n")
        assert "%SYS-7-NV_BLOCK_INIT: Initialized the geometry of nvram" in desk.screen
        assert desk.router.files.startup_config is None


def test_copies_between_all_places(desk: Desk) -> None:
    shown = desk.transcript("copy running-config flash:base", "")
    assert shown.startswith("R1#copy running-config flash:base\nDestination filename [base]? \n")
    size = len(written(desk.router.config))
    assert f"\n{size} bytes copied in 0.5" in shown
    assert files(desk) == {"base": written(desk.router.config).encode()}
    desk.type("copy flash:base flash:", "second")
    assert set(files(desk)) == {"base", "second"}
    desk.type("copy flash:base startup-config", "")
    saved = desk.router.files.startup_config
    assert saved is not None
    assert saved.endswith(written(desk.router.config))
    desk.type("copy startup-config flash:third", "")
    assert files(desk)["third"] == files(desk)["base"]
    desk.type("copy nvram:startup-config flash:", "")
    assert files(desk)["startup-config"] == files(desk)["base"]


def test_startup_to_running_merges(desk: Desk) -> None:
    desk.type("write", "configure terminal", "hostname OTHER", "interface Loopback9", "end")
    shown = desk.transcript("copy startup-config running-config", "")
    assert "Destination filename [running-config]? \n" in shown
    assert "bytes copied in" in shown
    assert desk.router.hostname == "R1"
    assert InterfaceName.parse("Lo9") in desk.router.config.interfaces


def test_configure_memory(desk: Desk) -> None:
    assert desk.type("configure memory").startswith("%% Non-volatile configuration memory invalid")
    desk.type("write", "configure terminal", "hostname OTHER", "interface Loopback1", "end")
    shown = desk.type("configure memory")
    assert "%SYS-5-CONFIG_I: Configured from memory by console" in shown
    assert "bytes" not in shown
    assert desk.router.hostname == "R1"
    assert InterfaceName.parse("Lo1") in desk.router.config.interfaces


def test_merging_shows_the_lines_that_are_refused(desk: Desk) -> None:
    desk.router.files.write(ROOT._replace(path="x"), b"hostname MERGED\nnonsense here\nend\n")
    shown = desk.type("copy flash:x running-config", "")
    assert "nonsense here\n  ^\n% Invalid input detected at '^' marker.\n" in shown
    assert desk.router.hostname == "MERGED"


def test_what_is_there_is_not_overwritten_unasked(desk: Desk) -> None:
    desk.router.files.write(ROOT._replace(path="x"), b"old")
    shown = desk.transcript("copy running-config flash:x", "", "n")
    assert "%Warning:There is a file already existing with this name \n" in shown
    assert "Do you want to over write? [confirm]n\n" in shown
    assert files(desk)["x"] == b"old"
    desk.type("copy running-config flash:x", "", "")
    assert files(desk)["x"] != b"old"


@pytest.mark.parametrize(
    ("command", "answers", "said"),
    [
        ("copy flash:no running-config", (), "%Error opening flash0:/no (No such file or"),
        ("copy startup-config flash:x", (), "%% Non-volatile configuration memory invalid or not"),
        ("copy tftp://10.1.1.1/x flash:", ("",), "%Error opening tftp://10.1.1.1/x (Timed out)"),
        ("copy running-config tftp:", ("10.1.1.1", ""), "tftp://10.1.1.1/r1-confg (Timed out)"),
        ("copy ftp://h/x flash:", ("",), "%Error opening ftp://h/x (Undefined error)"),
        ("more flash:no", (), "%Error opening flash0:/no (No such file or directory)"),
        ("dir flash:no", (), "%Error opening flash0:/no (No such file or directory)"),
        ("dir disk7:", (), "%Error opening disk7: (Invalid argument)"),
        ("cd no", (), "%Error changing to flash0:/no (No such file or directory)"),
        ("delete no", ("", ""), "%Error deleting flash0:/no (No such file or directory)"),
        ("delete /force flash:no", (), "%Error deleting flash:no (No such file or directory)"),
        ("show file information no", (), "no:\n  %Error opening flash0:/no (No such file or"),
        ("verify /md5 flash:no", (), "%Error opening flash:no (No such file or directory)"),
        ("configure replace flash:no", (), "Error: Could not open file flash:no for reading\n"),
    ],
)
def test_refusals(desk: Desk, command: str, answers: tuple[str, ...], said: str) -> None:
    assert said in desk.type(command, *answers)


def test_directories_and_names(desk: Desk) -> None:
    assert desk.type("dir").splitlines() == [
        "Directory of flash0:/",
        "",
        "No files in directory",
        "",
        "2142715904 bytes total (2142715904 bytes free)",
    ]
    desk.router.files.write(ROOT._replace(path="x"), b"12345")
    assert desk.transcript("mkdir logs", "") == (
        "R1#mkdir logs\nCreate directory filename [logs]? \nCreated dir flash0:/logs\n"
    )
    rows = desk.type("dir").splitlines()[2:4]
    assert rows[0].startswith("    1  -rw-           5   Mar 1 2002 00:00:")
    assert rows[0].endswith(" +00:00  x")
    assert rows[1].startswith("    2  drw-           0   Mar 1 2002 00:00:")
    desk.type("cd logs")
    assert desk.type("pwd") == "flash0:/logs\n"
    desk.type("copy running-config base", "")
    assert set(files(desk)) == {"x", "logs"}
    desk.type("cd")
    assert desk.transcript("rename x y", "") == "R1#rename x y\nDestination filename [y]? \n"
    assert files(desk)["y"] == b"12345"
    assert desk.transcript("delete y", "", "") == (
        "R1#delete y\nDelete filename [y]? \nDelete flash0:/y? [confirm]\n"
    )
    assert desk.transcript("rmdir logs", "", "").endswith(
        "%Error Removing dir logs (Directory not empty)\n"
    )
    desk.type("delete /force logs/base")
    assert desk.transcript("rmdir logs", "", "").endswith("Removed dir flash0:/logs\n")
    assert files(desk) == {}


def test_verify(desk: Desk) -> None:
    desk.router.files.write(ROOT._replace(path="x"), b"abc")
    digest = "900150983cd24fb0d6963f7d28e17f72"  # RFC 1321, A.5
    assert desk.type("verify /md5 x") == (
        f".MD5 of flash0:/x Done!\nverify /md5 (flash0:/x) = {digest}\n"
    )
    assert f"Verified /md5 (flash0:/x) = {digest}" in desk.type(f"verify /md5 x {digest}")
    assert desk.type("verify /md5 flash:x").endswith(f"verify /md5 (flash:x) = {digest}\n")
    assert "%Error verifying flash0:/x" in desk.type(f"verify /md5 x {digest[:-1]}0")


def test_file_information(desk: Desk) -> None:
    desk.router.files.write(ROOT._replace(path="x"), b"\xff\x00")
    assert desk.type("show file information flash:x") == "flash:x:\n  type is unknown\n"
    assert desk.type("show file information system:running-config") == (
        "system:running-config:\n  type is ascii text\n"
    )
    assert desk.type("show file information flash:") == "flash:\n  type is directory\n".replace(
        "flash:", "flash::", 1
    )


def test_output_into_files(desk: Desk) -> None:
    shown = desk.type("show clock")
    assert desk.type("show clock | redirect flash:c") == ""
    assert desk.type("show ip interface brief | append flash:c") == ""
    lines = files(desk)["c"].decode().splitlines()
    assert len(lines) == len(shown.splitlines()) + 3
    brief = desk.type("show ip interface brief | tee flash:t")
    assert files(desk)["t"].decode() == brief == desk.type("more flash:t")
    desk.type("show ip interface brief | tee /append flash:t")
    assert files(desk)["t"].decode() == brief * 2
    assert desk.type("more flash:t | count Ethernet") == (
        "Number of lines which match regexp = 4\n"
    )
    assert "% Incomplete command." in desk.type("show clock | redirect")
    assert "(Invalid argument)" in desk.type("show clock | tee wrong:x")
    assert "  redirect  Redirect output to URL\n" in desk.session.help("show clock | ")


def test_configure_replace(desk: Desk) -> None:
    desk.type("copy running-config flash:base", "")
    before = written(desk.router.config)
    desk.type("configure terminal", "hostname CHANGED", "interface Loopback3", "end")
    shown = desk.transcript("configure replace flash:base", "y")
    assert shown.startswith(
        "CHANGED#configure replace flash:base\n"
        "This will apply all necessary additions and deletions\n"
        "to replace the current running configuration with the\n"
        "contents of the specified configuration file, which is\n"
        "assumed to be a complete configuration, not a partial\n"
        "configuration. Enter Y if you are sure you want to proceed. ? [no]: y\n"
    )
    assert shown.endswith("Total number of passes: 1\nRollback Done\n\n")
    assert written(desk.router.config) == before
    assert "Total number of passes: 0\nRollback Done\n" in desk.type(
        "configure replace flash:base force"
    )
    desk.type("configure terminal", "hostname CHANGED", "end")
    desk.type("configure replace flash:base", "")
    assert desk.router.hostname == "CHANGED"
    listed = desk.type("configure replace flash:base list force")
    assert (
        "!Pass 1\n!List of Rollback Commands:\nno hostname CHANGED\nhostname R1\nend\n\n" in listed
    )


def test_archive(desk: Desk) -> None:
    assert desk.type("show archive") == " Archive feature not enabled\n"
    assert desk.type("archive config") == (
        " Archive feature not enabled\n% Error caught by command handler\n"
    )
    desk.type("configure terminal", "archive", "path flash:saved", "maximum 2", "write-memory")
    desk.type("end")
    assert "archive\n path flash:saved\n maximum 2\n write-memory\n" in desk.type("show run")
    desk.type("archive config", "write", "archive config")
    names = list(files(desk))
    assert len(names) == 2
    assert [name.startswith("saved-Mar--1-00-00-") for name in names] == [True, True]
    assert [name[-6:] for name in names] == ["-UTC-1", "-UTC-2"]
    assert desk.type("show archive").splitlines() == [
        "The maximum archive configurations allowed is 2.",
        "There are currently 2 archive configurations saved.",
        "The next archive file will be named flash:saved-<timestamp>-3",
        " Archive #  Name",
        f"   1        flash:{names[0]}",
        f"   2        flash:{names[1]} <- Most Recent",
    ]


def test_differences(desk: Desk) -> None:
    desk.type("write")
    assert desk.type("show archive config differences") == (
        "!Contextual Config Diffs:\n!No changes were found\n\n"
    )
    desk.type("configure terminal", "hostname B", "interface Gi0/0", "mtu 1400", "end")
    wanted = (
        "!Contextual Config Diffs:\n+hostname B\ninterface GigabitEthernet0/0\n +mtu 1400\n"
        "-hostname R1\n\n"
    )
    assert desk.type("show archive config differences") == wanted
    assert (
        desk.type("show archive config differences nvram:startup-config system:running-config")
        == wanted
    )
    shown = desk.type("show archive config incremental-diffs nvram:startup-config")
    assert shown == "!List of Commands:\nhostname R1\nend\n\n"


# -- reload ---------------------------------------------------------------------------------------


def test_reload_asks_only_about_what_would_be_lost(desk: Desk) -> None:
    desk.type("write", "reload")
    assert desk.session.asking == "Proceed with reload? [confirm]"
    desk.type("n")
    desk.type("configure terminal", "hostname LOST", "end", "reload")
    assert desk.session.asking == "System configuration has been modified. Save? [yes/no]: "
    assert desk.type("maybe") == "% Please answer 'yes' or 'no'.\n"
    desk.type("no")
    assert desk.session.asking == "Proceed with reload? [confirm]"
    desk.type("")
    assert "%SYS-5-RELOAD: Reload requested by console. Reload Reason: Reload Command." in (
        desk.screen
    )
    assert desk.session.closed
    assert desk.router.hostname == "R1"
    assert desk.router.uptime < 2_000_000


def test_reload_saves_where_that_is_wanted(desk: Desk, grammar: Grammar) -> None:
    desk.type("configure terminal", "hostname KEPT", "end")
    assert modified(grammar, desk.router)
    assert "Building configuration...\n[OK]\n" in desk.type("reload", "yes", "")
    assert desk.router.hostname == "KEPT"
    assert not modified(grammar, desk.router)


def test_nothing_typed_reaches_a_router_that_boots(desk: Desk) -> None:
    desk.type("write")
    desk.session.feed("reload")
    desk.session.feed("")
    desk.router.simulation.run_until(desk.router.simulation.now + 5_000_000)
    assert desk.session.busy
    desk.session.feed("show version")
    desk.session.interrupt()
    assert desk.session.busy
    desk.settle()
    assert desk.session.closed
    assert "Cisco IOS Software, IOSv Software (VIOS" not in desk.screen.split("RESTART")[0]


def test_reload_without_a_startup_config(desk: Desk) -> None:
    desk.type("reload", "no", "")
    assert desk.router.hostname == "Router"
    assert all(it.shutdown for it in desk.router.config.interfaces.values())


def test_reload_later(desk: Desk) -> None:
    assert desk.type("show reload") == "No reload is scheduled.\n"
    desk.type("write")
    shown = desk.transcript("reload in 10 I_took_an_arrow_in_the_knee", "")
    assert shown.startswith(
        "R1#reload in 10 I_took_an_arrow_in_the_knee\n"
        "Reload scheduled in 10 minutes by console\n"
        "Reload reason: I_took_an_arrow_in_the_knee\n"
        "Proceed with reload? [confirm]\n"
    )
    assert "%SYS-5-SCHEDULED_RELOAD: Reload requested for 00:1" in shown
    desk.router.simulation.run_until(desk.router.simulation.now + 61_000_000)
    assert desk.type("show reload") == (
        "Reload scheduled in 8 minutes by console\nReload reason: I_took_an_arrow_in_the_knee\n"
    )
    cancelled = desk.type("reload cancel")
    assert "***\n*** --- SHUTDOWN ABORTED ---\n***\n" in cancelled
    assert "%SYS-5-SCHEDULED_RELOAD_CANCELLED:  Scheduled reload cancelled at 00:01:" in cancelled
    desk.type("reload in 0:10", "")
    desk.router.simulation.run_until(desk.router.simulation.now + 540_500_000)
    assert "*** --- SHUTDOWN in 0:05:00 ---" in desk.screen
    assert "*** --- SHUTDOWN in 0:01:00 ---" in desk.screen
    desk.router.simulation.run_until(desk.router.simulation.now + 100_000_000)
    assert "%SYS-5-RELOAD: Reload requested by console" in desk.screen
    assert desk.session.closed


@pytest.mark.parametrize("span", ["0", "1:99", "soon", "9999"])
def test_spans_that_are_none(desk: Desk, span: str) -> None:
    assert "% Invalid input detected at '^' marker." in desk.type(f"reload in {span}")


def test_reload_at_a_time_of_day(desk: Desk) -> None:
    desk.type("write")
    shown = desk.type("reload at 14:00", "")
    assert shown.startswith(
        "Reload scheduled for 14:00:00 UTC Fri Mar 1 2002 (in 13 hours and 59 minutes) by console\n"
    )


@pytest.mark.parametrize("date", ["2 mar", "Mar 2"])
def test_reload_on_a_date(desk: Desk, date: str) -> None:
    desk.type("write")
    shown = desk.type(f"reload at 14:00 {date} change of image", "")
    assert shown.startswith(
        "Reload scheduled for 14:00:00 UTC Sat Mar 2 2002 (in 37 hours and 59 minutes) by console\n"
        "Reload reason: change of image\n"
    )
    assert desk.type("show reload").startswith(
        "Reload scheduled for 14:00:00 UTC Sat Mar 2 2002 (in 37 hours and 59 minutes) by console\n"
    )


@pytest.mark.parametrize("date", ["28 feb", "mar 30", "feb 31"])
def test_dates_that_are_too_far_away(desk: Desk, date: str) -> None:
    assert "% Invalid input detected at '^' marker." in desk.type(f"reload at 14:00 {date}")


# -- show running-config --------------------------------------------------------------------------


def test_partitions_are_the_whole(desk: Desk) -> None:
    desk.type("configure terminal", "ip route 0.0.0.0 0.0.0.0 10.0.0.9", "end")
    shown = desk.type("show running-config partition ip-static-routes")
    assert shown.startswith("Building configuration...\n\nCurrent configuration : ")
    assert shown.endswith(
        " bytes\n!\nConfiguration of Partition - ip-static-routes\n!\n!\n"
        "ip route 0.0.0.0 0.0.0.0 10.0.0.9\n!\n!\nend\n\n"
    )
    names = (
        "common", "interface Gi0/0", "interface Gi0/1", "line", "ip-static-routes", "router",
        "access-list", "snmp",
    )  # fmt: skip
    parts = [
        line
        for name in names
        for line in desk.type(f"show running-config partition {name}").splitlines()[7:-4]
    ]
    whole = [line for line in written(desk.router.config).splitlines() if line[0] != "!"]
    assert sorted(parts) == sorted(whole[:-1])


def test_brief_and_full(desk: Desk) -> None:
    whole = desk.type("show running-config")
    assert desk.type("show running-config brief") == whole
    assert desk.type("show running-config full") == whole


# -- terminal -------------------------------------------------------------------------------------


def test_load_and_time_before_shows(desk: Desk) -> None:
    """Captures taken under `terminal exec prompt timestamp` begin so."""
    desk.type("terminal exec prompt timestamp")
    first, second, third, last = desk.type("show privilege").splitlines()
    assert first == "Load for five secs: 0%/0%; one minute: 0%; five minutes: 0%"
    assert second.startswith("No time source, *00:00:0")
    assert second.endswith(" UTC Fri Mar 1 2002")
    assert (third, last) == ("", "Current privilege level is 15")
    assert desk.type("write") == "Building configuration...\n[OK]\n"
    desk.type("terminal no exec prompt timestamp")
    assert desk.type("show privilege") == "Current privilege level is 15\n"


def test_configure_reads_what_it_is_told_to(desk: Desk) -> None:
    desk.type("write", "configure terminal", "hostname NOW", "end", "configure", "mem")
    assert desk.session.prompt == "R1#"
    assert desk.type("configure network") == (
        "This command has been replaced by the command:\n"
        "         'copy <url> system:/running-config'\n"
    )
    assert desk.session.asking == "Address or name of remote host []? "
