"""The IPv4 header as a value, and the helpers of the forwarding path."""

from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ioscli.codec.checksum import internet_checksum, verify
from ioscli.codec.errors import DecodeError
from ioscli.codec.ipv4 import (
    DESTINATION,
    PROTOCOL,
    SOURCE,
    TOS,
    TTL,
    IpProtocol,
    IPv4Header,
    dont_fragment,
    forwarded,
    header_length,
    header_ok,
    is_fragment,
    parse_options,
    total_length,
    without_padding,
)

#: A UDP packet of a public packet-analysis tutorial, header only, its checksum 0xb861.
KNOWN = bytes.fromhex("45000073000040004011b861c0a80001c0a800c7")

addresses = st.ip_addresses(v=4)
octets = st.integers(0, 255)
option_words = st.integers(0, 10).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n))
headers = st.builds(
    IPv4Header,
    source=addresses,
    destination=addresses,
    protocol=octets,
    ttl=octets,
    identification=st.integers(0, 0xFFFF),
    dont_fragment=st.booleans(),
    more_fragments=st.booleans(),
    fragment_offset=st.integers(0, 0x1FFF).map(lambda units: units * 8),
    tos=octets,
    options=option_words,
    reserved_flag=st.booleans(),
)


def with_right_checksum(packet: bytes) -> bytes:
    """The packet with the checksum that its header bytes ask for."""
    length = header_length(packet)
    head = packet[:10] + b"\0\0" + packet[12:length]
    checksum = internet_checksum(head).to_bytes(2, "big")
    return head[:10] + checksum + head[12:] + packet[length:]


def test_known_header_both_ways() -> None:
    packet = KNOWN + bytes(0x73 - 20)
    header, payload = IPv4Header.parse(packet)
    assert header == IPv4Header(
        IPv4Address("192.168.0.1"),
        IPv4Address("192.168.0.199"),
        IpProtocol.UDP,
        ttl=64,
        dont_fragment=True,
    )
    assert payload == bytes(95)
    assert header.build(payload) == packet


@given(headers, st.binary(max_size=100), st.binary(max_size=50))
def test_round_trip_and_padding(header: IPv4Header, payload: bytes, padding: bytes) -> None:
    packet = header.build(payload)
    assert IPv4Header.parse(packet + padding) == (header, payload)
    assert without_padding(packet + padding) == packet
    assert total_length(packet) == len(packet)
    assert header_length(packet) == 20 + len(header.options)


@given(headers, st.binary(max_size=40))
def test_field_helpers_read_what_build_wrote(header: IPv4Header, payload: bytes) -> None:
    packet = header.build(payload)
    assert packet[TOS] == header.tos
    assert packet[TTL] == header.ttl
    assert packet[PROTOCOL] == header.protocol
    assert IPv4Address(packet[SOURCE]) == header.source
    assert IPv4Address(packet[DESTINATION]) == header.destination
    assert is_fragment(packet) == (header.more_fragments or header.fragment_offset > 0)
    assert dont_fragment(packet) == header.dont_fragment


def test_options_are_padded_with_end_of_options() -> None:
    header = IPv4Header(
        IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2"), 1, options=bytes.fromhex("8303 04")
    )
    packet = header.build(b"data")
    assert packet[0] == 0x46
    assert packet[20:] == bytes.fromhex("83030400") + b"data"


@pytest.mark.parametrize(
    ("changes", "payload", "complaint"),
    [
        ({"options": bytes(41)}, b"", "options"),
        ({"fragment_offset": 12}, b"", "offset"),
        ({"fragment_offset": 65536}, b"", "offset"),
        ({}, bytes(65516), "65536"),
    ],
)
def test_what_a_header_cannot_say_is_refused(
    changes: dict[str, Any], payload: bytes, complaint: str
) -> None:
    header = IPv4Header(IPv4Address(0), IPv4Address(1), 1)._replace(**changes)
    with pytest.raises(ValueError, match=complaint):
        header.build(payload)


@given(st.binary(max_size=90), st.integers(0x40, 0x4F), st.integers(0, 90))
def test_any_bytes_are_a_packet_or_a_decode_error(data: bytes, first: int, total: int) -> None:
    for candidate in (data, bytes((first, 0)) + total.to_bytes(2, "big") + data):
        repaired = with_right_checksum(candidate) if len(candidate) >= 60 else candidate
        for packet in (candidate, repaired):
            try:
                header, payload = IPv4Header.parse(packet)
            except DecodeError:
                assert not header_ok(packet)
                continue
            assert header_ok(packet)
            assert with_right_checksum(header.build(payload)) == with_right_checksum(
                without_padding(packet)
            )


