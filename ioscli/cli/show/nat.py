"""`show ip nat translations` and `show ip nat statistics`.

Layout: captures of IOS 15 (the third column of the table begins at one place whatever the
protocol's name, as far as it fits; lines of a flow stand before the line of the address).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.show.age import route_age
from ioscli.model.instant import Duration, Instant
from ioscli.model.nat import DynamicMapping, NatPool, NatSide, StaticMapping
from ioscli.router.nat.debug_lines import protocol_name

if TYPE_CHECKING:
    from ioscli.router.nat.nat import Nat
    from ioscli.router.nat.table import Ends, NatTable, Translation
    from ioscli.router.router import Router

_HEADER = "Pro Inside global      Inside local       Outside local      Outside global"
_NOTHING = "---"
_FIRST, _COLUMN = 22, 18
_DAY = 86_400


class Row(NamedTuple):
    """A translation and the VRF that it is in."""

    it: Translation
    vrf: str


def chosen(
    tables: Iterable[tuple[str, NatTable]],
    *,
    protocol: str | None = None,
    inside: IPv4Address | None = None,
    outside: IPv4Address | None = None,
    vrf: str | None = None,
) -> list[Row]:
    """The translations that were asked for, in the order of the table."""
    rows = []
    for name, table in tables:
        if vrf is not None and name != vrf:
            continue
        for it in table.lines.values():
            if protocol is not None and (not it.extended or protocol_name(it.protocol) != protocol):
                continue
            if not _has(it.inside, inside) or not _has(it.outside, outside):
                continue
            rows.append(Row(it, name))
    return sorted(rows, key=_order)


def _has(ends: Ends | None, address: IPv4Address | None) -> bool:
    if address is None:
        return True
    return ends is not None and address.packed in (ends.local, ends.global_address)


def _order(row: Row) -> tuple[object, ...]:
    it = row.it
    if it.inside is None:  # mappings of the outside stand first
        outside = it.outside
        address = b"" if outside is None else outside.local
        return (row.vrf, 0, address, it.protocol, 0, it.identifier)
    inside = it.inside
    # Flows before the static port that they came by, and both before the whole address.
    port = inside.global_port if it.extended else 0
    kind = (not it.extended, it.protocol, port, not it.is_flow)
    return (row.vrf, 1, inside.global_address, *kind, it.identifier)


def show_translations(rows: Iterable[Row], now: Instant, *, verbose: bool = False) -> Iterator[str]:
    """The table; verbose: with two more lines for each translation."""
    first = True
    for row in rows:
        if first:
            yield _HEADER
            first = False
        yield translation_line(row.it)
        if verbose:
            yield from _details(row, now)


def translation_line(it: Translation) -> str:
    """`tcp 10.9.0.0:51776     10.1.0.2:51776     10.2.0.2:21        10.2.0.2:21`."""
    pro = protocol_name(it.protocol) if it.extended else _NOTHING
    inside_local, inside_global = _texts(it, it.inside)
    outside_local, outside_global = _texts(it, it.outside)
    start = f"{pro} {inside_global}"
    return (
        f"{start:<{_FIRST}} {inside_local:<{_COLUMN}} {outside_local:<{_COLUMN}} {outside_global}"
    ).rstrip()


def _texts(it: Translation, ends: Ends | None) -> tuple[str, str]:
    """Local and global."""
    if ends is None:
        return _NOTHING, _NOTHING
    local, outer = str(IPv4Address(ends.local)), str(IPv4Address(ends.global_address))
    if not it.extended:
        return local, outer
    return f"{local}:{ends.local_port}", f"{outer}:{ends.global_port}"


def _details(row: Row, now: Instant) -> Iterator[str]:
    """`create 00:00:34, use 00:00:33 timeout:86400000, left 00:00:26, Map-Id(In): 1,`."""
    it = row.it
    created, used = (_clock(Duration(now - when)) for when in (it.created, it.used))
    line = f"    create {created}, use {used} timeout:{it.timeout * 1_000}, "
    if it.deadline is not None:
        line += f"left {_clock(Duration(max(0, it.deadline - now)))}, "
    if isinstance(it.mapping, DynamicMapping):
        side = "In" if it.mapping.side is NatSide.INSIDE else "Out"
        line += f"Map-Id({side}): {it.mapping.identifier}, "
    yield line
    yield "    flags: "
    vrf = f"VRF : {row.vrf}, " if row.vrf else ""
    yield (
        f"{', '.join(_flags(it)) or 'none'}, use_count: {it.children}, {vrf}"
        f"entry-id: {it.identifier}, lc_entries: 0"
    )


def _flags(it: Translation) -> Iterator[str]:
    if it.static:
        yield "static"
    if it.extended:
        yield "extended"
    if it.translates_outside:
        yield "outside"
    if it.static and isinstance(it.mapping, StaticMapping) and it.mapping.extendable:
        yield "extendable"
    if it.finished:
        yield "timing-out"


def _clock(span: Duration) -> str:
    """`00:00:34`; from a day on in days and hours."""
    return route_age(span)


def show_statistics(router: Router) -> Iterator[str]:
    """Counters, interfaces, dynamic mappings with their pools."""
    running = router.nat
    tables = [table for _, table in running.tables()]
    total, static = sum(map(len, tables)), sum(it.static for it in tables)
    extended = sum(it.extended for it in tables)
    yield (
        f"Total active translations: {total} ({static} static, {total - static} dynamic; "
        f"{extended} extended)"
    )
    peak = max(tables, key=lambda it: it.peak, default=None)
    if peak is None or peak.peak_at is None:
        yield "Peak translations: 0"
    else:
        ago = _clock(Duration(router.simulation.now - peak.peak_at))
        yield f"Peak translations: {peak.peak}, occurred {ago} ago"
    yield from _interfaces(router, NatSide.OUTSIDE, "Outside interfaces:")
    yield from _interfaces(router, NatSide.INSIDE, "Inside interfaces: ")
    counts = running.counts
    yield f"Hits: {counts.hits}  Misses: {counts.misses}"
    yield f"CEF Translated packets: {counts.fast}, CEF Punted packets: {counts.punted}"
    yield f"Expired translations: {counts.expired}"
    yield "Dynamic mappings:"
    for side, title in ((NatSide.INSIDE, "Inside"), (NatSide.OUTSIDE, "Outside")):
        mappings = [it for it in running.config.dynamic if it.side is side]
        if mappings:
            yield f"-- {title} Source"
        for mapping in mappings:
            yield from _mapping(running, mapping)
    yield ""
    yield from ("Total doors: 0", "Appl doors: 0", "Normal doors: 0", "Queued Packets: 0")


def _interfaces(router: Router, side: NatSide, title: str) -> Iterator[str]:
    yield title
    names = [str(it.name) for it in router.interfaces.values() if it.config.nat_side is side]
    if names:
        yield f"  {', '.join(names)}"


def _mapping(running: Nat, mapping: DynamicMapping) -> Iterator[str]:
    kind = "access-list" if mapping.access_list is not None else "route-map"
    target = f"pool {mapping.pool}"
    if mapping.interface is not None:
        target = f"interface {mapping.interface}"
    yield (
        f"[Id: {mapping.identifier}] {kind} {mapping.criterion} {target} "
        f"refcount {mapping.references}"
    )
    pool = running.mappings.pool(mapping)
    if pool is not None:
        yield from _pool(running, pool)


def _pool(running: Nat, pool: NatPool) -> Iterator[str]:
    taken = set()
    for _, table in running.tables():
        for it in table.lines.values():
            if isinstance(it.mapping, DynamicMapping) and it.mapping.pool == pool.name:
                inside = it.mapping.side is NatSide.INSIDE
                ends = it.inside if inside else it.outside
                if ends is not None:
                    taken.add(ends.global_address if inside else ends.local)
    share = len(taken) * 100 // pool.size
    yield f" pool {pool.name}: netmask {pool.netmask}"
    yield f"\tstart {pool.start} end {pool.end}"
    yield (
        f"\ttype {pool.kind}, total addresses {pool.size}, allocated {len(taken)} ({share}%), "
        f"misses {running.mappings.misses.get(pool.name, 0)}"
    )
