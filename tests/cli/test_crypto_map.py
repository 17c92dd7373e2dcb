"""Crypto maps from the prompt: what lines mean, what is refused, what is shown."""

from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.cli.matcher import Grammar
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.crypto_map import MapPeer, ReverseRoute
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import seconds
from ioscli.router.router import Router

from .desk import Desk
from .typing_config import Prompt, blank, loaded

PORTS = (InterfaceName.parse("Gi0/0"), InterfaceName.parse("Gi0/1"))
OUTSIDE = PORTS[0]


def test_what_the_lines_of_an_entry_mean() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto ipsec transform-set A esp-aes esp-sha-hmac",
        "crypto ipsec transform-set B esp-3des esp-md5-hmac",
        "crypto map VPN 20 ipsec-isakmp",
        "description towards the branch",
        "set peer 10.0.0.2 default",
        "set peer 10.0.0.3",
        "set transform-set B A",
        "set pfs group14",
        "set security-association lifetime seconds 900",
        "set security-association lifetime kilobytes 5000",
        "set security-association idle-time 120 default",
        "set security-association level per-host",
        "set security-association replay window-size 128",
        "set isakmp-profile P",
        "match address 101",
        "reverse-route remote-peer 10.9.9.9 gateway",
        "exit",
        "crypto map VPN 10 ipsec-isakmp",
        "exit",
        "crypto map VPN local-address Loopback0",
        "crypto map VPN isakmp-profile ALL",
        "crypto dynamic-map DYN 5",
        "set transform-set A",
        "exit",
        "crypto map VPN 65000 ipsec-isakmp dynamic DYN",
    )
    known = prompt.config.crypto_maps["VPN"]
    assert list(known.entries) == [10, 20, 65000]
    assert known.isakmp_profile == "ALL"
    assert known.local_address == InterfaceName.parse("Loopback0")
    entry = known.entries[20]
    assert entry.peers == [
        MapPeer(IPv4Address("10.0.0.2"), default=True),
        MapPeer(IPv4Address("10.0.0.3")),
    ]
    assert entry.description == "towards the branch"
    assert entry.transform_sets == ["B", "A"]
    assert (entry.pfs_group, entry.lifetime_seconds, entry.lifetime_kilobytes) == (14, 900, 5000)
    assert (entry.idle_time, entry.idle_default, entry.per_host) == (120, True, True)
    assert entry.replay_window == 128
    assert (entry.isakmp_profile, entry.access_list) == ("P", "101")
    assert entry.reverse_route == ReverseRoute(remote_peer=IPv4Address("10.9.9.9"), gateway=True)
    assert known.entries[65000].dynamic == "DYN"
    assert prompt.config.dynamic_maps["DYN"].entries[5].transform_sets == ["A"]


def test_lines_taken_back() -> None:
    prompt = Prompt()
    prompt.type(
        "ip host branch 10.0.0.7",
        "crypto map VPN 10 ipsec-isakmp",
        "set peer 10.0.0.2",
        "set peer branch",
        "no set peer 10.0.0.2",
        "set pfs",
        "no set pfs",
        "match address 101",
        "no match address 101",
    )
    entry = prompt.config.crypto_maps["VPN"].entries[10]
    assert [str(peer.address) for peer in entry.peers] == ["10.0.0.7"]
    assert entry.pfs_group is None
    assert entry.access_list is None
    prompt.type("exit", "no crypto map VPN 10")
    assert prompt.config.crypto_maps == {}


def test_what_is_refused() -> None:
    prompt = Prompt()
    prompt.type("crypto map VPN 10 ipsec-isakmp")
    result = prompt.session.feed("set transform-set NONE")
    assert result.kind is LineKind.REJECTED
    assert result.messages == ('ERROR: transform set with tag "NONE" does not exist.',)
    prompt.type("interface GigabitEthernet0/0", "crypto map VPN")
    assert prompt.config.interfaces[OUTSIDE].crypto_map == "VPN"
    result = prompt.session.feed("crypto map OTHER")
    assert result.messages == ('ERROR: Crypto Map with tag "OTHER" does not exist.',)
    assert prompt.config.interfaces[OUTSIDE].crypto_map == "VPN"
    prompt.type("no crypto map")
    assert prompt.config.interfaces[OUTSIDE].crypto_map is None


