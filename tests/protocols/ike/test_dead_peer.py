"""Dead peer detection (RFC 3706), periodic and on demand."""

from dataclasses import dataclass, replace

import pytest

from ioscli.codec.isakmp import NotifyPayload
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType, ProtocolId
from ioscli.model.instant import SECOND, Instant
from ioscli.model.isakmp import IsakmpProfile, Keepalive
from ioscli.protocols.ike import PeerDead, Send, Traffic, vendor
from ioscli.protocols.ike.dead_peer import REASON
from tests.protocols.ike.test_later import Insider
from tests.protocols.ike.wire import DELAY, A, B, Wire, child, pair


@dataclass
class Line:
    """A wire that can be cut."""

    cut: bool = False

    def __call__(self, _number: int, _send: Send) -> list[int]:
        return [] if self.cut else [DELAY]


def watched(keepalive: Keepalive, line: Line | None = None) -> Wire:
    """A asks; B only answers."""
    wire = pair(line or Line())
    wire.a.settings.keepalive = keepalive
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]
    wire.sent.clear()
    return wire


PERIODIC = Keepalive(10, 2, periodic=True)
ON_DEMAND = Keepalive(10, 3)


def questions(wire: Wire) -> list[int]:
    """The seconds at which A sent informational messages."""
    return [
        round(when / SECOND)
        for (when, send), header in zip(wire.sent, wire.headers(), strict=True)
        if header.exchange == ExchangeType.INFORMATIONAL and send.local == A
    ]


def test_periodic_questions_are_answered() -> None:
    wire = watched(PERIODIC)
    wire.run(45)
    assert questions(wire) == [10, 20, 30, 40]
    assert len(wire.sent) == 8
    assert wire.a.machine.sas(wire.now)[0].capabilities == "D"
    assert wire.b.machine.sas(wire.now)[0].capabilities == ""
    assert wire.a.machine.counters.unexpected == 0


def test_sequence_numbers_go_up_by_one() -> None:
    wire = watched(PERIODIC)
    insider = Insider(wire)
    wire.run(35)
    read = [insider.read(send) for _, send in wire.sent]
    sequences = []
    for (question,), (answer,) in zip(read[::2], read[1::2], strict=True):
        assert isinstance(question, NotifyPayload)
        assert question.notify_type == NotifyType.R_U_THERE
        assert answer == question._replace(notify_type=NotifyType.R_U_THERE_ACK)
        assert question.spi == b"".join(insider.cookies)
        sequences.append(int.from_bytes(question.data))
    assert sequences == list(range(sequences[0], sequences[0] + 3))
    assert sequences[0] < 1 << 31


def test_silence_is_death_after_five_repetitions() -> None:
    line = Line()
    wire = watched(PERIODIC, line)
    wire.a.debug("isakmp")
    line.cut = True
    wire.run(20.9)
    assert questions(wire) == [10, 12, 14, 16, 18, 20]
    assert not wire.a.dead
    wire.run(1)
    assert wire.a.dead == [PeerDead(A, B, REASON)]
    (sa,) = wire.a.machine.sas(wire.now)
    assert (sa.state, sa.deleted) == ("MM_NO_STATE", True)
    assert not wire.a.machine._context.children
    told = [line_ for line_ in wire.a.debugs if "DPD inc" in line_ or "not resp" in line_]
    assert told == [
        *(f"ISAKMP-ERROR: (1001):DPD incrementing error counter ({n}/5)" for n in range(1, 6)),
        "ISAKMP: (1001):peer 192.0.2.2 not responding!",
    ]
    wire.run(100)
    assert len(questions(wire)) == 6


def test_a_late_answer_saves_the_peer() -> None:
    line = Line()
    wire = watched(PERIODIC, line)
    line.cut = True
    wire.run(15)
    line.cut = False
    wire.run(12)
    assert questions(wire) == [10, 12, 14, 16, 26]
    assert not wire.a.dead


def test_on_demand_nothing_is_asked_without_traffic() -> None:
    wire = watched(ON_DEMAND)
    wire.run(300)
    assert wire.sent == []


