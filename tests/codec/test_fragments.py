"""Cutting packets for an MTU, and putting the pieces together again."""

from ipaddress import IPv4Address
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.errors import DecodeError
from ioscli.codec.fragments import REASSEMBLY_TIMEOUT, Reassembler, fragment
from ioscli.codec.ipv4 import IPv4Header, header_ok

A, B = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
HEADER = IPv4Header(A, B, 17, ttl=63, identification=0x1234, tos=0xB8)

RECORD_ROUTE = bytes.fromhex("07070400000000")
ROUTER_ALERT = bytes.fromhex("94040000")
SECURITY = bytes.fromhex("820300")

options = st.lists(st.sampled_from((RECORD_ROUTE, ROUTER_ALERT, SECURITY, b"\1")), max_size=4).map(
    b"".join
)
payloads = st.integers(0, 3000).map(lambda size: bytes(i * 7 & 0xFF for i in range(size)))


def piece(offset: int, data: bytes, *, more: bool = True, identification: int = 7) -> bytes:
    """One fragment from A to B."""
    header = IPv4Header(A, B, 17, identification=identification, more_fragments=more)
    return header._replace(fragment_offset=offset).build(data)


def reassembled(reassembler: Reassembler, *packets: bytes) -> list[bytes | None]:
    return [reassembler.add(packet, 0) for packet in packets]


def test_what_fits_stays_whole() -> None:
    packet = HEADER._replace(dont_fragment=True).build(bytes(1480))
    assert fragment(packet, 1500) == [packet]
    assert fragment(packet + b"padding", 1500) == [packet]


def test_sizes_and_offsets_of_a_1500_byte_packet() -> None:
    """RFC 791 section 3.2: each piece but the last is the largest multiple of 8 that fits."""
    pieces = fragment(HEADER.build(bytes(range(256)) * 6), 1414)
    parsed = [IPv4Header.parse(each) for each in pieces]
    assert [len(each) for each in pieces] == [20 + 1392, 20 + 144]
    assert [header.fragment_offset for header, _ in parsed] == [0, 1392]
    assert [header.more_fragments for header, _ in parsed] == [True, False]
    assert {header.identification for header, _ in parsed} == {0x1234}
    assert {(header.ttl, header.tos, header.protocol) for header, _ in parsed} == {(63, 0xB8, 17)}


def test_dont_fragment_is_obeyed() -> None:
    packet = HEADER._replace(dont_fragment=True).build(bytes(1481))
    with pytest.raises(ValueError, match="DF is set"):
        fragment(packet, 1500)


def test_only_options_with_the_copy_flag_travel_in_every_piece() -> None:
    header = HEADER._replace(options=RECORD_ROUTE + ROUTER_ALERT + b"\1")
    pieces = [IPv4Header.parse(each)[0] for each in fragment(header.build(bytes(200)), 100)]
    assert len(pieces) == 3
    assert pieces[0].options == RECORD_ROUTE + ROUTER_ALERT + b"\1"
    assert [each.options for each in pieces[1:]] == [ROUTER_ALERT] * 2


def test_copied_options_are_padded() -> None:
    header = HEADER._replace(options=SECURITY + RECORD_ROUTE)
    pieces = [IPv4Header.parse(each)[0] for each in fragment(header.build(bytes(100)), 68)]
    assert [each.options for each in pieces[1:]] == [SECURITY + b"\1"] * 2


def test_options_after_a_malformed_one_are_not_copied() -> None:
    header = HEADER._replace(options=ROUTER_ALERT + b"\x83\1\0\0" + ROUTER_ALERT)
    pieces = [IPv4Header.parse(each)[0] for each in fragment(header.build(bytes(100)), 68)]
    assert pieces[0].options == header.options
    assert pieces[1].options == ROUTER_ALERT


def test_an_mtu_without_room_for_data_is_refused() -> None:
    packet = HEADER.build(bytes(100))
    assert len(fragment(packet, 28)) == 13
    with pytest.raises(ValueError, match="no room"):
        fragment(packet, 27)


