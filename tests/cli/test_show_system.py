"""What the system says of itself, against the network that it is about; parsed by ntc-templates."""

import os
from ipaddress import IPv4Address
from typing import Any

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.codec.icmp import IcmpType
from ioscli.model import platform
from ioscli.model.instant import SECOND
from ioscli.router.debug import Topic
from ioscli.router.router import Router
from ioscli.router.traffic import traffic_view
from tests.router.networks import Network, config

from .desk import Desk


def chain() -> Network:
    """A - M - B."""
    network = Network(
        config("A", {"Gi0/0": "10.1.0.1/24"}, {"0.0.0.0/0": "10.1.0.2"}),
        config("M", {"Gi0/0": "10.1.0.2/24", "Gi0/1": "10.2.0.2/24"}, {}),
        config("B", {"Gi0/0": "10.2.0.1/24"}, {"0.0.0.0/0": "10.2.0.2"}),
    )
    network.link("A:Gi0/0", "M:Gi0/0")
    network.link("M:Gi0/1", "B:Gi0/0")
    return network.boot()


def at(grammar: Grammar, router: Router) -> Desk:
    return Desk(grammar, router)


def parsed(command: str, text: str) -> list[dict[str, Any]]:
    """What ntc-templates reads out of an output."""
    try:
        from ntc_templates.parse import parse_output
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("ntc-templates is not installed")
    return list(parse_output(platform="cisco_ios", command=command, data=text))


def test_show_version(grammar: Grammar) -> None:
    network = chain()
    network.wait(3 * 3600 + 120)
    desk = at(grammar, network["M"])
    text = desk.type("show version")
    (row,) = parsed("show version", text)
    assert (row["version"], row["software_image"]) == (platform.RELEASE, platform.IMAGE)
    assert (row["hostname"], row["uptime"]) == ("M", "3 hours, 2 minutes")
    assert (row["uptime_hours"], row["uptime_minutes"]) == ("3", "2")
    assert platform.IMAGE_FILE.endswith(row["running_image"])
    assert row["config_register"] == "0x0"
    assert "2 Gigabit Ethernet interfaces\n" in text
    assert "System restarted" not in text
    (chassis,) = parsed("show inventory", desk.type("show inventory"))
    assert chassis["sn"] in text
    assert (chassis["name"], chassis["pid"], chassis["vid"]) == ("IOSv", "IOSv", "1.0")
    desk.type("clock set 12:00:00 1 jul 2024")
    restarted = "System restarted at 08:58:00 UTC Mon Jul 1 2024\n"
    assert restarted in desk.type("show version")


def test_show_clock_parses(grammar: Grammar) -> None:
    (row,) = parsed("show clock", at(grammar, chain()["A"]).type("show clock"))
    assert (row["time"], row["timezone"], row["dayweek"]) == ("00:00:00.000", "UTC", "Fri")
    assert (row["month"], row["day"], row["year"]) == ("Mar", "1", "2002")


def test_show_logging_parses_back_to_the_buffer(grammar: Grammar) -> None:
    network = chain()
    desk = at(grammar, network["M"])
    rows = parsed("show logging", desk.type("show logging"))
    boot = [(row["facility"], row["severity"], row["mnemonic"]) for row in rows]
    assert boot == [("LINK", "3", "UPDOWN"), ("LINEPROTO", "5", "UPDOWN")] * 2 + [
        ("SYS", "5", "RESTART")
    ]


def test_show_users(grammar: Grammar) -> None:
    network = chain()
    desk = at(grammar, network["A"])
    network.wait(65)
    lines = desk.type("show users").splitlines()
    assert lines[1] == "*  0 con 0                idle                 00:00:00   "
    assert parsed("show users", "\n".join(lines))[0]["line"] == "*  0 con 0"


def test_show_processes_cpu(grammar: Grammar) -> None:
    network = chain()
    network.ping("A", "10.2.0.1", count=1000)
    network.wait(5)
    middle = network["M"]
    rows = parsed("show processes cpu", at(grammar, middle).type("show processes cpu"))
    cpu = middle.processes.view()
    assert [(row["process_name"], int(row["process_invoked"])) for row in rows] == [
        (process.name, process.invoked) for process in cpu.processes
    ]
    invoked = {process.name: process.invoked for process in cpu.processes}
    assert invoked["Load Meter"] == middle.uptime // (5 * SECOND)
    assert invoked["Logger"] == middle.console.messages == 5
    assert invoked["IP Input"] == 0  # what it forwards is no process's business
    answering = {it.name: it.invoked for it in network["B"].processes.view().processes}
    assert answering["IP Input"] == network["B"].forwarding.delivered == 998


def test_the_load_rises_with_what_is_done_and_falls_again() -> None:
    network = chain()
    network.ping("A", "10.2.0.1", count=3)
    idle = network["B"].processes.view()
    network.wait(5 - network.simulation.now / SECOND % 5)
    network.ping("A", "10.2.0.1", count=1200)
    network.wait(5 - network.simulation.now / SECOND % 5)
    busy = network["B"].processes.view()
    assert idle.five_seconds < busy.five_seconds <= 100
    assert idle.one_minute < busy.one_minute
    network.wait(10)
    assert network["B"].processes.view().five_seconds < busy.five_seconds
    assert network["B"].processes.view().five_minutes > idle.five_minutes


