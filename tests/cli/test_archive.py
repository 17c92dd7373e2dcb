"""What `archive` does by itself, its log, and changes that come undone unless confirmed.

The screens are those of session logs of IOS 15 (confirmed changes) and of captures of IOS-XE
(`show archive log config all`: columns, blanks, hidden secrets).
"""

from collections.abc import Iterator

import pytest

from ioscli.cli.boot import written
from ioscli.cli.matcher import Grammar
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MINUTE, Instant
from ioscli.router.filesystem import ROOT
from ioscli.router.router import Router

from .desk import Desk

HARDWARE = (InterfaceName.parse("Gi0/0"), InterfaceName.parse("Gi0/1"))
ADDRESS = ("interface Gi0/0", "ip address 1.1.1.1 255.255.255.0", "end")


@pytest.fixture
def desk(grammar: Grammar) -> Iterator[Desk]:
    """The console of R1, whose archive is in flash:."""
    router = Router(Simulation(seed=1), "R1", HARDWARE)
    router.boot()
    made = Desk(grammar, router)
    made.type("configure terminal", "archive", "path flash:archive", "exit", *ADDRESS)
    yield made
    made.session.close()


def wait(desk: Desk, minutes: float) -> str:
    """What comes by itself."""
    before = len(desk.screen)
    simulation = desk.router.simulation
    simulation.run_until(Instant(simulation.now + int(minutes * MINUTE)))
    return desk.screen[before:]


def test_changes_come_undone_unless_confirmed(desk: Desk) -> None:
    before = written(desk.router.config)
    begun = desk.type("configure terminal revert timer 2")
    file = desk.router.files.archives[-1]
    assert file.startswith("flash:archive-Mar--1-")
    assert begun.startswith(
        f"Rollback Confirmed Change: Backing up current running config to {file}\n\n"
    )
    assert "Enter configuration commands, one per line.  End with CNTL/Z.\n" in begun
    assert (
        f"%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_BACKUP: Backing up current running config to {file}\n"
        in begun
    )
    assert (
        "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_START_ABSTIMER: User: console(Priv: 15, View: 0): "
        f"Scheduled to rollback to config {file} in 2 minutes\n"
    ) in begun
    desk.type("interface Gi0/0", "ip address 2.2.2.2 255.255.255.0", "interface Loopback9")
    shown = desk.type("do show archive config rollback timer").splitlines()
    assert shown[0].startswith("Time configured(or reconfigured): 00:00:0")
    assert shown[1:] == ["Timer type: absolute timer", "Timer value: 2 min", "User: console"]
    warned = wait(desk, 1)
    assert (
        "Rollback Confirmed Change: Rollback will begin in one minute.\n"
        'Enter "configure confirm" if you wish to keep what you\'ve configured\n'
    ) in warned
    assert "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_WARNING_ABSTIMER: System will rollback to" in warned
    undone = wait(desk, 1)
    assert f"Rollback Confirmed Change: rolling to:{file}\n" in undone
    assert "!Pass 1\n!List of Rollback Commands:\n" in undone
    assert "Total number of passes: 1\nRollback Done\n" in undone
    assert written(desk.router.config) == before
    # The interface whose mode was open is gone; the session is in global configuration.
    assert desk.session.prompt == "R1(config)#"
    assert desk.type("do show archive config rollback timer") == (
        "%No Rollback Confirmed Change pending\n"
    )


def test_confirmed_changes_stay(desk: Desk) -> None:
    desk.type("configure terminal revert timer 2", "hostname KEPT", "end")
    assert "CHG_CONFIRM: User: console: Confirm the" in desk.type("configure confirm")
    wait(desk, 3)
    assert desk.router.hostname == "KEPT"
    assert desk.type("configure confirm") == "%No Rollback Confirmed Change pending\n"


def test_revert_now_and_later(desk: Desk) -> None:
    desk.type("configure terminal revert timer 2", "hostname GONE", "end")
    assert "Extend absolute timer to 9 minutes" in desk.type("configure revert timer 9")
    wait(desk, 5)
    assert desk.router.hostname == "GONE"
    assert "%ARCHIVE_DIFF-5-ROLLBK_CNFMD_CHG_ROLLBACK_NOW" in desk.type("configure revert now")
    assert desk.router.hostname == "R1"
    assert desk.type("configure revert now") == "%No Rollback Confirmed Change pending\n"


def test_without_an_archive_nothing_can_be_reverted(desk: Desk) -> None:
    desk.type("configure terminal", "no archive", "end")
    refusal = "%Turn config archive on before using Rollback Confirmed Change\n"
    assert desk.type("configure terminal revert timer 2") == refusal
    assert desk.session.configuring is None
    desk.type("copy running-config flash:base", "")
    assert desk.type("configure replace flash:base force time 2") == refusal


def test_replacing_for_a_time(desk: Desk) -> None:
    desk.type("copy running-config flash:base", "")
    desk.type("configure terminal", "hostname OTHER", "end")
    shown = desk.type("configure replace flash:base force time 1")
    assert "Total number of passes: 1\nRollback Done\n\n" in shown
    assert "in 1 minutes\n" in shown
    assert desk.router.hostname == "R1"
    wait(desk, 1.1)
    assert desk.router.hostname == "OTHER"


