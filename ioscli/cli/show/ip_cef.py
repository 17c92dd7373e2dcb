"""`show ip cef` and `show adjacency`; layout from captures of IOS 15.x.

The numbers in parentheses behind an adjacency's address count its users, as IOS's references do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ioscli.router.fib import FibEntry, FibPath

_COLUMNS = (21, 21)


def show_ip_cef(entries: Iterable[FibEntry]) -> Iterator[str]:
    """The whole table."""
    yield _row("Prefix", "Next Hop", "Interface")
    for entry in entries:
        name = str(entry.prefix)
        if entry.kind in ("no route", "drop"):
            yield _row(name, entry.kind, "").rstrip()
            continue
        if entry.kind == "receive":
            yield _row(name, "receive", _interface(entry.paths[0]) if entry.paths else "")
            continue
        for path in entry.paths:
            hop = "attached" if path.next_hop is None else str(path.next_hop)
            yield _row(name, hop, _interface(path))
            name = ""


def _interface(path: FibPath) -> str:
    return "" if path.interface is None else str(path.interface)


def _row(prefix: str, hop: str, interface: str) -> str:
    return f"{prefix:<{_COLUMNS[0]}}{hop:<{_COLUMNS[1]}}{interface}"


def show_entry(entry: FibEntry, *, detail: bool) -> Iterator[str]:
    """One prefix and its ways."""
    if detail or entry.kind == "no route":
        yield _detailed_head(entry)
    else:
        yield str(entry.prefix)
    yield from _ways(entry, detail=detail)


def show_detail(entries: Sequence[FibEntry], name: str, number: int) -> Iterator[str]:
    """`show ip cef detail`: the summary, then every prefix."""
    yield from show_summary(entries, name, number)
    yield ""
    for entry in entries:
        yield from show_entry(entry, detail=True)


def show_summary(entries: Sequence[FibEntry], name: str, number: int) -> Iterator[str]:
    """How many prefixes there are."""
    count = len(entries)
    yield "IPv4 CEF is enabled and running"
    yield f"VRF {name or 'Default'}"
    yield f" {count} prefixes ({count}/0 fwd/non-fwd)"
    yield f" Table id 0x{number:X}"
    # Every prefix has its forwarding entry; epochs begin with a switchover, of which there is none.
    yield f" Database epoch:        0 ({count} entries at this epoch)"


def _detailed_head(entry: FibEntry) -> str:
    flags = {
        "no route": "default route handler, default route",
        "receive": "receive",
        "connected": "attached, connected, cover dependents, need deagg",
        "attached": "attached",
    }.get(entry.kind)
    if entry.kind == "forward" and entry.prefix.prefixlen == 0:
        flags = "default route"
    text = f"{entry.prefix}, epoch 0"
    if flags is not None:
        text += f", flags [{flags}]"
    if len(entry.paths) > 1:
        text += ", per-destination sharing"
    return text


def _ways(entry: FibEntry, *, detail: bool) -> Iterator[str]:
    if entry.kind in ("no route", "drop"):
        if detail and entry.kind == "drop":
            yield "  Special source: drop"
        yield f"  {entry.kind}"
        return
    if entry.kind == "receive":
        yield f"  receive for {_interface(entry.paths[0])}" if entry.paths else "  receive"
        return
    before: IPv4Address | None = None
    for path in entry.paths:
        if detail and path.recursive is not None:
            if path.recursive != before:
                yield f"  recursive via {path.recursive}"
            before = path.recursive
            if path.next_hop == path.recursive:
                yield f"    attached to {path.interface}"
            else:
                yield f"    nexthop {path.next_hop} {path.interface}"
        elif path.next_hop is None:
            yield f"  attached to {path.interface}"
        else:
            yield f"  nexthop {path.next_hop} {path.interface}"


class AdjacencyRow(NamedTuple):
    """One adjacency."""

    interface: str
    address: str
    """`point2point` on lines without addresses."""
    header: bytes | None
    """The frame header; None: not known yet."""
    source: str
    """`ARP`, `P2P-ADJ`, `Tun endpt`."""
    users: int
    """What it is kept for: its source, and every path of a route that leads to it."""


def show_adjacency(rows: Iterable[AdjacencyRow], *, detail: bool) -> Iterator[str]:
    """Every adjacency."""
    yield f"{'Protocol':<9}{'Interface':<26}Address"
    for row in rows:
        known = "" if row.header is not None else " (incomplete)"
        yield f"{'IP':<9}{row.interface:<26}{row.address}({row.users}){known}"
        if detail and row.header is not None:
            indent = " " * 35
            yield f"{indent}epoch 0"
            yield f"{indent}sourced in sev-epoch 0"
            yield f"{indent}Encap length {len(row.header)}"
            digits = row.header.hex().upper()
            yield from (f"{indent}{digits[at : at + 32]}" for at in range(0, len(digits), 32))
            yield f"{indent}{row.source}"


def show_adjacency_summary(rows: Sequence[AdjacencyRow]) -> Iterator[str]:
    """How many there are; what one costs is known of other platforms only, and left out."""
    complete = sum(row.header is not None for row in rows)
    incomplete = len(rows) - complete
    yield f"Adjacency table has {len(rows)} adjacenc{'y' if len(rows) == 1 else 'ies'}:"
    yield f"  {complete} complete adjacenc{'y' if complete == 1 else 'ies'}"
    yield f"  {incomplete} incomplete adjacenc{'y' if incomplete == 1 else 'ies'}"
    yield ""
    yield "Adjacency database high availability:"
    yield "  Database epoch:        0"
