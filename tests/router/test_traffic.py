"""What `show ip traffic` counts: bad packets by what is wrong with them."""

from ipaddress import IPv4Address

import pytest

from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.codec.tcp import Flag, TcpHeader
from ioscli.codec.udp import UdpHeader
from ioscli.model.ifname import InterfaceName
from ioscli.router.router import Router
from ioscli.router.traffic import TrafficView, traffic_view
from tests.router.networks import Network, config

A, B = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")
GI00 = InterfaceName.parse("Gi0/0")


@pytest.fixture
def router() -> Router:
    network = Network(
        config("A", {"Gi0/0": "10.0.0.1/24"}, {}), config("B", {"Gi0/0": "10.0.0.2/24"}, {})
    )
    network.link("A:Gi0/0", "B:Gi0/0")
    return network.boot()["A"]


def deliver(router: Router, *packets: bytes) -> TrafficView:
    for packet in packets:
        router.forwarding.receive(packet, router.interfaces[GI00])
    return traffic_view(router)


def udp(payload: bytes, **fields: object) -> bytes:
    return IPv4Header(B, A, IpProtocol.UDP, **fields).build(payload)


def test_headers(router: Router) -> None:
    good = udp(UdpHeader(1, 9).build(b"", B, A))
    spoilt = bytearray(good)
    spoilt[8] ^= 1  # another TTL under the same checksum
    seen = deliver(router, bytes(spoilt), b"\x65" + good[1:], good[:19], b"\x44" + good[1:])
    assert (seen.checksum_errors, seen.format_errors) == (1, 3)
    assert (seen.received, seen.delivered) == (4, 0)
    assert router.interfaces[GI00].input_errors == 4


def test_udp(router: Router) -> None:
    datagram = UdpHeader(1, 9).build(b"data", B, A)
    seen = deliver(router, udp(datagram[:-1] + b"?"), udp(datagram[:7]), udp(datagram))
    assert (seen.udp_checksum_errors, seen.udp_no_port, seen.udp_received) == (1, 1, 3)
    assert router.udp.malformed == 1


def test_icmp(router: Router) -> None:
    def icmp(payload: bytes) -> bytes:
        return IPv4Header(B, A, IpProtocol.ICMP).build(payload)

    seen = deliver(
        router,
        icmp(b"\x08\x00\x00\x00\x00\x01\x00\x01"),  # an echo without a checksum
        icmp(b"\x00\x00\x00\x00\x00\x01\x00\x01"),  # a reply without one
        icmp(b"\x08\x00\xf7\xfe"),
        icmp(b"\x00\x00\xff\xff"),
    )
    assert (seen.icmp_checksum_errors, seen.icmp_malformed) == (2, 2)


def test_unknown_protocols_and_hops(router: Router) -> None:
    elsewhere = IPv4Header(B, IPv4Address("192.0.2.1"), IpProtocol.UDP, ttl=1).build(b"")
    seen = deliver(router, IPv4Header(B, A, 200).build(b""), elsewhere)
    assert (seen.unknown_protocols, seen.bad_hops, seen.no_route) == (1, 1, 0)


def test_options(router: Router) -> None:
    alert = udp(b"", options=b"\x94\x04\x00\x00")
    padded = udp(b"", options=b"\x01\x01\x07\x03\x04\x00")
    broken = udp(b"", options=b"\x07\x09\x04")
    seen = deliver(router, alert, padded, broken)
    assert (seen.with_options, seen.bad_options) == (3, 1)
    assert seen.options == {148: 1, 1: 2, 7: 2, 0: 1}


def test_fragments(router: Router) -> None:
    network = Network(
        config("A", {"Gi0/0": "10.0.0.1/24"}, {}), config("B", {"Gi0/0": "10.0.0.2/24"}, {})
    )
    network.link("A:Gi0/0", "B:Gi0/0")
    network.boot()
    network.ping("A", "10.0.0.2", count=2)
    before = traffic_view(network["A"])
    network.ping("A", "10.0.0.2", count=1, size=4000)
    seen = traffic_view(network["A"])
    assert (seen.fragmented - before.fragmented, seen.fragments - before.fragments) == (1, 3)
    overlap = udp(bytes(16), more_fragments=True, identification=7)
    other = udp(bytes(16), fragment_offset=8, identification=7)
    end = udp(bytes(8), fragment_offset=65_528, identification=8)
    seen = deliver(router, overlap, other, end)
    assert seen.reassembly_failures >= 1
    assert router.forwarding.waiting_octets >= 0


def test_broadcasts(router: Router) -> None:
    everybody = IPv4Header(B, IPv4Address("255.255.255.255"), IpProtocol.UDP).build(b"")
    network = IPv4Header(B, IPv4Address("10.0.0.255"), IpProtocol.UDP).build(b"")
    assert deliver(router, everybody, network).broadcasts == 2


def test_tcp(router: Router) -> None:
    segment = TcpHeader(1024, 179, 7, 0, Flag.SYN, 4096).build(b"", B, A)
    packets = [
        IPv4Header(B, A, IpProtocol.TCP).build(payload)
        for payload in (segment, segment[:-1] + bytes((segment[-1] ^ 1,)))
    ]
    seen = deliver(router, *packets)
    assert (seen.tcp_received, seen.tcp_no_port, seen.tcp_checksum_errors) == (2, 1, 1)
    assert seen.tcp_sent == 1  # the reset