def test_a_failed_replacement_is_taken_back_where_that_is_wanted(desk: Desk) -> None:
    before = written(desk.router.config)
    desk.type("show running-config | redirect flash:odd")
    text = desk.router.files.read(ROOT._replace(path="odd")).decode()
    desk.router.files.write(
        ROOT._replace(path="odd"), text.replace("hostname R1", "hostname R2\nnonsense").encode()
    )
    shown = desk.type("configure replace flash:odd force revert trigger error")
    assert "The following commands are failed to apply to the IOS image." in shown
    assert written(desk.router.config) == before
    desk.type("configure replace flash:odd force")
    assert desk.router.hostname == "R2"


def test_a_reload_forgets_what_is_pending(desk: Desk) -> None:
    desk.type("write", "configure terminal revert timer 5", "hostname NEW", "end", "write")
    desk.type("reload", "")
    desk.router.simulation.run_until(Instant(desk.router.simulation.now + 9 * MINUTE))
    assert desk.router.hostname == "NEW"


# -- by itself ------------------------------------------------------------------------------------


def test_archives_are_made_as_time_goes_by(desk: Desk) -> None:
    desk.type("configure terminal", "archive", "time-period 10", "maximum 3", "end")
    wait(desk, 9.5)
    assert desk.router.files.archives == []
    wait(desk, 50.6)
    names = desk.router.files.archives
    assert [name[-6:] for name in names] == ["-UTC-3", "-UTC-4", "-UTC-5"]
    assert [place.path for place, _ in desk.router.files.listing(ROOT)] == [
        name.removeprefix("flash:") for name in names
    ]
    desk.type("configure terminal", "archive", "no time-period 10", "end")
    wait(desk, 60)
    assert desk.router.files.archives == names


def test_the_period_goes_on_after_a_reload(desk: Desk, grammar: Grammar) -> None:
    desk.type("configure terminal", "archive", "time-period 10", "end", "write", "reload", "")
    again = Desk(grammar, desk.router)
    wait(again, 10.1)
    assert len(desk.router.files.archives) == 1
    again.session.close()


# -- the log --------------------------------------------------------------------------------------


def enable_log(desk: Desk, *settings: str) -> None:
    desk.type("configure terminal", "archive", "log config", "logging enable", *settings, "end")


def test_commands_are_logged_in_full(desk: Desk) -> None:
    assert desk.type("show archive log config all") == "% Config Logger disabled.\n"
    enable_log(desk)
    desk.type("conf t", "int g0/0", "ip addr 9.9.9.1 255.255.255.0", "sh", "nonsense", "end")
    assert desk.type("show archive log config all").splitlines() == [
        " idx   sess           user@line      Logged command",
        "    1     1        console@console  |  logging enable ",
        "    2     2        console@console  |interface GigabitEthernet0/0",
        "    3     2        console@console  | ip address 9.9.9.1 255.255.255.0",
        "    4     2        console@console  | shutdown ",
    ]
    assert desk.type("show archive log config 3 provisioning") == (
        " ip address 9.9.9.1 255.255.255.0\n"
    )
    assert len(desk.type("show archive log config 2 3").splitlines()) == 3
    assert len(desk.type("show archive log config user console session 1 all").splitlines()) == 2
    desk.type("conf t", "archive", "log config", "no logging enable", "logging enable", "end")
    assert len(desk.type("show archive log config all").splitlines()) == 2


def test_secrets_are_hidden_where_that_is_wanted(desk: Desk) -> None:
    enable_log(desk, "hidekeys")
    desk.type("conf t", "username u secret S3cret", "enable secret S3cret")
    desk.type("snmp-server community S3cret ro", "crypto isakmp key S3cret address 1.1.1.1", "end")
    shown = desk.type("show archive log config all")
    assert "S3cret" not in shown
    assert "|username u secret *\n" in shown
    assert "|!config: USER TABLE MODIFIED\n" in shown
    assert "|enable secret *\n" in shown
    assert "|snmp-server community * " in shown
    assert "|crypto isakmp key * address 1.1.1.1\n" in shown
    desk.type("conf t", "archive", "log config", "no hidekeys", "enable secret S3cret", "end")
    assert "|enable secret S3cret\n" in desk.type("show archive log config all")


def test_the_log_is_as_long_as_configured_and_tells_the_system_log(desk: Desk) -> None:
    enable_log(desk, "logging size 5", "notify syslog")
    desk.type("conf t")
    shown = [desk.type(f"hostname R{number}") for number in range(9)]
    assert "%PARSER-5-CFGLOG_LOGGEDCMD: User:console  logged command:hostname R3\n" in shown[3]
    desk.type("end")
    rows = desk.type("show archive log config all").splitlines()[1:]
    assert [row.split("|")[1] for row in rows] == [f"hostname R{n}" for n in range(4, 9)]
