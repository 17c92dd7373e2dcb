"""The decision process: each step of IOS's order decides when all before it are equal."""

from ipaddress import IPv4Address

import pytest

from ioscli.codec.bgp import AsPathSegment, PathAttributes, SegmentType
from ioscli.codec.bgp.numbers import Origin
from ioscli.model.bgp import BgpBestPath, BgpSettings
from ioscli.model.instant import Instant
from ioscli.protocols.bgp.decision import Rules, choose
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.paths import BgpPath, TableEntry
from ioscli.protocols.bgp.states import PeerKind


def path(
    address: str = "10.0.0.1",
    *,
    kind: PeerKind | None = PeerKind.EXTERNAL,
    weight: int = 0,
    preference: int | None = None,
    as_path: tuple[int, ...] = (65002, 65009),
    origin: Origin = Origin.IGP,
    med: int | None = None,
    metric: int | None = 0,
    received: int = 0,
    identifier: str = "9.9.9.9",
    clusters: int = 0,
    sourced: str = "",
) -> BgpPath:
    """A path that differs from the others in what is named."""
    neighbor = None
    if kind is not None:
        neighbor = Neighbor(IPv4Address(address), BgpSettings())
        neighbor.kind = kind
        neighbor.identifier = IPv4Address(identifier)
    attributes = PathAttributes(
        origin,
        (AsPathSegment(SegmentType.AS_SEQUENCE, as_path),) if as_path else (),
        IPv4Address(address),
        med,
        preference,
        cluster_list=tuple(IPv4Address(n + 1) for n in range(clusters)),
    )
    made = BgpPath(attributes, neighbor, weight, Instant(received), sourced)
    made.metric = metric
    return made


INTERNAL = PeerKind.INTERNAL
RULES = Rules(BgpBestPath())

#: The winner, and one that is better in the next step.
STEPS = {
    "weight": (path(weight=1), path(preference=200)),
    "local preference": (path(preference=200), path(kind=None, as_path=(), sourced="network")),
    "100 is the default local preference": (path(preference=101), path()),
    "locally originated": (path(kind=None, sourced="network"), path(as_path=(65002,))),
    "network before aggregate": (
        path(kind=None, sourced="network", origin=Origin.INCOMPLETE),
        path(kind=None, sourced="aggregate"),
    ),
    "as path length": (path(as_path=(1,), origin=Origin.INCOMPLETE), path()),
    "origin": (path(med=9), path(origin=Origin.EGP)),
    "egp before incomplete": (path(origin=Origin.EGP), path(origin=Origin.INCOMPLETE)),
    "med": (path(kind=INTERNAL, med=5), path(med=6)),
    "missing med is the best": (path(kind=INTERNAL), path(med=1)),
    "external": (path(metric=50), path(kind=INTERNAL)),
    "metric to the next hop": (
        path(kind=INTERNAL, metric=5, identifier="9.9.9.9"),
        path(kind=INTERNAL, metric=6, identifier="1.1.1.1"),
    ),
    "oldest": (path(identifier="9.9.9.9"), path(received=1, identifier="1.1.1.1")),
    "router id": (
        path("10.0.0.2", kind=INTERNAL, identifier="1.1.1.1", clusters=3),
        path("10.0.0.1", kind=INTERNAL, identifier="2.2.2.2"),
    ),
    "cluster list": (path("10.0.0.2", kind=INTERNAL), path(kind=INTERNAL, clusters=1)),
    "neighbor address": (path("10.0.0.1", kind=INTERNAL), path("10.0.0.2", kind=INTERNAL)),
    "accessible": (path(metric=0), path(metric=None, weight=100)),
}


def best(*paths: BgpPath, rules: Rules = RULES) -> BgpPath | None:
    entry = TableEntry()
    entry.paths = list(paths)
    return choose(entry, rules)[0]


@pytest.mark.parametrize("step", STEPS)
def test_step(step: str) -> None:
    winner, loser = STEPS[step]
    assert best(winner, loser) is winner
    assert best(loser, winner) is winner


def test_no_accessible_path_is_no_best_path() -> None:
    assert best(path(metric=None)) is None


