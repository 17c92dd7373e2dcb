"""The lines of Tunnel interfaces: typed, in the running-config, and in `show interfaces`."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.cli.show.interfaces import show_interfaces
from ioscli.model.config import InterfaceConfig, PathMtuDiscovery, TunnelKeepalive, TunnelMode
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import seconds
from ioscli.router.views import TunnelView

from .desk import interface_view
from .typing_config import Prompt

TUNNEL = InterfaceName.parse("Tunnel0")
SHOWN = TunnelView(
    source=IPv4Address("100.1.1.1"),
    source_interface=None,
    destination=IPv4Address("100.3.3.3"),
    transport="GRE/IP",
    key=None,
    ttl=255,
    transport_mtu=1476,
    linestate="up",
    protection_profile=None,
)


def tunnel_prompt(*lines: str) -> Prompt:
    prompt = Prompt()
    prompt.type("crypto ipsec profile P", "exit", "interface Tunnel0", *lines)
    return prompt


def settings(prompt: Prompt):
    found = prompt.config.interfaces[TUNNEL].tunnel
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("tunnel tos 99", "tunnel tos 99"),
        ("tunnel checksum", "tunnel checksum"),
        ("tunn seq", "tunnel sequence-datagrams"),
        ("tunnel path-mtu-discovery", "tunnel path-mtu-discovery"),
        ("tunnel path age-timer 10", "tunnel path-mtu-discovery"),
        ("tunnel path age-timer 15", "tunnel path-mtu-discovery age-timer 15"),
        ("tunnel path age inf min 500", "tunnel path-mtu-discovery age-timer infinite min-mtu 500"),
        ("tunnel bandwidth transmit 1000", "tunnel bandwidth transmit 1000"),
        ("tunnel bandwidth receive 1000", "tunnel bandwidth receive 1000"),
        ("tunnel mode ipip", "tunnel mode ipip"),
        ("keepalive", "keepalive 10 3"),
        ("keepalive 20", "keepalive 20 3"),
        ("keepalive 20 3", "keepalive 20 3"),
        ("tunnel protection ipsec profile P shared", "tunnel protection ipsec profile P shared"),
        (
            "tunnel protection ipsec profile P ikev2-profile X",
            "tunnel protection ipsec profile P ikev2-profile X",
        ),
        (
            "tunnel protection ipsec profile P shared isakmp-profile X",
            "tunnel protection ipsec profile P shared isakmp-profile X",
        ),
    ],
)
def test_each_line_is_modelled_written_and_taken_back(typed: str, written: str) -> None:
    prompt = tunnel_prompt()
    before = replace(settings(prompt))
    (result,) = prompt.type(typed)
    assert result.kind is LineKind.MODELLED
    assert settings(prompt) != before
    assert " " + written in prompt.section("interface Tunnel0")
    prompt.type(f"no {written}")
    assert settings(prompt) == before
    assert prompt.section("interface Tunnel0") == [" no ip address"]
    prompt.type(written, "default " + written)
    assert settings(prompt) == before


def test_the_lines_stand_in_order() -> None:
    prompt = tunnel_prompt(
        "tunnel bandwidth receive 5", "tunnel protection ipsec profile P",
        "tunnel path-mtu-discovery", "tunnel ttl 9", "tunnel tos 3", "tunnel checksum",
        "tunnel sequence-datagrams", "tunnel key 4", "tunnel destination 1.2.3.4",
        "tunnel mode ipip", "tunnel source 9.9.9.9", "keepalive 5",
    )  # fmt: skip
    assert prompt.section("interface Tunnel0") == [
        " no ip address",
        " keepalive 5 3",
        " tunnel source 9.9.9.9",
        " tunnel mode ipip",
        " tunnel destination 1.2.3.4",
        " tunnel key 4",
        " tunnel sequence-datagrams",
        " tunnel checksum",
        " tunnel tos 3",
        " tunnel ttl 9",
        " tunnel path-mtu-discovery",
        " tunnel protection ipsec profile P",
        " tunnel bandwidth receive 5",
    ]


def test_what_they_mean() -> None:
    prompt = tunnel_prompt(
        "keepalive 20 4", "tunnel path-mtu-discovery age-timer 30", "tunnel mode ipip",
        "tunnel path-mtu-discovery min-mtu 576",
    )  # fmt: skip
    assert settings(prompt).keepalive == TunnelKeepalive(20, 4)
    assert settings(prompt).path_mtu_discovery == PathMtuDiscovery(30, 576)
    assert settings(prompt).mode is TunnelMode.IPIP
    prompt.type("tunnel mode ipsec ipv4")
    assert settings(prompt).mode is TunnelMode.IPSEC_IPV4
    prompt.type("no tunnel path-mtu-discovery", "no tunnel mode ipsec ipv4", "keepalive 0")
    assert settings(prompt).path_mtu_discovery is None
    assert settings(prompt).mode is TunnelMode.GRE_IP
    assert settings(prompt).keepalive is None


def test_other_interfaces_keep_their_keepalives_and_have_no_tunnel_lines() -> None:
    prompt = Prompt()
    prompt.type("interface GigabitEthernet0/1")
    (result,) = prompt.type("keepalive 20")
    assert result.kind is LineKind.STORED
    assert " keepalive 20" in prompt.section("interface GigabitEthernet0/1")
    for line in ("tunnel checksum", "tunnel tos 3", "tunnel path-mtu-discovery"):
        assert prompt.session.feed(line).kind is LineKind.REJECTED


def shown(**changes: object) -> list[str]:
    view = interface_view("Tunnel0", tunnel=replace(SHOWN, **changes))
    return list(show_interfaces([view], {view.name: InterfaceConfig(view.name)}))


def test_show_says_what_is_on() -> None:
    lines = shown(
        keepalive=TunnelKeepalive(5, 3),
        key=100,
        sequencing=True,
        checksumming=True,
        transmit_bandwidth=1000,
        path_mtu_discovery=PathMtuDiscovery(),
    )
    start = lines.index("  Keepalive set (5 sec), retries 3")
    assert lines[start + 1 : start + 11] == [
        "  Tunnel linestate evaluation up",
        "  Tunnel source 100.1.1.1, destination 100.3.3.3",
        "  Tunnel protocol/transport GRE/IP",
        "    Key 0x64, sequencing enabled",
        "    Checksumming of packets enabled",
        "  Tunnel TTL 255, Fast tunneling enabled",
        "  Path MTU Discovery, ager 10 mins, min MTU 92",
        "  Tunnel transport MTU 1476 bytes",
        "  Tunnel transmit bandwidth 1000 (kbps)",
        "  Tunnel receive bandwidth 8000 (kbps)",
    ]


def test_show_of_what_was_discovered() -> None:
    learned = {"path_mtu_discovery": PathMtuDiscovery(), "learned_mtu": 776}
    assert "  Path MTU Discovery, ager 10 mins, min MTU 92, MTU 776, expires 00:01:57" in shown(
        **learned, learned_expires=seconds(117)
    )
    learned["path_mtu_discovery"] = PathMtuDiscovery(None, 500)
    assert "  Path MTU Discovery, ager infinite, min MTU 500, MTU 776, expires never" in shown(
        **learned
    )


def test_show_of_ip_in_ip_and_tos() -> None:
    lines = shown(transport="IP/IP", transport_mtu=1480, tos=0xC0, ttl=64)
    start = lines.index("  Tunnel protocol/transport IP/IP")
    assert lines[start + 1 : start + 3] == [
        "  Tunnel TOS/Traffic Class 0xC0,  Tunnel TTL 64, Fast tunneling enabled",
        "  Tunnel transport MTU 1480 bytes",
    ]
