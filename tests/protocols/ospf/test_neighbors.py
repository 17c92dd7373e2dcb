"""Neighbors and elections (RFC 2328 9.4, 10): who becomes adjacent with whom, and why no longer."""

from ipaddress import IPv4Address

from ioscli.model.effects import Log
from ioscli.model.ospf import OspfNeighborStatement, OspfNetworkType
from ioscli.protocols.ospf.states import InterfaceState
from tests.protocols.ospf.wire import Network, Router

ADJCHG = "%OSPF-5-ADJCHG: Process 1, Nbr"


def lan_of(count: int, **chosen: int) -> tuple[Network, list[Router]]:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, count + 1)]
    network.lan("10.0.0.0/24", *routers, **chosen)
    return network, routers


def state_of(router: Router) -> InterfaceState:
    return next(iter(router.machine.interfaces.values())).state


# Point-to-point


def test_10_3_point_to_point_neighbors_become_full_without_election() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    network.configure()
    network.run(15)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    assert second.neighbor_states() == {"1.1.1.1": "FULL"}
    assert first.logs == [f"{ADJCHG} 2.2.2.2 on Tunnel0 from LOADING to FULL, Loading Done"]
    assert state_of(first) is InterfaceState.POINT_TO_POINT
    assert first.neighbor("2.2.2.2").changes == 6


def test_log_adjacency_changes_detail_tells_every_state() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    first.process.log_adjacency_detail = True
    second.process.log_adjacency_changes = False
    network.configure()
    network.run(15)
    assert [line.removeprefix(f"{ADJCHG} 2.2.2.2 on Tunnel0 from ") for line in first.logs] == [
        "DOWN to INIT, Received Hello",
        "INIT to 2WAY, 2-Way Received",
        "2WAY to EXSTART, AdjOK?",
        "EXSTART to EXCHANGE, Negotiation Done",
        "EXCHANGE to LOADING, Exchange Done",
        "LOADING to FULL, Loading Done",
    ]
    assert second.logs == []


def test_10_3_silence_kills_after_the_dead_interval() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    wire = network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    network.configure()
    network.run(20)
    wire.loses = lambda sender, receiver, payload: True
    network.run(29)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    network.run(12)
    assert first.neighbor_states() == {}
    assert first.logs[-1] == (
        f"{ADJCHG} 2.2.2.2 on Tunnel0 from FULL to DOWN, Neighbor Down: Dead timer expired"
    )


def test_10_3_one_way_loss_is_noticed_by_the_router_that_is_not_heard() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    wire = network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    network.configure()
    network.run(20)
    wire.loses = lambda sender, receiver, payload: sender is first
    network.run(55)
    assert second.neighbor_states() == {}
    assert first.neighbor_states() == {"2.2.2.2": "INIT"}
    assert first.logs[-1].endswith("from FULL to INIT, 1-Way")
    assert first.routes == {}
    wire.loses = lambda sender, receiver, payload: False
    network.run(30)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    assert second.neighbor_states() == {"1.1.1.1": "FULL"}


def test_9_3_interface_down_takes_the_neighbor_along() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    network.configure()
    network.run(20)
    network.set_up(first, first.name_of("Tu0"), False)
    assert first.logs[-1] == (
        f"{ADJCHG} 2.2.2.2 on Tunnel0 from FULL to DOWN, Neighbor Down: Interface down or detached"
    )
    network.set_up(first, first.name_of("Tu0"), True)
    network.run(20)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}


def test_routes_out_of_an_interface_go_with_it_and_spf_finds_others() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    network.link(first, second, "10.0.1.0/30", kind="Tunnel")
    network.link(first, second, "10.0.2.0/30", kind="Tunnel")
    network.link(first, second, "10.0.3.0/30", kind="Serial")
    network.interface(second, "Loopback", 0, "2.2.2.2/32")
    network.configure()
    network.run(60)
    assert first.route("2.2.2.2/32") == "O [110/65] 10.0.3.2 Se0/0"
    network.set_up(first, first.name_of("Se0/0"), False)
    assert first.route("2.2.2.2/32") == ""
    network.run(6)
    assert first.route("2.2.2.2/32") == "O [110/1001] 10.0.1.2 Tu0, 10.0.2.2 Tu1"
    network.run(20)
    network.set_up(first, first.name_of("Tu0"), False)
    assert first.route("2.2.2.2/32") == "O [110/1001] 10.0.2.2 Tu1"
    network.set_up(first, first.name_of("Tu0"), True)
    network.run(30)
    assert first.route("2.2.2.2/32") == "O [110/1001] 10.0.1.2 Tu0, 10.0.2.2 Tu1"


