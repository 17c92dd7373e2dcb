"""show ip prefix-list, route-map, as-path-access-list, community-list, policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Network

from ioscli.cli.communities import written
from ioscli.cli.route_map_clauses import match_line, set_line
from ioscli.model import route_map as clauses
from ioscli.model.attribute_lists import AsPathList, CommunityList
from ioscli.model.config import RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.policy import PolicyConfig
from ioscli.model.prefix_list import PrefixEntry, PrefixList
from ioscli.model.route_map import (
    KEPT_MATCHES,
    Match,
    MatchAddress,
    RouteMap,
    RouteMapEntry,
    SetTrackedNextHop,
)

# --- prefix lists --------------------------------------------------------------------------------


def show_ip_prefix_list(lists: Iterable[PrefixList]) -> Iterator[str]:
    """Every entry of the lists."""
    for known in lists:
        plural = "entry" if len(known.entries) == 1 else "entries"
        yield f"ip prefix-list {known.name}: {len(known.entries)} {plural}"
        for sequence, entry in known.entries.items():
            yield f"   seq {sequence} {entry.text}"


def show_ip_prefix_list_entries(
    known: PrefixList, sequence: int | None, prefix: IPv4Network | None, how: str
) -> Iterator[str]:
    """Entries of one list: of a number, or about a prefix.

    how: `longer`: also of prefixes within it; `first-match`: the entry that decides about it.
    """
    for at, entry in known.entries.items():
        if sequence is not None:
            chosen = at == sequence
        elif how == "first-match":
            chosen = prefix is not None and entry.matches(prefix)
        else:
            chosen = prefix is not None and (
                entry.prefix == prefix or (how == "longer" and entry.prefix.subnet_of(prefix))
            )
        if chosen:
            yield _counted(known, at)
            if how == "first-match":
                return


def show_ip_prefix_list_detail(
    policy: PolicyConfig, lists: Iterable[PrefixList], *, entries: bool
) -> Iterator[str]:
    """Counts of each list, and, where entries is set, what each entry met."""
    if policy.last_prefix_list:
        yield f"Prefix-list with the last deletion/insertion: {policy.last_prefix_list}"
    for known in lists:
        yield f"ip prefix-list {known.name}:"
        if known.description is not None:
            yield f"   Description: {known.description}"
        ranges = sum(_is_range(entry) for entry in known.entries.values())
        span = f"{min(known.entries)} - {max(known.entries)}" if known.entries else "0 - 0"
        yield (
            f"   count: {len(known.entries)}, range entries: {ranges}, sequences: {span}, "
            f"refcount: {1 + _users(policy, known.name)}"
        )
        if entries:
            for at in known.entries:
                yield _counted(known, at)


def _counted(known: PrefixList, at: int) -> str:
    hits = known.hits.get(at, 0)
    return f"   seq {at} {known.entries[at].text} (hit count: {hits}, refcount: 1)"


def _is_range(entry: PrefixEntry) -> bool:
    return entry.ge is not None or entry.le is not None


def _users(policy: PolicyConfig, name: str) -> int:
    """How many lines of route-maps name a list."""
    return sum(
        name in match[0]
        for known in policy.route_maps.values()
        for entry in known.entries.values()
        for match in entry.matches
        if isinstance(match, MatchAddress) and match.prefix_lists
    )


# --- route-maps ----------------------------------------------------------------------------------

_FILTERS = {
    clauses.MatchAddress: "ip address",
    clauses.MatchNextHop: "ip next-hop",
    clauses.MatchSource: "ip route-source",
}


def show_route_map(
    config: RouterConfig, maps: Iterable[RouteMap], tracked_up: Callable[[int], bool]
) -> Iterator[str]:
    """Entry by entry: what it matches and sets, and what policy routing sent by it.

    tracked_up: whether a tracked object is up.
    """
    for known in maps:
        for entry in known.entries.values():
            yield from _entry(config, known, entry, tracked_up)


def _entry(
    config: RouterConfig,
    known: RouteMap,
    entry: RouteMapEntry,
    tracked_up: Callable[[int], bool],
) -> Iterator[str]:
    action = "permit" if entry.permit else "deny"
    yield f"route-map {known.name}, {action}, sequence {entry.sequence}"
    if entry.description is not None:
        yield "  Description:"
        yield f"    {entry.description}"
    yield "  Match clauses:"
    for match in entry.matches:
        yield f"    {_match(match)} "
    for text in entry.stored.get(KEPT_MATCHES, ()):
        yield f"    {text.removeprefix('match ')} "
    if entry.continue_at is not None:
        following = next((at for at in known.entries if at > entry.sequence), None)
        if entry.continue_at:
            yield f"  Continue: sequence {entry.continue_at}"
        elif following is not None:
            yield f"  Continue: to next entry {following}"
    yield "  Set clauses:"
    for line in entry.sets:
        state = ""
        if isinstance(line, SetTrackedNextHop):
            state = "  [up]" if tracked_up(line.track) else "  [down]"
        yield f"    {set_line(config, line).removeprefix('set ')}{state}"
    for text in entry.stored.get("route_map_set_kept", ()):
        yield f"    {text.removeprefix('set ')}"
    yield f"  Policy routing matches: {entry.packets} packets, {entry.bytes} bytes"


def _match(match: Match) -> str:
    match match:
        case clauses.MatchAddress() | clauses.MatchNextHop() | clauses.MatchSource():
            kind = "prefix-lists" if match.prefix_lists else "(access-lists)"
            return f"{_FILTERS[type(match)]} {kind}: {' '.join(match.lists)}"
        case clauses.MatchAsPath(numbers):
            return f"as-path (as-path filter): {' '.join(map(str, numbers))}"
        case clauses.MatchCommunity(names, exact):
            return f"community (community-list filter): {' '.join(names)}{' exact-match' * exact}"
    return match_line(match).removeprefix("match ")


# --- attributes ----------------------------------------------------------------------------------


def show_ip_as_path_list(lists: Iterable[AsPathList]) -> Iterator[str]:
    """By number."""
    for known in lists:
        yield f"AS path access list {known.number}"
        for entry in known.entries:
            yield f"    {'permit' if entry.permit else 'deny'} {entry.expression}"


def show_ip_community_list(config: RouterConfig, lists: Iterable[CommunityList]) -> Iterator[str]:
    """Numbered lists, then named ones."""
    for known in sorted(lists, key=lambda it: (not it.name.isdigit(), it.name)):
        yield _heading(known)
        for entry in known.entries.values():
            what = entry.expression
            if what is None:
                what = written(config, entry.communities)
            yield f"     {'permit' if entry.permit else 'deny'} {what}"


def _heading(known: CommunityList) -> str:
    if not known.name.isdigit():
        return f"Named Community {'expanded' if known.expanded else 'standard'} list {known.name}"
    return f"Community {'(expanded) access' if known.expanded else 'standard'} list {known.name}"


# --- policy routing ------------------------------------------------------------------------------


def show_ip_policy(
    local: str | None, interfaces: Iterable[tuple[InterfaceName, str]]
) -> Iterator[str]:
    """Which interface goes by which route-map; the router's own packets stand first."""
    yield "Interface      Route map"
    if local is not None:
        yield f"{'local':<15}{local}"
    for name, route_map in interfaces:
        yield f"{name.short:<15}{route_map}"
