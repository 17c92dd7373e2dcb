"""Input from who means harm: mangled, made up, replayed; and the commit bit, honoured."""

from collections.abc import Iterable

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ioscli.codec.isakmp import (
    DeletePayload,
    IsakmpHeader,
    NotifyPayload,
    Payload,
    RawPayload,
    build_payloads,
)
from ioscli.codec.isakmp.numbers import ExchangeType, Flags, NotifyType, PayloadType, ProtocolId
from ioscli.model.isakmp import AggressivePeer, Keepalive
from ioscli.protocols.ike import Send, keys
from tests.protocols.ike.test_failures import mangled
from tests.protocols.ike.test_later import Insider, established
from tests.protocols.ike.test_signatures import signed
from tests.protocols.ike.wire import DELAY, A, B, Wire, assert_mirrored, child, pair


def life_of_a_tunnel() -> list[Send]:
    """Every kind of message: main, quick, dead peer detection, deletions, aggressive."""
    wire = pair(seed=7)  # other keys than the tunnels here have
    for peer in (wire.a, wire.b):
        peer.settings.keepalive = Keepalive(10, 2, periodic=True)
    wire.a.initiate(child(A, B))
    wire.run(12)
    (sa,) = wire.a.installed
    wire.a.carry_out(wire.a.machine.delete_child(wire.now, child(A, B), [sa.inbound_spi]))
    wire.a.carry_out(wire.a.machine.clear(wire.now))
    wire.run(1)
    wire.a.settings.aggressive_peers[B] = AggressivePeer(B)
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert len(wire.sent) == 9 + 4 + 2 + 6
    return [send for _, send in wire.sent]


EVERYTHING = life_of_a_tunnel()


@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(st.data())
def test_an_established_tunnel_withstands_mangled_and_replayed_messages(
    data: st.DataObject,
) -> None:
    wire = established()
    before = [
        (peer.machine.sas(wire.now)[0].state, len(peer.installed)) for peer in (wire.a, wire.b)
    ]
    own = [send for _, send in wire.sent]
    cookies = own[-1].payload[:16]
    for _ in range(data.draw(st.integers(1, 12))):
        send = data.draw(st.sampled_from(own + EVERYTHING))
        if data.draw(st.booleans()):
            send = send._replace(payload=cookies + send.payload[16:])
        if data.draw(st.booleans()):
            send = mangled(data, send, first=data.draw(st.sampled_from([0, 16, 28])))
        wire.deliver(send)
    after = [
        (
            next(sa for sa in peer.machine.sas(wire.now) if sa.conn_id == 1001).state,
            len(peer.installed),
        )
        for peer in (wire.a, wire.b)
    ]
    assert after == before
    assert not wire.a.deleted
    assert not wire.b.deleted
    wire.a.initiate(child(A, B))
    wire.run(15)
    assert_mirrored(wire.a.installed[-1], wire.b.installed[-1])


def test_a_whole_conversation_replayed_changes_nothing() -> None:
    wire = established()
    conversation = [send for _, send in wire.sent]
    before = wire.a.machine.sas(wire.now), wire.b.machine.sas(wire.now)
    for send in conversation * 3:
        wire.deliver(send)
    assert (wire.a.machine.sas(wire.now), wire.b.machine.sas(wire.now)) == before
    assert len(wire.a.installed) == len(wire.b.installed) == 1
    assert wire.b.machine.counters.duplicates >= 12


PAYLOADS = st.lists(
    st.one_of(
        st.builds(
            NotifyPayload,
            st.one_of(st.sampled_from([int(kind) for kind in NotifyType]), st.integers(0, 65535)),
            st.integers(0, 5),
            st.binary(max_size=20),
            st.binary(max_size=20),
            st.just(1),
            st.just(0),
        ),
        st.builds(
            DeletePayload,
            st.integers(0, 5),
            st.integers(1, 20).flatmap(
                lambda size: st.lists(
                    st.binary(min_size=size, max_size=size), min_size=1, max_size=3
                ).map(tuple)
            ),
            st.just(1),
            st.just(0),
        ),
        st.builds(RawPayload, st.integers(1, 20), st.binary(max_size=30), st.just(0)),
    ),
    max_size=4,
)


def sealed(
    insider: Insider, kind: ExchangeType, message_id: int, payloads: Iterable[Payload]
) -> Send:
    """An authenticated message with any payloads: a peer that has the keys and no manners."""
    _, plain = build_payloads(payloads)
    proof = keys.hash_1(insider.prf, insider.keys.skeyid_a, message_id, plain)
    first, plain = build_payloads((RawPayload(PayloadType.HASH, proof), *payloads))
    iv = keys.exchange_iv(insider.prf, insider.last_block, message_id)
    body = insider.cipher.encrypt(insider.keys.cipher_key, iv, plain + bytes(-len(plain) % 16))
    header = IsakmpHeader(*insider.cookies, first, kind, 1, message_id)
    return Send(A, B, 500, 500, header.build(body))


@settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.generate))
@given(
    st.lists(
        st.tuples(
            st.sampled_from([ExchangeType.INFORMATIONAL, ExchangeType.QUICK_MODE]),
            st.integers(1, 4),
            PAYLOADS,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_a_peer_with_the_keys_may_say_anything(
    messages: list[tuple[ExchangeType, int, list[Payload]]],
) -> None:
    wire = established()
    insider = Insider(wire)
    for kind, message_id, payloads in messages:
        wire.deliver(sealed(insider, kind, message_id, payloads))
    wire.run(200)
    assert len(wire.b.installed) == 1
    # Whatever it did to its own SAs, a new tunnel comes up.
    wire.a.carry_out(wire.a.machine.clear(wire.now))
    wire.run(1)
    wire.a.initiate(child(A, B))
    wire.run(15)
    assert_mirrored(wire.a.installed[-1], wire.b.installed[-1])


def committed() -> tuple[Wire, Insider, int]:
    """Message 2 of quick mode comes with the commit bit, put there by the wire."""
    wire = pair(lambda number, _send: () if number == 8 else (DELAY,))
    wire.a.initiate(child(A, B))
    wire.run(1)
    insider = Insider(wire)
    _, second = wire.sent[7]
    header, body = IsakmpHeader.parse(second.payload)
    flagged = header._replace(flags=header.flags | Flags.COMMIT).build(body)
    wire.deliver(second._replace(payload=flagged))
    wire.run(1)
    return wire, insider, header.message_id


def test_commit_bit_has_the_initiator_wait_for_connected() -> None:
    # RFC 2408, 3.1; RFC 2409, 5.5: the notification bears the message ID of the quick mode.
    wire, insider, message_id = committed()
    assert len(wire.b.installed) == 1
    assert not wire.a.installed
    connected = NotifyPayload(
        NotifyType.CONNECTED, ProtocolId.ESP, wire.b.installed[0].inbound_spi.to_bytes(4)
    )
    message = sealed(insider, ExchangeType.INFORMATIONAL, message_id, (connected,))
    wire.deliver(message._replace(local=B, peer=A))
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])
    wire.deliver(message._replace(local=B, peer=A))
    assert len(wire.a.installed) == 1
    wire.run(100)
    assert not wire.a.failed


def test_connected_that_never_comes_is_a_failure() -> None:
    wire, _, _ = committed()
    wire.run(70)
    assert not wire.a.installed
    assert [failed.reason for failed in wire.a.failed] == ["Phase 2 err count exceeded"]


def test_connected_out_of_the_blue_is_nothing() -> None:
    wire = established()
    insider = Insider(wire)
    connected = NotifyPayload(NotifyType.CONNECTED, ProtocolId.ESP, bytes(4))
    wire.deliver(insider.informational(77, connected)._replace(local=B, peer=A))
    assert len(wire.a.installed) == 1


def test_keys_without_authentication_are_not_enough_to_be_believed() -> None:
    # With signatures anyone who answers message 3 shares the keys before having proved anything.
    wire = signed()
    wire.a.initiate(child(A, B))
    wire.run(1)
    (before,) = wire.b.installed
    wire.a.carry_out(wire.a.machine.clear(wire.now))
    wire.run(1)
    wire.a.initiate(child(A, B))
    wire.run(0.021)
    (begun,) = (
        sa for sa in wire.b.machine._context.sas.values() if not sa.deleted and not sa.expires
    )
    assert begun.protection is not None
    assert begun.established_at is None
    insider = Insider.__new__(Insider)
    insider.prf, insider.cipher, insider.keys = begun.protection
    insider.cookies, insider.last_block = begun.cookies, begun.phase_one.iv
    lies: tuple[Payload, ...] = (
        DeletePayload(ProtocolId.ESP, (before.outbound_spi.to_bytes(4),)),
        NotifyPayload(NotifyType.INITIAL_CONTACT, ProtocolId.ISAKMP, b"".join(begun.cookies)),
    )
    for number, payload in enumerate(lies, 7):
        wire.deliver(sealed(insider, ExchangeType.INFORMATIONAL, number, (payload,)))
    assert not wire.b.deleted
    assert wire.b.machine.counters.unexpected == 2
    wire.run(1)
    assert len(wire.b.installed) == 2
