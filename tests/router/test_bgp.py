"""BGP between real routers: TCP, ARP and links underneath; what fails, and how it comes back."""

from __future__ import annotations

import os
import shutil
import subprocess
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from ioscli.engine.capture import PcapngWriter
from ioscli.model.bgp import BgpNeighbor, BgpNetwork, BgpProcess, BgpSettings
from ioscli.model.changes import RoutingChanged
from ioscli.model.config import RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import RouteSource
from ioscli.model.route_map import RouteMap, RouteMapEntry, SetCommunity, SetMetric
from ioscli.router.bgp import BgpProcess as Process
from ioscli.router.router import Router

from .networks import Network, config
from .ospf_networks import execute, type_at


def neighbor(made: RouterConfig, address: str, remote_as: int, **settings: Any) -> BgpSettings:
    assert made.bgp is not None
    peer = IPv4Address(address)
    line = BgpNeighbor(peer, BgpSettings(remote_as=remote_as, **settings))
    made.bgp.neighbors[peer] = line
    return line.own


def speaker(name: str, number: int, interfaces: dict[str, str], *networks: str) -> RouterConfig:
    made = config(name, interfaces, {})
    made.bgp = BgpProcess(number)
    made.bgp.networks += [BgpNetwork(IPv4Network(prefix)) for prefix in networks]
    return made


def two(first_as: int = 65001, second_as: int = 65002, **settings: object) -> Network:
    """R1 and R2, each announcing its loopback; settings: of R1."""
    r1 = speaker("R1", first_as, {"Gi0/0": "10.0.0.1/24", "Lo0": "1.1.1.1/32"}, "1.1.1.1/32")
    r2 = speaker("R2", second_as, {"Gi0/0": "10.0.0.2/24", "Lo0": "2.2.2.2/32"}, "2.2.2.2/32")
    neighbor(r1, "10.0.0.2", second_as, **settings)
    neighbor(r2, "10.0.0.1", first_as)
    made = Network(r1, r2)
    made.link("R1:Gi0/0", "R2:Gi0/0")
    return made


def process(router: Router) -> Process:
    found = router.routing.of_source(RouteSource.BGP)[0]
    assert isinstance(found, Process)
    return found


def state(router: Router, address: str) -> str:
    return process(router).machine.neighbors[IPv4Address(address)].state.value


def routes(router: Router) -> dict[str, str]:
    return {
        str(route.prefix): str(route.paths[0].next_hop)
        for route in router.rib.routes()
        if route.source is RouteSource.BGP
    }


def lines(network: Network, name: str, word: str) -> list[str]:
    """What a router logged with a word in it, without its time."""
    return [
        line.split(": ", 1)[1]
        for line in network.log
        if line.startswith(f"{name} ") and word in line
    ]


def test_two_routers_reach_each_others_loopbacks() -> None:
    network = two().boot()
    network.wait(30)
    assert routes(network["R1"]) == {"2.2.2.2/32": "10.0.0.2"}
    assert routes(network["R2"]) == {"1.1.1.1/32": "10.0.0.1"}
    assert network.ping("R1", "2.2.2.2") == "!!!!!"
    assert lines(network, "R1", "ADJCHANGE") == ["%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Up "]


def test_packets_of_a_single_hop_session_have_a_ttl_of_one() -> None:
    network = two().boot()
    network.wait(30)
    (connection,) = network["R1"].vrfs[""].tcp.machine.connections.values()
    assert connection.settings.ttl == 1
    assert connection.settings.tos == 0xC0
    assert connection.mss == 1_460


def test_wrong_as_says_so_every_few_seconds() -> None:
    network = two()
    assert network["R2"].config.bgp is not None
    network["R2"].config.bgp.number = 65009
    network.boot()
    network.wait(60)
    sent = lines(network, "R1", "BGP-3-NOTIFICATION")
    assert len(sent) > 3
    assert any(
        line.endswith("active 2/2 (peer in wrong AS) 2 bytes FDF1")
        and line.startswith("%BGP-3-NOTIFICATION: sent to neighbor 10.0.0.2")
        for line in sent
    )
    heard = lines(network, "R2", "BGP-3-NOTIFICATION")
    assert any("received from neighbor 10.0.0.1" in line for line in heard)
    assert all("2/2 (peer in wrong AS) 2 bytes FDF1" in line for line in heard)
    assert routes(network["R1"]) == {}
    for name, other, way in (("R1", "10.0.0.2", "sent"), ("R2", "10.0.0.1", "received")):
        shown = execute(network, name, f"show ip bgp neighbors {other}")
        assert "  Connections established 0; dropped 0\n  Last reset 00:00:" in shown
        assert f", due to BGP Notification {way}, peer in wrong AS\n" in shown


