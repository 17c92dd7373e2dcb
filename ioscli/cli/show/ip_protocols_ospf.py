"""What `show ip protocols` says of OSPF. Layout: captures of IOS and IOS-XE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.cli.show.ip_protocols_filters import update_filters
from ioscli.cli.show.ospf_process import area_counts, redistribution_text, role_lines
from ioscli.codec.ospf.numbers import dotted
from ioscli.model.instant import Duration, Instant
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ipaddress import IPv4Address

    from ioscli.model.ospf import OspfDistributeList
    from ioscli.model.ospf import OspfProcess as OspfConfig
    from ioscli.protocols.ospf.machine import Ospf
    from ioscli.router.ospf import OspfProcess


def section(process: OspfProcess, now: Instant) -> Iterator[str]:
    """Its lines from `Routing Protocol is` on."""
    ospf = process.machine
    config = process.config
    yield f'Routing Protocol is "ospf {ospf.process}"'
    yield from _filters("Outgoing", [one for one in config.distribute_lists if not one.incoming])
    yield from _filters("Incoming", [one for one in config.distribute_lists if one.incoming])
    yield f"  Router ID {dotted(ospf.router_id)}"
    for line in role_lines(ospf):
        yield " " + line
    if config.redistributions:
        yield " Redistributing External Routes from,"
        for one in config.redistributions:
            yield f"    {redistribution_text(one)}"
    yield " " + area_counts(ospf)
    yield f"  Maximum path: {config.maximum_paths}"
    yield "  Routing for Networks:"
    for network in config.networks:
        area = ospf.area_text(network.area)
        yield f"    {network.address} {network.wildcard} area {area}"
    yield from _explicit(ospf)
    passive = [one for one in ospf.interfaces.values() if one.passive]
    if passive:
        yield "  Passive Interface(s):"
        for interface in sorted(passive, key=lambda one: one.facts.name.listing_order):
            yield f"    {interface.label}"
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    for gateway, (distance, installed) in _sources(process).items():
        ago = route_age(Duration(now - installed))
        yield f"    {gateway!s:<16}{distance:>8}{'':6}{ago}"
    yield f"  Distance: (default is {config.distance})"
    yield from _distances(config)


_KINDS = {"": "", "prefix": "(prefix-list) ", "route-map": "(route-map) "}


def _filters(way: str, lines: Sequence[OspfDistributeList]) -> Iterator[str]:
    texts = [(_where(one), f"{_KINDS[one.kind]}{one.name}") for one in lines]
    everywhere = [text for where, text in texts if not where]
    return update_filters(way, everywhere, [part for part in texts if part[0]])


def _where(line: OspfDistributeList) -> str:
    if line.interface is not None:
        return str(line.interface)
    if line.source is None:
        return ""
    return f"Redistributed {line.source.name.lower()} {line.process}".rstrip()


def _explicit(ospf: Ospf) -> Iterator[str]:
    for area in ospf.areas.values():
        named = [one for one in area.interfaces if not one.statement and one.label[:4] != "OSPF"]
        if named:
            number = ospf.area_text(area.id)
            yield f"  Routing on Interfaces Configured Explicitly (Area {number}):"
            for one in sorted(named, key=lambda one: one.facts.name.listing_order, reverse=True):
                yield f"    {one.label}"


def _sources(process: OspfProcess) -> dict[IPv4Address, tuple[int, Instant]]:
    """Routers whose routes are in the table, their distance, and when the last one came."""
    found: dict[IPv4Address, tuple[int, Instant]] = {}
    for entry in process.vrf.rib.entries():
        route = entry.route
        if route.source is not RouteSource.OSPF or route.process != process.name:
            continue
        for path in route.paths:
            if path.advertiser is not None:
                known = found.get(path.advertiser)
                if known is None or known[1] < entry.installed:
                    found[path.advertiser] = (route.distance, entry.installed)
    return dict(sorted(found.items(), key=lambda item: -item[1][1]))


def _distances(config: OspfConfig) -> Iterator[str]:
    kinds = (config.distance_intra, config.distance_inter, config.distance_external)
    if kinds != (None, None, None):
        intra, inter, external = (config.distance if kind is None else kind for kind in kinds)
        yield f"    intra-area {intra}, inter-area {inter}, external {external}"
