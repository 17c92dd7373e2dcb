"""Tunnels and IPsec together: line protocol, keepalives, path MTU discovery, `shared`."""

from ioscli.codec.icmp import parse
from ioscli.model.changes import InterfaceChanged
from ioscli.model.config import PathMtuDiscovery, TunnelKeepalive
from ioscli.model.crypto import Mode
from ioscli.model.ifname import InterfaceName
from tests.router.crypto_networks import (
    OUTSIDE,
    R1,
    R3,
    access_list,
    apply_map,
    entry,
    map_entry,
    wired,
)
from tests.router.networks import Network
from tests.router.test_crypto import flow, protected, settled
from tests.router.test_crypto_map import gre_ends
from tests.router.tunnel_wire import Wire, change, payload, tunnel_of

FAR_SITE = "172.16.2.5"
ESP, GRE, ICMP = 50, 47, 1


def test_gre_with_protection_follows_the_route_and_not_the_sa():
    network = protected()
    assert tunnel_of(network, "R1").protocol_up  # at boot, before any SA
    network.wait(60)
    assert flow(network).outbound_spi
    network.links["R1-R2"].set_up(False)
    network.wait(10)
    network["R1"].clear_crypto_sa()
    assert not flow(network).outbound_spi
    assert not tunnel_of(network, "R1").protocol_up  # the interface of its route is down
    network.links["R1-R2"].set_up(True)
    network.links["R2-R3"].set_up(False)
    network.wait(20)
    assert tunnel_of(network, "R1").protocol_up
    assert not flow(network).outbound_spi


def test_a_vti_follows_its_sa():
    network = settled(vti=True)
    assert tunnel_of(network, "R1").protocol_up
    network.links["R2-R3"].set_up(False)
    network["R1"].clear_crypto_sa()
    network.wait(5)
    tunnel = tunnel_of(network, "R1")
    assert not tunnel.protocol_up
    assert tunnel.linestate == "down - linestate protection reg down"
    assert (tunnel.transport_mtu, tunnel.mtu) == (1500, 17_940)
    network.links["R2-R3"].set_up(True)
    network.wait(60)
    assert tunnel_of(network, "R1").protocol_up
    assert (tunnel.transport_mtu, tunnel.mtu) == (1438, 17_878)


def test_keepalives_fail_under_protection():
    """The answer comes back in the clear, and is dropped for it (Cisco document 64565)."""
    network = settled()
    change(network, "R1", keepalive=TunnelKeepalive(5, 3))
    network.wait(30)
    tunnel = tunnel_of(network, "R1")
    assert not tunnel.protocol_up
    assert tunnel.keepalives.received == 0
    assert [line for line in network.log if line.startswith("R1") and "RECVD_PKT_NOT_IPSEC" in line]
    assert tunnel_of(network, "R3").protocol_up


def test_keepalives_pass_where_both_ends_have_a_crypto_map():
    """The answer is GRE between the same two addresses: the far end's map protects it too."""
    configs = gre_ends()
    first = configs[0]
    first.interfaces[OUTSIDE].crypto_map = None
    settings = first.interfaces[InterfaceName.parse("Tunnel0")].tunnel
    assert settings is not None
    settings.protection_profile = None
    access_list(first, "101", entry(f"{R1}/32", f"{R3}/32", protocol=GRE))
    map_entry(first, 10, [R3], "101")
    apply_map(first)
    network = wired(*configs)
    network.ping("R4", FAR_SITE)
    change(network, "R3", keepalive=TunnelKeepalive(20, 3))
    wire = Wire(network)
    network.wait(121)
    tunnel = tunnel_of(network, "R3")
    assert tunnel.protocol_up
    assert tunnel.keepalives.received == tunnel.keepalives.sent == 6
    assert not wire.of(GRE)


def test_keepalives_fail_against_a_protected_tunnel():
    """Article 003's two routers: what R1 routes back does not go through its tunnel."""
    network = wired(*gre_ends())
    network.wait(30)
    network.ping("R4", FAR_SITE)
    change(network, "R3", keepalive=TunnelKeepalive(20, 3))
    wire = Wire(network)
    network.wait(85)
    tunnel = tunnel_of(network, "R3")
    assert tunnel.keepalives.received == 0
    assert not tunnel.protocol_up
    assert {payload(it) for it in wire.of(GRE)} == {bytes(4)}  # the answers, in the clear
    assert [line for line in network.log if line.startswith("R3") and "RECVD_PKT_NOT_IPSEC" in line]


# -- path MTU discovery: the steps of article 003 --------------------------------------------------


def discovering(mode: Mode, ip_mtu: int | None = 1476) -> Network:
    """GRE that promises more than IPsec takes, as with `ip mtu` or before the SA is up."""
    network = settled(mode=mode)
    for node in ("R1", "R3"):
        network[node].config.interfaces[InterfaceName.parse("Tunnel0")].ip_mtu = ip_mtu
        change(network, node, path_mtu_discovery=PathMtuDiscovery())
    return network


def test_gre_copies_df_and_ipsec_copies_it_on():
    network = discovering(Mode.TRANSPORT)
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE, count=1, df=True) == "!"
    assert network.ping("R4", FAR_SITE, count=1) == "!"
    assert [bool(it[6] & 0x40) for it in wire.of(ESP, "100.1.1.1")] == [True, False]


