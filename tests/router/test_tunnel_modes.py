"""What the `tunnel ...` lines do to packets: checksum, sequence, key, ToS, TTL, IP in IP."""

from ipaddress import IPv4Interface

import pytest

from ioscli.codec.gre import GreHeader
from ioscli.codec.ipv4 import header_length
from ioscli.model.changes import InterfaceChanged
from ioscli.model.config import TunnelMode
from ioscli.model.ifname import InterfaceName
from tests.router.networks import Network
from tests.router.tunnel_wire import (
    Wire,
    change,
    dotted,
    payload,
    tunnel_of,
    tunnelled,
)

FAR_SITE = "172.16.2.5"


def first_gre(network: Network) -> tuple[bytes, GreHeader, bytes]:
    """Outer packet, GRE header and inner packet of one ping between the sites."""
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE, count=1) == "!"
    outer = wire.of(47)[0]
    header, inner = GreHeader.parse(payload(outer))
    return outer, header, inner


@pytest.mark.parametrize(
    ("changes", "header", "mtu"),
    [
        ({}, GreHeader(0x800), 1476),
        ({"key": 100}, GreHeader(0x800, key=100), 1472),
        ({"checksum": True}, GreHeader(0x800, checksum_present=True), 1472),
        ({"sequence_datagrams": True}, GreHeader(0x800, sequence=9), 1472),
        ({"checksum": True, "key": 1}, GreHeader(0x800, True, 1), 1468),
        (
            {"checksum": True, "sequence_datagrams": True, "key": 7},
            GreHeader(0x800, True, 7, 9),
            1464,
        ),
    ],
)
def test_the_header_and_what_fits_beside_it(changes, header, mtu):
    network = tunnelled(**changes)
    tunnel = tunnel_of(network, "R1")
    outer, seen, _ = first_gre(network)
    assert seen._replace(sequence=None) == header._replace(sequence=None)
    assert (seen.sequence is None) == (header.sequence is None)
    assert tunnel.transport_mtu == tunnel.ip_mtu == mtu
    assert tunnel.mtu == 17_940 - (1500 - mtu)
    assert len(outer) == 20 + header.length + 100
    assert network.ping("R4", FAR_SITE, count=1, size=mtu, df=True) == "!"
    assert network.ping("R4", FAR_SITE, count=1, size=mtu + 1, df=True) == "M"


def test_sequence_numbers_rise_from_0():
    network = tunnelled(sequence_datagrams=True)
    change(network, "R1", sequence_datagrams=False)
    change(network, "R1", sequence_datagrams=True)
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE) == "!!!!!"
    numbers = [GreHeader.parse(payload(it))[0].sequence for it in wire.of(47, "100.1.1.1")]
    assert numbers == [0, 1, 2, 3, 4]


def test_what_comes_behind_a_later_one_is_dropped_and_counted():
    network = tunnelled(sequence_datagrams=True)
    wire = Wire(network, "R2-R3")
    assert network.ping("R4", FAR_SITE, count=3) == "!!!"
    third = tunnel_of(network, "R3")
    first, second, last = wire.of(47, "100.1.1.1")
    assert GreHeader.parse(payload(first))[0].sequence
    before = third.packets_in
    port = network["R3"].interfaces[InterfaceName.parse("Gi0/0")]
    for late in (first, second, last):  # the last one is a duplicate
        network["R3"].forwarding.receive(late, port)
    assert third.packets_in == before
    assert third.out_of_sequence == third.input_drops == 3
    assert network.ping("R4", FAR_SITE) == "!!!!!"


def test_sequence_numbers_wrap():
    network = tunnelled(sequence_datagrams=True)
    first, third = tunnel_of(network, "R1"), tunnel_of(network, "R3")
    first._sequence_out = 0xFFFF_FFFE
    third._sequence_in = 0xFFFF_FFFD
    assert network.ping("R4", FAR_SITE) == "!!!!!"
    assert third.out_of_sequence == 0


def test_a_far_end_that_came_back_begins_anew():
    network = tunnelled(sequence_datagrams=True)
    tunnel_of(network, "R1")._sequence_out = 0
    assert network.ping("R4", FAR_SITE) == "!!!!!"


def test_a_spoilt_checksum_is_noticed():
    network = tunnelled(checksum=True)
    wire = Wire(network, "R2-R3")
    assert network.ping("R4", FAR_SITE, count=1) == "!"
    packet = wire.of(47, "100.1.1.1")[0]
    spoilt = packet[:-1] + bytes((packet[-1] ^ 1,))
    gre = network["R3"].vrfs[""].gre
    received = tunnel_of(network, "R3").packets_in
    network["R3"].forwarding.deliver(spoilt, tunnel_of(network, "R3"))
    assert gre.malformed == 1
    assert tunnel_of(network, "R3").packets_in == received


