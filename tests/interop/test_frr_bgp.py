"""BGP with FRR over a TAP device: established, the same routes on both sides; eBGP, iBGP, MD5."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import RouteSource
from ioscli.protocols.bgp.paths import as_path_text
from ioscli.router.bgp import BgpProcess
from ioscli.router.router import Router
from tests.router.networks import config, router

from .frr import Frr, frr
from .namespace import Tap, namespace, needed
from .test_frr_ospf import asked_now_and_then, type_at

PORT = InterfaceName.parse("Gi0/0")
THEIRS = """
interface lo
 ip address 10.255.0.2/32
ip route 203.0.113.0/24 Null0
ip route 203.0.114.0/25 Null0
router bgp {their_as}
 bgp router-id 2.2.2.2
 no bgp ebgp-requires-policy
 timers bgp 1 6
 neighbor 192.0.2.1 remote-as {our_as}
 {extra}
 address-family ipv4 unicast
  network 10.255.0.2/32
  redistribute static route-map STATIC
  neighbor 192.0.2.1 advertisement-interval 0
 exit-address-family
route-map STATIC permit 10
 set metric 77
 set community 65002:5 65002:6
"""
OURS = """
ip route 198.51.100.0 255.255.255.0 Null0
router bgp {our_as}
 bgp router-id 1.1.1.1
 network 10.255.0.1 mask 255.255.255.255
 redistribute static
 neighbor 192.0.2.2 remote-as {their_as}
 neighbor 192.0.2.2 timers 1 6
 neighbor 192.0.2.2 send-community
 {extra}
"""

#: Our AS, theirs, our lines, theirs; the distance and the AS path of what comes.
CASES: dict[str, tuple[int, int, str, str, int, str]] = {
    "external": (65001, 65002, "", "", 20, "65002"),
    "internal": (65001, 65001, "", "", 200, ""),
    "four-octets": (65001, 4_200_000_000, "", "", 20, "4200000000"),
    "md5": (
        65001,
        65002,
        "neighbor 192.0.2.2 password secret",
        "neighbor 192.0.2.1 password secret",
        20,
        "65002",
    ),
}


def process(ours: Router) -> BgpProcess:
    found = ours.routing.of_source(RouteSource.BGP)[0]
    assert isinstance(found, BgpProcess)
    return found


def is_established(ours: Router) -> bool:
    neighbor = process(ours).machine.neighbors.get(IPv4Address("192.0.2.2"))
    return neighbor is not None and neighbor.session is not None


def our_routes(ours: Router) -> dict[str, tuple[int, int]]:
    return {
        str(route.prefix): (route.distance, route.metric)
        for route in ours.rib.routes()
        if route.source is RouteSource.BGP
    }


def their_paths(peer: Frr) -> dict[str, Any]:
    found = peer.json("show bgp ipv4 unicast").get("routes", {})
    return {
        prefix: paths[0]
        for prefix, paths in found.items()
        if paths[0].get("peerId", "") == "192.0.2.1"
    }


def md5_is_there() -> bool:
    """Whether this kernel signs TCP segments (RFC 2385)."""
    import socket
    import struct

    with socket.socket() as probe:
        address = struct.pack("!HH4s120x", socket.AF_INET, 0, IPv4Address("127.0.0.1").packed)
        address = struct.pack("=H", socket.AF_INET) + address[2:]
        key = address + struct.pack("=HHI80s", 0, 1, 0, b"x")
        try:
            probe.setsockopt(socket.IPPROTO_TCP, 14, key)
        except OSError:
            return False
    return True


@pytest.mark.parametrize("case", CASES)
def test_both_sides_hold_the_same_routes(case: str, tmp_path: Path) -> None:
    needed("vtysh")
    if case == "md5" and not md5_is_there():
        assert os.environ.get("CI") != "true", "CI's kernel must sign TCP segments"
        pytest.skip("this kernel has no TCP MD5 signatures")
    our_as, their_as, extra, their_extra, distance, path = CASES[case]
    theirs = THEIRS.format(our_as=our_as, their_as=their_as, extra=their_extra)
    with namespace(f"ioscli-bgp-{case}", tmp_path) as inside:
        tap = Tap(inside, "tap0", "192.0.2.2/24")
        simulation = Simulation(1)
        ours = router(
            simulation, config("R1", {"Gi0/0": "192.0.2.1/24", "Lo0": "10.255.0.1/32"}, {})
        )
        tap.plug(simulation, ours.port(PORT))
        with frr(inside, theirs, "staticd", "bgpd") as peer:
            ours.boot()
            type_at(ours, OURS.format(our_as=our_as, their_as=their_as, extra=extra))
            assert tap.run(lambda: is_established(ours), patience=60), peer.shell("show bgp sum")
            assert tap.run(lambda: len(our_routes(ours)) == 3, patience=40), our_routes(ours)
            assert our_routes(ours) == {
                "10.255.0.2/32": (distance, 0),
                "203.0.113.0/24": (distance, 77),
                "203.0.114.0/25": (distance, 77),
            }
            table = process(ours).machine.table
            best = table[IPv4Network("203.0.113.0/24")].best
            assert best is not None
            assert as_path_text(best.attributes.as_path) == path
            assert best.attributes.communities == (65002 << 16 | 5, 65002 << 16 | 6)
            wanted = {"10.255.0.1/32", "198.51.100.0/24"}
            assert tap.run(
                asked_now_and_then(lambda: set(their_paths(peer)) == wanted), patience=40
            ), peer.shell("show bgp ipv4 unicast")
            found = their_paths(peer)
            their_path = "" if our_as == their_as else str(our_as)
            assert {it["path"] for it in found.values()} == {their_path}
            assert found["198.51.100.0/24"]["origin"] == "incomplete"
            assert found["10.255.0.1/32"]["origin"] == "IGP"
            _withdraw_both_ways(tap, ours, peer)
            assert process(ours).machine.counters.malformed == 0
        tap.close()


def _withdraw_both_ways(tap: Tap, ours: Router, peer: Frr) -> None:
    peer.shell("configure terminal", "no ip route 203.0.113.0/24 Null0")
    assert tap.run(lambda: "203.0.113.0/24" not in our_routes(ours), patience=40)
    type_at(ours, "no ip route 198.51.100.0 255.255.255.0 Null0")
    assert tap.run(
        asked_now_and_then(lambda: set(their_paths(peer)) == {"10.255.0.1/32"}), patience=50
    ), peer.shell("show bgp ipv4 unicast")
