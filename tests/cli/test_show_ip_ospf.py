"""show ip ospf: what is shown of running routers, read back by parsers of real outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from ntc_templates.parse import parse_output

from ioscli.codec.ospf.content import NetworkContent, RouterContent
from ioscli.codec.ospf.numbers import ALL_SPF_ROUTERS, LsType, dotted
from ioscli.protocols.ospf.reception import receive
from tests.router.networks import Network, config
from tests.router.ospf_networks import deaf, execute, machine, pair, type_at

SHAPES = Path(__file__).parents[2].parent / "shared" / "tools" / "shapes.py"


@cache
def network() -> Network:
    """R1 between area 0 (R2, on Ethernet) and area 1 (R3, point-to-point); R2 redistributes."""
    made = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24", "Lo0": "1.1.1.1/32"}, {}),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Lo0": "2.2.2.2/32"}, {"192.0.2.0/24": "10.0.0.1"}),
        config("R3", {"Gi0/0": "10.1.0.3/24", "Lo0": "3.3.3.3/32"}, {}),
        config("R4", {"Lo0": "4.4.4.4/32"}, {}),
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.link("R1:Gi0/1", "R3:Gi0/0")
    made.boot()
    made.wait(5)
    type_at(
        made,
        "R1",
        "router ospf 1\n network 10.0.0.0 0.0.0.255 area 0\n network 1.1.1.1 0.0.0.0 area 0\n"
        " area 1 range 10.1.0.0 255.255.0.0\n"
        "interface Gi0/1\n ip ospf network point-to-point\n ip ospf 1 area 1",
    )
    type_at(
        made,
        "R2",
        "router ospf 1\n network 0.0.0.0 255.255.255.255 area 0\n redistribute static subnets",
    )
    type_at(
        made,
        "R3",
        "router ospf 1\n network 0.0.0.0 255.255.255.255 area 1\n"
        "interface Gi0/0\n ip ospf network point-to-point",
    )
    made.wait(100)
    return made


def shown(command: str, name: str = "R1") -> str:
    return execute(network(), name, command)


def parsed(command: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parse_output("cisco_ios", command, shown(command))
    assert found
    return found


# --- parsers -------------------------------------------------------------------------------------


def test_neighbors_are_read_back() -> None:
    rows = {row["neighbor_id"]: row for row in parsed("show ip ospf neighbor")}
    for one in machine(network(), "R1").interfaces.values():
        for neighbor in one.neighbors.values():
            row = rows.pop(dotted(neighbor.id))
            assert row["ip_address"] == str(neighbor.address)
            assert row["interface"] == one.label
            assert row["priority"] == str(neighbor.priority if one.elects else 0)
            assert row["state"].split("/")[0] == str(neighbor.state)
    assert rows == {}


def test_the_brief_listing_is_read_back() -> None:
    rows = {row["interface"]: row for row in parsed("show ip ospf interface brief")}
    for one in machine(network(), "R1").interfaces.values():
        row = rows.pop(one.short)
        assert row["area"] == str(one.area.id)
        assert (row["ip_address"], row["prefix_length"]) == (
            str(one.source),
            str(one.prefix_length),
        )
        assert row["cost"] == str(one.cost)
        assert row["neighbors_fc"] == f"{len(one.full_neighbors())}/{len(one.neighbors)}"
    assert rows == {}


def test_the_database_is_read_back() -> None:
    rows = parsed("show ip ospf database")
    ospf = machine(network(), "R1")
    lsas = {
        (dotted(entry.lsa.id), dotted(entry.lsa.router), str(entry.age(network().simulation.now)))
        for lsdb in (*(area.lsdb for area in ospf.areas.values()), ospf.lsdb)
        for entry in lsdb.entries()
    }
    assert {(row["link_id"], row["adv_router"], row["age"]) for row in rows} == lsas


def test_router_lsas_are_read_back() -> None:
    rows = parsed("show ip ospf database router")
    ospf = machine(network(), "R1")
    expected = set()
    for area in ospf.areas.values():
        for entry in area.lsdb.tables[LsType.ROUTER].values():
            content = entry.lsa.content
            assert isinstance(content, RouterContent)
            for link in content.links:
                expected.add(
                    (str(area.id), dotted(entry.lsa.router), dotted(link.id), dotted(link.data),
                     str(link.metric))
                )  # fmt: skip
    assert expected == {
        (row["area"], row["lsa_adv_router"], row["ls_link_id"], row["ls_link_data"],
         row["ls_tos_0_metrics"])
        for row in rows
    }  # fmt: skip


def test_network_lsas_are_read_back() -> None:
    rows = parsed("show ip ospf database network")
    (entry,) = machine(network(), "R1").areas[0].lsdb.tables[LsType.NETWORK].values()
    assert isinstance(entry.lsa.content, NetworkContent)
    assert {row["lsa_id"] for row in rows} == {dotted(entry.lsa.id)}
    routers = {dotted(one) for one in entry.lsa.content.routers}
    assert {row["ls_att_router"] for row in rows} == routers


# --- layout --------------------------------------------------------------------------------------


#: Lines without a capture, known otherwise: `Area 0, Attached via` is that of IOS 15 (public
#: outputs of IOSv), the rest only differs from captures in indentation or values.
UNSEEN = (
    "  Internet Address ",
    " It is an area border router",
    " Minimum LSA interval ",
    " Neighbor ",
    "    Options is ",
    "    LLS Options is ",
    "         10.1.0.0/16 Active(1) Advertise",
    "        MTID: 0         Metric: 1 ",
)


#: Command -> the name under which its captures are.
COMMANDS = {
    "show ip ospf": "",
    "show ip ospf interface": "",
    "show ip ospf interface brief": "",
    "show ip ospf neighbor": "show ip ospf neighbors",
    "show ip ospf neighbor detail": "show ip ospf neighbors detail",
    "show ip ospf neighbor summary": "show ip ospf neighbors summary",
    "show ip ospf database": "",
    "show ip ospf database database-summary": "",
    "show ip ospf database router": "",
    "show ip ospf database network": "",
    "show ip ospf database summary": "",
    "show ip ospf database external": "",
    "show ip ospf traffic": "",
    "show ip ospf max-metric": "",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_line_has_a_real_shape(command: str) -> None:
    if not SHAPES.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("reference material is missing: tools/shapes.py")
        pytest.skip("needs the reference material beside the project")
    done = subprocess.run(
        [sys.executable, str(SHAPES), "--all", COMMANDS[command] or command],
        input=shown(command),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "have a real shape" in done.stdout
    wrong = [line[2:] for line in done.stdout.splitlines() if line.startswith("- ")]
    assert [line for line in wrong if not line.startswith(UNSEEN)] == []


def test_the_interface_of_a_border_router() -> None:
    lines = shown("show ip ospf interface GigabitEthernet0/1").splitlines()
    assert lines[:8] == [
        "GigabitEthernet0/1 is up, line protocol is up ",
        "  Internet Address 10.1.0.1/24, Area 1, Attached via Interface Enable",
        "  Process ID 1, Router ID 1.1.1.1, Network Type POINT_TO_POINT, Cost: 1",
        "  Topology-MTID    Cost    Disabled    Shutdown      Topology Name",
        "        0           1         no          no            Base",
        "  Enabled by interface config, including secondary ip addresses",
        "  Transmit Delay is 1 sec, State POINT_TO_POINT",
        "  Timer intervals configured, Hello 10, Dead 40, Wait 40, Retransmit 5",
    ]
    assert "  Neighbor Count is 1, Adjacent neighbor count is 1 " in lines
    assert "    Adjacent with neighbor 3.3.3.3" in lines


def test_the_neighbors_of_r1() -> None:
    lines = shown("show ip ospf neighbor").splitlines()
    assert lines[0] == ""
    assert lines[1] == (
        "Neighbor ID     Pri   State           Dead Time   Address         Interface"
    )
    assert lines[2].startswith("2.2.2.2           1   FULL/")
    assert lines[2].endswith("    10.0.0.2        GigabitEthernet0/0")
    assert lines[3].startswith("3.3.3.3           0   FULL/  -        00:00:3")


def test_border_routers_and_paths() -> None:
    assert (
        shown("show ip ospf border-routers")
        .splitlines()[-1]
        .startswith("i 2.2.2.2 [1] via 10.0.0.2, GigabitEthernet0/0, ASBR, Area 0, SPF ")
    )
    rib = shown("show ip ospf rib").splitlines()
    assert "*>  3.3.3.3/32, Intra, cost 2, area 1" in rib
    assert "      via 10.1.0.3, GigabitEthernet0/1" in rib
    assert "*>  192.0.2.0/24, Ext2, cost 20, fwd cost 1, tag 0" in rib


def test_parts_of_the_database() -> None:
    own = shown("show ip ospf database self-originate")
    assert "2.2.2.2         2.2.2.2 " not in own
    assert own == shown("show ip ospf database adv-router 1.1.1.1")
    one = shown("show ip ospf database router 3.3.3.3")
    assert one.count("LS age") == 1
    assert "Advertising Router: 3.3.3.3" in one
    assert "(Area 0)" not in shown("show ip ospf 1 1 database")


def test_what_is_not_there() -> None:
    assert shown("show ip ospf 9").startswith("%OSPF: Router process 9 is not running")
    assert (
        shown("show ip ospf interface Loopback0", "R4") == "%OSPF: OSPF not enabled on Loopback0\n"
    )


def test_the_section_of_show_ip_protocols() -> None:
    text = shown("show ip protocols")
    ours = text[text.index('Routing Protocol is "ospf 1"') :].splitlines()
    assert ours[:13] == [
        'Routing Protocol is "ospf 1"',
        "  Outgoing update filter list for all interfaces is not set",
        "  Incoming update filter list for all interfaces is not set",
        "  Router ID 1.1.1.1",
        "  It is an area border router",
        "  Number of areas in this router is 2. 2 normal 0 stub 0 nssa",
        "  Maximum path: 4",
        "  Routing for Networks:",
        "    10.0.0.0 0.0.0.255 area 0",
        "    1.1.1.1 0.0.0.0 area 0",
        "  Routing on Interfaces Configured Explicitly (Area 1):",
        "    GigabitEthernet0/1",
        "  Routing Information Sources:",
    ]
    assert "    2.2.2.2              110      00:00:" in text


def test_show_ip_protocols_names_the_distribute_lists() -> None:
    made = pair()
    type_at(
        made,
        "R1",
        "ip prefix-list PL permit 0.0.0.0/0 le 32\naccess-list 9 permit any\n"
        "router ospf 1\n distribute-list prefix PL in\n distribute-list 9 out static",
    )
    lines = execute(made, "R1", "show ip protocols").splitlines()
    at = lines.index('Routing Protocol is "ospf 1"')
    assert lines[at + 1 : at + 5] == [
        "  Outgoing update filter list for all interfaces is not set",
        "    Redistributed static filtered by 9",
        "  Incoming update filter list for all interfaces is (prefix-list) PL",
        "  Router ID 1.1.1.1",
    ]


def test_lists_of_what_is_asked_for_and_not_acknowledged() -> None:
    made = pair()
    made.wait(80)
    empty = execute(made, "R1", "show ip ospf retransmission-list")
    assert empty.splitlines()[-1] == (
        " Neighbor 2.2.2.2, interface GigabitEthernet0/0 address 10.0.0.2"
    )
    with deaf(made, "R1", "Gi0/0"):
        type_at(made, "R1", "interface Loopback7\n ip address 7.7.7.7 255.255.255.255")
        made.wait(3)
        lines = execute(made, "R1", "show ip ospf retransmission-list").splitlines()
    assert lines[4].startswith(" Link state retransmission due in ")
    assert lines[4].endswith(" msec, Queue length 1")
    assert lines[6] == " Type  LS ID           ADV RTR         Seq NO      Age    Checksum"
    assert lines[7].startswith("    1  1.1.1.1         1.1.1.1         0x800000")
    assert "2.2.2.2" in execute(made, "R1", "show ip ospf request-list")


def test_queues_and_scans_are_those_of_flooding() -> None:
    made = pair()
    made.wait(80)
    with deaf(made, "R1", "Gi0/0"):
        type_at(made, "R1", "interface Loopback7\n ip address 7.7.7.7 255.255.255.255")
        port = next(it for it in machine(made, "R1").interfaces.values() if it.short == "Gi0/0")
        for _ in range(200):
            made.wait(0.01)
            if port.queue_length:
                break
        flooding = execute(made, "R1", "show ip ospf interface Gi0/0")
        assert "flood queue length 1\n  Last flood scan length is " in flooding
        assert "        Flood list length 1\n" in execute(made, "R1", "show ip ospf")
        made.wait(12)
        waiting = execute(made, "R1", "show ip ospf neighbor detail")
        (again,) = port.neighbors.values()
        assert again.retransmissions >= 2
        assert f"queue length 1, number of retransmission {again.retransmissions}" in waiting
        assert "First 0x0(0)" not in waiting
        assert "Last retransmission scan length is 1, maximum is 1" in waiting
    assert "  Next 0x0(0)/0x0(0)/0x0(0)" in execute(made, "R1", "show ip ospf interface Gi0/0")


def test_refused_packets_are_counted_with_their_bytes() -> None:
    made = pair()
    made.wait(80)
    ospf = machine(made, "R1")
    interface = next(it for it in ospf.interfaces.values() if it.short == "Gi0/0")
    receive(ospf, interface, IPv4Address("10.0.0.9"), ALL_SPF_ROUTERS, bytes(30))
    receive(ospf, interface, IPv4Address("10.0.0.9"), ALL_SPF_ROUTERS, bytes(12))
    row = f"{'RX Invalid':<14}{'2':<21}42"
    assert execute(made, "R1", "show ip ospf traffic").count(row) == 2


def test_summary_addresses_with_and_without_routes() -> None:
    made = pair()
    type_at(
        made,
        "R1",
        "ip route 192.0.2.0 255.255.255.128 Null0\nrouter ospf 1\n redistribute static subnets\n"
        " summary-address 192.0.2.0 255.255.255.0\n"
        " summary-address 198.51.100.0 255.255.255.0 tag 4",
    )
    made.wait(60)
    lines = execute(made, "R1", "show ip ospf summary-address").splitlines()
    assert lines[-2:] == [
        "192.0.2.0/255.255.255.0 Metric 20, Type 2, Tag 0",
        "198.51.100.0/255.255.255.0 Metric -1, Type 0, Tag 4",
    ]
    assert "192.0.2.0/24" in execute(made, "R2", "show ip route ospf")
