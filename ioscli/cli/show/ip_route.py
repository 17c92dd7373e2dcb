"""`show ip route` and its forms.

Layout and legend: captures of IOSv 15.7 and 15.9 (the legend is that of the release; codes of
protocols that the router does not run stand in it all the same, as on IOS). Not in captures but
in Cisco's command reference: the block about a classful network (`10.0.0.0/8, 4 known subnets`).
"""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.show.age import route_age
from ioscli.model.instant import Duration, Instant
from ioscli.router.views import NextHopView, RouteView

_LEGEND = (
    "Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP",
    "       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area ",
    "       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2",
    "       E1 - OSPF external type 1, E2 - OSPF external type 2",
    "       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2",
    "       ia - IS-IS inter area, * - candidate default, U - per-user static route",
    "       o - ODR, P - periodic downloaded static route, H - NHRP, l - LISP",
    "       a - application route",
    "       + - replicated route, % - next hop override, p - overrides from PfR",
)

#: Routes that have no age: they follow configuration and interfaces.
_AGELESS = frozenset("CLS")

_PROTOCOLS = {"C": "connected", "L": "connected", "S": "static"}


def show_ip_route(
    routes: Sequence[RouteView], now: Instant, code: str | None = None
) -> Iterator[str]:
    """The routing table; with a code, the routes of one source only."""
    yield from _LEGEND
    yield ""
    yield _last_resort(routes)
    yield ""
    shown = [route for route in routes if code is None or route.code == code]
    yield from _table(routes, shown, now)


def show_longer_prefixes(
    routes: Sequence[RouteView], now: Instant, network: IPv4Network
) -> Iterator[str]:
    """The routing table's part inside a network."""
    yield from _LEGEND
    yield ""
    yield _last_resort(routes)
    yield ""
    yield from _table(routes, [it for it in routes if it.prefix.subnet_of(network)], now)


def show_route_entry(
    routes: Sequence[RouteView], target: IPv4Address, mask_length: int | None, now: Instant
) -> Iterator[str]:
    """One entry with its descriptor blocks: the best match, or with a mask that very prefix."""
    network = _classful(target)
    family = [route for route in routes if _group(route) == network]
    if mask_length is None and target == network.network_address and _subnetted(family):
        yield from _family_entry(network, family, now)
        return
    route = _find(routes, target, mask_length)
    if route is not None:
        yield from _entry(route)
    elif family:
        yield "% Subnet not in table"
    else:
        yield "% Network not in table"


def asked_network(target: IPv4Address, mask_length: int | None) -> IPv4Network:
    """The network that an address and mask name; its class's where no mask was typed."""
    length = _class_length(target) if mask_length is None else mask_length
    return IPv4Network((target, length), strict=False)


# -- the table ------------------------------------------------------------------------------


def _last_resort(routes: Iterable[RouteView]) -> str:
    for route in routes:
        if route.candidate_default and route.paths:
            gateway = route.paths[0].address or IPv4Address(0)
            return f"Gateway of last resort is {gateway} to network {route.prefix.network_address}"
    return "Gateway of last resort is not set"


def _table(routes: Iterable[RouteView], shown: Iterable[RouteView], now: Instant) -> Iterator[str]:
    """Entries under their classful networks; the headings count hidden entries too."""
    families: dict[IPv4Network, list[RouteView]] = {}
    for route in routes:
        families.setdefault(_group(route), []).append(route)
    chosen: dict[IPv4Network, list[RouteView]] = {}
    for route in sorted(shown, key=_order):
        chosen.setdefault(_group(route), []).append(route)
    for network, members in chosen.items():
        family = families[network]
        if not _subnetted(family):
            for route in members:
                yield from _route_lines(f"{_code(route):<6}", str(route.prefix), route, now)
            continue
        yield f"      {_heading(network, family)}"
        yield from _members(family, members, now)


def _members(
    family: Sequence[RouteView], members: Iterable[RouteView], now: Instant
) -> Iterator[str]:
    """Entries of one classful network; their masks are left out where all are equal."""
    masked = len(_masks(family)) > 1
    for route in members:
        name = str(route.prefix) if masked else str(route.prefix.network_address)
        yield from _route_lines(f"{_code(route):<9}", name, route, now)


def _heading(network: IPv4Network, family: Sequence[RouteView]) -> str:
    masks = _masks(family)
    if len(masks) == 1:
        return f"{network.network_address}/{masks[0]} is subnetted, {len(family)} subnets"
    return f"{network} is variably subnetted, {len(family)} subnets, {len(masks)} masks"


