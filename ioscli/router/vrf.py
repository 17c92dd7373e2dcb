"""One routing table and the IPv4 that runs over it: the global one, or a VRF's (VRF-lite).

An interface belongs to exactly one of them; packets never pass from one to another but through
tunnels whose `tunnel vrf` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.icmp import DestinationUnreachable, TimeExceeded
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.engine.simulation import Simulation
from ioscli.model.config import RouterConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.rib import Rib
from ioscli.router.forwarding import Forwarding
from ioscli.router.icmp import Icmp
from ioscli.router.interfaces import Interface
from ioscli.router.prober import Prober
from ioscli.router.routing import RouteInstaller
from ioscli.router.tunnel import GreInput
from ioscli.router.udp import UdpInput

if TYPE_CHECKING:
    from ioscli.router.tcp import TcpService

_TUNNELLED = frozenset({IpProtocol.GRE, IpProtocol.IPV4})
"""Protocols of packets that only tunnels send."""
_NAT_T_PORT = (4500).to_bytes(2, "big")
GLOBAL = ""
"""The name of the table that interfaces without a VRF are in."""


class Vrf:
    """A routing table with its forwarding, ICMP, UDP, probes and GRE."""

    __slots__ = (
        "_chance",
        "_simulation",
        "_tcp",
        "forwarding",
        "gre",
        "icmp",
        "ipsec_error",
        "name",
        "prober",
        "rib",
        "routes",
        "tcp_made",
        "udp",
    )

    def __init__(
        self,
        simulation: Simulation,
        router_name: str,
        name: str,
        interfaces: dict[InterfaceName, Interface],
        config: RouterConfig,
    ) -> None:
        self.name = name
        self.rib = Rib()
        self._simulation = simulation
        self._chance = chance = f"{router_name} vrf {name}" if name else router_name
        self._tcp: TcpService | None = None
        self.tcp_made: Callable[[Vrf], object] = _nobody_listens
        """Told when TCP was made: who listens on ports does so then."""
        self.forwarding = Forwarding(simulation, chance, self.rib, interfaces)
        self.routes = RouteInstaller(simulation, self.rib, interfaces, config, name)
        self.icmp = Icmp(simulation, self.forwarding, config)
        self.prober = Prober(simulation, self.forwarding)
        self.udp = UdpInput(self.icmp)
        self.gre = GreInput()
        self.ipsec_error: Callable[[DestinationUnreachable], None] = lambda _: None
        """Told of ICMP about packets that IPsec sent."""
        forwarding = self.forwarding
        forwarding.errors = self.icmp
        forwarding.protocols[IpProtocol.ICMP] = self.icmp.receive
        forwarding.protocols[IpProtocol.UDP] = self.udp.receive
        forwarding.protocols[IpProtocol.GRE] = self.gre.receive
        forwarding.protocols[IpProtocol.IPV4] = self.gre.receive_ipip
        forwarding.protocols[IpProtocol.TCP] = self._first_segment
        self.icmp.on_reply = self.prober.reply
        self.icmp.on_error = self._icmp_error

    @property
    def running_tcp(self) -> TcpService | None:
        """TCP, where something needed it so far."""
        return self._tcp

    @property
    def tcp(self) -> TcpService:
        """TCP over this table, made when something first speaks it."""
        if self._tcp is None:
            from ioscli.router.tcp import TcpService

            self._tcp = TcpService(self._simulation, self.forwarding, self._chance)
            self.tcp_made(self)
        return self._tcp

    def _first_segment(self, packet: bytes, interface: Interface) -> None:
        self.tcp.receive(packet, interface)

    def _icmp_error(
        self, message: DestinationUnreachable | TimeExceeded, sender: IPv4Address
    ) -> None:
        quoted = message.original
        if self._tcp is not None and len(quoted) >= 20 and quoted[9] == IpProtocol.TCP:
            self._tcp.error(message)
        elif len(quoted) >= 20 and quoted[9] in _TUNNELLED:
            if isinstance(message, DestinationUnreachable):
                self.gre.error(message)
        elif len(quoted) >= 28 and _is_ipsec(quoted):
            if isinstance(message, DestinationUnreachable):
                self.ipsec_error(message)
        else:
            self.prober.error(message, sender)

    def collect_addresses(self) -> None:
        """Learn the router's own addresses in this table."""
        own = self.forwarding.own_addresses
        broadcasts = self.forwarding.own_broadcasts
        own.clear()
        broadcasts.clear()
        broadcasts.add(b"\xff\xff\xff\xff")
        for interface in self.forwarding.interfaces.values():
            primary = interface.config.address
            if primary is None or not interface.protocol_up or interface.vrf != self.name:
                continue
            for address in (primary, *interface.config.secondary_addresses):
                own.add(address.ip.packed)
                if address.network.prefixlen < 31:
                    broadcasts.add(address.network.broadcast_address.packed)


def _is_ipsec(quoted: bytes) -> bool:
    """Whether a packet that ICMP brings back is ESP, or of the port that NAT traversal uses."""
    if quoted[9] == IpProtocol.ESP:
        return True
    return quoted[9] == IpProtocol.UDP and quoted[header_length(quoted) :][2:4] == _NAT_T_PORT


def _nobody_listens(_table: Vrf) -> None:
    """A router without a command line has no ports of its own."""
