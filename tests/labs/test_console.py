"""The console at a real terminal: tmux types the keys and reads the screen."""

import itertools
import os
import pty
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).parents[2]
#: Wall seconds after which a screen that does not come is given up.
PATIENCE = 20.0

if shutil.which("tmux") is None:
    if os.environ.get("CI") == "true":
        raise RuntimeError("tmux is missing, and CI must not skip the console")
    pytest.skip("tmux is not installed", allow_module_level=True)


class Screen:
    """A terminal with the program in it."""

    def __init__(self, name: str, *arguments: str) -> None:
        self._tmux = ["tmux", "-L", name, "-f", "/dev/null"]
        command = " ".join([sys.executable, "-m", "ioscli", *arguments])
        self._run(
            "new-session", "-d", "-x", "120", "-y", "48", "-c", str(ROOT),
            f"{command}; echo status=$?; cat",
        )  # fmt: skip

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments], capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout

    def type(self, *keys: str) -> None:
        """Type texts, and keys by tmux's names (`Enter`, `C-z`)."""
        self._run("send-keys", *keys)

    def paste(self, text: str) -> None:
        """Paste as a terminal with bracketed paste does."""
        self._run("set-buffer", text)
        self._run("paste-buffer", "-p")

    @property
    def lines(self) -> list[str]:
        """The screen with its history, without the blank lines at the end."""
        lines = self._run("capture-pane", "-p", "-S", "-500").split("\n")
        while lines and not lines[-1].strip():
            lines.pop()
        return [line.rstrip() for line in lines]

    def wait_for(self, *tail: str) -> list[str]:
        """The lines once the last ones are these."""
        deadline = time.monotonic() + PATIENCE
        lines = self.lines
        while tuple(lines[-len(tail) :]) != tail:
            assert time.monotonic() < deadline, "\n".join(lines)
            lines = self.lines
        return lines

    def wait_until_shown(self, text: str) -> list[str]:
        """The lines once the text is anywhere among them."""
        deadline = time.monotonic() + PATIENCE
        lines = self.lines
        while not any(text in line for line in lines):
            assert time.monotonic() < deadline, "\n".join(lines)
            lines = self.lines
        return lines

    def close(self) -> None:
        """End what runs in the terminal."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, timeout=10, check=False)


_numbers = itertools.count()


@pytest.fixture
def screen() -> Iterator[Screen]:
    terminal = Screen(f"ioscli-test-{os.getpid()}-{next(_numbers)}")
    yield terminal
    terminal.close()


def privileged(screen: Screen) -> None:
    screen.wait_for("R1>")
    screen.type("enable", "Enter")
    screen.wait_for("R1#")


def test_first_lines_say_how_to_look_at_another_router(screen: Screen) -> None:
    first = screen.wait_for("R1>")[0]
    assert "R1*" in first
    assert "R5" in first
    assert "Ctrl-]" in first
    assert ":NAME" in first
    assert any("`ioscli practice`" in line for line in screen.lines)


def test_help_comes_without_enter_and_tab_completes(screen: Screen) -> None:
    privileged(screen)
    screen.type("show ip ro?")
    screen.wait_for("R1#show ip ro?", "route", "R1#show ip ro")
    screen.type("Tab")
    screen.wait_for("R1#show ip route")
    screen.type("| beg 100.12.0.1/32", "Enter")
    screen.wait_until_shown("L        100.12.0.1/32 is directly connected")


def test_control_z_carries_the_line_out_and_ends_configuration(screen: Screen) -> None:
    privileged(screen)
    screen.type("configure terminal", "Enter")
    screen.wait_for("R1(config)#")
    screen.type("interface lo7", "Enter")
    screen.wait_until_shown("Interface Loopback7, changed state to up")
    screen.wait_for("R1(config-if)#")
    screen.type("ip address 7.7.7.7 255.255.255.255", "C-z")
    lines = screen.wait_for("R1#")
    assert "R1(config-if)#ip address 7.7.7.7 255.255.255.255^Z" in lines
    assert any("%SYS-5-CONFIG_I" in line for line in lines)
    screen.type("show ip interface brief | include 7.7", "Enter")
    screen.wait_until_shown("Loopback7                  7.7.7.7")


def break_in(screen: Screen) -> list[str]:
    """Have a message come while `no shutd` stands on the line; the screen then."""
    screen.type("int gi0/1", "Enter", "shutdown", "Enter")
    screen.wait_for("R1(config-if)#")
    screen.type("no shutd")
    # The line protocol follows a second later.
    return screen.wait_until_shown("Interface GigabitEthernet0/1, changed state to down")


def test_messages_break_into_the_line_being_typed(screen: Screen) -> None:
    privileged(screen)
    screen.type("conf t", "Enter")
    lines = break_in(screen)
    assert "%LINEPROTO-5-UPDOWN" in lines[-1]
    assert "R1(config-if)#no shutd" in lines
    # As on IOS, the line is there still, and only what follows is seen.
    screen.type("own")
    screen.wait_for("own")
    screen.type("C-l")
    screen.wait_for("own", "R1(config-if)#no shutdown")
    screen.type("Enter")
    screen.wait_until_shown("Interface GigabitEthernet0/1, changed state to up")


def test_logging_synchronous_shows_the_line_again(screen: Screen) -> None:
    privileged(screen)
    screen.type("conf t", "Enter", "line con 0", "Enter", "logging synchronous", "Enter")
    break_in(screen)
    lines = screen.wait_for("R1(config-if)#no shutd")
    assert "%LINEPROTO-5-UPDOWN" in lines[-2]


def test_the_console_logs_out_in_time(screen: Screen) -> None:
    """Nobody presses a key: the screen changes by itself."""
    privileged(screen)
    screen.type("conf t", "Enter", "line con 0", "Enter", "exec-timeout 0 4", "Enter", "banner")
    began = time.monotonic()
    screen.wait_for("Press RETURN to get started.")
    assert time.monotonic() - began > 2
    lines = screen.lines
    assert "R1 con0 is now available" in lines
    assert any("%SYS-5-CONFIG_I: Configured from console by console" in line for line in lines)
    screen.type("x", "Enter")
    screen.wait_for("R1>")


def test_editing_keys(screen: Screen) -> None:
    """Every key of Cisco's table of editing commands, as a terminal sends it."""
    privileged(screen)
    for keys, shown in (
        (("abc def", "C-b", "C-b", "X"), "abc dXef"),
        (("C-a", "Y"), "Yabc dXef"),
        (("C-e", "C-w"), "Yabc"),
        (("C-y",), "Yabc dXef"),
        (("M-b", "C-k"), "Yabc"),
        (("M-b", "C-f", "C-d"), "Ybc"),
        (("C-e", "C-u", "one two", "C-a", "M-f", "C-t"), "on etwo"),
        (("C-a", "C-k", "word word word", "C-a", "M-c", "M-f", "M-u"), "Word word WORD"),
        (("M-b", "M-l"), "Word word word"),
        (("Left", "Left", "BSpace", "Right", "!"), "Word word wr!d"),
        (("C-a", "M-d"), " word wr!d"),
        (("C-e", "C-x", "C-v", "?"), "?"),
        (("C-u", "Up"), "enable"),
        (("Down",), ""),
    ):
        screen.type(*keys)
        screen.wait_for(f"R1#{shown}")


