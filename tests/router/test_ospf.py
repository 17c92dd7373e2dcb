"""OSPF on whole routers: adjacencies and routes over every kind of interface."""

from ipaddress import IPv4Address

import pytest

from ioscli.model.ifname import InterfaceName
from ioscli.protocols.ospf.states import InterfaceState

from .networks import Network, config, site_to_site, tunnel_to, wire_site_to_site
from .ospf_networks import (
    EVERYWHERE,
    adjacent,
    chain,
    execute,
    full,
    interface,
    machine,
    messages,
    pair,
    process,
    route,
    routes,
    states,
    type_at,
)


def test_two_routers_on_ethernet_elect_and_become_adjacent() -> None:
    network = adjacent()
    assert messages(network, "R1") == [
        "%OSPF-5-ADJCHG: Process 1, Nbr 2.2.2.2 on GigabitEthernet0/0 from LOADING to FULL,"
        " Loading Done"
    ]
    roles = {interface(network, name).state for name in ("R1", "R2")}
    assert roles == {InterfaceState.DR, InterfaceState.BACKUP}
    assert routes(network, "R1") == {"2.2.2.2/32": "O [110/2] via 10.0.0.2"}
    assert network.ping("R1", "2.2.2.2").endswith("!!!!")


def test_a_serial_line_is_point_to_point_and_costs_64() -> None:
    network = pair("Se")
    network.wait(30)
    assert interface(network, "R1", "Se0/0").state is InterfaceState.POINT_TO_POINT
    assert routes(network, "R1") == {"2.2.2.2/32": "O [110/65] via 10.0.0.2"}


def test_the_articles_overlay() -> None:
    """Article 002: OSPF through a GRE tunnel between two loopbacks."""
    network = wire_site_to_site(Network(*site_to_site())).boot()
    network.wait(5)
    overlay = "interface Tunnel0\n ip ospf 1 area 0\ninterface Gi0/1\n ip ospf 1 area 0"
    type_at(network, "R1", f"no ip route 172.16.2.0 255.255.255.0 10.1.3.3\n{overlay}")
    type_at(network, "R3", f"no ip route 192.168.1.0 255.255.255.0 10.1.3.1\n{overlay}")
    network.wait(60)
    assert messages(network, "R3") == [
        "%OSPF-5-ADJCHG: Process 1, Nbr 100.1.1.1 on Tunnel0 from LOADING to FULL, Loading Done"
    ]
    assert routes(network, "R3") == {"192.168.1.0/24": "O [110/1001] via 10.1.3.1"}
    assert routes(network, "R1") == {"172.16.2.0/24": "O [110/1001] via 10.1.3.3"}
    assert network.ping("R4", "172.16.2.5").endswith("!!")
    row = execute(network, "R3", "show ip route ospf | begin Gate").splitlines()
    assert row[0] == "Gateway of last resort is 100.23.0.2 to network 0.0.0.0"
    assert row[2].startswith("O     192.168.1.0/24 [110/1001] via 10.1.3.1, 00:00:")
    assert row[2].endswith(", Tunnel0")


def test_loopbacks_are_hosts_unless_point_to_point() -> None:
    network = pair(area="")
    type_at(network, "R2", "interface Loopback0\n ip address 2.2.2.2 255.255.255.0")
    for name in ("R1", "R2"):
        type_at(network, name, EVERYWHERE)
    network.wait(60)
    assert list(routes(network, "R1")) == ["2.2.2.2/32"]
    type_at(network, "R2", "interface Loopback0\n ip ospf network point-to-point")
    network.wait(30)
    assert list(routes(network, "R1")) == ["2.2.2.0/24"]


def test_secondary_addresses_are_announced_and_can_be_left_out() -> None:
    network = pair(area="")
    type_at(network, "R2", "interface Gi0/0\n ip address 10.9.9.2 255.255.255.0 secondary")
    type_at(network, "R1", EVERYWHERE)
    type_at(network, "R2", "interface Gi0/0\n ip ospf 1 area 0")
    network.wait(60)
    assert route(network, "R1", "10.9.9.0/24") == "O [110/2] via 10.0.0.2"
    type_at(network, "R2", "interface Gi0/0\n ip ospf 1 area 0 secondaries none")
    network.wait(30)
    assert route(network, "R1", "10.9.9.0/24") == ""


