"""What the operator configured of EIGRP, in classic mode or in named mode.

`router eigrp 100` is an `EigrpRouter` with one process, and one more for each VRF; `router eigrp
NAME` has a process for each address family. None means: not configured, so that the default holds.
"""

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import NamedTuple, TypeVar

from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution

_T = TypeVar("_T")

DEFAULT_HELLO = 5
SLOW_HELLO = 60
"""Seconds, on multipoint networks without broadcast of T1 speed or less."""
DEFAULT_HOLD = 15
SLOW_HOLD = 180
DEFAULT_BANDWIDTH_PERCENT = 50
DEFAULT_WEIGHTS = (1, 0, 1, 0, 0, 0)
"""K1 to K6."""
DEFAULT_ACTIVE_TIME = 3
"""Minutes."""
INTERNAL_DISTANCE = 90
EXTERNAL_DISTANCE = 170
SUMMARY_DISTANCE = 5
DEFAULT_MAXIMUM_PATHS = 4
DEFAULT_MAXIMUM_HOPS = 100
DEFAULT_RIB_SCALE = 128
DEFAULT_WARNINGS = 10
"""Seconds between repeated warnings, `eigrp log-neighbor-warnings`."""

MetricVector = tuple[int, int, int, int, int]
"""Bandwidth (kb/s), delay (tens of microseconds), reliability, load, MTU (bytes)."""


class EigrpAuthentication(Enum):
    """`authentication mode`; the value is what follows the words."""

    MD5 = "md5"
    HMAC_SHA_256 = "hmac-sha-256"


class EigrpPassword(NamedTuple):
    """The password of `authentication mode hmac-sha-256`."""

    clear: str
    encryption: int = 0
    typed: str = ""


class EigrpNetwork(NamedTuple):
    """`network ADDRESS [WILDCARD]`; without wildcard the classful network."""

    address: IPv4Address
    wildcard: IPv4Address | None = None

    def covers(self, address: IPv4Address) -> bool:
        """Whether an interface address falls into it; 0.0.0.0 alone covers every one."""
        if self.wildcard is None and not int(self.address):
            return True
        wildcard = classful(self.address).hostmask if self.wildcard is None else self.wildcard
        return (int(address) ^ int(self.address)) & ~int(wildcard) & 0xFFFFFFFF == 0


class EigrpSummary(NamedTuple):
    """`summary-address` of an interface."""

    prefix: IPv4Network
    distance: int | None = None
    """Of the discard route; None: 5."""
    leak_map: str | None = None


class EigrpStub(NamedTuple):
    """`eigrp stub ...`."""

    connected: bool = True
    static: bool = False
    summary: bool = True
    redistributed: bool = False
    receive_only: bool = False
    leak_map: str | None = None


class EigrpDistributeList(NamedTuple):
    """`distribute-list ... in|out [INTERFACE | PROTOCOL]`."""

    name: str
    kind: str
    """`list`, `prefix` or `route-map`."""
    outward: bool
    interface: InterfaceName | None = None
    protocol: str = ""
    """`ospf 1`: of routes of another source that are redistributed."""


class EigrpOffsetList(NamedTuple):
    """`offset-list LIST in|out OFFSET [INTERFACE]`."""

    name: str
    """0: all routes."""
    outward: bool
    offset: int
    interface: InterfaceName | None = None


class EigrpNeighborStatement(NamedTuple):
    """`neighbor ADDRESS INTERFACE`: unicast instead of multicast on that interface."""

    address: IPv4Address
    interface: InterfaceName


@dataclass(slots=True)
class EigrpInterfaceSettings:
    """The EIGRP lines of one interface for one process: `ip ... eigrp N`, or `af-interface`."""

    hello_interval: int | None = None
    """Seconds."""
    hold_time: int | None = None
    """Seconds, told to the neighbors; None: 15, whatever the hello interval is."""
    bandwidth_percent: int | None = None
    split_horizon: bool | None = None
    next_hop_self: bool | None = None
    no_ecmp_mode: bool = False
    authentication: EigrpAuthentication | None = None
    password: EigrpPassword | None = None
    key_chain: str | None = None
    summaries: list[EigrpSummary] = field(default_factory=list)
    passive: bool | None = None
    """Of named mode."""
    shutdown: bool | None = None
    """Of named mode."""
    stored: list[str] = field(default_factory=list)
    """Lines kept as typed in full, without effect."""

    def over(self, default: "EigrpInterfaceSettings") -> "EigrpInterfaceSettings":
        """These settings, with those of `af-interface default` where nothing is said."""
        return EigrpInterfaceSettings(
            _either(self.hello_interval, default.hello_interval),
            _either(self.hold_time, default.hold_time),
            _either(self.bandwidth_percent, default.bandwidth_percent),
            _either(self.split_horizon, default.split_horizon),
            _either(self.next_hop_self, default.next_hop_self),
            self.no_ecmp_mode or default.no_ecmp_mode,
            _either(self.authentication, default.authentication),
            _either(self.password, default.password),
            _either(self.key_chain, default.key_chain),
            self.summaries,
            _either(self.passive, default.passive),
            _either(self.shutdown, default.shutdown),
        )


