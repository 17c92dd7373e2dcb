"""Practising at a real terminal: tmux types the keys and reads the screen."""

import itertools
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ioscli.practice.progress import Progress
from tests.labs.test_console import PATIENCE, ROOT, Screen

_numbers = itertools.count()
Open = Callable[..., Screen]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def terminal(state: Path) -> Iterator[Open]:
    """Opens terminals with `ioscli practice` in them."""
    opened: list[Screen] = []

    def start(*words: object) -> Screen:
        name = f"ioscli-practice-{os.getpid()}-{next(_numbers)}"
        screen = Screen(name, "practice", *map(str, words), "--state", str(state))
        opened.append(screen)
        return screen

    yield start
    for screen in opened:
        screen.close()


MORE = "-- a key shows more, q leaves the rest out --"


def read_on(screen: Screen, marker: str, key: str, end: str) -> None:
    """Press a key at each full screen, once, until the end is shown."""
    deadline = time.monotonic() + PATIENCE
    answered = 0
    lines = screen.lines
    while not any(end in line for line in lines):
        assert time.monotonic() < deadline, "\n".join(lines)
        if lines[-1:] == [marker] and len(lines) != answered:
            answered = len(lines)
            screen.type(key)
        lines = screen.lines


def sit_down(screen: Screen) -> list[str]:
    """Read what is to be done, and go on to the first prompt."""
    read_on(screen, "Press Enter to read on.", "Enter", "Press Enter to sit down at R1.")
    screen.type("Enter")
    return screen.wait_for("R1>")


def test_a_student_gets_to_a_first_passed_exercise(terminal: Open, toy: Path, state: Path) -> None:
    """With what the screen says: look, ask, check, change, check again, hand in."""
    screen = terminal(toy)
    lines = sit_down(screen)
    shown = " ".join(" ".join(lines).split())
    for said in ("1 Let R1 reach R2.", "R1 is yours to configure", ":check", "`enable` leads on"):
        assert said in shown
    screen.type(":check", "Enter")
    lines = screen.wait_until_shown("0 of 2 tasks done")
    screen.wait_for("R1>")
    assert any("`:explain 1` says why" in line for line in lines)
    screen.type(":hint", "Enter")
    screen.wait_until_shown("An interface is chosen with")
    screen.type("enable", "Enter", "configure terminal", "Enter", "interface gi0/0", "Enter")
    screen.wait_for("R1(config-if)#")
    screen.type("ip address 10.0.0.1 255.255.255.0", "Enter", "no shutdown", "Enter")
    screen.wait_until_shown("Interface GigabitEthernet0/0, changed state to up")
    # In the middle of configuration, and typed ahead of the result.
    screen.type(
        "C-u", "description to R2", "Enter", ":check", "Enter", "do show privilege", "Enter"
    )
    screen.wait_until_shown("2 of 2 tasks done: 15 of 15 points")
    lines = screen.wait_for("Current privilege level is 15", "R1(config-if)#")
    assert lines[-3] == "R1(config-if)#do show privilege"
    screen.type(":submit", "Enter")
    screen.wait_until_shown("toy  PASSED")
    read_on(screen, MORE, "Space", "The attempt is over: passed, 15 of 15 points.")
    screen.wait_for("R1(config-if)#")
    screen.type(":quit", "Enter")
    lines = screen.wait_for("status=0")
    assert not any("Traceback" in line for line in lines)
    assert [it.passed for it in Progress(state / "practice").attempts] == [True]


def test_what_is_longer_than_the_screen_waits_for_a_key(terminal: Open, toy: Path) -> None:
    lab = toy / "lab.yaml"
    first = "    R1 is new in the network.\n"
    lab.write_text(lab.read_text().replace(first, first + 25 * "    It has seen nothing yet.\n\n"))
    screen = terminal(toy)
    sit_down(screen)
    screen.type(":tasks", "Enter")
    screen.wait_for(MORE)
    screen.type("q")
    screen.wait_for("R1>")
    screen.type(":tasks", "Enter")
    screen.wait_for(MORE)
    screen.type("C-c")
    screen.wait_for("R1>")


