"""show ip bgp neighbors.

Layout of IOSv 15.x captures. What IOS prints of TCP's own timers (starts, wake-ups) is not kept
here and left out, and so is the option flag of Nagle's algorithm: TCP does not wait here. What
prints as none is never any: messages are taken as they come and handed to TCP as they are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.cli.show.age import route_age
from ioscli.cli.show.bgp import PATH_BYTES, group_key, update_group
from ioscli.cli.show.tcp import connection_lines
from ioscli.model.instant import Duration, Instant

if TYPE_CHECKING:
    from ioscli.protocols.bgp.neighbor import Neighbor
    from ioscli.protocols.bgp.session import Session
    from ioscli.protocols.tcp.connection import Connection
    from ioscli.router.bgp import BgpProcess


def show_neighbor(process: BgpProcess, neighbor: Neighbor, now: Instant) -> Iterator[str]:
    """One neighbor."""
    yield from _session_lines(process, neighbor, now)
    yield from _capability_lines(neighbor)
    yield from _message_lines(process, neighbor)
    if neighbor.settings.activate is not False:
        yield ""
        yield from _family_lines(process, neighbor)
    yield ""
    yield from _history_lines(process, neighbor, now)
    yield from _transport_lines(process, neighbor, now)
    yield ""


def _session_lines(process: BgpProcess, neighbor: Neighbor, now: Instant) -> Iterator[str]:
    settings, session = neighbor.settings, neighbor.session
    link = "internal" if neighbor.internal else "external"
    vrf = f"  vrf {process.vrf.name}," if process.vrf.name else ""
    local = ""
    if settings.local_as is not None:
        local = f"  local AS {settings.local_as},"
    remote = f"remote AS {settings.remote_as}"
    yield f"BGP neighbor is {neighbor.name},{vrf}  {remote},{local} {link} link"
    if settings.description is not None:
        yield f" Description: {settings.description}"
    if neighbor.peer_group is not None:
        yield f" Member of peer-group {neighbor.peer_group} for session parameters"
    if settings.shutdown:
        yield " Administratively shut down"
    identifier = neighbor.identifier if session is not None else IPv4Address(0)
    yield f"  BGP version 4, remote router ID {identifier}"
    if session is None:
        down = "" if neighbor.since is None else f", down for {_since(neighbor.since, now)}"
        yield f"  BGP state = {neighbor.state.value}{down}"
    else:
        assert neighbor.since is not None
        yield f"  BGP state = Established, up for {_since(neighbor.since, now)}"
        yield (
            f"  Last read {_since(session.last_read, now)}, "
            f"last write {_since(session.last_write, now)}, hold time is {session.hold_time}, "
            f"keepalive interval is {session.keepalive_time} seconds"
        )
    timers = settings.timers
    if timers is not None:
        yield (
            f"  Configured hold time is {timers.hold}, "
            f"keepalive interval is {timers.keepalive} seconds"
        )
        yield f"  Minimum holdtime from neighbor is {timers.least_hold} seconds"


def _since(start: Instant, now: Instant) -> str:
    return route_age(Duration(now - start))


def _capability_lines(neighbor: Neighbor) -> Iterator[str]:
    session = neighbor.session
    yield "  Neighbor sessions:"
    count = 0 if session is None else 1
    yield f"    {count} active, is not multisession capable (disabled)"
    if session is None or session.opened is None:
        yield "    Stateful switchover support enabled: NO"
        return
    theirs = session.opened.capabilities
    yield "  Neighbor capabilities:"
    if session.refresh:
        which = "new" if theirs.route_refresh else "old"
        yield f"    Route refresh: advertised and received({which})"
    else:
        yield "    Route refresh: advertised"
    received = " and received" if session.four_octets else ""
    yield f"    Four-octets ASN Capability: advertised{received}"
    if (1, 1) in theirs.families:
        yield "    Address family IPv4 Unicast: advertised and received"
    if theirs.graceful_restart is not None:
        yield "    Graceful Restart Capability: received"
    received = " and received" if session.enhanced_refresh else ""
    yield f"    Enhanced Refresh Capability: advertised{received}"
    yield "    Multisession Capability: "
    yield "    Stateful switchover support enabled: NO for session 1"


def _message_lines(process: BgpProcess, neighbor: Neighbor) -> Iterator[str]:
    sent, received = neighbor.sent, neighbor.received
    yield "  Message statistics:"
    yield "    InQ depth is 0"
    yield "    OutQ depth is 0"
    yield "    "
    yield "                         Sent       Rcvd"
    for title, out, into in (
        ("Opens", sent.opens, received.opens),
        ("Notifications", sent.notifications, received.notifications),
        ("Updates", sent.updates, received.updates),
        ("Keepalives", sent.keepalives, received.keepalives),
        ("Route Refresh", sent.refreshes, received.refreshes),
        ("Total", sent.total, received.total),
    ):
        yield f"    {title + ':':<15}{out:>10} {into:>10}"
    if process.machine.process.log_neighbor_changes:
        yield "  Do log neighbor state changes (via global configuration)"
    interval = neighbor.advertisement_interval
    yield f"  Default minimum time between advertisement runs is {interval} seconds"


def _family_lines(process: BgpProcess, neighbor: Neighbor) -> Iterator[str]:
    bgp, settings = process.machine, neighbor.settings
    version = neighbor.sent_version if neighbor.session is not None else 1
    group = update_group(bgp, neighbor)
    alike = [it for it in bgp.neighbors.values() if group_key(it) == group_key(neighbor)]
    vrf = process.vrf.name
    if vrf:
        yield " For address family: VPNv4 Unicast"
        yield f"  Translates address family IPv4 Unicast for VRF {vrf}"
    else:
        yield " For address family: IPv4 Unicast"
    if neighbor.session is not None:
        yield f"  Session: {neighbor.name}"
    under_way = bgp.version if neighbor.pending else 0
    yield f"  BGP table version {bgp.version}, neighbor version {version}/{under_way}"
    yield f"  Output queue size : {len(neighbor.pending)}"
    yield f"  Index {group}, Advertise bit {alike.index(neighbor)}"
    if settings.route_reflector_client:
        yield "  Route-Reflector Client"
    if neighbor.session is not None:
        yield f"  {group} update-group member"
    if neighbor.peer_group is not None:
        yield f"  {neighbor.peer_group} peer-group member"
    yield from _policy_lines(neighbor)
    yield "  Slow-peer detection is disabled"
    yield "  Slow-peer split-update-group dynamic is disabled"
    yield from _activity_lines(process, neighbor)
    yield from _denied_lines(neighbor)


def _policy_lines(neighbor: Neighbor) -> Iterator[str]:
    settings = neighbor.settings
    if settings.soft_reconfiguration:
        yield "  Inbound soft reconfiguration allowed"
    if settings.next_hop_self_all:
        yield "  NEXT_HOP is always this router for both eBGP and iBGP paths"
    elif settings.next_hop_self:
        yield "  NEXT_HOP is always this router for eBGP paths"
    if settings.remove_private_as:
        yield "  Private AS numbers removed from updates to this neighbor"
    if settings.send_community in ("standard", "both"):
        yield "  Community attribute sent to this neighbor"
    if settings.send_community in ("extended", "both"):
        yield "  Extended-community attribute sent to this neighbor"
    if settings.default_originate is not None:
        sent = any(prefix.prefixlen == 0 for prefix in neighbor.adj_out)
        which = settings.default_originate.route_map
        how = f", default sent if route-map {which} matches" if which else ""
        yield f"  Default information originate{how or (', default sent' if sent else '')}"
    if settings.weight:
        yield f"  Default weight {settings.weight}"
    for way, prefixes, access, paths, route_map in (
        (
            "incoming",
            settings.prefix_list_in,
            settings.distribute_list_in,
            settings.filter_list_in,
            settings.route_map_in,
        ),
        (
            "outgoing",
            settings.prefix_list_out,
            settings.distribute_list_out,
            settings.filter_list_out,
            settings.route_map_out,
        ),
    ):
        title = way.capitalize()
        if access is not None:
            yield f"  {title} update network filter list is {access}"
        if prefixes is not None:
            yield f"  {title} update prefix filter list is {prefixes}"
        if paths is not None:
            yield f"  {title} update AS path filter list is {paths}"
        if route_map is not None:
            yield f"  Route map for {way} advertisements is {route_map}"


def _activity_lines(process: BgpProcess, neighbor: Neighbor) -> Iterator[str]:
    entries = process.machine.table.values()
    used = sum(entry.best is not None and entry.best.neighbor is neighbor for entry in entries)
    shared = sum(
        any(path.neighbor is neighbor for path in entry.multipaths[1:]) for entry in entries
    )
    out, into = neighbor.advertised, neighbor.learned
    count = neighbor.prefix_count
    consumed = f" (Consumes {count * PATH_BYTES} bytes)" if count else ""
    yield "                                 Sent       Rcvd"
    yield "  Prefix activity:               ----       ----"
    yield f"    Prefixes Current:      {len(neighbor.adj_out):>10} {count:>10}{consumed}"
    for title, sent, received in (
        ("Prefixes Total", out.total, into.total),
        ("Implicit Withdraw", out.implicit_withdraw, into.implicit_withdraw),
        ("Explicit Withdraw", out.explicit_withdraw, into.explicit_withdraw),
    ):
        yield f"    {title + ':':<23}{sent:>10} {received:>10}"
    for title, number in (("Used as bestpath", used), ("Used as multipath", shared)):
        yield f"    {title + ':':<23}{'n/a':>10} {number:>10}"
    limit = neighbor.settings.maximum_prefix
    if limit is not None:
        warning = " (warning-only)" if limit.warning_only else ""
        yield f"  Maximum prefixes allowed {limit.limit}{warning}"
        yield f"  Threshold for warning message {limit.threshold}%"


def _denied_lines(neighbor: Neighbor) -> Iterator[str]:
    yield ""
    yield "                                   Outbound    Inbound"
    yield "  Local Policy Denied Prefixes:    --------    -------"
    for what in sorted({*neighbor.denied, *neighbor.denied_out}, key=str.lower):
        out = neighbor.denied_out.get(what)
        into = neighbor.denied.get(what)
        shown_out = ("n/a" if what not in _BOTH else 0) if out is None else out
        shown_in = ("n/a" if what not in _BOTH else 0) if into is None else into
        yield f"    {what + ':':<29}{shown_out:>10} {shown_in:>10}"
    out_total, in_total = sum(neighbor.denied_out.values()), sum(neighbor.denied.values())
    yield f"    {'Total:':<29}{out_total:>10} {in_total:>10}"


_BOTH = frozenset(("route-map", "prefix-list", "filter-list", "distribute-list"))


def _history_lines(process: BgpProcess, neighbor: Neighbor, now: Instant) -> Iterator[str]:
    reachable = "does have" if process.machine.routed(neighbor) else "does not have"
    yield f"  Address tracking is enabled, the RIB {reachable} a route to {neighbor.name}"
    yield f"  Connections established {neighbor.established_count}; dropped {neighbor.dropped}"
    if neighbor.last_down is None:
        yield "  Last reset never"
    else:
        at, why = neighbor.last_down
        yield f"  Last reset {_since(at, now)}, due to {why}"
    yield from _hop_lines(process, neighbor)


def _hop_lines(process: BgpProcess, neighbor: Neighbor) -> Iterator[str]:
    if neighbor.internal:
        yield from _common_transport(neighbor)
        return
    settings = neighbor.settings
    route = process.vrf.rib.lookup(int(neighbor.address))
    interface = None if route is None else route.paths[0].interface
    if settings.ttl_security is not None:
        hops = settings.ttl_security
        yield f"  External BGP neighbor may be up to {hops} hop{'' if hops == 1 else 's'} away."
    elif settings.ebgp_multihop is not None:
        yield f"  External BGP neighbor may be up to {settings.ebgp_multihop} hops away."
    elif not process.machine.attached(neighbor):
        yield "  External BGP neighbor not directly connected."
    elif neighbor.single_hop:
        yield (
            "  External BGP neighbor configured for connected checks "
            "(single-hop no-disable-connected-check)"
        )
        yield f"  Interface associated: {interface or '(none)'} (peering address in same link)"
    yield from _common_transport(neighbor)


def _common_transport(neighbor: Neighbor) -> Iterator[str]:
    yield "  Transport(tcp) path-mtu-discovery is enabled"
    yield "  Graceful-Restart is disabled"
    yield "  SSO is disabled"
    if neighbor.session is None:
        yield "  No active TCP connection"


def _transport_lines(process: BgpProcess, neighbor: Neighbor, now: Instant) -> Iterator[str]:
    session = neighbor.session
    if session is None:
        return
    ends = process.ends_of(session.number)
    connection = None if ends is None else process.vrf.tcp.machine.connections.get(ends)
    if connection is not None:
        yield from _connection_lines(process, session, connection, now)


def _connection_lines(
    process: BgpProcess, session: Session, connection: Connection, now: Instant
) -> Iterator[str]:
    least = process.machine.transport(session.neighbor).least_ttl
    number = list(process.router.vrfs).index(process.vrf.name)
    idle = now - session.last_write, now - session.last_read
    yield from connection_lines(connection, number, now, idle, least)
