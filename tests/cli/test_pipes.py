"""Output modifiers and IOS's regular expressions."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.cli.matcher import Grammar
from ioscli.cli.pipes import PipeError, modifier_help, read_filter, split_pipe
from ioscli.model.pattern import Pattern, PatternError

from .desk import Desk

CONFIG = """\
hostname R1
!
crypto isakmp policy 10
 encr aes 256
 group 19
crypto isakmp key cisco123 address 100.3.3.3
!
interface Tunnel0
 ip address 10.1.3.1 255.255.255.0
 tunnel protection ipsec profile PROF
!
end""".splitlines()


def piped(modifier: str, lines: list[str] = CONFIG) -> list[str]:
    pipe = split_pipe(f"show x | {modifier}")
    assert pipe is not None
    found = read_filter(pipe)
    assert not isinstance(found, PipeError), found
    return list(found(lines))


def refused(modifier: str) -> PipeError:
    pipe = split_pipe(f"show x | {modifier}")
    assert pipe is not None
    found = read_filter(pipe)
    assert isinstance(found, PipeError)
    return found


def test_include_and_exclude() -> None:
    assert piped("include Tunnel0|^ group") == [" group 19", "interface Tunnel0"]
    assert piped("i crypto isakmp") == [CONFIG[2], CONFIG[5]]
    assert piped("ex .") == []
    assert piped("include CRYPTO") == []


def test_begin_and_count() -> None:
    assert piped("beg interface") == CONFIG[7:]
    assert piped("begin nothing") == []
    assert piped("count crypto") == ["Number of lines which match regexp = 2"]


def test_section() -> None:
    assert piped("sec cry") == CONFIG[2:6]
    assert piped("section interface") == CONFIG[7:10]
    # A match inside a section comes alone, as with `| section ospf` under an interface.
    assert piped("section ip address") == [CONFIG[8]]
    assert piped("section exclude crypto|interface") == ["hostname R1", "!", "!", "!", "end"]
    assert piped("section include crypto") == CONFIG[2:6]


def test_refusals() -> None:
    assert refused("") == PipeError()
    assert refused("include") == PipeError()
    assert refused("inx foo") == PipeError(column=11)
    assert refused("zzz foo") == PipeError(column=9)
    for bad in ("(", ")", "[a", "*", "a|*", "a\\", "(a"):
        assert refused(f"include {bad}").text is not None, bad


def test_only_a_pipe_after_a_blank_counts() -> None:
    assert split_pipe("show x|include y") is None
    pipe = split_pipe("show x |include a|b")
    assert pipe is not None
    assert (pipe.command, pipe.modifier) == ("show x", "include a|b")


def test_help_after_a_pipe() -> None:
    assert modifier_help(" ") is not None
    assert modifier_help(" zzz ") is None
    assert modifier_help(" section ") == [
        ("exclude", "Exclude entire section(s) of output"),
        ("include", "Include entire section(s) of output"),
        ("LINE", "Regular Expression"),
    ]


def test_piped_shows(grammar: Grammar) -> None:
    desk = Desk(grammar)
    assert desk.type("show ip route | beg Gate") == "Gateway of last resort is not set\n\n"
    desk.type("conf t")
    assert desk.type("do show ip route | count OSPF") == (
        "Number of lines which match regexp = 3\n"
    )
    desk.type("end")
    assert desk.type("show ip route | foo x") == (
        " " * 19 + "^\n% Invalid input detected at '^' marker.\n\n"
    )
    assert desk.type("show clock | include") == "% Incomplete command.\n\n"
    assert desk.type("show clock | include (") == "% Failed to compile regular expression\n"
    # The modifier's own `|` and `!` are part of the expression.
    assert desk.type("show privilege | include zz|15") == "Current privilege level is 15\n"
    assert desk.type("show privilege | include !") == ""


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("^ip", ["ip route"], [" ip route"]),
        ("ro+u?te$", ["ip route", "roote"], ["ip routes", "rute"]),
        ("_100_", ["via 100", "100", "{100,", "(100)"], ["1000", "a100"]),
        ("a.c", ["abc", "a c"], ["ac"]),
        ("[0-9]+/[^0-9]", ["10/a"], ["10/1", "/a"]),
        ("[]x]", ["]", "x"], ["y"]),
        ("[a-]", ["-"], ["b"]),
        (r"10\.1\.", ["10.1.2"], ["10x1x2"]),
        ("(ab)+c", ["ababc"], ["ac"]),
        ("(a|b)*$", ["ab", "", "c"], []),
        ("a{2}", ["a{2}"], ["aa"]),
        (r"\d", ["d"], ["5"]),
        ("", ["anything"], []),
    ],
)
def test_patterns(pattern: str, matching: list[str], others: list[str]) -> None:
    compiled = Pattern(pattern)
    assert [line for line in matching if not compiled.found_in(line)] == []
    assert [line for line in others if compiled.found_in(line)] == []


def test_no_pattern_takes_exponential_time() -> None:
    began = time.process_time()
    for pattern in ("(a+)+$", "(a|aa)+b", "(.*a){20}b", ".*.*.*.*.*.*.*.*.*.*x"):
        assert not Pattern(pattern).found_in("a" * 200 + "!")
    assert time.process_time() - began < 2


@given(st.text(max_size=12), st.text(max_size=20))
def test_any_text_is_a_pattern_or_refused(text: str, line: str) -> None:
    try:
        pattern = Pattern(text)
    except PatternError:
        return
    assert pattern.found_in(line) in (True, False)


@given(st.text("ab|*+?().^$", max_size=8), st.text("ab", max_size=8))
def test_patterns_agree_with_python_where_both_mean_the_same(text: str, line: str) -> None:
    # Python takes `a*+`, `a+?` and their like for other things than repeats of repeats, and
    # anchors in mid-pattern or under a repeat for more than a character.
    if re.search(r"[*+?][*+?]|\(\)|[\^$][*+?]|\^.*\^|\$.*\$|[^(|]\^|\$[^)|]", text):
        return
    try:
        pattern = Pattern(text)
    except PatternError:
        with pytest.raises(re.error):
            re.compile(text)
        return
    assert pattern.found_in(line) == bool(re.search(text, line))
