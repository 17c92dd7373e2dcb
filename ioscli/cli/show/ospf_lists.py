"""show ip ospf request-list, retransmission-list and summary-address.

Layout: the examples of Cisco's OSPF command reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.ospf_neighbor import neighbors_of
from ioscli.cli.show.ospf_process import heading
from ioscli.codec.ospf.numbers import dotted
from ioscli.model.instant import Instant
from ioscli.protocols.ospf.graph import prefix_key

if TYPE_CHECKING:
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.machine import Ospf
    from ioscli.protocols.ospf.neighbor import Neighbor

_COLUMNS = " Type  LS ID           ADV RTR         Seq NO      Age    Checksum"
_UNUSED = -1


def show_request_list(ospf: Ospf, interfaces: Iterable[Interface]) -> Iterator[str]:
    """`show ip ospf request-list`: what neighbors are still asked for."""
    yield from heading(ospf)
    for neighbor in neighbors_of(interfaces):
        yield from _about(neighbor)
        if neighbor.requests:
            yield ""
            yield _COLUMNS
            for header in neighbor.requests.values():
                key = header.key
                yield _row(
                    header.kind,
                    int.from_bytes(key[1:5], "big"),
                    int.from_bytes(key[5:9], "big"),
                    (header.sequence, header.age, header.checksum),
                )


def show_retransmission_list(
    ospf: Ospf, interfaces: Iterable[Interface], now: Instant
) -> Iterator[str]:
    """`show ip ospf retransmission-list`: what neighbors have not acknowledged."""
    yield from heading(ospf)
    for neighbor in neighbors_of(interfaces):
        yield from _about(neighbor)
        waiting = list(neighbor.unacknowledged.values())
        if not waiting:
            continue
        due = waiting[0][0] + neighbor.interface.retransmit - now
        yield (
            f" Link state retransmission due in {max(0, due) // 1000} msec,"
            f" Queue length {len(waiting)}"
        )
        yield ""
        yield _COLUMNS
        for _, lsa, _ in waiting:
            entry = neighbor.interface.area.database(lsa.kind).get(lsa.kind, lsa.key)
            age = 0 if entry is None else entry.age(now)
            yield _row(lsa.kind, lsa.id, lsa.router, (lsa.sequence, age, lsa.checksum))


def _about(neighbor: Neighbor) -> Iterator[str]:
    yield ""
    yield (
        f" Neighbor {dotted(neighbor.id)}, interface {neighbor.interface.label}"
        f" address {neighbor.address}"
    )


def _row(kind: int, identifier: int, router: int, instance: tuple[int, int, int]) -> str:
    sequence, age, checksum = instance
    return (
        f"{kind:>5}  {dotted(identifier):<16}{dotted(router):<16}0x{sequence:08X}  {age:<7}"
        f"0x{checksum:X}"
    )


def show_summary_addresses(ospf: Ospf) -> Iterator[str]:
    """`show ip ospf summary-address`; a metric of -1 tells that nothing falls into it."""
    yield from heading(ospf)
    yield ""
    yield f"OSPF Process {ospf.process}, Summary-address"
    yield ""
    for one in ospf.config.summary_addresses:
        prefix = one.prefix
        key = prefix_key(int(prefix.network_address), prefix.prefixlen)
        told = next(
            (
                entry.lsa.content
                for entry in ospf.lsdb.living(5)
                if entry.lsa.router == ospf.router_id
                and prefix_key(entry.lsa.id, prefix.prefixlen) == key
            ),
            None,
        )
        metric = getattr(told, "metric", _UNUSED)
        kind = 0 if told is None else 2 if getattr(told, "type2", True) else 1
        text = (
            f"{prefix.network_address}/{prefix.netmask} Metric {metric}, Type {kind}, Tag {one.tag}"
        )
        yield text if one.advertise else f"{text}, not advertised"
