"""Telnet between the nodes of a lab, as each front end shows it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run, WriteLab

Ioscli = Callable[..., Run]

LAB = """\
name: telnet
description: two routers and a host on one LAN
topology:
  nodes:
    R1: {kind: router, startup-config: R1.cfg}
    R2: {kind: router, startup-config: R2.cfg}
    S1: {kind: linux, startup-config: S1.sh}
    LAN: {kind: switch}
  links:
    - endpoints: ["R1:Gi0/0", "LAN:e0"]
    - endpoints: ["R2:Gi0/0", "LAN:e1"]
    - endpoints: ["S1:eth0", "LAN:e2"]
"""
FILES = {
    "R1.cfg": "hostname R1\nip host R2 10.0.0.2\ninterface Gi0/0\n"
    " ip address 10.0.0.1 255.255.255.0\n no shutdown\n",
    "R2.cfg": "hostname R2\nusername bob password secret\ninterface Gi0/0\n"
    " ip address 10.0.0.2 255.255.255.0\n no shutdown\n"
    "line vty 0 4\n login local\n transport input telnet\n",
    "S1.sh": "ifconfig eth0 10.0.0.10 netmask 255.255.255.0\n",
}
BLANK = " "
"""Behind a prompt, as IOS has it."""
FROM_R1 = f"""\
R1#telnet 10.0.0.2
Trying 10.0.0.2 ... Open


User Access Verification

Username: bob
Password:{BLANK}
R2>show privilege
Current privilege level is 1
R2>exit

[Connection to 10.0.0.2 closed by foreign host]
R1#show privilege
Current privilege level is 15
"""
FROM_S1 = f"""\
cisco@S1:~$ telnet 10.0.0.2
Connected to 10.0.0.2

Entering character mode
Escape character is '^]'.



User Access Verification

Username: bob
Password:{BLANK}
R2>exit
Connection closed by foreign host
cisco@S1:~$ hostname
S1
"""


@pytest.fixture
def lab(write_lab: WriteLab) -> Path:
    return write_lab(LAB, FILES)


def test_answers_go_to_the_far_end(lab: Path, ioscli: Ioscli) -> None:
    script = lab.parent / "t.ios"
    script.write_text(
        "R1#telnet 10.0.0.2\n@answer bob\n@answer secret\n@answer show privilege\n@answer exit\n"
        "R1#show privilege\n"
        "S1:~$ telnet 10.0.0.2\n@answer bob\n@answer secret\n@answer exit\nS1:~$ hostname\n"
    )
    run = ioscli("replay", script)
    assert run.out == FROM_R1 + FROM_S1, run.err
    assert ioscli("replay", script, "--update").status == 0
    text = script.read_text()
    assert "@answer show privilege\nCurrent privilege level is 1\n@answer exit\n" in text
    assert ioscli("replay", script, "--check", "exact").status == 0


def test_without_answers_the_far_end_hangs_up(lab: Path, ioscli: Ioscli) -> None:
    script = lab.parent / "t.ios"
    script.write_text("R1#telnet 10.0.0.2\nR1#show clock\n")
    shown = ioscli("replay", script).out
    assert "\n% Username:  timeout expired!\n\n[Connection to 10.0.0.2 closed" in shown
    assert "*00:00:3" in shown


def test_lines_from_a_pipe(lab: Path) -> None:
    def run(lines: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "ioscli", "run", str(lab), "--pace", "fast"],
            input=lines,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={**os.environ, "XDG_STATE_HOME": str(lab.parent)},
        ).stdout

    typed = "enable\ntelnet 10.0.0.2\nbob\nsecret\nshow privilege\nexit\nshow privilege\n"
    assert run(typed) == f"R1>enable\n{FROM_R1}R1#\n"
    typed = ":S1\ntelnet 10.0.0.2\nbob\nsecret\nexit\nhostname\n"
    assert run(typed) == f"R1>:S1\n{FROM_S1}cisco@S1:~$ \n"


def test_keys_at_a_terminal(lab: Path) -> None:
    from .test_console import Screen  # skips where there is no tmux

    screen = Screen(f"ioscli-telnet-{os.getpid()}", "run", str(lab))
    try:
        screen.wait_for("R1>")
        screen.type("R2", "Enter")
        screen.wait_for("Username:")
        screen.type("bobo", "BSpace", "Enter")
        screen.wait_for("Username: bob", "Password:")
        screen.type("secret", "Enter")
        screen.wait_for("R2>")
        screen.type("show priv", "Tab")
        screen.wait_for("R2>show privilege")
        screen.type("Enter")
        screen.wait_for("Current privilege level is 1", "R2>")
        screen.type("C-]")
        screen.wait_for("node:")
        screen.type("S1", "Enter")
        screen.wait_for("cisco@S1:~$")
        screen.type(":R1", "Enter")
        screen.wait_until_shown("cisco@S1:~$ :R1")
        screen.type("show priv", "Enter")
        screen.wait_for("Current privilege level is 1", "R2>")
        screen.type("C-^", "x")
        screen.wait_for("R1>")
        screen.type("resume", "Enter", "exit", "Enter")
        screen.wait_for("[Connection to R2 closed by foreign host]", "R1>")
        screen.type("C-d")
        screen.wait_for("status=0")
    finally:
        screen.close()


def test_the_clients_own_console_at_a_terminal(lab: Path) -> None:
    from .test_console import Screen  # skips where there is no tmux

    screen = Screen(f"ioscli-telnet-{os.getpid()}-host", "run", str(lab), "--node", "S1")
    try:
        screen.wait_for("cisco@S1:~$")
        screen.type("telnet 10.0.0.2", "Enter")
        screen.wait_for("Username:")
        screen.type("C-]", "C-]")
        screen.wait_until_shown(" e      exit telnet")
        screen.type("e")
        screen.wait_for("cisco@S1:~$")
    finally:
        screen.close()
