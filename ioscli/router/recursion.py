"""Recursive routing: tunnels whose destination is routed into themselves.

As on IOS 15.x: CEF complains at once (`%ADJ-5-PARENT`), some seconds later the tunnel is disabled
(`%TUN-5-RECURDOWN`, line protocol down, so that the routes through it go), and about a minute
later it is tried again. How known: captures of recursion that print both messages with their
times: 3.3 to 5.8 seconds between them, the line protocol back after 65.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random

from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND
from ioscli.router.syslog import ConsoleLog
from ioscli.router.tunnel import TunnelInterface

_SOONEST, _LATEST = 33 * SECOND // 10, 58 * SECOND // 10
"""Between the complaint and the tunnel's going down."""
HOLD_DOWN = 65 * SECOND
"""How long a tunnel stays disabled."""
_DEEPEST = 8
"""Tunnels within tunnels."""


class RecursionGuard:
    """Watches the tunnels of one router.

    `settle` is called when one is disabled or tried again; it may bring the router in line later.
    """

    def __init__(
        self,
        simulation: Simulation,
        console: ConsoleLog,
        name: str,
        settle: Callable[[], None],
    ) -> None:
        self._simulation = simulation
        self._console = console
        self._name = name
        self._settle = settle
        self._timers: dict[InterfaceName, Timer] = {}
        self._chance: Random | None = None
        """Made when a tunnel first loops: its state takes 2.5 KB."""

    def stop(self) -> None:
        """The router goes off."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def check(self, tunnels: Iterable[TunnelInterface]) -> None:
        """Routes changed: which tunnels lead into themselves now?"""
        for tunnel in tunnels:
            if tunnel.disabled:
                continue
            looped = tunnel.protocol_up and _leads_back(tunnel)
            if looped == tunnel.looped:
                continue
            tunnel.looped = looped
            if looped:
                self._begin(tunnel)
            else:
                self._timers.pop(tunnel.name).cancel()

    def _begin(self, tunnel: TunnelInterface) -> None:
        text = (
            f"Midchain parent maintenance for IP midchain out of {tunnel.name} "
            "- looped chain attempting to stack"
        )
        self._console.log("ADJ", 5, "PARENT", text)
        if self._chance is None:
            self._chance = self._simulation.random(f"{self._name} recursion")
        delay = self._chance.randint(_SOONEST, _LATEST)
        self._timers[tunnel.name] = self._simulation.after(delay, lambda: self._disable(tunnel))

    def _disable(self, tunnel: TunnelInterface) -> None:
        text = f"{tunnel.name} temporarily disabled due to recursive routing"
        self._console.log("TUN", 5, "RECURDOWN", text)
        tunnel.disabled = True  # and looped still: nothing goes out until the router has settled
        self._timers[tunnel.name] = self._simulation.after(HOLD_DOWN, lambda: self._retry(tunnel))
        self._settle()

    def _retry(self, tunnel: TunnelInterface) -> None:
        self._timers.pop(tunnel.name, None)
        tunnel.disabled = tunnel.looped = False
        self._settle()


def _leads_back(tunnel: TunnelInterface) -> bool:
    """Whether the outer packets of a tunnel would go out of the tunnel again."""
    inner = tunnel
    for _ in range(_DEEPEST):
        destination = inner.settings.destination
        if destination is None:
            return False
        ways = [way for way, _, _ in inner.transport.ways_out(int(destination))]
        if tunnel in ways:
            return True
        carrier = next((way for way in ways if isinstance(way, TunnelInterface)), None)
        if carrier is None:
            return False
        inner = carrier
    return True
