"""`Ospf`: one process of one router, packets and time in, effects out."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network
from random import Random
from typing import TYPE_CHECKING

from ioscli.codec.ospf.lsa import Lsa
from ioscli.codec.ospf.numbers import MAX_AGE, LsType
from ioscli.model.effects import Redistributed, RoutingEffect
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Instant
from ioscli.model.ospf import (
    BACKBONE,
    OspfInterface,
    OspfProcess,
)
from ioscli.protocols.ospf import externals, summaries, virtual
from ioscli.protocols.ospf.area import Area
from ioscli.protocols.ospf.flooding import Fresh, flood, scope
from ioscli.protocols.ospf.graph import Prefix
from ioscli.protocols.ospf.interface import Interface, is_multicast, network_type
from ioscli.protocols.ospf.lsdb import Lsdb
from ioscli.protocols.ospf.neighbor import Neighbor
from ioscli.protocols.ospf.offers import changes, every_route
from ioscli.protocols.ospf.origination import AS_SCOPE, Origination
from ioscli.protocols.ospf.reception import receive
from ioscli.protocols.ospf.reporter import Reporter
from ioscli.protocols.ospf.routing import OspfRoute, Table, calculate
from ioscli.protocols.ospf.schedule import SpfSchedule
from ioscli.protocols.ospf.self_description import describe
from ioscli.protocols.ospf.spf import Hops
from ioscli.protocols.ospf.states import InterfaceState, NeighborState, NetworkType
from ioscli.protocols.timers import Timers

if TYPE_CHECKING:
    from ioscli.protocols.ospf.virtual import VirtualInterface

_SELF = (LsType.ROUTER, LsType.NETWORK)
_LIFETIME = MAX_AGE * SECOND
WAIT_FOR_BGP = 600
"""Seconds after which `max-metric router-lsa on-startup wait-for-bgp` waits no longer."""


class Ospf(Reporter):
    """An OSPFv2 process (`router ospf N`).

    Every input gives back what the router is to do, in order. What shows need is in the public
    attributes: they are for reading.
    """

    def __init__(self, process: str, rng: Random) -> None:
        super().__init__(process)
        self.rng = rng
        self.router_id = 0
        """0: none found, and the process does not run."""
        self.started: Instant | None = None
        self.now = Instant(0)
        """Of the current input."""
        self.timers = Timers()
        self.areas: dict[int, Area] = {}
        self.interfaces: dict[InterfaceName, Interface] = {}
        self.virtual_links: dict[tuple[int, int], VirtualInterface] = {}
        """By transit area and router ID of the other end."""
        self.virtual_links_made = 0
        self.lsdb = Lsdb()
        """AS-external LSAs and opaque ones of the AS."""
        self.origination = Origination(self)
        self.schedule = SpfSchedule(self)
        self.table = Table()
        self._offered = self.table
        """What the router was told of it."""
        self.lost: dict[InterfaceName, int] = {}
        """Interfaces that went down since the paths of their areas were computed."""
        self.hop_sets: dict[Hops, Hops] = {}
        self.active_ranges: dict[Prefix, int] = {}
        """Ranges and summary addresses in use, and their costs."""
        self.discards: dict[Prefix, OspfRoute] = {}
        self.redistributed: Mapping[IPv4Network, Redistributed] = {}
        self.max_metric_until: Instant | None = None
        """`max-metric router-lsa on-startup`."""
        self.adjacency_changes = 0
        self.leading: set[InterfaceName] = set()
        """Where this router is designated router or backup: it hears 224.0.0.6 there."""
        self.leading_changes = 0
        """Counts the changes of it."""
        self._told_no_id = False
        self._dirty: set[int] = set()
        """Areas whose router or network LSAs may have changed."""
        self._externals_dirty = False
        self._check_dying = False
        self._age_timer = self.timers.make(lambda: self.age(None, self.lsdb))
        self._refresh_timer = self.timers.make(self._refresh)
        self._startup_timer = self.timers.make(self._startup_over)
        self._keep_interfaces: tuple[OspfInterface, ...] = ()

    # The machine's face

    def receive(
        self,
        now: Instant,
        interface: InterfaceName,
        source: IPv4Address,
        destination: IPv4Address,
        payload: bytes,
    ) -> list[RoutingEffect]:
        """An IP packet of protocol 89 came in by an interface."""
        self.now = now
        where = self.interfaces.get(interface)
        if where is not None and self.router_id:
            receive(self, where, source, destination, payload)
        return self._finish()

    def handle_timer(self, now: Instant) -> list[RoutingEffect]:
        """Do what is due."""
        self.now = now
        self.timers.run(now)
        return self._finish()

    @property
    def next_deadline(self) -> Instant | None:
        """When handle_timer wants to be called."""
        return self.timers.next_deadline

    def configure(
        self,
        now: Instant,
        process: OspfProcess,
        interfaces: Iterable[OspfInterface],
        taken: frozenset[int] = frozenset(),
    ) -> list[RoutingEffect]:
        """The configuration and the router's interfaces, all of them, whenever something changed.

        They are kept: whoever hands them over does not touch them any more.
        taken: router IDs of the router's other processes.
        """
        self.now = now
        before, self.config = self.config, process
        self._keep_interfaces = tuple(interfaces)
        if process.shutdown:
            self._leave()
            return self._finish()
        if not self.router_id and not self._choose_router_id(taken):
            return self._finish()
        configured = process.router_id
        if configured is not None and int(configured) != self.router_id and not self._busy():
            self._restart(int(configured))
        self._configure_areas()
        self._configure_interfaces()
        virtual.configure(self)
        self._configuration_changed(before)
        return self._finish()

    def redistribute(
        self, now: Instant, routes: Mapping[IPv4Network, Redistributed]
    ) -> list[RoutingEffect]:
        """The routes that `redistribute` statements pick, all of them, when they changed.

        0.0.0.0/0 among them tells that the router has a default route of another origin: it is
        advertised only by `default-information originate`.
        """
        self.now = now
        self.redistributed = dict(routes)
        self._externals_dirty = True
        self.all_dirty()
        return self._finish()

    def close(self, now: Instant) -> list[RoutingEffect]:
        """The process ends: flush what it said, leave the neighbors, take the routes back."""
        self.now = now
        self._leave()
        return self._finish()

    def reset(self, now: Instant) -> list[RoutingEffect]:
        """`clear ip ospf process`: begin anew, with the router ID that the configuration gives."""
        self.now = now
        interfaces, config = self._keep_interfaces, self.config
        effects = self.close(now)
        return effects + self.configure(now, config, interfaces)

    def force_spf(self, now: Instant) -> list[RoutingEffect]:
        """`clear ip ospf force-spf`: shortest paths of all areas, at once."""
        self.now = now
        if self.router_id:
            self.schedule.force()
        return self._finish()

    # Router ID, start and end

    def _choose_router_id(self, taken: frozenset[int]) -> bool:
        """The configured ID, the highest loopback address, or the highest address (IOS)."""
        chosen = 0
        if self.config.router_id is not None:
            chosen = int(self.config.router_id)
        else:
            up = [one for one in self._keep_interfaces if one.up and one.address is not None]
            loopbacks = [one for one in up if one.name.kind == "Loopback"]
            for candidates in (loopbacks, up):
                addresses = {
                    int(one.address.ip) for one in candidates if one.address is not None
                } - taken
                if addresses:
                    chosen = max(addresses)
                    break
        if not chosen:
            if not self._told_no_id:
                self._told_no_id = True
                self.log(
                    4,
                    "NORTRID",
                    f"OSPF process {self.process} failed to allocate unique router-id"
                    " and cannot start",
                )
            return False
        self._told_no_id = False
        self.router_id = chosen
        self.started = self.now
        self._refresh_timer.set(self.now + self.config.lsa_group_pacing * SECOND)
        settings = self.config.max_metric
        startup = settings and (settings.on_startup or WAIT_FOR_BGP * settings.wait_for_bgp)
        if startup:
            self.max_metric_until = Instant(self.now + startup * SECOND)
            self._startup_timer.set(self.max_metric_until)
        return True

    def _startup_over(self) -> None:
        self.max_metric_until = None
        self.all_dirty()

    @property
    def max_metric_active(self) -> bool:
        """Whether router LSAs say that this router is not for transit (RFC 6987)."""
        settings = self.config.max_metric
        if settings is None:
            return False
        if settings.on_startup is not None or settings.wait_for_bgp:
            return self.max_metric_until is not None
        return True

    def _busy(self) -> bool:
        """Whether a new router ID has to wait for `clear ip ospf process`."""
        return any(
            neighbor.state > NeighborState.DOWN
            for interface in self.interfaces.values()
            for neighbor in interface.neighbors.values()
        )

    def _restart(self, router_id: int) -> None:
        self._stop()
        self.router_id = router_id
        self.started = self.now
        self._refresh_timer.set(self.now + self.config.lsa_group_pacing * SECOND)

    def _leave(self) -> None:
        """Go with a word: what this router said is taken back first."""
        self.origination.flush_everything()
        for interface in self._all_interfaces():
            interface.flush()
        self._stop()

    def _stop(self) -> None:
        """Drop everything."""
        for interface in self._all_interfaces():
            interface.go_down()
        self.interfaces.clear()
        self.virtual_links.clear()
        self.origination.forget()
        for area in self.areas.values():
            area.age_timer.cancel()
        self.areas.clear()
        self.lsdb = Lsdb()
        self._age_timer.cancel()
        self._refresh_timer.cancel()
        self._startup_timer.cancel()
        self.max_metric_until = None
        self.schedule.cancel()
        self.lost.clear()
        self.active_ranges = {}
        self.discards = {}
        self._dirty.clear()
        self._use_table(Table())
        self.router_id = 0
        self.started = None
        self._told_no_id = False

    # Configuration

    def _wanted(self) -> dict[InterfaceName, tuple[OspfInterface, int, bool]]:
        """Which interfaces run OSPF, in which area, and whether a network statement says so."""
        found = {}
        for facts in self._keep_interfaces:
            if facts.address is None or facts.settings.shutdown:
                continue
            if facts.settings.process == self.process:
                found[facts.name] = (facts, facts.settings.area, False)
            elif facts.settings.process is None:
                area = self.config.area_of(facts.address.ip)
                if area is not None:
                    found[facts.name] = (facts, area, True)
        return found

    def _configure_areas(self) -> None:
        wanted = {area for _, area, _ in self._wanted().values()}
        if any(one.virtual_links for one in self.config.areas.values()):
            wanted.add(BACKBONE)
        for number in wanted - self.areas.keys():
            area = self.areas[number] = Area(self, number, self.config.area(number))
            area.config = self.config.area(number)
        for number, area in list(self.areas.items()):
            config = self.config.area(number)
            kind_changed = config.kind is not area.config.kind
            area.config = config
            if kind_changed or number not in wanted:
                # Every hello of the area speaks otherwise now: its adjacencies begin anew.
                for interface in list(area.interfaces):
                    if kind_changed:  # as IOS says after `area 1 stub`
                        interface.go_down("Adjacency forced to reset")
                    else:
                        interface.go_down()
                    self.interfaces.pop(interface.facts.name, None)
                area.interfaces = []
                self.origination.forget_area(area)
                area.age_timer.cancel()
                del self.areas[number]
                if number in wanted:
                    self.areas[number] = Area(self, number, config)
        self.areas = dict(sorted(self.areas.items()))
        if not any(area.takes_externals for area in self.areas.values()):
            self._forget_externals()

    def _forget_externals(self) -> None:
        """No area is left that takes LSAs of the whole AS: nobody could be told more of them."""
        self.origination.forget_scope(AS_SCOPE)
        self._age_timer.cancel()
        for entry in list(self.lsdb.entries()):
            self.lsdb.remove(entry.lsa)

    def _configure_interfaces(self) -> None:
        wanted = self._wanted()
        for name, interface in list(self.interfaces.items()):
            place = wanted.get(name)
            if (
                place is None
                or place[1] != interface.area.id
                or not place[0].up
                or _must_restart(interface, place[0], self.config)
            ):
                interface.go_down()
        for name, interface in list(self.interfaces.items()):
            place = wanted.get(name)
            if place is None or place[1] != interface.area.id:
                interface.area.interfaces.remove(interface)
                del self.interfaces[name]
        for name, (facts, number, statement) in wanted.items():
            known = self.interfaces.get(name)
            if known is None:
                area = self.areas[number]
                known = self.interfaces[name] = Interface(self, area, facts, statement)
                area.interfaces.append(known)
            else:
                known.statement = statement
                known.apply(facts)
            if facts.up and not known.is_up:
                known.come_up()
            elif known.is_up and not known.single:
                known.take_statements()
        for area in self.areas.values():
            area.filters = any(interface.database_filter for interface in area.interfaces)

    def _configuration_changed(self, before: OspfProcess) -> None:
        self.all_dirty()
        self._externals_dirty = True
        config = self.config
        offers = ("distance", "distance_intra", "distance_inter", "distance_external",
                  "maximum_paths")  # fmt: skip
        if any(getattr(before, name) != getattr(config, name) for name in offers):
            self.effects += every_route(self._offered, config)
        self.schedule.partial("config")

    # What happened: called by the parts

    def all_dirty(self) -> None:
        """Look at what every area is told of this router."""
        self._dirty.update(self.areas)

    def interface_changed(self, interface: Interface) -> None:
        """An interface changed its state or its designated router."""
        self._dirty.add(interface.area.id)

    def note_leading(self, interface: Interface) -> None:
        """An interface changed its state: is this router (backup) designated router there?"""
        name = interface.facts.name
        leads = interface.state in (InterfaceState.DR, InterfaceState.BACKUP)
        if leads is not (name in self.leading):
            self.leading_changes += 1
            self.leading ^= {name}

    def neighbor_changed(self, neighbor: Neighbor, before: NeighborState) -> None:
        """A neighbor changed its state."""
        if NeighborState.FULL in (before, neighbor.state):
            self.adjacency_changes += 1
            self._dirty.add(neighbor.interface.area.id)
            if neighbor.interface.network_type is NetworkType.VIRTUAL_LINK:
                # The transit area is told of it too (the V bit).
                self.all_dirty()
        if before >= NeighborState.EXCHANGE > neighbor.state:
            self._check_dying = True

    def install(self, area: Area, lsdb: Lsdb, lsa: Lsa, birth: Instant) -> None:
        """Put an LSA into a database, and see to what follows from it (13.2)."""
        was_dying = bool(lsdb.dying) and lsa.key in lsdb.dying
        old = lsdb.install(lsa, birth, self.now)
        dies = self.now - birth >= _LIFETIME
        if dies:
            self._check_dying = True
            if old is None:
                return
        elif lsdb.oldest == birth:
            timer = self._age_timer if lsdb is self.lsdb else area.age_timer
            if timer.when is None or birth + _LIFETIME < timer.when:
                timer.set(birth + _LIFETIME)
        if old is None or was_dying or dies or old.lsa.digest != lsa.digest:
            self.schedule.lsa_changed(area, lsa)

    def is_own(self, lsa: Lsa) -> bool:
        """Whether this router originated an LSA, now or before it had its ID (13.4)."""
        if lsa.router == self.router_id:
            return True
        return lsa.kind == LsType.NETWORK and any(
            interface.address == lsa.id for interface in self.interfaces.values()
        )

    def exchanging(self) -> bool:
        """Whether some neighbor still compares databases."""
        return any(
            neighbor.state in (NeighborState.EXCHANGE, NeighborState.LOADING)
            for interface in self._all_interfaces()
            for neighbor in interface.neighbors.values()
        )

    def check_dying(self) -> None:
        """Something was acknowledged: flushed LSAs may be gone everywhere."""
        self._check_dying = True

    def age(self, area: Area | None, lsdb: Lsdb) -> None:
        """Some LSA may have reached MaxAge: flush it (14)."""
        for entry in lsdb.aged(self.now):
            where = area or next(iter(self.areas.values()), None)
            if where is not None:
                flood(self, where, (Fresh(entry.lsa, entry.birth, MAX_AGE, None),))
                self.install(where, lsdb, entry.lsa, entry.birth)
        if lsdb.oldest is not None:
            timer = self._age_timer if area is None else area.age_timer
            timer.set(lsdb.oldest + MAX_AGE * SECOND)

    def _bury(self) -> None:
        """Forget the LSAs at MaxAge that nobody has to acknowledge any more (14)."""
        databases = [(area, area.lsdb) for area in self.areas.values()]
        if self.areas:
            databases.append((next(iter(self.areas.values())), self.lsdb))
        for area, lsdb in databases:
            if not lsdb.dying or self.exchanging():
                continue
            for entry in list(lsdb.dying.values()):
                owed = any(
                    entry.lsa.instance in neighbor.unacknowledged
                    for interface in scope(self, area, entry.lsa.kind)
                    for neighbor in interface.neighbors.values()
                )
                if not owed:
                    lsdb.remove(entry.lsa)
                    self.origination.buried(area, entry.lsa)

    def _refresh(self) -> None:
        self.origination.refresh()
        self._refresh_timer.set(self.now + self.config.lsa_group_pacing * SECOND)

    def _finish(self) -> list[RoutingEffect]:
        """Say what changed about this router; hand the effects over."""
        while self._dirty or self._externals_dirty or self.schedule.partial_due:
            while self._dirty:
                number = self._dirty.pop()
                area = self.areas.get(number)
                if area is not None and self.router_id:
                    if self.debugging:
                        self.note_schedule(area)
                    self.origination.reconcile(area, _SELF, describe(self, area))
            if self._externals_dirty:
                self._externals_dirty = False
                if self.router_id:
                    externals.originate(self)
            if self.schedule.partial_due:
                self.schedule.run_partial()
        if self._check_dying:
            self._check_dying = False
            self._bury()
        effects, self.effects = self.effects, []
        return effects

    # Routes

    def recalculate(self) -> None:
        """Work the table out from the trees and databases; tell the router what changed."""
        border = self.is_border
        self.active_ranges, self.discards = summaries.ranges(self)
        table = calculate(self)
        for prefix, route in {**self.discards, **externals.discards(self)}.items():
            if table.get(prefix) is None:
                table.extra[prefix] = route
        self._use_table(table)
        virtual.update(self)
        summaries.originate(self)
        if any(area.is_nssa for area in self.areas.values()):
            externals.translate(self)
        if border != self.is_border:
            self.all_dirty()
        table.settle()

    def _use_table(self, table: Table) -> None:
        # Routes out of an interface that is down go at once; what takes their place is for the
        # next run of SPF to find, and until then nobody else is told.
        self.lost = {name: area for name, area in self.lost.items() if area in self.areas}
        offered = table.without(self.lost) if self.lost else table
        self.effects += changes(self._offered, offered, self.config)
        self.table, self._offered = table, offered

    def lose(self, interface: Interface) -> None:
        """An interface went down: the paths of its area are still those of before."""
        self.lost[interface.facts.name] = interface.area.id
        self.schedule.partial("interface")

    def computed(self, area: Area) -> None:
        """The paths of an area are those of now."""
        self.lost = {name: one for name, one in self.lost.items() if one != area.id}

    # What this router is

    @property
    def is_border(self) -> bool:
        """Area border router, as IOS has it (RFC 3509): active in the backbone and elsewhere."""
        active = [area.id for area in self.areas.values() if area.active_interfaces()]
        return len(active) > 1 and BACKBONE in active

    @property
    def is_boundary(self) -> bool:
        """AS boundary router: it may originate external LSAs."""
        if self.config.redistributions or self.config.default_information:
            return True
        if any(int(prefix.network_address) or prefix.prefixlen for prefix in self.redistributed):
            return True
        if self.is_border and any(area.is_nssa for area in self.areas.values()):
            return True
        return any(area.config.default_originate for area in self.areas.values() if area.is_nssa)

    def virtual_link(self, transit: int, router: int) -> "VirtualInterface | None":
        """The virtual link to a router through an area."""
        return self.virtual_links.get((transit, router))

    def ends_virtual_link(self, transit: int) -> bool:
        """Whether a fully adjacent virtual link runs through an area (the V bit)."""
        return any(
            area == transit and link.full_neighbors()
            for (area, _), link in self.virtual_links.items()
        )

    def _all_interfaces(self) -> list[Interface]:
        return [*self.interfaces.values(), *self.virtual_links.values()]

    def crypto_sequence(self) -> int:
        """Of cryptographic authentication: seconds, which never fall."""
        return self.now // SECOND & 0xFFFFFFFF


def _must_restart(interface: Interface, facts: OspfInterface, config: OspfProcess) -> bool:
    """Whether a change is one that IOS takes an interface down for."""
    old = interface.facts
    return (
        old.address != facts.address
        or old.unnumbered != facts.unnumbered
        or interface.network_type is not network_type(facts)
        or interface.multicast != is_multicast(facts)
        or interface.database_filter != facts.settings.database_filter
        or interface.passive != config.is_passive(facts.name)
    )
