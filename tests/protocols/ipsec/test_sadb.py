"""The SA database: which pair carries traffic, rekeying, expiry, deletion, key records."""

import random
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.model.crypto import (
    ChildPolicy,
    ChildProposal,
    ChildSa,
    EspCipher,
    EspIntegrity,
    EspTransform,
    Mode,
    Selector,
    Spi,
)
from ioscli.model.instant import SECOND, Instant, seconds
from ioscli.protocols.ipsec.sa import EspError, EspFailure
from ioscli.protocols.ipsec.sadb import Expired, Idle, NeedRekey, Replaced, SaDatabase, SaPair

R1, R3 = IPv4Address("192.0.2.1"), IPv4Address("198.51.100.3")
PROPOSAL = ChildProposal(EspTransform(EspCipher.AES_256, EspIntegrity.SHA), Mode.TUNNEL)


def at(when: float) -> Instant:
    return Instant(seconds(when))


def policy(local: IPv4Address = R1, peer: IPv4Address = R3, owner: str = "Tunnel0") -> ChildPolicy:
    return ChildPolicy(
        owner,
        local,
        peer,
        Selector(IPv4Network(local), 47),
        Selector(IPv4Network(peer), 47),
        (PROPOSAL,),
        None,
        3_600,
        4_608_000,
    )


def child(
    number: int,
    *,
    initiator: bool = True,
    nonces: tuple[bytes, bytes] = (b"\x50" * 20, b"\x60" * 20),
    kilobytes: int = 4_608_000,
    lifetime: int = 3_600,
    of: ChildPolicy | None = None,
) -> ChildSa:
    """R1's half of quick mode `number`."""
    chance = random.Random(number)
    return ChildSa(
        policy() if of is None else of,
        PROPOSAL,
        Spi(0x1000 + number),
        Spi(0x2000 + number),
        chance.randbytes(32),
        chance.randbytes(20),
        chance.randbytes(32),
        chance.randbytes(20),
        None,
        lifetime,
        kilobytes,
        initiator,
        1001,
        nonces,
    )


def peers_half(ours: ChildSa) -> ChildSa:
    """The same quick mode as R3 sees it."""
    return ChildSa(
        policy(R3, R1),
        ours.proposal,
        ours.outbound_spi,
        ours.inbound_spi,
        ours.outbound_encryption_key,
        ours.outbound_authentication_key,
        ours.inbound_encryption_key,
        ours.inbound_authentication_key,
        None,
        ours.lifetime_seconds,
        ours.lifetime_kilobytes,
        not ours.initiator,
        1001,
        ours.nonces,
    )


@pytest.fixture
def database() -> SaDatabase:
    return SaDatabase(random.Random(1))


def current(database: SaDatabase) -> SaPair:
    pair = database.flow(policy()).current
    assert pair is not None
    return pair


def test_two_databases_carry_traffic_both_ways(database: SaDatabase) -> None:
    other = SaDatabase(random.Random(2))
    ours = database.install(at(0), child(1))
    theirs = other.install(at(0), peers_half(child(1)))
    for sender, receiver in ((ours, other), (theirs, database)):
        packet = sender.outbound.seal(b"hello", 47)
        pair = receiver.lookup(int.from_bytes(packet[:4]))
        assert pair is not None
        assert pair.inbound.open(packet) == (47, b"hello")
    flow = database.flow(policy())
    assert (flow.encaps, flow.decaps, flow.recv_errors) == (1, 1, 0)


def test_an_unknown_spi_has_no_pair(database: SaDatabase) -> None:
    assert database.lookup(0x1001) is None


def test_conn_ids_are_consecutive_and_inbound_comes_first(database: SaDatabase) -> None:
    pairs = [database.install(at(n), child(n)) for n in (1, 2)]
    ids = [(pair.inbound_conn_id, pair.outbound_conn_id) for pair in pairs]
    assert ids == [(1, 2), (3, 4)]


