"""Connected, local and static routes: what interfaces and `ip route` lines put into the RIB."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from ioscli.engine.simulation import Simulation
from ioscli.model.config import RouterConfig, StaticRoute
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant
from ioscli.model.rib import Path, Rib, Route, RouteSource
from ioscli.router.interfaces import Interface

_PASSES = 10
"""Static routes may lean on one another; a set that has not settled by then is a loop."""


class RouteInstaller:
    """Keeps the RIB's connected, local and static routes as interfaces and configuration say."""

    __slots__ = ("_config", "_interfaces", "_offered", "_rib", "_simulation", "_vrf")

    def __init__(
        self,
        simulation: Simulation,
        rib: Rib,
        interfaces: dict[InterfaceName, Interface],
        config: RouterConfig,
        vrf: str = "",
    ) -> None:
        self._vrf = vrf
        self._simulation = simulation
        self._rib = rib
        self._interfaces = interfaces
        self._config = config
        self._offered: dict[RouteSource, dict[IPv4Network, Route]] = {
            RouteSource.CONNECTED: {},
            RouteSource.LOCAL: {},
            RouteSource.STATIC: {},
        }

    def update(self) -> None:
        """Bring the RIB up to date."""
        now = self._simulation.now
        connected: dict[IPv4Network, Route] = {}
        local: dict[IPv4Network, Route] = {}
        for interface in self._interfaces.values():
            if interface.protocol_up and interface.vrf == self._vrf:
                _connected_routes(interface, connected, local)
        self._replace(RouteSource.CONNECTED, connected, now)
        self._replace(RouteSource.LOCAL, local, now)
        self.update_static()

    def update_static(self) -> None:
        """Look again which `ip route` lines are usable: other routes came or went."""
        now = self._simulation.now
        for _ in range(_PASSES):
            before = self._rib.version
            self._replace(RouteSource.STATIC, self._static_routes(), now)
            if self._rib.version == before:
                return

    def _replace(self, source: RouteSource, wanted: dict[IPv4Network, Route], now: Instant) -> None:
        offered = self._offered[source]
        for prefix in [prefix for prefix in offered if prefix not in wanted]:
            del offered[prefix]
            self._rib.remove(prefix, source, now)
        for prefix, route in wanted.items():
            if offered.get(prefix) != route:
                offered[prefix] = route
                self._rib.add(route, now)

    def _static_routes(self) -> dict[IPv4Network, Route]:
        """The usable lines, per prefix those of the lowest distance (a floating route waits)."""
        usable: dict[IPv4Network, list[StaticRoute]] = {}
        for line in self._config.static_routes:
            if line.vrf == self._vrf and (line.permanent or self._usable(line)):
                usable.setdefault(line.prefix, []).append(line)
        return {prefix: _merge(prefix, lines) for prefix, lines in usable.items()}

    def _usable(self, line: StaticRoute) -> bool:
        if line.interface is not None:
            interface = self._interfaces.get(line.interface)
            return interface is not None and interface.protocol_up
        assert line.next_hop is not None
        return self._reaches(line.next_hop, line.prefix)

    def _reaches(self, next_hop: IPv4Address, prefix: IPv4Network) -> bool:
        """Whether a next hop resolves, and not through the very route that asks."""
        route = self._rib.lookup(int(next_hop))
        if route is None:
            return False
        if route.source is RouteSource.STATIC and route.prefix == prefix:
            return False
        return next_hop not in (path.next_hop for path in route.paths)


def _connected_routes(
    interface: Interface,
    connected: dict[IPv4Network, Route],
    local: dict[IPv4Network, Route],
) -> None:
    """IOS adds a local /32 beside each connected network, but for networks that are a /32."""
    path = (Path(None, interface.name),)
    primary = interface.config.address
    addresses = [*([primary] if primary else []), *interface.config.secondary_addresses]
    for address in addresses:
        network = address.network
        connected.setdefault(network, Route(network, RouteSource.CONNECTED, 0, 0, path))
        if network.prefixlen < 32:
            host = IPv4Network((int(address.ip), 32))
            local[host] = Route(host, RouteSource.LOCAL, 0, 0, path)


def _merge(prefix: IPv4Network, lines: Iterable[StaticRoute]) -> Route:
    lines = list(lines)
    distance = min(line.distance for line in lines)
    best = [line for line in lines if line.distance == distance]
    paths = tuple(Path(line.next_hop, line.interface) for line in best)
    return Route(prefix, RouteSource.STATIC, distance, 0, paths, tag=best[0].tag or 0)
