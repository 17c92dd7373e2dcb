"""Packets that encryption makes too large: cut before or after, refused, and what paths teach."""

import pytest

from ioscli.codec.icmp import DestinationUnreachable, UnreachableCode
from ioscli.model.changes import CryptoChanged, InterfaceChanged
from ioscli.model.config import PathMtuDiscovery
from ioscli.model.crypto import DfBit, Fragmentation, Mode
from ioscli.model.ifname import InterfaceName
from ioscli.router.probes import EchoKind
from tests.router.crypto_networks import OUTSIDE, mapped, wired
from tests.router.test_crypto_map import TUNNEL, gre_ends, ping_from, tapped, up

WHOLE = 1438
"""What AES-256 with SHA-1 leaves of 1500 bytes."""
MIDDLE = InterfaceName.parse("Gi0/1")


def sealed(df_bit=None, when=None, **options):
    """A tunnel by crypto maps that is up, with settings of the router or the interface."""
    network = wired(*mapped(**options))
    for node in ("R1", "R3"):
        ipsec = network[node].config.ipsec
        ipsec.df_bit = df_bit or ipsec.df_bit
        ipsec.fragmentation = when or ipsec.fragmentation
        network[node].apply([CryptoChanged()])
    network.ping("R4", "172.16.2.5")
    return network


def fragments(packets):
    return [packet for packet in packets if packet[6] & 0x3F or packet[7]]


def test_packets_are_cut_before_encryption():
    network = sealed()
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5", size=1500) == "!!!!!"
    assert fragments(packets) == []
    assert len(packets) == 20  # two each way for each ping
    assert network["R3"].forwarding.reassembled == 0


def test_packets_are_cut_after_encryption_and_put_together_by_the_peer():
    network = sealed(when=Fragmentation.AFTER)
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5", size=1500) == "!!!!!"
    assert len(fragments(packets)) == 20
    assert network["R3"].forwarding.reassembled == 5
    assert network["R1"].forwarding.fragmented == 10
    assert up(network, "R3")[0].decaps == 9


def test_the_interfaces_settings_come_before_the_routers():
    network = sealed()
    network["R1"].config.interfaces[OUTSIDE].ipsec_fragmentation = Fragmentation.AFTER
    network["R1"].apply([InterfaceChanged(OUTSIDE)])
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5", size=1500, count=1) == "!"
    assert len(fragments(packets)) == 2


def test_the_sender_is_told_what_fits():
    network = sealed()
    assert network.ping("R4", "172.16.2.5", size=WHOLE, df=True) == "!!!!!"
    (first, *_) = network.echoes("R4", "172.16.2.5", size=WHOLE + 1, df=True)
    assert (first.kind, first.next_hop_mtu) == (EchoKind.FRAGMENTATION_NEEDED, WHOLE)
    assert str(first.responder) == "192.168.1.1"
    network.wait(1)  # unreachables are limited to one in half a second
    assert ping_from(network, "R1", "192.168.1.1", "172.16.2.5", size=1500, df=True) == "M.M.M"


@pytest.mark.parametrize(
    ("df_bit", "when", "df", "result", "outer_df"),
    [
        # Cisco, "Pre-Fragmentation for IPsec VPNs", its table of results.
        (DfBit.CLEAR, Fragmentation.BEFORE, False, "!!!!!", 0),
        (DfBit.CLEAR, Fragmentation.BEFORE, True, "!!!!!", 0),
        (DfBit.CLEAR, Fragmentation.AFTER, True, "!!!!!", 0),
        (DfBit.SET, Fragmentation.BEFORE, False, "!!!!!", 0x40),
        (DfBit.SET, Fragmentation.BEFORE, True, "M.M.M", None),
        (DfBit.SET, Fragmentation.AFTER, False, "M.M.M", None),
        (DfBit.COPY, Fragmentation.BEFORE, True, "M.M.M", None),
        (DfBit.COPY, Fragmentation.AFTER, True, "M.M.M", None),
        (DfBit.COPY, Fragmentation.AFTER, False, "!!!!!", 0),
    ],
)
def test_df_bits(df_bit, when, df, result, outer_df):
    network = sealed(df_bit, when)
    packets = tapped(network)
    assert network.ping("R4", "172.16.2.5", size=1500, df=df) == result
    if outer_df is not None:
        assert {packet[6] & 0x40 for packet in packets} == {outer_df}


def narrow(network, mtu):
    """R2 takes less than the others think."""
    for port in (OUTSIDE, MIDDLE):
        network["R2"].config.interfaces[port].ip_mtu = mtu
        network["R2"].apply([InterfaceChanged(port)])


