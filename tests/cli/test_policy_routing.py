"""`ip policy` and `ip local policy`: packets that go by a route-map."""

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.model.ifname import InterfaceName
from tests.router.networks import Network, config

from .desk import Desk

TARGET = "9.9.9.9"


@pytest.fixture
def net() -> Network:
    """R1 - R2, and from there two ways to R5's loopback: by R3 (the table's) and by R4."""
    made = Network(
        config("R1", {"Gi0/0": "10.0.12.1/24"}, {"0.0.0.0/0": "10.0.12.2"}),
        config(
            "R2",
            {"Gi0/0": "10.0.12.2/24", "Gi0/1": "10.0.23.2/24", "Gi0/2": "10.0.24.2/24"},
            {f"{TARGET}/32": "10.0.23.3"},
        ),
        config(
            "R3",
            {"Gi0/0": "10.0.23.3/24", "Gi0/1": "10.0.35.3/24"},
            {f"{TARGET}/32": "10.0.35.5", "10.0.12.0/24": "10.0.23.2"},
        ),
        config(
            "R4",
            {"Gi0/0": "10.0.24.4/24", "Gi0/1": "10.0.45.4/24"},
            {f"{TARGET}/32": "10.0.45.5", "10.0.12.0/24": "10.0.24.2"},
        ),
        config(
            "R5",
            {"Gi0/0": "10.0.35.5/24", "Gi0/1": "10.0.45.5/24", "Lo0": f"{TARGET}/32"},
            {"10.0.12.0/24": "10.0.35.3", "10.0.24.0/24": "10.0.35.3"},
        ),
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.link("R2:Gi0/1", "R3:Gi0/0")
    made.link("R2:Gi0/2", "R4:Gi0/0")
    made.link("R3:Gi0/1", "R5:Gi0/0")
    made.link("R4:Gi0/1", "R5:Gi0/1")
    made.boot().wait(5)
    made.ping("R1", TARGET)  # addresses are resolved
    assert made.ping("R1", TARGET) == "!!!!!"
    return made


def desk_of(grammar: Grammar, net: Network, *lines: str) -> Desk:
    desk = Desk(grammar, net["R2"])
    desk.type("configure terminal", *lines, "end")
    return desk


def carried(net: Network, name: str) -> int:
    """Packets that a router passed on."""
    return net[name].forwarding.forwarded_packets


def by_r4(net: Network, *, count: int = 5, size: int = 100) -> int:
    """How many of some pings of R1 went by R4."""
    net.ping("R1", TARGET, count=3, size=size)  # addresses are resolved
    before = carried(net, "R4")
    assert net.ping("R1", TARGET, count=count, size=size) == "!" * count
    return carried(net, "R4") - before


POLICY = (
    "access-list 101 permit icmp host 10.0.12.1 any",
    "route-map AWAY permit 10",
    "match ip address 101",
    "set ip next-hop 10.0.24.4",
    "interface gi0/0",
    "ip policy route-map AWAY",
)


def test_packets_go_to_the_next_hop_that_the_route_map_sets(grammar: Grammar, net: Network) -> None:
    assert by_r4(net) == 0
    desk = desk_of(grammar, net, *POLICY)
    assert by_r4(net) == 5
    assert desk.type("show ip policy") == "Interface      Route map\nGi0/0          AWAY\n"
    assert "  Policy routing is enabled, using route map AWAY" in desk.type(
        "show ip interface gi0/0"
    )
    assert desk.type("show route-map AWAY") == (
        "route-map AWAY, permit, sequence 10\n"
        "  Match clauses:\n"
        "    ip address (access-lists): 101 \n"
        "  Set clauses:\n"
        "    ip next-hop 10.0.24.4\n"
        "  Policy routing matches: 8 packets, 800 bytes\n"
    )
    assert "(8 matches)" in desk.type("show access-lists 101")
    desk.type("clear route-map counters")
    assert "matches: 0 packets, 0 bytes" in desk.type("show route-map")


def test_what_no_entry_matches_goes_by_the_table(grammar: Grammar, net: Network) -> None:
    desk = desk_of(grammar, net, *POLICY)
    desk.type("conf t", "no access-list 101", "access-list 101 permit tcp any any", "end")
    assert by_r4(net) == 0
    desk.type("conf t", "route-map AWAY deny 5", "end")
    desk.type("conf t", "no access-list 101", "end")
    assert by_r4(net) == 0  # denied: the table, too
    desk.type("conf t", "no route-map AWAY deny 5", "end")
    assert by_r4(net) == 5  # a list that nobody made matches all


def test_a_next_hop_that_is_not_connected_or_down_is_passed_over(
    grammar: Grammar, net: Network
) -> None:
    desk = desk_of(grammar, net, *POLICY)
    desk.type("conf t", "route-map AWAY permit 10", "no set ip next-hop 10.0.24.4")
    desk.type("set ip next-hop 10.0.45.4 10.0.24.4", "end")
    assert by_r4(net) == 5  # 10.0.45.4 is no neighbour
    desk.type("conf t", "interface gi0/2", "shutdown", "end")
    assert by_r4(net) == 0


def test_default_next_hop_only_where_the_table_has_no_route_of_its_own(
    grammar: Grammar, net: Network
) -> None:
    desk = desk_of(
        grammar,
        net,
        "route-map AWAY permit 10",
        "set ip default next-hop 10.0.24.4",
        "interface gi0/0",
        "ip policy route-map AWAY",
    )
    assert by_r4(net) == 0
    desk.type(
        "conf t", f"no ip route {TARGET} 255.255.255.255", "ip route 0.0.0.0 0.0.0.0 10.0.23.3"
    )
    desk.type("end")
    assert by_r4(net) == 5


def test_match_length(grammar: Grammar, net: Network) -> None:
    desk_of(
        grammar,
        net,
        "route-map AWAY permit 10",
        "match length 500 1500",
        "set ip next-hop 10.0.24.4",
        "interface gi0/0",
        "ip policy route-map AWAY",
    )
    assert by_r4(net, size=100) == 0
    assert by_r4(net, size=600) == 5


def test_precedence_is_written_with_a_right_checksum(grammar: Grammar, net: Network) -> None:
    desk_of(
        grammar,
        net,
        "route-map MARK permit 10",
        "set ip precedence critical",
        "set ip tos min-delay",
        "set ip df 1",
        "interface gi0/0",
        "ip policy route-map MARK",
    )
    seen: list[bytes] = []
    deliver = net["R5"].forwarding.deliver
    net["R5"].interfaces[InterfaceName.parse("Gi0/0")].receive_packet = lambda packet, interface: (
        seen.append(packet),
        net["R5"].forwarding.receive(packet, interface),
    )[0]
    assert deliver is not None
    assert net.ping("R1", TARGET) == "!!!!!"
    assert {packet[1] for packet in seen} == {0xB0}
    assert {packet[6] for packet in seen} == {0x40}
    assert net["R5"].forwarding.header_checksum_errors == 0


def test_local_policy_is_for_the_routers_own_packets(grammar: Grammar, net: Network) -> None:
    desk = desk_of(
        grammar,
        net,
        "route-map OWN permit 10",
        "set ip next-hop 10.0.24.4",
        "ip local policy route-map OWN",
    )
    net.ping("R2", TARGET, count=1)
    before = carried(net, "R4")
    net.ping("R2", TARGET, count=3)
    assert carried(net, "R4") - before == 3
    assert desk.type("show ip policy") == "Interface      Route map\nlocal          OWN\n"
    assert by_r4(net) == 0  # packets in transit go by the table
    desk.type("conf t", "no ip local policy route-map OWN", "end")
    before = carried(net, "R4")
    net.ping("R2", TARGET, count=3)
    assert carried(net, "R4") == before


def test_time_to_live_ends_on_policy_routed_packets_too(grammar: Grammar, net: Network) -> None:
    desk_of(grammar, net, *POLICY[1:2], *POLICY[3:])
    rows = net.trace("R1", TARGET, 3)
    hops = [str(row[-1].responder) for row in rows]
    assert hops[:2] == ["10.0.12.2", "10.0.24.4"]


def test_a_tracked_next_hop_is_taken_while_its_object_is_up(grammar: Grammar, net: Network) -> None:
    desk = desk_of(
        grammar,
        net,
        "track 1 interface gi0/2 line-protocol",
        "track 2 interface lo77 line-protocol",
        "route-map AWAY permit 10",
        "set ip next-hop verify-availability 10.0.23.3 5 track 2",
        "set ip next-hop verify-availability 10.0.24.4 10 track 1",
        "interface gi0/0",
        "ip policy route-map AWAY",
    )
    assert by_r4(net) == 5
    shown = desk.type("show route-map")
    assert "    ip next-hop verify-availability 10.0.23.3 5 track 2  [down]\n" in shown
    assert "    ip next-hop verify-availability 10.0.24.4 10 track 1  [up]\n" in shown
    desk.type("conf t", "interface gi0/2", "shutdown", "end")
    assert by_r4(net) == 0


def test_debug_ip_policy(grammar: Grammar, net: Network) -> None:
    desk = desk_of(grammar, net, *POLICY)
    assert desk.type("debug ip policy") == "Policy routing debugging is on\n"
    before = len(net.log)
    net.ping("R1", TARGET, count=1)
    head = f"IP: s=10.0.12.1 (GigabitEthernet0/0), d={TARGET}, "
    said = [line[line.index("IP: s=") :] for line in net.log[before:] if "IP: s=" in line]
    assert said[:3] == [
        head + "len 100, FIB policy match",
        head + "len 100, PBR Counted",
        head + "g=10.0.24.4, len 100, FIB policy routed",
    ]
    assert "  Policy routing debugging is on\n" in desk.type("show debugging")
    desk.type("undebug ip policy")
    before = len(net.log)
    net.ping("R1", TARGET, count=1)
    assert not [line for line in net.log[before:] if "policy" in line]


def test_set_interface(grammar: Grammar, net: Network) -> None:
    desk = desk_of(
        grammar,
        net,
        "route-map AWAY permit 10",
        "set interface Loopback9 GigabitEthernet0/2",
        "interface gi0/0",
        "ip policy route-map AWAY",
    )
    # R4 answers for the target's address, to which it has a route (proxy ARP).
    assert by_r4(net) == 5
    desk.type(
        "conf t", "route-map AWAY permit 10", "no set interface", "set interface Null0", "end"
    )
    assert net.ping("R1", TARGET) == "U.U.U"
    desk.type("conf t", "interface null0", "no ip unreachables", "end")
    assert net.ping("R1", TARGET, count=2) == ".."


def test_own_packets_to_null0(grammar: Grammar, net: Network) -> None:
    desk_of(
        grammar,
        net,
        "route-map OWN permit 10",
        "set interface Null0",
        "ip local policy route-map OWN",
    )
    assert net.ping("R2", TARGET, count=2) == ".."
