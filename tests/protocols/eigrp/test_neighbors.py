"""How neighbors come and go: hellos, the INIT handshake, timers, and every reason to part."""

from ipaddress import IPv4Address, IPv4Interface

import pytest

from ioscli.codec.eigrp import tlv
from ioscli.codec.eigrp.numbers import END_OF_TABLE, INIT, Opcode
from ioscli.codec.eigrp.packet import Packet, build_packet
from ioscli.model.eigrp import (
    EigrpAuthentication,
    EigrpInterfaceSettings,
    EigrpKey,
    EigrpNeighborStatement,
    EigrpPassword,
    EigrpStub,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND
from tests.protocols.eigrp.wire import Network, Router, Wire

GIG = InterfaceName("GigabitEthernet", (0, 0))
GROUP = IPv4Address("224.0.0.10")


def pair(**facts: object) -> tuple[Network, Router, Router, Wire]:
    """R1 and R2 on one link, each with a loopback."""
    network = Network()
    r1, r2 = network.router("R1"), network.router("R2")
    wire = network.link(r1, r2, "10.0.12.0/24", **facts)
    for router in (r1, r2):
        network.interface(router, "Loopback", f"192.168.{router.name[1:]}.1/24")
    return network, r1, r2, wire


def up() -> tuple[Network, Router, Router, Wire]:
    """The same, adjacent."""
    made = pair()
    made[0].configure()
    made[0].run(10)
    assert made[1].neighbors() == {"10.0.12.2": True}
    return made


def change(router: Router, address: str, text: str, name: str = "GigabitEthernet0/0") -> str:
    """What a router logs of a neighbor."""
    return f"%DUAL-5-NBRCHANGE: EIGRP-IPv4 100: Neighbor {address} ({name}) is {text}"


def test_5_4_1_neighbors_find_each_other_by_multicast_hellos() -> None:
    _network, r1, r2, wire = up()
    assert r1.logs == [change(r1, "10.0.12.2", "up: new adjacency")]
    assert r2.logs == [change(r2, "10.0.12.1", "up: new adjacency")]
    hellos = [one for one in wire.seen if one.destination == GROUP]
    assert all(one.ttl == 1 and one.protocol == 88 for one in hellos)
    assert r1.route("192.168.2.0/24") == "D [90/130816] 10.0.12.2 Gi0/0"


def test_5_4_2_tables_follow_the_init_handshake() -> None:
    """INIT without routes, acknowledged; then the table, whose last packet says END_OF_TABLE."""
    *_, wire = up()
    sent = [
        packet
        for seen, packet in zip(wire.seen, wire.packets(), strict=True)
        if str(seen.source) == "10.0.12.1" and packet.opcode == Opcode.UPDATE
    ]
    assert [(one.flags, bool(one.routes)) for one in sent][:2] == [
        (INIT, False),
        (END_OF_TABLE, True),
    ]
    assert all(one.sequence for one in sent)
    acknowledged = {one.acknowledgment for one in wire.packets()}
    assert {one.sequence for one in sent} <= acknowledged


def test_the_hold_time_is_the_neighbors() -> None:
    network, r1, r2, wire = up()
    wire.loses = lambda sender, receiver, payload: sender is r2
    network.run(14.9)
    assert len(r1.logs) <= 2
    network.run(10)
    assert change(r1, "10.0.12.2", "down: holding time expired") in r1.logs
    assert r1.routes == {}


def test_a_longer_hold_time_is_told() -> None:
    network, r1, r2, wire = pair()
    network.configure()
    network.set_settings(r2, GIG, hold_time=60)
    network.run(10)
    (neighbor,) = r1.machine.neighbors()
    assert neighbor.hold_time == 60
    wire.loses = lambda sender, receiver, payload: sender is r2
    network.run(45)
    assert r1.neighbors() == {"10.0.12.2": True}


def test_k_values_must_agree() -> None:
    network, r1, r2, _ = pair()
    r2.process.weights = (1, 1, 1, 0, 0, 0)
    network.configure()
    network.run(12)
    assert r1.neighbors() == {}
    assert set(r1.logs) == {change(r1, "10.0.12.2", "down: K-value mismatch")}
    assert r1.machine.counters.errors["K values"] >= 2
    r2.process.weights = (1, 0, 1, 0, 0, 0)
    network.configure(r2)
    network.run(12)
    assert r1.neighbors() == {"10.0.12.2": True}


def test_changed_k_values_end_the_adjacency() -> None:
    network, r1, r2, _ = up()
    r2.process.weights = (1, 1, 1, 0, 0, 0)
    network.configure(r2)
    network.run(6)
    assert change(r2, "10.0.12.1", "down: metric changed") in r2.logs
    assert change(r1, "10.0.12.2", "down: Interface PEER-TERMINATION received") in r1.logs


def test_other_autonomous_systems_are_ignored() -> None:
    network = Network()
    r1, r2 = network.router("R1"), network.router("R2", autonomous_system=200)
    network.link(r1, r2, "10.0.12.0/24")
    network.configure()
    network.run(20)
    assert r1.logs == r2.logs == []
    assert r1.machine.counters.errors["autonomous system"] >= 3


def test_neighbors_must_be_on_the_same_subnet() -> None:
    network, r1, r2, _ = pair()
    network.configure(r1)
    network.change(r2, GIG, address=IPv4Interface("10.0.99.2/24"))
    network.run(9)
    assert r1.logs == [
        "%DUAL-6-NBRINFO: EIGRP-IPv4 100: Neighbor 10.0.99.2 (GigabitEthernet0/0) is blocked:"
        " not on common subnet (10.0.12.1/24)"
    ]
    network.run(10)
    assert len(r1.logs) == 2  # not more often than every ten seconds


def test_a_secondary_address_makes_a_common_subnet() -> None:
    network, r1, r2, _ = pair()
    network.change(r1, GIG, secondaries=(IPv4Interface("10.0.99.1/24"),))
    network.change(r2, GIG, address=IPv4Interface("10.0.99.2/24"))
    network.run(9)
    assert "10.0.99.2" in r1.neighbors()


def test_interface_down() -> None:
    network, r1, _r2, _wire = up()
    network.change(r1, GIG, up=False)
    assert r1.logs[-1] == change(r1, "10.0.12.2", "down: interface down")
    assert r1.routes == {}


def test_5_4_4_goodbye_of_a_process_that_ends() -> None:
    network, r1, r2, _ = up()
    network.carry_out(r2, r2.machine.close(network.now))
    network.run(1)
    assert r1.logs[-1] == change(r1, "10.0.12.2", "down: Interface Goodbye received")
    assert r2.routes == {}
    assert r2.machine.topology == {}


def test_passive_interfaces_are_announced_and_silent() -> None:
    network, r1, r2, wire = up()
    network.change(r2, GIG, passive=True)
    network.run(1)
    assert r2.logs[-1] == change(r2, "10.0.12.1", "down: interface passive")
    assert r1.logs[-1] == change(r1, "10.0.12.2", "down: Interface Goodbye received")
    before = len([one for one in wire.seen if one.source == IPv4Address("10.0.12.2")])
    network.run(20)
    assert len([one for one in wire.seen if one.source == IPv4Address("10.0.12.2")]) == before
    assert (0x0A000C00, 24) in r2.machine.topology
    network.change(r2, GIG, passive=False)
    network.run(8)
    assert r1.neighbors() == {"10.0.12.2": True}


def test_a_router_that_came_back_is_noticed_by_its_init() -> None:
    network, r1, r2, _ = up()
    again = network.router("R2")
    again.interfaces, again.wires = r2.interfaces, r2.wires
    for wire in again.wires.values():
        wire.ends = [(again if one is r2 else one, name) for one, name in wire.ends]
    r2.dead = True
    network.configure(again)
    network.run(8)
    assert r1.logs[1:] == [
        change(r1, "10.0.12.2", "down: peer restarted"),
        change(r1, "10.0.12.2", "up: new adjacency"),
    ]
    assert r1.neighbors() == {"10.0.12.2": True}
    assert again.route("192.168.1.0/24") == "D [90/130816] 10.0.12.1 Gi0/0"


def test_5_4_2_an_init_that_acknowledges_ours_is_no_new_beginning() -> None:
    """A peer that our INIT made begin anew: were its INIT taken so too, there would be no end."""
    network, r1, _, wire = pair()
    network.configure(r1)

    def hear(packet: Packet) -> None:
        """From a router that nobody plays but this test."""
        payload, peer = build_packet(packet), IPv4Address("10.0.12.2")
        network.carry_out(r1, r1.machine.receive(network.now, GIG, peer, GROUP, payload))
        network.run(0.01)

    hear(Packet(Opcode.HELLO, 100, tlvs=(tlv.Parameters(1, 0, 1, 0, 0, 0, 15),)))
    hear(Packet(Opcode.UPDATE, 100, INIT, sequence=1))
    (ours,) = [one for one in wire.packets() if one.flags & INIT]
    hear(Packet(Opcode.UPDATE, 100, INIT, sequence=2, acknowledgment=ours.sequence))
    assert r1.neighbors() == {"10.0.12.2": True}
    assert {one.sequence for one in wire.packets() if one.flags & INIT} == {ours.sequence}
    assert r1.logs == [change(r1, "10.0.12.2", "up: new adjacency")]


def test_5_3_3_retry_limit() -> None:
    """Hellos get through, nothing else does: as with a missing multicast map."""
    network, r1, r2, wire = pair()
    wire.loses = lambda sender, receiver, payload: payload[1] != Opcode.HELLO or len(payload) < 24
    network.configure()
    network.run(70)
    assert r1.logs == [change(r1, "10.0.12.2", "up: new adjacency")]
    (neighbor,) = r1.machine.neighbors()
    assert neighbor.rto == 5 * SECOND
    assert not neighbor.established
    network.run(20)
    downs = [line for line in r1.logs + r2.logs if "retry limit exceeded" in line]
    assert downs
    assert len(r1.logs) >= 3  # and it begins anew


def test_one_way_loss_brings_no_routes() -> None:
    network, r1, r2, wire = pair()
    wire.loses = lambda sender, receiver, payload: sender is r2
    network.configure()
    network.run(120)
    assert r1.neighbors() == {}
    assert r1.routes == r2.routes == {}
    assert change(r2, "10.0.12.1", "down: retry limit exceeded") in r2.logs
    wire.loses = lambda sender, receiver, payload: False
    network.run(90)
    assert r1.route("192.168.2.0/24")
    assert r2.route("192.168.1.0/24")


def test_cleared_neighbors_come_back() -> None:
    network, r1, r2, _ = up()
    network.carry_out(r1, r1.machine.clear(network.now))
    network.run(1)
    assert r1.logs[1] == change(r1, "10.0.12.2", "down: manually cleared")
    assert r2.logs[1] == change(r2, "10.0.12.1", "down: Interface PEER-TERMINATION received")
    network.run(10)
    assert r1.neighbors() == {"10.0.12.2": True}
    assert r1.route("192.168.2.0/24")


def test_a_new_router_id_resets_the_adjacencies() -> None:
    network, r1, _r2, _ = up()
    r1.process.router_id = IPv4Address("9.9.9.9")
    network.configure(r1)
    assert r1.logs[-1] == change(r1, "10.0.12.2", "down: route configuration changed")


def test_becoming_a_stub_resets_the_adjacencies() -> None:
    network, r1, r2, _ = up()
    r1.process.stub = EigrpStub()
    network.configure(r1)
    assert r1.logs[-1] == change(r1, "10.0.12.2", "down: peer info changed")
    network.run(10)
    (neighbor,) = r2.machine.neighbors()
    assert neighbor.is_stub


# -- authentication (6.7.2) ------------------------------------------------------------------------

MD5 = EigrpAuthentication.MD5
KEY = (EigrpKey(1, "cisco", sends=True),)


def test_6_7_2_signed_packets_are_needed_on_both_sides() -> None:
    network, r1, r2, wire = pair()
    network.configure()
    for router, keys in ((r1, KEY), (r2, (EigrpKey(1, "Cisco", sends=True),))):
        network.set_settings(router, GIG, authentication=MD5, key_chain="K")
        network.change(router, GIG, keys=keys)
    network.run(12)
    assert r1.neighbors() == r2.neighbors() == {}
    assert r1.machine.counters.errors["authentication"] >= 2
    network.change(r2, GIG, keys=KEY)
    network.run(12)
    assert r1.neighbors() == {"10.0.12.2": True}
    assert wire.packets()[-1].authentication is not None


def test_a_missing_signature_ends_an_adjacency() -> None:
    network, r1, _r2, _ = up()
    network.set_settings(r1, GIG, authentication=MD5, key_chain="K")
    assert r1.logs[-1] == change(r1, "10.0.12.2", "down: authentication mode changed")
    network.change(r1, GIG, keys=KEY)
    network.run(20)
    assert r1.neighbors() == {}


def test_a_changed_key_ends_an_adjacency() -> None:
    network, r1, r2, _ = pair()
    network.configure()
    for router in (r1, r2):
        network.set_settings(router, GIG, authentication=MD5, key_chain="K")
        network.change(router, GIG, keys=KEY)
    network.run(10)
    assert r1.neighbors() == {"10.0.12.2": True}
    network.change(r2, GIG, keys=(EigrpKey(2, "other", sends=True),))
    network.run(6)
    assert change(r1, "10.0.12.2", "down: Auth failure") in r1.logs


def test_hmac_sha_256_with_a_password() -> None:
    network, r1, r2, _ = pair()
    network.configure()
    for router in (r1, r2):
        network.set_settings(
            router,
            GIG,
            authentication=EigrpAuthentication.HMAC_SHA_256,
            password=EigrpPassword("S3cret"),
        )
    network.run(10)
    assert r1.neighbors() == {"10.0.12.2": True}
    network.set_settings(r2, GIG, password=EigrpPassword("wrong"))
    network.run(16)
    assert r1.neighbors() == {}


# -- static neighbors ------------------------------------------------------------------------------


def test_static_neighbors_are_met_by_unicast() -> None:
    network, r1, r2, wire = pair()
    r1.process.neighbors = [EigrpNeighborStatement(IPv4Address("10.0.12.2"), GIG)]
    r2.process.neighbors = [EigrpNeighborStatement(IPv4Address("10.0.12.1"), GIG)]
    network.configure()
    network.run(12)
    assert r1.neighbors() == {"10.0.12.2": True}
    assert not [one for one in wire.seen if one.destination == GROUP]
    r2.process.neighbors = []
    network.configure(r2)
    assert r2.logs[-1] == change(r2, "10.0.12.1", "down: static peer configured")
    network.run(30)
    assert r1.neighbors() == {}


# -- what a LAN needs ------------------------------------------------------------------------------


def lan(size: int) -> tuple[Network, list[Router], Wire]:
    """Routers on one Ethernet, with a loopback each."""
    network = Network()
    wire = Wire()
    routers = []
    for number in range(1, size + 1):
        router = network.router(f"R{number}")
        network.interface(router, "Ethernet", f"10.0.0.{number}/24", wire)
        network.interface(router, "Loopback", f"192.168.{number}.1/24")
        routers.append(router)
    return network, routers, wire


def test_handles_count_up_in_the_order_of_appearance() -> None:
    network, routers, _ = lan(5)
    network.configure()
    network.run(10)
    assert sorted(one.handle for one in routers[0].machine.neighbors()) == [0, 1, 2, 3]


def test_5_3_1_who_is_behind_is_named_and_gets_a_copy() -> None:
    """Conditional receive: a neighbor that has not acknowledged does not hold up the others."""
    network, (r1, r2, r3), wire = lan(3)
    network.configure()
    network.run(10)
    wire.loses = lambda sender, receiver, payload: receiver is r3 and payload[1] != Opcode.HELLO
    network.interface(r1, "Loopback", "172.16.1.1/24")
    network.configure(r1)
    network.run(0.02)
    network.interface(r1, "Loopback", "172.16.2.1/24")
    network.configure(r1)
    network.run(0.3)
    assert r2.route("172.16.2.0/24")
    assert not r3.route("172.16.1.0/24")
    announced = [
        one for packet in wire.packets() for one in packet.tlvs if isinstance(one, tlv.Sequence)
    ]
    assert tlv.Sequence((int(IPv4Address("10.0.0.3")),)) in announced
    wire.loses = lambda sender, receiver, payload: False
    network.run(10)
    assert r3.route("172.16.1.0/24")
    assert r3.route("172.16.2.0/24")
    (counters,) = [one.counters for one in r1.machine.interfaces.values() if one.neighbors]
    assert counters.conditional >= 1


# -- hostile packets -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "malformed"),
        (b"\2\5" + bytes(30), "checksum"),
        (b"\3" + bytes(19), "version"),
        (build_packet(Packet(Opcode.HELLO, 100)), "hello without parameters"),
        (build_packet(Packet(Opcode.UPDATE, 100, sequence=5)), "unknown neighbor"),
        (build_packet(Packet(Opcode.HELLO, 100, virtual_router=1)), "virtual router"),
    ],
)
def test_bad_packets_are_counted(payload: bytes, reason: str) -> None:
    network, r1, _, _ = up()
    source = IPv4Address("10.0.12.77")
    effects = r1.machine.receive(network.now, GIG, source, GROUP, payload)
    assert effects == []
    assert r1.machine.counters.errors == {reason: 1}


