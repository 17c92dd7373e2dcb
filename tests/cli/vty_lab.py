"""Routers and Linux hosts on one LAN, and people who type key by key at their terminals."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Interface

from ioscli.cli.operator_session import OperatorSession
from ioscli.cli.session import Session
from ioscli.cli.terminal_session import TerminalSession
from ioscli.cli.vty_port import VtyPort
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.hosts.linux.host import LinuxHost
from ioscli.hosts.linux.shell import Shell
from ioscli.hosts.switch import Switch
from ioscli.model.config import new_router_config
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from ioscli.router.router import Router

from .glass import Glass
from .typing_config import PORTS, grammar, loaded

#: A vty that lets anybody in.
OPEN = "line vty 0 4\n no login\n transport input telnet\n"


class Screen:
    """A terminal in front of a node: its keys and its glass."""

    def __init__(
        self,
        simulation: Simulation,
        make: Callable[[Callable[[str], None], Callable[[], None]], OperatorSession],
    ) -> None:
        self._simulation = simulation
        self.glass = Glass()
        self.terminal = TerminalSession(make, self.glass.draw)
        self.session = self.terminal.session
        self.terminal.start()

    def type(self, *lines: str, seconds: float = 1) -> list[str]:
        """Type lines, an instant for each; the rows that are new or have changed."""
        before = len(self.glass.rows) - 1
        for line in lines:
            self.terminal.feed(f"{line}\r".encode())
            self.wait(seconds)
        return self.glass.lines[before:]

    def press(self, keys: str, seconds: float = 1) -> list[str]:
        """Press keys; the rows that are new or have changed."""
        before = len(self.glass.rows) - 1
        for key in keys:
            self.terminal.feed(key.encode())
        self.wait(seconds)
        return self.glass.lines[before:]

    def wait(self, seconds: float) -> list[str]:
        """Let simulated time pass; the rows that are new or have changed."""
        before = len(self.glass.rows) - 1
        self._simulation.run_until(Instant(self._simulation.now + round(seconds * SECOND)))
        return self.glass.lines[before:]

    @property
    def line(self) -> str:
        """The row of the cursor."""
        return self.glass.line


class VtyLab:
    """R1 (10.0.0.1), R2 (10.0.0.2) and a Linux host (10.0.0.10) on one LAN, and their consoles."""

    def __init__(self, first: str = "", second: str = OPEN) -> None:
        self.simulation = Simulation(1)
        self.log: list[str] = []
        """System messages of both routers."""
        self.r1 = self._router("R1", "10.0.0.1/24", first)
        self.r2 = self._router("R2", "10.0.0.2/24", second)
        self.host = LinuxHost(
            self.simulation,
            "S1",
            ["eth0"],
            startup=["ifconfig eth0 10.0.0.10 netmask 255.255.255.0"],
        )
        switch = Switch(self.simulation, "LAN")
        ends = [
            self.r1.port(PORTS[0]),
            self.r2.port(PORTS[0]),
            self.host.port("eth0"),
        ]
        self.links = [
            Link(self.simulation, end, switch.add_port(f"e{number}"))
            for number, end in enumerate(ends)
        ]
        for node in (self.r1, self.r2, self.host):
            node.boot()
        self.simulation.run_until(Instant(5 * SECOND))

    def _router(self, name: str, address: str, text: str) -> Router:
        config = new_router_config(name, PORTS)
        config.interfaces[InterfaceName.parse("Gi0/0")].shutdown = False
        config.interfaces[InterfaceName.parse("Gi0/0")].address = IPv4Interface(address)
        for line in loaded(text, config):
            assert line.result.error is None, line
        router = Router(self.simulation, name, PORTS, config)
        VtyPort(router, grammar())
        router.console.subscribe(self.log.append)
        return router

    def wait(self, seconds: float) -> None:
        """Let simulated time pass."""
        self.simulation.run_until(Instant(self.simulation.now + round(seconds * SECOND)))

    def visitors(self, router: Router) -> list[int]:
        """The vty lines that somebody is on, from 1."""
        there = [it for it in router.reloads.listeners if isinstance(it, Session)]
        return [it.line for it in there if it.line]

    def console(self, router: Router) -> Screen:
        """A privileged session at a router's console."""
        return Screen(
            self.simulation,
            lambda output, changed: Session(
                router, grammar(), output=output, on_change=changed, privileged=True
            ),
        )

    def shell(self) -> Screen:
        """A terminal at the Linux host."""
        return Screen(
            self.simulation,
            lambda output, changed: Shell(self.host, output=output, on_change=changed),
        )
