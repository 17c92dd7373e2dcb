"""Networks of routers that run OSPF, configured by what an operator types."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from ioscli.cli.configuration import ConfigSession, LineKind
from ioscli.cli.session import Session
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import RouteSource
from ioscli.protocols.ospf.states import NeighborState
from ioscli.router.ospf import OspfProcess
from tests.cli.typing_config import grammar

from .networks import Network, config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ioscli.protocols.ospf import Ospf
    from ioscli.protocols.ospf.interface import Interface

EVERYWHERE = "router ospf 1\n network 0.0.0.0 255.255.255.255 area 0"


def type_at(network: Network, name: str, text: str) -> list[str]:
    """Type configuration lines at a router; what it answered. None may be refused."""
    router = network[name]
    session = ConfigSession(grammar(), router.config, router.hardware)
    said: list[str] = []
    for line in text.splitlines():
        result = session.feed(line)
        assert result.kind is not LineKind.REJECTED, (line, result)
        said += result.messages
        router.apply(result.changes)
    return said


def execute(network: Network, name: str, *lines: str) -> str:
    """Type at a router's EXEC prompt; what the last line printed."""
    printed: list[str] = []
    session = Session(network[name], grammar(), output=printed.append)
    session.feed("enable")
    session.feed("terminal length 0")
    for line in lines:
        printed.clear()
        session.feed(line)
    return "".join(printed)


def pair(kind: str = "Gi", area: str = EVERYWHERE, seed: int = 1) -> Network:
    """R1 and R2 on one link, loopbacks 1.1.1.1 and 2.2.2.2."""
    port = f"{kind}0/0"
    network = Network(
        config("R1", {port: "10.0.0.1/24", "Lo0": "1.1.1.1/32"}, {}),
        config("R2", {port: "10.0.0.2/24", "Lo0": "2.2.2.2/32"}, {}),
        seed=seed,
    )
    network.link(f"R1:{port}", f"R2:{port}")
    network.boot()
    network.wait(5)
    if area:
        for name in ("R1", "R2"):
            type_at(network, name, area)
    return network


def adjacent() -> Network:
    """R1 and R2 on an Ethernet, fully adjacent."""
    network = pair()
    network.wait(80)
    assert full(network, "R1") == full(network, "R2") == 1
    return network


def chain(*areas: str) -> Network:
    """R1 - R2 - ... on point-to-point Ethernet links, each link in the area that is named for it.

    The loopback N.N.N.N of a router is in the area of its first link.
    """
    count = len(areas) + 1
    configs = []
    for number in range(1, count + 1):
        interfaces = {"Lo0": f"{number}.{number}.{number}.{number}/32"}
        if number > 1:
            interfaces["Gi0/0"] = f"10.{number - 1}.{number}.{number}/24".replace(
                f"10.{number - 1}.{number}.", f"10.0.{number - 1}{number}."
            )
        if number < count:
            interfaces["Gi0/1"] = f"10.0.{number}{number + 1}.{number}/24"
        configs.append(config(f"R{number}", interfaces, {}))
    network = Network(*configs)
    for number in range(1, count):
        network.link(f"R{number}:Gi0/1", f"R{number + 1}:Gi0/0")
    network.boot()
    network.wait(5)
    for number in range(1, count + 1):
        before = areas[number - 2] if number > 1 else areas[0]
        text = f"interface Loopback0\n ip ospf 1 area {before}\n"
        if number > 1:
            text += f"interface Gi0/0\n ip ospf network point-to-point\n ip ospf 1 area {before}\n"
        if number < count:
            after = areas[number - 1]
            text += f"interface Gi0/1\n ip ospf network point-to-point\n ip ospf 1 area {after}\n"
        type_at(network, f"R{number}", text)
    return network


def process(network: Network, name: str, number: str = "1") -> OspfProcess:
    """A running process."""
    found = network[name].routing.processes[RouteSource.OSPF, number]
    assert isinstance(found, OspfProcess)
    return found


def machine(network: Network, name: str) -> Ospf:
    """The machine of process 1."""
    return process(network, name).machine


def interface(network: Network, name: str, port: str = "Gi0/0") -> Interface:
    """OSPF's side of an interface."""
    return machine(network, name).interfaces[InterfaceName.parse(port)]


def states(network: Network, name: str) -> list[str]:
    """The states of all neighbors, as shows name them."""
    return [
        str(neighbor.state)
        for one in machine(network, name).interfaces.values()
        for neighbor in one.neighbors.values()
    ]


def full(network: Network, name: str) -> int:
    """How many neighbors are fully adjacent."""
    return states(network, name).count(str(NeighborState.FULL))


def routes(network: Network, name: str, number: str = "1") -> dict[str, str]:
    """OSPF's routes in the table: prefix -> `O [110/2] via 10.0.0.2`."""
    found = {}
    for vrf in network[name].vrfs.values():
        for route in vrf.rib.routes():
            if route.source is RouteSource.OSPF and route.process == number:
                ways = ", ".join(sorted(str(path.next_hop) for path in route.paths))
                code = f"O {route.kind}".rstrip()
                found[str(route.prefix)] = f"{code} [{route.distance}/{route.metric}] via {ways}"
    return found


def route(network: Network, name: str, prefix: str) -> str:
    """OSPF's route to a prefix, empty where there is none."""
    return routes(network, name).get(str(IPv4Network(prefix)), "")


def messages(network: Network, name: str, since: int = 0) -> list[str]:
    """What a router's console said of OSPF, without the times."""
    said = [line for line in network.log[since:] if line.startswith(f"{name} ") and "OSPF" in line]
    return [line.split(": ", 1)[1] for line in said]


@contextmanager
def deaf(network: Network, name: str, port: str) -> Iterator[None]:
    """Nothing comes in at a port: the wire loses one direction."""
    end = network[name].port(InterfaceName.parse(port))
    heard: Callable[[bytes], None] = end.receive
    end.receive = lambda _: None
    try:
        yield
    finally:
        end.receive = heard