def test_close_ends_adjacencies_and_flushes() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    network.interface(second, "Loopback", 0, "2.2.2.2/32")
    network.configure()
    network.run(40)
    assert first.route("2.2.2.2/32")
    network.carry_out(second, second.machine.close(network.now))
    assert second.routes == {}
    assert second.logs[-1].endswith("FULL to DOWN, Neighbor Down: Interface down or detached")
    network.run(1)
    held = first.machine.areas[0].lsdb
    assert all(entry.lsa.router != 0x02020202 for entry in held.living(1))
    network.run(15)
    assert first.route("2.2.2.2/32") == ""
    network.configure(second)
    network.run(60)
    assert first.route("2.2.2.2/32") == "O [110/1001] 10.0.12.2 Tu0"


# Broadcast: the election


def test_9_4_highest_priority_then_highest_id_lead() -> None:
    network, routers = lan_of(4)
    network.configure()
    network.run(60)
    assert [state_of(router).value for router in routers] == ["DROTHER", "DROTHER", "BDR", "DR"]
    assert routers[0].neighbor_states() == {
        "2.2.2.2": "2WAY",
        "3.3.3.3": "FULL",
        "4.4.4.4": "FULL",
    }
    leader = next(iter(routers[0].machine.interfaces.values()))
    assert leader.designated == int(IPv4Address("10.0.0.4"))
    assert leader.backup_router == int(IPv4Address("3.3.3.3"))


def test_9_4_the_backup_takes_over_when_the_leader_dies_and_keeps_it() -> None:
    network, routers = lan_of(4)
    network.configure()
    network.run(60)
    network.set_up(routers[3], routers[3].name_of("Gi0/0"), False)
    network.run(60)
    assert [state_of(one).value for one in routers] == ["DROTHER", "BDR", "DR", "DOWN"]
    assert routers[0].neighbor_states() == {"2.2.2.2": "FULL", "3.3.3.3": "FULL"}
    network.set_up(routers[3], routers[3].name_of("Gi0/0"), True)
    network.run(60)
    # No preemption: the newcomer finds a designated router and its backup (9.4).
    assert [state_of(one).value for one in routers] == ["DROTHER", "BDR", "DR", "DROTHER"]
    assert routers[3].neighbor_states()["1.1.1.1"] == "2WAY"


def test_9_4_priority_zero_never_leads() -> None:
    network, routers = lan_of(3)
    for router in routers[1:]:
        router.interfaces[router.name_of("Gi0/0")].settings.priority = 0
    network.configure()
    network.run(60)
    assert [state_of(router).value for router in routers] == ["DR", "DROTHER", "DROTHER"]
    assert routers[1].neighbor_states() == {"1.1.1.1": "FULL", "3.3.3.3": "2WAY"}
    assert next(iter(routers[0].machine.interfaces.values())).backup == 0


def test_9_4_only_priorities_of_zero_leave_everybody_two_way() -> None:
    network, routers = lan_of(2, priority=0)
    network.configure()
    network.run(60)
    assert routers[0].neighbor_states() == {"2.2.2.2": "2WAY"}
    assert routers[0].routes == {}


def test_9_1_waiting_lasts_the_dead_interval() -> None:
    network, routers = lan_of(2)
    network.configure()
    network.run(39)
    assert state_of(routers[0]) is InterfaceState.WAITING
    assert routers[0].neighbor_states() == {"2.2.2.2": "2WAY"}
    network.run(2)
    assert state_of(routers[1]) is InterfaceState.DR


def test_9_2_backup_seen_ends_waiting() -> None:
    network, routers = lan_of(3)
    network.configure(*routers[:2])
    network.run(60)
    network.configure(routers[2])
    network.run(12)
    assert state_of(routers[2]) is InterfaceState.DR_OTHER
    assert routers[2].neighbor_states() == {"1.1.1.1": "FULL", "2.2.2.2": "FULL"}


def test_passive_interfaces_say_nothing_and_hear_nothing() -> None:
    network, routers = lan_of(2)
    routers[0].process.passive.add(routers[0].name_of("Gi0/0"))
    network.configure()
    network.run(60)
    assert routers[0].neighbor_states() == routers[1].neighbor_states() == {}
    assert routers[0].machine.counters.sent[1] == 0
    assert state_of(routers[0]) is InterfaceState.DR
    routers[0].process.passive.clear()
    network.configure(routers[0])
    network.run(60)
    assert routers[1].neighbor_states() == {"1.1.1.1": "FULL"}


