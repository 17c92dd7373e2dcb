"""`Eigrp`: one process of one router, packets and time in, effects out."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from ipaddress import IPv4Address, IPv4Network
from random import Random

from ioscli.codec.eigrp.numbers import INIT, RESTART, Opcode
from ioscli.model.effects import Debug, Log, Redistributed, RoutingEffect
from ioscli.model.eigrp import EigrpInterface, EigrpProcess
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import Instant
from ioscli.model.policy import PolicyConfig
from ioscli.model.rib import Route
from ioscli.protocols.eigrp import metric, setup
from ioscli.protocols.eigrp.counters import Counters
from ioscli.protocols.eigrp.dual import Dual, Event
from ioscli.protocols.eigrp.flushing import Flushing
from ioscli.protocols.eigrp.interface import Interface
from ioscli.protocols.eigrp.neighbor import Neighbor
from ioscli.protocols.eigrp.origins import Origins
from ioscli.protocols.eigrp.reception import receive
from ioscli.protocols.eigrp.routing import update_route
from ioscli.protocols.eigrp.sia import StuckInActive
from ioscli.protocols.eigrp.summaries import Summaries
from ioscli.protocols.eigrp.topology import (
    Descriptor,
    Entry,
    Local,
    Prefix,
    Rank,
    prefix_of,
)
from ioscli.protocols.eigrp.transport import Transport
from ioscli.protocols.timers import Timers


class Eigrp:
    """An EIGRP process for IPv4: one autonomous system in one routing table.

    Every input gives back what the router is to do, in order. What shows need is in the public
    attributes: they are for reading.
    """

    def __init__(self, autonomous_system: int, rng: Random) -> None:
        self.autonomous_system = autonomous_system
        self.process = str(autonomous_system)
        """What its routes are marked with."""
        self.label = f"EIGRP-IPv4 {autonomous_system}"
        """What its messages begin with."""
        self.rng = rng
        self.config = EigrpProcess(autonomous_system)
        self.policy = PolicyConfig()
        self.router_id = 0
        """0: none found, and the process does not run."""
        self.now = Instant(0)
        """Of the current input."""
        self.timers = Timers()
        self.effects: list[RoutingEffect] = []
        self.debugging: set[str] = set()
        """Topics: `packets Hello` and so on for each of PACKET_KINDS, `fsm`, `route`."""
        self.interfaces: dict[InterfaceName, Interface] = {}
        self.known_interfaces: tuple[EigrpInterface, ...] = ()
        self.topology: dict[Prefix, Entry] = {}
        self.routes: dict[Prefix, Route] = {}
        """What the routing table was given."""
        self.elsewhere: dict[Prefix, Rank] = {}
        """What the routing table has from other sources, at which rank."""
        self.serno = 0
        """Counts the changes of the topology table."""
        self.counters = Counters()
        self.transport = Transport(self)
        self.dual = Dual(self)
        self.sia = StuckInActive(self)
        self.summaries = Summaries(self)
        self.origins = Origins(self)
        self.flushing = Flushing(self)
        self._gone: dict[Prefix, None] = {}
        """Destinations that may have to be forgotten."""

    # -- the machine's face ------------------------------------------------------------------------

    def receive(
        self,
        now: Instant,
        interface: InterfaceName,
        source: IPv4Address,
        destination: IPv4Address,
        payload: bytes,
    ) -> list[RoutingEffect]:
        """An IP packet of protocol 88 came in by an interface."""
        self.now = now
        where = self.interfaces.get(interface)
        if where is None or where.silent or not self.router_id:
            return self._finish()
        if where.statics and destination.is_multicast:
            self.counters.refuse("multicast")
            return self._finish()
        receive(self, where, source, payload)
        return self._finish(where.neighbors.get(int(source)))

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
        process: EigrpProcess,
        interfaces: Iterable[EigrpInterface],
        policy: PolicyConfig | None = None,
    ) -> list[RoutingEffect]:
        """The configuration and the table's interfaces, all of them, whenever something changed.

        policy: what distribute-lists and the like refer to; looked at while routes come and go.
        """
        self.now = now
        before, self.config = self.config, deepcopy(process)
        self.known_interfaces = tuple(interfaces)
        if policy is not None:
            self.policy = policy
        if process.shutdown:
            self._stop()
            return self._finish()
        self._choose_router_id()
        if not self.router_id:
            return self._finish()
        setup.follow_process(self, before)
        setup.follow_interfaces(self)
        self.summaries.configure()
        self.origins.redistribute()
        return self._finish()

    def redistribute(
        self, now: Instant, routes: Mapping[IPv4Network, Redistributed]
    ) -> list[RoutingEffect]:
        """The routes that `redistribute` lines pick, all of them, when they changed."""
        self.now = now
        self.origins.routes = dict(routes)
        if self.router_id:
            self.origins.redistribute()
        return self._finish()

    def table_changed(
        self, now: Instant, elsewhere: Mapping[IPv4Network, Rank | None]
    ) -> list[RoutingEffect]:
        """The routing table took routes of other sources, or dropped them (None).

        As on IOS, a destination that the table has from a better source is not told to anybody.
        """
        self.now = now
        for network, rank in elsewhere.items():
            prefix = prefix_of(network)
            entry = self.topology.get(prefix)
            refused = entry is not None and self.refuses(entry)
            if rank is None:
                self.elsewhere.pop(prefix, None)
            else:
                self.elsewhere[prefix] = rank
            if entry is not None and refused != self.refuses(entry):
                self.tell_again(entry)
        return self._finish()

    def close(self, now: Instant) -> list[RoutingEffect]:
        """The process ends: take leave of the neighbors, take the routes back."""
        self.now = now
        self._stop()
        return self._finish()

    def clear(
        self, now: Instant, address: IPv4Address | None = None, name: InterfaceName | None = None
    ) -> list[RoutingEffect]:
        """`clear ip eigrp neighbors`: all, one, or those of an interface begin anew."""
        self.now = now
        for neighbor in list(self.neighbors()):
            wanted = address is None or neighbor.ip == address
            if wanted and (name is None or neighbor.interface.facts.name == name):
                self.neighbor_down(neighbor, "manually cleared")
        return self._finish()

    # -- for shows ---------------------------------------------------------------------------------

    def neighbors(self) -> Iterator[Neighbor]:
        """All neighbors."""
        for interface in self.interfaces.values():
            yield from interface.neighbors.values()

    def established(self) -> list[Neighbor]:
        """The neighbors that routes go to and come from."""
        return [one for one in self.neighbors() if one.established]

    def distance_of(self, vector: metric.Vector) -> int:
        """The composite metric."""
        if self.config.named:
            return metric.wide(vector, self.config.weights)
        return metric.classic(vector, self.config.weights)

    def refuses(self, entry: Entry) -> bool:
        """Whether the routing table has a destination from a source that it prefers."""
        rank = self.elsewhere.get(entry.prefix)
        route = None if rank is None else self.routes.get(entry.prefix)
        if (
            rank is None
            or route is None
            or (entry.successors[:1] and (entry.successors[0].neighbor is None))
        ):
            return False
        return rank <= (route.distance, route.metric)

    def successors(self, entry: Entry) -> tuple[Descriptor, ...]:
        """The ways that neighbors are told of: one's own, where the table refuses the others."""
        if not self.elsewhere or not self.refuses(entry):
            return entry.successors
        own = [one for one in entry.descriptors.values() if one.neighbor is None]
        return tuple(sorted(own, key=lambda one: one.distance)[:1])

    def table_metric(self, distance: int) -> int:
        """A distance as the routing table has room for it: wide ones are scaled down."""
        return distance // self.config.rib_scale if self.config.named else distance

    # -- start and end -----------------------------------------------------------------------------

    def _choose_router_id(self) -> None:
        """The configured ID, the highest loopback address, or the highest address (IOS)."""
        wanted = self.config.router_id
        if wanted is not None:
            if self.router_id and int(wanted) != self.router_id:
                self.all_neighbors_down("route configuration changed")
            self.router_id = int(wanted)
            return
        if self.router_id:
            return
        up = [one for one in self.known_interfaces if one.up and one.address is not None]
        loopbacks = [one for one in up if one.name.kind == "Loopback"]
        addresses = [int(one.address.ip) for one in loopbacks or up if one.address is not None]
        self.router_id = max(addresses, default=0)

    def _stop(self) -> None:
        """Leave everything."""
        kept, self.known_interfaces = self.known_interfaces, ()
        for interface in self.interfaces.values():
            if not interface.silent:
                self.transport.send_goodbye(interface)
        setup.follow_interfaces(self)
        self.summaries.configure()
        self.origins.routes = {}
        self.origins.redistribute()
        self.summaries.settle()
        self._forget_gone()
        self.known_interfaces = kept
        self.router_id = 0

    # -- neighbors ---------------------------------------------------------------------------------

    def new_neighbor(self, interface: Interface, address: int) -> Neighbor:
        """A router said hello for the first time (RFC 7868 section 5.4.1)."""
        taken = {one.handle for one in self.neighbors()}
        handle = next(number for number in range(len(taken) + 1) if number not in taken)
        neighbor = Neighbor(interface, address, handle, self.now)
        interface.neighbors[address] = neighbor
        self.log_change(neighbor.ip, interface, "up", "new adjacency")
        return neighbor

    def greet(self, neighbor: Neighbor) -> None:
        """Let a new neighbor know of us, and ask for its table (5.4.2)."""
        self.transport.send_hello(neighbor.interface, expedited=True)
        self.transport.unicast(neighbor, Opcode.UPDATE, b"", INIT)

    def establish(self, neighbor: Neighbor) -> None:
        """Once both have seen the other's INIT, routes go over."""
        if neighbor.init_received and neighbor.init_acknowledged and not neighbor.established:
            neighbor.established = True
            self.flushing.send_table(neighbor)

    def resend_table(self, neighbor: Neighbor) -> None:
        """A neighbor wants our table again, without a new adjacency."""
        self.log_change(neighbor.ip, neighbor.interface, "resync", "peer graceful-restart")
        self.flushing.send_table(neighbor)

    def ask_for_table(self, neighbor: Neighbor) -> None:
        """Have a neighbor send its table again; what it does not repeat is forgotten."""
        neighbor.stale = {
            prefix for prefix, entry in self.topology.items() if neighbor in entry.descriptors
        }
        neighbor.restarts += 1
        self.transport.unicast(neighbor, Opcode.UPDATE, b"", INIT | RESTART)

    def end_of_table(self, neighbor: Neighbor) -> None:
        """A neighbor has sent its whole table."""
        stale, neighbor.stale = neighbor.stale, None
        for prefix in sorted(stale or ()):
            entry = self.topology.get(prefix)
            if entry is not None and entry.descriptors.pop(neighbor, None) is not None:
                self.dual.handle(entry, Event.UPDATE, neighbor)

    def neighbor_down(self, neighbor: Neighbor, reason: str, *, tell: bool = True) -> None:
        """A neighbor is lost, or given up; tell: it is to know."""
        interface = neighbor.interface
        if interface.neighbors.get(neighbor.address) is not neighbor:
            return
        del interface.neighbors[neighbor.address]
        neighbor.forget_timers()
        if reason == "holding time expired":
            self.debug("packets Hello", "EIGRP: Holdtime expired")
        self.log_change(neighbor.ip, interface, "down", reason)
        if tell:
            self.transport.send_termination([neighbor])
        for entry in list(self.topology.values()):
            had = entry.descriptors.pop(neighbor, None) is not None
            if had or neighbor in entry.replies or entry.origin is neighbor:
                self.dual.handle(entry, Event.LOST, neighbor)
        if interface.neighbors:
            self.flush_soon(interface)
        else:
            interface.pending.clear()
            interface.queries.clear()
            interface.flow_timer.cancel()
            interface.flow_over = False

    def all_neighbors_down(self, reason: str) -> None:
        """Every adjacency begins anew."""
        for neighbor in list(self.neighbors()):
            self.neighbor_down(neighbor, reason)

    # -- destinations ------------------------------------------------------------------------------

    def new_entry(self, prefix: Prefix) -> Entry:
        """A destination that was not known."""
        entry = self.topology[prefix] = Entry(prefix)
        return entry

    def learn_local(self, prefix: Prefix, descriptor: Descriptor) -> None:
        """This router has a destination itself."""
        origin = descriptor.origin
        assert origin is not None
        descriptor.distance = self.distance_of(descriptor.vector)
        entry = self.topology.get(prefix) or self.new_entry(prefix)
        known = entry.descriptors.get(origin)
        if (
            known is not None
            and known.report == descriptor.report
            and known.interface is descriptor.interface
            and known.distance == descriptor.distance
        ):
            return
        if known is not None and known in entry.successors:
            entry.successors = tuple(
                descriptor if one is known else one for one in entry.successors
            )
        entry.descriptors[origin] = descriptor
        self.dual.handle(entry, Event.UPDATE, origin)

    def forget_local(self, prefix: Prefix, origin: Local) -> None:
        """This router does not have a destination any more."""
        entry = self.topology.get(prefix)
        if entry is not None and entry.descriptors.pop(origin, None) is not None:
            self.dual.handle(entry, Event.LOST, origin)

    def changed(self, entry: Entry) -> None:
        """DUAL has settled on successors: routing table and neighbors follow."""
        update_route(self, entry)
        shown = entry.report, frozenset(one.interface for one in entry.successors)
        if not entry.descriptors:
            self._gone[entry.prefix] = None
        if shown == entry.shown:
            return
        entry.shown = shown
        self.serno += 1
        entry.serno = self.serno
        self.flushing.everywhere(entry)
        self.summaries.touched(entry)

    def tell_again(self, entry: Entry) -> None:
        """What neighbors are told of a destination changed, though DUAL settled on nothing new."""
        if entry.is_passive:
            entry.shown = None
            self.changed(entry)

    def became_active(self, entry: Entry) -> None:
        """Neighbors are asked about a destination."""
        update_route(self, entry)
        entry.shown = None
        self.serno += 1
        entry.serno = self.serno
        self.sia.begin(entry)
        for neighbor in self.established():  # in an order that is the same in every run
            if neighbor in entry.replies:
                neighbor.interface.queries[entry] = None
                self.flushing.interface(neighbor.interface)
        self.flushing.everywhere(entry)
        self.summaries.touched(entry)

    def became_passive(self, entry: Entry) -> None:
        """Nobody owes a reply any more."""
        self.sia.end(entry)

    def reply(self, neighbor: Neighbor, prefix: Prefix) -> None:
        """A neighbor is owed a reply."""
        neighbor.replies_due[prefix] = None
        self.flushing.reply(neighbor)

    def flush_soon(self, interface: Interface) -> None:
        """The neighbors of an interface may be ready for what waits."""
        self.flushing.interface(interface)

    def all_routes_again(self) -> None:
        """How successors become routes was configured anew."""
        for entry in list(self.topology.values()):
            refused = self.refuses(entry)
            update_route(self, entry)
            if refused != self.refuses(entry):
                self.tell_again(entry)

    def _forget_gone(self) -> None:
        """Drop destinations that nobody knows and that neighbors have been told of."""
        for prefix in list(self._gone):
            entry = self.topology.get(prefix)
            if entry is None or entry.descriptors:
                del self._gone[prefix]
            elif entry.is_passive and not any(
                entry in interface.pending for interface in self.interfaces.values()
            ):
                del self._gone[prefix]
                del self.topology[prefix]
                if "fsm" in self.debugging:
                    self.debug("fsm", f"DUAL: No routes.  Flushing dest {entry.network}")

    # -- effects -----------------------------------------------------------------------------------

    def _finish(self, acknowledge: Neighbor | None = None) -> list[RoutingEffect]:
        """Send what the input made necessary, and hand the effects out."""
        self.summaries.settle()
        self.flushing.run()
        if acknowledge is not None and acknowledge.ack_due:
            self.transport.send_acknowledgment(acknowledge)
        if self._gone:
            self._forget_gone()
        effects, self.effects = self.effects, []
        return effects

    def log(self, severity: int, mnemonic: str, text: str) -> None:
        """A system message."""
        self.effects.append(Log("DUAL", severity, mnemonic, text))

    def log_change(
        self, address: IPv4Address, interface: Interface, state: str, reason: str
    ) -> None:
        """%DUAL-5-NBRCHANGE."""
        if self.config.log_neighbor_changes:
            text = f"{self.label}: Neighbor {address} ({interface.label}) is {state}: {reason}"
            self.log(5, "NBRCHANGE", text)

    def debug(self, topic: str, text: str) -> None:
        """A line of debugging, if its topic is on."""
        if topic in self.debugging:
            self.effects.append(Debug(topic, text))
