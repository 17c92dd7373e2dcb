"""VRF-lite: interfaces in tables of their own, equal addresses side by side, tunnels between."""

from ipaddress import IPv4Address, IPv4Network

from ioscli.model.changes import InterfaceChanged
from ioscli.model.config import StaticRoute, TunnelConfig
from ioscli.model.ifname import InterfaceName

from .networks import Network, config


def overlapping() -> Network:
    """Two customers with the same addresses on R1; each has a router of its own behind it."""
    provider = config(
        "R1",
        {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.0.0.1/24"},
        {},
    )
    provider.interfaces[InterfaceName.parse("Gi0/0")].vrf = "RED"
    provider.interfaces[InterfaceName.parse("Gi0/1")].vrf = "BLUE"
    net = Network(
        provider,
        config("RED", {"Gi0/0": "10.0.0.2/24", "Lo0": "1.1.1.1/32"}, {"0.0.0.0/0": "10.0.0.1"}),
        config("BLUE", {"Gi0/0": "10.0.0.2/24", "Lo0": "2.2.2.2/32"}, {"0.0.0.0/0": "10.0.0.1"}),
    )
    net.link("R1:Gi0/0", "RED:Gi0/0")
    net.link("R1:Gi0/1", "BLUE:Gi0/0")
    return net


def test_equal_addresses_live_side_by_side():
    net = overlapping().boot()
    assert net.ping("RED", "10.0.0.1") == ".!!!!"
    assert net.ping("BLUE", "10.0.0.1") == ".!!!!"
    tables = net["R1"].vrfs
    assert [entry.route.prefix for entry in tables["RED"].rib.entries()] == [
        IPv4Network("10.0.0.0/24"),
        IPv4Network("10.0.0.1/32"),
    ]
    assert list(tables[""].rib.entries()) == []


def test_a_static_route_stays_in_its_table():
    net = overlapping()
    there = StaticRoute(IPv4Network("2.2.2.2/32"), IPv4Address("10.0.0.2"), None, vrf="BLUE")
    net["R1"].config.static_routes.append(there)
    net.boot()
    assert net["R1"].vrfs["BLUE"].rib.lookup(int(IPv4Address("2.2.2.2"))) is not None
    assert net["R1"].vrfs["RED"].rib.lookup(int(IPv4Address("2.2.2.2"))) is None
    assert "U" in net.ping("RED", "2.2.2.2")


def test_an_interface_moves_to_another_table():
    net = overlapping().boot()
    red = InterfaceName.parse("Gi0/0")
    net["R1"].config.interfaces[red].vrf = ""
    net["R1"].apply([InterfaceChanged(red)])
    assert list(net["R1"].vrfs["RED"].rib.entries()) == []
    assert net["R1"].rib.lookup(int(IPv4Address("10.0.0.9"))) is not None
    assert net.ping("RED", "10.0.0.1")[1:] == "!!!!"
    assert net.ping("R1", "10.0.0.2") == "!!!!!"


def test_a_tunnel_of_one_table_is_carried_by_another():
    tunnel = InterfaceName.parse("Tunnel0")
    ends = {"R1": ("10.0.0.1/24", "192.168.0.1/30"), "R2": ("10.0.0.2/24", "192.168.0.2/30")}
    made = []
    for name, (outside, inside) in ends.items():
        it = config(name, {"Gi0/0": outside, "Tunnel0": inside}, {})
        it.interfaces[InterfaceName.parse("Gi0/0")].vrf = "TRANSPORT"
        far = "10.0.0.2" if name == "R1" else "10.0.0.1"
        it.interfaces[tunnel].tunnel = TunnelConfig(
            InterfaceName.parse("Gi0/0"), IPv4Address(far), vrf="TRANSPORT"
        )
        made.append(it)
    net = Network(*made)
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.boot()
    assert net.ping("R1", "192.168.0.2")[-3:] == "!!!"
    assert net["R1"].rib.lookup(int(IPv4Address("10.0.0.2"))) is None
