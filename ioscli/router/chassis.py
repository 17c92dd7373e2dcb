"""The hardware of a router: its ports, their addresses, and the interfaces that stand on them."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.engine.link import Port
from ioscli.engine.simulation import Simulation
from ioscli.model.config import InterfaceConfig, TunnelConfig
from ioscli.model.ifname import ETHERNET_KINDS, InterfaceName
from ioscli.router.ethernet import EthernetInterface, SubInterface
from ioscli.router.interfaces import Interface, LoopbackInterface, NullInterface
from ioscli.router.serial import SerialInterface
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.router.router import Router


class Chassis:
    """The ports of one router; it outlives reloads."""

    def __init__(self, router: Router) -> None:
        simulation, name, hardware = router.simulation, router.name, router.hardware
        self._router = router
        self.ports = {port: Port(simulation, f"{name}:{port}") for port in hardware}
        self._macs = _mac_addresses(simulation, name, hardware)

    def power_on(self) -> None:
        """Neighbours see the carrier again."""
        for port in self.ports.values():
            port.set_power(True)

    def power_off(self) -> None:
        """Neighbours lose the carrier; the interfaces of the life that ends keep dead ports."""
        for interface in self._router.interfaces.values():
            if isinstance(interface, EthernetInterface | SerialInterface):
                interface.port = Port(self._router.simulation, interface.port.name)
                interface.port.powered = False
        for port in self.ports.values():
            port.set_power(False)

    def make(self, config: InterfaceConfig) -> Interface:
        """An interface as configured, on its port where it has one."""
        router, name = self._router, config.name
        simulation, forwarding = router.simulation, router.table(config.vrf).forwarding
        interface: Interface
        if name.kind == "Tunnel":
            if config.tunnel is None:
                config.tunnel = TunnelConfig()
            interface = TunnelInterface(config, simulation, forwarding)
            interface.transport = router.table(config.tunnel.vrf).forwarding
        elif name.kind == "Loopback":
            interface = LoopbackInterface(config, simulation, forwarding)
        elif name.kind == "Null":
            interface = NullInterface(config, simulation, forwarding)
        elif name.subinterface is not None:
            interface = SubInterface(config, forwarding, self._parent(name))
        elif name.kind in ETHERNET_KINDS:
            interface = EthernetInterface(
                config, simulation, forwarding, self.ports[name], self._macs[name], self._proxies
            )
        else:
            interface = SerialInterface(config, simulation, forwarding, self.ports[name])
            interface.line_lives = router.lines.line_lives
        if name in self.ports:
            self.ports[name].carrier_changed = lambda _: router.lines.configured(interface)
        return interface

    def _parent(self, name: InterfaceName) -> EthernetInterface:
        router = self._router
        parent = router.interfaces.get(name.parent)
        if parent is None:
            parent = router.add_interface(router.config.interfaces[name.parent])
        assert isinstance(parent, EthernetInterface)
        return parent

    def _proxies(self, wanted: IPv4Address, asked: Interface) -> bool:
        """Proxy ARP: answer for what is reached through another interface, and for NAT."""
        table, nat = asked.forwarding, self._router.running_nat
        if nat is not None and nat.answers(wanted, asked):
            return True
        if not asked.config.proxy_arp or wanted.packed in table.own_addresses:
            return False
        found = table.way_out(int(wanted))
        return found is not None and found[0] is not asked


def _mac_addresses(
    simulation: Simulation, name: str, hardware: Iterable[InterfaceName]
) -> dict[InterfaceName, bytes]:
    """Locally administered addresses, one block a router, one address a port.

    The last byte counts the ports; past 256 of them the second byte counts on.
    """
    block = simulation.random(f"{name} mac").getrandbits(24).to_bytes(3, "big")
    return {
        port: bytes((2, index >> 8)) + block + bytes((index & 0xFF,))
        for index, port in enumerate(hardware)
    }
