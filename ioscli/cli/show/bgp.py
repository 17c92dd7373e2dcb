"""show ip bgp: the table, a prefix, the summary.

Layout of IOSv 15.x captures (`show ip bgp all`, `show ip bgp A.B.C.D`, `show ip bgp summary`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, NamedTuple

from ioscli.cli.show.age import route_age
from ioscli.codec.bgp import PathAttributes
from ioscli.model.attribute_lists import Community, community_text
from ioscli.model.bgp import LOCAL_PREFERENCE
from ioscli.model.instant import Duration, Instant

if TYPE_CHECKING:
    from ioscli.protocols.bgp.machine import Bgp
    from ioscli.protocols.bgp.neighbor import Neighbor
    from ioscli.protocols.bgp.paths import BgpPath, TableEntry

_CODES = (
    "Status codes: s suppressed, d damped, h history, * valid, > best, i - internal, ",
    "              r RIB-failure, S Stale, m multipath, b backup-path, f RT-Filter, ",
    "              x best-external, a additional-path, c RIB-compressed, ",
    "              t secondary path, ",
    "Origin codes: i - IGP, e - EGP, ? - incomplete",
    "RPKI validation codes: V valid, I invalid, N Not found",
    "",
    "     Network          Next Hop            Metric LocPrf Weight Path",
)
_ORIGINS = "ie?"
_ORIGIN_NAMES = ("IGP", "EGP", "incomplete")
_NETWORK_WIDTH = 17

#: Bytes that a 32-bit IOS 15 counts for one of each: its published summaries say `1 network
#: entries using 144 bytes`, `1 path entries using 84`, `1/1 ... attribute entries using 160`, and
#: 24 for each of the others. Long AS paths and community lists take more there.
_NETWORK_BYTES, PATH_BYTES, _ATTRIBUTE_BYTES = 144, 84, 160
_AS_PATH_BYTES, _COMMUNITY_BYTES, _RRINFO_BYTES = 24, 24, 24

#: IOS's number for a route that another source has with a better distance (captures).
_HIGHER_DISTANCE = 17

_DEFAULT = IPv4Network("0.0.0.0/0")
_ORIGINATED = PathAttributes(as_path=(), next_hop=IPv4Address(0))


class Vrf(NamedTuple):
    """The table that a process runs over, where it is not the global one."""

    name: str
    distinguisher: str
    """`65001:1`, of its `rd` line."""


Wanted = Callable[[IPv4Network, "BgpPath"], bool]


def network_text(prefix: IPv4Network) -> str:
    """A prefix; its length is left out when it is that of its class."""
    address = prefix.network_address
    first = int(address) >> 24
    natural = 8 if first < 128 else 16 if first < 192 else 24 if first < 224 else 32
    if prefix.prefixlen == natural or (prefix.prefixlen == 0 and not int(address)):
        return str(address)
    return str(prefix)


def heading(bgp: Bgp) -> Iterator[str]:
    """What stands above a table."""
    yield f"BGP table version is {bgp.version}, local router ID is {bgp.router_id}"
    yield from _CODES


def show_table(bgp: Bgp, wanted: Wanted | None = None, vrf: Vrf | None = None) -> Iterator[str]:
    """The table, or the paths of it that are wanted; nothing when there are none."""
    rows = list(_rows(bgp, wanted))
    if rows:
        yield from heading(bgp)
        if vrf is not None:
            yield f"Route Distinguisher: {vrf.distinguisher} (default for vrf {vrf.name})"
        yield from rows


def _rows(bgp: Bgp, wanted: Wanted | None) -> Iterator[str]:
    originated = wanted is None and _default_originated(bgp)
    if originated and _DEFAULT not in bgp.table:
        yield from row("    ", _DEFAULT, _ORIGINATED, 0)
    for prefix in sorted(bgp.table):
        entry = bgp.table[prefix]
        shown = False
        for path in entry.paths:
            if wanted is None or wanted(prefix, path):
                flags = _flags(bgp, prefix, entry, path)
                yield from row(flags, None if shown else prefix, path.attributes, path.weight)
                shown = True
        if originated and prefix == _DEFAULT:
            yield from row("    ", None, _ORIGINATED, 0)


def _default_originated(bgp: Bgp) -> bool:
    """Whether `default-originate` makes a default route for somebody: it has a row of its own."""
    return any(
        it.settings.default_originate is not None and _DEFAULT in it.adj_out
        for it in bgp.neighbors.values()
    )


def _flags(bgp: Bgp, prefix: IPv4Network, entry: TableEntry, path: BgpPath) -> str:
    best = path is entry.best
    valid = "*"
    if best and bgp.rib_failed(prefix):
        valid = "r"
    if best and entry.suppressed:
        valid = "s"
    chosen = ">" if best else "m" if path in entry.multipaths else " "
    if path.history:
        valid, chosen = " ", "h"
    elif path.dampened:
        chosen = "d"
    internal = "i" if path.neighbor is not None and path.neighbor.internal else " "
    return f" {valid}{chosen}{internal}"


def row(
    flags: str, prefix: IPv4Network | None, attributes: PathAttributes, weight: int
) -> Iterator[str]:
    """A path; the prefix stands on a line of its own where it is too long."""
    network = "" if prefix is None else network_text(prefix)
    start = f"{flags}  {network}"
    if len(network) >= _NETWORK_WIDTH:
        yield start
        start = " " * 6
        network = ""
    med = "" if attributes.med is None else attributes.med
    preference = attributes.local_preference
    shown = "" if preference is None else preference
    path = as_path(attributes)
    origin = _ORIGINS[attributes.origin or 0]
    yield (
        f"{start:<{_NETWORK_WIDTH + 6}}{attributes.next_hop!s:<16}{med:>10}{shown:>7}{weight:>7}"
        f" {path}{' ' if path else ''}{origin}"
    )


def as_path(attributes: PathAttributes) -> str:
    """The AS path as text."""
    from ioscli.protocols.bgp.paths import as_path_text

    return as_path_text(attributes.as_path)


# -- one prefix ------------------------------------------------------------------------------------


def longest(bgp: Bgp, address: IPv4Address, length: int | None) -> IPv4Network | None:
    """The prefix that `show ip bgp A.B.C.D [MASK]` is about."""
    if length is not None:
        exact = IPv4Network((address, length), strict=False)
        return exact if exact in bgp.table else None
    fitting = [prefix for prefix in bgp.table if address in prefix]
    return max(fitting, key=lambda prefix: prefix.prefixlen, default=None)


def show_prefix(
    bgp: Bgp,
    prefix: IPv4Network,
    now: Instant,
    vrf: Vrf | None = None,
    *,
    best_only: bool = False,
    new_format: bool = False,
) -> Iterator[str]:
    """`show ip bgp A.B.C.D`: every path with its attributes."""
    table = "default" if vrf is None else vrf.name
    entry_of = prefix if vrf is None else f"{vrf.distinguisher}:{prefix}"
    entry = bgp.table[prefix]
    count = len(entry.paths)
    best = "no best path"
    if entry.best is not None:
        best = f"best #{entry.paths.index(entry.best) + 1}"
    failed = f", RIB-failure({_HIGHER_DISTANCE})" if bgp.rib_failed(prefix) else ""
    suppressed = ", Advertisements suppressed by an aggregate." if entry.suppressed else ""
    yield f"BGP routing table entry for {entry_of}, version {entry.version}"
    kept = _kept_in(entry)
    yield f"Paths: ({count} available, {best}, table {table}{kept}{failed}{suppressed})"
    if len(entry.multipaths) > 1:
        external = all(not it.neighbor.internal for it in entry.multipaths if it.neighbor)
        yield f"Multipath: {'eBGP' if external else 'iBGP'}"
    groups = sorted({_group(bgp, it) for it in bgp.neighbors.values() if prefix in it.adj_out})
    if groups:
        yield "  Advertised to update-groups:"
        yield "     " + "".join(f"{group:<11}" for group in groups).rstrip()
    else:
        yield "  Not advertised to any peer"
    for path in entry.paths:
        if not best_only or path is entry.best:
            yield from _detail(bgp, entry, path, table, new_format, now)


def _kept_in(entry: TableEntry) -> str:
    """What a well-known community of the best path comes to."""
    communities = () if entry.best is None else entry.best.attributes.communities
    if Community.NO_ADVERTISE in communities:
        return ", not advertised to any peer"
    if Community.LOCAL_AS in communities:
        return ", not advertised outside local AS"
    return ", not advertised to EBGP peer" if Community.NO_EXPORT in communities else ""


def _detail(
    bgp: Bgp, entry: TableEntry, path: BgpPath, table: str, new_format: bool, now: Instant
) -> Iterator[str]:
    attributes, neighbor = path.attributes, path.neighbor
    yield f"  Refresh Epoch {1 if neighbor is None else neighbor.refresh_epoch}"
    words = as_path(attributes) or "Local"
    if attributes.aggregator is not None:
        maker = attributes.aggregator
        words += f", (aggregated by {maker.number} {maker.router})"
    if neighbor is not None and neighbor.settings.route_reflector_client:
        words += ", (Received from a RR-client)"
    if neighbor is not None and neighbor.settings.soft_reconfiguration:
        words += ", (received & used)"
    if path.history:
        words += ", (history entry)"
    elif path.dampened:
        words += ", (suppressed due to dampening)"
    yield f"  {words}"
    hop = str(attributes.next_hop)
    if path.metric is None:
        hop += " (inaccessible)"
    elif path.metric and (neighbor is None or neighbor.internal):
        hop += f" (metric {path.metric})"
    if table != "default":
        hop += f" (via vrf {table})"
    if neighbor is None:
        yield f"    {hop} from 0.0.0.0 ({bgp.router_id})"
    else:
        yield f"    {hop} from {neighbor.address} ({neighbor.identifier})"
    yield f"      {', '.join(_facts(bgp, entry, path))}"
    if attributes.communities:
        texts = [community_text(it, new_format=new_format) for it in attributes.communities]
        yield f"      Community: {' '.join(texts)}"
    if attributes.originator is not None:
        clusters = ", ".join(map(str, attributes.cluster_list))
        yield f"      Originator: {attributes.originator}, Cluster list: {clusters}"
    if path.flap is not None:
        from ioscli.cli.show.bgp_dampening import dampening_text

        yield f"      {dampening_text(bgp, path.flap, now)}"
    best = path is entry.best
    yield f"      rx pathid: 0, tx pathid: {'0x0' if best else '0'}"


def _facts(bgp: Bgp, entry: TableEntry, path: BgpPath) -> Iterator[str]:
    attributes, neighbor = path.attributes, path.neighbor
    yield f"Origin {_ORIGIN_NAMES[attributes.origin or 0]}"
    if attributes.med is not None:
        yield f"metric {attributes.med}"
    preference = attributes.local_preference
    if preference is None:
        preference = bgp.process.default_local_preference
    yield f"localpref {LOCAL_PREFERENCE if preference is None else preference}"
    if path.weight:
        yield f"weight {path.weight}"
    if path.valid and not path.history:
        yield "valid"
    if neighbor is not None:
        yield neighbor.kind.value
    elif path.sourced == "aggregate":
        yield from ("aggregated", "local")
    else:
        yield from ("sourced", "local") if path.sourced == "network" else ("sourced",)
    if attributes.atomic_aggregate:
        yield "atomic-aggregate"
    if path in entry.multipaths:
        yield "multipath"
    if path is entry.best:
        yield "best"


def _group(bgp: Bgp, neighbor: Neighbor) -> int:
    """The update-group: neighbors that are told alike share one, in the order of their number."""
    keys: list[object] = []
    for other in bgp.neighbors.values():
        key = group_key(other)
        if key not in keys:
            keys.append(key)
    return keys.index(group_key(neighbor)) + 1


def group_key(neighbor: Neighbor) -> object:
    """What neighbors of one update-group have in common."""
    settings = neighbor.settings
    return (
        neighbor.kind,
        settings.local_as,
        settings.route_map_out,
        settings.prefix_list_out,
        settings.filter_list_out,
        settings.distribute_list_out,
        settings.send_community,
        settings.next_hop_self,
        settings.next_hop_self_all,
        settings.route_reflector_client,
        settings.remove_private_as,
        settings.as_override,
        neighbor.advertisement_interval,
    )


def update_group(bgp: Bgp, neighbor: Neighbor) -> int:
    """The number of a neighbor's update-group."""
    return _group(bgp, neighbor)


