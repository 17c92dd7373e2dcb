"""RFC 4271 section 6: what is wrong is answered with a NOTIFICATION, and nothing raises."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ioscli.codec.bgp import (
    AsPathSegment,
    Keepalive,
    Notification,
    Open,
    PathAttributes,
    RouteRefresh,
    SegmentType,
    Update,
)
from ioscli.codec.bgp.message import MARKER, build
from ioscli.codec.bgp.numbers import Origin

from .wire import Speaker, Wire, messages, pair

GOOD = PathAttributes(
    Origin.IGP,
    (AsPathSegment(SegmentType.AS_SEQUENCE, (65002,)),),
    IPv4Address("10.0.0.2"),
)
TEN = IPv4Network("10.2.0.0/16")


def established() -> tuple[Wire, Speaker]:
    wire, left, _ = pair()
    wire.start()
    wire.run(20)
    left.log.clear()
    left.sent.clear()
    return wire, left


def answered(data: bytes) -> tuple[int, int, bytes] | None:
    """The NOTIFICATION that some bytes are answered with."""
    wire, left = established()
    wire.inject(left, "10.0.0.2", data)
    found = [it for it in messages(left.sent) if isinstance(it, Notification)]
    return (found[0].code, found[0].subcode, found[0].data) if found else None


def raw(kind: int, body: bytes, marker: bytes = MARKER) -> bytes:
    return marker + (19 + len(body)).to_bytes(2, "big") + bytes((kind,)) + body


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (raw(4, b"", marker=bytes(16)), (1, 1, b"")),
        (MARKER + b"\x00\x12\x04", (1, 2, b"\x00\x12")),
        (MARKER + b"\xff\xff\x02", (1, 2, b"\xff\xff")),
        (raw(9, b""), (1, 3, b"\x09")),
        (build(Open(65002, 180, IPv4Address("2.2.2.2"))), (5, 0, b"")),
        (raw(2, b"\x00\x09\x00\x00"), (3, 1, b"")),
        (
            build(
                Update(
                    (),
                    GOOD._replace(as_path=(AsPathSegment(SegmentType.AS_SEQUENCE, (65009,)),)),
                    (TEN,),
                )
            ),
            (3, 11, b""),
        ),
        (raw(2, b"\x00\x00\x00\x00\x21\x0a\x00\x00\x00\x00"), (3, 10, b"")),
    ],
)
def test_6_1_to_6_3(data: bytes, expected: tuple[int, int, bytes]) -> None:
    assert answered(data) == expected


def damaged(attributes: PathAttributes, old: str, new: str) -> bytes:
    """An UPDATE about TEN with some bytes of its attributes changed."""
    body = Update((), attributes, (TEN,)).build()
    assert bytes.fromhex(old) in body
    gone, rest = body[:2], body[4:].replace(bytes.fromhex(old), bytes.fromhex(new), 1)
    return raw(2, gone + (len(rest) - 3).to_bytes(2, "big") + rest)


BAD = {
    "no ORIGIN": (build(Update((), GOOD._replace(origin=None), (TEN,))), (3, 3, b"\x01")),
    "no NEXT_HOP": (build(Update((), GOOD._replace(next_hop=None), (TEN,))), (3, 3, b"\x03")),
    "ORIGIN": (damaged(GOOD, "40010100", "40010107"), (3, 6, b"\x40\x01\x01\x07")),
    "AS_PATH": (damaged(GOOD, "0201", "0701"), (3, 11, b"")),
    "MED": (
        damaged(GOOD._replace(med=5), "80040400000005", "800403000005"),
        (3, 5, bytes.fromhex("800403000005")),
    ),
    "flags": (damaged(GOOD, "400101", "c00101"), (3, 4, b"\xc0\x01\x01\x00")),
}


@pytest.mark.parametrize("data", [data for data, _ in BAD.values()], ids=list(BAD))
def test_rfc_7606_bad_attributes_withdraw_the_route_and_leave_the_session(data: bytes) -> None:
    wire, left = established()
    wire.inject(left, "10.0.0.2", build(Update((), GOOD, (TEN,))))
    assert left.best("10.2.0.0/16") == "65002 via 10.0.0.2"
    wire.inject(left, "10.0.0.2", data)
    assert left.paths("10.2.0.0/16") == []
    assert left.state("10.0.0.2") == "Established"
    assert left.machine.counters.malformed == 1
    assert left.log == [
        "%BGP-6-MALFORMEDATTR: Malformed attribute in (BGP(0) Prefixes: 10.2.0.0/16 ) received"
        " from 10.0.0.2,"
    ]


@pytest.mark.parametrize(("data", "expected"), list(BAD.values()), ids=list(BAD))
def test_no_enhanced_error_ends_the_session(data: bytes, expected: tuple[int, int, bytes]) -> None:
    wire, left = established()
    left.config.enhanced_error = False
    left.configure()
    wire.inject(left, "10.0.0.2", data)
    found = [it for it in messages(left.sent) if isinstance(it, Notification)]
    assert [(it.code, it.subcode, it.data) for it in found] == [expected]
    assert left.state("10.0.0.2") != "Established"


@pytest.mark.parametrize(
    "data",
    [
        damaged(GOOD._replace(atomic_aggregate=True), "400600", "40060100"),
        damaged(GOOD._replace(local_preference=7), "40050400000007", "400503000007"),
        damaged(GOOD._replace(cluster_list=(IPv4Address(9),)), "800a0400000009", "800a0100"),
        damaged(GOOD, "40010100", "4001010040010102"),
    ],
)
def test_rfc_7606_what_can_be_done_without_is_discarded(data: bytes) -> None:
    """Of a neighbor outside also what concerns only those inside."""
    wire, left = established()
    wire.inject(left, "10.0.0.2", data)
    assert left.best("10.2.0.0/16") == "65002 via 10.0.0.2"
    assert left.log == []


@pytest.mark.parametrize(
    "attributes",
    [
        GOOD._replace(next_hop=IPv4Address("172.16.0.1")),
        GOOD._replace(next_hop=IPv4Address("10.0.0.1")),
    ],
)
def test_5_1_3_next_hop_that_no_neighbor_one_hop_away_can_mean(attributes: PathAttributes) -> None:
    """Not connected, or this router itself: the route is ignored, the session stays."""
    wire, left = established()
    wire.inject(left, "10.0.0.2", build(Update((), attributes, (TEN,))))
    assert left.paths("10.2.0.0/16") == []
    assert left.state("10.0.0.2") == "Established"


def test_withdrawal_of_what_was_never_told_is_harmless() -> None:
    wire, left = established()
    wire.inject(left, "10.0.0.2", build(Update((TEN,))))
    assert left.state("10.0.0.2") == "Established"


def test_messages_in_pieces() -> None:
    wire, left = established()
    for byte in build(Update((), GOOD, (TEN,))):
        wire.inject(left, "10.0.0.2", bytes((byte,)))
    assert left.best("10.2.0.0/16") == "65002 via 10.0.0.2"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60).map(lambda body: raw(2, body)),
            st.binary(max_size=60),
            st.tuples(st.integers(0, 400), st.integers(0, 255)),
            st.sampled_from(
                [
                    build(Keepalive()),
                    build(RouteRefresh()),
                    build(RouteRefresh(subtype=1)),
                    build(RouteRefresh(subtype=2)),
                    build(Update((), GOOD, (TEN,))),
                    build(Update((TEN,))),
                ]
            ),
        ),
        max_size=6,
    )
)
def test_hostile_bytes_raise_nothing(pieces: list[bytes | tuple[int, int]]) -> None:
    wire, left = established()
    sample = build(Update((), GOOD._replace(communities=(1, 2), med=3), (TEN,)))
    for piece in pieces:
        if left.state("10.0.0.2") != "Established":
            break
        data = piece
        if isinstance(piece, tuple):
            flipped = bytearray(sample)
            flipped[piece[0] % len(sample)] ^= piece[1]
            data = bytes(flipped)
        assert isinstance(data, bytes)
        wire.inject(left, "10.0.0.2", data)
    wire.run(60)
    neighbor = left.machine.neighbors[IPv4Address("10.0.0.2")]
    count = sum(entry.of(neighbor) is not None for entry in left.machine.table.values())
    assert neighbor.prefix_count == count
