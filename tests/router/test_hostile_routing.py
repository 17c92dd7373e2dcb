"""Every field of real routing packets fuzzed, at the ports of routers with all adjacencies up."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import RouteSource
from ioscli.protocols.bgp.states import State
from ioscli.protocols.ospf.states import NeighborState
from ioscli.router.bgp import BgpProcess
from ioscli.router.eigrp import EigrpProcess
from ioscli.router.ospf import OspfProcess
from ioscli.router.rip import RipProcess
from ioscli.router.traffic import traffic_view

from .hostile_frames import Protocol, bounds, every_field, every_length, mended, protocol, sorts
from .ospf_networks import type_at
from .routing_wire import AUTHENTICATED, OSPF_MD5, PORT, recorded, speakers

if TYPE_CHECKING:
    from ioscli.router.router import Router

    from .networks import Network

GI = InterfaceName.parse(PORT)
HOLD_AND_RETRY = 400
"""Seconds in which whatever fell must be up again: BGP's hold time, its longest connect retry."""
ADJACENCY = ("OSPF-5-ADJCHG", "DUAL-5-NBRCHANGE", "BGP-5-ADJCHANGE")
EIGRP_HELLO = 5
_EIGRP_SIGNED_OF_HELLO = 60
"""Header and authentication TLV: the rest of a hello is not signed (see codec.eigrp.auth)."""


@cache
def frames_of(*extra: str) -> tuple[bytes, ...]:
    """What R1 sends, one frame of each sort: beginnings, changes, a route that goes."""
    network = speakers(*extra)
    frames = recorded(network)
    frames += recorded(network, 40, "interface Lo1\n shutdown")
    return tuple(sorts([frame for sender, frame in frames if sender == "R1"]))


def running(router: Router) -> tuple[OspfProcess, EigrpProcess, RipProcess, BgpProcess]:
    processes = router.routing.processes
    ospf, eigrp = processes[RouteSource.OSPF, "1"], processes[RouteSource.EIGRP, "100"]
    rip, bgp = processes[RouteSource.RIP, ""], processes[RouteSource.BGP, "65002"]
    assert isinstance(ospf, OspfProcess)
    assert isinstance(eigrp, EigrpProcess)
    assert isinstance(rip, RipProcess)
    assert isinstance(bgp, BgpProcess)
    return ospf, eigrp, rip, bgp


def standing(network: Network) -> list[str]:
    """The protocols whose neighbor R1 is there at R2."""
    ospf, eigrp, rip, bgp = running(network["R2"])
    peer = IPv4Address("10.0.0.1")
    found = []
    neighbors = ospf.machine.interfaces[GI].neighbors.values()
    if [it.state for it in neighbors if it.id == 0x01010101] == [NeighborState.FULL]:
        found.append("ospf")
    if peer in [it.ip for it in eigrp.machine.neighbors()]:
        found.append("eigrp")
    if peer in rip.machine.neighbors:
        found.append("rip")
    if bgp.machine.neighbors[peer].state is State.ESTABLISHED:
        found.append("bgp")
    return found


ALL = ["ospf", "eigrp", "rip", "bgp"]


def up(*extra: str) -> Network:
    network = speakers(*extra)
    network.wait(70)
    assert standing(network) == ALL
    network.log.clear()
    return network


def inject(network: Network, frame: bytes) -> None:
    """A frame arrives at R2 as if R1 had sent it."""
    network["R2"].port(GI).deliver(frame)
    network.wait(0.000_1)


def calm(network: Network) -> None:
    """Time passes until all is up again, and nobody goes on answering answers for ever."""
    for _ in range(10 * HOLD_AND_RETRY):
        before = network.simulation.events_run
        network.wait(0.1)
        assert network.simulation.events_run - before < 500, network.log[-4:]


def complaints(network: Network) -> dict[str, int]:
    """How often R2 counted something that it refused."""
    ospf, eigrp, rip, bgp = running(network["R2"])
    traffic = traffic_view(network["R2"])
    on_port = rip.machine.counters[GI]
    return {
        "ospf": ospf.machine.counters.invalid + sum(ospf.machine.counters.lsa_errors.values()),
        "eigrp": sum(eigrp.machine.counters.errors.values()),
        "rip": on_port.bad_packets + on_port.bad_routes,
        "bgp": bgp.machine.counters.malformed,
        "ip": traffic.checksum_errors + traffic.format_errors,
        "tcp": traffic.tcp_checksum_errors,
        "udp": traffic.udp_checksum_errors,
    }


def of(which: Protocol, *extra: str) -> list[bytes]:
    found = [frame for frame in frames_of(*extra) if protocol(frame) is which]
    assert found
    return found


def test_all_sorts_of_packets_are_there() -> None:
    sent = {(protocol(it), it[bounds(it).payload + 1]) for it in frames_of()}
    assert {number for which, number in sent if which is Protocol.OSPF} == {1, 2, 3, 4, 5}
    assert {number for which, number in sent if which is Protocol.EIGRP} >= {1, 3, 5}


