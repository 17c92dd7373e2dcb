"""The routing table: which route is best, and the longest match."""

from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from ioscli.model.instant import Instant
from ioscli.model.rib import Path, Rib, Route, RouteSource, origin_of

NOW = Instant(0)


def route(prefix: str, source: RouteSource, distance: int = 1, metric: int = 0) -> Route:
    path = (Path(IPv4Address("192.0.2.1"), None),)
    return Route(IPv4Network(prefix), source, distance, metric, path)


def test_the_lower_distance_wins_and_the_other_takes_over():
    rib = Rib()
    rib.add(route("10.0.0.0/8", RouteSource.STATIC, 1), NOW)
    rib.add(route("10.0.0.0/8", RouteSource.CONNECTED, 0), NOW)
    assert rib.entry(IPv4Network("10.0.0.0/8")).route.source is RouteSource.CONNECTED
    rib.remove(IPv4Network("10.0.0.0/8"), RouteSource.CONNECTED, NOW)
    assert rib.entry(IPv4Network("10.0.0.0/8")).route.source is RouteSource.STATIC


def test_an_unchanged_route_keeps_its_age():
    rib = Rib()
    rib.add(route("10.0.0.0/8", RouteSource.STATIC), Instant(5))
    version = rib.version
    rib.add(route("10.0.0.0/8", RouteSource.STATIC), Instant(9))
    assert rib.version == version
    assert rib.entry(IPv4Network("10.0.0.0/8")).installed == 5


prefixes = st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
    lambda it: IPv4Network(it, strict=False)
)


@given(st.lists(prefixes, max_size=30), st.lists(prefixes, max_size=10), st.data())
def test_lookup_is_the_longest_of_all_that_match(added, removed, data):
    rib = Rib()
    for prefix in added:
        rib.add(route(str(prefix), RouteSource.STATIC), NOW)
    for prefix in removed:
        rib.remove(prefix, RouteSource.STATIC, NOW)
    left = set(added) - set(removed)
    bases = [int(prefix.network_address) for prefix in left] or [0]
    address = data.draw(st.sampled_from(bases)) ^ data.draw(st.integers(0, 2**12))
    fits = [prefix for prefix in left if IPv4Address(address) in prefix]
    found = rib.lookup(address)
    expected = max(fits, key=lambda prefix: prefix.prefixlen, default=None)
    assert (found.prefix if found else None) == expected


def test_two_processes_of_one_protocol_offer_apart():
    rib = Rib()
    prefix, path = IPv4Network("10.0.0.0/8"), (Path(IPv4Address("192.0.2.1"), None),)
    first = Route(prefix, RouteSource.OSPF, 110, 20, path, process="1")
    second = Route(prefix, RouteSource.OSPF, 110, 10, path, process="2")
    rib.add(first, NOW)
    rib.add(second, NOW)
    assert rib.entry(prefix).route is second
    assert rib.of_source(RouteSource.OSPF, "1") == [first]
    rib.remove(prefix, RouteSource.OSPF, NOW, "2")
    assert rib.entry(prefix).route is first


def test_distance_255_is_never_installed():
    rib = Rib()
    rib.add(route("10.0.0.0/8", RouteSource.OSPF, 255), NOW)
    assert rib.entry(IPv4Network("10.0.0.0/8")) is None
    assert len(rib.of_source(RouteSource.OSPF)) == 1
    rib.add(route("10.0.0.0/8", RouteSource.OSPF, 110), NOW)
    assert rib.entry(IPv4Network("10.0.0.0/8")) is not None
    assert len(rib.of_source(RouteSource.OSPF)) == 1


def test_watchers_hear_of_every_change_of_the_best_route():
    rib = Rib()
    heard = []
    rib.watchers.append(lambda before, after: heard.append((before, after)))
    static = route("10.0.0.0/8", RouteSource.STATIC)
    ospf = route("10.0.0.0/8", RouteSource.OSPF, 110)
    rib.add(static, NOW)
    rib.add(ospf, NOW)  # waits behind the static one
    rib.remove(static.prefix, RouteSource.STATIC, NOW)
    rib.remove(static.prefix, RouteSource.OSPF, NOW)
    assert heard == [(None, static), (static, ospf), (ospf, None)]


offers = st.builds(
    route,
    st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24"]),
    st.sampled_from([RouteSource.OSPF, RouteSource.STATIC]),
    st.sampled_from([1, 110, 255]),
    st.integers(0, 2),
)


@given(st.lists(offers), st.lists(offers, min_size=1))
def test_many_routes_at_once_are_added_as_one_by_one(before, added):
    tables = Rib(), Rib()
    heard: tuple[list[object], list[object]] = [], []
    for rib, told in zip(tables, heard, strict=True):
        for it in before:
            rib.add(it, NOW)
        rib.watchers.append(lambda *change, told=told: told.append(change))
    for it in added:
        tables[0].add(it, Instant(7))
    tables[1].add_many(added, Instant(7))
    assert heard[0] == heard[1]
    assert tables[0].version == tables[1].version
    assert list(tables[0].entries()) == list(tables[1].entries())
    for source in RouteSource:
        assert tables[0].of_source(source) == tables[1].of_source(source)


def test_a_route_in_two_tables_has_an_age_in_each():
    one, other = Rib(), Rib()
    made = route("10.0.0.0/8", RouteSource.STATIC)
    one.add(made, Instant(5))
    other.add(made, Instant(9))
    assert one.entry(made.prefix).installed == 5
    assert other.entry(made.prefix) == (made, 9, ())


def test_a_route_that_takes_over_is_new():
    rib = Rib()
    static = route("10.0.0.0/8", RouteSource.STATIC)
    ospf = route("10.0.0.0/8", RouteSource.OSPF, 110)
    rib.add(ospf, Instant(5))
    rib.add(static, Instant(6))
    assert rib.entry(static.prefix) == (static, 6, (ospf,))
    rib.remove(static.prefix, RouteSource.STATIC, Instant(7))
    assert rib.entry(static.prefix) == (ospf, 7, ())
    rib.confirm(static.prefix, RouteSource.OSPF, Instant(8))
    assert rib.entry(static.prefix).installed == 8


def test_who_told_may_stand_in_the_paths_or_in_the_origin():
    prefix, told = IPv4Network("10.0.0.0/8"), IPv4Address("3.3.3.3")
    hops = [IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")]
    paths = tuple(Path(hop, None, told) for hop in hops)
    named = Route(prefix, RouteSource.OSPF, 110, 20, paths, 7, "1", "E2")
    origin = origin_of(RouteSource.OSPF, 110, 7, "1", "E2", told)
    shared = Route.of_origin(prefix, 20, tuple(Path(hop, None) for hop in hops), origin)
    assert shared.paths == named.paths
    assert (shared, hash(shared)) == (named, hash(named))
    assert shared != Route.of_origin(
        prefix, 20, tuple(Path(hop, None) for hop in hops), origin._replace(advertiser=None)
    )
    rib = Rib()
    rib.add(named, Instant(5))
    rib.add(shared, Instant(9))
    assert rib.entry(prefix).installed == 5
