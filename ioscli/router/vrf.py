"""One routing table and the IPv4 that runs over it: the global one, or a VRF's (VRF-lite).

An interface belongs to exactly one of them; packets never pass from one to another but through
tunnels whose `tunnel vrf` says so.
"""

from __future__ import annotations

from ioscli.codec.ipv4 import IpProtocol
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

GLOBAL = ""
"""The name of the table that interfaces without a VRF are in."""


class Vrf:
    """A routing table with its forwarding, ICMP, UDP, probes and GRE."""

    __slots__ = ("forwarding", "gre", "icmp", "name", "prober", "rib", "routes", "udp")

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
        chance = f"{router_name} vrf {name}" if name else router_name
        self.forwarding = Forwarding(simulation, chance, self.rib, interfaces)
        self.routes = RouteInstaller(simulation, self.rib, interfaces, config, name)
        self.icmp = Icmp(simulation, self.forwarding, config)
        self.prober = Prober(simulation, self.forwarding)
        self.udp = UdpInput(self.icmp)
        self.gre = GreInput()
        forwarding = self.forwarding
        forwarding.errors = self.icmp
        forwarding.protocols[IpProtocol.ICMP] = self.icmp.receive
        forwarding.protocols[IpProtocol.UDP] = self.udp.receive
        forwarding.protocols[IpProtocol.GRE] = self.gre.receive
        self.icmp.on_reply = self.prober.reply
        self.icmp.on_error = self.prober.error

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
