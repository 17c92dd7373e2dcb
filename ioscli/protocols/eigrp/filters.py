"""Distribute-lists and offset-lists: what is let in and out, and made to look farther away."""

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.model.eigrp import EigrpDistributeList, EigrpOffsetList
from ioscli.model.ifname import InterfaceName
from ioscli.model.policy import PolicyConfig
from ioscli.model.route_map import RouteFacts, apply
from ioscli.protocols.eigrp.topology import Descriptor, Entry

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.machine import Eigrp


def permits_in(eigrp: "Eigrp", interface: "Interface", network: IPv4Network, tag: int) -> bool:
    """Whether a route that a neighbor tells is taken."""
    facts = RouteFacts(network, interface=interface.facts.name, tag=tag)
    return all(
        _permits(eigrp.policy, line, facts)
        for line in eigrp.config.distribute_lists
        if not line.outward and line.interface in (None, interface.facts.name)
    )


def permits_out(
    eigrp: "Eigrp", interface: "Interface", entry: Entry, successor: Descriptor
) -> bool:
    """Whether a route is told on an interface."""
    lines = [
        line
        for line in eigrp.config.distribute_lists
        if line.outward and not line.protocol and line.interface in (None, interface.facts.name)
    ]
    if not lines:
        return True
    external = successor.external
    facts = RouteFacts(
        entry.network,
        next_hop=IPv4Address(successor.next_hop) if successor.next_hop else None,
        interface=None if successor.interface is None else successor.interface.facts.name,
        metric=min(successor.distance, 0xFFFFFFFF),
        tag=successor.tag if external is None else external.tag,
        route_type="internal" if external is None else "external",
    )
    return all(_permits(eigrp.policy, line, facts) for line in lines)


def leaks(policy: PolicyConfig, leak_map: str, network: IPv4Network) -> bool:
    """Whether a leak-map lets a component of a summary be told beside it."""
    return apply(policy, leak_map, RouteFacts(network)) is not None


def _permits(policy: PolicyConfig, line: EigrpDistributeList, facts: RouteFacts) -> bool:
    if line.kind == "route-map":
        return apply(policy, line.name, facts) is not None
    if line.kind == "prefix":
        prefixes = policy.prefix_lists.get(line.name)
        return prefixes is None or prefixes.permits(facts.prefix)
    access = policy.access_lists.get(line.name)
    return access is None or access.permits_route(facts.prefix)


def offset(
    policy: PolicyConfig,
    lines: list[EigrpOffsetList],
    network: IPv4Network,
    interface: InterfaceName,
    *,
    outward: bool,
) -> int:
    """What offset-lists add; one of an interface comes before one of the process."""
    fitting = [
        line
        for line in lines
        if line.outward == outward
        and line.interface in (None, interface)
        and _listed(policy, line.name, network)
    ]
    if not fitting:
        return 0
    return min(fitting, key=lambda line: line.interface is None).offset


def _listed(policy: PolicyConfig, name: str, network: IPv4Network) -> bool:
    if name == "0":
        return True
    access = policy.access_lists.get(name)
    return access is not None and access.permits_route(network)
