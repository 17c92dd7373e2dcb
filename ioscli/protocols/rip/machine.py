"""The RIP process: updates out and in, timers, the routes it offers (RFC 2453 section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from random import Random

from ioscli.codec.rip import INFINITY, PORT, Command
from ioscli.model.effects import (
    Debug,
    Install,
    Redistributed,
    RoutingEffect,
    SendDatagram,
    Withdraw,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import INACCESSIBLE, Path, Route, RouteSource
from ioscli.model.rip import RipConfig
from ioscli.protocols.rip.advertising import advertised
from ioscli.protocols.rip.database import Gateway, Heard, Origin, RipRoute
from ioscli.protocols.rip.interface import Counters, Neighbor, RipInterface
from ioscli.protocols.rip.messages import Sender
from ioscli.protocols.rip.reception import Reception

_DEFAULT_ROUTE = IPv4Network("0.0.0.0/0")
_JITTER = 0.15
"""Updates come up to so much early, so that routers do not fall into step (RFC 2453 3.8)."""
_HOLD_OFF = (1, 5)
"""Seconds between triggered updates (RFC 2453 section 3.10.1)."""


class Rip:
    """One RIP process in one routing table."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.config = RipConfig()
        self.policy = PolicyConfig()
        self.interfaces: dict[InterfaceName, RipInterface] = {}
        """Those that take part."""
        self.counters: dict[InterfaceName, Counters] = {}
        self.neighbors: dict[IPv4Address, Neighbor] = {}
        """Who sent updates, by address."""
        self.routes: dict[IPv4Network, RipRoute] = {}
        self.now = Instant(0)
        self.debugging: set[str] = set()
        """Of `rip`, `rip events`, `rip database`."""
        self.refreshed: list[tuple[IPv4Network, Instant]] = []
        """When routes of the table were heard of last: whoever keeps ages takes this from here."""
        self.next_update: Instant | None = None
        self._triggered_at: Instant | None = None
        self._quiet_until = Instant(0)
        self._earliest: Instant | None = None
        """No timer of a route ends before."""
        self._default_allowed = False
        """Whether the route-map of `default-information originate` lets some route through."""
        self._redistributed: Mapping[IPv4Network, Redistributed] = {}
        self._sender = Sender(self)
        self._reception = Reception(self)

    # -- time --------------------------------------------------------------------------------------

    @property
    def next_deadline(self) -> Instant | None:
        """When `handle_timer` has something to do next."""
        times = (self.next_update, self._triggered_at, self._earliest)
        return min((it for it in times if it is not None), default=None)

    def handle_timer(self, now: Instant) -> list[RoutingEffect]:
        """Send what is due, and let routes age."""
        self.now = now
        effects: list[RoutingEffect] = []
        if self._earliest is not None and now >= self._earliest:
            self._age(now, effects)
        if self.next_update is not None and now >= self.next_update:
            self._schedule_update(now)
            self._triggered_at = None
            for interface in self.interfaces.values():
                self._sender.update(interface, self._everything(), effects)
            self._told()
        self._flash(now, effects)
        return effects

    def _schedule_update(self, now: Instant) -> None:
        early = 1 - _JITTER * self._random.random()
        self.next_update = Instant(now + round(self.config.update * SECOND * early))

    def _everything(self) -> list[RipRoute]:
        return list(self.routes.values())

    def _told(self) -> None:
        for route in self.routes.values():
            route.changed = False

    def trigger(self, now: Instant) -> None:
        """Something changed: a triggered update as soon as may be (RFC 2453 section 3.10.1)."""
        if self._triggered_at is None:
            self._triggered_at = max(now, self._quiet_until)

    def _flash(self, now: Instant, effects: list[RoutingEffect]) -> None:
        """Send the triggered update that is due."""
        if self._triggered_at is None or now < self._triggered_at:
            return
        self._triggered_at = None
        changed = [route for route in self.routes.values() if route.changed]
        if not changed:
            return
        self._quiet_until = Instant(now + round(self._random.uniform(*_HOLD_OFF) * SECOND))
        for interface in self.interfaces.values():
            self._sender.update(interface, changed, effects, flash=True)
        self._told()

    def watch(self, route: RipRoute) -> None:
        """See that a route's timers are looked at in time."""
        due = route.deadline(self.config)
        if due is not None and (self._earliest is None or due < self._earliest):
            self._earliest = due

    def _age(self, now: Instant, effects: list[RoutingEffect]) -> None:
        """Paths not heard of for too long go, unreachable routes are flushed."""
        self._earliest = None
        limit = self.config.invalid * SECOND
        for route in list(self.routes.values()):
            if route.invalid_since is not None and not route.is_up:
                if now >= route.flush_at:
                    del self.routes[route.prefix]
                    self._let_go(route, effects)
                    self.note("rip database", f"RIP-DB: garbage collect {route.prefix}", effects)
                    continue
            elif route.origin is Origin.LEARNED:
                silent = [who for who, heard in route.paths.items() if now >= heard.at + limit]
                for gateway in silent:
                    self.lose(now, route, gateway, effects, timed_out=True)
            self.watch(route)

    # -- routes ------------------------------------------------------------------------------------

    def lose(
        self,
        now: Instant,
        route: RipRoute,
        gateway: Gateway,
        effects: list[RoutingEffect],
        *,
        timed_out: bool = False,
    ) -> None:
        """A gateway does not lead to a route any more: it says so, or was not heard for long."""
        if len(route.paths) > 1:
            del route.paths[gateway]
            self.install(route, effects)
        elif timed_out:
            heard = route.paths[gateway]
            route.held = gateway
            path = Path(heard.next_hop, gateway.interface, gateway.source)
            self._unreachable(now, route, effects)
            self._offer(route, INACCESSIBLE, (path,), effects)
            self.refreshed.append((route.prefix, heard.at))
        else:
            self._unreachable(now, route, effects)

    def _unreachable(self, now: Instant, route: RipRoute, effects: list[RoutingEffect]) -> None:
        learned = route.origin is Origin.LEARNED
        route.invalidate(now, self.config)
        self.watch(route)
        self.trigger(now)
        if learned and route.held is None:
            effects.append(Withdraw(route.prefix))

    def _let_go(self, route: RipRoute, effects: list[RoutingEffect]) -> None:
        """Take a route that is held down out of the table."""
        if route.held is not None:
            route.held = None
            effects.append(Withdraw(route.prefix))

    def install(self, route: RipRoute, effects: list[RoutingEffect]) -> None:
        """Offer a learned route to the table."""
        paths = tuple(
            Path(heard.next_hop, gateway.interface, gateway.source)
            for gateway, heard in route.paths.items()
        )[: self.config.maximum_paths]
        self._offer(route, route.metric, paths, effects)

    def _offer(
        self,
        route: RipRoute,
        metric: int,
        paths: tuple[Path, ...],
        effects: list[RoutingEffect],
    ) -> None:
        distance = self.config.distance
        made = Route(route.prefix, RouteSource.RIP, distance, metric, paths, route.tag)
        effects.append(Install(made))

    def _put_own(self, now: Instant, route: RipRoute, effects: list[RoutingEffect]) -> None:
        """A connected or redistributed route, in place of what was learned about its prefix."""
        known = self.routes.get(route.prefix)
        if known is not None and known.origin is Origin.LEARNED and known.is_up:
            effects.append(Withdraw(route.prefix))
        elif known is not None:
            self._let_go(known, effects)
        self.routes[route.prefix] = route
        self.trigger(now)

    # -- configuration -----------------------------------------------------------------------------

    def configure(
        self,
        now: Instant,
        config: RipConfig,
        interfaces: Sequence[RipInterface],
        policy: PolicyConfig,
    ) -> list[RoutingEffect]:
        """Follow the configuration and the interfaces that are up."""
        self.now = now
        effects: list[RoutingEffect] = []
        before, self.config, self.policy = self.config, config, policy
        wanted = {it.name: it for it in interfaces if it.takes_part}
        for name in [name for name in self.interfaces if name not in wanted]:
            self._interface_down(now, name, effects)
        self._follow_connected(now, wanted, effects)
        fresh = [it for name, it in wanted.items() if name not in self.interfaces]
        self.interfaces = wanted
        for interface in fresh:
            self.counters.setdefault(interface.name, Counters())
            self._sender.request(interface, effects)
            self._sender.update(interface, self._everything(), effects)
        if not wanted:
            self.next_update = None
        elif self.next_update is None or before.update != config.update:
            self._schedule_update(now)
        self._follow_redistributed(now, effects)
        if (before.distance, before.maximum_paths) != (config.distance, config.maximum_paths):
            for route in self.routes.values():
                if route.origin is Origin.LEARNED and route.is_up:
                    self.install(route, effects)
        for route in self.routes.values():
            self.watch(route)
        self._flash(now, effects)
        return effects

    def _interface_down(
        self, now: Instant, name: InterfaceName, effects: list[RoutingEffect]
    ) -> None:
        for route in list(self.routes.values()):
            for gateway in [it for it in route.paths if it.interface == name]:
                self.lose(now, route, gateway, effects)
            if route.held is not None and route.held.interface == name:
                self._let_go(route, effects)

    def _follow_connected(
        self,
        now: Instant,
        interfaces: Mapping[InterfaceName, RipInterface],
        effects: list[RoutingEffect],
    ) -> None:
        networks = {
            address.network: name
            for name, interface in interfaces.items()
            for address in interface.addresses
        }
        for route in list(self.routes.values()):
            if route.origin is Origin.CONNECTED and route.is_up and route.prefix not in networks:
                self._unreachable(now, route, effects)
        for prefix, name in networks.items():
            known = self.routes.get(prefix)
            if known is None or known.origin is not Origin.CONNECTED or not known.is_up:
                self._put_own(now, RipRoute(prefix, Origin.CONNECTED, 0, interface=name), effects)
            else:
                known.interface = name

    def redistribute(
        self, now: Instant, routes: Mapping[IPv4Network, Redistributed]
    ) -> list[RoutingEffect]:
        """Follow the whole set of routes that other sources hand over."""
        self.now = now
        effects: list[RoutingEffect] = []
        self._redistributed = routes
        self._follow_redistributed(now, effects)
        self._flash(now, effects)
        return effects

    def allow_default(self, now: Instant, *, allowed: bool) -> list[RoutingEffect]:
        """Whether the route-map of `default-information originate` lets some route through."""
        effects: list[RoutingEffect] = []
        self.now = now
        if allowed != self._default_allowed:
            self._default_allowed = allowed
            self._follow_redistributed(now, effects)
            self._flash(now, effects)
        return effects

    def _follow_redistributed(self, now: Instant, effects: list[RoutingEffect]) -> None:
        wanted = {it.prefix: it for it in self._handed_over()}
        for route in list(self.routes.values()):
            gone = route.prefix not in wanted
            if route.origin is Origin.REDISTRIBUTED and route.is_up and gone:
                self._unreachable(now, route, effects)
        for prefix, made in wanted.items():
            known = self.routes.get(prefix)
            if known is not None and known.origin is Origin.CONNECTED and known.is_up:
                continue
            same = known is not None and known.origin is Origin.REDISTRIBUTED and known.is_up
            if not same or known is None or _facts(known) != _facts(made):
                self._put_own(now, made, effects)

    def _handed_over(self) -> Iterable[RipRoute]:
        """The redistributed routes that have a metric, and the default route of one's own."""
        config = self.config
        for handed in self._redistributed.values():
            metric = handed.metric if handed.metric is not None else config.default_metric
            if metric is None and handed.origin in (RouteSource.CONNECTED, RouteSource.STATIC):
                metric = 1  # these need no metric; all others do
            if metric is not None and metric < INFINITY:
                yield RipRoute(
                    handed.prefix,
                    Origin.REDISTRIBUTED,
                    metric,
                    handed.tag & 0xFFFF,
                    next_hop=handed.next_hop,
                    source=(handed.origin, handed.process),
                )
        originates = config.default_originate and (
            config.default_route_map is None or self._default_allowed
        )
        if originates and _DEFAULT_ROUTE not in self._redistributed:
            yield RipRoute(_DEFAULT_ROUTE, Origin.REDISTRIBUTED, 1)

    def close(self, now: Instant) -> list[RoutingEffect]:
        """The process ends: neighbors are told that nothing is reachable through it any more."""
        self.now = now
        effects: list[RoutingEffect] = []
        for route in self.routes.values():
            if route.is_up:
                route.invalidate(now, self.config)
        for interface in self.interfaces.values():
            self._sender.update(interface, self._everything(), effects, flash=True)
        self.next_update = self._triggered_at = self._earliest = None
        return effects

    def clear(self, now: Instant) -> list[RoutingEffect]:
        """`clear ip route *`: what was learned is forgotten, and asked for anew."""
        self.now = now
        effects: list[RoutingEffect] = []
        for route in list(self.routes.values()):
            if route.origin is Origin.LEARNED:
                del self.routes[route.prefix]
                if route.is_up:
                    effects.append(Withdraw(route.prefix))
                self._let_go(route, effects)
        for interface in self.interfaces.values():
            self._sender.request(interface, effects)
        self._flash(now, effects)
        return effects

    # -- packets -----------------------------------------------------------------------------------

    def receive(
        self,
        now: Instant,
        interface: InterfaceName,
        source: IPv4Address,
        _destination: IPv4Address,
        payload: bytes,
        source_port: int = PORT,
    ) -> list[RoutingEffect]:
        """A datagram for port 520 came in."""
        self.now = now
        effects: list[RoutingEffect] = []
        known = self.interfaces.get(interface)
        if known is None or source == known.address:
            return effects
        message = self._reception.accept(now, known, source, payload, effects)
        if message is not None:
            if message.command == Command.REQUEST:
                self._sender.answer(known, source, source_port, message, effects)
            else:
                self._reception.response(now, known, source, source_port, message, effects)
        self._flash(now, effects)
        return effects

    # -- for the parts -----------------------------------------------------------------------------

    def entries_for(
        self, routes: Iterable[RipRoute], interface: RipInterface, version: int
    ) -> list[tuple[IPv4Network, int, int, int]]:
        """What an interface is told of routes: prefix, metric, tag, next hop."""
        return [*advertised(routes, interface, version, self.config, self.policy)]

    def learn(
        self,
        now: Instant,
        gateway: Gateway,
        prefix: IPv4Network,
        metric: int,
        heard: Heard,
        tag: int,
        effects: list[RoutingEffect],
    ) -> None:
        """An entry of a response, its metric as the sender wrote it (RFC 2453 section 3.9.2)."""
        route = self.routes.get(prefix)
        if route is not None and route.is_up and route.origin is not Origin.LEARNED:
            return
        if route is not None and route.is_up:
            self._heard_again(now, route, gateway, metric, heard, tag, effects)
            return
        if metric >= INFINITY or (
            route is not None and not self._believes(now, route, gateway, metric)
        ):
            return
        made = RipRoute(prefix, Origin.LEARNED, metric, tag, {gateway: heard})
        self.routes[prefix] = made
        self._changed(now, made, effects)
        self.note(
            "rip database",
            f"RIP-DB: adding {prefix} (metric {metric}) via {gateway.source} on "
            f"{gateway.interface} to RIP database",
            effects,
        )

    def _believes(self, now: Instant, route: RipRoute, gateway: Gateway, metric: int) -> bool:
        """Whether news about an unreachable route are believed.

        While it is held down only who had told it may take it back, and only if it is as near.
        """
        if not route.holds_down(now, self.config):
            return True
        return gateway in route.gateways and metric <= route.believed

    def _heard_again(
        self,
        now: Instant,
        route: RipRoute,
        gateway: Gateway,
        metric: int,
        heard: Heard,
        tag: int,
        effects: list[RoutingEffect],
    ) -> None:
        """News about a route that is reachable."""
        known = route.paths.get(gateway)
        if metric < route.metric:
            route.metric, route.tag, route.paths = metric, tag, {gateway: heard}
            self._changed(now, route, effects)
        elif metric == route.metric:
            if known is None and len(route.paths) >= self.config.maximum_paths:
                return
            route.paths[gateway] = heard
            if known is None or known.next_hop != heard.next_hop or route.tag != tag:
                route.tag = tag
                self.install(route, effects)
            self.refreshed.append((route.prefix, now))
        elif known is not None:
            if metric >= INFINITY or len(route.paths) > 1:
                self.lose(now, route, gateway, effects)
            else:
                route.metric, route.tag, route.paths[gateway] = metric, tag, heard
                self._changed(now, route, effects)

    def _changed(self, now: Instant, route: RipRoute, effects: list[RoutingEffect]) -> None:
        route.changed = True
        self.install(route, effects)
        self.watch(route)
        self.trigger(now)

    def send(
        self,
        interface: RipInterface,
        destination: IPv4Address,
        payload: bytes,
        port: int,
        effects: list[RoutingEffect],
    ) -> None:
        """A datagram out of an interface."""
        self.counters[interface.name].sent += 1
        effects.append(SendDatagram(interface.name, interface.address, destination, port, payload))

    def note(self, topic: str, text: str, effects: list[RoutingEffect]) -> None:
        """A line of debugging."""
        if topic in self.debugging:
            effects.append(Debug(topic, text))


def _facts(route: RipRoute) -> tuple[object, ...]:
    return route.metric, route.tag, route.next_hop, route.source
