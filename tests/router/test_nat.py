"""NAT between real routers: what crosses it, what stands in the table, when it goes."""

from __future__ import annotations

from ipaddress import IPv4Address

from ioscli.router.probes import EchoRequest
from tests.router.nat_networks import OVERLOAD, configure, nat_network, table
from tests.router.networks import SYMBOLS, Network, config


def test_overload_translates_a_ping_and_its_replies() -> None:
    net = nat_network(*OVERLOAD)
    assert net.ping("R1", "192.0.2.3") == "!!!!!"
    assert table(net) == [
        "icmp 192.0.2.2:1024    10.0.0.1:7         192.0.2.3:7        192.0.2.3:1024"
    ]
    counts = net["R2"].nat.counts
    assert (counts.hits, counts.fast, counts.misses) == (10, 10, 0)


def test_untranslated_packets_do_not_come_back() -> None:
    """The outside has no route to the inside: what passes untranslated is lost."""
    net = nat_network()
    assert net.ping("R1", "192.0.2.3", count=2) == ".."


def test_sources_that_the_list_denies_pass_as_they_are() -> None:
    net = nat_network(
        "access-list 1 deny 10.0.0.1",
        "access-list 1 permit any",
        "ip nat inside source list 1 interface GigabitEthernet0/1 overload",
    )
    assert net.ping("R1", "192.0.2.3", count=2) == ".."
    assert table(net) == []


def test_a_list_that_nobody_made_translates_nothing() -> None:
    net = nat_network("ip nat inside source list 9 interface GigabitEthernet0/1 overload")
    assert net.ping("R1", "192.0.2.3", count=2) == ".."
    assert table(net) == []


def test_icmp_entries_go_after_a_minute() -> None:
    net = nat_network(*OVERLOAD)
    net.ping("R1", "192.0.2.3")
    net.wait(59)
    assert len(table(net)) == 1
    net.wait(2)
    assert table(net) == []
    assert net["R2"].nat.counts.expired == 1


def test_a_traceroute_through_nat_shows_every_hop() -> None:
    """Time exceeded and port unreachable quote the translated probes."""
    net = nat_network(*OVERLOAD)
    rows = net.trace("R1", "203.0.113.3", 2)
    assert [str(result.responder) for row in rows for result in row if result.responder] == [
        *("10.0.0.2", "10.0.0.2", "10.0.0.2"),
        *("192.0.2.3", "192.0.2.3"),
    ]


def test_static_translates_both_ways() -> None:
    net = nat_network("ip nat inside source static 10.0.0.1 192.0.2.10")
    assert table(net) == ["--- 192.0.2.10         10.0.0.1           ---                ---"]
    assert net.ping("R3", "192.0.2.10") in ("!!!!!", ".!!!!")
    assert table(net) == [
        "icmp 192.0.2.10:7      10.0.0.1:7         192.0.2.3:7        192.0.2.3:7",
        "--- 192.0.2.10         10.0.0.1           ---                ---",
    ]
    net.wait(61)
    assert net.ping("R1", "192.0.2.3") == "!!!!!"
    assert len(table(net)) == 2


def test_no_alias_leaves_arp_unanswered() -> None:
    net = nat_network("ip nat inside source static 10.0.0.1 192.0.2.10 no-alias")
    assert net.ping("R3", "192.0.2.10", count=3) == "..."


def test_a_pool_gives_each_host_an_address_until_none_is_left() -> None:
    net = nat_network(
        "access-list 1 permit 10.0.0.0 0.0.0.255",
        "ip nat pool P 192.0.2.20 192.0.2.20 netmask 255.255.255.0",
        "ip nat inside source list 1 pool P",
    )
    assert net.ping("R1", "192.0.2.3") in ("!!!!!", ".!!!!")
    assert table(net) == [
        "icmp 192.0.2.20:7      10.0.0.1:7         192.0.2.3:7        192.0.2.3:7",
        "--- 192.0.2.20         10.0.0.1           ---                ---",
    ]
    other = _ping_from(net, "10.0.0.101")
    assert other == ["U"]
    assert net["R2"].nat.mappings.misses == {"P": 1}
    assert any(
        line.endswith(
            "%IPNAT-4-ADDR_ALLOC_FAILURE: Address allocation failed for 10.0.0.101, "
            "pool P might be exhausted"
        )
        for line in net.log
    )


def _ping_from(
    net: Network, source: str, destination: str = "192.0.2.3", *, name: str = "R1"
) -> list[str]:
    results: list[str] = []
    request = EchoRequest(IPv4Address(destination), 7, 0, 100, source=IPv4Address(source))
    net[name].send_echo(request, lambda result: results.append(SYMBOLS[result.kind]))
    net.simulation.run_while(lambda: not results)
    return results


def test_two_hosts_share_an_address_by_their_identifiers() -> None:
    net = nat_network(*OVERLOAD)
    assert net.ping("R1", "192.0.2.3") == "!!!!!"
    assert _ping_from(net, "10.0.0.101") == ["!"]
    assert table(net) == [
        "icmp 192.0.2.2:1024    10.0.0.1:7         192.0.2.3:7        192.0.2.3:1024",
        "icmp 192.0.2.2:1025    10.0.0.101:7       192.0.2.3:7        192.0.2.3:1025",
    ]


