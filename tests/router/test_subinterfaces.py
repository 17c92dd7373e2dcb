"""802.1Q sub-interfaces and Null0 at work."""

from ipaddress import IPv4Interface, IPv4Network

from ioscli.model.changes import InterfaceChanged, InterfaceRemoved, StaticRoutesChanged
from ioscli.model.config import InterfaceConfig, StaticRoute
from ioscli.model.ifname import NULL0, InterfaceName
from tests.router.networks import Network, config

GI00 = InterfaceName.parse("Gi0/0")


def trunk() -> Network:
    """Two routers and a cable, with nothing on the ports themselves."""
    network = Network(
        config("A", {"Gi0/0": "10.0.0.1/24"}, {}), config("B", {"Gi0/0": "10.0.0.2/24"}, {})
    )
    network.link("A:Gi0/0", "B:Gi0/0")
    network.boot()
    for node in ("A", "B"):
        network[node].config.interfaces[GI00].address = None
        network[node].apply([InterfaceChanged(GI00)])
    return network


def subinterface(
    network: Network, node: str, vlan: int, address: str, *, native: bool = False
) -> InterfaceName:
    name = GI00._replace(subinterface=vlan)
    made = InterfaceConfig(name, vlan=vlan, native_vlan=native, address=IPv4Interface(address))
    network[node].config.interfaces[name] = made
    network[node].apply([InterfaceChanged(name)])
    return name


def test_each_vlan_is_a_network_of_its_own():
    network = trunk()
    for vlan in (10, 20):
        for host, node in enumerate(("A", "B"), start=1):
            subinterface(network, node, vlan, f"10.{vlan}.0.{host}/24")
    frames: list[bytes] = []
    network.links["A-B"].tap = lambda _when, _port, frame: frames.append(frame)
    assert network.ping("A", "10.10.0.2") == ".!!!!"
    assert network.ping("A", "10.20.0.2") == ".!!!!"
    assert {frame[12:16].hex() for frame in frames} == {"8100000a", "81000014"}


def test_the_native_vlan_goes_untagged():
    network = trunk()
    subinterface(network, "A", 10, "10.10.0.1/24", native=True)
    network["B"].config.interfaces[GI00].address = IPv4Interface("10.10.0.2/24")
    network["B"].apply([InterfaceChanged(GI00)])
    assert network.ping("A", "10.10.0.2") == ".!!!!"


def test_a_full_sized_packet_fits_beside_its_tag():
    network = trunk()
    for host, node in enumerate(("A", "B"), start=1):
        subinterface(network, node, 10, f"10.10.0.{host}/24")
    network.links["A-B"].mtu, network.links["A-B"].lossy = 1500, True
    network.ping("A", "10.10.0.2")
    assert network.ping("A", "10.10.0.2", size=1500, df=True) == "!!!!!"


def test_it_follows_its_port_and_its_own_shutdown():
    network = trunk()
    name = subinterface(network, "A", 10, "10.10.0.1/24")
    interface = network["A"].interfaces[name]
    assert interface.protocol_up
    network["A"].config.interfaces[GI00].shutdown = True
    network["A"].apply([InterfaceChanged(GI00)])
    assert not interface.protocol_up
    network["A"].config.interfaces[GI00].shutdown = False
    network["A"].apply([InterfaceChanged(GI00)])
    network.wait(5)
    assert interface.protocol_up
    network["A"].config.interfaces[name].shutdown = True
    network["A"].apply([InterfaceChanged(name)])
    assert not interface.protocol_up
    del network["A"].config.interfaces[name]
    network["A"].apply([InterfaceRemoved(name)])
    assert name not in network["A"].interfaces
    assert network["A"].route_views() == []


def test_a_tag_of_nobody_is_counted():
    network = trunk()
    subinterface(network, "A", 10, "10.10.0.1/24")
    subinterface(network, "B", 20, "10.10.0.2/24")
    assert network.ping("A", "10.10.0.2", count=1) == "."
    assert network["B"].interfaces[GI00].unknown_protocols


def test_null0_refuses_or_swallows():
    network = Network(
        config("A", {"Gi0/0": "10.0.0.1/24"}, {"0.0.0.0/0": "10.0.0.2"}),
        config("B", {"Gi0/0": "10.0.0.2/24"}, {}),
    )
    network.link("A:Gi0/0", "B:Gi0/0")
    network.boot()
    router = network["B"]
    router.config.static_routes.append(StaticRoute(IPv4Network("10.99.0.0/16"), None, NULL0))
    router.apply([StaticRoutesChanged()])
    network.ping("A", "10.0.0.2")
    assert network.ping("A", "10.99.1.1", count=3) == "U.U"
    router.config.interfaces[NULL0] = InterfaceConfig(NULL0, unreachables=False)
    router.apply([InterfaceChanged(NULL0)])
    network.wait(1)
    assert network.ping("A", "10.99.1.1", count=3) == "..."
