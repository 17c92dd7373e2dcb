"""Faults of packet filters: what a network needs, and a list that does not let it through."""

from collections.abc import Callable, Iterator

from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network, Port

_TOPICS = ("ENCOR 5.2.a", "ENARSI 3.2.a", "CCIE 4.2.b")
_VPN = (*_TOPICS, "SVPN 3.1")
_NAME = "HARDENING"


def _denying(
    wanted: Callable[[Network, Port], bool], *denied: str
) -> Callable[[Network], Iterator[Site]]:
    """A new list on interfaces that have none: it denies something, and permits the rest."""

    def sites(net: Network) -> Iterator[Site]:
        for port in net.cabled():
            filtered = any(
                it.startswith("ip access-group ") and it.endswith(" in") for it in port.lines
            )
            if filtered or not wanted(net, port):
                continue
            lines = "".join(f"\n deny {it}" for it in denied)
            text = f"ip access-list extended {_NAME}{lines}\n permit ip any any"
            yield Site(
                (
                    Edit(port.node, (port.header,), None, f"ip access-group {_NAME} in"),
                    Edit(port.node, (), None, text),
                ),
                (f"show ip interface {port.name}", "show access-lists"),
            )

    return sites


def _permitted(*words: str) -> Callable[[Network], Iterator[Site]]:
    """A line that a list on an interface needs is missing."""

    def sites(net: Network) -> Iterator[Site]:
        for node, place in net.find("ip access-list extended *", "permit *"):
            name = place.sections[0].split()[3]
            applied = net.has(node, "interface *", f"ip access-group {name} *")
            if applied and all(word in place.text.split() for word in words):
                yield Site((Edit(node, place.sections, place.text, None),), ("show access-lists",))

    return sites


def _both(
    *rules: Callable[[Network], Iterator[Site]],
) -> Callable[[Network], Iterator[Site]]:
    def sites(net: Network) -> Iterator[Site]:
        for rule in rules:
            yield from rule(net)

    return sites


def _has_crypto(net: Network, port: Port) -> bool:
    return net.has(port.node, "crypto isakmp policy *") or net.has(port.node, "crypto map *")


def _passes_tunnels(net: Network, port: Port) -> bool:
    return bool(net.tunnels) and net.is_transit(port.node)


def _speaks(protocol: str) -> Callable[[Network, Port], bool]:
    def wanted(net: Network, port: Port) -> bool:
        return net.has(port.node, f"router {protocol} *") and any(
            net.has(it.node, f"router {protocol} *") for it in net.beside(port)
        )

    return wanted


def _anywhere(net: Network, port: Port) -> bool:
    return net.is_transit(port.node)


FAULTS = (
    Fault(
        "filter-esp",
        "a packet filter drops ESP",
        Area.FILTERS,
        _VPN,
        "IKE passes, phase 1 and phase 2 come up, and one side encapsulates packets that the other"
        " never decapsulates: compare the counters of both ends. ESP is IP protocol 50, and has no"
        " ports.",
        _both(_denying(_has_crypto, "esp any any"), _permitted("esp")),
    ),
    Fault(
        "filter-isakmp",
        "a packet filter drops IKE",
        Area.FILTERS,
        _VPN,
        "IKE is UDP port 500, and 4500 behind a NAT. What sends first gets no answer at all and"
        " stays in MM_NO_STATE; no parameter is wrong.",
        _both(
            _denying(_has_crypto, "udp any any eq isakmp", "udp any any eq non500-isakmp"),
            _permitted("udp", "isakmp"),
        ),
    ),
    Fault(
        "filter-gre",
        "a packet filter drops GRE",
        Area.FILTERS,
        (*_TOPICS, "CCIE 3.1"),
        "GRE is IP protocol 47. The tunnels' ends reach each other with anything else, so the"
        " interfaces are up.",
        _denying(_passes_tunnels, "gre any any"),
    ),
    Fault(
        "filter-icmp",
        "a packet filter drops all ICMP",
        Area.FILTERS,
        _TOPICS,
        "Nothing can be pinged through it, and, worse, nobody is told that a packet was too big:"
        " path MTU discovery (RFC 1191) needs the ICMP message.",
        _both(
            _denying(_anywhere, "icmp any any"),
            _permitted("icmp", "echo"),
            _permitted("icmp", "echo-reply"),
        ),
    ),
    Fault(
        "filter-ospf",
        "a packet filter drops OSPF",
        Area.FILTERS,
        (*_TOPICS, "ENARSI 1.10.b", "CCIE 1.4.a"),
        "Hellos arrive on the wire and not at OSPF: a router that hears none has no neighbor, and"
        " one that is not heard stays in INIT.",
        _denying(_speaks("ospf"), "ospf any any"),
    ),
    Fault(
        "filter-eigrp",
        "a packet filter drops EIGRP",
        Area.FILTERS,
        (*_TOPICS, "ENARSI 1.9.b", "CCIE 1.3.a"),
        "The side with the filter hears nothing; the other hears hellos, gets no acknowledgement,"
        " and ends the neighborship after 16 tries: `retry limit exceeded`, over and over.",
        _denying(_speaks("eigrp"), "eigrp any any"),
    ),
    Fault(
        "filter-bgp",
        "a packet filter drops BGP",
        Area.FILTERS,
        (*_TOPICS, "ENARSI 1.11.b", "CCIE 1.5.a"),
        "BGP is TCP port 179, at one end of the session or the other: a list has to let both"
        " through. The neighbors can be pinged, and the session stays in Active.",
        _denying(_speaks("bgp"), "tcp any any eq bgp", "tcp any eq bgp any"),
    ),
)
