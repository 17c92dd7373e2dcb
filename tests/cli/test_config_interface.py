"""Typing at interfaces: what is taken, what IOS answers to what is not."""

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.cli.matcher import Invalid
from ioscli.model.changes import InterfaceChanged, InterfaceRemoved, StaticRoutesChanged
from ioscli.model.ifname import InterfaceName

from .typing_config import PORTS, Prompt, blank, loaded

TUNNEL = InterfaceName("Tunnel", (0,))


def test_the_articles_tunnel() -> None:
    prompt = Prompt()
    prompt.type(
        "int lo0", "ip address 100.1.1.1 255.255.255.255",
        "int tunnel 0", "tunnel source lo0", "tunnel destination 100.3.3.3 ",
        "ip address 10.1.3.1 255.255.255.0", "ip mtu 1400", "ip tcp adjust-mss 1360",
    )  # fmt: skip
    assert prompt.section("interface Tunnel0") == [
        " ip address 10.1.3.1 255.255.255.0",
        " ip mtu 1400",
        " ip tcp adjust-mss 1360",
        " tunnel source Loopback0",
        " tunnel destination 100.3.3.3",
    ]


def test_every_line_of_a_tunnel_in_ios_order() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto ipsec profile P", "interface Tunnel7",
        "tunnel protection ipsec profile P", "tunnel ttl 64", "tunnel key 4294967295",
        "tunnel destination 1.2.3.4", "tunnel mode ipsec ipv4", "tunnel source 9.9.9.9",
        "shutdown", "delay 5", "load-interval 30", "ip mtu 1300", "no ip proxy-arp",
        "no ip unreachables", "no ip redirects", "ip address 10.0.0.1 255.255.255.252",
        "bandwidth 4000", "description to the ! branch ",
    )  # fmt: skip
    assert prompt.section("interface Tunnel7") == [
        " description to the ! branch",
        " bandwidth 4000",
        " ip address 10.0.0.1 255.255.255.252",
        " no ip redirects",
        " no ip unreachables",
        " no ip proxy-arp",
        " ip mtu 1300",
        " load-interval 30",
        " delay 5",
        " shutdown",
        " tunnel source 9.9.9.9",
        " tunnel mode ipsec ipv4",
        " tunnel destination 1.2.3.4",
        " tunnel key 4294967295",
        " tunnel ttl 64",
        " tunnel protection ipsec profile P",
    ]
    prompt.type(
        "no tunnel protection ipsec profile P", "no tunnel ttl", "no tunnel key", "no shutdown",
        "no tunnel destination", "default tunnel mode", "no tunnel source", "no delay",
        "no load-interval", "no ip mtu", "ip proxy-arp", "default ip unreachables",
        "ip redirects", "no ip address", "no bandwidth", "no description",
    )  # fmt: skip
    assert prompt.section("interface Tunnel7") == [" no ip address"]


def test_a_ports_untouched_lines() -> None:
    prompt = Prompt()
    assert prompt.section("interface GigabitEthernet0/3") == [
        " no ip address",
        " shutdown",
        " duplex auto",
        " speed auto",
        " media-type rj45",
    ]


def test_mtu_of_ports() -> None:
    prompt = Prompt()
    assert prompt.screen(
        "interface g0/0\nip mtu 1501\nmtu 1600\nip mtu 1500\nip mtu 1600\ninterface lo0\nmtu 1400"
    ) == (
        "Router(config)#interface g0/0\n"
        "Router(config-if)#ip mtu 1501\n"
        "                         ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config-if)#mtu 1600\n"
        "Router(config-if)#ip mtu 1500\n"
        "Router(config-if)#ip mtu 1600\n"
        "Router(config-if)#interface lo0\n"
        "Router(config-if)#mtu 1400\n"
        "% Interface Loopback0 does not support user settable mtu."
    )
    assert prompt.config.interfaces[PORTS[0]].mtu == 1600
    assert prompt.config.interfaces[PORTS[0]].ip_mtu is None


