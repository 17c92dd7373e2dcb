"""The forwarding information base as `show ip cef` has it: prefixes, and what becomes of packets.

Made from the routing table, the interfaces' addresses and their adjacencies at the moment of
asking: the forwarding path itself looks destinations up in the same tables.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import Route, RouteSource
from ioscli.router.interfaces import Interface, LoopbackInterface, NullInterface

if TYPE_CHECKING:
    from ioscli.router.vrf import Vrf

_DROPPED = tuple(
    IPv4Network(it) for it in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4")
)
_RECEIVED = tuple(IPv4Network(it) for it in ("0.0.0.0/32", "224.0.0.0/24", "255.255.255.255/32"))
_EVERYTHING = IPv4Network("0.0.0.0/0")


class FibPath(NamedTuple):
    """One way that packets take."""

    next_hop: IPv4Address | None
    """None: the destination itself is attached."""
    interface: InterfaceName | None
    recursive: IPv4Address | None = None
    """The next hop that had to be looked up to find it."""


class FibEntry(NamedTuple):
    """One prefix."""

    prefix: IPv4Network
    kind: str
    """`forward`, `attached`, `connected`, `receive`, `drop`, `no route`."""
    paths: tuple[FibPath, ...] = ()


def entries(table: Vrf) -> list[FibEntry]:
    """Every prefix, in order."""
    found: dict[IPv4Network, FibEntry] = {_EVERYTHING: FibEntry(_EVERYTHING, "no route")}
    for prefix in _DROPPED:
        found[prefix] = FibEntry(prefix, "drop")
    for prefix in _RECEIVED:
        found[prefix] = FibEntry(prefix, "receive")
    resort = table.rib.last_resort
    if resort is not None:
        found[_EVERYTHING] = _of_route(table, resort)._replace(prefix=_EVERYTHING)
    for route in table.rib.routes():
        found[route.prefix] = _of_route(table, route)
    for interface in table.forwarding.interfaces.values():
        if interface.vrf == table.name and interface.protocol_up:
            for entry in _of_interface(interface):
                if entry.kind != "attached" or entry.prefix not in found:
                    found[entry.prefix] = entry
    return sorted(
        found.values(), key=lambda it: (int(it.prefix.network_address), it.prefix.prefixlen)
    )


def lookup(table: Vrf, address: IPv4Address) -> FibEntry:
    """The longest match of an address."""
    fits = [it for it in entries(table) if address in it.prefix]
    return max(fits, key=lambda it: it.prefix.prefixlen)


def _of_route(table: Vrf, route: Route) -> FibEntry:
    if route.source is RouteSource.CONNECTED:
        interface = route.paths[0].interface
        return FibEntry(route.prefix, "connected", (FibPath(None, interface),))
    if route.source is RouteSource.LOCAL:
        return FibEntry(route.prefix, "receive", (FibPath(None, route.paths[0].interface),))
    paths = []
    for path in route.paths:
        if path.interface is not None:
            paths.append(FibPath(path.next_hop, path.interface))
        elif path.next_hop is not None:
            ways = table.forwarding.ways_out(int(path.next_hop))
            for way, hop, _ in ways:
                paths.append(FibPath(IPv4Address(hop), way.name, path.next_hop))
    return FibEntry(route.prefix, "forward" if paths else "no route", tuple(paths))


def _of_interface(interface: Interface) -> list[FibEntry]:
    """The network's own addresses, which are received, and the neighbours that are known."""
    if isinstance(interface, NullInterface):
        return []
    here = (FibPath(None, interface.name),)
    found = []
    config = interface.config
    addresses = [] if config.address is None else [config.address, *config.secondary_addresses]
    for address in addresses:
        network = address.network
        own = {address.ip}
        if network.prefixlen < 31:
            own |= {network.network_address, network.broadcast_address}
        found += [FibEntry(IPv4Network((int(it), 32)), "receive", here) for it in own]
    if not isinstance(interface, LoopbackInterface):
        for hop, adjacency in interface.adjacencies.items():
            if len(hop) == 4 and hop[0] < 224 and adjacency.rewrite is not None:
                prefix = IPv4Network((int.from_bytes(hop, "big"), 32))
                if any(IPv4Address(hop) in it.network for it in addresses):
                    found.append(FibEntry(prefix, "attached", here))
    return found
