"""What carries a tunnel: its interface, its far end, the routes, address translation."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.labs.explain.asking import Asking, is_learned
from ioscli.labs.explain.ends import End, FarTunnel, Peer, carries, facing_tunnel, find_peer
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.explain.path import IkeSeen, ike_messages
from ioscli.labs.explain.phases import answers_anybody
from ioscli.labs.explain.watch import Watch
from ioscli.labs.topology import Topology
from ioscli.router.interfaces import Interface
from ioscli.router.router import Router
from ioscli.router.tunnel import TunnelInterface

_FOLLOWS = frozenset({"down - linestate protection reg down", "down - no output interface"})
"""Line states that something else has brought about: missing SAs, a missing route."""
_IN_WORDS = {
    "down - linestate protection reg down": "it has no IPsec SAs yet",
    "down - no output interface": "there is no route to the tunnel destination",
    "down - no IPv4 tunnel source address": "its tunnel source has no address",
    "down - no IPv4 tunnel destination address": "it has no tunnel destination",
    "down - tunnel source interface down": "the interface of its tunnel source is down",
    "down - tunnel source address not configured": "its tunnel source is no address of the router",
}


def of_interface(
    topology: Topology, node: str, interface: Interface, *, protected: bool
) -> Iterator[Finding]:
    """The interface itself, before any of IPsec."""
    name = interface.name
    if interface.config.shutdown:
        words = f"{name} of {node} is shut down"
        yield Finding(words, (f"{node}: show interfaces {name}",), Rank.INTERFACE)
    elif not interface.up:
        words = f"{name} of {node} is down: nothing is at the other end of its cable"
        yield Finding(words, (f"{node}: show interfaces {name}",), Rank.INTERFACE)
    if isinstance(interface, TunnelInterface):
        yield from _of_tunnel(topology, node, interface)
    elif not protected:
        yield from _unprotected(topology.routers[node], node, interface)


def _unprotected(router: Router, node: str, interface: Interface) -> Iterator[Finding]:
    name, crypto_map = interface.name, interface.config.crypto_map
    if crypto_map is None:
        words = f"{name} of {node} has no crypto map, and is no tunnel: nothing is encrypted there"
        yield Finding(words, (f"{node}: show crypto map",), Rank.INTERFACE)
        return
    engine = router.running_crypto
    at_work = () if engine is None else engine.maps.at_work
    if any(interface in it.interfaces and it.entries for it in at_work):
        return  # a dynamic map: nobody has called
    known = router.config.crypto_maps.get(crypto_map)
    if known is None:
        words = f"{name} of {node} has crypto map {crypto_map}, which does not exist"
    else:
        words = (
            f"crypto map {crypto_map} on {name} of {node} has no entry that could work: each wants "
            "a peer, a transform set, and an access list with at least one line"
        )
    yield Finding(words, (f"{node}: show crypto map",), Rank.INTERFACE)


def _of_tunnel(topology: Topology, node: str, tunnel: TunnelInterface) -> Iterator[Finding]:
    show = f"{node}: show interfaces {tunnel.name}"
    if not tunnel.protocol_up and not tunnel.config.shutdown:
        yield _line_protocol(node, tunnel)
    source, destination = tunnel.source, tunnel.settings.destination
    if destination is None or source is None:
        return
    facing = facing_tunnel(topology, tunnel)
    if facing is None:
        yield from _no_tunnel_there(topology, node, tunnel)
        return
    other = facing.tunnel
    shows = (
        f"{show} | include Tunnel source",
        f"{facing.node}: show interfaces {other.name} | include Tunnel source",
    )
    peer = find_peer(topology, destination)
    translated = peer is None or peer.translator is not None
    if other.settings.destination not in (source, None) and not _is_translated(
        topology, other.settings.destination
    ):
        yield _leads_elsewhere(node, tunnel, facing.node, other, shows)
    elif other.source not in (destination, None) and not translated:
        yield _leads_elsewhere(facing.node, other, node, tunnel, shows)
    else:
        yield from _tunnels_differ(topology, node, tunnel, facing)


def _line_protocol(node: str, tunnel: TunnelInterface) -> Finding:
    why = _IN_WORDS.get(tunnel.linestate, tunnel.linestate)
    rank = Rank.SYMPTOM if tunnel.linestate in _FOLLOWS else Rank.INTERFACE
    shown_by = f"{node}: show interfaces {tunnel.name} | include linestate|source"
    if tunnel.linestate == "up":
        why, rank = "its keepalives are not answered", Rank.SYMPTOM
        shown_by = f"{node}: show interfaces {tunnel.name} | include Keepalive"
    return Finding(
        f"the line protocol of {tunnel.name} of {node} is down: {why}", (shown_by,), rank
    )


def _is_translated(topology: Topology, address: IPv4Address) -> bool:
    """Whether it is an address of a NAT router, which others may be hidden behind."""
    peer = find_peer(topology, address)
    return peer is not None and (peer.translator is not None or peer.router.config.nat is not None)


def _leads_elsewhere(
    speaker: str,
    mine: TunnelInterface,
    listener: str,
    theirs: TunnelInterface,
    shows: tuple[str, ...],
) -> Finding:
    return Finding(
        f"{mine.name} of {speaker} speaks from {mine.source} ({_named_source(mine)}), but "
        f"{theirs.name} of {listener} leads to {theirs.settings.destination}",
        shows,
        Rank.ENDS,
    )


def _named_source(tunnel: TunnelInterface) -> str:
    named = tunnel.source_interface
    return "tunnel source" if named is None else f"tunnel source {named}"


def _no_tunnel_there(topology: Topology, node: str, tunnel: TunnelInterface) -> Iterator[Finding]:
    source, destination = tunnel.source, tunnel.settings.destination
    assert source is not None
    assert destination is not None
    peer = find_peer(topology, destination)
    if peer is None or peer.translator is not None or _by_crypto_map(peer.router, source):
        return
    others = [
        f"{other.settings.destination}"
        for other in peer.router.interfaces.values()
        if isinstance(other, TunnelInterface) and other.settings.destination is not None
    ]
    yield Finding(
        f"{tunnel.name} of {node} speaks from {source}, but no tunnel of {peer.node} leads there"
        + (f" (they lead to {', '.join(others)})" if others else ""),
        (
            f"{node}: show interfaces {tunnel.name} | include Tunnel source",
            f"{peer.node}: show interfaces | include Tunnel source",
        ),
        Rank.ENDS,
    )


def _by_crypto_map(router: Router, source: IPv4Address) -> bool:
    engine = router.running_crypto
    return engine is not None and any(
        source in flow.policy.remote_selector.network and not flow.demands_at_once
        for flow in engine.flows.values()
    )


def _tunnels_differ(
    topology: Topology, node: str, tunnel: TunnelInterface, facing: FarTunnel
) -> Iterator[Finding]:
    peer, other = facing.node, facing.tunnel
    shows = (f"{node}: show interfaces {tunnel.name}", f"{peer}: show interfaces {other.name}")
    for what, mine, theirs in (
        ("tunnel mode", tunnel.settings.mode.value, other.settings.mode.value),
        ("tunnel key", tunnel.settings.key, other.settings.key),
    ):
        if mine != theirs:
            yield Finding(
                f"{what}: {node} has {mine or 'none'}, {peer} has {theirs or 'none'}",
                shows,
                Rank.ENDS,
            )
    yield from _one_protects(topology, FarTunnel(node, topology.routers[node], tunnel), facing)


def _one_protects(topology: Topology, ours: FarTunnel, theirs: FarTunnel) -> Iterator[Finding]:
    for end, far in ((ours, theirs), (theirs, ours)):
        if _is_protected(topology, end, far) and not _may_be_protected(topology, far, end):
            yield Finding(
                f"{end.node} encrypts what goes through the tunnel, {far.node} does not",
                (f"{end.node}: show crypto ipsec sa", f"{far.node}: show crypto ipsec sa"),
                Rank.ENDS,
            )


def _is_protected(topology: Topology, end: FarTunnel, far: FarTunnel) -> bool:
    """Whether an end encrypts its tunnel for the far end itself, not for a router before it."""
    engine = end.router.running_crypto
    for flow in () if engine is None else engine.flows.values():
        if end.tunnel.name in flow.shown_under or carries(flow.policy, end.tunnel):
            peer = find_peer(topology, flow.policy.peer)
            if peer is not None and peer.node == far.node:
                return True
    return False


def _may_be_protected(topology: Topology, end: FarTunnel, far: FarTunnel) -> bool:
    """It is, or a dynamic map lets anybody protect anything with it."""
    return _is_protected(topology, end, far) or answers_anybody(end.router)


# -- the way to the peer ---------------------------------------------------------------------------


def routes_between(
    own: tuple[str, Router, IPv4Address], peer: Peer | None, remote: IPv4Address
) -> Iterator[Finding]:
    """Whether each end has a route to the other."""
    node, router, local = own
    ways = [(node, router, remote)]
    if peer is not None and peer.translator is None:
        ways.append((peer.node, peer.router, local))
    for here, its, wanted in ways:
        if its.forwarding.way_out(int(wanted)) is None:
            words = f"{here} has no route to {wanted}, the other end of the tunnel"
            yield Finding(words, (f"{here}: show ip route {wanted}",), Rank.ROUTE)


def unheard(watch: Watch, own: End, peer: str) -> Iterator[Finding]:
    """IKE messages that left this router for the peer and never got there."""
    seen = list(ike_messages(watch))
    ours = [it for it in seen if it.frame.sender.node == own.node and it.source == own.policy.local]
    cookies = {it.cookie for it in ours}
    arrived = any(it.frame.receiver.node == peer and it.cookie in cookies for it in seen)
    if ours and not arrived:
        yield Finding(
            f"{own.node} sent {len(ours)} IKE messages to {own.policy.peer}; none reached {peer}",
            (f"{own.node}: show crypto isakmp sa", f"{own.node}: traceroute {own.policy.peer}"),
            Rank.PATH,
        )


def seen_from(watch: Watch, own: End, peer: str) -> IPv4Address:
    """The address by which the peer knows this router: another than its own behind NAT."""
    seen: list[IkeSeen] = list(ike_messages(watch))
    cookies = {it.cookie for it in seen if it.frame.sender.node == own.node}
    for it in seen:
        if it.frame.receiver.node == peer and it.cookie in cookies:
            return it.source
    return own.policy.local


# -- what goes through -----------------------------------------------------------------------------


def translated_before(end: End) -> Iterator[Finding]:
    """NAT comes before a crypto map: what it translates, the map's list does not know again."""
    policy = end.policy
    nat = end.router.config.nat
    if nat is None or end.flow.demands_at_once or policy.narrowed:
        return
    interface = end.router.interfaces[end.under]
    local, remote = policy.local_selector, policy.remote_selector
    packet = IPv4Header(
        _one_of(local.network), _one_of(remote.network), local.protocol or IpProtocol.ICMP
    ).build(bytes(8))
    if end.router.nat.mapping_of(packet, interface) is not None:
        yield Finding(
            f"NAT on {end.node} translates what goes from {local.network} to {remote.network}. NAT "
            f"comes before the crypto map, whose access list then does not match: exempt that "
            "traffic from NAT",
            (
                f"{end.node}: show ip nat translations",
                f"{end.node}: show running-config | include ip nat inside source",
                f"{end.node}: show ip access-lists",
            ),
            Rank.NAT,
        )


