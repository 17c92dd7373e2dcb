"""A recorded network rebuilt: routers from configurations, wired by the subnets they share."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path

from ioscli.cli.configuration import LineKind
from ioscli.cli.matcher import load_grammar
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.hosts.switch import Switch
from ioscli.labs.startup import load_startup, named_hardware
from ioscli.model.config import InterfaceConfig, RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant, seconds
from ioscli.router.router import Router

from .record import Table, reference, tables


class LabNetwork:
    """The routers of one snapshot. refused: lines that the configuration did not take."""

    def __init__(self, snapshot: str) -> None:
        self.snapshot = snapshot
        self.simulation = Simulation(seed=1)
        self.routers: dict[str, Router] = {}
        self.refused: list[str] = []
        self.recorded = [table for table in tables() if table.snapshot == snapshot]
        for file in sorted((reference() / "configs" / "labval" / snapshot).glob("*.cfg")):
            self.routers[file.stem] = self._router(file)
        self._wire()

    def run(self, duration: int) -> None:
        """Boot all routers and let so many simulated seconds pass."""
        for router in self.routers.values():
            router.boot()
        self.simulation.run_until(Instant(seconds(duration)))

    def _router(self, file: Path) -> Router:
        text = file.read_text(encoding="utf-8", errors="replace")
        hardware = [it for it in named_hardware(text) if it.modelled]
        config, verdicts = load_startup(load_grammar(), file.stem, file, text, hardware)
        for verdict in verdicts:
            if verdict.result.kind is LineKind.REJECTED:
                self.refused.append(f"{file.name}: {verdict.text.strip()}")
        return Router(self.simulation, file.stem, hardware, config)

    # -- wires ---------------------------------------------------------------------------------

    def _wire(self) -> None:
        """One switch for each set of ports whose subnets meet; ports that were down stay loose."""
        segments: dict[IPv4Network, Switch] = {}
        for node, router in self.routers.items():
            for port in router.hardware:
                networks = _networks(router.config, port)
                if not networks or not self._was_up(node, networks):
                    continue
                switch = next((segments[it] for it in networks if it in segments), None)
                if switch is None:
                    switch = Switch(self.simulation, f"segment {networks[0]}")
                for network in networks:
                    segments.setdefault(network, switch)
                Link(self.simulation, router.port(port), switch.add_port(f"{node}:{port}"))

    def _was_up(self, node: str, networks: list[IPv4Network]) -> bool:
        """Whether the recording has any of a port's networks as connected."""
        own = [table for table in self.recorded if table.node == node]
        if not own:
            return True
        connected = {it.prefix for table in own for it in table.routes if it.code == "C"}
        return any(network in connected for network in networks)


def _networks(config: RouterConfig, port: InterfaceName) -> list[IPv4Network]:
    """The networks on a port and its sub-interfaces."""
    found = []
    for interface in config.interfaces.values():
        if port in (interface.name, interface.name.parent) and not interface.shutdown:
            found += [address.network for address in _addresses(interface)]
    return found


def _addresses(interface: InterfaceConfig) -> list[IPv4Interface]:
    primary = [] if interface.address is None else [interface.address]
    return [*primary, *interface.secondary_addresses]


@cache
def snapshots() -> tuple[str, ...]:
    """The snapshots that have configurations and recorded tables."""
    folder = reference() / "configs" / "labval"
    recorded = {table.snapshot for table in tables()}
    return tuple(sorted(it.name for it in folder.iterdir() if it.name in recorded))


def recorded_of(network: LabNetwork) -> list[Table]:
    """The recorded tables of routers that were rebuilt."""
    return [table for table in network.recorded if table.node in network.routers]