def test_show_ip_traffic_counts_what_happened(grammar: Grammar) -> None:
    network = chain()
    assert network.ping("A", "10.2.0.1") == "..!!!"
    assert network.ping("A", "10.9.9.9", count=3) == "U.U"
    a, m, b = (traffic_view(network[name]) for name in "AMB")
    assert (a.echoes_sent, a.unencapsulated) == (8, 1)
    assert (b.icmp_received, b.icmp_sent) == ({8: 3}, {0: 3})
    assert (m.forwarded, m.no_route) == (7, 3)
    assert m.icmp_sent == {IcmpType.DESTINATION_UNREACHABLE: 2}
    assert m.received == 10
    assert a.icmp_received == {IcmpType.ECHO_REPLY: 3, IcmpType.DESTINATION_UNREACHABLE: 2}
    text = at(grammar, network["A"]).type("show ip traffic")
    assert "\n  Sent: 0 redirects, 0 unreachable, 8 echo, 0 echo reply\n" in text
    assert "\n        0 echo, 3 echo reply, 0 mask requests" in text
    assert "\n  Drop:  1 encapsulation failed" in text


def test_debugging_writes_what_passes(grammar: Grammar) -> None:
    network = chain()
    network.wait(1)  # what the ports announced when they came up is past
    desk = at(grammar, network["A"])
    assert desk.type("debug arp", "debug ip icmp") == (
        "ARP packet debugging is on\nICMP packet debugging is on\n"
    )
    assert network["A"].debugging.on == {Topic.ARP, Topic.IP_ICMP}
    before = len(desk.screen)
    network.ping("A", "10.1.0.2", count=2)
    seen = [line.split(": ", 1)[1] for line in desk.screen[before:].splitlines() if line[0] == "*"]
    own, other = (network[name].interface_views()[0].mac for name in "AM")
    assert own is not None
    assert other is not None
    dotted = [".".join(mac.hex()[at : at + 4] for at in (0, 4, 8)) for mac in (own, other)]
    assert seen == [
        f"IP ARP: sent req src 10.1.0.1 {dotted[0]},",
        f"IP ARP: rcvd rep src 10.1.0.2 {dotted[1]}, dst 10.1.0.1 GigabitEthernet0/0",
        "ICMP: echo reply rcvd, src 10.1.0.2, dst 10.1.0.1, topology BASE, dscp 0 topoid 0",
    ]
    assert f"\n{'':17}dst 10.1.0.2 0000.0000.0000 GigabitEthernet0/0\n" in desk.screen
    assert desk.type("show debugging") == (
        "Generic IP:\n  ICMP packet debugging is on\nARP:\n  ARP packet debugging is on\n\n\n"
    )
    assert desk.type("undebug all") == "All possible debugging has been turned off\n"
    assert desk.type("show debugging") == "\n\n"
    before = len(desk.screen)
    network.ping("A", "10.1.0.2", count=2)
    assert desk.screen[before:] == ""
    assert network["A"].forwarding.watch_arp is None


def test_debug_ip_icmp_tells_of_errors(grammar: Grammar) -> None:
    network = chain()
    sender, router = at(grammar, network["A"]), at(grammar, network["M"])
    network.ping("A", "10.1.0.2", count=2)
    for desk in (sender, router):
        desk.type("debug ip icmp")
    network.ping("A", "10.9.9.9", count=1)
    assert "ICMP: dst (10.9.9.9) host unreachable sent to 10.1.0.1\n" in router.screen
    assert "ICMP: dst (10.1.0.1) host unreachable rcv from 10.1.0.2\n" in sender.screen


def test_debug_ip_packet(grammar: Grammar) -> None:
    network = chain()
    network.ping("A", "10.1.0.2", count=2)
    desk = at(grammar, network["A"])
    desk.type("debug ip packet")
    network.ping("A", "10.1.0.2", count=1)
    gigabit = "(GigabitEthernet0/0)"
    assert f": IP: s=10.1.0.1 (local), d=10.1.0.2 {gigabit}, len 100, sending\n" in desk.screen
    assert f": IP: s=10.1.0.2 {gigabit}, d=10.1.0.1, len 100, rcvd 3\n" in desk.screen
    assert desk.type("no debug ip packet") == "IP packet debugging is off\n"


def test_names_of_hosts(grammar: Grammar) -> None:
    network = chain()
    desk = at(grammar, network["A"])
    desk.type("conf t", "ip host M 10.1.0.2 10.2.0.2", "ip host B 10.2.0.1", "end")
    assert network["A"].config.hosts["M"] == (IPv4Address("10.1.0.2"), IPv4Address("10.2.0.2"))
    assert "ICMP Echos to 10.1.0.2," in desk.type("ping M repeat 1")
    assert desk.type("show hosts | begin ^M") == (
        "M                         None  (perm, OK)  0   IP    10.1.0.2\n"
        "                                                      10.2.0.2\n"
        "B                         None  (perm, OK)  0   IP    10.2.0.1\n"
    )
    desk.type("conf t", "no ip host M 10.1.0.2", "no ip host B", "end")
    assert desk.type("show running-config | include ip host") == "ip host M 10.2.0.2\n"


def test_tech_support_runs_the_shows(grammar: Grammar) -> None:
    text = at(grammar, chain()["M"]).type("show tech-support")
    commands = (
        *("show version", "show running-config", "show ip route", "show logging"),
        *("show processes memory", "show interfaces stats", "show line", "show bootvar"),
    )
    for command in commands:
        assert f"\n------------------ {command} ------------------\n\n" in text
    assert "hostname M\n" in text
