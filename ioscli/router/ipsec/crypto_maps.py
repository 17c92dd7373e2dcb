"""All crypto maps of a router: from the configuration to what stands at its interfaces."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from ioscli.model.config import StaticRoute
from ioscli.model.crypto_map import WITH_ISAKMP
from ioscli.router.ipsec import map_policy
from ioscli.router.ipsec.crypto_map import EntryAtWork, MapAtWork
from ioscli.router.ipsec.cutting import Cutting, cutting
from ioscli.router.ipsec.map_flow import MapFlow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from ipaddress import IPv4Address

    from ioscli.model.config import RouterConfig
    from ioscli.model.crypto import ChildPolicy, ChildTemplate
    from ioscli.model.crypto_map import CryptoMap, MapEntry
    from ioscli.model.ifname import InterfaceName
    from ioscli.router.interfaces import Interface
    from ioscli.router.ipsec.flow import FlowParts, ProtectedFlow
    from ioscli.router.ipsec.logs import CryptoLogs


class Post:
    """A crypto map's place at one interface, in the way of its packets."""

    __slots__ = ("_logs", "_pass_on", "cutting", "map")

    def __init__(self, interface: Interface, logs: CryptoLogs) -> None:
        self._logs = logs
        self._pass_on = interface.receive_packet
        self.map: MapAtWork | None = None
        """None while the map cannot work: no address, or nothing is configured under its name."""
        self.cutting = Cutting()
        interface.encrypt = self.send
        interface.receive_packet = self.receive

    def send(self, packet: bytes, incoming: Interface | None) -> bytes | None:
        """A packet is about to leave; None: the map took it."""
        return packet if self.map is None else self.map.send(self.cutting, packet, incoming)

    def receive(self, packet: bytes, interface: Interface) -> None:
        """A packet came in."""
        if self.map is not None and self.map.refuses(packet):
            self._logs.not_encrypted(packet)
        else:
            self._pass_on(packet, interface)


