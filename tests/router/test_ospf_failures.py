"""OSPF when something is wrong: what is logged and counted, and that it mends."""

import pytest

from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration
from ioscli.router.reload import BOOT_TIME, GOING_DOWN

from .networks import Network, config
from .ospf_networks import (
    EVERYWHERE,
    adjacent,
    chain,
    deaf,
    execute,
    full,
    interface,
    messages,
    pair,
    process,
    route,
    routes,
    states,
    type_at,
)

ADJACENCY = "%OSPF-5-ADJCHG: Process 1, Nbr 2.2.2.2 on GigabitEthernet0/0 from"
RELOAD = (GOING_DOWN + BOOT_TIME) / 1_000_000
NETWORK_0 = "router ospf 1\n network 10.0.0.0 0.0.0.255 area 0"


def test_a_cut_cable_takes_the_adjacency_down_at_once() -> None:
    network = adjacent()
    before = len(network.log)
    network.links["R1-R2"].set_up(False)
    network.wait(6)
    assert messages(network, "R1", before) == [
        f"{ADJACENCY} FULL to DOWN, Neighbor Down: Interface down or detached"
    ]
    network.wait(5)
    assert routes(network, "R1") == {}
    network.links["R1-R2"].set_up(True)
    network.wait(60)
    assert full(network, "R1") == 1
    assert route(network, "R1", "2.2.2.2/32") == "O [110/2] via 10.0.0.2"


def test_traffic_takes_the_other_way_when_a_link_fails() -> None:
    """A triangle: the direct way, then the long one, then the direct one again."""
    network = Network(
        config("R1", {"Gi0/0": "10.0.12.1/24", "Gi0/1": "10.0.13.1/24"}, {}),
        config("R2", {"Gi0/0": "10.0.12.2/24", "Gi0/1": "10.0.23.2/24", "Lo0": "2.2.2.2/32"}, {}),
        config("R3", {"Gi0/0": "10.0.13.3/24", "Gi0/1": "10.0.23.3/24"}, {}),
    )
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.link("R1:Gi0/1", "R3:Gi0/0")
    network.link("R2:Gi0/1", "R3:Gi0/1")
    network.boot()
    network.wait(5)
    for name in ("R1", "R2", "R3"):
        type_at(network, name, EVERYWHERE)
    network.wait(80)
    assert route(network, "R1", "2.2.2.2/32") == "O [110/2] via 10.0.12.2"
    network.links["R1-R2"].set_up(False)
    network.wait(20)
    assert route(network, "R1", "2.2.2.2/32") == "O [110/3] via 10.0.13.3"
    assert network.ping("R1", "2.2.2.2").endswith("!!")
    network.links["R1-R2"].set_up(True)
    network.wait(80)
    assert route(network, "R1", "2.2.2.2/32") == "O [110/2] via 10.0.12.2"


def test_a_neighbor_that_reloads_comes_back() -> None:
    network = adjacent()
    before = len(network.log)
    router = network["R2"]
    router.reloads.start(lambda: router.config, "console")
    network.wait(RELOAD + 5)
    assert messages(network, "R1", before)[0] == (
        f"{ADJACENCY} FULL to DOWN, Neighbor Down: Interface down or detached"
    )
    network.wait(80)
    assert full(network, "R1") == full(network, "R2") == 1
    assert route(network, "R2", "1.1.1.1/32") == "O [110/2] via 10.0.0.1"


def test_one_way_loss_ends_in_the_dead_timer_and_in_one_way() -> None:
    network = adjacent()
    before = len(network.log)
    with deaf(network, "R1", "Gi0/0"):
        network.wait(45)
        assert messages(network, "R1", before) == [
            f"{ADJACENCY} FULL to DOWN, Neighbor Down: Dead timer expired"
        ]
        # R2 still hears R1, whose hellos no longer name it.
        assert messages(network, "R2", before) == [
            "%OSPF-5-ADJCHG: Process 1, Nbr 1.1.1.1 on GigabitEthernet0/0 from FULL to INIT, 1-Way"
        ]
        assert states(network, "R2") == ["INIT"]
        network.wait(15)
        assert routes(network, "R1") == {}
    network.wait(60)
    assert full(network, "R1") == full(network, "R2") == 1


