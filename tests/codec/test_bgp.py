"""BGP messages both ways, and the errors of RFC 4271 section 6."""

from __future__ import annotations

import contextlib
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.bgp import (
    AsPathSegment,
    BgpError,
    Capabilities,
    Keepalive,
    MessageStream,
    Notification,
    Open,
    PathAttributes,
    RouteRefresh,
    SegmentType,
    Update,
)
from ioscli.codec.bgp.attributes import Aggregator, path_length
from ioscli.codec.bgp.message import MARKER, build, parse
from ioscli.codec.bgp.numbers import Origin

words = st.integers(0, 2**32 - 1)
octets = st.integers(0, 255)
addresses = st.builds(IPv4Address, words)
hosts = st.builds(IPv4Address, st.integers(0x01000001, 0x7EFFFFFF))
prefixes = st.tuples(words, st.integers(0, 32)).map(lambda it: IPv4Network(it, strict=False))
segments = st.builds(
    AsPathSegment,
    st.sampled_from(SegmentType),
    st.lists(st.integers(1, 2**32 - 1), min_size=1, max_size=8).map(tuple),
)
attributes = st.builds(
    PathAttributes,
    st.none() | st.sampled_from(Origin),
    st.none() | st.lists(segments, max_size=3).map(tuple),
    st.none() | hosts,
    st.none() | words,
    st.none() | words,
    st.booleans(),
    st.none() | st.builds(Aggregator, words, addresses),
    st.sets(words, max_size=4).map(lambda it: tuple(sorted(it))),
    st.none() | addresses,
    st.lists(addresses, max_size=3).map(tuple),
    st.just(()),
)
updates = st.builds(
    Update,
    st.lists(prefixes, max_size=5).map(tuple),
    attributes,
    st.lists(prefixes, max_size=5).map(tuple),
    st.just(()),
)
capabilities = st.builds(
    Capabilities,
    st.lists(st.sampled_from([(1, 1), (1, 128), (2, 1)]), unique=True).map(tuple),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | words,
    st.none() | st.just(b"\x80\x78"),
    st.lists(st.tuples(st.integers(200, 255), st.binary(max_size=4)), max_size=2).map(tuple),
)
narrow_opens = st.builds(
    Open,
    st.integers(1, 65_535),
    st.sampled_from([0, 3, 180]),
    st.builds(IPv4Address, st.integers(1, 2**32 - 1)),
    capabilities.map(lambda it: it._replace(four_octet_as=None)),
    st.just(4),
)
messages = st.one_of(
    updates,
    narrow_opens,
    st.just(Keepalive()),
    st.builds(Notification, octets, octets, st.binary(max_size=20)),
    st.builds(RouteRefresh, st.just((1, 1)), octets),
)


@given(messages)
def test_messages_come_back_as_they_were(message):
    assert parse(build(message)) == message


@given(st.lists(messages, max_size=4), st.integers(1, 40))
def test_a_stream_gives_whole_messages_however_the_bytes_are_cut(sent, size):
    data = b"".join(build(message) for message in sent)
    stream = MessageStream()
    stream.four_octets = True
    got = []
    for at in range(0, len(data), size):
        stream.feed(data[at : at + size])
        got += list(stream.messages())
    assert got == sent


def test_a_four_octet_as_hides_behind_as_trans():
    opened = Open(70_000, 180, IPv4Address("1.1.1.1"), Capabilities(four_octet_as=70_000))
    assert opened.build()[1:3] == (23_456).to_bytes(2, "big")
    assert parse(build(opened)) == opened


@given(st.lists(st.lists(st.integers(1, 2**32 - 1), min_size=1, max_size=6), max_size=2))
def test_a_two_octet_speaker_passes_wide_paths_on(numbers):
    path = tuple(AsPathSegment(SegmentType.AS_SEQUENCE, tuple(it)) for it in numbers)
    sent = PathAttributes(Origin.IGP, path, aggregator=Aggregator(70_000, IPv4Address("1.1.1.1")))
    got, faults = PathAttributes.parse(sent.build(four_octets=False), four_octets=False)
    assert not faults
    flat = [number for segment in got.as_path or () for number in segment.numbers]
    assert flat == [number for it in numbers for number in it]
    assert got.aggregator == sent.aggregator


def test_sets_count_once_and_confederations_not_at_all():
    path = (
        AsPathSegment(SegmentType.AS_CONFED_SEQUENCE, (65_100, 65_101)),
        AsPathSegment(SegmentType.AS_SEQUENCE, (1, 2)),
        AsPathSegment(SegmentType.AS_SET, (3, 4, 5)),
    )
    assert path_length(path) == 3


