"""Faults of BGP."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.exercises.config_text import Place
from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network

_NEIGHBORS = ("ENCOR 3.2.c", "ENARSI 1.11.b", "CCIE 1.5.a")
_POLICIES = ("ENARSI 1.11.e", "CCIE 1.5.c")
_SUMMARY = "show ip bgp summary"


def _lines(net: Network, pattern: str) -> Iterator[tuple[str, Place]]:
    """Of all BGP processes, in an address family or not."""
    yield from net.find("router bgp *", pattern)
    yield from net.find("router bgp *", "address-family ipv4 *", pattern)


def _neighbor_of(place: Place) -> str:
    return place.text.split()[1]


def _shows(place: Place) -> tuple[str, ...]:
    return (_SUMMARY, f"show ip bgp neighbors {_neighbor_of(place)}")


def _remote_as(net: Network) -> Iterator[Site]:
    for node, place in _lines(net, "neighbor * remote-as *"):
        words = place.text.split()
        wrong = " ".join([*words[:3], str(int(words[3]) + 1)]) if words[3].isdecimal() else None
        if wrong is not None:
            edit = Edit(node, place.sections, place.text, wrong)
            yield Site((edit,), (*_shows(place), "show logging"))


def _network(net: Network) -> Iterator[Site]:
    for node, place in _lines(net, "network *"):
        edit = Edit(node, place.sections, place.text, None)
        yield Site((edit,), ("show ip bgp", "show ip protocols"))


def _network_mask(net: Network) -> Iterator[Site]:
    for node, place in _lines(net, "network * mask *"):
        words = place.text.split()
        mask = IPv4Address(int(IPv4Address(words[3])) << 1 & 0xFFFFFFFF)
        wrong = f"network {words[1]} mask {mask}"
        if int(IPv4Address(words[1])) & int(mask) == int(IPv4Address(words[1])):
            edit = Edit(node, place.sections, place.text, wrong)
            yield Site((edit,), ("show ip bgp", f"show ip route {words[1]}"))


def _shutdown(net: Network) -> Iterator[Site]:
    for node, place in _lines(net, "neighbor * remote-as *"):
        edit = Edit(node, place.sections, None, f"neighbor {_neighbor_of(place)} shutdown")
        yield Site((edit,), _shows(place))


def _password(net: Network) -> Iterator[Site]:
    for node, place in _lines(net, "neighbor * remote-as *"):
        neighbor = _neighbor_of(place)
        if not net.has(node, *place.sections, f"neighbor {neighbor} password *"):
            edit = Edit(node, place.sections, None, f"neighbor {neighbor} password S3CR3T")
            yield Site((edit,), (_SUMMARY, "show logging"))


def _filter(net: Network) -> Iterator[Site]:
    name = "CLEANUP"
    for node, place in _lines(net, "neighbor * remote-as *"):
        neighbor = _neighbor_of(place)
        for direction in ("in", "out"):
            if net.has(node, *place.sections, f"neighbor {neighbor} prefix-list * {direction}"):
                continue
            edits = (
                Edit(
                    node,
                    place.sections,
                    None,
                    f"neighbor {neighbor} prefix-list {name} {direction}",
                ),
                Edit(node, (), None, f"ip prefix-list {name} seq 5 deny 0.0.0.0/0 le 32"),
            )
            sent = "advertised-routes" if direction == "out" else "routes"
            shows = (f"show ip bgp neighbors {neighbor} {sent}", "show ip prefix-list")
            yield Site(edits, (_SUMMARY, *shows))


def _attribute(net: Network) -> Iterator[Site]:
    for node, place in net.find("route-map * permit *", "set *"):
        if place.text.split()[1] in (
            "local-preference",
            "as-path",
            "community",
            "metric",
            "weight",
        ):
            edit = Edit(node, place.sections, place.text, None)
            yield Site((edit,), ("show ip bgp", "show route-map"))


def _send_community(net: Network) -> Iterator[Site]:
    for node, place in _lines(net, "neighbor * send-community*"):
        edit = Edit(node, place.sections, place.text, None)
        yield Site((edit,), ("show ip bgp", f"show ip bgp neighbors {_neighbor_of(place)}"))


def _default_route(net: Network) -> Iterator[Site]:
    for node, place in _lines(net, "neighbor * default-originate*"):
        edit = Edit(node, place.sections, place.text, None)
        yield Site((edit,), (f"show ip bgp neighbors {_neighbor_of(place)} advertised-routes",))


def _update_source(net: Network) -> Iterator[Site]:
    """At both ends: a session that one end opens as it should is the session of both."""
    lines = list(_lines(net, "neighbor * update-source *"))
    for node, place in lines:
        far = net.owner(IPv4Address(_neighbor_of(place)))
        edits = [Edit(node, place.sections, place.text, None)]
        for other, theirs in lines:
            back = net.owner(IPv4Address(_neighbor_of(theirs)))
            if far is not None and other == far.node and back is not None and back.node == node:
                edits.append(Edit(other, theirs.sections, theirs.text, None))
        if len(edits) > 1:
            yield Site(tuple(edits), (*_shows(place), "show tcp brief"))


class _Left:
    """The sites of a line that a session needs: it is left out."""

    def __init__(self, words: str) -> None:
        self._words = words

    def __call__(self, net: Network) -> Iterator[Site]:
        for node, place in _lines(net, f"neighbor * {self._words}"):
            yield Site((Edit(node, place.sections, place.text, None),), _shows(place))


FAULTS = (
    Fault(
        "bgp-remote-as",
        "BGP expects a neighbor in another AS",
        Area.BGP,
        _NEIGHBORS,
        "The AS number of an OPEN is not the configured one: the session ends with a notification"
        " 2/2 (RFC 4271, 6.2), is tried again, and stays Idle or Active.",
        _remote_as,
    ),
    Fault(
        "bgp-network",
        "BGP does not advertise a network",
        Area.BGP,
        ("ENCOR 3.2.c", *_POLICIES),
        "The session is up and carries what there is; the network statement for one prefix is"
        " missing, and nobody beyond hears of it.",
        _network,
    ),
    Fault(
        "bgp-network-mask",
        "a BGP network statement names a prefix that is not in the routing table",
        Area.BGP,
        ("ENCOR 3.2.c", *_POLICIES),
        "A network statement advertises exactly that prefix, and only while the routing table has"
        " it with that very length.",
        _network_mask,
    ),
    Fault(
        "bgp-shutdown",
        "a BGP neighbor is shut down",
        Area.BGP,
        _NEIGHBORS,
        "`show ip bgp summary` says `Idle (Admin)`: no session is tried.",
        _shutdown,
    ),
    Fault(
        "bgp-password",
        "one of two BGP neighbors wants a signature",
        Area.BGP,
        (*_NEIGHBORS, "CCIE 1.2.i"),
        "Every TCP segment is signed with MD5 (RFC 2385), and those without a signature are dropped"
        " before TCP sees them: `%TCP-6-BADAUTH`. The session never gets beyond its first segment.",
        _password,
    ),
    Fault(
        "bgp-filter",
        "a filter keeps all routes from, or off, a BGP neighbor",
        Area.BGP,
        _POLICIES,
        "The session is Established; the number of prefixes says that nothing passes.",
        _filter,
    ),
    Fault(
        "bgp-attribute",
        "BGP prefers another path than it should",
        Area.BGP,
        (*_POLICIES, "ENARSI 1.11.c", "CCIE 1.5.b"),
        "Everything is reached. A policy no longer sets the attribute that made one path better"
        " than the other, and a later step of the decision (RFC 4271, 9.1.2.2) chooses.",
        _attribute,
    ),
    Fault(
        "bgp-send-community",
        "BGP keeps communities to itself",
        Area.BGP,
        _POLICIES,
        "A route map sets them, and the neighbor's policy would act on them, but IOS sends"
        " communities only to neighbors for which `send-community` is configured.",
        _send_community,
    ),
    Fault(
        "bgp-default-route",
        "a BGP neighbor is not given a default route",
        Area.BGP,
        _POLICIES,
        "The neighbor has no route to what it was to reach by default; its own routes are still"
        " advertised, so packets come and no answer leaves.",
        _default_route,
    ),
    Fault(
        "bgp-update-source",
        "BGP opens sessions from other addresses than the neighbors expect",
        Area.BGP,
        _NEIGHBORS,
        "Without `update-source` a session comes from the address of the outgoing interface, for"
        " which the neighbor has no configuration; it refuses the connection. It is enough for one"
        " of the two to do it right, which is why this may come to light late.",
        _update_source,
    ),
    Fault(
        "bgp-next-hop",
        "iBGP hands on a next hop that the others cannot reach",
        Area.BGP,
        _NEIGHBORS,
        "iBGP leaves the next hop as it came (RFC 4271, 5.1.3), which is the address of an external"
        " router; where the neighbor has no route to it, its path is not valid.",
        _Left("next-hop-self*"),
    ),
    Fault(
        "bgp-multihop",
        "an external BGP neighbor is more than one hop away",
        Area.BGP,
        _NEIGHBORS,
        "External sessions have TTL 1 and want a connected neighbor, unless `ebgp-multihop` says"
        " otherwise: the session stays Idle.",
        _Left("ebgp-multihop *"),
    ),
)
