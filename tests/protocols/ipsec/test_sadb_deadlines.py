"""The database's next deadline held against the earliest time of all its pairs."""

import random
from dataclasses import replace

import pytest

from ioscli.model.instant import Instant
from ioscli.protocols.ipsec.sadb import Expired, NeedRekey, SaDatabase
from tests.protocols.ipsec.test_sadb import R3, at, child, policy


def earliest(database: SaDatabase) -> Instant | None:
    """By looking at every pair."""
    times = [
        time
        for pair in database.by_spi.values()
        for time in (pair.rekey, pair.expiry, pair.deletion, pair.idle_check)
        if time is not None
    ]
    return min(times, default=None)


@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_earliest_time_of_all_pairs_whatever_happens(seed: int) -> None:
    chance = random.Random(seed)
    database = SaDatabase(random.Random(1))
    now, seen = 0, 0
    for number in range(1, 120):
        now += chance.choice((0, 1, 20, 50))
        step = chance.random()
        if step < 0.6:
            owner = f"Tunnel{chance.randrange(5)}"
            wanted = replace(policy(owner=owner), idle_time=chance.choice((None, 60)))
            lifetime = chance.choice((40, 120, 400))
            initiator = chance.random() < 0.5
            database.install(
                at(now), child(number, of=wanted, lifetime=lifetime, initiator=initiator)
            )
        elif step < 0.7 and database.by_spi:
            pair = chance.choice(list(database.by_spi.values()))
            assert database.delete(R3, [pair.child.outbound_spi]) == [pair]
        elif step < 0.75:
            database.drop_flow(f"Tunnel{chance.randrange(5)}")
        due = database.next_deadline
        assert due == earliest(database)
        if due is not None and due <= at(now):
            effects = database.handle_timer(at(now))
            seen += len(effects)
            assert database.next_deadline == earliest(database)
    assert seen > 10


def test_what_is_due_at_once_is_reported_in_the_order_of_installation() -> None:
    database = SaDatabase(random.Random(1))
    pairs = [database.install(at(0), child(n, of=policy(owner=f"Tunnel{n}"))) for n in (3, 1, 2)]
    rekeyed = database.handle_timer(at(3_570))
    assert [effect.pair for effect in rekeyed if isinstance(effect, NeedRekey)] == pairs
    assert database.next_deadline == at(3_600)
    assert database.handle_timer(at(3_600)) == [Expired(pair) for pair in pairs]
    assert database.next_deadline is None
