"""VRFs from the prompt: definitions, interfaces, routes, probes and shows."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.model.ifname import InterfaceName
from ioscli.router.router import Router
from tests.router.networks import Network, config

from .desk import Desk

PORT = InterfaceName.parse("Gi0/1")
DEFINED = ("vrf definition RED", "rd 65000:1", "address-family ipv4", "exit", "exit")


@pytest.fixture
def desk(grammar: Grammar) -> Desk:
    net = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24"}, {}),
        config("R2", {"Gi0/1": "10.1.0.2/24", "Lo0": "2.2.2.2/32"}, {"0.0.0.0/0": "10.1.0.1"}),
    )
    net.link("R1:Gi0/1", "R2:Gi0/1")
    net.boot()
    net.wait(5)
    return Desk(grammar, net["R1"])


def configure(desk: Desk, *lines: str) -> str:
    return desk.type("configure terminal", *lines, "end")


def router(desk: Desk) -> Router:
    found: Router = desk.router
    return found


def test_an_interface_that_enters_a_vrf_loses_its_address(desk: Desk) -> None:
    said = configure(desk, *DEFINED, "interface gi0/1", "vrf forwarding RED")
    assert (
        "% Interface GigabitEthernet0/1 IPv4 disabled and address(es) removed due to enabling "
        "VRF RED\n" in said
    )
    assert router(desk).config.interfaces[PORT].address is None
    assert router(desk).rib.lookup(int(IPv4Address("10.1.0.2"))) is None


def test_and_leaving_it_again(desk: Desk) -> None:
    configure(
        desk, *DEFINED, "interface gi0/1", "vrf forwarding RED", "ip address 10.1.0.1 255.255.255.0"
    )
    said = configure(desk, "interface gi0/1", "no vrf forwarding RED")
    assert "address(es) removed due to disabling VRF RED" in said
    assert router(desk).config.interfaces[PORT].vrf == ""


def test_unknown_vrfs_are_refused(desk: Desk) -> None:
    assert "% VRF BLUE not configured." in configure(desk, "interface gi0/1", "vrf forwarding BLUE")
    route = "ip route vrf BLUE 0.0.0.0 0.0.0.0 10.1.0.2"
    assert "% IP routing table BLUE does not exist" in configure(desk, route)
    assert desk.type("show ip route vrf BLUE") == "% IP routing table BLUE does not exist\n"


def test_a_vrf_without_ipv4_takes_no_address(desk: Desk) -> None:
    said = configure(
        desk,
        "vrf definition GREEN",
        "exit",
        "interface gi0/0",
        "vrf forwarding GREEN",
        "ip address 10.9.0.1 255.255.255.0",
    )
    assert "% GigabitEthernet0/0 is linked to a VRF. Enable IPv4 on that VRF first.\n" in said


def test_equal_addresses_in_two_tables(desk: Desk) -> None:
    """No overlap is complained of, and each table has its own network."""
    said = configure(
        desk,
        *DEFINED,
        "ip vrf BLUE",
        "interface gi0/1",
        "vrf forwarding RED",
        "ip address 10.0.0.1 255.255.255.0",
        "interface Loopback1",
        "ip vrf forwarding BLUE",
        "ip address 10.0.0.1 255.255.255.255",
    )
    assert "overlaps" not in said
    tables = router(desk).vrfs
    assert tables["RED"].rib.entry(IPv4Network("10.0.0.0/24")) is not None
    assert tables["BLUE"].rib.entry(IPv4Network("10.0.0.1/32")) is not None
    assert tables[""].rib.entry(IPv4Network("10.0.0.0/24")) is None  # Gi0/0 is not cabled


def red(desk: Desk) -> None:
    configure(
        desk,
        *DEFINED,
        "interface gi0/1",
        "vrf forwarding RED",
        "ip address 10.1.0.1 255.255.255.0",
        "exit",
        "ip route vrf RED 2.2.2.2 255.255.255.255 10.1.0.2 name LOOP",
    )


def test_routes_and_probes_of_a_vrf(desk: Desk) -> None:
    red(desk)
    table = desk.type("show ip route vrf RED").splitlines()
    assert table[:2] == ["", "Routing Table: RED"]
    assert table[2].startswith("Codes:")
    assert "S        2.2.2.2 [1/0] via 10.1.0.2" in table
    assert "2.2.2.2" not in desk.type("show ip route")
    desk.type("ping vrf RED 2.2.2.2")
    assert "!!!!!" in desk.type("ping vrf RED 2.2.2.2")
    assert "....." in desk.type("ping 2.2.2.2")
    assert " 1 10.1.0.2" in desk.type("traceroute vrf RED 2.2.2.2").replace("  1", " 1")


def test_addresses_of_a_vrf(desk: Desk) -> None:
    red(desk)
    desk.type("ping vrf RED 10.1.0.2")
    assert "10.1.0.2" in desk.type("show ip arp vrf RED")
    assert "10.1.0.2" not in desk.type("show ip arp")
    assert desk.type("show ip arp vrf BLUE") == "% VRF BLUE does not exist\n"


def test_one_route_of_a_vrf(desk: Desk) -> None:
    red(desk)
    assert desk.type("show ip route vrf RED 2.2.2.2").splitlines()[:4] == [
        "",
        "Routing Table: RED",
        "Routing entry for 2.2.2.2/32",
        '  Known via "static", distance 1, metric 0',
    ]


def test_changes_of_its_table_are_debugged(desk: Desk) -> None:
    red(desk)
    configure(desk, "do debug ip routing", "ip route vrf RED 4.4.4.4 255.255.255.255 10.1.0.2")
    said = desk.type("show logging")
    assert "RT(RED): add 4.4.4.4/32 via 10.1.0.2, static metric [1/0]" in said
    desk.type("undebug all")
    configure(desk, "no ip route vrf RED 4.4.4.4 255.255.255.255 10.1.0.2")
    assert "RT(RED): del 4.4.4.4" not in desk.type("show logging")


def test_shows(desk: Desk) -> None:
    red(desk)
    configure(desk, "ip vrf BLUE", "rd 65000:2", "route-target both 65000:22")
    assert desk.type("show ip vrf").splitlines() == [
        "  Name                             Default RD          Interfaces",
        "  RED                              65000:1             Gi0/1",
        "  BLUE                             65000:2",
    ]
    assert desk.type("show vrf").splitlines()[1:] == [
        "  RED                              65000:1             ipv4        Gi0/1",
        "  BLUE                             65000:2             ipv4",
    ]
    assert desk.type("show ip vrf interfaces").splitlines()[1:] == [
        "Gi0/1                  10.1.0.1        RED                              up      "
    ]
    detail = desk.type("show vrf detail BLUE")
    assert "VRF BLUE (VRF Id = 2); default RD 65000:2; default VPNID <not set>\n" in detail
    assert "  Export VPN route-target communities\n    RT:65000:22" in detail
    assert desk.type("show vrf NOWHERE") == "% No VRF named NOWHERE\n"


def test_a_removed_vrf_takes_addresses_and_routes_along(desk: Desk) -> None:
    red(desk)
    said = configure(desk, "no vrf definition RED")
    assert "% IPv4 addresses from all interfaces in VRF RED have been removed\n" in said
    assert router(desk).config.interfaces[PORT].vrf == ""
    assert router(desk).config.static_routes == []
    assert "RED" not in router(desk).vrfs


def test_what_is_configured_is_printed_back(desk: Desk) -> None:
    red(desk)
    configure(
        desk,
        "ip vrf BLUE",
        "interface Loopback1",
        "ip vrf forwarding BLUE",
        "interface Tunnel0",
        "tunnel vrf RED",
    )
    shown = desk.type("show running-config")
    for text in (
        "vrf definition RED\n rd 65000:1\n !\n address-family ipv4\n exit-address-family\n",
        "interface GigabitEthernet0/1\n vrf forwarding RED\n ip address 10.1.0.1 255.255.255.0\n",
        "interface Loopback1\n ip vrf forwarding BLUE\n",
        "\n tunnel vrf RED\n",
        "\nip route vrf RED 2.2.2.2 255.255.255.255 10.1.0.2 name LOOP\n",
    ):
        assert text in shown