@given(headers, st.binary(max_size=30), st.data())
def test_a_header_with_a_flipped_bit_is_not_ok(
    header: IPv4Header, payload: bytes, data: st.DataObject
) -> None:
    packet = bytearray(header.build(payload))
    bit = data.draw(st.integers(0, 8 * (20 + len(header.options)) - 1))
    packet[bit // 8] ^= 0x80 >> bit % 8
    # A single flipped bit always changes the sum; in the IHL it also changes what is summed.
    if bit // 8 == 0 and bit % 8 >= 4:
        shorter = (packet[0] & 15) * 4
        assume(not verify(bytes(packet[:shorter])))
    assert not header_ok(bytes(packet))
    with pytest.raises(DecodeError):
        IPv4Header.parse(bytes(packet))


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (b"", "packet of 0 bytes"),
        (KNOWN[:19], "packet of 19 bytes"),
        (b"\x65" + KNOWN[1:], "IP version 6"),
        (b"\x44" + KNOWN[1:], "header length of 16"),
        (b"\x4f" + KNOWN[1:], "header length of 60"),
        (KNOWN, "total length 115 in 20"),
        (b"\x45\0\0\x13" + KNOWN[4:], "total length 19"),
        (b"\x45\1\0\x14" + KNOWN[4:], "checksum"),
    ],
)
def test_each_reason_to_refuse(packet: bytes, reason: str) -> None:
    assert not header_ok(packet)
    with pytest.raises(DecodeError, match=reason):
        IPv4Header.parse(packet)


def test_a_wrong_length_is_refused_even_with_a_right_checksum() -> None:
    for total in (0, 19, 24, 115, 65535):
        packet = with_right_checksum(b"\x45\0" + total.to_bytes(2, "big") + KNOWN[4:])
        assert verify(packet)
        assert not header_ok(packet)


@pytest.mark.parametrize("first", [0x00, 0x40, 0x41, 0x44, 0x55, 0x56, 0x65, 0xC5])
def test_a_wrong_first_byte_is_refused_even_with_a_right_checksum(first: int) -> None:
    packet = bytes((first,)) + IPv4Header(IPv4Address(1), IPv4Address(2), 1).build(bytes(20))[1:]
    if first & 15 >= 3:
        packet = with_right_checksum(packet)
        assert verify(packet[: header_length(packet)])
    assert not header_ok(packet)


@pytest.mark.parametrize("offset", [0, 8, 2040, 2048, 4096, 32768, 65528])
def test_a_fragment_by_its_offset(offset: int) -> None:
    header = IPv4Header(IPv4Address(1), IPv4Address(2), 1, dont_fragment=True)
    assert is_fragment(header._replace(fragment_offset=offset).build(b"")) == (offset > 0)
    assert is_fragment(header._replace(more_fragments=True).build(b""))


@given(headers, st.binary(max_size=40))
def test_forwarded_equals_a_rebuild(header: IPv4Header, payload: bytes) -> None:
    assume(header.ttl > 0)
    expected = header._replace(ttl=header.ttl - 1).build(payload)
    assert forwarded(header.build(payload)) == expected


@given(headers, st.integers(0, 0xFFFF))
@example(IPv4Header(IPv4Address(0), IPv4Address(0), 0, ttl=1), 0xFEFF)
@example(IPv4Header(IPv4Address(0), IPv4Address(0), 255, ttl=255), 0xFEFE)
@example(IPv4Header(IPv4Address(0), IPv4Address(0), 255, ttl=1), 0xFF00)
@example(IPv4Header(IPv4Address(0), IPv4Address(0), 0, ttl=1), 0xFFFE)
@example(IPv4Header(IPv4Address(0), IPv4Address(0), 0, ttl=1), 0)
def test_forwarded_at_every_checksum(header: IPv4Header, wanted: int) -> None:
    """The identification is chosen so that the checksum before is the one wanted."""
    assume(header.ttl > 0 and wanted != 0xFFFF)
    start = header._replace(identification=0).build(b"")
    before = start[10] << 8 | start[11]
    header = header._replace(identification=(before - wanted) % 0xFFFF)
    packet = header.build(b"")
    assert packet[10:12] == wanted.to_bytes(2, "big")
    assert forwarded(packet) == header._replace(ttl=header.ttl - 1).build(b"")


def test_forwarded_takes_the_other_zero_too() -> None:
    """A checksum of 0xFFFF is right where 0x0000 is; some senders write it."""
    header = IPv4Header(IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2"), 1)
    start = header.build(b"")
    header = header._replace(identification=start[10] << 8 | start[11])
    packet = header.build(b"")
    assert packet[10:12] == b"\0\0"
    odd = packet[:10] + b"\xff\xff" + packet[12:]
    assert header_ok(odd)
    assert forwarded(odd) == forwarded(packet)


def test_options_one_by_one() -> None:
    record_route = bytes.fromhex("07070400000000")
    router_alert = bytes.fromhex("94040000")
    options = b"\1" + record_route + b"\1" + router_alert + b"\0\xff"
    assert list(parse_options(options)) == [(7, record_route), (148, router_alert)]


@pytest.mark.parametrize("options", [b"\x07", b"\x07\x00", b"\x07\x01", b"\x01\x07\x04\x00"])
def test_options_that_do_not_fit(options: bytes) -> None:
    with pytest.raises(DecodeError, match="option 7"):
        list(parse_options(options))


@given(st.binary(max_size=40))
def test_any_options_end(options: bytes) -> None:
    seen = []
    try:
        for kind, option in parse_options(options):
            assert option[0] == kind
            assert option[1] == len(option)
            seen.append(option)
    except DecodeError:
        pass
    assert sum(map(len, seen)) <= len(options)
