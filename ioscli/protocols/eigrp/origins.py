"""Destinations of this router itself: its networks, and what is redistributed into EIGRP."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.codec.eigrp.numbers import ExternalProtocol
from ioscli.codec.eigrp.route import External
from ioscli.model.effects import Redistributed
from ioscli.model.eigrp import EigrpInterface
from ioscli.model.rib import RouteSource
from ioscli.protocols.eigrp import metric
from ioscli.protocols.eigrp.interface import Interface
from ioscli.protocols.eigrp.topology import Descriptor, Local, Prefix, prefix_of

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.machine import Eigrp

_PROTOCOLS = {
    RouteSource.CONNECTED: ExternalProtocol.CONNECTED,
    RouteSource.STATIC: ExternalProtocol.STATIC,
    RouteSource.RIP: ExternalProtocol.RIP,
    RouteSource.EIGRP: ExternalProtocol.EIGRP,
    RouteSource.OSPF: ExternalProtocol.OSPF,
    RouteSource.BGP: ExternalProtocol.BGP,
}
_ORIGINS = {
    RouteSource.CONNECTED: Local.CONNECTED_REDISTRIBUTED,
    RouteSource.STATIC: Local.STATIC,
}
_NULL = metric.Vector(0, 10_000_000, 1500, 0, 255, 1)
"""Of Null0: what a static route into it is worth."""


class Origins:
    """What this router has without having been told."""

    __slots__ = ("_eigrp", "_known", "routes")

    def __init__(self, eigrp: "Eigrp") -> None:
        self._eigrp = eigrp
        self.routes: Mapping[IPv4Network, Redistributed] = {}
        self._known: dict[Prefix, Local] = {}

    # -- connected ---------------------------------------------------------------------------------

    def connect(self, interface: Interface) -> None:
        """Have the networks of an interface; those that it had before and has no more go."""
        eigrp = self._eigrp
        facts = interface.facts
        networks: set[Prefix] = set()
        if interface.is_up and not facts.unnumbered:
            if facts.address is not None:
                networks.add(prefix_of(facts.address.network))
            networks |= {prefix_of(one.network) for one in facts.secondaries}
        gone, interface.connected = interface.connected - networks, networks
        for prefix in sorted(gone):
            eigrp.forget_local(prefix, Local.CONNECTED)
        for prefix in sorted(networks):
            link = interface.link
            descriptor = Descriptor(None, interface, link, link, Local.CONNECTED)
            descriptor.router = eigrp.router_id
            eigrp.learn_local(prefix, descriptor)

    # -- redistributed -----------------------------------------------------------------------------

    def redistribute(self) -> None:
        """Follow the routes that `redistribute` lines bring."""
        eigrp = self._eigrp
        wanted: dict[Prefix, Descriptor] = {}
        for network, route in self.routes.items():
            descriptor = self._external(route)
            if descriptor is not None:
                wanted[prefix_of(network)] = descriptor
        for prefix, origin in list(self._known.items()):
            known = wanted.get(prefix)
            if known is None or known.origin is not origin:
                del self._known[prefix]
                eigrp.forget_local(prefix, origin)
        for prefix, descriptor in wanted.items():
            assert descriptor.origin is not None
            self._known[prefix] = descriptor.origin
            eigrp.learn_local(prefix, descriptor)

    def _external(self, route: Redistributed) -> Descriptor | None:
        eigrp = self._eigrp
        vector = self._seed(route)
        if vector is None:
            return None
        origin = _ORIGINS.get(route.origin, Local.REDISTRIBUTED)
        descriptor = Descriptor(None, None, vector, vector, origin)
        descriptor.router = eigrp.router_id
        descriptor.next_hop = int(route.next_hop or 0)
        descriptor.external = External(
            eigrp.router_id,
            int(route.process) if route.process.isdigit() else 0,
            route.tag,
            route.origin_metric & 0xFFFFFFFF,
            _PROTOCOLS.get(route.origin, ExternalProtocol.STATIC),
        )
        return descriptor

    def _seed(self, route: Redistributed) -> metric.Vector | None:
        """The metric that a route begins with; None: there is none, and it is left out."""
        default = self._eigrp.config.default_metric
        if route.vector is not None:
            return metric.configured(route.vector)
        if default is not None:
            return metric.configured(default)
        if route.origin not in (RouteSource.CONNECTED, RouteSource.STATIC):
            return None
        if route.interface is not None and route.interface.kind == "Null":
            return _NULL
        facts = self._way_out(route)
        if facts is None:
            return None
        return metric.of_interface(facts, wide=self._eigrp.config.named)

    def _way_out(self, route: Redistributed) -> EigrpInterface | None:
        """The interface that a connected or static route leads out of."""
        hop: IPv4Address | None = route.next_hop
        for facts in self._eigrp.known_interfaces:
            if facts.name == route.interface:
                return facts
            if route.interface is None and hop is not None and facts.address is not None:
                own = (facts.address, *facts.secondaries)
                if any(hop in one.network for one in own):
                    return facts
        return None