def test_other_keys_are_other_tunnels():
    network = tunnelled("R1", key=5)
    assert network.ping("R4", FAR_SITE, count=2) == ".."
    assert network["R3"].vrfs[""].gre.unknown >= 2
    change(network, "R3", key=5)
    assert network.ping("R4", FAR_SITE, count=2) == "!!"


def test_tos_is_copied_or_set_and_ttl_is_set():
    network = tunnelled()
    outer, _, inner = first_gre(network)
    assert (outer[1], outer[8]) == (0, 255)
    change(network, "R1", tos=99, ttl=17)
    outer, _, inner = first_gre(network)
    assert (outer[1], inner[1], outer[8]) == (99, 0, 17)
    # Without `tunnel tos` the passenger's: OSPF and their like keep their precedence.
    change(network, "R1", tos=None)
    wire = Wire(network)
    network["R1"].forwarding.originate(bytes((10, 1, 3, 1)), bytes((10, 1, 3, 3)), 1, b"", tos=0xB8)
    assert wire.of(47)[0][1] == 0xB8


# -- IP in IP ---------------------------------------------------------------------------------


def test_ip_in_ip():
    network = tunnelled(mode=TunnelMode.IPIP)
    tunnel = tunnel_of(network, "R1")
    assert tunnel.protocol_up
    assert (tunnel.transport_mtu, tunnel.mtu) == (1480, 17_920)
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE, count=2, size=1480, df=True) == "!!"
    assert network.ping("R4", FAR_SITE, count=1, size=1481, df=True) == "M"
    outer = wire.of(4)[0]
    assert len(outer) == 1500
    assert (dotted(outer[12:16]), dotted(outer[16:20])) == ("100.1.1.1", "100.3.3.3")
    assert dotted(payload(outer)[16:20]) == FAR_SITE
    assert outer[6] & 0x40 == 0  # DF stays inside
    assert not wire.of(47)


def test_ip_in_ip_has_no_keys_and_no_keepalives():
    network = tunnelled(mode=TunnelMode.IPIP, key=9, checksum=True)
    assert tunnel_of(network, "R1").overhead == 20
    assert network.ping("R4", FAR_SITE, count=2) == "!!"


def test_modes_that_differ_do_not_meet():
    network = tunnelled("R1", mode=TunnelMode.IPIP)
    assert tunnel_of(network, "R1").protocol_up
    assert network.ping("R4", FAR_SITE, count=2) == ".."
    assert network["R3"].vrfs[""].gre.unknown >= 2


def test_hostile_ip_in_ip():
    network = tunnelled(mode=TunnelMode.IPIP)
    wire = Wire(network, "R2-R3")
    assert network.ping("R4", FAR_SITE, count=1) == "!"
    outer = wire.of(4, "100.1.1.1")[0]
    third = tunnel_of(network, "R3")
    errors = third.input_errors
    for cut in range(header_length(outer), header_length(outer) + 20):
        network["R3"].vrfs[""].gre.receive_ipip(outer[:cut], third)
    assert third.input_errors == errors + 20


# -- the MTU that the way leaves ---------------------------------------------------------------


def test_the_outgoing_interface_bounds_the_tunnel():
    """Article 003: by default the outgoing real interface's MTU less GRE's overhead."""
    network = tunnelled()
    port = InterfaceName.parse("Gi0/0")
    network["R1"].config.interfaces[port].ip_mtu = 1400
    network["R1"].apply([InterfaceChanged(port)])
    tunnel = tunnel_of(network, "R1")
    assert (tunnel.ip_mtu, tunnel.transport_mtu) == (1376, 1376)
    assert network.ping("R4", FAR_SITE, count=1, size=1376, df=True) == "!"
    assert network.ping("R4", FAR_SITE, count=1, size=1377, df=True) == "M"
    assert tunnel.mtu == 17_916  # GRE takes what it takes


def test_ip_mtu_stands_above_it():
    network = tunnelled()
    made = network["R1"].config.interfaces[tunnel_of(network, "R1").name]
    made.ip_mtu = 1400
    change(network, "R1")
    tunnel = tunnel_of(network, "R1")
    assert (tunnel.ip_mtu, tunnel.transport_mtu, tunnel.mtu) == (1400, 1476, 17_916)
    assert made.address == IPv4Interface("10.1.3.1/24")
