"""Static crypto maps: interesting traffic, proxy identities, what passes and what is dropped."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import pytest

from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.model.access_list import PortMatch, PortOperator
from ioscli.model.changes import CryptoChanged, InterfaceChanged, RoutingChanged
from ioscli.model.config import InterfaceConfig, StaticRoute, TunnelConfig
from ioscli.model.crypto import IpsecProfile, Mode
from ioscli.model.crypto_map import MapPeer
from ioscli.model.ifname import InterfaceName
from ioscli.router.probes import EchoRequest
from tests.router.crypto_networks import (
    OUTSIDE,
    R1,
    R3,
    access_list,
    apply_map,
    dynamic_entry,
    entry,
    let_clear,
    map_entry,
    mapped,
    phase_one,
    sites,
    wired,
)
from tests.router.networks import SYMBOLS

LOOPBACK = InterfaceName.parse("Loopback0")
TUNNEL = InterfaceName.parse("Tunnel0")


def flows(network, node="R1"):
    return network[node].ipsec_views()


def up(network, node="R1"):
    return [view for view in flows(network, node) if view.outbound_spi]


def tapped(network, link="R1-R2"):
    """IP packets on a wire from now on."""
    packets = []

    def tap(_when, _port, frame):
        if frame[12:14] == b"\x08\x00":
            packets.append(frame[14:])

    network.links[link].tap = tap
    return packets


def ping_from(network, node, source, destination, count=5, size=100, df=False):
    """The router's own pings from another of its addresses."""
    results = []

    def send():
        request = EchoRequest(
            IPv4Address(destination), 9, len(results), size,
            source=IPv4Address(source), dont_fragment=df,
        )  # fmt: skip
        network[node].send_echo(request, took)

    def took(result):
        results.append(result)
        if len(results) < count:
            send()

    send()
    assert network.simulation.run_while(lambda: len(results) < count)
    return "".join(SYMBOLS[result.kind] for result in results)


def test_the_first_ping_starts_the_negotiation_and_is_lost():
    network = wired(*mapped())
    network.wait(60)
    assert network["R1"].isakmp_views() == []
    (before,) = flows(network)
    assert before.outbound_spi == 0
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    (ours,), (theirs,) = flows(network), flows(network, "R3")
    assert (ours.encaps, ours.decaps, ours.send_errors) == (4, 4, 1)
    assert (theirs.encaps, theirs.decaps, theirs.send_errors) == (4, 4, 0)
    assert str(ours.local_selector.network) == "192.168.1.0/24"
    assert str(ours.remote_selector.network) == "172.16.2.0/24"
    assert ours.plaintext_mtu == 1438
    assert {sa.spi for sa in ours.inbound} == {theirs.outbound_spi}


def test_isakmp_goes_on_with_the_map_and_off_with_it():
    network = wired(*mapped())
    assert [line.split("%")[1] for line in network.log if "ISAKMP" in line] == [
        "CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON"
    ] * 2
    network["R1"].config.interfaces[OUTSIDE].crypto_map = None
    network["R1"].apply([InterfaceChanged(OUTSIDE)])
    assert network.log[-1].endswith("%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF")
    assert flows(network) == []


def test_phase_1_ends_with_the_last_map():
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5")
    assert [sa.deleted for sa in network["R1"].isakmp_views()] == [False]
    network["R1"].config.interfaces[OUTSIDE].crypto_map = None
    network["R1"].apply([InterfaceChanged(OUTSIDE)])
    network.wait(1)
    assert [sa.deleted for sa in network["R1"].isakmp_views()] == [True]
    assert [sa.deleted for sa in network["R3"].isakmp_views()] == [True]


def test_nobody_goes_on_calling_when_the_map_is_gone():
    configs = mapped()
    phase_one(configs[0], "100.23.0.99")
    configs[0].crypto_maps["VPN"].entries[10].peers = [MapPeer(IPv4Address("100.23.0.99"))]
    network = wired(*configs)
    network.ping("R4", "172.16.2.5", count=1)
    network["R1"].config.interfaces[OUTSIDE].crypto_map = None
    network["R1"].apply([InterfaceChanged(OUTSIDE)])
    calls = tapped(network)
    network.wait(30)
    assert not [packet for packet in calls if packet[9] == 17]


