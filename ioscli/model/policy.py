"""Everything on a router that filters, by name; nothing of it is imported before it is used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ioscli.model.access_list import AccessList
    from ioscli.model.attribute_lists import AsPathList, CommunityList
    from ioscli.model.prefix_list import PrefixList
    from ioscli.model.route_map import RouteMap


@dataclass(slots=True)
class PolicyConfig:
    """Access lists, prefix lists, route-maps, AS-path and community lists."""

    access_lists: dict[str, AccessList] = field(default_factory=dict)
    prefix_lists: dict[str, PrefixList] = field(default_factory=dict)
    route_maps: dict[str, RouteMap] = field(default_factory=dict)
    as_path_lists: dict[int, AsPathList] = field(default_factory=dict)
    community_lists: dict[str, CommunityList] = field(default_factory=dict)
    last_prefix_list: str = ""
    """The prefix list that was changed last; shown, not configured."""
    local_route_map: str | None = None
    """`ip local policy route-map`: what the router's own packets go by."""
