"""Routes: metrics, unequal paths, summaries, stubs, filters, externals, stuck in active."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from ioscli.codec.eigrp.numbers import Opcode
from ioscli.model.effects import Redistributed
from ioscli.model.eigrp import (
    EigrpDistributeList,
    EigrpNetwork,
    EigrpOffsetList,
    EigrpStub,
    EigrpSummary,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.prefix_list import PrefixEntry, PrefixList
from ioscli.model.rib import RouteSource
from ioscli.model.route_map import MatchTag, RouteMap
from ioscli.protocols.eigrp import metric
from ioscli.protocols.eigrp.topology import State
from tests.protocols.eigrp.wire import Network, Router, Wire

GIG = InterfaceName("GigabitEthernet", (0, 0))
GIG1 = InterfaceName("GigabitEthernet", (0, 1))
USUAL = (1, 0, 1, 0, 0, 0)


def chain(size: int = 3, instance: str = "") -> tuple[Network, list[Router]]:
    """R1 - R2 - R3 ..., a loopback 192.168.N.1/24 on each."""
    network = Network()
    routers = [network.router(f"R{number}", instance) for number in range(1, size + 1)]
    for number in range(size - 1):
        network.link(routers[number], routers[number + 1], f"10.0.{number + 1}.0/24")
    for router in routers:
        network.interface(router, "Loopback", f"192.168.{router.name[1:]}.1/24")
    network.configure()
    network.run(10)
    return network, routers


def static(prefix: str, **changes: Any) -> Redistributed:
    """A static route that is redistributed with a metric."""
    route = Redistributed(
        IPv4Network(prefix), RouteSource.STATIC, "", None, (100_000, 10, 255, 1, 1500)
    )
    return route._replace(**changes)


def redistribute(network: Network, router: Router, *routes: Redistributed) -> None:
    """Hand routes to a router's machine."""
    chosen = {one.prefix: one for one in routes}
    network.carry_out(router, router.machine.redistribute(network.now, chosen))


# -- metrics (5.6) ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bandwidth", "microseconds", "expected"),
    [
        (1_000_000, 10, 2816),
        (1_000_000, 5010, 130816),
        (8_000_000, 5000, 128256),
        (1_544, 20_000, 2169856),
        (10_000, 1000, 281600),
        (100, 50_000, 26880000),
        (100, 55_000, 27008000),
        (9, 505_000, 297372416),
    ],
)
def test_5_6_1_classic_metrics_of_public_captures(
    bandwidth: int, microseconds: int, expected: int
) -> None:
    vector = metric.Vector(microseconds * 1_000_000, bandwidth, 1500, 0, 255, 1)
    assert metric.classic(vector, USUAL) == expected


@pytest.mark.parametrize(
    ("bandwidth", "picoseconds", "expected"),
    [
        (1_000_000, 10_000_000, 1310720),
        (10_000, 1_000_000_000, 131072000),
        (8_000_000, 1_250_000, 163840),
        (1_000_000, 20_010_000_000, 1312030720),
    ],
)
def test_5_6_2_wide_metrics_of_public_captures(
    bandwidth: int, picoseconds: int, expected: int
) -> None:
    vector = metric.Vector(picoseconds, bandwidth, 1500, 0, 255, 1)
    assert metric.wide(vector, USUAL) == expected


def test_k2_weighs_load_and_k5_reliability() -> None:
    vector = metric.Vector(100_000_000, 10_000, 1500, 0, 255, 1)
    assert metric.classic(vector, (1, 1, 1, 0, 0, 0)) == 256_000 + 256_000 // 255 + 2560
    assert metric.classic(vector, (1, 0, 1, 0, 1, 0)) == (256_000 + 2560) // 255
    assert metric.classic(vector, (1, 0, 1, 1, 1, 0)) == (256_000 + 2560) // 256


