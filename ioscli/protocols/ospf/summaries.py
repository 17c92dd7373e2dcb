"""What an area border router tells one area of the others (RFC 2328 12.4.3, appendix C.2)."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.codec.ospf.content import SummaryContent
from ioscli.codec.ospf.numbers import LS_INFINITY, LsType
from ioscli.model.ifname import NULL0
from ioscli.model.ospf import BACKBONE, OspfAreaKind, OspfRange
from ioscli.protocols.ospf.graph import Prefix, network_of, prefix_key
from ioscli.protocols.ospf.origination import Said
from ioscli.protocols.ospf.routing import OspfRoute, PathKind
from ioscli.protocols.ospf.self_description import lsa_options
from ioscli.protocols.ospf.spf import Hop

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf

_KINDS = (LsType.SUMMARY_NETWORK, LsType.SUMMARY_ASBR)
DEFAULT_ROUTE: Prefix = 0


def length_of(prefix: Prefix) -> int:
    """A prefix's length."""
    return prefix & 63


def mask_of(prefix: Prefix) -> int:
    """A prefix's mask."""
    return 0xFFFFFFFF << 32 - length_of(prefix) & 0xFFFFFFFF


def range_prefix(one: OspfRange) -> Prefix:
    """The prefix of `area range` or `summary-address`."""
    return prefix_key(int(one.prefix.network_address), one.prefix.prefixlen)


def covers(wide: Prefix, narrow: Prefix) -> bool:
    """Whether one prefix lies in another, or is it."""
    length = length_of(wide)
    return length <= length_of(narrow) and not (wide ^ narrow) >> 38 - length


def covering(ranges: Iterable[Prefix], prefix: Prefix) -> Prefix | None:
    """The narrowest of some ranges that covers a prefix."""
    fitting = [one for one in ranges if covers(one, prefix)]
    return max(fitting, key=length_of, default=None)


def ranges(ospf: "Ospf") -> tuple[dict[Prefix, int], dict[Prefix, OspfRoute]]:
    """Area ranges with something in them: their costs, and the routes that guard them."""
    active: dict[Prefix, int] = {}
    discards: dict[Prefix, OspfRoute] = {}
    if not ospf.is_border:
        return active, discards
    config = ospf.config
    for area in ospf.areas.values():
        configured = {range_prefix(one): one for one in area.config.ranges}
        if not configured or area.tree is None:
            continue
        for prefix, (cost, _, _) in area.tree.reached().items():
            wide = covering(configured, prefix)
            if wide is None:
                continue
            known = active.get(wide)
            # RFC 1583 took the nearest part for the cost of the whole, RFC 2328 the farthest.
            best = min if config.compatible_rfc1583 else max
            active[wide] = cost if known is None else best(known, cost)
        for prefix, one in configured.items():
            if prefix in active:
                if one.cost is not None:
                    active[prefix] = one.cost
                if one.advertise and config.discard_internal is not None:
                    discards[prefix] = discard(prefix, active[prefix], config.discard_internal)
    return active, discards


def discard(prefix: Prefix, cost: int, distance: int) -> OspfRoute:
    """The route to nowhere that goes with a summary."""
    hops = (Hop(NULL0, None),)
    return OspfRoute(prefix, PathKind.DISCARD, cost, hops, (0,), distance=distance)


def originate(ospf: "Ospf") -> None:
    """Tell every area what it is to know."""
    border = ospf.is_border
    for area in ospf.areas.values():
        said = dict(_summaries(ospf, area)) if border else {}
        ospf.origination.reconcile(area, _KINDS, said)