def test_on_demand_silence_after_sending_is_asked_about() -> None:
    line = Line()
    wire = watched(ON_DEMAND, line)
    seen = Traffic(None, None)
    wire.a.machine.traffic = lambda local, peer: seen if (local, peer) == (A, B) else Traffic()
    wire.run(15)
    seen = Traffic(last_in=Instant(14 * SECOND), last_out=Instant(15 * SECOND))
    wire.run(12)
    assert questions(wire) == [24]
    assert not wire.a.dead
    line.cut = True
    seen = Traffic(last_in=Instant(14 * SECOND), last_out=Instant(29 * SECOND))
    wire.run(26)
    assert questions(wire) == [24, 34, 37, 40, 43, 46, 49]
    assert wire.a.dead == [PeerDead(A, B, REASON)]


def test_on_demand_an_answered_exchange_needs_no_question() -> None:
    wire = watched(ON_DEMAND)
    wire.a.machine.traffic = lambda _local, _peer: Traffic(
        last_in=wire.now, last_out=Instant(max(0, wire.now - SECOND))
    )
    wire.run(120)
    assert questions(wire) == []


def test_traffic_from_the_peer_ends_the_questions() -> None:
    line = Line()
    wire = watched(ON_DEMAND, line)
    seen = Traffic(None, Instant(5 * SECOND))
    wire.a.machine.traffic = lambda _local, _peer: seen
    line.cut = True
    wire.run(16)
    assert questions(wire) == [10, 13, 16]
    seen = Traffic(Instant(17 * SECOND), Instant(5 * SECOND))
    wire.run(30)
    assert questions(wire) == [10, 13, 16]
    assert not wire.a.dead


def test_a_peer_that_does_not_announce_it_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "DEAD_PEER_DETECTION", bytes(16))
    wire = pair()
    wire.a.settings.keepalive = PERIODIC
    wire.a.initiate(child(A, B))
    wire.run(0.017)
    monkeypatch.undo()
    wire.run(100)
    assert wire.a.states() == ["QM_IDLE"]
    assert len(wire.sent) == 9


def test_the_profile_has_its_own_keepalive() -> None:
    wire = pair()
    wire.a.settings.profiles["P"] = IsakmpProfile("P", keepalive=Keepalive(30, 2, periodic=True))
    wanted = child(A, B)
    wire.a.machine.set_child_policies([wanted])
    wire.a.initiate(replace(wanted, isakmp_profile="P"))
    wire.run(65)
    assert [second for second in questions(wire) if second] == [30, 60]


@pytest.mark.parametrize("wrong", ["sequence", "cookies", "length"])
def test_an_answer_to_no_question_is_no_sign_of_life(wrong: str) -> None:
    line = Line()
    wire = watched(PERIODIC, line)
    insider = Insider(wire)
    line.cut = True
    wire.run(11)
    ((question,),) = [insider.read(send) for _, send in wire.sent]
    assert isinstance(question, NotifyPayload)
    answer = question._replace(notify_type=NotifyType.R_U_THERE_ACK)
    forged = {
        "sequence": answer._replace(data=bytes(4)),
        "cookies": answer._replace(spi=bytes(16)),
        "length": answer._replace(data=answer.data + b"\0"),
    }[wrong]
    send = insider.informational(77, forged)
    wire.deliver(send._replace(local=B, peer=A))
    assert wire.a.machine.counters.unexpected == 1
    wire.run(11)
    assert wire.a.dead


def test_an_old_question_is_not_answered() -> None:
    wire = watched(Keepalive(3600))
    insider = Insider(wire)

    def ask(message_id: int, sequence: int) -> int:
        question = NotifyPayload(
            NotifyType.R_U_THERE,
            ProtocolId.ISAKMP,
            b"".join(insider.cookies),
            sequence.to_bytes(4),
        )
        before = len(wire.sent)
        wire.deliver(insider.informational(message_id, question))
        return len(wire.sent) - before

    assert [ask(1, 100), ask(2, 100), ask(3, 99), ask(4, 101)] == [1, 1, 0, 1]


def test_both_sides_may_ask() -> None:
    wire = pair()
    wire.a.settings.keepalive = wire.b.settings.keepalive = PERIODIC
    wire.a.initiate(child(A, B))
    wire.run(100)
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]
    assert not wire.a.dead
    assert not wire.b.dead
