"""ARP messages."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.arp import ArpOperation, ArpPacket
from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import ZERO_MAC

macs = st.binary(min_size=6, max_size=6)

REQUEST = bytes.fromhex(
    "0001 0800 06 04 0001 0c72beb00100 c0000201 000000000000 c0000202".replace(" ", "")
)


def test_request_both_ways() -> None:
    packet = ArpPacket(
        ArpOperation.REQUEST,
        bytes.fromhex("0c72beb00100"),
        IPv4Address("192.0.2.1"),
        ZERO_MAC,
        IPv4Address("192.0.2.2"),
    )
    assert ArpPacket.parse(REQUEST) == packet
    assert packet.build() == REQUEST


def test_frame_padding_is_ignored() -> None:
    assert ArpPacket.parse(REQUEST + bytes(18)) == ArpPacket.parse(REQUEST)


@given(st.integers(0, 0xFFFF), macs, st.ip_addresses(v=4), macs, st.ip_addresses(v=4))
def test_round_trip(
    operation: int,
    sender_mac: bytes,
    sender_ip: IPv4Address,
    target_mac: bytes,
    target_ip: IPv4Address,
) -> None:
    packet = ArpPacket(operation, sender_mac, sender_ip, target_mac, target_ip)
    assert ArpPacket.parse(packet.build()) == packet


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda rest: REQUEST[:6] + rest))
def test_any_bytes_are_a_message_or_a_decode_error(data: bytes) -> None:
    try:
        packet = ArpPacket.parse(data)
    except DecodeError:
        return
    assert packet.build() == data[:28]


@pytest.mark.parametrize("at", range(6))
def test_other_address_families_are_refused(at: int) -> None:
    changed = bytearray(REQUEST)
    changed[at] ^= 1
    with pytest.raises(DecodeError, match="address families"):
        ArpPacket.parse(bytes(changed))
