"""Directives of recordings: what is written is read back as it was."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.labs.errors import InputError
from ioscli.labs.quantities import LONGEST, parse_duration
from ioscli.labs.transcripts.directives import (
    Expected,
    Interrupt,
    Keys,
    Leave,
    Look,
    More,
    Note,
    Pause,
    Recorded,
    Return,
    Secret,
    escaped,
    timed,
    unescaped,
)
from ioscli.labs.transcripts.transcript import Transcript, as_output
from ioscli.labs.transcripts.typed_line import Ending, read_line, write_line
from ioscli.model.instant import MILLISECOND, Duration

NAMES = {"R1": "R1"}


def transcript(*lines: str) -> Transcript:
    return Transcript(Path("t.ios"), "\n".join(lines))


def test_directives_of_recordings() -> None:
    text = transcript(
        "@recorded length 24 seed -3 lab a lab", "@secret", "@keys sh\\t\\r", "@more \\x20q",
        "@pause 2.5s", "@interrupt 1.2s", "@interrupt", "@leave", "@note  Two  words ", "@note",
        "@| R1#no command ", "@|", "@look R1", "@return",
    )  # fmt: skip
    assert text.recorded == Recorded(1, 24, -3, "a lab")
    assert text.passage_from(1, NAMES) == [
        Recorded(1, 24, -3, "a lab"),
        Secret(2),
        Keys(3, "sh\t\r"),
        More(4, " q"),
        Pause(5, Duration(2_500_000)),
        Interrupt(6, Duration(1_200_000)),
        Interrupt(7, Duration(0)),
        Leave(8, Duration(0)),
        Note(9, "Two  words"),
        Note(10, ""),
        Expected(11, "R1#no command "),
        Expected(12, ""),
    ]
    assert text.step_at(13, NAMES) == Look(13, "R1")
    assert text.step_at(14, NAMES) == Return(14)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("@recorded", "@recorded: not `length LINES seed N`"),
        ("@recorded length x seed 0", "@recorded: not `length LINES seed N`"),
        ("@keys a\\q", r"@keys: unknown key \\q".replace("\\\\", "\\")),
        ("@keys a\\", "@keys: unknown key \\"),
        ("@secret word", "@secret: nothing may follow"),
        ("@return R1", "@return: nothing may follow"),
        ("@look", "@look: say which node"),
        ("@interrupt soon", "@interrupt: not a time"),
    ],
)
def test_wrong_directives(line: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        transcript(line)
    assert str(caught.value).startswith("t.ios:1: ")
    assert reason in str(caught.value)


@given(st.text(st.characters(max_codepoint=0x17F, exclude_categories=["Cs"]), min_size=1))
def test_any_keys_can_be_written(keys: str) -> None:
    keys = "".join(key for key in keys if ord(key) < 0x100 or key.isprintable())
    written = escaped(keys)
    assert written == written.strip()
    assert written.isprintable() or not written
    assert unescaped(written) == keys


@given(st.integers(0, LONGEST // MILLISECOND))
def test_times_are_written_to_the_millisecond(milliseconds: int) -> None:
    span = Duration(milliseconds * MILLISECOND)
    assert parse_duration(timed("wait", span).removeprefix("@wait").strip() or "0") == span


@given(st.text("a ?^VZC", max_size=6), st.booleans())
def test_a_typed_line_is_read_back(text: str, literal: bool) -> None:
    assert read_line(write_line(text, Ending.ENTER, literal=literal), literal=literal) == (
        text,
        Ending.ENTER,
    )


@pytest.mark.parametrize(
    ("line", "literal", "found"),
    [
        ("show ?", False, ("show ", Ending.HELP)),
        ("ls what?", True, ("ls what?", Ending.ENTER)),
        ("no shut^Z", False, ("no shut", Ending.SUSPEND)),
        ("^C", False, ("", Ending.INTERRUPT)),
        ("banner motd ^C", False, ("banner motd ^C", Ending.ENTER)),
        ("description why^V?", False, ("description why?", Ending.ENTER)),
    ],
)
def test_endings_of_lines(line: str, literal: bool, found: tuple[str, Ending]) -> None:
    assert read_line(line, literal=literal) == found


def test_output_that_looks_like_something_else_is_marked() -> None:
    assert as_output("R1#x", NAMES) == "@| R1#x"
    assert as_output("@note", NAMES) == "@| @note"
    assert as_output("R2#x", NAMES) == "R2#x"
    assert as_output(" R1#x", NAMES) == " R1#x"
