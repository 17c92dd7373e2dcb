"""Retransmission: datagrams that are lost, repeated, overtaken, replayed."""

import random
from collections.abc import Iterable

import pytest

from ioscli.codec.isakmp import IsakmpHeader
from ioscli.codec.isakmp.numbers import ExchangeType
from ioscli.model.instant import SECOND
from ioscli.protocols.ike import Send
from tests.protocols.ike.wire import (
    DELAY,
    A,
    B,
    Wire,
    assert_mirrored,
    child,
    config,
    faithful,
    pair,
    policy,
)


def assert_up(wire: Wire) -> None:
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    assert_mirrored(ours, theirs)
    assert not wire.a.failed
    assert not wire.a.logs
    assert not wire.b.logs


@pytest.mark.parametrize("lost", range(1, 10))
def test_any_one_message_may_be_lost(lost: int) -> None:
    def carry(number: int, _: Send) -> Iterable[int]:
        return () if number == lost else (DELAY,)

    wire = pair(carry)
    wire.a.initiate(child(A, B))
    wire.run(9)
    up = (wire.a.states(), wire.b.states()) == (["QM_IDLE"], ["QM_IDLE"])
    assert up == (lost > 6)
    wire.run(11)
    assert_up(wire)


def test_every_message_may_be_repeated() -> None:
    wire = pair(lambda _number, _send: (DELAY, DELAY, 3 * DELAY, 2 * SECOND))
    wire.a.initiate(child(A, B))
    wire.run(100)
    assert_up(wire)
    # Nine messages; some of the copies two seconds late are answered, none is taken up again.
    assert len(wire.sent) < 20
    assert wire.a.machine.counters.duplicates + wire.b.machine.counters.duplicates >= 27


@pytest.mark.parametrize("seed", range(12))
def test_a_bad_wire_in_the_end_carries_it(seed: int) -> None:
    chance = random.Random(seed)

    def carry(_number: int, _send: Send) -> Iterable[int]:
        copies = chance.choice([0, 0, 1, 1, 1, 1, 2, 3])
        return [chance.randrange(1, 3 * SECOND) for _ in range(copies)]

    wire = pair(carry, seed)
    wire.a.initiate(child(A, B))
    wire.run(180)
    assert wire.a.installed or wire.a.failed, "neither success nor failure is reported"
    if wire.a.installed:
        assert len(wire.a.installed) == 1
        for theirs in wire.b.installed:
            assert_mirrored(wire.a.installed[0], theirs)


@pytest.mark.parametrize("seed", range(12))
def test_both_start_at_once_on_a_bad_wire(seed: int) -> None:
    chance = random.Random(seed)

    def carry(_number: int, _send: Send) -> Iterable[int]:
        copies = chance.choice([0, 1, 1, 1, 1, 2])
        return [chance.randrange(1, SECOND) for _ in range(copies)]

    wire = pair(carry, seed)
    wire.a.initiate(child(A, B))
    wire.b.initiate(child(B, A))
    wire.run(130)
    for peer, other in ((wire.a, wire.b), (wire.b, wire.a)):
        begun = [sa for sa in peer.installed if sa.initiator]
        assert len(begun) + len(peer.failed) == 1
        assert not peer.deleted, "initial contact has swept away the other one's SAs"
        for ours in begun:
            for theirs in other.installed:
                if theirs.inbound_spi == ours.outbound_spi:
                    assert_mirrored(ours, theirs)


