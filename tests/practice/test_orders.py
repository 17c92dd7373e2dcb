"""What a line that begins with `:` means."""

import pytest

from ioscli.practice.orders import ORDERS, find, meant

NODES = ["R1", "R2", "check", "Time", "SW1"]


@pytest.mark.parametrize(
    ("word", "fits", "meaning"),
    [
        ("R1", True, None),
        ("check", True, None),  # spelled as the node is
        ("Check", True, "check"),
        ("time", True, "time"),  # the node is Time
        ("Time", True, None),
        ("hint", False, "hint"),
        ("HINT", False, "hint"),
        ("2", True, None),
        ("r2", True, None),
        ("s", True, None),  # a node's beginning comes before an order's
        ("ex", False, "explain"),
        ("di", False, "diff"),
        ("", False, None),
        ("reset", False, "reset"),
    ],
)
def test_words(word: str, fits: bool, meaning: str | None) -> None:
    found = find(word, NODES, node_fits=fits)
    assert (found if found is None or isinstance(found, list) else found.name) == meaning


@pytest.mark.parametrize("word", ["r", "res", "sub", "sol", "q", "xyz"])
def test_what_cannot_be_taken_back_is_spelled_out(word: str) -> None:
    assert find(word, ["A"], node_fits=False) == []


def test_several_are_offered() -> None:
    found = find("h", ["A"], node_fits=False)
    assert isinstance(found, list)
    assert [order.name for order in found] == ["help", "hint"]


def test_every_order_is_found_by_its_name_and_has_a_text() -> None:
    for order in ORDERS:
        assert find(order.name, [], node_fits=False) is order
        assert order.text
    assert meant("chek") == " Did you mean `:check`?"
    assert meant("zzz") == ""
