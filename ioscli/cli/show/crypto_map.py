"""show crypto map, show crypto dynamic-map.

Lines of captures of IOS 15 (vIOS) and, for dynamic maps and reverse routes, of Cisco's command
references. What a default peer or `level per-host` adds is in none of them: nothing is printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.access_entry import extended_line
from ioscli.cli.show.transforms import shown_transform
from ioscli.model.crypto import BUILT_IN
from ioscli.model.crypto_map import WITH_ISAKMP, MapEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ioscli.model.access_list import AccessList
    from ioscli.model.crypto import IpsecConfig, Selector
    from ioscli.model.crypto_map import DynamicMap
    from ioscli.router.ipsec.map_views import (
        CryptoMapView,
        MadeEntryView,
        MapEntryView,
        ProfileMapView,
    )

_NO_VOLUME_LIMIT = 0xFFFF_FFFF
_PROFILE = 65_536
"""The sequence number that a profile has as a map."""
_PROTOCOLS = {0: "ip", 1: "icmp", 6: "tcp", 17: "udp", 47: "gre"}


def show_crypto_maps(maps: Iterable[CryptoMapView], ipsec: IpsecConfig) -> Iterator[str]:
    """`show crypto map`."""
    for known in maps:
        for view in known.entries:
            yield from _entry(view, ipsec)
        for made in known.made:
            yield from _made(known.name, made, ipsec)
        yield f"\tInterfaces using crypto map {known.name}:"
        for interface in known.interfaces:
            yield f"\t\t{interface}"
        yield ""


def show_profile_maps(maps: Iterable[ProfileMapView], ipsec: IpsecConfig) -> Iterator[str]:
    """What `show crypto map` prints of protected tunnels: the profile, and its instance."""
    for known in maps:
        entry = _as_entry(known)
        yield f'Crypto Map IPv4 "{known.name}" {_PROFILE} ipsec-isakmp'
        yield from _profile_names(known)
        yield from _terms(entry, ipsec, responder_only=known.profile.responder_only)
        yield ""
        if known.peer is not None and known.local is not None and known.remote is not None:
            yield f'Crypto Map IPv4 "{known.name}" {_PROFILE + 1} ipsec-isakmp'
            yield "\tMap is a PROFILE INSTANCE."
            yield f"\tPeer = {known.peer}"
            yield from _profile_names(known, instance=True)
            yield "\tExtended IP access list "
            yield f"\t    access-list  {_identity(known.local, known.remote)}"
            yield f"\tCurrent peer: {known.peer}"
            yield from _terms(entry, ipsec, responder_only=known.profile.responder_only)
            yield "\tAlways create SAs"
        yield f"\tInterfaces using crypto map {known.name}:"
        yield f"\t\t{known.tunnel}"
        yield ""


def _as_entry(known: ProfileMapView) -> MapEntry:
    profile = known.profile
    return MapEntry(
        known.name,
        _PROFILE,
        transform_sets=profile.transform_sets,
        pfs_group=profile.pfs_group,
        lifetime_seconds=profile.lifetime_seconds,
        lifetime_kilobytes=profile.lifetime_kilobytes,
        idle_time=profile.idle_time,
    )


def _profile_names(known: ProfileMapView, *, instance: bool = False) -> Iterator[str]:
    if known.profile.isakmp_profile is not None:
        yield f"\tISAKMP Profile: {known.profile.isakmp_profile}"
    if not instance:
        yield f"\tProfile name: {known.profile.name}"


def _entry(view: MapEntryView, ipsec: IpsecConfig) -> Iterator[str]:
    entry = view.entry
    yield f'Crypto Map IPv4 "{entry.name}" {entry.sequence} {entry.kind}'
    if entry.dynamic is not None:
        yield f"\tDynamic map template tag: {entry.dynamic}"
        return
    if entry.kind == WITH_ISAKMP and view.current_peer is None:
        yield "\tWARNING: This crypto map is in an incomplete state!"
        yield "\t\t(missing peer or access-list definitions)"
    if entry.description is not None:
        yield f"\tDescription: {entry.description}"
    for peer in entry.peers:
        yield f"\tPeer = {peer.address}"
    if entry.isakmp_profile is not None:
        yield f"\tISAKMP Profile: {entry.isakmp_profile}"
    if entry.access_list is None:
        yield "\tNo matching address list set."
    else:
        yield from _list(entry.access_list, view.access_list)
    if view.current_peer is not None:
        yield f"\tCurrent peer: {view.current_peer}"
    yield from _terms(entry, ipsec)


def _list(name: str, known: AccessList | None) -> Iterator[str]:
    yield f"\tExtended IP access list {name}"
    if known is not None:
        for line in known.lines.values():
            yield f"\t    access-list {name} {extended_line(line, shown=True)}"


def _made(name: str, made: MadeEntryView, ipsec: IpsecConfig) -> Iterator[str]:
    template = made.template
    yield f'Crypto Map IPv4 "{name}" {made.sequence} ipsec-isakmp'
    yield f"\tPeer = {made.peer}"
    yield "\tExtended IP access list "
    yield f"\t    access-list  {_identity(made.local, made.remote)}"
    yield f"\t    dynamic (created from dynamic map {template.name}/{template.sequence})"
    yield f"\tCurrent peer: {made.peer}"
    yield from _terms(template, ipsec)


def _identity(local: Selector, remote: Selector) -> str:
    protocol = _PROTOCOLS.get(local.protocol, str(local.protocol))
    return f"permit {protocol} {_side(local)} {_side(remote)}"


def _side(selector: Selector) -> str:
    network = selector.network
    port = f" port = {selector.port}" if selector.port else ""
    if network.prefixlen == 0:
        return f"any{port}"
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}{port}"
    return f"{network.network_address} {network.hostmask}{port}"


def _terms(entry: MapEntry, ipsec: IpsecConfig, *, responder_only: bool = False) -> Iterator[str]:
    """Lifetimes, PFS and transform sets: what static and dynamic entries have in common."""
    kilobytes = entry.lifetime_kilobytes or ipsec.lifetime_kilobytes
    seconds = entry.lifetime_seconds or ipsec.lifetime_seconds
    if kilobytes == _NO_VOLUME_LIMIT:
        # The words are those of `show crypto ipsec profile` (a capture of IOS XE).
        yield "\tKilobyte Volume Rekey has been disabled."
        yield f"\tSecurity association lifetime:{seconds} seconds"
    else:
        yield f"\tSecurity association lifetime: {kilobytes} kilobytes/{seconds} seconds"
    if entry.idle_time is not None:
        yield f"\tSecurity association idletime: {entry.idle_time} seconds"
    yield f"\tResponder-Only (Y/N): {'Y' if responder_only else 'N'}"
    if entry.pfs_group is None:
        yield "\tPFS (Y/N): N"
    else:
        yield "\tPFS (Y/N): Y"
        yield f"\tDH group:  group{entry.pfs_group}"
    yield "\tMixed-mode : Disabled"
    yield "\tTransform sets={ "
    for name in entry.transform_sets or (BUILT_IN,):
        known = ipsec.transform_sets.get(name)
        if known is not None:
            yield f"\t\t{name}:  {{ {shown_transform(known.transform)}  }} , "
    yield "\t}"
    if entry.reverse_route is not None:
        yield "\tReverse Route Injection Enabled"


def show_dynamic_maps(
    maps: Iterable[DynamicMap], ipsec: IpsecConfig, lists: dict[str, AccessList]
) -> Iterator[str]:
    """`show crypto dynamic-map`."""
    for known in maps:
        for entry in known.entries.values():
            yield f'Crypto Map Template"{entry.name}" {entry.sequence}'
            if entry.description is not None:
                yield f"\tDescription: {entry.description}"
            for peer in entry.peers:
                yield f"\tPeer = {peer.address}"
            if entry.isakmp_profile is not None:
                yield f"\tISAKMP Profile: {entry.isakmp_profile}"
            if entry.access_list is None:
                yield "\tNo matching address list set."
            else:
                yield from _list(entry.access_list, lists.get(entry.access_list))
            yield from _terms(entry, ipsec)
