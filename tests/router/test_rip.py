"""RIP between routers: configured by lines, over links that fail."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from ioscli.cli.configuration import ConfigSession, LineKind
from ioscli.cli.session import Session
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import INACCESSIBLE, RouteSource
from ioscli.router.rip import RipProcess
from ioscli.router.router import Router
from tests.cli.typing_config import grammar
from tests.router.networks import Network, config


def type_at(router: Router, *lines: str) -> None:
    """Configure a running router."""
    session = ConfigSession(grammar(), router.config, router.hardware)
    for line in lines:
        result = session.feed(line)
        assert result.kind is not LineKind.REJECTED, (line, result)
        router.apply(result.changes)


def learned(router: Router, vrf: str = "") -> dict[str, str]:
    """RIP's routes in the table: prefix -> `[metric] via A B`."""
    return {
        str(route.prefix): f"[{route.metric}] via "
        + " ".join(sorted(str(path.next_hop) for path in route.paths))
        for route in router.vrfs[vrf].rib.routes()
        if route.source is RouteSource.RIP
    }


def shows(router: Router, line: str) -> str:
    printed: list[str] = []
    session = Session(router, grammar(), output=printed.append)
    session.feed("enable")
    session.feed("terminal length 0")
    printed.clear()
    session.feed(line)
    return "".join(printed)


def process(router: Router) -> RipProcess:
    found = router.routing.processes[RouteSource.RIP, ""]
    assert isinstance(found, RipProcess)
    return found


