"""What tunnel tests read off the wire."""

from __future__ import annotations

from ioscli.codec.ipv4 import header_length
from ioscli.model.changes import InterfaceChanged
from ioscli.model.config import TunnelConfig
from ioscli.model.ifname import InterfaceName
from ioscli.router.tunnel import TunnelInterface
from tests.router.networks import Network, site_to_site, wire_site_to_site

TUNNEL = InterfaceName.parse("Tunnel0")
_ETHERNET = 14


def tunnelled(*nodes: str, **changes: object) -> Network:
    """Two sites with a GRE tunnel, its settings changed at some nodes (all: both ends)."""
    configs = site_to_site()
    for made in configs:
        settings = made.interfaces[TUNNEL].tunnel if TUNNEL in made.interfaces else None
        if settings is not None and (not nodes or made.hostname in nodes):
            for name, value in changes.items():
                assert hasattr(settings, name)
                setattr(settings, name, value)
    network = wire_site_to_site(Network(*configs)).boot()
    network.wait(5)
    for node in ("R4", "R5"):  # fill the ARP tables
        network.ping(node, "10.1.3.1", count=2)
        network.ping(node, "10.1.3.3", count=2)
    return network


def tunnel_of(network: Network, node: str) -> TunnelInterface:
    found = network[node].interfaces[TUNNEL]
    assert isinstance(found, TunnelInterface)
    return found


def change(network: Network, node: str, **changes: object) -> None:
    """Change the `tunnel ...` lines of a running router."""
    made = network[node].config.interfaces[TUNNEL]
    assert made.tunnel is not None
    for name, value in changes.items():
        assert hasattr(TunnelConfig(), name)
        setattr(made.tunnel, name, value)
    network[node].apply([InterfaceChanged(TUNNEL)])


class Wire:
    """The IPv4 packets that entered a link, from when it was made on."""

    def __init__(self, network: Network, link: str = "R1-R2") -> None:
        self.packets: list[tuple[int, bytes]] = []
        self._simulation = network.simulation
        network.links[link].tap = self._see

    def _see(self, when: int, _port: object, frame: bytes) -> None:
        if frame[12:14] == b"\x08\x00":
            end = _ETHERNET + int.from_bytes(frame[16:18], "big")
            self.packets.append((when, frame[_ETHERNET:end]))

    def of(self, protocol: int, source: str | None = None) -> list[bytes]:
        """Packets of a protocol, from an address."""
        return [
            packet
            for _, packet in self.packets
            if packet[9] == protocol and source in (None, dotted(packet[12:16]))
        ]


def payload(packet: bytes) -> bytes:
    return packet[header_length(packet) :]


def dotted(address: bytes) -> str:
    return ".".join(map(str, address))
