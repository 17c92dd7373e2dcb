"""RFC 4271 sections 5, 9.1 and 9.2: what is told, chosen and passed on."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from ioscli.codec.bgp import AsPathSegment, PathAttributes, SegmentType, Update
from ioscli.model.attribute_lists import AsPathEntry, AsPathList, Community
from ioscli.model.bgp import BgpAggregate, DefaultOriginate, MaximumPrefixes
from ioscli.model.effects import Redistributed
from ioscli.model.prefix_list import PrefixEntry, PrefixList
from ioscli.model.rib import RouteSource
from ioscli.model.route_map import (
    MatchAddress,
    PrependAsPath,
    RouteMap,
    RouteMapEntry,
    Set,
    SetCommunity,
    SetLocalPreference,
    SetMetric,
    SetNextHop,
    SetWeight,
)

from .wire import Speaker, Wire, messages, pair

TEN = IPv4Network("10.2.0.0/16")


def updates(speaker: Speaker) -> list[Update]:
    return [it for it in messages(speaker.sent) if isinstance(it, Update)]


def route_map(speaker: Speaker, name: str, *sets: Set, permit: bool = True) -> None:
    entry = RouteMapEntry(10, permit, sets=list(sets))
    speaker.policy.route_maps[name] = RouteMap(name, {10: entry})


def attributes(speaker: Speaker, prefix: str) -> PathAttributes:
    best = speaker.machine.table[IPv4Network(prefix)].best
    assert best is not None
    return best.attributes


# -- origination, installation ------------------------------------


def test_network_is_originated_while_the_table_has_it() -> None:
    wire, left, right = pair()
    right.originate("10.2.0.0/16")
    right.network("10.3.0.0/16")
    wire.start()
    wire.run(20)
    assert left.paths("10.2.0.0/16") == [">65002 via 10.0.0.2"]
    assert left.paths("10.3.0.0/16") == []
    route = left.rib.entry(TEN)
    assert route is not None
    assert (route.route.distance, route.route.metric, route.route.tag) == (20, 0, 65002)
    right.lose("10.2.0.0/16")
    wire.run(40)
    assert left.paths("10.2.0.0/16") == []
    assert left.rib.entry(TEN) is None


def test_internal_routes_have_distance_200_and_keep_the_next_hop() -> None:
    wire = three()
    inside = wire.speakers["inside"]
    assert inside.paths("10.2.0.0/16") == [" 65002 via 10.0.0.2"]  # nothing leads there
    inside.route("10.0.0.0/24", "10.1.0.1", metric=7)
    inside.changed()
    wire.run(10)
    assert inside.paths("10.2.0.0/16") == [">65002 via 10.0.0.2"]
    entry = inside.rib.entry(TEN)
    assert entry is not None
    assert (entry.route.distance, entry.route.kind) == (200, "internal")
    best = inside.machine.table[TEN].best
    assert best is not None
    assert best.metric == 7
    assert best.attributes.local_preference == 100


def three(**settings: Any) -> Wire:
    """outside (65002) - middle (65001) - inside (65001); settings: of middle towards inside."""
    wire = Wire()
    outside = wire.speaker("outside", 65002, "2.2.2.2")
    middle = wire.speaker("middle", 65001, "1.1.1.1")
    inside = wire.speaker("inside", 65001, "3.3.3.3")
    outside.attach("10.0.0.0/24", "10.0.0.2")
    middle.attach("10.0.0.0/24", "10.0.0.1")
    middle.attach("10.1.0.0/24", "10.1.0.1")
    inside.attach("10.1.0.0/24", "10.1.0.3")
    outside.neighbor("10.0.0.1", 65001)
    middle.neighbor("10.0.0.2", 65002)
    middle.neighbor("10.1.0.3", 65001, **settings)
    inside.neighbor("10.1.0.1", 65001)
    outside.originate("10.2.0.0/16")
    wire.start()
    wire.run(40)
    return wire


def row(*numbers: int) -> tuple[Wire, Speaker, Speaker, Speaker]:
    """a - b - c by their AS numbers, each a neighbor of the next, to be configured and started."""
    wire = Wire()
    a, b, c = (
        wire.speaker(name, number, router_id)
        for name, number, router_id in zip(
            "abc", numbers, ("1.1.1.1", "2.2.2.2", "3.3.3.3"), strict=True
        )
    )
    for net, (one, ours), (other, theirs) in (
        ("10.0.0.0/24", (a, "10.0.0.1"), (b, "10.0.0.2")),
        ("10.1.0.0/24", (b, "10.1.0.2"), (c, "10.1.0.3")),
    ):
        one.attach(net, ours)
        other.attach(net, theirs)
        one.neighbor(theirs, other.config.number)
        other.neighbor(ours, one.config.number)
    return wire, a, b, c


def test_next_hop_self() -> None:
    inside = three(next_hop_self=True).speakers["inside"]
    assert inside.paths("10.2.0.0/16") == [">65002 via 10.1.0.1"]


def test_5_1_3_third_party_next_hop_on_a_shared_network() -> None:
    wire = Wire()
    a = wire.speaker("a", 65001, "1.1.1.1")
    b = wire.speaker("b", 65002, "2.2.2.2")
    c = wire.speaker("c", 65003, "3.3.3.3")
    for speaker, address in ((a, "10.0.0.1"), (b, "10.0.0.2"), (c, "10.0.0.3")):
        speaker.attach("10.0.0.0/24", address)
    a.neighbor("10.0.0.2", 65002)
    b.neighbor("10.0.0.1", 65001)
    b.neighbor("10.0.0.3", 65003)
    c.neighbor("10.0.0.2", 65002)
    a.originate("10.9.0.0/16")
    wire.start()
    wire.run(40)
    assert c.paths("10.9.0.0/16") == [">65002 65001 via 10.0.0.1"]


def test_redistributed_routes_are_incomplete_with_their_metric_as_med() -> None:
    wire, left, right = pair()
    wire.start()
    right.redistribute(
        Redistributed(TEN, RouteSource.OSPF, "1", None, origin_metric=20),
        Redistributed(IPv4Network("0.0.0.0/0"), RouteSource.STATIC, "", None),
    )
    wire.run(20)
    found = attributes(left, "10.2.0.0/16")
    assert (found.origin, found.med) == (2, 20)
    assert left.paths("0.0.0.0/0") == []  # asks for default-information originate


def test_default_originate() -> None:
    wire, left, right = pair()
    right.config.neighbors[IPv4Address("10.0.0.1")].own.default_originate = DefaultOriginate()
    wire.start()
    wire.run(20)
    assert left.paths("0.0.0.0/0") == [">65002 via 10.0.0.2"]
    assert IPv4Network("0.0.0.0/0") not in right.machine.table
    right.config.neighbors[IPv4Address("10.0.0.1")].own.default_originate = None
    right.configure()
    wire.run(40)
    assert left.paths("0.0.0.0/0") == []


# -- the path ------------------------------------


def test_9_1_2_own_as_in_the_path_is_a_loop() -> None:
    wire = three()
    middle = wire.speakers["middle"]
    before = dict(middle.machine.table)
    neighbor = middle.machine.neighbors[IPv4Address("10.0.0.2")]
    update = updates(wire.speakers["outside"])[0]
    looped = update.attributes._replace(
        as_path=(AsPathSegment(SegmentType.AS_SEQUENCE, (65002, 65001)),)
    )
    from .wire import build

    prefix = IPv4Network("10.77.0.0/16")
    wire.inject(middle, "10.0.0.2", build(update._replace(attributes=looped, prefixes=(prefix,))))
    assert middle.machine.table == before
    assert neighbor.denied == {"AS_PATH loop": 1}
    middle.config.neighbors[IPv4Address("10.0.0.2")].own.allowas_in = 1
    middle.configure()
    wire.inject(middle, "10.0.0.2", build(update._replace(attributes=looped, prefixes=(prefix,))))
    assert middle.best("10.77.0.0/16") == "65002 65001 via 10.0.0.2"


def test_local_as_stands_in_front_of_the_real_one() -> None:
    wire, left, right = pair(local_as=65100)
    right.config.neighbors[IPv4Address("10.0.0.1")].own.remote_as = 65100
    left.originate("10.1.0.0/16")
    wire.start()
    wire.run(20)
    assert right.paths("10.1.0.0/16") == [">65100 65001 via 10.0.0.1"]


def test_remove_private_as() -> None:
    wire, a, b, c = row(65001, 200, 300)
    b.config.neighbors[IPv4Address("10.1.0.3")].own.remove_private_as = True
    a.originate("10.9.0.0/16")
    wire.start()
    wire.run(40)
    assert c.paths("10.9.0.0/16") == [">200 via 10.1.0.2"]


def test_med_is_told_to_the_neighboring_as_and_not_passed_on() -> None:
    wire = three()
    outside, middle = wire.speakers["outside"], wire.speakers["middle"]
    route_map(outside, "MED", SetMetric(50))
    outside.config.neighbors[IPv4Address("10.0.0.1")].own.route_map_out = "MED"
    outside.configure()
    wire.carry_out(
        outside,
        outside.machine.clear_soft(
            wire.now, [IPv4Address("10.0.0.1")], inbound=False, outbound=True
        ),
    )
    wire.run(10)
    assert attributes(middle, "10.2.0.0/16").med == 50
    inside = wire.speakers["inside"]
    inside.route("10.0.0.0/24", "10.1.0.1")
    inside.changed()
    wire.run(10)
    assert attributes(inside, "10.2.0.0/16").med == 50


# -- policy ------------------------------------


def test_inbound_route_map_sets_local_preference_and_weight() -> None:
    wire, left, right = pair(route_map_in="IN")
    route_map(left, "IN", SetLocalPreference(200), SetWeight(7))
    right.originate("10.2.0.0/16")
    wire.start()
    wire.run(20)
    best = left.machine.table[TEN].best
    assert best is not None
    assert (best.attributes.local_preference, best.weight) == (200, 7)


@pytest.mark.parametrize("direction", ["in", "out"])
def test_prefix_list(direction: str) -> None:
    wire, left, right = pair(**({"prefix_list_in": "P"} if direction == "in" else {}))
    judge = left if direction == "in" else right
    if direction == "out":
        right.config.neighbors[IPv4Address("10.0.0.1")].own.prefix_list_out = "P"
    listed = PrefixList("P")
    listed.append(PrefixEntry(True, IPv4Network("10.0.0.0/8"), le=16))
    judge.policy.prefix_lists["P"] = listed
    right.originate("10.2.0.0/16")
    right.originate("10.3.3.0/24")
    wire.start()
    wire.run(20)
    assert left.best("10.2.0.0/16") is not None
    assert left.best("10.3.3.0/24") is None
    if direction == "in":
        assert left.machine.neighbors[IPv4Address("10.0.0.2")].denied == {"prefix-list": 1}


def test_filter_list() -> None:
    wire, left, right = pair(filter_list_in=1)
    left.policy.as_path_lists[1] = AsPathList(1, [AsPathEntry(False, "_65002$")])
    right.originate("10.2.0.0/16")
    wire.start()
    wire.run(20)
    assert left.paths("10.2.0.0/16") == []


def test_prepending_outbound() -> None:
    wire, left, right = pair()
    right.config.neighbors[IPv4Address("10.0.0.1")].own.route_map_out = "OUT"
    route_map(right, "OUT", PrependAsPath((65002, 65002)))
    right.originate("10.2.0.0/16")
    wire.start()
    wire.run(20)
    assert left.paths("10.2.0.0/16") == [">65002 65002 65002 via 10.0.0.2"]


def test_route_map_next_hop_and_deny() -> None:
    wire, left, right = pair()
    right.config.neighbors[IPv4Address("10.0.0.1")].own.route_map_out = "OUT"
    entries = {
        10: RouteMapEntry(10, True, matches=[MatchAddress(("P",), True)]),
        20: RouteMapEntry(20, False),
    }
    entries[10].sets.append(SetNextHop((IPv4Address("10.0.0.77"),)))
    right.policy.route_maps["OUT"] = RouteMap("OUT", entries)
    right.policy.prefix_lists["P"] = PrefixList("P")
    right.policy.prefix_lists["P"].append(PrefixEntry(True, TEN))
    right.originate("10.2.0.0/16")
    right.originate("10.3.0.0/16")
    wire.start()
    wire.run(20)
    assert left.paths("10.2.0.0/16") == [">65002 via 10.0.0.77"]
    assert left.paths("10.3.0.0/16") == []


def test_1997_communities_are_sent_when_asked_and_well_known_ones_obeyed() -> None:
    wire = three(next_hop_self=True)
    outside, middle, inside = (wire.speakers[name] for name in ("outside", "middle", "inside"))
    settings = outside.config.neighbors[IPv4Address("10.0.0.1")].own
    settings.route_map_out = "C"
    route_map(outside, "C", SetCommunity(frozenset({65002 << 16 | 1, Community.NO_ADVERTISE})))
    outside.configure()
    soft = outside.machine.clear_soft
    wire.carry_out(outside, soft(wire.now, [IPv4Address("10.0.0.1")], inbound=False, outbound=True))
    wire.run(40)
    assert attributes(middle, "10.2.0.0/16").communities == ()
    assert inside.best("10.2.0.0/16") is not None
    settings.send_community = "standard"
    outside.configure()
    wire.carry_out(outside, soft(wire.now, [IPv4Address("10.0.0.1")], inbound=False, outbound=True))
    wire.run(40)
    assert Community.NO_ADVERTISE in attributes(middle, "10.2.0.0/16").communities
    assert inside.best("10.2.0.0/16") is None


def test_no_export_stays_in_the_as() -> None:
    wire, a, b, c = row(65001, 65002, 65003)
    settings = a.config.neighbors[IPv4Address("10.0.0.2")].own
    settings.send_community, settings.route_map_out = "both", "C"
    route_map(a, "C", SetCommunity(frozenset({Community.NO_EXPORT})))
    a.originate("10.9.0.0/16")
    wire.start()
    wire.run(60)
    assert b.best("10.9.0.0/16") is not None
    assert c.best("10.9.0.0/16") is None


def test_maximum_prefix() -> None:
    wire, left, right = pair(maximum_prefix=MaximumPrefixes(4))
    for number in range(5):
        right.originate(f"10.{20 + number}.0.0/16")
    wire.start()
    wire.run(60)
    assert (
        "%BGP-4-MAXPFX: No. of prefix received from 10.0.0.2 (afi 0) reaches 4, max 4" in left.log
    )
    assert (
        "%BGP-3-MAXPFXEXCEED: No. of prefix received from 10.0.0.2 (afi 0): 5 exceeds limit 4"
        in left.log
    )
    assert left.state("10.0.0.2") == "Idle"
    assert left.machine.table == {}
    assert any("6/1 (Maximum Number of Prefixes Reached) 7 bytes" in line for line in right.log)
    left.config.neighbors[IPv4Address("10.0.0.2")].own.maximum_prefix = MaximumPrefixes(
        4, warning_only=True
    )
    left.configure()
    wire.carry_out(left, left.machine.clear(wire.now, [IPv4Address("10.0.0.2")]))
    wire.run(60)
    assert len(left.machine.table) == 5


# -- refresh ------------------------------------


def test_2918_soft_inbound_asks_for_a_refresh() -> None:
    wire, left, right = pair(route_map_in="IN")
    route_map(left, "IN")
    right.originate("10.2.0.0/16")
    wire.start()
    wire.run(40)
    route_map(left, "IN", SetLocalPreference(300))
    wire.carry_out(
        left,
        left.machine.clear_soft(wire.now, [IPv4Address("10.0.0.2")], inbound=True, outbound=False),
    )
    wire.run(5)
    assert attributes(left, "10.2.0.0/16").local_preference == 300
    neighbor = right.machine.neighbors[IPv4Address("10.0.0.1")]
    assert neighbor.received.refreshes == 1
    assert neighbor.sent.refreshes == 2  # RFC 7313: the beginning and the end
    assert neighbor.refresh_epoch == 1
    assert left.machine.neighbors[IPv4Address("10.0.0.2")].refresh_epoch == 2


def test_soft_reconfiguration_keeps_what_policy_denied() -> None:
    wire, left, right = pair(soft_reconfiguration=True, route_map_in="IN")
    route_map(left, "IN", permit=False)
    right.originate("10.2.0.0/16")
    wire.start()
    wire.run(40)
    neighbor = left.machine.neighbors[IPv4Address("10.0.0.2")]
    assert list(neighbor.adj_in) == [TEN]
    assert left.machine.table == {}
    route_map(left, "IN", SetWeight(5))
    sent = neighbor.sent.refreshes
    wire.carry_out(
        left,
        left.machine.clear_soft(wire.now, [IPv4Address("10.0.0.2")], inbound=True, outbound=False),
    )
    assert left.best("10.2.0.0/16") is not None
    assert neighbor.sent.refreshes == sent


def test_9_2_1_1_advertisements_to_an_external_neighbor_wait_for_the_interval() -> None:
    wire, left, right = pair()
    right.originate("10.2.0.0/16")
    wire.start()
    wire.run(20)
    right.sent.clear()
    for number in range(3):
        right.originate(f"10.{30 + number}.0.0/16")
    right.configure()
    assert updates(right) == []
    wire.run(30)
    assert [len(it.prefixes) for it in updates(right)] == [3]
    assert left.best("10.32.0.0/16") is not None


# -- aggregates, reflection, confederations ------------------------------------


def test_9_2_2_2_aggregate_with_summary_only() -> None:
    wire, left, right = pair()
    right.originate("10.2.1.0/24")
    right.originate("10.2.2.0/24")
    right.config.aggregates.append(BgpAggregate(TEN, summary_only=True))
    wire.start()
    wire.run(20)
    assert left.paths("10.2.0.0/16") == [">65002 via 10.0.0.2"]
    assert left.paths("10.2.1.0/24") == []
    found = attributes(left, "10.2.0.0/16")
    assert found.atomic_aggregate
    assert found.aggregator == (65002, IPv4Address("2.2.2.2"))
    nowhere = right.rib.entry(TEN)
    assert nowhere is not None
    assert str(nowhere.route.paths[0].interface) == "Null0"
    assert nowhere.route.distance == 200
    right.lose("10.2.1.0/24")
    wire.run(40)
    assert left.best("10.2.0.0/16") is not None
    right.lose("10.2.2.0/24")
    wire.run(40)
    assert left.best("10.2.0.0/16") is None
    assert right.rib.entry(TEN) is None


def test_aggregate_comes_and_goes_with_its_line() -> None:
    wire, left, right = pair()
    right.originate("10.2.1.0/24")
    wire.start()
    wire.run(20)
    right.config.aggregates.append(BgpAggregate(TEN, summary_only=True))
    right.configure()
    wire.run(40)
    assert left.best("10.2.0.0/16") is not None
    assert left.best("10.2.1.0/24") is None
    right.config.aggregates.clear()
    right.configure()
    wire.run(40)
    assert left.best("10.2.0.0/16") is None
    assert left.best("10.2.1.0/24") is not None


def test_aggregate_with_as_set_names_every_as() -> None:
    wire = three(next_hop_self=True)
    middle, inside = wire.speakers["middle"], wire.speakers["inside"]
    middle.originate("10.2.200.0/24")
    middle.config.aggregates.append(BgpAggregate(IPv4Network("10.0.0.0/8"), as_set=True))
    middle.configure()
    wire.run(10)
    assert inside.best("10.0.0.0/8") == "{65002} via 10.1.0.1"


def test_4456_reflection() -> None:
    wire = Wire()
    hub = wire.speaker("hub", 65001, "1.1.1.1")
    spokes = {}
    for number, client in ((2, True), (3, True), (4, False), (5, False)):
        network = f"10.0.{number}.0/24"
        spoke = spokes[number] = wire.speaker(f"s{number}", 65001, f"{number}.{number}.0.0")
        hub.attach(network, f"10.0.{number}.1")
        spoke.attach(network, f"10.0.{number}.2")
        spoke.route("10.0.0.0/16", f"10.0.{number}.1")
        hub.neighbor(f"10.0.{number}.2", 65001, route_reflector_client=client)
        spoke.neighbor(f"10.0.{number}.1", 65001)
        spoke.originate(f"10.1{number}.0.0/16")
    wire.start()
    wire.run(60)
    heard = {
        number: sorted(str(it)[4] for it in spoke.machine.table if str(it).startswith("10.1"))
        for number, spoke in spokes.items()
    }
    assert heard == {
        2: ["2", "3", "4", "5"],
        3: ["2", "3", "4", "5"],
        4: ["2", "3", "4"],
        5: ["2", "3", "5"],
    }
    found = attributes(spokes[3], "10.12.0.0/16")
    assert found.originator == IPv4Address("2.2.0.0")
    assert found.cluster_list == (IPv4Address("1.1.1.1"),)


def test_5065_confederation() -> None:
    wire, a, b, c = row(65501, 65502, 300)
    c.config.neighbors[IPv4Address("10.1.0.2")].own.remote_as = 100
    a.config.confederation = b.config.confederation = 100
    a.config.confederation_peers = frozenset({65502})
    b.config.confederation_peers = frozenset({65501})
    a.originate("10.9.0.0/16")
    c.originate("10.8.0.0/16")
    wire.start()
    wire.run(60)
    assert b.paths("10.9.0.0/16") == [">(65501) via 10.0.0.1"]
    assert c.paths("10.9.0.0/16") == [">100 via 10.1.0.2"]
    assert a.paths("10.8.0.0/16") == [" (65502) 300 via 10.1.0.3"]
    assert attributes(b, "10.9.0.0/16").local_preference == 100


def test_next_hop_tracking_waits_five_seconds() -> None:
    wire = three()
    inside = wire.speakers["inside"]
    inside.route("10.0.0.0/24", "10.1.0.1", metric=7)
    inside.changed()
    assert inside.best("10.2.0.0/16") is None
    wire.run(4)
    assert inside.best("10.2.0.0/16") is None
    wire.run(2)
    assert inside.best("10.2.0.0/16") is not None
    inside.lose("10.0.0.0/24", RouteSource.OSPF)
    wire.run(6)
    assert inside.best("10.2.0.0/16") is None


def test_rib_failure_where_another_source_is_preferred() -> None:
    wire, left, right = pair(left_as=65001, right_as=65001)
    right.originate("10.2.0.0/16")
    left.route("10.2.0.0/16", "10.0.0.99")
    wire.start()
    wire.run(20)
    assert left.best("10.2.0.0/16") is not None
    assert left.machine.rib_failed(TEN)
    left.lose("10.2.0.0/16", RouteSource.OSPF)
    assert not left.machine.rib_failed(TEN)


def test_outbound_policy_applies_by_itself_after_three_minutes() -> None:
    wire, left, right = pair()
    right.originate("10.2.0.0/16")
    wire.start()
    wire.run(40)
    right.config.neighbors[IPv4Address("10.0.0.1")].own.route_map_out = "OUT"
    route_map(right, "OUT", PrependAsPath((65002,)))
    right.configure()
    wire.run(170)
    assert left.best("10.2.0.0/16") == "65002 via 10.0.0.2"
    wire.run(20)
    assert left.best("10.2.0.0/16") == "65002 65002 via 10.0.0.2"