# Without broadcast


def nbma(count: int, kind: OspfNetworkType) -> tuple[Network, list[Router]]:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, count + 1)]
    wire = network.lan("10.0.0.0/24", *routers, network_type=kind)
    wire.multicast = False
    return network, routers


def test_non_broadcast_neighbors_are_called_by_address() -> None:
    network, routers = nbma(3, OspfNetworkType.NON_BROADCAST)
    hub = routers[0]
    for other in routers[1:]:
        other.interfaces[other.name_of("Gi0/0")].settings.priority = 0
        address = IPv4Address(f"10.0.0.{other.name[1:]}")
        hub.process.neighbors.append(OspfNeighborStatement(address))
    network.configure()
    network.run(10)
    assert hub.neighbor_states() == {"2.2.2.2": "2WAY", "3.3.3.3": "2WAY"}
    network.run(200)
    assert hub.neighbor_states() == {"2.2.2.2": "FULL", "3.3.3.3": "FULL"}
    assert state_of(hub) is InterfaceState.DR
    assert routers[1].neighbor_states() == {"1.1.1.1": "FULL"}


def test_10_1_attempt_then_down_then_polled() -> None:
    network, routers = nbma(2, OspfNetworkType.NON_BROADCAST)
    hub, spoke = routers
    hub.process.neighbors.append(OspfNeighborStatement(IPv4Address("10.0.0.2"), poll_interval=60))
    network.configure(hub)
    network.run(100)
    assert hub.neighbor_states() == {"0.0.0.0": "ATTEMPT"}
    network.run(40)
    assert hub.neighbor_states() == {"0.0.0.0": "DOWN"}
    sent = hub.machine.counters.sent[1]
    network.run(125)
    assert 2 <= hub.machine.counters.sent[1] - sent <= 3
    network.configure(spoke)
    network.run(250)
    assert hub.neighbor_states() == {"2.2.2.2": "FULL"}


def test_point_to_multipoint_has_host_routes_and_no_leader() -> None:
    network, routers = nbma(3, OspfNetworkType.POINT_TO_MULTIPOINT)
    for wire in routers[0].wires.values():
        wire.multicast = True
        # The spokes do not hear each other.
        wire.loses = lambda sender, receiver, payload: "R1" not in (sender.name, receiver.name)
    network.configure()
    network.run(80)
    assert routers[0].neighbor_states() == {"2.2.2.2": "FULL", "3.3.3.3": "FULL"}
    assert state_of(routers[0]) is InterfaceState.POINT_TO_MULTIPOINT
    assert routers[1].route("10.0.0.3/32") == "O [110/2] 10.0.0.1 Gi0/0"
    assert routers[1].route("10.0.0.1/32") == "O [110/1] 10.0.0.1 Gi0/0"


def test_point_to_multipoint_non_broadcast_takes_costs_from_its_statements() -> None:
    network, routers = nbma(3, OspfNetworkType.POINT_TO_MULTIPOINT_NONBROADCAST)
    for number, cost in ((2, 7), (3, None)):
        statement = OspfNeighborStatement(IPv4Address(f"10.0.0.{number}"), cost=cost)
        routers[0].process.neighbors.append(statement)
    network.configure()
    network.run(120)
    assert routers[0].neighbor_states() == {"2.2.2.2": "FULL", "3.3.3.3": "FULL"}
    assert routers[0].route("10.0.0.2/32") == "O [110/7] 10.0.0.2 Gi0/0"
    assert routers[0].route("10.0.0.3/32") == "O [110/1] 10.0.0.3 Gi0/0"


def test_database_filter_of_a_neighbor_keeps_all_lsas_from_it() -> None:
    """IOS: `neighbor A database-filter all out`, on point-to-multipoint networks."""
    network, routers = nbma(3, OspfNetworkType.POINT_TO_MULTIPOINT)
    hub, second, third = routers
    for wire in hub.wires.values():
        wire.multicast = True
        # The spokes do not hear each other.
        wire.loses = lambda sender, receiver, payload: "R1" not in (sender.name, receiver.name)
    statement = OspfNeighborStatement(IPv4Address("10.0.0.2"), database_filter=True)
    hub.process.neighbors.append(statement)
    for router in (hub, third):
        network.interface(router, "Loopback", 0, f"192.168.0.{router.name[1:]}/32")
    network.configure()
    network.run(120)
    assert hub.neighbor_states() == {"2.2.2.2": "FULL", "3.3.3.3": "FULL"}
    assert second.routes == {}
    assert len(second.machine.areas[0].lsdb.tables[1]) == 1
    assert third.route("192.168.0.1/32")
    hub.interfaces[hub.name_of("Lo0")].settings.cost = 9
    network.configure(hub)
    network.run(60)
    assert len(second.machine.areas[0].lsdb.tables[1]) == 1
    assert third.route("192.168.0.1/32") == "O [110/10] 10.0.0.1 Gi0/0"
    hub.process.neighbors.clear()
    network.configure(hub)
    network.run(120)
    assert second.route("192.168.0.1/32") == "O [110/10] 10.0.0.1 Gi0/0"