def test_the_kilobytes_start_a_little_below_the_negotiated_ones() -> None:
    starts = {
        SaDatabase(random.Random(seed)).install(at(0), child(1)).inbound.remaining_kilobytes
        for seed in range(50)
    }
    assert len(starts) > 40
    assert all(4_100_000 <= start <= 4_401_000 for start in starts)
    pair = SaDatabase(random.Random(1)).install(at(0), child(1))
    assert pair.inbound.remaining_kilobytes == pair.outbound.remaining_kilobytes


def test_the_newest_pair_carries_traffic_and_the_old_one_lingers(database: SaDatabase) -> None:
    old = database.install(at(0), child(1))
    new = database.install(at(3_570), child(2))
    assert current(database) is new
    assert database.lookup(0x1001) is old
    assert database.next_deadline == at(3_600)
    assert database.handle_timer(at(3_599)) == []
    assert database.handle_timer(at(3_600)) == [Expired(old)]
    assert database.lookup(0x1001) is None
    assert current(database) is new


def test_a_pair_replaced_long_before_its_end_goes_after_thirty_seconds(
    database: SaDatabase,
) -> None:
    old = database.install(at(0), child(1))
    database.install(at(100), child(2))
    assert database.next_deadline == at(130)
    assert database.handle_timer(at(129)) == []
    assert database.handle_timer(at(130)) == [Replaced(old)]
    assert [pair.child.inbound_spi for pair in database.flow(policy()).pairs] == [0x1002]


@pytest.mark.parametrize(("initiator", "due"), [(True, 3_570), (False, 3_580)])
def test_rekeying_is_asked_for_once_shortly_before_the_end(
    database: SaDatabase, initiator: bool, due: int
) -> None:
    pair = database.install(at(0), child(1, initiator=initiator))
    assert pair.idle
    assert database.next_deadline == at(due)
    assert database.handle_timer(at(due - 1)) == []
    assert database.handle_timer(at(due)) == [NeedRekey(policy(), pair)]
    assert database.next_deadline == at(3_600)
    assert database.handle_timer(at(3_600)) == [Expired(pair)]
    assert database.flow(policy()).current is None
    assert database.next_deadline is None


def test_a_short_lifetime_is_rekeyed_halfway(database: SaDatabase) -> None:
    database.install(at(0), child(1, lifetime=40))
    assert database.next_deadline == at(20)


def test_traffic_uses_up_the_kilobytes() -> None:
    woken: list[int] = []
    database = SaDatabase(random.Random(1), wake=lambda: woken.append(1))
    pair = database.install(at(0), child(1, kilobytes=1_000))
    share = pair.outbound.remaining_kilobytes
    while not woken:
        pair.outbound.seal(bytes(1_022), 47)
    assert pair.outbound.remaining_kilobytes == 256
    assert database.next_deadline == Instant(0)
    assert database.handle_timer(at(5)) == [NeedRekey(policy(), pair)]
    assert database.next_deadline == at(3_600)
    assert not pair.idle
    while len(woken) == 1:
        pair.outbound.seal(bytes(1_022), 47)
    assert pair.outbound.packets == share
    assert database.handle_timer(at(6)) == [Expired(pair)]
    assert database.lookup(0x1001) is None


def test_kilobytes_of_a_replaced_pair_ask_for_no_second_successor(database: SaDatabase) -> None:
    old = database.install(at(0), child(1, kilobytes=1_000))
    database.install(at(1), child(2))
    while old.outbound.remaining_kilobytes > 100:
        old.outbound.seal(bytes(1_022), 47)
    assert database.handle_timer(at(2)) == []


LOW, MIDDLE, HIGH = b"\x01" * 20, b"\x50" * 20, b"\xf0" * 20


