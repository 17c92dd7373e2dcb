"""show ip route: the table and single entries."""

from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.matcher import Grammar
from ioscli.cli.show.ip_route import show_ip_route
from ioscli.cli.show.ip_route_entry import show_route_entry
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant, seconds
from ioscli.router.views import NextHopView, RouteView

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
