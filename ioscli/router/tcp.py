"""TCP of one routing table: what the service of every node does, over the router's forwarding."""

from __future__ import annotations

from ipaddress import IPv4Address

from ioscli.codec.ipv4 import IpProtocol
from ioscli.engine.simulation import Simulation
from ioscli.protocols.tcp import service
from ioscli.protocols.tcp.connection import TcpSettings
from ioscli.router.forwarding import Forwarding
from ioscli.router.interfaces import Interface

_HEADERS = 40
"""Bytes of the IPv4 and TCP headers."""
_TERMINAL_WINDOW = 4128
"""IOS's receive window of connections that carry no routing protocol."""
_TERMINAL_TOS = 0xC0
"""Precedence 6: how IOS sends Telnet."""
_FAR_MSS = 536
"""What IOS offers to a peer behind another router without path MTU discovery."""


class TcpService(service.TcpService):
    """TCP over one routing table."""

    def __init__(self, simulation: Simulation, forwarding: Forwarding, name: str) -> None:
        super().__init__(simulation, forwarding, name)
        self._forwarding = forwarding
        self.least_ttl: dict[bytes, int] = {}
        """Peers whose packets must not have come further (`ttl-security`, RFC 5082)."""
        forwarding.protocols[IpProtocol.TCP] = self.receive

    def receive(self, packet: bytes, _interface: Interface) -> None:
        """A TCP packet for this router."""
        if self.least_ttl and packet[8] < self.least_ttl.get(packet[12:16], 0):
            return
        self.segment(packet)

    def terminal_settings(self, peer: IPv4Address) -> TcpSettings:
        """How IOS speaks Telnet with a peer."""
        return TcpSettings(mss=self.mss_towards(peer), window=_TERMINAL_WINDOW, tos=_TERMINAL_TOS)

    def mss_towards(self, peer: IPv4Address, *, discovery: bool = False) -> int:
        """The MSS that IOS offers a peer: of the interface when it is attached, or 536.

        discovery: `ip tcp path-mtu-discovery`, with which the interface's counts for all.
        """
        found = self._forwarding.way_out(int(peer))
        if found is None:
            return _FAR_MSS
        interface, next_hop = found
        if discovery or next_hop == peer.packed:
            return interface.ip_mtu - _HEADERS
        return _FAR_MSS
