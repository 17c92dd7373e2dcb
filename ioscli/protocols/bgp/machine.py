"""One BGP process in one routing table: inputs in, effects out."""

from __future__ import annotations

import random as chance
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network

from ioscli.codec.bgp.numbers import CeaseReason
from ioscli.model.bgp import BgpProcess, BgpSettings
from ioscli.model.effects import Redistributed, RoutingEffect, Transport
from ioscli.model.instant import SECOND, Instant, after
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import Rib
from ioscli.protocols.bgp.context import BgpCounters, Context, Timer, TimerKey
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.paths import Flap, Table
from ioscli.protocols.bgp.routing import BgpRouting
from ioscli.protocols.bgp.states import Down, PeerKind

_POLICY_DELAY = 180
"""Seconds from a change of outbound policy until it is applied by itself, as IOS does."""
_OUTBOUND = (
    "route_map_out",
    "prefix_list_out",
    "filter_list_out",
    "distribute_list_out",
    "send_community",
    "next_hop_self",
    "next_hop_self_all",
    "default_originate",
    "remove_private_as",
    "unsuppress_map",
    "next_hop_unchanged",
    "as_override",
)
_RESETTING = (
    ("remote_as", Down.REMOTE_AS),
    ("local_as", Down.REMOTE_AS),
    ("password", Down.PASSWORD),
    ("update_source", Down.SETTINGS),
    ("ebgp_multihop", Down.SETTINGS),
    ("ttl_security", Down.SETTINGS),
    ("disable_connected_check", Down.SETTINGS),
    ("route_reflector_client", Down.SETTINGS),
    ("activate", Down.SETTINGS),
)
"""Settings whose change ends the session."""


