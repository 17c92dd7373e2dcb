"""Why a route leads another way than it should, where its protocol knows both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ioscli.codec.bgp.attributes import path_length
from ioscli.exercises.checks.causes.bgp import processes
from ioscli.exercises.checks.causes.eigrp import machines
from ioscli.exercises.checks.neighbors import WORKING, neighbors
from ioscli.exercises.checks.parties import Party, called
from ioscli.labs.explain.finding import Finding, Rank
from ioscli.protocols.eigrp.topology import prefix_of

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from ioscli.labs.topology import Topology
    from ioscli.model.rib import Route
    from ioscli.protocols.bgp.paths import BgpPath
    from ioscli.router.bgp import BgpProcess


def why_another_way(
    topology: Topology, node: str, protocol: str, route: Route, wanted: tuple[str, ...]
) -> Iterator[Finding]:
    """What speaks against the next hops that were wanted, or for those that came besides.

    wanted: the nodes that the route should lead to.
    """
    hops = [path.next_hop for path in route.paths if path.next_hop is not None]
    met = [name for name in wanted if any(Party(name).has(topology, hop) for hop in hops)]
    if len(met) == len(wanted) < len(hops):
        ways = _all([called(topology, hop) for hop in hops])
        words = f"the ways by {ways} are equally good to {node}"
        yield Finding(words, (_show(node, protocol, route.prefix),), Rank.ROUTE)
    known = neighbors(topology.routers[node], protocol)
    for name in wanted:
        party = Party(name)
        up = any(
            it.state.lower() == WORKING[protocol] and party.has(topology, it.address)
            for it in known
        )
        if name not in met and up:
            found = _of_bgp if protocol == "bgp" else _of_eigrp if protocol == "eigrp" else None
            if found is not None:
                yield from found(topology, node, route.prefix, party)


def _show(node: str, protocol: str, prefix: IPv4Network) -> str:
    address = prefix.network_address
    return {
        "bgp": f"{node}: show ip bgp {address}",
        "eigrp": f"{node}: show ip eigrp topology all-links",
    }.get(protocol, f"{node}: show ip route {address}")


def _untold(node: str, name: Party, prefix: IPv4Network, protocol: str) -> Finding:
    words = f"{name} does not tell {node} of {prefix}"
    shows = (_show(node, protocol, prefix), _show(str(name), protocol, prefix))
    return Finding(words, shows, Rank.ROUTE)


# --- BGP -----------------------------------------------------------------------------------------


def _of_bgp(topology: Topology, node: str, prefix: IPv4Network, party: Party) -> Iterator[Finding]:
    for process in processes(topology.routers[node]):
        entry = process.machine.table.get(prefix)
        if entry is None or entry.best is None:
            continue
        paths = [
            path
            for path in entry.paths
            if path.neighbor is not None and party.has(topology, path.neighbor.address)
        ]
        if not paths:
            yield _untold(node, party, prefix, "bgp")
        elif entry.best not in paths:
            words = f"BGP of {node} knows it from {party} as well, and prefers another path"
            reason = bgp_reason(process, entry.best, paths[0])
            yield Finding(words + reason, (_show(node, "bgp", prefix),), Rank.ROUTE)


def bgp_reason(process: BgpProcess, best: BgpPath, other: BgpPath) -> str:
    """The first step of the decision in which the two differ."""
    for what, ours, theirs in (
        ("weight", best.weight, other.weight),
        ("local preference", _preference(process, best), _preference(process, other)),
        ("length of the AS path", _length(best), _length(other)),
        ("origin", _origin(best), _origin(other)),
        ("MED", best.attributes.med or 0, other.attributes.med or 0),
        ("metric to the next hop", best.metric, other.metric),
    ):
        if theirs is None:
            return ", as there is no route to the next hop"
        if ours != theirs:
            return f" for its {what}, {ours} instead of {theirs}"
    return ", as the two are alike but for age and router ID"


def _preference(process: BgpProcess, path: BgpPath) -> int:
    found = path.attributes.local_preference
    return process.config.default_local_preference if found is None else found


def _length(path: BgpPath) -> int:
    return path_length(path.attributes.as_path or ())


def _origin(path: BgpPath) -> int:
    return int(path.attributes.origin or 0)


# --- EIGRP ---------------------------------------------------------------------------------------


def _of_eigrp(
    topology: Topology, node: str, prefix: IPv4Network, party: Party
) -> Iterator[Finding]:
    for eigrp in machines(topology.routers[node]):
        entry = eigrp.topology.get(prefix_of(prefix))
        if entry is None:
            continue
        ways = [
            it
            for neighbor, it in entry.descriptors.items()
            if it.neighbor is neighbor and party.has(topology, it.neighbor.ip)
        ]
        best = min((it.distance for it in entry.descriptors.values()), default=0)
        if not ways:
            yield _untold(node, party, prefix, "eigrp")
        elif ways[0].distance > best:
            words = f"the way by {party} has the distance {ways[0].distance}, the best one {best}"
            yield Finding(words, (_show(node, "eigrp", prefix),), Rank.ROUTE)


def _all(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