def test_metrics_add_up_hop_by_hop() -> None:
    _, (r1, r2, r3) = chain()
    assert r1.route("192.168.3.0/24") == "D [90/131072] 10.0.1.2 Gi0/0"
    assert r2.route("192.168.3.0/24") == "D [90/130816] 10.0.2.2 Gi0/1"
    assert r3.route("10.0.1.0/24") == "D [90/3072] 10.0.2.1 Gi0/0"
    entry = r1.machine.topology[0xC0A80300, 24]
    (descriptor,) = entry.descriptors.values()
    assert (descriptor.vector.hops, descriptor.vector.mtu) == (2, 1500)
    assert descriptor.router == 0x03030303


def test_named_mode_scales_metrics_for_the_routing_table() -> None:
    _, (r1, _, _) = chain(3, "CORP")
    entry = r1.machine.topology[0xC0A80300, 24]
    assert entry.fd == 655360 + 2 * 655360 + 81920
    assert r1.route("192.168.3.0/24") == f"D [90/{entry.fd // 128}] 10.0.1.2 Gi0/0"


def test_a_changed_delay_moves_the_routes() -> None:
    network, (r1, r2, _r3) = chain()
    network.change(r2, GIG1, delay=1000)
    network.run(1)
    assert r2.route("192.168.3.0/24") == "D [90/156160] 10.0.2.2 Gi0/1"
    assert r1.route("192.168.3.0/24") == "D [90/156416] 10.0.1.2 Gi0/0"


def test_maximum_hops() -> None:
    network, (r1, _r2, _r3) = chain()
    r1.process.maximum_hops = 1
    network.configure(r1)
    network.run(5)
    assert r1.logs[-1].endswith("is resync: route configuration changed")
    assert r1.route("192.168.2.0/24")
    assert r1.route("192.168.3.0/24") == ""


# -- unequal paths (5.7) ---------------------------------------------------------------------------


def square() -> tuple[Network, list[Router]]:
    """R1 to R4 by R2 (fast) or by R3 (slow but feasible)."""
    network = Network()
    r1, r2, r3, r4 = (network.router(f"R{number}") for number in range(1, 5))
    network.link(r1, r2, "10.0.12.0/24")
    network.link(r1, r3, "10.0.13.0/24", delay=3000)
    network.link(r2, r4, "10.0.24.0/24", delay=2000)
    network.link(r3, r4, "10.0.34.0/24")
    network.interface(r4, "Loopback", "192.168.4.1/24")
    network.configure()
    network.run(10)
    return network, [r1, r2, r3, r4]


def test_variance_takes_feasible_paths_in() -> None:
    network, (r1, *_) = square()
    best = 2560 + 256 * (500 + 200 + 1)
    other = 2560 + 256 * (500 + 300 + 1)
    assert r1.route("192.168.4.0/24") == f"D [90/{best}] 10.0.12.2 Gi0/0"
    r1.process.variance = 2
    network.configure(r1)
    route = r1.routes[IPv4Network("192.168.4.0/24")]
    assert [(str(one.next_hop), one.share) for one in route.paths] == [
        ("10.0.12.2", 240),
        ("10.0.13.2", round(240 * best / other)),
    ]
    r1.process.traffic_share_balanced = False
    network.configure(r1)
    route = r1.routes[IPv4Network("192.168.4.0/24")]
    assert [one.share for one in route.paths] == [1, 0]
    r1.process.maximum_paths = 1
    network.configure(r1)
    assert len(r1.routes[IPv4Network("192.168.4.0/24")].paths) == 1


def test_what_is_not_feasible_is_no_path_whatever_the_variance() -> None:
    network, (r1, _r2, r3, _r4) = square()
    network.change(r3, GIG1, delay=3000)
    network.run(2)
    r1.process.variance = 100
    network.configure(r1)
    entry = r1.machine.topology[0xC0A80400, 24]
    slow = max(entry.descriptors.values(), key=lambda one: one.distance)
    assert slow.reported >= entry.fd
    assert len(r1.routes[IPv4Network("192.168.4.0/24")].paths) == 1