@pytest.mark.parametrize("which", Protocol)
def test_no_field_stops_a_router(which: Protocol) -> None:
    network = up()
    before = complaints(network)
    for frame in of(which):
        for changed in every_field(frame, 14):
            inject(network, mended(changed))
        for cut in every_length(frame):
            inject(network, mended(cut))
    calm(network)
    assert standing(network) == ALL
    counted = {name: count - before[name] for name, count in complaints(network).items()}
    named = {Protocol.UDP: "rip", Protocol.TCP: "tcp"}.get(which, which.name.lower())
    # Segments of the past are outside of the window: what is in them is nobody's concern.
    assert counted[named] > 0 or which is Protocol.TCP
    assert counted["ip"] > 0
    assert network.ping("R1", "10.0.0.2") == "!!!!!"


@pytest.mark.parametrize("which", Protocol)
def test_wrong_checksums_change_nothing(which: Protocol) -> None:
    network = up()
    before = complaints(network)
    sent = 0
    for frame in of(which):
        for changed in every_field(frame, bounds(frame).payload):
            if mended(changed) != changed:
                inject(network, changed)
                sent += 1
    counted = {name: count - before[name] for name, count in complaints(network).items()}
    named = "udp" if which is Protocol.UDP else which.name.lower()
    assert 0.9 * sent <= counted[named] <= sent
    calm(network)
    assert standing(network) == ALL
    assert not [line for line in network.log if any(it in line for it in ADJACENCY)]


@pytest.mark.parametrize("which", [Protocol.OSPF, Protocol.EIGRP, Protocol.UDP])
def test_nothing_forged_passes_where_packets_are_signed(which: Protocol) -> None:
    network = up(OSPF_MD5, AUTHENTICATED)
    before = complaints(network)
    sent = 0
    for frame in of(which, OSPF_MD5, AUTHENTICATED):
        start, end = bounds(frame)
        if which is Protocol.EIGRP and frame[start + 1] == EIGRP_HELLO:
            if end - start < _EIGRP_SIGNED_OF_HELLO:
                continue  # an acknowledgment has no TLV to be signed with
            end = start + _EIGRP_SIGNED_OF_HELLO
        if which is Protocol.UDP:
            start += 8
        for at in range(start, end):
            changed = frame[:at] + bytes((frame[at] ^ 0x40,)) + frame[at + 1 :]
            if mended(changed) != frame:
                inject(network, mended(changed))
                sent += 1
    counted = {name: count - before[name] for name, count in complaints(network).items()}
    named = "rip" if which is Protocol.UDP else which.name.lower()
    assert counted[named] >= 0.9 * sent, (counted, sent)
    kept = [it for it in ALL if which is not Protocol.EIGRP or it != "eigrp"]
    assert [it for it in standing(network) if it in kept] == kept
    calm(network)
    assert standing(network) == ALL
    changes = [line for line in network.log if any(it in line for it in ADJACENCY)]
    if which is Protocol.EIGRP:
        # IOS gives a neighbor up whose packet does not verify, and takes it back with the next.
        fallen = [line for line in changes if line.startswith("R2") and " is down: " in line]
        assert fallen
        assert all(line.endswith("is down: Auth failure") for line in fallen)
    else:
        assert not changes


TAMPERED = st.tuples(
    st.integers(0, 400),  # where behind the IP header, modulo the packet's length
    st.integers(0, 255),
    st.integers(1, 4),  # so many bytes
    st.integers(1, 5),  # each so many packets
    st.sampled_from(["change", "cut"]),
)


@pytest.mark.parametrize("which", Protocol)
@given(ways=st.lists(TAMPERED, min_size=1, max_size=4))
@settings(
    max_examples=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_packets_changed_on_the_way(
    which: Protocol, ways: list[tuple[int, int, int, int, str]]
) -> None:
    network = up()
    port = network["R2"].port(GI)
    honest, seen = port.receive, [0]

    def tamper(frame: bytes) -> None:
        if protocol(frame) is which:
            seen[0] += 1
            where, value, size, every, how = ways[seen[0] % len(ways)]
            if seen[0] % every == 0:
                start, end = bounds(frame)
                at = start + where % (end - start)
                if how == "cut":
                    frame = list(every_length(frame))[at - start]
                else:
                    stop = min(at + size, end)
                    frame = frame[:at] + bytes((value,)) * (stop - at) + frame[stop:]
                frame = mended(frame)
        honest(frame)

    port.receive = tamper
    type_at(network, "R1", "interface Lo1\n shutdown")
    network.wait(100)
    type_at(network, "R1", "interface Lo1\n no shutdown")
    network.wait(100)
    assert seen[0]
    port.receive = honest
    calm(network)
    assert standing(network) == ALL
