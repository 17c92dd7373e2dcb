"""AH (RFC 4302) around IPv4 packets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.ah import AhHeader, immutable, with_header
from ioscli.codec.checksum import verify
from ioscli.codec.errors import DecodeError
from ioscli.codec.ipv4_template import Ipv4Template

HEADERS = st.builds(
    AhHeader,
    st.integers(0, 255),
    st.integers(1, 0xFFFF_FFFF),
    st.integers(0, 0xFFFF_FFFF),
    st.binary(max_size=64).map(lambda data: data[: len(data) & ~3]),
)


@given(HEADERS, st.binary(max_size=100))
def test_build_and_parse_are_mirrors(header: AhHeader, payload: bytes) -> None:
    assert AhHeader.parse(header.build(payload)) == (header, payload)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_header_or_an_error(data: bytes) -> None:
    try:
        header, rest = AhHeader.parse(data)
    except DecodeError:
        return
    assert len(header.icv) + 12 + len(rest) == len(data)


def test_the_length_counts_words_less_two() -> None:
    built = AhHeader(50, 0x1000, 7, bytes(12)).build(b"xyz")
    assert built == bytes.fromhex("32 04 0000 00001000 00000007") + bytes(12) + b"xyz"


@pytest.mark.parametrize("data", [b"", bytes(11), bytes.fromhex("0404" + "00" * 10), bytes(12)])
def test_short_ones_and_spi_0(data: bytes) -> None:
    with pytest.raises(DecodeError):
        AhHeader.parse(data)


def ipv4(payload: bytes, tos: int = 0, flags: int = 0, ttl: int = 255) -> bytes:
    header = Ipv4Template(bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2)), 1, ttl)
    return header.build(len(payload), 99, tos, flags) + payload


def test_what_changes_on_the_way_is_left_out() -> None:
    same = {immutable(ipv4(b"x", *changed)[:20], 45) for changed in [(0, 0, 9), (4, 0x4000, 255)]}
    assert same == {bytes.fromhex("45 00 002d 0063 0000 00 33 0000 0a000001 0a000002")}
    assert immutable(bytes((0x46, *range(1, 24))), 0)[20:] == bytes(4)


def test_it_stands_between_header_and_payload() -> None:
    packet = ipv4(b"payload!")
    whole = with_header(packet, 51, AhHeader(1, 0x1000, 1, bytes(12)).build(b"payload!"))
    assert len(whole) == len(packet) + 24
    assert whole[9] == 51
    assert int.from_bytes(whole[2:4], "big") == len(whole)
    assert verify(whole[:20])
    assert AhHeader.parse(whole[20:])[1] == b"payload!"
    assert with_header(whole, 1, b"payload!") == packet
