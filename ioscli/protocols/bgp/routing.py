"""Routes: from UPDATE messages and own lines to the table, the RIB and every neighbor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.bgp import Notification, PathAttributes, RouteRefresh, Update
from ioscli.codec.bgp.numbers import CeaseReason, ErrorCode
from ioscli.model.bgp import LOCAL_WEIGHT
from ioscli.model.effects import Install, Redistributed, Withdraw
from ioscli.model.ifname import NULL0, InterfaceName
from ioscli.model.instant import MINUTE, SECOND, after
from ioscli.model.rib import Path, Route, RouteSource
from ioscli.protocols.bgp import reception
from ioscli.protocols.bgp.advertisement import DEFAULT
from ioscli.protocols.bgp.context import Context, Timer, TimerKey
from ioscli.protocols.bgp.dampening import Dampener
from ioscli.protocols.bgp.decision import Rules, choose
from ioscli.protocols.bgp.dissemination import Disseminator
from ioscli.protocols.bgp.fsm import Fsm
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.nexthops import NextHops, attached
from ioscli.protocols.bgp.origination import networks, redistributed
from ioscli.protocols.bgp.paths import (
    UNSPECIFIED,
    BgpPath,
    Table,
    TableEntry,
    as_path_text,
    first_as,
)
from ioscli.protocols.bgp.policy import Ends
from ioscli.protocols.bgp.states import Down, PeerKind

_NEXT_HOP_DELAY = 5
"""Seconds, `bgp nexthop trigger delay`."""
_BEGIN_OF_RIB, _END_OF_RIB = 1, 2
"""Subtypes of ROUTE-REFRESH (RFC 7313)."""
_NO_ENDS = Ends(UNSPECIFIED, None)

_DENIALS = {
    "AS_PATH loop": "AS-PATH contains our own AS;",
    "ORIGINATOR loop": "ORIGINATOR is us;",
    "CLUSTERLIST loop": "CLUSTERLIST contains our own cluster ID;",
    "NEXT_HOP loop": "NEXTHOP is our own address;",
    "NEXT_HOP not connected": "non-connected NEXTHOP;",
}
"""Why an UPDATE is not taken, in the words of `debug ip bgp updates`."""


class BgpRouting:
    """The Loc-RIB and what feeds it and is fed by it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.neighbors: dict[IPv4Address, Neighbor] = {}
        self.table: Table = {}
        self.fsm = Fsm(context, self)
        self._next_hops = NextHops(context.rib)
        self._rules = Rules.of(context.process)
        self._dirty: set[IPv4Network] = set()
        self._installed: dict[IPv4Network, Route] = {}
        self._aggregated: set[IPv4Network] = set()
        self._review_aggregates = False
        """Whether the lines may be others than when aggregates were last looked at."""
        self._redistributed: Mapping[IPv4Network, Redistributed] = {}
        self._own: set[tuple[IPv4Network, str]] = set()
        """Own paths of `network` and `redistribute` lines."""
        self.dampener = Dampener(context)
        self._interned: dict[PathAttributes, PathAttributes] = {}
        self._out = Disseminator(context, self.table, self._intern, self.fsm.send_bytes)

    @property
    def version(self) -> int:
        """Of the table: grows with every change of a best path."""
        return self._out.version

    def advertisement_timer_expires(self, neighbor: Neighbor) -> None:
        """Whatever was waiting goes out."""
        if neighbor.pending and neighbor.session is not None:
            self._out.flush_in_time(neighbor)

    # -- sessions ----------------------------------------------------------------------------------

    def established(self, neighbor: Neighbor) -> None:
        """A session came up: the neighbor is told the whole table."""
        neighbor.limit_warned = neighbor.limit_reached = False
        neighbor.refresh_epoch = 1
        neighbor.denied.clear()
        neighbor.denied_out.clear()
        neighbor.adj_out.clear()
        self._tell_everything(neighbor)

    def lost(self, neighbor: Neighbor) -> None:
        """A session is gone, and with it all that the neighbor told."""
        neighbor.adj_in.clear()
        neighbor.adj_out.clear()
        neighbor.pending.clear()
        neighbor.stale = None
        self._context.timers.cancel(TimerKey(Timer.ADVERTISEMENT, neighbor.address))
        for prefix, entry in list(self.table.items()):
            self._remove(prefix, entry, neighbor)
        self.dampener.session_over(neighbor)

    def _tell_everything(self, neighbor: Neighbor) -> None:
        neighbor.pending.update(self.table)
        if neighbor.settings.default_originate is not None or DEFAULT in neighbor.adj_out:
            neighbor.pending.add(DEFAULT)

    # -- what neighbors tell (section 9.1) ---------------------------------------------------------

    def update(self, neighbor: Neighbor, update: Update) -> None:
        """An UPDATE. Raises BgpError."""
        for prefix in update.withdrawn:
            self._withdrawn(neighbor, prefix)
        if reception.malformed(self._context, neighbor, update):
            self._treat_as_withdraw(neighbor, update.prefixes)
            return
        if not update.prefixes:
            if not update.withdrawn:
                neighbor.end_of_rib = True
            return
        reception.check(self._context, neighbor, update.attributes)
        attributes = self._intern(reception.normalized(neighbor, update.attributes))
        self._debug_update(neighbor, "rcvd UPDATE w/ attr", attributes)
        refused = reception.refused(self._context, neighbor, attributes)
        for prefix in update.prefixes:
            if self._context.debugging:
                self._context.debug("updates", f"BGP(0): {neighbor.name} rcvd {prefix}")
            if neighbor.settings.soft_reconfiguration:
                neighbor.adj_in[prefix] = attributes
            if neighbor.stale is not None:
                neighbor.stale.discard(prefix)
            if refused is not None:
                neighbor.deny(refused)
                self._debug_denied(neighbor, prefix, _DENIALS[refused])
                self._gone(neighbor, prefix)
            elif not self._over_limit(neighbor, prefix):
                self._learn(neighbor, prefix, attributes)
            if neighbor.session is None:
                return  # the limit ended the session

    def _treat_as_withdraw(self, neighbor: Neighbor, prefixes: Sequence[IPv4Network]) -> None:
        """RFC 7606 section 2: what an UPDATE with bad attributes tells of is gone."""
        context = self._context
        context.counters.malformed += 1
        if prefixes:
            named = " ".join(map(str, prefixes))
            text = f"Malformed attribute in (BGP(0) Prefixes: {named} ) received from"
            context.log("MALFORMEDATTR", 6, f"{text} {neighbor.name},")
        for prefix in prefixes:
            if neighbor.stale is not None:
                neighbor.stale.discard(prefix)
            neighbor.adj_in.pop(prefix, None)
            self._taken_back(neighbor, prefix)

    def _debug_update(self, neighbor: Neighbor, what: str, attributes: PathAttributes) -> None:
        if "updates" in self._context.debugging:
            text = _attributes_text(attributes)
            self._context.debug("updates", f"BGP(0): {neighbor.name} {what}: {text}")

    def _debug_denied(self, neighbor: Neighbor, prefix: IPv4Network, why: str) -> None:
        text = f"BGP(0): {neighbor.name} rcv UPDATE about {prefix} -- DENIED due to: {why}"
        self._context.debug("updates", text)

    def _withdrawn(self, neighbor: Neighbor, prefix: IPv4Network) -> None:
        neighbor.learned.explicit_withdraw += 1
        neighbor.adj_in.pop(prefix, None)
        if self._context.debugging:
            self._context.debug(
                "updates", f"BGP(0): {neighbor.name} rcv UPDATE about {prefix} -- withdrawn"
            )
        self._taken_back(neighbor, prefix)

    def _taken_back(self, neighbor: Neighbor, prefix: IPv4Network) -> None:
        """A neighbor withdrew a path: it goes, or becomes history (RFC 2439)."""
        entry = self.table.get(prefix)
        path = None if entry is None else entry.of(neighbor)
        if entry is None or path is None or path.history:
            return
        if self.dampener.withdrawn(prefix, path):
            neighbor.prefix_count -= 1
            self._dirty.add(prefix)
        else:
            self._drop(prefix, entry, path)

    def _gone(self, neighbor: Neighbor, prefix: IPv4Network) -> None:
        entry = self.table.get(prefix)
        if entry is not None:
            self._remove(prefix, entry, neighbor)

    def _learn(self, neighbor: Neighbor, prefix: IPv4Network, attributes: PathAttributes) -> None:
        passed = reception.inbound(self._context, neighbor, prefix, attributes)
        if passed is None:
            self._debug_denied(neighbor, prefix, "route-map/filter;")
            self._gone(neighbor, prefix)
            return
        weight = passed.weight if passed.weight is not None else neighbor.settings.weight or 0
        path = BgpPath(self._intern(passed.attributes), neighbor, weight, self._context.now)
        self._put(prefix, path)

    def _intern(self, attributes: PathAttributes) -> PathAttributes:
        """Equal attributes are one object, as in IOS's attribute entries."""
        return self._interned.setdefault(attributes, attributes)

    def _over_limit(self, neighbor: Neighbor, prefix: IPv4Network) -> bool:
        """`maximum-prefix`: a warning from the threshold on, the end of the session above."""
        limit = neighbor.settings.maximum_prefix
        entry = self.table.get(prefix)
        if limit is None or (entry is not None and entry.of(neighbor) is not None):
            return False
        count = neighbor.prefix_count + 1
        who = f"{neighbor.name} (afi 0)"
        if count > limit.limit * limit.threshold // 100 and not neighbor.limit_warned:
            neighbor.limit_warned = True
            text = f"No. of prefix received from {who} reaches {count}, max {limit.limit}"
            self._context.log("MAXPFX", 4, text)
        if count <= limit.limit or neighbor.limit_reached:
            return False
        text = f"No. of prefix received from {who}: {count} exceeds limit {limit.limit}"
        self._context.log("MAXPFXEXCEED", 3, text)
        if limit.warning_only:
            neighbor.limit_reached = True
            return False
        neighbor.awaiting_reset = True
        data = bytes((0, 1, 1)) + limit.limit.to_bytes(4, "big")
        cease = Notification(ErrorCode.CEASE, CeaseReason.MAXIMUM_PREFIXES, data)
        self.fsm.fail(neighbor, cease, Down.NOTIFICATION_SENT)
        if limit.restart is not None:
            key = TimerKey(Timer.RESTART, neighbor.address)
            self._context.timers.set(key, after(self._context.now, limit.restart * MINUTE))
        return True

    # -- route refresh (RFC 2918, 7313) ------------------------------------------------------------

    def refresh(self, neighbor: Neighbor, message: RouteRefresh) -> None:
        """The neighbor asks for everything again, or marks the ends of such a run."""
        session = neighbor.session
        if message.family != (1, 1) or session is None:
            return
        if message.subtype == _BEGIN_OF_RIB:
            neighbor.refresh_epoch += 1
            neighbor.stale = {
                prefix for prefix, it in self.table.items() if it.of(neighbor) is not None
            }
        elif message.subtype == _END_OF_RIB:
            for prefix in neighbor.stale or ():
                self._gone(neighbor, prefix)
            neighbor.stale = None
        else:
            self.refresh_out(neighbor)

    def refresh_out(self, neighbor: Neighbor) -> None:
        """Tell a neighbor everything again (`clear ip bgp X soft out`)."""
        session = neighbor.session
        if session is None:
            return
        if session.enhanced_refresh:
            self.fsm.send(session, RouteRefresh(subtype=_BEGIN_OF_RIB))
        neighbor.pending.update(neighbor.adj_out)
        self._tell_everything(neighbor)
        self._out.flush(neighbor, again=True)
        if session.enhanced_refresh:
            self.fsm.send(session, RouteRefresh(subtype=_END_OF_RIB))

    def reconsider(self, neighbor: Neighbor) -> None:
        """Tell a neighbor what outbound policy makes different now."""
        neighbor.pending.update(neighbor.adj_out)
        self._tell_everything(neighbor)

    def refresh_in(self, neighbor: Neighbor) -> None:
        """Apply inbound policy anew: to what was kept, or to what the neighbor tells again."""
        session = neighbor.session
        if session is None:
            return
        if neighbor.settings.soft_reconfiguration and neighbor.adj_in:
            for prefix, attributes in list(neighbor.adj_in.items()):
                if reception.refused(self._context, neighbor, attributes) is None:
                    self._learn(neighbor, prefix, attributes)
        elif session.refresh:
            self.fsm.send(session, RouteRefresh())

    # -- own routes (section 9.4) ------------------------------------------------------------------

    def reconfigured(self) -> None:
        """The process's configuration is another: everything is looked at again."""
        self._rules = Rules.of(self._context.process)
        if self.dampener.flaps:
            self.review_flaps()
        self.originate()
        self._dirty.update(self.table)
        self._review_aggregates = True

    def redistribute(self, routes: Mapping[IPv4Network, Redistributed]) -> None:
        """The whole set of routes that other sources hand over."""
        self._redistributed = dict(routes)
        self.originate()

    def originate(self) -> None:
        """Hold own paths against the `network` lines, redistribution and the routing table."""
        wanted: dict[tuple[IPv4Network, str], tuple[PathAttributes, int]] = {}
        for prefix, attributes, weight in redistributed(self._context, self._redistributed):
            wanted[prefix, "redistribute"] = attributes, weight
        for prefix, attributes, weight in networks(self._context):
            # One own path a prefix: `network` lines come first, as on IOS.
            wanted.pop((prefix, "redistribute"), None)
            wanted[prefix, "network"] = attributes, weight
        for prefix, sourced in self._own - wanted.keys():
            entry = self.table[prefix]
            path = entry.of(None, sourced)
            assert path is not None
            self._drop(prefix, entry, path)
        self._own = set(wanted)
        for (prefix, sourced), (attributes, weight) in wanted.items():
            known = self.table.get(prefix)
            had = None if known is None else known.of(None, sourced)
            if had is None or (had.attributes, had.weight) != (attributes, weight):
                interned = self._intern(attributes)
                self._put(prefix, BgpPath(interned, None, weight, self._context.now, sourced))

    def _aggregate(self, moved: Sequence[IPv4Network], *, review: bool) -> None:
        """Bring the aggregates up to date that cover prefixes whose best path changed.

        review: all of them.
        """
        from ioscli.protocols.bgp import aggregation

        context = self._context
        lines = {line.prefix: line for line in context.process.aggregates}
        for prefix in self._aggregated - lines.keys():
            entry = self.table.get(prefix)
            path = None if entry is None else entry.of(None, "aggregate")
            if entry is not None and path is not None:
                self._drop(prefix, entry, path)
        self._aggregated = set(lines)
        for line in lines.values():
            known = self.table.get(line.prefix)
            path = None if known is None else known.of(None, "aggregate")
            touched = review or any(aggregation.covers(line, it) for it in moved)
            if path is not None and not touched:
                continue
            attributes = aggregation.attributes_of(context, line, self.table)
            if attributes is None:
                if known is not None and path is not None:
                    self._drop(line.prefix, known, path)
            elif path is None or path.attributes != attributes:
                self._put(
                    line.prefix,
                    BgpPath(attributes, None, LOCAL_WEIGHT, context.now, "aggregate"),
                )
        self._suppress()

    def _suppress(self) -> None:
        from ioscli.protocols.bgp import aggregation

        lines = [
            line
            for line in self._context.process.aggregates
            if (line.summary_only or line.suppress_map is not None) and line.prefix in self.table
        ]
        for prefix, entry in self.table.items():
            if not lines and not entry.suppressed:
                continue
            best = entry.best
            held = best is not None and any(
                aggregation.suppresses(self._context, line, prefix, best) for line in lines
            )
            if held != entry.suppressed:
                entry.suppressed = held
                self._advertise(prefix)

    # -- the table ---------------------------------------------------------------------------------

    def _put(self, prefix: IPv4Network, path: BgpPath) -> None:
        """Add a path, in place of what came from the same neighbor or line."""
        entry = self.table.get(prefix)
        counters, neighbor = self._context.counters, path.neighbor
        if entry is None:
            entry = self.table[prefix] = TableEntry()
            counters.prefixes_added += 1
        known = entry.of(neighbor, path.sourced)
        if known is not None:
            same = known.attributes is path.attributes and known.weight == path.weight
            if same and not known.history:
                return  # told the same again
            entry.paths.remove(known)
            if neighbor is not None and known.history:
                neighbor.prefix_count += 1
            elif neighbor is not None:
                neighbor.learned.implicit_withdraw += 1
        else:
            counters.paths_added += 1
            if neighbor is not None:
                neighbor.prefix_count += 1
        if neighbor is not None:
            neighbor.learned.total += 1
        if self._context.process.dampening is not None:
            self.dampener.told(prefix, path, known)
        path.metric = self._next_hops.metric(path.next_hop, prefix)
        entry.paths.insert(0, path)
        self._dirty.add(prefix)

    def review_flaps(self) -> None:
        """Penalties have decayed: paths are used again, history is forgotten."""
        for prefix, address, flap in self.dampener.review():
            entry, neighbor = self.table.get(prefix), self.neighbors.get(address)
            path = None if entry is None or neighbor is None else entry.of(neighbor)
            if entry is not None and path is not None and flap is None:
                if path.history:
                    self._drop(prefix, entry, path)
                path.flap = None
            self._dirty.add(prefix)

    def _remove(self, prefix: IPv4Network, entry: TableEntry, neighbor: Neighbor) -> None:
        path = entry.of(neighbor)
        if path is not None:
            self._drop(prefix, entry, path)

    def _drop(self, prefix: IPv4Network, entry: TableEntry, path: BgpPath) -> None:
        entry.paths.remove(path)
        self._context.counters.paths_gone += 1
        if path.neighbor is not None and not path.history:
            path.neighbor.prefix_count -= 1
        self._dirty.add(prefix)

    def table_changed(self) -> None:
        """The routing table is another: own routes now, next hops after IOS's trigger delay."""
        self.originate()
        moved = self._next_hops.changed()
        key = TimerKey(Timer.NEXT_HOPS)
        if moved and self._context.timers.due_at(key) is None:
            at = after(self._context.now, _NEXT_HOP_DELAY * SECOND)
            self._context.timers.set(key, at)

    def check_next_hops(self) -> None:
        """Look every next hop up again."""
        used = {path.next_hop for entry in self.table.values() for path in entry.paths}
        self._next_hops.forget(used)
        self._next_hops.retain(used)
        for prefix, entry in self.table.items():
            for path in entry.paths:
                metric = self._next_hops.metric(path.next_hop, prefix)
                if metric != path.metric:
                    path.metric = metric
                    self._dirty.add(prefix)

    # -- decision and dissemination (sections 9.1.2, 9.2) ------------------------------------------

    def settle(self) -> None:
        """Choose anew where something changed, and tell the RIB and the neighbors."""
        while self._dirty or self._review_aggregates:
            dirty, self._dirty = self._dirty, set()
            moved = [prefix for prefix in sorted(dirty) if self._decide(prefix)]
            review, self._review_aggregates = self._review_aggregates, False
            aggregating = self._context.process.aggregates or self._aggregated
            if aggregating and (moved or review):
                self._aggregate(moved, review=review)
        for neighbor in self.neighbors.values():
            if neighbor.pending and neighbor.session is not None:
                self._out.flush_in_time(neighbor)

    def _decide(self, prefix: IPv4Network) -> bool:
        """Whether the best path of a prefix is another now."""
        entry = self.table.get(prefix)
        if entry is None:
            return False
        best, multipaths = choose(entry, self._rules)
        before = entry.best
        entry.best = best
        entry.multipaths = multipaths
        self._install(prefix, entry)
        if not entry.paths:
            del self.table[prefix]
            self._context.counters.prefixes_gone += 1
        if best is before:
            return False
        self._out.version += 1
        entry.version = self.version
        self._advertise(prefix)
        return True

    def _advertise(self, prefix: IPv4Network) -> None:
        for neighbor in self.neighbors.values():
            if neighbor.session is not None:
                neighbor.pending.add(prefix)

    def _install(self, prefix: IPv4Network, entry: TableEntry) -> None:
        route = self._route(prefix, entry)
        known = self._installed.get(prefix)
        if route == known:
            return
        if route is None:
            del self._installed[prefix]
            self._context.emit(Withdraw(prefix))
        else:
            self._installed[prefix] = route
            self._context.emit(Install(route))

    def _interface(self, path: BgpPath, prefix: IPv4Network) -> InterfaceName | None:
        """None, since next hops are looked up; but a route to its own next hop leads to it."""
        if path.next_hop not in prefix:
            return None
        connected = attached(self._context.rib, path.next_hop)
        if connected is None or connected.prefix.prefixlen >= prefix.prefixlen:
            return None
        return connected.paths[0].interface

    def _route(self, prefix: IPv4Network, entry: TableEntry) -> Route | None:
        """What the RIB is offered; own routes come from it and are not, but for aggregates."""
        best = entry.best
        if best is None:
            return None
        process = self._context.process
        number, distances = str(process.number), process.distances
        if best.neighbor is None:
            if best.sourced != "aggregate":
                return None
            nowhere = (Path(None, NULL0),)
            return Route(
                prefix, RouteSource.BGP, distances.local, 0, nowhere, process=number, kind="local"
            )
        external = best.neighbor.kind is PeerKind.EXTERNAL
        distance = distances.external if external else distances.internal
        if external and any(it.backdoor and it.prefix == prefix for it in process.networks):
            distance = distances.local
        every = entry.multipaths or (best,)
        paths = tuple(
            Path(path.next_hop, self._interface(path, prefix), path.neighbor.address)
            for path in every
            if path.neighbor is not None
        )
        return Route(
            prefix,
            RouteSource.BGP,
            distance,
            best.attributes.med or 0,
            paths,
            tag=first_as(best.attributes.as_path),
            process=number,
            kind="external" if external else "internal",
        )


def _attributes_text(attributes: PathAttributes) -> str:
    """As `debug ip bgp updates` prints attributes."""
    parts = [f"nexthop {attributes.next_hop}", f"origin {'ie?'[attributes.origin or 0]}"]
    if attributes.local_preference is not None:
        parts.append(f"localpref {attributes.local_preference}")
    if attributes.med is not None:
        parts.append(f"metric {attributes.med}")
    if attributes.as_path:
        parts.append(f"merged path {as_path_text(attributes.as_path)}, AS_PATH ")
    return ", ".join(parts)