@given(payloads, options, st.integers(68, 1500), st.booleans(), st.integers(0, 100))
def test_pieces_fit_and_cover(
    payload: bytes, option_bytes: bytes, mtu: int, more: bool, units: int
) -> None:
    """Also of a packet that is a fragment itself."""
    header = HEADER._replace(options=option_bytes, more_fragments=more, fragment_offset=units * 8)
    pieces = fragment(header.build(payload), mtu)
    assert all(header_ok(each) and len(each) <= mtu for each in pieces)
    parsed = [IPv4Header.parse(each) for each in pieces]
    assert b"".join(data for _, data in parsed) == payload
    assert parsed[0][0].fragment_offset == header.fragment_offset
    for (first, data), (second, _) in pairwise(parsed):
        assert first.more_fragments
        assert second.fragment_offset == first.fragment_offset + len(data)
    assert parsed[-1][0].more_fragments == more


@given(payloads, options, st.integers(68, 1500), st.integers(68, 600), st.data())
def test_any_order_with_duplicates_gives_the_packet_back(
    payload: bytes, option_bytes: bytes, mtu: int, second_mtu: int, data: st.DataObject
) -> None:
    """Cut twice, as on a path of two smaller links, shuffled, some pieces doubled."""
    packet = HEADER._replace(options=option_bytes).build(payload)
    pieces = [
        smaller for larger in fragment(packet, mtu) for smaller in fragment(larger, second_mtu)
    ]
    order = data.draw(st.permutations(pieces))
    # Duplicates come before, and not of the last piece: after it they would begin a datagram anew.
    repeated = order[:-1] and data.draw(st.lists(st.sampled_from(order[:-1]), max_size=3))
    reassembler = Reassembler()
    results = reassembled(reassembler, *repeated, *order)
    results = [result for result in results if result is not None]
    assert results == [packet]
    assert len(reassembler) == 0
    assert reassembler.next_deadline is None


def test_a_whole_packet_passes_without_its_padding() -> None:
    packet = HEADER.build(b"whole")
    assert Reassembler().add(packet + bytes(21), 0) == packet


def test_frame_padding_of_a_short_last_fragment_is_cut() -> None:
    packet = HEADER.build(bytes(1481))
    first, last = fragment(packet, 1500)
    reassembler = Reassembler()
    assert reassembled(reassembler, first, last + bytes(25)) == [None, packet]


def test_datagrams_are_told_apart() -> None:
    """By each of source, destination, protocol and identification (RFC 791 section 3.2)."""
    variants = [
        HEADER,
        HEADER._replace(identification=0x1235),
        HEADER._replace(source=B),
        HEADER._replace(destination=A),
        HEADER._replace(protocol=1),
    ]
    packets = [each.build(bytes((number,)) * 100) for number, each in enumerate(variants)]
    cut = [fragment(packet, 68) for packet in packets]
    reassembler = Reassembler()
    results = [reassembler.add(each, 0) for pieces in zip(*cut, strict=True) for each in pieces]
    assert results == [None] * 10 + packets
    assert reassembler.reassembled == 5


def test_overlap_the_newest_copy_counts() -> None:
    """RFC 791 section 3.2: "use the more recently arrived copy"."""
    reassembler = Reassembler()
    results = reassembled(
        reassembler,
        piece(0, b"a" * 16),
        piece(8, b"b" * 16),
        piece(24, b"c" * 8, more=False),
    )
    whole = results[-1]
    assert whole is not None
    assert IPv4Header.parse(whole)[1] == b"a" * 8 + b"b" * 16 + b"c" * 8


def test_overlap_of_a_piece_seen_before() -> None:
    reassembler = Reassembler()
    results = reassembled(
        reassembler,
        piece(0, b"a" * 16),
        piece(8, b"b" * 8),
        piece(0, b"a" * 16),
        piece(16, b"c" * 3, more=False),
    )
    whole = results[-1]
    assert whole is not None
    assert IPv4Header.parse(whole)[1] == b"a" * 16 + b"c" * 3


@pytest.mark.parametrize(
    "packets",
    [
        [piece(0, bytes(16)), piece(8, bytes(4), more=False)],
        [piece(16, bytes(4), more=False), piece(16, bytes(5), more=False)],
        [piece(16, bytes(4), more=False), piece(16, bytes(8))],
        [piece(16, bytes(4), more=False), piece(32, bytes(8))],
    ],
)
def test_disagreement_about_the_end_gives_the_datagram_up(packets: list[bytes]) -> None:
    reassembler = Reassembler()
    assert reassembler.add(packets[0], 0) is None
    with pytest.raises(DecodeError, match="disagree"):
        reassembler.add(packets[1], 0)
    assert len(reassembler) == 0
    assert reassembler.failed == 1


