"""After phase 1: deletions, clearing, initial contact, dead peer detection, NAT traversal."""

import random
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.codec.isakmp import (
    DeletePayload,
    IsakmpHeader,
    IsakmpMessage,
    NotifyPayload,
    Payload,
    RawPayload,
    build_payloads,
)
from ioscli.codec.isakmp.numbers import (
    EncapsulationMode,
    ExchangeType,
    NotifyType,
    PayloadType,
    PhaseTwoAttribute,
    ProtocolId,
)
from ioscli.model.crypto import ChildSa, Spi
from ioscli.model.isakmp import IkeEncryption, IkeHash, PreSharedKey
from ioscli.protocols.ike import InstallChild, Isakmp, Send, keys, phase_two
from ioscli.protocols.ike.algorithms import CIPHERS, PRFS
from ioscli.protocols.ike.nat import VERSIONS, NatTraversal
from tests.protocols.ike.wire import (
    DELAY,
    A,
    B,
    Wire,
    assert_mirrored,
    child,
    config,
    pair,
    policy,
)


def established() -> Wire:
    wire = pair()
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert len(wire.a.installed) == len(wire.b.installed) == 1
    return wire


class Insider:
    """Who knows the keys of the wire's ISAKMP SA, as its peers do."""

    def __init__(self, wire: Wire) -> None:
        (sa,) = wire.a.machine._context.sas.values()
        assert sa.protection is not None
        self.prf = PRFS[IkeHash.SHA256]
        self.cipher = CIPHERS[IkeEncryption.AES_256]
        self.keys = sa.protection.keys
        self.cookies = sa.cookies
        self.last_block = sa.phase_one.iv
        self.wire = wire

    def informational(self, message_id: int, *payloads: Payload, good: bool = True) -> Send:
        _, plain = build_payloads(payloads)
        proof = keys.hash_1(self.prf, self.keys.skeyid_a, message_id, plain)
        proof = proof if good else bytes(len(proof))
        first, plain = build_payloads((RawPayload(PayloadType.HASH, proof), *payloads))
        padded = plain + bytes(-len(plain) % 16)
        iv = keys.exchange_iv(self.prf, self.last_block, message_id)
        body = self.cipher.encrypt(self.keys.cipher_key, iv, padded)
        header = IsakmpHeader(*self.cookies, first, ExchangeType.INFORMATIONAL, 1, message_id)
        return Send(A, B, 500, 500, header.build(body))

    def read(self, send: Send) -> tuple[Payload, ...]:
        """The payloads of an informational message, its hash verified and taken off."""
        header, body = IsakmpHeader.parse(send.payload)
        assert header.exchange == ExchangeType.INFORMATIONAL
        iv = keys.exchange_iv(self.prf, self.last_block, header.message_id)
        plain = self.cipher.decrypt(self.keys.cipher_key, iv, body)
        message = IsakmpMessage.parse(header.build(plain))
        rest = message.payloads[1:]
        proof = keys.hash_1(
            self.prf, self.keys.skeyid_a, header.message_id, build_payloads(rest)[1]
        )
        assert message.payloads[0] == RawPayload(PayloadType.HASH, proof)
        return rest


def test_deleted_child_is_told_to_the_peer() -> None:
    wire = established()
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    wire.a.carry_out(wire.a.machine.delete_child(wire.now, child(A, B), [ours.inbound_spi]))
    assert Insider(wire).read(wire.sent[-1][1]) == (
        DeletePayload(ProtocolId.ESP, (ours.inbound_spi.to_bytes(4),)),
    )
    wire.run(1)
    assert wire.b.deleted == [theirs.outbound_spi]
    assert wire.a.states() == wire.b.states() == ["QM_IDLE"]


def test_nothing_is_told_without_an_isakmp_sa() -> None:
    wire = pair()
    assert wire.a.machine.delete_child(wire.now, child(A, B), [Spi(1234)]) == []
    wire = established()
    assert wire.a.machine.delete_child(wire.now, child(A, B), []) == []


@pytest.mark.parametrize("how", ["all", "conn id", "peer"])
def test_clear(how: str) -> None:
    wire = established()
    machine = wire.a.machine
    match how:
        case "all":
            effects = machine.clear(wire.now)
        case "conn id":
            assert machine.clear(wire.now, 1002) == []
            effects = machine.clear(wire.now, 1001)
        case _:
            assert machine.clear(wire.now, peer=A) == []
            effects = machine.clear(wire.now, peer=B)
    wire.a.carry_out(effects)
    wire.run(1)
    for peer in (wire.a, wire.b):
        (sa,) = peer.machine.sas(wire.now)
        assert (sa.state, sa.deleted, sa.conn_id) == ("MM_NO_STATE", True, 1001)
        assert not peer.deleted
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert [sa.conn_id for sa in wire.a.machine.sas(wire.now)] == [1002, 1001]
    assert len(wire.a.installed) == 2
    assert len(wire.a.machine.keys()) == 2
    wire.run(60)
    assert [sa.conn_id for sa in wire.a.machine.sas(wire.now)] == [1002]


