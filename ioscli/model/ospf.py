"""What the operator configured of OSPF: `router ospf N` and the `ip ospf ...` lines of interfaces.

Times are in the unit of their command. None means: not configured, so that the default holds; the
defaults stand in `ioscli.protocols.ospf`, or here where they do not depend on anything else.
"""

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.model.prefix_list import PrefixList

BACKBONE = 0

MAXIMUM_COST = 65_535
DEFAULT_REFERENCE_BANDWIDTH = 100
"""Megabits a second."""
DEFAULT_DISTANCE = 110
DEFAULT_MAXIMUM_PATHS = 4
DISCARD_DISTANCE_EXTERNAL = 254
MAX_METRIC_SUMMARY = 16_711_680
"""`max-metric router-lsa summary-lsa` and `external-lsa` without a number: 0xFF0000."""


class OspfNetworkType(Enum):
    """`ip ospf network`; the value is what follows the words."""

    BROADCAST = "broadcast"
    NON_BROADCAST = "non-broadcast"
    POINT_TO_POINT = "point-to-point"
    POINT_TO_MULTIPOINT = "point-to-multipoint"
    POINT_TO_MULTIPOINT_NONBROADCAST = "point-to-multipoint non-broadcast"


class OspfAuthentication(Enum):
    """`ip ospf authentication`; the value is what follows the words."""

    SIMPLE = ""
    MESSAGE_DIGEST = "message-digest"
    NULL = "null"
    KEY_CHAIN = "key-chain"


class OspfAreaKind(Enum):
    """What `area N stub` and `area N nssa` make of an area."""

    NORMAL = "normal"
    STUB = "stub"
    NSSA = "nssa"


class TypedSecret(NamedTuple):
    """A password as it was typed: clear (0) or obfuscated (7), and what it is in clear."""

    clear: str
    encryption: int = 0
    typed: str = ""
    """What the running-config prints after the 7."""


class OspfThrottle(NamedTuple):
    """`timers throttle spf|lsa`: milliseconds."""

    start: int
    hold: int
    maximum: int


DEFAULT_SPF_THROTTLE = OspfThrottle(5_000, 10_000, 10_000)
DEFAULT_LSA_THROTTLE = OspfThrottle(0, 5_000, 5_000)
DEFAULT_LSA_ARRIVAL = 1_000
"""Milliseconds."""


class OspfNetwork(NamedTuple):
    """`network ADDRESS WILDCARD area N`; the wildcard is a host mask, holes allowed."""

    address: IPv4Address
    wildcard: IPv4Address
    area: int

    def covers(self, address: IPv4Address) -> bool:
        """Whether an interface address falls into it."""
        care = ~int(self.wildcard)
        return (int(address) ^ int(self.address)) & care == 0


class OspfRange(NamedTuple):
    """`area N range` and `summary-address`."""

    prefix: IPv4Network
    advertise: bool = True
    cost: int | None = None
    tag: int = 0
    """Of `summary-address`."""


class OspfNeighborStatement(NamedTuple):
    """`neighbor A` of networks without broadcast."""

    address: IPv4Address
    priority: int = 0
    poll_interval: int = 120
    """Seconds between hellos to a neighbor that does not answer."""
    cost: int | None = None
    """Of point-to-multipoint networks."""
    database_filter: bool = False


class OspfDefaultInformation(NamedTuple):
    """`default-information originate` of the process or, without always, of an NSSA."""

    always: bool = False
    metric: int | None = None
    metric_type: int = 2
    route_map: str | None = None


class OspfDistributeList(NamedTuple):
    """`distribute-list ... in|out [INTERFACE | SOURCE]`."""

    kind: str
    """Empty: an access list; else `prefix` or `route-map`."""
    name: str
    incoming: bool
    """Routes into the table; else what is redistributed."""
    interface: InterfaceName | None = None
    """Only routes through it; None: all."""
    source: RouteSource | None = None
    """Of outgoing ones: only routes of this source; None: all."""
    process: str = ""
    """Of the source."""


class OspfMaxMetric(NamedTuple):
    """`max-metric router-lsa ...`."""

    on_startup: int | None = None
    """Seconds; None: for good."""
    wait_for_bgp: bool = False
    include_stub: bool = False
    summary: int | None = None
    external: int | None = None


