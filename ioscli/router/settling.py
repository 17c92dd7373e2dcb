"""What leans on one another in a router brought in line: addresses, routes, tunnels, SAs.

Routes move tunnels and tunnels move routes, until nothing moves any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ioscli.model.instant import MILLISECOND, Instant
from ioscli.router.ethernet import EthernetInterface, SubInterface
from ioscli.router.vrf import GLOBAL

if TYPE_CHECKING:
    from ioscli.engine.simulation import Timer
    from ioscli.model.config import StaticRoute
    from ioscli.router.interfaces import Interface
    from ioscli.router.ipsec.engine import CryptoEngine
    from ioscli.router.router import Router
    from ioscli.router.tunnel import TunnelInterface

_PASSES = 10
"""More turns than this is recursion."""
_SPACING = 50 * MILLISECOND
"""Between one settling that a tunnel asks for and the next. Our own choice: every settling looks
at every tunnel, and a path is lost, or found again, for hundreds of them."""


class Settling:
    """Looks again at what a change may have moved in one router."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self._waiting: Timer | None = None
        self._not_before = Instant(0)
        """When a tunnel may next have the router settle."""

    @property
    def _crypto(self) -> CryptoEngine | None:
        return self.router.running_crypto

    def reconverge(self) -> None:
        """Bring addresses, routes and tunnel states in line with one another."""
        for _ in range(_PASSES):
            self._sort_vlans()
            tunnels = self.router.tunnels()
            for table in self.router.vrfs.values():
                table.collect_addresses()
                table.routes.update()
                table.forwarding.flush()
                table.gre.learn([it for it in tunnels if it.transport is table.forwarding])
            moved: list[Interface] = [
                it for it in _subinterfaces(self.router) if self.router.lines.subinterface(it)
            ]
            moved += [
                tunnel
                for tunnel in tunnels
                if self.router.lines.tunnel(tunnel, tunnel.evaluate(secured=self._secured(tunnel)))
            ]
            if tunnels:
                self.router.recursion.check(tunnels)
            if not moved:
                break
        if self._crypto is not None:
            self._crypto.routes_changed()
        self.router.routing.reconfigure()
        self._evaluate_tracking()

    def soon(self) -> None:
        """A tunnel has it settle: keepalives lost or heard again, recursion found or to be tried.

        At this moment, with all that ask for it now, unless one had it settle just before.
        """
        if self._waiting is None:
            simulation = self.router.simulation
            delay = max(0, self._not_before - simulation.now)
            self._waiting = simulation.after(delay, self._settle_now)

    def _settle_now(self) -> None:
        self._waiting = None
        self._not_before = Instant(self.router.simulation.now + _SPACING)
        self.reconverge()

    def stop(self) -> None:
        """The router goes off."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def routes_changed(self, tables: Iterable[str]) -> None:
        """Routing protocols changed some tables: what leans on their routes looks again."""
        if self.router.tunnels():
            self.reconverge()
            return
        for name in tables:
            table = self.router.vrfs.get(name)
            if table is not None:  # it may have gone with the process that changed it
                table.routes.update_static()
                table.forwarding.flush()
        if self._crypto is not None:
            self._crypto.routes_changed()
        self._evaluate_tracking()

    def _evaluate_tracking(self) -> None:
        tracking = self.router.running_tracking
        if tracking is not None:
            tracking.evaluate()

    def _secured(self, tunnel: TunnelInterface) -> bool:
        return self._crypto is not None and self._crypto.secured(tunnel)

    def secured_changed(self, tunnel: TunnelInterface) -> None:
        """An SA of a tunnel came or went: its MTU, and a VTI's line protocol, follow.

        What does not lean on them is left alone: a hub has hundreds of tunnels.
        """
        left, ip_mtu = self.router.crypto.plaintext_mtu(tunnel), tunnel.ip_mtu
        if left != tunnel.mtu_left:
            tunnel.mtu_left = left
            tunnel.configured()
            for table in self.router.vrfs.values():
                table.forwarding.flush()
        up = tunnel.evaluate(secured=self._secured(tunnel)) and tunnel.up
        moved = tunnel.ip_mtu != ip_mtu
        if up != tunnel.protocol_up or (moved and self._carries_others(tunnel)):
            self.reconverge()
        elif moved:
            self.router.routing.reconfigure()

    def _carries_others(self, tunnel: TunnelInterface) -> bool:
        """Whether another tunnel, or protected traffic, leaves by a tunnel."""
        if self.router.crypto.leaves_by(tunnel):
            return True
        for other in self.router.tunnels():
            if other.protect is not None or other is tunnel:
                continue
            destination = other.settings.destination
            found = None if destination is None else other.transport.way_out(int(destination))
            if found is not None and found[0] is tunnel:
                return True
        return False

    def inject_routes(self, routes: Sequence[StaticRoute]) -> None:
        """Reverse route injection has other routes than before."""
        self.router.vrfs[GLOBAL].routes.injected = tuple(routes)
        self.reconverge()

    def _sort_vlans(self) -> None:
        """Tell every port which VLAN is whose."""
        for interface in self.router.interfaces.values():
            if isinstance(interface, EthernetInterface):
                interface.subinterfaces.clear()
        for it in _subinterfaces(self.router):
            if it.config.vlan is not None:
                it.parent.subinterfaces[0 if it.config.native_vlan else it.config.vlan] = it


def _subinterfaces(router: Router) -> list[SubInterface]:
    return [it for it in router.interfaces.values() if isinstance(it, SubInterface)]
