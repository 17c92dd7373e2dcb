"""The clear head of ESP, and the payloads of UDP port 4500."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.errors import DecodeError
from ioscli.codec.esp import (
    NAT_KEEPALIVE,
    NON_ESP_MARKER,
    EspHeader,
    Port4500,
    split_port_4500,
)

words32 = st.integers(0, 0xFFFFFFFF)
spis = st.integers(1, 0xFFFFFFFF)


def test_layout_both_ways() -> None:
    packet = bytes.fromhex("1a2b3c4d 00000001") + b"sealed"
    assert EspHeader(0x1A2B3C4D, 1).build(b"sealed") == packet
    assert EspHeader.parse(packet) == (EspHeader(0x1A2B3C4D, 1), b"sealed")


@given(spis, words32, st.binary(max_size=60))
def test_round_trip(spi: int, sequence: int, rest: bytes) -> None:
    header = EspHeader(spi, sequence)
    assert EspHeader.parse(header.build(rest)) == (header, rest)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_packet_or_a_decode_error(data: bytes) -> None:
    try:
        header, rest = EspHeader.parse(data)
    except DecodeError:
        assert len(data) < 8 or data[:4] == bytes(4)
        return
    assert header.build(rest) == data


def test_spi_zero_is_refused() -> None:
    with pytest.raises(DecodeError, match="SPI 0"):
        EspHeader.parse(bytes(40))


@given(st.binary(min_size=4, max_size=60))
def test_ike_on_port_4500(message: bytes) -> None:
    assert split_port_4500(NON_ESP_MARKER + message) == (Port4500.IKE, message)


@given(spis, words32, st.binary(max_size=60))
def test_esp_on_port_4500(spi: int, sequence: int, rest: bytes) -> None:
    packet = EspHeader(spi, sequence).build(rest)
    assert split_port_4500(packet) == (Port4500.ESP, packet)


def test_keepalive_on_port_4500() -> None:
    assert split_port_4500(NAT_KEEPALIVE) == (Port4500.KEEPALIVE, b"")


@pytest.mark.parametrize("payload", [b"", b"\0", b"\xff\xff", bytes(7), b"\xff" * 7])
def test_what_is_none_of_them(payload: bytes) -> None:
    with pytest.raises(DecodeError, match="port 4500"):
        split_port_4500(payload)
