"""What the router's table is told: the routes of one calculation against those of the one before.

Thousands of routes are made at once, and most of what they are made of is the same: the ways of
one set of first hops, and what a router that tells of networks is to all others.
"""

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address

from ioscli.model.effects import Install, InstallMany, Withdraw
from ioscli.model.ifname import NULL0
from ioscli.model.ospf import OspfProcess
from ioscli.model.rib import Path, Route, RouteOrigin, RouteSource, origin_of
from ioscli.protocols.ospf.graph import Prefix, network_of
from ioscli.protocols.ospf.routing import OspfRoute, PathKind, Table
from ioscli.protocols.ospf.spf import Hops, Reach, Tree


def changes(
    old: Table, new: Table, config: OspfProcess
) -> Iterator[Install | InstallMany | Withdraw]:
    """What the router's table must be told."""
    before: dict[Prefix, Reach] = {}
    after: dict[Prefix, Reach] = {}
    if not _same_tree(old.base, new.base):
        before = {} if old.base is None else old.base.reached()
        if new.base is not None:
            after = new.base.reached()
            yield from _base_changes(old, new.base, before, after, config)
    for prefix, route in new.extra.items():
        known = old.extra.get(prefix)
        if known == route:
            continue
        if _offered(route.hops, route.kind):
            yield Install(_route(route, config))
        elif known is not None and _offered(known.hops, known.kind):
            yield Withdraw(network_of(prefix))
    for prefix, (_, hops, _) in before.items():
        if prefix not in after and prefix not in new.extra and _offered(hops, PathKind.INTRA):
            yield Withdraw(network_of(prefix))
    for prefix, known in old.extra.items():
        if prefix in new.extra or not _offered(known.hops, known.kind):
            continue
        if prefix not in after and new.get(prefix) is None:
            yield Withdraw(network_of(prefix))


def every_route(table: Table, config: OspfProcess) -> Iterator[InstallMany]:
    """All of it, when distances or the number of paths have changed."""
    offered = [route for route in table.routes() if _offered(route.hops, route.kind)]
    if offered:
        yield InstallMany([_route(route, config) for route in offered])


def _same_tree(old: Tree | None, new: Tree | None) -> bool:
    if old is None or new is None:
        return old is new
    return old.graph is new.graph and old.distance == new.distance and old.hops == new.hops


def _base_changes(
    old: Table,
    tree: Tree,
    before: dict[Prefix, Reach],
    after: dict[Prefix, Reach],
    config: OspfProcess,
) -> Iterator[InstallMany | Withdraw]:
    distance, process = _distance(PathKind.INTRA, config), config.process
    extra, networks, make = old.extra, tree.graph.networks, Route.of_origin
    # Sets of hops and vertices are few, prefixes are many: what each of them comes to is made
    # once. The sets are told apart by identity, as `after` holds them while this goes on.
    ways_of: dict[int, tuple[Path, ...] | None] = {}
    origins: dict[tuple[int, ...], RouteOrigin] = {}
    made: list[Route] = []
    for prefix, reach in after.items():
        known = before.get(prefix)
        if known == reach:
            continue
        other = extra.get(prefix) if extra else None
        if other is not None and _is_same(other, tree, reach):
            continue
        cost, hops, numbers = reach
        try:
            ways = ways_of[id(hops)]
        except KeyError:
            ways = _ways(hops, config) if _offered(hops, PathKind.INTRA) else None
            ways_of[id(hops)] = ways
        if ways is None:
            was = known is not None and _offered(known[1], PathKind.INTRA)
            if was or (other is not None and _offered(other.hops, other.kind)):
                if made:
                    yield InstallMany(made)
                    made = []
                yield Withdraw(network_of(prefix))
        elif len(numbers) == 1:
            origin = origins.get(numbers)
            if origin is None:
                origin = origins[numbers] = _origin(tree.told(reach)[0], distance, process)
            made.append(make(networks[prefix], cost, ways, origin))
        else:
            ways, origin = _several(ways, tree.told(reach), distance, process)
            made.append(make(networks[prefix], cost, ways, origin))
    if made:
        yield InstallMany(made)


def _is_same(route: OspfRoute, tree: Tree, reach: Reach) -> bool:
    """Whether a route is the one that a tree has."""
    cost, hops, _ = reach
    same = route.kind is PathKind.INTRA and route.cost == cost and route.hops == hops
    return same and route.advertisers == tree.told(reach)


def _offered(hops: Hops, kind: PathKind) -> bool:
    """Whether a route is for the router's table: not one to a network that it is on."""
    return kind is PathKind.DISCARD or bool(hops and hops[0].address is not None)


def _route(route: OspfRoute, config: OspfProcess) -> Route:
    if route.kind is PathKind.DISCARD:
        ways: tuple[Path, ...] = (Path(None, NULL0),)
        origin = _origin(None, route.distance, config.process, route.tag, route.code)
    else:
        distance = _distance(route.kind, config)
        ways, origin = _several(
            _ways(route.hops, config),
            route.advertisers,
            distance,
            config.process,
            route.tag,
            route.code,
        )
    return Route.of_origin(network_of(route.prefix), route.metric, ways, origin)


def _ways(hops: Hops, config: OspfProcess) -> tuple[Path, ...]:
    """First hops as paths that leave out who told of them."""
    return tuple([Path(hop.address, hop.interface) for hop in hops[: config.maximum_paths]])


def _several(
    ways: tuple[Path, ...],
    told: tuple[int, ...],
    distance: int,
    process: str,
    tag: int = 0,
    kind: str = "",
) -> tuple[tuple[Path, ...], RouteOrigin]:
    """The ways of a route that several may have told of: where they did, each way says who."""
    if len(set(told[: len(ways)])) == 1:
        return ways, _origin(told[0], distance, process, tag, kind)
    named = [
        way._replace(advertiser=_address_of(router))
        for way, router in zip(ways, told, strict=False)
    ]
    return tuple(named), _origin(None, distance, process, tag, kind)


@lru_cache(maxsize=16_384)
def _origin(
    router: int | None, distance: int, process: str, tag: int = 0, kind: str = ""
) -> RouteOrigin:
    """Of the routes that a router told of. A number is found sooner than an address."""
    told = None if router is None else _address_of(router)
    return origin_of(RouteSource.OSPF, distance, tag, process, kind, told)


@lru_cache(maxsize=16_384)
def _address_of(router: int) -> IPv4Address:
    """A router ID as the routing table names it: one object for all routers."""
    return IPv4Address(router)


def _distance(kind: PathKind, config: OspfProcess) -> int:
    if kind is PathKind.INTRA:
        special = config.distance_intra
    elif kind is PathKind.INTER:
        special = config.distance_inter
    else:
        special = config.distance_external
    return config.distance if special is None else special
