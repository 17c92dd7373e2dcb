"""NAT at the command line: shows shaped as captures, removal while in use, debugging, lint."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from ntc_templates.parse import parse_output

from ioscli.cli.configuration import ConfigSession, LineKind
from ioscli.model.config import RouterConfig
from tests.router.nat_networks import OVERLOAD, configure, grammar, nat_network
from tests.router.networks import Network

from .desk import Desk

SHAPES = Path(__file__).parents[2].parent / "shared" / "tools" / "shapes.py"
POOL = (
    "access-list 2 permit 10.0.0.0 0.0.0.255",
    "ip nat pool net-20 192.0.2.20 192.0.2.27 netmask 255.255.255.0",
    "ip nat inside source list 2 pool net-20",
)
STATIC = ("ip nat inside source static 10.0.0.1 192.0.2.10",)


def desk(net: Network, *lines: str) -> Desk:
    made = Desk(grammar(), net["R2"])
    made.type(*lines)
    return made


@cache
def busy() -> Desk:
    """A static mapping, a pool in use, a forwarded port and an outside mapping."""
    net = nat_network(
        *POOL,
        "ip nat inside source static 10.0.0.50 192.0.2.50",
        "ip nat inside source static tcp 10.0.0.60 80 192.0.2.60 8080 extendable",
        "ip nat outside source static 203.0.113.3 172.16.0.3",
    )
    net.ping("R1", "192.0.2.3")
    return desk(net)


def test_translations_are_laid_out_as_captures_are() -> None:
    assert busy().type("show ip nat translations").splitlines() == [
        "Pro Inside global      Inside local       Outside local      Outside global",
        "--- ---                ---                172.16.0.3         203.0.113.3",
        "icmp 192.0.2.20:7      10.0.0.1:7         192.0.2.3:7        192.0.2.3:7",
        "--- 192.0.2.20         10.0.0.1           ---                ---",
        "--- 192.0.2.50         10.0.0.50          ---                ---",
        "tcp 192.0.2.60:8080    10.0.0.60:80       ---                ---",
    ]


def test_ntc_templates_read_translations() -> None:
    shown = busy().type("show ip nat translations")
    rows = parse_output("cisco_ios", "show ip nat translations", shown)
    assert ("icmp", "192.0.2.20", "7", "10.0.0.1", "7") in [
        (
            row["protocol"],
            row["inside_global_ip"],
            row["inside_global_port"],
            row["inside_local_ip"],
            row["inside_local_port"],
        )
        for row in rows
    ]


@pytest.mark.parametrize(
    "command",
    [
        "show ip nat translations inside 192.0.2.20",
        "show ip nat translations tcp",
        "show ip nat statistics",
    ],
)
def test_lines_look_like_real_ones(command: str) -> None:
    """The captures of the statistics have lost their indentation."""
    if not SHAPES.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("reference material is missing: tools/shapes.py")
        pytest.skip("needs the reference material beside the project")
    shown = [line.strip() for line in busy().type(command).splitlines()]
    assert len(shown) > 1
    done = subprocess.run(
        [sys.executable, str(SHAPES), " ".join(command.split()[:4])],
        input="\n".join(shown) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_statistics_count_what_happened() -> None:
    shown = busy().type("show ip nat statistics").splitlines()
    assert shown[0] == "Total active translations: 5 (3 static, 2 dynamic; 2 extended)"
    assert shown[1].startswith("Peak translations: 5, occurred 00:00:")
    assert shown[2:8] == [
        "Outside interfaces:",
        "  GigabitEthernet0/1",
        "Inside interfaces: ",
        "  GigabitEthernet0/0",
        "Hits: 9  Misses: 0",
        "CEF Translated packets: 9, CEF Punted packets: 0",
    ]
    assert shown[9:15] == [
        "Dynamic mappings:",
        "-- Inside Source",
        "[Id: 1] access-list 2 pool net-20 refcount 2",
        " pool net-20: netmask 255.255.255.0",
        "\tstart 192.0.2.20 end 192.0.2.27",
        "\ttype generic, total addresses 8, allocated 1 (12%), misses 0",
    ]


def test_verbose_tells_times_and_flags() -> None:
    net = nat_network(*OVERLOAD)
    net.ping("R1", "192.0.2.3", count=1)
    net.wait(10)
    shown = desk(net).type("show ip nat translations verbose").splitlines()
    assert shown[2:] == [
        "    create 00:00:10, use 00:00:10 timeout:60000, left 00:00:49, Map-Id(In): 1, ",
        "    flags: ",
        "extended, use_count: 0, entry-id: 1, lc_entries: 0",
    ]


def test_rows_are_chosen_by_protocol_and_counted() -> None:
    at = busy()
    assert at.type("show ip nat translations total") == "Total number of translations: 5\n"
    assert len(at.type("show ip nat translations tcp").splitlines()) == 2
    assert at.type("show ip nat translations udp") == ""


def test_a_connection_that_is_refused_times_out_soon() -> None:
    net = nat_network(*OVERLOAD)
    shown = Desk(grammar(), net["R1"]).type("telnet 192.0.2.3")
    assert "Connection refused by remote host" in shown
    lines = desk(net).type("show ip nat translations verbose").splitlines()
    assert lines[1].startswith("tcp 192.0.2.2:")
    assert lines[1].endswith(" 192.0.2.3:23       192.0.2.3:23")
    assert "timeout:86400000, left 00:0" in lines[2]
    assert lines[4].startswith("extended, timing-out, use_count: 0")


# -- removal ------------------------------------------------------------------------------------


def test_a_mapping_from_a_pool_stays_while_it_is_in_use() -> None:
    net = nat_network(*POOL)
    net.ping("R1", "192.0.2.3")
    at = desk(net, "configure terminal")
    assert (
        at.type("no ip nat inside source list 2 pool net-20")
        == "%Dynamic mapping in use, cannot remove\n"
    )
    assert at.type("no ip nat pool net-20") == "%Pool net-20 in use, cannot destroy\n"
    at.type("do clear ip nat translation *")
    assert at.type("no ip nat inside source list 2 pool net-20", "no ip nat pool net-20") == ""
    assert net["R2"].config.nat is not None
    assert not net["R2"].config.nat.active


def test_an_overloaded_mapping_asks() -> None:
    net = nat_network(*OVERLOAD)
    net.ping("R1", "192.0.2.3")
    at = desk(net, "configure terminal")
    line = OVERLOAD[1]
    shown = at.transcript(f"no {line}", "no")
    assert "Dynamic mapping in use, do you want to delete all entries? [no]: no\n" in shown
    assert shown.endswith("%Dynamic mapping in use, cannot remove\n")
    at.transcript(f"no {line}", "yes")
    assert line not in at.type("do show running-config")
    assert at.type("do show ip nat translations") == ""


def test_a_static_mapping_asks_for_its_children() -> None:
    net = nat_network(*STATIC)
    net.ping("R1", "192.0.2.3")
    at = desk(net, "configure terminal")
    shown = at.transcript(f"no {STATIC[0]}", "")
    assert "Static entry in use, do you want to delete child entries? [no]: \n" in shown
    assert shown.endswith("%: Error: static entry in use, cannot remove\n")
    assert STATIC[0] in at.type("do show running-config")
    at.transcript(f"no {STATIC[0]}", "yes")
    assert at.type("do show ip nat translations") == ""
    assert STATIC[0] not in at.type("do show running-config")


def test_static_mappings_of_one_address_are_refused() -> None:
    net = nat_network(*STATIC)
    at = desk(net, "configure terminal")
    assert at.type("ip nat inside source static 10.0.0.9 192.0.2.10") == (
        "% similar static entry (10.0.0.1 -> 192.0.2.10) already exists\n"
    )
    assert at.type("ip nat inside source static 10.0.0.1 192.0.2.11") == (
        "% 10.0.0.1 already mapped (10.0.0.1 -> 192.0.2.10)\n"
    )


def test_translations_are_cleared_one_by_one() -> None:
    net = nat_network(*POOL)
    net.ping("R1", "192.0.2.3")
    at = desk(net)
    assert at.type("clear ip nat translation inside 192.0.2.21 10.0.0.1") == (
        "%Translation not found\n"
    )
    assert at.type("clear ip nat translation inside 192.0.2.20 10.0.0.1") == ""
    assert at.type("show ip nat translations") == ""
    at.type("clear ip nat statistics")
    assert "Hits: 0  Misses: 0" in at.type("show ip nat statistics")


# -- timeouts, debugging, lint --------------------------------------------------------------------


def test_timeouts_are_followed() -> None:
    net = nat_network(*OVERLOAD, "ip nat translation icmp-timeout 5")
    net.ping("R1", "192.0.2.3")
    net.wait(6)
    assert len(net["R2"].nat) == 0
    configure(net["R2"], "ip nat translation icmp-timeout never")
    net.ping("R1", "192.0.2.3")
    net.wait(100_000)
    assert len(net["R2"].nat) == 1


def test_debugging_shows_each_packet() -> None:
    net = nat_network(*OVERLOAD)
    at = desk(net)
    assert at.type("debug ip nat") == "IP NAT debugging is on\n"
    net.log.clear()
    net.ping("R1", "192.0.2.3", count=1)
    net.wait(61)
    lines = [line.split(": ", 1)[1] for line in net.log if "NAT" in line]
    identification = lines[2].split("[")[1]
    back = lines[4].split("[")[1]
    assert lines == [
        "NAT: Entry assigned id 1",
        "NAT*: ICMP id=7->1024",
        f"NAT*: s=10.0.0.1->192.0.2.2, d=192.0.2.3 [{identification}",
        "NAT*: ICMP id=1024->7",
        f"NAT*: s=192.0.2.3, d=192.0.2.2->10.0.0.1 [{back}",
        "NAT: expiring 192.0.2.2 (10.0.0.1) icmp 1024 (7)",
        "NAT: Freeing nat entry, id 1",
    ]


def test_debugging_can_be_detailed_and_for_a_list() -> None:
    net = nat_network(*OVERLOAD, "access-list 7 permit 10.0.0.99")
    at = desk(net)
    assert at.type("debug ip nat detailed") == "IP NAT detailed debugging is on\n"
    net.log.clear()
    net.ping("R1", "192.0.2.3", count=1)
    assert any("NAT*: i: icmp (10.0.0.1, 7) -> (192.0.2.3, 7) [" in line for line in net.log)
    assert at.type("debug ip nat 7") == "IP NAT debugging is on for access list 7\n"
    net.log.clear()
    net.ping("R1", "192.0.2.3", count=1)
    assert not any("NAT" in line for line in net.log)
    at.type("undebug all")
    assert net["R2"].nat.debug is None


def test_lines_are_modelled_where_they_act() -> None:
    session = ConfigSession(grammar(), RouterConfig(), None, startup=True)
    modelled = (
        "interface GigabitEthernet0/1",
        " ip nat outside",
        "ip nat pool P 192.0.2.20 192.0.2.27 prefix-length 24",
        "ip nat inside source list 1 pool P overload",
        "ip nat inside source route-map M interface GigabitEthernet0/1 overload",
        "ip nat inside source static udp 10.0.0.1 500 interface GigabitEthernet0/1 500",
        "ip nat inside source static network 10.0.0.0 192.0.2.0 /24",
        "ip nat outside source static 203.0.113.3 172.16.0.3",
        "ip nat translation udp-timeout 60",
    )
    for line in modelled:
        assert session.feed(line).kind is LineKind.MODELLED, line
    for line in (
        "ip nat source list 1 interface GigabitEthernet0/1 overload",
        "ip nat service sip udp port 5060",
        "ip nat log translations syslog",
    ):
        assert session.feed(line).kind is LineKind.STORED, line
    assert session.config.nat is not None
    assert len(session.config.nat.static) == 3
    assert len(session.config.nat.dynamic) == 2


def test_the_running_configuration_holds_the_lines() -> None:
    shown = busy().type("show running-config")
    for line in (
        " ip nat inside",
        " ip nat outside",
        "ip nat pool net-20 192.0.2.20 192.0.2.27 netmask 255.255.255.0",
        "ip nat inside source list 2 pool net-20",
        "ip nat inside source static tcp 10.0.0.60 80 192.0.2.60 8080 extendable",
    ):
        assert f"\n{line}\n" in shown


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("tcp 10.0.0.1 80 192.0.2.9 80", "tcp 10.0.0.1 80 192.0.2.9 80 extendable"),
        (
            "udp 10.0.0.1 53 192.0.2.9 53 no-alias",
            "udp 10.0.0.1 53 192.0.2.9 53 extendable no-alias",
        ),
        ("tcp 10.0.0.1 80 192.0.2.9 80 extendable", "tcp 10.0.0.1 80 192.0.2.9 80 extendable"),
        (
            "tcp 10.0.0.1 22 interface GigabitEthernet0/1 1415",
            "tcp 10.0.0.1 22 interface GigabitEthernet0/1 1415",
        ),
        ("10.0.0.1 192.0.2.9", "10.0.0.1 192.0.2.9"),
    ],
)
def test_a_port_of_an_address_is_extendable_by_itself(typed: str, written: str) -> None:
    at = desk(nat_network())
    for _ in range(2):
        shown = at.type(
            "configure terminal",
            f"ip nat inside source static {typed}",
            "end",
            "show running-config | include nat inside source",
        )
        assert shown.endswith(f"\nip nat inside source static {written}\n")
        assert shown.count(written) == 1
    shown = at.type(
        "configure terminal",
        f"no ip nat inside source static {typed}",
        "end",
        "show running-config | include nat inside source",
    )
    assert "source static" not in shown


def test_flows_are_cleared_by_their_ports() -> None:
    net = nat_network(*OVERLOAD)
    Desk(grammar(), net["R1"]).type("telnet 192.0.2.3")
    at = desk(net)
    pro, inside_global, inside_local, *_ = (
        at.type("show ip nat translations").splitlines()[1].split()
    )
    assert pro == "tcp"
    ends = f"{inside_global} {inside_local}".replace(":", " ")
    far = "outside 192.0.2.3 24 192.0.2.3 24"
    for wrong in (f"udp inside {ends}", f"tcp inside {ends} {far}"):
        assert at.type(f"clear ip nat translation {wrong}") == "%Translation not found\n"
    right = f"tcp inside {ends} {far.replace('24', '23')}"
    assert at.type(f"clear ip nat translation {right}") == ""
    assert at.type("show ip nat translations") == ""
