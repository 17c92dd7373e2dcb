"""A real Telnet client at one of our routers, and the simulated host's client beside it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
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
    """`busybox telnet` in the namespace, at a terminal of its own."""

    def __init__(self, linux: Namespace, tap: Tap) -> None:
        self._tap = tap
        self._terminal, far = pty.openpty()
        os.set_blocking(self._terminal, False)
        self._running = subprocess.Popen(
            ("ip", "netns", "exec", linux.name, "busybox", "telnet", "10.1.0.1"),
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
        )
        os.close(far)
        self._shown = b""

    @property
    def shown(self) -> str:
        """The screen."""
        with suppress(BlockingIOError, OSError):  # nothing new; or the client has gone
            while data := os.read(self._terminal, 4096):
                self._shown += data
        return self._shown.decode().replace("\r\n", "\n").replace("\0", "")

    def wait(self, end: str, before: int = 0) -> None:
        """Run until something new is on the screen, and it ends so."""

        def there() -> bool:
            return len(self.shown) > before and self.shown.endswith(end)

        assert self._tap.run(there, patience=20), self.shown

    def type(self, line: str, end: str) -> None:
        """Type a line at the real client, and wait for what the screen ends in then."""
        self.press(f"{line}\r", end)

    def press(self, keys: str, end: str) -> None:
        """Press keys at the real client; end: empty, where the screen does not matter."""
        before = len(self.shown)
        os.write(self._terminal, keys.encode())
        if end:
            self.wait(end, before)

    def end(self) -> int | None:
        """Its exit status; None: it did not end by itself."""
        ended = self._tap.run(lambda: self._running.poll() is not None, patience=5)
        if not ended:
            self._running.kill()
        os.close(self._terminal)
        status = self._running.wait()
        return status if ended else None


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
            yield Client(linux, tap)
        finally:
            tap.close()


def test_a_real_client_logs_in(client: Client) -> None:
    client.wait("Password: ")
    client.type("wrong", "Password: \nPassword: ")
    client.type("cisco", "R2>")
    client.type("show version", "R2>")
    assert "Cisco IOS Software" in client.shown
    client.press("show ip trx\x7f\t", "\nR2>show ip traffic ")
    client.press("\r", "--More-- ")
    client.press("q", "R2>")
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


def test_the_clients_own_console(client: Client) -> None:
    client.wait("Password: ")
    client.type("cisco", "R2>")
    client.press("\x1d", "exit telnet\n")
    real = client.shown.partition("R2>")[2]
    client.press("x", "continuing...\n")
    client.type("show privilege", "R2>")
    host = VtyLab(second=LINES).shell()
    host.type("telnet 10.0.0.2", "cisco")
    before = len(host.glass.rows) - 1
    host.press("\x1d")
    simulated = "\n".join(host.glass.lines[before:])
    assert simulated == f"R2>{real}".expandtabs()
    host.press("x")
    assert host.glass.lines[-2] == "continuing..."
    client.press("\x1d", "exit telnet\n")
    client.press("e", "")
    assert client.end() == 0
