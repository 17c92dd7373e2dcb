"""From successors to routes for the routing table (RFC 7868 section 5.7)."""

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.model.effects import Install, Withdraw
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.protocols.eigrp.metric import INFINITY
from ioscli.protocols.eigrp.topology import Descriptor, Entry, Local, prefix_of

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp

NULL = InterfaceName("Null", (0,))
_BEST_SHARE = 240
"""Traffic share count of the best of unequal paths."""


def update_route(eigrp: "Eigrp", entry: Entry) -> None:
    """Bring the routing table up to date for a destination."""
    route = route_of(eigrp, entry)
    known = eigrp.routes.get(entry.prefix)
    if route == known:
        return
    if route is None:
        del eigrp.routes[entry.prefix]
        eigrp.effects.append(Withdraw(entry.network))
        return
    eigrp.routes[entry.prefix] = route
    eigrp.effects.append(Install(route))


def route_of(eigrp: "Eigrp", entry: Entry) -> Route | None:
    """The route to a destination; None: none, or it is not EIGRP's to install."""
    successors = [
        one for one in entry.successors if entry.is_passive or one in entry.descriptors.values()
    ]
    if not successors or successors[0].distance == INFINITY:
        return None
    first = successors[0]
    if first.origin is Local.SUMMARY:
        ways = _ways_before_summary(eigrp, entry)
        if not ways:
            return _discard_route(eigrp, entry, first)
        first = ways[0]
    elif first.neighbor is None:
        return None
    else:
        ways = successors if not entry.is_passive else _ways(eigrp, entry, first.distance)
    external = first.external
    return Route(
        entry.network,
        RouteSource.EIGRP,
        _distance(eigrp, first),
        eigrp.table_metric(first.distance),
        _paths(eigrp, ways, first.distance),
        first.tag if external is None else external.tag,
        eigrp.process,
        "" if external is None else "EX",
    )


def _distance(eigrp: "Eigrp", way: Descriptor) -> int:
    config = eigrp.config
    return config.distance_internal if way.external is None else config.distance_external


def _discard_route(eigrp: "Eigrp", entry: Entry, summary: Descriptor) -> Route | None:
    distance = eigrp.summaries.prefixes.get(entry.prefix, 255)
    if distance >= 255:
        return None
    metric = eigrp.table_metric(summary.distance)
    paths = (Path(None, NULL),)
    return Route(entry.network, RouteSource.EIGRP, distance, metric, paths, process=eigrp.process)


def _ways_before_summary(eigrp: "Eigrp", entry: Entry) -> list[Descriptor]:
    """What neighbors tell of a summary's own prefix, where it comes before the discard route.

    A floating summary (Cisco IOS IP Configuration Guide, "Configuring Floating Summary Routes"):
    with a distance beyond that of the learned route, the learned one is installed, while the
    summary is told as before. The feasibility condition says nothing here, since the summary's
    distance is that of a component and no way to the rest; what comes back from where the summary
    is told is left out instead.
    """
    limit = eigrp.summaries.prefixes.get(entry.prefix, 255)
    found = [
        one
        for one in entry.descriptors.values()
        if one.neighbor is not None
        and one.distance < INFINITY
        and _distance(eigrp, one) < limit
        and all(
            prefix_of(it.prefix) != entry.prefix
            for it in eigrp.summaries.of_interface(one.neighbor.interface)
        )
    ]
    best = min(found, key=lambda one: (_distance(eigrp, one), one.distance), default=None)
    if best is None:
        return []
    alike = [
        one
        for one in found
        if one.distance == best.distance and (one.external is None) == (best.external is None)
    ]
    alike.sort(key=lambda one: one.neighbor.address if one.neighbor else 0)
    return alike[: eigrp.config.maximum_paths]


def _ways(eigrp: "Eigrp", entry: Entry, best: int) -> list[Descriptor]:
    """Feasible successors within the variance, the nearest first (5.7)."""
    variance = eigrp.config.variance
    found = [
        one
        for one in entry.descriptors.values()
        if one.neighbor is not None
        and (
            one in entry.successors
            or (one.reported < entry.fd and best < one.distance < variance * best)
        )
    ]
    found.sort(key=lambda one: (one.distance, one.neighbor.address if one.neighbor else 0))
    return found[: eigrp.config.maximum_paths]


def _paths(eigrp: "Eigrp", ways: list[Descriptor], best: int) -> tuple[Path, ...]:
    equal = all(one.distance == best for one in ways)
    found = []
    for one in ways:
        assert one.neighbor is not None
        share = 1
        if not equal:
            share = round(_BEST_SHARE * best / one.distance)
            if not eigrp.config.traffic_share_balanced:
                share = int(one.distance == best)
        interface = one.neighbor.interface.facts.name
        own = None if one.distance == best else eigrp.table_metric(one.distance)
        told = one.neighbor.ip
        hop = told if one.next_hop == one.neighbor.address else IPv4Address(one.next_hop)
        found.append(Path(hop, interface, told, share, own))
    return tuple(found)
