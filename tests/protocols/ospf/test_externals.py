"""Routes from outside (RFC 2328 12.4.4, 16.4): metrics, forwarding, summaries, defaults."""

from functools import partial
from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.codec.ospf.content import ExternalContent
from ioscli.codec.ospf.numbers import LsType
from ioscli.model.effects import Redistributed
from ioscli.model.ospf import OspfDefaultInformation, OspfRange
from ioscli.model.rib import RouteSource
from tests.protocols.ospf.wire import Network, Router, Wire, chosen_for

OUTSIDE = "203.0.113.0/24"


def square() -> tuple[Network, list[Router]]:
    """R1 in the middle of R2 and R3, R2 nearer; R4 behind R1."""
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, 5)]
    for other, cost in ((1, 5), (2, 8), (3, 1)):
        settings = partial(chosen_for, cost=cost)
        net = f"10.0.1{other + 1}.0/30"
        network.link(routers[0], routers[other], net, kind="Tunnel", settings=settings)
    network.configure()
    network.run(60)
    return network, routers


def external(
    prefix: str = OUTSIDE,
    metric: int | None = None,
    kind: int = 2,
    tag: int = 0,
    origin: RouteSource = RouteSource.STATIC,
    next_hop: str | None = None,
) -> Redistributed:
    return Redistributed(
        IPv4Network(prefix),
        origin,
        "",
        metric,
        metric_type=kind,
        tag=tag,
        next_hop=IPv4Address(next_hop) if next_hop else None,
    )


def tell(network: Network, router: Router, *routes: Redistributed) -> None:
    whole = {route.prefix: route for route in routes}
    network.carry_out(router, router.machine.redistribute(network.now, whole))
    network.run(30)


def told(router: Router) -> dict[str, ExternalContent]:
    return {
        str(IPv4Address(entry.lsa.id)): entry.lsa.content
        for entry in router.machine.lsdb.living(LsType.AS_EXTERNAL)
        if isinstance(entry.lsa.content, ExternalContent)
    }


# Metrics


@pytest.mark.parametrize(
    ("route", "shown"),
    [
        (external(), "O E2 [110/20]"),
        (external(metric=50), "O E2 [110/50]"),
        (external(metric=50, kind=1), "O E1 [110/56]"),
        (external(origin=RouteSource.BGP), "O E2 [110/1]"),
        (external(origin=RouteSource.CONNECTED), "O E2 [110/20]"),
    ],
)
def test_16_4_metrics_and_types(route: Redistributed, shown: str) -> None:
    network, routers = square()
    tell(network, routers[1], route)
    assert routers[3].route(OUTSIDE) == f"{shown} 10.0.14.1 Tu0"
    border = routers[3].machine.table.routers[0x02020202, 0]
    assert border.external
    assert border.cost == 6


def test_tags_are_carried() -> None:
    network, routers = square()
    tell(network, routers[1], external(tag=777))
    assert routers[3].routes[IPv4Network(OUTSIDE)].tag == 777


def test_default_metric_spares_connected_routes() -> None:
    network, routers = square()
    routers[1].process.default_metric = 200
    network.configure(routers[1])
    connected = external("198.51.100.0/24", origin=RouteSource.CONNECTED)
    tell(network, routers[1], external(), connected)
    assert routers[3].route(OUTSIDE) == "O E2 [110/200] 10.0.14.1 Tu0"
    assert routers[3].route("198.51.100.0/24") == "O E2 [110/20] 10.0.14.1 Tu0"


def test_16_4_1_type_1_before_type_2() -> None:
    network, routers = square()
    tell(network, routers[1], external(metric=1))
    tell(network, routers[2], external(metric=1000, kind=1))
    assert routers[0].route(OUTSIDE) == "O E1 [110/1008] 10.0.13.2 Tu1"


