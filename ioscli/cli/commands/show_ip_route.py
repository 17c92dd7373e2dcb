"""show ip route, show ip protocols, clear ip route."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from ioscli.cli.dialogue import Steps
from ioscli.cli.lookup import resolve
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import ip_route

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.views import RouteView

_CODES = {
    "connected": "C",
    "local": "L",
    "static": "S",
    "rip": "R",
    "bgp": "B",
    "eigrp": "D",
    "ospf": "O",
}


def _tables(session: Session, args: Args) -> list[str]:
    """The tables asked for: the global one, a VRF's, or with `vrf *` every VRF's."""
    name: str | None = args.get("A_ROUTE_VRF")
    if name is None:
        return [""]
    tables = session.router.vrfs
    if name == "*":
        return [it for it in tables if it]
    if name not in tables or not name:
        raise Refusal(f"% IP routing table {name} does not exist")
    return [name]


def _routes(session: Session, table: str) -> list[RouteView]:
    router = session.router
    return router.route_views(table) if table else router.route_views()


def _heading(table: str) -> Iterator[str]:
    if table:
        yield ""
        yield f"Routing Table: {table}"


@command("show_ip_route")
def show_ip_route(session: Session, args: Args) -> Iterable[str]:
    """`show ip route [vrf X] [SOURCE [PROCESS]]`."""
    code = next((code for word, code in _CODES.items() if word in args), None)
    process = args.get("A_ROUTE_AS", args.get("A_ROUTE_PROCESS"))
    now = session.router.simulation.now
    for table in _tables(session, args):
        yield from _heading(table)
        if not table and not session.router.config.ip_routing:
            yield from ip_route.show_host_table(session.router.config.default_gateway)
            continue
        yield from ip_route.show_ip_route(
            _routes(session, table), now, code, None if process is None else str(process)
        )


@command("show_ip_route_prefix")
def show_ip_route_prefix(session: Session, args: Args) -> Steps:
    """`show ip route [vrf X] A.B.C.D [MASK] [longer-prefixes]`."""
    tables = _tables(session, args)
    target = yield from resolve(session, args["A_ROUTE"])
    if target is None:
        raise Refusal(argument="A_ROUTE")
    length = _mask_length(args)
    for table in tables:
        yield from _heading(table)
        yield from _about(session, table, target, length, longer="longer-prefixes" in args)


def _about(
    session: Session, table: str, target: IPv4Address, length: int | None, *, longer: bool
) -> Iterable[str]:
    routes = _routes(session, table)
    now = session.router.simulation.now
    if longer:
        network = ip_route.asked_network(target, length)
        return ip_route.show_longer_prefixes(routes, now, network)
    from ioscli.cli.show import ip_route_entry

    return ip_route_entry.show_route_entry(
        routes,
        target,
        length,
        now,
        lambda route: session.router.route_notes(route.prefix, table),
    )


def _mask_length(args: Args) -> int | None:
    """The length of the mask, where one was typed; raises Refusal for one with holes."""
    mask: IPv4Address | None = args.get("A_ROUTE_MASK")
    if mask is None:
        return None
    ones = f"{int(mask):032b}".rstrip("0")
    if "0" in ones:
        raise Refusal(argument="A_ROUTE_MASK")
    return len(ones)


@command("show_ip_route_summary")
def show_ip_route_summary(session: Session, args: Args) -> Iterable[str]:
    """`show ip route [vrf X] summary`."""
    from ioscli.cli.show.ip_route_summary import show_summary

    for table in _tables(session, args):
        processes = [
            (process.source.value, "" if process.source.value == "R" else process.name)
            for process in session.router.routing.processes.values()
            if process.vrf.name == table
        ]
        number = list(session.router.vrfs).index(table)
        routes = _routes(session, table)
        yield from show_summary(routes, processes, table or "default", number)


@command("show_ip_route_tracked")
def show_ip_route_tracked(session: Session, _args: Args) -> Iterable[str]:
    """`show ip route track-table`."""
    from ioscli.cli.commands.static_route import spelled

    router = session.router
    for line in router.config.static_routes:
        if line.track is not None:
            state = "up" if router.tracked_up(line.track) else "down"
            yield f" {spelled(line)} state is [{state}]"


@command("show_ip_static_route")
def show_ip_static_route(session: Session, args: Args) -> Iterable[str]:
    """`show ip static route [vrf X]`."""
    from ioscli.cli.show.static_routes import show_static_routes

    router = session.router
    for table in _tables(session, args):
        lines = [line for line in router.config.static_routes if line.vrf == table]
        yield from show_static_routes(lines, router.vrfs[table].rib, table)


@command("show_ip_protocols")
def show_ip_protocols(session: Session, args: Args) -> Iterable[str]:
    """`show ip protocols [vrf X | summary]`."""
    from ioscli.cli.show import ip_protocols

    processes = session.router.routing.processes.values()
    if "summary" in args:
        yield from ip_protocols.show_summary(processes)
        return
    for table in _tables(session, args):
        own = [process for process in processes if process.vrf.name == table]
        yield from ip_protocols.show_ip_protocols(own, session.router.simulation.now)


@command("clear_ip_route")
def clear_ip_route(session: Session, args: Args) -> None:
    """`clear ip route [vrf X] * | A.B.C.D [MASK]`: the sources offer their routes anew."""
    network: IPv4Network | None = None
    if "A_ROUTE_NETWORK" in args:
        length = _mask_length(args)
        network = ip_route.asked_network(args["A_ROUTE_NETWORK"], length)
    for table in _tables(session, args):
        session.router.clear_routes(table, network)