# -- summary ---------------------------------------------------------------------------------------


def show_summary(bgp: Bgp, now: Instant) -> Iterator[str]:
    """`show ip bgp summary`."""
    number = bgp.process.confederation or bgp.process.number
    yield f"BGP router identifier {bgp.router_id}, local AS number {number}"
    if bgp.process.confederation:
        yield f"Confederation peers: {' '.join(map(str, sorted(bgp.process.confederation_peers)))}"
    yield f"BGP table version is {bgp.version}, main routing table version {bgp.version}"
    if bgp.table:
        yield from _memory(bgp)
    yield ""
    yield (
        "Neighbor        V           AS MsgRcvd MsgSent   TblVer  InQ OutQ Up/Down  State/PfxRcd"
    )
    for neighbor in bgp.neighbors.values():
        yield _neighbor_line(neighbor, now)
    if bgp.process.listen:
        yield from _listen_lines(bgp)


def _listen_lines(bgp: Bgp) -> Iterator[str]:
    """Layout of Cisco's documentation of dynamic neighbors."""
    process = bgp.process
    count = sum(it.dynamic for it in bgp.neighbors.values())
    if count:
        yield "* Dynamically created based on a listen range command"
    yield f"Dynamically created neighbors: {count}, Subnet ranges: {len(process.listen)}"
    yield ""
    for name in dict.fromkeys(group for _, group in process.listen):
        yield f"BGP peergroup {name} listen range group members: "
        for prefix in [prefix for prefix, group in process.listen if group == name]:
            yield f"  {prefix} "
    yield ""
    yield (
        f"Total dynamically created neighbors: {count}/({process.listen_limit} max), "
        f"Subnet ranges: {len(process.listen)}"
    )


