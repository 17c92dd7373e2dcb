"""The hardware addresses of a router's ports."""

from ioscli.engine.simulation import Simulation
from ioscli.model.config import new_router_config
from ioscli.model.ifname import InterfaceName
from ioscli.router.ethernet import EthernetInterface
from ioscli.router.router import Router
from tests.router.networks import Network, config

PORTS = [InterfaceName("GigabitEthernet", (slot, port)) for slot in range(11) for port in range(48)]
"""Of a large switch: 528."""


def addresses(count: int) -> list[bytes]:
    ports = PORTS[:count]
    router = Router(Simulation(1), "R1", ports, new_router_config("R1", ports))
    router.boot()
    found = [router.interfaces[port] for port in ports]
    return [port.mac for port in found if isinstance(port, EthernetInterface)]


def test_every_port_has_an_address_of_its_own() -> None:
    found = addresses(528)
    assert len(set(found)) == 528
    assert {len(mac) for mac in found} == {6}
    assert {mac[0] for mac in found} == {2}  # locally administered, not a group


def test_further_ports_leave_the_addresses_of_the_first_as_they_are() -> None:
    few, many = addresses(4), addresses(528)
    assert many[:4] == few
    assert [mac[5] for mac in many[:256]] == list(range(256))
    assert {mac[:5] for mac in many[:256]} == {few[0][:5]}


def test_the_port_after_the_first_256_is_reached() -> None:
    large = {f"Gi0/{port}": f"10.{port >> 8}.{port & 255}.1/24" for port in range(257)}
    small = {"Gi0/0": "10.0.0.2/24", "Gi0/1": "10.1.0.2/24"}
    network = Network(config("R1", large, {}), config("R2", small, {}))
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.link("R1:Gi0/256", "R2:Gi0/1")
    network.boot()
    assert network.ping("R2", "10.0.0.1") == ".!!!!"
    assert network.ping("R2", "10.1.0.1") == ".!!!!"
