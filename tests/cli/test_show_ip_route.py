"""show ip route: the table and single entries."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.matcher import Grammar
from ioscli.cli.show.ip_route import show_ip_route
from ioscli.cli.show.ip_route_entry import show_route_entry
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant, seconds
from ioscli.router.views import NextHopView, RouteNotes, RouteView

from .desk import Desk, FakeRouter

NOW = Instant(seconds(3_080))


def route(code: str, prefix: str, *paths: str, distance: int = 0, metric: int = 0) -> RouteView:
    """Paths: an interface, an address, or `address interface`."""
    hops = []
    for path in paths:
        words = path.split()
        address = IPv4Address(words[0]) if words[0][0].isdigit() else None
        name = words[-1] if not words[-1][0].isdigit() else None
        hops.append(NextHopView(address, None if name is None else InterfaceName.parse(name)))
    network = IPv4Network(prefix)
    return RouteView(
        network, code, distance, metric, tuple(hops), prefix == "0.0.0.0/0", Instant(0)
    )


#: What a captured IOSv router had, with a few static routes more.
ROUTES = [
    route("S", "0.0.0.0/0", "10.12.11.2", distance=1),
    route("C", "10.12.11.0/24", "Gi0/1"),
    route("L", "10.12.11.1/32", "Gi0/1"),
    route("O IA", "10.23.21.0/24", "10.12.11.2 Gi0/1", distance=110, metric=2),
    route("C", "10.150.0.0/16", "Gi0/0"),
    route("L", "10.150.0.16/32", "Gi0/0"),
    route("C", "172.16.0.1/32", "Lo0"),
    route("O IA", "172.16.0.3/32", "10.12.11.2 Gi0/1", distance=110, metric=3),
    route("S", "192.168.0.0/16", "10.12.11.2", "10.12.11.3", distance=1),
    route("S", "192.168.7.0/24", "Tu0", distance=1),
    route("S", "203.0.113.8/30", "10.12.11.2", "10.12.11.3", distance=5),
]

TABLE = """\
Gateway of last resort is 10.12.11.2 to network 0.0.0.0

S*    0.0.0.0/0 [1/0] via 10.12.11.2
      10.0.0.0/8 is variably subnetted, 5 subnets, 3 masks
C        10.12.11.0/24 is directly connected, GigabitEthernet0/1
L        10.12.11.1/32 is directly connected, GigabitEthernet0/1
O IA     10.23.21.0/24 [110/2] via 10.12.11.2, 00:51:20, GigabitEthernet0/1
C        10.150.0.0/16 is directly connected, GigabitEthernet0/0
L        10.150.0.16/32 is directly connected, GigabitEthernet0/0
      172.16.0.0/32 is subnetted, 2 subnets
C        172.16.0.1 is directly connected, Loopback0
O IA     172.16.0.3 [110/3] via 10.12.11.2, 00:51:20, GigabitEthernet0/1
S     192.168.0.0/16 [1/0] via 10.12.11.2
                     [1/0] via 10.12.11.3
S     192.168.7.0/24 is directly connected, Tunnel0
      203.0.113.0/30 is subnetted, 1 subnets