class Bgp:
    """BGP-4 for IPv4 unicast.

    rib: the table it runs over, which it only reads. vrf: the table's name; empty: the global one.
    """

    def __init__(self, number: int, rib: Rib, random: chance.Random, vrf: str = "") -> None:
        self._context = Context(number, rib, random, vrf)
        self._routing = BgpRouting(self._context)
        self._fsm = self._routing.fsm
        self._context.timers.expire = self._timer_expires

    # -- what shows read ---------------------------------------------------------------------------

    @property
    def process(self) -> BgpProcess:
        """The configuration it follows."""
        return self._context.process

    @property
    def router_id(self) -> IPv4Address:
        """The BGP Identifier."""
        return self._context.router_id

    @property
    def neighbors(self) -> Mapping[IPv4Address, Neighbor]:
        """The configured neighbors."""
        return self._routing.neighbors

    @property
    def table(self) -> Table:
        """The Loc-RIB."""
        return self._routing.table

    @property
    def version(self) -> int:
        """Of the table."""
        return self._routing.version

    @property
    def counters(self) -> BgpCounters:
        """Since the process began."""
        return self._context.counters

    @property
    def debugging(self) -> set[str]:
        """`updates`, `events`, `keepalives`, while they are debugged."""
        return self._context.debugging

    @debugging.setter
    def debugging(self, topics: set[str]) -> None:
        self._context.debugging = topics

    def rib_failed(self, prefix: IPv4Network) -> bool:
        """Whether the routing table prefers another source's route to the best path."""
        entry = self.table.get(prefix)
        best = None if entry is None else entry.best
        if best is None or best.neighbor is None:
            return False
        known = self._context.rib.entry(prefix)
        return known is None or known.route.source.name != "BGP"

    def local_as(self, neighbor: Neighbor) -> int:
        """The AS that a neighbor knows this router by."""
        return self._fsm.local_as(neighbor)

    def reachable(self, neighbor: Neighbor) -> bool:
        """Whether a neighbor is routed, and on a connected network where it must be."""
        return self._fsm.reachable(neighbor)

    def routed(self, neighbor: Neighbor) -> bool:
        """Whether the routing table has a way to a neighbor."""
        return self._fsm.routed(neighbor)

    def attached(self, neighbor: Neighbor) -> bool:
        """Whether a neighbor is on a connected network."""
        return self._fsm.attached(neighbor)

    def transport(self, neighbor: Neighbor) -> Transport:
        """How TCP speaks with a neighbor."""
        return self._fsm.transport(neighbor)

    # -- configuration -----------------------------------------------------------------------------

    def configure(
        self, now: Instant, process: BgpProcess, policy: PolicyConfig, router_id: IPv4Address
    ) -> list[RoutingEffect]:
        """Follow the configuration: neighbors made, changed, removed; own routes looked at."""
        context = self._begin(now)
        context.process = process
        context.policy = policy
        if router_id != context.router_id:
            context.router_id = router_id
            for neighbor in self.neighbors.values():
                self._fsm.restart(neighbor, Down.ROUTER_ID, CeaseReason.CONFIGURATION_CHANGE)
        wanted = self._wanted(process) if int(router_id) else {}
        known = self._routing.neighbors
        for address in [address for address in known if address not in wanted]:
            self._fsm.manual_stop(known[address], Down.DELETED, CeaseReason.PEER_UNCONFIGURED)
            del known[address]
        for address, (settings, group) in wanted.items():
            if address not in known:
                known[address] = Neighbor(address, settings)
            self._follow(known[address], settings)
            known[address].peer_group = group
        self._routing.reconfigured()
        return self._end()

    def _wanted(self, process: BgpProcess) -> dict[IPv4Address, tuple[BgpSettings, str | None]]:
        """The settings of each neighbor that has an AS, with what `activate` comes to."""
        found = {}
        for address, line in sorted(process.neighbors.items()):
            settings = process.settings(line)
            if settings.remote_as is None:
                continue
            if settings.activate is None:
                settings = settings.over(BgpSettings(activate=process.default_ipv4_unicast))
            found[address] = settings, line.peer_group
        for address, neighbor in self.neighbors.items():
            listening = self._listening(process, address) if neighbor.dynamic else None
            if listening is not None and address not in found:
                found[address] = listening
        return found

    @staticmethod
    def _listening(process: BgpProcess, peer: IPv4Address) -> tuple[BgpSettings, str] | None:
        """What holds for a neighbor that nobody named, within a listen range."""
        for prefix, name in process.listen:
            group = process.peer_groups.get(name)
            if peer in prefix and group is not None and group.remote_as is not None:
                active = BgpSettings(activate=process.default_ipv4_unicast, passive=True)
                return group.over(active), name
        return None

    def _guest(self, peer: IPv4Address) -> Neighbor | None:
        """A neighbor for who comes from a listen range, while there is room for one."""
        process = self._context.process
        found = self._listening(process, peer)
        if (
            found is None
            or sum(it.dynamic for it in self.neighbors.values()) >= process.listen_limit
        ):
            return None
        made = Neighbor(peer, found[0])
        made.dynamic = True
        made.peer_group = found[1]
        made.kind = self._kind(found[0])
        made.idle_hold = False
        return made

    def _kind(self, settings: BgpSettings) -> PeerKind:
        process = self._context.process
        if settings.remote_as == process.number:
            return PeerKind.INTERNAL
        if settings.remote_as in process.confederation_peers:
            return PeerKind.CONFEDERATION
        return PeerKind.EXTERNAL

    def _follow(self, neighbor: Neighbor, settings: BgpSettings) -> None:
        """Take over a neighbor's settings; some end its session, others are for what follows."""
        before, neighbor.settings = neighbor.settings, settings
        neighbor.kind = self._kind(settings)
        if settings.shutdown:
            if not before.shutdown or neighbor.sessions:
                reason = CeaseReason.ADMINISTRATIVE_SHUTDOWN
                self._fsm.manual_stop(neighbor, Down.SHUTDOWN, reason)
            return
        for name, why in _RESETTING:
            if getattr(before, name) != getattr(settings, name):
                self._fsm.restart(neighbor, why, CeaseReason.CONFIGURATION_CHANGE)
                break
        else:
            if any(getattr(before, name) != getattr(settings, name) for name in _OUTBOUND):
                key = TimerKey(Timer.POLICY, neighbor.address)
                at = after(self._context.now, _POLICY_DELAY * SECOND)
                if settings.default_originate != before.default_originate:
                    at = self._context.now
                self._context.timers.set(key, at)
        self._start(neighbor)

    def _start(self, neighbor: Neighbor) -> None:
        retry = TimerKey(Timer.CONNECT_RETRY, neighbor.address)
        if not neighbor.sessions and self._context.timers.due_at(retry) is None:
            self._fsm.manual_start(neighbor)

    def redistribute(
        self, now: Instant, routes: Mapping[IPv4Network, Redistributed]
    ) -> list[RoutingEffect]:
        """The whole set of routes that other sources hand over."""
        self._begin(now)
        self._routing.redistribute(routes)
        return self._end()

    def table_changed(self, now: Instant) -> list[RoutingEffect]:
        """The routing table is another: neighbors and next hops may be out of reach, or back."""
        context = self._begin(now)
        for neighbor in self.neighbors.values():
            if neighbor.sessions:
                lost = neighbor.single_hop and not self._fsm.reachable(neighbor)
                if (lost and context.process.fast_external_fallover) or (
                    neighbor.settings.fall_over and not self._fsm.reachable(neighbor)
                ):
                    self._fsm.manual_stop(neighbor, Down.INTERFACE_FLAP, None)
            self._start(neighbor)
        self._routing.table_changed()
        return self._end()

    def close(self, now: Instant) -> list[RoutingEffect]:
        """`no router bgp`."""
        self._begin(now)
        for neighbor in self.neighbors.values():
            self._fsm.manual_stop(neighbor, Down.DELETED, CeaseReason.PEER_UNCONFIGURED)
        return self._end()

    # -- TCP ---------------------------------------------------------------------------------------

    def accepts(self, peer: IPv4Address) -> Transport | None:
        """How to speak with who opens a connection; None: it is refused."""
        neighbor = self.neighbors.get(peer) or self._guest(peer)
        return None if neighbor is None else self._fsm.accepts(neighbor)

    def accepted(
        self, now: Instant, peer: IPv4Address, local: IPv4Address
    ) -> tuple[int | None, list[RoutingEffect]]:
        """A neighbor's connection is up. Its number; None: it is to be reset."""
        self._begin(now)
        neighbor = self.neighbors.get(peer) or self._guest(peer)
        if neighbor is None or self._fsm.accepts(neighbor) is None:
            return None, self._end()
        self._routing.neighbors[peer] = neighbor
        number = self._fsm.tcp_connection_confirmed(neighbor, local)
        return number, self._end()

    def connected(self, now: Instant, connection: int, local: IPv4Address) -> list[RoutingEffect]:
        """A connection that was asked for is up."""
        self._begin(now)
        self._fsm.tcp_cr_acked(connection, local)
        return self._end()

    def received(self, now: Instant, connection: int, data: bytes) -> list[RoutingEffect]:
        """Bytes of a connection, in order."""
        self._begin(now)
        self._fsm.received(connection, data)
        return self._end()

    def disconnected(self, now: Instant, connection: int) -> list[RoutingEffect]:
        """A connection is no more, or the peer closed it, or it never came up."""
        self._begin(now)
        self._fsm.tcp_connection_fails(connection)
        return self._end()

    # -- time --------------------------------------------------------------------------------------

    @property
    def next_deadline(self) -> Instant | None:
        """When `handle_timer` has something to look at."""
        return self._context.timers.next_deadline

    def handle_timer(self, now: Instant) -> list[RoutingEffect]:
        """Everything that is due."""
        self._begin(now).timers.run(now)
        return self._end()

    def _timer_expires(self, key: TimerKey) -> None:
        if key.timer is Timer.NEXT_HOPS:
            self._routing.check_next_hops()
            return
        if key.timer is Timer.DAMPENING:
            self._routing.review_flaps()
            return
        assert key.neighbor is not None
        neighbor = self.neighbors.get(key.neighbor)
        if neighbor is not None:
            self._neighbor_timer(key, neighbor)

    def _neighbor_timer(self, key: TimerKey, neighbor: Neighbor) -> None:
        match key.timer:
            case Timer.CONNECT_RETRY:
                self._fsm.connect_retry_timer_expires(neighbor)
            case Timer.HOLD:
                self._fsm.hold_timer_expires(key.connection)
            case Timer.KEEPALIVE:
                self._fsm.keepalive_timer_expires(key.connection)
            case Timer.ADVERTISEMENT:
                self._routing.advertisement_timer_expires(neighbor)
            case Timer.POLICY:
                self._routing.reconsider(neighbor)
            case Timer.RESTART:
                neighbor.awaiting_reset = False
                self._start(neighbor)

    # -- the operator ------------------------------------------------------------------------------

    def clear(self, now: Instant, addresses: list[IPv4Address]) -> list[RoutingEffect]:
        """`clear ip bgp`: the sessions of some neighbors begin anew."""
        self._begin(now)
        for neighbor in self._some(addresses):
            neighbor.awaiting_reset = False
            self._fsm.restart(neighbor, Down.USER_RESET, CeaseReason.ADMINISTRATIVE_RESET)
            self._start(neighbor)
        return self._end()

    def clear_soft(
        self, now: Instant, addresses: list[IPv4Address], *, inbound: bool, outbound: bool
    ) -> list[RoutingEffect]:
        """`clear ip bgp ... soft`: policy is applied anew, the sessions stay."""
        self._begin(now)
        for neighbor in self._some(addresses):
            if inbound:
                self._routing.refresh_in(neighbor)
            if outbound:
                self._routing.refresh_out(neighbor)
        return self._end()

    @property
    def flaps(self) -> Mapping[tuple[IPv4Network, IPv4Address], Flap]:
        """What `bgp dampening` remembers, by prefix and neighbor."""
        return self._routing.dampener.flaps

    def clear_dampening(self, now: Instant) -> list[RoutingEffect]:
        """`clear ip bgp dampening`: all flaps are forgiven."""
        self._begin(now)
        self._routing.dampener.forgive()
        self._routing.review_flaps()
        return self._end()

    def _some(self, addresses: list[IPv4Address]) -> list[Neighbor]:
        return [it for address in addresses if (it := self.neighbors.get(address)) is not None]

    # -- inputs and effects ------------------------------------------------------------------------

    def _begin(self, now: Instant) -> Context:
        self._context.now = now
        return self._context

    def _end(self) -> list[RoutingEffect]:
        self._routing.settle()
        for address in [it.address for it in self.neighbors.values() if it.dynamic]:
            if not self.neighbors[address].sessions:
                del self._routing.neighbors[address]
        return self._context.take()