def test_refused_addresses() -> None:
    prompt = Prompt()
    assert prompt.screen(
        "interface g0/0\n"
        "ip address 10.1.1.1 255.255.255.0\n"
        "interface g0/1\n"
        "ip address 10.1.1.2 255.255.255.128\n"
        "ip address 10.1.0.2 255.255.0.0\n"
        "ip address 10.2.1.0 255.255.255.0\n"
        "ip address 10.2.1.255 255.255.255.0\n"
        "ip address 10.2.1.1 255.0.255.0\n"
        "ip address 224.0.0.5 255.255.255.0\n"
        "ip address 127.0.0.1 255.0.0.0\n"
        "ip address 10.2.1.1\n"
        "ip address 10.2.1.300 255.255.255.0\n"
        "ip address 10.2.1.0 255.255.255.254"
    ) == (
        "Router(config)#interface g0/0\n"
        "Router(config-if)#ip address 10.1.1.1 255.255.255.0\n"
        "Router(config-if)#interface g0/1\n"
        "Router(config-if)#ip address 10.1.1.2 255.255.255.128\n"
        "% 10.1.1.0 overlaps with GigabitEthernet0/0\n"
        "Router(config-if)#ip address 10.1.0.2 255.255.0.0\n"
        "% 10.1.0.0 overlaps with GigabitEthernet0/0\n"
        "Router(config-if)#ip address 10.2.1.0 255.255.255.0\n"
        "Bad mask /24 for address 10.2.1.0\n"
        "Router(config-if)#ip address 10.2.1.255 255.255.255.0\n"
        "Bad mask /24 for address 10.2.1.255\n"
        "Router(config-if)#ip address 10.2.1.1 255.0.255.0\n"
        "% Bad mask 0xFF00FF00 for address 10.2.1.1\n"
        "Router(config-if)#ip address 224.0.0.5 255.255.255.0\n"
        "Not a valid host address - 224.0.0.5\n"
        "Router(config-if)#ip address 127.0.0.1 255.0.0.0\n"
        "Not a valid host address - 127.0.0.1\n"
        "Router(config-if)#ip address 10.2.1.1\n"
        "% Incomplete command.\n"
        "Router(config-if)#ip address 10.2.1.300 255.255.255.0\n"
        "                             ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config-if)#ip address 10.2.1.0 255.255.255.254\n"
        "% Warning: use /31 mask on non point-to-point interface cautiously"
    )
    assert str(prompt.config.interfaces[PORTS[1]].address) == "10.2.1.0/31"


def test_secondary_addresses() -> None:
    prompt = Prompt()
    prompt.type(
        "interface g0/0", "ip address 10.1.1.1 255.255.255.0",
        "ip address 10.1.2.1 255.255.255.0 secondary", "ip address 10.1.3.1 255.255.255.0 sec",
    )  # fmt: skip
    assert prompt.section("interface GigabitEthernet0/0")[:3] == [
        " ip address 10.1.2.1 255.255.255.0 secondary",
        " ip address 10.1.3.1 255.255.255.0 secondary",
        " ip address 10.1.1.1 255.255.255.0",
    ]
    refused = prompt.session.feed("no ip address 10.1.1.1 255.255.255.0")
    assert refused.messages == ("Must delete secondary before deleting primary",)
    assert prompt.session.feed("no ip address 9.9.9.9 255.0.0.0").messages == ("Invalid address",)
    prompt.type("no ip address 10.1.2.1 255.255.255.0 secondary", "no ip address")
    assert prompt.section("interface GigabitEthernet0/0")[0] == " no ip address"
    assert prompt.config.interfaces[PORTS[0]].secondary_addresses == []


def test_interfaces_that_are_not_there() -> None:
    prompt = Prompt()
    assert prompt.screen(
        "interface g0/7\ninterface FastEthernet0/0\ninterface g0/9.10\nno interface lo9\n"
        "no interface g0/0\ninterface lo0\ntunnel source g0/0\nduplex full\nexit"
    ) == (
        "Router(config)#interface g0/7\n"
        "                         ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config)#interface FastEthernet0/0\n"
        "                         ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config)#interface g0/9.10\n"
        "                         ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config)#no interface lo9\n"
        "                            ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config)#no interface g0/0\n"
        "% Removal of physical interfaces is not permitted\n"
        "Router(config)#interface lo0\n"
        "Router(config-if)#tunnel source g0/0\n"
        "                  ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config-if)#duplex full\n"
        "                  ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config-if)#exit"
    )