def test_an_entry_that_is_there_needs_no_kind() -> None:
    prompt = Prompt()
    result = prompt.session.feed("crypto map VPN 10")
    assert (result.kind, result.messages) == (LineKind.REJECTED, ("% Incomplete command.",))
    prompt.type("crypto map VPN 10 ipsec-isakmp", "exit")
    (result,) = prompt.type("crypto map VPN 10")
    assert result.messages == ()
    prompt.type("set peer 10.0.0.1")
    assert prompt.section("crypto map VPN 10 ipsec-isakmp") == [" set peer 10.0.0.1"]


def test_a_map_in_use_keeps_its_last_entry() -> None:
    prompt = Prompt()
    prompt.type("crypto map VPN 10 ipsec-isakmp", "crypto map VPN 20 ipsec-isakmp dynamic D")
    prompt.type("interface GigabitEthernet0/1", "crypto map VPN", "exit", "no crypto map VPN 10")
    for line in ("no crypto map VPN 20 ipsec-isakmp dynamic D", "no crypto map VPN"):
        result = prompt.session.feed(line)
        assert result.kind is LineKind.REJECTED
        assert result.messages == (
            "% Crypto-map VPN is in use by interface(s): Gi0/1",
            "Please remove the crypto map from the above interface(s) first",
        )
    prompt.type("interface GigabitEthernet0/1", "no crypto map VPN", "exit", "no crypto map VPN")
    assert prompt.config.crypto_maps == {}


def test_what_acts_and_what_is_kept() -> None:
    prompt = Prompt()
    lines = (
        "crypto map VPN 10 ipsec-isakmp",
        "set peer 10.0.0.2",
        "set security-association replay disable",
        "set nat demux",
        "qos pre-classify",
    )
    kinds = dict(zip(lines, (it.kind for it in prompt.type(*lines)), strict=True))
    kept = {line for line, kind in kinds.items() if kind is LineKind.STORED}
    assert kept == set(lines[3:])
    (easy,) = prompt.type("crypto map VPN isakmp authorization list A")
    assert easy.kind is LineKind.STORED
    manual = prompt.type("crypto map VPN 20 ipsec-manual", "set peer 10.0.0.2")
    assert {it.kind for it in manual} == {LineKind.STORED}


CONFIGURED = """\
hostname {name}
crypto isakmp policy 10
 encr aes 256
 hash sha256
 authentication pre-share
 group 14
crypto isakmp key cisco address {peer}
crypto ipsec transform-set TS esp-aes 256 esp-sha-hmac
 mode tunnel
crypto map VPN 10 ipsec-isakmp
 set peer {peer}
 set transform-set TS
 match address VPN-TRAFFIC
interface GigabitEthernet0/0
 ip address {address} 255.255.255.0
 crypto map VPN
interface Loopback0
 ip address {inside} 255.255.255.255
ip route 0.0.0.0 0.0.0.0 {peer}
ip access-list extended VPN-TRAFFIC
 permit ip host {inside} host {other}
"""


def test_a_saved_configuration_prints_itself() -> None:
    text = CONFIGURED.format(
        name="R1", address="10.0.0.1", peer="10.0.0.2", inside="1.1.1.1", other="2.2.2.2"
    )
    config = blank()
    assert not [line for line in loaded(text, config) if line.result.kind is LineKind.STORED]
    assert config.interfaces[OUTSIDE].crypto_map == "VPN"
    assert config.crypto_maps["VPN"].entries[10].access_list == "VPN-TRAFFIC"


def test_entries_typed_out_of_order_stand_in_order() -> None:
    text = "".join(
        f"crypto map HUB {number} ipsec-isakmp\n set peer 10.{number // 250}.{number % 250}.1\n"
        f" match address SPOKE-{number}\n"
        for number in range(300, 0, -1)
    )
    config = blank()
    loaded(text + "crypto map HUB local-address Loopback0\n", config)
    known = config.crypto_maps["HUB"]
    assert list(known.entries) == list(range(1, 301))
    assert str(known.entries[277].peers[0].address) == "10.1.27.1"
    assert str(known.local_address) == "Loopback0"


@pytest.fixture
def desks(grammar: Grammar) -> Iterator[tuple[Desk, Desk]]:
    simulation = Simulation(seed=1)
    routers = [Router(simulation, name, PORTS) for name in ("R1", "R2")]
    Link(simulation, *(router.port(OUTSIDE) for router in routers))
    for router in routers:
        router.boot()
    first, second = (Desk(grammar, router) for router in routers)
    ends = [("10.0.0.1", "1.1.1.1"), ("10.0.0.2", "2.2.2.2")]
    for desk, own, far in ((first, *ends), (second, *ends[::-1])):
        text = CONFIGURED.format(
            name=desk.router.name, address=own[0], inside=own[1], peer=far[0], other=far[1]
        )
        desk.type("configure terminal", *text.splitlines(), "end")
        desk.type("configure terminal", "interface Gi0/0", "no shutdown", "end")
    simulation.run_until(seconds(10))
    first.type("ping 10.0.0.2")
    yield first, second
    first.session.close()