def test_equal_paths_share_equally() -> None:
    network, (r1, _r2, _r3, _r4) = square()
    network.change(r1, GIG1, delay=2000)
    network.run(2)
    network.change(r1, GIG1, delay=2000)
    route = r1.routes[IPv4Network("192.168.4.0/24")]
    assert [one.share for one in route.paths] == [1, 1]


# -- split horizon and next hops (5.5) -------------------------------------------------------------


def hub() -> tuple[Network, list[Router], Wire]:
    """R1 is the hub of a network on which R2 and R3 do not hear one another."""
    network = Network()
    wire = Wire()
    routers = [network.router(f"R{number}") for number in range(1, 4)]
    for router in routers:
        number = router.name[1:]
        network.interface(router, "Tunnel", f"10.0.0.{number}/24", wire)
        network.interface(router, "Loopback", f"192.168.{number}.1/24")
    wire.loses = lambda sender, receiver, payload: routers[0] not in (sender, receiver)
    network.configure()
    network.run(20)
    return network, routers, wire


def test_split_horizon_keeps_spokes_apart() -> None:
    network, (r1, _r2, r3), _ = hub()
    tunnel = InterfaceName("Tunnel", (0,))
    assert r1.route("192.168.2.0/24") == "D [90/27008000] 10.0.0.2 Tu0"
    assert r3.route("192.168.2.0/24") == ""
    network.set_settings(r1, tunnel, split_horizon=False)
    network.run(5)
    assert r1.logs[-1].endswith("is resync: split horizon changed")
    assert r3.route("192.168.2.0/24") == "D [90/28288000] 10.0.0.1 Tu0"
    network.set_settings(r1, tunnel, next_hop_self=False)
    network.run(5)
    assert r3.route("192.168.2.0/24") == "D [90/28288000] 10.0.0.2 Tu0"
    assert r3.routes[IPv4Network("192.168.2.0/24")].paths[0].advertiser == IPv4Address("10.0.0.1")


def test_poison_reverse_goes_back_to_who_told() -> None:
    network = Network()
    r1, r2 = network.router("R1"), network.router("R2")
    wire = network.link(r1, r2, "10.0.12.0/24")
    network.configure()
    network.run(10)
    network.interface(r2, "Loopback", "192.168.2.1/24")
    before = len(wire.seen)
    network.configure(r2)
    network.run(1)
    updates = [
        (str(seen.source), [metric.received(route).unreachable for route in packet.routes])
        for seen, packet in zip(wire.seen[before:], wire.packets()[before:], strict=True)
        if packet.opcode == Opcode.UPDATE
    ]
    assert updates == [("10.0.12.2", [False]), ("10.0.12.1", [True])]


# -- summaries -------------------------------------------------------------------------------------


def test_a_summary_stands_for_its_components() -> None:
    network, (r1, r2, r3) = chain()
    for number in range(4):
        network.interface(r3, "Loopback", f"172.16.{number}.1/24")
    network.configure(r3)
    network.run(2)
    assert r2.route("172.16.1.0/24")
    summary = EigrpSummary(IPv4Network("172.16.0.0/16"))
    network.set_settings(r2, GIG, summaries=[summary])
    network.run(2)
    assert r2.logs[-1].endswith("(GigabitEthernet0/0) is resync: summary configured")
    assert r2.route("172.16.0.0/16") == "D [5/130816] Null0 Nu0"
    assert r1.route("172.16.0.0/16") == "D [90/131072] 10.0.1.2 Gi0/0"
    assert r1.route("172.16.1.0/24") == ""
    assert r3.route("172.16.0.0/16") == ""  # not told where it is not configured
    for name, facts in list(r3.interfaces.items()):
        if facts.address and str(facts.address).startswith("172.16."):
            network.change(r3, name, up=False)
    network.run(2)
    assert r2.route("172.16.0.0/16") == ""
    assert r1.route("172.16.0.0/16") == ""


