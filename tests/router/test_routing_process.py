"""What carries a routing machine: packets and time in, packets and routes out, redistribution.

The protocol here is a toy of four bytes: every second it tells each neighbor its own networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network

import pytest

from ioscli.model.changes import RoutingChanged, StaticRoutesChanged
from ioscli.model.config import StaticRoute
from ioscli.model.effects import Install, Redistributed, RoutingEffect, SendPacket, Withdraw
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.model.route_map import RouteMap, SetTag
from ioscli.router.router import Router
from ioscli.router.routing_process import IpRoutingProcess
from ioscli.router.routing_protocols import Routing

from .networks import Network, config

EXPERIMENT = 253
GROUP = IPv4Address("224.0.0.99")
PORT = InterfaceName.parse("Gi0/0")


class Announcer:
    """Tells the neighbors every second which /24 networks it was handed."""

    def __init__(self, own: IPv4Address) -> None:
        self.debugging: set[str] = set()
        self.next_deadline: Instant | None = None
        self.own = own
        self.networks: list[IPv4Network] = []
        self.tags: list[int] = []
        self.learned: set[IPv4Network] = set()

    def start(self, now: Instant) -> list[RoutingEffect]:
        self.next_deadline = Instant(now + SECOND)
        return []

    def handle_timer(self, now: Instant) -> list[RoutingEffect]:
        self.next_deadline = Instant(now + SECOND)
        return [
            SendPacket(PORT, self.own, GROUP, EXPERIMENT, it.network_address.packed)
            for it in self.networks
        ]

    def receive(
        self,
        now: Instant,
        interface: InterfaceName,
        source: IPv4Address,
        destination: IPv4Address,
        payload: bytes,
    ) -> list[RoutingEffect]:
        assert destination == GROUP
        prefix = IPv4Network((payload, 24))
        self.learned.add(prefix)
        path = (Path(source, PORT),)
        return [Install(Route(prefix, RouteSource.RIP, 120, 1, path, process="toy"))]

    def redistribute(
        self, now: Instant, routes: Mapping[IPv4Network, Redistributed]
    ) -> list[RoutingEffect]:
        self.networks = sorted(routes)
        self.tags = [routes[prefix].tag for prefix in self.networks]
        return []

    def close(self, now: Instant) -> list[RoutingEffect]:
        return [Withdraw(prefix) for prefix in self.learned]


class Toy(IpRoutingProcess):
    source = RouteSource.RIP
    protocol = EXPERIMENT
    lines: tuple[Redistribution, ...] = (Redistribution(RouteSource.STATIC),)

    def __init__(self, router: Router, name: str) -> None:
        address = router.interfaces[PORT].address
        assert address is not None
        self.machine = Announcer(address)
        super().__init__(router, router.vrfs[""], name, self.machine)
        router.interfaces[PORT].groups.add(GROUP.packed)
        self.carry_out(self.machine.start(router.simulation.now))

    def configure(self) -> None:
        pass

    def covered(self) -> tuple[InterfaceName, ...]:
        return (PORT,)

    def redistributions(self) -> tuple[Redistribution, ...]:
        return self.lines


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Network:
    running = [True]
    monkeypatch.setattr(
        Routing,
        "_configured",
        lambda _: [(RouteSource.RIP, "toy", Toy)] if running[0] else [],
    )
    made = Network(
        config("R1", {"Gi0/0": "10.0.0.1/24", "Lo0": "1.1.1.1/32"}, {"192.0.2.0/24": "10.0.0.9"}),
        config("R2", {"Gi0/0": "10.0.0.2/24"}, {}),
    )
    made.link("R1:Gi0/0", "R2:Gi0/0")
    made.boot()
    made.wait(2.5)
    made.running = running  # type: ignore[attr-defined]
    return made


def learned(net: Network) -> list[str]:
    return [str(route.prefix) for route in net["R2"].rib.of_source(RouteSource.RIP, "toy")]


def test_a_redistributed_route_reaches_the_neighbor(net: Network) -> None:
    assert learned(net) == ["192.0.2.0/24"]
    assert net.ping("R2", "192.0.2.1") != "U.U.U"


def test_a_new_static_route_follows(net: Network) -> None:
    more = StaticRoute(IPv4Network("198.51.100.0/24"), IPv4Address("10.0.0.9"), None)
    net["R1"].config.static_routes.append(more)
    net["R1"].apply([StaticRoutesChanged()])
    net.wait(2)
    assert learned(net) == ["192.0.2.0/24", "198.51.100.0/24"]


def test_a_route_map_decides_what_goes_over(net: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Toy, "lines", (Redistribution(RouteSource.STATIC, route_map="M"),))
    router = net["R1"]
    router.apply([RoutingChanged()])
    process = router.routing.processes[RouteSource.RIP, "toy"]
    assert isinstance(process, Toy)
    assert process.machine.networks == []  # nobody made the route-map
    router.config.policy.route_maps["M"] = RouteMap("M")
    router.config.policy.route_maps["M"].entry(10, permit=True).sets.append(SetTag(5))
    router.apply([RoutingChanged()])
    assert process.machine.networks == [IPv4Network("192.0.2.0/24")]
    assert process.machine.tags == [5]


def test_a_process_that_is_removed_takes_its_routes_along(net: Network) -> None:
    net.running.clear()  # type: ignore[attr-defined]
    net.running.append(False)  # type: ignore[attr-defined]
    net["R2"].apply([RoutingChanged()])
    assert learned(net) == []
    net.wait(2)
    assert learned(net) == []  # R1 goes on telling; nobody listens


def test_connected_networks_of_a_process_go_over_with_its_routes(net: Network) -> None:
    from ioscli.router.redistribution import select

    router = net["R2"]
    line = Redistribution(RouteSource.RIP, "toy")
    chosen = select(
        router.rib, [line], lambda *_: None, router.routing.covered, default_route=False
    )
    assert {str(prefix) for prefix in chosen} == {"192.0.2.0/24", "10.0.0.0/24"}
