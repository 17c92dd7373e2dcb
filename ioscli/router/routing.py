"""Connected, local and static routes: what interfaces and `ip route` lines put into the RIB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network

from ioscli.engine.simulation import Simulation
from ioscli.model.config import RouterConfig, StaticRoute
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant
from ioscli.model.rib import Path, Rib, Route, RouteSource
from ioscli.router.interfaces import Interface

_PASSES = 10
"""Static routes may lean on one another; a set that has not settled by then is a loop."""
_EVERYWHERE = IPv4Network("0.0.0.0/0")


class RouteInstaller:
    """Keeps the RIB's connected, local and static routes as interfaces and configuration say."""

    __slots__ = (
        "_config",
        "_interfaces",
        "_offered",
        "_rib",
        "_simulation",
        "_vrf",
        "elsewhere",
        "injected",
        "tracked_up",
        "translated",
    )

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
        self.injected: tuple[StaticRoute, ...] = ()
        """Static routes that nobody configured: reverse route injection of crypto maps."""
        self.translated: tuple[StaticRoute, ...] = ()
        """Those of NAT, to outside local addresses: `add-route`."""
        self.elsewhere: Rib | None = None
        """The global table, where next hops marked `global` are looked up."""
        self.tracked_up: Callable[[int], bool] = lambda _: True
        """Whether a tracked object is up."""
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
                break
        self._find_last_resort()

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
        if not self._config.ip_routing:
            return {}
        usable: dict[IPv4Network, list[tuple[StaticRoute, Path]]] = {}
        for line in (*self._config.static_routes, *self.injected, *self.translated):
            if line.vrf == self._vrf:
                path = self._path(line)
                if path is not None:
                    usable.setdefault(line.prefix, []).append((line, path))
        return {prefix: _merge(prefix, lines) for prefix, lines in usable.items()}

    def _path(self, line: StaticRoute) -> Path | None:
        """Where a line leads now; None: it is not usable."""
        path = Path(line.next_hop, line.interface)
        if line.track is not None and not self.tracked_up(line.track):
            return None
        if line.permanent:
            return path
        if line.interface is not None:
            interface = self._interfaces.get(line.interface)
            return path if interface is not None and interface.protocol_up else None
        assert line.next_hop is not None
        if line.global_next_hop:
            way = self._way_elsewhere(line.next_hop)
            return None if way is None else path._replace(interface=way)
        return path if self._reaches(line.next_hop, line.prefix) else None

    def _way_elsewhere(self, next_hop: IPv4Address) -> InterfaceName | None:
        """The interface of the global table that is attached to a next hop."""
        rib = self._rib if self.elsewhere is None else self.elsewhere
        route = rib.lookup(int(next_hop))
        return None if route is None else route.paths[0].interface

    def _reaches(self, next_hop: IPv4Address, prefix: IPv4Network) -> bool:
        """Whether a next hop resolves, and not through the very route that asks."""
        route = self._rib.lookup(int(next_hop))
        if route is None:
            return False
        if route.source is RouteSource.STATIC and route.prefix == prefix:
            return False
        return next_hop not in (path.next_hop for path in route.paths)

    # -- the gateway of last resort ------------------------------------------------------------

    def _find_last_resort(self) -> None:
        """`ip default-network`, or without `ip routing` the `ip default-gateway`."""
        rib = self._rib
        rib.last_resort, rib.candidates = None, frozenset()
        if self._vrf:
            return
        if not self._config.ip_routing:
            gateway = self._config.default_gateway
            if gateway is not None:
                path = (Path(gateway, None),)
                rib.last_resort = Route(_EVERYWHERE, RouteSource.STATIC, 1, 0, path)
            return
        entries = [
            entry.route
            for address in self._config.default_networks
            if (entry := rib.entry(_classful(address))) is not None
        ]
        rib.candidates = frozenset(route.prefix for route in entries)
        leading = [route for route in entries if route.source is not RouteSource.CONNECTED]
        if leading and rib.entry(_EVERYWHERE) is None:
            rib.last_resort = min(leading, key=lambda route: (route.distance, route.metric))


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


def _classful(address: IPv4Address) -> IPv4Network:
    """The network of an address's class (RFC 791), which `ip default-network` is about."""
    first = int(address) >> 24
    length = 8 if first < 128 else 16 if first < 192 else 24
    return IPv4Network((int(address), length), strict=False)


def _merge(prefix: IPv4Network, lines: Sequence[tuple[StaticRoute, Path]]) -> Route:
    distance = min(line.distance for line, _ in lines)
    best = [(line, path) for line, path in lines if line.distance == distance]
    paths = tuple(path for _, path in best)
    return Route(prefix, RouteSource.STATIC, distance, 0, paths, tag=best[0][0].tag or 0)
