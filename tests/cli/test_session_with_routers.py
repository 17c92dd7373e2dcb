"""Sessions at real routers: what is typed configures them, what is shown happened."""

from collections.abc import Iterator

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import seconds
from ioscli.router.router import Router

from .desk import Desk

HARDWARE = (InterfaceName.parse("Gi0/0"), InterfaceName.parse("Gi0/1"))


def pair(grammar: Grammar) -> tuple[Desk, Desk]:
    """R1 and R2, cabled through Gi0/0, fresh from the box."""
    simulation = Simulation(seed=1)
    routers = [Router(simulation, name, HARDWARE) for name in ("R1", "R2")]
    Link(simulation, *(router.port(HARDWARE[0]) for router in routers))
    for router in routers:
        router.boot()
    first, second = (Desk(grammar, router) for router in routers)
    return first, second


@pytest.fixture
def desks(grammar: Grammar) -> Iterator[tuple[Desk, Desk]]:
    first, second = pair(grammar)
    for number, desk in enumerate((first, second), start=1):
        desk.type(
            "configure terminal",
            "interface GigabitEthernet0/0",
            f"ip address 10.0.0.{number} 255.255.255.0",
            "no shutdown",
            "interface Loopback0",
            f"ip address 1.1.1.{number} 255.255.255.255",
            "end",
        )
    first.router.simulation.run_until(seconds(10))
    yield first, second
    first.session.close()


def test_ping_resolves_the_neighbour_first(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    shown = desk.type("ping 10.0.0.2")
    assert ".!!!!\nSuccess rate is 80 percent (4/5), round-trip min/avg/max = " in shown
    assert "!!!!!\nSuccess rate is 100 percent (5/5)" in desk.type("ping 10.0.0.2")
    rows = desk.type("show arp").splitlines()
    assert [row.split()[1] for row in rows[1:]] == ["10.0.0.1", "10.0.0.2"]
    desk.type("clear arp-cache")
    assert len(desk.type("show arp").splitlines()) == 2


def test_static_routes_from_the_prompt(desks: tuple[Desk, Desk]) -> None:
    desk, far = desks
    assert ".....\nSuccess rate is 0 percent (0/5)\n" in desk.type("ping 1.1.1.2 timeout 1")
    desk.type("conf t", "ip route 1.1.1.2 255.255.255.255 10.0.0.2")
    assert 'Known via "static"' in desk.type("do show ip route 1.1.1.2")
    desk.type("end", "ping 1.1.1.2")
    far.type("conf t", "ip route 1.1.1.1 255.255.255.255 10.0.0.1", "end")
    assert "percent (5/5)" in desk.type("ping 1.1.1.2 source loopback 0")
    assert "S        1.1.1.2 [1/0] via 10.0.0.2\n" in desk.type("show ip route static")


def test_counters(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    desk.type("ping 10.0.0.2", "clear counters", "", "ping 10.0.0.2 repeat 7")
    assert "     7 packets output, " in desk.type("show interfaces gi0/0")


def test_an_interrupted_ping_leaves_nothing_behind(desks: tuple[Desk, Desk]) -> None:
    desk, _ = desks
    desk.session.feed("ping 10.0.0.77 repeat 100")
    simulation = desk.router.simulation
    simulation.run_until(simulation.now + seconds(5))
    desk.session.interrupt()
    assert desk.screen.endswith("..\nSuccess rate is 0 percent (0/3)\n")
    before = desk.screen
    simulation.run_until(simulation.now + seconds(60))
    assert desk.screen == before


def test_equal_typing_gives_equal_screens(grammar: Grammar) -> None:
    screens = []
    for _ in range(2):
        desk, _ = pair(grammar)
        desk.type("conf t", "int gi0/0", "ip address 10.0.0.1 255.0.0.0", "no shut", "end")
        desk.router.simulation.run_until(seconds(9))
        desk.type("show version", "show interfaces", "ping 10.0.0.9", "show clock")
        screens.append(desk.screen)
    assert screens[0] == screens[1]
