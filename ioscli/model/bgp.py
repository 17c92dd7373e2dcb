"""What the operator configured of BGP: `router bgp N` with its neighbors, IPv4 unicast.

None means: not configured, so that the default holds. A neighbor in a peer group takes from the
group what it does not say itself (`BgpProcess.settings`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution

KEEPALIVE = 60
HOLD_TIME = 180
"""Seconds."""
EBGP_ADVERTISEMENT_INTERVAL = 30
IBGP_ADVERTISEMENT_INTERVAL = 0
"""Seconds."""
LOCAL_PREFERENCE = 100
LOCAL_WEIGHT = 32_768
"""Of routes that this router originates."""
MULTIHOP_TTL = 255
SCAN_TIME = 60
"""Seconds between looks at next hops and `network` lines that no event announced."""


class BgpTimers(NamedTuple):
    """`timers bgp` and `neighbor timers`: seconds."""

    keepalive: int = KEEPALIVE
    hold: int = HOLD_TIME
    least_hold: int = 0
    """The smallest hold time that is taken from the peer."""


class BgpDistances(NamedTuple):
    """`distance bgp`."""

    external: int = 20
    internal: int = 200
    local: int = 200


class BgpNetwork(NamedTuple):
    """`network A mask M`: originated while the table has exactly this route."""

    prefix: IPv4Network
    route_map: str | None = None
    backdoor: bool = False
    classful: bool = False
    """Typed without a mask, and printed so."""


class BgpAggregate(NamedTuple):
    """`aggregate-address`."""

    prefix: IPv4Network
    summary_only: bool = False
    as_set: bool = False
    suppress_map: str | None = None
    advertise_map: str | None = None
    attribute_map: str | None = None


class MaximumPrefixes(NamedTuple):
    """`neighbor maximum-prefix`."""

    limit: int
    threshold: int = 75
    """Percent, from which on it is warned."""
    warning_only: bool = False
    restart: int | None = None
    """Minutes."""


class DefaultOriginate(NamedTuple):
    """`neighbor default-originate`."""

    route_map: str | None = None


@dataclass(slots=True)
class BgpSettings:
    """The lines of one neighbor or peer group."""

    remote_as: int | None = None
    local_as: int | None = None
    local_as_no_prepend: bool | None = None
    local_as_replace: bool | None = None
    """`no-prepend replace-as`."""
    description: str | None = None
    password: str | None = None
    """In clear."""
    password_typed: tuple[int, str] | None = None
    """Encryption type and text as they are printed."""
    update_source: InterfaceName | None = None
    ebgp_multihop: int | None = None
    """TTL."""
    ttl_security: int | None = None
    """Hops."""
    disable_connected_check: bool | None = None
    shutdown: bool | None = None
    timers: BgpTimers | None = None
    advertisement_interval: int | None = None
    fall_over: bool | None = None
    passive: bool | None = None
    """`transport connection-mode passive`."""
    activate: bool | None = None
    """None: as `bgp default ipv4-unicast` says."""
    next_hop_self: bool | None = None
    next_hop_self_all: bool | None = None
    next_hop_unchanged: bool | None = None
    route_reflector_client: bool | None = None
    send_community: str | None = None
    """`standard`, `extended`, `both`."""
    soft_reconfiguration: bool | None = None
    weight: int | None = None
    default_originate: DefaultOriginate | None = None
    unsuppress_map: str | None = None
    maximum_prefix: MaximumPrefixes | None = None
    allowas_in: int | None = None
    remove_private_as: bool | None = None
    as_override: bool | None = None
    route_map_in: str | None = None
    route_map_out: str | None = None
    prefix_list_in: str | None = None
    prefix_list_out: str | None = None
    filter_list_in: int | None = None
    filter_list_out: int | None = None
    distribute_list_in: str | None = None
    distribute_list_out: str | None = None

    inherits: tuple[str, ...] | None = None
    """`neighbor inherit`: the templates, first typed first."""

    def over(self, group: BgpSettings) -> BgpSettings:
        """These settings, and the group's where these say nothing."""
        merged = BgpSettings()
        for each in fields(self):
            own = getattr(self, each.name)
            setattr(merged, each.name, getattr(group, each.name) if own is None else own)
        return merged