@dataclass(slots=True)
class OspfAuthenticationSettings:
    """Keys of an interface or a virtual link."""

    kind: OspfAuthentication | None = None
    """None: the area's."""
    password: TypedSecret | None = None
    """`ip ospf authentication-key`."""
    digest_keys: dict[int, TypedSecret] = field(default_factory=dict)
    """`ip ospf message-digest-key ID md5 KEY`, in the order typed: the last is the youngest."""
    key_chain: str | None = None


@dataclass(slots=True)
class OspfVirtualLink:
    """`area N virtual-link ROUTER-ID ...`."""

    neighbor: IPv4Address
    hello_interval: int = 10
    dead_interval: int | None = None
    """None: four times the hello interval."""
    retransmit_interval: int = 5
    transmit_delay: int = 1
    authentication: OspfAuthenticationSettings = field(default_factory=OspfAuthenticationSettings)


@dataclass(slots=True)
class OspfArea:
    """The `area N ...` lines of a process. The backbone is always normal."""

    number: int
    dotted: bool = False
    """Whether it was typed as 0.0.0.1: shows and running-config print it the same way."""
    kind: OspfAreaKind = OspfAreaKind.NORMAL
    no_summary: bool = False
    """Totally stubby: no summary LSAs into the area but a default."""
    no_redistribution: bool = False
    default_originate: OspfDefaultInformation | None = None
    """`area N nssa default-information-originate`."""
    translate_always: bool = False
    """`area N nssa translate type7 always`."""
    suppress_forwarding: bool = False
    """`area N nssa translate type7 suppress-fa`."""
    default_cost: int | None = None
    """Of the default into stub areas and NSSAs; None: 1."""
    ranges: list[OspfRange] = field(default_factory=list)
    authentication: OspfAuthentication | None = None
    virtual_links: list[OspfVirtualLink] = field(default_factory=list)
    filter_in: str | None = None
    """`area N filter-list prefix NAME in`: which summaries this router tells the area."""
    filter_out: str | None = None
    """`... out`: which networks of the area it tells the others of."""
    lists: "dict[str, PrefixList]" = field(default_factory=dict)
    """Those that the two name, filled in for the machine; one that is missing permits all."""

    def tells_in(self, prefix: IPv4Network) -> bool:
        """Whether a summary of a prefix may go into the area."""
        return self._permits(self.filter_in, prefix)

    def tells_out(self, prefix: IPv4Network) -> bool:
        """Whether other areas may be told of a prefix of the area."""
        return self._permits(self.filter_out, prefix)

    def _permits(self, name: str | None, prefix: IPv4Network) -> bool:
        known = None if name is None else self.lists.get(name)
        return known is None or known.permits(prefix)


@dataclass(slots=True)
class OspfInterfaceSettings:
    """The `ip ospf ...` lines of one interface."""

    process: str | None = None
    """`ip ospf 1 area 0`: which process; None: only network statements count."""
    area: int = BACKBONE
    area_dotted: bool = False
    """Whether the area was typed as 0.0.0.1."""
    secondaries: bool = True
    """False: `ip ospf 1 area 0 secondaries none`."""
    cost: int | None = None
    priority: int = 1
    hello_interval: int | None = None
    """Seconds; None: 10, or 30 without broadcast."""
    dead_interval: int | None = None
    """Seconds; None: four times the hello interval."""
    hello_multiplier: int | None = None
    """`dead-interval minimal hello-multiplier N`: that many hellos a second, dead after one."""
    retransmit_interval: int = 5
    transmit_delay: int = 1
    network_type: OspfNetworkType | None = None
    authentication: OspfAuthenticationSettings = field(default_factory=OspfAuthenticationSettings)
    mtu_ignore: bool = False
    database_filter: bool = False
    """`database-filter all out`: no LSA leaves here."""
    flood_reduction: bool = False
    demand_circuit: bool = False
    """Kept, not acted on."""
    prefix_suppression: bool | None = None
    """None: the process's."""
    bfd: bool | None = None
    """Kept, not acted on."""
    shutdown: bool = False
    ttl_security: int | None = None
    """Hops; kept, not acted on."""


