"""Crypto maps among other things at an interface, and GRE and crypto on routers of their own."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ioscli.model.changes import InterfaceChanged
from ioscli.model.config import InterfaceConfig, StaticRoute, TunnelConfig
from ioscli.model.crypto import IpsecProfile, Mode
from ioscli.model.ifname import InterfaceName
from ioscli.model.vrf import VrfConfig
from tests.router.crypto_networks import (
    OUTSIDE,
    R1,
    R3,
    access_list,
    apply_map,
    entry,
    let_clear,
    map_entry,
    mapped,
    phase_one,
    sites,
    wired,
)
from tests.router.nat_networks import configure
from tests.router.test_crypto_map import TUNNEL, flows, tapped, up
from tests.router.test_subinterfaces import subinterface, trunk

INSIDE = InterfaceName.parse("Gi0/1")


def restricted(made, *entries):
    """An input access list at the outside interface."""
    access_list(made, "OUTSIDE", *entries)
    made.interfaces[OUTSIDE].access_group_in = "OUTSIDE"


def test_the_input_list_sees_esp_and_not_what_was_inside():
    configs = mapped()
    for made, peer in ((configs[0], R3), (configs[2], R1)):
        restricted(
            made,
            entry(f"{peer}/32", "0.0.0.0/0", protocol=50),
            entry(f"{peer}/32", "0.0.0.0/0", protocol=17),
        )
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert configs[0].policy.access_lists["OUTSIDE"].hits[10] == 4


def test_the_input_list_may_refuse_esp():
    configs = mapped()
    restricted(configs[2], entry("0.0.0.0/0", "0.0.0.0/0", protocol=17))
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == "....."
    assert up(network)[0].encaps == 4
    assert up(network, "R3")[0].decaps == 0


def translating(*, exempt):
    """R1 translates to its outside address, and has a map for the untranslated addresses."""
    configs = mapped()
    network = wired(*configs)
    denied = ("access-list 150 deny ip 192.168.1.0 0.0.0.255 172.16.2.0 0.0.0.255",)
    configure(
        network["R1"],
        *(denied if exempt else ()),
        "access-list 150 permit ip 192.168.1.0 0.0.0.255 any",
        "ip nat inside source list 150 interface GigabitEthernet0/0 overload",
        "interface GigabitEthernet0/1",
        "ip nat inside",
        "interface GigabitEthernet0/0",
        "ip nat outside",
    )
    network["R1"].apply([InterfaceChanged(OUTSIDE), InterfaceChanged(INSIDE)])
    return network


def test_nat_comes_before_the_map():
    network = translating(exempt=False)
    # They leave in the clear, translated, and R2 knows no way to R5.
    assert network.ping("R4", "172.16.2.5") == "U.U.U"
    assert flows(network)[0].send_errors == 0
    assert network["R1"].isakmp_views() == []


def test_what_is_exempt_from_nat_is_encrypted():
    network = translating(exempt=True)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    assert network.ping("R4", R3) == "!!!!!"
    assert network["R1"].isakmp_views()


def dual_tier(*, protection):
    """GRE between R4 and R5, which stand behind the crypto routers R1 and R3."""
    configs = sites()
    ends = ("192.168.1.4", "172.16.2.5")
    for made, own, far, crypto, peer, inside in (
        (configs[3], *ends, configs[0], R3, "10.0.0.4/24"),
        (configs[4], *ends[::-1], configs[2], R1, "10.0.0.5/24"),
    ):
        made.interfaces[TUNNEL] = InterfaceConfig(TUNNEL, address=IPv4Interface(inside))
        made.interfaces[TUNNEL].tunnel = TunnelConfig(source=OUTSIDE, destination=IPv4Address(far))
        phase_one(crypto, peer)
        access_list(crypto, "101", entry(f"{own}/32", f"{far}/32", protocol=47))
        map_entry(crypto, 10, [peer], "101")
        if protection and made is configs[4]:
            # R5 wants its tunnel protected itself, with an SA between the GRE ends.
            phase_one(made, far)
            map_entry(made, 10, [far], "none")
            made.crypto_maps.clear()
            made.ipsec.profiles["P"] = IpsecProfile("P", ["TS"])
            made.interfaces[TUNNEL].tunnel.protection_profile = "P"
        if not protection or crypto is configs[0]:
            apply_map(crypto)
        elif protection:
            # Its map would not see GRE; routes lead there all the same.
            crypto.static_routes.append(
                StaticRoute(IPv4Network("192.168.1.0/24"), IPv4Address("100.23.0.2"), None)
            )
    configs[1].static_routes += [
        StaticRoute(IPv4Network("192.168.1.0/24"), IPv4Address(R1), None),
        StaticRoute(IPv4Network("172.16.2.0/24"), IPv4Address(R3), None),
    ]
    return wired(*configs)


def test_gre_on_one_router_and_crypto_on_another():
    network = dual_tier(protection=False)
    packets = tapped(network)
    assert network.ping("R4", "10.0.0.5") == ".!!!!"
    assert {packet[9] for packet in packets} <= {50, 17}
    (view,) = up(network)
    assert view.local_selector.protocol == 47
    assert str(view.local_address) == R1
    inner = tapped(network, "R4-R1")
    network.ping("R4", "10.0.0.5")
    assert {packet[9] for packet in inner} == {47}


def test_tunnel_protection_cannot_meet_a_crypto_router():
    """The SA would have to be between the GRE ends, and R1's is between others."""
    network = dual_tier(protection=True)
    network.wait(120)
    assert network.ping("R5", "10.0.0.4") == "....."
    (ours,) = flows(network, "R5")
    # The shows say why: the peer is the far GRE end, which answers no IKE.
    assert (str(ours.peer), ours.outbound_spi) == ("192.168.1.4", 0)
    assert ours.send_errors >= 5
    assert "QM_IDLE" not in {row.state for row in network["R5"].isakmp_views()}
    assert up(network) == []


