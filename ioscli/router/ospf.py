"""OSPF on a router: what the machine of `ioscli.protocols.ospf` is told of interfaces and routes.

Imported when a configuration first has a `router ospf`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from copy import copy, deepcopy
from dataclasses import fields
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.ospf.numbers import ALL_D_ROUTERS, ALL_SPF_ROUTERS
from ioscli.model.effects import (
    Install,
    InstallMany,
    Redistributed,
    RoutingEffect,
    Withdraw,
)
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant
from ioscli.model.ospf import (
    OspfDistributeList,
    OspfInterface,
    OspfInterfaceSettings,
    OspfKey,
)
from ioscli.model.ospf import OspfProcess as OspfConfig
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import Route, RouteSource
from ioscli.protocols.ospf import Ospf
from ioscli.protocols.ospf.counters import Counters
from ioscli.protocols.ospf.graph import prefix_key
from ioscli.router.key_lifetimes import KeyLifetimes
from ioscli.router.redistribution import through_route_map
from ioscli.router.routing_process import IpRoutingProcess

if TYPE_CHECKING:
    from ioscli.model.policy import PolicyConfig
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router

_OSPF = 89
_DEFAULT_ROUTE = IPv4Network("0.0.0.0/0")
_AS_USUAL = OspfInterfaceSettings()
"""Of every interface without an `ip ospf` line; nobody changes it."""
_DIGESTS = {
    "hmac-sha-1": "sha1",
    "hmac-sha-256": "sha256",
    "hmac-sha-384": "sha384",
    "hmac-sha-512": "sha512",
}
"""Algorithms of key chains as the machine names them; all others are MD5."""
_EVERYBODY, _LEADERS = ALL_SPF_ROUTERS.packed, ALL_D_ROUTERS.packed


class OspfProcess(IpRoutingProcess):
    """`router ospf N` at work."""

    source = RouteSource.OSPF
    protocol = _OSPF

    def __init__(self, router: Router, name: str) -> None:
        vrf = router.table(router.config.ospf[name].vrf)
        chance = router.simulation.random(f"{router.name} ospf {name} at {router.simulation.now}")
        self.machine = Ospf(name, chance)
        super().__init__(router, vrf, name, self.machine)
        self.counters_cleared: Instant | None = None
        """When `clear ip ospf traffic` was given last."""
        self._leading_changes = 0
        self._refused: dict[IPv4Network, Route] = {}
        """Routes of the machine that a `distribute-list ... in` keeps out of the table."""
        self._lifetimes = KeyLifetimes(self)
        self._told: tuple[OspfConfig, list[OspfInterface], frozenset[int]] | None = None

    @property
    def config(self) -> OspfConfig:
        """Its lines, as the operator has them now."""
        return self.router.config.ospf[self.name]

    @property
    def waits_for_router_id(self) -> bool:
        """Whether another router ID is configured than the one in use."""
        wanted, used = self.config.router_id, self.machine.router_id
        return bool(used) and wanted is not None and int(wanted) != used

    def configure(self) -> None:
        """Tell the machine, when anything that concerns it has changed."""
        told = self._told
        interfaces = self._interfaces()
        taken = frozenset(
            other.machine.router_id for other in _processes(self.router) if other is not self
        )
        config = self._config_with_lists()
        if told == (config, interfaces, taken):
            self._filter_again()
            return
        self._told = (config, [_snapshot(it) for it in interfaces], taken)
        config, interfaces, _ = self._told
        self.carry_out(self.machine.configure(self._simulation.now, config, interfaces, taken))
        self._filter_again()
        self._join_groups()

    def carry_out(self, effects: Iterable[RoutingEffect]) -> None:
        """Do what the machine asks; the group of designated routers is heard by these only."""
        effects = list(effects)
        if effects and (self._refused or self._filters(incoming=True)):
            effects = [self._filtered(effect) for effect in _one_by_one(effects)]
        super().carry_out(effects)
        if self.machine.leading_changes != self._leading_changes:
            self._leading_changes = self.machine.leading_changes
            self._join_groups()

    def restart(self) -> None:
        """`clear ip ospf process`: everything anew, with the router ID that is right now."""
        self.carry_out(self.machine.close(self._simulation.now))
        self._told = None
        self.configure()
        self.routes_changed()

    def _config_with_lists(self) -> OspfConfig:
        """A copy of the lines, with the prefix lists that areas name."""
        config = _copy(self.config)
        lists = self.router.config.policy.prefix_lists
        for area in config.areas.values():
            named = (area.filter_in, area.filter_out)
            area.lists = {name: deepcopy(lists[name]) for name in named if name in lists}
        return config

    def force_spf(self) -> None:
        """`clear ip ospf force-spf`: shortest paths of all areas, now."""
        self.carry_out(self.machine.force_spf(self._simulation.now))

    def clear_traffic(self) -> None:
        """`clear ip ospf traffic`: count packets from zero."""
        self.counters_cleared = self._simulation.now
        self.machine.counters = Counters()
        for interface in self.machine.interfaces.values():
            interface.counters = Counters()

    def clear_counters(self, name: InterfaceName | None, router: IPv4Address | None) -> None:
        """`clear ip ospf counters`: count the changes of neighbors' states from zero."""
        for interface in self.machine.interfaces.values():
            if name is None or interface.facts.name == name:
                for neighbor in interface.neighbors.values():
                    if router is None or neighbor.id == int(router):
                        neighbor.changes = neighbor.retransmissions = 0

    def close(self) -> None:
        """`no router ospf N`."""
        for name in self.machine.interfaces:
            self._leave_groups(name)
        super().close()

    def covered(self) -> Collection[InterfaceName]:
        """The interfaces on which it runs."""
        return self.machine.interfaces.keys()

    def takes(self, interface: Interface) -> bool:
        """Whether it runs there; asked for every packet."""
        return interface.name in self.machine.interfaces

    # -- distribute lists --------------------------------------------------------------------------

    def _filters(self, *, incoming: bool) -> list[OspfDistributeList]:
        config = self.router.config.ospf.get(self.name)
        if config is None or not config.distribute_lists:
            return []  # nearly always, and every packet's answer asks
        return [one for one in config.distribute_lists if one.incoming is incoming]

    def _filtered(self, effect: RoutingEffect) -> RoutingEffect:
        """A route that a list refuses is as good as gone."""
        if isinstance(effect, Withdraw):
            self._refused.pop(effect.prefix, None)
        elif isinstance(effect, Install):
            route = effect.route
            if self._refuses(route):
                self._refused[route.prefix] = route
                return Withdraw(route.prefix)
            self._refused.pop(route.prefix, None)
        return effect

    def _filter_again(self) -> None:
        """The lists, or what they say, may have changed."""
        if not self._refused and not self._filters(incoming=True):
            return
        known = [*self.vrf.rib.of_source(self.source, self.name), *self._refused.values()]
        # Only what the lists decide anew: an effect that changes nothing would have everything
        # that leans on the table look again, this process included, for ever.
        changed = [it for it in known if self._refuses(it) is (it.prefix not in self._refused)]
        if changed:
            self.carry_out([Install(route) for route in changed])

    def _refuses(self, route: Route) -> bool:
        for one in self._filters(incoming=True):
            through = {path.interface for path in route.paths}
            if one.interface is not None and one.interface not in through:
                continue
            if not passes(self.router.config.policy, one, route):
                return True
        return False

    # -- redistribution ----------------------------------------------------------------------------

    def forward_metric(self, route: Route) -> int | None:
        """The cost to the AS boundary router of a type 2 external route."""
        network = route.prefix
        key = prefix_key(int(network.network_address), network.prefixlen)
        found = self.machine.table.extra.get(key)
        return None if found is None or found.code not in ("E2", "N2") else found.cost

    def redistributions(self) -> Collection[Redistribution]:
        """Its `redistribute` lines."""
        return self.config.redistributions

    def _select(self) -> dict[IPv4Network, Redistributed]:
        """The routes that the lines bring, and the default route where it may be announced.

        Without `subnets` only whole classful networks go over. Networks that OSPF itself runs on
        need no telling twice.
        """
        subnets = {(it.source, it.process): it.subnets for it in self.redistributions()}
        # Connected networks also come along with the routes of a protocol that runs on them.
        otherwise = any(subnets.values())
        chosen = {}
        for prefix, route in super()._select().items():
            if route.origin is RouteSource.CONNECTED and route.interface in self.machine.interfaces:
                continue
            if self._holds_back(route):
                continue
            if subnets.get((route.origin, route.process), otherwise) or _classful(prefix):
                chosen[prefix] = self._with_metric(route)
        default = self._default_route()
        if default is not None:
            chosen[_DEFAULT_ROUTE] = default
        return chosen

    def _holds_back(self, route: Redistributed) -> bool:
        """Whether a `distribute-list ... out` refuses a route."""
        policy = self.router.config.policy
        for one in self._filters(incoming=False):
            if one.source in (None, route.origin) and one.process in ("", route.process):
                entry = self.vrf.rib.entry(route.prefix)
                if entry is not None and not passes(policy, one, entry.route):
                    return True
        return False

    def _with_metric(self, route: Redistributed) -> Redistributed:
        """From one process to another the metric is carried over (Cisco's configuration guide)."""
        if route.origin is not RouteSource.OSPF or route.metric is not None:
            return route
        return route._replace(metric=self.config.default_metric or route.origin_metric)

    def _default_route(self) -> Redistributed | None:
        """The table's default route, if it came from elsewhere and somebody asks for it."""
        asked = self.config.default_information
        if asked is None and not any(it.default_originate for it in self.config.areas.values()):
            return None
        entry = self.vrf.rib.entry(_DEFAULT_ROUTE)
        if entry is None:
            return None
        route = entry.route
        if route.source is RouteSource.OSPF and route.process == self.name:
            return None
        if asked is not None and asked.route_map is not None:
            policy = self.router.config.policy
            if through_route_map(policy, asked.route_map, route) is None:
                return None
        return Redistributed(_DEFAULT_ROUTE, route.source, route.process, None)

    # -- interfaces --------------------------------------------------------------------------------

    def _interfaces(self) -> list[OspfInterface]:
        """Every interface of its table, as the machine wants them described.

        An interface that a process before this one covers is that one's.
        """
        before: list[OspfConfig] = []
        for config in self.router.config.ospf.values():
            if config.process == self.name:
                break
            if config.vrf == self.vrf.name:
                before.append(config)
        described = []
        for index, interface in enumerate(self.router.interfaces.values(), start=1):
            if interface.vrf != self.vrf.name or interface.name.kind == "Null":
                continue
            facts = self._with_keys(_describe(interface, index))
            if facts.settings.process is None and facts.address is not None:
                address = facts.address.ip
                if any(config.area_of(address) is not None for config in before):
                    continue
            described.append(facts)
        return described

    def _with_keys(self, facts: OspfInterface) -> OspfInterface:
        """The keys of the chain that an interface names, as they are valid now."""
        name = facts.settings.authentication.key_chain
        chain = None if name is None else self.router.config.key_chains.get(name)
        if chain is None:
            return facts
        moment = self._lifetimes.follow(chain)
        sending = chain.sending(moment)
        valid = ([] if sending is None else [sending]) + [
            key for key in chain.accepting(moment) if key is not sending
        ]
        keys = [
            OspfKey(key.number & 255, key.string.clear, _DIGESTS.get(key.algorithm, "md5"))
            for key in valid
            if key.string is not None
        ]
        return facts._replace(keys=tuple(keys))

    def _join_groups(self) -> None:
        """Listen where neighbors may be."""
        for name, interface in self.router.interfaces.items():
            running = self.machine.interfaces.get(name)
            if running is not None and not running.passive and name.kind != "Loopback":
                interface.groups.add(_EVERYBODY)
                if name in self.machine.leading:
                    interface.groups.add(_LEADERS)
                else:
                    interface.groups.discard(_LEADERS)
            elif interface.groups and not _covered_by_any(self.router, name):
                self._leave_groups(name)

    def _leave_groups(self, name: InterfaceName) -> None:
        interface = self.router.interfaces.get(name)
        if interface is not None:
            interface.groups -= {_EVERYBODY, _LEADERS}


