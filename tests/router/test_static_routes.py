"""`ip route` in full: floating, tagged, recursive and leaking routes, defaults of other kinds."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.engine.link import Link
from ioscli.model.rib import Route
from ioscli.router.router import Router
from tests.cli.desk import Desk

from .networks import Network, config


class Site:
    """R1 - R2 - R3 in a row; R1 has a second link, to R3."""

    def __init__(self, grammar: Grammar) -> None:
        self.net = Network(
            config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24"}, {}),
            config(
                "R2", {"Gi0/0": "10.0.0.2/24", "Gi0/1": "10.2.0.2/24"}, {"0.0.0.0/0": "10.2.0.3"}
            ),
            config(
                "R3",
                {"Gi0/0": "10.2.0.3/24", "Gi0/1": "10.1.0.3/24", "Lo0": "3.3.3.3/32"},
                {"10.0.0.0/24": "10.2.0.2"},
            ),
        )
        self.link: Link = self.net.link("R1:Gi0/0", "R2:Gi0/0")
        self.net.link("R2:Gi0/1", "R3:Gi0/0")
        self.net.link("R1:Gi0/1", "R3:Gi0/1")
        self.net.boot()
        self.net.wait(5)
        self.desk = Desk(grammar, self.net["R1"])

    @property
    def router(self) -> Router:
        return self.net["R1"]

    def configure(self, *lines: str) -> str:
        return self.desk.type("configure terminal", *lines, "end")

    def route(self, prefix: str) -> Route | None:
        entry = self.router.rib.entry(IPv4Network(prefix))
        return None if entry is None else entry.route

    def via(self, prefix: str) -> list[str]:
        route = self.route(prefix)
        return [] if route is None else [str(path.next_hop) for path in route.paths]

    def lines(self, beginning: str) -> list[str]:
        shown = self.desk.type("show running-config")
        return [line for line in shown.splitlines() if line.startswith(beginning)]


@pytest.fixture
def site(grammar: Grammar) -> Site:
    return Site(grammar)


def test_a_floating_route_takes_over_and_gives_way(site: Site) -> None:
    site.configure(
        "ip route 3.3.3.3 255.255.255.255 10.0.0.2",
        "ip route 3.3.3.3 255.255.255.255 10.1.0.3 200 tag 9 name BACKUP",
    )
    assert site.via("3.3.3.3/32") == ["10.0.0.2"]
    site.link.set_up(False)
    site.net.wait(5)
    route = site.route("3.3.3.3/32")
    assert route is not None
    assert (route.distance, route.tag) == (200, 9)
    site.net.ping("R1", "3.3.3.3", count=2)
    assert site.net.ping("R1", "3.3.3.3") == "!!!!!"
    site.link.set_up(True)
    site.net.wait(5)
    assert site.via("3.3.3.3/32") == ["10.0.0.2"]


def test_which_lines_are_in_use(site: Site) -> None:
    """As the capture `show-ip-static-route` lists active and waiting lines."""
    site.configure(
        "ip route 3.3.3.3 255.255.255.255 10.0.0.2",
        "ip route 3.3.3.3 255.255.255.255 gi0/1 10.1.0.3 200",
        "ip route 192.0.2.0 255.255.255.0 203.0.113.1",
    )
    shown = site.desk.type("show ip static route").splitlines()
    assert shown[-3:] == [
        "M  3.3.3.3/32 [1/0] via 10.0.0.2 [A]",
        "M             [200/0] via GigabitEthernet0/1 10.1.0.3 [N]",
        "M  192.0.2.0/24 [1/0] via 203.0.113.1 [N]",
    ]


def test_permanent_stays_whatever_happens(site: Site) -> None:
    site.configure("ip route 3.3.3.3 255.255.255.255 10.0.0.2 permanent")
    site.link.set_up(False)
    site.net.wait(5)
    assert site.via("3.3.3.3/32") == ["10.0.0.2"]


def test_next_hops_are_found_through_other_routes(site: Site) -> None:
    site.configure(
        "ip route 192.0.2.0 255.255.255.0 3.3.3.3",
        "ip route 3.3.3.3 255.255.255.255 10.1.0.3",
    )
    way = site.router.forwarding.way_out(int(IPv4Address("192.0.2.9")))
    assert way is not None
    assert (str(way[0].name), way[1]) == ("GigabitEthernet0/1", bytes((10, 1, 0, 3)))
    site.configure("no ip route 3.3.3.3 255.255.255.255 10.1.0.3")
    assert site.via("192.0.2.0/24") == []


def test_routes_that_lean_on_one_another_are_not_installed_for_ever(site: Site) -> None:
    site.configure(
        "ip route 192.0.2.0 255.255.255.0 198.51.100.1",
        "ip route 198.51.100.0 255.255.255.0 192.0.2.1",
    )
    assert site.router.forwarding.ways_out(int(IPv4Address("192.0.2.9"))) == []
    assert site.net.ping("R1", "192.0.2.9", count=1) == "."


def test_lines_are_printed_in_the_order_of_ios(site: Site) -> None:
    site.configure(
        "track 5 stub-object",
        "exit",
        "vrf definition RED",
        "address-family ipv4",
        "exit",
        "exit",
        "ip route 192.0.2.0 255.255.255.0 gi0/0 10.0.0.2 name X track 5 tag 7 20",
        "ip route vrf RED 0.0.0.0 0.0.0.0 10.0.0.2 global",
        "ip route 10.9.0.0 255.255.0.0 Null0 254",
    )
    assert site.lines("ip route") == [
        "ip route 10.9.0.0 255.255.0.0 Null0 254",
        "ip route 192.0.2.0 255.255.255.0 GigabitEthernet0/0 10.0.0.2 20 tag 7 name X track 5",
        "ip route vrf RED 0.0.0.0 0.0.0.0 10.0.0.2 global",
    ]


def test_a_next_hop_of_the_global_table(site: Site) -> None:
    site.configure(
        "vrf definition RED",
        "address-family ipv4",
        "exit",
        "exit",
        "ip route vrf RED 0.0.0.0 0.0.0.0 10.1.0.3 global",
    )
    way = site.router.vrfs["RED"].forwarding.way_out(int(IPv4Address("3.3.3.3")))
    assert way is not None
    assert str(way[0].name) == "GigabitEthernet0/1"


def test_default_network(site: Site) -> None:
    site.configure(
        "ip route 192.168.7.0 255.255.255.0 10.1.0.3",
        "ip route 3.3.3.0 255.255.255.0 10.1.0.3",
        "ip default-network 192.168.7.0",
    )
    shown = site.desk.type("show ip route").splitlines()
    assert "Gateway of last resort is 10.1.0.3 to network 192.168.7.0" in shown
    assert "S*    192.168.7.0/24 [1/0] via 10.1.0.3" in shown
    site.net.ping("R1", "203.0.113.9", count=1)
    out = site.router.forwarding.way_out(int(IPv4Address("203.0.113.9")))
    assert out is not None
    assert str(out[0].name) == "GigabitEthernet0/1"
    site.configure("no ip default-network 192.168.7.0")
    assert site.router.forwarding.way_out(int(IPv4Address("203.0.113.9"))) is None


def test_without_ip_routing_the_router_is_a_host(site: Site) -> None:
    far = Desk(site.desk.session.grammar, site.net["R2"])
    site.net.ping("R1", "10.0.0.2", count=2)
    assert site.net.ping("R1", "10.2.0.2", count=1) == "."  # no way there yet
    far.type("configure terminal", "no ip routing", "ip default-gateway 10.0.0.1", "end")
    assert far.type("show ip route").splitlines() == [
        "Default gateway is 10.0.0.1",
        "",
        "Host               Gateway           Last Use    Total Uses  Interface",
        "ICMP redirect cache is empty",
    ]
    site.configure("ip route 3.3.3.3 255.255.255.255 10.0.0.2")
    assert site.net.ping("R1", "3.3.3.3", count=2) == ".."  # it forwards nothing
    assert site.net.ping("R1", "10.0.0.2", count=1) == "!"  # and is there itself
    far.type("configure terminal", "ip routing", "end")
    site.net.ping("R1", "3.3.3.3", count=2)
    assert site.net.ping("R1", "3.3.3.3", count=2) == "!!"


def test_clearing_routes_leaves_them_in_place(site: Site) -> None:
    site.configure("ip route 3.3.3.3 255.255.255.255 10.1.0.3")
    before = site.router.route_views()
    site.net.wait(10)
    site.desk.type("clear ip route *")
    after = site.router.route_views()
    assert [it.prefix for it in after] == [it.prefix for it in before]
    assert all(it.installed == site.net.simulation.now for it in after)


def test_debug_ip_routing_tells_what_changes(site: Site) -> None:
    assert site.desk.type("debug ip routing") == "IP routing debugging is on\n"
    site.net.log.clear()
    site.configure("ip route 192.0.2.0 255.255.255.0 10.0.0.2 5")
    site.configure("ip route 192.0.2.0 255.255.255.0 10.1.0.3 5")
    site.configure("ip route 192.0.2.0 255.255.255.0 10.1.0.3")
    site.configure("no ip route 192.0.2.0 255.255.255.0 10.1.0.3")
    site.configure("no ip route 192.0.2.0 255.255.255.0 10.0.0.2")
    said = [line.partition(": RT: ")[2] for line in site.net.log if ": RT: " in line]
    assert [line for line in said if not line.startswith("updating")] == [
        "add 192.0.2.0/24 via 10.0.0.2, static metric [5/0]",
        "add 192.0.2.0/24 via 10.1.0.3, static metric [5/0]",
        "closer admin distance for 192.0.2.0, flushing 2 routes",
        "add 192.0.2.0/24 via 10.1.0.3, static metric [1/0]",
        "del 192.0.2.0/24 via 10.1.0.3, static metric [1/0]",
        "add 192.0.2.0/24 via 10.0.0.2, static metric [5/0]",
        "del 192.0.2.0/24 via 10.0.0.2, static metric [5/0]",
        "delete network route to 192.0.2.0/24",
    ]
    assert said[0] == "updating static 192.0.2.0/24 (0x0):\n    via 10.0.0.2\n"
    site.desk.type("undebug all")
    site.net.log.clear()
    site.configure("ip route 192.0.2.0 255.255.255.0 10.0.0.2")
    assert not any("RT:" in line for line in site.net.log)
