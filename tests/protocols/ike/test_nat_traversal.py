"""NAT traversal: RFC 3947 (detection, the move to port 4500) and RFC 3948 (keepalives)."""

import random
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.codec.isakmp import IsakmpMessage
from ioscli.codec.isakmp.numbers import PayloadType
from ioscli.model.crypto import ChildPolicy, Mode
from ioscli.model.instant import SECOND, Instant
from ioscli.model.isakmp import IsakmpConfig, Keepalive, PreSharedKey
from ioscli.protocols.ike import Isakmp, PeerMoved, Send, Traffic, phase_two
from ioscli.protocols.ike.effects import Endpoint
from tests.protocols.ike.wire import (
    AES_SHA,
    A,
    B,
    Nat,
    Peer,
    Wire,
    assert_mirrored,
    child,
    config,
    policy,
)

THIRD = IPv4Address("192.0.2.3")
OUTSIDE, ELSEWHERE = IPv4Address("198.51.100.9"), IPv4Address("198.51.100.77")
LAN_A, LAN_B = IPv4Network("10.1.0.0/24"), IPv4Network("10.2.0.0/24")


def anyone() -> IsakmpConfig:
    settings = config(policy())
    settings.keys = [PreSharedKey("cisco123", IPv4Network("0.0.0.0/0"))]
    return settings


def between_lans(local: IPv4Address, peer: IPv4Address) -> ChildPolicy:
    """What a crypto map protects: networks, whatever address the peer seems to have."""
    wanted = child(local, peer, protocol=0)
    ours, theirs = (LAN_A, LAN_B) if local == A else (LAN_B, LAN_A)
    return replace(
        wanted,
        local_selector=wanted.local_selector._replace(network=ours),
        remote_selector=wanted.remote_selector._replace(network=theirs),
    )


def natted(keepalive: int = 0, *, behind: IPv4Address = A) -> Wire:
    """A wire with a NAT before one of the peers; B knows A by the NAT's address."""
    wire = Wire()
    wire.nat = Nat(behind, OUTSIDE)
    for peer in (wire.a, wire.b):
        settings = anyone()
        settings.nat_keepalive = keepalive
        peer.configure(settings)
    wire.b.machine.set_child_policies([between_lans(B, OUTSIDE)])
    return wire


def established(keepalive: int = 0) -> Wire:
    wire = natted(keepalive)
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])
    return wire


def test_ike_moves_to_port_4500_with_message_5() -> None:
    wire = established()
    ports = [(send.local_port, send.peer_port) for _, send in wire.sent]
    assert ports[:4] == [(500, 500), (500, 10_500)] * 2
    assert ports[4:] == [(4500, 4500), (4500, 14_500)] * 2 + [(4500, 4500)]
    assert all(send.payload[:4] == bytes(4) for _, send in wire.sent[4:])


def test_both_know_who_is_behind_the_nat_and_encapsulate() -> None:
    wire = established()
    (ours,), (theirs,) = wire.a.machine.sas(wire.now), wire.b.machine.sas(wire.now)
    assert (ours.nat_local, ours.nat_peer) == (True, False)
    assert (theirs.nat_local, theirs.nat_peer) == (False, True)
    assert (ours.capabilities, theirs.capabilities) == ("N", "N")
    assert (theirs.local_port, theirs.peer, theirs.peer_port) == (4500, OUTSIDE, 14_500)
    for sa, peer_port in ((wire.a.installed[0], 4500), (wire.b.installed[0], 14_500)):
        assert (sa.udp_encapsulated, sa.local_port, sa.peer_port) == (True, 4500, peer_port)


def test_without_a_nat_nothing_moves() -> None:
    wire = natted()
    wire.nat = None
    wire.b.machine.set_child_policies([between_lans(B, A)])
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    (sa,) = wire.a.installed
    assert (sa.udp_encapsulated, sa.local_port, sa.peer_port) == (False, 500, 500)
    assert wire.a.machine.sas(wire.now)[0].capabilities == ""