def _either(own: _T | None, default: _T | None) -> _T | None:
    return default if own is None else own


@dataclass(slots=True)
class EigrpProcess:
    """One autonomous system in one routing table."""

    autonomous_system: int
    name: str = ""
    """The virtual instance's name in named mode."""
    vrf: str = ""
    unicast: bool = True
    """Whether `address-family ipv4 unicast` was written with its last word."""
    router_id: IPv4Address | None = None
    networks: list[EigrpNetwork] = field(default_factory=list)
    passive_default: bool = False
    passive: set[InterfaceName] = field(default_factory=set)
    not_passive: set[InterfaceName] = field(default_factory=set)
    """`no passive-interface X` under `passive-interface default`."""
    interfaces: dict[InterfaceName, EigrpInterfaceSettings] = field(default_factory=dict)
    """`af-interface X` of named mode; classic mode has them at the interfaces."""
    default_interface: EigrpInterfaceSettings = field(default_factory=EigrpInterfaceSettings)
    """`af-interface default`."""
    weights: tuple[int, int, int, int, int, int] = DEFAULT_WEIGHTS
    stub: EigrpStub | None = None
    log_neighbor_changes: bool = True
    log_neighbor_warnings: int | None = DEFAULT_WARNINGS
    """Seconds between repeated warnings; None: no warnings."""
    active_time: int | None = DEFAULT_ACTIVE_TIME
    """Minutes; None: `timers active-time disabled`."""
    variance: int = 1
    maximum_paths: int = DEFAULT_MAXIMUM_PATHS
    distance_internal: int = INTERNAL_DISTANCE
    distance_external: int = EXTERNAL_DISTANCE
    summary_distances: dict[IPv4Network, int] = field(default_factory=dict)
    """`summary-metric PREFIX distance N` of named mode."""
    auto_summary: bool = False
    default_metric: MetricVector | None = None
    default_information_in: bool = True
    default_information_out: bool = True
    redistributions: list[Redistribution] = field(default_factory=list)
    distribute_lists: list[EigrpDistributeList] = field(default_factory=list)
    offset_lists: list[EigrpOffsetList] = field(default_factory=list)
    maximum_hops: int = DEFAULT_MAXIMUM_HOPS
    rib_scale: int = DEFAULT_RIB_SCALE
    traffic_share_balanced: bool = True
    """False: `traffic-share min across-interfaces`."""
    neighbors: list[EigrpNeighborStatement] = field(default_factory=list)
    shutdown: bool = False
    stored: list[str] = field(default_factory=list)
    """Lines kept as typed in full: printed back, without effect."""
    stored_topology: list[str] = field(default_factory=list)
    """The same of `topology base`."""

    @property
    def named(self) -> bool:
        """Whether it was configured in named mode: wide metrics, other headings."""
        return bool(self.name)

    def runs_on(self, address: IPv4Address) -> bool:
        """Whether a network statement covers an interface address."""
        return any(network.covers(address) for network in self.networks)

    def is_passive(self, name: InterfaceName) -> bool:
        """Whether hellos are kept off an interface, by the lines of classic mode."""
        return name not in self.not_passive if self.passive_default else name in self.passive


@dataclass(slots=True)
class EigrpRouter:
    """`router eigrp X`: X is a number in classic mode, a name in named mode."""

    name: str
    families: dict[tuple[str, int], EigrpProcess] = field(default_factory=dict)
    """By VRF (empty: the global table) and autonomous system, in the order typed."""
    shutdown: bool = False
    stored: list[str] = field(default_factory=list)

    @property
    def named(self) -> bool:
        """Whether this is named mode."""
        return not self.name.isdigit()


class EigrpKey(NamedTuple):
    """A key that packets may be signed with now."""

    id: int
    secret: str
    sends: bool = False
    """Whether this is the one to sign with."""


class EigrpInterface(NamedTuple):
    """An interface as the router knows it, handed to the machine with its settings."""

    name: InterfaceName
    up: bool
    """The line protocol."""
    address: IPv4Interface | None
    """The primary one; of an unnumbered interface, the one it borrows."""
    settings: EigrpInterfaceSettings
    mtu: int = 1500
    """The largest IP packet, bytes."""
    bandwidth: int = 100_000
    """Kilobits a second."""
    delay: int = 100
    """Microseconds."""
    delay_configured: bool = False
    """Whether `delay` says so: wide metrics derive it from the bandwidth of fast interfaces."""
    secondaries: tuple[IPv4Interface, ...] = ()
    unnumbered: bool = False
    passive: bool = False
    slow_multipoint: bool = False
    """A network without broadcast of T1 speed or less: hello 60, hold 180."""
    keys: tuple[EigrpKey, ...] = ()
    """Of the key chain that the settings name: those that are valid now."""


def classful(address: IPv4Address) -> IPv4Network:
    """The class A, B or C network of an address."""
    first = int(address) >> 24
    length = 8 if first < 128 else 16 if first < 192 else 24
    return IPv4Network((int(address) >> (32 - length) << (32 - length), length))
