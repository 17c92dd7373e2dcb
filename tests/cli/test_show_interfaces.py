"""show interfaces, show ip interface, show arp, show version and their like."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from random import Random

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.cli.show.age import route_age, uptime
from ioscli.cli.show.arp import show_arp
from ioscli.cli.show.interfaces import show_interfaces, show_interfaces_description
from ioscli.cli.show.ip_interface import show_ip_interface, show_ip_interface_brief
from ioscli.cli.show.system import board_id, config_register, show_version
from ioscli.model.config import InterfaceConfig, TunnelConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import seconds
from ioscli.model.rip import RipInterfaceSettings
from ioscli.router.views import ArpView, Counters, TunnelView

from .desk import SCREENS, Desk, interface_view

#: A capture of IOSv 15.7, with what this router never counts set to nothing.
GIGABIT = (SCREENS / "show_interfaces_gigabit.txt").read_text()

TUNNEL_HEAD = (SCREENS / "show_interfaces_tunnel.txt").read_text()

LOOPBACK0 = InterfaceName.parse("Lo0")


def tunnel_view() -> TunnelView:
    return TunnelView(
        source=IPv4Address("100.1.1.1"),
        source_interface=LOOPBACK0,
        destination=IPv4Address("100.3.3.3"),
        transport="GRE/IP",
        key=100,
        ttl=255,
        transport_mtu=1414,
        linestate="up",
        protection_profile="PROF",
    )


def test_gigabit() -> None:
    view = interface_view(
        "Gi0/1",
        description="to R2",
        address=IPv4Interface("10.12.11.1/24"),
        last_input=seconds(8),
        last_output=seconds(94_000),
        counters=Counters(324, 26_668, 7, 740, 76_965, 1, 5, 6, 3, 2, 0),
        input_rate=(1_900, 3),
        output_rate=(99_999_900, 4),
    )
    config = InterfaceConfig(view.name, arp_timeout=300)
    assert "\n".join(show_interfaces([view], {view.name: config})) + "\n" == GIGABIT


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Gi0/1", "  Full Duplex, 100Mbps, link type is auto, media type is RJ45"),
        ("Fa0/1", "  Full-duplex, 100Mb/s, 100BaseTX/FX"),
    ],
)
def test_speed_and_duplex_are_those_of_the_configuration(name: str, line: str) -> None:
    view = interface_view(name, output_queue=3)
    config = InterfaceConfig(view.name)
    config.stored = {"duplex": ("duplex full",), "speed": ("speed 100",)}
    lines = list(show_interfaces([view], {view.name: config}))
    assert line in lines
    assert "  Output queue: 3/40 (size/max)" in lines


def test_tunnel() -> None:
    view = interface_view(
        "Tu0",
        address=IPv4Interface("10.1.3.1/24"),
        mtu=17_916,
        bandwidth=100,
        delay=50_000,
        tunnel=tunnel_view(),
    )
    config = InterfaceConfig(view.name, tunnel=TunnelConfig(source=LOOPBACK0))
    shown = "\n".join(show_interfaces([view], {view.name: config}))
    assert shown.startswith(TUNNEL_HEAD)
    bare = replace(
        tunnel_view(),
        source=None,
        source_interface=None,
        destination=None,
        transport="IPSEC/IP",
        linestate="down - no output interface",
        protection_profile=None,
    )
    lines = list(show_interfaces([replace(view, tunnel=bare)], {}))
    assert lines[7:11] == [
        "  Tunnel linestate evaluation down - no output interface",
        "  Tunnel source UNKNOWN",
        "  Tunnel protocol/transport IPSEC/IP",
        "  Tunnel TTL 255",
    ]


@pytest.mark.parametrize("name", ["Gi0/0", "Fa0/0", "Et0/0", "Se0/0", "Lo0", "Tu0"])
def test_every_kind_of_interface_prints(name: str) -> None:
    tunnel = tunnel_view() if name == "Tu0" else None
    lines = list(
        show_interfaces([interface_view(name, shutdown=True, up=False, tunnel=tunnel)], {})
    )
    assert lines[0].endswith("is administratively down, line protocol is up ")
    assert lines[1].startswith("  Hardware is ")


def test_brief_and_description() -> None:
    views = [
        interface_view(
            "Gi0/0", address=IPv4Interface("10.0.0.1/24"), address_method="NVRAM", description="a b"
        ),
        interface_view("Gi0/1", shutdown=True, up=False, protocol_up=False),
        interface_view("Lo10", protocol_up=False),
    ]
    assert list(show_ip_interface_brief(views)) == [
        "Interface                  IP-Address      OK? Method Status                Protocol",
        "GigabitEthernet0/0         10.0.0.1        YES NVRAM  up                    up      ",
        "GigabitEthernet0/1         unassigned      YES unset  administratively down down    ",
        "Loopback10                 unassigned      YES unset  up                    down    ",
    ]
    assert list(show_interfaces_description(views)) == [
        "Interface                      Status         Protocol Description",
        "Gi0/0                          up             up       a b",
        "Gi0/1                          admin down     down     ",
        "Lo10                           up             down     ",
    ]


def test_ip_interface() -> None:
    view = interface_view("Tu0", address=IPv4Interface("10.1.3.1/24"), ip_mtu=1400)
    view = replace(view, address_method="manual")
    config = InterfaceConfig(
        view.name,
        unreachables=False,
        proxy_arp=False,
        secondary_addresses=[IPv4Interface("10.9.9.1/24")],
    )
    lines = list(show_ip_interface([view], {view.name: config}))
    assert lines[:8] == [
        "Tunnel0 is up, line protocol is up",
        "  Internet address is 10.1.3.1/24",
        "  Broadcast address is 255.255.255.255",
        "  Address determined by setup command",
        "  MTU is 1400 bytes",
        "  Helper address is not set",
        "  Directed broadcast forwarding is disabled",
        "  Secondary address 10.9.9.1/24",
    ]
    assert "  Proxy ARP is disabled" in lines
    assert "  ICMP redirects are always sent" in lines
    assert "  ICMP unreachables are never sent" in lines
    assert "  Split horizon is enabled" in lines
    assert "  Input features: MCI Check" in lines
    config.access_group_in, config.adjust_mss = "101", 1360
    config.rip = RipInterfaceSettings(split_horizon=False)
    lines = list(show_ip_interface([view], {view.name: config}))
    assert "  Split horizon is disabled" in lines
    assert "  Input features: Access List, MCI Check, TCP Adjust MSS" in lines
    unnumbered = list(show_ip_interface([interface_view("Gi0/1")], {}))
    assert unnumbered == [
        "GigabitEthernet0/1 is up, line protocol is up",
        "  Internet protocol processing disabled",
    ]


def test_arp() -> None:
    gigabit = InterfaceName.parse("Gi0/0")
    mac = bytes.fromhex("001f900216fb")
    rows = [
        ArpView(IPv4Address("10.10.10.1"), mac, seconds(519), gigabit),
        ArpView(IPv4Address("10.10.10.20"), mac, None, gigabit),
        ArpView(IPv4Address("10.100.88.199"), None, seconds(0), gigabit),
    ]
    assert list(show_arp(rows)) == [
        "Protocol  Address          Age (min)  Hardware Addr   Type   Interface",
        "Internet  10.10.10.1              8   001f.9002.16fb  ARPA   GigabitEthernet0/0",
        "Internet  10.10.10.20             -   001f.9002.16fb  ARPA   GigabitEthernet0/0",
        "Internet  10.100.88.199           0   Incomplete      ARPA   ",
    ]
    assert list(show_arp([])) == []


def test_version() -> None:
    hardware = [InterfaceName.parse(name) for name in ("Gi0/0", "Gi0/1", "Fa1/0", "Se2/0", "Se2/1")]
    register = config_register(0x2102, 0x2142)
    up = seconds(700_000)
    lines = list(show_version("R1", up, hardware, board_id(Random(1)), register=register))
    assert lines[-2] == "Configuration register is 0x2102 (will be 0x2142 at next reload)"
    assert "Version 15.9(3)M," in lines[0]
    assert "R1 uptime is 1 week, 1 day, 2 hours, 26 minutes" in lines
    at = next(index for index, line in enumerate(lines) if line.startswith("Processor board ID 9"))
    assert lines[at + 1 : at + 4] == [
        "1 FastEthernet interface",
        "2 Gigabit Ethernet interfaces",
        "2 Serial interfaces",
    ]
    assert board_id(Random(1)) == board_id(Random(1)) != board_id(Random(2))


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "00:00:00"),
        (86_399, "23:59:59"),
        (86_400, "1d00h"),
        (604_799, "6d23h"),
        (604_800 * 3 + 86_400 * 2, "3w2d"),
        (31_536_000 + 604_800 * 5, "1y05w"),
    ],
)
def test_ages(span: int, text: str) -> None:
    assert route_age(seconds(span)) == text


def test_uptime() -> None:
    assert uptime(seconds(59)) == "0 minutes"
    assert uptime(seconds(60)) == "1 minute"
    assert uptime(seconds(3_600)) == "1 hour"
    assert uptime(seconds(86_400 * 400)) == "1 year, 5 weeks"


def test_commands(grammar: Grammar) -> None:
    desk = Desk(grammar)
    assert desk.type("show ip int brief gi 0/0").count("\n") == 2
    assert desk.type("show ip int gi0/0 brief").count("\n") == 2
    assert desk.type("show int | count Hardware") == "Number of lines which match regexp = 2\n"
    assert desk.type("show interfaces descr").count("\n") == 3
    assert desk.type("show ip int gi0/1").endswith("protocol processing disabled\n")
    assert desk.type("show arp") == desk.type("show ip arp gi0/0") == ""
    assert desk.type("show ver | inc uptime") == "R1 uptime is 0 minutes\n"
    assert desk.type("show clock") == "*00:00:00.000 UTC Fri Mar 1 2002\n"