def test_only_what_the_list_permits_is_encrypted():
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5")
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5") == "!!!!!"
    assert {packet[9] for packet in packets} == {50}
    packets.clear()
    assert network.ping("R1", R3) == "!!!!!"
    assert {packet[9] for packet in packets} == {1}


def test_the_routers_own_packets_are_protected_too():
    network = wired(*mapped())
    assert ping_from(network, "R1", "192.168.1.1", "172.16.2.3") == ".!!!!"
    packets = tapped(network)
    assert ping_from(network, "R1", "192.168.1.1", "172.16.2.5") == "!!!!!"
    assert {packet[9] for packet in packets} == {50}


def test_what_comes_in_the_clear_is_dropped_and_reported_once_a_minute():
    configs = mapped()
    let_clear(configs[1])
    del configs[2].interfaces[OUTSIDE].crypto_map
    configs[2].interfaces[OUTSIDE].crypto_map = None
    network = wired(*configs)
    assert network.ping("R5", "192.168.1.4") == "....."
    lines = [line for line in network.log if "NOT_IPSEC" in line]
    assert lines[0].endswith(
        "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. "
        "(ip) vrf/dest_addr= /192.168.1.4, src_addr= 172.16.2.5, prot= 1"
    )
    assert len(lines) == 1
    assert network["R1"].crypto.cleartext_drops == 5
    # Its own addresses are another matter: nothing says that they must be encrypted.
    assert network.ping("R5", R1) == "!!!!!"


def test_one_block_for_each_line_of_the_list():
    configs = mapped()
    configs[0].policy.access_lists["101"].append(entry("1.1.1.1/32", "3.3.3.3/32"))
    configs[2].policy.access_lists["101"].append(entry("3.3.3.3/32", "1.1.1.1/32"))
    network = wired(*configs)
    assert len(flows(network)) == 2
    assert ping_from(network, "R1", "1.1.1.1", "3.3.3.3") == ".!!!!"
    assert [bool(view.outbound_spi) for view in flows(network)] == [False, True]
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert len(up(network)) == 2
    (session,) = network["R1"].crypto_session_views()
    assert session.status == "UP-ACTIVE"
    assert len(session.flows) == 2


def test_a_deny_leads_to_the_next_entry():
    configs = mapped()
    first = configs[0]
    access_list(
        first, "101",
        entry("192.168.1.0/24", "172.16.2.5/32", permit=False),
        entry("192.168.1.0/24", "172.16.2.0/24"),
    )  # fmt: skip
    access_list(first, "102", entry("192.168.1.0/24", "172.16.2.5/32"))
    map_entry(first, 20, [R3], "102")
    third = configs[2]
    access_list(third, "101", entry("172.16.2.0/24", "192.168.1.0/24"))
    access_list(third, "102", entry("172.16.2.5/32", "192.168.1.0/24"))
    map_entry(third, 5, [R1], "102")
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert [str(view.remote_selector.network) for view in up(network)] == ["172.16.2.5/32"]
    assert first.policy.access_lists["101"].hits == {10: 5}
    assert first.policy.access_lists["102"].hits == {10: 5}


def test_an_incomplete_entry_protects_nothing():
    configs = mapped()
    let_clear(configs[1])
    for made in (configs[0], configs[2]):
        made.crypto_maps["VPN"].entries[10].peers.clear()
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == "!!!!!"
    assert flows(network) == []
    for made, peer in ((configs[0], R3), (configs[2], R1)):
        made.crypto_maps["VPN"].entries[10].peers.append(MapPeer(IPv4Address(peer)))
    for node in ("R1", "R3"):
        network[node].apply([CryptoChanged()])
    assert network.ping("R4", "172.16.2.5") == ".!!!!"


def test_a_list_that_comes_later_makes_the_entry_work():
    configs = mapped()
    kept = configs[0].policy.access_lists.pop("101")
    network = wired(*configs)
    assert flows(network) == []
    configs[0].policy.access_lists["101"] = kept
    network["R1"].apply([RoutingChanged()])
    assert network.ping("R4", "172.16.2.5") == ".!!!!"


def test_local_address_is_the_loopbacks():
    configs = mapped()
    configs[0].crypto_maps["VPN"].local_address = LOOPBACK
    configs[1].static_routes.append(StaticRoute(IPv4Network("1.1.1.1/32"), IPv4Address(R1), None))
    configs[2].crypto_maps["VPN"].entries[10].peers = [MapPeer(IPv4Address("1.1.1.1"))]
    phase_one(configs[2], "1.1.1.1")
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert str(up(network)[0].local_address) == "1.1.1.1"


