"""EIGRP on whole routers, configured by what an operator types: routes, failures, logs."""

from __future__ import annotations

from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import RouteSource

from .eigrp_networks import (
    EVERYWHERE,
    chain,
    execute,
    messages,
    neighbors,
    process,
    routes,
    type_at,
    up,
)


def test_routes_cross_a_chain() -> None:
    network = up()
    assert messages(network, "R1") == [
        "%DUAL-5-NBRCHANGE: EIGRP-IPv4 100: Neighbor 10.0.12.2 (GigabitEthernet0/0) is up:"
        " new adjacency"
    ]
    assert routes(network, "R1") == {
        "10.0.23.0/24": "D [90/3072] 10.0.12.2",
        "3.3.3.3/32": "D [90/131072] 10.0.12.2",
    }
    assert network.ping("R1", "3.3.3.3", count=3) == "!!!"


def test_named_mode_has_wide_metrics() -> None:
    named = (
        "router eigrp CORP\n address-family ipv4 unicast autonomous-system 100\n network 0.0.0.0"
    )
    network = chain(named, named, named)
    assert routes(network, "R1")["3.3.3.3/32"] == f"D [90/{(655360 * 3 + 81920) // 128}] 10.0.12.2"
    assert network.ping("R1", "3.3.3.3", count=3) == "!!!"


def test_delay_and_bandwidth_lines_count() -> None:
    network = up()
    type_at(network, "R2", "interface Gi0/1\n delay 100\n bandwidth 100000")
    network.wait(2)
    assert routes(network, "R1")["3.3.3.3/32"] == "D [90/179456] 10.0.12.2"
    type_at(network, "R2", "interface Gi0/1\n no delay\n no bandwidth")
    network.wait(2)
    assert routes(network, "R1")["3.3.3.3/32"] == "D [90/131072] 10.0.12.2"


def test_passive_interfaces() -> None:
    network = up()
    type_at(network, "R2", "router eigrp 100\n passive-interface Gi0/1")
    network.wait(2)
    assert neighbors(network, "R2") == ["10.0.12.1"]
    assert neighbors(network, "R3") == []
    assert "10.0.23.0/24" in routes(network, "R1")
    type_at(network, "R2", "router eigrp 100\n passive-interface default")
    network.wait(2)
    assert neighbors(network, "R2") == []
    type_at(network, "R2", "router eigrp 100\n no passive-interface Gi0/1")
    network.wait(10)
    assert neighbors(network, "R2") == ["10.0.23.3"]


def test_another_autonomous_system_is_no_neighbor() -> None:
    network = chain(EVERYWHERE, "router eigrp 200\n network 0.0.0.0")
    assert neighbors(network, "R1") == []
    assert messages(network, "R1") == []
    assert process(network, "R1").machine.counters.errors["autonomous system"] >= 2


def test_k_values_that_differ() -> None:
    network = chain(EVERYWHERE, "router eigrp 100\n metric weights 0 1 1 1 0 0\n network 0.0.0.0")
    assert neighbors(network, "R1") == []
    assert set(messages(network, "R1")) == {
        "%DUAL-5-NBRCHANGE: EIGRP-IPv4 100: Neighbor 10.0.12.2 (GigabitEthernet0/0) is down:"
        " K-value mismatch"
    }
    type_at(network, "R2", "router eigrp 100\n no metric weights")
    network.wait(10)
    assert neighbors(network, "R1") == ["10.0.12.2"]


SIGNED = (
    "key chain K\n key 1\n  key-string {}\ninterface Gi0/0\n"
    " ip authentication mode eigrp 100 md5\n ip authentication key-chain eigrp 100 K"
)


def test_md5_with_the_right_and_the_wrong_key() -> None:
    network = chain(
        f"{EVERYWHERE}\n{SIGNED.format('cisco')}", f"{EVERYWHERE}\n{SIGNED.format('Cisco')}"
    )
    assert neighbors(network, "R1") == []
    type_at(network, "R2", "key chain K\n key 1\n  key-string cisco")
    network.wait(10)
    assert neighbors(network, "R1") == ["10.0.12.2"]
    type_at(network, "R2", "interface Gi0/0\n no ip authentication mode eigrp 100 md5")
    network.wait(20)
    assert neighbors(network, "R1") == []
    assert messages(network, "R2")[-1].endswith("is down: authentication mode changed") or any(
        "authentication mode changed" in line for line in messages(network, "R2")
    )


