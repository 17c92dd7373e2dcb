"""Two Linux hosts on one cable, and somebody who types at them."""

from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.hosts.linux.host import LinuxHost
from ioscli.hosts.linux.shell import Shell
from ioscli.model.instant import HOUR, SECOND, Instant


class Terminal:
    """A shell; what it prints is collected."""

    def __init__(self, host: LinuxHost) -> None:
        self.host = host
        self._shown: list[str] = []
        self.shell = Shell(host, output=self._shown.append)

    def type(self, line: str) -> str:
        """What a line prints until its command is done, or reads."""
        self.shell.feed(line)
        simulation = self.host.simulation
        limit = simulation.now + HOUR
        simulation.run_while(lambda: self.shell.busy and simulation.now < limit)
        return self.take()

    def wait(self, seconds: float) -> str:
        """What appears within a time."""
        simulation = self.host.simulation
        simulation.run_until(Instant(simulation.now + int(seconds * SECOND)))
        return self.take()

    def take(self) -> str:
        """What was printed since the last time."""
        text = "".join(self._shown)
        self._shown.clear()
        return text


def pair(loss: float = 0.0) -> tuple[Terminal, Terminal]:
    """10.0.0.1 and 10.0.0.2, a millisecond apart."""
    simulation = Simulation()
    hosts = [
        LinuxHost(simulation, name, ["eth0"], startup=[f"ifconfig eth0 {address} netmask {mask}"])
        for name, address, mask in (
            ("A", "10.0.0.1", "255.255.255.0"),
            ("B", "10.0.0.2", "255.255.255.0"),
        )
    ]
    Link(simulation, hosts[0].port("eth0"), hosts[1].port("eth0"), loss=loss)
    for host in hosts:
        host.boot()
        assert host.complaints == []
    return Terminal(hosts[0]), Terminal(hosts[1])
