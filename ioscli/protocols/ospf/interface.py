"""An interface that OSPF runs on: its states, hellos, and the packets that leave by it.

Interface states are those of RFC 2328 9.1-9.3, the election is that of 9.4. What arrives is
checked in `reception`; what a neighbor does with it is in `neighbor`; how packets leave, `outlet`.
"""

from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.ospf.hello import Hello
from ioscli.codec.ospf.numbers import (
    ALL_SPF_ROUTERS,
    OPTION_E,
    OPTION_L,
    OPTION_N,
    PacketType,
    dotted,
)
from ioscli.model.instant import SECOND, Instant
from ioscli.model.ospf import (
    MAXIMUM_COST,
    OspfAreaKind,
    OspfInterface,
    OspfNeighborStatement,
    OspfNetworkType,
    OspfProcess,
)
from ioscli.protocols.ospf.election import Candidate, elect
from ioscli.protocols.ospf.neighbor import Neighbor
from ioscli.protocols.ospf.outlet import Outlet
from ioscli.protocols.ospf.spf import Hop, Hops
from ioscli.protocols.ospf.states import InterfaceState, NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf

HELLO_JITTER = 0.1
"""IOS sends hellos up to a tenth early, so that routers started together do not stay in step."""

_TYPES = {
    OspfNetworkType.BROADCAST: NetworkType.BROADCAST,
    OspfNetworkType.NON_BROADCAST: NetworkType.NON_BROADCAST,
    OspfNetworkType.POINT_TO_POINT: NetworkType.POINT_TO_POINT,
    OspfNetworkType.POINT_TO_MULTIPOINT: NetworkType.POINT_TO_MULTIPOINT,
    OspfNetworkType.POINT_TO_MULTIPOINT_NONBROADCAST: NetworkType.POINT_TO_MULTIPOINT,
}
_CALLED = frozenset(
    {OspfNetworkType.NON_BROADCAST, OspfNetworkType.POINT_TO_MULTIPOINT_NONBROADCAST}
)
_SLOW = frozenset({NetworkType.NON_BROADCAST, NetworkType.POINT_TO_MULTIPOINT})


def is_multicast(facts: OspfInterface) -> bool:
    """Whether neighbors are found by multicast, rather than configured."""
    return facts.settings.network_type not in _CALLED


def network_type(facts: OspfInterface) -> NetworkType:
    """`ip ospf network`, or what an interface is by its kind."""
    if facts.settings.network_type is not None:
        return _TYPES[facts.settings.network_type]
    if facts.name.kind == "Loopback":
        return NetworkType.LOOPBACK
    if facts.name.kind in ("Tunnel", "Serial", "Multilink", "Dialer", "Async", "Virtual-Template"):
        return NetworkType.POINT_TO_POINT
    return NetworkType.BROADCAST


def interface_cost(facts: OspfInterface, process: OspfProcess) -> int:
    """`ip ospf cost`, or reference bandwidth over bandwidth, at least 1."""
    if facts.settings.cost is not None:
        return facts.settings.cost
    cost = process.reference_bandwidth * 1_000 // max(1, facts.bandwidth)
    return min(max(1, cost), MAXIMUM_COST)


