"""What carries a tunnel: the routes, the way between its ends, address translation."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.ipv4 import IpProtocol, IPv4Header
from ioscli.labs.explain.asking import Asking, is_learned
from ioscli.labs.explain.ends import End, FarTunnel, Peer
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.explain.messages import IkeSeen, ike_messages
from ioscli.labs.explain.watch import Watch
from ioscli.router.router import Router


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


def translated_on_the_way(own: End, seen: IPv4Address, agree: list[str]) -> Iterator[Finding]:
    """NAT between the ends: IPsec in UDP gets through it, in tunnel mode."""
    policy = own.policy
    if seen == policy.local:
        return
    if own.up or policy.local_selector.network != IPv4Network(policy.local):
        agree.append(f"NAT on the way turns {policy.local} into {seen}")
        return
    yield Finding(
        f"NAT on the way turns {policy.local} into {seen}, and what {own.node} wants to protect "
        f"comes from {policy.local} itself, so the two ends speak of different addresses. Tunnel "
        "mode between addresses that NAT does not see gets through; transport mode does not",
        (
            f"{own.node}: show crypto ipsec sa | include ident",
            f"{own.node}: show crypto isakmp sa detail",
        ),
        Rank.NAT,
    )


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
    if not (own.up and far.up):
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