def test_16_4_6_equal_type_2_metrics_are_decided_by_the_way_there() -> None:
    network, routers = square()
    tell(network, routers[1], external())
    tell(network, routers[2], external())
    assert routers[0].route(OUTSIDE) == "O E2 [110/20] 10.0.12.2 Tu0"
    name = routers[0].name_of("Tu0")
    routers[0].interfaces[name].settings.cost = 8
    network.configure(routers[0])
    network.run(30)
    assert routers[0].route(OUTSIDE) == "O E2 [110/20] 10.0.12.2 Tu0, 10.0.13.2 Tu1"
    tell(network, routers[1])
    assert routers[0].route(OUTSIDE) == "O E2 [110/20] 10.0.13.2 Tu1"


def test_what_is_internal_beats_what_is_external() -> None:
    network, routers = square()
    network.interface(routers[3], "Loopback", 0, "203.0.113.1/24", settings=chosen_for(cost=900))
    routers[3].interfaces[routers[3].name_of("Lo0")].settings.network_type = None
    network.configure(routers[3])
    tell(network, routers[1], external("203.0.113.1/32"))
    assert routers[0].route("203.0.113.1/32") == "O [110/901] 10.0.14.2 Tu2"


def test_a_route_that_is_no_longer_redistributed_is_flushed() -> None:
    network, routers = square()
    tell(network, routers[1], external(), external("198.51.100.0/24"))
    tell(network, routers[1], external("198.51.100.0/24"))
    assert routers[3].route(OUTSIDE) == ""
    assert routers[3].route("198.51.100.0/24")
    assert not routers[3].machine.lsdb.dying


# Forwarding address


def test_12_4_4_1_the_next_hop_on_an_ospf_network_is_told() -> None:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, 4)]
    network.lan("10.0.0.0/24", *routers)
    network.configure()
    network.run(80)
    tell(network, routers[1], external(next_hop="10.0.0.99"))
    assert told(routers[0])["203.0.113.0"].forwarding == int(IPv4Address("10.0.0.99"))
    # Nobody takes the detour by R2.
    assert routers[0].route(OUTSIDE) == "O E2 [110/20] 10.0.0.99 Gi0/0"
    tell(network, routers[1], external(next_hop="192.0.2.1"))
    assert told(routers[0])["203.0.113.0"].forwarding == 0
    assert routers[0].route(OUTSIDE) == "O E2 [110/20] 10.0.0.2 Gi0/0"


def test_16_4_3_an_unreachable_forwarding_address_makes_no_route() -> None:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, 4)]
    network.link(routers[0], routers[1], "10.0.12.0/30", kind="Tunnel")
    network.interface(routers[1], "GigabitEthernet", 0, "10.9.9.1/24", Wire())
    network.configure()
    network.run(60)
    tell(network, routers[1], external(next_hop="10.9.9.9"))
    assert routers[0].route(OUTSIDE) == "O E2 [110/20] 10.0.12.2 Tu0"
    routers[1].interfaces[routers[1].name_of("Gi0/0")].settings.prefix_suppression = True
    network.configure(routers[1])
    network.run(30)
    assert routers[0].route(OUTSIDE) == ""


# summary-address


def test_summary_address_stands_for_its_parts() -> None:
    network, routers = square()
    routers[1].process.summary_addresses = [OspfRange(IPv4Network("203.0.112.0/22"), tag=5)]
    network.configure(routers[1])
    parts = [external("203.0.113.0/24", 10), external("203.0.114.0/24", 30)]
    tell(network, routers[1], *parts, external("198.51.100.0/24"))
    assert set(told(routers[3])) == {"203.0.112.0", "198.51.100.0"}
    assert routers[3].route("203.0.112.0/22") == "O E2 [110/30] 10.0.14.1 Tu0"
    guard = routers[1].routes[IPv4Network("203.0.112.0/22")]
    assert str(guard.paths[0].interface) == "Null0"
    assert guard.distance == 254
    routers[1].process.summary_addresses = [
        OspfRange(IPv4Network("203.0.112.0/22"), advertise=False)
    ]  # fmt: skip
    network.configure(routers[1])
    network.run(30)
    assert set(told(routers[3])) == {"198.51.100.0"}
    assert IPv4Network("203.0.112.0/22") not in routers[1].routes


