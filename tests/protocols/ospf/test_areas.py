"""Areas (RFC 2328 3, 12.4.3, 15, 16.2, 16.3; RFC 3101; RFC 3509)."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from ioscli.codec.ospf.content import ExternalContent
from ioscli.codec.ospf.numbers import LsType
from ioscli.model.effects import Redistributed
from ioscli.model.ospf import (
    OspfArea,
    OspfAreaKind,
    OspfDefaultInformation,
    OspfRange,
    OspfVirtualLink,
)
from ioscli.model.prefix_list import PrefixEntry, PrefixList
from ioscli.model.rib import RouteSource
from tests.protocols.ospf.wire import Network, Router, chosen_for

BACKBONE_LOOPBACK = "192.168.0.1/32"


def three(kind: OspfAreaKind | None = None, **more: object) -> tuple[Network, list[Router]]:
    """R1 in the backbone, R2 at the border, R3 in area 1 with two loopbacks."""
    network = Network()
    routers = [network.router(f"R{number}", area0=False) for number in range(1, 4)]
    first, second, third = routers
    network.link(first, second, "10.0.12.0/30", settings=lambda: chosen_for(0))
    network.link(second, third, "10.1.23.0/30", settings=lambda: chosen_for(1))
    network.interface(first, "Loopback", 0, BACKBONE_LOOPBACK, settings=chosen_for(0))
    network.interface(third, "Loopback", 0, "172.16.1.1/32", settings=chosen_for(1))
    network.interface(third, "Loopback", 1, "172.16.2.1/32", settings=chosen_for(1))
    if kind is not None:
        for router in (second, third):
            router.process.areas[1] = OspfArea(1, kind=kind)
        for name, value in more.items():
            setattr(second.process.areas[1], name, value)
    network.configure()
    network.run(100)
    return network, routers


def hand_over(network: Network, router: Router, *prefixes: str, **more: Any) -> None:
    """Let a router redistribute static routes."""
    routes = {
        IPv4Network(prefix): Redistributed(
            IPv4Network(prefix),
            RouteSource.STATIC,
            "",
            None,
        )._replace(**more)
        for prefix in prefixes
    }
    network.carry_out(router, router.machine.redistribute(network.now, routes))


def kinds(router: Router, area: int) -> set[int]:
    return set(router.machine.areas[area].lsdb.tables)


# Inter-area routes


def test_16_2_inter_area_routes_both_ways() -> None:
    _, (first, second, third) = three()
    assert first.route("172.16.1.1/32") == "O IA [110/3] 10.0.12.2 Gi0/0"
    assert first.route("10.1.23.0/30") == "O IA [110/2] 10.0.12.2 Gi0/0"
    assert third.route(BACKBONE_LOOPBACK) == "O IA [110/3] 10.1.23.1 Gi0/0"
    assert second.route("172.16.1.1/32") == "O [110/2] 10.1.23.2 Gi0/1"
    assert second.machine.is_border
    assert not first.machine.is_border
    border = first.machine.table.routers[0x02020202, 0]
    assert border.border
    assert border.cost == 1
    assert not border.external


def test_16_2_a_network_that_goes_is_withdrawn_elsewhere() -> None:
    network, (first, _, third) = three()
    network.set_up(third, third.name_of("Lo0"), False)
    network.run(30)
    assert first.route("172.16.1.1/32") == ""
    assert first.route("172.16.2.1/32")
    network.set_up(third, third.name_of("Lo0"), True)
    network.run(30)
    assert first.route("172.16.1.1/32") == "O IA [110/3] 10.0.12.2 Gi0/0"


def test_rfc_3509_without_an_active_backbone_there_is_no_border() -> None:
    network = Network()
    router = network.router("R1", area0=False)
    network.interface(router, "Loopback", 0, "10.0.0.1/32", settings=chosen_for(1))
    network.interface(router, "Loopback", 1, "10.0.0.2/32", settings=chosen_for(2))
    network.configure()
    network.run(20)
    assert not router.machine.is_border
    assert LsType.SUMMARY_NETWORK not in kinds(router, 1)


def test_intra_area_beats_inter_area_whatever_it_costs() -> None:
    network, (first, second, third) = three()
    network.interface(
        first, "Loopback", 9, "172.16.1.1/32", settings=chosen_for(0, cost=500)
    )  # fmt: skip
    network.configure(first)
    network.run(30)
    assert third.route("172.16.1.1/32") == ""
    fourth = network.router("R4", area0=False)
    network.link(first, fourth, "10.0.14.0/30", settings=lambda: chosen_for(0))
    network.configure(first, fourth)
    network.run(80)
    assert fourth.route("172.16.1.1/32") == "O [110/501] 10.0.14.1 Gi0/0"
    assert second.route("172.16.1.1/32") == "O [110/2] 10.1.23.2 Gi0/1"


# Area ranges (12.4.3, C.2)


def test_area_range_sums_up_and_guards_with_null0() -> None:
    network, (first, second, _) = three()
    wide = OspfRange(IPv4Network("172.16.0.0/16"))
    second.process.areas[1] = OspfArea(1, ranges=[wide])
    network.configure(second)
    network.run(30)
    # RFC 1583: what the nearest part costs.
    assert first.route("172.16.0.0/16") == "O IA [110/3] 10.0.12.2 Gi0/0"
    assert first.route("172.16.1.1/32") == ""
    guard = second.routes[IPv4Network("172.16.0.0/16")]
    assert str(guard.paths[0].interface) == "Null0"
    assert (guard.distance, guard.metric, guard.kind) == (110, 2, "")
    second.process.areas[1].ranges = [wide._replace(cost=77)]
    network.configure(second)
    network.run(30)
    assert first.route("172.16.0.0/16") == "O IA [110/78] 10.0.12.2 Gi0/0"
    second.process.areas[1].ranges = [wide._replace(advertise=False)]
    network.configure(second)
    network.run(30)
    assert [str(one) for one in first.routes] == ["10.1.23.0/30"]
    assert IPv4Network("172.16.0.0/16") not in second.routes
    second.process.areas[1].ranges = []
    network.configure(second)
    network.run(30)
    assert first.route("172.16.2.1/32")


def test_no_discard_route_internal() -> None:
    network, (_, second, _) = three()
    wide = OspfRange(IPv4Network("172.16.0.0/16"))
    second.process.areas[1] = OspfArea(1, ranges=[wide])
    second.process.discard_internal = None
    network.configure(second)
    network.run(30)
    assert IPv4Network("172.16.0.0/16") not in second.routes


def test_an_area_range_with_nothing_in_it_says_nothing() -> None:
    network, (first, second, third) = three()
    second.process.areas[1] = OspfArea(1, ranges=[OspfRange(IPv4Network("172.16.0.0/16"))])
    network.configure(second)
    network.run(30)
    for name in ("Lo0", "Lo1"):
        network.set_up(third, third.name_of(name), False)
    network.run(40)
    assert first.route("172.16.0.0/16") == ""
    assert IPv4Network("172.16.0.0/16") not in second.routes


# Stub areas


def test_stub_areas_get_a_default_and_no_externals() -> None:
    network, (first, second, third) = three(OspfAreaKind.STUB)
    hand_over(network, first, "203.0.113.0/24")
    network.run(30)
    assert second.route("203.0.113.0/24") == "O E2 [110/20] 10.0.12.1 Gi0/0"
    assert third.route("203.0.113.0/24") == ""
    assert third.route("0.0.0.0/0") == "O IA [110/2] 10.1.23.1 Gi0/0"
    assert third.route(BACKBONE_LOOPBACK) == "O IA [110/3] 10.1.23.1 Gi0/0"
    assert not third.machine.lsdb.tables
    assert LsType.SUMMARY_ASBR not in kinds(third, 1)


def test_totally_stubby_areas_get_nothing_but_a_default() -> None:
    _, (first, _, third) = three(OspfAreaKind.STUB, no_summary=True, default_cost=7)
    assert sorted(map(str, third.routes)) == ["0.0.0.0/0"]
    assert third.route("0.0.0.0/0") == "O IA [110/8] 10.1.23.1 Gi0/0"
    assert first.route("172.16.1.1/32") == "O IA [110/3] 10.0.12.2 Gi0/0"


def test_an_area_made_stub_begins_anew() -> None:
    network, (_, second, third) = three()
    for router in (second, third):
        router.process.areas[1] = OspfArea(1, kind=OspfAreaKind.STUB)
        network.configure(router)
        assert router.logs[-1].endswith("FULL to DOWN, Neighbor Down: Adjacency forced to reset")
    assert third.neighbor_states() == {}
    network.run(100)
    assert third.neighbor_states() == {"2.2.2.2": "FULL"}
    assert third.route("0.0.0.0/0")


def test_externals_leave_with_the_last_area_that_takes_them() -> None:
    network, (first, second, third) = three()
    hand_over(network, third, "203.0.113.0/24")
    hand_over(network, first, "198.51.100.0/24")
    network.run(30)
    assert third.machine.lsdb.count(LsType.AS_EXTERNAL) == 2
    assert third.route("198.51.100.0/24").startswith("O E2 ")
    for router in (second, third):
        router.process.areas[1] = OspfArea(1, kind=OspfAreaKind.STUB)
        network.configure(router)
    network.run(60)
    assert third.machine.lsdb.tables == {}  # R3 is in the stub area only
    assert third.route("198.51.100.0/24") == ""
    assert second.machine.lsdb.count(LsType.AS_EXTERNAL) == 2  # R2 is in the backbone, too
    for router in (second, third):
        router.process.areas[1] = OspfArea(1)
        network.configure(router)
    network.run(60)
    assert third.machine.lsdb.count(LsType.AS_EXTERNAL) == 2
    assert first.route("203.0.113.0/24").startswith("O E2 ")
    assert third.route("198.51.100.0/24").startswith("O E2 ")


# Not-so-stubby areas (RFC 3101)


def test_nssa_externals_are_n2_inside_and_translated_outside() -> None:
    network, (first, second, third) = three(OspfAreaKind.NSSA)
    hand_over(network, third, "198.51.100.0/24", tag=9)
    network.run(40)
    assert second.route("198.51.100.0/24") == "O N2 [110/20] 10.1.23.2 Gi0/1"
    assert first.route("198.51.100.0/24") == "O E2 [110/20] 10.0.12.2 Gi0/0"
    assert first.routes[IPv4Network("198.51.100.0/24")].tag == 9
    entry = next(iter(first.machine.lsdb.living(LsType.AS_EXTERNAL)))
    assert entry.lsa.router == 0x02020202
    assert isinstance(entry.lsa.content, ExternalContent)
    # The forwarding address is the highest loopback of the one that told.
    assert entry.lsa.content.forwarding == int(IPv4Address("172.16.2.1"))
    assert third.route("0.0.0.0/0") == ""
    assert LsType.SUMMARY_ASBR not in kinds(first, 0)
    network.carry_out(third, third.machine.redistribute(network.now, {}))
    network.run(40)
    assert first.route("198.51.100.0/24") == ""


def test_nssa_keeps_externals_of_the_rest_out() -> None:
    network, (first, _, third) = three(OspfAreaKind.NSSA)
    hand_over(network, first, "203.0.113.0/24")
    network.run(30)
    assert third.route("203.0.113.0/24") == ""
    assert third.route(BACKBONE_LOOPBACK).startswith("O IA")


def test_totally_nssa_gets_a_default() -> None:
    _, (_, _, third) = three(OspfAreaKind.NSSA, no_summary=True)
    assert third.route("0.0.0.0/0") == "O IA [110/2] 10.1.23.1 Gi0/0"
    assert third.route(BACKBONE_LOOPBACK) == ""


def test_nssa_default_information_originate() -> None:
    originate = OspfDefaultInformation()
    _, (_, _, third) = three(OspfAreaKind.NSSA, default_originate=originate)
    assert third.route("0.0.0.0/0") == "O N2 [110/1] 10.1.23.1 Gi0/0"


def test_nssa_border_router_tells_its_own_externals_on_both_sides() -> None:
    network, (first, second, third) = three(OspfAreaKind.NSSA)
    hand_over(network, second, "198.51.100.0/24")
    network.run(40)
    assert first.route("198.51.100.0/24") == "O E2 [110/20] 10.0.12.2 Gi0/0"
    assert third.route("198.51.100.0/24") == "O N2 [110/20] 10.1.23.1 Gi0/0"
    second.process.areas[1].no_redistribution = True
    network.configure(second)
    network.run(40)
    assert third.route("198.51.100.0/24") == ""
    assert first.route("198.51.100.0/24")


def test_nssa_suppress_forwarding_address() -> None:
    network, (first, _, third) = three(OspfAreaKind.NSSA, suppress_forwarding=True)
    hand_over(network, third, "198.51.100.0/24")
    network.run(40)
    entry = next(iter(first.machine.lsdb.living(LsType.AS_EXTERNAL)))
    assert isinstance(entry.lsa.content, ExternalContent)
    assert entry.lsa.content.forwarding == 0
    assert first.route("198.51.100.0/24") == "O E2 [110/20] 10.0.12.2 Gi0/0"


def test_rfc_3101_3_1_of_two_border_routers_the_higher_id_translates() -> None:
    network, (first, second, third) = three(OspfAreaKind.NSSA)
    fourth = network.router("R4", area0=False)
    fourth.process.areas[1] = OspfArea(1, kind=OspfAreaKind.NSSA)
    network.link(first, fourth, "10.0.14.0/30", settings=lambda: chosen_for(0))
    network.link(fourth, third, "10.1.34.0/30", settings=lambda: chosen_for(1))
    network.configure(first, third, fourth)
    network.run(100)
    hand_over(network, third, "198.51.100.0/24")
    network.run(40)
    tellers = {entry.lsa.router for entry in first.machine.lsdb.living(LsType.AS_EXTERNAL)}
    assert tellers == {0x04040404}
    assert fourth.machine.areas[1].translates
    assert not second.machine.areas[1].translates
    network.carry_out(fourth, fourth.machine.close(network.now))
    network.run(60)
    tellers = {entry.lsa.router for entry in first.machine.lsdb.living(LsType.AS_EXTERNAL)}
    assert tellers == {0x02020202}


# Virtual links (15)


def four() -> tuple[Network, list[Router]]:
    """Area 0 - R1 - area 1 - R2 - area 2 - R3: area 2 does not touch the backbone."""
    network = Network()
    routers = [network.router(f"R{number}", area0=False) for number in range(1, 4)]
    first, second, third = routers
    network.link(first, second, "10.1.12.0/30", settings=lambda: chosen_for(1))
    network.link(second, third, "10.2.23.0/30", settings=lambda: chosen_for(2))
    network.interface(first, "Loopback", 0, BACKBONE_LOOPBACK, settings=chosen_for(0))
    network.interface(third, "Loopback", 0, "172.16.3.1/32", settings=chosen_for(2))
    network.configure()
    network.run(80)
    return network, routers


def join(network: Network, first: Router, second: Router) -> None:
    for router, other in ((first, "2.2.2.2"), (second, "1.1.1.1")):
        router.process.areas[1] = OspfArea(
            1, virtual_links=[OspfVirtualLink(IPv4Address(other))]
        )  # fmt: skip
        network.configure(router)


def test_15_a_virtual_link_joins_a_far_area() -> None:
    network, (first, second, third) = four()
    assert first.route("172.16.3.1/32") == third.route(BACKBONE_LOOPBACK) == ""
    join(network, first, second)
    network.run(100)
    link = next(iter(second.machine.virtual_links.values()))
    assert [str(one.state) for one in link.neighbors.values()] == ["FULL"]
    assert any("1.1.1.1 on OSPF_VL0 from LOADING to FULL" in line for line in second.logs)
    assert third.route(BACKBONE_LOOPBACK) == "O IA [110/3] 10.2.23.1 Gi0/0"
    assert first.route("172.16.3.1/32") == "O IA [110/3] 10.1.12.2 Gi0/0"
    assert second.route(BACKBONE_LOOPBACK) == "O [110/2] 10.1.12.1 Gi0/0"
    assert second.machine.areas[1].is_transit
    # It carries no AS externals, which the transit area floods (15).
    hand_over(network, third, "198.51.100.0/24")
    network.run(40)
    assert first.route("198.51.100.0/24") == "O E2 [110/20] 10.1.12.2 Gi0/0"


def test_15_a_virtual_link_falls_and_rises_with_the_transit_area() -> None:
    network, (first, second, third) = four()
    join(network, first, second)
    network.run(100)
    name = first.name_of("Gi0/0")
    network.set_up(first, name, False)
    network.run(80)
    assert second.machine.virtual_links[1, 0x01010101].neighbors == {}
    assert third.route(BACKBONE_LOOPBACK) == ""
    network.set_up(first, name, True)
    network.run(160)
    assert third.route(BACKBONE_LOOPBACK) == "O IA [110/3] 10.2.23.1 Gi0/0"


def test_a_removed_virtual_link_takes_its_routes_along() -> None:
    network, (first, second, third) = four()
    join(network, first, second)
    network.run(100)
    for router in (first, second):
        router.process.areas[1] = OspfArea(1)
        network.configure(router)
    network.run(60)
    assert third.route(BACKBONE_LOOPBACK) == ""
    assert second.machine.virtual_links == {}


def test_8_2_a_backbone_packet_without_virtual_link_is_refused() -> None:
    network, (first, second, _) = four()
    first.process.areas[1] = OspfArea(1, virtual_links=[OspfVirtualLink(IPv4Address("2.2.2.2"))])
    network.configure(first)
    network.run(60)
    assert second.machine.counters.errors["No Virtual Link"]
    assert any(
        "%OSPF-4-ERRRCV: Received invalid packet: mismatched area ID, from backbone area must be"
        " virtual-link but not found from 10.1.12.1, GigabitEthernet0/0" in line
        for line in second.logs
    )


def test_16_3_a_shorter_way_through_the_transit_area_is_taken() -> None:
    network, (first, second, third) = four()
    join(network, first, second)
    # R4 is a second border router in area 1: for R2 it is nearer to R1's loopback.
    fourth = network.router("R4", area0=False)
    network.link(first, fourth, "10.0.14.0/30", settings=lambda: chosen_for(0))
    network.link(fourth, second, "10.1.24.0/30", settings=lambda: chosen_for(1))
    name = second.name_of("Gi0/0")
    second.interfaces[name].settings.cost = 100
    network.configure(first, second, fourth)
    network.run(160)
    assert second.route(BACKBONE_LOOPBACK) == "O [110/3] 10.1.24.1 Gi0/2"
    assert third.route(BACKBONE_LOOPBACK).startswith("O IA [110/4]")


# Filter lists


def only(*prefixes: str) -> PrefixList:
    made = PrefixList("LIST")
    for prefix in prefixes:
        made.append(PrefixEntry(True, IPv4Network(prefix)))
    return made


def test_area_filter_list_in_keeps_summaries_out_of_an_area() -> None:
    network, (first, second, _) = three()
    lists = {"LIST": only("172.16.1.1/32")}
    second.process.areas[0] = OspfArea(0, filter_in="LIST", lists=lists)
    network.configure(second)
    network.run(20)
    assert [str(prefix) for prefix in first.routes] == ["172.16.1.1/32"]
    second.process.areas[0] = OspfArea(0, filter_in="MISSING", lists=lists)
    network.configure(second)
    network.run(20)
    assert len(first.routes) == 3


def test_area_filter_list_out_keeps_an_areas_networks_from_the_others() -> None:
    network, (first, second, third) = three()
    lists = {"LIST": only("172.16.2.1/32")}
    second.process.areas[1] = OspfArea(1, filter_out="LIST", lists=lists)
    network.configure(second)
    network.run(20)
    assert [str(prefix) for prefix in first.routes] == ["172.16.2.1/32"]
    assert third.route(BACKBONE_LOOPBACK)
