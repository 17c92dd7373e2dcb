"""Routers that run nothing but OSPF, on wires that can lose and delay, in simulated time."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from random import Random
from typing import Any

from ioscli.codec.ospf.packet import Packet
from ioscli.model.effects import (
    Debug,
    Install,
    InstallMany,
    Log,
    RoutingEffect,
    SendPacket,
    Withdraw,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, Instant, seconds
from ioscli.model.ospf import OspfInterface, OspfInterfaceSettings, OspfNetwork, OspfProcess
from ioscli.model.rib import Route
from ioscli.protocols.ospf import Ospf
from ioscli.protocols.ospf.neighbor import Neighbor


@dataclass(slots=True)
class Router:
    """A machine, its configuration, and what it made its router do."""

    name: str
    machine: Ospf
    process: OspfProcess
    interfaces: dict[InterfaceName, OspfInterface] = field(default_factory=dict)
    wires: "dict[InterfaceName, Wire]" = field(default_factory=dict)
    routes: dict[IPv4Network, Route] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    debugs: list[str] = field(default_factory=list)

    def route(self, prefix: str) -> str:
        """The route to a prefix, like a line of `show ip route`; empty when there is none."""
        route = self.routes.get(IPv4Network(prefix))
        if route is None:
            return ""
        ways = sorted(
            f"{path.next_hop} {path.interface.short}" for path in route.paths if path.interface
        )
        return f"O {route.kind} [{route.distance}/{route.metric}] {', '.join(ways)}".replace(
            "  ", " "
        )

    def name_of(self, short: str) -> InterfaceName:
        """The interface with a short name, like Gi0/0."""
        return next(name for name in self.interfaces if name.short == short)

    def neighbor(self, router_id: str) -> Neighbor:
        """The neighbor with an ID; there has to be one."""
        return next(
            neighbor
            for interface in self.machine._all_interfaces()
            for neighbor in interface.neighbors.values()
            if neighbor.id == int(IPv4Address(router_id))
        )

    def neighbor_states(self) -> dict[str, str]:
        """State by neighbor ID."""
        return {
            str(IPv4Address(neighbor.id)): str(neighbor.state)
            for interface in self.machine._all_interfaces()
            for neighbor in interface.neighbors.values()
        }


def chosen_for(area: int | None = None, **chosen: Any) -> OspfInterfaceSettings:
    """Settings of an interface: `ip ospf 1 area N` where an area is given, and others."""
    settings = OspfInterfaceSettings(**chosen)
    if area is not None:
        settings.process, settings.area = "1", area
    return settings


@dataclass(slots=True)
class Wire:
    """A link or a LAN."""

    delay: int = MILLISECOND
    ends: list[tuple[Router, InterfaceName]] = field(default_factory=list)
    loses: Callable[[Router, Router, bytes], bool] = lambda sender, receiver, payload: False
    multicast: bool = True
    """False: packets to groups get lost, as where there is no broadcast."""
    seen: list[SendPacket] = field(default_factory=list)

    def packets(self, kind: int) -> list[Packet]:
        """What went over it of a PacketType."""
        return [found for one in self.seen if (found := Packet.parse(one.payload)).kind == kind]


class Network:
    """Routers, wires and the clock."""

    def __init__(self) -> None:
        self.now = Instant(0)
        self.routers: dict[str, Router] = {}
        self._queue: list[tuple[Instant, int, Callable[[], None]]] = []
        self._count = 0
        self.sent: list[SendPacket] = []

    def router(self, name: str, router_id: str | None = None, area0: bool = True) -> Router:
        """A new router; R1 has the ID 1.1.1.1 unless told otherwise."""
        number = name[1:]
        process = OspfProcess("1")
        process.router_id = IPv4Address(router_id or f"{number}.{number}.{number}.{number}")
        if area0:
            process.networks.append(
                OspfNetwork(IPv4Address("0.0.0.0"), IPv4Address("255.255.255.255"), 0)
            )
        router = Router(name, Ospf("1", Random(int(number))), process)
        self.routers[name] = router
        return router

    def interface(
        self,
        router: Router,
        kind: str,
        number: int,
        address: str,
        wire: Wire | None = None,
        settings: OspfInterfaceSettings | None = None,
        **facts: Any,
    ) -> InterfaceName:
        """Give a router an interface, on a wire unless it is a loopback."""
        numbers = (number,) if kind in ("Loopback", "Tunnel") else (0, number)
        name = InterfaceName(kind, numbers)
        described = OspfInterface(
            name,
            True,
            IPv4Interface(address),
            settings or OspfInterfaceSettings(),
            ifindex=len(router.interfaces) + 1,
            bandwidth={
                "GigabitEthernet": 1_000_000,
                "Ethernet": 10_000,
                "Serial": 1_544,
                "Tunnel": 100,
                "Loopback": 8_000_000,
            }[kind],
        )
        router.interfaces[name] = described._replace(**facts)
        if wire is not None:
            wire.ends.append((router, name))
            router.wires[name] = wire
        return name

    def link(
        self,
        first: Router,
        second: Router,
        net: str,
        kind: str = "GigabitEthernet",
        settings: Callable[[], OspfInterfaceSettings] = OspfInterfaceSettings,
    ) -> Wire:
        """Join two routers by the next interface of each; net is like 10.0.12.0/24."""
        wire = Wire()
        network = IPv4Network(net)
        for router, host in ((first, 1), (second, 2)):
            number = sum(name.kind == kind for name in router.interfaces)
            address = f"{network[host]}/{network.prefixlen}"
            self.interface(router, kind, number, address, wire, settings())
        return wire

    def lan(self, net: str, *routers: Router, **chosen: Any) -> Wire:
        """Join routers by a LAN; host addresses are the numbers in the routers' names."""
        wire = Wire()
        network = IPv4Network(net)
        for router in routers:
            number = sum(name.kind == "GigabitEthernet" for name in router.interfaces)
            address = f"{network[int(router.name[1:])]}/{network.prefixlen}"
            self.interface(router, "GigabitEthernet", number, address, wire, chosen_for(**chosen))
        return wire

    def inject(self, router: Router, interface: str, source: str, payload: bytes) -> None:
        """Have a packet arrive that no machine sent."""
        name = router.name_of(interface)
        group = IPv4Address("224.0.0.5")
        effects = router.machine.receive(self.now, name, IPv4Address(source), group, payload)
        self.carry_out(router, effects)

    def configure(self, *routers: Router) -> None:
        """Hand configurations to machines: of some routers, or all."""
        for router in routers or tuple(self.routers.values()):
            # The operator's objects go on changing; the machine keeps what it gets.
            process, interfaces = deepcopy((router.process, list(router.interfaces.values())))
            effects = router.machine.configure(self.now, process, interfaces)
            self.carry_out(router, effects)

    def set_up(self, router: Router, name: InterfaceName, up: bool) -> None:
        """Change an interface's line protocol."""
        router.interfaces[name] = router.interfaces[name]._replace(up=up)
        self.configure(router)

    def run(self, span: float) -> None:
        """Let seconds go by."""
        end = Instant(self.now + seconds(span))
        while self._queue and self._queue[0][0] <= end:
            self.now, _, action = heappop(self._queue)
            action()
        self.now = end

    def carry_out(self, router: Router, effects: Iterable[RoutingEffect]) -> None:
        """Do what a machine asks for."""
        for effect in effects:
            match effect:
                case SendPacket():
                    self._send(router, effect)
                case Install(route):
                    router.routes[route.prefix] = route
                case InstallMany(routes):
                    router.routes.update((route.prefix, route) for route in routes)
                case Withdraw(prefix):
                    del router.routes[prefix]
                case Log(facility, severity, mnemonic, text):
                    router.logs.append(f"%{facility}-{severity}-{mnemonic}: {text}")
                case Debug(_, text):
                    router.debugs.append(text)
        self._wake(router)

    def _wake(self, router: Router) -> None:
        deadline = router.machine.next_deadline
        if deadline is not None:
            self.at(deadline, lambda: self._timer(router, deadline))

    def _timer(self, router: Router, deadline: Instant) -> None:
        if router.machine.next_deadline == deadline:
            self.carry_out(router, router.machine.handle_timer(self.now))

    def at(self, when: int, action: Callable[[], None]) -> None:
        """Do something later."""
        self._count += 1
        heappush(self._queue, (Instant(when), self._count, action))

    def _send(self, sender: Router, packet: SendPacket) -> None:
        self.sent.append(packet)
        if packet.interface is None:
            for router in self.routers.values():
                for name, facts in router.interfaces.items():
                    if facts.address and facts.address.ip == packet.destination:
                        self._deliver(router, name, packet, MILLISECOND)
            return
        wire = sender.wires.get(packet.interface)
        if wire is None or not sender.interfaces[packet.interface].up:
            return
        wire.seen.append(packet)
        group = packet.destination.is_multicast
        for receiver, name in wire.ends:
            if receiver is sender or wire.loses(sender, receiver, packet.payload):
                continue
            address = receiver.interfaces[name].address
            if (group and wire.multicast) or (address and address.ip == packet.destination):
                self._deliver(receiver, name, packet, wire.delay)

    def _deliver(
        self, receiver: Router, name: InterfaceName, packet: SendPacket, delay: int
    ) -> None:
        def arrive() -> None:
            if receiver.interfaces[name].up:
                effects = receiver.machine.receive(
                    self.now, name, packet.source, packet.destination, packet.payload
                )
                self.carry_out(receiver, effects)

        self.at(self.now + delay, arrive)