class CryptoMaps:
    """Crypto maps of one router."""

    def __init__(
        self,
        config: RouterConfig,
        parts: FlowParts,
        logs: CryptoLogs,
        add: Callable[[MapFlow], None],
        release: Callable[[MapFlow], None],
        routes_wanted: Callable[[list[StaticRoute]], None],
    ) -> None:
        """`add` is told of flows that come up between two configurations, `release` of those whose
        SAs must go, `routes_wanted` of the routes of reverse route injection."""
        self._config = config
        self._parts = parts
        self._logs = logs
        self._add = add
        self._release = release
        self._posts: dict[InterfaceName, Post] = {}
        self.at_work: list[MapAtWork] = []
        self._routes_wanted = routes_wanted
        self._routes: list[StaticRoute] = []
        self._former_drops = 0

    def follow(self, interface: Interface) -> None:
        """Stand at an interface that names a map."""
        before = self._posts.get(interface.name)
        post = self._posts[interface.name] = Post(interface, self._logs)
        if before is not None:
            post.map, post.cutting = before.map, before.cutting

    @property
    def applied(self) -> bool:
        """Whether any map is on an interface."""
        return bool(self.at_work)

    @property
    def clear_drops(self) -> int:
        """Packets that came in the clear and should not have."""
        return self._former_drops + sum(it.clear_drops for it in self.at_work)

    # -- configuration -------------------------------------------------------------------------

    def reconfigure(self, interfaces: Iterable[Interface], flows: Iterable[ProtectedFlow]) -> None:
        """Make everything anew; flows that are still wanted are taken over with their SAs."""
        known = {flow.policy.owner: flow for flow in flows if isinstance(flow, MapFlow)}
        seats = {flow.seat.owner: flow.seat for flow in known.values()}
        self._former_drops = self.clear_drops
        self.at_work = []
        found: dict[tuple[str, object], MapAtWork] = {}
        for name in [it for it in self._posts if it not in {one.name for one in interfaces}]:
            del self._posts[name]
        for interface in interfaces:
            post = self._posts.get(interface.name)
            if post is not None:
                post.map = self._map_at(interface, found)
                post.cutting = cutting(self._config.ipsec, interface.config)
        for at_work in self.at_work:
            for entry in at_work.entries:
                before = seats.get(entry.owner)
                if before is not None and before.peer in entry.peers:
                    entry.at = entry.peers.index(before.peer)
                self._take_over(entry, known)
        self.follow_routes()

    def _map_at(
        self, interface: Interface, found: dict[tuple[str, object], MapAtWork]
    ) -> MapAtWork | None:
        name = interface.config.crypto_map
        configured = None if name is None else self._config.crypto_maps.get(name)
        if configured is None:
            return None
        place: InterfaceName = configured.local_address or interface.name
        local = self._address(place)
        if local is None:
            return None
        if interface.vrf:
            # IPsec works in the global table alone: what should be sealed does not leave.
            idle = MapAtWork(configured.name, local, self._parts, self.follow_routes, self._add)
            idle.entries = list(self._entries(idle, configured, place))
            return idle
        at_work = found.get((configured.name, place))
        if at_work is None:
            at_work = MapAtWork(configured.name, local, self._parts, self.follow_routes, self._add)
            at_work.entries = list(self._entries(at_work, configured, place))
            found[configured.name, place] = at_work
            self.at_work.append(at_work)
        at_work.interfaces.append(interface)
        return at_work

    def _address(self, name: InterfaceName) -> IPv4Address | None:
        interface = self._parts.forwarding.interfaces.get(name)
        return None if interface is None else interface.address

    def _entries(
        self, at_work: MapAtWork, configured: CryptoMap, place: InterfaceName
    ) -> Iterator[EntryAtWork]:
        for entry in configured.entries.values():
            owner = f"{configured.name} {entry.sequence} {place}"
            if entry.kind != WITH_ISAKMP:
                continue
            if entry.dynamic is None:
                made = self._entry(at_work, entry, owner, configured, answers_only=False)
                if made is not None and made.peers and made.access_list is not None:
                    yield made
                continue
            template = self._config.dynamic_maps.get(entry.dynamic)
            for one in () if template is None else template.entries.values():
                name = f"{owner} dynamic {one.name} {one.sequence}"
                made = self._entry(at_work, one, name, configured, answers_only=True)
                if made is not None:
                    yield made

    def _entry(
        self,
        at_work: MapAtWork,
        entry: MapEntry,
        owner: str,
        configured: CryptoMap,
        *,
        answers_only: bool,
    ) -> EntryAtWork | None:
        """None where the configuration is incomplete."""
        terms = map_policy.terms(entry, self._config.ipsec, configured.isakmp_profile)
        access_list = None
        if entry.access_list is not None:
            access_list = self._config.policy.access_lists.get(entry.access_list)
            if access_list is None or not access_list.lines:
                return None
        if terms is None:
            return None
        return EntryAtWork(at_work, entry, owner, terms, access_list, answers_only=answers_only)

    def _take_over(self, entry: EntryAtWork, known: dict[str, MapFlow]) -> None:
        """Give an entry its flows: those that it had, and new ones for new permits."""
        made: dict[str, MapFlow] = {}
        if not entry.answers_only and not entry.entry.per_host:
            for ace in entry.permits():
                policies = list(entry.policies_for(ace))
                owner = policies[0].owner
                if owner not in made:
                    made[owner] = self._flow(entry, policies, known.get(owner))
                entry.flows[ace.sequence] = made[owner]
        for owner, flow in known.items():
            if owner not in made and flow.seat.owner == entry.owner:
                self._keep_extra(entry, flow)

    def _keep_extra(self, entry: EntryAtWork, flow: MapFlow) -> None:
        """A flow that no line of the list stands for, by itself or any more.

        SAs that are up ignore a changed access list until they are cleared or run out.
        """
        old = flow.policy
        if old.local != entry.map.local or flow.flow.current is None:
            return
        if flow.from_list:
            flow.dynamic = True
            self._keep(flow, old, entry)
            entry.extra.append(flow)
            return
        policy = entry.template.policy_for(old.peer, old.local_selector, old.remote_selector)
        if policy is not None and policy.owner == old.owner:
            self._keep(flow, policy, entry)
            entry.extra.append(flow)

    def _flow(
        self, entry: EntryAtWork, policies: list[ChildPolicy], known: MapFlow | None
    ) -> MapFlow:
        if known is not None and known.policy.local == policies[0].local:
            # SAs that are up stay, with whichever peer they are.
            up = known.flow.current is not None
            same = [one for one in policies if one.peer == known.policy.peer]
            if same or not up:
                self._keep(known, same[0] if up else policies[0], entry)
                known.dynamic = False
                return known
        if known is not None:
            self._release(known)
        return MapFlow(self._parts, policies[0], entry)

    def _keep(self, flow: MapFlow, policy: ChildPolicy, entry: EntryAtWork) -> None:
        flow.seat = entry
        flow.policy = policy
        self._parts.sadb.flow(policy)

    # -- what is protected ---------------------------------------------------------------------

    def _all_entries(self) -> Iterator[EntryAtWork]:
        for at_work in self.at_work:
            yield from at_work.entries

    def flows(self) -> Iterator[MapFlow]:
        """All proxy identities, in the order of maps, entries and access list lines."""
        for entry in self._all_entries():
            yield from dict.fromkeys(entry.flows.values())
            yield from entry.extra

    def current_peers(self, name: str) -> dict[int, IPv4Address]:
        """Sequence number -> the peer that an entry of a map calls."""
        return {
            entry.entry.sequence: entry.peer
            for entry in self._all_entries()
            if entry.map.name == name and entry.peer is not None
        }

    def policies(self) -> list[ChildPolicy]:
        """What IKE may agree in just these words."""
        return [policy for entry in self._all_entries() for policy in entry.policies()]

    def templates(self) -> list[ChildTemplate]:
        """What else IKE may let peers have."""
        return [entry.template for entry in self._all_entries()]

    def adopt(self, policy: ChildPolicy) -> MapFlow | None:
        """A flow for what a peer got by a template; None: the template is there no more."""
        for entry in self._all_entries():
            if policy.owner.startswith(f"{entry.template.owner} "):
                return entry.map.make_extra(entry, policy)
        return None

    def peer_dead(self, local: IPv4Address, peer: IPv4Address) -> None:
        """A peer answers no more: entries that called it turn to their next one."""
        for entry in self._all_entries():
            if entry.map.local == local:
                entry.next_peer(peer)

    def went_idle(self, owner: str) -> None:
        """SAs went for want of traffic: the next ones may be with the default peer again."""
        for entry in self._all_entries():
            if entry.entry.idle_default and not entry.answers_only:
                flows = [*entry.flows.values(), *entry.extra]
                if any(flow.policy.owner == owner for flow in flows):
                    entry.first_peer()

    # -- reverse route injection ---------------------------------------------------------------

    def follow_routes(self) -> None:
        """SAs came or went: so do the routes to what their peers protect."""
        routes = list(dict.fromkeys(self._injected()))
        if routes != self._routes:
            self._routes = routes
            self._routes_wanted(routes)

    def _injected(self) -> Iterator[StaticRoute]:
        for flow in self.flows():
            wanted = flow.seat.entry.reverse_route
            if wanted is None or not (flow.flow.current is not None or wanted.static):
                continue
            network = flow.policy.remote_selector.network
            peer = flow.policy.peer
            if wanted.remote_peer is None:
                yield StaticRoute(network, peer, None)
            elif wanted.gateway:
                yield StaticRoute(network, wanted.remote_peer, None)
            else:
                yield StaticRoute(IPv4Network(peer), wanted.remote_peer, None)
                yield StaticRoute(network, peer, None)
