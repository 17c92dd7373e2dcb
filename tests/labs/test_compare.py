"""Expected against shown lines: exact, and by shape."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.labs.transcripts.compare import difference, exact, shape


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  current outbound spi: 0xD0AF1D21(3501137185)", "  current outbound spi: 0x1(1)"),
        ("    #pkts encaps: 33, #pkts encrypt: 33", "    #pkts encaps: 7, #pkts encrypt: 7"),
        ("round-trip min/avg/max = 2/2/3 ms", "round-trip min/avg/max = 14/20/31 ms"),
        ("  Last input 00:00:05, output 00:00:01", "  Last input never, output 1d02h"),
        ("S     172.16.2.0/24 [1/0] via 10.1.3.3", "S     172.16.2.0/24 [1/0] via 10.1.3.3  "),
        ("*Mar  1 00:02:03.123: %SYS-5-CONFIG_I: x", "*Mar 31 10:02:03.000: %SYS-5-CONFIG_I: x"),
        ("a  1    2", "a  100  2"),
    ],
)
def test_shape_masks_what_differs_between_two_routers(one: str, other: str) -> None:
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("!!!!!", ".!!!!"),
        ("M.M.M", "M.M.."),
        ("C  10.1.3.0/24 is directly connected", "C  10.1.4.0/24 is directly connected"),
        ("S  10.1.3.0/24 via 10.1.3.3, Tunnel0", "S  10.1.3.0/24 via 10.1.3.3, Tunnel1"),
        ("current_peer 100.3.3.3 port 500", "current_peer 100.3.3.4 port 500"),
        ("  Status: ACTIVE", " Status: ACTIVE"),
        ("Tunnel0 is up", "Tunnel0 is down"),
        ("Tu0 up", "Tu1 up"),
        ("Gi0/0.100 x", "Gi0/0.200 x"),
    ],
)  # fmt: skip
def test_shape_keeps_what_the_lab_sets(one: str, other: str) -> None:
    assert shape(one) != shape(other)


def test_exact_counts_every_blank() -> None:
    assert list(difference(["a  b"], ["a b"], exact)) == ["- a  b", "+ a b"]
    assert list(difference(["up "], ["up"], exact)) == ["- up ", "+ up"]


def test_blank_lines_at_the_end_do_not_count_but_within_they_do() -> None:
    assert list(difference(["a", "", ""], ["a"], exact)) == []
    assert list(difference(["a"], ["a", ""], exact)) == []
    assert list(difference(["a", "", "b"], ["a", "b"], exact)) == ["  a", "- ", "  b"]


def test_difference_shows_both_sides_in_place() -> None:
    lines = list(difference(["one", "two", "three"], ["one", "2", "three", "four"], exact))
    assert lines == ["  one", "- two", "+ 2", "  three", "+ four"]


def test_long_agreement_is_shortened() -> None:
    same = [f"line {letter}" for letter in "abcdefghij"]
    lines = list(difference([*same, "x"], [*same, "y"], exact))
    assert lines[:3] == ["  line a", "  line b", "  ... 6 lines as expected ..."]
    assert lines[-2:] == ["- x", "+ y"]


def test_large_outputs_are_compared_in_time() -> None:
    many = ["the same"] * 20_000
    assert list(difference(many, many, exact)) == []
    found = list(difference([*many, "x", *many], [*many, "y", *many], exact))
    assert "- x" in found
    assert "+ y" in found
    found = list(difference(many, ["other"] * 20_000, exact))
    assert found.count("- the same") == 20_000


@given(
    st.lists(st.text("ab \t0", max_size=4), max_size=6),
    st.lists(st.text("ab 0", max_size=4), max_size=6),
)
def test_no_difference_means_equal_lines(one: list[str], other: list[str]) -> None:
    def stripped(lines: list[str]) -> list[str]:
        while lines and not lines[-1].strip():
            lines = lines[:-1]
        return lines

    found = list(difference(one, other, exact))
    assert (found == []) == (stripped(one) == stripped(other))
