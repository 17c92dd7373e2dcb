"""show ip cef and show adjacency: what forwarding itself would do."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.router.load_sharing import LoadSharing
from tests.router.networks import Network, config

from .desk import Desk


@pytest.fixture
def desk(grammar: Grammar) -> Desk:
    net = Network(
        config(
            "R1",
            {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24"},
            {"192.0.2.0/24": "10.0.0.2"},
        ),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Gi0/1": "10.1.0.2/24"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.link("R1:Gi0/1", "R2:Gi0/1")
    net.boot()
    net.wait(5)
    found = Desk(grammar, net["R1"])
    found.type("ping 10.0.0.2")
    return found


def test_the_table_has_what_a_capture_has(desk: Desk) -> None:
    """Laid out as the capture of a router with two networks and a route."""
    assert desk.type("show ip cef").splitlines() == [
        "Prefix               Next Hop             Interface",
        "0.0.0.0/0            no route",
        "0.0.0.0/8            drop",
        "0.0.0.0/32           receive              ",
        "10.0.0.0/24          attached             GigabitEthernet0/0",
        "10.0.0.0/32          receive              GigabitEthernet0/0",
        "10.0.0.1/32          receive              GigabitEthernet0/0",
        "10.0.0.2/32          attached             GigabitEthernet0/0",
        "10.0.0.255/32        receive              GigabitEthernet0/0",
        "10.1.0.0/24          attached             GigabitEthernet0/1",
        "10.1.0.0/32          receive              GigabitEthernet0/1",
        "10.1.0.1/32          receive              GigabitEthernet0/1",
        "10.1.0.255/32        receive              GigabitEthernet0/1",
        "127.0.0.0/8          drop",
        "192.0.2.0/24         10.0.0.2             GigabitEthernet0/0",
        "224.0.0.0/4          drop",
        "224.0.0.0/24         receive              ",
        "240.0.0.0/4          drop",
        "255.255.255.255/32   receive              ",
    ]


def test_one_prefix(desk: Desk) -> None:
    assert desk.type("show ip cef 192.0.2.77") == (
        "192.0.2.0/24\n  nexthop 10.0.0.2 GigabitEthernet0/0\n"
    )
    assert desk.type("show ip cef 192.0.2.0 255.255.255.0 detail") == (
        "192.0.2.0/24, epoch 0\n  recursive via 10.0.0.2\n    attached to GigabitEthernet0/0\n"
    )
    assert desk.type("show ip cef 9.9.9.9") == (
        "0.0.0.0/0, epoch 0, flags [default route handler, default route]\n  no route\n"
    )
    assert desk.type("show ip cef 9.9.9.0/24") == "%Prefix not found\n"


def test_exact_route_is_the_way_that_packets_take(desk: Desk) -> None:
    desk.type("configure terminal", "ip route 192.0.2.0 255.255.255.0 10.1.0.2", "end")
    destination = IPv4Address("192.0.2.1")
    target = desk.router.forwarding.find(destination.packed)
    assert isinstance(target, LoadSharing)
    seen = set()
    for last in range(1, 20):
        source = IPv4Address(f"10.0.0.{last}")
        chosen = target.choose(source.packed + destination.packed)
        hop = IPv4Address(chosen.next_hop)
        seen.add(hop)
        assert desk.type(f"show ip cef exact-route {source} {destination}") == (
            f"{source} -> {destination} =>IP adj out of {chosen.interface.name}, addr {hop}\n"
        )
    assert len(seen) == 2
    assert "per-destination sharing" in desk.type("show ip cef 192.0.2.1 detail")


def test_adjacencies(desk: Desk) -> None:
    shown = desk.type("show adjacency detail").splitlines()
    # ARP has it, and 192.0.2.0/24 leads to it.
    assert shown[1] == "IP       GigabitEthernet0/0        10.0.0.2(2)"
    mac = desk.router.interfaces
    near = next(it for name, it in mac.items() if str(name) == "GigabitEthernet0/0")
    header = near.adjacencies[bytes((10, 0, 0, 2))].rewrite
    assert header is not None
    assert f"{'':35}{header.hex().upper()}" in shown
    assert "  1 complete adjacency" in desk.type("show adjacency summary")
    desk.type("configure terminal", "ip route 198.51.100.0 255.255.255.0 10.0.0.2", "end")
    assert "10.0.0.2(3)" in desk.type("show adjacency")
