"""`tunnel path-mtu-discovery`: the steps of article 003, RFC 1191's rules, and the show line."""

import pytest

from ioscli.codec.icmp import DestinationUnreachable, UnreachableCode, parse
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.model.changes import InterfaceChanged
from ioscli.model.config import PathMtuDiscovery, TunnelMode
from ioscli.model.ifname import InterfaceName
from tests.router.networks import Network
from tests.router.tunnel_wire import Wire, change, dotted, payload, tunnel_of, tunnelled

FAR_SITE = "172.16.2.5"
ON = PathMtuDiscovery()


def narrowed(network: Network, mtu: int = 1000) -> Network:
    """R2's way on to R3 takes less than R1 knows of."""
    port = InterfaceName.parse("Gi0/1")
    network["R2"].config.interfaces[port].ip_mtu = mtu
    network["R2"].apply([InterfaceChanged(port)])
    return network


def discovering(settings: PathMtuDiscovery = ON, mtu: int = 1000) -> Network:
    return narrowed(tunnelled(path_mtu_discovery=settings), mtu)


def view(network: Network, node: str = "R1"):
    (found,) = [it for it in network[node].interface_views() if it.tunnel is not None]
    return found.tunnel


def test_without_it_df_stays_inside_and_the_path_cuts_the_tunnels_packets():
    network = narrowed(tunnelled())
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE, count=2, size=1400, df=True) == "!!"
    assert all(packet[6] & 0x40 == 0 for packet in wire.of(47))
    assert tunnel_of(network, "R1").ip_mtu == 1476


def test_df_is_copied_from_the_packet_inside():
    network = tunnelled(path_mtu_discovery=ON)
    wire = Wire(network)
    network.ping("R4", FAR_SITE, count=1, df=True)
    network.ping("R4", FAR_SITE, count=1)
    assert [bool(it[6] & 0x40) for it in wire.of(47, "100.1.1.1")] == [True, False]


def test_the_path_tells_gre_and_gre_tells_the_host():
    network = discovering()
    wire = Wire(network)
    inside = Wire(network, "R4-R1")
    # The first packet is lost: R2 tells R1, and nobody tells R4.
    assert network.ping("R4", FAR_SITE, count=1, size=1400, df=True) == "."
    (told,) = [parse(payload(it)) for it in wire.of(1)]
    assert (told.code, told.next_hop_mtu) == (UnreachableCode.FRAGMENTATION_NEEDED, 1000)
    assert not inside.of(1, "192.168.1.1")
    tunnel = tunnel_of(network, "R1")
    assert tunnel.ip_mtu == 976
    # The second is refused by the tunnel, which names its new MTU.
    (result,) = network.echoes("R4", FAR_SITE, count=1, size=1400, df=True)
    (told,) = [parse(payload(it)) for it in inside.of(1, "192.168.1.1")]
    assert told.next_hop_mtu == 976
    assert network.ping("R4", FAR_SITE, count=2, size=976, df=True) == "!!"
    network.wait(1)
    assert network.ping("R4", FAR_SITE, count=1, size=977, df=True) == "M"
    # What may be cut is cut before GRE from now on, so that the path cuts nothing.
    wire = Wire(network)
    assert network.ping("R4", FAR_SITE, count=1, size=1400) == "!"
    assert max(len(it) for it in wire.of(47, "100.1.1.1")) <= 1000
    assert result.kind is not None


def test_what_was_learned_is_shown_and_forgotten_in_time():
    network = discovering()
    assert view(network).learned_mtu is None
    network.ping("R4", FAR_SITE, count=1, size=1400, df=True)
    seen = view(network)
    assert seen.path_mtu_discovery == ON
    assert seen.learned_mtu == seen.transport_mtu == 976
    assert 590_000_000 < seen.learned_expires <= 600_000_000
    network.wait(598)
    assert tunnel_of(network, "R1").ip_mtu == 976
    network.wait(3)
    assert tunnel_of(network, "R1").ip_mtu == 1476
    assert view(network).learned_mtu is None
    # It is learned again when the next packet asks.
    assert network.ping("R4", FAR_SITE, count=1, size=1400, df=True) == "."
    assert tunnel_of(network, "R1").ip_mtu == 976


def test_an_age_timer_of_its_own_and_none():
    network = discovering(PathMtuDiscovery(age=30))
    network.ping("R4", FAR_SITE, count=1, size=1400, df=True)
    network.wait(1_790)
    assert tunnel_of(network, "R1").ip_mtu == 976
    network.wait(15)
    assert tunnel_of(network, "R1").ip_mtu == 1476
    network = discovering(PathMtuDiscovery(age=None))
    network.ping("R4", FAR_SITE, count=1, size=1400, df=True)
    network.wait(7_200)
    assert view(network).learned_mtu == 976
    assert view(network).learned_expires is None


