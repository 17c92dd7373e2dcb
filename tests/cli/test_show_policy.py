"""Lists and route-maps shown, read back by ntc-templates and held against captures."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.cli.running_config import running_config
from ioscli.model.prefix_list import PrefixList
from tests.router.networks import Network, config

from .desk import Desk
from .typing_config import REFERENCE, Prompt

SHAPES = REFERENCE.parent / "tools" / "shapes.py"

LINES = (
    "ip prefix-list OSPF_Redist description what OSPF takes",
    "ip prefix-list OSPF_Redist seq 5 deny 10.0.0.0/24",
    "ip prefix-list OSPF_Redist permit 0.0.0.0/0 le 32",
    "ip prefix-list OSPF_Redist deny 10.0.0.0/8 ge 10 le 20",
    "ip as-path access-list 34 deny _65001$",
    "ip as-path access-list 34 permit .*",
    "ip bgp-community new-format",
    "ip community-list 1 permit 65001:7 no-export",
    "ip community-list expanded NAMED deny _65002:",
    "access-list 101 permit tcp any host 10.1.1.1 eq www",
    "access-list 101 deny ip any any log",
    "access-list 99 permit 172.16.191.199",
    "access-list 99 deny any log",
    "access-list 99 permit 10.0.10.0 0.255.0.255",
    "route-map equal permit 10",
    "match length 150 200",
    "set ip next-hop 10.10.11.254",
    "route-map equal deny 20",
    "description a way out",
    "match ip address prefix-list OSPF_Redist",
    "match ip address 101",
    "match tag 65534",
    "match community 1 NAMED",
    "match as-path 34",
    "continue 30",
    "set local-preference 700",
    "set community 1:110",
    "route-map equal permit 30",
)


@pytest.fixture(scope="module")
def net() -> Network:
    return Network(config("R1", {"Gi0/0": "10.0.0.1/24"}, {})).boot()


@pytest.fixture
def desk(grammar: Grammar, net: Network) -> Desk:
    desk = Desk(grammar, net["R1"])
    if not net["R1"].config.policy.prefix_lists:
        desk.type("configure terminal", *LINES, "end")
    return desk


def parsed(command: str, text: str) -> list[dict[str, Any]]:
    """What ntc-templates reads out of an output."""
    try:
        from ntc_templates.parse import parse_output
    except ImportError:
        if os.environ.get("CI") == "true":
            pytest.fail("ntc-templates is missing")
        pytest.skip("ntc-templates is not installed")
    found: list[dict[str, Any]] = parse_output("cisco_ios", command, text)
    return found


def held_against_captures(command: str, text: str) -> None:
    if not SHAPES.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("the reference captures are missing")
        pytest.skip("needs the reference captures beside the project")
    judged = subprocess.run(
        [sys.executable, str(SHAPES), command],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout


def test_prefix_lists(desk: Desk) -> None:
    text = desk.type("show ip prefix-list")
    assert text == (
        "ip prefix-list OSPF_Redist: 3 entries\n"
        "   seq 5 deny 10.0.0.0/24\n"
        "   seq 10 permit 0.0.0.0/0 le 32\n"
        "   seq 15 deny 10.0.0.0/8 ge 10 le 20\n"
    )
    held_against_captures("show ip prefix-list", text)
    rows = parsed("show ip prefix-list", text)
    names = ("seq", "action", "network", "netmask", "ge", "le")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("5", "deny", "10.0.0.0", "24", "", ""),
        ("10", "permit", "0.0.0.0", "0", "", "32"),
        ("15", "deny", "10.0.0.0", "8", "10", "20"),
    ]


def test_prefix_lists_in_detail(desk: Desk, net: Network) -> None:
    from ipaddress import IPv4Network

    known: PrefixList = net["R1"].config.policy.prefix_lists["OSPF_Redist"]
    known.hits.clear()
    assert known.permits(IPv4Network("172.16.0.0/16"))
    text = desk.type("show ip prefix-list detail OSPF_Redist")
    assert text.splitlines()[:4] == [
        "Prefix-list with the last deletion/insertion: OSPF_Redist",
        "ip prefix-list OSPF_Redist:",
        "   Description: what OSPF takes",
        "   count: 3, range entries: 2, sequences: 5 - 15, refcount: 2",
    ]
    assert "   seq 10 permit 0.0.0.0/0 le 32 (hit count: 1, refcount: 1)\n" in text
    assert "hit count: 1" not in desk.type("clear ip prefix-list", "show ip prefix-list detail")
    first = desk.type("show ip prefix-list OSPF_Redist 10.0.0.0/24 first-match")
    assert first == "   seq 5 deny 10.0.0.0/24 (hit count: 0, refcount: 1)\n"


def test_access_lists(desk: Desk) -> None:
    text = desk.type("show ip access-lists")
    assert text == (
        "Standard IP access list 99\n"
        "    10 permit 172.16.191.199\n"
        "    20 deny   any log\n"
        "    30 permit 10.0.10.0, wildcard bits 0.255.0.255\n"
        "Extended IP access list 101\n"
        "    10 permit tcp any host 10.1.1.1 eq www\n"
        "    20 deny ip any any log\n"
    )
    held_against_captures("show ip access-lists", text)
    rows = parsed("show ip access-lists", text)
    assert [row["line_num"] for row in rows if row["line_num"]] == ["10", "20", "30", "10", "20"]
    assert "10.1.1.1" in rows[-2].values()


def test_route_maps(desk: Desk) -> None:
    text = desk.type("show route-map equal")
    assert text.splitlines() == [
        "route-map equal, permit, sequence 10",
        "  Match clauses:",
        "    length 150 200 ",
        "  Set clauses:",
        "    ip next-hop 10.10.11.254",
        "  Policy routing matches: 0 packets, 0 bytes",
        "route-map equal, deny, sequence 20",
        "  Description:",
        "    a way out",
        "  Match clauses:",
        "    ip address prefix-lists: OSPF_Redist ",
        "    ip address (access-lists): 101 ",
        "    tag 65534 ",
        "    community (community-list filter): 1 NAMED ",
        "    as-path (as-path filter): 34 ",
        "  Continue: sequence 30",
        "  Set clauses:",
        "    local-preference 700",
        "    community 1:110",
        "  Policy routing matches: 0 packets, 0 bytes",
        "route-map equal, permit, sequence 30",
        "  Match clauses:",
        "  Set clauses:",
        "  Policy routing matches: 0 packets, 0 bytes",
    ]
    # The template knows neither descriptions nor `continue`.
    unknown = ("  Description:", "    a way out", "  Continue: ")
    known = [line for line in text.splitlines() if not line.startswith(unknown)]
    rows = parsed("show route-map", "\n".join(known))
    assert [(row["action"], row["seq"]) for row in rows] == [
        ("permit", "10"),
        ("deny", "20"),
        ("permit", "30"),
    ]
    assert desk.type("show route-map NONE") == "route-map NONE not found\n"


def test_as_path_and_community_lists(desk: Desk) -> None:
    assert desk.type("show ip as-path-access-list 34") == (
        "AS path access list 34\n    deny _65001$\n    permit .*\n"
    )
    assert desk.type("show ip community-list") == (
        "Community standard list 1\n     permit 65001:7 no-export\n"
        "Named Community expanded list NAMED\n     deny _65002:\n"
    )


def test_route_maps_come_back_as_ios_writes_them() -> None:
    prompt = Prompt()
    prompt.type(
        "route-map R permit 20",
        "match ip address 10 20",
        "match ip address 30",
        "match metric 5 +- 2",
        "match source-protocol ospf 1 connected bgp 65001",
        "match route-type external type-2 internal",
        "match community A exact-match",
        "set metric 10",
        "set metric +5",
        "set as-path prepend last-as 3",
        "set ip next-hop 10.0.0.1",
        "set ip next-hop 10.0.0.2",
        "set origin egp 65001",
        "set community no-export 7 additive",
        "set ip precedence 5",
        "set mpls-label",
        "route-map R deny 10",
        "no match tag",
    )
    lines = list(running_config(prompt.config))
    start = lines.index("route-map R deny 10")
    assert [line for line in lines[start : start + 20] if line != "!"][:14] == [
        "route-map R deny 10",
        "route-map R permit 20",
        " match ip address 10 20 30",
        " match metric 5 +- 2",
        " match source-protocol ospf 1 connected bgp 65001",
        " match route-type external type-2 internal",
        " match community A exact-match",
        " set metric +5",
        " set as-path prepend last-as 3",
        " set ip next-hop 10.0.0.1 10.0.0.2",
        " set origin egp 65001",
        " set community 7 no-export additive",
        " set ip precedence critical",
        " set mpls-label",
    ]
    prompt.type("route-map R permit 20", "no match ip address 20", "no match metric")
    prompt.type("no set community", "no set ip next-hop 10.0.0.1 10.0.0.2", "no set mpls-label")
    left = [line for line in running_config(prompt.config) if line.startswith((" match", " set"))]
    assert left[0] == " match ip address 10 30"
    assert " match metric 5 +- 2" not in left
    assert not any("community 7" in line or "next-hop" in line or "mpls" in line for line in left)
    prompt.type("no route-map R permit 20", "no route-map R")
    assert prompt.config.policy.route_maps == {}


def test_prefix_list_lines_that_cannot_be() -> None:
    prompt = Prompt()
    assert prompt.screen("ip prefix-list P permit 10.0.0.0/8 ge 8") == (
        "Router(config)#ip prefix-list P permit 10.0.0.0/8 ge 8\n"
        "% Invalid prefix range for 10.0.0.0/8, make sure: len < ge-value <= le-value"
    )
    prompt.type(
        "ip prefix-list P permit 10.1.2.3/8 le 24", "ip prefix-list P permit 10.0.0.0/8 le 24"
    )
    lines = [line for line in running_config(prompt.config) if "prefix-list" in line]
    assert lines == ["ip prefix-list P seq 5 permit 10.0.0.0/8 le 24"]
    prompt.type("no ip prefix-list sequence-number")
    lines = [line for line in running_config(prompt.config) if "prefix-list" in line]
    assert lines == [
        "no ip prefix-list sequence-number",
        "ip prefix-list P permit 10.0.0.0/8 le 24",
    ]
    prompt.type("ip prefix-list sequence-number", "no ip prefix-list P seq 5")
    assert prompt.config.policy.prefix_lists == {}


def test_debug_ip_packet_by_an_access_list(grammar: Grammar) -> None:
    net = Network(
        config("R1", {"Gi0/0": "10.0.12.1/24"}, {}),
        config("R2", {"Gi0/0": "10.0.12.2/24", "Lo0": "2.2.2.2/32"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.boot().wait(5)
    desk = Desk(grammar, net["R2"])
    desk.type("conf t", "access-list 150 permit icmp any host 2.2.2.2", "end")
    assert desk.type("debug ip packet 150 detail") == (
        "IP packet debugging is on (detailed) for access list 150\n"
    )
    assert "  IP packet debugging is on (detailed) for access list 150\n" in desk.type(
        "show debugging"
    )
    net["R1"].config.static_routes.clear()
    net.ping("R1", "10.0.12.2")
    assert not [line for line in net.log if "IP: s=" in line]
    desk.type("ping 2.2.2.2 repeat 1")
    seen = [line for line in net.log if "IP: s=" in line and "d=2.2.2.2" in line]
    assert seen
    assert all("    ICMP type=" in line for line in seen)
    desk.type("undebug all", "debug ip packet")
    net.ping("R1", "10.0.12.2", count=1)
    assert [line for line in net.log if "d=10.0.12.2" in line]