@pytest.mark.parametrize("ours_first", [True, False])
def test_of_two_simultaneous_pairs_the_one_with_the_lowest_nonce_goes(ours_first: bool) -> None:
    # Both ends negotiated at once and see the pairs in opposite orders; both must choose alike.
    mine = child(1, initiator=True, nonces=(LOW, HIGH))
    peers = child(2, initiator=False, nonces=(MIDDLE, HIGH))
    near, far = SaDatabase(random.Random(1)), SaDatabase(random.Random(2))
    order = [mine, peers] if ours_first else [peers, mine]
    for when, ours in zip((at(0), at(0.8)), order, strict=True):
        near.install(when, ours)
    for when, ours in zip((at(0), at(0.8)), reversed(order), strict=True):
        far.install(when, peers_half(ours))
    assert current(near).child.inbound_spi == peers.inbound_spi
    chosen = far.flow(policy()).current
    assert chosen is not None
    assert chosen.child.inbound_spi == peers.outbound_spi
    gone = [effect for effect in near.handle_timer(at(31)) if isinstance(effect, Replaced)]
    assert [effect.pair.child.inbound_spi for effect in gone] == [mine.inbound_spi]


@pytest.mark.parametrize(("apart", "initiator"), [(1.5, False), (0.5, True)])
def test_otherwise_the_newest_pair_wins_whatever_its_nonces(
    database: SaDatabase, apart: float, initiator: bool
) -> None:
    # Too far apart to be a collision, or both begun by the same end, which meant it.
    database.install(at(0), child(1, nonces=(MIDDLE, HIGH)))
    new = database.install(at(apart), child(2, initiator=initiator, nonces=(LOW, HIGH)))
    assert current(database) is new


def test_the_peers_delete_takes_the_pair_and_falls_back_on_the_other(
    database: SaDatabase,
) -> None:
    old = database.install(at(0), child(1))
    new = database.install(at(10), child(2))
    assert database.delete(IPv4Address("203.0.113.9"), [Spi(0x2002)]) == []
    assert database.delete(R3, [Spi(0x2002), Spi(0x9999)]) == [new]
    assert current(database) is old
    assert old.deletion is None
    assert database.handle_timer(at(60)) == []


def test_clear_by_peer_and_altogether(database: SaDatabase) -> None:
    far = policy(peer=IPv4Address("203.0.113.9"), owner="Tunnel1")
    first = database.install(at(0), child(1))
    second = database.install(at(0), child(2, of=far))
    assert database.clear(R3) == [first]
    assert database.clear() == [second]
    assert database.next_deadline is None


def test_dropping_a_flow_takes_its_pairs(database: SaDatabase) -> None:
    pair = database.install(at(0), child(1))
    assert database.drop_flow("Tunnel0") == [pair]
    assert database.drop_flow("Tunnel0") == []
    assert database.flows == []
    assert database.lookup(0x1001) is None


def test_counts_outlive_their_sas_and_can_be_cleared(database: SaDatabase) -> None:
    flow = database.flow(policy())
    for number in (1, 2):
        pair = database.install(at(number * 100), child(number))
        pair.outbound.seal(b"x", 47)
        with pytest.raises(EspError):
            pair.inbound.open(bytes(64))
    database.clear()
    assert (flow.encaps, flow.decaps, flow.recv_errors) == (2, 0, 2)
    pair = database.install(at(300), child(3))
    pair.outbound.seal(b"x", 47)
    flow.clear_counters()
    assert (flow.encaps, flow.recv_errors) == (0, 0)
    pair.outbound.seal(b"x", 47)
    assert flow.encaps == 1


def test_the_replay_window_is_the_configured_one() -> None:
    for size in (64, 1_024, None):
        pair = SaDatabase(random.Random(1), replay_window=size).install(at(0), child(1))
        window = pair.inbound.window
        assert (None if window is None else window.size) == size


def test_a_reused_spi_replaces_the_pair_that_had_it(database: SaDatabase) -> None:
    database.install(at(0), child(1))
    again = database.install(at(5), child(1))
    assert database.lookup(0x1001) is again
    assert database.flow(policy()).pairs == [again]


