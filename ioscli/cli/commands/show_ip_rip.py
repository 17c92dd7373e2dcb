"""show ip rip database, clear ip rip: carries out grammar/show_ip_rip.lark."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from ioscli.cli.registry import command
from ioscli.cli.show import rip
from ioscli.model.rib import RouteSource

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session
    from ioscli.router.rip import RipProcess


def _process(session: Session, args: Args) -> RipProcess | None:
    from ioscli.router.rip import RipProcess

    key = RouteSource.RIP, args.get("A_ROUTE_VRF", "")
    found = session.router.routing.processes.get(key)
    return found if isinstance(found, RipProcess) else None


@command("show_ip_rip_database")
def show_ip_rip_database(session: Session, args: Args) -> Iterable[str]:
    """`show ip rip database [vrf NAME] [NETWORK MASK]`."""
    if not session.router.config.rip:
        return ()
    process = _process(session, args)
    if process is None:
        return ()
    machine, now = process.machine, session.router.simulation.now
    if "A_ROUTE_NETWORK" in args:
        wanted = f"{args['A_ROUTE_NETWORK']}/{args['A_ROUTE_MASK']}"
        try:
            route = machine.routes.get(IPv4Network(wanted, strict=False))
        except ValueError:
            route = None
        return ("%RIP: Network not in database",) if route is None else rip.show_entry(route, now)
    summaries = (it for one in machine.interfaces.values() for it in one.summaries)
    return rip.show_ip_rip_database(machine.routes.values(), summaries, now)


@command("clear_ip_rip")
def clear_ip_rip(session: Session, args: Args) -> None:
    """`clear ip rip *`: what was learned is forgotten and asked for anew."""
    if session.router.config.rip:
        process = _process(session, args)
        if process is not None:
            process.clear()
