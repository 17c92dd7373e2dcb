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
from ioscli.router.filesystem import STARTUP, StoredFile
from ioscli.router.router import Router

if TYPE_CHECKING:
    from ioscli.cli.matcher import Grammar
    from ioscli.labs.store import LabStore


class Topology:
    """The nodes and links of a lab, wired and configured but not booted yet.

    Raises InputError where a startup configuration holds a line that IOS would reject.
    """

    def __init__(
        self, lab: Lab, grammar: "Grammar", seed: int = 0, store: "LabStore | None" = None
    ) -> None:
        self.lab = lab
        self._grammar = grammar
        self._store = store
        self.simulation = Simulation(seed)
        self.routers: dict[str, Router] = {}
        self.switches: dict[str, Switch] = {}
        self.stored: list[Verdict] = []
        """Lines of startup configurations that are kept and act on nothing."""
        self.restored: list[str] = []
        """Nodes whose startup-config was saved in an earlier run."""
        self.erased: list[str] = []
        """Nodes whose startup-config was erased in an earlier run."""
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

    def reload(self, node: str) -> None:
        """Reload a router as if somebody at its console had asked for it."""
        from ioscli.cli.boot import boot_config

        router = self.routers[node]
        router.reloads.start(lambda: boot_config(self._grammar, router), "console")

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
        cabled = list(self._cabled(spec.name))
        file = spec.startup_config
        text = None if file is None else read_config(file)
        named = [] if text is None else named_hardware(text)
        saved = self._saved(spec.name, [*cabled, *named], grammar)
        if saved is not None:
            return saved
        if self._store is not None and self._store.node(spec.name).erased:
            return self._unconfigured(spec.name, [*cabled, *named])
        if file is None or text is None:
            router = Router(self.simulation, spec.name, cabled)
            return self._with_files(router, None)
        hardware = list(dict.fromkeys([*cabled, *named]))
        config, found = load_startup(grammar, spec.name, file, text, hardware)
        for verdict in of_kind(found, LineKind.REJECTED):
            raise InputError(verdict.reason, file=file, line=verdict.number)
        self.stored += of_kind(found, LineKind.STORED)
        return self._with_files(Router(self.simulation, spec.name, hardware, config), text)

    def _saved(self, node: str, hardware: list[InterfaceName], grammar: "Grammar") -> Router | None:
        """The router as an earlier run saved it; None where it saved no startup-config.

        Lines that this release does not take are left out, as by an IOS that was upgraded.
        """
        if self._store is None:
            return None
        found = self._store.node(node).startup_config()
        if found is None:
            return None
        file, text = found
        ports = list(dict.fromkeys([*hardware, *named_hardware(text)]))
        config, _ = load_startup(grammar, node, file, text, ports)
        self.restored.append(node)
        return self._with_files(Router(self.simulation, node, ports, config), text)

    def _unconfigured(self, node: str, hardware: list[InterfaceName]) -> Router:
        """A router that an earlier run left without a startup-config (`write erase`)."""
        from ioscli.cli.boot import UNNAMED
        from ioscli.model.config import new_router_config

        self.erased.append(node)
        ports = list(dict.fromkeys(hardware))
        config = new_router_config(UNNAMED, ports)
        return self._with_files(Router(self.simulation, node, ports, config), None)

    def _with_files(self, router: Router, text: str | None) -> Router:
        """Give a router its files: those of earlier runs, and the configuration it starts with."""
        files = router.files
        if text is not None:
            files.place(STARTUP, StoredFile(text.encode(), None))
        if self._store is not None:
            node = self._store.node(router.name)
            node.load(files)
            files.keep_in(node)
        return router

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