def test_keys_of_every_sa_are_kept(database: SaDatabase) -> None:
    ours = child(1)
    database.install(at(0), ours)
    database.clear()
    database.install(at(9), child(2))
    records = list(database.esp_key_records())
    assert [(record.source, record.destination, record.spi) for record in records] == [
        (R3, R1, 0x1001),
        (R1, R3, 0x2001),
        (R3, R1, 0x1002),
        (R1, R3, 0x2002),
    ]
    assert records[1].encryption_key == ours.outbound_encryption_key
    assert records[0].authentication_key == ours.inbound_authentication_key


def test_equal_seeds_give_equal_bytes() -> None:
    def run() -> list[bytes]:
        database = SaDatabase(random.Random(9))
        pairs = [database.install(at(n), child(n)) for n in (1, 2)]
        return [pair.outbound.seal(b"same", 47) for pair in pairs]

    assert run() == run()


def test_remaining_seconds_fall_with_time(database: SaDatabase) -> None:
    pair = database.install(at(10), child(1))
    assert pair.inbound.remaining_seconds(at(10)) == 3_600
    assert pair.outbound.remaining_seconds(Instant(at(10) + 47 * SECOND)) == 3_553


# -- settings of one policy ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of_all", "own", "size"),
    [(64, None, 64), (None, None, None), (64, 1024, 1024), (64, 0, None), (None, 128, 128)],
)
def test_a_policys_replay_window_stands_above_the_routers(
    of_all: int | None, own: int | None, size: int | None
) -> None:
    sadb = SaDatabase(random.Random(1), replay_window=of_all)
    pair = sadb.install(at(0), child(1, of=replace(policy(), replay_window=own)))
    assert (None if pair.inbound.window is None else pair.inbound.window.size) == size
    assert pair.outbound.window is None


def test_an_unused_pair_goes_after_its_idle_time() -> None:
    sadb = SaDatabase(random.Random(1))
    pair = sadb.install(at(10), child(1, of=replace(policy(), idle_time=60)))
    assert sadb.next_deadline == at(70)
    assert sadb.handle_timer(at(69)) == []
    assert sadb.handle_timer(at(70)) == [Idle(pair)]
    assert not sadb.by_spi


def test_traffic_keeps_a_pair_from_being_idle() -> None:
    sadb = SaDatabase(random.Random(1))
    pair = sadb.install(at(10), child(1, of=replace(policy(), idle_time=60)))
    used = at(50)
    pair.flow.last_traffic = lambda: used
    assert sadb.handle_timer(at(70)) == []
    assert sadb.next_deadline == at(110)
    used = at(105)
    assert sadb.handle_timer(at(110)) == []
    assert sadb.handle_timer(at(165)) == [Idle(pair)]


def test_failures_are_told_apart_and_outlive_their_pairs() -> None:
    sadb = SaDatabase(random.Random(1))
    ours = child(1)
    pair = sadb.install(at(0), ours)
    peer = SaDatabase(random.Random(2)).install(at(0), peers_half(ours))
    packet = peer.outbound.seal(b"hello", 4)
    pair.inbound.open(packet)
    for bad in (packet, packet[:8], packet[:-1] + bytes((packet[-1] ^ 1,))):
        with pytest.raises(EspError):
            pair.inbound.open(bad)
    forged = bytearray(peer.outbound.seal(b"hello", 4))
    forged[20] ^= 1
    with pytest.raises(EspError):
        pair.inbound.open(bytes(forged))
    flow = pair.flow
    assert flow.failures == {
        EspFailure.REPLAYED: 2,
        EspFailure.MALFORMED: 1,
        EspFailure.BAD_ICV: 1,
    }
    assert flow.recv_errors == 4
    sadb.clear()
    assert flow.failures[EspFailure.REPLAYED] == 2
    flow.clear_counters()
    assert flow.recv_errors == 0
