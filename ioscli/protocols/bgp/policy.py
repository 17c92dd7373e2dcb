"""Policy of a neighbor: what its filters and route-maps make of a path (RFC 4271 section 9.1.1).

A list that is named and was never made lets everything by, as on IOS; such a route-map lets
nothing by.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.codec.bgp import PathAttributes
from ioscli.model.policy import PolicyConfig
from ioscli.protocols.bgp.paths import as_path_text


class Passed(NamedTuple):
    """A path that policy let through."""

    attributes: PathAttributes
    weight: int | None = None
    """What `set weight` says."""
    next_hop_set: bool = False
    """Whether a route-map chose the next hop."""
    med_set: bool = False


class Filters(NamedTuple):
    """The policy of one direction; the names of lists and of a route-map."""

    prefix_list: str | None = None
    distribute_list: str | None = None
    filter_list: int | None = None
    route_map: str | None = None

    @property
    def empty(self) -> bool:
        """Whether everything passes unchanged."""
        return self == _NOTHING


_NOTHING = Filters()


class Ends(NamedTuple):
    """Addresses that `set ip next-hop` words stand for."""

    peer: IPv4Address
    own: IPv4Address | None


def pass_through(
    policy: PolicyConfig,
    filters: Filters,
    prefix: IPv4Network,
    attributes: PathAttributes,
    source: IPv4Address | None,
    ends: Ends,
) -> Passed | str:
    """What the policy makes of a path; or what denied it, in the words of `Local Policy Denied`."""
    if filters.empty:
        return Passed(attributes)
    if filters.prefix_list is not None:
        prefixes = policy.prefix_lists.get(filters.prefix_list)
        if prefixes is not None and not prefixes.permits(prefix):
            return "prefix-list"
    if filters.distribute_list is not None:
        access = policy.access_lists.get(filters.distribute_list)
        if access is not None and not access.permits_route(prefix):
            return "distribute-list"
    if filters.filter_list is not None:
        paths = policy.as_path_lists.get(filters.filter_list)
        if paths is not None and not paths.permits(as_path_text(attributes.as_path)):
            return "filter-list"
    if filters.route_map is None:
        return Passed(attributes)
    from ioscli.protocols.bgp.route_maps import through  # only who has route-maps loads them

    found = through(policy, filters.route_map, prefix, attributes, source, ends)
    return "route-map" if found is None else found
