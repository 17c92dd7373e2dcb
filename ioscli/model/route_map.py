"""Route-maps: what `match` lines ask of a route or packet and what `set` lines do to it.

An entry whose matches all hold decides; several values of one line are alternatives. A list that a
line names and nobody made matches nothing, but for an access list, which then lets all pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.model.policy import PolicyConfig

KEPT_MATCHES = "route_map_match_kept"
"""The grammar's rule of `match` lines that are kept without being understood."""


class RouteFacts(NamedTuple):
    """What a route-map can see of a route. None: the route has no such thing."""

    prefix: IPv4Network
    next_hop: IPv4Address | None = None
    source: IPv4Address | None = None
    """The router that told it."""
    interface: InterfaceName | None = None
    metric: int = 0
    tag: int = 0
    route_type: str = ""
    """`internal`, `external`, `external type-1`, `local`, `nssa-external type-2` ..."""
    protocol: str = ""
    """`connected`, `static`, `ospf 1`, `eigrp 100`, `bgp 65001`, `rip`."""
    as_path: str = ""
    communities: frozenset[int] = frozenset()
    local_preference: int | None = None


# -- match lines -----------------------------------------------------------------------------------


class MatchAddress(NamedTuple):
    """`match ip address`: the route's prefix, or a packet in policy routing."""

    lists: tuple[str, ...]
    prefix_lists: bool = False


class MatchNextHop(NamedTuple):
    """`match ip next-hop`."""

    lists: tuple[str, ...]
    prefix_lists: bool = False


class MatchSource(NamedTuple):
    """`match ip route-source`."""

    lists: tuple[str, ...]
    prefix_lists: bool = False


class MatchInterface(NamedTuple):
    """`match interface`: of the next hop."""

    interfaces: tuple[InterfaceName, ...]


class MatchMetric(NamedTuple):
    """`match metric`: value and how far off it may be."""

    values: tuple[tuple[int, int], ...]


class MatchTag(NamedTuple):
    """`match tag`."""

    tags: tuple[int, ...]


class MatchRouteType(NamedTuple):
    """`match route-type`."""

    types: tuple[str, ...]


class MatchProtocol(NamedTuple):
    """`match source-protocol`."""

    protocols: tuple[str, ...]


class MatchAsPath(NamedTuple):
    """`match as-path`."""

    lists: tuple[int, ...]


class MatchCommunity(NamedTuple):
    """`match community`."""

    lists: tuple[str, ...]
    exact: bool = False


class MatchLocalPreference(NamedTuple):
    """`match local-preference`."""

    values: tuple[int, ...]


class MatchLength(NamedTuple):
    """`match length`: bytes of a packet in policy routing."""

    shortest: int
    longest: int


Match = (
    MatchAddress
    | MatchNextHop
    | MatchSource
    | MatchInterface
    | MatchMetric
    | MatchTag
    | MatchRouteType
    | MatchProtocol
    | MatchAsPath
    | MatchCommunity
    | MatchLocalPreference
    | MatchLength
)


# -- set lines -------------------------------------------------------------------------------------


class SetMetric(NamedTuple):
    """`set metric N`, or `+N` and `-N`."""

    value: int
    relative: bool = False


class SetVector(NamedTuple):
    """`set metric BANDWIDTH DELAY RELIABILITY LOAD MTU`."""

    vector: tuple[int, int, int, int, int]


class SetMetricType(NamedTuple):
    """`set metric-type`: `type-1`, `type-2`, `internal`, `external`."""

    kind: str


class SetTag(NamedTuple):
    """`set tag`."""

    tag: int


class SetLocalPreference(NamedTuple):
    """`set local-preference`."""

    value: int


class SetWeight(NamedTuple):
    """`set weight`."""

    value: int


class SetOrigin(NamedTuple):
    """`set origin`: `igp`, `egp`, `incomplete`."""

    origin: str
    remote: int = 0
    """The AS of `egp`."""


class SetCommunity(NamedTuple):
    """`set community`; no values: `none`, which takes all away."""

    communities: frozenset[int]
    additive: bool = False


class DeleteCommunities(NamedTuple):
    """`set comm-list NAME delete`."""

    name: str


class PrependAsPath(NamedTuple):
    """`set as-path prepend`; last_as: how often the last AS is repeated instead."""

    path: tuple[int, ...]
    last_as: int = 0


class SetNextHop(NamedTuple):
    """`set ip next-hop`: addresses, or `self`, `peer-address`, `unchanged`."""

    addresses: tuple[IPv4Address, ...] = ()
    word: str = ""
    default: bool = False
    """`set ip default next-hop`: only where the table has no route of its own."""


class SetTrackedNextHop(NamedTuple):
    """`set ip next-hop verify-availability A.B.C.D N track T`: taken while the object is up."""

    address: IPv4Address
    sequence: int
    track: int


class SetInterface(NamedTuple):
    """`set interface` of policy routing."""

    interfaces: tuple[InterfaceName, ...]
    default: bool = False


class SetPrecedence(NamedTuple):
    """`set ip precedence`."""

    value: int


