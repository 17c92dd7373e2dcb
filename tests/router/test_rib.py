"""The routing table: which route is best, and the longest match."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from ioscli.model.instant import Instant
from ioscli.model.rib import Path, Rib, Route, RouteSource

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
    wide = route("10.0.0.0/8", RouteSource.OSPF, 110, 20)
    first, second = replace(wide, process="1"), replace(wide, process="2", metric=10)
    rib.add(first, NOW)
    rib.add(second, NOW)
    assert rib.entry(wide.prefix).route is second
    assert rib.of_source(RouteSource.OSPF, "1") == [first]
    rib.remove(wide.prefix, RouteSource.OSPF, NOW, "2")
    assert rib.entry(wide.prefix).route is first


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
