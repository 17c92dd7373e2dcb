"""NAT beside IPsec: the order of the two on one router, and tunnels through a NAT router."""

from __future__ import annotations

from tests.router.nat_networks import OVERLOAD, SIDES, configure, nat_network, table
from tests.router.networks import Network, config

POLICY = (
    "crypto isakmp policy 10",
    "encryption aes 256",
    "hash sha256",
    "authentication pre-share",
    "group 14",
    "exit",
    "crypto isakmp key SECRET address 0.0.0.0",
    "crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac",
    "exit",
)


def static_map(peer: str, local: str, remote: str, interface: str) -> tuple[str, ...]:
    return (
        f"access-list 101 permit ip {local} {remote}",
        "crypto map M 10 ipsec-isakmp",
        f"set peer {peer}",
        "set transform-set TS",
        "match address 101",
        "exit",
        f"interface {interface}",
        "crypto map M",
        "exit",
    )


def dynamic_map(interface: str) -> tuple[str, ...]:
    return (
        "crypto dynamic-map D 10",
        "set transform-set TS",
        "exit",
        "crypto map M 10 ipsec-isakmp dynamic D",
        f"interface {interface}",
        "crypto map M",
        "exit",
    )


def behind_pat() -> Network:
    """R1 is a spoke behind R2's PAT, R3 a hub that takes any peer."""
    net = nat_network(*OVERLOAD)
    spoke = static_map("192.0.2.3", "host 10.0.0.1", "host 203.0.113.3", "GigabitEthernet0/0")
    configure(net["R1"], *POLICY, *spoke)
    configure(net["R3"], *POLICY, *dynamic_map("GigabitEthernet0/0"))
    configure(net["R3"], "ip route 10.0.0.0 255.255.255.0 192.0.2.2")
    return net


def test_an_initiator_behind_pat_floats_to_4500_and_its_packets_pass() -> None:
    net = behind_pat()
    assert net.ping("R1", "203.0.113.3") == ".!!!!"
    assert table(net) == [
        "udp 192.0.2.2:500      10.0.0.1:500       192.0.2.3:500      192.0.2.3:500",
        "udp 192.0.2.2:4500     10.0.0.1:4500      192.0.2.3:4500     192.0.2.3:4500",
    ]
    assert [it.peer_port for it in net["R3"].isakmp_views()] == [4500]
    assert net.ping("R1", "203.0.113.3") == "!!!!!"


def test_a_responder_behind_forwarded_ports_answers() -> None:
    net = nat_network(
        "ip nat inside source static udp 10.0.0.1 500 interface GigabitEthernet0/1 500",
        "ip nat inside source static udp 10.0.0.1 4500 interface GigabitEthernet0/1 4500",
    )
    configure(net["R1"], *POLICY, *dynamic_map("GigabitEthernet0/0"))
    hub = static_map("192.0.2.2", "host 192.0.2.3", "host 10.0.0.1", "GigabitEthernet0/0")
    configure(net["R3"], *POLICY, *hub, "ip route 10.0.0.0 255.255.255.0 192.0.2.2")
    assert net.ping("R3", "10.0.0.1") == ".!!!!"
    assert table(net)[:2] == [
        "udp 192.0.2.2:500      10.0.0.1:500       192.0.2.3:500      192.0.2.3:500",
        "udp 192.0.2.2:500      10.0.0.1:500       ---                ---",
    ]


def gateway(*nat_list: str) -> Network:
    """R2 translates and encrypts: its LAN speaks with R3's loopback through IPsec."""
    net = nat_network(
        *nat_list, "ip nat inside source list 100 interface GigabitEthernet0/1 overload"
    )
    lan, far = "10.0.0.0 0.0.0.255", "host 203.0.113.3"
    configure(net["R2"], *POLICY, *static_map("192.0.2.3", lan, far, "GigabitEthernet0/1"))
    configure(net["R3"], *POLICY, *static_map("192.0.2.2", far, lan, "GigabitEthernet0/0"))
    configure(net["R3"], "ip route 10.0.0.0 255.255.255.0 192.0.2.2")
    return net


