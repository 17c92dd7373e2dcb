"""Faults of static routes: wrong, missing, or leading back into the tunnel that they carry."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network

_TOPICS = ("ENCOR 4.1", "ENARSI 1.1", "CCIE 1.2.b")
_SHOWS = ("show ip route static", "show running-config | include ip route")


class _Route(NamedTuple):
    """`ip route PREFIX MASK WAY`."""

    node: str
    line: str
    prefix: IPv4Network
    way: str

    @property
    def next_hop(self) -> IPv4Address | None:
        """Where the way is an address."""
        try:
            return IPv4Address(self.way)
        except ValueError:
            return None


def _routes(net: Network) -> Iterator[_Route]:
    for node, place in net.find("ip route *"):
        words = place.text.split()
        try:
            yield _Route(node, place.text, IPv4Network(f"{words[2]}/{words[3]}"), words[4])
        except (ValueError, IndexError):
            continue  # in a VRF


def _next_hop(net: Network) -> Iterator[Site]:
    for route in _routes(net):
        hop = route.next_hop
        if hop is None:
            continue
        port = next(
            (
                it
                for it in net.ports[route.node]
                if it.address is not None and hop in it.address.network
            ),
            None,
        )
        if port is None or port.address is None:
            continue
        wrong = net.free_address(port.address.network, hop)
        if wrong is not None:
            line = route.line.replace(f" {hop}", f" {wrong}")
            yield Site((Edit(route.node, (), route.line, line),), (*_SHOWS, "show arp"))


def _missing(net: Network) -> Iterator[Site]:
    for route in _routes(net):
        if route.way != "Null0":
            yield Site((Edit(route.node, (), route.line, None),), _SHOWS)


def _prefix(net: Network) -> Iterator[Site]:
    for route in _routes(net):
        prefix = route.prefix
        if 8 <= prefix.prefixlen <= 30 and route.way != "Null0":
            wrong = IPv4Network(
                (int(prefix.network_address) ^ prefix.num_addresses, prefix.prefixlen)
            )
            was = f"{prefix.network_address} {prefix.netmask}"
            line = route.line.replace(was, f"{wrong.network_address} {wrong.netmask}")
            yield Site((Edit(route.node, (), route.line, line),), _SHOWS)


def _through_itself(net: Network) -> Iterator[Site]:
    for tunnel in net.tunnels:
        line = f"ip route {tunnel.destination} 255.255.255.255 {tunnel.port.name}"
        yield Site(
            (Edit(tunnel.node, (), None, line),),
            (f"show interfaces {tunnel.port.name}", f"show ip route {tunnel.destination}"),
        )


def _no_way_around(net: Network) -> Iterator[Site]:
    destinations = {(it.node, it.destination): it for it in net.tunnels}
    for route in _routes(net):
        if route.prefix.prefixlen != 32:
            continue
        tunnel = destinations.get((route.node, route.prefix.network_address))
        if tunnel is not None:
            yield Site(
                (Edit(route.node, (), route.line, None),),
                (f"show interfaces {tunnel.port.name}", f"show ip route {tunnel.destination}"),
            )


_RECURSION = (
    "The best route to the other end of the tunnel leads into the tunnel itself. The router sees"
    " that, takes the tunnel down (`%TUN-5-RECURDOWN`), finds the good route again, brings it up a"
    " minute later, and so on. The destination of a tunnel has to be reached by another way: a more"
    " specific route, or a routing protocol that does not learn it through the tunnel."
)

FAULTS = (
    Fault(
        "static-next-hop",
        "a static route has a next hop that nobody has",
        Area.STATIC,
        _TOPICS,
        "The route is in the table as long as the next hop's network is connected; that nobody"
        " answers for the address is seen in the ARP table alone (`Incomplete`).",
        _next_hop,
    ),
    Fault(
        "static-route-missing",
        "a static route is missing",
        Area.STATIC,
        _TOPICS,
        "Packets for that network take the default route, or are dropped where there is none."
        " Where it was the way back, requests arrive and replies do not: look at both ends.",
        _missing,
    ),
    Fault(
        "static-route-prefix",
        "a static route leads to another network than it should",
        Area.STATIC,
        _TOPICS,
        "The line looks right beside the others; `show ip route ADDRESS` for the address that is"
        " not reached tells that it is not the one that is used.",
        _prefix,
    ),
    Fault(
        "tunnel-through-itself",
        "a tunnel's destination is routed into the tunnel",
        Area.TUNNELS,
        ("ENCOR 2.2.b", "ENARSI 1.1", "ENARSI 2.3.a", "CCIE 3.1", "SVPN 3.1"),
        _RECURSION,
        _through_itself,
    ),
    Fault(
        "tunnel-recursion",
        "nothing keeps a tunnel's destination out of the tunnel",
        Area.TUNNELS,
        ("ENCOR 2.2.b", "ENARSI 1.1", "ENARSI 2.3.a", "CCIE 3.1", "SVPN 3.1"),
        _RECURSION,
        _no_way_around,
    ),
)