class Interface(Outlet):
    """A physical, logical or (`virtual.VirtualInterface`) virtual interface in one area."""

    __slots__ = (
        "_wait_timer",
        "address",
        "backup",
        "backup_router",
        "cost",
        "database_filter",
        "dead_interval",
        "designated",
        "designated_router",
        "hello_interval",
        "hello_timer",
        "mask",
        "mtu_ignore",
        "passive",
        "poll_timer",
        "prefix_length",
        "priority",
        "retransmit",
        "statement",
    )

    def __init__(self, ospf: "Ospf", area: "Area", facts: OspfInterface, statement: bool) -> None:
        super().__init__(ospf, area, facts)
        self.statement = statement
        """Whether a network statement put it here, rather than `ip ospf N area A`."""
        self.designated = self.backup = 0
        """Interface addresses."""
        self.designated_router = self.backup_router = 0
        """Router IDs."""
        timers = ospf.timers
        self.hello_timer = timers.make(self._hello_due)
        self.poll_timer = timers.make(self._poll_due)
        self._wait_timer = timers.make(self._wait_over)
        self.apply(facts)

    def apply(self, facts: OspfInterface) -> None:
        """Take over what may change without disturbing the neighbors."""
        process, settings = self.ospf.config, facts.settings
        self.facts = facts
        address = facts.address
        assert address is not None
        self.source: IPv4Address = address.ip
        self.address = int(address.ip)
        self.prefix_length = address.network.prefixlen
        self.mask = int(address.netmask)
        self._take_type(network_type(facts))
        self.multicast = is_multicast(facts)
        hello = settings.hello_interval or (30 if self.network_type in _SLOW else 10)
        self.hello_interval = 1 if settings.hello_multiplier else hello
        """Seconds, as hellos carry it."""
        self.dead_interval = 1 if settings.hello_multiplier else settings.dead_interval or 4 * hello
        self.priority = settings.priority
        self.retransmit = settings.retransmit_interval * SECOND
        self.transmit_delay = settings.transmit_delay
        self.cost = interface_cost(facts, process)
        self.mtu = facts.mtu
        self.mtu_ignore = settings.mtu_ignore
        self.database_filter = settings.database_filter
        self.passive = process.is_passive(facts.name)
        self._take_authentication(settings.authentication, facts)

    # What follows from the network type

    @property
    def hello_due(self) -> Instant | None:
        """When the next hello goes out; None: none does."""
        return self.hello_timer.when

    @property
    def wait_until(self) -> Instant | None:
        """When the interface stops waiting for a designated router that is there already."""
        return self._wait_timer.when

    @property
    def is_up(self) -> bool:
        """Whether the interface takes part in the area's topology."""
        return self.state is not InterfaceState.DOWN

    @property
    def options(self) -> int:
        """Of hellos."""
        kind = self.area.config.kind
        options = {OspfAreaKind.NORMAL: OPTION_E, OspfAreaKind.NSSA: OPTION_N}.get(kind, 0)
        return options | (OPTION_L if self.ospf.config.link_local_signalling else 0)

    @property
    def dead_span(self) -> int:
        """Microseconds of silence after which a neighbor is dead."""
        return self.dead_interval * SECOND

    @property
    def hello_span(self) -> int:
        """Microseconds between hellos."""
        multiplier = self.facts.settings.hello_multiplier
        return SECOND // multiplier if multiplier else self.hello_interval * SECOND

    def link_data(self) -> int:
        """Of this interface's links in the router LSA: its address, or its index."""
        return self.facts.ifindex if self.facts.unnumbered else self.address

    def hops_to(self, neighbor: Neighbor) -> Hops:
        """The first hops to a neighbor on a link without designated router."""
        return (Hop(self.facts.name, neighbor.address),)

    def suppresses_prefix(self) -> bool:
        """Whether the prefix is for nobody to know (`prefix-suppression`, RFC 6860).

        The process-wide form spares loopbacks and passive interfaces.
        """
        chosen = self.facts.settings.prefix_suppression
        if chosen is not None:
            return chosen
        spared = self.passive or self.facts.name.kind == "Loopback"
        return self.ospf.config.prefix_suppression and not spared

    def full_neighbors(self) -> list[Neighbor]:
        """Those fully adjacent."""
        return [one for one in self.neighbors.values() if one.state is NeighborState.FULL]

    # States (RFC 2328 9.3)

    def come_up(self) -> None:
        """InterfaceUp."""
        self.ospf.debug("adj", self, "Interface going Up")
        if self.network_type is NetworkType.LOOPBACK:
            self._enter(InterfaceState.LOOPBACK)
            return
        if self.passive:
            # Nobody is heard: IOS calls itself DR on a network that elects one.
            if self.elects and self.priority:
                self.designated, self.designated_router = self.address, self.ospf.router_id
                self._enter(InterfaceState.DR)
            else:
                self._enter(self._state_without_election())
            return
        if self.elects and self.priority:
            self._enter(InterfaceState.WAITING)
            self._wait_timer.set(self.ospf.now + self.dead_span)
        else:
            self._enter(self._state_without_election())
        if not self.single:
            self.take_statements()
        self._hello_due()

    def _state_without_election(self) -> InterfaceState:
        if self.elects:
            return InterfaceState.DR_OTHER
        if self.network_type is NetworkType.POINT_TO_MULTIPOINT:
            return InterfaceState.POINT_TO_MULTIPOINT
        return InterfaceState.POINT_TO_POINT

    def go_down(self, reason: str = "Interface down or detached") -> None:
        """InterfaceDown: the neighbors go, and every timer stops."""
        if self.state is InterfaceState.DOWN:
            return
        self.ospf.debug("adj", self, "Interface going Down")
        for neighbor in list(self.neighbors.values()):
            neighbor.kill(reason)
        self.neighbors.clear()
        for timer in (self.hello_timer, self.poll_timer, self._wait_timer, self._flood_timer,
                      self._ack_timer):  # fmt: skip
            timer.cancel()
        self._queue.clear()
        self._acks.clear()
        self.designated = self.backup = self.designated_router = self.backup_router = 0
        if self.ospf.debugging:
            text = f"{dotted(self.ospf.router_id)} address {self.source} is dead, state DOWN"
            self.ospf.debug("adj", self, text)
        self._enter(InterfaceState.DOWN)
        if self.network_type is not NetworkType.VIRTUAL_LINK:
            self.ospf.lose(self)

    def _enter(self, state: InterfaceState) -> None:
        if state is not self.state:
            self.state = state
            self.ospf.interface_changed(self)
            self.ospf.note_leading(self)

    def _wait_over(self) -> None:
        """WaitTimer."""
        self.ospf.debug("adj", self, "end of Wait on interface")
        self._run_election()

    def backup_seen(self) -> None:
        """BackupSeen: there is a designated router already, no need to wait longer."""
        if self.state is InterfaceState.WAITING:
            self.ospf.debug("adj", self, "Backup seen event before WAIT timer")
            self._run_election()

    def neighbor_change(self) -> None:
        """NeighborChange: somebody came, went or changed his mind about the election."""
        if self.elects and self.state not in (InterfaceState.DOWN, InterfaceState.WAITING):
            self.ospf.debug("adj", self, "Neighbor change event")
            self._run_election()

    def _run_election(self) -> None:
        """RFC 2328 9.4."""
        ospf = self.ospf
        ospf.debug("adj", self, "DR/BDR election")
        self._wait_timer.cancel()
        before, old_leader = (self.designated, self.backup), self.designated_router
        designated, backup = self._elect(self.designated, self.backup, None)
        mine = self.address
        was = (before[0] == mine, before[1] == mine)
        now = (_address(designated) == mine, _address(backup) == mine)
        if was != now:
            # Step 4: who has just become, or ceased to be, one of them looks once more.
            designated, backup = self._elect(_address(designated), _address(backup), designated)
        self.designated, self.backup = _address(designated), _address(backup)
        self.designated_router = designated.router if designated else 0
        self.backup_router = backup.router if backup else 0
        if ospf.debugging:
            leader = f"{dotted(self.designated_router)} (Id)" if designated else "none"
            second = f"{dotted(self.backup_router)} (Id)" if backup else "none"
            ospf.debug("adj", self, f"DR: {leader}")
            ospf.debug("adj", self, f"   BDR: {second}")
            if old_leader not in (0, self.designated_router):
                ospf.debug("adj", self, f"Remember old DR {dotted(old_leader)} (id)")
        if self.designated == mine:
            state = InterfaceState.DR
        elif self.backup == mine:
            state = InterfaceState.BACKUP
        else:
            state = InterfaceState.DR_OTHER
        changed = (self.designated, self.backup) != before
        self._enter(state)
        if changed:
            ospf.interface_changed(self)
            for neighbor in list(self.neighbors.values()):
                neighbor.adjacency_ok()

    def _elect(
        self, designated: int, backup: int, promoted: Candidate | None
    ) -> tuple[Candidate | None, Candidate | None]:
        candidates = [
            Candidate(one.priority, one.id, one.key, one.designated, one.backup)
            for one in self.neighbors.values()
            if one.state >= NeighborState.TWO_WAY and one.priority
        ]
        if self.priority:
            candidates.append(
                Candidate(self.priority, self.ospf.router_id, self.address, designated, backup)
            )
        if promoted is not None:
            candidates = [
                one._replace(designated=one.address) if one.address == promoted.address else one
                for one in candidates
            ]
        chosen, second = elect(candidates)
        if self.ospf.debugging:
            self.ospf.debug("adj", self, f"Elect BDR {dotted(second.router if second else 0)}")
            self.ospf.debug("adj", self, f"Elect DR {dotted(chosen.router if chosen else 0)}")
        return chosen, second

    # Hellos (RFC 2328 9.5)

    def _hello_due(self) -> None:
        jitter = self.ospf.rng.random() * HELLO_JITTER
        span = self.hello_span
        self.hello_timer.set(self.ospf.now + int(span * (1 - jitter)))
        if self.multicast:
            self.send_hello(ALL_SPF_ROUTERS)
            return
        for neighbor in self.neighbors.values():
            if neighbor.state > NeighborState.DOWN and self._says_hello(neighbor):
                self.send_hello(neighbor.address)

    def _says_hello(self, neighbor: Neighbor) -> bool:
        """Who is greeted at the hello interval on a network without broadcast (9.5.1)."""
        if self.network_type is not NetworkType.NON_BROADCAST:
            return True
        if self.priority:
            # IOS's hubs call everybody from the start, for all that the priority of neighbor
            # statements is 0 unless they say otherwise.
            return True
        return neighbor.key in (self.designated, self.backup) or bool(neighbor.priority)

    def _poll_due(self) -> None:
        """Greet the neighbors that are down, at the poll interval."""
        soonest = None
        for neighbor in self.neighbors.values():
            if neighbor.state is NeighborState.DOWN and neighbor.poll_interval:
                self.send_hello(neighbor.address)
                span = neighbor.poll_interval * SECOND
                soonest = span if soonest is None else min(soonest, span)
        if soonest is not None:
            self.poll_timer.set(self.ospf.now + soonest)

    def statement_for(self, address: int) -> OspfNeighborStatement | None:
        """The `neighbor` statement that names a neighbor on this network."""
        if (address ^ self.address) & self.mask or address == self.address:
            return None
        for statement in self.ospf.config.neighbors:
            if int(statement.address) == address:
                return statement
        return None

    def take_statements(self) -> None:
        """Follow the `neighbor` statements; without broadcast, call those whom they name."""
        for neighbor in list(self.neighbors.values()):
            known = neighbor.configured
            neighbor.take_statement(self.statement_for(neighbor.key))
            if known and not neighbor.configured and not self.multicast:
                neighbor.kill("Interface down or detached")
        if self.multicast:
            return
        for statement in self.ospf.config.neighbors:
            address = int(statement.address)
            if address not in self.neighbors and self.statement_for(address) is not None:
                called = Neighbor(self, 0, statement.address, address)
                called.priority = statement.priority
                called.take_statement(statement)
                self.neighbors[address] = called
                called.attempt()

    def send_hello(self, destination: IPv4Address) -> None:
        """Send one hello."""
        ospf = self.ospf
        if ospf.debugging:
            area = ospf.area_text(self.area.id)
            text = f"Send hello to {destination} area {area} from {self.source}"
            ospf.debug("hello", self, text)
        unnumbered = self.network_type is NetworkType.VIRTUAL_LINK or self.facts.unnumbered
        hello = Hello(
            0 if unnumbered else self.mask,
            self.hello_interval if not self.facts.settings.hello_multiplier else 0,
            self.options,
            self.priority,
            self.dead_interval,
            self.designated,
            self.backup,
            tuple(
                [
                    one.id
                    for one in self.neighbors.values()
                    if one.state >= NeighborState.INIT and one.ignored_until is None
                ]
            ),
        )
        self.send(PacketType.HELLO, hello.build(), destination, self.link_local)


def _address(candidate: Candidate | None) -> int:
    return candidate.address if candidate else 0