def test_a_duplicate_router_id_is_told_and_makes_no_neighbor() -> None:
    network = pair(area="")
    for name in ("R1", "R2"):
        type_at(network, name, f"{EVERYWHERE}\n router-id 7.7.7.7")
    network.wait(60)
    told = [line for line in messages(network, "R1") if "DUP_RTRID_NBR" in line]
    assert told[0] == (
        "%OSPF-4-DUP_RTRID_NBR: OSPF detected duplicate router-id 7.7.7.7 from 10.0.0.2 on"
        " interface GigabitEthernet0/0"
    )
    assert states(network, "R1") == []
    assert interface(network, "R1").counters.errors["Duplicate ID"] > 1
    type_at(network, "R2", "router ospf 1\n router-id 2.2.2.2")
    process(network, "R2").restart()
    network.wait(60)
    assert full(network, "R1") == 1


def test_an_area_mismatch_is_told_and_mends() -> None:
    network = pair(area="")
    type_at(network, "R1", NETWORK_0)
    type_at(network, "R2", "router ospf 1\n network 10.0.0.0 0.0.0.255 area 1")
    network.wait(60)
    assert messages(network, "R1") == []
    assert messages(network, "R2")[0] == (
        "%OSPF-4-ERRRCV: Received invalid packet: mismatched area ID, from backbone area must be"
        " virtual-link but not found from 10.0.0.1, GigabitEthernet0/0"
    )
    assert interface(network, "R1").counters.errors["Area Mismatch"] > 1
    assert states(network, "R1") == []
    type_at(network, "R2", NETWORK_0)
    network.wait(60)
    assert full(network, "R1") == 1


@pytest.mark.parametrize(
    ("wrong", "right", "counter"),
    [
        ("ip ospf hello-interval 5", "no ip ospf hello-interval", "Hello"),
        ("ip ospf dead-interval 41", "no ip ospf dead-interval", "Hello"),
        (
            "ip ospf authentication message-digest\n ip ospf message-digest-key 1 md5 secret",
            "no ip ospf authentication",
            "Auth Type",
        ),
    ],
)
def test_settings_that_differ_keep_neighbors_apart(wrong: str, right: str, counter: str) -> None:
    network = adjacent()
    before = len(network.log)
    type_at(network, "R2", f"interface Gi0/0\n {wrong}")
    network.wait(60)
    assert messages(network, "R1", before) == [
        f"{ADJACENCY} FULL to DOWN, Neighbor Down: Dead timer expired"
    ]
    assert states(network, "R1") == []
    assert interface(network, "R1").counters.errors[counter] > 1
    assert f"{counter} 0" not in execute(network, "R1", "show ip ospf traffic").split("Summary")[1]
    type_at(network, "R2", f"interface Gi0/0\n {right}")
    network.wait(60)
    assert full(network, "R1") == full(network, "R2") == 1


def test_a_wrong_key_is_counted_and_debugged() -> None:
    network = pair(area="")
    for name, key in (("R1", "right"), ("R2", "wrong")):
        type_at(
            network,
            name,
            f"{EVERYWHERE}\n area 0 authentication message-digest\n"
            f"interface Gi0/0\n ip ospf message-digest-key 1 md5 {key}",
        )
    execute(network, "R1", "debug ip ospf adj")
    network.wait(60)
    assert states(network, "R1") == []
    assert interface(network, "R1").counters.errors["Authentication"] > 1
    assert any(
        line.endswith(
            "OSPF-1 ADJ   Gi0/0: Rcv pkt from 10.0.0.2 : Mismatched Authentication Key -"
            " Message Digest Key 1"
        )
        for line in network.log
    )
    execute(network, "R1", "undebug all")
    type_at(
        network,
        "R2",
        "interface Gi0/0\n no ip ospf message-digest-key 1\n"
        " ip ospf message-digest-key 1 md5 right",
    )
    network.wait(60)
    assert full(network, "R1") == 1


def test_keys_roll_over_without_losing_the_adjacency() -> None:
    network = pair(area="")
    for name in ("R1", "R2"):
        type_at(
            network,
            name,
            f"{EVERYWHERE}\n area 0 authentication message-digest\n"
            "interface Gi0/0\n ip ospf message-digest-key 1 md5 old",
        )
    network.wait(80)
    before = len(network.log)
    type_at(network, "R1", "interface Gi0/0\n ip ospf message-digest-key 2 md5 new")
    network.wait(30)
    shown = execute(network, "R1", "show ip ospf interface Gi0/0")
    assert "    Youngest key id is 2" in shown
    assert "    Rollover in progress, 1 neighbor(s) using the old key(s):" in shown
    type_at(network, "R2", "interface Gi0/0\n ip ospf message-digest-key 2 md5 new")
    network.wait(30)
    for name in ("R1", "R2"):
        type_at(network, name, "interface Gi0/0\n no ip ospf message-digest-key 1")
    network.wait(60)
    assert messages(network, "R1", before) == []
    assert "Rollover" not in execute(network, "R1", "show ip ospf interface Gi0/0")