def test_the_last_reset_of_a_session_says_what_the_notification_was_about() -> None:
    network = two()
    network.boot()
    network.wait(60)
    assert "  Last reset never\n" in execute(network, "R2", "show ip bgp neighbors 10.0.0.1")
    execute(network, "R1", "clear ip bgp *")
    network.wait(5)
    shown = execute(network, "R2", "show ip bgp neighbors 10.0.0.1")
    text = "due to BGP Notification received of session 1, Administrative Reset\n"
    assert f"  Last reset 00:00:04, {text}" in shown
    shown = execute(network, "R1", "show ip bgp neighbors 10.0.0.2")
    assert "  Last reset 00:00:05, due to User reset of session 1\n" in shown


def test_wrong_password() -> None:
    network = two(password="secret")
    own = network["R2"].config.bgp
    assert own is not None
    settings = own.neighbors[IPv4Address("10.0.0.1")].own
    settings.password = "other"
    network.boot()
    network.wait(40)
    assert state(network["R1"], "10.0.0.2") != "Established"
    wrong = lines(network, "R1", "BADAUTH")
    assert wrong
    assert wrong[0].startswith("%TCP-6-BADAUTH: Invalid MD5 digest from 10.0.0.2(")
    assert wrong[0].endswith("tableid - 0")
    settings.password = None
    network["R2"].apply([RoutingChanged()])
    network.log.clear()
    network.wait(40)
    missing = lines(network, "R1", "BADAUTH")
    assert missing
    assert missing[0].startswith("%TCP-6-BADAUTH: No MD5 digest from 10.0.0.2(")
    settings.password = "secret"
    network["R2"].apply([RoutingChanged()])
    network.wait(60)
    assert state(network["R1"], "10.0.0.2") == "Established"


def test_link_down_ends_the_session_at_once_and_it_comes_back() -> None:
    network = two().boot()
    network.wait(30)
    network.log.clear()
    network.links["R1-R2"].set_up(False)
    network.wait(5)
    assert "%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down Interface flap" in lines(
        network, "R1", "ADJCHANGE"
    )
    assert routes(network["R1"]) == {}
    network.links["R1-R2"].set_up(True)
    network.wait(60)
    assert routes(network["R1"]) == {"2.2.2.2/32": "10.0.0.2"}


def test_neighbor_that_goes_silent_is_missed_after_its_hold_time() -> None:
    network = two().boot()
    network.wait(30)
    network.log.clear()
    network.links["R1-R2"].loss = 1.0
    network.links["R1-R2"].lossy = True
    network.wait(110)
    assert state(network["R1"], "10.0.0.2") == "Established"
    network.wait(90)
    assert lines(network, "R1", "BGP-") == [
        "%BGP-3-NOTIFICATION: sent to neighbor 10.0.0.2 4/0 (hold time expired) 0 bytes",
        "%BGP-5-NBR_RESET: Neighbor 10.0.0.2 reset (BGP Notification sent)",
        "%BGP-5-ADJCHANGE: neighbor 10.0.0.2 Down BGP Notification sent",
    ]
    assert routes(network["R1"]) == {}
    network.links["R1-R2"].loss = 0.0
    network.wait(90)
    assert routes(network["R1"]) == {"2.2.2.2/32": "10.0.0.2"}


def test_a_fifth_of_all_frames_lost_hinders_and_does_not_stop() -> None:
    network = two()
    network.links["R1-R2"].loss = 0.2
    network.links["R1-R2"].lossy = True
    network.boot()
    network.wait(200)
    assert routes(network["R1"]) == {"2.2.2.2/32": "10.0.0.2"}


def test_reload_of_a_neighbor() -> None:
    network = two().boot()
    network.wait(30)
    network["R2"].shut_down()
    network.wait(5)
    network["R2"].restart(network["R2"].config)
    network.wait(60)
    assert routes(network["R1"]) == {"2.2.2.2/32": "10.0.0.2"}
    assert routes(network["R2"]) == {"1.1.1.1/32": "10.0.0.1"}