def _processes(router: Router) -> Iterator[OspfProcess]:
    for process in router.routing.of_source(RouteSource.OSPF):
        assert isinstance(process, OspfProcess)
        yield process


def _covered_by_any(router: Router, name: InterfaceName) -> bool:
    """Whether some process has an interface that is not passive there."""
    found = (process.machine.interfaces.get(name) for process in _processes(router))
    return any(interface is not None and not interface.passive for interface in found)


def _describe(interface: Interface, index: int) -> OspfInterface:
    config = interface.config
    return OspfInterface(
        interface.name,
        interface.protocol_up,
        config.address,
        config.ospf or _AS_USUAL,
        ifindex=index,
        mtu=interface.ip_mtu,
        bandwidth=interface.bandwidth,
        secondaries=tuple(config.secondary_addresses),
    )


def _copy(config: OspfConfig) -> OspfConfig:
    """The operator's lines go on changing; only areas hold more than values."""
    made = copy(config)
    for field in fields(config):
        value = getattr(config, field.name)
        if field.name == "areas":
            made.areas = deepcopy(config.areas)
        elif isinstance(value, list | dict | set):
            setattr(made, field.name, value.copy())
    return made


def _snapshot(facts: OspfInterface) -> OspfInterface:
    """The operator's settings go on changing; what the machine was told does not."""
    if facts.settings is _AS_USUAL:
        return facts
    settings = copy(facts.settings)
    settings.authentication = deepcopy(settings.authentication)
    return facts._replace(settings=settings)


def passes(policy: PolicyConfig, one: OspfDistributeList, route: Route) -> bool:
    """Whether a list lets a route through; one that is not there lets everything."""
    if one.kind == "route-map":
        return (
            one.name not in policy.route_maps
            or through_route_map(policy, one.name, route) is not None
        )
    if one.kind == "prefix":
        prefixes = policy.prefix_lists.get(one.name)
        return prefixes is None or prefixes.permits(route.prefix)
    addresses = policy.access_lists.get(one.name)
    return addresses is None or addresses.permits_route(route.prefix)


def _one_by_one(effects: Iterable[RoutingEffect]) -> Iterator[RoutingEffect]:
    """The effects with routes apart that were installed together."""
    for effect in effects:
        if isinstance(effect, InstallMany):
            yield from map(Install, effect.routes)
        else:
            yield effect


def _classful(prefix: IPv4Network) -> bool:
    """Whether it is a whole network of class A, B or C."""
    first = int(prefix.network_address) >> 24
    natural = 8 if first < 128 else 16 if first < 192 else 24
    return prefix.prefixlen == natural