def test_a_passive_interface_is_announced_and_silent() -> None:
    network = pair(area="")
    type_at(network, "R1", f"{EVERYWHERE}\n passive-interface Gi0/0")
    type_at(network, "R2", EVERYWHERE)
    network.wait(60)
    assert states(network, "R1") == []
    assert states(network, "R2") == []
    assert network["R1"].interfaces[InterfaceName.parse("Gi0/0")].groups == set()
    type_at(network, "R1", "router ospf 1\n no passive-interface Gi0/0")
    network.wait(60)
    assert full(network, "R1") == 1


def test_costs_follow_bandwidth_reference_and_configuration() -> None:
    network = pair("Se")
    network.wait(30)
    said = type_at(network, "R1", "router ospf 1\n auto-cost reference-bandwidth 1000")
    assert said[0] == "% OSPF: Reference bandwidth is changed. "
    network.wait(15)
    assert route(network, "R1", "2.2.2.2/32") == "O [110/648] via 10.0.0.2"
    type_at(network, "R1", "interface Se0/0\n bandwidth 10000")
    network.wait(15)
    assert route(network, "R1", "2.2.2.2/32") == "O [110/101] via 10.0.0.2"
    type_at(network, "R1", "interface Se0/0\n ip ospf cost 7")
    network.wait(15)
    assert route(network, "R1", "2.2.2.2/32") == "O [110/8] via 10.0.0.2"


def test_the_router_id_stays_until_the_process_is_cleared() -> None:
    network = adjacent()
    type_at(network, "R1", "interface Loopback1\n ip address 9.9.9.9 255.255.255.255")
    network.wait(5)
    assert machine(network, "R1").router_id == int(IPv4Address("1.1.1.1"))
    process(network, "R1").restart()
    network.wait(60)
    assert machine(network, "R1").router_id == int(IPv4Address("9.9.9.9"))
    assert full(network, "R2") == 1


def test_a_configured_router_id_waits_for_the_clear() -> None:
    network = adjacent()
    said = execute(network, "R1", "configure terminal", "router ospf 1", "router-id 5.5.5.5")
    assert 'Reload or use "clear ip ospf process" command, for this to take effect' in said
    assert machine(network, "R1").router_id == int(IPv4Address("1.1.1.1"))
    execute(network, "R1", "clear ip ospf process", "yes")
    network.wait(60)
    assert "5.5.5.5" in execute(network, "R2", "show ip ospf neighbor")


def test_no_router_ospf_leaves_nothing_behind() -> None:
    network = adjacent()
    type_at(network, "R1", "no router ospf 1")
    assert routes(network, "R1") == {}
    port = network["R1"].interfaces[InterfaceName.parse("Gi0/0")]
    assert port.groups == set()
    network.wait(15)
    assert routes(network, "R2") == {}


def test_a_process_in_a_vrf_keeps_to_it() -> None:
    network = pair(area="")
    for name in ("R1", "R2"):
        router = network[name]
        for port in ("Gi0/0", "Lo0"):
            router.config.interfaces[InterfaceName.parse(port)].vrf = "RED"
        from ioscli.model.changes import InterfaceChanged

        router.apply([InterfaceChanged(InterfaceName.parse(port)) for port in ("Gi0/0", "Lo0")])
        type_at(
            network,
            name,
            "router ospf 2 vrf RED\n network 0.0.0.0 255.255.255.255 area 0\n"
            "router ospf 1\n network 0.0.0.0 255.255.255.255 area 0",
        )
    network.wait(60)
    red = network["R1"].vrfs["RED"].rib
    assert [str(it.prefix) for it in red.routes() if it.process == "2"] == ["2.2.2.2/32"]
    assert routes(network, "R1", "1") == {}


def test_the_first_of_two_processes_takes_an_interface() -> None:
    network = pair()
    type_at(network, "R1", "router ospf 2\n network 10.0.0.0 0.0.0.255 area 0")
    network.wait(60)
    assert full(network, "R1") == 1
    assert list(process(network, "R1", "2").covered()) == []
    type_at(network, "R1", "interface Gi0/0\n ip ospf 2 area 0")
    network.wait(60)
    assert InterfaceName.parse("Gi0/0") in process(network, "R1", "2").covered()
    assert InterfaceName.parse("Gi0/0") not in process(network, "R1").covered()