def test_keys_change_when_their_lifetimes_end() -> None:
    lines = (
        "key chain K\n key 1\n  key-string first\n"
        "  accept-lifetime 00:00:00 Mar 1 2002 00:02:00 Mar 1 2002\n"
        "  send-lifetime 00:00:00 Mar 1 2002 00:01:50 Mar 1 2002\n"
        " key 2\n  key-string second\n"
        "  send-lifetime 00:01:50 Mar 1 2002 infinite\n"
        "interface Gi0/0\n ip authentication mode eigrp 100 md5\n"
        f" ip authentication key-chain eigrp 100 K\n{EVERYWHERE}"
    )
    network = chain(lines, lines)
    interface = process(network, "R1").machine.interfaces[InterfaceName.parse("Gi0/0")]
    network.wait(60)
    assert [(key.id, key.sends) for key in interface.facts.keys] == [(1, True), (2, False)]
    assert neighbors(network, "R1") == ["10.0.12.2"]
    before = len(messages(network, "R1"))
    network.wait(35)
    assert [(key.id, key.sends) for key in interface.facts.keys] == [(1, False), (2, True)]
    network.wait(60)
    assert [(key.id, key.sends) for key in interface.facts.keys] == [(2, True)]
    assert neighbors(network, "R1") == ["10.0.12.2"]
    assert messages(network, "R1")[before:] == []
    assert process(network, "R1").machine.counters.errors == {}


def test_named_mode_signs_with_hmac_sha_256() -> None:
    named = (
        "router eigrp CORP\n address-family ipv4 unicast autonomous-system 100\n network 0.0.0.0\n"
        " af-interface default\n authentication mode hmac-sha-256 0 S3cret"
    )
    network = chain(named, named)
    assert neighbors(network, "R1") == ["10.0.12.2"]
    type_at(
        network,
        "R2",
        "router eigrp CORP\n address-family ipv4 unicast autonomous-system 100\n"
        " af-interface default\n authentication mode hmac-sha-256 0 other",
    )
    network.wait(10)
    assert neighbors(network, "R1") == []


def test_a_link_that_fails_and_is_mended() -> None:
    network = up()
    link = network.links["R2-R3"]
    link.set_up(False)
    network.wait(20)
    assert messages(network, "R2")[-1].endswith(
        ("is down: holding time expired", "is down: interface down")
    )
    assert routes(network, "R1") == {"10.0.23.0/24": "D [90/3072] 10.0.12.2"} or not routes(
        network, "R1"
    )
    link.set_up(True)
    network.wait(20)
    assert "3.3.3.3/32" in routes(network, "R1")


def test_no_router_eigrp_takes_leave() -> None:
    network = up()
    type_at(network, "R3", "no router eigrp 100")
    network.wait(1)
    assert messages(network, "R2")[-1].endswith("is down: Interface Goodbye received")
    assert routes(network, "R3") == {}
    assert "3.3.3.3/32" not in routes(network, "R1")


def test_stub_and_summary() -> None:
    network = up()
    type_at(
        network,
        "R3",
        "interface Lo1\n ip address 172.16.1.1 255.255.255.0\n"
        "interface Lo2\n ip address 172.16.2.1 255.255.255.0\n"
        "interface Gi0/0\n ip summary-address eigrp 100 172.16.0.0 255.255.0.0\n"
        "router eigrp 100\n eigrp stub summary",
    )
    network.wait(12)
    assert routes(network, "R1") == {
        "10.0.23.0/24": "D [90/3072] 10.0.12.2",
        "172.16.0.0/16": "D [90/131072] 10.0.12.2",
    }
    assert routes(network, "R3")["172.16.0.0/16"] == "D [5/128256] Null0"
    detail = execute(network, "R2", "show ip eigrp neighbors detail")
    assert "Stub Peer Advertising (SUMMARY ) Routes" in detail
    assert "Suppressing queries" in detail


def test_redistribution_between_processes_and_with_static_routes() -> None:
    network = chain(
        EVERYWHERE,
        "router eigrp 100\n network 10.0.12.0 0.0.0.255\n redistribute eigrp 200\n"
        "router eigrp 200\n network 10.0.23.0 0.0.0.255\n redistribute eigrp 100",
        "router eigrp 200\n network 0.0.0.0\n redistribute static\n"
        "ip route 198.51.100.0 255.255.255.0 Null0",
    )
    assert routes(network, "R1") == {
        "10.0.23.0/24": "D EX [170/3072] 10.0.12.2",
        "3.3.3.3/32": "D EX [170/131072] 10.0.12.2",
        "198.51.100.0/24": "D EX [170/3072] 10.0.12.2",
    }
    assert routes(network, "R3")["1.1.1.1/32"] == "D EX [170/131072] 10.0.23.2"
    assert network.ping("R1", "3.3.3.3", count=2) == "!!"


