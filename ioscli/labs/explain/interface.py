"""What is wrong with the interface itself, or between a tunnel and the one that faces it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ioscli.labs.explain.ends import FarTunnel, carries, facing_tunnel, find_peer
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.explain.phases import answers_anybody
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
        words = f"{name} of {node} is down: see its cable, and the interface at the other end"
        yield Finding(words, (f"{node}: show interfaces {name}",), Rank.INTERFACE)
    if isinstance(interface, TunnelInterface):
        yield from _of_tunnel(topology, node, interface)
    elif not protected:
        yield from _unprotected(topology.routers[node], node, interface)


def _unprotected(router: Router, node: str, interface: Interface) -> Iterator[Finding]:
    name, crypto_map = interface.name, interface.config.crypto_map
    if crypto_map is None:
        words = f"{name} of {node} has no crypto map, and is no tunnel: nothing is encrypted there"
        tunnels = [str(it.name) for it in _tunnels_over(router, interface)]
        if tunnels:
            words += f". Tunnels whose packets leave by it: {', '.join(tunnels)}; ask about them"
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


def _tunnels_over(router: Router, interface: Interface) -> Iterator[TunnelInterface]:
    for tunnel in router.interfaces.values():
        if isinstance(tunnel, TunnelInterface) and tunnel.settings.destination is not None:
            way = tunnel.transport.way_out(int(tunnel.settings.destination))
            if way is not None and way[0] is interface:
                yield tunnel


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
    if not others and peer.router.config.nat is not None:
        return  # whose tunnel it is nobody can tell from here
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
            leads_there = flow.policy.peer == end.tunnel.settings.destination
            if leads_there or (peer is not None and peer.node == far.node):
                return True
    return False


def _may_be_protected(topology: Topology, end: FarTunnel, far: FarTunnel) -> bool:
    """It is, or a dynamic map lets anybody protect anything with it."""
    return _is_protected(topology, end, far) or answers_anybody(end.router)
