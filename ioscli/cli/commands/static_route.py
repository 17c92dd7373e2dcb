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
from ioscli.model.static_routes import StaticRoutes

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
    routes.set(_route(context, prefix, args))
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
    vrf: str = args.get("A_VRF_NAME", "")
    if vrf and vrf not in context.config.vrfs and not context.startup:
        raise Refusal(f"% IP routing table {vrf} does not exist")
    if interface is not None and not context.knows(interface):
        raise Refusal(argument="A_INTERFACE")
    if next_hop is not None:
        # A saved route may have lost its next hop to an address that came later.
        if not context.startup:
            _check_next_hop(context.config, next_hop, vrf)
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
        vrf,
        args.get("A_TRACK"),
        "global" in args,
    )


def _check_next_hop(config: RouterConfig, next_hop: IPv4Address, vrf: str) -> None:
    if not 0 < int(next_hop) >> 24 < _FIRST_MULTICAST:
        raise Refusal("%Invalid next hop address")
    for interface in config.interfaces.values():
        if interface.vrf == vrf and any(it.ip == next_hop for it in addresses_of(interface)):
            raise Refusal("%Invalid next hop address (it's this router)")


def _remove(routes: StaticRoutes, prefix: IPv4Network, args: Args) -> None:
    """All routes to a prefix that have what was typed."""
    vrf: str = args.get("A_VRF_NAME", "")
    wanted = {
        "next_hop": args.get("A_NEXT_HOP"),
        "interface": args.get("A_INTERFACE"),
        "distance": args.get("A_DISTANCE"),
        "tag": args.get("A_TAG"),
        "track": args.get("A_TRACK"),
    }
    kept = [
        route
        for route in routes
        if (route.prefix, route.vrf) != (prefix, vrf)
        or any(
            value is not None and getattr(route, what) != value for what, value in wanted.items()
        )
    ]
    if len(kept) == len(routes):
        raise Refusal("%No matching route to delete")
    routes[:] = kept


def spelled(route: StaticRoute) -> str:
    """The line of a route, in the order in which IOS writes its options."""
    words = ["ip route"]
    if route.vrf:
        words.append(f"vrf {route.vrf}")
    words.append(network_with_mask(route.prefix))
    words += [str(part) for part in (route.interface, route.next_hop) if part is not None]
    if route.global_next_hop:
        words.append("global")
    if route.distance != 1:
        words.append(str(route.distance))
    if route.tag is not None:
        words.append(f"tag {route.tag}")
    if route.permanent:
        words.append("permanent")
    if route.name is not None:
        words.append(f"name {route.name}")
    if route.track is not None:
        words.append(f"track {route.track}")
    return " ".join(words)


@writes("config", "ip_route")
def ip_route_lines(config: RouterConfig) -> Iterator[str]:
    """By prefix; those to one prefix in the order in which they were typed."""
    yield from (spelled(route) for route in _ordered(config) if not route.vrf)


@writes("config", "ip_route_vrf")
def ip_route_vrf_lines(config: RouterConfig) -> Iterator[str]:
    """The routes of VRFs stand behind the others, table by table; what is only kept comes last."""
    routes = [route for route in _ordered(config) if route.vrf]
    for vrf in dict.fromkeys((*config.vrfs, *(route.vrf for route in routes))):
        yield from (spelled(route) for route in routes if route.vrf == vrf)
    yield from config.stored.get("ip_route_vrf", ())


def _ordered(config: RouterConfig) -> list[StaticRoute]:
    return sorted(
        config.static_routes,
        key=lambda route: (int(route.prefix.network_address), route.prefix.prefixlen),
    )
