"""What show ip protocols says of BGP. Layout: captures of IOS 15 (public outputs)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.model.instant import Duration, Instant
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.protocols.bgp.neighbor import Neighbor
    from ioscli.router.routing_process import RoutingProcess


def section(process: RoutingProcess, now: Instant) -> Iterator[str]:
    """The lines of one process."""
    from ioscli.router.bgp import BgpProcess

    assert isinstance(process, BgpProcess)
    config = process.config
    yield f'Routing Protocol is "bgp {config.number}"'
    yield "  Outgoing update filter list for all interfaces is not set"
    yield "  Incoming update filter list for all interfaces is not set"
    yield f"  IGP synchronization is {'enabled' if config.synchronization else 'disabled'}"
    summarized = "enabled" if config.auto_summary else "disabled"
    yield f"  Automatic route summarization is {summarized}"
    if config.redistributions:
        sources = [
            f"{it.source.name.lower()} {it.process}".rstrip() for it in config.redistributions
        ]
        yield f"  Redistributing: {', '.join(sources)}"
    neighbors = process.machine.neighbors.values()
    if neighbors:
        yield "  Neighbor(s):"
        yield "    Address          FiltIn FiltOut DistIn DistOut Weight RouteMap"
        for neighbor in neighbors:
            yield _neighbor(neighbor)
    yield f"  Maximum path: {max(config.maximum_paths, config.maximum_paths_ibgp)}"
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    for gateway, (distance, installed) in _sources(process).items():
        yield f"    {gateway!s:<15} {distance:>8}      {route_age(Duration(now - installed))}"
    distances = config.distances
    yield (
        f"  Distance: external {distances.external} internal {distances.internal} "
        f"local {distances.local}"
    )


def _neighbor(neighbor: Neighbor) -> str:
    settings = neighbor.settings
    shown = (
        (settings.filter_list_in, 7),
        (settings.filter_list_out, 8),
        (settings.distribute_list_in, 7),
        (settings.distribute_list_out, 8),
        (settings.weight or None, 7),
    )
    columns = "".join(f"{'' if value is None else value:<{width}}" for value, width in shown)
    return f"    {neighbor.name:<17}{columns}{settings.route_map_in or ''}".rstrip()


def _sources(process: RoutingProcess) -> dict[IPv4Address, tuple[int, Instant]]:
    """Who told the routes that are in the table, their distance and the latest of them."""
    found: dict[IPv4Address, tuple[int, Instant]] = {}
    for entry in process.vrf.rib.entries():
        if entry.route.source is not RouteSource.BGP:
            continue
        for path in entry.route.paths:
            gateway = path.advertiser
            if gateway is not None:
                latest = max(entry.installed, found.get(gateway, (0, entry.installed))[1])
                found[gateway] = entry.route.distance, latest
    return found
