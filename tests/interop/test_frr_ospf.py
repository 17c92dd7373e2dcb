"""OSPF with FRR over a TAP device: full on both sides, the same routes, either as DR, with MD5."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ioscli.cli.configuration import ConfigSession, LineKind
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import RouteSource
from ioscli.protocols.ospf.states import InterfaceState, NeighborState
from ioscli.router.ospf import OspfProcess
from ioscli.router.router import Router
from tests.cli.typing_config import grammar
from tests.router.networks import config, router

from .frr import Frr, frr
from .namespace import Tap, namespace, needed

PORT = InterfaceName.parse("Gi0/0")
#: Quick timers: the wall clock runs.
TIMERS = "ip ospf hello-interval 1\n ip ospf dead-interval 4"
THEIRS = """
interface tap0
 {timers}
 ip ospf area 0
 {extra}
interface lo
 ip address 10.255.0.2/32
 ip ospf area 0
router ospf
 ospf router-id 2.2.2.2
 timers throttle spf 0 50 500
 redistribute static
 {process}
ip route 203.0.113.0/24 Null0
"""
OURS = """
interface Loopback0
 ip ospf 1 area 0
interface Gi0/0
 {timers}
 ip ospf 1 area 0
 {extra}
ip route 198.51.100.0 255.255.255.0 Null0
router ospf 1
 router-id 1.1.1.1
 timers throttle spf 10 50 500
 redistribute static subnets
 {process}
"""


def type_at(ours: Router, text: str) -> None:
    session = ConfigSession(grammar(), ours.config, ours.hardware)
    for line in text.splitlines():
        result = session.feed(line)
        assert result.kind is not LineKind.REJECTED, (line, result)
        ours.apply(result.changes)


def machine(ours: Router) -> Any:
    process = ours.routing.processes[RouteSource.OSPF, "1"]
    assert isinstance(process, OspfProcess)
    return process.machine


def is_full(ours: Router) -> bool:
    found = machine(ours).interfaces[PORT].neighbors.values()
    return any(neighbor.state is NeighborState.FULL for neighbor in found)


def our_routes(ours: Router) -> dict[str, tuple[str, int]]:
    return {
        str(route.prefix): (route.kind, route.metric)
        for route in ours.rib.routes()
        if route.source is RouteSource.OSPF
    }


def asked_now_and_then(question: Callable[[], bool]) -> Callable[[], bool]:
    """Ask FRR four times a second: its shell takes as long as a hundred packets."""
    last = [0.0]

    def ask() -> bool:
        if time.monotonic() - last[0] < 0.25:
            return False
        last[0] = time.monotonic()
        return question()

    return ask


def their_neighbor(peer: Frr) -> str:
    found = peer.json("show ip ospf neighbor").get("neighbors", {}).get("1.1.1.1", [{}])
    return str(found[0].get("nbrState", found[0].get("state", "")))


def their_routes(peer: Frr) -> set[str]:
    return {
        prefix
        for prefix, ways in peer.json("show ip route ospf").items()
        if any(way.get("installed") or way.get("selected") for way in ways)
    }


CASES = {
    # Who came first stays leader whatever the priorities: only 0 keeps FRR from it for sure.
    "we-lead": ("ip ospf priority 200", "ip ospf priority 0", "", "", InterfaceState.DR),
    "they-lead": ("ip ospf priority 1", "ip ospf priority 200", "", "", InterfaceState.BACKUP),
    "md5": (
        "ip ospf message-digest-key 7 md5 secret",
        "ip ospf message-digest-key 7 md5 secret\n ip ospf priority 0",
        "area 0 authentication message-digest",
        "area 0 authentication message-digest",
        InterfaceState.DR,
    ),
    "point-to-point": (
        "ip ospf network point-to-point",
        "ip ospf network point-to-point",
        "",
        "",
        InterfaceState.POINT_TO_POINT,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_both_sides_are_full_and_hold_the_same_routes(case: str, tmp_path: Path) -> None:
    needed("vtysh")
    extra, their_extra, process, their_process, role = CASES[case]
    name = f"ioscli-frr-{case}"
    theirs = THEIRS.format(timers=TIMERS, extra=their_extra, process=their_process)
    with namespace(name, tmp_path) as inside:
        tap = Tap(inside, "tap0", "192.0.2.2/24")
        simulation = Simulation(1)
        ours = router(
            simulation, config("R1", {"Gi0/0": "192.0.2.1/24", "Lo0": "10.255.0.1/32"}, {})
        )
        tap.plug(simulation, ours.port(PORT))
        with frr(inside, theirs, "staticd", "ospfd") as peer:
            ours.boot()
            type_at(ours, OURS.format(timers=TIMERS, extra=extra, process=process))
            assert tap.run(lambda: is_full(ours), patience=40), peer.shell("show ip ospf neighbor")
            assert tap.run(
                asked_now_and_then(lambda: their_neighbor(peer).startswith("Full")), patience=15
            )
            assert tap.run(lambda: len(our_routes(ours)) == 2, patience=20), our_routes(ours)
            assert our_routes(ours) == {"10.255.0.2/32": ("", 1), "203.0.113.0/24": ("E2", 20)}
            wanted = {"10.255.0.1/32", "198.51.100.0/24"}
            assert tap.run(asked_now_and_then(lambda: wanted <= their_routes(peer)), patience=20), (
                peer.shell("show ip route ospf")
            )
            assert machine(ours).interfaces[PORT].state is role
            _same_database(ours, peer)
            assert machine(ours).counters.invalid == 0
        tap.close()


def _same_database(ours: Router, peer: Frr) -> None:
    """Every LSA of ours is theirs, with the same sequence number and checksum."""
    listing = peer.shell("show ip ospf database")
    for area in machine(ours).areas.values():
        for entry in [*area.lsdb.entries(), *machine(ours).lsdb.entries()]:
            lsa = entry.lsa
            assert f"0x{lsa.sequence:08x} 0x{lsa.checksum:04x}" in listing, (lsa, listing)
