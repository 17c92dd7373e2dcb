"""RIP shown: the database, `show ip protocols`, debugging; held against captures."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ioscli.cli.matcher import Grammar
from tests.router.networks import Network, config
from tests.router.test_rip import row, type_at

from .desk import Desk
from .typing_config import REFERENCE

SHAPES = REFERENCE.parent / "tools" / "shapes.py"


@pytest.fixture(scope="module")
def net() -> Network:
    """R1 - R2 - R3 with all that the shows have words for."""
    made = row()
    type_at(
        made["R2"],
        "access-list 21 permit any",
        "ip route 172.16.11.0 255.255.255.0 null0",
        "ip route 192.168.1.0 255.255.255.0 10.0.23.99",
        "key chain 1",
        "key 1",
        "key-string cisco",
        "interface lo5",
        "ip address 172.20.5.1 255.255.255.0",
        "interface gi0/1",
        "ip summary-address rip 172.20.0.0 255.255.0.0",
        "router rip",
        "network 172.20.0.0",
        "redistribute static",
        "default-metric 3",
        "offset-list 21 in 2 gi0/1",
        "neighbor 10.0.12.1",
        "passive-interface lo5",
        "timers basic 20 60 60 90",
    )
    made.wait(60)
    return made


def shown(grammar: Grammar, net: Network, command: str) -> str:
    return Desk(grammar, net["R2"]).type(command)


def held_against_captures(command: str, text: str) -> None:
    """Every line looks like one of a real router."""
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


def test_the_database(grammar: Grammar, net: Network) -> None:
    text = shown(grammar, net, "show ip rip database")
    lines = text.splitlines()
    assert lines[0] == "1.0.0.0/8    auto-summary"
    assert lines[1] == "1.1.1.1/32"
    assert lines[2].startswith("    [1] via 10.0.12.1, 00:00:")
    assert lines[2].endswith(", GigabitEthernet0/0")
    for line in (
        "10.0.12.0/24    directly connected, GigabitEthernet0/0",
        "172.16.11.0/24    redistributed",
        "    [3] via 0.0.0.0,",
        "    [3] via 10.0.23.99, from 0.0.0.0,",
        "172.20.0.0/16    int-summary",
        "172.20.5.0/24    directly connected, Loopback5",
    ):
        assert line in lines
    assert [it for it in lines if it.startswith("    [3] via 10.0.23.3")]  # offset by two
    held_against_captures("show ip rip database", text)


def test_one_route_of_the_database(grammar: Grammar, net: Network) -> None:
    text = shown(grammar, net, "show ip rip database 10.0.12.0 255.255.255.0")
    assert text == "10.0.12.0/24    directly connected, GigabitEthernet0/0\n"


def test_show_ip_protocols(grammar: Grammar, net: Network) -> None:
    text = shown(grammar, net, "show ip protocols")
    rip = text[text.index('Routing Protocol is "rip"') :]
    for line in (
        "  Incoming routes on GigabitEthernet0/1 will have 2 added to metric if on list 21",
        "  Invalid after 60 seconds, hold down 60, flushed after 90",
        "  Default redistribution metric is 3",
        "  Redistributing: static, rip",
        "  Neighbor(s):",
        "    10.0.12.1",
        "  Default version control: send version 2, receive version 2",
        "  Automatic network summarization is not in effect",
        "    172.20.0.0/16 for GigabitEthernet0/1",
        "    2.0.0.0",
        "  Passive Interface(s):",
        "    Loopback5",
        "  Distance: (default is 120)",
    ):
        assert f"{line}\n" in rip
    assert "\n    10.0.23.3            120      00:00:" in rip
    assert "  Sending updates every 20 seconds, next due in " in rip


def test_show_ip_route(grammar: Grammar, net: Network) -> None:
    text = shown(grammar, net, "show ip route rip")
    assert "R        1.1.1.1 [120/1] via 10.0.12.1, 00:00:" in text
    detail = shown(grammar, net, "show ip route 1.1.1.1")
    assert '  Known via "rip", distance 120, metric 1' in detail


def test_ages_are_those_of_the_last_update(grammar: Grammar, net: Network) -> None:
    net.wait(300)
    text = shown(grammar, net, "show ip route rip")
    age = text.split("10.0.12.1, ")[1].split(",")[0]
    assert age < "00:00:31"


def test_debug_ip_rip(grammar: Grammar, net: Network) -> None:
    desk = Desk(grammar, net["R2"])
    assert desk.type("debug ip rip") == "RIP protocol debugging is on\n"
    assert desk.type("show debugging").startswith("IP routing:\n  RIP protocol debugging is on\n")
    before = len(net.log)
    net.wait(31)
    said = [line.split(": ", 1)[1] for line in net.log[before:] if "RIP: " in line]
    assert "RIP: sending v2 update to 224.0.0.9 via GigabitEthernet0/0 (10.0.12.2)" in said
    assert "RIP: received v2 update from 10.0.12.1 on GigabitEthernet0/0" in said
    assert any("\t2.2.2.2/32 via 0.0.0.0, metric 1, tag 0" in line for line in net.log[before:])
    assert desk.type("undebug ip rip") == "RIP protocol debugging is off\n"
    before = len(net.log)
    net.wait(31)
    assert not [line for line in net.log[before:] if "RIP" in line]


def test_without_rip_nothing_is_shown(grammar: Grammar) -> None:
    alone = Network(config("R2", {"Gi0/0": "10.0.0.1/24"}, {})).boot()
    assert shown(grammar, alone, "show ip rip database") == ""


def test_the_section_is_tidied_as_ios_does() -> None:
    from .typing_config import Prompt

    prompt = Prompt()
    prompt.type("router rip", "network 10.1.2.0", "no auto-summary", "version 2")
    prompt.type("timers basic 30 180 180 240", "no validate-update-source", "network 10.9.0.0")
    assert prompt.section("router rip") == [
        " version 2",
        " no validate-update-source",
        " network 10.0.0.0",
        " no auto-summary",
    ]
    prompt.type("auto-summary", "no network 10.4.4.4", "validate-update-source")
    assert prompt.section("router rip") == [" version 2"]