def test_long_lines_are_shifted(screen: Screen) -> None:
    """At 80 columns, however wide the window is: ten characters at a time, behind a `$`."""
    privileged(screen)
    line = "ping " + "".join(f"{number:<10}" for number in range(9)).replace(" ", ".")
    screen.type(line)
    shifted = screen.wait_until_shown("R1#$")[-1]
    assert len(shifted) <= 80
    assert line.endswith(shifted.removeprefix("R1#$"))
    screen.type("C-a")
    screen.wait_for(f"R1#{line[:75]}$")
    screen.type("C-u", "C-k")
    screen.wait_for("R1#")


def test_a_pasted_tab_or_question_mark_is_text(screen: Screen) -> None:
    privileged(screen)
    screen.paste("conf t\ninterface lo8\n\tdescription what?\nend\nshow run int lo8 | inc desc\n")
    screen.wait_for(" description what?", "R1#")


@pytest.mark.parametrize("key", ["C-c", "C-^"])
def test_interrupt_keys_stop_a_ping(screen: Screen, key: str) -> None:
    privileged(screen)
    screen.type("ping 192.168.1.99 repeat 1000", "Enter")
    screen.wait_until_shown("timeout is 2 seconds:")
    screen.type(key)
    lines = screen.wait_for("R1#")
    assert lines[-2].startswith("Success rate is 0 percent (0/")