def test_outside_static_hides_an_outside_host() -> None:
    net = nat_network(
        *OVERLOAD,
        "ip nat outside source static 203.0.113.3 172.16.0.3",
        "ip route 203.0.113.3 255.255.255.255 192.0.2.3",
    )
    assert net.ping("R1", "172.16.0.3") == "!!!!!"
    assert table(net) == [
        "--- ---                ---                172.16.0.3         203.0.113.3",
        "icmp 192.0.2.2:1024    10.0.0.1:7         172.16.0.3:7       203.0.113.3:1024",
    ]


def test_a_network_is_translated_host_by_host() -> None:
    net = nat_network("ip nat inside source static network 10.0.0.0 198.51.100.0 /24")
    configure(net["R3"], "ip route 198.51.100.0 255.255.255.0 192.0.2.2")
    assert net.ping("R3", "198.51.100.1") == "!!!!!"
    assert "--- 198.51.100.1       10.0.0.1           ---                ---" in table(net)


def test_packets_too_large_for_the_outside_are_reported_to_the_inside() -> None:
    net = nat_network(*OVERLOAD, "interface GigabitEthernet0/1", "ip mtu 1000")
    assert net.ping("R1", "192.0.2.3", count=1, size=1400, df=True) == "M"


def test_fragments_follow_the_first_one() -> None:
    net = nat_network(*OVERLOAD)
    configure(net["R1"], "interface GigabitEthernet0/0", "ip mtu 600")
    assert net.ping("R1", "192.0.2.3", size=1400) == "!!!!!"


def test_the_routers_own_packets_are_translated_when_they_match() -> None:
    net = nat_network(
        "access-list 1 permit any",
        "ip nat inside source list 1 interface GigabitEthernet0/1 overload",
        "interface Loopback0",
        "ip address 10.9.9.9 255.255.255.255",
    )
    assert _ping_from(net, "10.9.9.9", name="R2") == ["!"]
    assert net["R2"].nat.counts.punted == 1


def test_nothing_stands_in_the_way_of_a_router_without_nat() -> None:
    net = nat_network()
    router = net["R3"]
    assert router.running_nat is None
    for interface in router.interfaces.values():
        assert interface.translate is None
        assert interface.receive_packet == router.forwarding.receive


def test_add_route_leads_to_the_outside_local_address() -> None:
    net = nat_network(
        "ip route 203.0.113.3 255.255.255.255 192.0.2.3",
        "no ip route 0.0.0.0 0.0.0.0 192.0.2.3",
        *OVERLOAD,
        "ip nat outside source static 203.0.113.3 172.16.0.3 add-route",
    )
    assert net.ping("R1", "172.16.0.3") == "!!!!!"
    net["R2"].nat.clear()
    configure(net["R2"], "no ip nat outside source static 203.0.113.3 172.16.0.3 add-route")
    assert net.ping("R1", "172.16.0.3", count=1) == "U"


def test_outside_hosts_get_addresses_of_a_pool() -> None:
    net = nat_network(
        "ip nat inside source static 10.0.0.1 192.0.2.10",
        "access-list 3 permit 203.0.113.0 0.0.0.255",
        "ip nat pool OUT 172.16.0.1 172.16.0.9 netmask 255.255.255.0",
        "ip nat outside source list 3 pool OUT",
    )
    assert _ping_from(net, "203.0.113.3", "192.0.2.10", name="R3") in (["!"], ["."])
    assert _ping_from(net, "203.0.113.3", "192.0.2.10", name="R3") == ["!"]
    assert table(net)[0].endswith("---                172.16.0.1         203.0.113.3")
    assert any("172.16.0.1:7       203.0.113.3:7" in line for line in table(net))


def test_access_lists_see_the_addresses_of_their_side() -> None:
    """Document 6209: in, the list comes before NAT; out, after it."""
    net = nat_network(
        *OVERLOAD,
        "access-list 110 permit icmp host 192.0.2.3 host 192.0.2.2",
        "access-list 120 permit icmp host 192.0.2.2 host 192.0.2.3",
        "interface GigabitEthernet0/1",
        "ip access-group 110 in",
        "ip access-group 120 out",
    )
    assert net.ping("R1", "192.0.2.3") == "!!!!!"
    configure(net["R2"], "access-list 130 permit ip host 10.0.0.1 any")
    configure(net["R2"], "interface GigabitEthernet0/1", "ip access-group 130 out")
    assert net.ping("R1", "192.0.2.3", count=1) == "U"


def test_policy_routing_comes_before_translation() -> None:
    net = nat_network(
        *OVERLOAD,
        "no ip route 0.0.0.0 0.0.0.0 192.0.2.3",
        "access-list 5 permit 10.0.0.1",
        "route-map WAY permit 10",
        "match ip address 5",
        "set ip next-hop 192.0.2.3",
        "interface GigabitEthernet0/0",
        "ip policy route-map WAY",
    )
    assert net.ping("R1", "203.0.113.3") == "!!!!!"
    assert len(table(net)) == 1