def _route_lines(code: str, name: str, route: RouteView, now: Instant) -> Iterator[str]:
    head = f"{code}{name} "
    for path in route.paths:
        yield head + _path(route, path, now)
        head = " " * len(head)


def _path(route: RouteView, path: NextHopView, now: Instant) -> str:
    if path.address is None:
        return f"is directly connected, {path.interface}"
    text = f"[{route.distance}/{route.metric}] via {path.address}"
    if route.code not in _AGELESS:
        text += f", {route_age(Duration(now - route.installed))}"
    return text if path.interface is None else f"{text}, {path.interface}"


def _code(route: RouteView) -> str:
    return f"{route.code}*" if route.candidate_default else route.code


# -- one entry ------------------------------------------------------------------------------


def _find(
    routes: Iterable[RouteView], target: IPv4Address, mask_length: int | None
) -> RouteView | None:
    """The entry asked for. The default route is only found by its own name."""
    if mask_length is not None:
        wanted = IPv4Network((target, mask_length), strict=False)
        return next((route for route in routes if route.prefix == wanted), None)
    fits = [
        route
        for route in routes
        if target in route.prefix and (route.prefix.prefixlen > 0 or int(target) == 0)
    ]
    return max(fits, key=lambda route: route.prefix.prefixlen, default=None)


def _entry(route: RouteView) -> Iterator[str]:
    prefix = route.prefix
    supernet = prefix.prefixlen < _class_length(prefix.network_address)
    yield f"Routing entry for {prefix}{', supernet' if supernet else ''}"
    protocol = _PROTOCOLS.get(route.code, route.code)
    known = f'  Known via "{protocol}", distance {route.distance}, metric {route.metric}'
    yield known + _remark(route)
    yield "  Routing Descriptor Blocks:"
    # Captures with several paths mark the last one as the next to be used.
    for path in route.paths:
        mark = "*" if path is route.paths[-1] else " "
        if path.address is None:
            yield f"  {mark} directly connected, via {path.interface}"
        elif path.interface is None:
            yield f"  {mark} {path.address}"
        else:
            yield f"  {mark} {path.address}, via {path.interface}"
        yield f"      Route metric is {route.metric}, traffic share count is 1"


def _remark(route: RouteView) -> str:
    if route.code == "C":
        return " (connected, via interface)"
    remark = ", candidate default path" if route.candidate_default else ""
    if all(path.address is None for path in route.paths):
        remark += " (connected)"
    return remark


def _family_entry(network: IPv4Network, family: Sequence[RouteView], now: Instant) -> Iterator[str]:
    """A whole classful network."""
    masks = _masks(family)
    length = network.prefixlen if len(masks) > 1 else masks[0]
    yield (f"Routing entry for {network.network_address}/{length}, {len(family)} known subnets")
    attached = sum(route.code in ("C", "L") for route in family)
    if attached:
        yield f"  Attached ({attached} connections)"
    if len(masks) > 1:
        yield f"  Variably subnetted with {len(masks)} masks"
    yield from _members(family, sorted(family, key=_order), now)


# -- classes --------------------------------------------------------------------------------


def _class_length(address: IPv4Address) -> int:
    """Prefix length of an address's class (RFC 791): what IOS still groups by."""
    first = int(address) >> 24
    if first < 128:
        return 8
    return 16 if first < 192 else 24


def _classful(address: IPv4Address) -> IPv4Network:
    return IPv4Network((address, _class_length(address)), strict=False)


def _group(route: RouteView) -> IPv4Network:
    """The classful network that an entry belongs to; a supernet stands for itself."""
    prefix = route.prefix
    if prefix.prefixlen < _class_length(prefix.network_address):
        return prefix
    return _classful(prefix.network_address)


def _subnetted(family: Sequence[RouteView]) -> bool:
    return any(
        route.prefix.prefixlen > _class_length(route.prefix.network_address) for route in family
    )


def _masks(family: Iterable[RouteView]) -> list[int]:
    return sorted({route.prefix.prefixlen for route in family})


def _order(route: RouteView) -> tuple[int, int, int]:
    group = _group(route)
    # Within a group by address; groups by their own address, a supernet before its parts.
    return int(group.network_address), group.prefixlen, _place(route)


def _place(route: RouteView) -> int:
    """By address, then by length: a network before its first subnet."""
    return int(route.prefix.network_address) << 6 | route.prefix.prefixlen
