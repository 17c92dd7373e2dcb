"""show ip rip database. Layout: captures of IOS-XE (public outputs)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from itertools import groupby

from ioscli.cli.show.age import route_age
from ioscli.model.instant import Duration, Instant
from ioscli.model.rip import major_network
from ioscli.protocols.rip.database import Origin, RipRoute

_NOWHERE = IPv4Address("0.0.0.0")


def show_ip_rip_database(
    routes: Iterable[RipRoute], summaries: Iterable[IPv4Network], now: Instant
) -> Iterator[str]:
    """Classful network by classful network.

    summaries: those that interfaces tell instead of the routes within (`ip summary-address rip`).
    """
    ordered = sorted(routes, key=lambda route: route.prefix)
    told = sorted(set(summaries))
    for major, group in groupby(ordered, lambda it: major_network(it.prefix.network_address)):
        within = list(group)
        yield f"{major}    auto-summary"
        pending = [it for it in told if it.subnet_of(major) and _stands_for(it, within)]
        for route in within:
            while pending and pending[0] <= route.prefix:
                yield f"{pending.pop(0)}    int-summary"
            yield from show_entry(route, now)
        yield from (f"{summary}    int-summary" for summary in pending)


def _stands_for(summary: IPv4Network, routes: Iterable[RipRoute]) -> bool:
    return any(route.prefix.subnet_of(summary) for route in routes)


def show_entry(route: RipRoute, now: Instant) -> Iterator[str]:
    """One route: how it is known, and by whom."""
    prefix = route.prefix
    if not route.is_up:
        yield f"{prefix} is possibly down"
    elif route.origin is Origin.CONNECTED:
        yield f"{prefix}    directly connected, {route.interface}"
    elif route.origin is Origin.REDISTRIBUTED:
        yield f"{prefix}    redistributed"
        hop = route.next_hop or _NOWHERE
        source = "" if route.next_hop is None else " from 0.0.0.0,"
        yield f"    [{route.metric}] via {hop},{source}"
    else:
        yield f"{prefix}"
        for gateway, heard in route.paths.items():
            age = route_age(Duration(now - heard.at))
            yield f"    [{route.metric}] via {heard.next_hop}, {age}, {gateway.interface}"