def test_different_lists_fail_in_quick_mode():
    configs = mapped()
    access_list(configs[2], "101", entry("172.16.2.0/25", "192.168.1.0/24"))
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == "....."
    assert any(row.state == "QM_IDLE" for row in network["R1"].isakmp_views())
    assert up(network) == up(network, "R3") == []


def test_a_peer_may_ask_for_a_part_of_the_list():
    configs = mapped()
    access_list(configs[0], "101", entry("192.168.1.0/25", "172.16.2.0/24"))
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    (narrow,) = up(network, "R3")
    assert not narrow.from_list
    assert str(narrow.remote_selector.network) == "192.168.1.0/25"
    # The line itself has no SA, and its block is there all the same.
    assert len(flows(network, "R3")) == 2
    network["R1"].clear_crypto_sa()
    network.wait(2)
    assert len(flows(network, "R3")) == 1


def test_sas_that_are_up_ignore_a_changed_list():
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5")
    made = network["R1"].config
    access_list(made, "101", entry("192.168.1.0/24", "172.16.9.0/24"))
    network["R1"].apply([RoutingChanged()])
    assert network.ping("R4", "172.16.2.5") == "!!!!!"
    views = flows(network)
    assert [str(view.remote_selector.network) for view in views if view.outbound_spi] == [
        "172.16.2.0/24"
    ]
    network["R1"].clear_crypto_sa()
    assert [str(view.remote_selector.network) for view in flows(network)] == ["172.16.9.0/24"]
    access_list(made, "101", entry("192.168.1.0/24", "172.16.2.0/24"))
    network["R1"].apply([RoutingChanged()])
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    network["R1"].apply([CryptoChanged()])
    assert all(view.from_list for view in flows(network))


def test_sas_per_host():
    configs = mapped()
    for made in (configs[0], configs[2]):
        made.crypto_maps["VPN"].entries[10].per_host = True
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert network.ping("R4", "172.16.2.3") == ".!!!!"
    assert sorted(str(view.remote_selector.network) for view in up(network)) == [
        "172.16.2.3/32",
        "172.16.2.5/32",
    ]
    assert len(up(network, "R3")) == 2


def test_after_clearing_only_traffic_brings_sas_back():
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5")
    network["R1"].clear_crypto_sa()
    network.wait(60)
    assert up(network) == up(network, "R3") == []
    assert network.ping("R4", "172.16.2.5") == ".!!!!"


def test_an_idle_pair_is_not_renewed_and_a_used_one_is():
    configs = mapped()
    for made in (configs[0], configs[2]):
        made.crypto_maps["VPN"].entries[10].lifetime_seconds = 300
    network = wired(*configs)
    network.ping("R4", "172.16.2.5")
    before = up(network)[0].outbound_spi
    network.wait(320)
    assert network.ping("R4", "172.16.2.5") == "!!!!!"
    assert up(network)[0].outbound_spi != before
    network.wait(700)
    assert up(network) == []


def test_packets_must_be_of_their_sas_selectors():
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5")
    flow = next(iter(network["R3"].crypto.flows.values()))
    pair = flow.flow.current
    inner = bytearray(28)
    inner[0], inner[3], inner[8], inner[9] = 0x45, 28, 64, 1
    inner[12:20] = IPv4Address("192.168.1.4").packed + IPv4Address(R1).packed
    dropped = network["R1"].crypto.input.policy_drops
    sealed = pair.outbound.seal(bytes(inner), 4)
    outer = flow._outer.build(len(sealed), 1)
    network["R1"].forwarding.receive(outer + sealed, network["R1"].interfaces[OUTSIDE])
    assert network["R1"].crypto.input.policy_drops == dropped + 1
    assert any(
        "RECVD_PKT_INV_IDENTITY" in line and "local_proxy=192.168.1.0/255.255.255.0/0/0" in line
        for line in network.log
    )


@pytest.mark.parametrize("mode", list(Mode))
def test_between_the_endpoints_themselves(mode):
    """`permit ip host A host B` of the peers: IKE goes in the clear all the same."""
    configs = mapped(mode=mode)
    access_list(configs[0], "101", entry(f"{R1}/32", f"{R3}/32"))
    access_list(configs[2], "101", entry(f"{R3}/32", f"{R1}/32"))
    network = wired(*configs)
    network.wait(30)  # the first message was lost to ARP
    packets = tapped(network)
    assert network.ping("R1", R3).endswith("!!!!")
    assert {packet[9] for packet in packets} <= {50, 17}
    assert {sa.proposal.mode for sa in up(network)[0].inbound} == {mode}


