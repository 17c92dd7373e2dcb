"""What others send to a Linux host, and what its own user asks for, never breaks it."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.ethernet import BROADCAST, EthernetHeader, EtherType
from ioscli.codec.icmp import DestinationUnreachable, UnreachableCode
from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.hosts.linux.capture_filter import Frame, read_filter
from ioscli.hosts.linux.device import EthernetDevice
from ioscli.hosts.linux.dissect import Dissector
from ioscli.hosts.linux.neighbour import MOST_NEIGHBOURS
from ioscli.hosts.linux.stack import MOST_PATH_MTUS

from .terminal import Terminal, pair

A, B = IPv4Address("10.0.0.1"), IPv4Address("10.0.0.2")


def frame(protocol: int, payload: bytes, *, more: bool = False) -> bytes:
    packet = IPv4Header(B, A, protocol, more_fragments=more).build(payload)
    return EthernetHeader(BROADCAST, bytes(6), EtherType.IPV4).build(packet)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([1, 2, 6, 17, 47, 50, 88, 89, 200]), st.binary(max_size=60), st.booleans())
def test_tcpdump_has_a_line_for_every_packet(protocol: int, payload: bytes, more: bool) -> None:
    data = frame(protocol, payload, more=more)
    for verbose in (False, True):
        assert Dissector(numeric=False, link=True, verbose=verbose).line(data)
    read_filter(["tcp", "port", "80", "or", "not", "(udp", "and", "host", "10.0.0.1)"])(Frame(data))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=90))
def test_tcpdump_has_a_line_for_every_frame(data: bytes) -> None:
    assert Dissector(numeric=True, link=False, verbose=True).line(data)
    Frame(data)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([1, 2, 6, 17, 47, 200]), st.binary(max_size=60), st.booleans())
def test_whatever_arrives_the_host_goes_on(protocol: int, payload: bytes, more: bool) -> None:
    host, other = pair()
    device = host.host.devices[1]
    assert isinstance(device, EthernetDevice)
    device.port.receive(frame(protocol, payload, more=more))
    assert "1 received" in other.type("ping -c 1 10.0.0.1")


def test_an_error_about_a_packet_that_was_never_sent_teaches_no_path_mtu() -> None:
    host, _ = pair()
    device = host.host.devices[1]
    assert isinstance(device, EthernetDevice)
    forged = IPv4Header(B, IPv4Address("192.0.2.1"), IpProtocol.UDP).build(bytes(8))
    error = DestinationUnreachable(UnreachableCode.FRAGMENTATION_NEEDED, 600, forged)
    device.port.receive(frame(IpProtocol.ICMP, error.build()))
    assert not host.host.stack.path_mtus
    for number in range(MOST_PATH_MTUS + 10):
        target = IPv4Address(f"198.51.{number >> 8}.{number & 255}")
        ours = IPv4Header(A, target, IpProtocol.UDP).build(bytes(8))
        error = DestinationUnreachable(UnreachableCode.FRAGMENTATION_NEEDED, 600, ours)
        device.port.receive(frame(IpProtocol.ICMP, error.build()))
    assert len(host.host.stack.path_mtus) == MOST_PATH_MTUS


def test_the_neighbour_table_ends() -> None:
    host, _ = pair()
    device = host.host.devices[1]
    assert isinstance(device, EthernetDevice)
    for number in range(MOST_NEIGHBOURS + 10):
        device.neighbours.heard(IPv4Address(0x0A000100 + number), bytes(6))
    assert len(device.neighbours.entries) == MOST_NEIGHBOURS


def test_a_datagram_whose_rest_never_comes_is_reported_and_forgotten() -> None:
    """RFC 792: time exceeded in reassembly, after the 30 s of `ipfrag_time`."""
    host, other = pair()
    other.type("sudo tcpdump -nt -c 1 icmp &")
    other.type("ping -c 1 10.0.0.1")  # the first of the two is captured and ends tcpdump
    other.take()
    other.type("sudo tcpdump -nt icmp &")
    device = host.host.devices[1]
    assert isinstance(device, EthernetDevice)
    device.port.receive(frame(IpProtocol.ICMP, b"\x08\0" + bytes(14), more=True))
    assert "ip reassembly time exceeded" in other.wait(31)


@pytest.fixture
def host() -> Terminal:
    return pair()[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("traceroute -F 10.0.0.2 4000", "send: Message too long"),
        ("sudo ip route add 1.0.0.0/8 via 10.0.0.2 mtu 1400", "garbage"),
        ("sudo ip route add 1.0.0.0/8 via 10.0.0.2 metric x", "is invalid"),
        ("sudo route add -net 1.0.0.0/8 gw 10.0.0.2 metric x", "Usage: inet_route"),
        ("tracepath -l 99999999 10.0.0.2", "out of range"),
        ("tracepath -p 33434 10.0.0.2", "reached"),
        ("nc -q 1 10.0.0.2 22", "invalid option -- 'q'"),
        ("ip -s link", 'Option "-s" is unknown'),
        ("ping -v 10.0.0.2", "invalid option -- 'v'"),
        ("tcpdump -q", "invalid option -- 'q'"),
        ("netstat -z", "invalid option -- 'z'"),
    ],
)
def test_what_is_not_there_is_refused(host: Terminal, line: str, said: str) -> None:
    assert said in host.type(line)


def test_a_way_that_goes_while_a_program_runs(host: Terminal) -> None:
    host.shell.feed("nc -u 10.0.0.9 7")
    host.wait(1)
    host.host.stack.set_up(host.host.devices[1], False)
    host.shell.feed("hello")
    assert "Network is unreachable" in host.wait(1)
    assert host.shell.asking is None


def test_a_datagram_that_is_too_long(host: Terminal) -> None:
    host.shell.feed("nc -u 10.0.0.2 7")
    host.shell.feed("x" * 70_000)
    assert "Message too long" in host.wait(1)
    assert host.shell.asking is None
