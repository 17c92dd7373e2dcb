"""A session at a plain terminal: keys in, and the screen that they lead to."""

import pytest

from ioscli.cli.dialogue import Ask, Steps
from ioscli.cli.matcher import Grammar
from ioscli.cli.session import Session
from ioscli.cli.terminal_session import TerminalSession

from .desk import FakeRouter
from .glass import Glass


class Line:
    """A plain terminal at a router."""

    def __init__(self, grammar: Grammar, height: int = 0) -> None:
        self.router = FakeRouter()
        self.glass = Glass()
        self.terminal = TerminalSession(
            lambda output, changed: Session(
                self.router,  # type: ignore[arg-type]  # as much of a router as is needed
                grammar,
                output=output,
                on_change=changed,
                privileged=True,
                length=height,
            ),
            self.glass.draw,
        )
        self.session = self.terminal.session
        self.terminal.start()

    def type(self, keys: str) -> list[str]:
        """Type, and wait until no command is under way; the screen."""
        self.terminal.feed(keys.encode("latin-1"))
        return self.lines

    def wait(self) -> list[str]:
        self.router.simulation.run_while(lambda: self.session.busy)
        return self.lines

    @property
    def lines(self) -> list[str]:
        return self.glass.lines


@pytest.fixture
def line(grammar: Grammar) -> Line:
    return Line(grammar)


def test_prompt_echo_and_answer(line: Line) -> None:
    assert line.lines == ["R1#"]
    assert line.type("show privilege\r\n") == [
        "R1#show privilege",
        "Current privilege level is 15",
        "R1#",
    ]
    assert line.type("\r")[-2:] == ["R1#", "R1#"]


def test_help_leaves_what_was_typed_and_the_cursor(line: Line) -> None:
    line.type("show clocks" + "\x02" * 6)
    assert line.type("?")[-1] == "R1#show clocks"
    assert line.lines[0] == "R1#show clocks?"
    assert line.lines[1].startswith("  a")
    assert line.glass.column == len("R1#show ")
    line.type("\x05\x7f\r")
    assert "%" not in line.lines[-2]


def test_help_of_a_word_begun(line: Line) -> None:
    assert line.type("show cloc?") == ["R1#show cloc?", "clock", "R1#show cloc"]
    assert line.type("o\x17\x17\x15xyzzy ?")[-2:] == ["% Unrecognized command", "R1#xyzzy"]


def test_long_help_is_paged(grammar: Grammar) -> None:
    line = Line(grammar, height=5)
    line.type("show ?")
    assert line.glass.line == " --More--"
    line.type("\r")
    assert line.glass.line == " --More--"
    assert line.type("q")[-1] == "R1#show"
    assert line.glass.column == len("R1#show ")
    assert not any("More" in row for row in line.lines)


def test_tab_shows_the_completed_line_below(line: Line) -> None:
    assert line.type("sh\t") == ["R1#sh", "R1#show"]
    assert line.type("privi\t")[-1] == "R1#show privilege"
    assert line.type("\r")[-2] == "Current privilege level is 15"


def test_history_is_of_the_kind_of_mode(line: Line) -> None:
    line.type("show privilege\rconfigure terminal\rhostname R2\r\x10")
    assert line.glass.line == "R2(config)#hostname R2"
    line.type("\x10")
    assert line.glass.bells == 1
    line.type("\x1a")
    line.type("\x10\x10")
    assert line.glass.line == "R2#show privilege"


def test_control_z_carries_out_and_ends(line: Line) -> None:
    line.type("configure terminal\rhostname Paris\x1a")
    assert "R1(config)#hostname Paris^Z" in line.lines
    assert line.glass.line == "Paris#"


def test_control_c(line: Line) -> None:
    assert line.type("show\x03") == ["R1#show^C", "R1#"]
    line.type("configure terminal\rinterface gi0/0\r\x03")
    assert line.glass.line == "R1#"


def test_the_interrupt_keys_stop_a_command_and_forget_what_was_typed_ahead(line: Line) -> None:
    line.type("ping 10.0.0.9\rshow privilege\r")
    assert line.session.busy
    assert line.type("\x1e")[-2].startswith("Success rate is 0 percent")
    assert not any("privilege" in row for row in line.lines)


def test_keys_typed_ahead_are_taken_afterwards(line: Line) -> None:
    line.type("foo\rshow privilege\r")
    assert line.wait()[-3:] == [
        "R1#show privilege",
        "Current privilege level is 15",
        "R1#",
    ]


