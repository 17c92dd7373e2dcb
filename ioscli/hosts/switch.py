"""A plain learning switch (IEEE 802.1D, clause 7, without spanning tree or VLANs).

It has no console. A frame to a known address leaves by that address's port only, any other by
all ports but its own. Reserved group addresses (01-80-C2-00-00-0X) are not forwarded (7.12.6).
"""

from functools import partial

from ioscli.engine.link import Port
from ioscli.engine.simulation import Simulation
from ioscli.model.instant import SECOND, Duration, Instant

#: How long an address is kept without a frame from it (802.1D table 7-5, recommended default).
AGEING_TIME = Duration(300 * SECOND)

#: Addresses kept at most; further ones flood until old ones age (small access switches hold 8,192).
TABLE_SIZE = 8_192

_HEADER = 14
_RESERVED = bytes.fromhex("0180c20000")


class Switch:
    """A switch node: ports by the names that the lab's links give them."""

    def __init__(self, simulation: Simulation, name: str) -> None:
        self.name = name
        self.ports: dict[str, Port] = {}
        self.runts = 0
        """Frames too short for an Ethernet header, dropped."""
        self._simulation = simulation
        self._learned: dict[bytes, tuple[Port, Instant]] = {}

    def add_port(self, name: str) -> Port:
        """A new port; a link is plugged into it afterwards."""
        assert name not in self.ports, name
        port = Port(self._simulation, f"{self.name}:{name}")
        port.receive = partial(self._receive, port)
        port.carrier_changed = partial(self._carrier_changed, port)
        self.ports[name] = port
        return port

    def mac_table(self) -> list[tuple[bytes, str]]:
        """The addresses that are not too old, each with its port's name."""
        names = {id(port): name for name, port in self.ports.items()}
        return [
            (mac, names[id(port)])
            for mac, (port, seen) in self._learned.items()
            if self._simulation.now - seen <= AGEING_TIME
        ]

    def _receive(self, port: Port, frame: bytes) -> None:
        if len(frame) < _HEADER:
            self.runts += 1
            return
        now = self._simulation.now
        source = frame[6:12]
        if not source[0] & 1:  # a group address sends nothing
            self._learn(source, port, now)
        target = frame[:6]
        if not target[0] & 1:
            known = self._learned.get(target)
            if known is not None:
                if now - known[1] <= AGEING_TIME:
                    if known[0] is not port:
                        known[0].transmit(frame)
                    return
                del self._learned[target]
        elif target[:5] == _RESERVED and target[5] < 0x10:
            return
        for other in self.ports.values():
            if other is not port:
                other.transmit(frame)

    def _learn(self, source: bytes, port: Port, now: Instant) -> None:
        if len(self._learned) >= TABLE_SIZE and source not in self._learned:
            self._learned = {
                mac: entry for mac, entry in self._learned.items() if now - entry[1] <= AGEING_TIME
            }
            if len(self._learned) >= TABLE_SIZE:
                return
        self._learned[source] = (port, now)

    def _carrier_changed(self, port: Port, up: bool) -> None:
        """Whoever was behind a dead port may come back behind another."""
        if not up:
            self._learned = {
                mac: entry for mac, entry in self._learned.items() if entry[0] is not port
            }
