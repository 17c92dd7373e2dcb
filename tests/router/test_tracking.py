"""Tracked objects and IP SLA operations: real echoes, real routes, delays, lists, static routes."""

from __future__ import annotations

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.engine.link import Link
from tests.cli.desk import Desk

from .networks import Network, config

OPERATION = (
    "ip sla 1",
    "icmp-echo 10.0.0.2 source-interface GigabitEthernet0/0",
    "frequency 5",
    "timeout 1000",
    "threshold 500",
    "exit",
    "ip sla schedule 1 life forever start-time now",
)


class Site:
    """R1 with two links to R2; R2's loopback is reached by either."""

    def __init__(self, grammar: Grammar) -> None:
        self.net = Network(
            config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24"}, {}),
            config("R2", {"Gi0/0": "10.0.0.2/24", "Gi0/1": "10.1.0.2/24", "Lo0": "2.2.2.2/32"}, {}),
        )
        self.link: Link = self.net.link("R1:Gi0/0", "R2:Gi0/0")
        self.net.link("R1:Gi0/1", "R2:Gi0/1")
        self.net.boot()
        self.net.wait(5)
        self.desk = Desk(grammar, self.net["R1"])

    def configure(self, *lines: str) -> str:
        return self.desk.type("configure terminal", *lines, "end")

    def show(self, command: str) -> list[str]:
        return self.desk.type(command).splitlines()

    def messages(self) -> list[str]:
        return [
            line.partition("%TRACK-6-STATE: ")[2]
            for line in self.net.log
            if line.startswith("R1") and "%TRACK-6-STATE: " in line
        ]


@pytest.fixture
def site(grammar: Grammar) -> Site:
    return Site(grammar)


def test_an_operation_measures_and_is_tracked(site: Site) -> None:
    site.configure(*OPERATION, "track 1 ip sla 1 reachability")
    site.net.wait(12)
    assert site.messages() == ["1 ip sla 1 reachability Down -> Up"]
    run = site.net["R1"].tracking.sla.runs[1]
    # The first echo of all was lost to ARP, as on IOS.
    assert (run.successes, run.failures) == (2, 1)
    assert run.last is not None
    assert run.last.round_trip == 2  # two links of 1 ms each way and back
    shown = site.show("show ip sla statistics 1")
    assert "        Latest RTT: 2 milliseconds" in shown
    assert "Latest operation return code: OK" in shown
    assert "Number of successes: 2" in shown
    assert "Number of failures: 1" in shown
    assert "Operation time to live: Forever" in shown


def test_a_silent_target_takes_a_tracked_route_down_and_back(site: Site) -> None:
    site.configure(
        *OPERATION,
        "track 1 ip sla 1 reachability",
        "ip route 2.2.2.2 255.255.255.255 10.0.0.2 track 1",
        "ip route 2.2.2.2 255.255.255.255 10.1.0.2 10",
    )
    site.net.wait(12)
    assert "S        2.2.2.2 [1/0] via 10.0.0.2" in site.show("show ip route")
    assert site.show("show ip route track-table") == [
        " ip route 2.2.2.2 255.255.255.255 10.0.0.2 track 1 state is [up]"
    ]
    site.link.loss, site.link.lossy = 1.0, True
    site.net.wait(12)
    assert site.messages()[-1] == "1 ip sla 1 reachability Up -> Down"
    assert "S        2.2.2.2 [10/0] via 10.1.0.2" in site.show("show ip route")
    assert site.show("show ip route track-table")[0].endswith("[down]")
    assert "Latest operation return code: Timeout" in site.show("show ip sla statistics")
    site.link.loss = 0.0
    site.net.wait(12)
    assert "S        2.2.2.2 [1/0] via 10.0.0.2" in site.show("show ip route")


def test_state_counts_what_is_too_slow_as_down(site: Site) -> None:
    site.configure(
        "ip sla 1",
        "icmp-echo 10.0.0.2",
        "threshold 1",
        "frequency 5",
        "exit",
        "ip sla schedule 1 life forever start-time now",
        "track 1 ip sla 1 reachability",
        "track 2 ip sla 1 state",
    )
    site.net.wait(12)
    tracking = site.net["R1"].tracking
    assert tracking.is_up(1)
    assert not tracking.is_up(2)
    assert "  Latest operation return code: Over threshold" in site.show("show track 2")


def test_the_prompt_tells_what_an_operation_is(site: Site) -> None:
    site.desk.type("configure terminal", "ip sla 1")
    assert site.desk.session.prompt == "R1(config-ip-sla)#"
    site.desk.type("icmp-echo 10.0.0.2")
    assert site.desk.session.prompt == "R1(config-ip-sla-echo)#"
    site.desk.type("exit")
    assert site.desk.session.prompt == "R1(config)#"


