"""show ip ospf traffic. Layout: captures of IOS and IOS-XE (show-ip-ospf-traffic)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ioscli.cli.show.age import last_seen
from ioscli.cli.show.ospf_interface import listed
from ioscli.cli.show.ospf_process import heading
from ioscli.codec.ospf.numbers import PacketType
from ioscli.model.instant import Duration
from ioscli.protocols.ospf.counters import HEADER_ERRORS, LSA_ERRORS

if TYPE_CHECKING:
    from ioscli.protocols.ospf.counters import Counters
    from ioscli.protocols.ospf.machine import Ospf

_NAMES = {
    PacketType.HELLO: "Hello",
    PacketType.DATABASE_DESCRIPTION: "DB des",
    PacketType.LS_REQUEST: "LS req",
    PacketType.LS_UPDATE: "LS upd",
    PacketType.LS_ACK: "LS ack",
}
_ERRORS_A_LINE = 3
_LSA_ERRORS_A_LINE = 4


def show_all_traffic(processes: Sequence[Ospf], cleared: Duration | None) -> Iterator[str]:
    """What comes first: the packets of all processes; cleared: how long ago, None: never."""
    yield ""
    yield ""
    yield "OSPF statistics:"
    yield f"Last clearing of OSPF traffic counters {last_seen(cleared)}"
    kinds = range(len(PacketType) + 1)
    received = [sum(one.counters.received[kind] for one in processes) for kind in kinds]
    sent = [sum(one.counters.sent[kind] for one in processes) for kind in kinds]
    wrong = sum(one.counters.errors.get("Checksum", 0) for one in processes)
    refused = sum(one.counters.invalid for one in processes)
    yield f"Rcvd: {sum(received) + refused} total, {wrong} checksum errors"
    yield from _kinds(received)
    yield ""
    yield f"Sent: {sum(sent)} total"
    yield from _kinds(sent)
    yield ""
    yield ""


def _kinds(counts: Sequence[int]) -> Iterator[str]:
    _, hello, described, asked, updates, acknowledged = counts
    yield f"        {hello} hello, {described} database desc, {asked} link state req"
    yield f"        {updates} link state updates, {acknowledged} link state acks"


def show_traffic(ospf: Ospf, cleared: Duration | None) -> Iterator[str]:
    """The interfaces of one process, then the process."""
    yield from heading(ospf)
    yield ""
    yield "Interface statistics:"
    yield ""
    for interface in listed(ospf):
        yield ""
        yield f"    Interface {interface.label}"
        yield ""
        yield f"Last clearing of interface traffic counters {last_seen(cleared)}"
        yield ""
        yield "OSPF packets received/sent"
        yield from _table(interface.counters)
        yield ""
    yield ""
    yield f"Summary traffic statistics for process ID {ospf.process}:"
    yield ""
    yield "OSPF packets received/sent"
    yield ""
    yield from _table(ospf.counters)
    yield ""


def _table(counters: Counters) -> Iterator[str]:
    yield "Type          Packets              Bytes"
    yield _row("RX Invalid", counters.invalid, counters.invalid_bytes)
    yield from _rows("RX", counters.received, counters.received_bytes)
    yield ""
    # Sending does not fail: what a link or tunnel loses is counted there.
    yield _row("TX Failed", 0, 0)
    yield from _rows("TX", counters.sent, counters.sent_bytes)
    yield ""
    yield "OSPF header errors"
    yield from _errors(HEADER_ERRORS, counters.errors, _ERRORS_A_LINE)
    yield ""
    yield "OSPF LSA errors"
    yield from _errors(LSA_ERRORS, counters.lsa_errors, _LSA_ERRORS_A_LINE)
    yield ""


def _rows(way: str, packets: Sequence[int], size: Sequence[int]) -> Iterator[str]:
    for kind, name in _NAMES.items():
        yield _row(f"{way} {name}", packets[kind], size[kind])
    yield _row(f"{way} Total", sum(packets), sum(size))


def _row(name: str, packets: int, size: int) -> str:
    return f"{name:<14}{packets:<21}{size}"


def _errors(names: Sequence[str], counts: dict[str, int], width: int) -> Iterator[str]:
    """Names and counts, some a line; every line but the last ends with a comma.

    The first line of the header errors is one longer, as IOS prints it.
    """
    rest = list(names)
    take = width + (1 if width == _ERRORS_A_LINE else 0)
    while rest:
        part, rest = rest[:take], rest[take:]
        take = width
        yield ", ".join(f"{name} {counts.get(name, 0)}" for name in part) + ("," if rest else "")