def error_of(message: bytes) -> tuple[int, int]:
    stream = MessageStream()
    stream.four_octets = True
    stream.feed(message)
    with pytest.raises(BgpError) as caught:
        list(stream.messages())
    return int(caught.value.code), int(caught.value.subcode)


def update_with(attribute: str) -> bytes:
    data = bytes.fromhex(attribute)
    body = bytes(2) + len(data).to_bytes(2, "big") + data
    return MARKER + (19 + len(body)).to_bytes(2, "big") + b"\x02" + body


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (bytes(19), (1, 1)),
        (MARKER + b"\x00\x13\x09", (1, 3)),
        (MARKER + b"\x00\x14\x04\x00", (1, 2)),
        (MARKER + b"\xff\xff\x02", (1, 2)),
        (MARKER + b"\x00\x1d\x01\x05\x00\x01\x00\xb4\x01\x01\x01\x01\x00", (2, 1)),
        (MARKER + b"\x00\x1d\x01\x04\x00\x01\x00\x02\x01\x01\x01\x01\x00", (2, 6)),
        (MARKER + b"\x00\x1d\x01\x04\x00\x01\x00\xb4\x00\x00\x00\x00\x00", (2, 3)),
        (MARKER + b"\x00\x1f\x01\x04\x00\x01\x00\xb4\x01\x01\x01\x01\x02\x09\x00", (2, 4)),
        (update_with("40 63 01 00"), (3, 2)),
        (MARKER + b"\x00\x17\x02\x00\x05\x00\x00", (3, 1)),
    ],
)
def test_the_errors_of_section_6(message, error):
    assert error_of(message) == error


@pytest.mark.parametrize(
    ("attributes", "kind", "subcode", "discarded"),
    [
        ("40 01 01 03", 1, 6, False),
        ("80 01 01 00", 1, 4, False),
        ("40 01 02 00 00", 1, 5, False),
        ("40 03 04 7f 00 00 01", 3, 8, False),
        ("40 01 01 00 40 01 01 00", 1, 1, True),
        ("40 02 03 02 02 00", 2, 11, False),
        ("40 02 06 02 01 00 00 00 00", 2, 11, False),
        ("80 04 03 00 00 00", 4, 5, False),
        ("40 06 01 00", 6, 5, True),
        ("c0 07 04 00 00 00 00", 7, 5, True),
        ("c0 08 03 00 00 00", 8, 9, False),
        ("c0 08 00", 8, 9, False),
        ("80 0a 02 00 00", 10, 9, False),
        ("40 01 09 00", 0, 1, False),
        ("40 01", 0, 1, False),
    ],
)
def test_rfc_7606_what_is_wrong_with_attributes(attributes, kind, subcode, discarded):
    stream = MessageStream()
    stream.four_octets = True
    stream.feed(update_with(attributes))
    ((fault,),) = [message.faults for message in stream.messages()]
    assert (fault.kind, int(fault.error.subcode), fault.discarded) == (kind, subcode, discarded)


def test_rfc_7606_of_several_attributes_of_a_kind_the_first_counts():
    stream = MessageStream()
    stream.feed(update_with("40 01 01 01 40 01 01 02"))
    (message,) = stream.messages()
    assert message.attributes.origin is Origin.EGP


def test_an_unknown_transitive_attribute_is_passed_on_as_partial():
    got, _ = PathAttributes.parse(bytes.fromhex("c0630412345678"))
    assert got.unknown == ((0xC0, 0x63, bytes.fromhex("12345678")),)
    assert got.build() == bytes.fromhex("e0630412345678")


@given(messages, st.data())
def test_a_damaged_message_is_refused_or_read(message, data):
    raw = bytearray(build(message))
    at = data.draw(st.integers(16, len(raw) - 1))
    raw[at] = data.draw(octets)
    stream = MessageStream()
    stream.feed(bytes(raw[: data.draw(st.integers(0, len(raw)))]))
    with contextlib.suppress(BgpError):
        list(stream.messages())


@given(st.binary(max_size=60), st.integers(1, 5))
def test_nonsense_bodies_are_refused_or_read(body, kind):
    stream = MessageStream()
    stream.feed(MARKER + (19 + len(body)).to_bytes(2, "big") + bytes((kind,)) + body)
    with contextlib.suppress(BgpError):
        list(stream.messages())


def test_bits_beyond_a_prefix_length_are_ignored():
    assert Update.parse(bytes(4) + bytes((8, 10, 12, 10, 31))).prefixes == (
        IPv4Network("10.0.0.0/8"),
        IPv4Network("10.16.0.0/12"),
    )