def test_ipsec_drops_and_tells_gre_which_tells_the_host():
    network = discovering(Mode.TRANSPORT)
    tunnel = tunnel_of(network, "R1")
    assert tunnel.ip_mtu == 1476
    errors = flow(network).send_errors
    inside, wire = Wire(network, "R4-R1"), Wire(network)
    # 1476 + 24 > 1458: IPsec drops it, and the host hears nothing yet (steps 1 and 2).
    assert network.ping("R4", FAR_SITE, count=1, size=1476, df=True) == "."
    assert flow(network).send_errors == errors + 1
    assert not wire.of(ESP, "100.1.1.1")
    assert not inside.of(ICMP, "192.168.1.1")
    assert tunnel.ip_mtu == 1458 - 24
    # Now GRE's MTU is smaller, and it is GRE that refuses (step 4).
    assert network.ping("R4", FAR_SITE, count=1, size=1476, df=True) == "M"
    (told,) = [parse(payload(it)) for it in inside.of(ICMP, "192.168.1.1")]
    assert told.next_hop_mtu == 1434
    assert network.ping("R4", FAR_SITE, count=1, size=1434, df=True) == "!"
    network.wait(601)
    assert tunnel.ip_mtu == 1476


def test_what_may_be_cut_is_not_dropped():
    network = discovering(Mode.TRANSPORT)
    assert network.ping("R4", FAR_SITE, size=1476) == "!!!!!"
    assert tunnel_of(network, "R1").ip_mtu == 1476


def test_gre_knows_its_room_without_ip_mtu():
    network = discovering(Mode.TUNNEL, ip_mtu=None)
    tunnel = tunnel_of(network, "R1")
    assert tunnel.ip_mtu == 1414
    assert network.ping("R4", FAR_SITE, count=1, size=1415, df=True) == "M"
    assert tunnel.path_mtu.learned is None


def test_a_narrower_outgoing_interface_leaves_less_room():
    network = discovering(Mode.TUNNEL, ip_mtu=None)
    port = InterfaceName.parse("Gi0/0")
    network["R1"].config.interfaces[port].ip_mtu = 1300
    network["R1"].apply([InterfaceChanged(port)])
    assert flow(network).plaintext_mtu == 1230
    assert tunnel_of(network, "R1").ip_mtu == 1206
    assert network.ping("R4", FAR_SITE, count=1, size=1206, df=True) == "!"
    network.wait(1)
    assert network.ping("R4", FAR_SITE, count=1, size=1207, df=True) == "M"


def narrowed(network: Network, mtu: int) -> None:
    """R2's way on to R3 takes less than R1 knows of."""
    port = InterfaceName.parse("Gi0/1")
    network["R2"].config.interfaces[port].ip_mtu = mtu
    network["R2"].apply([InterfaceChanged(port)])


def test_all_four_steps_of_the_article():
    """The path is narrow in its middle: IPsec learns, then GRE, then the host."""
    network = discovering(Mode.TRANSPORT, ip_mtu=None)
    tunnel = tunnel_of(network, "R1")
    assert tunnel.ip_mtu == 1434
    narrowed(network, 1000)
    inside, outside = Wire(network, "R4-R1"), Wire(network)
    # ESP has DF from GRE, GRE from the host: R2 refuses it and tells R1's IPsec.
    assert network.ping("R4", FAR_SITE, count=1, size=1400, df=True) == "."
    (told,) = [parse(payload(it)) for it in outside.of(ICMP)]
    assert told.next_hop_mtu == 1000
    assert flow(network).path_mtu == 1000
    assert tunnel.ip_mtu == 1434  # IPsec does not tell GRE at once (step 3)
    # The next packet that is too large makes it do so (step 2) ...
    outside.packets.clear()
    assert network.ping("R4", FAR_SITE, count=1, size=1400, df=True) == "."
    assert not outside.of(ESP, "100.1.1.1")
    assert tunnel.ip_mtu == flow(network).plaintext_mtu - 24 == 938
    assert not inside.of(ICMP, "192.168.1.1")
    # ... and the one after that is refused by GRE, which tells the host (step 4).
    network.wait(1)
    assert network.ping("R4", FAR_SITE, count=1, size=1400, df=True) == "M"
    (told,) = [parse(payload(it)) for it in inside.of(ICMP, "192.168.1.1")]
    assert told.next_hop_mtu == 938
    assert network.ping("R4", FAR_SITE, count=1, size=938, df=True) == "!"


def test_without_discovery_esp_is_cut_on_the_way():
    """DF stays inside, and the peer puts the pieces together before it decrypts."""
    network = settled(mode=Mode.TRANSPORT)
    narrowed(network, 1000)
    beyond = Wire(network, "R2-R3")
    assert network.ping("R4", FAR_SITE, size=1400, df=True) == "!!!!!"
    pieces = [it for it in beyond.of(ESP, "100.1.1.1") if it[6] & 0x20]
    assert len(pieces) == 5
    assert network["R3"].forwarding.reassembled >= 5
