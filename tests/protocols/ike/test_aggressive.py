"""Aggressive mode (RFC 2409, 5.4): three messages, identities that are names."""

import random
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.isakmp import IdPayload, IsakmpHeader, IsakmpMessage, RawPayload, SaPayload
from ioscli.codec.isakmp.numbers import ExchangeType, IdType, PayloadType, PhaseOneAttribute
from ioscli.model.instant import Instant
from ioscli.model.isakmp import (
    DH_GROUP_BITS,
    AggressivePeer,
    Identity,
    IdentityKind,
    IkeEncryption,
    IkeHash,
    IsakmpProfile,
    PreSharedKey,
)
from ioscli.protocols.ike import Isakmp, Send, isakmp
from tests.protocols.ike.test_failures import counted, mangled
from tests.protocols.ike.wire import (
    DELAY,
    A,
    B,
    Carry,
    Nat,
    Wire,
    assert_mirrored,
    child,
    config,
    faithful,
    pair,
    policy,
)

OUTSIDE = IPv4Address("198.51.100.9")


def aggressive(carry: Carry = faithful, seed: int = 1) -> Wire:
    """A begins with aggressive mode, as `crypto isakmp peer address` has it."""
    wire = pair(carry, seed)
    wire.a.settings.aggressive_peers[B] = AggressivePeer(B)
    return wire


def test_three_messages_then_quick_mode() -> None:
    wire = aggressive()
    wire.a.initiate(child(A, B))
    wire.run(1)
    exchanges = [header.exchange for header in wire.headers()]
    assert exchanges == [ExchangeType.AGGRESSIVE] * 3 + [ExchangeType.QUICK_MODE] * 3
    assert [header.encrypted for header in wire.headers()] == [False] * 2 + [True] * 4
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])
    assert wire.a.machine.keys() == wire.b.machine.keys()
    for peer in (wire.a, wire.b):
        (sa,) = peer.machine.sas(wire.now)
        assert (sa.state, sa.conn_id, sa.authentication) == ("QM_IDLE", 1001, "psk")


def test_states_on_the_way() -> None:
    wire = aggressive()
    wire.a.initiate(child(A, B))
    seen: list[tuple[list[str], list[str]]] = [(wire.a.states(), wire.b.states())]
    for _ in range(3):
        wire.run(DELAY / 1_000_000)
        seen.append((wire.a.states(), wire.b.states()))
    assert seen == [
        (["AG_INIT_EXCH"], []),
        (["AG_INIT_EXCH"], ["AG_INIT_EXCH"]),
        (["QM_IDLE"], ["AG_INIT_EXCH"]),
        (["QM_IDLE"], ["QM_IDLE"]),
    ]


def test_contents_of_the_messages() -> None:
    wire = aggressive()
    wire.a.initiate(child(A, B))
    wire.run(1)
    first, second = (IsakmpMessage.parse(send.payload) for _, send in wire.sent[:2])
    kinds = [[payload.type for payload in message.payloads] for message in (first, second)]
    offer = [
        PayloadType.SECURITY_ASSOCIATION,
        PayloadType.KEY_EXCHANGE,
        PayloadType.NONCE,
        PayloadType.IDENTIFICATION,
    ]
    assert kinds[0] == offer + [PayloadType.VENDOR_ID] * 6
    assert kinds[1] == [
        *offer,
        PayloadType.HASH,
        *[PayloadType.VENDOR_ID] * 4,
        *[PayloadType.NAT_D] * 2,
    ]


@pytest.mark.parametrize("group", DH_GROUP_BITS)
def test_groups(group: int) -> None:
    wire = aggressive()
    for peer in (wire.a, wire.b):
        peer.settings.policies = {10: policy(group=group)}
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])


def test_only_policies_of_one_group_are_offered() -> None:
    wire = aggressive()
    wire.a.settings.policies = {
        10: policy(10, group=5),
        20: policy(20, group=14),
        30: policy(30, IkeEncryption.AES_128, IkeHash.SHA, 5),
    }
    wire.a.initiate(child(A, B))
    offer = IsakmpMessage.parse(wire.sent[0][1].payload).payloads[0]
    assert isinstance(offer, SaPayload)
    groups = [
        attribute.value
        for transform in offer.proposals[0].transforms
        for attribute in transform.attributes
        if attribute.type == PhaseOneAttribute.GROUP_DESCRIPTION
    ]
    assert groups == [5, 5]


