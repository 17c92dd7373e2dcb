"""show controllers."""

from ioscli.cli.matcher import Grammar
from ioscli.cli.session import Session
from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant, seconds
from ioscli.router.router import Router

PORTS = tuple(InterfaceName.parse(name) for name in ("Gi0/0", "Gi0/1", "Serial0/0", "Serial0/1"))


class Bench:
    """Two routers with a cable between their Gi0/0 and one between their Serial0/0."""

    def __init__(self, grammar: Grammar) -> None:
        simulation = self.simulation = Simulation(seed=1)
        self.links = []
        near, far = (Router(simulation, name, PORTS) for name in ("Near", "Far"))
        for name in (PORTS[0], PORTS[2]):
            self.links.append(Link(simulation, near.port(name), far.port(name)))
        self.screen: list[str] = []
        near.boot()
        far.boot()
        self.session = Session(near, grammar, output=self.screen.append, privileged=True)

    def type(self, *lines: str) -> str:
        self.screen.clear()
        for line in lines:
            self.session.feed(line)
        self.simulation.run_until(Instant(self.simulation.now + seconds(5)))
        return "".join(self.screen)


def test_every_port_is_shown(grammar: Grammar) -> None:
    bench = Bench(grammar)
    bench.type("configure terminal", "interface Loopback0", "end")
    assert bench.type("show controllers") == (
        "Interface GigabitEthernet0/0\nHardware is iGbE\n"
        "  network link is up\n  Config is Auto Speed, Auto Duplex\n\n"
        "Interface GigabitEthernet0/1\nHardware is iGbE\n"
        "  network link is down\n  Config is Auto Speed, Auto Duplex\n\n"
        "Interface Serial0/0\nHardware is M4T\nDTE V.35 TX and RX clocks detected.\n\n"
        "Interface Serial0/1\nHardware is M4T\nNo serial cable attached\n\n"
    )


def test_it_follows_the_configuration_and_the_link(grammar: Grammar) -> None:
    bench = Bench(grammar)
    bench.type("configure terminal", "interface Gi0/0", "speed 100", "duplex full", "end")
    for link in bench.links:
        link.set_up(False)
    shown = bench.type("show controllers g0/0")
    assert shown.endswith("  network link is down\n  Config is 100Mbps, Full Duplex\n\n")
    assert "clocks stopped" in bench.type("show controllers s0/0")
    bench.type("configure terminal", "interface s0/0", "clock rate 64000", "end")
    assert "\nDCE V.35, clock rate 64000\n" in bench.type("show controllers s0/0")


def test_only_ports_have_one(grammar: Grammar) -> None:
    bench = Bench(grammar)
    bench.type("configure terminal", "interface Loopback0", "end")
    assert "% Invalid input" in bench.type("show controllers Loopback0")
    assert "% Invalid input" in bench.type("show controllers g0/7")
