"""Equal and unequal ways: flows keep to one, many flows spread as the shares say."""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.model.changes import StaticRoutesChanged
from ioscli.model.config import StaticRoute
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.router.load_sharing import LoadSharing

from .networks import Network, config

FAR = IPv4Address("2.2.2.2")


def net() -> Network:
    made = Network(
        config(
            "R1",
            {"Gi0/0": "10.0.0.1/24", "Gi0/1": "10.1.0.1/24", "Gi0/2": "10.2.0.1/24"},
            {},
        ),
        config(
            "R2",
            {"Gi0/0": "10.0.0.2/24", "Gi0/1": "10.1.0.2/24", "Lo0": "2.2.2.2/32"},
            {"10.2.0.0/24": "10.0.0.1"},
        ),
        config("PC", {"Gi0/0": "10.2.0.9/24"}, {"0.0.0.0/0": "10.2.0.1"}),
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.link("R1:Gi0/1", "R2:Gi0/1")
    made.link("R1:Gi0/2", "PC:Gi0/0")
    made.boot()
    made.wait(5)
    return made


def ways(made: Network, sources: int = 2_000) -> Counter[str]:
    """Out of which interface flows of many sources to FAR go."""
    target = made["R1"].forwarding.find(FAR.packed)
    assert isinstance(target, LoadSharing)
    return Counter(
        str(target.choose(IPv4Address(0x0A020000 + at).packed + FAR.packed).interface.name)
        for at in range(sources)
    )


def share(made: Network, *shares: int) -> None:
    paths = tuple(
        Path(IPv4Address(f"10.{at}.0.2"), InterfaceName.parse(f"Gi0/{at}"), share=it)
        for at, it in enumerate(shares)
    )
    route = Route(IPv4Network("2.2.2.2/32"), RouteSource.EIGRP, 90, 1, paths, process="1")
    made["R1"].rib.add(route, made.simulation.now)
    made["R1"].forwarding.flush()


@pytest.mark.parametrize(("shares", "part"), [((1, 1), 0.5), ((3, 1), 0.75), ((7, 9), 7 / 16)])
def test_flows_spread_as_the_shares_say(shares: tuple[int, int], part: float) -> None:
    made = net()
    share(made, *shares)
    counts = ways(made)
    assert sum(counts.values()) == 2_000
    assert abs(counts["GigabitEthernet0/0"] / 2_000 - part) < 0.08


def test_static_routes_share_and_survive_the_loss_of_one() -> None:
    made = net()
    for hop in ("10.0.0.2", "10.1.0.2"):
        line = StaticRoute(IPv4Network("2.2.2.2/32"), IPv4Address(hop), None)
        made["R1"].config.static_routes.append(line)
    made["R1"].apply([StaticRoutesChanged()])
    assert set(ways(made)) == {"GigabitEthernet0/0", "GigabitEthernet0/1"}
    made.links["R1-R2"].set_up(False)  # the second one, of Gi0/1
    made.wait(10)
    found = made["R1"].forwarding.way_out(int(FAR))
    assert found is not None
    assert str(found[0].name) == "GigabitEthernet0/0"
    assert not isinstance(made["R1"].forwarding.find(FAR.packed), LoadSharing)


def test_one_flow_keeps_to_one_way() -> None:
    made = net()
    share(made, 1, 1)
    made.ping("PC", "2.2.2.2", count=10)
    ports = [made["R1"].interfaces[InterfaceName.parse(f"Gi0/{at}")] for at in (0, 1)]
    before = [port.packets_out for port in ports]
    made.ping("PC", "2.2.2.2", count=10)
    sent = [port.packets_out - count for port, count in zip(ports, before, strict=True)]
    assert sorted(sent) == [0, 10]


def test_routers_in_a_row_choose_differently() -> None:
    """Each salts the hash, so that they do not polarise."""
    first, second = net(), Network(config("R9", {"Gi0/0": "10.0.0.1/24"}, {}))
    share(first, 1, 1)
    target = first["R1"].forwarding.find(FAR.packed)
    assert isinstance(target, LoadSharing)
    ways_of_first = [(way, 1) for way in dict.fromkeys(target.buckets)]
    other = LoadSharing(ways_of_first, second["R9"].forwarding._flow_identity)
    flows = [IPv4Address(0x0A020000 + at).packed + FAR.packed for at in range(500)]
    same = sum(target.choose(flow) is other.choose(flow) for flow in flows)
    assert same not in (0, 500)


def test_next_hops_that_lean_on_one_another_end() -> None:
    made = net()
    now = made.simulation.now
    for prefix, hop in (("7.0.0.0/8", "8.0.0.1"), ("8.0.0.0/8", "7.0.0.1")):
        path = (Path(IPv4Address(hop), None),)
        made["R1"].rib.add(Route(IPv4Network(prefix), RouteSource.BGP, 20, 0, path), now)
    assert made["R1"].forwarding.ways_out(int(IPv4Address("7.1.1.1"))) == []
