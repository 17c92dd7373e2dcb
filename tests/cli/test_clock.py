"""The clock: set by hand, in a zone, with summer time."""

from datetime import datetime

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.engine.simulation import Simulation
from ioscli.model.clock import ClockConfig, SummerTime, YearlyMoment
from ioscli.router.clock import Clock

from .desk import Desk

EUROPE = "clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00"


def test_until_it_is_set_the_clock_is_marked(grammar: Grammar) -> None:
    desk = Desk(grammar)
    assert desk.type("show clock") == "*00:00:00.000 UTC Fri Mar 1 2002\n"
    assert desk.type("show clock detail").endswith("\nNo time source\n")


def test_setting_it(grammar: Grammar) -> None:
    desk = Desk(grammar)
    assert desk.type("clock set 12:30:00 1 July 2024") == (
        "Jul  1 12:30:00.000: %SYS-6-CLOCKUPDATE: System clock has been updated from "
        "00:00:00 UTC Fri Mar 1 2002 to 12:30:00 UTC Mon Jul 1 2024, configured from console by "
        "console.\n"
    )
    desk.router.simulation.run_until(desk.router.simulation.now + 1_500_000)
    assert desk.type("show clock") == "12:30:01.500 UTC Mon Jul 1 2024\n"
    assert "Time source is user configuration" in desk.type("show clock detail")
    assert "Invalid input" in desk.type("clock set 12:00:00 31 feb 2024")


def test_zone_and_summer_time(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "clock timezone CET 1", EUROPE, "end", "clock set 12:00:00 jul 1 2024")
    assert desk.type("show clock") == "12:00:00.000 CEST Mon Jul 1 2024\n"
    assert desk.router.console.clock.utc().hour == 10
    assert desk.type("show clock detail").endswith(
        "Summer time starts 02:00:00 CET Sun Mar 31 2024\n"
        "Summer time ends 03:00:00 CEST Sun Oct 27 2024\n"
    )
    desk.type("clock set 12:00:00 1 december 2024")
    assert desk.type("show clock") == "12:00:00.000 CET Sun Dec 1 2024\n"


@pytest.mark.parametrize(
    "line",
    [
        "clock timezone CET 1 0",
        "clock timezone NST -3 30",
        "clock summer-time EDT recurring",
        "clock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00",
        "clock summer-time X recurring 2 Sun Mar 2:00 1 Sun Nov 2:00 30",
        "clock summer-time CEST date Mar 31 2024 2:00 Oct 27 2024 3:00",
    ],
)
def test_lines_print_back(grammar: Grammar, line: str) -> None:
    desk = Desk(grammar)
    desk.type("conf t", line, "end")
    assert desk.type("show running-config | include clock") == line + "\n"
    desk.type("conf t", "no " + " ".join(line.split()[:2]), "end")
    assert desk.type("show running-config | include clock") == ""


def test_the_american_rule() -> None:
    summer = SummerTime("EDT")
    assert summer.bounds(2024) == (datetime(2024, 3, 10, 2), datetime(2024, 11, 3, 2))
    assert not summer.holds(datetime(2024, 3, 10, 1, 59))
    assert summer.holds(datetime(2024, 3, 10, 2))
    assert summer.holds(datetime(2024, 11, 3, 0, 59))
    assert not summer.holds(datetime(2024, 11, 3, 1))  # 2:00 by summer time


def test_south_of_the_equator_summer_spans_the_new_year() -> None:
    rule = (YearlyMoment(1, 6, 10, 2, 0), YearlyMoment(1, 6, 4, 3, 0))
    clock = Clock(Simulation(), ClockConfig("AEST", 600, SummerTime("AEDT", rule)))
    assert clock.local().zone == "AEDT"
    clock.set(datetime(2024, 6, 1, 8))
    assert clock.local() == (datetime(2024, 6, 1, 8), "AEST")