@pytest.mark.parametrize(
    ("identity", "id_type", "text"),
    [
        (Identity(IdentityKind.HOSTNAME, "spoke1.example.net"), IdType.FQDN, "spoke1.example.net"),
        (Identity(IdentityKind.USER_FQDN, "spoke@example.net"), IdType.USER_FQDN, None),
        (Identity(IdentityKind.KEY_ID, "SPOKES"), IdType.KEY_ID, None),
        (Identity(IdentityKind.ADDRESS), IdType.IPV4_ADDR, "192.0.2.1"),
    ],
)
def test_identities_of_every_kind(identity: Identity, id_type: IdType, text: str | None) -> None:
    wire = aggressive()
    wire.a.settings.aggressive_peers[B] = AggressivePeer(B, "cisco123", identity)
    wire.a.initiate(child(A, B))
    wire.run(1)
    sent = next(
        payload
        for payload in IsakmpMessage.parse(wire.sent[0][1].payload).payloads
        if isinstance(payload, IdPayload)
    )
    assert (sent.id_type, sent.protocol, sent.port) == (id_type, 17, 500)
    assert wire.b.machine.sas(wire.now)[0].identity == (text or identity.value)
    assert wire.a.states() == ["QM_IDLE"]


def test_the_key_goes_by_the_name() -> None:
    # What aggressive mode is for: a peer whose address nobody knows.
    wire = aggressive()
    wire.a.settings.aggressive_peers[B] = AggressivePeer(
        B, "spoke-key", Identity(IdentityKind.HOSTNAME, "spoke1.example.net")
    )
    wire.b.settings.keys = [
        PreSharedKey("another", IPv4Network("192.0.2.0/24")),
        PreSharedKey("spoke-key", None, hostname="Spoke1.Example.net"),
    ]
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])


def test_the_host_name_of_the_router() -> None:
    wire = aggressive()
    wire.a.settings.identity = IdentityKind.HOSTNAME
    wire.a.settings.hostname = "R1.example.net"
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.b.machine.sas(wire.now)[0].identity == "R1.example.net"


def test_a_profile_may_ask_for_it() -> None:
    wire = pair()
    wire.a.settings.profiles["AG"] = IsakmpProfile(
        "AG", aggressive=True, self_identity=Identity(IdentityKind.KEY_ID, "SPOKES")
    )
    wire.a.initiate(replace(child(A, B), isakmp_profile="AG"))
    wire.run(1)
    assert wire.headers()[0].exchange == ExchangeType.AGGRESSIVE
    assert wire.b.machine.sas(wire.now)[0].identity == "SPOKES"


@pytest.mark.parametrize("seed", range(8))
def test_wrong_key_fails_at_the_initiator(seed: int) -> None:
    wire = aggressive(seed=seed)
    wire.b.settings.keys = [PreSharedKey("cisco124", IPv4Network("192.0.2.0/24"))]
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.a.logs == [
        "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 192.0.2.2 failed its sanity check or is"
        " malformed"
    ]
    (sa,) = wire.a.machine.sas(wire.now)
    assert (sa.state, sa.conn_id, sa.encryption, sa.identity) == ("AG_INIT_EXCH", 0, "", "")
    wire.run(70)
    assert [failed.reason for failed in wire.a.failed] == ["Death by retransmission P1"]
    (sa,) = wire.a.machine.sas(wire.now)
    assert (sa.state, sa.deleted) == ("AG_NO_STATE", True)


def test_policy_mismatch() -> None:
    wire = aggressive()
    wire.b.settings.policies = {10: policy(digest=IkeHash.MD5)}
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.b.logs == [
        "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Aggressive mode failed with peer at 192.0.2.1"
    ]
    (sa,) = wire.b.machine.sas(wire.now)
    assert (sa.state, sa.deleted) == ("AG_NO_STATE", True)


DISABLED = "%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate or respond to Aggressive Mode while"


def test_disabled_on_the_initiator() -> None:
    wire = aggressive()
    wire.a.settings.aggressive_disabled = True
    wire.a.initiate(child(A, B))
    assert wire.a.logs == [f"{DISABLED} disabled"]
    assert len(wire.a.failed) == 1
    assert not wire.sent


def test_disabled_on_the_responder() -> None:
    wire = aggressive()
    wire.b.settings.aggressive_disabled = True
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.b.logs == [f"{DISABLED} disabled"]
    assert len(wire.sent) == 1
    assert wire.b.states() == []


@pytest.mark.parametrize("lost", range(1, 7))
def test_any_one_message_may_be_lost(lost: int) -> None:
    wire = aggressive(lambda number, _send: () if number == lost else (DELAY,))
    wire.a.initiate(child(A, B))
    wire.run(25)
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])


def test_nat_moves_ike_with_message_3() -> None:
    wire = aggressive()
    wire.nat = Nat(A, OUTSIDE)
    wire.b.settings.keys = [PreSharedKey("cisco123", IPv4Network("0.0.0.0/0"))]
    wire.a.initiate(child(A, B))
    wire.run(1)
    ports = [(send.local_port, send.peer_port) for _, send in wire.sent]
    assert ports[:4] == [(500, 500), (500, 10_500), (4500, 4500), (4500, 4500)]
    (ours,), (theirs,) = wire.a.machine.sas(wire.now), wire.b.machine.sas(wire.now)
    assert (ours.state, ours.nat_local, ours.nat_peer) == ("QM_IDLE", True, False)
    assert (theirs.state, theirs.nat_local, theirs.nat_peer) == ("QM_IDLE", False, True)
    assert (theirs.local_port, theirs.peer_port) == (4500, 14_500)


