"""The anti-replay window (RFC 4303, 3.4.3 and appendix A)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.protocols.ipsec.replay import ReplayWindow


def offer(window: ReplayWindow, sequence: int) -> bool:
    if window.refuses(sequence):
        return False
    window.accept(sequence)
    return True


def test_numbers_in_order_are_taken_once() -> None:
    window = ReplayWindow(64)
    assert all(offer(window, sequence) for sequence in range(1, 200))
    assert not any(offer(window, sequence) for sequence in range(1, 200))


def test_zero_is_never_a_sequence_number() -> None:
    window = ReplayWindow(64)
    assert window.refuses(0)
    assert window.too_old(0)


def test_late_packets_inside_the_window_are_taken_once() -> None:
    window = ReplayWindow(64)
    assert offer(window, 100)
    assert offer(window, 37)  # the left edge: 100 - 64 + 1
    assert not offer(window, 37)
    assert not window.too_old(37)
    assert not offer(window, 36)
    assert window.too_old(36)
    assert offer(window, 99)


def test_a_jump_past_the_window_forgets_what_lies_left_of_it() -> None:
    window = ReplayWindow(64)
    assert offer(window, 1)
    assert offer(window, 0xFFFF_FFFF)
    assert not offer(window, 0xFFFF_FFFF)
    assert not offer(window, 1)
    assert offer(window, 0xFFFF_FFFF - 63)
    assert not offer(window, 0xFFFF_FFFF - 64)


def test_a_jump_by_exactly_the_window_keeps_no_old_bit() -> None:
    window = ReplayWindow(64)
    assert offer(window, 10)
    assert offer(window, 74)
    assert window.too_old(10)
    assert offer(window, 11)


@pytest.mark.parametrize("size", [0, 32, 63, 1025])
def test_sizes_that_ios_does_not_take(size: int) -> None:
    with pytest.raises(ValueError, match="64 to 1024"):
        ReplayWindow(size)


@given(
    size=st.sampled_from([64, 128, 256, 512, 1024]),
    arrivals=st.lists(st.integers(0, 3_000), max_size=300),
)
def test_the_bitmap_agrees_with_a_set_of_everything_seen(size: int, arrivals: list[int]) -> None:
    window = ReplayWindow(size)
    seen: set[int] = set()
    for sequence in arrivals:
        highest = max(seen, default=0)
        fresh = sequence > 0 and sequence > highest - size and sequence not in seen
        assert offer(window, sequence) is fresh
        if fresh:
            seen.add(sequence)