def test_appendix_e_two_prefixes_with_one_address() -> None:
    network, routers = square()
    tell(network, routers[1], external("10.0.0.0/8"), external("10.0.0.0/16"))
    assert routers[3].route("10.0.0.0/8")
    assert routers[3].route("10.0.0.0/16")
    assert set(told(routers[3])) == {"10.0.0.0", "10.0.255.255"}


# default-information originate


def test_default_information_originate_needs_a_default_route() -> None:
    network, routers = square()
    routers[1].process.default_information = OspfDefaultInformation()
    network.configure(routers[1])
    network.run(30)
    assert routers[3].route("0.0.0.0/0") == ""
    tell(network, routers[1], external("0.0.0.0/0"))
    assert routers[3].route("0.0.0.0/0") == "O E2 [110/1] 10.0.14.1 Tu0"
    tell(network, routers[1])
    assert routers[3].route("0.0.0.0/0") == ""


def test_default_information_originate_always() -> None:
    network, routers = square()
    chosen = OspfDefaultInformation(always=True, metric=9, metric_type=1)
    routers[1].process.default_information = chosen
    network.configure(routers[1])
    network.run(30)
    assert routers[3].route("0.0.0.0/0") == "O E1 [110/15] 10.0.14.1 Tu0"
    assert routers[3].routes[IPv4Network("0.0.0.0/0")].tag == 1
    routers[1].process.default_information = None
    network.configure(routers[1])
    network.run(30)
    assert routers[3].route("0.0.0.0/0") == ""


def test_a_default_route_is_not_redistributed() -> None:
    network, routers = square()
    tell(network, routers[1], external("0.0.0.0/0"))
    assert routers[3].route("0.0.0.0/0") == ""


# What the router is told: distances and numbers of paths


def test_distances_by_kind_of_route() -> None:
    network, routers = square()
    tell(network, routers[1], external())
    process = routers[3].process
    process.distance, process.distance_external = 115, 171
    network.configure(routers[3])
    assert routers[3].route(OUTSIDE) == "O E2 [171/20] 10.0.14.1 Tu0"
    assert routers[3].route("10.0.12.0/30") == "O [115/6] 10.0.14.1 Tu0"


def test_maximum_paths() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    for number in range(6):
        network.link(first, second, f"10.0.{number}.0/30", kind="Tunnel")
    network.interface(second, "Loopback", 0, "2.2.2.2/32")
    network.configure()
    network.run(60)
    way = IPv4Network("2.2.2.2/32")
    assert len(first.routes[way].paths) == 4
    first.process.maximum_paths = 6
    network.configure(first)
    assert len(first.routes[way].paths) == 6
    first.process.maximum_paths = 1
    network.configure(first)
    assert len(first.routes[way].paths) == 1


def test_asbrs_of_other_areas_are_told_by_type_4() -> None:
    network = Network()
    routers = [network.router(f"R{number}", area0=False) for number in range(1, 4)]
    network.link(routers[0], routers[1], "10.0.12.0/30", settings=lambda: chosen_for(0))
    network.link(routers[1], routers[2], "10.1.23.0/30", settings=lambda: chosen_for(1))
    network.configure()
    network.run(100)
    tell(network, routers[2], external(metric=30, kind=1))
    assert LsType.SUMMARY_ASBR in routers[0].machine.areas[0].lsdb.tables
    assert routers[0].route(OUTSIDE) == "O E1 [110/32] 10.0.12.2 Gi0/0"
    asbr = routers[0].machine.table.routers[0x03030303, 0]
    assert asbr.external
    assert not asbr.intra
    assert asbr.cost == 2
    tell(network, routers[2])
    network.run(30)
    assert LsType.SUMMARY_ASBR not in routers[0].machine.areas[0].lsdb.tables