def test_clear_while_negotiating_reports_failure() -> None:
    wire = pair(lambda _number, _send: ())
    wire.a.initiate(child(A, B))
    wire.run(3)
    wire.a.carry_out(wire.a.machine.clear(wire.now))
    assert [failed.policy for failed in wire.a.failed] == [child(A, B)]
    wire.run(100)
    assert len(wire.sent) == 1
    assert wire.a.states() == []


def test_restarted_peer_says_initial_contact() -> None:
    wire = established()
    (before,) = wire.b.installed
    wire.a.machine = Isakmp(random.Random("restarted"))
    wire.a.configure(config(policy()), child(A, B))
    wire.a.initiate(child(A, B))
    wire.run(1)
    states = [(sa.conn_id, sa.deleted) for sa in wire.b.machine.sas(wire.now)]
    assert states == [(1002, False), (1001, True)]
    assert wire.b.deleted == [before.outbound_spi]
    assert_mirrored(wire.a.installed[-1], wire.b.installed[-1])


def test_late_initial_contact_spares_what_was_made_meanwhile() -> None:
    # Both start at once; message 5 of A, which says INITIAL_CONTACT, gets through only when
    # the SA that B began has been up for ten seconds, with a child.
    wire = pair(lambda number, _send: () if number == 9 else (DELAY,))
    wire.a.initiate(child(A, B))
    wire.b.initiate(child(B, A))
    wire.run(9)
    assert sorted(wire.b.states()) == ["MM_KEY_EXCH", "QM_IDLE"]
    assert len(wire.b.installed) == 1
    wire.run(11)
    for peer in (wire.a, wire.b):
        assert peer.states() == ["QM_IDLE", "QM_IDLE"]
        assert len(peer.installed) == 2
        assert not peer.deleted


def test_equal_spis_of_two_peers_are_two_children() -> None:
    wire = established()
    (theirs,) = wire.b.installed
    children = wire.b.machine._context.children
    stranger = children[theirs.inbound_spi]._replace(peer=OUTSIDE, inbound_spi=Spi(999))
    children[stranger.inbound_spi] = stranger
    gone = DeletePayload(ProtocolId.ESP, (theirs.outbound_spi.to_bytes(4),))
    wire.deliver(Insider(wire).informational(1, gone))
    assert list(children.values()) == [stranger]


@pytest.mark.parametrize("who", ["the one that cleared", "the other"])
def test_children_outlive_their_isakmp_sa_and_the_next_one(who: str) -> None:
    wire = established()
    wire.b.carry_out(wire.b.machine.clear(wire.now))
    wire.run(1)
    if who == "the other":
        wire.a.initiate(child(A, B))
    else:
        wire.b.initiate(child(B, A))
    wire.run(1)
    assert len(wire.a.installed) == len(wire.b.installed) == 2
    assert not wire.a.deleted
    assert not wire.b.deleted


def test_dead_peer_detection_is_answered() -> None:
    wire = established()
    insider = Insider(wire)
    question = NotifyPayload(
        NotifyType.R_U_THERE,
        ProtocolId.ISAKMP,
        b"".join(insider.cookies),
        bytes.fromhex("00012345"),
    )
    wire.deliver(insider.informational(0x55, question))
    (answer,) = insider.read(wire.sent[-1][1])
    assert answer == question._replace(notify_type=NotifyType.R_U_THERE_ACK)


def test_informational_messages_are_authenticated_and_taken_once() -> None:
    wire = established()
    insider = Insider(wire)
    gone = DeletePayload(ProtocolId.ESP, (bytes.fromhex("01020304"),))
    wire.deliver(insider.informational(0x56, gone, good=False))
    assert not wire.b.deleted
    assert wire.b.machine.counters.unauthenticated == 1
    message = insider.informational(0x56, gone)
    wire.deliver(message)
    wire.deliver(message)
    assert wire.b.deleted == [0x01020304]
    assert wire.b.machine.counters.duplicates == 1


def test_clear_deletion_is_not_believed() -> None:
    wire = established()
    insider = Insider(wire)
    gone = DeletePayload(ProtocolId.ISAKMP, (b"".join(insider.cookies),))
    header = IsakmpHeader(*insider.cookies, 0, ExchangeType.INFORMATIONAL)
    wire.deliver(Send(A, B, 500, 500, IsakmpMessage(header, (gone,)).build()))
    assert wire.b.states() == ["QM_IDLE"]
    assert wire.b.machine.counters.unauthenticated == 1


