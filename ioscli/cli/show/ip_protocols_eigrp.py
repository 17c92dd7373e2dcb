"""What show ip protocols says of EIGRP. Layout: captures of IOSv 15 (public outputs).

The timer for routes of a neighbor that restarts (NSF) is left out: nobody is helped over that here.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.cli.show.ip_protocols_filters import update_filters
from ioscli.model.eigrp import EigrpDistributeList, EigrpNetwork
from ioscli.model.instant import Duration, Instant
from ioscli.protocols.eigrp.topology import Local

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp
    from ioscli.router.routing_process import RoutingProcess


def section(process: RoutingProcess, now: Instant) -> Iterator[str]:
    """The lines of one process."""
    from ioscli.router.eigrp import EigrpProcess

    assert isinstance(process, EigrpProcess)
    eigrp, config = process.machine, process.config
    yield f'Routing Protocol is "eigrp {config.autonomous_system}"'
    yield from _filters("Outgoing", [one for one in config.distribute_lists if one.outward])
    yield from _filters("Incoming", [one for one in config.distribute_lists if not one.outward])
    yield "  Default networks flagged in outgoing updates"
    yield "  Default networks accepted from incoming updates"
    if config.redistributions:
        sources = [f"{one.source.name.lower()} {one.process}".rstrip()
                   for one in config.redistributions]  # fmt: skip
        yield f"  Redistributing: {', '.join(sources)}"
    yield from _instance(eigrp)
    state = "enabled" if config.auto_summary else "disabled"
    yield ""
    yield f"  Automatic Summarization: {state}"
    yield from _summaries(eigrp)
    yield f"  Maximum path: {config.maximum_paths}"
    yield "  Routing for Networks:"
    for network in config.networks:
        yield f"    {_network(network)}"
    passive = [facts.name for facts in eigrp.known_interfaces if facts.passive]
    if passive:
        yield "  Passive Interface(s):"
        for name in sorted(passive, key=lambda one: one.listing_order):
            yield f"    {name}"
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    for gateway, installed in _sources(process):
        age = route_age(Duration(now - installed))
        yield f"    {gateway!s:<16}{config.distance_internal:>8}{'':6}{age}"
    yield (f"  Distance: internal {config.distance_internal} external {config.distance_external}")


_KINDS = {"list": "", "prefix": "(prefix-list) ", "route-map": "(route-map) "}


def _filters(way: str, lines: list[EigrpDistributeList]) -> Iterator[str]:
    everywhere = [
        f"{_KINDS[one.kind]}{one.name}"
        for one in lines
        if one.interface is None and not one.protocol
    ]
    parts = [(str(one.interface), one.name) for one in lines if one.interface is not None]
    return update_filters(way, everywhere, parts)


def _instance(eigrp: Eigrp) -> Iterator[str]:
    config = eigrp.config
    k1, k2, k3, k4, k5, k6 = config.weights
    weights = f"    Metric weight K1={k1}, K2={k2}, K3={k3}, K4={k4}, K5={k5}"
    if config.named:
        name = f"EIGRP-IPv4 VR({config.name}) Address-Family"
        yield f"  {name} Protocol for AS({config.autonomous_system})"
        yield f"{weights} K6={k6}"
        yield f"    Metric rib-scale {config.rib_scale}"
        yield "    Metric version 64bit"
    else:
        yield f"  EIGRP-IPv4 Protocol for AS({config.autonomous_system})"
        yield weights
    yield "    Soft SIA disabled"
    yield f"    Router-ID: {IPv4Address(eigrp.router_id)}"
    if config.stub is not None:
        yield f"    Stub, {_stub(eigrp)}"
    yield "    Topology : 0 (base) "
    active = "disabled" if config.active_time is None else f"{config.active_time} min"
    yield f"      Active Timer: {active}"
    yield f"      Distance: internal {config.distance_internal} external {config.distance_external}"
    yield f"      Maximum path: {config.maximum_paths}"
    yield f"      Maximum hopcount {config.maximum_hops}"
    yield f"      Maximum metric variance {config.variance}"
    if config.named:
        redistributed = sum(
            any(key in (Local.REDISTRIBUTED, Local.STATIC) for key in entry.descriptors)
            for entry in eigrp.topology.values()
        )
        yield f"      Total Prefix Count: {len(eigrp.topology)}"
        yield f"      Total Redist Count: {redistributed}"


def _stub(eigrp: Eigrp) -> str:
    stub = eigrp.config.stub
    assert stub is not None
    names = ("receive_only", "connected", "static", "summary", "redistributed")
    return ", ".join(name.replace("_", "-") for name in names if getattr(stub, name))


def _summaries(eigrp: Eigrp) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for interface in eigrp.interfaces.values():
        for one in eigrp.summaries.of_interface(interface):
            found.setdefault(str(one.prefix), []).append(interface.short)
    if not found:
        return
    yield "  Address Summarization:"
    for prefix, names in found.items():
        yield f"    {prefix} for {', '.join(names)}"
        known = next((one for one in eigrp.topology.values() if str(one.network) == prefix), None)
        if known is not None and Local.SUMMARY in known.descriptors:
            count = sum(
                entry.network != known.network and entry.network.subnet_of(known.network)
                for entry in eigrp.topology.values()
            )
            metric = known.descriptors[Local.SUMMARY].distance
            yield f"      Summarizing {count} components with metric {metric}"


def _network(network: EigrpNetwork) -> str:
    """As IOS prints it: with a length where a wildcard was given."""
    if network.wildcard is None:
        return str(network.address)
    wildcard = int(network.wildcard)
    if wildcard & (wildcard + 1):
        return f"{network.address}/{network.wildcard}"
    length = 32 - wildcard.bit_length()
    return str(network.address) if length == 0 else f"{network.address}/{length}"


def _sources(process: RoutingProcess) -> Iterator[tuple[IPv4Address, Instant]]:
    """Neighbors whose routes are in the table, and when the last one came."""
    found: dict[IPv4Address, Instant] = {}
    for entry in process.vrf.rib.entries():
        route = entry.route
        if route.source is not process.source or route.process != process.name:
            continue
        for path in route.paths:
            if path.advertiser is not None:
                known = found.get(path.advertiser, entry.installed)
                found[path.advertiser] = max(known, entry.installed)
    yield from sorted(found.items())
