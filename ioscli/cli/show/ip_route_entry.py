"""`show ip route A.B.C.D [MASK]`: one entry with its routing descriptor blocks.

How known: captures of IOSv 15.x and IOS-XE. Not in captures but in Cisco's command reference: the
block about a classful network (`10.0.0.0/8, 4 known subnets`). What is held down is known from
study material.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network

from ioscli.cli.show.age import route_age
from ioscli.cli.show.ip_route import (
    class_length,
    classful,
    group,
    masks,
    members,
    order,
    subnetted,
)
from ioscli.model.instant import SECOND, Duration, Instant
from ioscli.model.rib import INACCESSIBLE
from ioscli.router.views import NextHopView, RouteNotes, RouteView

#: Protocols by the code's letter, as `Known via` names them.
PROTOCOLS = {
    "C": "connected",
    "L": "connected",
    "S": "static",
    "R": "rip",
    "D": "eigrp",
    "O": "ospf",
    "B": "bgp",
}
#: What follows configuration and interfaces has no age.
_AGELESS = frozenset("CLS")
_TYPES = {
    "O": "intra area",
    "O IA": "inter area",
    "O E1": "extern 1",
    "O E2": "extern 2",
    "O N1": "NSSA extern 1",
    "O N2": "NSSA extern 2",
    "D": "internal",
    "D EX": "external",
}


NotesOf = Callable[[RouteView], RouteNotes]


def _no_notes(_route: RouteView) -> RouteNotes:
    return RouteNotes()


def show_route_entry(
    routes: Sequence[RouteView],
    target: IPv4Address,
    mask_length: int | None,
    now: Instant,
    notes_of: NotesOf = _no_notes,
) -> Iterator[str]:
    """One entry with its descriptor blocks: the best match, or with a mask that very prefix."""
    network = classful(target)
    family = [route for route in routes if group(route) == network]
    if mask_length is None and target == network.network_address and subnetted(family):
        yield from _family_entry(network, family, now)
        return
    route = _find(routes, target, mask_length)
    if route is not None:
        yield from _entry(route, now, notes_of(route))
    elif family:
        yield "% Subnet not in table"
    else:
        yield "% Network not in table"


def known_as(route: RouteView) -> str:
    """`ospf 1`, `static`: the source with its process."""
    return f"{PROTOCOLS[route.code[0]]} {route.process}".rstrip()


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


def _entry(route: RouteView, now: Instant, notes: RouteNotes) -> Iterator[str]:
    prefix = route.prefix
    supernet = prefix.prefixlen < class_length(prefix.network_address)
    yield f"Routing entry for {prefix}{', supernet' if supernet else ''}"
    known = f'  Known via "{known_as(route)}", distance {route.distance}, metric {route.metric}'
    if route.metric == INACCESSIBLE:
        known += " (inaccessible)"
    kind = _kind(route, notes)
    if route.tag:
        yield known + _remark(route)
        yield f"  Tag {route.tag}{kind}"
    else:
        yield known + _remark(route) + kind
    if notes.redistributing:
        yield f"  Redistributing via {', '.join(notes.redistributing)}"
    for number, how in enumerate(notes.advertised):
        yield f"  Advertised by {how}" if number == 0 else f"                {how}"
    age = route_age(Duration(now - route.installed))
    aged = route.code[0] not in _AGELESS
    if aged and route.paths and route.paths[0].address is not None:
        first = route.paths[0]
        where = "" if first.interface is None else f" on {first.interface},"
        yield f"  Last update from {first.address}{where} {age} ago"
    if notes.held_down is not None:
        yield f"  Hold down timer expires in {notes.held_down // SECOND} secs"
        return
    yield "  Routing Descriptor Blocks:"
    # Captures with several paths mark the last one as the next to be used.
    for number, path in enumerate(route.paths):
        mark = "*" if path is route.paths[-1] else " "
        yield f"  {mark} {_block(path, age if aged else None)}"
        metric = route.metric if path.metric is None else path.metric
        yield f"      Route metric is {metric}, traffic share count is {path.share}"
        if number < len(notes.paths):
            yield from (f"      {line}" for line in notes.paths[number])
        if route.tag:
            yield f"      Route tag {route.tag}"
        if route.code == "B":
            yield "      MPLS label: none"


def _block(path: NextHopView, age: str | None) -> str:
    """`10.0.0.2, from 3.3.3.3, 00:01:10 ago, via Tunnel0`."""
    if path.address is None:
        return f"directly connected, via {path.interface}"
    words = [str(path.address)]
    if age is not None:
        words += [f"from {path.advertiser or path.address}", f"{age} ago"]
    if path.interface is not None:
        words.append(f"via {path.interface}")
    return ", ".join(words)


def _kind(route: RouteView, notes: RouteNotes) -> str:
    kind = route.kind if route.code == "B" else _TYPES.get(route.code, "")
    if not kind:
        return ""
    forward = ""
    if notes.forward_metric is not None and "extern" in kind and route.code[0] == "O":
        forward = f", forward metric {notes.forward_metric}"
    return f", type {kind}{forward}"


def _remark(route: RouteView) -> str:
    if route.code in ("C", "L"):
        return " (connected, via interface)" if route.code == "C" else " (connected)"
    remark = ", candidate default path" if route.candidate_default else ""
    if route.code == "S" and all(path.address is None for path in route.paths):
        remark += " (connected)"
    return remark


def _family_entry(network: IPv4Network, family: Sequence[RouteView], now: Instant) -> Iterator[str]:
    """A whole classful network."""
    lengths = masks(family)
    length = network.prefixlen if len(lengths) > 1 else lengths[0]
    yield f"Routing entry for {network.network_address}/{length}, {len(family)} known subnets"
    attached = sum(route.code in ("C", "L") for route in family)
    if attached:
        yield f"  Attached ({attached} connections)"
    if len(lengths) > 1:
        yield f"  Variably subnetted with {len(lengths)} masks"
    sources = dict.fromkeys(known_as(route) for route in family if route.code[0] in "RD")
    if sources:
        yield f"  Redistributing via {', '.join(sources)}"
    yield from members(family, sorted(family, key=order), now)
