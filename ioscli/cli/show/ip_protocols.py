"""`show ip protocols`: the frame; each protocol writes its own section.

A protocol's section is `section(process, now)` in the module `ioscli.cli.show.ip_protocols_NAME`
(`ospf`, `eigrp`, `bgp`, `rip`): its lines from `Routing Protocol is ...` on, without an empty one
behind them. The line about NSF and the section of `application` are the release's own (15.4 and
later): every capture has them, whatever runs there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.model.instant import Instant
    from ioscli.router.routing_process import RoutingProcess

_APPLICATION = (
    'Routing Protocol is "application"',
    "  Sending updates every 0 seconds",
    "  Invalid after 0 seconds, hold down 0, flushed after 0",
    "  Outgoing update filter list for all interfaces is not set",
    "  Incoming update filter list for all interfaces is not set",
    "  Maximum path: 32",
    "  Routing for Networks:",
    "  Routing Information Sources:",
    "    Gateway         Distance      Last Update",
    "  Distance: (default is 4)",
)


def show_ip_protocols(processes: Iterable[RoutingProcess], now: Instant) -> Iterator[str]:
    """The processes of one table, in the order of configuration."""
    yield "*** IP Routing is NSF aware ***"
    yield ""
    yield from _APPLICATION
    yield ""
    for process in processes:
        yield from _section(process, now)
        yield ""


def _section(process: RoutingProcess, now: Instant) -> Iterator[str]:
    module = f"{__name__}_{process.source.name.lower()}"
    if find_spec(module) is None:
        yield f'Routing Protocol is "{label(process)}"'
        return
    lines: Iterator[str] = import_module(module).section(process, now)
    yield from lines


def label(process: RoutingProcess) -> str:
    """`ospf 1`, `rip`."""
    name = process.source.name.lower()
    return name if process.source is RouteSource.RIP else f"{name} {process.name}"


def show_summary(processes: Iterable[RoutingProcess]) -> Iterator[str]:
    """`show ip protocols summary`."""
    yield "Index Process Name"
    yield "0     connected"
    yield "1     static"
    yield "2     application"
    for number, process in enumerate(processes, start=3):
        yield f"{number:<6}{label(process)}"
