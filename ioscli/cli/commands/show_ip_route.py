"""show ip route."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.dialogue import Steps
from ioscli.cli.lookup import resolve
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.show import ip_route

if TYPE_CHECKING:
    from ioscli.cli.results import Args
    from ioscli.cli.session import Session

_CODES = {"connected": "C", "local": "L", "static": "S"}


@command("show_ip_route")
def show_ip_route(session: Session, args: Args) -> Iterable[str]:
    """`show ip route [connected | local | static]`."""
    code = next((code for word, code in _CODES.items() if word in args), None)
    routes = session.router.route_views()
    return ip_route.show_ip_route(routes, session.router.simulation.now, code)


@command("show_ip_route_prefix")
def show_ip_route_prefix(session: Session, args: Args) -> Steps:
    """`show ip route A.B.C.D [MASK] [longer-prefixes]`."""
    target = yield from resolve(session, args["A_ROUTE"])
    if target is None:
        raise Refusal(argument="A_ROUTE")
    length = _mask_length(args)
    routes = session.router.route_views()
    now = session.router.simulation.now
    if "longer-prefixes" in args:
        network = ip_route.asked_network(target, length)
        yield from ip_route.show_longer_prefixes(routes, now, network)
    else:
        yield from ip_route.show_route_entry(routes, target, length, now)


def _mask_length(args: Args) -> int | None:
    """The length of the mask, where one was typed; raises Refusal for one with holes."""
    mask: IPv4Address | None = args.get("A_ROUTE_MASK")
    if mask is None:
        return None
    ones = f"{int(mask):032b}".rstrip("0")
    if "0" in ones:
        raise Refusal(argument="A_ROUTE_MASK")
    return len(ones)
