"""ip route: carries out grammar/static_route.lark."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.commands.interface import Changes, resets
from ioscli.cli.commands.ip_address import addresses_of, network_with_mask, prefix_length
from ioscli.cli.configuration import ConfigContext
from ioscli.cli.refusals import Refusal
from ioscli.cli.registry import command
from ioscli.cli.results import Args
from ioscli.cli.running_config import writes
from ioscli.model.changes import StaticRoutesChanged
from ioscli.model.config import RouterConfig, StaticRoute
from ioscli.model.ifname import InterfaceName

_FIRST_MULTICAST = 224
_ETHERNETS = ("Ethernet", "FastEthernet", "GigabitEthernet")


@command("ip_route")
def ip_route(context: ConfigContext, args: Args) -> Changes:
    """A route through a next hop, an interface or both; several to one prefix share the load."""
    prefix = _prefix(args)
    routes = context.config.static_routes
    if resets(args):
        _remove(routes, prefix, args)
        return (StaticRoutesChanged(),)
    route = _route(context, prefix, args)
    for number, old in enumerate(routes):
        same_path = old.next_hop == route.next_hop and old.interface == route.interface
        if same_path and old.prefix == prefix:
            routes[number] = route
            return (StaticRoutesChanged(),)
    routes.append(route)
    return (StaticRoutesChanged(),)


def _prefix(args: Args) -> IPv4Network:
    """The destination; host bits are refused as IOS does."""
    network: IPv4Address = args["A_PREFIX"]
    mask: IPv4Address = args["A_PREFIX_MASK"]
    length = prefix_length(mask)
    if length is None or int(network) & ~int(mask):
        raise Refusal("%Inconsistent address and mask")
    return IPv4Network((int(network), length))


def _route(context: ConfigContext, prefix: IPv4Network, args: Args) -> StaticRoute:
    next_hop: IPv4Address | None = args.get("A_NEXT_HOP")
    interface: InterfaceName | None = args.get("A_INTERFACE")
    if interface is not None and not context.knows(interface):
        raise Refusal(argument="A_INTERFACE")
    if next_hop is not None:
        # A saved route may have lost its next hop to an address that came later.
        if not context.startup:
            _check_next_hop(context.config, next_hop)
    elif prefix.prefixlen == 0 and interface is not None and interface.kind in _ETHERNETS:
        context.say(
            "%Default route without gateway, if not a point-to-point interface, "
            "may impact performance"
        )
    return StaticRoute(
        prefix,
        next_hop,
        interface,
        args.get("A_DISTANCE", 1),
        args.get("A_ROUTE_NAME"),
        "permanent" in args,
        args.get("A_TAG"),
    )


def _check_next_hop(config: RouterConfig, next_hop: IPv4Address) -> None:
    if not 0 < int(next_hop) >> 24 < _FIRST_MULTICAST:
        raise Refusal("%Invalid next hop address")
    for interface in config.interfaces.values():
        if any(address.ip == next_hop for address in addresses_of(interface)):
            raise Refusal("%Invalid next hop address (it's this router)")


def _remove(routes: list[StaticRoute], prefix: IPv4Network, args: Args) -> None:
    """All routes to a prefix that have what was typed."""
    wanted = {
        "next_hop": args.get("A_NEXT_HOP"),
        "interface": args.get("A_INTERFACE"),
        "distance": args.get("A_DISTANCE"),
        "tag": args.get("A_TAG"),
    }
    kept = [
        route
        for route in routes
        if route.prefix != prefix
        or any(
            value is not None and getattr(route, what) != value for what, value in wanted.items()
        )
    ]
    if len(kept) == len(routes):
        raise Refusal("%No matching route to delete")
    routes[:] = kept


@writes("config", "ip_route")
def ip_route_lines(config: RouterConfig) -> Iterator[str]:
    """By prefix; those to one prefix in the order in which they were typed."""
    order = sorted(
        config.static_routes,
        key=lambda route: (int(route.prefix.network_address), route.prefix.prefixlen),
    )
    for route in order:
        words = ["ip route", network_with_mask(route.prefix)]
        words += [str(part) for part in (route.interface, route.next_hop) if part is not None]
        if route.distance != 1:
            words.append(str(route.distance))
        if route.tag is not None:
            words.append(f"tag {route.tag}")
        if route.permanent:
            words.append("permanent")
        if route.name is not None:
            words.append(f"name {route.name}")
        yield " ".join(words)