def test_control_c_at_the_prompt_gives_a_fresh_line(screen: Screen) -> None:
    privileged(screen)
    screen.type("show", "C-c")
    screen.wait_for("R1#show^C", "R1#")


def test_results_appear_one_by_one_at_real_pace(screen: Screen) -> None:
    privileged(screen)
    screen.type("ping 192.168.1.99 repeat 100", "Enter")
    screen.wait_for(".")
    began = time.monotonic()
    screen.wait_for("...")
    assert time.monotonic() - began > 3  # two timeouts of two seconds
    screen.type("C-c")


def test_consoles_are_switched_by_key_and_by_command(screen: Screen) -> None:
    privileged(screen)
    screen.type("show ver", "C-]")
    screen.wait_for("node:")
    screen.type("r4", "Enter")
    screen.wait_for("R4>")
    screen.type(":R1", "Enter")
    # What stood on R1's line is there still.
    screen.wait_for("R1#show ver")
    screen.type("C-u", ":R9", "Enter")
    screen.wait_until_shown("% no node 'R9'")


def test_dialogue_asks_its_questions(screen: Screen) -> None:
    privileged(screen)
    screen.type("ping", "Enter")
    for question, answer in (
        ("Protocol [ip]:", ""),
        ("Target IP address:", "192.168.1.4"),
        ("Repeat count [5]:", "1"),
        ("Datagram size [100]:", ""),
        ("Timeout in seconds [2]:", ""),
        ("Extended commands [n]:", ""),
        ("Sweep range of sizes [n]:", ""),
    ):
        screen.wait_for(question)
        screen.type(answer, "Enter")
    screen.wait_until_shown("Sending 1, 100-byte ICMP Echos to 192.168.1.4, timeout is 2 seconds:")


def test_long_output_stops_at_more_and_one_key_confirms(screen: Screen) -> None:
    privileged(screen)
    screen.type("show interfaces", "Enter")
    screen.wait_for(" --More--")
    screen.type("q")
    screen.type("show privilege", "Enter")
    lines = screen.wait_until_shown("Current privilege level is 15")
    assert not any("More" in line for line in lines)
    screen.type("clear counters", "Enter")
    screen.wait_for('Clear "show interface" counters on all interfaces [confirm]')
    screen.type("y")
    screen.wait_for("R1#")


def test_pasted_lines_are_typed_one_after_the_other(screen: Screen) -> None:
    privileged(screen)
    screen.paste(
        "conf t\nint lo8\nip address 8.8.8.8 255.255.255.255\nend\nshow ip int br | inc 8.8"
    )
    screen.wait_for("R1#show ip int br | inc 8.8")
    screen.type("Enter")
    screen.wait_until_shown("Loopback8                  8.8.8.8")


def test_typed_ahead_keys_are_not_lost(screen: Screen) -> None:
    privileged(screen)
    screen.type("ping 192.168.1.4", "Enter", "show privilege", "Enter")
    screen.wait_until_shown("Current privilege level is 15")


def test_control_d_leaves(screen: Screen) -> None:
    privileged(screen)
    screen.type("C-d")
    screen.wait_for("status=0")
    assert "Traceback" not in "\n".join(screen.lines)