def test_a_message_breaks_into_the_line(line: Line) -> None:
    line.type("show pri")
    line.router.log("SYS", 5, "TEST", "hello")
    line.router.log("SYS", 5, "TEST", "again")
    assert line.lines[0] == "R1#show pri"
    assert [row.split(": ", 1)[1] for row in line.lines[1:3]] == [
        "%SYS-5-TEST: hello",
        "%SYS-5-TEST: again",
    ]
    # As on IOS, nothing is shown again, but the line is there still.
    assert line.type("vilege")[-1] == "vilege"
    assert line.type("\x7fe\x12")[-1] == "R1#show privilege"
    assert line.type("\r")[-2] == "Current privilege level is 15"


def test_logging_synchronous_shows_the_line_again(line: Line) -> None:
    line.session.terminal.synchronous = True
    line.type("show pri\x02")
    line.router.log("SYS", 5, "TEST", "hello")
    assert line.lines[-2].endswith("%SYS-5-TEST: hello")
    assert line.lines[-1] == "R1#show pri"
    assert line.glass.column == len("R1#show pr")


def test_one_key_confirms(line: Line) -> None:
    line.type("clear counters\r")
    assert line.glass.line == 'Clear "show interface" counters on all interfaces [confirm]'
    assert line.type("y")[-1] == "R1#"
    assert line.router.cleared == [None]
    line.type("clear counters\rn")
    line.type("clear counters\r\x03")
    assert line.router.cleared == [None]
    assert line.glass.line == "R1#"


def test_questions_are_edited_like_lines_but_without_help(line: Line) -> None:
    line.type("ping\r")
    assert line.glass.line == "Protocol [ip]:"
    line.type("\r10.0.0.?\x7f9\t\r1\r\r\r\r\r")
    assert "Target IP address: 10.0.0.9" in line.lines
    assert "Sending 1, 100-byte ICMP Echos to 10.0.0.9, timeout is 2 seconds:" in line.lines


def test_secret_answers_are_not_echoed(line: Line) -> None:
    given: list[str] = []

    def steps() -> Steps:
        given.append((yield Ask("Password: ", secret=True)))

    line.session._begin(steps())
    line.terminal._editing = False
    line.terminal.start()
    line.type("cis\x7fsco\r")
    assert given == ["cisco"]
    assert line.lines[-2:] == ["R1#Password:", "R1#"]


def test_more_takes_pages_lines_and_expressions(grammar: Grammar) -> None:
    line = Line(grammar, height=5)
    line.type("show ip route\r")
    assert line.glass.line == " --More--"
    rows = len(line.lines)
    line.type("\r")
    assert len(line.lines) == rows + 1
    line.type(" ")
    assert len(line.lines) == rows + 1 + 4
    line.type("/no such\x7f\x7f\x7f\x7f\x7fGate")
    assert line.glass.line == "/noGate"
    line.type("\x03")
    assert line.glass.line == "R1#"


def test_more_filters(grammar: Grammar) -> None:
    line = Line(grammar, height=4)
    line.type("show ip route\r/ODR\r")
    at = line.lines.index("filtering...")
    assert line.lines[at - 1] == "/ODR"
    assert "ODR" in line.lines[at + 1]
    assert "ODR" not in line.lines[at + 2]
    line.type("qshow ip route\r-IS-IS\r")
    after = line.lines[line.lines.index("-IS-IS") + 2 :]
    assert "OSPF external" in after[0]
    assert "ODR" in after[1]
    line.type("qshow ip route\r+IS-IS\r")
    after = line.lines[line.lines.index("+IS-IS") + 2 : -1]
    assert len(after) == 2
    assert all("IS-IS" in row for row in after)
    line.type("show ip route\r/(\r")
    assert "% Failed to compile regular expression" in line.lines
    assert line.glass.line == " --More--"
    line.type("q")
    assert line.glass.line == "R1#"


def test_leaving_closes(line: Line) -> None:
    line.type("exit\rshow clock\r")
    assert line.terminal.closed
    assert line.lines[-2:] == ["R1#exit", ""]


def test_banner_text_takes_question_marks(line: Line) -> None:
    line.type("configure terminal\rbanner motd #\rwho are you?\r#\r")
    assert line.glass.line == "R1(config)#"
    assert "who are you?" in line.lines