def test_a_summary_that_goes_gives_its_components_free() -> None:
    network, (r1, r2, _r3) = chain()
    summary = EigrpSummary(IPv4Network("192.168.0.0/16"), 220)
    network.set_settings(r2, GIG, summaries=[summary])
    network.run(2)
    assert r2.routes[IPv4Network("192.168.0.0/16")].distance == 220
    assert r1.route("192.168.3.0/24") == ""
    network.set_settings(r2, GIG, summaries=[])
    network.run(2)
    assert r2.route("192.168.0.0/16") == ""
    assert r1.route("192.168.0.0/16") == ""
    assert r1.route("192.168.3.0/24")


@pytest.mark.parametrize("instance", ["", "LAB"])
def test_a_floating_summary_gives_way_to_a_learned_route(instance: str) -> None:
    """Cisco's example: R2 tells R3 a default of its own, and follows that of R1."""
    network, (r1, r2, r3) = chain(instance=instance)
    default = IPv4Network("0.0.0.0/0")
    redistribute(network, r1, static("0.0.0.0/0"))
    network.set_settings(r2, GIG1, summaries=[EigrpSummary(default)])
    network.run(2)
    assert r2.route("0.0.0.0/0").endswith(" Null0 Nu0")
    if instance:
        r2.process = replace(r2.process, summary_distances={default: 200})
        network.configure(r2)
    else:
        network.set_settings(r2, GIG1, summaries=[EigrpSummary(default, 200)])
    network.run(2)
    assert r2.route("0.0.0.0/0").startswith("D EX [170/")
    assert r2.route("0.0.0.0/0").endswith(" 10.0.1.1 Gi0/0")
    assert r3.route("0.0.0.0/0").startswith("D [90/")  # the summary, as before
    redistribute(network, r1)
    network.run(2)
    assert r2.routes[default].distance == 200
    assert r2.route("0.0.0.0/0").endswith(" Null0 Nu0")
    assert r3.route("0.0.0.0/0").startswith("D [90/")
    redistribute(network, r1, static("0.0.0.0/0"))
    network.run(2)
    assert r2.route("0.0.0.0/0").endswith(" 10.0.1.1 Gi0/0")


def test_a_leak_map_lets_components_by() -> None:
    network, (r1, r2, _r3) = chain()
    leak = RouteMap("LEAK")
    leak.entry(10, permit=True)
    r2.policy.route_maps["LEAK"] = leak
    summary = EigrpSummary(IPv4Network("192.168.0.0/16"), None, "LEAK")
    network.set_settings(r2, GIG, summaries=[summary])
    network.run(2)
    assert r1.route("192.168.0.0/16")
    assert r1.route("192.168.3.0/24")


def test_auto_summary_at_the_border_of_a_major_network() -> None:
    network, (_r1, r2, r3) = chain()
    network.interface(r3, "Loopback", "172.16.5.1/24")
    r3.process.auto_summary = True
    network.configure(r3)
    network.run(2)
    assert r2.route("172.16.0.0/16") == "D [90/130816] 10.0.2.2 Gi0/1"
    assert r2.route("172.16.5.0/24") == ""
    assert r3.route("172.16.0.0/16") == "D [5/128256] Null0 Nu0"


# -- stubs -----------------------------------------------------------------------------------------


def test_a_stub_tells_its_own_and_is_not_asked() -> None:
    network, (r1, r2, r3) = chain()
    r2.process.stub = EigrpStub()
    network.configure(r2)
    network.run(10)
    assert r1.route("192.168.2.0/24")
    assert r1.route("192.168.3.0/24") == ""  # R2 was told it: it is no way through
    assert r3.route("192.168.1.0/24") == ""
    assert r2.route("192.168.3.0/24")
    queries = r1.machine.counters.sent.get("Query", 0)
    loopback = InterfaceName("Loopback", (0,))
    network.change(r1, loopback, up=False)
    network.run(2)
    assert r1.machine.counters.sent.get("Query", 0) == queries
    assert r2.route("192.168.1.0/24") == ""