def test_exempted_traffic_is_encrypted_and_the_rest_translated() -> None:
    net = gateway(
        "access-list 100 deny ip 10.0.0.0 0.0.0.255 host 203.0.113.3",
        "access-list 100 permit ip 10.0.0.0 0.0.0.255 any",
    )
    assert net.ping("R1", "203.0.113.3") == ".!!!!"
    assert table(net) == []
    assert net.ping("R1", "192.0.2.3") == "!!!!!"
    assert len(table(net)) == 1


def test_without_exemption_traffic_is_translated_and_misses_the_crypto_map() -> None:
    net = gateway("access-list 100 permit ip 10.0.0.0 0.0.0.255 any")
    net.ping("R1", "203.0.113.3", count=2)
    assert len(table(net)) == 1
    assert net["R2"].isakmp_views() == []


def test_a_tunnel_goes_on_when_the_nat_router_gives_it_another_port() -> None:
    """The next authenticated IKE message tells the hub where its peer is now (RFC 3947, 4)."""
    net = behind_pat()
    configure(net["R1"], "crypto isakmp keepalive 10 periodic")
    configure(net["R3"], "crypto isakmp keepalive 10 periodic")
    net.ping("R1", "203.0.113.3")
    net["R2"].nat.clear()
    occupied = "ip nat inside source static udp 10.0.0.9 4500 interface GigabitEthernet0/1 4500"
    configure(net["R2"], occupied)
    net.wait(15)
    assert any(line.startswith("udp 192.0.2.2:1024     10.0.0.1:4500") for line in table(net))
    assert net.ping("R1", "203.0.113.3", count=3) == "!!!"


def two_behind_pat() -> Network:
    """R1 and R4 are spokes behind the address of R2, R3 the hub."""
    net = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24"}, {"0.0.0.0/0": "10.0.0.2"}),
        config("R4", {"Gi0/0": "10.4.0.4/24"}, {"0.0.0.0/0": "10.4.0.2"}),
        config(
            "R2",
            {"Gi0/0": "10.0.0.2/24", "Gi0/1": "192.0.2.2/24", "Gi0/2": "10.4.0.2/24"},
            {},
        ),
        config("R3", {"Gi0/0": "192.0.2.3/24", "Lo0": "203.0.113.3/32"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.link("R4:Gi0/0", "R2:Gi0/2")
    net.link("R2:Gi0/1", "R3:Gi0/0")
    net.boot()
    net.wait(3)
    configure(
        net["R2"],
        *SIDES,
        "interface GigabitEthernet0/2",
        "ip nat inside",
        "access-list 1 permit any",
        "ip nat inside source list 1 interface GigabitEthernet0/1 overload",
    )
    for name in ("R1", "R4"):
        net.ping(name, "192.0.2.3")  # so that everybody knows everybody's hardware address
    for name, host in (("R1", "10.0.0.1"), ("R4", "10.4.0.4")):
        interesting = (f"host {host}", "host 203.0.113.3")
        configure(net[name], *POLICY, *static_map("192.0.2.3", *interesting, "Gi0/0"))
    configure(net["R3"], *POLICY, *dynamic_map("GigabitEthernet0/0"))
    configure(net["R3"], "ip route 10.0.0.0 255.0.0.0 192.0.2.2")
    return net


def test_two_initiators_behind_one_address_have_ports_of_their_own() -> None:
    net = two_behind_pat()
    for name, port in (("R1", 4500), ("R4", 1024)):
        assert net.ping(name, "203.0.113.3").endswith("!!")
        assert port in [it.peer_port for it in net["R3"].isakmp_views()]
    assert sum(line.startswith("udp") for line in table(net)) == 4
    sessions = [
        (it.peer_port, [sa.identity for sa in it.isakmp], len(it.flows))
        for it in net["R3"].crypto_session_views()
    ]
    assert sessions == [(1024, ["10.4.0.4"], 1), (4500, ["10.0.0.1"], 1)]


def test_one_of_them_dies_and_the_other_stays() -> None:
    net = two_behind_pat()
    configure(net["R3"], "crypto isakmp keepalive 10 2 periodic")
    for name in ("R1", "R4"):
        assert net.ping(name, "203.0.113.3").endswith("!!")
    net.links["R4-R2"].set_up(False)
    net.wait(40)
    alive = [view.remote_selector for view in net["R3"].ipsec_views() if view.outbound_spi]
    assert [str(it.network) for it in alive] == ["10.0.0.1/32"]
    assert net.ping("R1", "203.0.113.3") == "!!!!!"
