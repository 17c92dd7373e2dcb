"""A lab come to life: the simulation, its routers and switches, and the links between them."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ioscli.cli.configuration import LineKind
from ioscli.engine.link import Link, Port
from ioscli.engine.simulation import Simulation
from ioscli.hosts.switch import Switch
from ioscli.labs.errors import InputError, quoted, suggestion
from ioscli.labs.labfile import Endpoint, Lab, NodeKind, NodeSpec
from ioscli.labs.startup import (
    Verdict,
    load_startup,
    named_hardware,
    of_kind,
    read_config,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant
from ioscli.router.router import Router

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar


class Topology:
    """The nodes and links of a lab, wired and configured but not booted yet.

    Raises InputError where a startup configuration holds a line that IOS would reject.
    """

    def __init__(self, lab: Lab, grammar: "Grammar", seed: int = 0) -> None:
        self.lab = lab
        self.simulation = Simulation(seed)
        self.routers: dict[str, Router] = {}
        self.switches: dict[str, Switch] = {}
        self.stored: list[Verdict] = []
        """Lines of startup configurations that are kept and act on nothing."""
        self.links: dict[tuple[Endpoint, Endpoint], Link] = {}
        for spec in lab.nodes.values():
            if spec.kind is NodeKind.ROUTER:
                self.routers[spec.name] = self._router(spec, grammar)
            else:
                self.switches[spec.name] = Switch(self.simulation, spec.name)
        for link in lab.links:
            first, second = link.ends
            self.links[link.ends] = Link(
                self.simulation,
                self._port(first),
                self._port(second),
                delay=link.delay,
                bandwidth=link.bandwidth,
                mtu=link.mtu,
                loss=link.loss,
            )

    def boot(self) -> None:
        """Boot every router, and run the warm-up at full speed."""
        for router in self.routers.values():
            router.boot()
        self.simulation.run_until(Instant(self.lab.warm_up))

    def find_link(self, text: str) -> Link:
        """The link called `R1-R2` (its nodes) or `R1:Gi0/0` (one of its ends).

        Raises InputError where there is none, or several.
        """
        found = {ends: link for ends, link in self.links.items() if _is_called(ends, text)}
        if len(found) == 1:
            return next(iter(found.values()))
        if not found:
            known = [f"{first.node}-{second.node}" for first, second in self.links]
            raise InputError(f"there is no link {quoted(text)}{suggestion(text, known)}")
        ends = ", ".join(str(first) for first, _ in found)
        raise InputError(f"{quoted(text)} means several links; name an end: {ends}")

    def is_serial(self, link: Link) -> bool:
        """Whether a link is a serial cable (its frames are HDLC, not Ethernet)."""
        ends = next(ends for ends, other in self.links.items() if other is link)
        return all(
            isinstance(end.port, InterfaceName) and end.port.kind == "Serial" for end in ends
        )

    def _router(self, spec: NodeSpec, grammar: "Grammar") -> Router:
        cabled = self._cabled(spec.name)
        file = spec.startup_config
        if file is None:
            return Router(self.simulation, spec.name, list(cabled))
        text = read_config(file)
        hardware = list(dict.fromkeys([*cabled, *named_hardware(text)]))
        config, found = load_startup(grammar, spec.name, file, text, hardware)
        for verdict in of_kind(found, LineKind.REJECTED):
            raise InputError(verdict.reason, file=file, line=verdict.number)
        self.stored += of_kind(found, LineKind.STORED)
        return Router(self.simulation, spec.name, hardware, config)

    def _cabled(self, node: str) -> Iterator[InterfaceName]:
        for link in self.lab.links:
            for end in link.ends:
                if end.node == node and isinstance(end.port, InterfaceName):
                    yield end.port

    def _port(self, end: Endpoint) -> Port:
        router = self.routers.get(end.node)
        if router is None:
            return self.switches[end.node].add_port(str(end.port))
        assert isinstance(end.port, InterfaceName)
        return router.port(end.port)


def _is_called(ends: tuple[Endpoint, Endpoint], text: str) -> bool:
    first, second = ends
    if text in (f"{first.node}-{second.node}", f"{second.node}-{first.node}"):
        return True
    node, colon, port = text.partition(":")
    if not colon:
        return False
    names: list[InterfaceName | str] = [port]
    with suppress(ValueError):
        names.append(InterfaceName.parse(port))
    return any(end.node == node and end.port in names for end in ends)