def test_areas_stub_and_nssa() -> None:
    """R1 (area 1) - R2 - R3 (area 0) - R4 (area 2)."""
    network = chain("1", "0", "2")
    for name in ("R1", "R2"):
        type_at(network, name, "router ospf 1\n area 1 stub no-summary")
    for name in ("R3", "R4"):
        type_at(network, name, "router ospf 1\n area 2 nssa")
    type_at(
        network,
        "R4",
        "ip route 192.0.2.0 255.255.255.0 Null0\nrouter ospf 1\n redistribute static subnets",
    )
    network.wait(90)
    assert routes(network, "R1") == {
        "0.0.0.0/0": "O IA [110/2] via 10.0.12.2",
        "2.2.2.2/32": "O [110/2] via 10.0.12.2",
    }
    assert route(network, "R3", "192.0.2.0/24") == "O N2 [110/20] via 10.0.34.4"
    assert route(network, "R2", "192.0.2.0/24") == "O E2 [110/20] via 10.0.23.3"
    assert route(network, "R4", "1.1.1.1/32") == "O IA [110/4] via 10.0.34.3"
    assert network.ping("R1", "4.4.4.4").endswith("!!")


def test_a_virtual_link_joins_an_area_to_the_backbone() -> None:
    """Area 2 hangs on area 1: R1 - area 0 - R2 - area 1 - R3 - area 2 - R4."""
    network = chain("0", "1", "2")
    network.wait(60)
    assert route(network, "R1", "4.4.4.4/32") == ""
    type_at(network, "R2", "router ospf 1\n area 1 virtual-link 3.3.3.3")
    type_at(network, "R3", "router ospf 1\n area 1 virtual-link 2.2.2.2")
    network.wait(90)
    assert "OSPF_VL0 to router 3.3.3.3 is up" in execute(
        network, "R2", "show ip ospf virtual-links"
    )
    assert route(network, "R1", "4.4.4.4/32") == "O IA [110/4] via 10.0.12.2"
    assert network.ping("R4", "1.1.1.1").endswith("!!")


def test_equal_cost_paths() -> None:
    network = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.0.1.1/24"}, {}),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Gi0/1": "10.0.1.2/24", "Lo0": "2.2.2.2/32"}, {}),
    )
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.link("R1:Gi0/1", "R2:Gi0/1")
    network.boot()
    network.wait(5)
    for name in ("R1", "R2"):
        type_at(network, name, EVERYWHERE)
    network.wait(60)
    assert route(network, "R1", "2.2.2.2/32") == "O [110/2] via 10.0.0.2, 10.0.1.2"
    type_at(network, "R1", "router ospf 1\n maximum-paths 1")
    assert route(network, "R1", "2.2.2.2/32").count("10.0.") == 1


def test_non_broadcast_neighbors() -> None:
    network = pair(area="")
    for name in ("R1", "R2"):
        type_at(network, name, f"interface Gi0/0\n ip ospf network non-broadcast\n{EVERYWHERE}")
    network.wait(130)
    assert states(network, "R1") == []
    type_at(network, "R1", "router ospf 1\n neighbor 10.0.0.2")
    network.wait(200)
    assert full(network, "R1") == full(network, "R2") == 1


def test_redistribution_both_ways() -> None:
    network = adjacent()
    said = type_at(
        network,
        "R2",
        "ip route 172.30.0.0 255.255.0.0 Null0\nip route 172.31.1.0 255.255.255.0 Null0\n"
        "router ospf 1\n redistribute static metric 5",
    )
    assert said == ["% Only classful networks will be redistributed"]
    network.wait(15)
    assert route(network, "R1", "172.30.0.0/16") == "O E2 [110/5] via 10.0.0.2"
    assert route(network, "R1", "172.31.1.0/24") == ""
    type_at(network, "R2", "router ospf 1\n redistribute static subnets metric-type 1")
    network.wait(15)
    assert route(network, "R1", "172.31.1.0/24") == "O E1 [110/6] via 10.0.0.2"
    type_at(network, "R2", "no ip route 172.31.1.0 255.255.255.0 Null0")
    network.wait(15)
    assert route(network, "R1", "172.31.1.0/24") == ""


