"""Shows about tables, tracking and forwarding: shaped as captures, read by ntc-templates."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from ntc_templates.parse import parse_output

from ioscli.cli.matcher import load_grammar
from tests.router.networks import Network, config

from .desk import Desk

SHAPES = Path(__file__).parents[2].parent / "shared" / "tools" / "shapes.py"


@cache
def desk() -> Desk:
    """R1 with a VRF, tracked objects, an IP SLA operation and routes of several kinds."""
    net = Network(
        config(
            "R1",
            {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24", "Gi0/2": "10.3.0.1/24"},
            {"0.0.0.0/0": "10.0.0.2", "192.0.2.0/24": "10.0.0.2"},
        ),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Gi0/1": "10.1.0.2/24"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.link("R1:Gi0/1", "R2:Gi0/1")
    net.boot()
    net.wait(5)
    made = Desk(load_grammar(), net["R1"])
    made.type(
        "configure terminal",
        "vrf definition cust10",
        "rd 1.1.2.10:10",
        "route-target export 1:10",
        "address-family ipv4",
        "exit",
        "exit",
        "ip vrf OLD",
        "description test2 description",
        "exit",
        "interface gi0/1",
        "vrf forwarding cust10",
        "ip address 10.1.0.1 255.255.255.0",
        "interface Loopback45",
        "ip vrf forwarding OLD",
        "ip address 45.45.45.45 255.255.255.255",
        "interface Loopback44",
        "vrf forwarding cust10",
        "ip address 44.44.44.44 255.255.255.255",
        "exit",
        "ip sla 1",
        "icmp-echo 10.0.0.2 source-ip 10.0.0.1",
        "frequency 5",
        "exit",
        "ip sla schedule 1 life forever start-time now",
        "track 1 interface GigabitEthernet0/0 line-protocol",
        "track 2 ip route 192.0.2.0 255.255.255.0 reachability",
        "delay up 20 down 10",
        "track 3 interface GigabitEthernet0/2 line-protocol",
        "end",
        "ping 10.0.0.2",
    )
    net.wait(20)
    return made


#: What is typed -> the command whose captures it is held against.
COMMANDS = {
    "show vrf": "show vrf",
    "show vrf detail": "show vrf detail",
    "show ip vrf detail cust10": "show ip vrf detail",
    "show ip route": "show ip route",
    "show ip route vrf cust10": "show ip route vrf",
    "show ip route summary": "show ip route summary",
    "show ip route vrf cust10 summary": "show ip route vrf summary",
    "show ip protocols": "show ip protocols",
    "show ip cef": "show ip cef",
    "show ip cef summary": "show ip cef summary",
    "show adjacency": "show adjacency",
    "show adjacency detail": "show adjacency",
    "show ip sla statistics": "show ip sla statistics",
    "show ip sla summary": "show ip sla summary",
    "show track 1": "show track",
    "show ip arp vrf cust10": "show ip arp vrf",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_lines_look_like_real_ones(command: str) -> None:
    if not SHAPES.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("reference material is missing: tools/shapes.py")
        pytest.skip("needs the reference material beside the project")
    shown = desk().type(command)
    assert len(shown.splitlines()) > 1
    done = subprocess.run(
        [sys.executable, str(SHAPES), COMMANDS[command]],
        input=shown,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_ntc_templates_read_vrfs() -> None:
    rows = parse_output("cisco_ios", "show vrf", desk().type("show vrf"))
    assert [(row["name"], row["default_rd"], row["interfaces"]) for row in rows] == [
        ("cust10", "1.1.2.10:10", ["Gi0/1", "Lo44"]),
        ("OLD", "<not set>", ["Lo45"]),
    ]


def test_ntc_templates_read_interfaces_of_vrfs() -> None:
    shown = desk().type("show ip vrf interfaces")
    rows = parse_output("cisco_ios", "show ip vrf interfaces", shown)
    assert [tuple(row.values()) for row in rows] == [
        ("Gi0/1", "10.1.0.1", "cust10", "up"),
        ("Lo44", "44.44.44.44", "cust10", "up"),
        ("Lo45", "45.45.45.45", "OLD", "up"),
    ]


def test_ntc_templates_read_the_table_of_a_vrf() -> None:
    shown = desk().type("show ip route vrf cust10")
    rows = parse_output("cisco_ios", "show ip route", shown)
    assert [
        (row["vrf"], row["protocol"], row["network"], row["prefix_length"]) for row in rows
    ] == [
        ("cust10", "C", "10.1.0.0", "24"),
        ("cust10", "L", "10.1.0.1", "32"),
        ("cust10", "C", "44.44.44.44", "32"),
    ]
