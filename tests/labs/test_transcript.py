"""Reading transcripts: prompts, directives, and what stands between them."""

from pathlib import Path

import pytest

from ioscli.labs.errors import InputError
from ioscli.labs.transcripts.transcript import (
    Answer,
    Comment,
    Expected,
    Prompt,
    Reload,
    SetLink,
    Transcript,
    Typed,
    Wait,
    split_prompt,
)

NAMES = {"R1": "R1", "edge-1.lab": "R2"}
FILE = Path("t.ios")


def transcript(*lines: str) -> Transcript:
    return Transcript(FILE, "\n".join(lines))


@pytest.mark.parametrize(
    ("line", "prompt", "rest"),
    [
        ("R1>", Prompt("R1", "", ">"), ""),
        ("R1#show ip route", Prompt("R1", "", "#"), "show ip route"),
        ("R1(config-if)#no shut", Prompt("R1", "config-if", "#"), "no shut"),
        ("edge-1.lab(cfg-crypto-trans)#m", Prompt("edge-1.lab", "cfg-crypto-trans", "#"), "m"),
        ("R1#show run | include ^R2#", Prompt("R1", "", "#"), "show run | include ^R2#"),
    ],
)  # fmt: skip
def test_prompts(line: str, prompt: Prompt, rest: str) -> None:
    assert split_prompt(line) == (prompt, rest)
    assert str(prompt) + rest == line


@pytest.mark.parametrize(
    "line", ["", " R1#x", "!!!!!", "*Mar  1 00:00:01.000: %SYS-5-X: y", "R1 x#"]
)
def test_what_is_no_prompt(line: str) -> None:
    assert split_prompt(line) is None


def test_only_names_of_the_moment_are_prompts() -> None:
    text = transcript("R2#show clock", "edge-1.lab# show clock ")
    assert text.step_at(1, NAMES) is None
    assert text.step_at(2, NAMES) == Typed(2, "R2", Prompt("edge-1.lab", "", "#"), "show clock")
    assert text.step_at(1, {"R2": "R2"}) is not None


def test_directives() -> None:
    text = transcript("@wait 30s", "@link down R1:Gi0/0", "@link up R1-R2", "@reload R1")
    assert [text.step_at(number, NAMES) for number in range(1, 5)] == [
        Wait(1, 30_000_000),
        SetLink(2, False, "R1:Gi0/0"),
        SetLink(3, True, "R1-R2"),
        Reload(4, "R1"),
    ]


def test_passage_holds_output_answers_and_comments_up_to_the_next_step() -> None:
    text = transcript("R1#ping", "Type", "@answer 10.1.1.1", "", "@# next", "@wait 1s", "more")
    assert text.passage_from(2, NAMES) == [
        Expected(2, "Type"),
        Answer(3, "10.1.1.1"),
        Expected(4, ""),
        Comment(5, "next"),
    ]
    assert text.passage_from(7, NAMES) == [Expected(7, "more")]


def test_empty_answer_is_enter() -> None:
    assert transcript("@answer").passage_from(1, NAMES) == [Answer(1, "")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("@wait", "@wait: not a time"),
        ("@wait soon", "@wait: not a time"),
        ("@wait 9999h", "longer than"),
        ("@link sideways R1", "@link: say up or down"),
        ("@link up", "@link: say up or down"),
        ("@reload", "@reload: say which node"),
        ("@wiat 3s", 'did you mean "@wait"'),
        ("@", "unknown directive"),
        ("@@", "unknown directive"),
    ],
)
def test_wrong_directive_names_file_and_line(line: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        transcript("R1#show clock", line)
    assert str(caught.value).startswith("t.ios:2: ")
    assert reason in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Transcript.read(tmp_path / "none.ios")