S        203.0.113.8 [5/0] via 10.12.11.2
                     [5/0] via 10.12.11.3"""


def test_the_whole_table() -> None:
    lines = list(show_ip_route(ROUTES, NOW))
    assert lines[0].startswith("Codes: L - local, C - connected, S - static, R - RIP")
    assert lines[9] == ""
    assert "\n".join(lines[10:]) == TABLE


def test_one_source_keeps_the_counts_of_all() -> None:
    lines = list(show_ip_route(ROUTES, NOW, "L"))
    assert lines[12:] == [
        "      10.0.0.0/8 is variably subnetted, 5 subnets, 3 masks",
        "L        10.12.11.1/32 is directly connected, GigabitEthernet0/1",
        "L        10.150.0.16/32 is directly connected, GigabitEthernet0/0",
    ]


def test_no_default_route() -> None:
    assert list(show_ip_route([], NOW))[10:] == ["Gateway of last resort is not set", ""]


def test_default_route_through_an_interface() -> None:
    lines = list(show_ip_route([route("S", "0.0.0.0/0", "Se0/0", distance=1)], NOW))
    assert lines[10] == "Gateway of last resort is 0.0.0.0 to network 0.0.0.0"
    assert lines[12] == "S*    0.0.0.0/0 is directly connected, Serial0/0"


def entry(target: str, length: int | None = None) -> list[str]:
    return list(show_route_entry(ROUTES, IPv4Address(target), length, NOW))


def test_entries() -> None:
    assert entry("10.12.11.77") == [
        "Routing entry for 10.12.11.0/24",
        '  Known via "connected", distance 0, metric 0 (connected, via interface)',
        "  Routing Descriptor Blocks:",
        "  * directly connected, via GigabitEthernet0/1",
        "      Route metric is 0, traffic share count is 1",
    ]
    assert entry("0.0.0.0") == [
        "Routing entry for 0.0.0.0/0, supernet",
        '  Known via "static", distance 1, metric 0, candidate default path',
        "  Routing Descriptor Blocks:",
        "  * 10.12.11.2",
        "      Route metric is 0, traffic share count is 1",
    ]
    assert entry("192.168.99.1") == [
        "Routing entry for 192.168.0.0/16, supernet",
        '  Known via "static", distance 1, metric 0',
        "  Routing Descriptor Blocks:",
        "    10.12.11.2",
        "      Route metric is 0, traffic share count is 1",
        "  * 10.12.11.3",
        "      Route metric is 0, traffic share count is 1",
    ]
    assert entry("192.168.7.1")[1] == '  Known via "static", distance 1, metric 0 (connected)'


def test_no_entry() -> None:
    assert entry("11.1.1.1") == ["% Network not in table"]
    assert entry("10.99.1.1") == ["% Subnet not in table"]
    assert entry("10.12.11.0", 25) == ["% Subnet not in table"]
    assert entry("192.168.0.0", 16)[0] == "Routing entry for 192.168.0.0/16, supernet"


def test_a_classful_network() -> None:
    assert entry("172.16.0.0") == [
        "Routing entry for 172.16.0.0/32, 2 known subnets",
        "  Attached (1 connections)",
        "C        172.16.0.1 is directly connected, Loopback0",
        "O IA     172.16.0.3 [110/3] via 10.12.11.2, 00:51:20, GigabitEthernet0/1",
    ]
    assert entry("10.0.0.0")[:3] == [
        "Routing entry for 10.0.0.0/8, 5 known subnets",
        "  Attached (4 connections)",
        "  Variably subnetted with 3 masks",
    ]


def test_commands(grammar: Grammar) -> None:
    router = FakeRouter()
    router.routes = ROUTES
    desk = Desk(grammar, router)
    assert desk.type("show ip route conn").count("\nC  ") == 3
    assert desk.type("show ip route 10.150.0.0 255.255.0.0").startswith("Routing entry for 10.150")
    longer = desk.type("show ip route 10.150.0.0 255.255.0.0 longer-prefixes")
    assert longer.splitlines()[13:] == TABLE.splitlines()[7:9]
    assert desk.type("show ip route nowhere").endswith(
        "% Invalid input detected at '^' marker.\n\n"
    )


def test_summaries_and_long_lines() -> None:
    routes = [
        replace(route("D", "10.0.0.0/8", "Nu0", distance=5, metric=28160), process="1"),
        replace(
            route(
                "O E2",
                "172.20.190.128/25",
                "172.20.190.110 TenGigabitEthernet1/1/4",
                distance=110,
                metric=20,
            ),
            kind="E2",
        ),
    ]
    assert list(show_ip_route(routes, NOW))[12:] == [
        "D     10.0.0.0/8 is a summary, 00:51:20, Null0",
        "      172.20.0.0/25 is subnetted, 1 subnets",
        "O E2     172.20.190.128",
        "           [110/20] via 172.20.190.110, 00:51:20, TenGigabitEthernet1/1/4",
    ]


def test_default_routes_of_protocols_carry_the_mark_in_the_second_column() -> None:
    routes = [route("O E2", "0.0.0.0/0", "10.0.0.2 Gi0/1", distance=110, metric=1)]
    lines = list(show_ip_route(routes, NOW))
    assert lines[12] == "O*E2  0.0.0.0/0 [110/1] via 10.0.0.2, 00:51:20, GigabitEthernet0/1"


def test_one_process_of_a_protocol() -> None:
    routes = [
        replace(route("O", "10.1.0.0/16", "10.9.0.2 Gi0/1", distance=110, metric=2), process="1"),
        replace(route("O", "10.2.0.0/16", "10.9.0.2 Gi0/1", distance=110, metric=2), process="2"),
    ]
    assert sum("via" in line for line in show_ip_route(routes, NOW, "O")) == 2
    (only,) = [line for line in show_ip_route(routes, NOW, "O", "2") if "via" in line]
    assert only.startswith("O        10.2.0.0 ")


def learned(code: str, kind: str, process: str, *, tag: int = 0, **numbers: int) -> RouteView:
    """A route of a protocol through 10.9.9.2, told by 3.3.3.3."""
    found = route(code, "10.8.8.0/24", "10.9.9.2 Tu0", **numbers)
    path = replace(found.paths[0], advertiser=IPv4Address("3.3.3.3"))
    return replace(found, paths=(path,), kind=kind, process=process, tag=tag)


def test_an_entry_of_ospf() -> None:
    """As the articles' captures of 15.x have it."""
    routes = [learned("O", "", "10", distance=110, metric=1001)]
    assert list(show_route_entry(routes, IPv4Address("10.8.8.1"), None, NOW)) == [
        "Routing entry for 10.8.8.0/24",
        '  Known via "ospf 10", distance 110, metric 1001, type intra area',
        "  Last update from 10.9.9.2 on Tunnel0, 00:51:20 ago",
        "  Routing Descriptor Blocks:",
        "  * 10.9.9.2, from 3.3.3.3, 00:51:20 ago, via Tunnel0",
        "      Route metric is 1001, traffic share count is 1",
    ]


