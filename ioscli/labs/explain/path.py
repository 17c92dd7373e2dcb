"""The way between two ends: what of theirs is refused on it, and who is told.

All of it was seen: frames on the links, and packets that a router's forwarding refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EtherType
from ioscli.codec.icmp import DestinationUnreachable, UnreachableCode, parse
from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.labs.explain.ends import owner_of
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.explain.watch import Frame, Refused, Watch
from ioscli.labs.topology import Topology
from ioscli.model.ifname import InterfaceName
from ioscli.router.interfaces import Interface
from ioscli.router.router import Router
from ioscli.router.tunnel import TunnelInterface

_IKE_PORT, _NAT_T_PORT = 500, 4500
_OUTER = {
    IpProtocol.ESP: "IPsec (ESP)",
    IpProtocol.AH: "IPsec (AH)",
    IpProtocol.GRE: "GRE",
    IpProtocol.IPV4: "IP in IP",
}


def ipv4_of(frame: Frame) -> tuple[IPv4Header, bytes] | None:
    """The IPv4 packet of a frame."""
    at = 4 if frame.serial else 14
    if frame.octets[at - 2 : at] != EtherType.IPV4.to_bytes(2, "big"):
        return None
    try:
        return IPv4Header.parse(frame.octets[at:])
    except DecodeError:
        return None


# -- what is refused -------------------------------------------------------------------------------


def refused_messages(
    topology: Topology, watch: Watch, ends: frozenset[IPv4Address]
) -> Iterator[Finding]:
    """IKE, and sealed or tunnelled packets between two addresses, that a router refused."""
    told = set()
    for refused in watch.refusals:
        header, payload = IPv4Header.parse(refused.packet)
        what = _kind(header, payload)
        if not what or {header.source, header.destination} != ends or refused.reason == "too_big":
            continue
        own = owner_of(topology, header.source)
        if own is not None and own[0] == refused.node:
            continue  # its own packets: the routes of the ends are looked at elsewhere
        if (refused.node, what, refused.reason) not in told:
            told.add((refused.node, what, refused.reason))
            yield _refused(topology.routers[refused.node], refused, what, header)


def _refused(router: Router, refused: Refused, what: str, header: IPv4Header) -> Finding:
    node = refused.node
    if refused.reason == "prohibited":
        where = _where_denied(router, refused)
        return Finding(
            f"{where} of {node} denies {what} from {header.source} to {header.destination}",
            _list_shown_by(router, refused),
            Rank.PATH,
        )
    if refused.reason == "no_route":
        words = f"{node}, on the way, has no route to {header.destination}"
        return Finding(words, (f"{node}: show ip route {header.destination}",), Rank.PATH)
    reason = refused.reason.replace("_", " ")
    words = f"{node} refuses {what} from {header.source} to {header.destination}: {reason}"
    return Finding(words, (f"{node}: show ip traffic",), Rank.PATH)


def _kind(header: IPv4Header, payload: bytes) -> str:
    if header.protocol == IpProtocol.UDP and len(payload) >= 4:
        port = int.from_bytes(payload[2:4], "big")
        return f"IKE (UDP port {port})" if port in (_IKE_PORT, _NAT_T_PORT) else ""
    return _OUTER.get(IpProtocol(header.protocol), "") if header.protocol in _OUTER else ""


def _list_of(router: Router, refused: Refused) -> tuple[str, InterfaceName] | None:
    """The access list that a denied packet met: inbound where it came, else outbound."""
    for name, inbound in ((refused.interface, True), (refused.way, False)):
        interface = None if name is None else router.interfaces.get(name)
        if interface is not None:
            config = interface.config
            named = config.access_group_in if inbound else config.access_group_out
            if named is not None:
                return named, interface.name
    return None


def _where_denied(router: Router, refused: Refused) -> str:
    found = _list_of(router, refused)
    return "an access list" if found is None else f"access list {found[0]} on {found[1]}"


def _list_shown_by(router: Router, refused: Refused) -> tuple[str, ...]:
    found = _list_of(router, refused)
    if found is None:
        return (f"{refused.node}: show ip access-lists",)
    return (
        f"{refused.node}: show ip access-lists {found[0]}",
        f"{refused.node}: show ip interface {found[1]} | include access list",
    )


# -- what is too large -----------------------------------------------------------------------------


def black_holes(
    topology: Topology, watch: Watch, ends: frozenset[IPv4Address]
) -> Iterator[Finding]:
    """Packets that are too large for a link on the way, and whose sender never hears of it."""
    told = set()
    for refused in watch.refusals:
        header, payload = IPv4Header.parse(refused.packet)
        sender = owner_of(topology, header.source)
        key = refused.node, header.source
        if (
            refused.reason != "too_big"
            or refused.mtu is None
            or {header.source, header.destination} != ends
            or not _kind(header, payload)
            or sender is None
            or sender[0] == refused.node
            or key in told
        ):
            continue
        if not _has_learned(sender[1], header, refused.mtu):
            told.add(key)
            yield _black_hole(topology, watch, refused, sender[0], header)


def _has_learned(router: Router, header: IPv4Header, mtu: int) -> bool:
    """Whether the sender makes smaller packets by now."""
    engine = router.running_crypto
    for flow in () if engine is None else engine.flows.values():
        if (flow.policy.local, flow.policy.peer) == (header.source, header.destination):
            return flow.path_mtu <= mtu
    for interface in router.interfaces.values():
        if isinstance(interface, TunnelInterface) and (
            interface.source == header.source
            and interface.settings.destination == header.destination
        ):
            return interface.ip_mtu + interface.overhead <= mtu
    return True


def _black_hole(
    topology: Topology, watch: Watch, refused: Refused, sender: str, header: IPv4Header
) -> Finding:
    node = refused.node
    router = topology.routers[node]
    words = (
        f"large packets vanish: {node} takes at most {refused.mtu} bytes out of {refused.way}, "
        f"{sender} sends it more, and they must not be fragmented. "
    )
    shows = [
        f"{node}: show ip interface {refused.way} | include MTU",
        f"{sender}: show crypto ipsec sa | include mtu",
    ]
    last = _last_word(watch, refused, header.source)
    silent = _silent(router, refused.interface)
    if last is None:
        if silent is not None:
            words += f"{node} has `no ip unreachables` on {silent.name}, so it does not say so"
            shows.insert(0, f"{node}: show ip interface {silent.name} | include unreachables")
        else:
            words += f"No ICMP message of {node} says so"
    else:
        reached = last.receiver.node
        denied = _denied_word(watch, refused, header.source)
        words += f"{node} says so with an ICMP message, but "
        if denied is not None:
            at = topology.routers[denied.node]
            words += f"{_where_denied(at, denied)} of {denied.node} denies it"
            shows[0:0] = _list_shown_by(at, denied)
        else:
            words += f"it goes no further than {reached}"
    return Finding(f"{words}. So {sender} never sends smaller ones", tuple(shows), Rank.PATH)


def _silent(router: Router, name: InterfaceName | None) -> Interface | None:
    """The interface that packets came in by, if its unreachables are off."""
    interface = None if name is None else router.interfaces.get(name)
    if interface is None or interface.config.unreachables:
        return None
    return interface


def _last_word(watch: Watch, refused: Refused, sender: IPv4Address) -> Frame | None:
    """The last link that a "fragmentation needed" to the sender was seen on."""
    last = None
    for frame in watch.frames:
        if frame.at >= refused.at:
            packet = ipv4_of(frame)
            if packet is not None and _is_word(*packet, sender):
                last = frame
    return last


def _denied_word(watch: Watch, refused: Refused, sender: IPv4Address) -> Refused | None:
    """Where an access list denied that message."""
    for other in watch.refusals:
        if other.reason == "prohibited" and other.at >= refused.at:
            header, payload = IPv4Header.parse(other.packet)
            if _is_word(header, payload, sender):
                return other
    return None


def _is_word(header: IPv4Header, payload: bytes, sender: IPv4Address) -> bool:
    """Whether a packet is the ICMP message "fragmentation needed" about one of the sender."""
    if header.protocol != IpProtocol.ICMP or header.destination != sender:
        return False
    try:
        message = parse(payload)
    except DecodeError:
        return False
    return (
        isinstance(message, DestinationUnreachable)
        and message.code == UnreachableCode.FRAGMENTATION_NEEDED
        and message.original[12:16] == sender.packed
    )