def test_retransmission_every_ten_seconds_five_times() -> None:
    wire = pair(lambda _number, _send: ())
    wire.a.initiate(child(A, B))
    wire.run(59)
    assert [when // SECOND for when, _ in wire.sent] == [0, 10, 20, 30, 40, 50]
    assert len({send for _, send in wire.sent}) == 1
    assert wire.a.states() == ["MM_NO_STATE"]
    assert not wire.a.failed
    wire.run(2)
    assert [failed.reason for failed in wire.a.failed] == ["Death by retransmission P1"]
    (sa,) = wire.a.machine.sas(wire.now)
    assert (sa.state, sa.deleted, sa.conn_id) == ("MM_NO_STATE", True, 0)
    wire.run(60)
    assert wire.a.states() == []
    assert wire.a.machine.next_deadline is None


def test_a_new_attempt_after_death() -> None:
    wire = pair(lambda number, _send: (DELAY,) if number > 6 else ())
    wire.a.initiate(child(A, B))
    wire.run(61)
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert [sa.deleted for sa in wire.a.machine.sas(wire.now)] == [True, False]
    assert len(wire.a.installed) == 1


def test_peer_that_answers_no_quick_mode_is_taken_for_dead() -> None:
    wire = pair(lambda number, _send: (DELAY,) if number <= 6 else ())
    wire.a.initiate(child(A, B))
    wire.run(70)
    assert [failed.reason for failed in wire.a.failed] == ["Phase 2 err count exceeded"]
    quick = [header for header in wire.headers() if header.exchange == ExchangeType.QUICK_MODE]
    assert len(quick) == 6
    assert [sa.deleted for sa in wire.a.machine.sas(wire.now)] == [True]
    assert wire.headers()[-1].exchange == ExchangeType.INFORMATIONAL
    wire.carry = faithful
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert len(wire.a.installed) == len(wire.b.installed) == 1


def test_half_open_responder_gives_up() -> None:
    wire = pair(lambda _number, send: () if send.peer == A else (DELAY,))
    wire.a.initiate(child(A, B))
    wire.run(59)
    assert wire.b.states() == ["MM_SA_SETUP"]
    wire.run(2)
    assert wire.b.machine.sas(wire.now)[0].deleted
    wire.run(60)
    assert wire.b.states() == []


def test_responder_answers_a_duplicate_with_the_same_bytes() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(3)
    before = len(wire.sent)
    fifth, sixth = wire.sent[4][1], wire.sent[5][1]
    wire.deliver(fifth)
    assert [send for _, send in wire.sent[before:]] == [sixth]
    wire.deliver(fifth)
    assert len(wire.sent) == before + 1, "not again at once"


def test_lost_message_3_of_quick_mode_is_sent_again_on_demand() -> None:
    wire = pair(lambda number, _send: () if number == 9 else (DELAY,))
    wire.a.initiate(child(A, B))
    wire.run(5)
    assert len(wire.a.installed) == 1
    assert not wire.b.installed
    wire.run(10)
    assert_up(wire)


def test_replayed_messages_change_nothing() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    recorded = [send for _, send in wire.sent]
    # Long after, when the finished exchanges are forgotten.
    wire.run(600)
    before = (wire.a.machine.sas(wire.now), wire.b.machine.sas(wire.now))
    for send in recorded * 2:
        wire.deliver(send)
    wire.run(1)
    assert len(wire.a.installed) == len(wire.b.installed) == 1
    assert [sa.state for sa in wire.a.machine.sas(wire.now)] == ["QM_IDLE"]
    assert [sa.conn_id for sa in before[0]] == [sa.conn_id for sa in wire.a.machine.sas(wire.now)]
    quick = [header for header in wire.headers() if header.exchange == ExchangeType.QUICK_MODE]
    assert len(quick) == 3
    assert not wire.b.logs


def test_late_message_of_an_earlier_step_is_no_answer() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(4 * DELAY / 1_000_000 + 0.001)
    assert wire.a.states() == ["MM_KEY_EXCH"]
    for _, send in wire.sent[:3]:
        wire.deliver(send)
    wire.run(1)
    assert_up(wire)


def test_two_peers_do_not_mix() -> None:
    # The same initiator cookie from another address is another's business.
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    stolen = wire.sent[0][1]
    wire.b.carry_out(wire.b.machine.receive(wire.now, stolen.payload, B, 500, B))
    assert wire.b.machine.counters.unknown_sa == 1
    assert wire.b.logs == [
        "%CRYPTO-4-IKMP_NO_SA: IKE message from 192.0.2.2 has no SA and is not an"
        " initialization offer"
    ]


def test_configuration_changes_do_not_touch_an_sa_that_is_up() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    for peer in (wire.a, wire.b):
        peer.machine.configure(config(policy(digest=policy().hash), key=None))
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert len(wire.a.installed) == len(wire.b.installed) == 2


def test_header_of_every_message_names_the_same_sa() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    headers: list[IsakmpHeader] = wire.headers()
    assert len({header.initiator_cookie for header in headers}) == 1
    assert headers[0].responder_cookie == bytes(8)
    assert len({header.responder_cookie for header in headers[1:]}) == 1
