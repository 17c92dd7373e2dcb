"""The line editor: keys in, what a dumb terminal then shows."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.cli.keys import KeyReader
from ioscli.cli.line_editor import LineEditor, Outcome

from .glass import Glass

PROMPT = "R1#"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"


class Typist:
    """An editor, and the screen that it draws on."""

    def __init__(self, width: int = 80, history: tuple[str, ...] = ()) -> None:
        self.glass = Glass()
        self.editor = LineEditor(self._draw, width)
        self.editor.begin(PROMPT, history)

    def _draw(self, text: str) -> None:
        self.glass.draw(text.replace("\n", "\r\n"))

    def type(self, keys: str) -> Outcome:
        outcome = Outcome.EDITED
        for key in KeyReader().feed(keys.encode("latin-1")):
            outcome = self.editor.key(key)
        return outcome

    @property
    def marked(self) -> str:
        """The line with `_` where the cursor stands, as the screen shows it."""
        row, column = self.glass.line.removeprefix(PROMPT), self.glass.column - len(PROMPT)
        row = row.ljust(column)
        assert row.rstrip() == self.editor.text.rstrip()
        assert column == self.editor.cursor
        return f"{row[:column]}_{row[column:]}"


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ("show", "show_"),
        ("shw\x02o", "sho_w"),
        ("show\x01", "_show"),
        ("show\x01\x06", "s_how"),
        ("show\x01\x05", "show_"),
        ("show" + LEFT + LEFT + RIGHT, "sho_w"),
        ("show\x7f", "sho_"),
        ("show\x02\x08", "sh_w"),
        ("show\x01\x04", "_how"),
        ("show ip\x15", "_"),
        ("show ip\x18", "_"),
        ("show ip" + LEFT * 2 + "\x15", "_ip"),
        ("show ip route" + LEFT * 6 + "\x0b", "show ip_"),
        ("show ip route\x17", "show ip _"),
        ("show ip route  \x17", "show ip _"),
        ("show ip route\x1bb", "show ip _route"),
        ("show ip route\x1bb\x1bb", "show _ip route"),
        ("show ip route\x01\x1bf", "show_ ip route"),
        ("show ip route\x01\x1bf\x1bf", "show ip_ route"),
        ("show ip route\x01\x1bd", "_ ip route"),
        ("shwo\x14", "show_"),
        ("hsow\x01\x06\x14", "sh_ow"),
        ("show\x01\x1bu", "SHOW_"),
        ("SHOW IP\x01\x1bl", "show_ IP"),
        ("show ip\x01\x1bc", "Show_ ip"),
        ("show ip\x17\x19\x19", "show ipip_"),
        ("one\x15two\x15\x19\x1by", "one_"),
        ("what\x16?", "what?_"),
        ("a\x1b[3~\x01\x1b[3~", "_"),
        ("show\x1bOH\x1bOC", "s_how"),
    ],
)
def test_keys(keys: str, shown: str) -> None:
    typist = Typist()
    assert typist.type(keys) is Outcome.EDITED
    assert typist.marked == shown


def test_history_goes_back_and_comes_forward_to_what_was_typed() -> None:
    typist = Typist(history=("show clock", "show ip route"))
    typist.type("conf\x10")
    assert typist.marked == "show ip route_"
    typist.type(UP)
    assert typist.marked == "show clock_"
    typist.type("\x10")
    assert typist.glass.bells == 1
    typist.type("\x0e" + DOWN)
    assert typist.marked == "conf_"
    typist.type("\x0e")
    assert typist.glass.bells == 2


@pytest.mark.parametrize(
    ("key", "outcome"),
    [
        ("\r", Outcome.ENTERED),
        ("\n", Outcome.ENTERED),
        ("\x1a", Outcome.SUSPENDED),
        ("\x03", Outcome.INTERRUPTED),
        ("\x1e", Outcome.INTERRUPTED),
        ("?", Outcome.HELP),
        ("\t", Outcome.TAB),
    ],
)
def test_keys_that_end_or_ask(key: str, outcome: Outcome) -> None:
    typist = Typist()
    assert typist.type("show" + key) is outcome
    assert typist.editor.text == "show"


def test_enter_however_it_is_written_is_one_key() -> None:
    assert list(KeyReader().feed(b"a\r\nb\r\0c\nd\re")) == list("a\rb\rc\rd\re")
    reader = KeyReader()
    assert [*reader.feed(b"\x1b"), *reader.feed(b"[")] == []
    assert list(reader.feed(b"1;5Cx")) == ["\x1b[1;5C", "x"]


def test_refused_keys_ring_the_bell() -> None:
    typist = Typist()
    typist.type("caf\xe9\x07\x1bq\x1b[99~")
    assert typist.marked == "caf_"
    assert typist.glass.bells == 4


def test_control_characters_quoted_are_shown_with_a_caret() -> None:
    typist = Typist()
    typist.type("banner motd \x16\x03hello")
    assert typist.editor.text == "banner motd \x03hello"
    assert typist.glass.line == "R1#banner motd ^Chello"


def test_long_lines_are_shifted_ten_characters_at_a_time() -> None:
    # The command and what a real router showed of it, from the reference interactions.
    line = (
        "ping 50.1.1.2 Extended-data FFFFFFF repeat 5 size 256 timeout 1 dscp af11 df-bit validate"
    )
    typist = Typist(width=80)
    typist.glass.column = 0
    typist.editor.begin("UUT1#")
    typist.type(line)
    shown = "UUT1#$d-data FFFFFFF repeat 5 size 256 timeout 1 dscp af11 df-bit validate"
    assert typist.glass.line.endswith(shown)


def test_a_shifted_line_shows_where_it_goes_on() -> None:
    typist = Typist(width=30)
    typist.type("access-list 101 permit tcp 10.15.22.25")
    assert typist.glass.line.startswith("R1#$")
    assert typist.glass.line.endswith("10.15.22.25")
    typist.type("\x01")
    assert typist.glass.line == "R1#access-list 101 permit tc$"
    assert typist.glass.column == len(PROMPT)
    typist.type("\x05")
    assert typist.glass.line.startswith("R1#$")
    assert max(map(len, typist.glass.lines)) < 30


def test_a_line_of_ten_thousand_characters() -> None:
    typist = Typist()
    typist.type("x" * 10_000)
    assert len(typist.editor.text) == 10_000
    assert len(typist.glass.line) < 80


def test_redraw_shows_the_line_again_below() -> None:
    typist = Typist()
    typist.type("show ip\x02\x12")
    assert typist.glass.lines == ["R1#show ip", "R1#show ip"]
    assert typist.marked == "show i_p"


def test_secrets_are_not_shown() -> None:
    typist = Typist()
    typist.editor.begin("Password: ", secret=True)
    typist.type("cisco\x02\x12")
    assert "cisco" not in "".join(typist.glass.lines)
    assert typist.editor.text == "cisco"


_KEYS = st.text(
    st.one_of(st.characters(max_codepoint=255), st.sampled_from("\x1b[ABCD \x08\x17\x19\x10")),
    max_size=60,
)


@settings(max_examples=80, deadline=None)
@given(_KEYS, st.sampled_from((20, 40, 80)))
def test_the_screen_always_shows_the_line(keys: str, width: int) -> None:
    typist = Typist(width, history=("show clock", "x" * 100))
    for key in KeyReader().feed(keys.encode("latin-1")):
        if typist.editor.key(key) is not Outcome.EDITED:
            continue
        assert 0 <= typist.editor.cursor <= len(typist.editor.text)
        shown = typist.glass.line
        assert len(shown) < width
        text = typist.editor.text
        if text.isprintable() and len(text) < width - len(PROMPT) and "$" not in shown:
            assert shown == f"{PROMPT}{text}".rstrip(" ")
            assert typist.glass.column == len(PROMPT) + typist.editor.cursor
