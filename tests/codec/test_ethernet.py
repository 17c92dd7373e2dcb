"""Ethernet frames and the text of MAC addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import (
    BROADCAST,
    EthernetHeader,
    EtherType,
    format_mac,
    parse_mac,
)

macs = st.binary(min_size=6, max_size=6)
MAC = bytes.fromhex("0c72beb00100")


def test_layout() -> None:
    frame = EthernetHeader(BROADCAST, MAC, EtherType.ARP).build(b"\x11" * 50)
    assert frame == bytes.fromhex("ffffffffffff 0c72beb00100 0806") + b"\x11" * 50


def test_short_payloads_are_padded_to_the_minimum() -> None:
    frame = EthernetHeader(BROADCAST, MAC, EtherType.IPV4).build(b"\x11" * 3)
    assert frame[14:] == b"\x11" * 3 + bytes(43)
    assert EthernetHeader.parse(frame)[1] == frame[14:]


@given(macs, macs, st.integers(0x600, 0xFFFF), st.binary(max_size=100))
def test_round_trip(destination: bytes, source: bytes, ethertype: int, payload: bytes) -> None:
    header = EthernetHeader(destination, source, ethertype)
    parsed, body = EthernetHeader.parse(header.build(payload))
    assert parsed == header
    assert body == payload.ljust(46, b"\0")
    assert parsed.build(body) == header.build(payload)


@given(macs, macs, st.binary(max_size=100))
def test_802_3_frames_are_cut_to_their_length(mac: bytes, source: bytes, payload: bytes) -> None:
    header = EthernetHeader(mac, source, len(payload))
    assert EthernetHeader.parse(header.build(payload)) == (header, payload)


def test_802_3_length_must_be_that_of_the_payload() -> None:
    with pytest.raises(ValueError, match="length 39"):
        EthernetHeader(BROADCAST, MAC, 39).build(bytes(38))
    with pytest.raises(DecodeError):
        EthernetHeader.parse(BROADCAST + MAC + b"\0\x2f" + bytes(46))


def test_addresses_have_six_bytes() -> None:
    with pytest.raises(ValueError, match="6 bytes"):
        EthernetHeader(MAC[:5], MAC, EtherType.IPV4).build(b"")
    with pytest.raises(ValueError, match="6 bytes"):
        format_mac(MAC[:5])


@given(st.binary(max_size=80))
def test_any_bytes_are_a_frame_or_a_decode_error(data: bytes) -> None:
    try:
        header, payload = EthernetHeader.parse(data)
    except DecodeError:
        return
    frame = header.build(payload)
    # What follows an 802.3 payload is padding of unknown content.
    assert frame[: 14 + len(payload)] == data[: 14 + len(payload)]


def test_mac_text_is_that_of_ios() -> None:
    assert format_mac(MAC) == "0c72.beb0.0100"


@pytest.mark.parametrize(
    "text",
    ["0c72.beb0.0100", "C72.BEB0.100", "0c:72:be:b0:01:00", "0C-72-BE-B0-01-00"],
)
def test_mac_text_is_read(text: str) -> None:
    assert parse_mac(text) == MAC


@pytest.mark.parametrize(
    "text",
    ["", "0c72.beb0", "0c72.beb0.01000", "0c72beb00100", "0c:72-be:b0:01:00", "g.1.1", "1.2.3 "],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a MAC address"):
        parse_mac(text)


@given(macs)
def test_mac_text_round_trip(mac: bytes) -> None:
    assert parse_mac(format_mac(mac)) == mac
