"""A fake router and a session at it, for tests of the command line alone."""

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from pathlib import Path
from typing import Any

from ioscli.cli.matcher import Grammar
from ioscli.cli.session import Session
from ioscli.engine.simulation import Simulation
from ioscli.model.changes import ConfigChange
from ioscli.model.config import InterfaceConfig, new_router_config
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration
from ioscli.router.clock import Clock
from ioscli.router.config_history import ConfigHistory
from ioscli.router.exec_lines import ExecLines
from ioscli.router.filesystem import Files
from ioscli.router.keys import KeyRing
from ioscli.router.probes import EchoRequest, EchoResult, TraceProbe, TraceResult
from ioscli.router.reload import Reloads
from ioscli.router.router import Router
from ioscli.router.syslog import ConsoleLog
from ioscli.router.views import ArpView, Counters, InterfaceView, RouteNotes, RouteView

#: Screens that end lines with blanks, which IOS does and editors undo.
SCREENS = Path(__file__).with_name("screens")

HARDWARE = (InterfaceName.parse("Gi0/0"), InterfaceName.parse("Gi0/1"))


def interface_view(name: str, **changes: Any) -> InterfaceView:
    """An interface that is up and has seen nothing."""
    values: dict[str, Any] = {
        "name": InterfaceName.parse(name),
        "description": None,
        "shutdown": False,
        "up": True,
        "protocol_up": True,
        "address": None,
        "address_method": "unset",
        "mac": bytes.fromhex("0c72beb00100") if name.startswith("Gi") else None,
        "mtu": 1500,
        "ip_mtu": 1500,
        "bandwidth": 1_000_000,
        "delay": 10,
        "last_input": None,
        "last_output": None,
        "counters": Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        "counters_cleared": None,
        "input_rate": (0, 0),
        "output_rate": (0, 0),
        "tunnel": None,
        "vlan": None,
    }
    return InterfaceView(**(values | changes))


class FakeRouter:
    """As much of a router as EXEC commands touch.

    outcomes: what becomes of each probe in turn, with the simulated time it takes; when they run
    out every further probe is never answered at all.
    """

    def __init__(self, outcomes: Iterable[EchoResult | TraceResult] = ()) -> None:
        self.simulation = Simulation()
        self.name = "R1"
        self.hardware = HARDWARE
        self.config = new_router_config("R1", HARDWARE)
        self.console = ConsoleLog(
            self.simulation, self.config.logging, Clock(self.simulation, self.config.clock)
        )
        self.clock = self.console.clock
        self.files = Files(self.clock.utc)
        self.keys = KeyRing()
        self.config_register = 0
        self.reloads = Reloads(
            self.simulation, self.clock, self.log, lambda: None, lambda config: None
        )
        self.uptime = Duration(0)
        self.exec_lines = ExecLines()
        self.config_history = ConfigHistory(self.clock)
        self.applied: list[ConfigChange] = []
        self.cleared: list[object] = []
        self.probes: list[Any] = []
        self.cancelled = 0
        self.interfaces = [
            interface_view("Gi0/0", address=IPv4Interface("10.0.0.1/24")),
            interface_view("Gi0/1", up=False, protocol_up=False),
        ]
        self.routes: list[RouteView] = []
        self._outcomes = iter(outcomes)

    @property
    def hostname(self) -> str:
        return self.config.hostname

    def apply(self, changes: Iterable[ConfigChange]) -> None:
        self.applied += changes

    def log(self, facility: str, severity: int, mnemonic: str, text: str) -> None:
        self.console.log(facility, severity, mnemonic, text)

    def interface_views(self) -> list[InterfaceView]:
        return self.interfaces

    def route_views(self) -> list[RouteView]:
        return self.routes

    def route_notes(self, prefix: IPv4Network, table: str) -> RouteNotes:
        return RouteNotes()

    def arp_views(self) -> list[ArpView]:
        return []

    def clear_counters(self, name: object) -> None:
        self.cleared.append(name)

    def send_echo(
        self, request: EchoRequest, on_result: Callable[[EchoResult], None]
    ) -> Callable[[], object]:
        return self._send(request, on_result)

    def send_trace_probe(
        self, probe: TraceProbe, on_result: Callable[[TraceResult], None]
    ) -> Callable[[], object]:
        return self._send(probe, on_result)

    def _send(self, probe: Any, on_result: Callable[[Any], None]) -> Callable[[], object]:
        self.probes.append(probe)
        result = next(self._outcomes, None)
        if result is not None:
            self.simulation.after(result.round_trip, lambda: on_result(result))

        def cancel() -> None:
            self.cancelled += 1

        return cancel


def real_router() -> Router:
    """A whole router, alone: for tests that type anything."""
    config = new_router_config("R1", HARDWARE)
    config.interfaces[HARDWARE[0]].address = IPv4Interface("10.0.0.1/24")
    router = Router(Simulation(1), "R1", HARDWARE, config)
    router.boot()
    return router


class Desk:
    """A session and the screen in front of it."""

    def __init__(
        self,
        grammar: Grammar,
        router: Any = None,
        *,
        privileged: bool = True,
        length: int = 0,
        line: int = 0,
    ) -> None:
        self.router = FakeRouter() if router is None else router
        self.screen = ""
        self.changes = 0
        self.session = Session(
            self.router,
            grammar,
            output=self.write,
            privileged=privileged,
            length=length,
            line=line,
            on_change=self._changed,
        )

    def write(self, text: str) -> None:
        self.screen += text

    def _changed(self) -> None:
        self.changes += 1

    def type(self, *lines: str) -> str:
        """Type lines, each when the router is ready for it; what they printed."""
        before = len(self.screen)
        for line in lines:
            self.session.feed(line)
            self.settle()
        return self.screen[before:]

    def transcript(self, *lines: str) -> str:
        """Type lines; the screen with prompts and questions and what was typed."""
        before = len(self.screen)
        for line in lines:
            asking = self.session.asking
            self.write(f"{self.session.prompt if asking is None else asking}{line}\n")
            self.session.feed(line)
            self.settle()
        return self.screen[before:]

    def settle(self) -> None:
        """Let simulated time pass until no command is under way."""
        self.router.simulation.run_while(lambda: self.session.busy)


def give_address(router: FakeRouter, name: str, address: str) -> IPv4Address:
    """Add an interface that is up and has an address."""
    interface = IPv4Interface(address)
    router.interfaces.append(interface_view(name, address=interface, mac=None))
    parsed = InterfaceName.parse(name)
    router.config.interfaces[parsed] = InterfaceConfig(parsed, address=interface)
    return interface.ip
