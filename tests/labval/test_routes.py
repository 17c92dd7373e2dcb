"""The routing tables of recorded networks, route by route, where all who make a route are there."""

from __future__ import annotations

import re
from functools import cache

import pytest

from .compare import differences
from .network import LabNetwork, recorded_of, snapshots
from .record import REFERENCE, read_table

_WAIT = 180
"""Simulated seconds: BGP's timers and OSPF's dead intervals are over by then."""

#: What is known to be missing beyond the routes of absent nodes: snapshot -> line -> why.
KNOWN: dict[str, dict[str, str]] = {
    "iosxe_eigrp_neighbor": {r"Port-channel23$": "there are no port-channels"},
    "iosxe_vrf_route_leaking_bgp_peering": {
        r"vrf[234]: missing B ": "VRFs do not import routes from one another",
        r"(d44|d55)_default: missing B 192\.168\.123\.1/32": "imported by a VRF before",
    },
    "iosxe_vrf_route_leaking_classic_eigrp": {
        r"d3_pe vrf \w+: missing [BL] ": "VRFs do not import routes from one another",
        r"d[12]_ce: missing D EX ": "imported by a VRF before",
        r"d4_shared: missing B ": "imported by a VRF before",
    },
    "iosxe_vrf_route_leaking_export_map": {
        r"d1 vrf \w+: missing [BL] ": "VRFs do not import routes from one another",
    },
    "mix_vendor_bgp_vrf": {
        r"D-IOS: missing B 192\.168\.123\.[3-6]/32": "told to D-IOSXE by absent nodes",
    },
    "onug_cost_optimized_s3_path": {r"Tunnel\d+$": "IPsec to absent nodes"},
}


@cache
def rebuilt(snapshot: str) -> LabNetwork:
    network = LabNetwork(snapshot)
    network.run(_WAIT)
    return network


def present_addresses(network: LabNetwork) -> set[str]:
    return {
        str(address)
        for router in network.routers.values()
        for interface in router.interfaces.values()
        for address in interface.own_addresses()
    } | {"0.0.0.0"}


@pytest.mark.parametrize("snapshot", snapshots() if REFERENCE.is_dir() else [])
def test_tables_are_those_of_the_real_network(snapshot: str) -> None:
    network = rebuilt(snapshot)
    present = present_addresses(network)
    known = dict.fromkeys(KNOWN.get(snapshot, {}), 0)
    unexplained = []
    for table in recorded_of(network):
        for line in differences(network.routers[table.node], table, "CLSORDB"):
            via = re.search(r" via ([\d.]+)", line)
            if ": missing" in line and via is not None and via[1] not in present:
                continue  # told by a node of another vendor, which is not there
            pattern = next((it for it in known if re.search(it, line)), None)
            if pattern is None:
                unexplained.append(line)
            else:
                known[pattern] += 1
    assert unexplained == []
    assert [pattern for pattern, times in known.items() if not times] == []


def test_there_are_enough_networks() -> None:
    assert len(snapshots()) >= 20
    assert sum(len(it.routes) for name in snapshots() for it in recorded_of(rebuilt(name))) > 900


def test_lines_of_a_table_are_read() -> None:
    text = "\n" * 10 + (
        "      2.0.0.0/16 is subnetted, 1 subnets\n"
        "B        2.128.0.0 [20/50] via 10.12.11.2, 00:11:37\n"
        "      10.0.0.0/8 is variably subnetted, 4 subnets, 2 masks\n"
        "O*E2     10.1.0.0/24 [110/20] via 1.0.1.2, 00:13:22, GigabitEthernet0/0\n"
        "                     [110/20] via 1.0.1.3, 1w2d, GigabitEthernet1/0\n"
        "C        10.12.11.0/24 is directly connected, Loopback0\n"
    )
    assert [
        (it.code, str(it.prefix), str(it.next_hop), it.interface) for it in read_table(text)
    ] == [
        ("B", "2.128.0.0/16", "10.12.11.2", ""),
        ("O E2", "10.1.0.0/24", "1.0.1.2", "GigabitEthernet0/0"),
        ("O E2", "10.1.0.0/24", "1.0.1.3", "GigabitEthernet1/0"),
        ("C", "10.12.11.0/24", "None", "Loopback0"),
    ]