def test_debugs_tell_who_is_behind_the_nat() -> None:
    wire = natted()
    wire.a.debug("isakmp")
    wire.b.debug("isakmp")
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    ours = [line.partition("):")[2] for line in wire.a.debugs if "NAT" in line and "ID" not in line]
    theirs = [line.partition("):")[2] for line in wire.b.debugs if "this node" in line]
    assert ours == ["NAT found, both nodes inside NAT", "My hash no match -  this node inside NAT"]
    assert theirs == ["His hash no match - this node outside NAT"] * 2
    assert "ISAKMP: (1001):Detected port floating to port = 14500" in wire.b.debugs
    assert "ISAKMP: (1001):      encaps is 3 (Tunnel-UDP)" in wire.b.debugs


@pytest.mark.parametrize("who", ["a", "b"])
def test_turned_off_on_one_side_there_is_none(who: str) -> None:
    wire = natted()
    getattr(wire, who).settings.nat_traversal = False
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    (ours,), (theirs,) = wire.a.installed, wire.b.installed
    assert not ours.udp_encapsulated
    assert not theirs.udp_encapsulated
    first, second = (IsakmpMessage.parse(send.payload) for _, send in wire.sent[:2])
    announced = [
        [payload for payload in message.payloads if payload.type == PayloadType.VENDOR_ID]
        for message in (first, second)
    ]
    assert [len(ids) for ids in announced] == ([0, 0] if who == "a" else [4, 0])


class Pat(Nat):
    """A NAT before several peers, told apart by the ports that it gives them."""

    def __init__(self, outside: IPv4Address, shifts: dict[IPv4Address, int]) -> None:
        super().__init__(A, outside)
        self.single = [Nat(inside, outside, shift) for inside, shift in shifts.items()]

    def translate(self, send: Send) -> Send | None:
        for nat in self.single:
            inward = send.peer == self.outside and send.peer_port - nat.shift in (500, 4500)
            if send.local == nat.inside or inward:
                return nat.translate(send)
        return None


def third_lan() -> ChildPolicy:
    wanted = child(THIRD, B, protocol=0)
    return replace(wanted, local_selector=child(OUTSIDE, B, protocol=0).local_selector)


def behind_one_nat(keepalive: Keepalive | None = None) -> tuple[Wire, Peer]:
    """B with two peers behind one NAT, A and another, which has called last."""
    wire = natted()
    wire.b.settings.keepalive = keepalive
    other = Peer(wire, THIRD, "third")
    other.configure(anyone())
    wire.peers[THIRD] = other
    wire.nat = Pat(OUTSIDE, {A: 10_000, THIRD: 20_000})
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    wire.b.machine.set_child_policies([child(B, OUTSIDE, protocol=0, owner="Tunnel1")])
    other.initiate(third_lan())
    wire.run(1)
    return wire, other


def test_a_second_peer_behind_the_same_nat_leaves_the_first_ones_sas() -> None:
    wire, other = behind_one_nat()
    peers = [(sa.peer_port, sa.identity, sa.deleted) for sa in wire.b.machine.sas(wire.now)]
    assert sorted(peers) == [(14_500, str(A), False), (24_500, str(THIRD), False)]
    assert (len(wire.b.installed), wire.b.deleted) == (2, [])

    # One that has restarted gets another port, and is known by its identity.
    other.machine = Isakmp(random.Random("restarted"))
    other.configure(anyone())
    wire.nat = Pat(OUTSIDE, {A: 10_000, THIRD: 30_000})
    other.initiate(third_lan())
    wire.run(1)
    alive = [sa.peer_port for sa in wire.b.machine.sas(wire.now) if not sa.deleted]
    assert sorted(alive) == [14_500, 34_500]
    assert wire.b.deleted == [wire.b.installed[1].outbound_spi]