@pytest.mark.parametrize(("settings", "floor"), [(ON, 92), (PathMtuDiscovery(10, 512), 512)])
def test_no_message_lowers_it_below_the_floor(settings, floor):
    network = tunnelled(path_mtu_discovery=settings)
    tunnel = tunnel_of(network, "R1")
    tell(network, 90)
    assert tunnel.ip_mtu == floor


def tell(
    network: Network,
    mtu: int,
    *,
    source: str = "100.1.1.1",
    destination: str = "100.3.3.3",
    protocol: int = 47,
    quoted: bytes = bytes.fromhex("0000080045000000"),
    size: int = 1500,
) -> None:
    """An ICMP message to R1 about a packet of a tunnel, as if it were R1's."""
    ends = [bytes(map(int, it.split("."))) for it in (source, destination)]
    header = Ipv4Template(*ends, protocol).build(size - 20, 1, 0, 0x4000)
    code = UnreachableCode.FRAGMENTATION_NEEDED
    message = DestinationUnreachable(code, mtu, header + quoted).build()
    network["R2"].forwarding.originate(bytes((100, 12, 0, 2)), bytes((100, 1, 1, 1)), 1, message)
    network.wait(0.01)


def test_messages_about_other_packets_change_nothing():
    network = tunnelled(path_mtu_discovery=ON)
    tell(network, 600, destination="100.3.3.4")
    tell(network, 600, source="100.1.1.2")
    tell(network, 600, protocol=4)
    tell(network, 600, quoted=bytes.fromhex("2000080000000007"))  # of a key that we have not
    tell(network, 600, quoted=b"")
    assert tunnel_of(network, "R1").ip_mtu == 1476
    change(network, "R1", path_mtu_discovery=None)
    tell(network, 500)
    assert tunnel_of(network, "R1").ip_mtu == 1476


def test_the_key_tells_tunnels_apart():
    network = tunnelled(key=7, path_mtu_discovery=ON)
    tell(network, 600, quoted=bytes.fromhex("2000080000000008"))
    assert tunnel_of(network, "R1").ip_mtu == 1472
    tell(network, 600, quoted=bytes.fromhex("2000080000000007"))
    assert tunnel_of(network, "R1").ip_mtu == 572


def test_only_time_raises_it_again():
    network = tunnelled(path_mtu_discovery=ON)
    tell(network, 800)
    assert tunnel_of(network, "R1").ip_mtu == 776
    tell(network, 1200)
    assert tunnel_of(network, "R1").ip_mtu == 776
    tell(network, 700)
    assert tunnel_of(network, "R1").ip_mtu == 676


def test_a_router_that_names_no_mtu():
    """The next plateau below the packet (RFC 1191, section 7.1)."""
    network = tunnelled(path_mtu_discovery=ON)
    tell(network, 0, size=1500)
    assert tunnel_of(network, "R1").ip_mtu == 1492 - 24
    tell(network, 0, size=1400)
    assert tunnel_of(network, "R1").ip_mtu == 1006 - 24


def test_ip_mtu_and_discovery_together():
    network = tunnelled(path_mtu_discovery=ON)
    network["R1"].config.interfaces[tunnel_of(network, "R1").name].ip_mtu = 1400
    change(network, "R1")
    tunnel = tunnel_of(network, "R1")
    assert tunnel.ip_mtu == 1400
    tell(network, 1480)
    assert tunnel.ip_mtu == 1400
    tell(network, 1000)
    assert (tunnel.ip_mtu, tunnel.transport_mtu) == (976, 976)


def test_ip_mtu_beyond_the_outgoing_interface():
    """The router's own output refuses the packet, and the tunnel learns of it as from afar."""
    network = tunnelled(path_mtu_discovery=ON)
    network["R1"].config.interfaces[tunnel_of(network, "R1").name].ip_mtu = 1500
    change(network, "R1")
    assert network.ping("R4", FAR_SITE, count=1, size=1490, df=True) == "."
    assert tunnel_of(network, "R1").ip_mtu == 1476
    assert network.ping("R4", FAR_SITE, count=1, size=1490, df=True) == "M"


def test_ip_in_ip_discovers_too():
    network = narrowed(tunnelled(mode=TunnelMode.IPIP, path_mtu_discovery=ON))
    assert network.ping("R4", FAR_SITE, count=1, size=1400, df=True) == "."
    assert tunnel_of(network, "R1").ip_mtu == 980
    assert network.ping("R4", FAR_SITE, count=1, size=980, df=True) == "!"


def test_taking_it_away_forgets():
    network = discovering()
    network.ping("R4", FAR_SITE, count=1, size=1400, df=True)
    change(network, "R1", path_mtu_discovery=None)
    assert tunnel_of(network, "R1").ip_mtu == 1476
    assert network.ping("R4", FAR_SITE, count=1, size=1400, df=True) == "!"


def test_sources_of_the_messages_do_not_matter():
    """Any hop may tell; what counts is the packet that it quotes."""
    network = discovering()
    wire = Wire(network)
    network.ping("R4", FAR_SITE, count=1, size=1400, df=True)
    assert [dotted(it[12:16]) for it in wire.of(1)] == ["100.12.0.2"]
