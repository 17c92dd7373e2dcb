"""What `show ip protocols` says of RIP. Layout: captures of IOS 15 and IOS-XE (public outputs)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.cli.show.ip_protocols_filters import update_filters
from ioscli.model.instant import SECOND, Duration, Instant
from ioscli.model.rib import RouteSource
from ioscli.model.rip import DistributeList, OffsetList, RipConfig

if TYPE_CHECKING:
    from ioscli.protocols.rip.interface import RipInterface
    from ioscli.router.routing_process import RoutingProcess


_FIRST = (RouteSource.CONNECTED, RouteSource.STATIC)
"""What IOS lists before the protocols that are redistributed."""


def _rank(source: RouteSource) -> int:
    return _FIRST.index(source) if source in _FIRST else len(_FIRST)


def section(process: RoutingProcess, now: Instant) -> Iterator[str]:
    """The lines of one table's RIP."""
    from ioscli.router.rip import RipProcess

    assert isinstance(process, RipProcess)
    rip, config = process.machine, process.config
    interfaces = sorted(rip.interfaces.values(), key=lambda it: it.name.listing_order)
    yield 'Routing Protocol is "rip"'
    if config.output_delay:
        yield f"  Output delay {config.output_delay} milliseconds between packets"
    yield from _filters("Outgoing", [it for it in config.filters if not it.inbound])
    yield from _filters("Incoming", [it for it in config.filters if it.inbound])
    yield from _offsets(config.offsets)
    due = 0 if rip.next_update is None else max(0, rip.next_update - now) // SECOND
    yield f"  Sending updates every {config.update} seconds, next due in {due} seconds"
    yield (
        f"  Invalid after {config.invalid} seconds, hold down {config.holddown}, "
        f"flushed after {config.flush}"
    )
    if config.default_metric is not None:
        yield f"  Default redistribution metric is {config.default_metric}"
    lines = sorted(config.redistributions, key=lambda it: _rank(it.source))
    sources = [f"{it.source.name.lower()} {it.process}".rstrip() for it in lines]
    yield f"  Redistributing: {', '.join((*sources, 'rip'))}"
    if config.neighbors:
        yield "  Neighbor(s):"
        yield from (f"    {address}" for address in config.neighbors)
    yield from _versions(config, [it for it in interfaces if not it.passive], process)
    state = "in effect" if config.auto_summary else "not in effect"
    yield f"  Automatic network summarization is {state}"
    summaries = [(prefix, it.name) for it in interfaces for prefix in it.summaries]
    if summaries:
        yield "  Address Summarization:"
        yield from (f"    {prefix} for {name}" for prefix, name in summaries)
    yield f"  Maximum path: {config.maximum_paths}"
    yield "  Routing for Networks:"
    yield from (f"    {network}" for network in sorted(config.networks))
    silent = [it.name for it in interfaces if it.passive]
    if silent:
        yield "  Passive Interface(s):"
        yield from (f"    {name}" for name in silent)
    yield "  Routing Information Sources:"
    yield "    Gateway         Distance      Last Update"
    for neighbor in rip.neighbors.values():
        age = route_age(Duration(now - neighbor.last_update))
        yield f"    {neighbor.address!s:<16}{config.distance:>8}{'':6}{age}"
    yield f"  Distance: (default is {config.distance})"


def _filters(way: str, lines: Sequence[DistributeList]) -> Iterator[str]:
    general = [_list(it) for it in lines if it.interface is None and it.source is None]
    return update_filters(way, general, [(_where(it), _list(it)) for it in lines if _where(it)])


def _where(line: DistributeList) -> str:
    if line.interface is not None:
        return str(line.interface)
    if line.source is None:
        return ""
    source, name = line.source
    return f"Redistributed {source.name.lower()} {name}".rstrip()


def _list(line: DistributeList) -> str:
    kind = "(prefix-list) " if line.prefix_list else ""
    name = f"{kind}{line.name}" if line.name else ""
    gateway = f"gateway {line.gateway}" if line.gateway else ""
    return " ".join(part for part in (name, gateway) if part)


def _offsets(lines: Iterable[OffsetList]) -> Iterator[str]:
    for line in lines:
        way = "Incoming" if line.inbound else "Outgoing"
        which = f" if on list {line.name}" if line.name != "0" else ""
        where = "" if line.interface is None else f" on {line.interface}"
        yield f"  {way} routes{where} will have {line.offset} added to metric{which}"


def _versions(
    config: RipConfig, interfaces: Sequence[RipInterface], process: RoutingProcess
) -> Iterator[str]:
    control = "send version 1, receive any version"
    if config.version is not None:
        control = f"send version {config.version}, receive version {config.version}"
    yield f"  Default version control: {control}"
    if interfaces:
        yield "    Interface                           Send  Recv  Triggered RIP  Key-chain"
    for interface in interfaces:
        settings = process.router.config.interfaces[interface.name].rip
        chain = (settings.key_chain if settings else None) or ""
        send, receive = (" ".join(map(str, it)) for it in (interface.send, interface.receive))
        yield f"    {interface.name!s:<36}{send:<6}{receive:<11}{'No':<10}{chain}".rstrip()
