"""A recorded table beside ours: the routes of some sources, path by path."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ioscli.model.ifname import InterfaceName
from ioscli.router.router import Router

from .record import Recorded, Table


def ours(router: Router, vrf: str) -> set[Recorded]:
    """Our table in the recording's terms."""
    if vrf not in router.vrfs:
        return set()
    found = set()
    for view in router.route_views(vrf):
        for path in view.paths:
            interface = "" if path.interface is None else str(path.interface)
            if path.address is None:
                found.add(Recorded(view.code, view.prefix, 0, 0, None, interface))
            else:
                numbers = view.distance, view.metric
                found.add(Recorded(view.code, view.prefix, *numbers, path.address, interface))
    return found


def theirs(table: Table) -> set[Recorded]:
    """The recording, with interfaces by the names that we give them."""
    return {
        route._replace(interface=str(InterfaceName.parse(route.interface)))
        if route.interface
        else route
        for route in table.routes
    }


def differences(router: Router, table: Table, letters: Collection[str]) -> Iterator[str]:
    """What one table has and the other has not, of sources by the first letter of their code."""
    recorded = {it for it in theirs(table) if it.code[0] in letters}
    present = {it for it in ours(router, table.vrf) if it.code[0] in letters}
    where = f"{table.node}{f' vrf {table.vrf}' if table.vrf else ''}"
    for route in sorted(recorded - present, key=_order):
        yield f"{where}: missing {_told(route)}"
    for route in sorted(present - recorded, key=_order):
        yield f"{where}: extra   {_told(route)}"


def _order(route: Recorded) -> tuple[int, int, str]:
    return int(route.prefix.network_address), route.prefix.prefixlen, str(route)


def _told(route: Recorded) -> str:
    if route.next_hop is None:
        return f"{route.code} {route.prefix} {route.interface}"
    return (
        f"{route.code} {route.prefix} [{route.distance}/{route.metric}] via {route.next_hop}"
        f" {route.interface}".rstrip()
    )