def test_ospf_routes_need_a_metric() -> None:
    network = chain(
        EVERYWHERE,
        "router eigrp 100\n network 10.0.12.0 0.0.0.255\n redistribute ospf 1\n"
        "router ospf 1\n network 10.0.23.0 0.0.0.255 area 0",
        "router ospf 1\n network 0.0.0.0 255.255.255.255 area 0",
    )
    network.wait(50)
    # The network itself has the metric of its interface.
    assert routes(network, "R1") == {"10.0.23.0/24": "D EX [170/3072] 10.0.12.2"}
    type_at(network, "R2", "router eigrp 100\n redistribute ospf 1 metric 10000 100 255 1 1500")
    network.wait(2)
    assert routes(network, "R1")["3.3.3.3/32"] == "D EX [170/281856] 10.0.12.2"
    type_at(network, "R2", "router ospf 1\n redistribute eigrp 100 subnets")
    network.wait(10)
    back = network["R3"].vrfs[""].rib.routes()
    assert "1.1.1.1/32" in {str(it.prefix) for it in back if it.source is RouteSource.OSPF}


def test_a_vrf_has_its_own_process() -> None:
    network = chain(
        EVERYWHERE,
        "ip vrf RED\ninterface Gi0/0\n ip vrf forwarding RED\n"
        " ip address 10.0.12.2 255.255.255.0\n"
        "router eigrp 1\n address-family ipv4 vrf RED autonomous-system 100\n network 10.0.0.0",
    )
    assert routes(network, "R2", "RED") == {"1.1.1.1/32": "D [90/130816] 10.0.12.1"}
    shown = execute(network, "R2", "show ip eigrp vrf RED neighbors")
    assert shown.startswith("EIGRP-IPv4 Neighbors for AS(100) VRF(RED)")
    assert "10.0.12.1" in shown


def test_clear_ip_eigrp_neighbors() -> None:
    network = up()
    execute(network, "R2", "clear ip eigrp neighbors")
    network.wait(10)
    assert sum("is down: manually cleared" in line for line in messages(network, "R2")) == 2
    assert routes(network, "R1")["3.3.3.3/32"] == "D [90/131072] 10.0.12.2"


def test_a_router_that_reloads_comes_back() -> None:
    network = up()
    network["R2"].restart(network["R2"].config)
    network.wait(60)
    assert routes(network, "R1")["3.3.3.3/32"] == "D [90/131072] 10.0.12.2"


def test_hello_and_hold_lines_of_an_interface() -> None:
    network = chain(
        f"{EVERYWHERE}\ninterface Gi0/0\n ip hello-interval eigrp 100 1\n ip hold-time eigrp 100 3",
        EVERYWHERE,
    )
    detail = execute(network, "R1", "show ip eigrp interfaces detail Gi0/0")
    assert "  Hello-interval is 1, Hold-time is 3" in detail.splitlines()
    assert next(iter(process(network, "R2").machine.neighbors())).hold_time == 3


def test_what_was_typed_is_written_back() -> None:
    network = chain(
        "router eigrp 100\n eigrp router-id 9.9.9.9\n network 10.1.1.0\n variance 2\n"
        " no auto-summary\n passive-interface default\n no passive-interface Gi0/0\n"
        " redistribute static\n eigrp stub",
        "router eigrp CORP\n address-family ipv4 autonomous-system 100\n network 10.0.0.0\n"
        " eigrp router-id 2.2.2.2\n af-interface Gi0/0\n hello-interval 2\n exit\n"
        " topology base\n variance 3",
    )
    shown = execute(network, "R1", "show running-config | section router eigrp")
    assert shown.splitlines() == [
        "router eigrp 100",
        " variance 2",
        " network 10.0.0.0",
        " redistribute static",
        " passive-interface default",
        " no passive-interface GigabitEthernet0/0",
        " eigrp router-id 9.9.9.9",
        " eigrp stub connected summary",
    ]
    shown = execute(network, "R2", "show running-config | section router eigrp")
    assert shown.splitlines() == [
        "router eigrp CORP",
        " !",
        " address-family ipv4 autonomous-system 100",
        "  !",
        "  af-interface GigabitEthernet0/0",
        "   hello-interval 2",
        "  exit-af-interface",
        "  !",
        "  topology base",
        "   variance 3",
        "  exit-af-topology",
        "  network 10.0.0.0",
        "  eigrp router-id 2.2.2.2",
        " exit-address-family",
    ]
    assert process(network, "R1").machine.config.variance == 2
    assert process(network, "R2").machine.config.variance == 3
    gig = InterfaceName.parse("Gi0/0")
    assert process(network, "R2").machine.interfaces[gig].hello_interval == 2