def test_removing_a_tunnel_removes_what_names_it() -> None:
    prompt = Prompt()
    prompt.type(
        "interface Loopback0", "interface Tunnel1", "tunnel source Loopback0",
        "interface Tunnel0", "ip route 10.0.0.0 255.0.0.0 Tunnel0",
        "ip route 11.0.0.0 255.0.0.0 Tunnel1",
    )  # fmt: skip
    removal = prompt.session.feed("no interface tun 0")
    assert removal.changes == (InterfaceRemoved(TUNNEL), StaticRoutesChanged())
    assert [str(route.interface) for route in prompt.config.static_routes] == ["Tunnel1"]
    removal = prompt.session.feed("no interface lo0")
    assert InterfaceChanged(InterfaceName("Tunnel", (1,))) in removal.changes
    assert prompt.section("interface Tunnel1") == [" no ip address"]


def test_default_interface() -> None:
    prompt = Prompt()
    prompt.type("interface g0/2", "description x", "duplex full", "exit")
    (result,) = prompt.type("default interface g0/2")
    assert result.messages == ("Interface GigabitEthernet0/2 set to default configuration",)
    assert prompt.section("interface GigabitEthernet0/2")[:2] == [" no ip address", " duplex auto"]


def test_protection_needs_its_profile() -> None:
    prompt = Prompt()
    prompt.type("interface Tunnel0")
    refused = prompt.session.feed("tunnel protection ipsec profile PROF")
    assert refused.kind is LineKind.REJECTED
    assert refused.messages == ("Profile PROF is not defined.",)
    prompt.type("crypto ipsec profile PROF", "int tun 0", "tunnel protection ipsec profile PROF")
    assert prompt.section("interface Tunnel0")[-1] == " tunnel protection ipsec profile PROF"
    refused = prompt.session.feed("no crypto ipsec profile PROF")
    assert refused.kind is LineKind.REJECTED
    assert "PROF" in prompt.config.ipsec.profiles


def test_a_line_that_the_submode_does_not_know_leaves_it() -> None:
    prompt = Prompt()
    prompt.type("interface g0/0", "hostname R9")
    assert prompt.session.mode == "config"
    prompt.type("interface g0/0")
    refused = prompt.session.feed("hostnome R9")
    assert refused.error == Invalid(5)
    assert prompt.session.mode == "interface"


def test_leaving() -> None:
    prompt = Prompt()
    prompt.type("interface g0/0", "exit")
    assert (prompt.session.mode, prompt.session.finished) == ("config", False)
    prompt.type("exit")
    assert prompt.session.finished
    prompt = Prompt()
    prompt.type("interface g0/0", "", "  ! a comment", "end")
    assert (prompt.session.mode, prompt.session.finished) == ("config", True)


@pytest.mark.parametrize("line", ["do show ip route", "do exit"])
def test_do_belongs_to_the_session_at_the_router(line: str) -> None:
    assert Prompt().session.feed(line).kind is LineKind.REJECTED


def test_ports_that_a_startup_configuration_mentions_are_up() -> None:
    config = blank()
    loaded("interface Gi0/0\n!\ninterface Gi0/1\n shutdown\ninterface Gi0/1\n!\nend", config)
    assert [config.interfaces[port].shutdown for port in PORTS] == [False, True, True, True]


def test_lines_under_a_refused_section_are_not_taken_for_the_interface_before() -> None:
    config = blank()
    lines = loaded("interface Gi0/0\n!\nrouter banana 1\n description bgp\n mtu 900\nend", config)
    assert config.interfaces[PORTS[0]].description is None
    assert config.interfaces[PORTS[0]].mtu is None
    assert [line.number for line in lines if line.result.kind is LineKind.REJECTED] == [3, 4, 5]