def test_internal_session_between_loopbacks() -> None:
    network = two(second_as=65001)
    for name, other in (("R1", "2.2.2.2"), ("R2", "1.1.1.1")):
        made = network[name].config
        assert made.bgp is not None
        made.bgp.neighbors.clear()
        made.bgp.networks.clear()
        neighbor(made, other, 65001, update_source=InterfaceName.parse("Lo0"))
        from ioscli.model.config import StaticRoute

        hop = "10.0.0.2" if name == "R1" else "10.0.0.1"
        made.static_routes.append(StaticRoute(IPv4Network(f"{other}/32"), IPv4Address(hop), None))
        made.static_routes.append(
            StaticRoute(IPv4Network(f"10.{name[1]}.0.0/16"), None, InterfaceName.parse("Null0"))
        )
        made.bgp.redistributions.append(Redistribution(RouteSource.STATIC))
    network.boot()
    network.wait(40)
    assert state(network["R1"], "2.2.2.2") == "Established"
    assert routes(network["R1"])["10.2.0.0/16"] in ("2.2.2.2", "10.0.0.1")
    ends = [c.ends for c in network["R1"].vrfs[""].tcp.machine.connections.values()]
    assert {(str(it.local), str(it.peer)) for it in ends} == {("1.1.1.1", "2.2.2.2")}


def test_external_multihop_needs_its_line() -> None:
    network = two()
    for name, other, number in (("R1", "2.2.2.2", 65002), ("R2", "1.1.1.1", 65001)):
        made = network[name].config
        assert made.bgp is not None
        made.bgp.neighbors.clear()
        made.bgp.networks.clear()
        neighbor(made, other, number, update_source=InterfaceName.parse("Lo0"))
        from ioscli.model.config import StaticRoute

        hop = "10.0.0.2" if name == "R1" else "10.0.0.1"
        made.static_routes.append(StaticRoute(IPv4Network(f"{other}/32"), IPv4Address(hop), None))
    network.boot()
    network.wait(60)
    assert state(network["R1"], "2.2.2.2") == "Idle"
    shown = execute(network, "R1", "show ip bgp neighbors 2.2.2.2")
    assert "the RIB does have a route to 2.2.2.2\n" in shown
    assert "  External BGP neighbor not directly connected.\n" in shown
    for name, other in (("R1", "2.2.2.2"), ("R2", "1.1.1.1")):
        made = network[name].config
        assert made.bgp is not None
        made.bgp.neighbors[IPv4Address(other)].own.ebgp_multihop = 2
        network[name].apply([RoutingChanged()])
    network.wait(60)
    assert state(network["R1"], "2.2.2.2") == "Established"


def test_ttl_security_loses_what_came_too_far() -> None:
    network = two(ttl_security=1)
    network.boot()
    network.wait(60)
    # R2 sends with a TTL of 1, which R1 takes for far away.
    assert state(network["R1"], "10.0.0.2") != "Established"
    own = network["R2"].config.bgp
    assert own is not None
    own.neighbors[IPv4Address("10.0.0.1")].own.ttl_security = 1
    network["R2"].apply([RoutingChanged()])
    network.wait(90)
    assert state(network["R1"], "10.0.0.2") == "Established"


def test_process_removed_takes_its_routes_along() -> None:
    network = two().boot()
    network.wait(30)
    network["R1"].config.bgp = None
    network["R1"].apply([RoutingChanged()])
    network.wait(2)
    assert routes(network["R1"]) == {}
    assert network["R1"].routing.of_source(RouteSource.BGP) == []
    assert network["R1"].vrfs[""].tcp.machine.listening == []
    assert any("6/3 (Peer De-configured)" in line for line in lines(network, "R2", "NOTIFICATION"))


def test_equal_seeds_give_equal_logs() -> None:
    def run() -> list[str]:
        network = two().boot()
        network.wait(100)
        return network.log

    assert run() == run()


def test_internal_routes_are_not_handed_to_others() -> None:
    """IOS without `bgp redistribute-internal`; external ones are."""
    from ioscli.router.redistribution import Sets, select

    for second_as, expected in ((65002, {"2.2.2.2/32"}), (65001, set())):
        network = two(second_as=second_as).boot()
        network.wait(40)
        found = select(
            network["R1"].rib,
            [Redistribution(RouteSource.BGP, "65001")],
            lambda _name, _route: Sets(),
            lambda _source, _name: (),
            default_route=False,
        )
        assert {str(prefix) for prefix in found} == expected
        assert routes(network["R1"]) == {"2.2.2.2/32": "10.0.0.2"}


