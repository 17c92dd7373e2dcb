"""show ip bgp and its kin: read back by parsers of real outputs, held against real shapes."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from ntc_templates.parse import parse_output

from ioscli.cli.show.bgp import network_text
from ioscli.model.rib import RouteSource
from ioscli.protocols.bgp import Bgp
from ioscli.protocols.bgp.paths import as_path_text
from ioscli.router.bgp import BgpProcess
from tests.router.networks import Network, config
from tests.router.ospf_networks import execute, type_at

SHAPES = Path(__file__).parents[2].parent / "shared" / "tools" / "shapes.py"


@cache
def network() -> Network:
    """R1 between R2 (external) and R3 (internal); R4 is configured and not there."""
    made = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24", "Lo0": "1.1.1.1/32"}, {}),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Lo0": "2.2.2.2/32", "Lo1": "172.16.5.1/24"}, {}),
        config("R3", {"Gi0/0": "10.1.0.3/24", "Lo0": "3.3.3.3/32", "Lo1": "172.16.9.1/24"}, {}),
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.link("R1:Gi0/1", "R3:Gi0/0")
    made.boot()
    type_at(
        made,
        "R1",
        "router bgp 65001\n network 1.1.1.1 mask 255.255.255.255\n"
        " neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.2 description upstream\n"
        " neighbor 10.0.0.2 soft-reconfiguration inbound\n"
        " neighbor 10.0.0.2 route-map UP in\n neighbor 10.0.0.2 maximum-prefix 100\n"
        " neighbor 10.1.0.3 remote-as 65001\n neighbor 10.1.0.3 next-hop-self\n"
        " neighbor 10.1.0.3 send-community\n neighbor 10.0.0.4 remote-as 65004\n"
        " neighbor 10.0.0.5 remote-as 65005\n neighbor 10.0.0.5 shutdown\n"
        "route-map UP permit 10\n match ip address prefix-list HALF\n set local-preference 150\n"
        " set community 65001:7 no-export\n"
        "ip prefix-list HALF deny 2.2.2.2/32\nip prefix-list HALF permit 0.0.0.0/0 le 32",
    )
    type_at(
        made,
        "R2",
        "router bgp 65002\n network 2.2.2.2 mask 255.255.255.255\n network 172.16.5.0 mask"
        " 255.255.255.0\n redistribute connected\n neighbor 10.0.0.1 remote-as 65001",
    )
    type_at(
        made,
        "R3",
        "router bgp 65001\n network 172.16.9.0 mask 255.255.255.0\n"
        " network 3.3.3.3 mask 255.255.255.255\n neighbor 10.1.0.1 remote-as 65001",
    )
    made.wait(100)
    return made


def bgp(name: str = "R1") -> Bgp:
    process = network()[name].routing.of_source(RouteSource.BGP)[0]
    assert isinstance(process, BgpProcess)
    return process.machine


def shown(command: str, name: str = "R1") -> str:
    return execute(network(), name, command)


def parsed(command: str, template: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parse_output("cisco_ios", template or command, shown(command))
    assert found
    return found


# -- parsers -------------------------------------------------------------------------------------


def test_the_table_is_read_back() -> None:
    rows = parsed("show ip bgp")
    wanted = []
    for prefix in sorted(bgp().table):
        for path in bgp().table[prefix].paths:
            found = path.attributes
            wanted.append(
                (
                    network_text(prefix),
                    str(path.next_hop),
                    "" if found.med is None else str(found.med),
                    "" if found.local_preference is None else str(found.local_preference),
                    str(path.weight),
                    as_path_text(found.as_path),
                    "ie?"[found.origin or 0],
                )
            )
    names = ("network", "next_hop", "metric", "local_pref", "weight", "as_path", "origin")
    network_seen = ""
    read = []
    for row in rows:
        network_seen = row["network"] or network_seen
        read.append(tuple(network_seen if it == "network" else row[it].strip() for it in names))
    assert read == wanted


def test_the_summary_is_read_back() -> None:
    rows = {row["bgp_neighbor"]: row for row in parsed("show ip bgp summary")}
    assert set(rows) == {"10.0.0.2", "10.0.0.4", "10.0.0.5", "10.1.0.3"}
    for address, neighbor in bgp().neighbors.items():
        row = rows[str(address)]
        assert row["router_id"] == "1.1.1.1"
        assert row["local_as"] == "65001"
        assert row["neighbor_as"] == str(neighbor.settings.remote_as)
        if neighbor.session is not None:
            assert row["state_or_prefixes_received"] == str(neighbor.prefix_count)
    assert rows["10.0.0.4"]["state_or_prefixes_received"] == "Active"
    assert rows["10.0.0.5"]["state_or_prefixes_received"].startswith("Idle (Admin")
    assert rows["10.0.0.5"]["up_down"] == "never"


def test_neighbors_are_read_back() -> None:
    rows = {row["neighbor"]: row for row in parsed("show ip bgp neighbors")}
    external = rows["10.0.0.2"]
    assert external["remote_as"] == "65002"
    assert external["bgp_state"] == "Established"
    assert external["remote_router_id"] == "172.16.5.1"
    assert rows["10.1.0.3"]["remote_as"] == "65001"
    assert rows["10.0.0.4"]["bgp_state"] == "Active"


def test_advertised_routes_are_read_back() -> None:
    rows = parsed(
        "show ip bgp neighbors 10.1.0.3 advertised-routes",
        "show ip bgp neighbors advertised-routes",
    )
    told = bgp().neighbors[IPv4Address("10.1.0.3")].adj_out
    assert {row["network"].partition("/")[0] for row in rows} == {
        str(prefix.network_address) for prefix in told
    }


# -- shapes ----------------------------------------------------------------------------------------

#: What is shown -> the commands whose captures judge it: a line is fine that one of them has.
COMMANDS = {
    "show ip bgp": ("show ip bgp all",),
    "show ip bgp summary": ("show ip bgp summary",),
    "show ip bgp neighbors 10.0.0.2": ("show ip bgp all neighbors", "show ip bgp neighbors"),
    "show ip bgp neighbors 10.1.0.3 advertised-routes": (
        "show ip bgp neighbors advertised routes",
        "show ip bgp all",
    ),
    "show ip bgp 172.16.5.0/24": ("show ip bgp WORD", "show ip bgp all detail"),
}
#: Lines that no capture of the same command has: documented ones, and what is known of TCP here.
UNSEEN = (
    "Paths: (1 available, best #1, table default, not advertised to EBGP peer)",
    " Description: ",  # whatever the operator wrote
    "  Maximum prefixes allowed",
    "  Threshold for warning",
    "  Route map for incoming",
    "    route-map:",
    "Rcvd:",
    "Sent:",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_line_has_a_real_shape(command: str) -> None:
    if not SHAPES.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("reference material is missing: tools/shapes.py")
        pytest.skip("needs the reference material beside the project")
    wrong = [_without_shape(judge, shown(command)) for judge in COMMANDS[command]]
    unknown = [line for line in wrong[0] if all(line in others for others in wrong)]
    assert [line for line in unknown if not line.startswith(UNSEEN)] == []


def _without_shape(judge: str, text: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, str(SHAPES), "--all", judge],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "have a real shape" in done.stdout
    return [line[2:] for line in done.stdout.splitlines() if line.startswith("- ")]


# -- texts -----------------------------------------------------------------------------------------


def test_one_prefix() -> None:
    lines = shown("show ip bgp 172.16.5.0").splitlines()
    assert lines[1:3] == [
        "Paths: (1 available, best #1, table default, not advertised to EBGP peer)",
        "  Advertised to update-groups:",
    ]
    assert lines[4:] == [
        "  Refresh Epoch 1",
        "  65002, (received & used)",
        "    10.0.0.2 from 10.0.0.2 (172.16.5.1)",
        "      Origin IGP, metric 0, localpref 150, valid, external, best",
        "      Community: 4259905543 no-export",
        "      rx pathid: 0, tx pathid: 0x0",
    ]


def test_prefix_that_is_not_there() -> None:
    assert shown("show ip bgp 99.9.9.9") == "% Network not in table\n"


def test_selections() -> None:
    assert "172.16.5.0" in shown("show ip bgp regexp ^65002$")
    assert shown("show ip bgp regexp _65009_") == ""
    assert shown("show ip bgp regexp (") == "% Invalid regular expression\n"
    assert "172.16.5.0" in shown("show ip bgp community no-export")
    assert "172.16.9.0" not in shown("show ip bgp community")
    assert "2.2.2.2" in shown("show ip bgp neighbors 10.0.0.2 received-routes")
    assert "2.2.2.2" not in shown("show ip bgp neighbors 10.0.0.2 routes")
    assert "172.16.9.0/24" in shown("show ip bgp 172.16.0.0 255.255.0.0 longer-prefixes")
    assert (
        shown("show ip bgp neighbors 10.1.0.3 received-routes")
        == "% Inbound soft reconfiguration not enabled on 10.1.0.3\n"
    )
    assert shown("show ip bgp neighbors 9.9.9.9") == "% No such neighbor or address family\n"


def test_without_bgp() -> None:
    alone = Network(config("R9", {"Gi0/0": "10.0.0.1/24"}, {})).boot()
    assert execute(alone, "R9", "show ip bgp") == "% BGP not active\n"
    assert execute(alone, "R9", "show ip bgp summary") == "% BGP not active\n"
    assert execute(alone, "R9", "clear ip bgp *") == "%BGP not running\n"


def test_all_address_families() -> None:
    lines = shown("show ip bgp all").splitlines()
    assert lines[:2] == ["For address family: IPv4 Unicast", ""]
    assert "\n".join(lines[2:]).strip() == shown("show ip bgp").strip()
    assert shown("show bgp all summary").startswith(
        "For address family: IPv4 Unicast\nBGP router identifier 1.1.1.1, local AS number 65001"
    )
    assert "BGP neighbor is 10.0.0.2" in shown("show bgp all neighbors")


def test_both_spellings_show_the_same() -> None:
    assert shown("show bgp summary") == shown("show ip bgp summary")
    assert shown("show bgp ipv4 unicast") == shown("show ip bgp")
    assert shown("show bgp ipv4 unicast summary") == shown("show ip bgp summary")


def test_classful_networks_stand_without_their_length() -> None:
    assert [
        network_text(IPv4Network(prefix))
        for prefix in ("10.0.0.0/8", "172.16.0.0/16", "192.0.2.0/24", "10.0.0.0/16", "0.0.0.0/0")
    ] == ["10.0.0.0", "172.16.0.0", "192.0.2.0", "10.0.0.0/16", "0.0.0.0"]


def test_show_ip_protocols_has_a_section() -> None:
    text = shown("show ip protocols")
    section = text[text.index('Routing Protocol is "bgp 65001"') :].splitlines()
    assert section[:5] == [
        'Routing Protocol is "bgp 65001"',
        "  Outgoing update filter list for all interfaces is not set",
        "  Incoming update filter list for all interfaces is not set",
        "  IGP synchronization is disabled",
        "  Automatic route summarization is disabled",
    ]
    assert "    10.0.0.2                                              UP" in section
    assert "    10.0.0.2              20      00:01:" in text
    assert "  Distance: external 20 internal 200 local 200" in section


def test_the_entry_of_the_routing_table() -> None:
    lines = shown("show ip route 172.16.5.0").splitlines()
    assert lines[1] == '  Known via "bgp 65001", distance 20, metric 0'
    assert lines[2] == "  Tag 65002, type external"
    assert "      AS Hops 1" in lines


def test_debugging_a_session() -> None:
    made = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24"}, {}), config("R2", {"Gi0/0": "10.0.0.2/24"}, {})
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.boot()
    assert (
        execute(made, "R1", "debug ip bgp")
        == "BGP debugging is on for address family: IPv4 Unicast\n"
    )
    execute(made, "R1", "debug ip bgp updates")
    type_at(made, "R1", "router bgp 1\n neighbor 10.0.0.2 remote-as 2")
    type_at(
        made,
        "R2",
        "router bgp 2\n neighbor 10.0.0.1 remote-as 1\n network 10.0.0.0 mask 255.255.255.0",
    )
    made.wait(30)
    said = [line.split(": ", 1)[1] for line in made.log if line.startswith("R1 ")]
    assert any(line.startswith("BGP: 10.0.0.2 ") and "to OpenSent" in line for line in said)
    assert "BGP: 10.0.0.2 went from OpenConfirm to Established" in said
    assert "BGP(0): 10.0.0.2 rcvd 10.0.0.0/24" in said
    made.log.clear()
    execute(made, "R1", "undebug all")
    execute(made, "R1", "clear ip bgp *")
    made.wait(30)
    assert not any("went from" in line for line in made.log)
