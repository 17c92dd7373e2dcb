"""What does not fit, and what does not belong there: refused, logged, counted, never raised."""

import random
from dataclasses import fields
from ipaddress import IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.isakmp import (
    IsakmpHeader,
    IsakmpMessage,
    NotifyPayload,
    RawPayload,
    SaPayload,
)
from ioscli.codec.isakmp.numbers import ExchangeType, Flags, NotifyType, PayloadType
from ioscli.model.crypto import (
    ChildPolicy,
    ChildProposal,
    EspCipher,
    EspIntegrity,
    EspTransform,
    Mode,
    Selector,
)
from ioscli.model.instant import Instant
from ioscli.model.isakmp import IkeEncryption, IkeHash, IsakmpPolicy
from ioscli.protocols.ike import IkeCounters, Isakmp, Send, isakmp
from tests.protocols.ike.wire import (
    AES_SHA,
    A,
    B,
    Wire,
    assert_mirrored,
    child,
    config,
    pair,
    policy,
)

BAD_MESSAGE = (
    "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 192.0.2.1 failed its sanity check or is malformed"
)
MAIN_MODE_FAILURE = (
    "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Main mode failed with peer at 192.0.2.1"
)
QUICK_MODE_FAILURE = (
    "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Quick mode failed with peer at 192.0.2.1"
)


def counted(counters: IkeCounters) -> dict[str, int]:
    found = {field.name: getattr(counters, field.name) for field in fields(counters)}
    return {name: value for name, value in found.items() if value}


@pytest.mark.parametrize("seed", range(20))
def test_wrong_key(seed: int) -> None:
    wire = pair(seed=seed)
    wire.b.configure(config(policy(), key="cisco124"), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.a.states() == wire.b.states() == ["MM_KEY_EXCH"]
    assert wire.b.logs == [BAD_MESSAGE]
    assert not wire.a.logs
    wire.run(54)
    assert wire.b.logs == [BAD_MESSAGE] * 6
    wire.run(10)
    assert [failed.reason for failed in wire.a.failed] == ["Death by retransmission P1"]
    for peer in (wire.a, wire.b):
        (sa,) = peer.machine.sas(wire.now)
        assert (sa.state, sa.deleted, sa.conn_id) == ("MM_NO_STATE", True, 1001)
        assert not peer.installed
    # Both sides know when they last sent: their repetitions do not set each other off.
    assert len(wire.sent) == 5 + 5 + 5


@pytest.mark.parametrize(
    "theirs",
    [
        policy(10, IkeEncryption.AES_128),
        policy(10, digest=IkeHash.SHA),
        policy(10, group=14),
        policy(10, IkeEncryption.TRIPLE_DES),
    ],
)
def test_policy_mismatch(theirs: IsakmpPolicy) -> None:
    wire = pair()
    wire.b.configure(config(theirs), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    refusal = IsakmpMessage.parse(wire.sent[1][1].payload)
    assert refusal.header.exchange == ExchangeType.INFORMATIONAL
    (notify,) = refusal.payloads
    assert isinstance(notify, NotifyPayload)
    assert notify.notify_type == NotifyType.NO_PROPOSAL_CHOSEN
    assert wire.b.logs == [MAIN_MODE_FAILURE]
    assert wire.a.logs == [
        "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Informational mode failed with peer at"
        " 192.0.2.2"
    ]
    assert wire.a.states() == wire.b.states() == ["MM_NO_STATE"]
    assert wire.b.machine.sas(wire.now)[0].deleted
    wire.run(61)
    assert [failed.reason for failed in wire.a.failed] == ["Death by retransmission P1"]
    assert wire.b.logs == [MAIN_MODE_FAILURE]
    assert wire.b.machine.counters.refused == 1


def test_responder_without_a_key_for_the_peer() -> None:
    wire = pair()
    wire.b.configure(config(policy(), key=None), child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.b.logs == [MAIN_MODE_FAILURE]
    assert wire.b.machine.counters.refused == 1


def transform(cipher: EspCipher, integrity: EspIntegrity | None) -> ChildPolicy:
    return child(B, A, ChildProposal(EspTransform(cipher, integrity), Mode.TUNNEL))


@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param(transform(EspCipher.AES_128, EspIntegrity.SHA), id="key length"),
        pytest.param(transform(EspCipher.AES_256, EspIntegrity.SHA256), id="integrity"),
        pytest.param(transform(EspCipher.AES_256, None), id="no integrity"),
        pytest.param(transform(EspCipher.GCM_256, None), id="GCM"),
        pytest.param(child(B, A, pfs=14), id="PFS wanted, not offered"),
        pytest.param(child(B, A, protocol=4), id="identities"),
    ],
)
def test_quick_mode_mismatch(theirs: ChildPolicy) -> None:
    wire = pair()
    wire.b.configure(config(policy()), theirs)
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert [failed.reason for failed in wire.a.failed] == ["PROPOSAL_NOT_CHOSEN from 192.0.2.2"]
    assert wire.b.logs == [QUICK_MODE_FAILURE]
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]
    assert not wire.a.installed
    assert not wire.b.installed
    wire.run(100)
    assert len(wire.sent) == 6 + 2, "nothing is repeated"
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert len(wire.a.failed) == 2


