"""show ip ospf neighbor in its forms. Layout: captures of IOSv and IOS-XE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.cli.show.ospf_interface import retransmission_lines
from ioscli.codec.ospf.numbers import dotted
from ioscli.model.instant import Duration, Instant
from ioscli.protocols.ospf.states import NeighborState

if TYPE_CHECKING:
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.neighbor import Neighbor

#: Options in the order in which IOS names them.
_BITS = ((0x02, "E-bit"), (0x04, "MC-bit"), (0x08, "N/P-bit"), (0x10, "L-bit"), (0x20, "DC-bit"),
         (0x40, "O-bit"))  # fmt: skip


def neighbors_of(interfaces: Iterable[Interface]) -> Iterator[Neighbor]:
    """Every neighbor of some interfaces, by router ID within each."""
    for interface in interfaces:
        yield from sorted(interface.neighbors.values(), key=lambda one: (one.id, int(one.address)))


def show_ip_ospf_neighbor(neighbors: Iterable[Neighbor], now: Instant) -> Iterator[str]:
    """`show ip ospf neighbor`; nothing where there are none."""
    rows = list(neighbors)
    if not rows:
        return
    yield ""
    yield "Neighbor ID     Pri   State           Dead Time   Address         Interface"
    for neighbor in rows:
        interface = neighbor.interface
        state = f"{neighbor.state}/{_role(interface, neighbor)}"
        name = dotted(neighbor.id) if neighbor.id else "N/A"
        priority = neighbor.priority if interface.elects else 0
        yield (
            f"{name:<15}{priority:>4}   {state:<16}{_dead(neighbor, now):<12}"
            f"{neighbor.address!s:<16}{interface.label}"
        )


def _role(interface: Interface, neighbor: Neighbor) -> str:
    if not interface.elects:
        return "  -"
    if neighbor.key == interface.designated:
        return "DR"
    return "BDR" if neighbor.key == interface.backup else "DROTHER"


def _dead(neighbor: Neighbor, now: Instant) -> str:
    if neighbor.dead_at is None:
        return "   -"
    return route_age(Duration(max(0, neighbor.dead_at - now)))


def show_ip_ospf_neighbor_detail(neighbors: Iterable[Neighbor], now: Instant) -> Iterator[str]:
    """`show ip ospf neighbor detail`."""
    for neighbor in neighbors:
        yield from _detail(neighbor, now)


def _detail(neighbor: Neighbor, now: Instant) -> Iterator[str]:
    interface = neighbor.interface
    area = interface.ospf.area_text(interface.area.id)
    yield f" Neighbor {dotted(neighbor.id)}, interface address {neighbor.address}"
    yield f"    In the area {area} via interface {interface.label} "
    priority = neighbor.priority if interface.elects else 0
    yield (
        f"    Neighbor priority is {priority}, State is {neighbor.state},"
        f" {neighbor.changes} state changes"
    )
    yield f"    DR is {dotted(neighbor.designated)} BDR is {dotted(neighbor.backup)}"
    if neighbor.poll_interval:
        yield f"    Poll interval {neighbor.poll_interval}"
    if neighbor.state >= NeighborState.INIT:
        yield f"    Options is {_options(neighbor.options)} in Hello{_named(neighbor.options)}"
        described = neighbor.exchange.options
        if neighbor.state >= NeighborState.EXCHANGE:
            yield f"    Options is {_options(described)} in DBD{_named(described)}"
        if neighbor.link_local_options is not None:
            extended = neighbor.link_local_options
            yield f"    LLS Options is {extended:#x}{' (LR)' if extended & 1 else ''}"
        yield f"    Dead timer due in {_dead(neighbor, now)}"
        yield f"    Neighbor is up for {route_age(Duration(now - neighbor.since))}"
    yield from retransmission_lines(neighbor)


def _options(value: int) -> str:
    return f"{value:#x}"


def _named(value: int) -> str:
    names = [name for bit, name in _BITS if value & bit]
    return f" ({', '.join(names)})" if names else ""


def show_ip_ospf_neighbor_summary(neighbors: Iterable[Neighbor]) -> Iterator[str]:
    """`show ip ospf neighbor summary`."""
    states = [neighbor.state for neighbor in neighbors]
    yield ""
    yield f"{'':9}Neighbor summary for all OSPF processes"
    yield ""
    for state in NeighborState:
        yield f"{state!s:<13}{states.count(state)}"
    # No restart is helped here: whoever restarts is down.
    yield f"{'Total count':<13}{len(states):<6}(Undergoing NSF 0)"