def row(*extra: str, version: str = "version 2", summary: str = "no auto-summary") -> Network:
    """R1 - R2 - R3, a loopback behind each."""
    net = Network(
        config("R1", {"Gi0/0": "10.0.12.1/24", "Lo0": "1.1.1.1/32"}, {}),
        config("R2", {"Gi0/0": "10.0.12.2/24", "Gi0/1": "10.0.23.2/24", "Lo0": "2.2.2.2/32"}, {}),
        config("R3", {"Gi0/0": "10.0.23.3/24", "Lo0": "3.3.3.3/32"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.link("R2:Gi0/1", "R3:Gi0/0")
    net.boot()
    for number in (1, 2, 3):
        lines = [version, summary, "network 10.0.0.0", f"network {number}.0.0.0", *extra]
        type_at(net[f"R{number}"], "router rip", *filter(None, lines))
    net.wait(60)
    return net


def test_routes_spread_hop_by_hop() -> None:
    net = row()
    assert learned(net["R1"]) == {
        "2.2.2.2/32": "[1] via 10.0.12.2",
        "3.3.3.3/32": "[2] via 10.0.12.2",
        "10.0.23.0/24": "[1] via 10.0.12.2",
    }
    assert net.ping("R1", "3.3.3.3")[2:] == "!!!"
    assert process(net["R1"]).machine.counters[InterfaceName.parse("Gi0/0")].bad_packets == 0


def test_version_1_tells_classful_networks() -> None:
    net = row(version="", summary="")
    assert learned(net["R1"]) == {
        "2.0.0.0/8": "[1] via 10.0.12.2",
        "3.0.0.0/8": "[2] via 10.0.12.2",
        "10.0.23.0/24": "[1] via 10.0.12.2",
    }


def test_auto_summary_of_version_2() -> None:
    net = row(summary="")
    assert "3.0.0.0/8" in learned(net["R1"])
    assert "10.0.23.0/24" in learned(net["R1"])  # of the link's own network: not summarised


def test_a_lost_link_poisons_what_lay_behind_it() -> None:
    net = row()
    net.links["R2-R3"].set_up(False)
    net.wait(10)
    assert "3.3.3.3/32" not in learned(net["R1"])
    down = process(net["R1"]).machine.routes
    assert {str(it.prefix) for it in down.values() if not it.is_up} >= {"3.3.3.3/32"}
    net.wait(70)
    assert {str(prefix) for prefix in process(net["R1"]).machine.routes} == {
        "1.1.1.1/32", "2.2.2.2/32", "10.0.12.0/24"
    }  # fmt: skip
    net.links["R2-R3"].set_up(True)
    net.wait(60)
    assert learned(net["R1"])["3.3.3.3/32"] == "[2] via 10.0.12.2"


def test_a_silent_neighbor_is_believed_for_three_minutes() -> None:
    net = row()
    type_at(net["R2"], "router rip", "passive-interface gi0/0")
    net.wait(150)
    assert "3.3.3.3/32" in learned(net["R1"])
    net.wait(60)
    assert set(learned(net["R1"]).values()) == {f"[{INACCESSIBLE}] via 10.0.12.2"}
    assert net.ping("R1", "3.3.3.3") == "!!!!!"  # packets go there all the same
    shown = shows(net["R1"], "show ip route rip")
    assert "R        3.3.3.3 is possibly down, routing via 10.0.12.2, GigabitEthernet0/0\n" in shown
    detail = shows(net["R1"], "show ip route 3.3.3.3").splitlines()
    assert detail[1] == '  Known via "rip", distance 120, metric 4294967295 (inaccessible)'
    assert detail[3].startswith("  Last update from 10.0.12.2 on GigabitEthernet0/0, 00:03:")
    assert detail[4].startswith("  Hold down timer expires in 1")
    net.wait(70)
    assert learned(net["R1"]) == {}
    assert len(process(net["R1"]).machine.routes) == 2  # flushed


def test_keys_change_when_their_lifetimes_end() -> None:
    net = row()
    for name in ("R1", "R2"):
        type_at(
            net[name],
            "key chain K",
            "key 1",
            "key-string first",
            "accept-lifetime 00:00:00 Mar 1 2002 00:10:00 Mar 1 2002",
            "send-lifetime 00:00:00 Mar 1 2002 00:10:00 Mar 1 2002",
            "key 2",
            "key-string second",
            "accept-lifetime 00:10:00 Mar 1 2002 infinite",
            "send-lifetime 00:10:00 Mar 1 2002 infinite",
            "interface gi0/0",
            "ip rip authentication mode md5",
            "ip rip authentication key-chain K",
        )
    port = InterfaceName.parse("Gi0/0")
    net.wait(300)
    used = process(net["R1"]).machine.interfaces[port].send_key
    assert used is not None
    assert used.number == 1
    net.wait(600)
    used = process(net["R1"]).machine.interfaces[port].send_key
    assert used is not None
    assert used.number == 2
    assert "3.3.3.3/32" in learned(net["R1"])
    assert process(net["R1"]).machine.counters[port].bad_packets == 0


def test_what_is_possibly_down_gives_way_and_is_not_redistributed() -> None:
    net = row()
    type_at(net["R1"], "router ospf 1", "redistribute rip subnets")
    type_at(net["R1"], "ip route 3.3.3.3 255.255.255.255 10.0.12.2 200")
    redistributed = net["R1"].routing.processes[RouteSource.OSPF, "1"].redistributed
    assert IPv4Network("3.3.3.3/32") in redistributed
    type_at(net["R2"], "router rip", "passive-interface gi0/0")
    net.wait(210)
    assert (
        IPv4Network("2.2.2.2/32")
        not in net["R1"].routing.processes[RouteSource.OSPF, "1"].redistributed
    )
    entry = net["R1"].vrfs[""].rib.entry(IPv4Network("3.3.3.3/32"))
    assert entry is not None
    assert entry.route.source is RouteSource.STATIC


def test_equal_routes_share_the_load() -> None:
    net = Network(
        config("R1", {"Gi0/0": "10.0.1.1/24", "Gi0/1": "10.0.2.1/24"}, {}),
        config("R2", {"Gi0/0": "10.0.1.2/24", "Gi0/1": "10.0.2.2/24", "Lo0": "2.2.2.2/32"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.link("R1:Gi0/1", "R2:Gi0/1")
    net.boot()
    for name in ("R1", "R2"):
        type_at(net[name], "router rip", "version 2", "no auto-summary", "network 10.0.0.0")
    type_at(net["R2"], "router rip", "network 2.0.0.0")
    net.wait(40)
    assert learned(net["R1"]) == {"2.2.2.2/32": "[1] via 10.0.1.2 10.0.2.2"}
    type_at(net["R1"], "router rip", "maximum-paths 1")
    net.wait(40)
    assert learned(net["R1"])["2.2.2.2/32"].count("10.0.") == 1


@pytest.mark.parametrize("mode", ["text", "md5"])
def test_authentication(mode: str) -> None:
    net = row()
    keys = ("key chain K", "key 1", "key-string secret")
    lines = ("interface gi0/0", f"ip rip authentication mode {mode}")
    for name in ("R1", "R2"):
        type_at(net[name], *keys, *lines, "ip rip authentication key-chain K")
    net.wait(240)
    assert "3.3.3.3/32" in learned(net["R1"])
    type_at(net["R2"], "key chain K", "key 1", "key-string other")
    net.wait(300)
    assert learned(net["R1"]) == {}
    assert process(net["R1"]).machine.counters[InterfaceName.parse("Gi0/0")].bad_packets > 5
    type_at(net["R2"], "key chain K", "key 1", "key-string secret")
    net.wait(60)
    assert "3.3.3.3/32" in learned(net["R1"])


def test_filters_and_offsets() -> None:
    net = row()
    type_at(
        net["R2"],
        "access-list 3 deny 3.3.3.3",
        "access-list 3 permit any",
        "router rip",
        "distribute-list 3 out GigabitEthernet0/0",
        "offset-list 0 out 5 GigabitEthernet0/0",
    )
    net.wait(240)
    assert learned(net["R1"]) == {
        "2.2.2.2/32": "[6] via 10.0.12.2",
        "10.0.23.0/24": "[6] via 10.0.12.2",
    }
    type_at(
        net["R1"],
        "ip prefix-list P permit 2.2.2.2/32",
        "router rip",
        "distribute-list prefix P in",
    )
    net.wait(240)
    assert list(learned(net["R1"])) == ["2.2.2.2/32"]


def test_redistribution_with_a_route_map() -> None:
    net = row()
    type_at(
        net["R3"],
        "ip route 172.16.1.0 255.255.255.0 null0",
        "ip route 172.16.2.0 255.255.255.0 null0 tag 77",
        "ip prefix-list ONE permit 172.16.1.0/24",
        "route-map S permit 10",
        "match ip address prefix-list ONE",
        "set metric 7",
        "set tag 99",
        "route-map S permit 20",
        "match tag 77",
        "router rip",
        "redistribute static route-map S",
        "default-metric 4",
    )
    net.wait(60)
    assert learned(net["R1"])["172.16.1.0/24"] == "[8] via 10.0.12.2"
    assert learned(net["R1"])["172.16.2.0/24"] == "[5] via 10.0.12.2"
    tags = {
        str(route.prefix): route.tag
        for route in net["R1"].rib.routes()
        if route.source is RouteSource.RIP
    }
    assert (tags["172.16.1.0/24"], tags["172.16.2.0/24"]) == (99, 77)
    type_at(net["R3"], "no ip route 172.16.1.0 255.255.255.0 null0")
    net.wait(10)
    assert "172.16.1.0/24" not in learned(net["R1"])


def test_a_default_route_of_its_own() -> None:
    net = row()
    type_at(net["R3"], "router rip", "default-information originate")
    net.wait(40)
    assert learned(net["R1"])["0.0.0.0/0"] == "[2] via 10.0.12.2"
    type_at(net["R3"], "router rip", "no default-information originate")
    net.wait(10)
    assert "0.0.0.0/0" not in learned(net["R1"])


def test_a_summary_on_an_interface() -> None:
    net = row()
    type_at(net["R3"], "interface lo1", "ip address 172.16.1.1 255.255.255.0")
    type_at(net["R3"], "interface lo2", "ip address 172.16.2.1 255.255.255.0")
    type_at(net["R3"], "router rip", "network 172.16.0.0")
    type_at(net["R3"], "interface gi0/0", "ip summary-address rip 172.16.0.0 255.255.0.0")
    net.wait(60)
    assert "172.16.0.0/16" in learned(net["R2"])
    assert process(net["R3"]).machine.routes.keys() != set()


def test_neighbors_are_told_on_passive_interfaces() -> None:
    net = row()
    type_at(net["R2"], "router rip", "passive-interface gi0/0")
    net.wait(300)
    assert learned(net["R1"]) == {}
    type_at(net["R2"], "router rip", "neighbor 10.0.12.1")
    net.wait(40)
    assert "3.3.3.3/32" in learned(net["R1"])


def test_updates_from_another_network_are_ignored() -> None:
    net = Network(
        config("R1", {"Gi0/0": "10.0.1.1/24"}, {}),
        config("R2", {"Gi0/0": "10.9.9.2/24", "Lo0": "2.2.2.2/32"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.boot()
    for name in ("R1", "R2"):
        type_at(net[name], "router rip", "version 2", "network 10.0.0.0", "network 2.0.0.0")
    net.wait(60)
    assert learned(net["R1"]) == {}
    type_at(net["R1"], "router rip", "no validate-update-source")
    net.wait(60)
    assert "2.0.0.0/8" in learned(net["R1"])


def test_versions_that_do_not_fit_are_counted() -> None:
    net = row()
    type_at(net["R1"], "interface gi0/0", "ip rip receive version 1")
    net.wait(300)
    assert learned(net["R1"]) == {}
    type_at(net["R2"], "interface gi0/0", "ip rip send version 1 2")
    net.wait(40)
    assert "2.0.0.0/8" in learned(net["R1"])


def test_no_router_rip_takes_all_routes_away() -> None:
    net = row()
    type_at(net["R2"], "no router rip")
    net.wait(5)
    assert learned(net["R1"]) == {}
    assert learned(net["R2"]) == {}
    assert not net["R2"].udp.is_open(520)


def test_a_table_of_its_own_for_a_vrf() -> None:
    net = Network(
        config("R1", {"Gi0/0": "10.0.1.1/24"}, {}),
        config("R2", {"Gi0/0": "10.0.1.2/24", "Lo0": "10.2.2.2/32"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.boot()
    type_at(net["R1"], "ip vrf A", "interface gi0/0", "ip vrf forwarding A")
    type_at(net["R1"], "interface gi0/0", "ip address 10.0.1.1 255.255.255.0")
    type_at(net["R1"], "router rip", "version 2", "address-family ipv4 vrf A", "network 10.0.0.0")
    type_at(net["R2"], "router rip", "version 2", "no auto-summary", "network 10.0.0.0")
    net.wait(60)
    assert learned(net["R1"], "A") == {"10.2.2.2/32": "[1] via 10.0.1.2"}
    assert learned(net["R1"]) == {}


def test_a_default_route_while_a_route_is_there() -> None:
    net = row()
    type_at(
        net["R3"],
        "ip prefix-list W permit 172.16.0.0/16",
        "route-map WHILE permit 10",
        "match ip address prefix-list W",
        "router rip",
        "default-information originate route-map WHILE",
    )
    net.wait(40)
    assert "0.0.0.0/0" not in learned(net["R1"])
    type_at(net["R3"], "ip route 172.16.0.0 255.255.0.0 null0")
    net.wait(40)
    assert learned(net["R1"])["0.0.0.0/0"] == "[2] via 10.0.12.2"
    type_at(net["R3"], "no ip route 172.16.0.0 255.255.0.0 null0")
    net.wait(10)
    assert "0.0.0.0/0" not in learned(net["R1"])