def _memory(bgp: Bgp) -> Iterator[str]:
    paths = [path for entry in bgp.table.values() for path in entry.paths]
    best = {entry.best.attributes for entry in bgp.table.values() if entry.best is not None}
    attributes = {path.attributes for path in paths}
    counted = [
        (len(bgp.table), "network entries", _NETWORK_BYTES),
        (len(paths), "path entries", PATH_BYTES),
    ]
    total = 0
    for count, what, size in counted:
        total += count * size
        yield f"{count} {what} using {count * size} bytes of memory"
    total += len(attributes) * _ATTRIBUTE_BYTES
    yield (
        f"{len(attributes)}/{len(best)} BGP path/bestpath attribute entries using "
        f"{len(attributes) * _ATTRIBUTE_BYTES} bytes of memory"
    )
    shared = (
        ({it.cluster_list for it in attributes if it.cluster_list}, "rrinfo", _RRINFO_BYTES),
        ({it.as_path for it in attributes if it.as_path}, "AS-PATH", _AS_PATH_BYTES),
        ({it.communities for it in attributes if it.communities}, "community", _COMMUNITY_BYTES),
    )
    for values, what, size in shared:
        if values:
            total += len(values) * size
            yield f"{len(values)} BGP {what} entries using {len(values) * size} bytes of memory"
    # What route-maps and filter-lists decide is not kept: every path is asked about anew.
    yield "0 BGP route-map cache entries using 0 bytes of memory"
    yield "0 BGP filter-list cache entries using 0 bytes of memory"
    yield f"BGP using {total} total bytes of memory"
    kept = sum(len(it.adj_in) for it in bgp.neighbors.values())
    if kept:
        yield f"{kept} received paths for inbound soft reconfiguration"
    counters = bgp.counters
    yield (
        f"BGP activity {counters.prefixes_added}/{counters.prefixes_gone} prefixes, "
        f"{counters.paths_added}/{counters.paths_gone} paths, "
        f"scan interval {bgp.process.scan_time} secs"
    )


