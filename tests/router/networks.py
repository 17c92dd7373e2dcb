"""Small networks of routers for tests: addresses and routes in a few words."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.config import (
    InterfaceConfig,
    RouterConfig,
    StaticRoute,
    TunnelConfig,
    new_router_config,
)
from ioscli.model.ifname import InterfaceName
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult, TraceProbe, TraceResult
from ioscli.router.router import Router

SYMBOLS = {
    EchoKind.REPLY: "!",
    EchoKind.TIMEOUT: ".",
    EchoKind.FRAGMENTATION_NEEDED: "M",
    EchoKind.UNREACHABLE: "U",
    EchoKind.TTL_EXCEEDED: "&",
}


def config(name: str, interfaces: dict[str, str], routes: dict[str, str]) -> RouterConfig:
    """`{"Gi0/0": "10.0.0.1/24"}` and `{"0.0.0.0/0": "10.0.0.2"}` as a configuration."""
    names = {InterfaceName.parse(text): address for text, address in interfaces.items()}
    made = new_router_config(name, [it for it in names if not it.virtual])
    for interface, address in names.items():
        if interface.virtual:
            made.interfaces[interface] = InterfaceConfig(interface)
        made.interfaces[interface].shutdown = False
        made.interfaces[interface].address = IPv4Interface(address)
    for prefix, next_hop in routes.items():
        made.static_routes.append(StaticRoute(IPv4Network(prefix), IPv4Address(next_hop), None))
    return made


def router(simulation: Simulation, made: RouterConfig) -> Router:
    hardware = [name for name in made.interfaces if not name.virtual]
    return Router(simulation, made.hostname, hardware, made)


class Network:
    """Routers by name, wired with links of 1 ms, booted by `boot()`."""

    def __init__(self, *configs: RouterConfig, seed: int = 1) -> None:
        self.simulation = Simulation(seed)
        self.routers = {it.hostname: router(self.simulation, it) for it in configs}
        self.links: dict[str, Link] = {}
        self.log: list[str] = []

    def __getitem__(self, name: str) -> Router:
        return self.routers[name]

    def link(self, first: str, second: str, **options: int) -> Link:
        """Wire `R1:Gi0/0` to `R2:Gi0/0`."""
        ends = []
        for end in (first, second):
            node, port = end.split(":")
            ends.append(self.routers[node].port(InterfaceName.parse(port)))
        made = Link(self.simulation, ends[0], ends[1], **options)
        self.links[f"{first.split(':', maxsplit=1)[0]}-{second.split(':', maxsplit=1)[0]}"] = made
        return made

    def boot(self) -> Network:
        for name, it in self.routers.items():
            it.console.subscribe(lambda line, name=name: self.log.append(f"{name} {line}"))
            it.boot()
        return self

    def wait(self, seconds: float) -> None:
        self.simulation.run_until(self.simulation.now + round(seconds * 1_000_000))

    def ping(
        self, source: str, destination: str, *, count: int = 5, size: int = 100, df: bool = False
    ) -> str:
        """The symbols of a ping, as IOS would print them."""
        return "".join(
            SYMBOLS[result.kind]
            for result in self.echoes(source, destination, count=count, size=size, df=df)
        )

    def echoes(
        self, source: str, destination: str, *, count: int = 5, size: int = 100, df: bool = False
    ) -> list[EchoResult]:
        results: list[EchoResult] = []
        sender = self.routers[source]

        def send(sequence: int) -> None:
            request = EchoRequest(IPv4Address(destination), 7, sequence, size, dont_fragment=df)
            sender.send_echo(request, took)

        def took(result: EchoResult) -> None:
            results.append(result)
            if len(results) < count:
                send(len(results))

        send(0)
        assert self.simulation.run_while(lambda: len(results) < count)
        return results

    def trace(self, source: str, destination: str, hops: int) -> list[list[TraceResult]]:
        """Three probes for each TTL up to `hops`."""
        rows: list[list[TraceResult]] = []
        port = 33_434
        for ttl in range(1, hops + 1):
            row: list[TraceResult] = []
            for _ in range(3):
                before = len(row)
                probe = TraceProbe(IPv4Address(destination), ttl, port)
                self.routers[source].send_trace_probe(probe, row.append)
                self.simulation.run_while(lambda row=row, before=before: len(row) == before)
                port += 1
            rows.append(row)
        return rows


def tunnel_to(made: RouterConfig, source: str, destination: str) -> TunnelConfig:
    """Give Tunnel0 of a configuration its ends."""
    name = InterfaceName.parse("Tunnel0")
    settings = TunnelConfig(
        source=InterfaceName.parse(source), destination=IPv4Address(destination)
    )
    made.interfaces[name].tunnel = settings
    return settings


def site_to_site() -> tuple[RouterConfig, ...]:
    """R4 - R1 - R2 - R3 - R5, with a GRE tunnel between the loopbacks of R1 and R3."""
    first = config(
        "R1",
        {
            "Gi0/0": "100.12.0.1/24",
            "Gi0/1": "192.168.1.1/24",
            "Lo0": "100.1.1.1/32",
            "Tunnel0": "10.1.3.1/24",
        },
        {"0.0.0.0/0": "100.12.0.2", "172.16.2.0/24": "10.1.3.3"},
    )
    middle = config(
        "R2",
        {"Gi0/0": "100.12.0.2/24", "Gi0/1": "100.23.0.2/24"},
        {"100.1.1.1/32": "100.12.0.1", "100.3.3.3/32": "100.23.0.3"},
    )
    third = config(
        "R3",
        {
            "Gi0/0": "100.23.0.3/24",
            "Gi0/1": "172.16.2.3/24",
            "Lo0": "100.3.3.3/32",
            "Tunnel0": "10.1.3.3/24",
        },
        {"0.0.0.0/0": "100.23.0.2", "192.168.1.0/24": "10.1.3.1"},
    )
    fourth = config("R4", {"Gi0/0": "192.168.1.4/24"}, {"0.0.0.0/0": "192.168.1.1"})
    fifth = config("R5", {"Gi0/0": "172.16.2.5/24"}, {"0.0.0.0/0": "172.16.2.3"})
    tunnel_to(first, "Lo0", "100.3.3.3")
    tunnel_to(third, "Lo0", "100.1.1.1")
    return first, middle, third, fourth, fifth


def wire_site_to_site(network: Network) -> Network:
    network.link("R4:Gi0/0", "R1:Gi0/1")
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.link("R2:Gi0/1", "R3:Gi0/0")
    network.link("R3:Gi0/1", "R5:Gi0/0")
    return network
