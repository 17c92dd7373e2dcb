"""show line, show terminal, show users: captures rendered again, and sessions at a router."""

from dataclasses import dataclass

from ioscli.cli.matcher import Grammar
from ioscli.cli.show.lines import LineView, show_lines, show_terminal
from ioscli.model.instant import SECOND, Duration
from ioscli.router.router import Router

from .desk import Desk
from .test_show_processes import lines_of
from .test_show_system import at, chain

CONSOLE = LineView(
    number=0, kind="CTY", uses=0, access_out=None, access_in=None, length=0, width=0, history=10,
    exec_timeout=0, input_transports="none", output_transports="pad telnet rlogin ssh",
    preferred_transport="telnet", active=Duration(60 * 3600 * SECOND),
)  # fmt: skip


def test_a_captured_terminal() -> None:
    shown = [line.rstrip() for line in show_terminal(CONSOLE)]
    assert shown == lines_of("show-terminal/genie-1.txt")


def test_captured_rows() -> None:
    captured = lines_of("show-line/genie-1.txt")
    lines = [
        CONSOLE._replace(active=None),
        CONSOLE._replace(number=1, kind="AUX", active=None),
        CONSOLE._replace(number=322, kind="VTY", uses=1366),
        CONSOLE._replace(number=324, kind="VTY", uses=161, active=None),
    ]
    shown = [line.rstrip() for line in show_lines(lines)]
    assert shown[0] == captured[1]
    assert set(shown[1:5]) < set(captured)
    assert shown[5:7] == captured[-2:-1] or "Line(s) not in async mode" in shown[6]
    assert shown[7] == "2-321, 323"
    limited = CONSOLE._replace(access_in="10", access_out="VTY-OUT")
    assert "-    -      -VTY-OUT   10     0" in list(show_lines([limited]))[1]


@dataclass
class Place:
    """A router with its console and a vty in use."""

    router: Router
    console: Desk
    vty: Desk


def place(grammar: Grammar) -> Place:
    network = chain()
    router = network["M"]
    console = at(grammar, router)
    console.type("conf t", "line vty 0 4", "exec-timeout 0 30", "access-class 10 in", "end")
    vty = Desk(grammar, router, line=1)
    network.wait(5)
    return Place(router, console, vty)


def test_lines_in_use(grammar: Grammar) -> None:
    here = place(grammar)
    rows = here.vty.type("show line").splitlines()
    assert [row[:1] for row in rows[1:8]] == ["*", " ", "*", " ", " ", " ", " "]
    assert [row.split()[-4] for row in rows[1:5]] == [*"0010"]
    assert rows[3].split()[8:10] == ["10", "1"]
    assert rows[-2:] == ["2-577", ""]
    Desk(grammar, here.router, line=1)
    assert "   2      0    0/0" in here.vty.type("show line vty 0")


def test_one_line(grammar: Grammar) -> None:
    here = place(grammar)
    text = here.console.type("show line 578")
    assert text == here.console.type("show line vty 0")
    assert 'Line 578, Location: "", Type: ""\n' in text
    assert "               00:00:30        never" in text
    assert "Time since activation: 00:00:05\n" in text
    assert "Status: PSI Enabled, Ready, Active, No Exit Banner, Automore On\n" in text
    idle = here.console.type("show line vty 4")
    assert "Time since activation: never\n" in idle
    assert here.console.type("show line console 0").splitlines()[3] == (
        'Line 0, Location: "", Type: ""'
    )
    assert "% Invalid input" in here.console.type("show line 577")
    assert "% Invalid input" in here.console.type("show line vty 5")


def test_the_terminal_follows_what_was_set(grammar: Grammar) -> None:
    here = place(grammar)
    here.vty.type("terminal length 55", "terminal width 99", "terminal history size 33")
    here.vty.type("terminal monitor")
    text = here.vty.type("show terminal")
    assert "Length: 55 lines, Width: 99 columns\n" in text
    assert "history size is 33.\n" in text
    assert "Capabilities: Receives Logging Output\n" in text
    assert "Capabilities: none\n" in here.console.type("show terminal")
    here.console.type("conf t", "line vty 0 4", "transport input ssh", "end")
    assert "Allowed input transports are ssh.\n" in here.vty.type("show terminal")


def test_users(grammar: Grammar) -> None:
    here = place(grammar)
    text = here.vty.type("show users")
    assert text.splitlines()[1:3] == [
        "   0 con 0                idle                 00:00:05   ",
        "*578 vty 0                idle                 00:00:00   ",
    ]
    everybody = here.vty.type("show users all").splitlines()
    assert [line.split()[-1] for line in everybody[1:8]] == [
        *("00:00:05", "00:00:00", "00:00:00", "00:00:00", "00:00:00", "00:00:00", "00:00:00"),
    ]
    assert everybody[2] == "   1 aux 0                                     00:00:00   "
