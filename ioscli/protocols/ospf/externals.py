"""What an AS boundary router tells of the world outside (RFC 2328 12.4.4, RFC 3101)."""

from typing import TYPE_CHECKING

from ioscli.codec.ospf.content import ExternalContent, mask_length
from ioscli.codec.ospf.numbers import (
    LS_INFINITY,
    OPTION_DC,
    OPTION_E,
    OPTION_P,
    ROUTER_BORDER,
    ROUTER_TRANSLATES,
    LsType,
)
from ioscli.model.effects import Redistributed
from ioscli.model.ospf import OspfRange
from ioscli.model.rib import RouteSource
from ioscli.protocols.ospf.graph import Prefix, prefix_key
from ioscli.protocols.ospf.origination import Said
from ioscli.protocols.ospf.routing import OspfRoute
from ioscli.protocols.ospf.spf import UNREACHED
from ioscli.protocols.ospf.states import NetworkType
from ioscli.protocols.ospf.summaries import (
    DEFAULT_ROUTE,
    covering,
    discard,
    link_state_ids,
    mask_of,
    range_prefix,
)

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf

DEFAULT_METRIC = 20
BGP_METRIC = 1
DEFAULT_INFORMATION_METRIC = 1
NSSA_DEFAULT_METRIC = 1

_FORWARDING = frozenset({NetworkType.BROADCAST, NetworkType.NON_BROADCAST})

Externals = dict[Prefix, ExternalContent]


def originate(ospf: "Ospf") -> None:
    """Tell the AS, and each NSSA, what is redistributed and which defaults there are."""
    told = _redistributed(ospf)
    normal = next((area for area in ospf.areas.values() if area.takes_externals), None)
    translated = _translations(ospf)
    if normal is not None:
        externals = {**translated, **told}
        default = ospf.config.default_information
        if default is not None and (default.always or _has_default(ospf)):
            metric = default.metric
            if metric is None:
                metric = ospf.config.default_metric or DEFAULT_INFORMATION_METRIC
            externals[DEFAULT_ROUTE] = ExternalContent(
                0,
                default.metric_type == 2,
                metric,
                0,
                int(ospf.process) if ospf.process.isdigit() else 1,
            )
        said: dict[tuple[int, int], Said] = {
            (LsType.AS_EXTERNAL, link_state_id): Said(OPTION_DC | OPTION_E, externals[prefix])
            for link_state_id, prefix in link_state_ids(externals)
        }
        ospf.origination.reconcile(normal, (LsType.AS_EXTERNAL,), said)
    for area in ospf.areas.values():
        if area.is_nssa:
            _originate_nssa(ospf, area, told)


def translate(ospf: "Ospf") -> None:
    """Look at translation anew after the routes have changed (RFC 3101 3)."""
    originate(ospf)


def discards(ospf: "Ospf") -> dict[Prefix, OspfRoute]:
    """The routes that guard the summary addresses in use."""
    distance = ospf.config.discard_external
    summaries = {range_prefix(one) for one in ospf.config.summary_addresses if one.advertise}
    if distance is None or not summaries:
        return {}
    costs: dict[Prefix, int] = {}
    for prefix, content in _plain(ospf).items():
        wide = covering(summaries, prefix)
        if wide is not None and wide != prefix:
            costs[wide] = max(costs.get(wide, 0), content.metric)
    return {prefix: discard(prefix, cost, distance) for prefix, cost in costs.items()}


def _has_default(ospf: "Ospf") -> bool:
    return any(not prefix.prefixlen for prefix in ospf.redistributed)


def _metric(ospf: "Ospf", route: Redistributed) -> int:
    if route.metric is not None:
        return route.metric
    if ospf.config.default_metric is not None and route.origin is not RouteSource.CONNECTED:
        return ospf.config.default_metric
    return BGP_METRIC if route.origin is RouteSource.BGP else DEFAULT_METRIC


def _plain(ospf: "Ospf") -> Externals:
    """Redistributed routes one by one."""
    metric = ospf.config.max_metric
    least = 0
    if ospf.max_metric_active and metric is not None and metric.external is not None:
        least = metric.external
    externals: Externals = {}
    for network, route in ospf.redistributed.items():
        if not network.prefixlen:
            continue
        prefix = prefix_key(int(network.network_address), network.prefixlen)
        externals[prefix] = ExternalContent(
            mask_of(prefix),
            route.metric_type == 2,
            max(_metric(ospf, route), least),
            _forwarding(ospf, route),
            route.tag,
        )
    return externals


def _redistributed(ospf: "Ospf") -> Externals:
    """Redistributed routes, those under a summary address as that."""
    return _summarised(_plain(ospf), ospf.config.summary_addresses)