@pytest.mark.parametrize(
    ("stub", "connected", "static_route"),
    [
        (EigrpStub(receive_only=True), False, False),
        (EigrpStub(connected=True, summary=False), True, False),
        (EigrpStub(connected=False, static=True, summary=False), False, True),
        (EigrpStub(connected=False, summary=False, redistributed=True), False, True),
    ],
)
def test_what_a_stub_tells(stub: EigrpStub, connected: bool, static_route: bool) -> None:
    network, (r1, r2) = chain(2)
    r2.process.stub = stub
    network.configure(r2)
    redistribute(network, r2, static("203.0.113.0/24"))
    network.run(10)
    assert bool(r1.route("192.168.2.0/24")) == connected
    assert bool(r1.route("203.0.113.0/24")) == static_route


# -- externals -------------------------------------------------------------------------------------


def test_externals_carry_where_they_come_from() -> None:
    network, (r1, _r2, r3) = chain()
    route = static("203.0.113.0/24", origin=RouteSource.OSPF, process="7", origin_metric=20, tag=99)
    redistribute(network, r3, route)
    network.run(1)
    assert r1.route("203.0.113.0/24") == "D EX [170/28672] 10.0.1.2 Gi0/0"
    assert r1.routes[IPv4Network("203.0.113.0/24")].tag == 99
    entry = r1.machine.topology[0xCB007100, 24]
    external = entry.successors[0].external
    assert external is not None
    assert external[:5] == (0x03030303, 7, 99, 20, 6)
    redistribute(network, r3)
    network.run(1)
    assert r1.route("203.0.113.0/24") == ""


def test_a_seed_metric_is_needed_but_for_static_and_connected_routes() -> None:
    network, (r1, r2) = chain(2)
    ospf = static("203.0.113.0/24", origin=RouteSource.OSPF, process="1", vector=None)
    own = static("198.51.100.0/24", vector=None, next_hop=IPv4Address("10.0.1.1"))
    redistribute(network, r2, ospf, own)
    network.run(1)
    assert r1.route("203.0.113.0/24") == ""
    assert r1.route("198.51.100.0/24") == "D EX [170/3072] 10.0.1.2 Gi0/0"
    r2.process.default_metric = (1000, 100, 255, 1, 1500)
    network.configure(r2)
    network.run(1)
    assert r1.route("203.0.113.0/24") == "D EX [170/2585856] 10.0.1.2 Gi0/0"


def test_externals_of_our_own_router_id_are_refused() -> None:
    network, (r1, r2) = chain(2)
    r1.process.router_id = r2.process.router_id
    network.configure(r1)
    network.run(10)
    redistribute(network, r2, static("203.0.113.0/24"))
    network.run(1)
    assert r1.route("203.0.113.0/24") == ""
    assert r1.machine.counters.errors["own router ID"] >= 1


def test_default_routes_are_let_in_and_out_as_configured() -> None:
    network, (r1, r2, r3) = chain()
    redistribute(network, r3, static("0.0.0.0/0"))
    network.run(1)
    assert r1.route("0.0.0.0/0") == "D EX [170/28672] 10.0.1.2 Gi0/0"
    r1.process.default_information_in = False
    network.configure(r1)
    network.run(2)
    assert r1.route("0.0.0.0/0") == ""
    r2.process.default_information_out = False
    r1.process.default_information_in = True
    network.configure()
    network.run(2)
    assert r2.route("0.0.0.0/0")
    assert r1.route("0.0.0.0/0") == ""


# -- filters ---------------------------------------------------------------------------------------


