"""System messages: where they go, how they are stamped, what the buffer holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.cli.matcher import Grammar
from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant, seconds
from ioscli.model.logging import LoggingConfig
from ioscli.router.syslog import ConsoleLog

from .desk import Desk

AT = seconds(12.345)


def said(desk: Desk, *lines: str, after: int = AT) -> str:
    """The line of a message that comes some time after lines of configuration."""
    desk.type("conf t", *lines, "end")
    desk.router.simulation.run_until(Instant(after))
    before = len(desk.screen)
    desk.router.log("SYS", 5, "TEST", "text")
    return desk.screen[before:].strip("\n")


@pytest.mark.parametrize(
    ("lines", "stamp"),
    [
        ((), "*Mar  1 00:00:12.345: "),
        (("service timestamps log datetime",), "*Mar  1 00:00:12: "),
        (("service timestamps log datetime msec year",), "*Mar  1 2002 00:00:12.345: "),
        (("service timestamps log datetime show-timezone",), "*Mar  1 00:00:12 UTC: "),
        (
            ("clock timezone CET 1", "service timestamps log datetime localtime show-timezone"),
            "*Mar  1 01:00:12 CET: ",
        ),
        (("clock timezone CET 1", "service timestamps log datetime"), "*Mar  1 00:00:12: "),
        (("service timestamps log uptime",), "00:00:12: "),
        (("no service timestamps log",), ""),
        (("no service timestamps",), ""),
        (("service sequence-numbers", "no service timestamps log"), "000002: "),
        (("service timestamps debug uptime",), "*Mar  1 00:00:12.345: "),
    ],
)
def test_stamps(grammar: Grammar, lines: tuple[str, ...], stamp: str) -> None:
    assert said(Desk(grammar), *lines) == f"{stamp}%SYS-5-TEST: text"


@pytest.mark.parametrize(
    ("after", "stamp"), [(seconds(90_061), "1d01h: "), (seconds(14 * 86_400 + 9), "2w0d: ")]
)
def test_long_uptimes(grammar: Grammar, after: int, stamp: str) -> None:
    line = said(Desk(grammar), "service timestamps log uptime", after=after)
    assert line == f"{stamp}%SYS-5-TEST: text"


def test_levels_of_destinations(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type(
        "conf t", "logging console errors", "logging buffered warnings", "end", "clear logging", ""
    )
    for severity in range(8):
        desk.router.log("SYS", severity, "TEST", f"level {severity}")
    assert [line[-1] for line in desk.screen.splitlines() if "TEST" in line] == list("0123")
    assert [line[-1] for line in desk.router.console.buffer] == list("01234")
    desk.type("conf t", "no logging console")
    before = desk.screen
    desk.router.log("SYS", 0, "TEST", "quiet")
    assert desk.screen == before
    assert desk.router.console.buffer[-1].endswith("quiet")


def test_no_logging_on_leaves_the_console(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "no logging on")
    desk.router.log("SYS", 5, "TEST", "alone")
    assert desk.screen.endswith("%SYS-5-TEST: alone\n")
    assert desk.router.console.buffer == ()


def test_a_monitor_gets_its_own_level() -> None:
    log = ConsoleLog(Simulation())
    lines: list[str] = []
    stop = log.subscribe(lines.append, monitor=True)
    log.config.console = None
    log.log("SYS", 5, "TEST", "one")
    stop()
    log.log("SYS", 5, "TEST", "two")
    assert [line[-3:] for line in lines] == ["one"]
    assert (log.counters.monitor, log.counters.console, log.counters.buffer) == (1, 0, 2)


def test_messages_of_the_boot_are_buffered_and_not_shown() -> None:
    log = ConsoleLog(Simulation())
    lines: list[str] = []
    log.subscribe(lines.append)
    log.log("SYS", 5, "RESTART", "System restarted --", booting=True)
    assert lines == []
    assert log.buffer == ("*Mar  1 00:00:00.000: %SYS-5-RESTART: System restarted --",)


@settings(max_examples=60, deadline=None)
@given(st.integers(4096, 9000), st.lists(st.text(max_size=600), max_size=60))
def test_the_buffer_holds_the_newest_messages_within_its_size(size: int, texts: list[str]) -> None:
    log = ConsoleLog(Simulation(), LoggingConfig(buffer_size=size))
    for text in texts:
        log.log("SYS", 6, "TEST", text)
    held = log.buffer
    sizes = [len(line.encode()) + 1 for line in held]
    assert sum(sizes) <= size
    assert [line.split(": ", 2)[2] for line in held] == texts[len(texts) - len(held) :]
    if len(held) < len(texts):  # the next older one would not have fitted
        older = f"*Mar  1 00:00:00.000: %SYS-6-TEST: {texts[len(texts) - len(held) - 1]}"
        assert sum(sizes) + len(older.encode()) + 1 > size
    assert log.counters.buffer == len(texts)


def test_show_logging(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "logging buffered 16384", "logging host 10.0.0.9", "end")
    text = desk.type("show logging")
    assert "\n    Console logging: level debugging, 1 messages logged, xml disabled,\n" in text
    assert "\n    Monitor logging: level debugging, 0 messages logged, xml disabled,\n" in text
    assert "\n    Trap logging: level informational, 1 message lines logged\n" in text
    assert "\n        Logging to 10.0.0.9  (udp port 514, audit disabled,\n" in text
    assert text.endswith(
        "\nLog Buffer (16384 bytes):\n\n"
        "*Mar  1 00:00:00.000: %SYS-5-CONFIG_I: Configured from console by console\n"
    )
    assert desk.transcript("clear logging", "") == (
        "R1#clear logging\nClear logging buffer [confirm]\n"
    )
    assert desk.type("show logging | include CONFIG_I") == ""
    assert "Buffer logging:  level debugging, 1 messages" in desk.type("show logging")


def test_show_logging_where_destinations_are_off(grammar: Grammar) -> None:
    desk = Desk(grammar)
    desk.type("conf t", "no logging console", "no logging buffered", "no logging trap", "end")
    text = desk.type("show logging")
    assert "\n    Console logging: disabled\n" in text
    assert "\n    Buffer logging: disabled\n" in text
    assert "\n    Trap logging: disabled\n" in text
    assert "Log Buffer" not in text


def test_counts(grammar: Grammar) -> None:
    desk = Desk(grammar)
    assert desk.type("show logging count") == "Logging of message counts is not enabled\n"
    desk.type("conf t", "logging count", "end", "conf t", "end")
    rows = desk.type("show logging count").splitlines()
    assert rows[2] == (
        "SYS            CONFIG_I                           5    2 *Mar  1 00:00:00.000"
    )
    assert rows[4].split() == ["SYS", "TOTAL", "2"]


def test_lines_print_back(grammar: Grammar) -> None:
    desk = Desk(grammar)
    lines = [
        "no service timestamps debug", "service timestamps log datetime msec localtime year",
        "service sequence-numbers", "logging count", "logging buffered 64000 informational",
        "no logging console", "logging monitor errors", "logging trap debugging",
    ]  # fmt: skip
    desk.type("conf t", *lines, "end")
    printed = desk.type("show running-config").splitlines()
    assert [line for line in printed if line in lines] == lines
    desk.type("conf t", *(f"default {line.removeprefix('no ')}" for line in lines), "end")
    left = [line for line in desk.type("show running-config").splitlines() if "logging" in line]
    assert left == []
