"""Networks of routers that run EIGRP, configured by what an operator types."""

from __future__ import annotations

from ioscli.cli.configuration import ConfigSession, LineKind
from ioscli.cli.session import Session
from ioscli.model.rib import RouteSource
from ioscli.router.eigrp import EigrpProcess
from tests.cli.typing_config import grammar

from .networks import Network, config

EVERYWHERE = "router eigrp 100\n network 0.0.0.0"


def chain(*lines: str) -> Network:
    """R1 - R2 - R3 with loopbacks on R1 and R3; lines: what is typed at each."""
    network = Network(
        config("R1", {"Gi0/0": "10.0.12.1/24", "Lo0": "1.1.1.1/32"}, {}),
        config("R2", {"Gi0/0": "10.0.12.2/24", "Gi0/1": "10.0.23.2/24"}, {}),
        config("R3", {"Gi0/0": "10.0.23.3/24", "Lo0": "3.3.3.3/32"}, {}),
    )
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.link("R2:Gi0/1", "R3:Gi0/0")
    network.boot()
    network.wait(5)
    for name, text in zip(network.routers, lines, strict=False):
        type_at(network, name, text)
    network.wait(15)
    return network


def up() -> Network:
    """The chain with EIGRP everywhere."""
    return chain(EVERYWHERE, EVERYWHERE, EVERYWHERE)


def process(network: Network, name: str, number: str = "100") -> EigrpProcess:
    """The process of a router."""
    found = network[name].routing.processes[RouteSource.EIGRP, number]
    assert isinstance(found, EigrpProcess)
    return found


def routes(network: Network, name: str, vrf: str = "") -> dict[str, str]:
    """EIGRP's routes in the table: `D [90/3072] 10.0.12.2`."""
    found = {}
    for route in network[name].vrfs[vrf].rib.routes():
        if route.source is RouteSource.EIGRP:
            hops = " ".join(str(path.next_hop or path.interface) for path in route.paths)
            code = f"D {route.kind}".rstrip()
            found[str(route.prefix)] = f"{code} [{route.distance}/{route.metric}] {hops}"
    return found


def messages(network: Network, name: str) -> list[str]:
    """What a router logged of EIGRP."""
    return [
        line.split(": ", 1)[1]
        for line in network.log
        if line.startswith(f"{name} ") and "%DUAL" in line
    ]


def neighbors(network: Network, name: str) -> list[str]:
    """The neighbors of a router."""
    return sorted(str(one.ip) for one in process(network, name).machine.neighbors())


def type_at(network: Network, name: str, text: str) -> None:
    """Type configuration lines at a router; none may be refused."""
    router = network[name]
    session = ConfigSession(grammar(), router.config, router.hardware)
    for line in text.splitlines():
        result = session.feed(line)
        assert result.kind is not LineKind.REJECTED, (line, result)
        router.apply(result.changes)


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