def test_wireshark_finds_nothing_wrong(tmp_path: Path) -> None:
    """Every message of a session's life, dissected by tshark."""
    program = shutil.which("tshark")
    if program is None:
        assert os.environ.get("CI") != "true", "tshark is missing"
        pytest.skip("tshark is not installed")
    network = two(second_as=4_200_000_001, password="secret", route_map_out="OUT")
    made = network["R1"].config
    entry = RouteMapEntry(10, sets=[SetCommunity(frozenset({65001 << 16 | 7})), SetMetric(9)])
    made.policy.route_maps["OUT"] = RouteMap("OUT", {10: entry})
    assert made.bgp is not None
    made.bgp.neighbors[IPv4Address("10.0.0.2")].own.send_community = "both"
    other = network["R2"].config.bgp
    assert other is not None
    other.neighbors[IPv4Address("10.0.0.1")].own.password = "secret"
    capture = PcapngWriter(tmp_path / "bgp.pcapng")
    capture.tap(network.links["R1-R2"])
    network.boot()
    network.wait(100)
    process(network["R1"]).clear_soft([IPv4Address("10.0.0.2")], inbound=True, outbound=True)
    network.wait(5)
    process(network["R1"]).clear([IPv4Address("10.0.0.2")])
    network.wait(40)
    capture.close()
    fields = ("bgp.type", "_ws.malformed", "tcp.checksum.status", "_ws.expert.severity")
    printed = subprocess.run(
        [program, "-r", str(tmp_path / "bgp.pcapng"), "-o", "tcp.check_checksum:TRUE",
         "-T", "fields", *(word for field in fields for word in ("-e", field))],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    rows = [row.split("\t") for row in printed.splitlines()]
    assert {kind for row in rows for kind in row[0].split(",") if kind} == {"1", "2", "3", "4", "5"}
    assert {row[1] for row in rows} == {""}
    assert "0" not in {row[2] for row in rows}


def test_neighbor_in_a_vrf() -> None:
    network = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24"}, {}),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Lo0": "2.2.2.2/32"}, {}),
        config("R3", {"Gi0/0": "10.1.0.3/24", "Lo0": "3.3.3.3/32"}, {}),
    )
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.link("R1:Gi0/1", "R3:Gi0/0")
    network.boot()
    type_at(
        network,
        "R1",
        "ip vrf RED\n rd 1:1\ninterface Gi0/1\n ip vrf forwarding RED\n"
        " ip address 10.1.0.1 255.255.255.0\nrouter bgp 1\n neighbor 10.0.0.2 remote-as 2\n"
        " address-family ipv4 vrf RED\n neighbor 10.1.0.3 remote-as 3\n"
        " neighbor 10.1.0.3 activate\n redistribute connected",
    )
    for name, number, peer in (("R2", 2, "10.0.0.1"), ("R3", 3, "10.1.0.1")):
        loopback = ".".join(str(number) * 4)
        type_at(
            network,
            name,
            f"router bgp {number}\n neighbor {peer} remote-as 1\n"
            f" network {loopback} mask 255.255.255.255",
        )
    network.wait(60)
    tables = {
        name: {str(it.prefix) for it in vrf.rib.routes() if it.source is RouteSource.BGP}
        for name, vrf in network["R1"].vrfs.items()
    }
    assert tables == {"": {"2.2.2.2/32"}, "RED": {"3.3.3.3/32"}}
    assert "%BGP-5-ADJCHANGE: neighbor 10.1.0.3 vpn vrf RED Up " in lines(network, "R1", "BGP")
    shown = execute(network, "R1", "show ip bgp vpnv4 vrf RED")
    assert "Route Distinguisher: 1:1 (default for vrf RED)" in shown
    assert " *>   3.3.3.3/32       10.1.0.3" in shown
    assert "\n      AS Hops 1\n" in execute(network, "R1", "show ip route vrf RED 3.3.3.3")
    assert execute(network, "R1", "show ip bgp vpnv4 vrf BLUE") == "% VRF BLUE does not have BGP\n"


