"""What a configuration command changed: said by handlers, turned into action by the router."""

from dataclasses import dataclass

from ioscli.model.ifname import InterfaceName


@dataclass(frozen=True, slots=True)
class InterfaceChanged:
    """An interface was made or any of its acting lines changed."""

    name: InterfaceName


@dataclass(frozen=True, slots=True)
class InterfaceRemoved:
    """A virtual interface was removed (`no interface Tunnel0`)."""

    name: InterfaceName


@dataclass(frozen=True, slots=True)
class StaticRoutesChanged:
    """`ip route` lines changed."""


@dataclass(frozen=True, slots=True)
class TablesChanged:
    """VRFs came or went, or routing was turned on or off."""


@dataclass(frozen=True, slots=True)
class TrackingChanged:
    """Tracked objects or the IP SLA operations behind them changed."""


@dataclass(frozen=True, slots=True)
class CryptoChanged:
    """ISAKMP policies or keys, transform sets, profiles or IPsec globals changed."""


@dataclass(frozen=True, slots=True)
class NatChanged:
    """`ip nat` mappings, pools or timeouts changed."""


@dataclass(frozen=True, slots=True)
class RoutingChanged:
    """A routing process, its interfaces' settings or a policy that it uses changed."""


@dataclass(frozen=True, slots=True)
class SystemChanged:
    """Anything that only names or tunes the router: hostname, ICMP rate limits, lookups."""


ConfigChange = (
    InterfaceChanged
    | InterfaceRemoved
    | StaticRoutesChanged
    | TablesChanged
    | TrackingChanged
    | CryptoChanged
    | NatChanged
    | RoutingChanged
    | SystemChanged
)