def test_an_mtu_mismatch_is_stuck_in_exstart_until_ignored() -> None:
    network = pair(area="")
    type_at(network, "R2", "interface Gi0/0\n ip mtu 1400")
    for name in ("R1", "R2"):
        type_at(network, name, EVERYWHERE)
    execute(network, "R2", "debug ip ospf adj")
    network.wait(80)
    assert states(network, "R2") == ["EXSTART"]
    assert states(network, "R1") in (["EXSTART"], ["EXCHANGE"], ["DOWN"])
    assert network.ping("R1", "10.0.0.2").endswith("!!")
    assert any("Nbr 1.1.1.1 has larger interface MTU" in line for line in network.log)
    execute(network, "R2", "undebug all")
    type_at(network, "R2", "interface Gi0/0\n ip ospf mtu-ignore")
    network.wait(80)
    assert full(network, "R1") == full(network, "R2") == 1


def test_an_mtu_mismatch_mends_when_the_mtus_are_equal() -> None:
    network = pair(area="")
    type_at(network, "R2", "interface Gi0/0\n ip mtu 1400")
    for name in ("R1", "R2"):
        type_at(network, name, EVERYWHERE)
    network.wait(80)
    type_at(network, "R2", "interface Gi0/0\n no ip mtu")
    network.wait(150)
    assert full(network, "R1") == full(network, "R2") == 1


def test_too_many_retransmissions_make_a_router_ignore_its_neighbor() -> None:
    """IOS gives up after 25 tries, and turns a deaf ear for a minute."""
    network = pair(area="")
    type_at(network, "R2", "interface Gi0/0\n ip mtu 1400")
    for name in ("R1", "R2"):
        type_at(network, name, EVERYWHERE)
    network.wait(240)
    said = messages(network, "R2")
    assert any("Too many retransmissions" in line for line in said)
    assert (
        any("Ignore timer expired" in line for line in said)
        or "Nbr Ignored" in interface(network, "R2").counters.errors
    )


def test_a_flapping_interface_leaves_routes_right() -> None:
    network = chain("0", "0")
    network.wait(60)
    port = InterfaceName.parse("Gi0/1")
    for _ in range(3):
        type_at(network, "R1", "interface Gi0/1\n shutdown")
        network.wait(4)
        type_at(network, "R1", "interface Gi0/1\n no shutdown")
        network.wait(7)
    network.wait(60)
    assert network["R1"].interfaces[port].protocol_up
    assert route(network, "R1", "3.3.3.3/32") == "O [110/3] via 10.0.12.2"
    assert route(network, "R3", "1.1.1.1/32") == "O [110/3] via 10.0.23.2"


def test_clear_ip_ospf_process_asks_first() -> None:
    network = adjacent()
    before = len(network.log)
    said = execute(network, "R1", "clear ip ospf process", "no")
    network.wait(5)
    assert messages(network, "R1", before) == []
    assert said == ""
    execute(network, "R1", "clear ip ospf process", "y")
    assert messages(network, "R1", before) == [
        f"{ADJACENCY} FULL to DOWN, Neighbor Down: Interface down or detached"
    ]
    network.wait(60)
    assert messages(network, "R1", before)[-1] == f"{ADJACENCY} LOADING to FULL, Loading Done"


def test_hostile_packets_are_counted_and_stop_nothing() -> None:
    network = adjacent()
    running = process(network, "R1")
    chance = network.simulation.random("hostile")
    from ipaddress import IPv4Address

    for size in (0, 1, 23, 24, 44, 200):
        for _ in range(50):
            running.receive(
                InterfaceName.parse("Gi0/0"),
                IPv4Address("10.0.0.2"),
                IPv4Address("224.0.0.5"),
                chance.randbytes(size),
            )
    assert running.machine.counters.invalid >= 250
    network.wait(Duration(20_000_000) / 1_000_000)
    assert full(network, "R1") == 1
