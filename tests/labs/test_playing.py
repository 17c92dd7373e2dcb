"""Recording, playing and branching at a real terminal: tmux types the keys and reads the screen."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Run, WriteLab
from tests.labs.test_console import PATIENCE, Screen, _numbers

Open = Callable[..., Screen]
Ioscli = Callable[..., Run]

LAB = """\
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    R2: {kind: router, startup-config: R2.cfg}
  links:
    - endpoints: ["R1:Gi0/0", "R2:Gi0/0"]
"""
FILES = {
    f"R{n}.cfg": f"hostname R{n}\nno ip domain lookup\n"
    f"interface Gi0/0\n ip address 10.0.0.{n} 255.255.255.0\n"
    for n in (1, 2)
}
TRANSCRIPT = """\
@note Three lines about modes.
R1#show privilege
R1(config)#hostname Elsewhere
@note Slowly now, please.
R2#ping 10.0.0.99 repeat 1000
"""


@pytest.fixture
def at_terminal() -> Iterator[Open]:
    screens: list[Screen] = []

    def open_screen(*arguments: object) -> Screen:
        name = f"ioscli-test-{os.getpid()}-{next(_numbers)}"
        screens.append(Screen(name, *(str(argument) for argument in arguments)))
        return screens[-1]

    yield open_screen
    for screen in screens:
        screen.close()


def wait_for_file(file: Path, text: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while text not in file.read_text():
        assert time.monotonic() < deadline, file.read_text()
        time.sleep(0.02)


def test_a_session_at_the_keyboard_survives_kill_9(
    at_terminal: Open, write_lab: WriteLab, ioscli: Ioscli
) -> None:
    lab = write_lab(LAB, FILES)
    file = lab.parent / "r.ios"
    screen = at_terminal("run", lab.parent, "--record", file)
    screen.wait_for("R1>")
    screen.type("en", "Tab", "Enter", "show ?")
    screen.wait_for(" --More--")
    screen.type("q", "C-u", "ping 10.0.0.99 repeat 1000", "Enter")
    screen.wait_until_shown("timeout is 2 seconds:")
    screen.type("C-c")
    screen.wait_until_shown("Success rate is 0 percent")
    screen.type(":link down R1-R2", "Enter", "C-]")
    screen.wait_for("node:")
    screen.type("r2", "Enter")
    screen.wait_for("R2>")
    screen.type("show clock", "Enter")
    wait_for_file(file, "R2>show clock\n*")
    (process,) = (
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and str(file).encode() in arguments_of(entry)
    )
    os.kill(process, signal.SIGKILL)
    screen.wait_for("status=137")
    run = ioscli("replay", file, "--check")
    assert (run.status, run.err) == (0, ""), run.out
    text = file.read_text()
    assert "R1#show ?\n" in text
    assert "\n@interrupt " in text
    assert "\n@link down R1-R2\n" in text


def arguments_of(entry: Path) -> list[bytes]:
    """The arguments of a Python process."""
    try:
        words = (entry / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []
    return words if b"python" in words[0] else []


def test_a_transcript_is_played_and_gone_on_from(
    at_terminal: Open, write_lab: WriteLab, ioscli: Ioscli
) -> None:
    lab = write_lab(LAB, FILES)
    file, new = lab.parent / "t.ios", lab.parent / "new.ios"
    file.write_text(TRANSCRIPT.replace("1000", "2"))
    screen = at_terminal("replay", file, "--play", "--record", new)
    screen.wait_until_shown("space stops and goes on")
    screen.wait_until_shown("| Three lines about modes.")
    screen.type("Space")
    screen.wait_until_shown("[stopped at step 0 of 3]")
    screen.type("Space", "n", "n")
    screen.wait_until_shown("Elsewhere")
    screen.type("b")
    lines = screen.wait_until_shown("live after step")
    step = int(next(line for line in lines if "live after" in line).split()[3])
    assert step in (2, 3)
    if step == 2:
        screen.wait_for("Elsewhere(config)#")
        screen.type("interface lo3", "Enter")
    else:
        screen.wait_for("R2#")
        screen.type("show privilege", "Enter")
    wait_for_file(new, "interface lo3\n" if step == 2 else "show privilege\nCurrent")
    screen.type("C-d")
    screen.wait_for("status=0")
    assert ioscli("replay", new, "--check").status == 0
    assert new.read_text().startswith("@note Three lines about modes.\nR1#show privilege\nCurrent")


def test_playing_ends_where_nobody_wants_more(at_terminal: Open, write_lab: WriteLab) -> None:
    lab = write_lab(LAB, FILES)
    file = lab.parent / "t.ios"
    file.write_text(TRANSCRIPT.replace("1000", "2"))
    screen = at_terminal("replay", file, "--play", "--pace", "30")
    screen.wait_until_shown("[the end")
    lines = screen.lines
    assert "R1(config)#hostname Elsewhere" in lines
    assert "| Slowly now, please." in lines
    assert "R2#ping 10.0.0.99 repeat 2" in lines
    screen.type("q")
    screen.wait_for("status=0")