def test_a_line_of_one_protocol_and_port():
    configs = mapped()
    telnet = PortMatch(PortOperator.EQUAL, (23,))
    for made, own, other, ports in (
        (configs[0], "192.168.1.0/24", "172.16.2.0/24", {"destination_ports": telnet}),
        (configs[2], "172.16.2.0/24", "192.168.1.0/24", {"source_ports": telnet}),
    ):
        access_list(made, "101", entry(own, other, protocol=6, **ports), entry(own, other))
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    first, second = flows(network)
    assert (first.remote_selector.protocol, first.remote_selector.port) == (6, 23)
    assert (first.local_selector.port, first.outbound_spi) == (0, 0)
    assert second.outbound_spi
    # A segment to port 23 is of the first line.
    segment = (40_000).to_bytes(2, "big") + (23).to_bytes(2, "big") + bytes(16)
    header = Ipv4Template(
        IPv4Address("192.168.1.4").packed, IPv4Address("172.16.2.5").packed, 6, 64
    )
    inside = network["R1"].interfaces[InterfaceName.parse("Gi0/1")]
    for _ in range(2):
        network["R1"].forwarding.receive(header.build(len(segment), 1) + segment, inside)
        network.wait(3)
    assert flows(network)[0].encaps == 1
    assert flows(network, "R3")[0].decaps == 1


def gre_ends(mode: Mode = Mode.TUNNEL):
    """R1 protects its tunnel by profile, R3 by a map on the physical interface."""
    configs = sites()
    for made, peer, inside in ((configs[0], R3, "10.0.0.1/24"), (configs[2], R1, "10.0.0.3/24")):
        phase_one(made, peer)
        made.interfaces[TUNNEL] = InterfaceConfig(TUNNEL, address=IPv4Interface(inside))
        made.interfaces[TUNNEL].tunnel = TunnelConfig(source=OUTSIDE, destination=IPv4Address(peer))
    first, third = configs[0], configs[2]
    map_entry(first, 10, [R3], "none", mode=mode)  # for the transform set
    first.crypto_maps.clear()
    first.ipsec.profiles["P"] = IpsecProfile("P", ["TS"])
    first.interfaces[TUNNEL].tunnel.protection_profile = "P"
    access_list(third, "101", entry(f"{R3}/32", f"{R1}/32", protocol=47))
    map_entry(third, 10, [R1], "101", mode=mode)
    apply_map(third)
    first.static_routes.append(
        StaticRoute(IPv4Network("172.16.2.0/24"), IPv4Address("10.0.0.3"), None)
    )
    third.static_routes.append(
        StaticRoute(IPv4Network("192.168.1.0/24"), IPv4Address("10.0.0.1"), None)
    )
    return configs


@pytest.mark.parametrize(("mode", "room"), [(Mode.TUNNEL, 1414), (Mode.TRANSPORT, 1434)])
def test_a_map_for_gre_against_a_protected_tunnel(mode, room):
    network = wired(*gre_ends(mode))
    network.wait(30)
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5", count=3).endswith("!!")
    assert {packet[9] for packet in packets} == {50}
    view, other = up(network, "R3")[0], up(network)[0]
    assert view.local_selector.protocol == 47
    assert {sa.proposal.mode for sa in (*view.inbound, *other.inbound)} == {mode}
    assert network.ping("R4", "172.16.2.5", size=room, df=True) == "!!!!!"
    assert network.ping("R4", "172.16.2.5", size=room + 1, df=True) == "M.M.M"
    # The map's side does not know of ESP when GRE makes its packets: those are cut.
    assert network.ping("R5", "192.168.1.4", size=1476) == "!!!!!"
    assert max(map(len, packets)) <= 1500


