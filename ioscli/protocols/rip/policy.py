"""Offset lists and distribute lists."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.rip import INFINITY
from ioscli.model.ifname import InterfaceName
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import RouteSource
from ioscli.model.rip import DistributeList, OffsetList, RipConfig

_EVERY_ROUTE = "0"


def offset_metric(
    policy: PolicyConfig,
    config: RipConfig,
    metric: int,
    prefix: IPv4Network,
    interface: InterfaceName,
    *,
    inbound: bool,
) -> int:
    """A metric with what the offset list of an interface, or else of all, adds."""
    if metric >= INFINITY:
        return metric
    offset = _offset(policy, config.offsets, prefix, interface, inbound=inbound)
    return min(metric + offset, INFINITY)


def _offset(
    policy: PolicyConfig,
    lists: Iterable[OffsetList],
    prefix: IPv4Network,
    interface: InterfaceName,
    *,
    inbound: bool,
) -> int:
    for wanted in (interface, None):
        for line in lists:
            if line.inbound is inbound and line.interface == wanted:
                known = policy.access_lists.get(line.name)
                if line.name == _EVERY_ROUTE or known is None or known.permits_route(prefix):
                    return line.offset
    return 0


def comes_in(
    policy: PolicyConfig,
    config: RipConfig,
    prefix: IPv4Network,
    source: IPv4Address,
    interface: InterfaceName,
) -> bool:
    """Whether the inbound distribute lists let a route in: the interface's and the general one."""
    return all(
        _permits(policy, line, prefix, source)
        for line in config.filters
        if line.inbound and line.interface in (None, interface)
    )


def goes_out(
    policy: PolicyConfig,
    config: RipConfig,
    prefix: IPv4Network,
    interface: InterfaceName,
    origin: tuple[RouteSource, str] | None,
) -> bool:
    """Whether the outbound distribute lists let a route out.

    origin: of redistributed routes, for the lists that name one.
    """
    return all(
        _permits(policy, line, prefix, None)
        for line in config.filters
        if not line.inbound
        and line.interface in (None, interface)
        and line.source in (None, origin)
    )


def _permits(
    policy: PolicyConfig, line: DistributeList, prefix: IPv4Network, source: IPv4Address | None
) -> bool:
    if line.gateway and source is not None:
        gateways = policy.prefix_lists.get(line.gateway)
        if gateways is not None and not gateways.permits(IPv4Network((source, 32))):
            return False
    if not line.name:
        return True
    if line.prefix_list:
        prefixes = policy.prefix_lists.get(line.name)
        return prefixes is None or prefixes.permits(prefix)
    known = policy.access_lists.get(line.name)
    return known is None or known.permits_route(prefix)
