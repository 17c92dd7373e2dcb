"""Lifetimes that end, SPIs that nobody knows, SAs that one side has lost."""

from dataclasses import replace

import pytest

from ioscli.codec.isakmp import DeletePayload, NotifyPayload, build_attributes
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType, ProtocolId
from ioscli.model.crypto import Spi
from ioscli.model.instant import SECOND
from ioscli.model.isakmp import AggressivePeer
from ioscli.protocols.ike import phase_two
from tests.protocols.ike.test_later import Insider, established
from tests.protocols.ike.wire import A, B, child, config, pair, policy


def test_an_expired_isakmp_sa_is_deleted_on_both_sides_and_made_anew_when_needed() -> None:
    wire = pair()
    wire.a.configure(config(policy(lifetime=600)), child(A, B))
    wire.b.debug("isakmp")
    wire.a.initiate(child(A, B))
    wire.run(601)
    assert [sa.deleted for sa in wire.b.machine.sas(wire.now)] == [True]
    assert any('"IKE SA Lifetime Exceeded" state (R) QM_IDLE' in line for line in wire.b.debugs)
    assert not wire.a.deleted, "ESP SAs live on"
    assert wire.headers()[-1].exchange == ExchangeType.INFORMATIONAL
    wire.b.initiate(child(B, A))
    wire.run(1)
    assert [sa.initiator for sa in wire.b.installed] == [False, True]


def test_rekeying_of_esp_uses_the_isakmp_sa_whoever_begins() -> None:
    wire = established()
    for peer, wanted in ((wire.b, child(B, A)), (wire.a, child(A, B))):
        peer.initiate(wanted)
        wire.run(1)
    assert len(wire.a.installed) == len(wire.b.installed) == 3
    assert len(wire.a.machine.sas(wire.now)) == 1


def test_both_rekey_at_once() -> None:
    wire = established()
    wire.a.initiate(child(A, B))
    wire.b.initiate(child(B, A))
    wire.run(1)
    assert len(wire.a.installed) == len(wire.b.installed) == 3
    pairs = {(sa.inbound_spi, sa.outbound_spi) for sa in wire.a.installed}
    assert pairs == {(sa.outbound_spi, sa.inbound_spi) for sa in wire.b.installed}


def lifetime(seconds: int, cookies: tuple[bytes, bytes]) -> NotifyPayload:
    data = build_attributes(phase_two.lifetime_attributes(seconds, 0)[:2])
    return NotifyPayload(NotifyType.RESPONDER_LIFETIME, ProtocolId.ISAKMP, b"".join(cookies), data)


@pytest.mark.parametrize(("seconds", "left"), [(3_600, 3_600), (100_000, 86_399), (0, 86_399)])
def test_the_responder_may_shorten_the_isakmp_sa(seconds: int, left: int) -> None:
    # RFC 2407, 4.6.3.1.
    wire = established()
    insider = Insider(wire)
    message = insider.informational(5, lifetime(seconds, insider.cookies))
    wire.deliver(message._replace(local=B, peer=A))
    assert wire.a.machine.sas(wire.now)[0].lifetime_left == left


def test_the_initiator_may_not() -> None:
    wire = established()
    insider = Insider(wire)
    wire.deliver(insider.informational(5, lifetime(60, insider.cookies)))
    assert wire.b.machine.sas(wire.now)[0].lifetime_left == 86_399
    broken = lifetime(60, insider.cookies)._replace(data=b"\0")
    wire.deliver(insider.informational(6, broken)._replace(local=B, peer=A))
    assert wire.a.machine.counters.malformed == 1


def test_an_unknown_spi_is_told_to_a_peer_with_an_isakmp_sa() -> None:
    wire = established()
    (lost,) = wire.b.installed
    wire.b.carry_out(wire.b.machine.invalid_spi(wire.now, B, A, lost.inbound_spi))
    (notification,) = Insider(wire).read(wire.sent[-1][1])
    assert notification == NotifyPayload(
        NotifyType.INVALID_SPI, ProtocolId.ESP, lost.inbound_spi.to_bytes(4)
    )
    wire.run(1)
    assert wire.a.deleted == [lost.inbound_spi]
    assert not wire.a.machine._context.children