def _one_of(network: IPv4Network) -> IPv4Address:
    return network[1] if network.prefixlen < 32 else network[0]


def routes_to_map(end: End) -> Iterator[Finding]:
    """Whether what a crypto map is for is routed to an interface that has it."""
    if end.flow.demands_at_once:
        return
    wanted = end.policy.remote_selector.network
    found = end.router.forwarding.way_out(int(_one_of(wanted)))
    show = (f"{end.node}: show ip route {_one_of(wanted)}",)
    if found is None:
        yield Finding(f"{end.node} has no route to {wanted}", show, Rank.ROUTE)
    elif found[0].name not in end.flow.shown_under:
        yield Finding(
            f"{end.node} routes {wanted} out of {found[0].name}, where no crypto map protects it",
            show,
            Rank.ROUTE,
        )


def routes_back(far: FarTunnel, asked: Asking) -> Iterator[Finding]:
    """Whether the other end answers through the tunnel what came through the tunnel.

    Not where it routes something else through the tunnel: an address of our router need not be
    among what the tunnel is for.
    """
    router = far.router
    found = router.forwarding.way_out(int(asked.source))
    if any(
        is_learned(route) and through[0] is far.tunnel
        for route in router.route_views()
        if (through := router.forwarding.way_out(int(route.prefix.network_address))) is not None
    ):
        return
    said = (
        f"{far.node} has no route to {asked.source}"
        if found is None
        else f"{far.node} routes {asked.source} out of {found[0].name}, not through "
        f"{far.tunnel.name}"
    )
    yield Finding(
        f"{said}: what {asked.node} sends through the tunnel from there gets no answer",
        (
            f"{far.node}: show ip route {asked.source}",
            f"{asked.node}: show crypto ipsec sa | include pkts",
            f"{far.node}: show crypto ipsec sa | include pkts",
        ),
        Rank.ROUTE,
    )


def one_way(own: End, far: End) -> Iterator[Finding]:
    """There are SAs, and only one end uses them."""
    if own.flow.flow.current is None or far.flow.flow.current is None:
        return
    show = "show crypto ipsec sa | include pkts"
    for sender, receiver in ((own, far), (far, own)):
        out, back = sender.flow.flow.encaps, sender.flow.flow.decaps
        if out and not back:
            yield Finding(
                f"{sender.node} has sent {out} packets through the tunnel and got nothing back: "
                f"{receiver.node} has sent {receiver.flow.flow.encaps}",
                (f"{sender.node}: {show}", f"{receiver.node}: {show}"),
                Rank.SYMPTOM,
            )