def test_the_death_of_one_of_them_is_not_the_others() -> None:
    wire, _ = behind_one_nat(Keepalive(10, 2, periodic=True))
    wire.nat = Pat(OUTSIDE, {A: 10_000})
    wire.run(60)
    assert [(dead.peer, dead.port) for dead in wire.b.dead] == [(OUTSIDE, 24_500)]
    alive = [sa.peer_port for sa in wire.b.machine.sas(wire.now) if not sa.deleted]
    assert alive == [14_500]
    records = wire.b.machine._context.children.values()
    assert [record.inbound_spi for record in records] == [wire.b.installed[0].inbound_spi]


def test_what_concerns_one_of_them_is_told_to_that_one() -> None:
    wire, other = behind_one_nat()
    wire.a.machine.set_child_policies([between_lans(A, B)])
    other.machine.set_child_policies([third_lan()])
    first, second = (sa.policy for sa in wire.b.installed)
    for wanted, port in ((first, 14_500), (second, 24_500)):
        before = len(wire.sent)
        wire.b.initiate(wanted)
        wire.run(1)
        assert {send.peer_port for _, send in wire.sent[before:] if send.local == B} == {port}
    assert [len(peer.installed) for peer in (wire.a, other, wire.b)] == [2, 2, 4]
    spi = wire.b.installed[0].inbound_spi
    wire.b.carry_out(wire.b.machine.delete_child(wire.now, first, [spi]))
    wire.run(1)
    assert (wire.a.deleted, other.deleted) == ([spi], [])