def deny_third(router: Router) -> None:
    """A prefix list that lets everything by but 192.168.3.0/24."""
    listed = PrefixList("NO3")
    listed.append(PrefixEntry(False, IPv4Network("192.168.3.0/24")))
    listed.append(PrefixEntry(True, IPv4Network("0.0.0.0/0"), le=32))
    router.policy.prefix_lists["NO3"] = listed


@pytest.mark.parametrize("outward", [True, False])
def test_distribute_lists(outward: bool) -> None:
    network, (r1, r2, _r3) = chain()
    router = r2 if outward else r1
    deny_third(router)
    router.process.distribute_lists = [EigrpDistributeList("NO3", "prefix", outward)]
    network.configure(router)
    network.run(3)
    assert router.logs[-1].endswith("is resync: route configuration changed")
    assert r1.route("192.168.3.0/24") == ""
    assert r1.route("10.0.2.0/24")
    assert r2.route("192.168.3.0/24")
    router.process.distribute_lists = []
    network.configure(router)
    network.run(3)
    assert r1.route("192.168.3.0/24")


def test_a_distribute_list_of_one_interface() -> None:
    network, (r1, r2, _r3) = chain()
    deny_third(r2)
    r2.process.distribute_lists = [EigrpDistributeList("NO3", "prefix", True, GIG1)]
    network.configure(r2)
    network.run(3)
    assert r1.route("192.168.3.0/24")


def test_a_distribute_list_by_route_map_sees_tags() -> None:
    network, (r1, _r2, r3) = chain()
    redistribute(network, r3, static("203.0.113.0/24", tag=5), static("198.51.100.0/24", tag=6))
    wanted = RouteMap("TAGS")
    wanted.entry(10, permit=True).matches = [MatchTag((5,))]
    r1.policy.route_maps["TAGS"] = wanted
    r1.process.distribute_lists = [EigrpDistributeList("TAGS", "route-map", False)]
    network.configure(r1)
    network.run(3)
    assert r1.route("203.0.113.0/24")
    assert r1.route("198.51.100.0/24") == ""


def test_offset_lists_make_routes_look_farther_away() -> None:
    network, (r1, r2, r3) = chain()
    r1.process.offset_lists = [EigrpOffsetList("0", False, 10_240)]
    network.configure(r1)
    network.run(3)
    assert r1.route("192.168.3.0/24") == "D [90/141312] 10.0.1.2 Gi0/0"
    r1.process.offset_lists = []
    r2.process.offset_lists = [EigrpOffsetList("0", True, 5_120, GIG)]
    network.configure()
    network.run(3)
    assert r1.route("192.168.3.0/24") == "D [90/136192] 10.0.1.2 Gi0/0"
    assert r3.route("192.168.1.0/24") == "D [90/131072] 10.0.2.1 Gi0/0"


def test_network_statements_choose_interfaces() -> None:
    network, (r1, r2, _r3) = chain()
    r2.process.networks = [EigrpNetwork(IPv4Address("10.0.1.0"), IPv4Address("0.0.0.255"))]
    network.configure(r2)
    network.run(2)
    assert r2.neighbors() == {"10.0.1.1": True}
    assert r1.route("192.168.2.0/24") == r1.route("192.168.3.0/24") == ""
    assert EigrpNetwork(IPv4Address("172.16.0.0")).covers(IPv4Address("172.16.200.1"))
    assert not EigrpNetwork(IPv4Address("172.16.0.0")).covers(IPv4Address("172.17.0.1"))
    assert EigrpNetwork(IPv4Address(0)).covers(IPv4Address("203.0.113.1"))


# -- stuck in active (5.4.5) -----------------------------------------------------------------------


def stuck() -> tuple[Network, list[Router]]:
    """R1 - R2 - R3, where R3 hears R2's queries no more but its hellos still come."""
    network, routers = chain()
    r1, _r2, r3 = routers
    network.set_settings(r3, GIG, hold_time=600)
    network.run(8)
    wire = r3.wires[GIG]
    wire.loses = lambda sender, receiver, payload: receiver is r3 and payload[1] != Opcode.HELLO
    network.change(r1, InterfaceName("Loopback", (0,)), up=False)
    network.run(1)
    return network, routers