@dataclass(slots=True)
class BgpNeighbor:
    """`neighbor A.B.C.D ...`."""

    address: IPv4Address
    own: BgpSettings = field(default_factory=BgpSettings)
    peer_group: str | None = None
    stored: dict[str, list[str]] = field(default_factory=dict)
    """Lines that are kept and act on nothing."""


class BgpDampening(NamedTuple):
    """`bgp dampening`: what flapping routes are punished by."""

    half_life: int = 15
    """Minutes."""
    reuse: int = 750
    suppress: int = 2000
    most: int = 60
    """Minutes that a route may be suppressed."""


@dataclass(slots=True)
class BgpBestPath:
    """`bgp bestpath ...` and its relatives."""

    always_compare_med: bool = False
    deterministic_med: bool = False
    compare_router_id: bool = False
    as_path_ignore: bool = False
    multipath_relax: bool = False
    med_missing_as_worst: bool = False


@dataclass(slots=True)
class BgpProcess:
    """`router bgp N`."""

    number: int
    router_id: IPv4Address | None = None
    neighbors: dict[IPv4Address, BgpNeighbor] = field(default_factory=dict)
    peer_groups: dict[str, BgpSettings] = field(default_factory=dict)
    networks: list[BgpNetwork] = field(default_factory=list)
    aggregates: list[BgpAggregate] = field(default_factory=list)
    redistributions: list[Redistribution] = field(default_factory=list)
    default_information: bool = False
    default_metric: int | None = None
    auto_summary: bool = False
    synchronization: bool = False
    default_ipv4_unicast: bool = True
    default_local_preference: int = LOCAL_PREFERENCE
    distances: BgpDistances = field(default_factory=BgpDistances)
    timers: BgpTimers = field(default_factory=BgpTimers)
    maximum_paths: int = 1
    maximum_paths_ibgp: int = 1
    maximum_paths_eibgp: int = 1
    """`maximum-paths eibgp`: external and internal paths share, whatever their metrics."""
    listen: list[tuple[IPv4Network, str]] = field(default_factory=list)
    """`bgp listen range`: who may open a session unasked, and the peer group that holds then."""
    listen_limit: int = 100
    scan_time: int = SCAN_TIME
    log_neighbor_changes: bool = True
    enforce_first_as: bool = True
    dampening: BgpDampening | None = None
    enhanced_error: bool = True
    """Whether UPDATEs with bad attributes count as withdrawals (RFC 7606)."""
    fast_external_fallover: bool = True
    client_to_client_reflection: bool = True
    cluster_id: IPv4Address | None = None
    confederation: int | None = None
    confederation_peers: frozenset[int] = frozenset()
    best_path: BgpBestPath = field(default_factory=BgpBestPath)
    address_family: bool = False
    """Whether IPv4 unicast is printed in an `address-family ipv4` of its own."""
    templates: dict[str, BgpSettings] = field(default_factory=dict)
    """`template peer-session`, `template peer-policy`."""
    vrfs: dict[str, BgpProcess] = field(default_factory=dict)
    """`address-family ipv4 vrf NAME`: each a process of its own, with the same number."""
    stored: dict[str, list[str]] = field(default_factory=dict)

    def settings(self, neighbor: BgpNeighbor) -> BgpSettings:
        """What holds for a neighbor: its own lines over those of its group and templates."""
        group = self.peer_groups.get(neighbor.peer_group or "")
        found = neighbor.own if group is None else neighbor.own.over(group)
        return self._inherited(found, set())

    def _inherited(self, settings: BgpSettings, seen: set[str]) -> BgpSettings:
        for name in settings.inherits or ():
            template = self.templates.get(name)
            if template is not None and name not in seen:
                settings = settings.over(self._inherited(template, {*seen, name}))
        return settings