def keepalives(wire: Wire) -> list[int]:
    return [when // SECOND for when, send in wire.sent if send.payload == b"\xff"]


def test_the_one_behind_the_nat_sends_keepalives() -> None:
    wire = established(keepalive=20)
    wire.run(65)
    assert keepalives(wire) == [20, 40, 60]
    (send, *_) = [send for _, send in wire.sent if send.payload == b"\xff"]
    assert (send.local, send.local_port, send.peer_port) == (A, 4500, 4500)
    assert wire.b.machine.counters.keepalives == 3
    assert wire.b.machine.counters.malformed == 0


def test_no_keepalive_where_something_was_sent_anyway() -> None:
    wire = established(keepalive=20)
    wire.a.machine.traffic = lambda local, peer: Traffic(None, Instant(30 * SECOND))
    wire.run(48)
    assert keepalives(wire) == []
    wire.run(20)
    assert keepalives(wire) == [50]


def test_keepalives_end_with_the_sa() -> None:
    wire = established(keepalive=20)
    wire.a.carry_out(wire.a.machine.clear(wire.now))
    wire.run(200)
    assert keepalives(wire) == []


def test_a_new_mapping_is_followed_when_the_message_is_authentic() -> None:
    wire = established()
    assert wire.nat is not None
    wire.nat.shift = 20_000
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    assert wire.b.moved == [PeerMoved(Endpoint(OUTSIDE, 14_500), Endpoint(OUTSIDE, 24_500), B)]
    assert len(wire.b.installed) == 2
    assert wire.b.installed[1].peer_port == 24_500
    assert wire.b.machine.sas(wire.now)[0].peer_port == 24_500


def test_a_new_address_of_the_nat_too() -> None:
    wire = established()
    wire.nat = Nat(A, ELSEWHERE)
    wire.b.machine.set_child_policies([between_lans(B, ELSEWHERE)])
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    assert [moved.new for moved in wire.b.moved] == [Endpoint(ELSEWHERE, 14_500)]
    assert len(wire.b.installed) == 2
    records = wire.b.machine._context.children.values()
    assert {record.peer for record in records} == {ELSEWHERE}


def test_a_forged_message_from_elsewhere_moves_nothing() -> None:
    wire = established()
    _, last = wire.sent[-1]
    payload = last.payload[:-1] + bytes((last.payload[-1] ^ 1,))
    message_id = payload[:24] + b"\1\2\3\4" + payload[28:]
    for forged in (payload, message_id, last.payload):
        wire.deliver(last._replace(local=ELSEWHERE, local_port=4500, payload=forged))
    assert not wire.b.moved
    (sa,) = wire.b.machine.sas(wire.now)
    assert (sa.peer, sa.peer_port) == (OUTSIDE, 14_500)
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    assert len(wire.b.installed) == 2


def test_without_a_nat_a_peer_has_one_address() -> None:
    wire = natted()
    wire.nat = None
    wire.b.machine.set_child_policies([between_lans(B, A)])
    wire.a.initiate(between_lans(A, B))
    wire.run(1)
    _, last = wire.sent[-1]
    wire.deliver(last._replace(local=ELSEWHERE))
    assert wire.b.machine.counters.unknown_sa == 1
    assert not wire.b.moved


def test_transport_mode_behind_a_nat_fails_on_the_identities() -> None:
    # The initiator names its own address, the responder knows the NAT's.
    wire = natted()
    wire.b.machine.set_child_policies([child(B, OUTSIDE, AES_SHA._replace(mode=Mode.TRANSPORT))])
    wire.b.debug("ipsec")
    wire.a.initiate(child(A, B, AES_SHA._replace(mode=Mode.TRANSPORT)))
    wire.run(1)
    assert not wire.b.installed
    assert [failed.reason for failed in wire.a.failed] == ["PROPOSAL_NOT_CHOSEN from 192.0.2.2"]
    (offered,) = (line for line in wire.b.debugs if "remote_proxy" in line)
    assert "remote= 198.51.100.9:0" in offered
    assert "remote_proxy= 192.0.2.1/255.255.255.255/47/0" in offered
    assert "(Transport-UDP)" in offered
    assert "IPSEC(ipsec_process_proposal): proxy identities not supported" in wire.b.debugs


def test_original_addresses_go_with_udp_encapsulated_transport_mode() -> None:
    # RFC 3947, 5.2: NAT-OAi and NAT-OAr, the initiator's end first.
    wire = natted()
    transport = AES_SHA._replace(mode=Mode.TRANSPORT)
    seen = child(B, OUTSIDE, transport)
    wire.b.machine.set_child_policies(
        [replace(seen, remote_selector=child(A, B).local_selector, peer=OUTSIDE)]
    )
    wire.a.initiate(child(A, B, transport))
    wire.run(1)
    # The responder's policy is for another host than the endpoint: tunnel mode is what it takes.
    assert not wire.b.installed
    wire.b.machine.set_child_policies([child(B, A, transport)])
    (sa,) = wire.a.machine._context.sas.values()
    exchange = sa._quick.popitem()[1]
    payloads = exchange._nat_originals(Mode.TRANSPORT)
    assert [payload.build_body() for payload in payloads] == [
        bytes((1, 0, 0, 0)) + A.packed,
        bytes((1, 0, 0, 0)) + B.packed,
    ]
    assert {payload.type for payload in payloads} == {PayloadType.NAT_OA}
    assert exchange._nat_originals(Mode.TUNNEL) == []
    assert phase_two.offered_mode(child(A, B, transport), transport) is Mode.TRANSPORT


def test_a_nat_that_changes_its_address_in_the_middle_of_main_mode() -> None:
    wire = natted()
    wire.a.initiate(between_lans(A, B))
    wire.run(0.017)
    wire.nat = Nat(A, ELSEWHERE)
    wire.b.machine.set_child_policies([between_lans(B, ELSEWHERE)])
    wire.run(1)
    (sa,) = wire.b.machine.sas(wire.now)
    assert (sa.state, sa.peer) == ("QM_IDLE", ELSEWHERE)
    assert len(wire.b.installed) == 1
    assert not wire.b.moved
    wire.a.machine.set_child_policies([between_lans(A, B)])
    wire.b.initiate(between_lans(B, ELSEWHERE))
    wire.run(1)
    assert len(wire.b.installed) == 2
    wire.run(86_500)
    assert wire.b.states() == []
    assert wire.b.machine.next_deadline is None
