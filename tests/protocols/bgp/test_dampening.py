"""Route flap dampening (RFC 2439) with the figures of IOS."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.codec.bgp import AsPathSegment, PathAttributes, SegmentType, Update
from ioscli.codec.bgp.message import build
from ioscli.codec.bgp.numbers import Origin
from ioscli.model.bgp import BgpDampening
from ioscli.model.rib import RouteSource
from ioscli.protocols.bgp.dampening import ceiling, decay_time, penalty_at
from ioscli.protocols.bgp.paths import BgpPath

from .wire import Speaker, Wire, pair

TEN = IPv4Network("10.2.0.0/16")
THEM = IPv4Address("10.0.0.2")
GOOD = PathAttributes(Origin.IGP, (AsPathSegment(SegmentType.AS_SEQUENCE, (65002,)),), THEM)
RULES = BgpDampening()


def dampening() -> tuple[Wire, Speaker]:
    wire, left, _ = pair()
    left.config.dampening = RULES
    wire.start()
    wire.run(20)
    return wire, left


def tell(wire: Wire, left: Speaker, attributes: PathAttributes = GOOD) -> None:
    wire.inject(left, str(THEM), build(Update((), attributes, (TEN,))))


def withdraw(wire: Wire, left: Speaker) -> None:
    wire.inject(left, str(THEM), build(Update((TEN,))))


def the_path(left: Speaker) -> BgpPath | None:
    entry = left.machine.table.get(TEN)
    return None if entry is None else entry.of(left.machine.neighbors[THEM])


def penalty(wire: Wire, left: Speaker) -> int:
    return round(penalty_at(left.machine.flaps[TEN, THEM], wire.now, RULES))


def routed(left: Speaker) -> bool:
    entry = left.rib.entry(TEN)
    return entry is not None and entry.route.source is RouteSource.BGP


def test_a_withdrawal_costs_1000_and_leaves_history() -> None:
    wire, left = dampening()
    tell(wire, left)
    assert left.machine.flaps == {}
    withdraw(wire, left)
    path = the_path(left)
    assert path is not None
    assert path.history
    assert left.best(str(TEN)) is None
    assert not routed(left)
    assert left.machine.neighbors[THEM].prefix_count == 0
    assert penalty(wire, left) == 1000
    wire.run(15 * 60)
    assert penalty(wire, left) == 500
    wire.run(7 * 60)
    assert left.machine.flaps == {}  # less than half of the reuse limit
    assert TEN not in left.machine.table


def test_what_comes_back_below_the_suppress_limit_is_used() -> None:
    wire, left = dampening()
    tell(wire, left)
    withdraw(wire, left)
    wire.run(1)
    tell(wire, left)
    assert left.best(str(TEN)) == "65002 via 10.0.0.2"
    assert routed(left)
    assert left.machine.neighbors[THEM].prefix_count == 1
    assert penalty(wire, left) == 999


def test_three_flaps_suppress_until_the_penalty_is_below_the_reuse_limit() -> None:
    wire, left = dampening()
    for _ in range(3):
        tell(wire, left)
        withdraw(wire, left)
        wire.run(10)
    tell(wire, left)
    path = the_path(left)
    assert path is not None
    flap = path.flap
    assert flap is not None
    assert flap.suppressed
    assert not routed(left)
    wait = decay_time(RULES, penalty_at(left.machine.flaps[TEN, THEM], wire.now, RULES), 750)
    assert 29 * 60 < wait < 31 * 60
    wire.run(wait - 5)
    assert not routed(left)
    wire.run(10)
    assert routed(left)
    assert left.machine.flaps[TEN, THEM].suppressed is False
    wire.run(16 * 60)
    assert left.machine.flaps == {}
    assert path.flap is None
    assert routed(left)


def test_other_attributes_cost_500() -> None:
    wire, left = dampening()
    tell(wire, left)
    tell(wire, left, GOOD._replace(med=5))
    assert penalty(wire, left) == 500
    tell(wire, left, GOOD._replace(med=5))
    assert left.machine.flaps[TEN, THEM].count == 1
    assert routed(left)


def test_a_session_that_ends_costs_nothing() -> None:
    wire, left = dampening()
    tell(wire, left)
    wire.carry_out(left, left.machine.clear(wire.now, [THEM]))
    assert left.machine.flaps == {}
    assert TEN not in left.machine.table


def test_no_bgp_dampening_and_clear_forgive() -> None:
    wire, left = dampening()
    for _ in range(3):
        tell(wire, left)
        withdraw(wire, left)
    tell(wire, left)
    assert not routed(left)
    wire.carry_out(left, left.machine.clear_dampening(wire.now))
    assert routed(left)
    assert left.machine.flaps == {}
    withdraw(wire, left)
    left.config.dampening = None
    left.configure()
    assert TEN not in left.machine.table


def test_neighbors_inside_are_not_dampened() -> None:
    wire, left, _ = pair(right_as=65001)
    left.config.dampening = RULES
    wire.start()
    wire.run(20)
    tell(wire, left, GOOD._replace(as_path=(), local_preference=100))
    withdraw(wire, left)
    assert left.machine.flaps == {}
    assert TEN not in left.machine.table


@pytest.mark.parametrize(
    ("rules", "most", "decay"),
    [(RULES, 12_000, 2_327), (BgpDampening(35, 200, 200, 70), 800, 4_200)],
)
def test_the_figures_of_recorded_routers(rules: BgpDampening, most: int, decay: int) -> None:
    assert round(ceiling(rules)) == most
    assert decay_time(rules, ceiling(rules), rules.suppress) == decay