def test_deletion_of_an_sa_with_another_peer_is_not_obeyed() -> None:
    wire = established()
    insider = Insider(wire)
    for cookies in (bytes(16), insider.cookies[0] + bytes(8), bytes(3)):
        wire.deliver(
            insider.informational(
                int.from_bytes(cookies[:2]) + len(cookies),
                DeletePayload(ProtocolId.ISAKMP, (cookies,)),
            )
        )
    assert wire.b.states() == ["QM_IDLE"]


def test_unknown_notifications_and_payloads_are_ignored() -> None:
    wire = established()
    insider = Insider(wire)
    wire.deliver(
        insider.informational(
            0x60,
            NotifyPayload(40_000, ProtocolId.ESP),
            NotifyPayload(NotifyType.NO_PROPOSAL_CHOSEN, ProtocolId.ESP, bytes(4)),
            DeletePayload(ProtocolId.AH, (bytes(4),)),
            DeletePayload(ProtocolId.ESP, (bytes(16),)),
            RawPayload(200, b"?"),
        )
    )
    assert not wire.b.deleted
    assert not wire.b.failed
    assert wire.b.states() == ["QM_IDLE"]


def test_two_sas_deadlines_do_not_linger() -> None:
    wire = established()
    wire.run(86_400 + 61)
    for peer in (wire.a, wire.b):
        assert peer.states() == []
        assert peer.machine.next_deadline is None


OUTSIDE = IPv4Address("198.51.100.9")
SHIFT = 10_000
"""What the NAT adds to A's ports."""


def translated(send: Send) -> tuple[Send, IPv4Address]:
    """A datagram behind the NAT, and whose it is."""
    if send.peer == B:
        return send._replace(local=OUTSIDE, local_port=send.local_port + SHIFT), B
    assert send.peer == OUTSIDE
    return send._replace(peer=A, peer_port=send.peer_port - SHIFT), A


def test_nat_moves_ike_to_port_4500() -> None:
    wire = pair()
    anyone = config(policy())
    anyone.keys = [PreSharedKey("cisco123", IPv4Network("0.0.0.0/0"))]
    inside, seen = child(A, B), child(B, OUTSIDE)
    # B knows A as the NAT shows it, but the identity in quick mode is A's own address.
    wire.b.configure(anyone, replace(seen, remote_selector=inside.local_selector))
    sent: list[Send] = []
    installed: dict[IPv4Address, list[ChildSa]] = {A: [], B: []}
    queue = [send for send in wire.a.machine.initiate(wire.now, inside) if isinstance(send, Send)]
    while queue:
        sent.append(queue[0])
        send, owner = translated(queue.pop(0))
        for effect in wire.peers[owner].machine.receive(
            wire.now,
            send.payload,
            send.local,
            send.local_port,
            send.peer,
            destination_port=send.peer_port,
        ):
            if isinstance(effect, Send):
                queue.append(effect)
            else:
                assert isinstance(effect, InstallChild)
                installed[owner].append(effect.child)
    ports = [(send.local_port, send.peer_port) for send in sent]
    assert ports[:4] == [(500, 500), (500, 10_500)] * 2
    assert ports[4:] == [(4500, 4500), (4500, 14_500)] * 2 + [(4500, 4500)]
    assert all(send.payload[:4] == bytes(4) for send in sent[4:])
    (ours,), (theirs,) = installed[A], installed[B]
    assert_mirrored(ours, theirs)
    assert (ours.peer_port, theirs.peer_port) == (4500, 14_500)


OFFERED, ANSWERED = (phase_two.Spis(Spi(number), Spi(0)) for number in (300, 301))


@pytest.mark.parametrize("version", VERSIONS)
def test_udp_encapsulation_is_offered_behind_a_nat(version: NatTraversal) -> None:
    offer = phase_two.offer(child(A, B), OFFERED, version)
    attributes = offer.proposals[0].transforms[0].attributes
    modes = [a.value for a in attributes if a.type == PhaseTwoAttribute.ENCAPSULATION_MODE]
    assert modes == [version.udp_tunnel]
    assert phase_two.choose(child(B, A), offer, ANSWERED, version) is not None
    assert phase_two.choose(child(B, A), offer, ANSWERED, None) is None
    plain = phase_two.offer(child(A, B), OFFERED, None)
    assert plain.proposals[0].transforms[0].attributes[0].value == EncapsulationMode.TUNNEL
    assert phase_two.choose(child(B, A), plain, ANSWERED, version) is None


def test_no_nat_no_move() -> None:
    wire = established()
    assert {(send.local_port, send.peer_port) for _, send in wire.sent} == {(500, 500)}
