"""Comparing databases (RFC 2328 10.6-10.9): with losses, with unequal MTUs, with hostile timing."""

from random import Random

import pytest

from ioscli.codec.ospf.exchange import DatabaseDescription
from ioscli.codec.ospf.numbers import DD_INIT, DD_MASTER, DD_MORE, PacketType
from ioscli.codec.ospf.packet import Packet, build_packet
from ioscli.model.instant import SECOND
from tests.protocols.ospf.wire import Network, Router, Wire


def pair(loopbacks: int = 1) -> tuple[Network, Router, Router, Wire]:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    wire = network.link(first, second, "10.0.12.0/30", kind="Tunnel")
    for number in range(loopbacks):
        network.interface(second, "Loopback", number, f"192.168.{number}.1/32")
    return network, first, second, wire


def descriptions(wire: Wire) -> list[tuple[int, DatabaseDescription]]:
    return [
        (packet.router, DatabaseDescription.parse(packet.body))
        for packet in wire.packets(PacketType.DATABASE_DESCRIPTION)
    ]


def test_10_8_the_higher_id_is_master_and_the_slave_follows_its_numbers() -> None:
    network, _, _, wire = pair()
    # Each has built its router LSA before they meet.
    wire.loses = lambda sender, receiver, payload: network.now < 2 * SECOND
    network.configure()
    network.run(25)
    sent = descriptions(wire)
    start = DD_INIT | DD_MORE | DD_MASTER
    assert {router for router, one in sent if one.flags == start} == {0x01010101, 0x02020202}
    assert all(one.mtu == 1500 and not one.headers for _, one in sent if one.flags == start)
    master = [one.sequence for router, one in sent if router == 0x02020202]
    slave = [one for router, one in sent if router == 0x01010101 and one.flags != start]
    assert slave
    assert master == sorted(master)
    assert all(not one.flags & DD_MASTER and one.sequence in master for one in slave)
    described = {header.key[1:5] for _, one in sent for header in one.headers}
    assert described == {bytes((1, 1, 1, 1)), bytes((2, 2, 2, 2))}


def test_5243_what_the_other_has_described_is_not_described_back() -> None:
    network, first, second, wire = pair()
    network.configure()
    network.run(60)
    before = len(descriptions(wire))
    wire.loses = lambda sender, receiver, payload: True
    network.run(60)
    assert first.neighbor_states() == second.neighbor_states() == {}
    wire.loses = lambda sender, receiver, payload: False
    network.run(60)
    assert second.neighbor_states() == {"1.1.1.1": "FULL"}
    told: dict[int, list[bytes]] = {0x01010101: [], 0x02020202: []}
    for router, one in descriptions(wire)[before:]:
        told[router] += [header.key[1:5] for header in one.headers]
    # The slave describes first, all that it has; of that the master has only its own LSA newer.
    assert sorted(told[0x01010101]) == [bytes((1, 1, 1, 1)), bytes((2, 2, 2, 2))]
    assert told[0x02020202] == [bytes((2, 2, 2, 2))]


@pytest.mark.parametrize("seed", range(6))
def test_every_second_packet_lost_delays_but_does_not_prevent(seed: int) -> None:
    network, first, second, wire = pair()
    random = Random(seed)
    wire.loses = lambda sender, receiver, payload: (
        random.random() < 0.5 and Packet.parse(payload).kind != PacketType.HELLO
    )
    network.configure()
    network.run(150)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    assert second.neighbor_states() == {"1.1.1.1": "FULL"}
    assert first.route("192.168.0.1/32") == "O [110/1001] 10.0.12.2 Tu0"
    assert not first.neighbor("2.2.2.2").unacknowledged
    assert not first.neighbor("2.2.2.2").requests


@pytest.mark.parametrize(
    "kind",
    [
        PacketType.DATABASE_DESCRIPTION,
        PacketType.LS_REQUEST,
        PacketType.LS_UPDATE,
        PacketType.LS_ACK,
    ],
)
def test_13_6_the_first_of_a_kind_is_sent_again(kind: PacketType) -> None:
    network, first, second, wire = pair()
    lost: list[bytes] = []

    def loses(sender: Router, receiver: Router, payload: bytes) -> bool:
        if network.now < 2 * SECOND:
            # Each builds its router LSA before they meet.
            return True
        if Packet.parse(payload).kind == kind and len(lost) < 3:
            lost.append(payload)
            return True
        return False

    wire.loses = loses
    network.configure()
    network.run(120)
    assert len(lost) == 3
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    assert second.neighbor_states() == {"1.1.1.1": "FULL"}
    assert not second.neighbor("1.1.1.1").unacknowledged
    assert first.route("192.168.0.1/32")


