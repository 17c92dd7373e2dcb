"""The Internet checksum against the RFCs' own numbers and against the loop they print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.checksum import adjust, internet_checksum, verify

words = st.integers(0, 0xFFFF)


def loop_sum(data: bytes) -> int:
    """RFC 1071 section 4.1, word by word."""
    if len(data) % 2:
        data += b"\0"
    total = 0
    for at in range(0, len(data), 2):
        total += data[at] << 8 | data[at + 1]
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_example_of_rfc_1071_section_3() -> None:
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xDDF2 ^ 0xFFFF


def test_example_of_rfc_1624_section_4() -> None:
    # Equation 4 of RFC 1141 gives 0xFFFF here, which is why RFC 1624 was written.
    assert adjust(0xDD2F, 0x5555, 0x3285) == 0x0000


@given(st.binary(max_size=200))
def test_equals_the_loop_of_rfc_1071(data: bytes) -> None:
    assert internet_checksum(data) == loop_sum(data) ^ 0xFFFF
    assert verify(data) == (loop_sum(data) == 0xFFFF)


@given(st.binary(max_size=60), st.binary(max_size=61))
def test_what_is_emitted_verifies(before: bytes, after: bytes) -> None:
    before += bytes(len(before) % 2)
    checksum = internet_checksum(before + b"\0\0" + after)
    message = before + checksum.to_bytes(2, "big") + after
    assert verify(message)
    assert internet_checksum(message) == 0


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        (b"", 0xFFFF),
        (bytes(8), 0xFFFF),
        (b"\xff\xff", 0),
        (b"\x7f\xff\x80\0", 0),
        (b"\x01", 0xFEFF),
    ],
)
def test_the_two_zeros(data: bytes, checksum: int) -> None:
    assert internet_checksum(data) == checksum
    padded = data + bytes(len(data) % 2)
    assert verify(padded + checksum.to_bytes(2, "big"))


def test_zeros_do_not_verify() -> None:
    assert not verify(b"")
    assert not verify(bytes(20))


@given(st.binary(min_size=2, max_size=60), words, words, st.integers(1, 0xFFFF))
def test_adjust_equals_recomputation(rest: bytes, old: int, new: int, other: int) -> None:
    # A word that is not zero stays, as the first one of every IPv4 header does.
    rest += bytes(len(rest) % 2) + other.to_bytes(2, "big")
    before = internet_checksum(old.to_bytes(2, "big") + rest)
    after = internet_checksum(new.to_bytes(2, "big") + rest)
    assert adjust(before, old, new) == after


@given(words, words, words)
def test_adjust_there_and_back(checksum: int, old: int, new: int) -> None:
    back = adjust(adjust(checksum, old, new), new, old)
    assert back % 0xFFFF == checksum % 0xFFFF
