"""The simulated host's tools and the real ones, over the same simulated routers.

The real programs run in a namespace with a TAP device on one LAN of R1, the simulated host stands
on another; both reach the network behind R2 over a link that takes 1,400 bytes.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ioscli.engine.link import Link
from ioscli.engine.simulation import Simulation
from ioscli.hosts.linux.host import LinuxHost
from ioscli.hosts.linux.shell import Shell
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from tests.router.networks import config, router

from .namespace import Namespace, Tap, namespace, needed

_PROGRAMS = ("ping", "traceroute", "tracepath", "nc", "busybox", "ifconfig", "route")


class Both:
    """One line typed at the real host and at the simulated one."""

    def __init__(self, linux: Namespace) -> None:
        self._linux = linux
        self.tap = Tap(linux, "tap0", "10.1.0.10/24")
        linux.run("ip", "route", "add", "default", "via", "10.1.0.1")
        self._simulation = Simulation(1)
        first = router(
            self._simulation,
            config(
                "R1",
                {"Gi0/0": "10.1.0.1/24", "Gi0/1": "10.2.0.1/24", "Gi0/2": "10.3.0.1/30"},
                {"172.16.0.0/16": "10.3.0.2"},
            ),
        )
        second = router(
            self._simulation,
            config(
                "R2",
                {"Gi0/0": "10.3.0.2/30", "Lo0": "172.16.0.1/24"},
                {"10.0.0.0/8": "10.3.0.1"},
            ),
        )
        for node in (first, second):
            port = "Gi0/2" if node is first else "Gi0/0"
            node.config.interfaces[InterfaceName.parse(port)].ip_mtu = 1400
        self._host = LinuxHost(
            self._simulation,
            "S1",
            ["eth0"],
            startup=[
                "ifconfig eth0 10.2.0.10 netmask 255.255.255.0",
                "route add default gw 10.2.0.1",
            ],
        )
        name = InterfaceName.parse
        self.tap.plug(self._simulation, first.port(name("Gi0/0")))
        Link(self._simulation, first.port(name("Gi0/1")), self._host.port("eth0"), delay=10)
        Link(self._simulation, first.port(name("Gi0/2")), second.port(name("Gi0/0")), delay=10)
        for node in (first, second):
            node.boot()
        self._host.boot()
        self._shown: list[str] = []
        self._shell = Shell(self._host, output=self._shown.append)

    def real(self, *words: str) -> str:
        """What the real program prints."""
        self._rest()
        running = subprocess.Popen(
            ("ip", "netns", "exec", self._linux.name, *words),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.tap.run(lambda: running.poll() is not None, patience=30)
        return running.communicate()[0]

    def simulated(self, *words: str) -> str:
        """What the simulated program prints."""
        self._rest()
        self._shell.feed(" ".join(("sudo", *words)))
        self._simulation.run_while(lambda: self._shell.busy)
        text = "".join(self._shown)
        self._shown.clear()
        return text

    def _rest(self) -> None:
        """Let the routers be allowed to send an unreachable again (one in 500 ms)."""
        self._simulation.run_until(Instant(self._simulation.now + SECOND))

    def compare(self, *words: str) -> str:
        """Type a line at both, and see the same but for times and the LAN that each is on."""
        self.real("ping", "-c1", "172.16.0.1")  # all ARP tables are filled
        self.simulated("ping", "-c1", "172.16.0.1")
        real = self.real(*words)
        assert plain(self.simulated(*words)) == plain(real)
        return real


def plain(text: str) -> str:
    """Without times; the simulated host's LAN as the real one's."""
    text = re.sub(r"\d+(\.\d+)? ?ms", "T", text)
    text = re.sub(r"mdev = .*", "mdev = T", text)
    text = text.replace("10.2.0.", "10.1.0.").replace("eth0", "tap0")
    return re.sub(r" +(?=T)", " ", re.sub(r"\d+sec", "Nsec", text))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    needed(*_PROGRAMS)
    folder: Path = tmp_path_factory.mktemp("linux")
    with namespace("ioscli-tools", folder) as linux:
        pair = Both(linux)
        yield pair
        pair.tap.close()


@pytest.mark.parametrize(
    "line",
    [
        "ping -c 2 -i 0.2 172.16.0.1",
        "ping -c 2 -i 0.2 -s 1473 -M do 172.16.0.1",
        "ping -c 1 -M probe 172.16.0.1",
        "ping -c 1 -s 1372 -M do 172.16.0.1",
        "ping -c 1 -W 1 172.16.0.99",
        "ping -c 1 -t 1 172.16.0.1",
        "ping -c 1 192.168.99.1",
        "ping -c 2 -i 0.2 -q 172.16.0.1",
        "traceroute -n 172.16.0.1",
        "traceroute -n -q 1 172.16.0.1",
        "traceroute -n -I 172.16.0.1",
        "tracepath -n 172.16.0.1",
        "busybox telnet 172.16.0.1 99",
        "nc -zv -w 2 172.16.0.1 99",
        "ip route get 172.16.0.1",
        "ip route",
    ],
)
def test_the_same_is_printed(both: Both, line: str) -> None:
    words = line.split()
    if words[0] == "busybox":
        real = both.real(*words)
        assert plain(both.simulated(*words[1:])) == plain(real)
        return
    assert both.compare(*words)