def test_a_tunnel_from_the_prompt(desks: tuple[Desk, Desk]) -> None:
    desk, far = desks
    assert ".!!!!" in desk.type("ping 2.2.2.2 source Loopback0")
    shown = desk.type("show crypto ipsec sa")
    assert "    Crypto map tag: VPN, local addr 10.0.0.1" in shown
    assert "   local  ident (addr/mask/prot/port): (1.1.1.1/255.255.255.255/0/0)" in shown
    assert "#pkts encaps: 4, #pkts encrypt: 4, #pkts digest: 4" in shown
    shown = desk.type("show crypto session")
    assert "Interface: GigabitEthernet0/0" in shown
    assert "  IPSEC FLOW: permit ip host 1.1.1.1 host 2.2.2.2 " in shown
    assert "Session status: UP-ACTIVE" in far.type("show crypto session")


def test_show_crypto_map(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    assert desk.type("show crypto map") == (
        'Crypto Map IPv4 "VPN" 10 ipsec-isakmp\n'
        "\tPeer = 10.0.0.2\n"
        "\tExtended IP access list VPN-TRAFFIC\n"
        "\t    access-list VPN-TRAFFIC permit ip host 1.1.1.1 host 2.2.2.2\n"
        "\tCurrent peer: 10.0.0.2\n"
        "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
        "\tResponder-Only (Y/N): N\n"
        "\tPFS (Y/N): N\n"
        "\tMixed-mode : Disabled\n"
        "\tTransform sets={ \n"
        "\t\tTS:  { esp-256-aes esp-sha-hmac  } , \n"
        "\t}\n"
        "\tInterfaces using crypto map VPN:\n"
        "\t\tGigabitEthernet0/0\n"
        "\n"
    )
    desk.type("configure terminal", "crypto map VPN 20 ipsec-isakmp", "set pfs group5", "end")
    shown = desk.type("show crypto map tag VPN")
    assert (
        'Crypto Map IPv4 "VPN" 20 ipsec-isakmp\n'
        "\tWARNING: This crypto map is in an incomplete state!\n"
        "\t\t(missing peer or access-list definitions)\n"
    ) in shown
    assert "\tPFS (Y/N): Y\n\tDH group:  group5\n" in shown
    assert desk.type("show crypto map interface Gi0/0") == desk.type("show crypto map")
    assert desk.type("show crypto map tag OTHER").strip() == "No crypto maps found."


def test_dynamic_maps_shown(desks: tuple[Desk, Desk]) -> None:
    desk, far = desks
    far.type(
        "configure terminal",
        "crypto dynamic-map DYN 5",
        "set transform-set TS",
        "crypto map VPN 65000 ipsec-isakmp dynamic DYN",
        "no crypto map VPN 10",
        "end",
    )
    assert far.type("show crypto dynamic-map") == (
        'Crypto Map Template"DYN" 5\n'
        "\tNo matching address list set.\n"
        "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
        "\tResponder-Only (Y/N): N\n"
        "\tPFS (Y/N): N\n"
        "\tMixed-mode : Disabled\n"
        "\tTransform sets={ \n"
        "\t\tTS:  { esp-256-aes esp-sha-hmac  } , \n"
        "\t}\n"
    )
    assert ".!!!!" in desk.type("ping 2.2.2.2 source Loopback0")
    shown = far.type("show crypto map")
    assert shown.startswith(
        'Crypto Map IPv4 "VPN" 65000 ipsec-isakmp\n'
        "\tDynamic map template tag: DYN\n"
        'Crypto Map IPv4 "VPN" 65536 ipsec-isakmp\n'
        "\tPeer = 10.0.0.1\n"
        "\tExtended IP access list \n"
        "\t    access-list  permit ip host 2.2.2.2 host 1.1.1.1\n"
        "\t    dynamic (created from dynamic map DYN/5)\n"
        "\tCurrent peer: 10.0.0.1\n"
    )
    assert "     PERMIT, flags={}" in far.type("show crypto ipsec sa")


def test_clearing(desks: tuple[Desk, Desk]) -> None:
    desk, far = desks

    def bring_up() -> tuple[int, int]:
        """The SPIs of a new pair, inbound and outbound."""
        assert ".!!!!" in desk.type("ping 2.2.2.2 source Loopback0")
        (view,) = desk.router.ipsec_views()
        return view.inbound[0].spi, view.outbound_spi

    def is_up() -> bool:
        """Whether both ends have an SA, after what was sent has arrived."""
        desk.router.simulation.run_until(desk.router.simulation.now + seconds(2))
        states = {bool(it.router.ipsec_views()[0].outbound_spi) for it in (desk, far)}
        assert len(states) == 1
        return states.pop()

    inbound, outbound = bring_up()
    desk.type("clear crypto sa counters")
    assert "#pkts encaps: 0, #pkts encrypt: 0" in desk.type("show crypto ipsec sa")
    for harmless in (
        "clear crypto sa peer 10.0.0.99",
        "clear crypto sa map OTHER",
        f"clear crypto sa entry 10.0.0.99 esp {outbound}",
        f"clear crypto sa entry 10.0.0.2 esp {inbound}",
        "clear crypto session remote 10.0.0.99",
        "clear crypto session local 10.0.0.99",
    ):
        desk.type(harmless)
        assert is_up(), harmless
    for way in ("clear crypto sa", "clear crypto sa peer 10.0.0.2", "clear crypto sa map VPN"):
        desk.type(way)
        assert not is_up()
        assert "QM_IDLE" in desk.type("show crypto isakmp sa")
        inbound, outbound = bring_up()
    desk.type(f"clear crypto sa entry 10.0.0.1 esp {inbound}")
    assert not is_up()
    inbound, outbound = bring_up()
    desk.type(f"clear crypto sa entry 10.0.0.2 esp {outbound}")
    assert not is_up()
    bring_up()
    for way in (
        "clear crypto session",
        "clear crypto session remote 10.0.0.2",
        "clear crypto session local 10.0.0.1 remote 10.0.0.2",
    ):
        desk.type(way)
        assert not is_up()
        assert "QM_IDLE" not in desk.type("show crypto isakmp sa")
        bring_up()
    assert "% VRF BLUE not configured." in desk.type("clear crypto sa vrf BLUE")


def test_crypto_logging_session(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    desk.type("configure terminal", "crypto logging session", "end")
    desk.type("ping 2.2.2.2 source Loopback0")
    desk.type("clear crypto sa")
    shown = desk.type("show logging")
    assert (
        "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is UP  .  Peer 10.0.0.2:500       Id: 10.0.0.2"
    ) in shown
    assert (
        "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is DOWN.  Peer 10.0.0.2:500       Id: 10.0.0.2"
    ) in shown


def test_protected_tunnels_are_maps_too(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    desk.type(
        "configure terminal",
        "crypto ipsec profile PROF",
        "set transform-set TS",
        "interface Tunnel7",
        "tunnel source Loopback0",
        "tunnel destination 2.2.2.2",
        "tunnel protection ipsec profile PROF",
        "end",
    )
    assert desk.type("show crypto map interface Tunnel7") == (
        'Crypto Map IPv4 "Tunnel7-head-0" 65536 ipsec-isakmp\n'
        "\tProfile name: PROF\n"
        "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
        "\tResponder-Only (Y/N): N\n"
        "\tPFS (Y/N): N\n"
        "\tMixed-mode : Disabled\n"
        "\tTransform sets={ \n"
        "\t\tTS:  { esp-256-aes esp-sha-hmac  } , \n"
        "\t}\n"
        "\n"
        'Crypto Map IPv4 "Tunnel7-head-0" 65537 ipsec-isakmp\n'
        "\tMap is a PROFILE INSTANCE.\n"
        "\tPeer = 2.2.2.2\n"
        "\tExtended IP access list \n"
        "\t    access-list  permit gre host 1.1.1.1 host 2.2.2.2\n"
        "\tCurrent peer: 2.2.2.2\n"
        "\tSecurity association lifetime: 4608000 kilobytes/3600 seconds\n"
        "\tResponder-Only (Y/N): N\n"
        "\tPFS (Y/N): N\n"
        "\tMixed-mode : Disabled\n"
        "\tTransform sets={ \n"
        "\t\tTS:  { esp-256-aes esp-sha-hmac  } , \n"
        "\t}\n"
        "\tAlways create SAs\n"
        "\tInterfaces using crypto map Tunnel7-head-0:\n"
        "\t\tTunnel7\n"
        "\n"
    )
