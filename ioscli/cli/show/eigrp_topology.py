"""show ip eigrp topology in its forms. Layout: captures of IOS 15 and IOS-XE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.codec.eigrp.numbers import ExternalProtocol
from ioscli.model.instant import Duration
from ioscli.protocols.eigrp.metric import INFINITY
from ioscli.protocols.eigrp.topology import Descriptor, Entry, Local, State

if TYPE_CHECKING:
    from ioscli.codec.eigrp.route import External
    from ioscli.protocols.eigrp.machine import Eigrp

_CODES = (
    "Codes: P - Passive, A - Active, U - Update, Q - Query, R - Reply,",
    "       r - reply Status, s - sia Status ",
)
_ORIGINS = {
    State.ACTIVE_DISTANCE_ROSE: "Local origin",
    State.ACTIVE: "Local origin",
    State.ACTIVE_BOTH: "Multiple Origins",
    State.ACTIVE_FOR_SUCCESSOR: "Successor Origin",
}
_PROTOCOLS = {
    ExternalProtocol.IGRP: "IGRP",
    ExternalProtocol.EIGRP: "EIGRP",
    ExternalProtocol.STATIC: "Static",
    ExternalProtocol.RIP: "RIP",
    ExternalProtocol.OSPF: "OSPF",
    ExternalProtocol.ISIS: "IS-IS",
    ExternalProtocol.BGP: "BGP",
    ExternalProtocol.CONNECTED: "Connected",
}
_MICROSECOND = 1_000_000
"""Picoseconds."""


def _name(eigrp: Eigrp) -> str:
    return f"EIGRP-IPv4 VR({eigrp.config.name})" if eigrp.config.named else "EIGRP-IPv4"


def _identity(eigrp: Eigrp) -> str:
    return f"AS({eigrp.autonomous_system})/ID({IPv4Address(eigrp.router_id)})"


def _heading(eigrp: Eigrp) -> Iterator[str]:
    yield f"{_name(eigrp)} Topology Table for {_identity(eigrp)}"
    if eigrp.config.vrf:
        yield f"           Topology(base) TID(0) VRF({eigrp.config.vrf})"


def selected(eigrp: Eigrp, words: Iterable[str]) -> list[Entry]:
    """The destinations that a form of the command lists."""
    entries = list(eigrp.topology.values())
    if "active" in words:
        return [entry for entry in entries if not entry.is_passive]
    if "zero-successors" in words:
        return [entry for entry in entries if not eigrp.successors(entry)]
    if "pending" in words:
        interfaces = eigrp.interfaces.values()
        return [entry for entry in entries if any(entry in one.pending for one in interfaces)]
    return entries


def show_topology(eigrp: Eigrp, entries: Iterable[Entry], *, all_links: bool) -> Iterator[str]:
    """`show ip eigrp topology [all-links | active | ...]`, in the order of appearance."""
    yield from _heading(eigrp)
    yield from _CODES
    yield ""
    for entry in entries:
        yield from _entry(eigrp, entry, all_links=all_links)
    yield ""


def _entry(eigrp: Eigrp, entry: Entry, *, all_links: bool) -> Iterator[str]:
    count = len(eigrp.successors(entry))
    line = f"{'P' if entry.is_passive else 'A'} {entry.network}, {count} successors"
    line += f", FD is {_distance(eigrp, entry)}"
    tag = _tag(entry)
    if tag:
        line += f", tag is {tag}"
    if not entry.is_passive:
        line += f", {_status(eigrp, entry)}"
    elif all_links:
        line += f", serno {entry.serno}"
    yield line
    if not entry.is_passive:
        since = entry.active_since or eigrp.now
        yield (
            f"    {len(entry.replies)} replies, active {route_age(Duration(eigrp.now - since))},"
            f" query-origin: {_ORIGINS[entry.state]}"
        )
    for one in _sorted(entry.descriptors.values()):
        if all_links or not entry.is_passive or one.reported < entry.fd:
            yield f"        via {_via(entry, one)}"
    if not entry.is_passive:
        yield from _owing(entry)


def _distance(eigrp: Eigrp, entry: Entry) -> str:
    """The feasible distance; there is none where the routing table has a better source."""
    if eigrp.refuses(entry):
        own = eigrp.successors(entry)
        return str(own[0].distance) if own else "Inaccessible"
    if entry.fd == INFINITY:
        return "Infinity" if entry.descriptors or not entry.is_passive else "Inaccessible"
    return str(entry.fd)


def _status(eigrp: Eigrp, entry: Entry) -> str:
    """What still is to go out, capital letters, and who owes replies."""
    waiting = any(entry in one.pending for one in eigrp.interfaces.values())
    return ("U" if waiting else "") + "Q" + ("r" if entry.replies else "")


def _tag(entry: Entry) -> int:
    for one in entry.successors:
        return one.tag if one.external is None else one.external.tag
    return 0


def _metrics(descriptor: Descriptor) -> str:
    if descriptor.distance == INFINITY:
        return "(Infinity/Infinity)"
    return f"({descriptor.distance}/{descriptor.reported})"


def _via(entry: Entry, descriptor: Descriptor) -> str:
    """A way: `10.9.9.1 (28185600/26905600), Tunnel0`, `Connected, Ethernet0/1`."""
    interface = descriptor.interface
    origin = descriptor.origin
    if origin is Local.CONNECTED:
        return f"Connected, {interface.label}" if interface is not None else "Connected"
    if origin is Local.SUMMARY:
        return f"Summary {_metrics(descriptor)}, Null0"
    if origin is not None:
        return f"{origin.value} {_metrics(descriptor)}"
    assert descriptor.neighbor is not None
    owes = ", r" if descriptor.neighbor in entry.replies else ""
    label = descriptor.neighbor.interface.label
    return f"{IPv4Address(descriptor.next_hop)} {_metrics(descriptor)}{owes}, {label}"


def _owing(entry: Entry) -> Iterator[str]:
    """Neighbors that were asked and know no way themselves."""
    silent = [one for one in entry.replies if one not in entry.descriptors]
    if not silent:
        return
    if any(one in entry.descriptors for one in entry.replies):
        yield "    Remaining replies:"
    for one in sorted(silent, key=lambda one: one.address):
        status = "rs" if one in entry.sia_silent else "r"
        yield f"        via {one.ip} (Infinity/Infinity), {status}, {one.interface.label}"


def _sorted(descriptors: Iterable[Descriptor]) -> list[Descriptor]:
    return sorted(descriptors, key=lambda one: one.distance)


# -- one destination -------------------------------------------------------------------------------


def show_entry(eigrp: Eigrp, entry: Entry | None, asked: object) -> Iterator[str]:
    """`show ip eigrp topology A.B.C.D/nn`."""
    if entry is None:
        yield f"{_name(eigrp)} Topology Entry for {_identity(eigrp)}"
        yield f"%Entry {asked} not in topology table"
        return
    yield f"{_name(eigrp)} Topology Entry for {_identity(eigrp)} for {entry.network}"
    state = "Passive" if entry.is_passive else "Active"
    flag = 1 if entry.is_passive else int(entry.state)
    count = len(eigrp.successors(entry))
    line = (
        f"  State is {state}, Query origin flag is {flag}, {count} Successor(s),"
        f" FD is {_distance(eigrp, entry)}"
    )
    if eigrp.config.named and entry.fd < INFINITY:
        line += f", RIB is {eigrp.table_metric(entry.distance)}"
    yield line
    yield "  Descriptor Blocks:"
    for one in _sorted(entry.descriptors.values()):
        yield from _block(eigrp, one)


def _block(eigrp: Eigrp, descriptor: Descriptor) -> Iterator[str]:
    neighbor, origin = descriptor.neighbor, descriptor.origin
    if neighbor is not None:
        where, source = neighbor.interface.label, str(neighbor.ip)
    elif origin is Local.SUMMARY:
        where, source = "Null0", "0.0.0.0"
    else:
        where = "" if descriptor.interface is None else descriptor.interface.label
        source = "" if origin is None else origin.value
    shown = f" ({where})" if where else ""
    yield f"  {IPv4Address(descriptor.next_hop)}{shown}, from {source}, Send flag is 0x0"
    kind = "Internal" if descriptor.external is None else "External"
    yield f"      Composite metric is {_metrics(descriptor)}, route is {kind}"
    vector = descriptor.vector
    yield "      Vector metric:"
    yield f"        Minimum bandwidth is {vector.bandwidth} Kbit"
    if eigrp.config.named:
        yield f"        Total delay is {vector.delay} picoseconds"
    else:
        yield f"        Total delay is {vector.delay // _MICROSECOND} microseconds"
    yield f"        Reliability is {vector.reliability}/255"
    yield f"        Load is {vector.load}/255"
    yield f"        Minimum MTU is {vector.mtu}"
    yield f"        Hop count is {vector.hops}"
    yield f"        Originating router is {IPv4Address(descriptor.router)}"
    if descriptor.external is not None:
        yield from _external(descriptor.external)


def _external(external: External) -> Iterator[str]:
    name = _PROTOCOLS.get(ExternalProtocol(external.protocol), "Unknown")
    yield "      External data:"
    yield f"        AS number of route is {external.autonomous_system}"
    yield f"        External protocol is {name}, external metric is {external.metric}"
    yield f"        Administrator tag is {external.tag} (0x{external.tag:08X})"


# -- summary ---------------------------------------------------------------------------------------


def show_summary(eigrp: Eigrp) -> Iterator[str]:
    """`show ip eigrp topology summary`."""
    entries = eigrp.topology.values()
    yield from _heading(eigrp)
    head = min((entry.serno for entry in entries), default=eigrp.serno + 1)
    yield f"Head serial {head}, next serial {eigrp.serno + 1}"
    owed = sum(len(entry.replies) for entry in entries)
    # A destination that only a query names gets no entry here, so no dummy one either.
    yield f"{len(entries)} routes, {owed} pending replies, 0 dummies"
    active = [one for one in eigrp.interfaces.values() if one.neighbors]
    yield f"{eigrp.label.replace(' ', '(')}) enabled on {len(eigrp.interfaces)} interfaces,"
    yield f"  {len(list(eigrp.neighbors()))} neighbors present on {len(active)} interfaces"
    quiescent = ", ".join(
        one.short for one in eigrp.interfaces.values() if not one.pending and not one.queries
    )
    yield f"Quiescent interfaces: {quiescent}"
