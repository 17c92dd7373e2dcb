"""Interfaces going up and down: state, delay and message."""

from ioscli.model.changes import InterfaceChanged, InterfaceRemoved
from ioscli.model.config import InterfaceConfig
from ioscli.model.ifname import InterfaceName
from tests.router.networks import Network, config, site_to_site, wire_site_to_site

GI00 = InterfaceName.parse("Gi0/0")
TUNNEL = InterfaceName.parse("Tunnel0")


def pair() -> Network:
    network = Network(
        config("A", {"Gi0/0": "10.0.0.1/24"}, {}), config("B", {"Gi0/0": "10.0.0.2/24"}, {})
    )
    network.link("A:Gi0/0", "B:Gi0/0")
    return network.boot()


def state(network: Network, node: str, name: InterfaceName) -> tuple[bool, bool]:
    interface = network[node].interfaces[name]
    return interface.up, interface.protocol_up


def shut(network: Network, node: str, name: InterfaceName, *, shutdown: bool) -> None:
    network[node].config.interfaces[name].shutdown = shutdown
    network[node].apply([InterfaceChanged(name)])


def test_shutdown_acts_at_once_and_is_reported_two_seconds_later():
    network = pair()
    shut(network, "A", GI00, shutdown=True)
    assert state(network, "A", GI00) == (False, False)
    assert network.log == []
    network.wait(4)
    assert network.log == [
        "A *Mar  1 00:00:02.000: %LINK-5-CHANGED: Interface GigabitEthernet0/0, "
        "changed state to administratively down",
        "A *Mar  1 00:00:03.000: %LINEPROTO-5-UPDOWN: Line protocol on Interface "
        "GigabitEthernet0/0, changed state to down",
    ]


def test_no_shutdown_brings_the_line_up_one_second_after_the_link():
    network = pair()
    shut(network, "A", GI00, shutdown=True)
    network.wait(10)
    network.log.clear()
    shut(network, "A", GI00, shutdown=False)
    network.wait(4)
    assert network.log == [
        "A *Mar  1 00:00:12.000: %LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to up",
        "A *Mar  1 00:00:13.000: %LINEPROTO-5-UPDOWN: Line protocol on Interface "
        "GigabitEthernet0/0, changed state to up",
    ]
    assert network.ping("A", "10.0.0.2") == ".!!!!"


def test_a_serial_line_dies_with_its_far_end_and_comes_back():
    network = Network(
        config("A", {"Se0/0": "10.0.0.1/30"}, {}), config("B", {"Se0/0": "10.0.0.2/30"}, {})
    )
    network.link("A:Se0/0", "B:Se0/0")
    network.boot()
    serial = InterfaceName.parse("Se0/0")
    assert network.ping("A", "10.0.0.2") == "!!!!!"  # nobody to ask for on a serial line
    network.wait(60)
    assert state(network, "A", serial) == (True, True)
    shut(network, "B", serial, shutdown=True)
    network.wait(60)
    assert state(network, "A", serial) == (True, False)
    shut(network, "B", serial, shutdown=False)
    network.wait(60)
    assert state(network, "A", serial) == (True, True)
    assert network.ping("A", "10.0.0.2") == "!!!!!"


def test_a_cut_cable_takes_both_ends_down():
    network = pair()
    network.links["A-B"].set_up(False)
    network.wait(4)
    assert state(network, "A", GI00) == state(network, "B", GI00) == (False, False)
    network.links["A-B"].set_up(True)
    network.wait(4)
    assert state(network, "A", GI00) == state(network, "B", GI00) == (True, True)


def test_a_flap_shorter_than_the_carrier_delay_is_not_seen():
    network = pair()
    network.links["A-B"].set_up(False)
    network.wait(1)
    network.links["A-B"].set_up(True)
    network.wait(5)
    assert network.log == []
    assert state(network, "A", GI00) == (True, True)


def test_a_loopback_is_up_as_soon_as_it_is_made_and_gone_when_removed():
    network = pair()
    loopback = InterfaceName.parse("Lo7")
    network["A"].config.interfaces[loopback] = InterfaceConfig(loopback)
    network["A"].apply([InterfaceChanged(loopback)])
    assert state(network, "A", loopback) == (True, True)
    assert network.log[-1].endswith("Interface Loopback7, changed state to up")
    del network["A"].config.interfaces[loopback]
    network["A"].apply([InterfaceRemoved(loopback)])
    assert loopback not in network["A"].interfaces
    assert network.log[-1].endswith("Loopback7, changed state to administratively down")


def test_a_tunnel_follows_the_route_to_its_destination():
    network = wire_site_to_site(Network(*site_to_site())).boot()
    assert state(network, "R1", TUNNEL) == (True, True)
    network.links["R1-R2"].set_up(False)
    network.wait(5)
    view = next(it for it in network["R1"].interface_views() if it.name == TUNNEL)
    assert not view.protocol_up
    assert view.tunnel is not None
    assert view.tunnel.linestate == "down - no output interface"
    network.links["R1-R2"].set_up(True)
    network.wait(5)
    assert state(network, "R1", TUNNEL) == (True, True)


def test_a_tunnel_follows_its_source_interface():
    network = wire_site_to_site(Network(*site_to_site())).boot()
    loopback = InterfaceName.parse("Lo0")
    shut(network, "R1", loopback, shutdown=True)
    assert state(network, "R1", TUNNEL) == (True, False)
    shut(network, "R1", loopback, shutdown=False)
    assert state(network, "R1", TUNNEL) == (True, True)
