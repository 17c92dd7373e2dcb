"""Why a ping is not answered, as far as the network itself can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.exercises.checks.causes.route import why_no_way
from ioscli.exercises.checks.causes.sent_on import routes_on
from ioscli.exercises.checks.ways import walk_of, ways_of
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.labs.explain.walk import Drop, Hop, Walk
from ioscli.model.rib import RouteSource
from ioscli.router.ethernet import EthernetInterface
from ioscli.router.interfaces import NullInterface
from ioscli.router.probes import EchoKind
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.exercises.checks.echoes import Asked
    from ioscli.exercises.trial import Trial
    from ioscli.hosts.linux.host import LinuxHost
    from ioscli.labs.topology import Topology
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.router import Router

_MOST_TUNNELS = 3
"""Tunnels on the way that are looked at."""
_MOST_FINDINGS = 3
"""Of each: what comes later follows from what comes first."""


class Why(NamedTuple):
    """Causes, nearest first, and the commands that show them."""

    because: tuple[str, ...] = ()
    shown_by: tuple[str, ...] = ()


def why_lost(trial: Trial, asked: Asked) -> Why:
    """What became of the last request that was not answered."""
    node, lost = asked.echo.node, asked.lost
    if asked.unsent or not lost:
        shows = "ip address" if asked.echo.at_host else "show ip interface brief"
        return Why((asked.unsent,) if asked.unsent else (), (f"{node}: {shows}",))
    # A host that was told how much room there is sends no more that are too big.
    walk = next(filter(None, (walk_of(trial, asked, it) for it in lost)), None)
    findings = list(_story(node, walk)) if walk is not None else []
    if lost[0].kind is EchoKind.TTL_EXCEEDED and walk is not None:
        findings += _loop(trial.topology, walk)
    if lost[0].kind is not EchoKind.FRAGMENTATION_NEEDED:
        findings += _at_the_end(trial, asked, walk)
        on_the_way = list(_of_tunnels(trial, asked, walk))
        findings += on_the_way or _held_back(trial.topology, asked, walk)
    if walk is not None:
        findings += _held_by_nat(trial.topology, walk)
    if walk is not None and not _is_about(trial, findings):
        findings += _sent_on(trial, asked, walk)
    return as_why(findings)


def _is_about(trial: Trial, findings: list[Finding]) -> bool:
    """Whether anything of it concerns a router that the answer configures, or a host."""
    nodes = tuple(f"{node}: " for node in (*trial.exercise.nodes, *trial.topology.hosts))
    return any(shown.startswith(nodes) for it in findings for shown in it.shown_by)


def _sent_on(trial: Trial, asked: Asked, walk: Walk) -> Iterator[Finding]:
    """By which routes the routers of the answer sent on what was lost elsewhere."""
    hops = [step for step in walk.steps if isinstance(step, Hop)]
    source = source_of(trial.topology, asked)
    for what, to, name in (("request", asked.echo.to, "it"), ("reply", source, "the reply")):
        nodes = dict.fromkeys(hop.sender.node for hop in hops if hop.what == what)
        for node in nodes:
            router = trial.topology.routers.get(node)
            if to is None or router is None or node not in trial.exercise.nodes:
                continue
            route = router.rib.lookup(int(to))
            if route is not None and route.source is not RouteSource.CONNECTED:
                yield from routes_on(trial.topology, [node], to, name)


def as_why(findings: list[Finding]) -> Why:
    """Each sentence and each command once."""
    return Why(
        tuple(dict.fromkeys(finding.words for finding in findings)),
        tuple(dict.fromkeys(shown for finding in findings for shown in finding.shown_by)),
    )


def _story(node: str, walk: Walk) -> Iterator[Finding]:
    """What the frames and refusals tell."""
    drops = [step for step in walk.steps if isinstance(step, Drop)]
    shown_by = tuple(f"{drop.node}: {drop.shown_by}" for drop in drops[-1:])
    if walk.verdict != f"It never left {node}.":
        words = _refused(node, walk, drops[-1]) if drops and drops[-1].words else _ended(walk)
        yield Finding(words, shown_by)
    for reason in walk.reasons:
        found = _SHOW.search(reason)
        shown_by = (f"{drops[-1].node}: {found[1]}",) if found is not None and drops else ()
        yield Finding(_SHOW.sub("", reason), shown_by)


def _refused(node: str, walk: Walk, drop: Drop) -> str:
    hops = [step for step in walk.steps if isinstance(step, Hop)]
    what = "the reply" if any(it.what == "reply" and it.at <= drop.at for it in hops) else "it"
    if any(hop.what == "error" and hop.receiver.node == node for hop in hops):
        return f"{drop.node} refused {what} and told {node} so: {drop.words}"
    return f"{drop.node} refused {what} without a word to {node}: {drop.words}"


def _ended(walk: Walk) -> str:
    words = walk.verdict.removesuffix(".")
    begins = words.startswith(("It ", "The "))
    return words[0].lower() + words[1:] if begins else words


_SHOW = re.compile(r" \((show [^)]*)\)$")
"""The command at the end of a reason."""


def _loop(topology: Topology, walk: Walk) -> Iterator[Finding]:
    """Routers that send it to one another."""
    nodes = [step.sender.node for step in walk.steps if isinstance(step, Hop)]
    routers = [node for node in nodes if node in topology.routers]
    again = [node for node in dict.fromkeys(routers) if routers.count(node) > 1]
    if len(again) > 1:
        yield Finding(f"it goes round between {' and '.join(again)}", ())


# -- where it ends ---------------------------------------------------------------------------------


def _at_the_end(trial: Trial, asked: Asked, walk: Walk | None) -> Iterator[Finding]:
    """What the node at which it was last seen can do for it, or for its reply."""
    topology, node, to = trial.topology, asked.echo.node, asked.echo.to
    hops = [step for step in walk.steps if isinstance(step, Hop)] if walk is not None else []
    requests = [hop for hop in hops if hop.what == "request"]
    replies = [hop for hop in hops if hop.what == "reply"]
    source = source_of(topology, asked)
    if replies:
        node, to = replies[-1].receiver.node, source or to
    elif requests:
        node = requests[-1].receiver.node
        if _owns(topology, node, to):
            to = source or to
    drops = [step for step in walk.steps if isinstance(step, Drop)] if walk is not None else []
    if node in topology.routers:
        known = bool(drops) and drops[-1].node == node
        yield from _from_router(node, topology.routers[node], to, known=known)
        if topology.routers[node].forwarding.way_out(int(to)) is None:
            yield from why_no_way(trial, node, to)
    elif node in topology.hosts:
        yield from _from_host(node, topology.hosts[node], to)


def source_of(topology: Topology, asked: Asked) -> IPv4Address | None:
    """The address that the requests carry, as they leave."""
    echo = asked.echo
    if isinstance(echo.source, IPv4Address):
        return echo.source
    if echo.at_host:
        return topology.hosts[echo.node].stack.source_address(echo.to)
    router = topology.routers[echo.node]
    if echo.source is None:
        return router.source_address(echo.to)
    interface = router.interfaces.get(echo.source) if not isinstance(echo.source, str) else None
    return None if interface is None else next(iter(interface.own_addresses()), None)


def _owns(topology: Topology, node: str, address: IPv4Address) -> bool:
    if node in topology.hosts:
        return topology.hosts[node].stack.own(address)
    router = topology.routers.get(node)
    return router is not None and address.packed in router.forwarding.own_addresses


def _from_host(node: str, host: LinuxHost, to: IPv4Address) -> Iterator[Finding]:
    from ioscli.hosts.linux.device import EthernetDevice
    from ioscli.hosts.linux.stack import UnroutableError

    try:
        device, next_hop, _ = host.stack.way(to)
    except UnroutableError:
        yield Finding(f"{node} has no route to {to}", (f"{node}: ip route",))
        return
    if isinstance(device, EthernetDevice):
        entry = device.neighbours.entries.get(next_hop)
        if entry is not None and entry.mac is None:
            words = f"nobody answers when {node} asks by ARP for {next_hop} on {device.name}"
            yield Finding(words, (f"{node}: ip neigh",))


def _from_router(node: str, router: Router, to: IPv4Address, *, known: bool) -> Iterator[Finding]:
    """known: that the router refused it, and why, is told."""
    way = router.forwarding.way_out(int(to))
    shown_by = f"{node}: show ip route {to}"
    if way is None:
        if not known:
            yield Finding(f"{node} has no route to {to}", (shown_by,))
        yield from _down(node, router, to)
        return
    interface, next_hop = way[0], IPv4Address(way[1])
    if isinstance(interface, NullInterface):
        yield Finding(f"the route of {node} to {to} leads to Null0", (shown_by,))
    elif isinstance(interface, EthernetInterface):
        entry = interface.arp.entries.get(next_hop)
        if entry is not None and entry.mac is None:
            words = f"nobody answers when {node} asks by ARP for {next_hop} on {interface.name}"
            yield Finding(words, (shown_by, f"{node}: show ip arp {next_hop}"))


def _down(node: str, router: Router, to: IPv4Address) -> Iterator[Finding]:
    """An interface in the network of an address that would lead there, were it up."""
    for interface in router.interfaces.values():
        address = interface.config.address
        if address is not None and to in address.network and not interface.protocol_up:
            state = "shut down" if interface.config.shutdown else "down"
            words = f"{interface.name} of {node}, in the network of {to}, is {state}"
            yield Finding(words, (f"{node}: show ip interface brief",))


def _held_back(topology: Topology, asked: Asked, walk: Walk | None) -> Iterator[Finding]:
    """What the last router on the way did with it that refused nothing: IPsec, or counters."""
    hops = [step for step in walk.steps if isinstance(step, Hop)] if walk is not None else []
    if walk is not None and walk.steps and isinstance(walk.steps[-1], Drop):
        return
    node = hops[-1].receiver.node if hops else asked.echo.node
    router = topology.routers.get(node)
    source = source_of(topology, asked) or asked.echo.to
    to = source if any(hop.what == "reply" for hop in hops) else asked.echo.to
    way = None if router is None else router.forwarding.way_out(int(to))
    if router is not None and way is not None:
        name, config = way[0].name, way[0].config
        flows = [flow for flow in router.ipsec_views() if flow.interface == name]
        if (config.crypto_map or flows) and not any(flow.outbound_spi for flow in flows):
            what = f"crypto map {config.crypto_map} on {name}" if config.crypto_map else str(name)
            words = f"{what} of {node} protects what leaves there, and has no SA"
            yield Finding(words, (f"{node}: show crypto session",))
    for moved in walk.moved if walk is not None else ():
        if moved.node == node and "ARP" not in moved.counter:
            words = f"{moved.node} counts {moved.by} more: {moved.counter}"
            yield Finding(words, (f"{moved.node}: {moved.shown_by}",))


def _held_by_nat(topology: Topology, walk: Walk) -> Iterator[Finding]:
    """Where NAT does not send on what is encrypted for a router behind it."""
    hops = [step for step in walk.steps if isinstance(step, Hop)]
    node = hops[-1].receiver.node if hops else ""
    router = topology.routers.get(node)
    sealed = [layer.detail for layer in hops[-1].layers if layer.name == "ESP"] if hops else []
    if router is None or router.running_nat is None or not sealed:
        return
    spi = int(sealed[0].split()[1], 16)
    for name, other in topology.routers.items():
        known = [sa for flow in other.ipsec_views() for sa in flow.inbound if sa.spi == spi]
        if not known or name == node:
            continue
        words = f"it is inside ESP for {name}, and NAT of {node} does not send it on"
        if not other.config.isakmp.nat_keepalive:
            words += f"; {name} sends nothing by itself that would keep a translation alive"
        shows = (f"{node}: show ip nat translations", f"{name}: show crypto ipsec sa")
        yield Finding(words, shows, Rank.NAT)


# -- what is not encrypted -------------------------------------------------------------------------


def why_readable(trial: Trial, asked: Asked) -> Why:
    """Why the requests of a ping that was answered are not encrypted."""
    topology, to = trial.topology, asked.echo.to
    ways = ways_of(trial, asked)
    findings: list[Finding] = []
    for target, nodes in ((to, ways.there), (source_of(topology, asked), ways.back)):
        for node in nodes:
            router = topology.routers.get(node)
            if router is not None and target is not None:
                findings += _unprotected(node, router, target)
    last = _last(trial, asked)
    findings += _of_tunnels(trial, asked, last)
    if not findings and last is not None:
        first = next((node for node in ways.there if node in topology.routers), None)
        findings += [] if first is None else _plain(first, topology.routers[first], to)
    return as_why(findings)


def _last(trial: Trial, asked: Asked) -> Walk | None:
    return walk_of(trial, asked, asked.last[-1]) if asked.last else None


def _unprotected(node: str, router: Router, to: IPv4Address) -> Iterator[Finding]:
    """A tunnel without protection on the way, or a crypto map that lets it pass."""
    way = router.forwarding.way_out(int(to))
    if way is None or to.packed in router.forwarding.own_addresses:
        return
    name, config = way[0].name, way[0].config
    if config.crypto_map is not None:
        words = f"crypto map {config.crypto_map} on {name} of {node} leaves packets to {to} alone"
        yield Finding(words, (f"{node}: show crypto map", f"{node}: show access-lists"))
    elif isinstance(way[0], TunnelInterface) and not way[0].settings.protection_profile:
        words = f"{name} of {node} has no tunnel protection"
        yield Finding(words, (f"{node}: show running-config interface {name}",))


def _plain(node: str, router: Router, to: IPv4Address) -> Iterator[Finding]:
    way = router.forwarding.way_out(int(to))
    if way is not None and not isinstance(way[0], TunnelInterface):
        words = f"{node} sends packets to {to} out of {way[0].name}, not through a tunnel, and "
        words += "no crypto map is there"
        yield Finding(words, (f"{node}: show ip route {to}", f"{node}: show crypto map"))


# -- tunnels on the way ----------------------------------------------------------------------------


def _of_tunnels(trial: Trial, asked: Asked, walk: Walk | None) -> Iterator[Finding]:
    """What is wrong with the tunnels and crypto maps that it goes through, or would."""
    told = 0
    for node, name in list(_tunnels(trial.topology, asked, walk))[:_MOST_TUNNELS]:
        findings = trial.explained(node, name)
        yield from findings[:_MOST_FINDINGS]
        told += bool(findings)
        if told:
            return


def _tunnels(
    topology: Topology, asked: Asked, walk: Walk | None
) -> Iterator[tuple[str, InterfaceName]]:
    """First those that its routes lead through, then those that are down, router by router."""
    hops = [step for step in walk.steps if isinstance(step, Hop)] if walk is not None else []
    seen = dict.fromkeys([asked.echo.node, *(hop.receiver.node for hop in hops)])
    routers = [(node, topology.routers[node]) for node in seen if node in topology.routers]
    targets = [asked.echo.to, *filter(None, [source_of(topology, asked)])]
    found: dict[tuple[str, InterfaceName], None] = {}
    for node, router in routers:
        ways = [router.forwarding.way_out(int(target)) for target in targets]
        for interface in [way[0] for way in ways if way is not None]:
            tunnel = isinstance(interface, TunnelInterface)
            if tunnel or interface.config.crypto_map is not None:
                found[node, interface.name] = None
    for node, router in routers:
        for interface in router.interfaces.values():
            if isinstance(interface, TunnelInterface) and not interface.protocol_up:
                found[node, interface.name] = None
    yield from found
