"""A router's state as frozen views: what show commands are given to print."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.model.config import TunnelMode
from ioscli.model.instant import Duration, Instant
from ioscli.model.rib import Entry, Path, Rib, Route, RouteSource
from ioscli.router.ethernet import EthernetInterface, SubInterface
from ioscli.router.interfaces import Interface, NullInterface, PathCounts
from ioscli.router.serial import SerialInterface
from ioscli.router.tunnel import TunnelInterface
from ioscli.router.views import (
    ArpView,
    Counters,
    InterfaceView,
    NextHopView,
    PathView,
    RouteView,
    TunnelView,
)

if TYPE_CHECKING:
    from ioscli.router.router import Router

_NOWHERE = IPv4Address("0.0.0.0")
_DEFAULT_ROUTE = IPv4Network("0.0.0.0/0")
_UNMARKED_KINDS = frozenset({"external", "internal", "local"})
"""BGP's routes, which `show ip route` does not tell apart."""

_TRANSPORTS = {
    TunnelMode.GRE_IP: "GRE/IP",
    TunnelMode.IPIP: "IP/IP",
    TunnelMode.IPSEC_IPV4: "IPSEC/IP",
}


def interface_views(router: Router) -> list[InterfaceView]:
    """Every interface, in the order of `show interfaces`."""
    now = router.simulation.now
    ordered = sorted(router.interfaces.values(), key=lambda it: it.name.listing_order)
    return [_interface_view(it, now) for it in ordered if not isinstance(it, NullInterface)]


def _interface_view(interface: Interface, now: Instant) -> InterfaceView:
    config = interface.config
    rates = interface.rates
    return InterfaceView(
        name=interface.name,
        description=config.description,
        shutdown=config.shutdown,
        up=interface.up,
        protocol_up=interface.protocol_up,
        address=config.address,
        address_method="unset" if config.address is None else config.address_method,
        mac=interface.mac if isinstance(interface, EthernetInterface) else None,
        mtu=interface.mtu,
        ip_mtu=interface.ip_mtu,
        bandwidth=interface.bandwidth,
        delay=interface.delay,
        last_input=_ago(interface.last_input, now),
        last_output=_ago(interface.last_output, now),
        counters=_counters(interface),
        counters_cleared=_ago(interface.counters_cleared, now),
        input_rate=(round(rates.in_bits), round(rates.in_packets)),
        output_rate=(round(rates.out_bits), round(rates.out_packets)),
        tunnel=_tunnel_view(interface) if isinstance(interface, TunnelInterface) else None,
        vlan=_vlan(interface),
        groups=tuple(IPv4Address(group) for group in sorted(interface.groups)),
        output_queue=interface.port.waiting
        if isinstance(interface, EthernetInterface | SerialInterface)
        else 0,
        processed=_path(interface.processed),
        protocols=tuple((name, _path(it)) for name, it in sorted(interface.protocols.items())),
    )


def _path(counts: PathCounts) -> PathView:
    return PathView(counts.packets_in, counts.bytes_in, counts.packets_out, counts.bytes_out)


def _vlan(interface: Interface) -> int | None:
    if isinstance(interface, SubInterface):
        return interface.config.vlan
    return 1 if isinstance(interface, EthernetInterface) and interface.subinterfaces else None


def _ago(when: Instant | None, now: Instant) -> Duration | None:
    return None if when is None else Duration(now - when)


def _counters(interface: Interface) -> Counters:
    return Counters(
        packets_in=interface.packets_in,
        bytes_in=interface.bytes_in,
        broadcasts_in=interface.broadcasts_in,
        packets_out=interface.packets_out,
        bytes_out=interface.bytes_out,
        input_errors=interface.input_errors,
        input_drops=interface.input_drops,
        output_drops=interface.output_drops,
        unknown_protocol_drops=interface.unknown_protocols,
        resets=interface.resets,
        carrier_transitions=interface.carrier_transitions,
        multicasts_in=interface.multicasts_in,
    )


def _tunnel_view(tunnel: TunnelInterface) -> TunnelView:
    settings = tunnel.settings
    return TunnelView(
        source=tunnel.source,
        source_interface=tunnel.source_interface,
        destination=settings.destination,
        transport=_TRANSPORTS[settings.mode],
        key=settings.key,
        ttl=settings.ttl,
        transport_mtu=tunnel.transport_mtu,
        linestate=tunnel.linestate,
        protection_profile=settings.protection_profile,
        sequencing=settings.sequence_datagrams,
        checksumming=settings.checksum,
        tos=settings.tos,
        keepalive=settings.keepalive,
        path_mtu_discovery=settings.path_mtu_discovery,
        learned_mtu=tunnel.path_mtu.learned,
        learned_expires=tunnel.path_mtu.expires,
        transmit_bandwidth=settings.transmit_bandwidth,
        receive_bandwidth=settings.receive_bandwidth,
    )


def route_views(router: Router, table: str = "") -> list[RouteView]:
    """The best routes of a table, by prefix."""
    rib = router.vrfs[table].rib
    return [route_view(entry, rib) for entry in rib.entries()]


def route_view(entry: Entry, rib: Rib) -> RouteView:
    """One entry of a table."""
    route = entry.route
    return RouteView(
        prefix=route.prefix,
        code=route_code(route),
        distance=route.distance,
        metric=route.metric,
        paths=tuple(_next_hop_view(path, route.source) for path in route.paths),
        candidate_default=route.prefix == _DEFAULT_ROUTE or route.prefix in rib.candidates,
        installed=entry.installed,
        tag=route.tag,
        process=route.process,
        kind=route.kind,
    )


def _next_hop_view(path: Path, source: RouteSource) -> NextHopView:
    """A path as it is shown: BGP's aggregates lead to 0.0.0.0 on Null0."""
    if source is RouteSource.BGP and path.next_hop is None:
        path = path._replace(next_hop=_NOWHERE)
    return NextHopView(*path)


def route_code(route: Route) -> str:
    """`O`, `O IA`, `D EX`: what stands before a route. BGP's kinds are not told apart."""
    if not route.kind or route.kind in _UNMARKED_KINDS:
        return route.source.value
    return f"{route.source.value} {route.kind}"


def arp_views(router: Router) -> list[ArpView]:
    """The ARP tables with the router's own addresses, by address."""
    now = router.simulation.now
    rows: list[ArpView] = []
    for interface in router.interfaces.values():
        if not isinstance(interface, EthernetInterface) or not interface.protocol_up:
            continue
        if interface.address is not None:
            rows.append(ArpView(interface.address, interface.mac, None, interface.name))
        for address, entry in interface.arp.entries.items():
            age = Duration(now - entry.updated if entry.mac else 0)
            rows.append(ArpView(address, entry.mac, age, interface.name))
    return sorted(rows, key=lambda row: int(row.address))
