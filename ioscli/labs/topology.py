"""A lab come to life: the simulation, its nodes, and the links between them."""

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from ioscli.cli.configuration import LineKind
from ioscli.cli.vty_port import VtyPort
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
from ioscli.router.filesystem import STARTUP, Backing, StoredFile
from ioscli.router.router import Router

if TYPE_CHECKING:
    from pathlib import Path

    from ioscli.cli.matcher import Grammar
    from ioscli.hosts.linux.host import LinuxHost
    from ioscli.router.filesystem import Files


class NodeFiles(Backing, Protocol):
    """What one router finds in its NVRAM and flash when it boots, and what keeps its files."""

    @property
    def erased(self) -> bool:
        """Whether the startup-config was erased, and none was saved since."""

    @property
    def ignores_startup_config(self) -> bool:
        """Whether the configuration register says to boot without the startup-config."""

    def startup_config(self) -> "tuple[Path, str] | None":
        """The startup-config, and the file it is from; None: that of the lab."""

    def load(self, files: "Files") -> None:
        """Put what is kept in its place."""


class KeptFiles(Protocol):
    """The files of a lab's routers, where those of lab.yaml are not all there is."""

    def node(self, name: str, /) -> NodeFiles:
        """Those of one router."""


class Topology:
    """The nodes and links of a lab, wired and configured but not booted yet.

    Raises InputError where a startup configuration holds a line that IOS would reject.
    """

    def __init__(
        self, lab: Lab, grammar: "Grammar", seed: int = 0, store: KeptFiles | None = None
    ) -> None:
        self.lab = lab
        self._grammar = grammar
        self._store = store
        self.simulation = Simulation(seed)
        self.routers: dict[str, Router] = {}
        self.switches: dict[str, Switch] = {}
        self.hosts: dict[str, LinuxHost] = {}
        self.stored: list[Verdict] = []
        """Lines of startup configurations that are kept and act on nothing."""
        self.restored: list[str] = []
        """Nodes whose startup-config was saved in an earlier run."""
        self.erased: list[str] = []
        """Nodes whose startup-config was erased in an earlier run."""
        self.left_out: list[Verdict] = []
        """Lines of such a startup-config that this IOS refuses: a router boots without them."""
        self.links: dict[tuple[Endpoint, Endpoint], Link] = {}
        for spec in lab.nodes.values():
            if spec.kind is NodeKind.ROUTER:
                self.routers[spec.name] = self._router(spec, grammar)
            elif spec.kind is NodeKind.SWITCH:
                self.switches[spec.name] = Switch(self.simulation, spec.name)
            else:
                self.hosts[spec.name] = self._host(spec)
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

    @property
    def nodes(self) -> "dict[str, Router | LinuxHost]":
        """What has a console, in the lab's order."""
        found: dict[str, Router | LinuxHost] = {**self.routers, **self.hosts}
        return {name: found[name] for name in self.lab.nodes if name in found}

    def boot(self) -> None:
        """Boot every node, and run the warm-up at full speed.

        Raises InputError where a startup line of a Linux host fails.
        """
        self.start()
        self.simulation.run_until(Instant(self.lab.warm_up))

    def start(self) -> None:
        """Boot every node. Raises InputError where a startup line of a Linux host fails."""
        for router in self.routers.values():
            router.boot()
        for name, host in self.hosts.items():
            host.boot()
            if host.complaints:
                file = self.lab.nodes[name].startup_config
                raise InputError(f"{name}: {''.join(host.complaints).strip()}", file=file)

    def reload(self, node: str) -> None:
        """Reload a router as if somebody at its console had asked for it."""
        from ioscli.cli.boot import boot_config

        router = self.routers[node]
        router.reloads.start(lambda: boot_config(self._grammar, router), "console")

    def find_link(self, text: str) -> Link:
        """The link called `R1-R2` (its nodes) or `R1:Gi0/0` (one of its ends).

        Raises InputError where there is none, or several.
        """
        found = {ends: link for ends, link in self.links.items() if is_called(ends, text)}
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
        if self._store is not None:
            kept = self._store.node(spec.name)
            if kept.erased:
                self.erased.append(spec.name)
            if kept.erased or kept.ignores_startup_config:
                lost = None if kept.erased else text
                return self._unconfigured(spec.name, [*cabled, *named], lost)
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
        if self._store.node(node).ignores_startup_config:
            return self._unconfigured(node, ports, text)
        config, verdicts = load_startup(grammar, node, file, text, ports)
        self.left_out += of_kind(verdicts, LineKind.REJECTED)
        self.restored.append(node)
        return self._with_files(Router(self.simulation, node, ports, config), text)

    def _unconfigured(
        self, node: str, hardware: list[InterfaceName], startup: str | None
    ) -> Router:
        """A router that an earlier run left to boot without its startup-config.

        It was erased (`write erase`), or the configuration register says so (0x2142).
        """
        from ioscli.cli.boot import UNNAMED
        from ioscli.model.config import new_router_config

        ports = list(dict.fromkeys(hardware))
        config = new_router_config(UNNAMED, ports)
        return self._with_files(Router(self.simulation, node, ports, config), startup)

    def _with_files(self, router: Router, text: str | None) -> Router:
        """Give a router its vty lines and its files.

        These are those of earlier runs, and the configuration it starts with.
        """
        VtyPort(router, self._grammar)
        files = router.files
        if text is not None:
            files.place(STARTUP, StoredFile(text.encode(), None))
        if self._store is not None:
            node = self._store.node(router.name)
            node.load(files)
            files.keep_in(node)
            router.read_nvram()
        return router

    def _host(self, spec: NodeSpec) -> "LinuxHost":
        from ioscli.hosts.linux.host import LinuxHost

        ports = [
            str(end.port) for link in self.lab.links for end in link.ends if end.node == spec.name
        ]
        file = spec.startup_config
        lines = () if file is None else read_config(file).splitlines()
        return LinuxHost(self.simulation, spec.name, ports, startup=lines)

    def _cabled(self, node: str) -> Iterator[InterfaceName]:
        for link in self.lab.links:
            for end in link.ends:
                if end.node == node and isinstance(end.port, InterfaceName):
                    yield end.port

    def _port(self, end: Endpoint) -> Port:
        router = self.routers.get(end.node)
        host = self.hosts.get(end.node)
        if host is not None:
            return host.port(str(end.port))
        if router is None:
            return self.switches[end.node].add_port(str(end.port))
        assert isinstance(end.port, InterfaceName)
        return router.port(end.port)


def is_called(ends: tuple[Endpoint, Endpoint], text: str) -> bool:
    """Whether a link with these ends goes by a name: `R1-R2`, or `R1:Gi0/0`."""
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
