"""One process of a routing protocol on a router: its machine driven, its effects carried out.

The machines of `ioscli.protocols` do no I/O. A `RoutingProcess` hands them packets and the time,
sends what they want sent, and offers their routes to the RIB; `ospf`, `eigrp`, `bgp` and `rip`
beside this file say what each of them is told of configuration and interfaces.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Protocol

from ioscli.codec.ipv4 import header_length
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.codec.udp import UdpHeader
from ioscli.model.effects import (
    Debug,
    Install,
    InstallMany,
    Log,
    Redistributed,
    RoutingEffect,
    SendDatagram,
    SendPacket,
    Withdraw,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Duration, Instant
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.router.redistribution import Sets, select, through_route_map

if TYPE_CHECKING:
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router
    from ioscli.router.vrf import Vrf

_UDP = 17

# What few make anew for each packet: they are values, and no run can tell that they are kept.
_address = lru_cache(maxsize=4_096)(IPv4Address)
_template = lru_cache(maxsize=4_096)(Ipv4Template)


class Machine(Protocol):
    """What every routing protocol's machine offers."""

    debugging: set[str]

    @property
    def next_deadline(self) -> Instant | None:
        """When `handle_timer` has something to do next."""

    def handle_timer(self, now: Instant, /) -> list[RoutingEffect]:
        """Do everything that is due."""

    def redistribute(
        self, now: Instant, routes: Mapping[IPv4Network, Redistributed], /
    ) -> list[RoutingEffect]:
        """Follow the whole set of routes that other sources hand over."""

    def close(self, now: Instant, /) -> list[RoutingEffect]:
        """The process is removed."""


class PacketMachine(Machine, Protocol):
    """A machine of a protocol that stands right above IP."""

    def receive(
        self,
        now: Instant,
        interface: InterfaceName,
        source: IPv4Address,
        destination: IPv4Address,
        payload: bytes,
        /,
    ) -> list[RoutingEffect]:
        """A packet of its protocol came in by an interface."""


