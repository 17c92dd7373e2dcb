"""RIP with FRR over a TAP device: the same routes on both sides, in the clear and with MD5."""

from __future__ import annotations

from pathlib import Path

import pytest

from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from tests.router.networks import config, router
from tests.router.test_rip import learned, process

from .frr import Frr, frr
from .namespace import Tap, namespace, needed
from .test_frr_ospf import asked_now_and_then, type_at

PORT = InterfaceName.parse("Gi0/0")
THEIRS = """
key chain K
 key 7
  key-string secret
interface lo
 ip address 10.255.0.2/32
interface tap0
 {extra}
router rip
 version 2
 timers basic 5 30 20
 network tap0
 network lo
 redistribute static metric 3
ip route 203.0.113.0/24 Null0 tag 9
"""
OURS = """
key chain K
 key 7
  key-string secret
interface Gi0/0
 {extra}
ip route 198.51.100.0 255.255.255.0 Null0
router rip
 version 2
 no auto-summary
 timers basic 5 30 30 40
 network 192.0.2.0
 network 10.0.0.0
 redistribute static metric 4
"""
CASES = {
    "clear": "",
    "text": "ip rip authentication mode text\n ip rip authentication key-chain K",
    "md5": "ip rip authentication mode md5\n ip rip authentication key-chain K",
}


def their_routes(peer: Frr) -> dict[str, int]:
    return {prefix: ways[0]["metric"] for prefix, ways in peer.json("show ip route rip").items()}


@pytest.mark.parametrize("case", CASES)
def test_both_sides_hold_the_same_routes(case: str, tmp_path: Path) -> None:
    needed("vtysh")
    extra = CASES[case]
    with namespace(f"ioscli-rip-{case}", tmp_path) as inside:
        tap = Tap(inside, "tap0", "192.0.2.2/24")
        simulation = Simulation(1)
        ours = router(
            simulation, config("R1", {"Gi0/0": "192.0.2.1/24", "Lo0": "10.255.0.1/32"}, {})
        )
        tap.plug(simulation, ours.port(PORT))
        with frr(inside, THEIRS.format(extra=extra), "staticd", "ripd") as peer:
            ours.boot()
            type_at(ours, OURS.format(extra=extra))
            assert tap.run(lambda: len(learned(ours)) == 2, patience=30), (
                peer.shell("show ip rip", "show ip rip status"),
                process(ours).machine.counters,
            )
            # FRR counts its own hop, too: what it redistributes with 3 comes as 3.
            assert learned(ours) == {
                "10.255.0.2/32": "[1] via 192.0.2.2",
                "203.0.113.0/24": "[3] via 192.0.2.2",
            }
            wanted = {"10.255.0.1/32": 2, "198.51.100.0/24": 5}
            assert tap.run(asked_now_and_then(lambda: their_routes(peer) == wanted), patience=30), (
                peer.shell("show ip rip")
            )
            # FRR does not sign the request that it begins with.
            assert process(ours).machine.counters[PORT].bad_packets <= (case != "clear")
            type_at(ours, "no ip route 198.51.100.0 255.255.255.0 Null0")
            assert tap.run(
                asked_now_and_then(lambda: their_routes(peer).keys() == {"10.255.0.1/32"}),
                patience=15,
            ), peer.shell("show ip rip")
        tap.close()