def test_a_neighbor_that_never_replies_is_given_up() -> None:
    network, (r1, r2, _r3) = stuck()
    prefix = (0xC0A80100, 24)
    assert r2.machine.topology[prefix].state is State.ACTIVE_FOR_SUCCESSOR
    assert r1.machine.topology[prefix].state is State.ACTIVE
    network.run(178)
    network.run(4)
    assert r2.logs[-3:-1] == [
        "%DUAL-3-SIA: Route 192.168.1.0/24 stuck-in-active state in base 100.  Cleaning up",
        "%DUAL-5-NBRCHANGE: EIGRP-IPv4 100: Neighbor 10.0.2.2 (GigabitEthernet0/1) is down:"
        " stuck in active",
    ]
    network.run(1)
    assert prefix not in r1.machine.topology
    assert prefix not in r2.machine.topology


def test_a_neighbor_that_still_computes_is_waited_for() -> None:
    """R1 asks R2 whether it is still active, R2 says yes: nobody is given up there."""
    network, (r1, r2, _r3) = stuck()
    network.run(185)
    assert r1.machine.counters.sent["SIA-Query"] >= 1
    assert r2.machine.counters.sent["SIA-Reply"] >= 1
    assert r1.neighbors() == {"10.0.1.2": True}
    assert not any("SIA" in line for line in r1.logs)


def test_without_active_time_nobody_is_given_up() -> None:
    network, (r1, r2, r3) = chain()
    for router in (r1, r2):
        router.process.active_time = None
    network.set_settings(r3, GIG, hold_time=2000)
    network.configure()
    network.run(8)
    r3.wires[GIG].loses = lambda sender, receiver, payload: (
        receiver is r3 and payload[1] != Opcode.HELLO
    )
    network.change(r1, InterfaceName("Loopback", (0,)), up=False)
    network.run(600)
    assert r2.machine.topology[0xC0A80100, 24].replies
    assert r2.neighbors()["10.0.2.2"]


# -- classic and named mode together ---------------------------------------------------------------


def test_classic_and_named_routers_understand_one_another() -> None:
    network = Network()
    r1, r2 = network.router("R1"), network.router("R2", "CORP")
    network.link(r1, r2, "10.0.12.0/24")
    network.interface(r2, "Loopback", "192.168.2.1/24")
    network.interface(r1, "Ethernet", "172.16.1.1/24")
    network.configure()
    network.run(10)
    assert r1.route("192.168.2.0/24") == "D [90/2848] 10.0.12.2 Gi0/0"  # public capture: 2848
    fd = 65_536_000 + 65_536_000 + 655_360
    assert r2.machine.topology[0xAC100100, 24].fd == fd
    assert r2.route("172.16.1.0/24") == f"D [90/{fd // 128}] 10.0.12.1 Gi0/0"


def test_routers_of_the_first_tlv_version_get_classic_metrics() -> None:
    network = Network()
    r1, r2 = network.router("R1"), network.router("R2")
    wire = network.link(r1, r2, "10.0.12.0/24")
    network.interface(r1, "Loopback", "192.168.1.1/24")
    network.configure()
    network.run(0.0005)
    network.run(10)
    (neighbor,) = r1.machine.neighbors()
    assert neighbor.version is not None
    neighbor.version = neighbor.version._replace(tlv_major=1, tlv_minor=2)
    network.interface(r1, "Loopback", "192.168.9.1/24")
    network.configure(r1)
    network.run(1)
    kinds = [int(route.kind) for packet in wire.packets() for route in packet.routes]
    assert 0x0602 in kinds
    assert kinds[-2] == 0x0102 or kinds[-1] == 0x0102