class RoutingProcess:
    """A machine at work in one routing table of a router.

    name: what tells processes of a protocol apart: `1` of `router ospf 1`.
    """

    source: RouteSource

    def __init__(self, router: Router, vrf: Vrf, name: str, machine: Machine) -> None:
        self.router = router
        self.vrf = vrf
        self.name = name
        self._driven = machine
        machine.debugging = router.routing.debugged(self.source)
        self._simulation = router.simulation
        self._wakes_at: Instant | None = None
        self._closed = False
        self._redistributed: dict[IPv4Network, Redistributed] = {}
        self._decided: dict[tuple[str, IPv4Network], tuple[Route, Sets | None]] = {}
        """What route-maps made of the table's routes, until these or the maps change."""

    @property
    def closed(self) -> bool:
        """Whether it has ended."""
        return self._closed

    # -- for the protocols' own adapters ---------------------------------------------------------

    def configure(self) -> None:
        """Tell the machine what is configured and which interfaces are up."""
        raise NotImplementedError

    def covered(self) -> Collection[InterfaceName]:
        """The interfaces on which it runs."""
        return ()

    def redistributions(self) -> Collection[Redistribution]:
        """Its `redistribute` lines."""
        return ()

    def path_details(self, _route: Route, _path: Path) -> Iterable[str]:
        """What it adds to a path of one of its routes in `show ip route A.B.C.D`."""
        return ()

    def held_down(self, _route: Route) -> Duration | None:
        """RIP: how long a route of its own is held down still; None: it is not."""
        return None

    def forward_metric(self, _route: Route) -> int | None:
        """OSPF: the cost to the AS boundary router of an external route."""
        return None

    @property
    def redistributed(self) -> Mapping[IPv4Network, Redistributed]:
        """What other sources hand over to it now."""
        return self._redistributed

    @property
    def takes_default_route(self) -> bool:
        """Whether `redistribute` brings 0.0.0.0/0 along."""
        return False

    # -- what the table has for it -----------------------------------------------------------------

    def routes_changed(self) -> None:
        """The table changed: what depends on other sources' routes is looked at again."""
        routes = self._select()
        if routes != self._redistributed:
            self._redistributed = routes
            self.carry_out(self._driven.redistribute(self._simulation.now, routes))

    def _select(self) -> dict[IPv4Network, Redistributed]:
        lines = self.redistributions()
        if not lines:
            return {}
        return select(
            self.vrf.rib,
            lines,
            self._through_route_map,
            self.router.routing.covered,
            default_route=self.takes_default_route,
        )

    def _through_route_map(self, name: str, route: Route) -> Sets | None:
        """What a route-map makes of a route of the table: each is asked about a route once."""
        known = self._decided.get((name, route.prefix))
        if known is not None and known[0] is route:
            return known[1]
        sets = through_route_map(self.router.config.policy, name, route)
        self._decided[name, route.prefix] = route, sets
        return sets

    def policy_changed(self) -> None:
        """Route-maps or their lists may have changed."""
        self._decided.clear()

    # -- effects -----------------------------------------------------------------------------------

    def carry_out(self, effects: Iterable[RoutingEffect]) -> None:
        """Do what the machine asks, in order, and see that it is woken in time."""
        moved = False
        rib, now = self.vrf.rib, self._simulation.now
        for effect in effects:
            match effect:
                case SendPacket():
                    self._send(effect)
                case Install():
                    rib.add(effect.route, now)
                    moved = True
                case InstallMany(routes):
                    rib.add_many(routes, now)
                    moved = True
                case Withdraw(prefix):
                    rib.remove(prefix, self.source, now, self.name)
                    moved = True
                case SendDatagram():
                    self._send_datagram(effect)
                case Log(facility, severity, mnemonic, text):
                    self.router.log(facility, severity, mnemonic, text)
                case Debug(_, text):
                    self.router.console.debug(text)
        if moved:
            self.router.routing.moved(self.vrf)
        self._wake()

    def close(self) -> None:
        """End the process: neighbors are told, its routes go."""
        self.carry_out(self._driven.close(self._simulation.now))
        self.stop()
        for route in self.vrf.rib.of_source(self.source, self.name):
            self.vrf.rib.remove(route.prefix, self.source, self._simulation.now, self.name)
        self.router.routing.moved(self.vrf)

    def stop(self) -> None:
        """Do nothing more: the router went off."""
        self._closed = True

    # -- time --------------------------------------------------------------------------------------

    def _wake(self) -> None:
        due = self._driven.next_deadline
        if due is None or self._closed:
            return
        if self._wakes_at is None or due < self._wakes_at:
            self._wakes_at = due
            self._simulation.post(max(0, due - self._simulation.now), self._timer_due, due)

    def _timer_due(self, due: Instant) -> None:
        if self._closed or due != self._wakes_at:
            return  # an earlier wake-up took its place
        self._wakes_at = None
        self.carry_out(self._driven.handle_timer(self._simulation.now))

    # -- packets -----------------------------------------------------------------------------------

    def _send(self, effect: SendPacket) -> None:
        forwarding = self.vrf.forwarding
        if effect.interface is None:
            forwarding.originate(
                effect.source.packed,
                effect.destination.packed,
                effect.protocol,
                effect.payload,
                ttl=effect.ttl,
                tos=effect.tos,
            )
            return
        interface = self.router.interfaces.get(effect.interface)
        if interface is not None and interface.protocol_up:
            destination = effect.destination.packed
            template = _template(effect.source.packed, destination, effect.protocol, effect.ttl)
            header = template.build(len(effect.payload), forwarding.identification(), effect.tos, 0)
            forwarding.emit(header + effect.payload, interface, destination)

    def _send_datagram(self, effect: SendDatagram) -> None:
        header = UdpHeader(effect.port, effect.port)
        payload = header.build(effect.payload, effect.source, effect.destination)
        packet = SendPacket(
            effect.interface,
            effect.source,
            effect.destination,
            _UDP,
            payload,
            effect.ttl,
            effect.tos,
        )
        self._send(packet)


class IpRoutingProcess(RoutingProcess):
    """One whose packets have an IP protocol number of their own."""

    protocol: int

    def __init__(self, router: Router, vrf: Vrf, name: str, machine: PacketMachine) -> None:
        super().__init__(router, vrf, name, machine)
        self._receiver = machine
        router.routing.listen(self)

    def takes(self, interface: Interface) -> bool:
        """Whether packets that come in through an interface are its own."""
        return interface.name in self.covered()

    def packet(self, packet: bytes, interface: Interface) -> None:
        """An IPv4 packet of its protocol came in; its header is in order."""
        self.receive(
            interface.name,
            _address(packet[12:16]),
            _address(packet[16:20]),
            packet[header_length(packet) :],
        )

    def receive(
        self,
        interface: InterfaceName,
        source: IPv4Address,
        destination: IPv4Address,
        payload: bytes,
    ) -> None:
        """The payload of such a packet came in."""
        now = self._simulation.now
        self.carry_out(self._receiver.receive(now, interface, source, destination, payload))
