"""Cisco HDLC frames and SLARP."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.errors import DecodeError
from ioscli.codec.hdlc import (
    SLARP_PROTOCOL,
    HdlcAddress,
    HdlcHeader,
    SlarpAddress,
    SlarpKeepalive,
    SlarpOperation,
    parse_slarp,
)

words32 = st.integers(0, 0xFFFFFFFF)
words16 = st.integers(0, 0xFFFF)

#: A keepalive as Cisco routers send it.
KEEPALIVE = bytes.fromhex("8f008035 00000002 00000007 00000006 ffff")


def test_keepalive_both_ways() -> None:
    header, payload = HdlcHeader.parse(KEEPALIVE)
    assert header == HdlcHeader(HdlcAddress.BROADCAST, 0, SLARP_PROTOCOL)
    keepalive = parse_slarp(payload)
    assert keepalive == SlarpKeepalive(my_sequence=7, your_sequence=6)
    assert header.build(keepalive.build()) == KEEPALIVE


@given(st.sampled_from(HdlcAddress), st.integers(0, 255), words16, st.binary(max_size=80))
def test_frame_round_trip(address: int, control: int, protocol: int, payload: bytes) -> None:
    header = HdlcHeader(address, control, protocol)
    assert HdlcHeader.parse(header.build(payload)) == (header, payload)


@given(words32, words32, words16, st.none() | words32)
def test_keepalive_round_trip(mine: int, yours: int, reliability: int, uptime: int | None) -> None:
    keepalive = SlarpKeepalive(mine, yours, reliability, uptime)
    assert parse_slarp(keepalive.build()) == keepalive


@given(
    st.sampled_from((SlarpOperation.ADDRESS_REQUEST, SlarpOperation.ADDRESS_REPLY)),
    st.ip_addresses(v=4),
    st.ip_addresses(v=4),
)
def test_address_round_trip(
    operation: SlarpOperation, address: IPv4Address, mask: IPv4Address
) -> None:
    message = SlarpAddress(operation, address, mask)
    parsed = parse_slarp(message.build())
    assert parsed == message
    assert isinstance(parsed, SlarpAddress)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_frame_or_a_decode_error(data: bytes) -> None:
    try:
        header, payload = HdlcHeader.parse(data)
    except DecodeError:
        return
    assert header.build(payload) == data


@given(st.binary(max_size=30) | st.binary(max_size=16).map(lambda rest: bytes(3) + b"\2" + rest))
def test_any_bytes_are_slarp_or_a_decode_error(data: bytes) -> None:
    try:
        packet = parse_slarp(data)
    except DecodeError:
        return
    rebuilt = packet.build()
    assert rebuilt == data[: len(rebuilt)]


def test_ppp_is_not_cisco_hdlc() -> None:
    with pytest.raises(DecodeError, match="0xff"):
        HdlcHeader.parse(bytes.fromhex("ff03c021 01010004"))
