"""Which interfaces of two nodes face each other: over cables and switches, or as tunnels."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.ipv4 import IPv4Header
from ioscli.labs.explain.ends import facing_tunnel
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.model.ifname import InterfaceName
from ioscli.router.tunnel import TunnelInterface

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial
    from ioscli.labs.topology import Topology
    from ioscli.model.config import InterfaceConfig
    from ioscli.router.interfaces import Interface
    from ioscli.router.router import Router

MOST_FINDINGS = 3
"""Of a tunnel that does not work: what comes later follows from what comes first."""


class Side(NamedTuple):
    """A router's end of a network that it has with another one."""

    node: str
    router: Router
    name: InterfaceName

    def __str__(self) -> str:
        return f"{self.name} of {self.node}"

    @property
    def interface(self) -> Interface | None:
        """None where the router has none of this name, or none that acts."""
        return self.router.interfaces.get(self.name)

    @property
    def config(self) -> InterfaceConfig | None:
        """What is configured of it."""
        return self.router.config.interfaces.get(self.name)


class Pair(NamedTuple):
    """Both ends."""

    ours: Side
    theirs: Side

    @property
    def both(self) -> tuple[tuple[Side, Side], tuple[Side, Side]]:
        """Each end, with the other one."""
        return (self.ours, self.theirs), (self.theirs, self.ours)


def pairs(
    topology: Topology, node: str, other: str, name: InterfaceName | None = None
) -> list[Pair]:
    """Interfaces of two routers that face each other; name: only this one of the first."""
    router, its = topology.routers.get(node), topology.routers.get(other)
    if router is None or its is None:
        return []
    return [
        Pair(Side(node, router, ours), Side(other, its, theirs))
        for ours in router.interfaces
        if name is None or ours == name
        for far, theirs in faced_by(topology, node, ours)
        if far == other
    ]


def faced_by(
    topology: Topology, node: str, name: InterfaceName
) -> Iterator[tuple[str, InterfaceName]]:
    """The interfaces of other routers on the network that an interface is on."""
    router = topology.routers[node]
    interface = router.interfaces.get(name)
    if isinstance(interface, TunnelInterface):
        found = facing_tunnel(topology, interface)
        if found is not None:
            yield found.node, found.tunnel.name
        return
    if interface is None:
        return
    vlan = interface.config.vlan
    for far, port in _cabled(topology, node, name.parent):
        for candidate in topology.routers[far].interfaces.values():
            if candidate.name.parent == port and candidate.config.vlan == vlan:
                yield far, candidate.name


def cables(
    topology: Topology, node: str, other: str
) -> Iterator[tuple[InterfaceName, InterfaceName]]:
    """The ports of two routers that cables join, with switches in between or not."""
    for port in topology.routers[node].hardware:
        for far, its in _cabled(topology, node, port):
            if far == other:
                yield port, its


def _cabled(
    topology: Topology, node: str, port: InterfaceName
) -> Iterator[tuple[str, InterfaceName]]:
    """The ports of routers at the other ends of a port's cable, switches in between or not."""
    reached = [(node, str(port))]
    seen = set(reached)
    for here, its in reached:
        for ends in topology.links:
            for near, far in (ends, ends[::-1]):
                whole_switch = near.node in topology.switches
                if near.node != here or (not whole_switch and str(near.port) != its):
                    continue
                key = (far.node, "" if far.node in topology.switches else str(far.port))
                if key in seen:
                    continue
                seen.add(key)
                if far.node in topology.switches:
                    reached.append(key)
                elif far.node in topology.routers and isinstance(far.port, InterfaceName):
                    yield far.node, far.port


def of_link(trial: Trial, pair: Pair) -> Iterator[Finding]:
    """What is wrong between two ends before any protocol: interfaces, addresses."""
    down = False
    for side, _ in pair.both:
        for finding in of_interface(trial, side):
            down = True
            yield finding
    if not down:
        yield from _of_addresses(pair)


def of_interface(trial: Trial, side: Side) -> Iterator[Finding]:
    """Why an interface is down; nothing where it is up."""
    interface = side.interface
    show = (f"{side.node}: show interfaces {side.name}",)
    if interface is None:
        yield Finding(f"{side.node} has no {side.name}", show, Rank.INTERFACE)
    elif interface.config.shutdown:
        yield Finding(f"{side} is shut down", show, Rank.INTERFACE)
    elif isinstance(interface, TunnelInterface) and not interface.protocol_up:
        found = trial.explained(side.node, side.name)[:MOST_FINDINGS]
        words = f"the line protocol of {side} is down ({interface.linestate})"
        yield from found or (Finding(words, show, Rank.INTERFACE),)
    elif not interface.protocol_up:
        words = f"{side} is down" if not interface.up else f"the line protocol of {side} is down"
        yield from _of_cable(trial.topology, side)
        yield Finding(words, show, Rank.INTERFACE)
    elif interface.config.address is None:
        yield Finding(f"{side} has no address", show, Rank.INTERFACE)


def _of_cable(topology: Topology, side: Side) -> Iterator[Finding]:
    """Why there is no carrier: a cut cable, or nobody at the other end."""
    for ends, link in topology.links.items():
        for near, far in (ends, ends[::-1]):
            if (near.node, near.port) != (side.node, side.name.parent):
                continue
            show = (f"{side.node}: show interfaces {side.name}",)
            if not link.up:
                yield Finding(f"the cable between {near} and {far} is cut", show, Rank.INTERFACE)
            router = topology.routers.get(far.node)
            if router is not None and isinstance(far.port, InterfaceName):
                config = router.config.interfaces.get(far.port)
                if config is None or config.shutdown:
                    shows = (f"{far.node}: show interfaces {far.port}",)
                    words = f"{far.port} of {far.node} is shut down"
                    yield Finding(words, shows, Rank.INTERFACE)


def _of_addresses(pair: Pair) -> Iterator[Finding]:
    ours, theirs = pair.ours.config, pair.theirs.config
    if ours is None or theirs is None or ours.address is None or theirs.address is None:
        return
    shows = tuple(f"{side.node}: show ip interface {side.name}" for side, _ in pair.both)
    if ours.address.ip == theirs.address.ip:
        words = f"{pair.ours} and {pair.theirs} have the same address {ours.address.ip}"
        yield Finding(words, shows, Rank.INTERFACE)
    elif ours.address.network != theirs.address.network:
        yield Finding(
            f"{pair.ours} ({ours.address}) and {pair.theirs} ({theirs.address}) are not in one "
            "network",
            shows,
            Rank.INTERFACE,
        )


def denied(pair: Pair, protocol: int, group: IPv4Address) -> Iterator[Finding]:
    """Access lists that keep what the other end sends to a group from coming in."""
    for side, other in pair.both:
        config, its = side.config, other.config
        if config is None or its is None or its.address is None:
            continue
        name = config.access_group_in
        known = None if name is None else side.router.config.policy.access_lists.get(name)
        packet = IPv4Header(its.address.ip, group, protocol, ttl=1).build(bytes(8))
        if known is not None and not known.permits(packet):
            yield Finding(
                f"access list {name} on {side} denies what comes from {other.node}",
                (f"{side.node}: show ip access-lists {name}",),
                Rank.PATH,
            )
