"""show ip ospf border-routers, statistics and rib.

Layout: Cisco's command reference for border-routers and statistics, captures for rib.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.cli.show.ospf_process import heading
from ioscli.codec.ospf.numbers import dotted
from ioscli.model.instant import Duration, Instant
from ioscli.protocols.ospf.graph import network_of
from ioscli.protocols.ospf.routing import OspfRoute, PathKind, RouterRoute

if TYPE_CHECKING:
    from ioscli.protocols.ospf.machine import Ospf

_KINDS = {
    PathKind.INTRA: "Intra",
    PathKind.INTER: "Inter",
    PathKind.EXTERNAL_1: "Ext1",
    PathKind.EXTERNAL_2: "Ext2",
    PathKind.DISCARD: "Discard",
}


def _base(ospf: Ospf) -> Iterator[str]:
    yield from heading(ospf)
    yield ""
    yield ""
    yield f"{'':16}Base Topology (MTID 0)"
    yield ""


def show_border_routers(ospf: Ospf) -> Iterator[str]:
    """`show ip ospf border-routers` of one process."""
    yield from _base(ospf)
    yield "Internal Router Routing Table"
    yield "Codes: i - Intra-area route, I - Inter-area route"
    yield ""
    for _, route in sorted(ospf.table.routers.items()):
        yield from _border(ospf, route)


def _border(ospf: Ospf, route: RouterRoute) -> Iterator[str]:
    code = "i" if route.intra else "I"
    roles = [name for name, said in (("ABR", route.border), ("ASBR", route.external)) if said]
    area = ospf.areas.get(route.area)
    runs = area.spf_runs if area is not None else 0
    for hop in route.hops:
        yield (
            f"{code} {dotted(route.router)} [{route.cost}] via {hop.address}, {hop.interface},"
            f" {'/'.join(roles)}, Area {ospf.area_text(route.area)}, SPF {runs}"
        )


def show_statistics(ospf: Ospf, now: Instant) -> Iterator[str]:
    """`show ip ospf statistics` of one process; computing takes no simulated time."""
    yield from heading(ospf)
    for area in ospf.areas.values():
        yield ""
        number = ospf.area_text(area.id)
        yield f"  Area {number}: SPF algorithm executed {area.spf_runs} times"
    yield ""
    yield "  Summary OSPF SPF statistic"
    yield ""
    yield "  SPF calculation time"
    yield "Delta T   Intra\tD-Intra\tSumm\tD-Summ\tExt\tD-Ext\tTotal\tReason"
    for run in ospf.schedule.runs:
        ago = route_age(Duration(now - run.at))
        reasons = " ".join(f"{reason}," for reason in run.reasons if reason.isupper())
        yield f"{ago}   0\t0\t0\t0\t0\t0\t0\t{reasons}"


def show_rib(ospf: Ospf) -> Iterator[str]:
    """`show ip ospf rib` of one process."""
    yield from _base(ospf)
    yield "OSPF local RIB"
    yield "Codes: * - Best, > - Installed in global RIB"
    yield ""
    for route in sorted(ospf.table.routes(), key=lambda one: one.prefix):
        yield from _rib_entry(ospf, route)


def _rib_entry(ospf: Ospf, route: OspfRoute) -> Iterator[str]:
    text = f"{network_of(route.prefix)}, {_KINDS[route.kind]}, cost {route.metric}"
    if route.kind in (PathKind.EXTERNAL_1, PathKind.EXTERNAL_2):
        text += f", fwd cost {route.cost}" if route.kind is PathKind.EXTERNAL_2 else ""
        text += f", tag {route.tag}"
    elif route.kind is not PathKind.DISCARD:
        text += f", area {ospf.area_text(route.area)}"
    # A network that the router is on itself has no next hop, and is not OSPF's to install.
    connected = not any(hop.address is not None for hop in route.hops)
    if connected and route.kind is not PathKind.DISCARD:
        yield f"*   {text}, Connected"
    else:
        yield f"*>  {text}"
    for hop in route.hops:
        if hop.address is not None:
            yield f"      via {hop.address}, {hop.interface}"
