"""What the operator configured on one router: the source of the running-config.

Command handlers edit these objects and say what changed (`ioscli.model.changes`); the router
follows. Nothing here acts by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from ioscli.model.access import AccessConfig
from ioscli.model.clock import ClockConfig
from ioscli.model.crypto import IpsecConfig, IsakmpConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.logging import LoggingConfig
from ioscli.model.policy import PolicyConfig
from ioscli.model.sections import StoredSection


class TunnelMode(Enum):
    """`tunnel mode`; the value is what follows the words."""

    GRE_IP = "gre ip"
    IPSEC_IPV4 = "ipsec ipv4"


@dataclass(slots=True)
class TunnelConfig:
    """The `tunnel ...` lines of a Tunnel interface."""

    source: InterfaceName | IPv4Address | None = None
    destination: IPv4Address | None = None
    mode: TunnelMode = TunnelMode.GRE_IP
    key: int | None = None
    ttl: int = 255
    protection_profile: str | None = None
    vrf: str = ""
    """`tunnel vrf`: the table that the outer packets are routed by; empty: the global one."""


#: Stored lines of one section: the grammar rule's name -> the lines it keeps, as typed in full.
#: They are printed back in place and act on nothing.
StoredLines = dict[str, list[str]]


@dataclass(slots=True)
class InterfaceConfig:
    """`interface NAME`; None means the default of the interface's kind."""

    name: InterfaceName
    shutdown: bool = False
    description: str | None = None
    vrf: str = ""
    """`vrf forwarding`, `ip vrf forwarding`; empty: the global table."""
    address: IPv4Interface | None = None
    address_method: str = "NVRAM"
    """How the address came: `NVRAM` from the startup-config, `manual` from the prompt."""
    secondary_addresses: list[IPv4Interface] = field(default_factory=list)
    mtu: int | None = None
    """Bytes, `mtu`."""
    ip_mtu: int | None = None
    """Bytes, `ip mtu`."""
    adjust_mss: int | None = None
    """Bytes, `ip tcp adjust-mss`: the largest MSS that SYNs in transit may carry."""
    bandwidth: int | None = None
    """Kilobits a second, `bandwidth`: informational, as on IOS."""
    delay: int | None = None
    """Tens of microseconds, `delay`: informational, as on IOS."""
    unreachables: bool = True
    proxy_arp: bool = True
    redirects: bool = True
    arp_timeout: int = 14_400
    """Seconds."""
    vlan: int | None = None
    """`encapsulation dot1Q N` of a sub-interface."""
    native_vlan: bool = False
    """`encapsulation dot1Q N native`: its frames carry no tag."""
    tunnel: TunnelConfig | None = None
    """Present on Tunnel interfaces only."""
    stored: StoredLines = field(default_factory=dict)
    sections: list[StoredSection] = field(default_factory=list)
    """Sub-modes of the interface that are kept without acting."""


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """`ip route`: through a next hop, an interface, or both."""

    prefix: IPv4Network
    next_hop: IPv4Address | None
    interface: InterfaceName | None
    distance: int = 1
    name: str | None = None
    permanent: bool = False
    tag: int | None = None
    vrf: str = ""
    """The table that the route is in; empty: the global one."""


@dataclass(slots=True)
class RouterConfig:
    """One router's configuration."""

    hostname: str = "Router"
    interfaces: dict[InterfaceName, InterfaceConfig] = field(default_factory=dict)
    static_routes: list[StaticRoute] = field(default_factory=list)
    isakmp: IsakmpConfig = field(default_factory=IsakmpConfig)
    ipsec: IpsecConfig = field(default_factory=IpsecConfig)
    icmp_unreachable_interval: int | None = 500
    """Milliseconds between unreachables, `ip icmp rate-limit unreachable`; None: no limit."""
    icmp_df_unreachable_interval: int | None = None
    """Milliseconds for code 4; None: shares the general one's value."""
    domain_lookup: bool = True
    access: AccessConfig = field(default_factory=AccessConfig)
    logging: LoggingConfig = field(default_factory=LoggingConfig)
    clock: ClockConfig = field(default_factory=ClockConfig)
    hosts: dict[str, tuple[IPv4Address, ...]] = field(default_factory=dict)
    """`ip host`: names and their addresses, in the order of configuration."""
    policy: PolicyConfig = field(default_factory=PolicyConfig)
    """Access lists, prefix lists, route-maps and their like."""
    stored: StoredLines = field(default_factory=dict)
    stored_sections: dict[str, StoredLines] = field(default_factory=dict)
    """Sub-modes kept whole without acting: header line -> its lines."""
    sections: list[StoredSection] = field(default_factory=list)
    """Sub-modes kept whole without acting, in the order of entry."""


def new_router_config(hostname: str, hardware: Iterable[InterfaceName]) -> RouterConfig:
    """The configuration of a router fresh from the box: every physical port shut down."""
    config = RouterConfig(hostname=hostname)
    for name in sorted(hardware, key=lambda name: name.config_order):
        config.interfaces[name] = InterfaceConfig(name, shutdown=True)
    return config
