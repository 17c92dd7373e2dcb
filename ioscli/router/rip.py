"""RIP on a router: what the machine of `ioscli.protocols.rip` is told of interfaces and routes.

Imported when a configuration first has a `router rip`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import deepcopy
from typing import TYPE_CHECKING

from ioscli.codec.rip import GROUP, PORT
from ioscli.model.effects import RoutingEffect
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Duration
from ioscli.model.redistribution import Redistribution
from ioscli.model.rib import Route, RouteSource
from ioscli.model.rip import RipConfig, RipInterfaceSettings, major_network
from ioscli.protocols.rip import Rip
from ioscli.protocols.rip.interface import Key, RipInterface, versions
from ioscli.router.key_lifetimes import KeyLifetimes
from ioscli.router.redistribution import through_route_map
from ioscli.router.routing_process import RoutingProcess

if TYPE_CHECKING:
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router
    from ioscli.router.udp import Datagram

_GROUP = GROUP.packed
_AS_USUAL = RipInterfaceSettings()
"""Of every interface without an `ip rip` line; nobody changes it."""
_POINT_TO_POINT = frozenset({"Serial", "Tunnel"})


class RipProcess(RoutingProcess):
    """RIP at work in one table; vrf_name: of its `address-family`, empty for the global one."""

    source = RouteSource.RIP

    def __init__(self, router: Router, vrf_name: str) -> None:
        vrf = router.table(vrf_name)
        chance = router.simulation.random(f"{router.name} rip {vrf_name} {router.simulation.now}")
        self.machine = Rip(chance)
        super().__init__(router, vrf, "", self.machine)
        self._lifetimes = KeyLifetimes(self)
        self._joined: set[InterfaceName] = set()
        self._told: tuple[RipConfig, list[RipInterface]] | None = None
        vrf.udp.open(PORT, self._datagram)

    @property
    def config(self) -> RipConfig:
        """Its lines, as the operator has them now."""
        return self.router.config.rip[self.vrf.name]

    # -- configuration -----------------------------------------------------------------------------

    def configure(self) -> None:
        """Tell the machine, when anything that concerns it has changed."""
        interfaces = list(self._interfaces())
        if self._told == (self.config, interfaces):
            return
        self._told = (deepcopy(self.config), interfaces)
        policy = self.router.config.policy
        now = self._simulation.now
        self.carry_out(self.machine.configure(now, self._told[0], interfaces, policy))
        self._follow_group()

    def _interfaces(self) -> Iterable[RipInterface]:
        for interface in self.router.interfaces.values():
            if interface.vrf == self.vrf.name and interface.protocol_up and interface.address:
                described = self._described(interface)
                if described.takes_part:
                    yield described

    def _described(self, interface: Interface) -> RipInterface:
        config = interface.config
        settings = config.rip or _AS_USUAL
        send, receive = versions(self.config, settings)
        addresses = tuple(it for it in (config.address, *config.secondary_addresses) if it)
        sending, accepting = self._keys(settings)
        return RipInterface(
            interface.name,
            addresses,
            takes_part=any(
                address.ip in major_network(network) or int(network) == 0
                for network in self.config.networks
                for address in addresses
            ),
            passive=self.config.is_passive(interface.name),
            point_to_point=interface.name.kind in _POINT_TO_POINT,
            split_horizon=settings.split_horizon is not False,
            send=send,
            receive=receive,
            v2_broadcast=settings.v2_broadcast,
            summaries=tuple(settings.summaries),
            authentication=settings.authentication if settings.key_chain else "",
            send_key=sending,
            accept_keys=accepting,
        )

    def _keys(self, settings: RipInterfaceSettings) -> tuple[Key | None, tuple[Key, ...]]:
        """The key to sign with and those to take, of the chain that an interface names."""
        chain = self.router.config.key_chains.get(settings.key_chain or "")
        if chain is None:
            return None, ()
        moment = self._lifetimes.follow(chain)
        accepted = tuple(
            Key(key.number, key.string.clear.encode())
            for key in chain.accepting(moment)
            if key.string is not None
        )
        found = chain.sending(moment)
        if found is None or found.string is None:
            return None, accepted
        return Key(found.number, found.string.clear.encode()), accepted

    def _follow_group(self) -> None:
        """Listen to version 2's group where it may come in."""
        wanted = {name for name, it in self.machine.interfaces.items() if 2 in it.receive}
        for name in self._joined ^ wanted:
            interface = self.router.interfaces.get(name)
            if interface is not None and name in wanted:
                interface.groups.add(_GROUP)
            elif interface is not None:
                interface.groups.discard(_GROUP)
        self._joined = wanted

    def close(self) -> None:
        """`no router rip`."""
        super().close()
        self.vrf.udp.close(PORT)
        for name in self._joined:
            interface = self.router.interfaces.get(name)
            if interface is not None:
                interface.groups.discard(_GROUP)

    def covered(self) -> Collection[InterfaceName]:
        """The interfaces on which it runs."""
        return self.machine.interfaces.keys()

    def routes_changed(self) -> None:
        """The table changed: what is redistributed, and whether a default route is told."""
        super().routes_changed()
        name = self.config.default_route_map
        if name is not None:
            policy = self.router.config.policy
            allowed = any(
                through_route_map(policy, name, route) is not None
                for route in self.vrf.rib.routes()
            )
            self.carry_out(self.machine.allow_default(self._simulation.now, allowed=allowed))

    # -- packets -----------------------------------------------------------------------------------

    def _datagram(self, datagram: Datagram) -> None:
        if datagram.interface is None or self._closed:
            return
        self.carry_out(
            self.machine.receive(
                self._simulation.now,
                datagram.interface,
                datagram.source,
                datagram.destination,
                datagram.payload,
                datagram.source_port,
            )
        )

    def carry_out(self, effects: Iterable[RoutingEffect]) -> None:
        """Do what the machine asks; routes that updates confirmed are as new."""
        super().carry_out(effects)
        confirmed, self.machine.refreshed = self.machine.refreshed, []
        for prefix, at in confirmed:
            self.vrf.rib.confirm(prefix, RouteSource.RIP, at)

    def clear(self) -> None:
        """`clear ip rip database`, `clear ip route *`."""
        self.carry_out(self.machine.clear(self._simulation.now))

    def held_down(self, route: Route) -> Duration | None:
        """How long a route that timed out is held down still."""
        known = self.machine.routes.get(route.prefix)
        if known is None or known.held is None or known.invalid_since is None:
            return None
        until = known.invalid_since + self.config.holddown * SECOND
        return Duration(max(0, until - self._simulation.now))

    # -- redistribution ----------------------------------------------------------------------------

    def redistributions(self) -> Collection[Redistribution]:
        """Its `redistribute` lines."""
        return self.config.redistributions

    @property
    def takes_default_route(self) -> bool:
        """IOS's RIP takes a default route along like any other."""
        return True