def test_a_removed_neighbor_statement_ends_the_adjacency() -> None:
    network, routers = nbma(2, OspfNetworkType.NON_BROADCAST)
    hub, spoke = routers
    spoke.interfaces[spoke.name_of("Gi0/0")].settings.priority = 0
    hub.process.neighbors.append(OspfNeighborStatement(IPv4Address("10.0.0.2")))
    network.configure()
    network.run(200)
    assert hub.neighbor_states() == {"2.2.2.2": "FULL"}
    hub.process.neighbors.clear()
    network.configure(hub)
    assert hub.neighbor_states() == {}
    assert hub.logs[-1].endswith("from FULL to DOWN, Neighbor Down: Interface down or detached")


def test_neighbor_cost_on_point_to_multipoint_with_broadcast() -> None:
    network, routers = nbma(2, OspfNetworkType.POINT_TO_MULTIPOINT)
    for wire in routers[0].wires.values():
        wire.multicast = True
    network.configure()
    network.run(80)
    assert routers[0].route("10.0.0.2/32") == "O [110/1] 10.0.0.2 Gi0/0"
    statement = OspfNeighborStatement(IPv4Address("10.0.0.2"), cost=33)
    routers[0].process.neighbors.append(statement)
    network.configure(routers[0])
    network.run(30)
    assert routers[0].route("10.0.0.2/32") == "O [110/33] 10.0.0.2 Gi0/0"
    assert routers[0].neighbor_states() == {"2.2.2.2": "FULL"}


# Router IDs


def test_c_1_router_id_is_the_highest_loopback() -> None:
    network = Network()
    router = network.router("R1")
    router.process.router_id = None
    network.interface(router, "GigabitEthernet", 0, "192.0.2.1/24")
    network.interface(router, "Loopback", 0, "10.1.1.1/32")
    network.interface(router, "Loopback", 1, "10.1.1.9/32")
    network.configure()
    assert router.machine.router_id == int(IPv4Address("10.1.1.9"))


def test_no_address_no_router_id() -> None:
    network = Network()
    router = network.router("R1")
    router.process.router_id = None
    effects = router.machine.configure(network.now, router.process, [])
    assert effects == [
        Log(
            "OSPF",
            4,
            "NORTRID",
            "OSPF process 1 failed to allocate unique router-id and cannot start",
        )
    ]


def test_a_new_router_id_waits_for_clear_ip_ospf_process() -> None:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    network.configure()
    network.run(30)
    first.process.router_id = IPv4Address("9.9.9.9")
    network.configure(first)
    network.run(5)
    assert second.neighbor_states() == {"1.1.1.1": "FULL"}
    network.carry_out(first, first.machine.reset(network.now))
    network.run(60)
    assert second.neighbor_states() == {"9.9.9.9": "FULL"}


def test_duplicate_router_ids_of_neighbors_are_logged_and_not_adjacent() -> None:
    network = Network()
    first, second = network.router("R1", "7.7.7.7"), network.router("R2", "7.7.7.7")
    network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    network.configure()
    network.run(30)
    assert first.neighbor_states() == {}
    assert first.logs[0] == (
        "%OSPF-4-DUP_RTRID_NBR: OSPF detected duplicate router-id 7.7.7.7"
        " from 10.0.12.2 on interface Tunnel0"
    )
    assert first.machine.counters.errors["Duplicate ID"]


def test_duplicate_router_ids_in_an_area_are_logged() -> None:
    network = Network()
    left, middle = network.router("R1", "7.7.7.7"), network.router("R2")
    right = network.router("R3", "7.7.7.7")
    network.link(left, middle, "10.0.12.0/30", kind="Tunnel")
    network.link(middle, right, "10.0.23.0/30", kind="Tunnel")
    network.configure()
    network.run(120)
    text = "%OSPF-4-DUP_RTRID_AREA: Detected router with duplicate router ID 7.7.7.7 in area 0"
    assert text in left.logs
    assert text in right.logs
