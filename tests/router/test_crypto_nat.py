"""NAT traversal: crypto through a NAT, ESP in UDP, and what its mappings do."""

from ipaddress import IPv4Address

from ioscli.model.changes import InterfaceChanged
from ioscli.model.crypto import Mode
from ioscli.model.crypto_map import MapPeer
from ioscli.model.ifname import InterfaceName
from tests.router.crypto_networks import dynamic_entry, mapped, phase_one, wired
from tests.router.nat_networks import SIDES, configure
from tests.router.test_crypto_map import tapped, up

NAT = "100.23.0.2"
PAT = (
    *SIDES,
    "access-list 1 permit 100.12.0.0 0.0.0.255",
    "ip nat inside source list 1 interface GigabitEthernet0/1 overload",
)


def behind_nat(*, dynamic=False, mode=Mode.TUNNEL, keepalive=0):
    """R1 behind the PAT of R2; R3 knows R2's address only, or nobody's."""
    configs = mapped(mode=mode)
    third = configs[2]
    if dynamic:
        third.crypto_maps.clear()
        dynamic_entry(third)
        phase_one(third, "0.0.0.0/0")
    else:
        third.crypto_maps["VPN"].entries[10].peers = [MapPeer(IPv4Address(NAT))]
        phase_one(third, NAT)
    configs[0].isakmp.nat_keepalive = keepalive
    network = wired(*configs)
    configure(network["R2"], *PAT)
    return network


def test_esp_goes_in_udp_through_a_nat():
    network = behind_nat()
    packets = tapped(network, "R2-R3")
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    ours, theirs = up(network)[0], up(network, "R3")[0]
    assert all(sa.udp_encapsulated for sa in (*ours.inbound, *theirs.outbound))
    assert (ours.peer_port, str(theirs.peer)) == (4500, NAT)
    assert (ours.plaintext_mtu, theirs.plaintext_mtu) == (1422, 1422)
    packets.clear()
    assert network.ping("R4", "172.16.2.5", size=1422, df=True) == "!!!!!"
    assert network.ping("R4", "172.16.2.5", size=1423, df=True) == "M.M.M"
    assert {packet[9] for packet in packets} == {17}
    assert 1484 < max(map(len, packets)) <= 1500
    assert all(packet[26:28] == b"\0\0" for packet in packets)  # no checksum: RFC 3948, 2.1


def test_whoever_calls_from_behind_a_nat_is_answered_by_a_dynamic_map():
    network = behind_nat(dynamic=True)
    assert up(network, "R3") == []
    assert network.ping("R4", "172.16.2.5") == ".!!!!"
    (theirs,) = up(network, "R3")
    assert (str(theirs.peer), theirs.from_list) == (NAT, False)
    assert network.ping("R5", "192.168.1.4") == "!!!!!"


def test_keepalives_hold_the_mapping():
    network = behind_nat(keepalive=20)
    network.ping("R4", "172.16.2.5")
    packets = tapped(network, "R2-R3")
    network.wait(65)
    alive = [packet for packet in packets if packet[25:26] == b"\x09" and packet[28:29] == b"\xff"]
    assert len(alive) == 3
    assert network["R3"].crypto.input.keepalives >= 3
    assert network.ping("R5", "192.168.1.4") == "!!!!!"


def test_a_peer_whose_mapping_changed_is_followed():
    network = behind_nat()
    network.ping("R4", "172.16.2.5")
    before = up(network, "R3")[0].peer_port
    network["R2"].nat.clear()
    # Somebody else takes the port that the NAT had given away.
    configure(network["R2"], f"ip nat inside source static udp 100.12.0.77 {before} {NAT} {before}")
    flow = next(iter(network["R1"].crypto.flows.values()))
    network["R1"].crypto._initiate(flow.policy)
    network.wait(3)
    after = up(network, "R3")[0].peer_port
    assert after != before
    assert network.ping("R5", "192.168.1.4") == "!!!!!"


def test_icmp_about_esp_in_udp_teaches_the_path_mtu():
    network = behind_nat()
    network.ping("R4", "172.16.2.5")
    for port in ("Gi0/0", "Gi0/1"):
        name = InterfaceName.parse(port)
        network["R2"].config.interfaces[name].ip_mtu = 1400
        network["R2"].apply([InterfaceChanged(name)])
    assert network.ping("R4", "172.16.2.5", size=1422, df=True, count=3) == ".M."
    (view,) = up(network)
    assert (view.path_mtu, view.plaintext_mtu) == (1400, 1326)
    network.wait(1)
    assert network.ping("R4", "172.16.2.5", size=1326, df=True) == "!!!!!"