def test_one_process_hands_its_routes_to_another() -> None:
    network = chain("0", "0")
    type_at(
        network,
        "R2",
        "interface Gi0/1\n no ip ospf 1 area 0\n ip ospf 2 area 0\n"
        "router ospf 1\n redistribute ospf 2 subnets\nrouter ospf 2\n redistribute ospf 1 subnets",
    )
    network.wait(90)
    assert route(network, "R1", "3.3.3.3/32") == "O E2 [110/2] via 10.0.12.2"
    assert route(network, "R3", "1.1.1.1/32") == "O E2 [110/2] via 10.0.23.2"
    assert route(network, "R1", "10.0.23.0/24") == "O E2 [110/20] via 10.0.12.2"


def test_a_default_route_is_announced_while_there_is_one() -> None:
    network = pair()
    type_at(network, "R2", "router ospf 1\n default-information originate")
    network.wait(60)
    assert route(network, "R1", "0.0.0.0/0") == ""
    type_at(network, "R2", "ip route 0.0.0.0 0.0.0.0 Null0")
    network.wait(20)
    assert route(network, "R1", "0.0.0.0/0") == "O E2 [110/1] via 10.0.0.2"
    type_at(network, "R2", "no ip route 0.0.0.0 0.0.0.0 Null0")
    network.wait(20)
    assert route(network, "R1", "0.0.0.0/0") == ""
    type_at(network, "R2", "router ospf 1\n default-information originate always metric 7")
    network.wait(20)
    assert route(network, "R1", "0.0.0.0/0") == "O E2 [110/7] via 10.0.0.2"