@pytest.mark.parametrize(
    ("offered", "wanted", "fits"),
    [(2, 5, False), (5, 2, True), (14, None, True), (19, 14, True), (14, 19, False), (2, 2, True)],
)
def test_responder_wants_at_least_its_own_pfs_group(
    offered: int, wanted: int | None, fits: bool
) -> None:
    wire = pair()
    wire.b.configure(config(policy()), child(B, A, pfs=wanted))
    wire.a.initiate(child(A, B, pfs=offered))
    wire.run(1)
    assert bool(wire.a.installed) == fits
    assert bool(wire.a.failed) != fits
    if fits:
        assert wire.b.installed[0].pfs_group == offered


def test_transport_offer_to_a_tunnel_mode_responder() -> None:
    wire = pair()
    wire.a.initiate(child(A, B, AES_SHA._replace(mode=Mode.TRANSPORT)))
    wire.run(1)
    assert len(wire.a.failed) == 1
    assert wire.b.logs == [QUICK_MODE_FAILURE]


def test_policy_of_another_peer_does_not_serve() -> None:
    wire = pair()
    theirs = child(B, A)
    stranger = ChildPolicy(
        "Tunnel9",
        B,
        A + 8,
        theirs.local_selector,
        theirs.remote_selector,
        theirs.proposals,
        None,
        3600,
        4608000,
    )
    wire.b.machine.set_child_policies([stranger])
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert not wire.b.installed
    assert len(wire.a.failed) == 1


def test_quick_mode_before_phase_one_is_done() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(0.021)
    assert wire.a.states() == ["MM_KEY_EXCH"]
    header = wire.headers()[3]
    quick = header._replace(
        exchange=ExchangeType.QUICK_MODE, flags=Flags.ENCRYPTION, message_id=77
    ).build(bytes(32))
    wire.deliver(Send(A, B, 500, 500, quick))
    assert wire.b.logs == [
        "%CRYPTO-6-IKMP_SA_NOT_AUTH: Cannot accept Quick Mode exchange from 192.0.2.1 if SA is"
        " not authenticated!"
    ]


def test_clear_message_where_it_must_be_encrypted() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(0.021)
    fifth = IsakmpMessage(wire.headers()[3], (RawPayload(PayloadType.HASH, bytes(32)),)).build()
    wire.deliver(Send(A, B, 500, 500, fifth))
    assert wire.b.logs == [
        "%CRYPTO-6-IKMP_NOT_ENCRYPTED: IKE packet from 192.0.2.1 was not encrypted and it"
        " should've been."
    ]
    wire.run(1)
    assert wire.b.states() == ["QM_IDLE"]


