"""Echo requests that ask for a tunnel: a router's own, repeated until one is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.ipv4 import IpProtocol
from ioscli.labs.explain.ends import End, addresses_within, facing_tunnel, find_peer, tunnel_of
from ioscli.labs.topology import Topology
from ioscli.model.instant import SECOND
from ioscli.router.probes import EchoKind, EchoRequest, EchoResult
from ioscli.router.router import Router
from ioscli.router.tunnel import TunnelInterface
from ioscli.router.views import RouteView

SMALL = 100
"""Bytes of an echo request that fits everywhere, as `ping` sends it."""
_TRIES = 8
"""A negotiation takes one, or more if it goes wrong; path MTU discovery over IPsec takes three."""
_TIMEOUT = 2 * SECOND
_IDENTIFIER = 0xE000
_NETWORKS = 3
"""Networks behind a tunnel that are asked for from each of its ends."""


class Asking:
    """One pair of addresses, asked for until it answers or the tries are used up.

    limit: bytes of the largest packet that the router says will fit; it may change with each try.
    """

    def __init__(
        self,
        node: str,
        router: Router,
        source: IPv4Address,
        destination: IPv4Address,
        limit: Callable[[], int],
        *,
        large: bool = False,
    ) -> None:
        self.node = node
        self.router = router
        self.source = source
        self.destination = destination
        self.answered = False
        self.done = False
        self.last_size = SMALL
        """Bytes of the latest request."""
        self._limit = limit
        self._large = large
        self._left = _TRIES
        self._identifier = _IDENTIFIER

    def start(self, number: int) -> None:
        """Begin; the number tells requests from those of others that run at the same time."""
        self._identifier = _IDENTIFIER + number
        self._ask()

    def _ask(self) -> None:
        self._left -= 1
        self.last_size = self._limit() if self._large else SMALL
        request = EchoRequest(
            self.destination,
            self._identifier,
            _TRIES - self._left,
            self.last_size,
            _TIMEOUT,
            self.source,
            self._large,
        )
        self.router.send_echo(request, self._note)

    def _note(self, result: EchoResult) -> None:
        self.answered = result.kind is EchoKind.REPLY
        self.done = self.answered or self._left == 0
        if not self.done:
            self.router.simulation.after(max(0, _TIMEOUT - result.round_trip), self._ask)

    def __str__(self) -> str:
        """As one would type it."""
        words = f"ping {self.destination} source {self.source}"
        return f"{words} size {self.last_size} df-bit" if self._large else words

    def enlarged(self) -> Asking:
        """The same pair of addresses, with packets as large as will fit and DF."""
        return Asking(
            self.node, self.router, self.source, self.destination, self._limit, large=True
        )


def run(topology: Topology, askings: list[Asking]) -> None:
    """Send them all, and wait for the answers."""
    for number, asking in enumerate(askings):
        asking.start(number)
    topology.simulation.run_while(lambda: not all(asking.done for asking in askings))


def the_peer(topology: Topology, end: End) -> Iterator[Asking]:
    """Outside of any tunnel: what is lost to ARP on the way is not a message of IKE then."""
    if find_peer(topology, end.policy.peer) is not None:
        yield Asking(end.node, end.router, end.policy.local, end.policy.peer, lambda: SMALL)


def for_flow(topology: Topology, end: End) -> Iterator[Asking]:
    """What has a flow's SAs negotiated, where both ends have addresses for it."""
    tunnel = tunnel_of(end.router, end.flow)
    if tunnel is not None:
        yield from through_tunnel(topology, end.node, end.router, tunnel)
        return
    policy = end.policy
    source = next(
        (it for it in _own_addresses(end.router) if it in policy.local_selector.network), None
    )
    far = next((it for _, it in addresses_within(topology, policy.remote_selector.network)), None)
    if source is None or far is None or policy.local_selector.protocol not in _ANY_OR_ICMP:
        return
    yield Asking(end.node, end.router, source, far, lambda: end.flow.limit)


_ANY_OR_ICMP = (0, IpProtocol.ICMP)


def through_tunnel(
    topology: Topology, node: str, router: Router, tunnel: TunnelInterface
) -> Iterator[Asking]:
    """From one end of a tunnel to the other, by the addresses of the tunnel itself."""
    own = tunnel.config.address
    if own is None or tunnel.vrf:
        return
    facing = facing_tunnel(topology, tunnel)
    far = None if facing is None else facing.tunnel.address
    if far is None or far not in own.network:
        others = addresses_within(topology, own.network)
        far = next((address for _, address in others if address != own.ip), None)
    if far is not None:
        yield Asking(node, router, own.ip, far, lambda: tunnel.ip_mtu)


def networks_behind(
    topology: Topology, node: str, router: Router, tunnel: TunnelInterface
) -> Iterator[Asking]:
    """From the router's own networks to those that it reaches through a tunnel."""
    if tunnel.vrf or tunnel.config.address is None:
        return
    source = next(_inside(router, tunnel), None)
    if source is None:
        return
    left = _NETWORKS
    for route in router.route_views():
        far = _somebody(topology, tunnel, route.prefix) if is_learned(route) else None
        way = None if far is None else router.forwarding.way_out(int(far))
        if far is not None and way is not None and way[0] is tunnel and left:
            left -= 1
            yield Asking(node, router, source, far, lambda: tunnel.ip_mtu)


def is_learned(route: RouteView) -> bool:
    """Neither connected nor a default route, whose networks nobody can tell."""
    return route.prefix.prefixlen > 0 and route.code not in ("C", "L")


def _inside(router: Router, tunnel: TunnelInterface) -> Iterator[IPv4Address]:
    """Own addresses of networks that are not the tunnel's, nor on the way of its packets."""
    destination = tunnel.settings.destination
    way = None if destination is None else router.forwarding.way_out(int(destination))
    outside = {tunnel.name, tunnel.source_interface, None if way is None else way[0].name}
    for interface in router.interfaces.values():
        if (
            interface.protocol_up
            and interface.name not in outside
            and not isinstance(interface, TunnelInterface)
            and not interface.vrf
        ):
            yield from interface.own_addresses()[:1]


def _somebody(
    topology: Topology, tunnel: TunnelInterface, network: IPv4Network
) -> IPv4Address | None:
    """An address in a network: of the peer itself, if it has one there."""
    facing = facing_tunnel(topology, tunnel)
    known = list(addresses_within(topology, network))
    known.sort(key=lambda it: facing is None or it[0] != facing.node)
    return known[0][1] if known else None


def _own_addresses(router: Router) -> Iterator[IPv4Address]:
    for interface in router.interfaces.values():
        if interface.protocol_up:
            yield from interface.own_addresses()
