"""Tunnels, crypto maps and NAT typed, changed and removed in any order while packets flow."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ioscli.router.probes import EchoRequest

from .crypto_networks import R3, sites
from .ipsec_typed import ALL, WORDS, Operator
from .networks import Network, wire_site_to_site

if TYPE_CHECKING:
    from ioscli.router.router import Router

CHANGES = (
    # crypto maps
    "crypto map VPN 10 ipsec-isakmp\nset peer 100.23.0.99",
    "crypto map VPN 10 ipsec-isakmp\nno set peer {peer}",
    "crypto map VPN 10 ipsec-isakmp\nset pfs group19"
    "\nset security-association lifetime seconds 120",
    "crypto map VPN 10 ipsec-isakmp\nset security-association level per-host",
    "crypto map VPN 10 ipsec-isakmp\nno set security-association level per-host",
    "crypto map VPN 10 ipsec-isakmp\nset security-association idle-time 60",
    "crypto map VPN 10 ipsec-isakmp\nno match address",
    "crypto map VPN 10 ipsec-isakmp\nno set transform-set",
    "crypto map VPN 10 ipsec-isakmp\nset transform-set TT TS",
    "crypto map VPN 10 ipsec-isakmp\nreverse-route",
    "crypto map VPN 10 ipsec-isakmp\nreverse-route static",
    "crypto map VPN 10 ipsec-isakmp\nno reverse-route static\nno reverse-route",
    "crypto dynamic-map DYN 10\nset transform-set TS"
    "\ncrypto map VPN 65000 ipsec-isakmp dynamic DYN",
    "no crypto dynamic-map DYN",
    "no crypto map VPN 65000",
    "no crypto map VPN 10",
    "no crypto map VPN",
    "crypto map VPN local-address Loopback0",
    "no crypto map VPN local-address",
    "interface Gi0/0\nno crypto map",
    "interface Gi0/0\ncrypto map VPN",
    "interface Tunnel0\ncrypto map VPN",
    "interface Gi0/1\ncrypto map OTHER",
    "ip access-list extended VPN\nno permit ip {own} {far}",
    "ip access-list extended VPN\n5 permit icmp {own} {far}",
    "no ip access-list extended VPN",
    # phase 1 and IPsec
    "no crypto isakmp key cisco address {peer}",
    "no crypto isakmp policy 10",
    "crypto isakmp keepalive 10 periodic",
    "no crypto isakmp keepalive",
    "no crypto ipsec transform-set TS",
    "no crypto ipsec profile P",
    "crypto ipsec profile P\nset transform-set TT",
    "crypto ipsec df-bit clear",
    "crypto ipsec fragmentation after-encryption",
    "crypto ipsec security-association replay window-size 1024",
    "crypto ipsec nat-transparency udp-encapsulation",
    # tunnels
    "no interface Tunnel0",
    "default interface Tunnel0",
    "default interface Gi0/0",
    "interface Tunnel0\nshutdown",
    "interface Tunnel0\nno shutdown",
    "interface Tunnel0\ntunnel mode ipsec ipv4",
    "interface Tunnel0\ntunnel mode ipip",
    "interface Tunnel0\nno tunnel mode",
    "interface Tunnel0\nno tunnel protection ipsec profile P",
    "interface Tunnel0\nno tunnel source",
    "interface Tunnel0\ntunnel source Loopback0",
    "interface Tunnel0\nno tunnel destination",
    "interface Tunnel0\nkeepalive 5 3",
    "interface Tunnel0\ntunnel path-mtu-discovery",
    "interface Tunnel0\ntunnel key 7\ntunnel checksum\ntunnel sequence-datagrams",
    "interface Tunnel0\nip nat outside",
    "interface Tunnel1\nip unnumbered Gi0/0\ntunnel source Gi0/0\ntunnel destination {peer}"
    "\ntunnel mode ipsec ipv4\ntunnel protection ipsec profile P",
    "no interface Tunnel1",
    "ip route {far_net} 255.255.255.0 Tunnel0",
    "no ip route {far_net} 255.255.255.0 Tunnel0",
    # NAT
    "no ip nat inside source list NAT interface GigabitEthernet0/0 overload",
    "ip nat pool POOL 100.12.0.50 100.12.0.51 netmask 255.255.255.0"
    "\nip nat inside source list NAT pool POOL",
    "no ip nat inside source list NAT pool POOL",
    "no ip nat pool POOL",
    "ip nat inside source static {lan_host} 100.12.0.60",
    "no ip nat inside source static {lan_host} 100.12.0.60",
    "ip nat inside source static udp {lan_host} 500 interface Gi0/0 500",
    "no ip nat inside source static udp {lan_host} 500 interface Gi0/0 500",
    "no ip access-list extended NAT",
    "interface Gi0/0\nno ip nat outside",
    "interface Gi0/0\nip nat inside",
    "interface Gi0/1\nno ip nat inside",
    "interface Gi0/1\nip nat outside",
    "ip nat translation max-entries 1",
    "no ip nat translation max-entries",
    "ip nat translation icmp-timeout 1",
    # the ground beneath
    "interface Gi0/0\nshutdown",
    "interface Gi0/0\nno shutdown",
    "interface Gi0/0\nip address {address} 255.255.255.0",
    "interface Gi0/0\nip address 100.12.0.7 255.255.255.0",
    "interface Gi0/0\nno ip address",
    "interface Gi0/0\nip mtu 600",
    "interface Gi0/0\nip mtu 68",
    "interface Tunnel0\nip mtu 68",
    "interface Tunnel0\nip access-group VPN in",
    "interface Gi0/0\nip access-group VPN out",
    "interface Gi0/0\nno ip access-group VPN out",
    "interface Gi0/0\nip vrf forwarding RED",
    "interface Gi0/0\nno ip vrf forwarding",
    "interface Tunnel0\ntunnel vrf RED",
    "interface Tunnel0\nno tunnel vrf",
    "ip vrf RED",
    "no ip vrf RED",
    "crypto map VPN 20 ipsec-isakmp\nset peer {peer}\nset transform-set TT\nmatch address NAT",
    "crypto isakmp peer address {peer}\nset aggressive-mode password cisco"
    "\nset aggressive-mode client-endpoint ipv4-address {address}",
    "no crypto isakmp peer address {peer}",
    "crypto ipsec transform-set TS ah-sha-hmac",
    "crypto ipsec transform-set TS esp-3des esp-md5-hmac",
    "no interface Loopback0",
    "interface Loopback0\nip address {host}.{host}.{host}.{host} 255.255.255.255",
)
EXEC = (
    "clear crypto sa",
    "clear crypto sa peer {peer}",
    "clear crypto sa map VPN",
    "clear crypto sa counters",
    "clear crypto isakmp",
    "clear crypto session",
    "clear crypto session remote {peer}",
    "clear ip nat translation *",
    "clear ip nat statistics",
    "debug crypto isakmp",
    "debug crypto ipsec",
    "debug crypto engine",
    "debug ip nat detailed",
    "debug tunnel keepalive",
    "undebug all",
)
SHOWS = (
    "show running-config",
    "show crypto isakmp sa detail",
    "show crypto isakmp peers",
    "show crypto ipsec sa detail",
    "show crypto ipsec sa identity",
    "show crypto session detail",
    "show crypto map",
    "show crypto dynamic-map",
    "show crypto engine connections active",
    "show ip nat translations verbose",
    "show ip nat statistics",
    "show interfaces",
    "show ip interface brief",
    "show ip route",
    "show ip traffic",
)
AWAY = (
    "interface Gi0/0\nno crypto map\nno ip nat inside\nno ip nat outside",
    "no crypto map VPN",
    "no crypto map OTHER",
    "no crypto dynamic-map DYN",
    "no interface Tunnel0",
    "no interface Tunnel1",
    "interface Gi0/1\nno crypto map\nno ip nat inside\nno ip nat outside",
    "no ip nat inside source list NAT interface GigabitEthernet0/0 overload",
    "no ip nat inside source list NAT pool POOL",
    "no ip nat pool POOL",
    "no ip nat inside source static {lan_host} 100.12.0.60",
    "no ip nat inside source static udp {lan_host} 500 interface Gi0/0 500",
    "no ip nat translation max-entries",
    "no ip access-list extended VPN",
    "no ip access-list extended NAT",
    "no ip route {far_net} 255.255.255.0 Tunnel0",
    "no crypto ipsec profile P",
    "crypto ipsec df-bit copy",
    "crypto ipsec fragmentation before-encryption",
    "interface Loopback0\nip address {host}.{host}.{host}.{host} 255.255.255.255",
    "interface Gi0/0\nno ip vrf forwarding\nno ip access-group VPN out",
    "interface Gi0/0\nip address {address} 255.255.255.0\nno ip mtu\nno shutdown",
    "no crypto isakmp keepalive",
    "no crypto isakmp peer address {peer}",
    "no ip vrf RED",
    "no router eigrp 1",
    "no router ospf 1",
)


@cache
def network() -> Network:
    made = wire_site_to_site(Network(*sites())).boot()
    made.wait(5)
    return made


def rouse(made: Network) -> None:
    """Packets both ways whose answers nobody waits for."""
    for sender, target in (
        ("R4", "172.16.2.5"),
        ("R5", "192.168.1.4"),
        ("R4", R3),
        ("R1", "10.1.3.3"),
    ):
        for size in (100, 1500):
            made[sender].send_echo(EchoRequest(IPv4Address(target), 9, size, size), lambda _: None)


def remains(router: Router) -> dict[str, object]:
    """What is left of what was configured."""
    crypto = router.crypto
    return {
        "flows": list(crypto.flows),
        "pairs": len(crypto.sadb.by_spi) + len(crypto.sadb.by_ah_spi),
        "sas": [sa.state for sa in crypto.isakmp_views()],
        "nat": len(router.nat),
        "agreed": len(crypto.isakmp._context.children),
        "listening": router.udp.is_open(500),
    }


NOTHING = {"flows": [], "pairs": 0, "sas": [], "nat": 0, "agreed": 0, "listening": False}

KEEPALIVES = (
    "crypto isakmp keepalive 10 periodic",
    "interface Tunnel0\ntunnel path-mtu-discovery",
)

STEP = st.tuples(
    st.sampled_from(["R1", "R1", "R3"]),
    st.sampled_from([*CHANGES, *EXEC]),
    st.sampled_from([0, 0, 0.01, 1, 35]),
)


@given(steps=st.lists(STEP, min_size=1, max_size=12))
@settings(
    max_examples=200,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_any_order_of_lines(steps: list[tuple[str, str, float]]) -> None:
    made = network()
    operators = {name: Operator(made, name) for name in WORDS}
    for it in operators.values():
        it.configure(*ALL)
    rouse(made)
    made.wait(2)
    for name, text, pause in steps:
        if text in EXEC:
            operators[name].execute(text)
        else:
            operators[name].configure(text)
        rouse(made)
        made.wait(pause)
    for it in operators.values():
        for show in SHOWS:
            assert "%" not in it.execute(show).split("\n", maxsplit=1)[0]
    before = made.simulation.events_run
    made.wait(20)
    assert made.simulation.events_run - before < 20_000
    for it in operators.values():
        it.execute("clear ip nat translation *")  # a mapping in use does not go
        it.configure(*AWAY)
        it.close()
    made.wait(400)
    for name in WORDS:
        assert remains(made[name]) == NOTHING, steps
    made.ping("R1", R3, count=3)
    assert made.ping("R1", R3) == "!!!!!", steps


def events(made: Network, seconds: float) -> int:
    """How much happens in some time in which nobody does anything."""
    before = made.simulation.events_run
    made.wait(seconds)
    return made.simulation.events_run - before


def test_nothing_of_a_former_life_goes_on_after_reloads() -> None:
    made = wire_site_to_site(Network(*sites())).boot()
    made.wait(5)
    for name in WORDS:
        operator = Operator(made, name)
        operator.configure(*ALL, *KEEPALIVES)
        operator.close()
    rouse(made)
    made.wait(60)
    made.ping("R4", "172.16.2.5", count=3)
    assert made.ping("R4", "172.16.2.5") == "!!!!!"
    calm = events(made, 120)
    for turn in range(12):
        name = ("R1", "R3")[turn % 2]
        rouse(made)
        made.wait((0.01, 0.5, 3)[turn % 3])
        made[name].shut_down()
        made.wait(1)
        made[name].restart(made[name].config)
    rouse(made)
    made.wait(400)
    made.ping("R4", "172.16.2.5", count=3)
    assert made.ping("R4", "172.16.2.5") == "!!!!!"
    assert made.ping("R1", "10.1.3.3") == "!!!!!"
    assert events(made, 120) < 1.1 * calm


def test_ospf_speaks_through_the_smallest_tunnel() -> None:
    """One LSA header and no more: the description of a database comes to an end all the same."""
    made = wire_site_to_site(Network(*sites())).boot()
    made.wait(5)
    operators = [Operator(made, name) for name in WORDS]
    for it in operators:
        it.configure(*ALL, "interface Gi0/0\nip mtu 68")
    made.wait(60)
    for it in operators:
        assert "FULL/" in it.execute("show ip ospf neighbor")
        it.close()