def test_forged_answers_do_not_stop_main_mode() -> None:
    wire = pair()
    wire.a.initiate(child(A, B))
    cookie = wire.headers()[0].initiator_cookie
    header = IsakmpHeader(cookie, b"forgery!", 0, ExchangeType.MAIN_MODE)
    offer = IsakmpMessage.parse(wire.sent[0][1].payload).payloads[0]
    assert isinstance(offer, SaPayload)
    (proposal,) = offer.proposals
    transform = proposal.transforms[0]
    never_offered = proposal._replace(
        transforms=(transform._replace(attributes=transform.attributes[1:]),)
    )
    for payloads in (
        (),
        (offer, offer),
        (SaPayload((never_offered,)),),
        (SaPayload((proposal, proposal)),),
        (RawPayload(PayloadType.SECURITY_ASSOCIATION, b"\0\0\0\2\0\0\0\1"),),
    ):
        wire.deliver(Send(B, A, 500, 500, IsakmpMessage(header, payloads).build()))
    notify = NotifyPayload(NotifyType.NO_PROPOSAL_CHOSEN, 1)
    informational = header._replace(exchange=ExchangeType.INFORMATIONAL)
    wire.deliver(Send(B, A, 500, 500, IsakmpMessage(informational, (notify,)).build()))
    assert len(wire.a.logs) == 6
    wire.run(1)
    assert wire.a.states() == ["QM_IDLE"]
    assert counted(wire.a.machine.counters) == {"unauthenticated": 6}


@pytest.mark.parametrize("what", ["short", "long", "zero", "one"])
def test_degenerate_key_exchange_is_dropped(what: str) -> None:
    wire = Wire(lambda number, _send: () if number == 3 else (5_000,))
    settings = config(policy(group=2))
    wire.a.configure(settings, child(A, B))
    wire.b.configure(settings, child(B, A))
    wire.a.initiate(child(A, B))
    wire.run(1)
    third = IsakmpMessage.parse(wire.sent[2][1].payload)
    public = {
        "short": bytes(16),
        "long": b"\2" * 129,
        "zero": bytes(128),
        "one": bytes(127) + b"\1",
    }[what]
    forged = (RawPayload(PayloadType.KEY_EXCHANGE, public), *third.payloads[1:])
    wire.deliver(Send(A, B, 500, 500, third._replace(payloads=forged).build()))
    assert wire.b.logs == [BAD_MESSAGE]
    assert wire.b.states() == ["MM_SA_SETUP"]
    wire.run(10)
    assert wire.b.states() == ["QM_IDLE"]


def test_nonces_have_bounds() -> None:
    for size in (0, 7, 257):
        wire = Wire(lambda number, _send: () if number == 3 else (5_000,))
        wire.a.configure(config(policy()), child(A, B))
        wire.b.configure(config(policy()), child(B, A))
        wire.a.initiate(child(A, B))
        wire.run(1)
        third = IsakmpMessage.parse(wire.sent[2][1].payload)
        key, _, *rest = third.payloads
        forged = (key, RawPayload(PayloadType.NONCE, bytes(size)), *rest)
        wire.deliver(Send(A, B, 500, 500, third._replace(payloads=forged).build()))
        assert wire.b.logs == [BAD_MESSAGE]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "malformed"),
        (bytes(27), "malformed"),
        (b"\xff" * 64, "malformed"),
        (IsakmpHeader(b"cookie-i", bytes(8), 0, 34, version=0x20).build(b""), "unsupported"),
        (IsakmpHeader(b"cookie-i", b"cookie-r", 0, 2).build(b""), "unknown_sa"),
        (IsakmpHeader(b"cookie-i", b"cookie-r", 8, 5, 1, 9).build(bytes(32)), "unknown_sa"),
        (IsakmpHeader(b"cookie-i", bytes(8), 0, 4).build(b""), "unauthenticated"),
        (IsakmpHeader(bytes(8), bytes(8), 0, 2).build(b""), "unknown_sa"),
        (IsakmpHeader(b"cookie-i", bytes(8), 1, 2).build(b"\0\0\0\7"), "malformed"),
        (IsakmpHeader(b"cookie-i", bytes(8), 0, 2).build(b""), "unauthenticated"),
    ],
)
def test_messages_out_of_the_blue(payload: bytes, reason: str) -> None:
    wire = pair()
    wire.deliver(Send(A, B, 500, 500, payload))
    assert counted(wire.b.machine.counters) == {reason: 1}
    assert wire.b.states() == []
    assert not wire.sent
    assert wire.b.machine.next_deadline is None