@dataclass(slots=True)
class OspfProcess:
    """`router ospf N`."""

    process: str
    """The number, as typed."""
    vrf: str = ""
    router_id: IPv4Address | None = None
    networks: list[OspfNetwork] = field(default_factory=list)
    areas: dict[int, OspfArea] = field(default_factory=dict)
    """Only those that have a line or were named with dots; any other is normal."""
    passive_default: bool = False
    passive: set[InterfaceName] = field(default_factory=set)
    not_passive: set[InterfaceName] = field(default_factory=set)
    """`no passive-interface X` under `passive-interface default`."""
    default_information: OspfDefaultInformation | None = None
    default_metric: int | None = None
    reference_bandwidth: int = DEFAULT_REFERENCE_BANDWIDTH
    """Megabits a second."""
    distance: int = DEFAULT_DISTANCE
    distance_intra: int | None = None
    distance_inter: int | None = None
    distance_external: int | None = None
    maximum_paths: int = DEFAULT_MAXIMUM_PATHS
    spf_throttle: OspfThrottle = DEFAULT_SPF_THROTTLE
    lsa_throttle: OspfThrottle = DEFAULT_LSA_THROTTLE
    lsa_arrival: int = DEFAULT_LSA_ARRIVAL
    """Milliseconds."""
    flood_pacing: int = 33
    """Milliseconds, `timers pacing flood`."""
    retransmission_pacing: int = 66
    """Milliseconds, `timers pacing retransmission`."""
    lsa_group_pacing: int = 240
    """Seconds, `timers pacing lsa-group`."""
    max_metric: OspfMaxMetric | None = None
    summary_addresses: list[OspfRange] = field(default_factory=list)
    redistributions: list[Redistribution] = field(default_factory=list)
    neighbors: list[OspfNeighborStatement] = field(default_factory=list)
    distribute_lists: list[OspfDistributeList] = field(default_factory=list)
    log_adjacency_changes: bool = True
    log_adjacency_detail: bool = False
    prefix_suppression: bool = False
    compatible_rfc1583: bool = True
    discard_internal: int | None = 110
    """Distance of the discard routes of area ranges; None: `no discard-route internal`."""
    discard_external: int | None = DISCARD_DISTANCE_EXTERNAL
    """Distance of the discard routes of summary addresses."""
    link_local_signalling: bool = True
    """`capability lls`."""
    opaque: bool = True
    """`capability opaque`."""
    transit: bool = True
    """`capability transit`."""
    shutdown: bool = False
    bfd_all_interfaces: bool = False
    """Kept, not acted on."""
    stored: dict[str, list[str]] = field(default_factory=dict)
    """Lines kept as typed in full, by grammar rule: printed back, without effect."""

    def is_passive(self, name: InterfaceName) -> bool:
        """Whether hellos are kept off an interface."""
        return name not in self.not_passive if self.passive_default else name in self.passive

    def area(self, number: int) -> OspfArea:
        """An area's configuration, the default one when nothing was said of it."""
        return self.areas.get(number) or OspfArea(number)

    def area_of(self, address: IPv4Address) -> int | None:
        """Which area the network statements put an interface address in.

        IOS keeps the statements with the narrowest wildcard first and takes the first that fits.
        """
        fitting = [network for network in self.networks if network.covers(address)]
        if not fitting:
            return None
        return min(fitting, key=lambda network: int(network.wildcard)).area


class OspfInterface(NamedTuple):
    """An interface as the router knows it, handed to the machine with its settings."""

    name: InterfaceName
    up: bool
    """The line protocol."""
    address: IPv4Interface | None
    """The primary one; of an unnumbered interface, the one it borrows."""
    settings: OspfInterfaceSettings
    ifindex: int = 0
    """The interface index (RFC 2863): link data of unnumbered links, `Interface ID`."""
    mtu: int = 1500
    """The largest IP packet, bytes."""
    bandwidth: int = 100_000
    """Kilobits a second."""
    secondaries: tuple[IPv4Interface, ...] = ()
    unnumbered: bool = False
    multipoint: bool = False
    """mGRE: several neighbors on a tunnel."""
    keys: tuple["OspfKey", ...] = ()
    """Of the key chain that the settings name: those that are valid now, the one to send first."""


class OspfKey(NamedTuple):
    """A key of a key chain: ID 0 to 255, secret, algorithm (`md5`, `sha1`, `sha256`, ...)."""

    id: int
    secret: str
    algorithm: str
