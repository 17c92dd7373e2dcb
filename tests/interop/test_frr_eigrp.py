"""EIGRP with FRR's eigrpd over a TAP device: neighbors, and the same routes on both sides.

eigrpd 8.4 is no complete EIGRP, but a program of other people that reads our packets. It stays out
of withdrawals here: its replies repeat the sequence number of its last update, and so are no news.

Under MD5 there is no adjacency with it: it compares the authentication type of a hello that it
receives in the machine's byte order, so on little-endian machines it refuses every signed hello
without a look at its digest (no word of a mismatch in its log). What it signs itself is another
matter: its hellos are digested as ours are. Its first update is digested without any key, and its
others without their last 20 bytes.
"""

from __future__ import annotations

from pathlib import Path

from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import RouteSource
from ioscli.router.eigrp import EigrpProcess
from ioscli.router.router import Router
from tests.router.networks import config, router

from .frr import Frr, frr
from .namespace import Tap, namespace, needed
from .test_frr_ospf import asked_now_and_then, type_at

PORT = InterfaceName.parse("Gi0/0")
THEIRS = """
interface lo
 ip address 10.255.0.2/32
router eigrp 100
 eigrp router-id 2.2.2.2
 network 192.0.2.0/24
 network 10.255.0.2/32
"""
OURS = """
router eigrp 100
 eigrp router-id 1.1.1.1
 network 192.0.2.0
 network 10.0.0.0
"""


def process(ours: Router) -> EigrpProcess:
    found = ours.routing.of_source(RouteSource.EIGRP)[0]
    assert isinstance(found, EigrpProcess)
    return found


def learned(ours: Router) -> dict[str, str]:
    return {
        str(route.prefix): str(route.paths[0].next_hop)
        for route in ours.vrfs[""].rib.routes()
        if route.source is RouteSource.EIGRP
    }


def their_topology(peer: Frr) -> str:
    return peer.shell("show ip eigrp topology all-links")


SIGNED = (
    "key chain K",
    "key 1",
    "key-string {}",
    "exit",
    "exit",
    "interface {}",
    "ip authentication mode eigrp 100 md5",
    "ip authentication key-chain eigrp 100 K",
    "end",
)


def hears_them(ours: Router) -> bool:
    return any(True for _ in process(ours).machine.neighbors())


def test_their_md5_hellos_are_taken_with_the_right_key_only(tmp_path: Path) -> None:
    needed("vtysh")
    with namespace("ioscli-eigrp-md5", tmp_path) as inside:
        tap = Tap(inside, "tap0", "192.0.2.2/24")
        simulation = Simulation(1)
        ours = router(simulation, config("R1", {"Gi0/0": "192.0.2.1/24"}, {}))
        tap.plug(simulation, ours.port(PORT))
        with frr(inside, THEIRS, "eigrpd") as peer:
            lines = (line.format("secret" if "string" in line else "tap0") for line in SIGNED)
            peer.shell("configure terminal", *lines)
            ours.boot()
            mine = [line.format("wrong" if "string" in line else "Gi0/0") for line in SIGNED[:-1]]
            type_at(ours, OURS + "\n".join(mine))
            assert not tap.run(lambda: hears_them(ours), patience=8)
            assert process(ours).machine.counters.errors["authentication"]
            type_at(ours, "key chain K\nkey 1\nkey-string secret")
            assert tap.run(lambda: hears_them(ours), patience=15)
        tap.close()


def test_both_sides_hold_the_same_routes(tmp_path: Path) -> None:
    needed("vtysh")
    with namespace("ioscli-eigrp", tmp_path) as inside:
        tap = Tap(inside, "tap0", "192.0.2.2/24")
        simulation = Simulation(1)
        ours = router(
            simulation, config("R1", {"Gi0/0": "192.0.2.1/24", "Lo0": "10.255.0.1/32"}, {})
        )
        tap.plug(simulation, ours.port(PORT))
        with frr(inside, THEIRS, "eigrpd") as peer:
            ours.boot()
            type_at(ours, OURS)
            machine = process(ours).machine
            assert tap.run(lambda: learned(ours) == {"10.255.0.2/32": "192.0.2.2"}, patience=30), (
                peer.shell("show ip eigrp neighbor", "show ip eigrp topology all-links"),
                machine.counters.errors,
                [(one.ip, one.established) for one in machine.neighbors()],
            )
            assert tap.run(
                asked_now_and_then(lambda: "P  10.255.0.1/32" in their_topology(peer)),
                patience=30,
            ), their_topology(peer)
            assert not machine.counters.errors
            assert "192.0.2.1" in peer.shell("show ip eigrp neighbor")
        tap.close()