def test_a_router_without_addresses_says_so_once() -> None:
    network = Network(config("R1", {}, {})).boot()
    type_at(network, "R1", "router ospf 1\n network 10.0.0.0 0.255.255.255 area 0")
    assert messages(network, "R1") == [
        "%OSPF-4-NORTRID: OSPF process 1 failed to allocate unique router-id and cannot start"
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_seed_is_the_same_run(seed: int) -> None:
    def run() -> list[str]:
        network = pair(seed=seed)
        network.wait(70)
        return [*network.log, execute(network, "R1", "show ip ospf database")]

    assert run() == run()


def test_a_tunnel_is_torn_down_with_its_process() -> None:
    made = site_to_site()
    tunnel_to(made[0], "Lo0", "100.3.3.3").ttl = 64
    network = wire_site_to_site(Network(*made)).boot()
    network.wait(5)
    for name in ("R1", "R3"):
        type_at(network, name, "interface Tunnel0\n ip ospf 1 area 0")
    network.wait(60)
    assert full(network, "R1") == 1
    before = len(network.log)
    type_at(network, "R1", "no interface Tunnel0")
    assert messages(network, "R1", before) == [
        "%OSPF-5-ADJCHG: Process 1, Nbr 100.3.3.3 on Tunnel0 from FULL to DOWN, Neighbor Down:"
        " Interface down or detached"
    ]


def test_a_key_chain_signs_with_its_algorithm_and_follows_lifetimes() -> None:
    network = pair(area="")
    for name in ("R1", "R2"):
        type_at(
            network,
            name,
            "key chain KC\n key 1\n  key-string first\n"
            "  cryptographic-algorithm hmac-sha-256\n"
            "  send-lifetime 00:00:00 Mar 1 2002 00:02:00 Mar 1 2002\n"
            " exit\n key 2\n  key-string second\n  cryptographic-algorithm hmac-sha-512\n"
            "  send-lifetime 00:01:50 Mar 1 2002 infinite\n"
            f"interface Gi0/0\n ip ospf authentication key-chain KC\n{EVERYWHERE}",
        )
    network.wait(80)
    assert full(network, "R1") == 1
    assert [key.id for key in interface(network, "R1").keys][-1] == 1
    before = len(network.log)
    network.wait(60)
    assert [key.id for key in interface(network, "R1").keys][-1] == 2
    assert full(network, "R1") == 1
    assert messages(network, "R1", before) == []
    assert machine(network, "R1").counters.errors == {}


def test_the_group_of_leaders_is_heard_by_them_only() -> None:
    network = pair()
    port = network["R1"].interfaces[InterfaceName.parse("Gi0/0")]
    assert [IPv4Address(group) for group in port.groups] == [IPv4Address("224.0.0.5")]
    network.wait(60)
    assert len(port.groups) == 2
    type_at(network, "R1", "interface Gi0/0\n ip ospf priority 0")
    process(network, "R1").restart()
    network.wait(60)
    assert [IPv4Address(group) for group in port.groups] == [IPv4Address("224.0.0.5")]


def test_distribute_lists_filter_the_table_and_what_is_redistributed() -> None:
    network = pair()
    type_at(
        network,
        "R2",
        "ip route 172.30.0.0 255.255.0.0 Null0\nip route 172.31.0.0 255.255.0.0 Null0\n"
        "router ospf 1\n redistribute static subnets",
    )
    network.wait(70)
    assert set(routes(network, "R1")) == {"2.2.2.2/32", "172.30.0.0/16", "172.31.0.0/16"}
    type_at(
        network,
        "R1",
        "ip prefix-list PL seq 5 permit 172.31.0.0/16\n"
        "router ospf 1\n distribute-list prefix PL in",
    )
    assert set(routes(network, "R1")) == {"172.31.0.0/16"}
    assert "172.30.0.0" in execute(network, "R1", "show ip ospf database external")
    type_at(network, "R1", "ip prefix-list PL seq 10 permit 2.2.2.2/32")
    assert set(routes(network, "R1")) == {"2.2.2.2/32", "172.31.0.0/16"}
    type_at(network, "R1", "router ospf 1\n no distribute-list prefix PL in")
    assert set(routes(network, "R1")) == {"2.2.2.2/32", "172.30.0.0/16", "172.31.0.0/16"}
    type_at(
        network,
        "R2",
        "access-list 9 deny 172.30.0.0\naccess-list 9 permit any\n"
        "router ospf 1\n distribute-list 9 out static",
    )
    network.wait(20)
    assert set(routes(network, "R1")) == {"2.2.2.2/32", "172.31.0.0/16"}


def test_prefix_lists_filter_summaries_at_the_border() -> None:
    """R1 - area 1 - R2 - area 0 - R3 - area 2 - R4."""
    network = chain("1", "0", "2")
    network.wait(90)
    assert route(network, "R4", "1.1.1.1/32") == "O IA [110/4] via 10.0.34.3"
    type_at(
        network,
        "R2",
        "ip prefix-list OUT deny 1.1.1.1/32\nip prefix-list OUT permit 0.0.0.0/0 le 32\n"
        "router ospf 1\n area 1 filter-list prefix OUT out",
    )
    network.wait(30)
    assert route(network, "R4", "1.1.1.1/32") == ""
    assert route(network, "R4", "10.0.12.0/24") == "O IA [110/3] via 10.0.34.3"
    type_at(
        network,
        "R3",
        "ip prefix-list IN permit 3.3.3.3/32\nrouter ospf 1\n area 2 filter-list prefix IN in",
    )
    network.wait(30)
    assert route(network, "R4", "10.0.12.0/24") == ""
    type_at(network, "R3", "ip prefix-list IN permit 10.0.12.0/24")
    network.wait(30)
    assert route(network, "R4", "10.0.12.0/24") == "O IA [110/3] via 10.0.34.3"


def test_clearing_counts_and_computing_at_once() -> None:
    network = adjacent()
    runs = machine(network, "R1").areas[0].spf_runs
    execute(network, "R1", "clear ip ospf force-spf")
    assert machine(network, "R1").areas[0].spf_runs == runs + 1
    assert route(network, "R1", "2.2.2.2/32") == "O [110/2] via 10.0.0.2"
    assert "6 state changes" in execute(network, "R1", "show ip ospf neighbor detail")
    execute(network, "R1", "clear ip ospf counters")
    assert "0 state changes" in execute(network, "R1", "show ip ospf neighbor detail")
    execute(network, "R1", "clear ip ospf traffic")
    text = execute(network, "R1", "show ip ospf traffic")
    assert "Last clearing of OSPF traffic counters 00:00:00" in text
    assert "Rcvd: 0 total" in text