def test_med_of_different_neighbors_counts_only_with_always_compare_med() -> None:
    high = path(as_path=(1, 9), med=100)
    low = path(as_path=(2, 9), med=5, received=1)
    assert best(low, high) is high  # the older
    always = Rules(BgpBestPath(always_compare_med=True))
    assert best(low, high, rules=always) is low


def test_med_missing_as_worst() -> None:
    with_med, without = path(med=5, received=1), path()
    assert best(with_med, without) is without
    worst = Rules(BgpBestPath(med_missing_as_worst=True))
    assert best(with_med, without, rules=worst) is with_med


def test_deterministic_med_compares_within_an_as_first() -> None:
    """The example of Cisco document 16046: the order of arrival no longer decides."""
    one = path("10.0.0.1", as_path=(500,), med=150, kind=INTERNAL, identifier="1.1.1.1")
    two = path("10.0.0.2", as_path=(100,), med=200, kind=INTERNAL, identifier="2.2.2.2")
    three = path("10.0.0.3", as_path=(500,), med=100, kind=INTERNAL, identifier="3.3.3.3")
    # Newest first, pair by pair.
    assert best(three, two, one) is one
    assert best(one, two, three) is three
    rules = Rules(BgpBestPath(deterministic_med=True))
    assert best(three, two, one, rules=rules) is two
    assert best(one, two, three, rules=rules) is two


def test_as_path_ignore() -> None:
    long, short = path(as_path=(1, 2, 3), origin=Origin.IGP), path(as_path=(1,), origin=Origin.EGP)
    assert best(long, short, rules=Rules(BgpBestPath(as_path_ignore=True))) is long


def test_compare_routerid() -> None:
    older, lower = path(identifier="9.9.9.9"), path(received=1, identifier="1.1.1.1")
    assert best(older, lower, rules=Rules(BgpBestPath(compare_router_id=True))) is lower


def test_originator_stands_for_the_router_id() -> None:
    reflected = path("10.0.0.1", kind=INTERNAL, identifier="1.1.1.1")
    reflected.attributes = reflected.attributes._replace(originator=IPv4Address("8.8.8.8"))
    other = path("10.0.0.2", kind=INTERNAL, identifier="2.2.2.2")
    assert best(reflected, other) is other


def multipaths(*paths: BgpPath, rules: Rules) -> set[BgpPath]:
    entry = TableEntry()
    entry.paths = list(paths)
    return set(choose(entry, rules)[1])


def test_multipath_shares_among_equal_paths() -> None:
    one, two, longer = path("10.0.0.1"), path("10.0.0.2"), path("10.0.0.3", as_path=(1, 2, 3))
    assert multipaths(one, two, longer, rules=RULES) == set()
    assert multipaths(one, two, longer, rules=Rules(BgpBestPath(), maximum_paths=4)) == {one, two}


def test_multipath_wants_the_same_as_path_unless_relaxed() -> None:
    one, two = path("10.0.0.1", as_path=(1, 9)), path("10.0.0.2", as_path=(2, 9))
    assert multipaths(one, two, rules=Rules(BgpBestPath(), maximum_paths=2)) == set()
    relaxed = Rules(BgpBestPath(multipath_relax=True), maximum_paths=2)
    assert multipaths(one, two, rules=relaxed) == {one, two}


def test_multipath_of_internal_paths_has_its_own_number() -> None:
    one, two = path("10.0.0.1", kind=INTERNAL), path("10.0.0.2", kind=INTERNAL)
    assert multipaths(one, two, rules=Rules(BgpBestPath(), maximum_paths=2)) == set()
    rules = Rules(BgpBestPath(), maximum_paths_ibgp=2)
    assert multipaths(one, two, rules=rules) == {one, two}


def test_eibgp_multipath_shares_among_external_and_internal_paths() -> None:
    outside, inside = path("10.0.0.1"), path("10.0.0.2", kind=INTERNAL, metric=20)
    rules = Rules(BgpBestPath(), maximum_paths=2, maximum_paths_ibgp=2)
    assert multipaths(outside, inside, rules=rules) == set()
    rules = Rules(BgpBestPath(), maximum_paths_eibgp=2)
    assert multipaths(outside, inside, rules=rules) == {outside, inside}
