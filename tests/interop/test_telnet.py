"""A real Telnet client at one of our routers, and the simulated host's client beside it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.cli.vty_port import VtyPort
from ioscli.engine.simulation import Simulation
from ioscli.model.ifname import InterfaceName
from tests.cli.typing_config import loaded
from tests.cli.vty_lab import VtyLab
from tests.router.networks import config, router

from .namespace import Namespace, Tap, namespace, needed

LINES = """\
line vty 0 4
 password cisco
 login
 transport input telnet
"""


class Client:
    """`busybox telnet` in the namespace."""

    def __init__(self, linux: Namespace, tap: Tap, folder: Path) -> None:
        self._tap = tap
        self._file = folder / "telnet.out"
        with self._file.open("wb") as output:
            self._running = subprocess.Popen(
                ("ip", "netns", "exec", linux.name, "busybox", "telnet", "10.1.0.1"),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def shown(self) -> str:
        """The screen."""
        return self._file.read_bytes().decode().replace("\r\n", "\n").replace("\0", "")

    def wait(self, end: str) -> None:
        """Run until the screen ends in something."""
        assert self._tap.run(lambda: self.shown.endswith(end), patience=20), self.shown

    def type(self, line: str, end: str) -> None:
        """Type a line at the real client."""
        assert self._running.stdin is not None
        self._running.stdin.write(f"{line}\r".encode())
        self._running.stdin.flush()
        self.wait(end)

    def end(self) -> int | None:
        """Its exit status."""
        self._tap.run(lambda: self._running.poll() is not None, patience=5)
        if self._running.poll() is None:
            self._running.kill()
        assert self._running.stdin is not None
        self._running.stdin.close()
        return self._running.wait()


@pytest.fixture
def client(grammar: Grammar, tmp_path: Path) -> Iterator[Client]:
    needed("busybox")
    with namespace("ioscli-telnet", tmp_path) as linux:
        tap = Tap(linux, "tap0", "10.1.0.10/24")
        simulation = Simulation(1)
        made = config("R2", {"Gi0/0": "10.1.0.1/24"}, {})
        loaded(LINES, made)
        node = router(simulation, made)
        VtyPort(node, grammar)
        tap.plug(simulation, node.port(InterfaceName.parse("Gi0/0")))
        node.boot()
        try:
            made_client = Client(linux, tap, tmp_path)
            yield made_client
            made_client.end()
        finally:
            tap.close()


def test_a_real_client_logs_in(client: Client) -> None:
    client.wait("Password: ")
    client.type("wrong", "Password: \nPassword: ")
    client.type("cisco", "R2>")
    client.type("show version", "--More-- ")
    assert "Cisco IOS Software" in client.shown
    client.type("q", "R2>")
    client.type("show users", "R2>")
    assert re.search(r"\n\*578 vty 0 {16}idle +00:00:0\d 10\.1\.0\.10\n", client.shown)
    client.type("exit", "Connection closed by foreign host\n")
    assert client.end() == 1


def test_the_simulated_client_shows_the_same(client: Client) -> None:
    client.wait("Password: ")
    client.type("cisco", "R2>")
    client.type("show privilege", "R2>")
    client.type("exit", "Connection closed by foreign host\n")
    real = client.shown
    client.end()
    host = VtyLab(second=LINES).shell()
    host.type("telnet 10.0.0.2", "cisco", "show privilege", "exit")
    simulated = "\n".join(host.glass.lines[1:-1])
    wanted = real.replace("10.1.0.1", "10.0.0.2").rstrip("\n")
    assert [row.rstrip() for row in wanted.split("\n")] == simulated.split("\n")