def test_listen_range_takes_neighbors_that_nobody_named() -> None:
    network = two()
    made = network["R1"].config.bgp
    assert made is not None
    made.neighbors.clear()
    made.peer_groups["GUESTS"] = BgpSettings(remote_as=65002)
    made.listen.append((IPv4Network("10.0.0.0/28"), "GUESTS"))
    network.boot()
    network.wait(40)
    assert state(network["R1"], "10.0.0.2") == "Established"
    assert routes(network["R1"]) == {"2.2.2.2/32": "10.0.0.2"}
    shown = execute(network, "R1", "show ip bgp summary")
    assert "\n*10.0.0.2       4        65002 " in shown
    assert "Total dynamically created neighbors: 1/(100 max), Subnet ranges: 1" in shown
    network.links["R1-R2"].set_up(False)
    network.wait(5)
    assert process(network["R1"]).machine.neighbors == {}
    network.links["R1-R2"].set_up(True)
    network.wait(60)
    assert routes(network["R1"]) == {"2.2.2.2/32": "10.0.0.2"}


def test_redistribution_both_ways_with_ospf() -> None:
    network = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24"}, {}),
        config("R2", {"Gi0/0": "10.0.0.2/24", "Lo0": "2.2.2.2/32"}, {}),
        config("R3", {"Gi0/0": "10.1.0.3/24", "Lo0": "3.3.3.3/32"}, {}),
    )
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.link("R1:Gi0/1", "R3:Gi0/0")
    network.boot()
    type_at(
        network,
        "R1",
        "router ospf 1\n network 10.1.0.0 0.0.0.255 area 0\n redistribute bgp 65001 subnets\n"
        "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n redistribute ospf 1",
    )
    type_at(
        network,
        "R2",
        "router bgp 65002\n neighbor 10.0.0.1 remote-as 65001\n"
        " network 2.2.2.2 mask 255.255.255.255",
    )
    type_at(network, "R3", "router ospf 1\n network 0.0.0.0 255.255.255.255 area 0")
    network.wait(150)
    assert routes(network["R2"]) == {"3.3.3.3/32": "10.0.0.1", "10.1.0.0/24": "10.0.0.1"}
    external = {
        str(it.prefix): (it.kind, it.metric, it.tag)
        for it in network["R3"].rib.routes()
        if it.source is RouteSource.OSPF and it.kind
    }
    assert external == {"2.2.2.2/32": ("E2", 1, 65002)}
    assert network.ping("R3", "2.2.2.2") == "!!!!!"


def typed() -> Network:
    """R1 and R2 in ASes 65001 and 65002, configured by what an operator types."""
    network = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Lo0": "1.1.1.1/32"}, {}),
        config("R2", {"Gi0/0": "10.0.0.2/24"}, {}),
    )
    network.link("R1:Gi0/0", "R2:Gi0/0")
    network.boot()
    type_at(network, "R1", "router bgp 65001\n neighbor 10.0.0.2 remote-as 65002")
    type_at(network, "R2", "router bgp 65002\n neighbor 10.0.0.1 remote-as 65001")
    return network


def test_a_route_map_of_redistribute_sets_bgps_attributes() -> None:
    network = typed()
    type_at(
        network,
        "R1",
        "ip route 5.5.5.5 255.255.255.255 Null0\n"
        "route-map MARK permit 10\n set community 65001:7\n set local-preference 300\n"
        " set weight 5\n set as-path prepend 65001 65001\n set metric 42\n set origin igp\n"
        "router bgp 65001\n redistribute static route-map MARK\n"
        " neighbor 10.0.0.2 send-community",
    )
    network.wait(40)
    shown = execute(network, "R1", "show ip bgp 5.5.5.5")
    assert "localpref 300, weight 5, valid, sourced" in shown
    assert "Origin IGP, metric 42" in shown
    told = process(network["R2"]).machine.table[IPv4Network("5.5.5.5/32")].paths[0].attributes
    assert told.communities == (65001 << 16 | 7,)
    assert [segment.numbers for segment in told.as_path or ()] == [(65001, 65001, 65001)]
    assert told.med == 42