def _summarised(externals: Externals, summaries: list[OspfRange]) -> Externals:
    if not summaries:
        return externals
    configured = {range_prefix(one): one for one in summaries}
    found: Externals = {}
    for prefix, content in externals.items():
        wide = covering(configured, prefix)
        if wide is None:
            found[prefix] = content
            continue
        one = configured[wide]
        if not one.advertise:
            continue
        known = found.get(wide)
        # A summary of type 1 routes costs what the farthest costs; one type 2 makes it type 2.
        type2 = content.type2 or (known is not None and known.type2)
        metric = max(content.metric, known.metric if known else 0)
        found[wide] = ExternalContent(mask_of(wide), type2, metric, 0, one.tag)
    return found


def _forwarding(ospf: "Ospf", route: Redistributed) -> int:
    """The next hop, where others on an OSPF network can reach it themselves (IOS, 12.4.4.1)."""
    if route.next_hop is None:
        return 0
    address = int(route.next_hop)
    for interface in ospf.interfaces.values():
        if (
            interface.is_up
            and not interface.passive
            and interface.network_type in _FORWARDING
            and not (interface.address ^ address) & interface.mask
            and (route.interface is None or route.interface == interface.facts.name)
        ):
            return address
    return 0


# NSSAs (RFC 3101)


def _originate_nssa(ospf: "Ospf", area: "Area", told: Externals) -> None:
    said: dict[tuple[int, int], Said] = {}
    own = _own_forwarding(area)
    externals = {} if area.config.no_redistribution else dict(told)
    for link_state_id, prefix in link_state_ids(externals):
        content = externals[prefix]
        if not content.forwarding:
            content = content._replace(forwarding=own)
        # A router in both the NSSA and the rest tells the rest itself: nobody need translate.
        translated = OPTION_P if content.forwarding and not ospf.is_border else 0
        said[LsType.NSSA_EXTERNAL, link_state_id] = Said(OPTION_DC | translated, content)
    default = area.config.default_originate
    if default is not None and (ospf.is_border or _has_default(ospf)):
        metric = default.metric
        if metric is None:
            metric = area.config.default_cost or NSSA_DEFAULT_METRIC
        translated = 0 if ospf.is_border else OPTION_P
        content = ExternalContent(0, default.metric_type == 2, metric, own if translated else 0, 0)
        said[LsType.NSSA_EXTERNAL, 0] = Said(OPTION_DC | translated, content)
    ospf.origination.reconcile(area, (LsType.NSSA_EXTERNAL,), said)


def _own_forwarding(area: "Area") -> int:
    """An address of this router in the NSSA: a loopback's before any other, the highest."""
    up = [
        interface
        for interface in area.active_interfaces()
        if not interface.facts.unnumbered and interface.network_type is not NetworkType.VIRTUAL_LINK
    ]
    loopbacks = [one for one in up if one.facts.name.kind == "Loopback"]
    return max((one.address for one in loopbacks or up), default=0)


def is_translator(ospf: "Ospf", area: "Area") -> bool:
    """Whether this router translates: if told so, or with the highest ID (RFC 3101 3.1)."""
    if not ospf.is_border or not area.is_nssa:
        return False
    if area.config.translate_always:
        return True
    tree = area.tree
    if tree is None:
        return False
    for vertex in tree.graph.special:
        reached = tree.distance[vertex.number] < UNREACHED
        if vertex.number == tree.root or not vertex.flags & ROUTER_BORDER or not reached:
            continue
        if vertex.flags & ROUTER_TRANSLATES or vertex.router > ospf.router_id:
            return False
    return True


def _translations(ospf: "Ospf") -> Externals:
    """Type 7 LSAs as type 5 (RFC 3101 3.2)."""
    externals: Externals = {}
    for area in ospf.areas.values():
        area.translates = is_translator(ospf, area)
        if not area.translates or area.tree is None:
            continue
        found: Externals = {}
        for entry in area.lsdb.living(LsType.NSSA_EXTERNAL):
            lsa, content = entry.lsa, entry.lsa.content
            if (
                not isinstance(content, ExternalContent)
                or not lsa.options & OPTION_P
                or not content.forwarding
                or content.metric >= LS_INFINITY
                or lsa.router == ospf.router_id
            ):
                continue
            prefix = prefix_key(lsa.id, mask_length(content.mask))
            route = ospf.table.get(prefix)
            if route is None or not route.nssa or lsa.router not in route.advertisers:
                continue
            forwarding = 0 if area.config.suppress_forwarding else content.forwarding
            found[prefix] = content._replace(forwarding=forwarding)
        ranges = [*area.config.ranges, *ospf.config.summary_addresses]
        externals.update(_summarised(found, ranges))
    return externals
