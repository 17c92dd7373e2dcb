"""Faults that only large packets meet."""

from collections.abc import Iterator

from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network

_TOPICS = ("ENCOR 2.2.b", "ENCOR 4.1", "CCIE 1.2.k", "SVPN 3.1")
_SMALL = 700
"""Less than what hosts expect of any path; IOS takes 68 and more."""


def _small(net: Network) -> Iterator[Site]:
    for port in (*net.cabled(), *(tunnel.port for tunnel in net.tunnels)):
        now = port.value("ip mtu")
        old = None if now is None else f"ip mtu {now}"
        edit = Edit(port.node, (port.header,), old, f"ip mtu {_SMALL}")
        yield Site((edit,), (f"show ip interface {port.name}",))


def _black_hole(net: Network) -> Iterator[Site]:
    for port in net.cabled():
        # The router that forwards is to keep quiet towards those it forwards for.
        quiet = [
            it
            for it in net.ports[port.node]
            if it.address is not None and it != port and it.name.kind != "Loopback"
        ]
        if not quiet or port.value("ip mtu") is not None:
            continue
        edits = (
            Edit(port.node, (port.header,), None, f"ip mtu {_SMALL}"),
            *(Edit(it.node, (it.header,), None, "no ip unreachables") for it in quiet),
        )
        yield Site(edits, tuple(f"show ip interface {it.name}" for it in (port, *quiet[:1])))


def _no_clamp(net: Network) -> Iterator[Site]:
    for port in net.all_ports():
        value = port.value("ip tcp adjust-mss")
        if value is not None:
            others = [it for it in net.beside(port) if it.value("ip tcp adjust-mss")]
            far = net.routing_neighbors(port)
            both = [it for it in (port, *others, *far) if it.value("ip tcp adjust-mss")]
            edits = tuple(
                Edit(
                    it.node,
                    (it.header,),
                    f"ip tcp adjust-mss {it.value('ip tcp adjust-mss')}",
                    None,
                )
                for it in both
            )
            yield Site(edits, (f"show ip interface {port.name}",))


def _path_mtu_discovery(net: Network) -> Iterator[Site]:
    for node, place in net.find("ip access-list extended *", "permit icmp * packet-too-big"):
        edit = Edit(node, place.sections, place.text, None)
        yield Site((edit,), ("show access-lists", "show crypto ipsec sa"))
    for node, place in net.find("interface Tunnel*", "tunnel path-mtu-discovery*"):
        name = place.sections[0].removeprefix("interface ")
        edit = Edit(node, place.sections, place.text, None)
        yield Site((edit,), (f"show interfaces {name}",))


FAULTS = (
    Fault(
        "mtu-small",
        "an interface has an IP MTU that is too small",
        Area.MTU,
        _TOPICS,
        "Small packets pass. Large ones are fragmented, which costs, or, with DF set, dropped, and"
        " their sender is told.",
        _small,
    ),
    Fault(
        "mtu-black-hole",
        "a router drops large packets and tells nobody",
        Area.MTU,
        _TOPICS,
        "A packet with DF set that does not fit is dropped, and `no ip unreachables` where it came"
        " in keeps the router from saying so: path MTU discovery (RFC 1191) hears nothing and sends"
        " the same size again. Connections open, and hang with the first large segment.",
        _black_hole,
    ),
    Fault(
        "mss-not-clamped",
        "TCP is not told of the room that a tunnel takes",
        Area.MTU,
        _TOPICS,
        "Hosts announce segments that fill their own cable. `ip tcp adjust-mss` lowers that in the"
        " SYN as it passes, so that packets fit into the tunnel from the start; without it"
        " everything depends on path MTU discovery.",
        _no_clamp,
    ),
    Fault(
        "path-mtu-unknown",
        "a router does not learn how large packets may be on the way",
        Area.MTU,
        _TOPICS,
        "Somebody on the way has a smaller MTU and says so by ICMP. Where that message is filtered,"
        " or not listened to, packets with DF set vanish on the way.",
        _path_mtu_discovery,
    ),
)