def test_no_sa_is_logged() -> None:
    wire = pair()
    wire.deliver(Send(A, B, 500, 500, IsakmpHeader(b"cookie-i", b"cookie-r", 0, 2).build(b"")))
    assert wire.b.logs == [
        "%CRYPTO-4-IKMP_NO_SA: IKE message from 192.0.2.1 has no SA and is not an"
        " initialization offer"
    ]


def test_half_open_sas_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isakmp, "HALF_OPEN_LIMIT", 5)
    wire = pair(lambda _number, _send: ())
    wire.a.initiate(child(A, B))
    message = IsakmpMessage.parse(wire.sent[0][1].payload)
    for number in range(8):
        cookie = bytes((number + 1,)) * 8
        flood = message._replace(header=message.header._replace(initiator_cookie=cookie))
        wire.deliver(Send(A, B, 500, 500, flood.build()))
    assert len(wire.b.states()) == 5
    assert wire.b.machine.counters.half_open_limit == 3
    wire.run(121)
    assert wire.b.states() == []


def recorded() -> list[Send]:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    return [send for _, send in wire.sent]


RECORDED = recorded()


def mangled(data: st.DataObject, send: Send, first: int) -> Send:
    """A datagram with one to three bytes changed, none before `first`."""
    payload = bytearray(send.payload)
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.integers(first, len(payload) - 1))
        payload[where] ^= data.draw(st.integers(1, 255))
    return send._replace(payload=bytes(payload))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mangled_messages_at_any_moment(data: st.DataObject) -> None:
    """Nothing raises, and every request ends in success or in a reported failure.

    Main mode can be spoiled so: its first four messages are not authenticated.
    """
    wire = pair(seed=1)
    wire.a.initiate(child(A, B))
    for _ in range(data.draw(st.integers(0, 9))):
        wire.run(0.005)
    for _ in range(data.draw(st.integers(1, 4))):
        wire.deliver(mangled(data, data.draw(st.sampled_from(RECORDED)), first=0))
    wire.run(130)
    assert bool(wire.a.installed) != bool(wire.a.failed)
    for ours, theirs in zip(wire.a.installed, wire.b.installed, strict=False):
        assert_mirrored(ours, theirs)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mangled_ciphertext_at_any_moment(data: st.DataObject) -> None:
    """What is encrypted is authenticated too: the real messages get by."""
    wire = pair(seed=1)
    wire.a.initiate(child(A, B))
    for _ in range(data.draw(st.integers(0, 9))):
        wire.run(0.005)
    before = [len(peer.installed) for peer in (wire.a, wire.b)]
    for _ in range(data.draw(st.integers(1, 4))):
        wire.deliver(mangled(data, data.draw(st.sampled_from(RECORDED[4:])), first=28))
    assert [len(peer.installed) for peer in (wire.a, wire.b)] == before
    wire.run(20)
    assert len(wire.a.installed) == len(wire.b.installed) == 1
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_out_of_the_blue(payload: bytes) -> None:
    machine = Isakmp(random.Random(1))
    machine.configure(config(policy()))
    machine.receive(Instant(0), payload, A, 500, B)
    machine.receive(Instant(0), payload, A, 4500, B, destination_port=4500)
    assert machine.next_deadline is None


def test_selectors_must_mirror_exactly() -> None:
    wire = pair()
    ours = child(A, B)
    narrower = ChildPolicy(
        ours.owner,
        A,
        B,
        Selector(IPv4Network("10.1.0.0/25")),
        Selector(IPv4Network("10.2.0.0/24")),
        ours.proposals,
        None,
        3600,
        4608000,
    )
    wire.b.machine.set_child_policies(
        [
            ChildPolicy(
                ours.owner,
                B,
                A,
                Selector(IPv4Network("10.2.0.0/24")),
                Selector(IPv4Network("10.1.0.0/24")),
                ours.proposals,
                None,
                3600,
                4608000,
            )
        ]
    )
    wire.a.initiate(narrower)
    wire.run(1)
    assert len(wire.a.failed) == 1
