"""What an interface is told: split horizon, summaries, filters (RFC 2453 sections 3.4.3, 3.10)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import NamedTuple

from ioscli.model.policy import PolicyConfig
from ioscli.model.rip import RipConfig, major_network
from ioscli.protocols.rip.database import Origin, RipRoute
from ioscli.protocols.rip.interface import RipInterface
from ioscli.protocols.rip.policy import goes_out, offset_metric


class Advertised(NamedTuple):
    """A route as it is told."""

    prefix: IPv4Network
    metric: int
    tag: int = 0
    next_hop: int = 0


def advertised(
    routes: Iterable[RipRoute],
    interface: RipInterface,
    version: int,
    config: RipConfig,
    policy: PolicyConfig,
) -> list[Advertised]:
    """The entries of an update out of an interface, in the order of prefixes."""
    found: dict[IPv4Network, Advertised] = {}
    for route in routes:
        metric = _metric(route, interface)
        if metric is None or not goes_out(
            policy, config, route.prefix, interface.name, route.source
        ):
            continue
        metric = offset_metric(policy, config, metric, route.prefix, interface.name, inbound=False)
        prefix = _told_as(route.prefix, interface, version, config)
        if prefix is None:
            continue
        known = found.get(prefix)
        # A summary has the metric of the nearest of its routes.
        if known is None or metric < known.metric:
            tag = route.tag if prefix == route.prefix and version > 1 else 0
            found[prefix] = Advertised(prefix, metric, tag, _next_hop(route, interface, version))
    return [found[prefix] for prefix in sorted(found)]


def _metric(route: RipRoute, interface: RipInterface) -> int | None:
    """The metric to tell, or None: nothing is told (split horizon).

    What became unreachable is told on the interface it was learned from too (poison reverse).
    """
    if not interface.split_horizon:
        return route.cost
    if route.origin is Origin.CONNECTED and route.interface == interface.name:
        return None
    if route.is_up and any(gateway.interface == interface.name for gateway in route.paths):
        return None
    return route.cost


def _told_as(
    prefix: IPv4Network, interface: RipInterface, version: int, config: RipConfig
) -> IPv4Network | None:
    """The prefix that stands for a route on an interface; None: it cannot be told there."""
    for summary in interface.summaries:
        if version > 1 and prefix.subnet_of(summary):
            return summary
    if prefix.prefixlen == 0:
        return prefix
    major = major_network(prefix.network_address)
    networks = [it.network for it in interface.addresses]
    elsewhere = all(major_network(it.network_address) != major for it in networks)
    summarised = version == 1 or config.auto_summary
    if summarised and elsewhere and prefix.prefixlen > major.prefixlen:
        return major
    if version > 1:
        return prefix
    # RFC 1058 section 3.2: without masks only subnets of the interface's own length can be told.
    fits = prefix == major or prefix.prefixlen in (networks[0].prefixlen, 32)
    return prefix if fits else None


def _next_hop(route: RipRoute, interface: RipInterface, version: int) -> int:
    """RFC 2453 section 4.4: a better next hop on the same network, or 0: the sender."""
    hop = route.next_hop
    if version == 1 or hop is None or hop not in interface.addresses[0].network:
        return 0
    return int(hop)
