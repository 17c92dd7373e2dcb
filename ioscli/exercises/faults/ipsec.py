"""Faults of IPsec: proposals, crypto maps and their lists, profiles."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.exercises.config_text import Place
from ioscli.exercises.faults.fault import Area, Edit, Fault, Site
from ioscli.exercises.faults.network import Network

_TOPICS = ("ENCOR 2.2.b", "ENARSI 2.3.c", "SVPN 3.1")
_MAPS = (*_TOPICS, "SVPN 4.3")
_SA = "show crypto ipsec sa"
_OTHER_CIPHER = {"esp-aes 256": "esp-aes", "esp-aes": "esp-aes 256", "esp-3des": "esp-aes"}
_OTHER_HASH = {
    "esp-sha-hmac": "esp-sha256-hmac",
    "esp-sha256-hmac": "esp-sha-hmac",
    "esp-md5-hmac": "esp-sha-hmac",
}


def _transform(net: Network) -> Iterator[Site]:
    for node, place in net.find("crypto ipsec transform-set *"):
        words = place.text.split()
        name, transforms = " ".join(words[:4]), " ".join(words[4:])
        for known in (_OTHER_HASH, _OTHER_CIPHER):
            now = next((it for it in known if f"{it} " in f"{transforms} "), None)
            if now is not None:
                line = f"{name} {transforms.replace(now, known[now])}"
                edit = Edit(node, (), place.text, line)
                yield Site((edit,), ("show crypto ipsec transform-set", _SA))


def _entries(net: Network) -> Iterator[tuple[str, Place]]:
    """Entries of crypto maps, and profiles: what is proposed for phase 2."""
    yield from net.find("crypto map * ipsec-isakmp")
    yield from net.find("crypto ipsec profile *")
    yield from net.find("crypto dynamic-map *")


def _pfs(net: Network) -> Iterator[Site]:
    for node, entry in _entries(net):
        line = next((it for it in entry.line.commands if it.startswith("set pfs")), None)
        new = None if line is not None else "set pfs group14"
        yield Site((Edit(node, (entry.text,), line, new),), ("show crypto map", _SA))


def _no_transform(net: Network) -> Iterator[Site]:
    for node, entry in _entries(net):
        line = next((it for it in entry.line.commands if it.startswith("set transform-set ")), None)
        if line is not None:
            yield Site((Edit(node, (entry.text,), line, None),), ("show crypto map", _SA))


def _peer(net: Network) -> Iterator[Site]:
    for node, place in net.find("crypto map * ipsec-isakmp", "set peer *"):
        words = place.text.split()
        line = " ".join(["set peer", f"{IPv4Address(words[2]) + 1}", *words[3:]])
        edit = Edit(node, place.sections, place.text, line)
        yield Site((edit,), ("show crypto map", "show crypto isakmp sa"))


def _protected(net: Network) -> Iterator[tuple[str, Place]]:
    """The entries of lists that say what a crypto map protects."""
    for node, use in net.find("crypto *map * *", "match address *"):
        name = use.text.split()[2]
        tree = net.trees[node]
        for place in (
            *tree.find(f"access-list {name} permit *"),
            *tree.find(f"ip access-list extended {name}", "permit *"),
        ):
            yield node, place


def _list_asymmetry(net: Network) -> Iterator[Site]:
    for node, place in _protected(net):
        wrong = _other_destination(place.text)
        if wrong is not None:
            edit = Edit(node, place.sections, place.text, wrong)
            yield Site((edit,), ("show access-lists", _SA))


def _other_destination(line: str) -> str | None:
    """The same entry for a network twice as large, or for the next host."""
    words = line.split()
    if words[-2] == "host":
        return " ".join([*words[:-1], f"{IPv4Address(words[-1]) + 1}"])
    if words[-1].count(".") != 3 or words[-2].count(".") != 3:
        return None
    inverse = int(IPv4Address(words[-1])) << 1 | 1
    network = int(IPv4Address(words[-2])) & ~inverse
    return " ".join(
        [*words[:-2], str(IPv4Address(network)), str(IPv4Address(inverse & 0xFFFFFFFF))]
    )


def _list_protocol(net: Network) -> Iterator[Site]:
    for node, place in _protected(net):
        words = place.text.split()
        at = words.index("permit") + 1
        other = {"gre": "ip", "ip": "tcp"}.get(words[at])
        if other is not None:
            line = " ".join([*words[:at], other, *words[at + 1 :]])
            edit = Edit(node, place.sections, place.text, line)
            yield Site((edit,), ("show access-lists", _SA))


def _no_list(net: Network) -> Iterator[Site]:
    for node, place in net.find("crypto map * ipsec-isakmp", "match address *"):
        yield Site((Edit(node, place.sections, place.text, None),), ("show crypto map", _SA))


def _not_applied(net: Network) -> Iterator[Site]:
    for node, place in net.find("interface *", "crypto map *"):
        edit = Edit(node, place.sections, place.text, None)
        yield Site((edit,), ("show crypto map", "show crypto session"))


def _not_protected(net: Network) -> Iterator[Site]:
    for node, place in net.find("interface Tunnel*", "tunnel protection ipsec profile *"):
        name = place.sections[0].removeprefix("interface ")
        edit = Edit(node, place.sections, place.text, None)
        yield Site((edit,), (f"show interfaces {name}", "show crypto session"))


def _reverse_route(net: Network) -> Iterator[Site]:
    for node, place in net.find("crypto *map * *", "reverse-route"):
        edit = Edit(node, place.sections, place.text, None)
        yield Site((edit,), ("show crypto map", "show ip route static"))


FAULTS = (
    Fault(
        "ipsec-transform",
        "the transform sets differ",
        Area.IPSEC,
        _TOPICS,
        "Phase 1 is QM_IDLE. In quick mode the responder finds no proposal that it has as well,"
        " says NO-PROPOSAL-CHOSEN, and there is no SA: `#send errors` rise.",
        _transform,
    ),
    Fault(
        "ipsec-pfs",
        "one of two peers wants perfect forward secrecy",
        Area.IPSEC,
        (*_TOPICS, "SVPN 4.8"),
        "A responder that has a group configured refuses a quick mode without key exchange; one"
        " that has none takes both. So it may depend on who begins.",
        _pfs,
    ),
    Fault(
        "ipsec-no-transform",
        "a crypto map or profile has no transform set",
        Area.IPSEC,
        _TOPICS,
        "A map entry without transform set is incomplete and does nothing; a profile takes IOS's"
        " own set, which is not the other side's.",
        _no_transform,
    ),
    Fault(
        "crypto-peer",
        "a crypto map names another peer",
        Area.IPSEC,
        _MAPS,
        "IKE is tried with an address at which nobody has an answer or a key for it. The other side"
        " may begin, and is refused, for the map has no entry with its address.",
        _peer,
    ),
    Fault(
        "crypto-list-asymmetry",
        "the peers' crypto access lists do not mirror each other",
        Area.IPSEC,
        _MAPS,
        "The lists become the identities of phase 2, and the responder looks for an entry that"
        " covers what is proposed: `proxy identities not supported`. The side with the wider list"
        " may still answer, and cannot begin.",
        _list_asymmetry,
    ),
    Fault(
        "crypto-list-protocol",
        "a crypto access list names another protocol",
        Area.IPSEC,
        _MAPS,
        "The protocol is part of the identities of phase 2, and packets of other protocols do not"
        " ask for protection at all.",
        _list_protocol,
    ),
    Fault(
        "crypto-no-list",
        "a crypto map does not say what to protect",
        Area.IPSEC,
        _MAPS,
        "An entry without access list is incomplete: it matches nothing, and packets pass it in the"
        " clear.",
        _no_list,
    ),
    Fault(
        "crypto-map-not-applied",
        "a crypto map is applied to no interface",
        Area.IPSEC,
        _MAPS,
        "All is configured, and nothing happens: packets leave in the clear. The other side drops"
        " what its own list says should have been encrypted (`%CRYPTO-4-RECVD_PKT_NOT_IPSEC`).",
        _not_applied,
    ),
    Fault(
        "tunnel-not-protected",
        "one end of a tunnel is not protected",
        Area.IPSEC,
        _TOPICS,
        "It sends GRE in the clear, which the other end drops (`%CRYPTO-4-RECVD_PKT_NOT_IPSEC`),"
        " and has no answer to the other's IKE.",
        _not_protected,
    ),
    Fault(
        "crypto-reverse-route",
        "no route leads back through the VPN",
        Area.IPSEC,
        _MAPS,
        "Reverse route injection puts the peer's networks into the routing table while their SAs"
        " are there. Without it, those behind the router send their answers elsewhere.",
        _reverse_route,
    ),
)
