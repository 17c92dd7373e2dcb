"""What the operator configured on one router: the source of the running-config.

Command handlers edit these objects and say what changed (`ioscli.model.changes`); the router
follows. Nothing here acts by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.access import AccessConfig
from ioscli.model.clock import ClockConfig
from ioscli.model.crypto import DfBit, Fragmentation, IpsecConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.isakmp import IsakmpConfig
from ioscli.model.logging import LoggingConfig
from ioscli.model.policy import PolicyConfig
from ioscli.model.sections import StoredSection
from ioscli.model.static_routes import StaticRoutes

if TYPE_CHECKING:
    from ioscli.model.bgp import BgpProcess
    from ioscli.model.crypto_map import CryptoMap, DynamicMap
    from ioscli.model.eigrp import EigrpInterfaceSettings, EigrpRouter
    from ioscli.model.ip_sla import SlaOperation
    from ioscli.model.key_chain import KeyChain
    from ioscli.model.nat import NatConfig, NatSide
    from ioscli.model.ospf import OspfInterfaceSettings, OspfProcess
    from ioscli.model.rip import RipConfig, RipInterfaceSettings
    from ioscli.model.track import TrackedObject
    from ioscli.model.vrf import VrfConfig


class TunnelMode(Enum):
    """`tunnel mode`; the value is what follows the words."""

    GRE_IP = "gre ip"
    IPIP = "ipip"
    IPSEC_IPV4 = "ipsec ipv4"


class TunnelKeepalive(NamedTuple):
    """`keepalive PERIOD RETRIES` of a Tunnel interface."""

    period: int = 10
    """Seconds."""
    retries: int = 3
    """Periods without an answer after which the line protocol goes down."""


class PathMtuDiscovery(NamedTuple):
    """`tunnel path-mtu-discovery`."""

    age: int | None = 10
    """Minutes that a learned MTU is believed; None: for good (`infinite`)."""
    smallest: int = 92
    """Bytes below which no ICMP message lowers the tunnel's MTU, `min-mtu`."""


@dataclass(slots=True)
class TunnelConfig:
    """The `tunnel ...` lines of a Tunnel interface."""

    source: InterfaceName | IPv4Address | None = None
    destination: IPv4Address | None = None
    mode: TunnelMode = TunnelMode.GRE_IP
    key: int | None = None
    ttl: int = 255
    tos: int | None = None
    """ToS byte of the outer header; None: the inner one's."""
    checksum: bool = False
    sequence_datagrams: bool = False
    path_mtu_discovery: PathMtuDiscovery | None = None
    transmit_bandwidth: int = 8_000
    """Kilobits a second, `tunnel bandwidth transmit`: informational, as on IOS."""
    receive_bandwidth: int = 8_000
    keepalive: TunnelKeepalive | None = None
    protection_profile: str | None = None
    protection_shared: bool = False
    """`shared`: tunnels of one source and profile go by one entry of the SA database."""
    protection_isakmp_profile: str | None = None
    """`isakmp-profile X`: by which ISAKMP profile phase 1 has to come."""
    protection_ikev2_profile: str | None = None
    """`ikev2-profile X`, kept."""
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
    vrf_words: str = "vrf forwarding"
    """In which of its two forms the line was typed."""
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
    ospf: "OspfInterfaceSettings | None" = None
    """The `ip ospf ...` lines, where there are any."""
    eigrp: "dict[int, EigrpInterfaceSettings]" = field(default_factory=dict)
    """The `ip ... eigrp N` lines of classic mode, by autonomous system."""
    rip: "RipInterfaceSettings | None" = None
    """The `ip rip` lines."""
    access_group_in: str | None = None
    """`ip access-group X in`."""
    access_group_out: str | None = None
    ipsec_df_bit: DfBit | None = None
    """`crypto ipsec df-bit` of the interface that sealed packets leave by; None: the router's."""
    ipsec_fragmentation: Fragmentation | None = None
    policy_map: str | None = None
    """`ip policy route-map`."""
    nat_side: "NatSide | None" = None
    """`ip nat inside`, `ip nat outside`."""
    crypto_map: str | None = None
    """`crypto map`, by name."""
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
    track: int | None = None
    """Installed only while this tracked object is up."""
    global_next_hop: bool = False
    """`global`: the next hop of a VRF's route is looked up in the global table."""


@dataclass(slots=True)
class RouterConfig:
    """One router's configuration."""

    hostname: str = "Router"
    interfaces: dict[InterfaceName, InterfaceConfig] = field(default_factory=dict)
    static_routes: StaticRoutes = field(default_factory=StaticRoutes)
    vrfs: "dict[str, VrfConfig]" = field(default_factory=dict)
    """`ip vrf`, `vrf definition`: by name, in the order of configuration."""
    tracked: "dict[int, TrackedObject]" = field(default_factory=dict)
    """`track N ...` by N."""
    sla_operations: "dict[int, SlaOperation]" = field(default_factory=dict)
    """`ip sla N` with what runs of it, by N."""
    ip_routing: bool = True
    """`ip routing`: off, the router is a host."""
    default_gateway: IPv4Address | None = None
    """`ip default-gateway`: where a host without `ip routing` sends to."""
    default_networks: list[IPv4Address] = field(default_factory=list)
    """`ip default-network`: candidates for the gateway of last resort."""
    isakmp: IsakmpConfig = field(default_factory=IsakmpConfig)
    ipsec: IpsecConfig = field(default_factory=IpsecConfig)
    crypto_maps: "dict[str, CryptoMap]" = field(default_factory=dict)
    """`crypto map`, by name."""
    dynamic_maps: "dict[str, DynamicMap]" = field(default_factory=dict)
    """`crypto dynamic-map`, by name."""
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
    ospf: "dict[str, OspfProcess]" = field(default_factory=dict)
    """`router ospf N` by N, in the order of configuration."""
    eigrp: "dict[str, EigrpRouter]" = field(default_factory=dict)
    """`router eigrp X` by X, in the order of configuration."""
    rip: "dict[str, RipConfig]" = field(default_factory=dict)
    """`router rip`, by the table that it is about; empty name: the global one."""
    key_chains: "dict[str, KeyChain]" = field(default_factory=dict)
    """`key chain`, by name."""
    nat: "NatConfig | None" = None
    """The `ip nat` lines, where there are any."""
    bgp: "BgpProcess | None" = None
    """`router bgp N`."""
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
