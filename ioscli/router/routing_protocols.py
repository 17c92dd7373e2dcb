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
    from ioscli.router.routing_process import IpRoutingProcess, RoutingProcess
    from ioscli.router.vrf import Vrf


class Routing:
    """The routing processes of one router."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._simulation = router.simulation
        self._moved: set[str] = set()
        self.processes: dict[tuple[RouteSource, str], RoutingProcess] = {}
        self._takers: dict[int, list[IpRoutingProcess]] = {}
        """By IP protocol the processes that may take its packets, in the order of `processes`."""
        self._debugged: dict[RouteSource, set[str]] = {}

    def reconfigure(self) -> None:
        """Follow the configuration: processes made, changed and removed, interfaces up or down."""
        wanted = {}
        for source, name, make in self._configured():
            wanted[source, name] = make
        for key in [key for key in self.processes if key not in wanted]:
            process = self.processes.pop(key)
            for takers in self._takers.values():
                takers[:] = [taker for taker in takers if taker is not process]
            process.close()
        for key, make in wanted.items():
            if key not in self.processes:
                self.processes[key] = make(self._router, key[1])
            self.processes[key].policy_changed()
            self.processes[key].configure()
            self.processes[key].routes_changed()

    def _configured(
        self,
    ) -> Iterable[tuple[RouteSource, str, Callable[[Router, str], RoutingProcess]]]:
        """The processes of the configuration, with what makes each."""
        for name in self._router.config.ospf:
            yield RouteSource.OSPF, name, _ospf
        for routers in self._router.config.eigrp.values():
            for vrf, number in routers.families:
                yield RouteSource.EIGRP, f"{number} {vrf}".rstrip(), _eigrp
        bgp = self._router.config.bgp
        if bgp is not None:
            for vrf in ("", *bgp.vrfs):
                yield RouteSource.BGP, f"{bgp.number} {vrf}".rstrip(), _bgp

        for name in self._router.config.rip:
            yield RouteSource.RIP, name, _rip

    def stop(self) -> None:
        """The router goes off without a word."""
        for process in self.processes.values():
            process.stop()
        self.processes.clear()
        for takers in self._takers.values():
            takers.clear()

    def of_source(self, source: RouteSource) -> list[RoutingProcess]:
        """The processes of one protocol."""
        return [process for (kind, _), process in self.processes.items() if kind is source]

    def tables(self) -> Iterable[Vrf]:
        """Every routing table, the global one first."""
        return tuple(self._router.vrfs.values())

    def debugged(self, source: RouteSource) -> set[str]:
        """The topics of a protocol that are debugged: one set, which all its machines look at."""
        return self._debugged.setdefault(source, set())

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

    def listen(self, process: IpRoutingProcess) -> None:
        """Have the packets of an IP protocol in a table handed to the process that takes them."""
        takers = self._takers.setdefault(process.protocol, [])
        takers.append(process)

        def receive(packet: bytes, interface: Interface) -> None:
            for taker in takers:
                if taker.takes(interface):
                    taker.packet(packet, interface)
                    return

        process.vrf.forwarding.protocols[process.protocol] = receive

    # -- redistribution ----------------------------------------------------------------------------

    def covered(self, source: RouteSource, name: str) -> Collection[InterfaceName]:
        """The interfaces on which a process runs."""
        process = self.processes.get((source, name))
        return () if process is None else process.covered()


def _ospf(router: Router, name: str) -> RoutingProcess:
    from ioscli.router.ospf import OspfProcess

    return OspfProcess(router, name)


def _eigrp(router: Router, name: str) -> RoutingProcess:
    from ioscli.router.eigrp import EigrpProcess

    number, _, vrf = name.partition(" ")
    return EigrpProcess(router, vrf, int(number))


def _bgp(router: Router, name: str) -> RoutingProcess:
    from ioscli.router.bgp import BgpProcess

    return BgpProcess(router, name.partition(" ")[2])


def _rip(router: Router, vrf: str) -> RoutingProcess:
    from ioscli.router.rip import RipProcess

    return RipProcess(router, vrf)