def test_debugs() -> None:
    wire = aggressive()
    wire.a.settings.identity = IdentityKind.HOSTNAME
    wire.a.settings.hostname = "R1.example.net"
    for peer in (wire.a, wire.b):
        peer.debug("isakmp")
    wire.a.initiate(child(A, B))
    wire.run(1)
    moves = [
        [line.partition("Old State = ")[2].rstrip() for line in peer.debugs if "Old S" in line][:2]
        for peer in (wire.a, wire.b)
    ]
    assert moves == [
        ["IKE_READY  New State = IKE_I_AM1", "IKE_I_AM1  New State = IKE_P1_COMPLETE"],
        ["IKE_READY  New State = IKE_R_AM2", "IKE_R_AM2  New State = IKE_P1_COMPLETE"],
    ]
    assert "ISAKMP: (0):Can not start Aggressive mode, trying Main mode." not in wire.a.debugs
    start = wire.a.debugs.index("ISAKMP: (0):SA is doing ")
    assert wire.a.debugs[start + 1 : start + 4] == [
        "ISAKMP: (0):pre-shared key authentication using id type ID_FQDN",
        "ISAKMP: (0):ID payload \n        next-payload : 8\n        type         : 2",
        "ISAKMP: (0):   FQDN name    : R1.example.net",
    ]
    assert (
        "ISAKMP-PAK: (0):sending packet to 192.0.2.2 my_port 500 peer_port 500 (I) AG_INIT_EXCH"
        in wire.a.debugs
    )


def test_a_forged_answer_leaves_nothing_behind() -> None:
    wire = aggressive(lambda number, _send: () if number == 2 else (DELAY,))
    wire.a.initiate(child(A, B))
    wire.run(1)
    answer = IsakmpMessage.parse(wire.sent[1][1].payload)
    forged = tuple(
        RawPayload(PayloadType.HASH, bytes(32)) if payload.type == PayloadType.HASH else payload
        for payload in answer.payloads
    )
    header = answer.header._replace(responder_cookie=b"forgery!")
    wire.deliver(Send(B, A, 500, 500, IsakmpMessage(header, forged).build()))
    assert counted(wire.a.machine.counters) == {"unauthenticated": 1}
    (sa,) = wire.a.machine.sas(wire.now)
    assert (sa.state, sa.conn_id, sa.identity) == ("AG_INIT_EXCH", 0, "")
    wire.run(12)
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]


def test_half_open_sas_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isakmp, "HALF_OPEN_LIMIT", 3)
    wire = aggressive(lambda _number, _send: ())
    wire.a.initiate(child(A, B))
    message = IsakmpMessage.parse(wire.sent[0][1].payload)
    for number in range(5):
        cookie = bytes((number + 1,)) * 8
        flood = message._replace(header=message.header._replace(initiator_cookie=cookie))
        wire.deliver(Send(A, B, 500, 500, flood.build()))
    assert len(wire.b.states()) == 3
    wire.run(121)
    assert wire.b.states() == []


def recorded() -> list[Send]:
    wire = aggressive()
    wire.a.initiate(child(A, B))
    wire.run(1)
    return [send for _, send in wire.sent]


RECORDED = recorded()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_mangled_messages_at_any_moment(data: st.DataObject) -> None:
    wire = aggressive()
    wire.a.initiate(child(A, B))
    for _ in range(data.draw(st.integers(0, 6))):
        wire.run(0.005)
    for _ in range(data.draw(st.integers(1, 4))):
        wire.deliver(mangled(data, data.draw(st.sampled_from(RECORDED)), first=0))
    wire.run(130)
    assert bool(wire.a.installed) != bool(wire.a.failed)
    for ours, theirs in zip(wire.a.installed, wire.b.installed, strict=False):
        assert_mirrored(ours, theirs)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 25), st.binary(max_size=40)), max_size=8))
def test_any_payloads_in_message_1(payloads: list[tuple[int, bytes]]) -> None:
    machine = Isakmp(random.Random(1))
    machine.configure(config(policy()))
    raw = tuple(RawPayload(kind, body) for kind, body in payloads)
    header = IsakmpHeader(b"cookie-i", bytes(8), 0, ExchangeType.AGGRESSIVE)
    machine.receive(Instant(0), IsakmpMessage(header, raw).build(), A, 500, B)
    counters = machine.counters
    assert counters.malformed + counters.unauthenticated + counters.refused == 1
