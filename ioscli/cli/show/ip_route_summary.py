"""`show ip route summary`: how many routes each source has, and what they cost.

Layout: captures of IOS 15.x and IOS-XE. The bytes are counts of the table's entries times the
sizes that the captures of `show ip route vrf VRF-1 summary` show: two connected subnets 624 bytes
and 192 of overhead, one classful network with subnets 712. Where a network has many subnets IOS
needs more for it, by the shape of its tree.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ioscli.cli.show.ip_route import class_length, group, subnetted
from ioscli.cli.show.ip_route_entry import PROTOCOLS
from ioscli.router.views import RouteView

_OVERHEAD = 96
"""Bytes a path."""
_ENTRY = 312
"""Bytes a route."""
_INTERNAL = 712
"""Bytes a classful network that has subnets."""
_OSPF = (("IA", "Inter-area"), ("E1", "External-1"), ("E2", "External-2"))


class _Counts(NamedTuple):
    networks: int
    subnets: int
    paths: int

    @property
    def routes(self) -> int:
        return self.networks + self.subnets


def show_summary(
    routes: Sequence[RouteView], processes: Iterable[tuple[str, str]], table: str, number: int
) -> Iterator[str]:
    """The summary of a table; processes: letter and name of those that run in it."""
    yield f"IP routing table name is {table} (0x{number:X})"
    yield "IP routing table maximum-paths is 32"
    yield _row("Route Source", "Networks", "Subnets", "Replicates", "Overhead", "Memory (bytes)")
    total = _Counts(0, 0, 0)
    fixed = (("CL", "", "connected"), ("S", "", "static"), ("a", "", "application"))
    running = [(code, name, f"{PROTOCOLS[code]} {name}".rstrip()) for code, name in processes]
    for codes, process, label in (*fixed, *running):
        own = [it for it in routes if it.code[0] in codes and it.process == process]
        counts = _count(own)
        total = _Counts(*(a + b for a, b in zip(total, counts, strict=True)))
        yield _source_row(label, counts)
        yield from _details(codes, own)
    parents = _parents(routes)
    internal = parents * _INTERNAL
    yield _row("internal", str(parents), "", "", "", str(internal))
    yield _row(
        "Total",
        str(total.networks + parents),
        str(total.subnets),
        "0",
        str(total.paths * _OVERHEAD),
        str(total.routes * _ENTRY + internal),
    )


def _count(routes: Iterable[RouteView]) -> _Counts:
    networks = subnets = paths = 0
    for route in routes:
        longer = route.prefix.prefixlen > class_length(route.prefix.network_address)
        subnets += longer
        networks += not longer
        paths += len(route.paths)
    return _Counts(networks, subnets, paths)


def _parents(routes: Iterable[RouteView]) -> int:
    families: dict[object, list[RouteView]] = {}
    for route in routes:
        families.setdefault(group(route), []).append(route)
    return sum(subnetted(family) for family in families.values())


def _details(code: str, routes: Sequence[RouteView]) -> Iterator[str]:
    if code == "O":
        kinds = [route.kind for route in routes]
        parts = [f"Intra-area: {kinds.count('')}"]
        parts += [f"{name}: {kinds.count(kind)}" for kind, name in _OSPF]
        yield f"  {' '.join(parts)}"
        yield f"  NSSA External-1: {kinds.count('N1')} NSSA External-2: {kinds.count('N2')}"
    elif code == "B":
        kinds = [route.kind for route in routes]
        external, internal = kinds.count("external"), kinds.count("internal")
        local = len(kinds) - external - internal
        yield f"  External: {external} Internal: {internal} Local: {local}"


def _source_row(label: str, counts: _Counts) -> str:
    numbers = (counts.networks, counts.subnets, 0, counts.paths * _OVERHEAD)
    return _row(label, *map(str, numbers), str(counts.routes * _ENTRY))


def _row(source: str, *columns: str) -> str:
    widths = (12, 12, 12, 12)
    cells = "".join(f"{it:<{width}}" for it, width in zip(columns, widths, strict=False))
    return f"{source:<16}{cells}{columns[-1]}".rstrip()
