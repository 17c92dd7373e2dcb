"""Faults of address translation."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.exercises.config_text import Place
from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network, Port

_TOPICS = ("ENCOR 3.4.b", "CCIE 4.5.d")
_SHOWS = ("show ip nat statistics", "show ip nat translations")
_SOURCE = "ip nat inside source list "


def _sides(net: Network, side: str) -> Iterator[Port]:
    for port in net.all_ports():
        if f"ip nat {side}" in port.lines:
            yield port


def _lists(net: Network) -> Iterator[tuple[str, str, list[Place]]]:
    """The lists that say what is translated: the router, the name, its entries."""
    for node, place in net.find(f"{_SOURCE}*"):
        name = place.text.split()[5]
        tree = net.trees[node]
        entries = [
            *tree.find(f"access-list {name} *"),
            *tree.find(f"ip access-list * {name}", "permit *"),
            *tree.find(f"ip access-list * {name}", "deny *"),
        ]
        yield node, name, sorted(entries, key=lambda entry: entry.number)


def _exemption(net: Network) -> Iterator[Site]:
    for node, name, entries in _lists(net):
        for place in entries:
            if "deny" in place.text.split()[:3]:
                edit = Edit(node, place.sections, place.text, None)
                yield Site((edit,), (f"show access-lists {name}", *_SHOWS))


def _wrong_list(net: Network) -> Iterator[Site]:
    for node, name, entries in _lists(net):
        for place in entries:
            words = place.text.split()
            at = next((i for i, word in enumerate(words) if _is_network(words, i)), None)
            if at is not None and "permit" in words:
                wrong = IPv4Address(int(IPv4Address(words[at])) ^ _size(words[at + 1]))
                line = " ".join([*words[:at], str(wrong), *words[at + 1 :]])
                edit = Edit(node, place.sections, place.text, line)
                yield Site((edit,), (f"show access-lists {name}", *_SHOWS))


def _is_network(words: list[str], index: int) -> bool:
    """Whether an address with its wildcard stands there."""
    pair = words[index : index + 2]
    return len(pair) == 2 and all(it.count(".") == 3 for it in pair) and 0 < _size(pair[1]) <= 65536


def _size(inverse: str) -> int:
    return int(IPv4Address(inverse)) + 1


def _swapped(net: Network) -> Iterator[Site]:
    for node in net.nodes:
        edits = [
            Edit(port.node, (port.header,), f"ip nat {side}", f"ip nat {other}")
            for side, other in (("inside", "outside"), ("outside", "inside"))
            for port in _sides(net, side)
            if port.node == node
        ]
        if len(edits) > 1:
            yield Site(tuple(edits), ("show ip nat statistics", "show ip interface brief"))


def _side_missing(net: Network) -> Iterator[Site]:
    for side in ("inside", "outside"):
        for port in _sides(net, side):
            edit = Edit(port.node, (port.header,), f"ip nat {side}", None)
            yield Site((edit,), _SHOWS)


def _overload(net: Network) -> Iterator[Site]:
    for node, place in net.find(f"{_SOURCE}* pool * overload"):
        edit = Edit(node, (), place.text, place.text.removesuffix(" overload"))
        yield Site((edit,), _SHOWS)


def _rule(net: Network) -> Iterator[Site]:
    for node, place in net.find("ip nat inside source *"):
        yield Site((Edit(node, (), place.text, None),), _SHOWS)


FAULTS = (
    Fault(
        "nat-exemption",
        "packets for the VPN are translated",
        Area.NAT,
        (*_TOPICS, "SVPN 3.1"),
        "A router translates before it encrypts. The new source address is none that the crypto"
        " access list names, and the packets leave in the clear, or not at all.",
        _exemption,
    ),
    Fault(
        "nat-list",
        "the list of what is translated names another network",
        Area.NAT,
        _TOPICS,
        "What the list does not permit leaves with its private address: it gets there, and nobody"
        " there knows the way back.",
        _wrong_list,
    ),
    Fault(
        "nat-sides-swapped",
        "inside and outside are the wrong way round",
        Area.NAT,
        _TOPICS,
        "Translation of sources is for packets that come in at an inside interface and leave by an"
        " outside one: none does.",
        _swapped,
    ),
    Fault(
        "nat-side-missing",
        "an interface is neither inside nor outside",
        Area.NAT,
        _TOPICS,
        "A packet is translated between an inside and an outside interface only, and this one is"
        " neither; `show ip nat statistics` lists which are.",
        _side_missing,
    ),
    Fault(
        "nat-overload",
        "the addresses to translate to do not suffice",
        Area.NAT,
        _TOPICS,
        "Without `overload` an inside global address belongs to one inside host at a time: the"
        " first one gets through, the others wait until its entry ages out.",
        _overload,
    ),
    Fault(
        "nat-rule",
        "nothing says what is translated",
        Area.NAT,
        _TOPICS,
        "The interfaces are marked, but no rule names sources to translate: packets leave as they"
        " came.",
        _rule,
    ),
)