def test_one_map_on_two_interfaces():
    configs = mapped()
    first = configs[0]
    first.crypto_maps["VPN"].local_address = InterfaceName.parse("Loopback0")
    configs[1].static_routes.append(StaticRoute(IPv4Network("1.1.1.1/32"), IPv4Address(R1), None))
    phase_one(configs[2], "1.1.1.1")
    configs[2].crypto_maps["VPN"].entries[10].peers = [
        configs[2].crypto_maps["VPN"].entries[10].peers[0]._replace(address=IPv4Address("1.1.1.1"))
    ]
    apply_map(first, INSIDE)
    network = wired(*configs)
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    # One pair of SAs, shown under both interfaces.
    views = up(network)
    assert [str(view.interface) for view in views] == ["GigabitEthernet0/0", "GigabitEthernet0/1"]
    assert len({view.outbound_spi for view in views}) == 1


def test_a_map_goes_with_its_interfaces_address():
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5")
    network["R1"].config.interfaces[OUTSIDE].address = None
    network["R1"].apply([InterfaceChanged(OUTSIDE)])
    assert flows(network) == []
    network["R1"].config.interfaces[OUTSIDE].address = IPv4Interface(f"{R1}/24")
    network["R1"].apply([InterfaceChanged(OUTSIDE)])
    assert len(flows(network)) == 1
    network.wait(5)
    assert network.ping("R4", "172.16.2.5", count=6).endswith("!!!!")


def test_a_reload_forgets_the_sas():
    network = wired(*mapped())
    network.ping("R4", "172.16.2.5")
    router = network["R1"]
    kept = router.config
    router.shut_down()
    network.wait(2)
    router.restart(kept)
    network.wait(5)
    assert up(network) == []
    assert network.ping("R4", "172.16.2.5", count=12).endswith("!!!!")


def test_a_map_on_subinterfaces():
    network = trunk()
    for node, own, far in (("A", 1, 2), ("B", 2, 1)):
        made = network[node].config
        name = subinterface(network, node, 10, f"10.10.0.{own}/24")
        phase_one(made, f"10.10.0.{far}")
        access_list(made, "101", entry(f"10.10.0.{own}/32", f"10.10.0.{far}/32", protocol=1))
        map_entry(made, 10, [f"10.10.0.{far}"], "101", mode=Mode.TRANSPORT)
        apply_map(made, name)
        network[node].apply([InterfaceChanged(name)])
    # ARP for the first message, then the packets until the second attempt, ten seconds later.
    assert network.ping("A", "10.10.0.2", count=12).endswith("!!!!")
    frames = []
    network.links["A-B"].tap = lambda _when, _port, frame: frames.append(frame)
    assert network.ping("A", "10.10.0.2") == "!!!!!"
    assert {frame[12:16].hex() + f" {frame[18 + 9]}" for frame in frames} == {"8100000a 50"}
    (view,) = network["A"].ipsec_views()
    assert str(view.interface) == "GigabitEthernet0/0.10"
    assert {sa.proposal.mode for sa in view.inbound} == {Mode.TRANSPORT}
    assert (view.local_selector.protocol, view.plaintext_mtu) == (1, 1458)


def test_in_a_vrf_nothing_leaves_in_the_clear():
    """There is no IPsec in VRFs here; what a map protects is lost there, not readable."""
    configs = mapped()
    let_clear(configs[1])
    first = configs[0]
    first.vrfs["BLUE"] = VrfConfig("BLUE", legacy=True)
    for name in (OUTSIDE, INSIDE):
        first.interfaces[name].vrf = "BLUE"
    first.static_routes[:] = [replace(line, vrf="BLUE") for line in first.static_routes]
    network = wired(*configs)
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5", count=2) == ".."
    assert packets == []
    assert network.ping("R4", "100.12.0.2", count=2).endswith("!")
