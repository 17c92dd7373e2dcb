"""From successors to routes for the routing table (RFC 7868 section 5.7)."""

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.model.effects import Install, Withdraw
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.protocols.eigrp.metric import INFINITY
from ioscli.protocols.eigrp.topology import Descriptor, Entry, Local

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
    config = eigrp.config
    network = entry.network
    if first.origin is Local.SUMMARY:
        distance = eigrp.summaries.prefixes.get(entry.prefix, 255)
        if distance >= 255:
            return None
        paths: tuple[Path, ...] = (Path(None, NULL),)
        scaled = eigrp.table_metric(first.distance)
        return Route(
            network, RouteSource.EIGRP, distance, scaled, paths, process=eigrp.process, kind=""
        )
    if first.neighbor is None:
        return None
    ways = successors if not entry.is_passive else _ways(eigrp, entry, first.distance)
    external = first.external
    return Route(
        network,
        RouteSource.EIGRP,
        config.distance_internal if external is None else config.distance_external,
        eigrp.table_metric(first.distance),
        _paths(eigrp, ways, first.distance),
        first.tag if external is None else external.tag,
        eigrp.process,
        "" if external is None else "EX",
    )


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