def test_an_external_entry_with_a_tag_and_notes() -> None:
    routes = [learned("O E2", "E2", "1", tag=77, distance=110, metric=20)]
    notes = RouteNotes(("bgp 65000",), ("bgp 65000",), 10)
    shown = list(show_route_entry(routes, IPv4Address("10.8.8.1"), None, NOW, lambda _: notes))
    assert shown[1:5] == [
        '  Known via "ospf 1", distance 110, metric 20',
        "  Tag 77, type extern 2, forward metric 10",
        "  Redistributing via bgp 65000",
        "  Advertised by bgp 65000",
    ]
    assert shown[-1] == "      Route tag 77"


def test_an_entry_of_bgp() -> None:
    """The capture `show-ip-route-WORD` of a tagged external route, but for its numbers."""
    found = replace(
        route("B", "10.8.8.0/24", "10.105.179.5", distance=20),
        kind="external",
        process="65201",
        tag=8244,
    )
    notes = RouteNotes(paths=(("AS Hops 4",),))
    shown = list(show_route_entry([found], IPv4Address("10.8.8.1"), None, NOW, lambda _: notes))
    assert shown[1:] == [
        '  Known via "bgp 65201", distance 20, metric 0',
        "  Tag 8244, type external",
        "  Last update from 10.105.179.5 00:51:20 ago",
        "  Routing Descriptor Blocks:",
        "  * 10.105.179.5, from 10.105.179.5, 00:51:20 ago",
        "      Route metric is 0, traffic share count is 1",
        "      AS Hops 4",
        "      Route tag 8244",
        "      MPLS label: none",
    ]