def test_an_aggregate_and_a_network_take_what_their_maps_set() -> None:
    network = typed()
    type_at(
        network,
        "R1",
        "route-map MARK permit 10\n set community 65001:9\n set metric 7\n"
        "router bgp 65001\n aggregate-address 1.0.0.0 255.0.0.0 attribute-map MARK\n"
        " network 1.1.1.1 mask 255.255.255.255 route-map MARK\n"
        " neighbor 10.0.0.2 send-community",
    )
    network.wait(40)
    table = process(network["R2"]).machine.table
    for prefix in ("1.0.0.0/8", "1.1.1.1/32"):
        told = table[IPv4Network(prefix)].paths[0].attributes
        assert (told.communities, told.med) == ((65001 << 16 | 9,), 7)


def test_no_enhanced_error_is_typed_printed_and_taken_back() -> None:
    network = typed()
    type_at(network, "R1", "router bgp 65001\n no bgp enhanced-error")
    assert not process(network["R1"]).machine.process.enhanced_error
    assert "\n no bgp enhanced-error\n" in execute(network, "R1", "show running-config")
    type_at(network, "R1", "router bgp 65001\n bgp enhanced-error")
    assert process(network["R1"]).machine.process.enhanced_error
    assert "enhanced-error" not in execute(network, "R1", "show running-config")


def test_dampening_as_shown() -> None:
    network = typed()
    off = "% dampening not enabled for base\n"
    assert execute(network, "R1", "show ip bgp dampening parameters") == off
    type_at(network, "R1", "router bgp 65001\n bgp dampening")
    type_at(
        network, "R2", "interface Lo0\n ip address 2.2.2.2 255.255.255.255\nrouter bgp 65002\n"
        " network 2.2.2.2 mask 255.255.255.255\n neighbor 10.0.0.1 advertisement-interval 0",
    )  # fmt: skip
    network.wait(40)
    for _ in range(2):
        type_at(network, "R2", "interface Lo0\n shutdown")
        network.wait(5)
        shown = execute(network, "R1", "show ip bgp")
        assert "\n  h   2.2.2.2/32       10.0.0.2                 0             0 65002 i" in shown
        type_at(network, "R2", "interface Lo0\n no shutdown")
        network.wait(5)
    type_at(network, "R2", "interface Lo0\n shutdown")
    network.wait(5)
    detail = execute(network, "R1", "show ip bgp 2.2.2.2")
    assert "  65002, (history entry)\n" in detail
    assert "      Dampinfo: penalty 29" in detail
    assert ", flapped 3 times in 00:00:2" in detail
    type_at(network, "R2", "interface Lo0\n no shutdown")
    network.wait(5)
    assert "\n *d   2.2.2.2/32 " in execute(network, "R1", "show ip bgp")
    detail = execute(network, "R1", "show ip bgp 2.2.2.2")
    assert "  65002, (suppressed due to dampening)\n" in detail
    assert "2.2.2.2/32" not in routes(network["R1"])
    for which in ("dampened-paths", "flap-statistics"):
        row = execute(network, "R1", f"show ip bgp dampening {which}").splitlines()[-1]
        assert row.startswith(" *d 2.2.2.2/32       10.0.0.2 ")
        assert row.endswith(" 65002 i")
    execute(network, "R1", "clear ip bgp dampening")
    assert "2.2.2.2/32" in routes(network["R1"])
    shown = execute(network, "R1", "show ip bgp all dampening parameters")
    assert shown == (
        "For address family: IPv4 Unicast\n\n dampening 15 750 2000 60 (DEFAULT)\n"
        "  Half-life time      : 15 mins       Decay Time       : 2320 secs\n"
        "  Max suppress penalty: 12000         Max suppress time: 60 mins\n"
        "  Suppress penalty    :  2000         Reuse penalty    : 750\n\n\n"
    )


def test_paths_shown_once_for_all_that_share_them() -> None:
    network = typed()
    type_at(
        network, "R2", "router bgp 65002\n network 10.7.0.0 mask 255.255.0.0\n"
        " network 10.8.0.0 mask 255.255.0.0\nip route 10.7.0.0 255.255.0.0 Null0\n"
        "ip route 10.8.0.0 255.255.0.0 Null0",
    )  # fmt: skip
    network.wait(40)
    head, row = execute(network, "R1", "show ip bgp paths").splitlines()
    assert head == "Address    Hash Refcount Metric Path"
    assert row.split()[2:] == ["2", "0", "65002", "i"]
    assert len(execute(network, "R1", "show ip bgp paths ^65002$").splitlines()) == 2
    assert len(execute(network, "R1", "show ip bgp paths ^7$").splitlines()) == 1
