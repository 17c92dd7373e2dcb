"""One Linux host: its devices, its IPv4, and the terminals on it."""

from __future__ import annotations

from collections.abc import Sequence

from ioscli.engine.link import Port
from ioscli.engine.simulation import Simulation
from ioscli.hosts.linux.device import Device, EthernetDevice
from ioscli.hosts.linux.stack import Stack

DEFAULT_USER = "cisco"
_FIRST_PROCESS = 1_000


class LinuxHost:
    """A host with an Ethernet device per port; link them through `port(name)`, then `boot()` it.

    startup: lines that root types at boot. user: who sits at the terminal.
    """

    def __init__(
        self,
        simulation: Simulation,
        name: str,
        ports: Sequence[str],
        *,
        startup: Sequence[str] = (),
        user: str = DEFAULT_USER,
    ) -> None:
        self.simulation = simulation
        self.name = name
        self.hostname = name
        self.user = user
        self.startup = tuple(startup)
        self.complaints: list[str] = []
        """What the startup lines printed; a line that is right prints nothing."""
        self._processes = _FIRST_PROCESS
        self.stack = Stack(simulation, name)
        self._ports: dict[str, Port] = {}
        block = simulation.random(f"{name} mac").getrandbits(16).to_bytes(2, "big")
        for index, port in enumerate(sorted(ports)):
            self._ports[port] = Port(simulation, f"{name}:{port}")
            mac = b"\x52\x54\x00" + block + index.to_bytes(1, "big")
            device = EthernetDevice(
                port, index + 2, mac, self._ports[port], self.stack.receive, simulation
            )
            device.neighbours.unreachable = self.stack.not_resolved
            self.stack.devices[port] = device

    def port(self, name: str) -> Port:
        """The port behind a device. Raises KeyError where there is none."""
        return self._ports[name]

    @property
    def devices(self) -> list[Device]:
        """All devices by their index."""
        return list(self.stack.devices.values())

    def next_process(self) -> int:
        """A process id."""
        self._processes += 1
        return self._processes

    def boot(self) -> None:
        """Bring `lo` and the cards up, and type the startup lines."""
        from ipaddress import IPv4Interface

        from ioscli.hosts.linux.shell import Shell

        lo = self.stack.lo
        self.stack.add_address(lo, IPv4Interface("127.0.0.1/8"), None)
        for device in self.devices:
            self.stack.set_up(device, True)
        if self.startup:
            shell = Shell(self, output=self.complaints.append, root=True, script=True)
            for line in self.startup:
                shell.feed(line)
            shell.close()