def test_a_tunnel_can_be_the_outside() -> None:
    net = nat_network(
        "interface Tunnel0",
        "ip address 172.16.9.2 255.255.255.0",
        "tunnel source GigabitEthernet0/1",
        "tunnel destination 192.0.2.3",
        "ip nat outside",
        "exit",
        "ip route 203.0.113.3 255.255.255.255 Tunnel0",
        "access-list 1 permit 10.0.0.0 0.0.0.255",
        "ip nat inside source list 1 interface Tunnel0 overload",
    )
    configure(
        net["R3"],
        "interface Tunnel0",
        "ip address 172.16.9.3 255.255.255.0",
        "tunnel source GigabitEthernet0/0",
        "tunnel destination 192.0.2.2",
    )
    assert net.ping("R1", "203.0.113.3") == "!!!!!"
    assert table(net) == [
        "icmp 172.16.9.2:1024   10.0.0.1:7         203.0.113.3:7      203.0.113.3:1024"
    ]


def test_a_vrf_has_translations_of_its_own() -> None:
    net = nat_network(
        "vrf definition BLUE",
        "address-family ipv4",
        "exit",
        "exit",
        "interface GigabitEthernet0/0",
        "vrf forwarding BLUE",
        "ip address 10.0.0.2 255.255.255.0",
        "interface GigabitEthernet0/1",
        "vrf forwarding BLUE",
        "ip address 192.0.2.2 255.255.255.0",
        "exit",
        "access-list 1 permit 10.0.0.0 0.0.0.255",
        "ip nat inside source list 1 interface GigabitEthernet0/1 vrf BLUE overload",
    )
    net.ping("R1", "10.0.0.2")
    assert net.ping("R1", "192.0.2.3") in ("!!!!!", ".!!!!")
    assert [vrf for vrf, found in net["R2"].nat.tables() if len(found)] == ["BLUE"]


def test_a_new_address_of_the_interface_ends_what_had_the_old_one() -> None:
    net = nat_network(*OVERLOAD)
    net.ping("R1", "192.0.2.3")
    configure(net["R2"], "interface GigabitEthernet0/1", "ip address 192.0.2.9 255.255.255.0")
    assert table(net) == []
    assert net.ping("R1", "192.0.2.3") in ("!!!!!", ".!!!!")
    assert table(net)[0].startswith("icmp 192.0.2.9:1024")


def test_a_reload_forgets_translations_and_reads_mappings_anew() -> None:
    net = nat_network(*OVERLOAD, "ip nat inside source static 10.0.0.9 192.0.2.19")
    net.ping("R1", "192.0.2.3")
    router = net["R2"]
    before = router.config
    router.shut_down()
    net.wait(30)
    router.restart(before)
    net.wait(5)
    assert table(net) == ["--- 192.0.2.19         10.0.0.9           ---                ---"]
    assert before.nat is not None
    assert before.nat.dynamic[0].references == 0
    assert net.ping("R1", "192.0.2.3").endswith("!!")


def test_a_traceroute_from_outside_sees_global_addresses_alone() -> None:
    """What the router says of a packet that it has translated already quotes it as it came."""
    net = nat_network("ip nat inside source static 10.0.0.1 192.0.2.10")
    net.ping("R3", "192.0.2.10")
    rows = net.trace("R3", "192.0.2.10", 2)
    assert {str(result.responder) for result in rows[0]} == {"192.0.2.2"}
    assert str(rows[1][0].responder) == "192.0.2.10"


def test_a_sub_interface_can_be_the_outside() -> None:
    tagged = (
        "interface GigabitEthernet0/0.5",
        "encapsulation dot1Q 5",
        "ip address 198.51.100.3 255.255.255.0",
    )
    net = nat_network(
        "access-list 1 permit 10.0.0.0 0.0.0.255",
        "interface GigabitEthernet0/1.5",
        "encapsulation dot1Q 5",
        "ip address 198.51.100.2 255.255.255.0",
        "ip nat outside",
        "exit",
        "ip nat inside source list 1 interface GigabitEthernet0/1.5 overload",
    )
    configure(net["R3"], *tagged)
    assert net.ping("R1", "198.51.100.3") in ("!!!!!", ".!!!!", "..!!!")
    assert table(net)[0].startswith("icmp 198.51.100.2:1024")


def test_a_serial_line_can_be_the_outside() -> None:
    net = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24"}, {"0.0.0.0/0": "10.0.0.2"}),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Se0/0": "192.0.2.2/30"}, {}),
        config("R3", {"Se0/0": "192.0.2.1/30"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.link("R2:Se0/0", "R3:Se0/0")
    net.boot()
    net.wait(3)
    configure(
        net["R2"],
        "interface GigabitEthernet0/0",
        "ip nat inside",
        "interface Serial0/0",
        "ip nat outside",
        "access-list 1 permit any",
        "ip nat inside source list 1 interface Serial0/0 overload",
    )
    assert net.ping("R1", "192.0.2.1") in ("!!!!!", ".!!!!", "..!!!")
    assert table(net)[0].startswith("icmp 192.0.2.2:1024")
