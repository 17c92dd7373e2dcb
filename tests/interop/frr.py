"""FRR's routing daemons in a namespace of the test's own."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .namespace import Namespace, needed, run

_PROGRAMS = Path("/usr/lib/frr")
_USER = "frr"
_PATIENCE = 15


class Frr:
    """The daemons of one namespace."""

    def __init__(self, name: str) -> None:
        self.name = name

    def shell(self, *commands: str) -> str:
        """What vtysh prints for some commands."""
        words = [word for command in commands for word in ("-c", command)]
        return run("vtysh", "-N", self.name, *words)

    def json(self, command: str) -> Any:
        """A show command's answer as data."""
        return json.loads(self.shell(f"{command} json") or "{}")


@contextmanager
def frr(inside: Namespace, configuration: str, *daemons: str) -> Iterator[Frr]:
    """Zebra and other daemons with a configuration, up and answering."""
    needed("vtysh", *(str(_PROGRAMS / daemon) for daemon in ("zebra", *daemons)))
    sockets, settings = Path("/var/run/frr", inside.name), Path("/etc/frr", inside.name)
    for folder in (sockets, settings):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, _USER, _USER)
    file = settings / "frr.conf"
    file.write_text(configuration)
    shutil.chown(file, _USER, _USER)
    try:
        for daemon in ("zebra", *daemons):
            inside.start(str(_PROGRAMS / daemon), "-N", inside.name, "-f", str(file))
            _wait_for(sockets / f"{daemon}.vty")
        yield Frr(inside.name)
    finally:
        inside.stop_programs()
        for folder in (sockets, settings):
            shutil.rmtree(folder, ignore_errors=True)


def _wait_for(socket: Path) -> None:
    began = time.monotonic()
    while not socket.exists():
        assert time.monotonic() - began < _PATIENCE, f"{socket} did not appear"
        time.sleep(0.02)
