"""Routers that run nothing but EIGRP, on wires that can lose and delay, in simulated time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from random import Random
from typing import Any

from ioscli.codec.eigrp.packet import Packet, parse_packet
from ioscli.model.effects import Debug, Install, Log, RoutingEffect, SendPacket, Withdraw
from ioscli.model.eigrp import (
    EigrpInterface,
    EigrpInterfaceSettings,
    EigrpNetwork,
    EigrpProcess,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import MILLISECOND, Instant, seconds
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import Route
from ioscli.protocols.eigrp import Eigrp

_MEDIA = {
    "GigabitEthernet": (1_000_000, 10),
    "FastEthernet": (100_000, 100),
    "Ethernet": (10_000, 1_000),
    "Serial": (1_544, 20_000),
    "Tunnel": (100, 50_000),
    "Loopback": (8_000_000, 5_000),
}
"""Bandwidth in kilobits a second and delay in microseconds."""


@dataclass(slots=True)
class Router:
    """A machine, its configuration, and what it made its router do."""

    name: str
    machine: Eigrp
    process: EigrpProcess
    policy: PolicyConfig = field(default_factory=PolicyConfig)
    interfaces: dict[InterfaceName, EigrpInterface] = field(default_factory=dict)
    wires: "dict[InterfaceName, Wire]" = field(default_factory=dict)
    routes: dict[IPv4Network, Route] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    debugs: list[str] = field(default_factory=list)
    dead: bool = False

    def route(self, prefix: str) -> str:
        """The route to a prefix, like a line of `show ip route`; empty when there is none."""
        route = self.routes.get(IPv4Network(prefix))
        if route is None:
            return ""
        ways = sorted(
            f"{path.next_hop or 'Null0'} {path.interface.short}"
            for path in route.paths
            if path.interface
        )
        code = f"D {route.kind}".rstrip()
        return f"{code} [{route.distance}/{route.metric}] {', '.join(ways)}"

    def neighbors(self) -> dict[str, bool]:
        """Whether routes go over, by neighbor."""
        return {str(one.ip): one.established for one in self.machine.neighbors()}


@dataclass(slots=True, eq=False)
class Wire:
    """A link or a LAN."""

    delay: int = MILLISECOND
    ends: list[tuple[Router, InterfaceName]] = field(default_factory=list)
    loses: Callable[[Router, Router, bytes], bool] = lambda sender, receiver, payload: False
    seen: list[SendPacket] = field(default_factory=list)

    def packets(self) -> list[Packet]:
        """What was sent on it."""
        return [parse_packet(one.payload) for one in self.seen]


class Network:
    """Routers, wires and the clock."""

    def __init__(self) -> None:
        self.now = Instant(0)
        self.routers: dict[str, Router] = {}
        self._queue: list[tuple[Instant, int, Callable[[], None]]] = []
        self._count = 0
        self.after_each: Callable[[], None] = lambda: None
        """Called whenever something happened."""

    def router(self, name: str, instance: str = "", autonomous_system: int = 100) -> Router:
        """A new router; R1 has the ID 1.1.1.1. instance: its name in named mode."""
        number = int(name[1:])
        process = EigrpProcess(autonomous_system, instance)
        process.router_id = IPv4Address(number * 0x01010101 if number < 255 else number)
        process.networks.append(EigrpNetwork(IPv4Address(0), IPv4Address("255.255.255.255")))
        router = Router(name, Eigrp(autonomous_system, Random(number)), process)
        self.routers[name] = router
        return router

    def interface(
        self,
        router: Router,
        kind: str,
        address: str,
        wire: Wire | None = None,
        settings: EigrpInterfaceSettings | None = None,
        **facts: Any,
    ) -> InterfaceName:
        """Give a router its next interface of a kind, on a wire unless it is a loopback."""
        number = sum(name.kind == kind for name in router.interfaces)
        numbers = (number,) if kind in ("Loopback", "Tunnel") else (0, number)
        name = InterfaceName(kind, numbers)
        bandwidth, delay = _MEDIA[kind]
        described = EigrpInterface(
            name,
            True,
            IPv4Interface(address),
            settings or EigrpInterfaceSettings(),
            mtu=1514 if kind == "Loopback" else 1500,
            bandwidth=bandwidth,
            delay=delay,
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
        settings: Callable[[], EigrpInterfaceSettings] = EigrpInterfaceSettings,
        **facts: Any,
    ) -> Wire:
        """Join two routers by the next interface of each; net is like 10.0.12.0/24."""
        wire = Wire()
        network = IPv4Network(net)
        for router, host in ((first, 1), (second, 2)):
            address = f"{network[host]}/{network.prefixlen}"
            self.interface(router, kind, address, wire, settings(), **facts)
        return wire

    def configure(self, *routers: Router) -> None:
        """Hand configurations to machines: of some routers, or all."""
        for router in routers or tuple(self.routers.values()):
            effects = router.machine.configure(
                self.now, router.process, list(router.interfaces.values()), router.policy
            )
            self.carry_out(router, effects)

    def change(self, router: Router, name: InterfaceName, **facts: Any) -> None:
        """Change what a router knows of an interface."""
        changed = router.interfaces[name]._replace(**facts)
        router.interfaces[name] = changed
        self.configure(router)

    def set_settings(self, router: Router, name: InterfaceName, **values: object) -> None:
        """Change an interface's EIGRP lines."""
        old = router.interfaces[name].settings
        new = EigrpInterfaceSettings().over(old)
        new.summaries = list(old.summaries)
        for key, value in values.items():
            setattr(new, key, value)
        self.change(router, name, settings=new)

    def cut(self, wire: Wire) -> None:
        """Take both ends of a link down."""
        for router, name in wire.ends:
            self.change(router, name, up=False)

    def mend(self, wire: Wire) -> None:
        """Bring both ends of a link up."""
        for router, name in wire.ends:
            self.change(router, name, up=True)

    def run(self, span: float) -> None:
        """Let seconds go by."""
        end = Instant(self.now + seconds(span))
        while self._queue and self._queue[0][0] <= end:
            self.now, _, action = heappop(self._queue)
            action()
            self.after_each()
        self.now = end

    def carry_out(self, router: Router, effects: Iterable[RoutingEffect]) -> None:
        """Do what a machine asks for."""
        for effect in effects:
            match effect:
                case SendPacket():
                    self._send(router, effect)
                case Install(route):
                    router.routes[route.prefix] = route
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
        if router.machine.next_deadline == deadline and not router.dead:
            self.carry_out(router, router.machine.handle_timer(self.now))

    def at(self, when: int, action: Callable[[], None]) -> None:
        """Do something later."""
        self._count += 1
        heappush(self._queue, (Instant(when), self._count, action))

    def _send(self, sender: Router, packet: SendPacket) -> None:
        assert packet.interface is not None
        wire = sender.wires.get(packet.interface)
        if wire is None or not sender.interfaces[packet.interface].up:
            return
        wire.seen.append(packet)
        group = packet.destination.is_multicast
        for receiver, name in wire.ends:
            facts = receiver.interfaces[name]
            own = facts.address is not None and facts.address.ip == packet.destination
            if receiver is sender or not (group or own):
                continue
            if not wire.loses(sender, receiver, packet.payload):
                self._deliver(receiver, name, packet, wire.delay)

    def _deliver(
        self, receiver: Router, name: InterfaceName, packet: SendPacket, delay: int
    ) -> None:
        def arrive() -> None:
            if receiver.interfaces[name].up and not receiver.dead:
                effects = receiver.machine.receive(
                    self.now, name, packet.source, packet.destination, packet.payload
                )
                self.carry_out(receiver, effects)

        self.at(self.now + delay, arrive)