def test_10_6_databases_of_many_packets() -> None:
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, 5)]
    network.link(routers[0], routers[1], "10.0.12.0/30", kind="Tunnel")
    joined = network.link(routers[1], routers[2], "10.0.23.0/30", kind="Tunnel")
    network.link(routers[2], routers[3], "10.0.34.0/30", kind="Tunnel")
    for router in routers:
        for name in list(router.interfaces):
            router.interfaces[name] = router.interfaces[name]._replace(mtu=100)
    joined.loses = lambda sender, receiver, payload: True
    network.configure()
    network.run(60)
    joined.loses = lambda sender, receiver, payload: False
    network.run(60)
    assert {len(router.machine.areas[0].lsdb.tables[1]) for router in routers} == {4}
    sent = [one for one in joined.seen if len(one.payload) + 20 > 100 + 12]
    # Only an LSA that does not fit by itself makes a packet longer than the MTU.
    assert {Packet.parse(one.payload).kind for one in sent} <= {PacketType.LS_UPDATE}


# MTU mismatch (10.6)


def mismatched() -> tuple[Network, Router, Router, Wire]:
    network, first, second, wire = pair()
    name = second.name_of("Tu0")
    second.interfaces[name] = second.interfaces[name]._replace(mtu=1400)
    return network, first, second, wire


def test_mtu_mismatch_sticks_in_exstart_and_gives_up_after_25_retries() -> None:
    network, first, second, _ = mismatched()
    second.machine.debugging.add("adj")
    network.configure()
    network.run(60)
    # The smaller side refuses the larger one's descriptions; the larger one takes what it gets.
    assert second.neighbor_states() == {"1.1.1.1": "EXSTART"}
    assert first.neighbor_states()["2.2.2.2"] in ("EXSTART", "EXCHANGE")
    assert any("Nbr 1.1.1.1 has larger interface MTU" in line for line in second.debugs)
    assert second.machine.counters.errors["MTU Mismatch"]
    network.run(90)
    assert any("Neighbor Down: Too many retransmissions" in line for line in second.logs)
    network.run(400)
    assert second.route("192.168.0.1/32") == ""
    assert "FULL" not in str(second.neighbor_states())


def test_mtu_mismatch_recovers_by_itself_once_equal() -> None:
    network, first, second, _ = mismatched()
    network.configure()
    network.run(60)
    name = second.name_of("Tu0")
    second.interfaces[name] = second.interfaces[name]._replace(mtu=1500)
    network.configure(second)
    network.run(60)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
    assert second.neighbor_states() == {"1.1.1.1": "FULL"}


def test_mtu_ignore_on_the_smaller_side_is_enough() -> None:
    network, first, second, _ = mismatched()
    second.interfaces[second.name_of("Tu0")].settings.mtu_ignore = True
    network.configure()
    network.run(30)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}


# Sequence number mismatch (10.6) and bad requests (10.7)


def test_10_6_an_unexpected_description_begins_the_exchange_anew() -> None:
    network, first, _, _ = pair()
    first.process.log_adjacency_detail = True
    network.configure()
    network.run(30)
    body = DatabaseDescription(1500, 0x52, DD_INIT | DD_MORE | DD_MASTER, 77).build()
    network.inject(first, "Tu0", "10.0.12.2", build_packet(2, 0x02020202, 0, body))
    assert any("from FULL to EXSTART, SeqNumberMismatch" in line for line in first.logs)
    network.run(30)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}


def test_10_7_a_request_for_what_is_not_there_begins_the_exchange_anew() -> None:
    network, first, _, _ = pair()
    first.process.log_adjacency_detail = True
    network.configure()
    network.run(30)
    body = bytes.fromhex("00000001 09090909 09090909")
    network.inject(first, "Tu0", "10.0.12.2", build_packet(3, 0x02020202, 0, body))
    assert any("from FULL to EXSTART, BadLSReq" in line for line in first.logs)
    network.run(30)
    assert first.neighbor_states() == {"2.2.2.2": "FULL"}
