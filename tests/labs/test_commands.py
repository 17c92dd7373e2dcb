"""The program's command line as a shell sees it: exit statuses, one-line errors, plain streams."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.labs.catalogue import shipped_labs
from tests.conftest import Run

Ioscli = Callable[..., Run]
WriteLab = Callable[..., Path]

ROOT = Path(__file__).parents[2]
LAB = (
    "topology:\n  nodes:\n    R1: {kind: router, startup-config: R1.cfg}\n    R2: {kind: router}\n"
)
CONFIG = "hostname R1\nno ip domain lookup\ninterface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n"


def program(
    *arguments: object, typed: str = "", **options: object
) -> "subprocess.CompletedProcess[str]":
    """Run the program as a process of its own, with lines from a pipe."""
    return subprocess.run(
        [sys.executable, "-m", "ioscli", *map(str, arguments)],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )


def test_labs_are_listed(ioscli: Ioscli) -> None:
    run = ioscli("labs")
    assert run.status == 0
    for name in ("gre-over-ipsec (default)", "ipsec-vti", "crypto-tunnel-modes"):
        assert f"{name}: " in run.out
    assert "gre-over-ipsec/mtu" in run.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "ipsec-vtu"], 'there is no lab "ipsec-vtu" (did you mean "ipsec-vti"?)'),
        (["run", "gre-over-ipsec", "--node", "R9"], 'there is no node "R9"'),
        (["run", "ipsec-vti", "--pace", "quick"], '--pace "quick": not real, fast or a number'),
        (["run", "gre-over-ipsec", "--capture", "x"], '--capture "x": not LINK:FILE'),
        (["run", "tests"], "tests: there is no lab.yaml in this folder"),
        (["replay", "none.ios"], "none.ios: no such file"),
        (["replay", "gre-over-ipsec/none"], "gre-over-ipsec/none: no such file"),
        (["lint", "none.cfg"], "none.cfg: no such file"),
    ],
)  # fmt: skip
def test_wrong_arguments_end_with_one_line_and_status_2(
    arguments: list[str], message: str, ioscli: Ioscli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    run = ioscli(*arguments)
    assert run.status == 2
    assert run.out == ""
    assert run.err.startswith(message)
    assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["run"], ["run", "x", "--seed", "y"], ["lint"]]
)
def test_usage_errors_have_status_2(arguments: list[str], ioscli: Ioscli) -> None:
    run = ioscli(*arguments)
    assert run.status == 2
    assert run.out == ""
    assert "usage: ioscli" in run.err


def test_version_and_help(ioscli: Ioscli) -> None:
    assert re.match(r"ioscli(, not installed.*| \d+\.\d+.*)\n", ioscli("--version").out)
    run = ioscli("--help")
    assert run.status == 0
    assert all(word in run.out for word in ("labs", "run", "replay", "lint", "practice"))
    assert "serve" not in run.out


def test_wrong_lab_files_say_file_and_line(ioscli: Ioscli, write_lab: WriteLab) -> None:
    file = write_lab(LAB + "  nodez: {}\n", {"R1.cfg": CONFIG})
    run = ioscli("run", file.parent)
    assert (run.status, run.out) == (2, "")
    assert run.err.startswith(f"{file}:5: unknown key")
    write_lab(LAB, {"R1.cfg": CONFIG + "frobnicate\n"})
    run = ioscli("run", file.parent)
    assert run.status == 2
    assert run.err.startswith(f"{file.parent / 'R1.cfg'}:5: ")


def test_lines_from_a_pipe_are_echoed_after_their_prompts(write_lab: WriteLab) -> None:
    file = write_lab(LAB, {"R1.cfg": CONFIG})
    typed = "enable\nshow privilege\nshow ip ro?\n:2\nenable\n:R9\n"
    run = program("run", file.parent, typed=typed)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == (
        "R1>enable\nR1#show privilege\nCurrent privilege level is 15\n"
        "R1#show ip ro?\nroute  \nR1#:2\n"
        "R2>enable\nR2#:R9\n% no node 'R9' There are: 1 R1  2 R2*\nR2#\n"
    )


def test_stored_lines_are_noted_at_the_start(write_lab: WriteLab) -> None:
    file = write_lab(LAB, {"R1.cfg": "version 15.9\n" + CONFIG})
    run = program("run", file.parent)
    assert run.stdout.splitlines()[0] == (
        "configuration lines that are kept but act on nothing: 1 "
        f"(first: {file.parent / 'R1.cfg'}:1)"
    )


def test_fast_pace_does_not_wait_for_timeouts(write_lab: WriteLab) -> None:
    """Ten thousand simulated seconds of unanswered pings; at real pace this would time out."""
    file = write_lab(LAB, {"R1.cfg": CONFIG + "ip route 0.0.0.0 0.0.0.0 10.0.0.9\n"})
    typed = "enable\nping 10.0.0.9 repeat 5000\nshow privilege\n"
    run = program("run", file.parent, "--pace", "fast", typed=typed)
    assert "Success rate is 0 percent (0/5000)" in run.stdout
    assert "Current privilege level is 15" in run.stdout


def test_reader_that_goes_away_ends_the_program_quietly() -> None:
    command = f"{sys.executable} -m ioscli replay gre-over-ipsec/mtu | head -1"
    run = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert run.stderr == ""
    assert len(run.stdout.splitlines()) == 1


class Piped:
    """A running console at the other end of two pipes."""

    def __init__(self, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ioscli", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            bufsize=0,
        )

    def type(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())

    def read_until(self, text: str) -> str:
        """What is printed up to a text; fails at the end of the stream."""
        assert self.process.stdout is not None
        seen = b""
        while text.encode() not in seen:
            piece = self.process.stdout.read(1)
            assert piece, seen.decode()
            seen += piece
        return seen.decode()

    def end(self) -> str:
        """Close the input; what is printed on standard error until the end."""
        _, error = self.process.communicate(timeout=30)
        return error.decode()


def test_interrupt_signal_at_a_prompt_ends_the_program_without_traceback() -> None:
    console = Piped("run", "gre-over-ipsec")
    console.read_until("R1>")
    console.process.send_signal(signal.SIGINT)
    assert console.end() == ""
    assert console.process.returncode == 130


def test_interrupt_signal_stops_a_ping_and_nothing_else() -> None:
    console = Piped("run", "gre-over-ipsec")
    console.type("enable\nping 192.168.1.99 repeat 1000\n")
    console.read_until("timeout is 2 seconds:\n")
    console.process.send_signal(signal.SIGINT)
    console.read_until("Success rate is 0 percent")
    console.type("show privilege\n")
    console.read_until("Current privilege level is 15")
    assert console.end() == ""
    assert console.process.returncode == 0


def test_messages_come_while_no_line_does() -> None:
    console = Piped("run", "gre-over-ipsec")
    console.type("enable\nconf t\nint gi0/1\nshutdown\n")
    seen = console.read_until("Interface GigabitEthernet0/1, changed state to down\n")
    assert "R1(config-if)#\n*Mar " in seen
    console.type("exit\n")
    assert console.read_until("exit\n") == "R1(config-if)#exit\n"
    assert console.end() == ""


def test_the_piped_console_logs_out_in_time() -> None:
    """Nothing is typed: the session ends by itself, and the next line is its RETURN."""
    console = Piped("run", "gre-over-ipsec")
    console.type("enable\nconf t\nline con 0\nexec-timeout 0 1\n")
    console.read_until("R1 con0 is now available")
    console.read_until("Press RETURN to get started.")
    console.type("\nshow privilege\n")
    console.read_until("R1>show privilege\nCurrent privilege level is 1\n")
    assert console.end() == ""


@pytest.mark.usefixtures("grammar")  # a checkout's tables are made, with Lark, by the first use
def test_replay_imports_neither_the_terminal_library_nor_lark() -> None:
    code = (
        "import sys; from ioscli.__main__ import main; "
        "status = main(['replay', 'gre-over-ipsec/gre', '--check']); "
        "sys.exit(status or any(name.startswith('prompt_toolkit') or name == 'lark' "
        "for name in sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("lab", shipped_labs())
def test_shipped_transcripts_hold_exactly(lab: str, ioscli: Ioscli) -> None:
    files = sorted((ROOT / "labs" / lab / "transcripts").glob("*.ios"))
    assert files
    for file in files:
        run = ioscli("replay", file, "--check", "exact")
        assert run.status == 0, run.out


@pytest.mark.parametrize("lab", shipped_labs())
def test_shipped_transcripts_hold_in_shape_with_another_seed(lab: str, ioscli: Ioscli) -> None:
    for file in sorted((ROOT / "labs" / lab / "transcripts").glob("*.ios")):
        run = ioscli("replay", file, "--check", "shape", "--seed", 11)
        assert run.status == 0, run.out


@pytest.mark.parametrize("lab", shipped_labs())
def test_shipped_configurations_are_accepted_whole(lab: str, ioscli: Ioscli) -> None:
    files = sorted((ROOT / "labs" / lab).glob("s*/*.cfg"))
    assert len(files) >= 2
    run = ioscli("lint", *files)
    assert run.status == 0, run.out