def test_without_an_isakmp_sa_nothing_is_told() -> None:
    wire = pair()
    wire.b.debug("isakmp")
    wire.b.carry_out(wire.b.machine.invalid_spi(wire.now, B, A, Spi(0x3EA71AED)))
    assert not wire.sent
    assert wire.b.debugs == [
        "ISAKMP-ERROR: (0):ignoring request to send delete notify (no ISAKMP sa) src 192.0.2.2"
        " dst 192.0.2.1 for SPI 0x3EA71AED"
    ]


def test_invalid_spi_recovery_makes_an_isakmp_sa_to_tell_it() -> None:
    wire = established()
    (lost,) = wire.b.installed
    # B has rebooted: A's SAs are orphans.
    restarted = pair(seed=9)
    wire.b.machine = restarted.b.machine
    wire.b.settings = replace(wire.b.settings, invalid_spi_recovery=True)
    wire.b.configure(wire.b.settings, child(B, A))
    for _ in range(3):
        wire.b.carry_out(wire.b.machine.invalid_spi(wire.now, B, A, lost.inbound_spi))
    wire.run(1)
    mine = [sa for sa in wire.b.machine.sas(wire.now) if not sa.deleted]
    assert [(sa.state, sa.initiator) for sa in mine] == [("QM_IDLE", True)]
    # INITIAL_CONTACT has swept the old SAs away already; the notification names the SPI again.
    assert lost.inbound_spi in wire.a.deleted
    states = [(sa.conn_id, sa.deleted) for sa in wire.a.machine.sas(wire.now)]
    assert states == [(1002, False), (1001, True)]


def test_recovery_needs_a_key_for_the_peer() -> None:
    wire = pair()
    wire.b.configure(replace(config(policy(), key=None), invalid_spi_recovery=True), child(B, A))
    wire.b.carry_out(wire.b.machine.invalid_spi(wire.now, B, A, Spi(1_000)))
    assert not wire.sent
    assert wire.b.machine.next_deadline is None


def test_deleting_a_child_without_an_isakmp_sa_is_only_debugged() -> None:
    wire = pair()
    wire.a.debug("isakmp")
    wire.a.carry_out(wire.a.machine.delete_child(wire.now, child(A, B), [Spi(1_000)]))
    assert not wire.sent
    assert "ignoring request to send delete notify" in wire.a.debugs[0]


def test_deletion_of_many_spis_in_one_message() -> None:
    wire = established()
    wire.a.initiate(child(A, B))
    wire.run(1)
    spis = [sa.inbound_spi for sa in wire.a.installed]
    wire.a.carry_out(wire.a.machine.delete_child(wire.now, child(A, B), spis))
    (payload,) = Insider(wire).read(wire.sent[-1][1])
    assert payload == DeletePayload(ProtocolId.ESP, tuple(spi.to_bytes(4) for spi in spis))
    wire.run(1)
    assert wire.b.deleted == spis
    assert not wire.a.machine._context.children
    assert not wire.b.machine._context.children


def test_a_lost_isakmp_sa_is_found_out_by_quick_mode() -> None:
    wire = established()
    wire.b.machine = pair(seed=9).b.machine
    wire.b.configure(config(policy()), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(61)
    assert [failed.reason for failed in wire.a.failed] == ["Phase 2 err count exceeded"]
    assert set(wire.b.logs) == {
        "%CRYPTO-4-IKMP_NO_SA: IKE message from 192.0.2.1 has no SA and is not an initialization"
        " offer"
    }
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert len(wire.a.installed) == 2
    assert wire.now >= 60 * SECOND


@pytest.mark.parametrize("mode", ["main", "aggressive"])
def test_a_responder_with_a_shorter_lifetime_says_so_right_after_phase_one(mode: str) -> None:
    wire = pair()
    wire.b.configure(config(policy(lifetime=3_600)), child(B, A))
    if mode == "aggressive":
        wire.a.settings.aggressive_peers[B] = AggressivePeer(B)
    wire.a.debug("isakmp")
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.a.machine.sas(wire.now)[0].lifetime_left in (3_599, 3_598)
    start = next(
        number
        for number, line in enumerate(wire.a.debugs)
        if "processing NOTIFY RESPONDER_LIFETIME protocol 1" in line
    )
    assert wire.a.debugs[start + 1 : start + 4] == [
        "ISAKMP: (1001):processing responder lifetime",
        "ISAKMP: (1001):start processing isakmp responder lifetime",
        "ISAKMP: (1001):restart ike sa timer to 3600 secs",
    ]
    assert len(wire.a.installed) == 1