def test_ipsec_over_gre():
    """A map on the tunnel interface: the room is the tunnel's, and GRE stays readable."""
    configs = gre_ends()
    for made, peer, own, other in (
        (configs[0], "10.0.0.3", "192.168.1.0/24", "172.16.2.0/24"),
        (configs[2], "10.0.0.1", "172.16.2.0/24", "192.168.1.0/24"),
    ):
        made.crypto_maps.clear()
        made.interfaces[OUTSIDE].crypto_map = None
        made.interfaces[TUNNEL].tunnel.protection_profile = None
        phase_one(made, peer)
        access_list(made, "101", entry(own, other))
        map_entry(made, 10, [peer], "101")
        apply_map(made, TUNNEL)
    network = wired(*configs)
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert {packet[9] for packet in packets} == {47}
    (view,) = up(network)
    assert (view.path_mtu, view.plaintext_mtu) == (1476, 1406)
    assert str(view.interface) == "Tunnel0"
    assert network.ping("R4", "172.16.2.5", size=1406, df=True) == "!!!!!"
    assert network.ping("R4", "172.16.2.5", size=1407, df=True) == "M.M.M"
    packets.clear()
    assert network.ping("R1", "10.0.0.3") == "!!!!!"
    assert {packet[24 + 9] for packet in packets} == {1}


def begun(network, seconds):
    """A ping that nobody waits for, and what it set going so far."""
    request = EchoRequest(IPv4Address("172.16.2.5"), 9, 1, 100)
    network["R4"].send_echo(request, lambda _: None)
    network.wait(seconds)


@pytest.mark.parametrize("milliseconds", range(1, 30, 2))
def test_no_pair_is_left_of_an_entry_that_goes_while_it_negotiates(milliseconds):
    configs = mapped()
    access_list(configs[0], "102", entry("192.168.9.0/24", "172.16.9.0/24"))
    map_entry(configs[0], 20, [R3], "102")  # keeps ISAKMP on
    network = wired(*configs)
    begun(network, milliseconds / 1000)
    del configs[0].crypto_maps["VPN"].entries[10]
    network["R1"].apply([CryptoChanged()])
    network.wait(5)
    for node in ("R1", "R3"):
        crypto = network[node].crypto
        assert not crypto.sadb.by_spi
        assert not crypto.isakmp._context.children


@pytest.mark.parametrize("milliseconds", range(1, 30, 2))
def test_no_pair_comes_up_with_a_peer_that_is_configured_no_more(milliseconds):
    configs = mapped()
    network = wired(*configs)
    begun(network, milliseconds / 1000)
    configs[0].crypto_maps["VPN"].entries[10].peers = [MapPeer(IPv4Address("100.23.0.99"))]
    network["R1"].apply([CryptoChanged()])
    network.wait(5)
    late = network["R1"].crypto.sadb.by_spi
    assert not late or milliseconds > 12  # what was up before stays until it runs out
    assert len(network["R3"].crypto.sadb.by_spi) == len(late)


def test_what_came_in_the_clear_is_counted_on_when_the_configuration_changes():
    configs = mapped()
    let_clear(configs[1])
    configs[2].interfaces[OUTSIDE].crypto_map = None
    network = wired(*configs)
    network.ping("R5", "192.168.1.4", count=3)
    network["R1"].apply([CryptoChanged()])
    assert network["R1"].crypto.cleartext_drops == 3
    network.ping("R5", "192.168.1.4", count=2)
    assert network["R1"].crypto.cleartext_drops == 5


def test_flows_of_host_pairs_go_when_nobody_answers_and_turn_to_the_next_peer():
    configs = mapped()
    phase_one(configs[0], "100.23.0.99", R3)
    made = configs[0].crypto_maps["VPN"].entries[10]
    made.per_host = True
    made.peers = [MapPeer(IPv4Address("100.23.0.99")), MapPeer(IPv4Address(R3))]
    network = wired(*configs)
    for host in range(20, 40):
        request = EchoRequest(IPv4Address(f"172.16.2.{host}"), 9, 1, 100)
        network["R4"].send_echo(request, lambda _: None)
    network.wait(1)
    crypto = network["R1"].crypto
    assert len(crypto.flows) == 20
    network.wait(120)
    assert not crypto.flows
    assert not [flow for flow in crypto.sadb.flows if flow.policy.owner not in crypto.flows]
    configs[2].crypto_maps["VPN"].entries[10].per_host = True
    dynamic_entry(configs[2])
    network["R3"].apply([CryptoChanged()])
    assert network.ping("R4", "172.16.2.5")[-1] == "!"
    assert [flow.policy.peer for flow in crypto.flows.values()] == [IPv4Address(R3)]