def _neighbor_line(neighbor: Neighbor, now: Instant) -> str:
    up = neighbor.session is not None
    since = "never" if neighbor.since is None else route_age(Duration(now - neighbor.since))
    state = f"{neighbor.prefix_count:>9}" if up else f" {summary_state(neighbor)}"
    version = neighbor.sent_version if up else 1
    name = f"{'*' if neighbor.dynamic else ''}{neighbor.name}"
    # InQ and OutQ: a message is taken as it comes and handed to TCP as it is made.
    return (
        f"{name:<15} 4 {neighbor.settings.remote_as:>12} {neighbor.received.total:>7} "
        f"{neighbor.sent.total:>7} {version:>8} {0:>4} {0:>4} {since:<8}{state}"
    )


def summary_state(neighbor: Neighbor) -> str:
    """`Idle`, `Active`, `Idle (Admin)`, `Idle (PfxCt)`."""
    if neighbor.settings.shutdown:
        return "Idle (Admin)"
    if neighbor.awaiting_reset:
        return "Idle (PfxCt)"
    return neighbor.state.value


def show_advertised(bgp: Bgp, neighbor: Neighbor) -> Iterator[str]:
    """`show ip bgp neighbors X advertised-routes`: the paths as they are in this table."""
    rows: list[str] = []
    for prefix in sorted(neighbor.adj_out):
        entry = bgp.table.get(prefix)
        best = None if entry is None else entry.best
        if entry is not None and best is not None:
            flags = _flags(bgp, prefix, entry, best)
            rows += row(flags, prefix, best.attributes, best.weight)
    originated = [it for it in neighbor.adj_out if it not in bgp.table]
    yield from heading(bgp)
    yield from rows
    for prefix in originated:
        attributes = neighbor.adj_out[prefix]._replace(next_hop=IPv4Address(0), as_path=())
        yield from row(" *> ", prefix, attributes._replace(local_preference=None), 0)
    yield ""
    yield f"Total number of prefixes {len(rows) + len(originated)} "


def show_received(bgp: Bgp, neighbor: Neighbor) -> Iterator[str]:
    """`show ip bgp neighbors X received-routes`: before inbound policy."""
    yield from heading(bgp)
    for prefix in sorted(neighbor.adj_in):
        entry = bgp.table.get(prefix)
        path = None if entry is None else entry.of(neighbor)
        internal = "i" if neighbor.internal else " "
        flags = f" * {internal}"
        if entry is not None and path is not None:
            flags = _flags(bgp, prefix, entry, path)
        yield from row(flags, prefix, neighbor.adj_in[prefix], 0)
    yield ""
    yield f"Total number of prefixes {len(neighbor.adj_in)} "


def show_learned(bgp: Bgp, neighbor: Neighbor) -> Iterator[str]:
    """`show ip bgp neighbors X routes`: what of it is in the table."""
    rows = list(_rows(bgp, lambda _prefix, path: path.neighbor is neighbor))
    yield from heading(bgp)
    yield from rows
    yield ""
    yield f"Total number of prefixes {neighbor.prefix_count} "
