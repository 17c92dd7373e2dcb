"""Which routing processes a router runs, and what of its table concerns them.

Each protocol's adapter is imported when the configuration first asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router
    from ioscli.router.routing_process import RoutingProcess
    from ioscli.router.vrf import Vrf


class Routing:
    """The routing processes of one router."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._simulation = router.simulation
        self._moved: set[str] = set()
        self.processes: dict[tuple[RouteSource, str], RoutingProcess] = {}

    def reconfigure(self) -> None:
        """Follow the configuration: processes made, changed and removed, interfaces up or down."""
        wanted = {}
        for source, name, make in self._configured():
            wanted[source, name] = make
        for key in [key for key in self.processes if key not in wanted]:
            self.processes.pop(key).close()
        for key, make in wanted.items():
            if key not in self.processes:
                self.processes[key] = make(self._router, key[1])
            self.processes[key].configure()
            self.processes[key].routes_changed()

    def _configured(
        self,
    ) -> Iterable[tuple[RouteSource, str, Callable[[Router, str], RoutingProcess]]]:
        """The processes of the configuration, with what makes each."""
        return ()

    def stop(self) -> None:
        """The router goes off without a word."""
        for process in self.processes.values():
            process.stop()
        self.processes.clear()

    def of_source(self, source: RouteSource) -> list[RoutingProcess]:
        """The processes of one protocol."""
        return [process for (kind, _), process in self.processes.items() if kind is source]

    def moved(self, vrf: Vrf) -> None:
        """A process changed a table: packets go new ways at once, the rest follows shortly."""
        vrf.forwarding.flush()
        if not self._moved:
            self._simulation.post(0, self._settle, None)
        self._moved.add(vrf.name)

    def _settle(self, _: object) -> None:
        moved, self._moved = self._moved, set()
        self._router.routes_changed(moved)
        for process in self.processes.values():
            if process.vrf.name in moved:
                process.routes_changed()

    # -- packets -----------------------------------------------------------------------------------

    def listen(self, vrf: Vrf, protocol: int) -> None:
        """Have the packets of an IP protocol in a table handed to the process that takes them."""

        def receive(packet: bytes, interface: Interface) -> None:
            for process in self.processes.values():
                if process.protocol == protocol and process.takes(interface):
                    process.packet(packet, interface)
                    return

        vrf.forwarding.protocols[protocol] = receive

    # -- redistribution ----------------------------------------------------------------------------

    def covered(self, source: RouteSource, name: str) -> Collection[InterfaceName]:
        """The interfaces on which a process runs."""
        process = self.processes.get((source, name))
        return () if process is None else process.covered()
