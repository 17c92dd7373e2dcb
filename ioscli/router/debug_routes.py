"""`debug ip routing`: what changes of the routing table are told as.

The wording is that of IOS 15.x as Cisco's documents and study material print it.
"""

from __future__ import annotations

from collections.abc import Iterator

from ioscli.model.rib import Path, Route, RouteSource


def change_lines(before: Route | None, after: Route | None, table: str = "") -> Iterator[str]:
    """The lines about the best route of a prefix before and after a change, in some table."""
    beginning = f"RT({table})" if table else "RT"
    for text in _changes(before, after):
        yield f"{beginning}: {text}"


def _changes(before: Route | None, after: Route | None) -> Iterator[str]:
    if after is None:
        if before is not None:
            yield from _removed(before)
        return
    source = _source(after)
    vias = "\n".join(f"    via {_hop(path)}{_out_of(path)}" for path in after.paths)
    yield f"updating {source} {after.prefix} (0x0):\n{vias}\n"
    if before is not None:
        network = after.prefix.network_address
        if after.distance < before.distance:
            count = len(before.paths)
            yield f"closer admin distance for {network}, flushing {count} routes"
        else:
            yield from _paths(before, "del", _kept(before, after))
    yield from _paths(after, "add", _kept(before, after))
    if after.prefix.prefixlen == 0:
        yield f"default path is now {_hop(after.paths[0])} via 0.0.0.0"
        yield "new default network 0.0.0.0"


def _removed(route: Route) -> Iterator[str]:
    yield from _paths(route, "del", ())
    subnet = route.prefix.prefixlen > _class_length(route)
    yield f"delete {'subnet' if subnet else 'network'} route to {route.prefix}"
    if route.prefix.prefixlen == 0:
        yield "default path has been cleared"


def _kept(before: Route | None, after: Route) -> tuple[Path, ...]:
    """The paths that a change leaves alone."""
    if before is None or (before.source, before.distance, before.metric) != (
        after.source,
        after.distance,
        after.metric,
    ):
        return ()
    return tuple(path for path in before.paths if path in after.paths)


def _paths(route: Route, verb: str, kept: tuple[Path, ...]) -> Iterator[str]:
    numbers = f"[{route.distance}/{route.metric}]"
    for path in route.paths:
        if path in kept:
            continue
        yield f"{verb} {route.prefix} via {_hop(path)}, {_source(route)} metric {numbers}"


def _source(route: Route) -> str:
    return "connected" if route.source is RouteSource.LOCAL else route.source.name.lower()


def _hop(path: Path) -> str:
    return "0.0.0.0" if path.next_hop is None else str(path.next_hop)


def _out_of(path: Path) -> str:
    return "" if path.interface is None else f" {path.interface.short}"


def _class_length(route: Route) -> int:
    first = int(route.prefix.network_address) >> 24
    return 8 if first < 128 else 16 if first < 192 else 24
