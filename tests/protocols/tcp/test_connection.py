"""Connections by the steps of RFC 9293 section 3.10, over a wire that loses what it is told to."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.tcp import Flag, TcpHeader
from ioscli.model.instant import SECOND
from ioscli.protocols.tcp.connection import TcpSettings
from ioscli.protocols.tcp.effects import (
    Acknowledge,
    BadSignature,
    Closed,
    Ends,
    Established,
    PeerClosed,
    Received,
    State,
    Why,
)

from .wire import A, B, Wire, mirror

SERVICE = 179
SETTINGS = TcpSettings(mss=1460)


def opened(wire: Wire, client: TcpSettings = SETTINGS, server: TcpSettings = SETTINGS) -> Ends:
    wire.nodes[B].listen(SERVICE, lambda _: server)
    ends, effects = wire.nodes[A].connect(wire.now, A, B, SERVICE, client)
    wire.carry_out(A, effects)
    wire.run(0.1)
    return ends


def flags(wire: Wire) -> list[str]:
    names = {Flag.SYN: "S", Flag.FIN: "F", Flag.RST: "R", Flag.PSH: "P", Flag.ACK: "."}
    return [
        "".join(name for bit, name in names.items() if header.flags & bit)
        for _, header, _ in wire.seen
    ]


def test_the_three_way_handshake():
    wire = Wire()
    ends = opened(wire)
    assert flags(wire) == ["S", "S.", "."]
    assert wire.told == {A: [Established(ends, False)], B: [Established(mirror(ends), True)]}
    assert wire.seen[0][1].options.mss == 1460


def test_a_port_that_nobody_listens_to_answers_with_a_reset():
    wire = Wire()
    ends, effects = wire.nodes[A].connect(wire.now, A, B, 23, SETTINGS)
    wire.carry_out(A, effects)
    wire.run(1)
    assert flags(wire) == ["S", "R."]
    assert wire.ending(A) == Closed(ends, Why.REFUSED)
    assert not wire.nodes[A].connections


def test_a_peer_that_is_not_accepted_is_refused():
    wire = Wire()
    wire.nodes[B].listen(SERVICE, lambda peer: None)
    wire.carry_out(A, wire.nodes[A].connect(wire.now, A, B, SERVICE, SETTINGS)[1])
    wire.run(1)
    assert wire.ending(A).why is Why.REFUSED


def test_a_syn_that_is_never_answered_is_sent_again_and_given_up():
    wire = Wire()
    wire.loses = lambda *_: True
    _, effects = wire.nodes[A].connect(wire.now, A, B, SERVICE, SETTINGS)
    wire.carry_out(A, effects)
    wire.run(29.9)
    assert flags(wire) == ["S"] * 4  # at 0, 2, 6 and 14 seconds
    assert wire.ending(A) is None
    wire.run(0.2)
    assert wire.ending(A).why is Why.TIMED_OUT


def test_both_directions_and_a_graceful_end():
    wire = Wire()
    ends = opened(wire)
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, b"question"))
    wire.run(0.1)
    wire.carry_out(B, wire.nodes[B].send(wire.now, mirror(ends), b"answer"))
    wire.carry_out(A, wire.nodes[A].close(wire.now, ends))
    wire.run(0.1)
    assert (wire.data(B), wire.data(A)) == (b"question", b"answer")
    assert PeerClosed(mirror(ends)) in wire.told[B]
    assert wire.nodes[A].connections[ends].state is State.FIN_WAIT_2
    wire.carry_out(B, wire.nodes[B].close(wire.now, mirror(ends)))
    wire.run(0.1)
    assert wire.ending(B).why is Why.FINISHED
    assert wire.nodes[A].connections[ends].state is State.TIME_WAIT
    wire.run(61)
    assert wire.ending(A).why is Why.FINISHED
    assert wire.nodes[A].next_deadline is None


def test_the_smaller_mss_of_the_two_cuts_the_data():
    wire = Wire()
    ends = opened(wire, SETTINGS, SETTINGS._replace(mss=536))
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, bytes(1_500)))
    wire.run(1)
    assert [len(payload) for node, _, payload in wire.seen if payload] == [536, 536, 428]


def test_a_reset_ends_the_connection_at_both_ends():
    wire = Wire()
    ends = opened(wire)
    wire.carry_out(A, wire.nodes[A].abort(ends))
    wire.run(0.1)
    assert wire.ending(A).why is Why.ABORTED
    assert wire.ending(B).why is Why.RESET


def test_a_reset_outside_the_next_number_is_challenged():
    wire = Wire()
    ends = opened(wire)
    server = wire.nodes[B].connections[mirror(ends)]
    blind = TcpHeader(ends.local_port, SERVICE, (server.rcv_nxt + 9) % 2**32, 0, Flag.RST, 0)
    wire.carry_out(B, wire.nodes[B].receive(wire.now, A, B, blind.build(b"", A, B)))
    assert server.state is State.ESTABLISHED
    assert flags(wire)[-1] == "."


def test_data_into_the_void_gives_up_after_its_retries():
    wire = Wire()
    ends = opened(wire)
    wire.loses = lambda *_: True
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, b"hello?"))
    wire.run(1_000)
    assert wire.ending(A).why is Why.TIMED_OUT


def test_the_path_mtu_shrinks_the_segments_that_were_lost():
    wire = Wire()
    ends = opened(wire)
    wire.loses = lambda node, header, payload: len(payload) > 1_360
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, bytes(2_000)))
    wire.run(0.1)
    assert wire.data(B) != bytes(2_000)
    wire.carry_out(A, wire.nodes[A].path_mtu(wire.now, ends, 1_400))
    wire.run(1)
    assert wire.data(B) == bytes(2_000)


def test_one_lost_segment_is_sent_again_before_its_timer():
    wire = Wire()
    ends = opened(wire)
    lost: list[int] = []

    def loses(node: IPv4Address, header: TcpHeader, payload: bytes) -> bool:
        if payload and not lost:
            lost.append(header.sequence)
            return True
        return False

    wire.loses = loses
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, bytes(1_460) * 8))
    wire.carry_out(A, wire.nodes[A].handle_timer(wire.now))
    wire.run(2.0)
    assert wire.data(B) == bytes(1_460) * 8


def test_signed_connections_need_the_same_key():
    keyed = SETTINGS._replace(key=b"cisco")
    wire = Wire()
    opened(wire, keyed, keyed)
    assert any(isinstance(it, Established) for it in wire.told[B])
    wire = Wire()
    opened(wire, keyed, SETTINGS._replace(key=b"other"))
    assert wire.told[A] == []
    assert {(type(it), getattr(it, "signed", None)) for it in wire.told[B]} == {
        (BadSignature, True)
    }
    assert wire.nodes[B].counters.bad_signatures


def test_a_flood_of_half_open_connections_is_bounded():
    wire = Wire()
    wire.nodes[B].listen(SERVICE, lambda _: SETTINGS)
    for port in range(1_000, 3_000):
        syn = TcpHeader(port, SERVICE, 7, 0, Flag.SYN, 1_000).build(b"", A, B)
        wire.nodes[B].receive(wire.now, A, B, syn)
    assert len(wire.nodes[B].connections) == 128
    wire.nodes[B].handle_timer(wire.now + 31 * SECOND)
    assert not wire.nodes[B].connections


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=20_000),
    st.binary(max_size=3_000),
    st.integers(0, 2**32 - 1),
    st.integers(0, 30),
)
def test_what_is_sent_arrives_in_order_whatever_is_lost(there, back, seed, percent):
    import random

    wire = Wire(seed)
    chance = random.Random(seed)
    ends = opened(wire)
    wire.loses = lambda *_: chance.randrange(100) < percent
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, there))
    wire.carry_out(B, wire.nodes[B].send(wire.now, mirror(ends), back))
    wire.run(900)
    wire.loses = lambda *_: False
    wire.run(100)
    if wire.ending(A) is None and wire.ending(B) is None:
        assert wire.data(B) == there
        assert wire.data(A) == back
    else:
        assert percent >= 10
        assert there.startswith(wire.data(B))
    for node in wire.nodes.values():
        for connection in node.connections.values():
            assert connection.next_deadline is None or connection.next_deadline > wire.now


@given(st.binary(max_size=60), st.sampled_from(["SYN", "nothing"]))
def test_hostile_segments_neither_raise_nor_break_the_connection(data, kind):
    wire = Wire()
    ends = opened(wire)
    raw = bytearray(TcpHeader(ends.local_port, SERVICE, 0, 0, 0, 0).build(data, A, B))
    raw[4 : 4 + min(len(data), 10)] = data[:10]
    wire.carry_out(B, wire.nodes[B].receive(wire.now, A, B, bytes(raw)))
    wire.carry_out(B, wire.nodes[B].receive(wire.now, A, B, data))
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, b"still here"))
    wire.run(2)
    assert wire.data(B) == b"still here"


@pytest.mark.parametrize("window", [1, 100, 1_000])
def test_a_small_window_is_respected(window):
    wire = Wire()
    ends = opened(wire, SETTINGS, SETTINGS._replace(window=window))
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, bytes(300)))
    wire.run(30)
    assert max(len(payload) for node, _, payload in wire.seen) <= window
    assert wire.data(B) == bytes(300)


def test_two_ends_that_disagree_do_not_answer_each_other_for_ever():
    """RFC 5961 section 10: what is out of place is acknowledged ten times in five seconds."""
    wire = Wire()
    ends = opened(wire)
    client = wire.nodes[A].connections[ends]
    server = wire.nodes[B].connections[mirror(ends)]
    for end, other in ((client, server), (server, client)):
        end.rcv_nxt = (other.snd_nxt + 1_000) % 2**32  # as if data had been forged to both
    before = len(wire.seen)
    wire.carry_out(A, client.send(wire.now, b"lost"))
    wire.run(4)
    pure = [it for it in wire.seen[before:] if not it[2]]
    assert 10 <= len(pure) <= 30


def test_3_8_6_3_an_answer_at_once_acknowledges_what_it_answers():
    """A pure acknowledgment goes only where the user says nothing."""
    wire = Wire()
    ends = opened(wire)
    wire.seen.clear()
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, b"ping"))
    (_, header, payload), *_ = wire.seen
    segment = header.build(payload, A, B, None)
    server = wire.nodes[B]
    effects = server.receive(wire.now, A, B, segment)
    assert effects == [Received(mirror(ends), b"ping"), Acknowledge(mirror(ends))]
    (answer,) = server.send(wire.now, mirror(ends), b"pong")
    told, _ = TcpHeader.parse(answer.segment, B, A)
    assert told.acknowledgment == header.sequence + 4
    assert server.acknowledge(mirror(ends)) == []


def test_3_10_7_4_what_comes_twice_is_acknowledged_at_once():
    wire = Wire()
    ends = opened(wire)
    wire.seen.clear()
    wire.carry_out(A, wire.nodes[A].send(wire.now, ends, b"ping"))
    _, header, payload = wire.seen[0]
    wire.run(1)
    (again,) = wire.nodes[B].receive(wire.now, A, B, header.build(payload, A, B, None))
    told, _ = TcpHeader.parse(again.segment, B, A)
    assert told.acknowledgment == header.sequence + 4


def test_the_handshake_is_acknowledged_before_its_user_speaks():
    wire = Wire()
    wire.nodes[B].listen(SERVICE, lambda _: SETTINGS)
    _, effects = wire.nodes[A].connect(wire.now, A, B, SERVICE, SETTINGS)
    wire.carry_out(A, effects)
    wire.run(0.015)
    (_, _, _), (_, answer, _) = wire.seen
    effects = wire.nodes[A].receive(wire.now, B, A, answer.build(b"", B, A, None))
    assert [type(effect).__name__ for effect in effects] == ["SendSegment", "Established"]
