"""show interfaces stats, accounting, counters protocol status; show protocols: captures of IOS 15.

By which way packets went through the router and whose they were. There is no distributed
switching here: what no process saw, CEF forwarded (`Route cache`).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ioscli.cli.show.interfaces import status_line
from ioscli.router.views import InterfaceView, PathView

_IP = "IP"


def _row(name: str, path: PathView) -> str:
    numbers = (path.packets_in, path.bytes_in, path.packets_out, path.bytes_out)
    return f"{name:>24}" + "".join(f"{number:>11}" for number in numbers)


def _heading(name: str) -> str:
    return f"{name:>24}    Pkts In   Chars In   Pkts Out  Chars Out"


def _total(view: InterfaceView) -> PathView:
    count = view.counters
    return PathView(count.packets_in, count.bytes_in, count.packets_out, count.bytes_out)


def show_interfaces_stats(views: Iterable[InterfaceView]) -> Iterator[str]:
    """Packets of each interface by switching path."""
    for view in views:
        if view.shutdown:
            yield f"Interface {view.name} is disabled"
            yield ""
            continue
        total = _total(view)
        yield f"{view.name}"
        yield _heading("Switching path")
        yield _row("Processor", view.processed)
        yield _row("Route cache", total.without(view.processed))
        yield _row("Total", total)


def show_interfaces_accounting(views: Iterable[InterfaceView]) -> Iterator[str]:
    """Packets of each interface by protocol."""
    for view in views:
        if view.shutdown:
            yield f"Interface {view.name} is disabled"
            yield ""
            continue
        yield f"{view.name} {view.description or ''}"
        yield _heading("Protocol")
        rows = protocols(view)
        for name, path in rows:
            yield _row(name, path)
        if not rows:
            yield "No traffic sent or received on this interface."


class ProtocolRow(NamedTuple):
    """The packets of one protocol."""

    name: str
    path: PathView


def protocols(view: InterfaceView) -> list[ProtocolRow]:
    """The protocols that an interface met, in IOS's order: others, IP, ARP."""
    others = dict(view.protocols)
    ip = _total(view)
    for path in others.values():
        ip = ip.without(path)
    everything = {"Other": others.pop("Other", PathView()), _IP: ip} | others
    return [ProtocolRow(name, path) for name, path in everything.items() if any(path)]


def show_counters_protocol_status(views: Iterable[InterfaceView]) -> Iterator[str]:
    """`show interfaces counters protocol status`: which protocols are counted."""
    yield "Protocols allocated:"
    for view in views:
        names = [_IP, *(("ARP",) if view.mac is not None else ())]
        yield f" {view.name}: {', '.join(['Other', *names])}"


def show_protocols(views: Iterable[InterfaceView], *, whole: bool) -> Iterator[str]:
    """Which protocols are routed, and each interface's state and address."""
    if whole:
        yield "Global values:"
        yield "  Internet Protocol routing is enabled"
    for view in views:
        yield status_line(view)
        if view.address is not None:
            yield f"  Internet address is {view.address}"