class SetTos(NamedTuple):
    """`set ip tos`: the four bits behind the precedence."""

    value: int


class SetDf(NamedTuple):
    """`set ip df`."""

    value: int


Set = (
    SetMetric
    | SetVector
    | SetMetricType
    | SetTag
    | SetLocalPreference
    | SetWeight
    | SetOrigin
    | SetCommunity
    | DeleteCommunities
    | PrependAsPath
    | SetNextHop
    | SetTrackedNextHop
    | SetInterface
    | SetPrecedence
    | SetTos
    | SetDf
)


# -- route-maps ------------------------------------------------------------------------------------


@dataclass(slots=True)
class RouteMapEntry:
    """`route-map NAME permit|deny N`."""

    sequence: int
    permit: bool = True
    description: str | None = None
    matches: list[Match] = field(default_factory=list)
    sets: list[Set] = field(default_factory=list)
    continue_at: int | None = None
    """`continue N`; 0: the next entry."""
    ordering: str = ""
    """`ordering-seq NAME`."""
    stored: dict[str, list[str]] = field(default_factory=dict)
    """Grammar rule -> lines that are kept; a `match` among them is never met."""
    packets: int = field(default=0, compare=False)
    """Counted by policy routing, for `show route-map`; nothing configured."""
    bytes: int = field(default=0, compare=False)


@dataclass(slots=True)
class RouteMap:
    """A route-map: its entries by sequence number."""

    name: str
    entries: dict[int, RouteMapEntry] = field(default_factory=dict)

    def entry(self, sequence: int, *, permit: bool) -> RouteMapEntry:
        """The entry of a number, made when there is none; its permit or deny follows."""
        known = self.entries.get(sequence)
        if known is None:
            known = self.entries[sequence] = RouteMapEntry(sequence)
            self.entries = dict(sorted(self.entries.items()))
        known.permit = permit
        return known


def apply(policy: PolicyConfig, name: str, route: RouteFacts) -> list[Set] | None:
    """What a route-map sets on a route that it lets through; None: denied.

    A route-map that nobody made denies everything, as IOS does in redistribution.
    """
    sets: list[Set] = []
    passed = False
    for entry in _visited(policy, name, route):
        if not entry.permit:
            return None
        passed = True
        sets.extend(entry.sets)
    return sets if passed else None


def _visited(policy: PolicyConfig, name: str, route: RouteFacts) -> Iterator[RouteMapEntry]:
    """The entries that match, following `continue`."""
    known = policy.route_maps.get(name)
    entries = [] if known is None else list(known.entries.values())
    start = 0
    for entry in entries:
        if entry.sequence < start or not matches(policy, entry, route):
            continue
        yield entry
        if entry.continue_at is None or not entry.permit:
            return
        start = entry.continue_at or entry.sequence + 1


def matches(policy: PolicyConfig, entry: RouteMapEntry, route: RouteFacts) -> bool:
    """Whether all `match` lines of an entry hold for a route."""
    if entry.stored.get(KEPT_MATCHES):
        return False
    return all(_holds(policy, match, route) for match in entry.matches)


def _holds(policy: PolicyConfig, condition: Match, route: RouteFacts) -> bool:
    match condition:
        case MatchAddress(names, prefix_lists):
            return _permitted(policy, route.prefix, names, prefix_lists)
        case MatchNextHop(names, prefix_lists):
            return _permitted_host(policy, route.next_hop, names, prefix_lists)
        case MatchSource(names, prefix_lists):
            return _permitted_host(policy, route.source, names, prefix_lists)
        case MatchInterface(interfaces):
            return route.interface in interfaces
        case MatchMetric(values):
            return any(abs(route.metric - value) <= off for value, off in values)
        case MatchTag(tags):
            return route.tag in tags
        case MatchRouteType(types):
            return any(f"{route.route_type} ".startswith(f"{kind} ") for kind in types)
        case MatchProtocol(protocols):
            return route.protocol in protocols
        case MatchAsPath(numbers):
            lists = (policy.as_path_lists.get(number) for number in numbers)
            return any(it is not None and it.permits(route.as_path) for it in lists)
        case MatchCommunity(names, exact):
            known = (policy.community_lists.get(name) for name in names)
            return any(
                it is not None and it.permits(route.communities, exact=exact) for it in known
            )
        case MatchLocalPreference(wanted):
            return route.local_preference in wanted
        case MatchLength():
            return False  # of packets only


def _permitted(
    policy: PolicyConfig, prefix: IPv4Network, names: tuple[str, ...], prefix_lists: bool
) -> bool:
    if prefix_lists:
        lists = (policy.prefix_lists.get(name) for name in names)
        return any(it is not None and it.permits(prefix) for it in lists)
    known = (policy.access_lists.get(name) for name in names)
    return any(it is None or it.permits_route(prefix) for it in known)


def _permitted_host(
    policy: PolicyConfig, address: IPv4Address | None, names: tuple[str, ...], prefix_lists: bool
) -> bool:
    if address is None:
        return False
    return _permitted(policy, IPv4Network((address, 32)), names, prefix_lists)