def test_an_operation_ends_with_its_life(site: Site) -> None:
    site.configure("ip sla 1", "icmp-echo 10.0.0.2", "frequency 5", "exit")
    assert site.net["R1"].tracking.sla.runs[1].next_due is None  # nobody started it
    site.configure("ip sla schedule 1 start-time now life 12")
    site.net.wait(60)
    run = site.net["R1"].tracking.sla.runs[1]
    assert run.successes + run.failures == 3
    assert run.next_due is None


def test_line_protocol_with_delay(site: Site) -> None:
    site.configure("track 1 interface GigabitEthernet0/0 line-protocol", "delay down 10 up 5")
    assert "  Line protocol is Up" in site.show("show track 1")
    site.link.set_up(False)
    site.net.wait(6)
    shown = site.show("show track 1")
    assert ", delayed Down (" in shown[2]
    assert "  Delay up 5 secs, down 10 secs" in shown
    site.net.wait(10)
    assert site.messages() == ["1 interface Gi0/0 line-protocol Up -> Down"]
    site.link.set_up(True)
    site.net.wait(20)
    assert site.messages()[1:] == ["1 interface Gi0/0 line-protocol Down -> Up"]


def test_a_change_that_does_not_outlast_the_delay_is_none(site: Site) -> None:
    site.configure("track 1 interface GigabitEthernet0/0 line-protocol", "delay down 30")
    site.link.set_up(False)
    site.net.wait(10)
    site.link.set_up(True)
    site.net.wait(60)
    assert site.messages() == []


def test_routes_and_lists(site: Site) -> None:
    site.configure(
        "ip route 192.0.2.0 255.255.255.0 10.0.0.2",
        "track 1 ip route 192.0.2.0 255.255.255.0 reachability",
        "track 2 interface GigabitEthernet0/1 ip routing",
        "track 3 list boolean and",
        "object 1",
        "object 2",
        "track 4 list boolean or",
        "object 1 not",
        "object 9",
    )
    tracking = site.net["R1"].tracking
    assert [tracking.is_up(number) for number in (1, 2, 3, 4)] == [True, True, True, False]
    shown = site.show("show track 1")
    assert shown[:3] == [
        "Track 1",
        "  IP route 192.0.2.0 255.255.255.0 reachability",
        "  Reachability is Up (static)",
    ]
    assert "  First-hop interface is GigabitEthernet0/0" in shown
    assert shown[-3:] == ["  Tracked by:", "    Track List 3", "    Track List 4"]
    site.net.log.clear()
    site.configure("no ip route 192.0.2.0 255.255.255.0 10.0.0.2")
    assert [tracking.is_up(number) for number in (1, 2, 3, 4)] == [False, True, False, True]
    assert site.messages() == [
        "1 ip route 192.0.2.0/24 reachability Up -> Down",
        "3 list boolean and Up -> Down",
        "4 list boolean or Down -> Up",
    ]
    assert "  Reachability is Down (no ip route)" in site.show("show track 1")
    assert "    object 9 Undefined" in site.show("show track 4")


def test_a_route_tracked_by_its_own_absence_flaps_slowly(site: Site) -> None:
    site.configure(
        "track 1 ip route 192.0.2.0 255.255.255.0 reachability",
        "track 2 list boolean and",
        "object 1 not",
        "exit",
        "ip route 192.0.2.0 255.255.255.0 10.0.0.2 track 2",
    )
    site.net.wait(100)
    events = site.net.simulation.events_run
    site.net.wait(100)
    assert site.net.simulation.events_run - events < 2_000
    assert site.messages()


def test_brief(site: Site) -> None:
    site.configure("track 7 interface GigabitEthernet0/1 line-protocol", "track 8 stub-object")
    site.net.wait(3)
    assert site.show("show track brief")[1:] == [
        "7     interface   GigabitEthernet0/1         line-protocol    Up    00:00:03",
        "8     stub-object                                             Down  00:00:03",
    ]


def test_removed_objects_free_their_routes(site: Site) -> None:
    site.configure(
        "track 1 stub-object",
        "ip route 192.0.2.0 255.255.255.0 10.0.0.2 track 1",
    )
    assert not any("192.0.2.0" in line for line in site.show("show ip route static"))
    site.configure("no track 1")
    assert any("192.0.2.0" in line for line in site.show("show ip route static"))


def test_it_all_comes_back_after_a_reload(site: Site) -> None:
    from ioscli.cli.configuration import ConfigSession, load
    from ioscli.cli.running_config import running_config
    from ioscli.model.config import new_router_config

    site.configure(*OPERATION, "track 1 ip sla 1 reachability", "delay up 3")
    router = site.net["R1"]
    text = "\n".join(running_config(router.config))
    fresh = new_router_config("R1", router.hardware)
    session = ConfigSession(site.desk.session.grammar, fresh, router.hardware, startup=True)
    list(load(session, text))
    assert fresh.tracked == router.config.tracked
    assert fresh.sla_operations == router.config.sla_operations
    router.shut_down()
    router.restart(fresh)
    site.net.wait(30)
    assert router.tracking.is_up(1)