def test_updates_before_init_are_not_taken() -> None:
    network, r1, _r2, wire = pair()
    wire.loses = lambda sender, receiver, payload: sender is r1
    network.configure()
    network.run(1)
    (neighbor,) = r1.machine.neighbors()
    neighbor.init_received = False
    update = build_packet(Packet(Opcode.UPDATE, 100, sequence=99))
    effects = r1.machine.receive(network.now, GIG, neighbor.ip, GROUP, update)
    assert effects == []
    assert r1.machine.counters.errors["before INIT"] == 1


def test_settings_of_an_interface_fall_back_on_the_defaults() -> None:
    own = EigrpInterfaceSettings(hello_interval=2)
    default = EigrpInterfaceSettings(hello_interval=9, hold_time=30, split_horizon=False)
    merged = own.over(default)
    assert (merged.hello_interval, merged.hold_time, merged.split_horizon) == (2, 30, False)


@pytest.mark.parametrize(("percent", "at_once"), [(None, False), (5000, True)])
def test_updates_keep_to_eigrps_share_of_the_bandwidth(percent: int | None, at_once: bool) -> None:
    """Two full packets over 100 kb/s: half of that takes 240 ms for each (`bandwidth-percent`)."""
    network = Network()
    r1, r2 = network.router("R1"), network.router("R2")
    settings = EigrpInterfaceSettings(bandwidth_percent=percent)
    network.link(r1, r2, "10.0.0.0/24", kind="Tunnel", settings=lambda: settings)
    network.configure()
    network.run(20)
    for third in range(60):
        network.interface(r1, "Loopback", f"172.16.{third}.1/24")
    network.configure(r1)
    network.run(0.2)
    known = sum(f"172.16.{third}.0/24" in map(str, r2.routes) for third in range(60))
    assert 20 < known <= 60
    assert (known == 60) is at_once
    network.run(0.2)
    assert r2.route("172.16.59.0/24")
