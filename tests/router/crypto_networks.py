"""Routers with crypto maps, for tests."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from ioscli.model.access_list import AccessEntry, AccessList, AccessListKind, AddressMatch
from ioscli.model.config import RouterConfig, StaticRoute
from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, Mode, TransformSet
from ioscli.model.crypto_map import CryptoMap, DynamicMap, MapEntry, MapPeer
from ioscli.model.ifname import InterfaceName
from ioscli.model.isakmp import (
    IkeAuthentication,
    IkeEncryption,
    IkeHash,
    IsakmpPolicy,
    PreSharedKey,
)
from tests.router.networks import Network, config, wire_site_to_site

OUTSIDE = InterfaceName.parse("Gi0/0")
AES_SHA = EspTransform(EspCipher.AES_256, EspIntegrity.SHA)
R1, R3 = "100.12.0.1", "100.23.0.3"


def match(text: str) -> AddressMatch:
    network = IPv4Network(text)
    return AddressMatch(int(network.network_address), int(network.hostmask))


def entry(source: str, destination: str, *, permit: bool = True, **more: Any) -> AccessEntry:
    return AccessEntry(permit, match(source), match(destination), **more)


def access_list(made: RouterConfig, name: str, *entries: AccessEntry) -> None:
    known = AccessList(name, AccessListKind.EXTENDED)
    for one in entries:
        known.append(one)
    made.policy.access_lists[name] = known


def phase_one(made: RouterConfig, *peers: str, key: str = "cisco123") -> None:
    made.isakmp.policies[10] = IsakmpPolicy(
        10, IkeEncryption.AES_256, IkeHash.SHA256, IkeAuthentication.PRE_SHARE, 19
    )
    made.isakmp.keys = [PreSharedKey(key, IPv4Network(peer)) for peer in peers]


def map_entry(
    made: RouterConfig,
    sequence: int,
    peers: list[str],
    acl: str,
    *,
    name: str = "VPN",
    transform: EspTransform = AES_SHA,
    mode: Mode = Mode.TUNNEL,
) -> MapEntry:
    made.ipsec.transform_sets["TS"] = TransformSet("TS", transform, mode)
    known = made.crypto_maps.setdefault(name, CryptoMap(name))
    wanted = MapEntry(name, sequence, access_list=acl, transform_sets=["TS"])
    wanted.peers = [MapPeer(IPv4Address(peer)) for peer in peers]
    known.entries[sequence] = wanted
    known.entries = dict(sorted(known.entries.items()))
    return wanted


def dynamic_entry(made: RouterConfig, acl: str | None = None) -> MapEntry:
    """`crypto dynamic-map DYN 10`, referred to by entry 65000 of map VPN."""
    made.ipsec.transform_sets["TS"] = TransformSet("TS", AES_SHA)
    wanted = MapEntry("DYN", 10, access_list=acl, transform_sets=["TS"])
    made.dynamic_maps["DYN"] = DynamicMap("DYN", {10: wanted})
    known = made.crypto_maps.setdefault("VPN", CryptoMap("VPN"))
    known.entries[65000] = MapEntry("VPN", 65000, dynamic="DYN")
    return wanted


def apply_map(made: RouterConfig, interface: InterfaceName = OUTSIDE, name: str = "VPN") -> None:
    made.interfaces[interface].crypto_map = name


def sites() -> tuple[RouterConfig, ...]:
    """R4 - R1 - R2 - R3 - R5; no tunnels, R2 knows nothing of the sites."""
    first = config(
        "R1",
        {"Gi0/0": f"{R1}/24", "Gi0/1": "192.168.1.1/24", "Lo0": "1.1.1.1/32"},
        {"0.0.0.0/0": "100.12.0.2"},
    )
    middle = config("R2", {"Gi0/0": "100.12.0.2/24", "Gi0/1": "100.23.0.2/24"}, {})
    third = config(
        "R3",
        {"Gi0/0": f"{R3}/24", "Gi0/1": "172.16.2.3/24", "Lo0": "3.3.3.3/32"},
        {"0.0.0.0/0": "100.23.0.2"},
    )
    fourth = config("R4", {"Gi0/0": "192.168.1.4/24"}, {"0.0.0.0/0": "192.168.1.1"})
    fifth = config("R5", {"Gi0/0": "172.16.2.5/24"}, {"0.0.0.0/0": "172.16.2.3"})
    return first, middle, third, fourth, fifth


def mapped(*configs: RouterConfig, **options: object) -> tuple[RouterConfig, ...]:
    """The sites with a crypto map at each end for 192.168.1.0/24 <-> 172.16.2.0/24."""
    made = configs or sites()
    for one, peer, own, other in (
        (made[0], R3, "192.168.1.0/24", "172.16.2.0/24"),
        (made[2], R1, "172.16.2.0/24", "192.168.1.0/24"),
    ):
        phase_one(one, peer)
        access_list(one, "101", entry(own, other))
        map_entry(one, 10, [peer], "101", **options)
        apply_map(one)
    return made


def wired(*configs: RouterConfig, seed: int = 1) -> Network:
    """Booted, every ARP table filled."""
    network = wire_site_to_site(Network(*configs, seed=seed)).boot()
    network.wait(5)
    network.ping("R4", "192.168.1.1", count=2)
    network.ping("R5", "172.16.2.3", count=2)
    network.ping("R1", R3, count=3)
    return network


def let_clear(made: RouterConfig) -> None:
    """Routes in the middle, so that what leaves in the clear arrives too."""
    made.static_routes += [
        StaticRoute(IPv4Network("192.168.1.0/24"), IPv4Address(R1), None),
        StaticRoute(IPv4Network("172.16.2.0/24"), IPv4Address(R3), None),
    ]