def test_control_d_and_a_vanished_terminal_keep_what_was_done(
    terminal: Open, toy: Path, state: Path
) -> None:
    screen = terminal(toy)
    sit_down(screen)
    screen.type("enable", "Enter", "conf t", "Enter", "int lo7", "Enter")
    screen.wait_for("R1(config-if)#")
    screen.type("C-d")
    screen.wait_for("status=0")
    screen.close()
    screen = terminal(toy)
    sit_down(screen)
    screen.wait_until_shown("You go on where you left")
    screen.type("enable", "Enter", "conf t", "Enter", "int lo8", "Enter")
    screen.wait_for("R1(config-if)#")
    screen.close()
    kept = state / "practice" / "networks"
    deadline = time.monotonic() + 10
    while not any(b"Loopback8" in it.read_bytes() for it in kept.rglob("startup-config")):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_check_can_be_interrupted_and_another_console_asked_by_key(
    terminal: Open, toy: Path
) -> None:
    screen = terminal(toy)
    sit_down(screen)
    # A check that takes its time: 5 more seconds of nothing, 4,000 times.
    lab = toy / "lab.yaml"
    text = lab.read_text().replace("to: 10.0.0.2}", "to: 10.0.0.2, within: 6h}")
    screen.type(":quit", "Enter")
    screen.wait_for("status=0")
    screen.close()
    lab.write_text(text)
    screen = terminal(toy)
    sit_down(screen)
    screen.type(":check", "Enter")
    screen.wait_until_shown("Checking: ")
    screen.type("C-c")
    screen.wait_for("% Stopped; nothing was judged.", "R1>")
    screen.type("C-]")
    screen.wait_for("node:")
    screen.type("tim", "Enter")
    screen.wait_until_shown("it is meant to take 10 minutes")
    screen.type("C-]")
    screen.type("R2", "Enter")
    screen.wait_for("R2>")


def test_the_routers_are_put_back_under_the_console(terminal: Open, toy: Path) -> None:
    screen = terminal(toy)
    sit_down(screen)
    screen.type("enable", "Enter", "conf t", "Enter", "hostname Changed", "Enter")
    screen.wait_for("Changed(config)#")
    screen.type(":reset", "Enter", ":reset", "Enter")
    screen.wait_until_shown("The network is as it was at the start")
    screen.wait_for("R1>")
    screen.type("enable", "Enter", "show clock", "Enter")
    first = screen.wait_until_shown("*00:0")[-2]
    time.sleep(1.5)
    screen.type("show clock", "Enter")
    deadline = time.monotonic() + 10
    while (last := screen.lines[-2]) == first or not last.startswith("*00:0"):
        assert time.monotonic() < deadline, "simulated time stands still"


def test_a_message_breaks_into_what_is_typed(terminal: Open, toy: Path) -> None:
    """The last minute of an exam, and its end."""
    screen = terminal(toy, "--exam", "--time", "63s")
    screen.wait_for("R1>")
    screen.type("show ver")
    lines = screen.wait_until_shown("*** 1 minute left.")
    screen.wait_for("R1>show ver")
    assert "R1>show ver" in lines[: lines.index("*** 1 minute left.")]
    screen.type("C-u", ":submit", "Enter")
    screen.wait_until_shown("toy  NOT PASSED")
    screen.wait_for("status=0")


def test_an_exam_ends_by_itself(terminal: Open, toy: Path) -> None:
    screen = terminal(toy, "--exam", "--time", "4s")
    screen.wait_until_shown("*** The time is up.")
    screen.wait_until_shown("0 of 1 exercise passed, 0 of 15 points in all")
    screen.wait_for("status=0")


def test_the_menu(terminal: Open) -> None:
    screen = terminal()
    screen.wait_for(">")
    assert any(line.startswith("1  ") for line in screen.lines)
    screen.type("first-steps", "Enter")
    screen.wait_until_shown("(first-steps)")
    screen.type("1", "Enter")
    sit_down(screen)
    screen.wait_until_shown("How this works")
    screen.type(":quit", "Enter")
    screen.wait_until_shown("goes on here.")
    screen.wait_for(">")
    assert any("begun" in line for line in screen.lines)
    screen.type("q", "Enter")
    screen.wait_for("status=0")


def test_a_terminal_that_goes_away_ends_it_cleanly(toy: Path, tmp_path: Path) -> None:
    """Also in the middle of a check, whose process goes with it."""
    master, slave = pty.openpty()
    words = ["practice", str(toy), "--state", str(tmp_path / "state")]
    with (tmp_path / "errors").open("wb") as errors:
        process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", sys.executable, "-m", "ioscli", *words],
            stdin=slave,
            stdout=slave,
            stderr=errors,
            cwd=ROOT,
        )
        os.close(slave)
        for shown, typed in ((b"Press Enter", b"\r"), (b"R1>", b":check\r"), (b"Checking", b"")):
            seen = b""
            while shown not in seen:
                seen += os.read(master, 4096)
            os.write(master, typed)
        os.close(master)
        assert process.wait(timeout=PATIENCE) == 0
    assert (tmp_path / "errors").read_text() == ""
    assert Progress(tmp_path / "state" / "practice").ongoing("toy") is not None
