"""Anything may come in: nothing raises, nothing gets by, and the tunnel stays."""

import random
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.codec.udp import UdpHeader
from tests.router.crypto_networks import OUTSIDE, R1, R3, dynamic_entry, mapped, wired
from tests.router.test_crypto_map import tapped, up

LAN, FAR = IPv4Address("192.168.1.4").packed, IPv4Address("172.16.2.5").packed
ENDS = [LAN, FAR, IPv4Address(R1).packed, IPv4Address(R3).packed, b"\1\2\3\4"]


@pytest.fixture(scope="module")
def network():
    configs = mapped()
    dynamic_entry(configs[0])
    made = wired(*configs)
    assert made.ping("R4", "172.16.2.5") == ".!!!!"
    return made


def give(network, packet):
    router = network["R1"]
    router.forwarding.receive(packet, router.interfaces[OUTSIDE])
    router.interfaces[OUTSIDE].receive_packet(packet, router.interfaces[OUTSIDE])


@settings(max_examples=300, deadline=None)
@given(
    source=st.sampled_from(ENDS),
    destination=st.sampled_from(ENDS),
    protocol=st.sampled_from([1, 4, 6, 17, 47, 50, 51]),
    flags=st.sampled_from([0, 0x4000, 0x2000, 0x0001, 0x2001]),
    ttl=st.integers(0, 3),
    payload=st.binary(max_size=80),
)
def test_any_packet(network, source, destination, protocol, flags, ttl, payload):
    header = Ipv4Template(source, destination, protocol, ttl)
    give(network, header.build(len(payload), 7, 0, flags) + payload)


@settings(max_examples=200, deadline=None)
@given(payload=st.binary(max_size=120), port=st.sampled_from([500, 4500]))
def test_any_datagram_for_ike(network, payload, port):
    source, destination = IPv4Address(R3), IPv4Address(R1)
    datagram = UdpHeader(port, port).build(payload, source, destination)
    header = Ipv4Template(source.packed, destination.packed, 17)
    give(network, header.build(len(datagram), 1) + datagram)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damaged_esp(network, data):
    flow = next(iter(network["R1"].crypto.flows.values()))
    spi = flow.flow.current.child.inbound_spi.to_bytes(4, "big")
    rest = data.draw(st.binary(max_size=120))
    header = Ipv4Template(IPv4Address(R3).packed, IPv4Address(R1).packed, 50)
    give(network, header.build(4 + len(rest), 1) + spi + rest)


def test_the_tunnel_is_unharmed(network):
    """Runs after the others: they used the same network."""
    network.wait(2)
    assert network.ping("R4", "172.16.2.5") == "!!!!!"
    crypto = network["R1"].crypto
    assert len(crypto.sadb.by_spi) == 1
    assert crypto.cleartext_drops
    assert len(crypto.flows) == 1


def test_replayed_and_changed_packets_are_dropped_and_counted(network):
    packets = tapped(network)
    network.ping("R5", "192.168.1.4", count=3)
    network.links["R1-R2"].tap = None
    esp = [packet for packet in packets if packet[12:16] == IPv4Address(R3).packed]
    before = up(network)[0]
    chance = random.Random(1)
    for packet in esp:
        give(network, packet)
        place = chance.randrange(28, len(packet))
        changed = bytes((packet[place] ^ 1,))
        give(network, packet[:24] + b"\0\1\0\0" + packet[28:place] + changed + packet[place + 1 :])
    after = up(network)[0]
    assert after.decaps == before.decaps
    assert after.recv_errors == before.recv_errors + 4 * len(esp)