def test_exit_leaves_the_console_and_enter_comes_back(screen: Screen) -> None:
    privileged(screen)
    screen.type("exit", "Enter")
    screen.wait_until_shown("Press RETURN to get started.")
    screen.type("Enter")
    screen.wait_for("R1>")


class Terminal:
    """A bare pseudo-terminal, to take away from the program."""

    def __init__(self, errors: IO[bytes]) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", sys.executable, "-m", "ioscli"],
            stdin=slave,
            stdout=slave,
            stderr=errors,
            cwd=ROOT,
        )
        os.close(slave)

    def read_until(self, text: bytes) -> None:
        seen = b""
        while text not in seen:
            seen += os.read(self.master, 4096)


@pytest.mark.parametrize("typed", [b"", b"enable\rping 192.168.1.99 repeat 1000\r"])
def test_terminal_that_goes_away_ends_the_program_cleanly(tmp_path: Path, typed: bytes) -> None:
    with (tmp_path / "errors").open("wb") as errors:
        terminal = Terminal(errors)
        terminal.read_until(b"R1>")
        if typed:
            os.write(terminal.master, typed)
            terminal.read_until(b"timeout is 2 seconds:")
        os.close(terminal.master)
        assert terminal.process.wait(timeout=PATIENCE) == 0
    assert (tmp_path / "errors").read_text() == ""


def test_a_person_at_the_keyboard(screen: Screen) -> None:
    """What fingers that know IOS do: help, Tab, history, pages, Ctrl-Z, an interrupted ping."""
    screen.wait_for("R1>")
    screen.type("en", "Tab", "Enter")
    screen.wait_for("R1#")
    # Help of a whole mode is longer than a page.
    screen.type("show ?")
    screen.wait_for(" --More--")
    screen.type("Enter", "q")
    screen.wait_for("R1#show")
    assert not any("More" in line for line in screen.lines)
    screen.type("clo?")
    screen.wait_for("R1#show clo?", "clock", "R1#show clo")
    screen.type("Tab", "C-u", "show interfaces", "Enter")
    # Pages: an expression is looked for, then a line more, then enough.
    screen.wait_for(" --More--")
    screen.type("/", "Gi[a-z]*Ethernet0/1 is", "Enter")
    screen.wait_until_shown("filtering...")
    lines = screen.wait_for(" --More--")
    assert lines[lines.index("filtering...") + 1].startswith("GigabitEthernet0/1 is ")
    screen.type("q")
    screen.wait_for("R1#")
    # Editing: transpose, word keys, the middle of the line, and history.
    screen.type("hsow", "C-a", "C-f", "C-t")
    screen.wait_for("R1#show")
    screen.type("C-e", "C-x", "show xxx privilege", "M-b", "M-b", "M-d", "C-d", "C-e", "Enter")
    screen.wait_for("R1#show privilege", "Current privilege level is 15", "R1#")
    screen.type("show ip rout", "C-r")
    screen.wait_for("R1#show ip rout", "R1#show ip rout")
    screen.type("C-u", "C-p", "Enter")
    screen.wait_for("R1#show privilege", "Current privilege level is 15", "R1#")
    # Configuration, ended with Ctrl-Z; its message breaks into what is typed next.
    screen.type("conf t", "Enter", "int lo9", "Enter")
    screen.wait_for("R1(config-if)#")
    screen.type("description at the keyboard", "C-z", "ping 192.168.1.9")
    lines = screen.wait_for("R1#ping 192.168.1.9")
    assert any("%SYS-5-CONFIG_I: Configured from console by console" in line for line in lines)
    screen.type("9 repeat 1000", "Enter")
    screen.wait_until_shown("Sending 1000, 100-byte ICMP Echos to 192.168.1.99")
    screen.type("C-^")
    assert screen.wait_for("R1#")[-2].startswith("Success rate is 0 percent (0/")
    screen.type("show run int lo9 | inc desc", "Enter")
    screen.wait_for(" description at the keyboard", "R1#")
