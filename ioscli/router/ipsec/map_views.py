"""Crypto maps as `show crypto map` needs them: what is configured beside what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address

    from ioscli.model.access_list import AccessList
    from ioscli.model.config import RouterConfig
    from ioscli.model.crypto import IpsecProfile, Selector
    from ioscli.model.crypto_map import CryptoMap, MapEntry
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.ipsec.crypto_maps import CryptoMaps
    from ioscli.router.ipsec.flow import ProtectedFlow

FIRST_TEMPORARY = 65_536
"""The sequence number of the first entry that IOS makes from a dynamic map."""


class MapEntryView(NamedTuple):
    """One configured entry."""

    entry: MapEntry
    access_list: AccessList | None
    current_peer: IPv4Address | None
    """None while it is incomplete."""


class MadeEntryView(NamedTuple):
    """An entry that a dynamic map became when a peer called."""

    sequence: int
    template: MapEntry
    peer: IPv4Address
    local: Selector
    remote: Selector


class ProfileMapView(NamedTuple):
    """What IOS makes of a tunnel's protection profile."""

    tunnel: InterfaceName
    name: str
    """`Tunnel0-head-0`."""
    profile: IpsecProfile
    peer: IPv4Address | None
    """None while the tunnel is not complete."""
    local: Selector | None
    remote: Selector | None


class CryptoMapView(NamedTuple):
    """One map."""

    name: str
    entries: tuple[MapEntryView, ...]
    made: tuple[MadeEntryView, ...]
    interfaces: tuple[InterfaceName, ...]


def map_views(config: RouterConfig, maps: CryptoMaps | None) -> list[CryptoMapView]:
    """Every map, in the order of configuration."""
    return [_map_view(config, known, maps) for known in config.crypto_maps.values()]


def profile_map_views(
    config: RouterConfig, flows: Mapping[str, ProtectedFlow]
) -> list[ProfileMapView]:
    """The maps of protected tunnels, by tunnel."""
    views = []
    for interface in config.interfaces.values():
        tunnel = interface.tunnel
        if tunnel is None or tunnel.protection_profile is None:
            continue
        profile = config.ipsec.profiles.get(tunnel.protection_profile)
        if profile is None:
            continue
        flow = flows.get(str(interface.name))
        policy = None if flow is None else flow.policy
        views.append(
            ProfileMapView(
                interface.name,
                f"{interface.name}-head-0",
                profile,
                None if policy is None else policy.peer,
                None if policy is None else policy.local_selector,
                None if policy is None else policy.remote_selector,
            )
        )
    return sorted(views, key=lambda view: view.tunnel.listing_order)


def _map_view(config: RouterConfig, known: CryptoMap, maps: CryptoMaps | None) -> CryptoMapView:
    lists = config.policy.access_lists
    peers = {} if maps is None else maps.current_peers(known.name)
    entries = []
    for entry in known.entries.values():
        found = None if entry.access_list is None else lists.get(entry.access_list)
        complete = bool(entry.peers) and found is not None and bool(found.lines)
        # A map that is on no interface has not called anyone: its first peer's turn is next.
        first = next((peer.address for peer in entry.peers if peer.default), None)
        if complete and first is None:
            first = entry.peers[0].address
        current = peers.get(entry.sequence, first) if complete else None
        entries.append(MapEntryView(entry, found, current))
    interfaces = tuple(
        interface.name for interface in config.interfaces.values()
        if interface.crypto_map == known.name
    )  # fmt: skip
    return CryptoMapView(known.name, tuple(entries), _made(known.name, maps), interfaces)


def _made(name: str, maps: CryptoMaps | None) -> tuple[MadeEntryView, ...]:
    if maps is None:
        return ()
    flows = [
        flow for flow in maps.flows()
        if flow.seat.map.name == name and flow.seat.answers_only
    ]  # fmt: skip
    return tuple(
        MadeEntryView(
            FIRST_TEMPORARY + at,
            flow.seat.entry,
            flow.policy.peer,
            flow.policy.local_selector,
            flow.policy.remote_selector,
        )
        for at, flow in enumerate(flows)
    )
