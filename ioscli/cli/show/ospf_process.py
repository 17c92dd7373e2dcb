"""show ip ospf and show ip ospf max-metric.

Layout: captures of IOS 15 and IOS-XE 16 (show-ip-ospf, show-ip-ospf-max-metric).
The lines about stub areas and NSSAs are as Cisco's command reference prints them.
What this router does not have it says nothing of, as releases without it do not either (`show ip
ospf` in Cisco's guide to OSPF): an event log, helping a neighbor to restart (NSF), and a limit of
the adjacencies that are made at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.codec.ospf.numbers import AS_WIDE, DO_NOT_AGE, OPTION_DC, LsType, dotted
from ioscli.model.instant import SECOND, Duration, Instant
from ioscli.model.ospf import (
    BACKBONE,
    DEFAULT_LSA_THROTTLE,
    OspfAreaKind,
    OspfAuthentication,
    OspfMaxMetric,
    OspfProcess,
)
from ioscli.model.redistribution import Redistribution
from ioscli.protocols.ospf.graph import prefix_key
from ioscli.protocols.ospf.states import NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.lsdb import Entry, Lsdb
    from ioscli.protocols.ospf.machine import Ospf

_DAY = 86_400 * SECOND


def heading(ospf: Ospf) -> Iterator[str]:
    """What most listings begin with."""
    yield ""
    yield f"{'':12}OSPF Router with ID ({dotted(ospf.router_id)}) (Process ID {ospf.process})"


def precise(span: int) -> str:
    """`00:19:54.849`: with milliseconds, within a day."""
    if span >= _DAY:
        return route_age(Duration(span))
    return f"{route_age(Duration(span))}.{span // 1000 % 1000:03}"


def show_ip_ospf(ospf: Ospf, now: Instant, booted: Instant) -> Iterator[str]:
    """`show ip ospf` of one process; booted: when the router came up."""
    config = ospf.config
    yield f' Routing Process "ospf {ospf.process}" with ID {dotted(ospf.router_id)}'
    if ospf.started is not None:
        yield _started(ospf, now, booted)
    if config.shutdown:
        yield " Routing Process is shutdown"
    yield " Supports only single TOS(TOS0) routes"
    if config.opaque:
        yield " Supports opaque LSA"
    if config.link_local_signalling:
        yield " Supports Link-local Signaling (LLS)"
    if config.transit:
        yield " Supports area transit capability"
    yield " Supports NSSA (compatible with RFC 3101)"
    yield " Supports Database Exchange Summary List Optimization (RFC 5243)"
    yield from role_lines(ospf)
    if config.redistributions:
        yield " Redistributing External Routes from,"
        for line in config.redistributions:
            yield f"    {redistribution_text(line)}"
    yield from max_metric_lines(ospf, now, booted)
    yield from _timers(config)
    yield from _databases(ospf)
    yield f" Reference bandwidth unit is {config.reference_bandwidth} mbps"
    for area in ospf.areas.values():
        yield from _area(ospf, area, now)
    yield ""


def _started(ospf: Ospf, now: Instant, booted: Instant) -> str:
    assert ospf.started is not None
    start, elapsed = ospf.started - booted, now - ospf.started
    return f" Start time: {precise(start)}, Time elapsed: {precise(elapsed)}"


def role_lines(ospf: Ospf) -> Iterator[str]:
    """Whether it borders on areas or other domains."""
    if ospf.is_border and ospf.is_boundary:
        yield " It is an area border and autonomous system boundary router"
    elif ospf.is_border:
        yield " It is an area border router"
    elif ospf.is_boundary:
        yield " It is an autonomous system boundary router"


def redistribution_text(line: Redistribution) -> str:
    """One source of external routes."""
    text = f"{line.source.name.lower()} {line.process}".rstrip()
    if line.metric is not None:
        text += f" with metric mapped to {line.metric}"
    if line.subnets:
        text += ", includes subnets in redistribution"
    return text


def max_metric_lines(ospf: Ospf, now: Instant, booted: Instant) -> Iterator[str]:
    """Whether router LSAs keep transit traffic away, and why."""
    settings = ospf.config.max_metric
    if settings is None:
        yield " Router is not originating router-LSAs with maximum metric"
        return
    left = ospf.max_metric_until
    text = " Originating router-LSAs with maximum metric"
    if left is not None:
        text += f", Time remaining: {route_age(Duration(left - now))}"
    yield text
    state = "active" if ospf.max_metric_active else "inactive"
    if settings.on_startup is not None:
        condition = f"on startup for {settings.on_startup} seconds"
    elif settings.wait_for_bgp:
        condition = "on startup while BGP is converging"
    else:
        condition = "always"
    yield f"    Condition: {condition}, State: {state}"
    yield from _told_worse(settings)
    if settings.on_startup is not None and left is None and ospf.started is not None:
        unset = Instant(ospf.started + settings.on_startup * SECOND)
        if unset <= now:
            yield (f"    Unset reason: timer expired, Originated for {settings.on_startup} seconds")
            yield f"    Unset time: {precise(unset - booted)}, Time elapsed: {precise(now - unset)}"


def _told_worse(settings: OspfMaxMetric) -> Iterator[str]:
    if settings.include_stub:
        yield "    Advertise stub links with maximum metric in router-LSAs"
    if settings.summary is not None:
        yield f"    Advertise summary-LSAs with metric {settings.summary}"
    if settings.external is not None:
        yield f"    Advertise external-LSAs with metric {settings.external}"


def show_max_metric(ospf: Ospf, now: Instant, booted: Instant) -> Iterator[str]:
    """`show ip ospf max-metric` of one process."""
    yield from heading(ospf)
    yield ""
    yield ""
    yield f"{'':16}Base Topology (MTID 0)"
    yield ""
    if ospf.started is not None:
        yield _started(ospf, now, booted)
    yield from max_metric_lines(ospf, now, booted)


def _timers(config: OspfProcess) -> Iterator[str]:
    spf, lsa = config.spf_throttle, config.lsa_throttle
    yield f" Initial SPF schedule delay {spf.start} msecs"
    yield f" Minimum hold time between two consecutive SPFs {spf.hold} msecs"
    yield f" Maximum wait time between two consecutive SPFs {spf.maximum} msecs"
    yield " Incremental-SPF disabled"
    if lsa == DEFAULT_LSA_THROTTLE:
        yield f" Minimum LSA interval {lsa.hold // 1000} secs"
    else:
        yield f" Initial LSA throttle delay {lsa.start} msecs"
        yield f" Minimum hold time for LSA throttle {lsa.hold} msecs"
        yield f" Maximum wait time for LSA throttle {lsa.maximum} msecs"
    yield f" Minimum LSA arrival {config.lsa_arrival} msecs"
    yield f" LSA group pacing timer {config.lsa_group_pacing} secs"
    yield f" Interface flood pacing timer {config.flood_pacing} msecs"
    yield f" Retransmission pacing timer {config.retransmission_pacing} msecs"


def _databases(ospf: Ospf) -> Iterator[str]:
    lsdb = ospf.lsdb
    for kind, name in ((LsType.AS_EXTERNAL, "external"), (LsType.OPAQUE_AS, "opaque AS")):
        yield (
            f" Number of {name} LSA {lsdb.count(kind)}."
            f" Checksum Sum 0x{lsdb.checksum_sum(kind):06X}"
        )
    entries = list(lsdb.entries())
    yield f" Number of DCbitless external and opaque AS LSA {_without_dc(entries)}"
    yield f" Number of DoNotAge external and opaque AS LSA {_never_aging(entries)}"
    yield area_counts(ospf)
    transit = sum(area.is_transit for area in ospf.areas.values())
    yield f" Number of areas transit capable is {transit}"
    waiting = {
        lsa.key
        for area in ospf.areas.values()
        for interface in area.interfaces
        for lsa in interface.queued()
        if lsa.kind in AS_WIDE
    }
    yield f" External flood list length {len(waiting)}"


def area_counts(ospf: Ospf) -> str:
    """How many areas of which kind there are."""
    kinds = [area.config.kind for area in ospf.areas.values()]
    normal, stub, nssa = (kinds.count(kind) for kind in OspfAreaKind)
    return (
        f" Number of areas in this router is {len(kinds)}. {normal} normal {stub} stub {nssa} nssa"
    )


def _without_dc(entries: Iterable[Entry]) -> int:
    return sum(not entry.lsa.options & OPTION_DC for entry in entries)


def _is_indication(entry: Entry) -> bool:
    """Whether an LSA tells of routers elsewhere that know no DC bit (RFC 1793 2.5.1)."""
    lsa = entry.lsa
    return lsa.kind == LsType.SUMMARY_ASBR and lsa.id == lsa.router and not lsa.options & OPTION_DC


def _never_aging(entries: Iterable[Entry]) -> int:
    return sum(bool(entry.age(entry.installed) & DO_NOT_AGE) for entry in entries)


def area_name(ospf: Ospf, number: int) -> str:
    """`BACKBONE(0)`, `1`, or with dots as it was typed."""
    text = ospf.area_text(number)
    return f"BACKBONE({text})" if number == BACKBONE else text


def _area(ospf: Ospf, area: Area, now: Instant) -> Iterator[str]:
    inner = f"{'':8}"
    active = area.active_interfaces()
    yield f"    Area {area_name(ospf, area.id)}" + ("" if active else " (Inactive)")
    loopbacks = sum(one.network_type is NetworkType.LOOPBACK for one in area.interfaces)
    count = f"{inner}Number of interfaces in this area is {len(area.interfaces)}"
    yield count + (f" ({loopbacks} loopback)" if loopbacks else "")
    yield from (inner + line for line in _kind(ospf, area))
    yield inner + {
        None: "Area has no authentication",
        OspfAuthentication.SIMPLE: "Area has simple password authentication",
        OspfAuthentication.MESSAGE_DIGEST: "Area has message digest authentication",
    }.get(area.config.authentication, "Area has no authentication")
    if area.spf_last is None:
        yield f"{inner}SPF algorithm executed {area.spf_runs} times"
    else:
        yield f"{inner}SPF algorithm last executed {precise(now - area.spf_last)} ago"
        yield f"{inner}SPF algorithm executed {area.spf_runs} times"
    yield f"{inner}Area ranges are"
    for one in area.config.ranges:
        yield f"{'':9}{_range(ospf, one.prefix, one.cost, one.advertise)}"
    yield from _database(area.lsdb, inner)
    waiting = {
        lsa.key
        for interface in area.interfaces
        for lsa in interface.queued()
        if lsa.kind not in AS_WIDE
    }
    yield f"{inner}Flood list length {len(waiting)}"


def _range(ospf: Ospf, prefix: object, cost: int | None, advertise: bool) -> str:
    from ipaddress import IPv4Network

    assert isinstance(prefix, IPv4Network)
    key = prefix_key(int(prefix.network_address), prefix.prefixlen)
    active = ospf.active_ranges.get(key)
    if active is None:
        state = "Passive"
    else:
        state = f"Active({active}{'' if cost is None else ' - configured'})"
    return f"{prefix} {state} {'Advertise' if advertise else 'DoNotAdvertise'}"


def _kind(ospf: Ospf, area: Area) -> Iterator[str]:
    config = area.config
    if config.kind is OspfAreaKind.NORMAL:
        return
    name = "stub" if config.kind is OspfAreaKind.STUB else "NSSA"
    tail = ", no summary LSA in this area" if config.no_summary and ospf.is_border else ""
    yield f"It is a {name} area{tail}"
    if config.kind is OspfAreaKind.NSSA and area.translates:
        yield "Perform type-7/type-5 LSA translation"
    if ospf.is_border and (config.kind is OspfAreaKind.STUB or config.no_summary):
        cost = 1 if config.default_cost is None else config.default_cost
        yield f"  generates {'stub' if name == 'stub' else 'NSSA'} default route with cost {cost}"


def _database(lsdb: Lsdb, inner: str) -> Iterator[str]:
    entries = list(lsdb.entries())
    plain = [entry for entry in entries if entry.lsa.kind != LsType.OPAQUE_LINK]
    total = sum(entry.lsa.checksum for entry in plain)
    yield f"{inner}Number of LSA {len(plain)}. Checksum Sum 0x{total:06X}"
    links = lsdb.count(LsType.OPAQUE_LINK)
    link_sum = lsdb.checksum_sum(LsType.OPAQUE_LINK)
    yield f"{inner}Number of opaque link LSA {links}. Checksum Sum 0x{link_sum:06X}"
    yield f"{inner}Number of DCbitless LSA {_without_dc(plain)}"
    yield f"{inner}Number of indication LSA {sum(map(_is_indication, plain))}"
    yield f"{inner}Number of DoNotAge LSA {_never_aging(plain)}"
