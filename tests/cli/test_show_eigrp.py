"""show ip eigrp: what is shown of running routers, read back by parsers of real outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from ntc_templates.parse import parse_output

from ioscli.model.ifname import InterfaceName
from ioscli.protocols.eigrp.metric import INFINITY
from tests.router.eigrp_networks import Network, config, execute, process, type_at

SHAPES = Path(__file__).parents[2].parent / "shared" / "tools" / "shapes.py"


@cache
def network() -> Network:
    """R1 between R2 (classic, with a stub behind it) and R3 (named); R2 redistributes."""
    made = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24", "Lo0": "1.1.1.1/32"}, {}),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Lo0": "2.2.2.2/32"}, {"192.0.2.0/24": "10.0.0.1"}),
        config("R3", {"Gi0/0": "10.1.0.3/24", "Lo0": "3.3.3.3/32"}, {}),
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.link("R1:Gi0/1", "R3:Gi0/0")
    made.boot()
    made.wait(5)
    everywhere = "router eigrp 100\n network 0.0.0.0"
    type_at(
        made,
        "R1",
        f"{everywhere}\n passive-interface Loopback0\n"
        "key chain K\n key 1\n  key-string cisco\n"
        "interface Gi0/1\n ip authentication mode eigrp 100 md5\n"
        " ip authentication key-chain eigrp 100 K",
    )
    type_at(made, "R2", f"{everywhere}\n redistribute static\n eigrp stub connected redistributed")
    type_at(
        made,
        "R3",
        "key chain K\n key 1\n  key-string cisco\n"
        "router eigrp CORP\n address-family ipv4 unicast autonomous-system 100\n network 0.0.0.0\n"
        " af-interface Gi0/0\n authentication mode md5\n authentication key-chain K",
    )
    made.wait(30)
    return made


def shown(command: str, name: str = "R1") -> str:
    return execute(network(), name, command)


def parsed(command: str, name: str = "R1") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parse_output("cisco_ios", command, shown(command, name))
    assert found
    return found


# --- parsers -------------------------------------------------------------------------------------


def test_neighbors_are_read_back() -> None:
    rows = {row["ip_address"]: row for row in parsed("show ip eigrp neighbors")}
    for one in process(network(), "R1").machine.neighbors():
        row = rows.pop(str(one.ip))
        assert row["interface"] == one.interface.short
        assert int(row["hold"]) <= one.hold_time
        assert row["srtt"] == str(one.srtt // 1000)
        assert row["rto"] == str(one.rto // 1000)
        assert row["q_cnt"] == str(len(one.queue))
        assert row["seq_num"] == str(one.last_sequence)
    assert rows == {}


@pytest.mark.parametrize("name", ["R1", "R2"])
def test_the_topology_table_is_read_back(name: str) -> None:
    rows = {
        f"{row['network']}/{row['prefix_length']}": row
        for row in parsed("show ip eigrp topology", name)
    }
    eigrp = process(network(), name).machine
    for entry in eigrp.topology.values():
        row = rows.pop(str(entry.network))
        assert row["process_id"] == "100"
        assert row["code"] == "P"
        assert row["successors"] == str(len(entry.successors))
        assert row["fd"] == str(entry.fd)
        feasible = {
            (str(one.neighbor.ip), str(one.distance), str(one.reported))
            for one in entry.descriptors.values()
            if one.neighbor is not None and one.reported < entry.fd
        }
        ways = zip(
            [one for one in row["adv_router"] if one != "Connected"],
            row["adv_fd"],
            row["adv_rd"],
            strict=False,
        )
        assert set(ways) == feasible
    assert rows == {}


def test_details_of_interfaces_are_read_back() -> None:
    rows = {row["interface"]: row for row in parsed("show ip eigrp interfaces detail")}
    eigrp = process(network(), "R1").machine
    for one in eigrp.interfaces.values():
        if one.passive:
            continue
        row = rows.pop(one.short)
        assert row["peers"] == str(len(one.neighbors))
        assert row["hello_interval"] == str(one.hello_interval)
        assert row["hold_time"] == str(one.hold_time)
    assert rows == {}


def test_details_of_neighbors_are_read_back() -> None:
    # The parser knows neither stubs nor the line about topologies, which IOS 15.6 has.
    unknown = ("Topologies advertised", "Stub Peer", "Suppressing")
    lines = shown("show ip eigrp neighbors detail").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.strip().startswith(unknown))
    found = parse_output("cisco_ios", "show ip eigrp neighbors detail", text)
    rows = {row["ip_address"]: row for row in found}
    for one in process(network(), "R1").machine.neighbors():
        row = rows.pop(str(one.ip))
        assert row["retrans"] == str(one.retransmissions)
        assert row["retries"] == "0"
        assert row["version"] == "23.0/2.0"
        known = process(network(), "R1").machine.topology.values()
        assert row["prefixes"] == str(sum(one in entry.descriptors for entry in known))
    assert rows == {}


# --- layout --------------------------------------------------------------------------------------

#: Lines without a capture, known otherwise: stubs (public outputs of IOS 15), and a second
#: feature's line among those of the interface.
UNSEEN = (
    "   Stub Peer Advertising (CONNECTED REDISTRIBUTED ) Routes",
    "   Suppressing queries",
    '  Authentication mode is md5,  key-chain is "K"',
    "        via Rstatic (2816/0)",
)


@pytest.mark.parametrize(
    "command",
    [
        "show ip eigrp neighbors",
        "show ip eigrp neighbors detail",
        "show ip eigrp interfaces",
        "show ip eigrp interfaces detail",
        "show ip eigrp topology",
    ],
)
@pytest.mark.parametrize("name", ["R1", "R2"])
def test_every_line_has_a_real_shape(command: str, name: str) -> None:
    if not SHAPES.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("reference material is missing: tools/shapes.py")
        pytest.skip("needs the reference material beside the project")
    done = subprocess.run(
        [sys.executable, str(SHAPES), "--all", command],
        input=shown(command, name),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "have a real shape" in done.stdout
    wrong = [line[2:] for line in done.stdout.splitlines() if line.startswith("- ")]
    assert [line for line in wrong if not line.startswith(UNSEEN)] == []


def test_one_destination() -> None:
    """Laid out as in public outputs of IOSv 15."""
    assert shown("show ip eigrp topology 2.2.2.2/32").splitlines() == [
        "EIGRP-IPv4 Topology Entry for AS(100)/ID(1.1.1.1) for 2.2.2.2/32",
        "  State is Passive, Query origin flag is 1, 1 Successor(s), FD is 130816",
        "  Descriptor Blocks:",
        "  10.0.0.2 (GigabitEthernet0/0), from 10.0.0.2, Send flag is 0x0",
        "      Composite metric is (130816/128256), route is Internal",
        "      Vector metric:",
        "        Minimum bandwidth is 1000000 Kbit",
        "        Total delay is 5010 microseconds",
        "        Reliability is 255/255",
        "        Load is 1/255",
        "        Minimum MTU is 1500",
        "        Hop count is 1",
        "        Originating router is 2.2.2.2",
    ]
    external = shown("show ip eigrp topology 192.0.2.0 255.255.255.0", "R3").splitlines()
    assert external[:2] == [
        "EIGRP-IPv4 VR(CORP) Topology Entry for AS(100)/ID(3.3.3.3) for 192.0.2.0/24",
        "  State is Passive, Query origin flag is 1, 1 Successor(s), FD is 2621440, RIB is 20480",
    ]
    assert external[-4:] == [
        "      External data:",
        "        AS number of route is 0",
        "        External protocol is Static, external metric is 0",
        "        Administrator tag is 0 (0x00000000)",
    ]
    assert shown("show ip eigrp topology 9.9.9.0/24").splitlines()[1] == (
        "%Entry 9.9.9.0/24 not in topology table"
    )


def test_named_mode_has_other_headings() -> None:
    assert shown("show ip eigrp neighbors", "R3").splitlines()[0] == (
        "EIGRP-IPv4 VR(CORP) Address-Family Neighbors for AS(100)"
    )
    assert shown("show eigrp address-family ipv4 100 topology", "R3").splitlines()[0] == (
        "EIGRP-IPv4 VR(CORP) Topology Table for AS(100)/ID(3.3.3.3)"
    )
    assert shown("show ip eigrp 200 neighbors", "R3") == ""


def test_counters_of_packets_add_up() -> None:
    lines = shown("show ip eigrp traffic", "R3").splitlines()
    counters = process(network(), "R3").machine.counters
    assert lines[0] == "EIGRP-IPv4 VR(CORP) Address-Family Traffic Statistics for AS(100)"
    assert lines[1] == (
        f"  Hellos sent/received: {counters.sent['Hello']}/{counters.received['Hello']}"
    )
    there = process(network(), "R1").machine
    gig = InterfaceName.parse("Gi0/1")
    assert counters.received["Update"] >= 2
    assert there.interfaces[gig].counters.hellos >= counters.received["Hello"] - 2


def test_all_links_show_what_is_not_feasible_too() -> None:
    eigrp = process(network(), "R1").machine
    text = shown("show ip eigrp topology all-links")
    for entry in eigrp.topology.values():
        assert f"P {entry.network}, 1 successors, FD is {entry.fd}, serno {entry.serno}" in text
    assert shown("show ip eigrp topology active").splitlines()[4:] == [""]
    assert all(entry.fd < INFINITY for entry in eigrp.topology.values())


def test_the_section_of_show_ip_protocols() -> None:
    text = shown("show ip protocols")
    ours = text[text.index('Routing Protocol is "eigrp 100"') :].splitlines()
    assert ours[:26] == [
        'Routing Protocol is "eigrp 100"',
        "  Outgoing update filter list for all interfaces is not set",
        "  Incoming update filter list for all interfaces is not set",
        "  Default networks flagged in outgoing updates",
        "  Default networks accepted from incoming updates",
        "  EIGRP-IPv4 Protocol for AS(100)",
        "    Metric weight K1=1, K2=0, K3=1, K4=0, K5=0",
        "    Soft SIA disabled",
        "    Router-ID: 1.1.1.1",
        "    Topology : 0 (base) ",
        "      Active Timer: 3 min",
        "      Distance: internal 90 external 170",
        "      Maximum path: 4",
        "      Maximum hopcount 100",
        "      Maximum metric variance 1",
        "",
        "  Automatic Summarization: disabled",
        "  Maximum path: 4",
        "  Routing for Networks:",
        "    0.0.0.0",
        "  Passive Interface(s):",
        "    Loopback0",
        "  Routing Information Sources:",
        "    Gateway         Distance      Last Update",
        ours[24],
        ours[25],
    ]
    assert ours[24].startswith("    10.0.0.2              90      00:00:")
    assert ours[26] == "  Distance: internal 90 external 170"


def test_a_route_shows_its_vector_metric() -> None:
    lines = shown("show ip route 2.2.2.2").splitlines()
    assert lines[-3:] == [
        "      Total delay is 5010 microseconds, minimum bandwidth is 1000000 Kbit",
        "      Reliability 255/255, minimum MTU 1500 bytes",
        "      Loading 1/255, Hops 1",
    ]
    assert IPv4Network("2.2.2.2/32") in {
        entry.network for entry in process(network(), "R1").machine.topology.values()
    }


def test_debugging_shows_packets_and_the_state_machine() -> None:
    made = network()
    assert shown("debug eigrp packets hello update").splitlines() == [
        "    (UPDATE, HELLO)",
        "EIGRP Packet debugging is on",
    ]
    assert shown("debug eigrp fsm") == "EIGRP FSM Events/Actions debugging is on\n"
    assert shown("debug ip eigrp") == "EIGRP-IPv4 Route Event debugging is on\n"
    assert shown("show debugging").splitlines()[:4] == [
        "EIGRP:",
        "  EIGRP-IPv4 Route Event debugging is on",
        "  EIGRP FSM Events/Actions debugging is on",
        "  EIGRP Packet debugging is on",
    ]
    made.log.clear()
    type_at(made, "R2", "interface Lo5\n ip address 5.5.5.5 255.255.255.255")
    made.wait(6)
    text = "\n".join(made.log)
    assert "EIGRP: Sending HELLO on Gi0/0 - paklen 20" in text
    assert "  AS 100, Flags 0x0:(NULL), Seq 0/0 interfaceQ 0/0 iidbQ un/rely 0/0" in text
    assert "EIGRP: Received UPDATE on Gi0/0 - paklen 45 nbr 10.0.0.2" in text
    assert "DUAL: Find FS for dest 5.5.5.5/32. FD is 4294967295, RD is 4294967295" in text
    assert "EIGRP-IPv4 100: 5.5.5.5/32 - do advertise out Gi0/1" in text
    assert "Sending ACK" not in text
    type_at(made, "R2", "no interface Lo5")
    shown("undebug all")
    made.wait(5)
    made.log.clear()
    made.wait(10)
    assert made.log == []
