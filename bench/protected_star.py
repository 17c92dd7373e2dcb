"""Networks of routers with protected tunnels: a hub and its spokes behind a provider's routers."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from bench import cold_start
from ioscli.engine.link import Link
from ioscli.model.config import (
    InterfaceConfig,
    RouterConfig,
    StaticRoute,
    TunnelConfig,
    new_router_config,
)
from ioscli.model.crypto import (
    EspCipher,
    EspIntegrity,
    EspTransform,
    IpsecProfile,
    Mode,
    TransformSet,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, seconds
from ioscli.model.isakmp import (
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpPolicy,
    PreSharedKey,
)
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult
from ioscli.router.router import Router

GROUP = 19
"""Of Diffie-Hellman, between hub and spokes."""
ON_A_PROVIDER = 125
"""Spokes."""
CORE_NET, LINK_NET, TUNNEL_NET = 0x64FE0000, 0x64000000, 0x0A000000
HUB = IPv4Address("100.255.0.1")
LOOPBACK = InterfaceName("Loopback", (0,))
ANYWHERE = IPv4Network("0.0.0.0/0")
DELAY = MILLISECOND
START_SPREAD = seconds(2)
PING_TIME = seconds(20)
PROFILE = "PROF"


class Star(cold_start.Routers):
    """A Tunnel interface of the hub for each spoke: GRE, protected or not.

    The hub's profile is `responder-only`: each tunnel is one main mode and one quick mode.
    """

    def __init__(self, spokes: int, *, protected: bool = True) -> None:
        super().__init__(START_SPREAD)
        self._protected = protected
        providers = -(-spokes // ON_A_PROVIDER)
        config = addressed("HUB", {n: CORE_NET + 4 * n + 1 for n in range(providers)})
        config.interfaces[LOOPBACK] = _interface(LOOPBACK, HUB, 32)
        for number in range(spokes):
            far = IPv4Address(LINK_NET + 4 * number + 2)
            tunnel(config, number, TUNNEL_NET + 4 * number + 1, LOOPBACK, far)
            config.static_routes.append(
                _route(LINK_NET + 4 * number, 30, CORE_NET + 4 * (number // ON_A_PROVIDER) + 2)
            )
        self.hub = self._add(config)
        if protected:
            config.ipsec.profiles[PROFILE].responder_only = True
        self.spokes: list[Router] = []
        for number in range(providers):
            first = number * ON_A_PROVIDER
            self._add_provider(number, range(first, min(spokes, first + ON_A_PROVIDER)))
        self.results: list[EchoResult] = []

    def _add_provider(self, number: int, mine: range) -> None:
        """A router of the provider, and the spokes behind it."""
        core = CORE_NET + 4 * number
        ports = {spoke - mine.start + 1: LINK_NET + 4 * spoke + 1 for spoke in mine}
        config = addressed(f"P{number}", {0: core + 2, **ports})
        config.static_routes.append(_route(int(HUB), 32, core + 1))
        provider = self._add(config, protected=False)
        self._link(self.hub, number, provider, 0)
        for port, address in ports.items():
            spoke = addressed(f"S{mine.start + port - 1}", {0: address + 1})
            spoke.static_routes.append(_route(0, 0, address))
            own = TUNNEL_NET + 4 * (mine.start + port - 1) + 2
            tunnel(spoke, 0, own, gigabit(0), HUB)
            self.spokes.append(self._add(spoke))
            self._link(provider, port, self.spokes[-1], 0)

    def _add(self, config: RouterConfig, *, protected: bool = True) -> Router:
        if protected and self._protected:
            protect(config, GROUP)
        hardware = [name for name in config.interfaces if not name.virtual]
        router = Router(self.simulation, config.hostname, hardware, config)
        self.routers.append(router)
        return router

    def _link(self, one: Router, port: int, other: Router, other_port: int) -> None:
        ends = one.port(gigabit(port)), other.port(gigabit(other_port))
        Link(self.simulation, *ends, delay=DELAY)

    def check(self) -> None:
        """Hold that every tunnel is up, with one pair of SAs at either end."""
        flows = self.hub.ipsec_views()
        if len(flows) != len(self.spokes) or not all(len(flow.outbound) == 1 for flow in flows):
            raise AssertionError("the hub has not one pair of SAs for each spoke")
        for spoke in self.spokes:
            (flow,) = spoke.ipsec_views()
            if len(flow.outbound) != 1 or len(spoke.isakmp_views()) != 1:
                raise AssertionError(f"{spoke.name} has not one SA of each kind")

    def ping(self, count: int) -> None:
        """Ping the hub's end of the tunnel from each spoke, all spokes at the same time."""
        self.results.clear()
        for number, spoke in enumerate(self.spokes):
            self._ping(spoke, IPv4Address(TUNNEL_NET + 4 * number + 1), count)
        self.run(self.simulation.now + PING_TIME)

    def check_pings(self, count: int) -> None:
        """Hold that of the last pings all came back."""
        replies = [result for result in self.results if result.kind is EchoKind.REPLY]
        if len(replies) != count * len(self.spokes):
            raise AssertionError(f"{len(replies)} replies of {count * len(self.spokes)}")

    def _ping(self, spoke: Router, destination: IPv4Address, count: int) -> None:
        def took(result: EchoResult) -> None:
            self.results.append(result)
            if count > 1:
                self._ping(spoke, destination, count - 1)

        spoke.send_echo(EchoRequest(destination, 1, count), took)


def protect(config: RouterConfig, group: int, pfs_group: int | None = None) -> None:
    """Protection of all tunnels of a router."""
    config.isakmp.policies[10] = IsakmpPolicy(
        10, IkeEncryption.AES_256, IkeHash.SHA256, IkeAuthentication.PRE_SHARE, group
    )
    config.isakmp.keys = [PreSharedKey("cisco123", ANYWHERE)]
    transform = EspTransform(EspCipher.AES_256, EspIntegrity.SHA)
    config.ipsec.transform_sets["TRSET"] = TransformSet("TRSET", transform, Mode.TUNNEL)
    config.ipsec.profiles[PROFILE] = IpsecProfile(PROFILE, ["TRSET"], pfs_group=pfs_group)
    for interface in config.interfaces.values():
        if interface.tunnel is not None:
            interface.tunnel.protection_profile = PROFILE


def addressed(hostname: str, addresses: Mapping[int, int]) -> RouterConfig:
    """A router with a network of four addresses on each of its ports, by number."""
    config = new_router_config(hostname, [gigabit(port) for port in addresses])
    for port, address in addresses.items():
        name = gigabit(port)
        config.interfaces[name] = _interface(name, IPv4Address(address), 30)
    return config


def tunnel(
    config: RouterConfig, port: int, address: int, source: InterfaceName, destination: IPv4Address
) -> None:
    """A Tunnel interface of a router."""
    name = InterfaceName("Tunnel", (port,))
    made = config.interfaces[name] = _interface(name, IPv4Address(address), 30)
    made.tunnel = TunnelConfig(source=source, destination=destination)


def gigabit(port: int) -> InterfaceName:
    """GigabitEthernet0/port."""
    return InterfaceName("GigabitEthernet", (0, port))


def _interface(name: InterfaceName, address: IPv4Address, length: int) -> InterfaceConfig:
    made = InterfaceConfig(name)
    made.shutdown = False
    made.address = IPv4Interface((address, length))
    return made


def _route(network: int, length: int, next_hop: int) -> StaticRoute:
    return StaticRoute(IPv4Network((network, length)), IPv4Address(next_hop), None)
