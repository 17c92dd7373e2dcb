"""Routes handed from one protocol to another and back, with route-maps in between."""

from __future__ import annotations

from ioscli.model.rib import Route, RouteSource
from ioscli.router.router import Router
from tests.router.networks import Network, config
from tests.router.test_rip import type_at


def routes(router: Router, source: RouteSource) -> dict[str, Route]:
    return {str(it.prefix): it for it in router.rib.routes() if it.source is source}


def chain() -> Network:
    """R1 speaks RIP, R3 OSPF, R4 EIGRP; R2 in the middle speaks all three."""
    net = Network(
        config("R1", {"Gi0/0": "10.0.12.1/24", "Lo0": "1.1.1.1/32"}, {}),
        config(
            "R2",
            {"Gi0/0": "10.0.12.2/24", "Gi0/1": "172.16.23.2/24", "Gi0/2": "192.168.24.2/24"},
            {},
        ),
        config("R3", {"Gi0/0": "172.16.23.3/24", "Lo0": "3.3.3.3/32"}, {}),
        config("R4", {"Gi0/0": "192.168.24.4/24", "Lo0": "4.4.4.4/32"}, {}),
    )
    net.link("R1:Gi0/0", "R2:Gi0/0")
    net.link("R2:Gi0/1", "R3:Gi0/0")
    net.link("R2:Gi0/2", "R4:Gi0/0")
    net.boot()
    rip = ("router rip", "version 2", "no auto-summary", "network 10.0.0.0", "network 1.0.0.0")
    ospf = (
        "router ospf 1",
        "network 172.16.0.0 0.0.255.255 area 0",
        "network 3.0.0.0 0.255.255.255 area 0",
    )
    eigrp = ("router eigrp 100", "network 192.168.24.0", "network 4.0.0.0")
    type_at(net["R1"], *rip)
    type_at(net["R3"], *ospf)
    type_at(net["R4"], *eigrp)
    type_at(net["R2"], *rip, *ospf, *eigrp)
    net.wait(90)
    return net


def test_each_protocol_learns_what_the_others_have() -> None:
    net = chain()
    type_at(
        net["R2"],
        "router rip",
        "redistribute ospf 1 metric 5",
        "redistribute eigrp 100 metric 6",
        "router ospf 1",
        "redistribute rip subnets",
        "redistribute eigrp 100 subnets metric 200 metric-type 1",
        "router eigrp 100",
        "redistribute rip metric 10000 100 255 1 1500",
        "redistribute ospf 1 metric 10000 100 255 1 1500",
    )
    net.wait(60)
    rip = {prefix: it.metric for prefix, it in routes(net["R1"], RouteSource.RIP).items()}
    assert rip == {
        "172.16.23.0/24": 5,
        "3.3.3.3/32": 5,
        "192.168.24.0/24": 6,
        "4.4.4.4/32": 6,
    }
    ospf = {
        prefix: (it.kind, it.metric) for prefix, it in routes(net["R3"], RouteSource.OSPF).items()
    }
    assert ospf == {
        "1.1.1.1/32": ("E2", 20),
        "10.0.12.0/24": ("E2", 20),
        "4.4.4.4/32": ("E1", 201),
        "192.168.24.0/24": ("E1", 201),
    }
    eigrp = routes(net["R4"], RouteSource.EIGRP)
    assert set(eigrp) == {"1.1.1.1/32", "10.0.12.0/24", "3.3.3.3/32", "172.16.23.0/24"}
    assert {it.kind for it in eigrp.values()} == {"EX"}
    assert net.ping("R1", "4.4.4.4")[2:] == "!!!"
    assert net.ping("R4", "3.3.3.3")[2:] == "!!!"


def test_route_maps_choose_and_mark() -> None:
    net = chain()
    type_at(
        net["R2"],
        "ip prefix-list LO permit 1.1.1.1/32",
        "route-map TO_OSPF permit 10",
        "match ip address prefix-list LO",
        "set metric 77",
        "set metric-type type-1",
        "set tag 111",
        "route-map TO_OSPF deny 20",
        "match source-protocol rip",
        "route-map TO_OSPF permit 30",
        "access-list 9 permit 192.168.24.0",
        "route-map TO_RIP permit 10",
        "match ip address 9",
        "set metric 9",
        "route-map TO_RIP deny 20",
        "router ospf 1",
        "redistribute rip subnets route-map TO_OSPF",
        "router rip",
        "redistribute eigrp 100 metric 3 route-map TO_RIP",
    )
    net.wait(60)
    found = routes(net["R3"], RouteSource.OSPF)
    assert set(found) == {"1.1.1.1/32", "10.0.12.0/24"}  # the connected network is no RIP route
    marked = found["1.1.1.1/32"]
    assert (marked.kind, marked.metric, marked.tag) == ("E1", 78, 111)
    rip = {prefix: it.metric for prefix, it in routes(net["R1"], RouteSource.RIP).items()}
    assert rip == {"192.168.24.0/24": 9}
    # A changed list is followed at once.
    type_at(net["R2"], "access-list 9 permit 4.4.4.4")
    net.wait(10)
    assert set(routes(net["R1"], RouteSource.RIP)) == {"192.168.24.0/24", "4.4.4.4/32"}


def test_tags_keep_routes_from_coming_back() -> None:
    net = chain()
    type_at(
        net["R2"],
        "route-map MARK permit 10",
        "set tag 520",
        "route-map UNMARKED deny 10",
        "match tag 520",
        "route-map UNMARKED permit 20",
        "router ospf 1",
        "redistribute rip subnets route-map MARK",
        "router rip",
        "default-metric 4",
        "redistribute ospf 1 route-map UNMARKED",
    )
    type_at(net["R3"], "ip route 10.99.0.0 255.255.0.0 null0 tag 520")
    type_at(
        net["R3"],
        "ip route 10.98.0.0 255.255.0.0 null0",
        "router ospf 1",
        "redistribute static subnets",
    )
    net.wait(60)
    assert routes(net["R3"], RouteSource.OSPF)["1.1.1.1/32"].tag == 520
    assert routes(net["R2"], RouteSource.OSPF)["10.99.0.0/16"].tag == 520
    seen = routes(net["R1"], RouteSource.RIP)
    assert "10.98.0.0/16" in seen
    assert "10.99.0.0/16" not in seen


def test_a_relative_metric_adds_to_the_routes_own() -> None:
    net = chain()
    type_at(
        net["R2"],
        "route-map UP permit 10",
        "set metric +30",
        "router ospf 1",
        "redistribute rip subnets route-map UP",
    )
    net.wait(60)
    assert routes(net["R3"], RouteSource.OSPF)["1.1.1.1/32"].metric == 31