def test_a_destination_of_a_better_source_is_not_told() -> None:
    """IOS tells neighbors only what its routing table has from EIGRP."""
    network = up()
    assert "3.3.3.3/32" in routes(network, "R1")
    type_at(network, "R2", "ip route 3.3.3.3 255.255.255.255 10.0.23.3")
    network.wait(2)
    assert "3.3.3.3/32" not in routes(network, "R1")
    shown = execute(network, "R2", "show ip eigrp topology")
    assert (
        "P 3.3.3.3/32, 0 successors, FD is Inaccessible\n"
        "        via 10.0.23.3 (130816/128256), GigabitEthernet0/1\n"
    ) in shown
    assert "3.3.3.3/32" in execute(network, "R2", "show ip eigrp topology zero-successors")
    type_at(network, "R2", "no ip route 3.3.3.3 255.255.255.255 10.0.23.3")
    network.wait(2)
    assert routes(network, "R1")["3.3.3.3/32"] == "D [90/131072] 10.0.12.2"
    assert "P 3.3.3.3/32, 1 successors" in execute(network, "R2", "show ip eigrp topology")


def test_a_destination_of_a_better_source_is_never_told_to_a_new_neighbor() -> None:
    network = chain("", EVERYWHERE, EVERYWHERE)
    type_at(network, "R2", "ip route 3.3.3.3 255.255.255.255 10.0.23.3")
    type_at(network, "R1", EVERYWHERE)
    network.wait(10)
    assert routes(network, "R1") == {"10.0.23.0/24": "D [90/3072] 10.0.12.2"}


def test_the_distance_decides_what_is_told() -> None:
    network = up()
    type_at(network, "R2", "ip route 3.3.3.3 255.255.255.255 10.0.23.3 100")
    network.wait(2)
    assert "3.3.3.3/32" in routes(network, "R1")
    type_at(network, "R2", "router eigrp 100\n distance eigrp 110 170")
    network.wait(2)
    assert "3.3.3.3/32" not in routes(network, "R1")
    type_at(network, "R2", "router eigrp 100\n no distance eigrp")
    network.wait(2)
    assert "3.3.3.3/32" in routes(network, "R1")


def test_what_is_redistributed_is_told_in_place_of_what_the_table_refuses() -> None:
    network = up()
    type_at(network, "R2", "ip route 3.3.3.3 255.255.255.255 10.0.23.3")
    type_at(network, "R2", "router eigrp 100\n redistribute static metric 1000 1 255 1 1500")
    network.wait(2)
    assert routes(network, "R1")["3.3.3.3/32"] == "D EX [170/2560512] 10.0.12.2"


def test_a_summary_needs_a_component_that_is_told() -> None:
    network = up()
    type_at(network, "R2", "interface Gi0/0\n ip summary-address eigrp 100 3.0.0.0 255.0.0.0")
    network.wait(8)
    assert "3.0.0.0/8" in routes(network, "R1")
    type_at(network, "R2", "ip route 3.3.3.3 255.255.255.255 10.0.23.3")
    network.wait(2)
    assert "3.0.0.0/8" not in routes(network, "R1")


def test_access_lists_count_the_routes_that_they_decide_about() -> None:
    network = up()
    type_at(
        network,
        "R2",
        "access-list 7 permit 3.3.3.3\naccess-list 7 deny any\n"
        "router eigrp 100\n distribute-list 7 out Gi0/0",
    )
    network.wait(10)
    assert routes(network, "R1") == {"3.3.3.3/32": "D [90/131072] 10.0.12.2"}
    before = execute(network, "R2", "show access-lists")
    assert "10 permit 3.3.3.3 (1 match)" in before
    network.wait(60)
    assert execute(network, "R2", "show access-lists") == before


def test_a_route_map_is_asked_about_a_route_once() -> None:
    network = up()
    type_at(
        network,
        "R1",
        "ip route 9.9.9.0 255.255.255.0 Null0\nip access-list standard NINE\n permit 9.9.9.0\n"
        "exit\nroute-map NINE permit 10\n match ip address NINE\n"
        "router eigrp 100\n redistribute static route-map NINE",
    )
    network.wait(5)
    assert "9.9.9.0/24" in routes(network, "R3")
    before = execute(network, "R1", "show ip access-lists NINE")
    assert "10 permit 9.9.9.0 (" in before
    type_at(network, "R3", "interface Lo5\n ip address 5.5.5.5 255.255.255.255")
    network.wait(5)
    assert "5.5.5.5/32" in routes(network, "R1")
    assert execute(network, "R1", "show ip access-lists NINE") == before
    type_at(network, "R1", "no ip access-list standard NINE")
    type_at(network, "R1", "ip access-list standard NINE\n deny any")
    network.wait(5)
    assert "9.9.9.0/24" not in routes(network, "R3")