@pytest.mark.parametrize(
    ("packet", "complaint"),
    [
        (piece(8, bytes(15)), "of 15 bytes"),
        (piece(8, b""), "of 0 bytes"),
        (piece(65528, bytes(8), more=False), "beyond"),
        (piece(65512, bytes(100), more=False), "beyond"),
    ],
)
def test_fragments_that_nobody_could_have_cut(packet: bytes, complaint: str) -> None:
    reassembler = Reassembler()
    with pytest.raises(DecodeError, match=complaint):
        reassembler.add(packet, 0)
    assert len(reassembler) == 0


def test_a_datagram_too_long_for_the_header_of_its_first_fragment() -> None:
    """Each piece fits 65,535 bytes with its own header; the whole has options and does not."""
    first = IPv4Header(A, B, 17, identification=7, more_fragments=True, options=bytes(40)).build(
        bytes(32768)
    )
    reassembler = Reassembler()
    assert reassembled(reassembler, first, piece(32768, bytes(32728))) == [None, None]
    with pytest.raises(DecodeError, match="more than 65535"):
        reassembler.add(piece(65496, bytes(10), more=False), 0)
    assert len(reassembler) == 0


def test_timeout_returns_first_fragments() -> None:
    """RFC 792: time exceeded is sent only when fragment zero is available."""
    reassembler = Reassembler()
    first = piece(0, bytes(8), identification=1)
    assert reassembler.add(first, 100) is None
    assert reassembler.add(piece(8, bytes(8), identification=2), 200) is None
    assert reassembler.add(piece(8, bytes(8), identification=1), 300) is None
    assert reassembler.next_deadline == 100 + REASSEMBLY_TIMEOUT
    assert reassembler.expire(99 + REASSEMBLY_TIMEOUT) == []
    assert reassembler.expire(100 + REASSEMBLY_TIMEOUT) == [first]
    assert reassembler.next_deadline == 200 + REASSEMBLY_TIMEOUT
    assert reassembler.expire(200 + REASSEMBLY_TIMEOUT) == []
    assert reassembler.timed_out == 2
    assert reassembler.next_deadline is None


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    reassembler = Reassembler(max_bytes=10 * (1480 + 256))
    for number in range(1000):
        assert reassembler.add(piece(0, bytes(1480), identification=number), number) is None
    assert len(reassembler) == 10
    assert reassembler.failed == 990
    assert reassembler.add(piece(1480, b"end", more=False, identification=990), 1000) is not None
    assert reassembler.add(piece(1480, b"end", more=False, identification=5), 1000) is None


def test_duplicates_cost_no_memory() -> None:
    reassembler = Reassembler(max_bytes=2_000)
    for _ in range(100):
        assert reassembler.add(piece(0, bytes(1480)), 0) is None
    assert reassembler.failed == 0


def test_pieces_of_one_datagram_are_bounded() -> None:
    reassembler = Reassembler(max_fragments=4)
    for number in range(5):
        assert reassembler.add(piece(16 * number + 16, bytes(8)), 0) is None
    assert len(reassembler) == 0
    assert reassembler.failed == 1


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 40), st.booleans(), st.integers(0, 1)),
        max_size=30,
    )
)
def test_any_fragments_leave_the_books_right(
    pieces: list[tuple[int, int, bool, int]],
) -> None:
    """Random offsets, sizes and flags: a packet, nothing, or DecodeError, and no memory leaks."""
    reassembler = Reassembler(max_bytes=3_000, max_fragments=6)
    for now, (units, size, more, identification) in enumerate(pieces):
        packet = piece(units * 8, bytes(size), more=more, identification=identification)
        try:
            whole = reassembler.add(packet, now)
        except DecodeError:
            continue
        if whole is not None:
            header, _ = IPv4Header.parse(whole)
            assert not header.more_fragments
            assert header.fragment_offset == 0
    reassembler.expire(1000 + REASSEMBLY_TIMEOUT)
    assert len(reassembler) == 0
    assert reassembler.next_deadline is None
    assert reassembler._bytes == 0
