"""Packets made to break it: counted, never raised, and the neighbors stay."""

from ipaddress import IPv4Address
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.ospf.numbers import PacketType
from ioscli.codec.ospf.packet import Packet, build_packet
from tests.protocols.ospf.wire import Network, Router

GROUP = IPv4Address("224.0.0.5")


def running() -> tuple[Network, list[Router], list[bytes]]:
    """A LAN and a link at work, and the packets that R2 sent on the LAN."""
    network = Network()
    routers = [network.router(f"R{number}") for number in range(1, 4)]
    wire = network.lan("10.0.0.0/24", *routers)
    network.link(routers[0], routers[1], "10.0.12.0/30", kind="Tunnel")
    network.configure()
    network.run(80)
    sent = [one.payload for one in wire.seen if one.source == IPv4Address("10.0.0.2")]
    kinds = {payload[1]: payload for payload in sent}
    assert set(kinds) == set(PacketType)
    return network, routers, list(kinds.values())


def deliver(network: Network, router: Router, payload: bytes) -> None:
    name = router.name_of("Gi0/0")
    effects = router.machine.receive(
        network.now, name, IPv4Address("10.0.0.2"), GROUP, payload
    )  # fmt: skip
    network.carry_out(router, effects)


def resealed(payload: bytes) -> bytes:
    """With the right checksum, so that what is broken gets past it."""
    packet = Packet(payload[1], 0x02020202, 0, 0, payload, b"")
    return build_packet(packet.kind, packet.router, packet.area, payload[24:])


def test_every_byte_of_every_packet_changed() -> None:
    network, routers, payloads = running()
    victim = routers[0]
    random = Random(7)
    for payload in payloads:
        for offset in range(len(payload)):
            broken = bytearray(payload)
            broken[offset] ^= random.randrange(1, 256)
            before = victim.machine.counters.invalid
            deliver(network, victim, bytes(broken))
            # Neither the (null) password nor the block behind a description is covered.
            if offset < 16 or 24 <= offset < payload[2] << 8 | payload[3]:
                assert victim.machine.counters.invalid == before + 1, (payload[1], offset)
    network.run(120)
    assert victim.neighbor("2.2.2.2").state == 7


def test_every_byte_changed_under_a_right_checksum() -> None:
    network, routers, payloads = running()
    random = Random(8)
    for payload in payloads:
        for offset in range(24, len(payload)):
            broken = bytearray(payload)
            broken[offset] ^= random.randrange(1, 256)
            deliver(network, routers[0], resealed(bytes(broken)))
        for length in range(24, len(payload)):
            deliver(network, routers[0], resealed(payload[:length]))
    # Whatever it made of them: with the real R2's next hellos all is well again.
    network.run(200)
    assert {str(one) for one in routers[0].neighbor_states().values()} == {"FULL"}
    assert routers[0].machine.counters.errors["Length"]


def test_cut_packets_are_counted() -> None:
    network, routers, payloads = running()
    for payload in payloads:
        for length in range(len(payload)):
            if length >= payload[2] << 8 | payload[3]:
                continue
            before = routers[0].machine.counters.errors.get("Length", 0)
            deliver(network, routers[0], payload[:length])
            assert routers[0].machine.counters.errors["Length"] == before + 1


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=120))
def test_random_bytes(payload: bytes) -> None:
    network = Network()
    router = network.router("R1")
    network.lan("10.0.0.0/24", router)
    network.configure()
    deliver(network, router, payload)
    assert router.machine.counters.invalid == 1


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(list(PacketType)), st.binary(max_size=160), st.integers(0, 3))
def test_random_bodies_from_a_real_neighbor(kind: PacketType, body: bytes, area: int) -> None:
    network, router = _pair()
    deliver(network, router, build_packet(kind, 0x02020202, area, body))
    network.run(1)


def _pair() -> tuple[Network, Router]:
    network = Network()
    first, second = network.router("R1"), network.router("R2")
    network.link(first, second, "10.0.0.0/24")
    network.configure()
    network.run(50)
    return network, first