def test_ipsec_learns_the_mtu_of_its_path_and_forgets_it():
    network = sealed()
    narrow(network, 1400)
    # R2 drops the first large one and tells R1, which tells R4 with the second.
    assert network.ping("R4", "172.16.2.5", size=WHOLE, df=True) == ".M.M."
    (view,) = up(network)
    assert (view.path_mtu, view.ip_mtu, view.plaintext_mtu) == (1400, 1500, 1342)
    assert network.ping("R4", "172.16.2.5", size=1342, df=True) == "!!!!!"
    assert network.ping("R4", "172.16.2.5", size=1500) == "!!!!!"
    network.wait(600)
    assert up(network)[0].path_mtu == 1500


def test_icmp_about_other_spis_teaches_nothing():
    network = sealed()
    packets = tapped(network)
    network.ping("R4", "172.16.2.5", count=1, df=True)
    (esp,) = [packet for packet in packets if packet[12:16] == b"\x64\x0c\x00\x01"]
    for spi in (b"\xde\xad\xbe\xef", esp[20:24]):
        quoted = esp[:20] + spi + esp[24:28]
        message = DestinationUnreachable(UnreachableCode.FRAGMENTATION_NEEDED, 68, quoted)
        network["R1"].crypto.icmp_error(message)
        assert up(network)[0].path_mtu == (1500 if spi == b"\xde\xad\xbe\xef" else 256)


def test_double_fragmentation():
    """A fragmented packet in GRE over a map: cut again after transport-mode encryption."""
    network = wired(*gre_ends(Mode.TRANSPORT))
    network.wait(20)
    for node in ("R1", "R3"):
        network[node].config.interfaces[TUNNEL].ip_mtu = 1476
        network[node].apply([InterfaceChanged(TUNNEL)])
    network.ping("R5", "192.168.1.4")
    packets = tapped(network)
    before = network["R1"].forwarding.reassembled
    assert network.ping("R5", "192.168.1.4", size=1500, count=1) == "!"
    # 1500 bytes: 1476 and 44 in GRE; the first one, 1500 with its header, is too large as ESP.
    there = [packet for packet in packets if packet[12:16] == b"\x64\x17\x00\x03"]
    assert [bool(packet[6] & 0x3F or packet[7]) for packet in there] == [True, True, False]
    assert network["R1"].forwarding.reassembled == before + 1


def test_gre_learns_from_ipsec_what_fits():
    """The four steps of Cisco document 25885, on a router whose map is on the physical port."""
    network = wired(*gre_ends())
    network.wait(20)
    r3 = network["R3"]
    r3.config.interfaces[TUNNEL].tunnel.path_mtu_discovery = PathMtuDiscovery()
    r3.apply([InterfaceChanged(TUNNEL)])
    network.ping("R5", "192.168.1.4")
    tunnel = r3.interfaces[TUNNEL]
    assert tunnel.ip_mtu == 1476
    # IPsec drops the first and tells GRE; GRE tells R5 with the next.
    assert network.ping("R5", "192.168.1.4", size=1476, df=True, count=2) == ".M"
    assert tunnel.ip_mtu == 1414
    network.wait(1)
    assert network.ping("R5", "192.168.1.4", size=1414, df=True) == "!!!!!"
    assert network.ping("R5", "192.168.1.4", size=1415, df=True) == "M.M.M"
    # The path is narrower still: IPsec learns it, and GRE again with the next large packet.
    narrow(network, 1400)
    assert network.ping("R5", "192.168.1.4", size=1414, df=True, count=3).endswith(".M")
    assert up(network, "R3")[0].path_mtu == 1400
    assert tunnel.ip_mtu == 1342 - 24


def test_a_protected_tunnel_learns_too():
    network = wired(*gre_ends())
    network.wait(20)
    r1 = network["R1"]
    r1.config.interfaces[TUNNEL].tunnel.path_mtu_discovery = PathMtuDiscovery()
    r1.apply([InterfaceChanged(TUNNEL)])
    network.ping("R4", "172.16.2.5")
    tunnel = r1.interfaces[TUNNEL]
    assert tunnel.ip_mtu == 1414
    narrow(network, 1400)
    # The first is lost at R2; the second teaches GRE, the third R4.
    assert network.ping("R4", "172.16.2.5", size=1414, df=True, count=3) == "..M"
    assert tunnel.ip_mtu == 1342 - 24