def _summaries(ospf: "Ospf", area: "Area") -> Iterator[tuple[tuple[int, int], Said]]:
    options = lsa_options(area)
    config = area.config
    closed = config.kind is not OspfAreaKind.NORMAL
    costs: dict[Prefix, int] = {}
    if not (closed and config.no_summary):
        costs = _network_costs(ospf, area)
    if config.kind is OspfAreaKind.STUB or (config.kind is OspfAreaKind.NSSA and config.no_summary):
        costs[DEFAULT_ROUTE] = 1 if config.default_cost is None else config.default_cost
    metric = ospf.config.max_metric
    least = 0
    if ospf.max_metric_active and metric is not None and metric.summary is not None:
        least = metric.summary
    for link_state_id, prefix in link_state_ids(costs):
        content = SummaryContent(mask_of(prefix), max(costs[prefix], least))
        yield (LsType.SUMMARY_NETWORK, link_state_id), Said(options, content)
    if closed:
        return
    for (router, number), way in ospf.table.routers.items():
        if not way.external or number == area.id or way.cost >= LS_INFINITY:
            continue
        if not way.intra and number != BACKBONE:
            continue
        if way.intra and ospf.areas[number].is_nssa:
            # What an NSSA's router tells leaves it under the translator's name (RFC 3101).
            continue
        if _lies_in(ospf, area, way.hops) or _known_inside(ospf, area, router):
            continue
        content = SummaryContent(0, max(way.cost, least))
        yield (LsType.SUMMARY_ASBR, router), Said(options, content)


def _known_inside(ospf: "Ospf", area: "Area", router: int) -> bool:
    """Whether the area finds an AS boundary router by itself."""
    way = ospf.table.routers.get((router, area.id))
    return way is not None and way.intra


def _lies_in(ospf: "Ospf", area: "Area", hops: tuple[Hop, ...]) -> bool:
    """Whether a path's first hop is in the area: then it needs not be told."""
    for hop in hops:
        interface = ospf.interfaces.get(hop.interface)
        if interface is not None and interface.area is area:
            return True
    return False


def _network_costs(ospf: "Ospf", area: "Area") -> dict[Prefix, int]:
    """What an area is told of the networks outside of it, with area ranges in place (12.4.3)."""
    costs: dict[Prefix, int] = {}
    hidden = {
        number: {range_prefix(one): one for one in other.config.ranges}
        for number, other in ospf.areas.items()
    }
    transit = area.is_transit
    for route in ospf.table.routes():
        if route.area == area.id or route.kind > PathKind.INTER or route.cost >= LS_INFINITY:
            continue
        if route.kind is PathKind.INTER:
            # Summaries are passed on from the backbone only.
            if area.id != BACKBONE and not _lies_in(ospf, area, route.hops):
                costs[route.prefix] = route.cost
            continue
        if _lies_in(ospf, area, route.hops):
            continue
        configured = hidden.get(route.area, {})
        wide = covering(configured, route.prefix)
        if wide is None or (transit and route.area == BACKBONE):
            told, cost = route.prefix, route.cost
        elif configured[wide].advertise and wide in ospf.active_ranges:
            told, cost = wide, ospf.active_ranges[wide]
        else:
            continue
        if _tells(ospf, route.area, told):
            costs[told] = cost
    if area.config.filter_in is None:
        return costs
    tells_in = area.config.tells_in
    return {prefix: cost for prefix, cost in costs.items() if tells_in(network_of(prefix))}


def _tells(ospf: "Ospf", area: int, prefix: Prefix) -> bool:
    """`area N filter-list ... out`."""
    config = ospf.areas[area].config
    return config.filter_out is None or config.tells_out(network_of(prefix))


def link_state_ids(prefixes: Iterable[Prefix]) -> Iterator[tuple[int, Prefix]]:
    """A link state ID for each prefix: its address, with host bits where that is taken (E)."""
    taken: set[int] = set()
    for prefix in sorted(prefixes, key=lambda one: (length_of(one), one)):
        address = prefix >> 6
        if address in taken:
            address |= ~mask_of(prefix) & 0xFFFFFFFF
        if address not in taken:
            taken.add(address)
            yield address, prefix
