"""EIGRP on a router: what the machine of `ioscli.protocols.eigrp` is told of it.

Imported when a configuration first has a `router eigrp`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from copy import deepcopy
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.eigrp.numbers import IP_PROTOCOL, MULTICAST
from ioscli.model.config import RouterConfig
from ioscli.model.effects import Redistributed
from ioscli.model.eigrp import (
    EigrpInterface,
    EigrpInterfaceSettings,
    EigrpKey,
)
from ioscli.model.eigrp import EigrpProcess as EigrpConfig
from ioscli.model.ifname import InterfaceName
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.protocols.eigrp import Eigrp
from ioscli.protocols.eigrp.topology import Descriptor, Rank, prefix_of
from ioscli.router.key_lifetimes import KeyLifetimes
from ioscli.router.routing_process import IpRoutingProcess

if TYPE_CHECKING:
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router

_GROUP = IPv4Address(MULTICAST).packed
_AS_USUAL = EigrpInterfaceSettings()
"""Of every interface without a line; nobody changes it."""
_PICOSECONDS_IN_TEN = 10_000_000
_MICROSECOND = 1_000_000


def configured(config: RouterConfig) -> Iterator[EigrpConfig]:
    """Every process of a configuration; of two in one AS and table the first counts."""
    seen = set()
    for router in config.eigrp.values():
        for key, process in router.families.items():
            if key not in seen:
                seen.add(key)
                yield process


class EigrpProcess(IpRoutingProcess):
    """One autonomous system of EIGRP at work in one table."""

    source = RouteSource.EIGRP
    protocol = IP_PROTOCOL

    def __init__(self, router: Router, vrf_name: str, autonomous_system: int) -> None:
        vrf = router.table(vrf_name)
        chance = router.simulation.random(
            f"{router.name} eigrp {autonomous_system} {vrf_name} at {router.simulation.now}"
        )
        self.autonomous_system = autonomous_system
        self.machine = Eigrp(autonomous_system, chance)
        super().__init__(router, vrf, str(autonomous_system), self.machine)
        self._told: tuple[EigrpConfig, list[EigrpInterface]] | None = None
        self._lifetimes = KeyLifetimes(self)
        self._elsewhere: dict[IPv4Network, Rank | None] = {}
        """What the table has from other sources since the machine was told; None: no more."""
        for route in vrf.rib.routes():
            self._watch(None, route)
        vrf.rib.watchers.append(self._watch)

    @property
    def config(self) -> EigrpConfig:
        """Its lines, as the operator has them now."""
        for process in configured(self.router.config):
            if (process.vrf, process.autonomous_system) == (self.vrf.name, self.autonomous_system):
                return process
        return EigrpConfig(self.autonomous_system)

    def configure(self) -> None:
        """Tell the machine, when anything that concerns it has changed."""
        config = self.config
        told = config, self._interfaces(config)
        if told == self._told:
            return
        self._told = told = deepcopy(config), [_snapshot(facts) for facts in told[1]]
        now, policy = self._simulation.now, self.router.config.policy
        self.carry_out(self.machine.configure(now, *told, policy))
        self._join_groups()

    def clear(self, address: IPv4Address | None = None, name: InterfaceName | None = None) -> None:
        """`clear ip eigrp neighbors`."""
        self.carry_out(self.machine.clear(self._simulation.now, address, name))

    def close(self) -> None:
        """`no router eigrp N`."""
        names = list(self.machine.interfaces)
        self.vrf.rib.watchers.remove(self._watch)
        super().close()
        for name in names:
            self._leave_group(name)

    def covered(self) -> Collection[InterfaceName]:
        """The interfaces on which it runs."""
        return self.machine.interfaces.keys()

    def packet(self, packet: bytes, interface: Interface) -> None:
        """Every process of the table gets what comes: the AS in the packet tells whose it is."""
        for process in _processes(self.router):
            if process.vrf is self.vrf and process.takes(interface):
                IpRoutingProcess.packet(process, packet, interface)

    # -- the table ---------------------------------------------------------------------------------

    def _watch(self, before: Route | None, after: Route | None) -> None:
        """The best route to a prefix changed."""
        if after is not None and not self._is_own(after):
            self._elsewhere[after.prefix] = after.distance, after.metric
            return
        gone = before or after
        assert gone is not None
        if gone.prefix in self._elsewhere or prefix_of(gone.prefix) in self.machine.elsewhere:
            self._elsewhere[gone.prefix] = None

    def _is_own(self, route: Route) -> bool:
        return route.source is RouteSource.EIGRP and route.process == self.name

    def routes_changed(self) -> None:
        """The table changed: what it has from better sources, and what is redistributed."""
        if self._elsewhere:
            changed, self._elsewhere = self._elsewhere, {}
            self.carry_out(self.machine.table_changed(self._simulation.now, changed))
        super().routes_changed()

    # -- redistribution ----------------------------------------------------------------------------

    def redistributions(self) -> Collection[Redistribution]:
        """Its `redistribute` lines."""
        return self.config.redistributions

    @property
    def takes_default_route(self) -> bool:
        """A static default route goes over as any other."""
        return True

    def _select(self) -> dict[IPv4Network, Redistributed]:
        """The routes that the lines bring; those of another EIGRP with the metric they have."""
        chosen = {}
        for prefix, route in super()._select().items():
            if route.interface in self.machine.interfaces and (
                route.origin is RouteSource.CONNECTED
            ):
                continue
            chosen[prefix] = self._with_vector(route)
        return chosen

    def _with_vector(self, route: Redistributed) -> Redistributed:
        if route.origin is not RouteSource.EIGRP or route.vector is not None:
            return route
        entry = None
        for other in _processes(self.router):
            if other.vrf is self.vrf and other.name == route.process:
                entry = other.machine.topology.get(prefix_of(route.prefix))
        if entry is None or not entry.successors:
            return route
        vector = entry.successors[0].vector
        return route._replace(
            vector=(
                vector.bandwidth,
                vector.delay // _PICOSECONDS_IN_TEN,
                vector.reliability,
                vector.load,
                vector.mtu,
            )
        )

    # -- for show ip route -------------------------------------------------------------------------

    def path_details(self, route: Route, path: Path) -> Iterable[str]:
        """The vector metric of a path (public captures of IOS 15)."""
        entry = self.machine.topology.get(prefix_of(route.prefix))
        if entry is None:
            return ()
        for descriptor in entry.descriptors.values():
            neighbor = descriptor.neighbor
            same = neighbor is not None and neighbor.ip == path.advertiser
            if same or (neighbor is None and path.advertiser is None):
                return _details(descriptor)
        return ()

    # -- interfaces --------------------------------------------------------------------------------

    def _interfaces(self, config: EigrpConfig) -> list[EigrpInterface]:
        """Every interface of its table, as the machine wants them described."""
        return [
            self._describe(interface, config)
            for interface in self.router.interfaces.values()
            if interface.vrf == self.vrf.name and interface.name.kind != "Null"
        ]

    def _describe(self, interface: Interface, config: EigrpConfig) -> EigrpInterface:
        own = interface.config
        if config.named:
            given = config.interfaces.get(interface.name, _AS_USUAL)
            settings = given.over(config.default_interface)
        else:
            settings = own.eigrp.get(self.autonomous_system, _AS_USUAL)
        return EigrpInterface(
            interface.name,
            interface.protocol_up,
            own.address,
            settings,
            mtu=interface.ip_mtu,
            bandwidth=interface.bandwidth,
            delay=interface.delay,
            delay_configured=own.delay is not None,
            secondaries=tuple(own.secondary_addresses),
            passive=bool(settings.passive) or config.is_passive(interface.name),
            keys=self._keys(settings),
        )

    def _keys(self, settings: EigrpInterfaceSettings) -> tuple[EigrpKey, ...]:
        """The keys of the chain that an interface names that are good now."""
        chain = self.router.config.key_chains.get(settings.key_chain or "")
        if chain is None:
            return ()
        moment = self._lifetimes.follow(chain)
        sending = chain.sending(moment)
        keys = [
            EigrpKey(key.number, key.string.clear, key is sending)
            for key in chain.accepting(moment)
            if key.string is not None
        ]
        return tuple(keys)

    def _join_groups(self) -> None:
        """Listen where neighbors may be."""
        for name, interface in self.router.interfaces.items():
            running = self.machine.interfaces.get(name)
            if running is not None and not running.silent:
                interface.groups |= {_GROUP}
            elif _GROUP in interface.groups:
                self._leave_group(name)

    def _leave_group(self, name: InterfaceName) -> None:
        interface = self.router.interfaces.get(name)
        running = (process.machine.interfaces.get(name) for process in _processes(self.router))
        if interface is not None and all(one is None or one.silent for one in running):
            interface.groups -= {_GROUP}


def _details(descriptor: Descriptor) -> Iterator[str]:
    vector = descriptor.vector
    yield (
        f"Total delay is {vector.delay // _MICROSECOND} microseconds,"
        f" minimum bandwidth is {vector.bandwidth} Kbit"
    )
    yield f"Reliability {vector.reliability}/255, minimum MTU {vector.mtu} bytes"
    yield f"Loading {vector.load}/255, Hops {vector.hops}"


def _processes(router: Router) -> Iterator[EigrpProcess]:
    for process in router.routing.of_source(RouteSource.EIGRP):
        assert isinstance(process, EigrpProcess)
        yield process


def _snapshot(facts: EigrpInterface) -> EigrpInterface:
    """The operator's settings go on changing; what the machine was told does not."""
    return facts._replace(settings=deepcopy(facts.settings))
