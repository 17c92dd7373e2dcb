"""`show ip route` and its forms.

Layout and legend: captures of IOSv 15.7 and 15.9 (the legend is that of the release; codes of
protocols that the router does not run stand in it all the same, as on IOS). Not in captures but
in Cisco's command reference: the block about a classful network (`10.0.0.0/8, 4 known subnets`).
"""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.show.age import route_age
from ioscli.model.instant import Duration, Instant
from ioscli.model.rib import INACCESSIBLE
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

#: Columns: where a line would be longer, its paths stand under it (captures of IOS-XE).
_SCREEN = 80
_WRAPPED_INDENT = 11

#: Routes that have no age: they follow configuration and interfaces.
_AGELESS = frozenset("CLS")


def show_ip_route(
    routes: Sequence[RouteView],
    now: Instant,
    code: str | None = None,
    process: str | None = None,
) -> Iterator[str]:
    """The routing table; with a code, the routes of one source, or one of its processes, only."""
    yield from _LEGEND
    yield ""
    yield _last_resort(routes)
    yield ""
    shown = [
        route
        for route in routes
        if (code is None or route.code[0] == code) and (process is None or route.process == process)
    ]
    yield from _table(routes, shown, now)


def show_host_table(gateway: IPv4Address | None) -> Iterator[str]:
    """What a router under `no ip routing` shows instead: a host's gateway and redirects."""
    yield f"Default gateway is {'not set' if gateway is None else gateway}"
    yield ""
    yield "Host               Gateway           Last Use    Total Uses  Interface"
    yield "ICMP redirect cache is empty"


def show_longer_prefixes(
    routes: Sequence[RouteView], now: Instant, network: IPv4Network
) -> Iterator[str]:
    """The routing table's part inside a network."""
    yield from _LEGEND
    yield ""
    yield _last_resort(routes)
    yield ""
    yield from _table(routes, [it for it in routes if it.prefix.subnet_of(network)], now)


def asked_network(target: IPv4Address, mask_length: int | None) -> IPv4Network:
    """The network that an address and mask name; its class's where no mask was typed."""
    length = class_length(target) if mask_length is None else mask_length
    return IPv4Network((target, length), strict=False)


# -- the table ------------------------------------------------------------------------------


def _last_resort(routes: Iterable[RouteView]) -> str:
    """Of candidates the best; connected ones only carry the mark (`ip default-network`)."""
    candidates = [it for it in routes if it.candidate_default and it.paths and it.code != "C"]
    if not candidates:
        return "Gateway of last resort is not set"
    best = min(candidates, key=lambda it: (it.prefix.prefixlen, it.distance, it.metric))
    gateway = best.paths[0].address or IPv4Address(0)
    return f"Gateway of last resort is {gateway} to network {best.prefix.network_address}"


def _table(routes: Iterable[RouteView], shown: Iterable[RouteView], now: Instant) -> Iterator[str]:
    """Entries under their classful networks; the headings count hidden entries too."""
    families: dict[IPv4Network, list[RouteView]] = {}
    for route in routes:
        families.setdefault(group(route), []).append(route)
    chosen: dict[IPv4Network, list[RouteView]] = {}
    for route in sorted(shown, key=order):
        chosen.setdefault(group(route), []).append(route)
    for network, entries in chosen.items():
        family = families[network]
        if not subnetted(family):
            for route in entries:
                yield from _route_lines(f"{_code(route):<6}", str(route.prefix), route, now)
            continue
        yield f"      {_heading(network, family)}"
        yield from members(family, entries, now)


def members(
    family: Sequence[RouteView], entries: Iterable[RouteView], now: Instant
) -> Iterator[str]:
    """Entries of one classful network; their masks are left out where all are equal."""
    masked = len(masks(family)) > 1
    for route in entries:
        name = str(route.prefix) if masked else str(route.prefix.network_address)
        yield from _route_lines(f"{_code(route):<9}", name, route, now)


def _heading(network: IPv4Network, family: Sequence[RouteView]) -> str:
    lengths = masks(family)
    if len(lengths) == 1:
        return f"{network.network_address}/{lengths[0]} is subnetted, {len(family)} subnets"
    return f"{network} is variably subnetted, {len(family)} subnets, {len(lengths)} masks"


def _route_lines(code: str, name: str, route: RouteView, now: Instant) -> Iterator[str]:
    head = f"{code}{name} "
    paths = [_path(route, path, now) for path in route.paths]
    if any(len(head) + len(path) >= _SCREEN for path in paths):
        yield head.rstrip()
        head = " " * _WRAPPED_INDENT
    for path in paths:
        yield head + path
        head = " " * len(head)


def _path(route: RouteView, path: NextHopView, now: Instant) -> str:
    if path.address is None:
        if route.code[0] in _AGELESS:
            return f"is directly connected, {path.interface}"
        # What a protocol summarises leads to Null0.
        return f"is a summary, {route_age(Duration(now - route.installed))}, {path.interface}"
    if route.metric == INACCESSIBLE:
        return f"is possibly down, routing via {path.address}, {path.interface}"
    metric = route.metric if path.metric is None else path.metric
    text = f"[{route.distance}/{metric}] via {path.address}"
    if route.code not in _AGELESS:
        text += f", {route_age(Duration(now - route.installed))}"
    return text if path.interface is None else f"{text}, {path.interface}"


def _code(route: RouteView) -> str:
    """The candidate's mark stands in the second column: `S*`, `O*E2`."""
    return f"{route.code[0]}*{route.code[2:]}" if route.candidate_default else route.code


# -- classes --------------------------------------------------------------------------------


def class_length(address: IPv4Address) -> int:
    """Prefix length of an address's class (RFC 791): what IOS still groups by."""
    first = int(address) >> 24
    if first < 128:
        return 8
    return 16 if first < 192 else 24


def classful(address: IPv4Address) -> IPv4Network:
    """The network of an address's class."""
    return IPv4Network((address, class_length(address)), strict=False)


def group(route: RouteView) -> IPv4Network:
    """The classful network that an entry belongs to; a supernet stands for itself."""
    prefix = route.prefix
    if prefix.prefixlen < class_length(prefix.network_address):
        return prefix
    return classful(prefix.network_address)


def subnetted(family: Sequence[RouteView]) -> bool:
    """Whether any entry of a classful network is longer than its class says."""
    return any(
        route.prefix.prefixlen > class_length(route.prefix.network_address) for route in family
    )


def masks(family: Iterable[RouteView]) -> list[int]:
    """The prefix lengths of some entries, shortest first."""
    return sorted({route.prefix.prefixlen for route in family})


def order(route: RouteView) -> tuple[int, int, int]:
    """Where an entry stands: groups by their own address, a supernet before its parts."""
    network = group(route)
    return int(network.network_address), network.prefixlen, _place(route)


def _place(route: RouteView) -> int:
    """By address, then by length: a network before its first subnet."""
    return int(route.prefix.network_address) << 6 | route.prefix.prefixlen
