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
        (build(Update((), PathAttributes(), (TEN,))), (3, 3, b"\x01")),
        (build(Update((), GOOD._replace(next_hop=None), (TEN,))), (3, 3, b"\x03")),
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
