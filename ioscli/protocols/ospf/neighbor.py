"""A neighbor: its states (RFC 2328 10.1-10.4) and what is still to be had from it or sent to it.

The comparison of databases (10.6-10.9) is in `exchange`.
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.ospf.lsa import Instance, Key, Lsa, LsaHeader
from ioscli.codec.ospf.numbers import PacketType, dotted
from ioscli.model.instant import MILLISECOND, SECOND, Instant
from ioscli.model.ospf import OspfNeighborStatement
from ioscli.protocols.ospf.exchange import Exchange
from ioscli.protocols.ospf.states import InterfaceState, NeighborState

if TYPE_CHECKING:
    from ioscli.protocols.ospf.interface import Interface
    from ioscli.protocols.ospf.lsdb import Lsdb

RETRANSMISSION_LIMIT = 25
"""After so many of one packet IOS gives a neighbor up."""
IGNORE_SPAN = 60 * SECOND
"""How long IOS then turns a deaf ear to it."""

Pending = tuple[Instant, Lsa, int]
"""When an LSA was sent last, the LSA, and how often it was sent again."""


class Neighbor:
    """Another router on an interface's network."""

    __slots__ = (
        "_death",
        "_retransmission",
        "address",
        "backup",
        "changes",
        "configured",
        "cost",
        "crypto_sequence",
        "designated",
        "exchange",
        "filtered",
        "id",
        "ignored_until",
        "interface",
        "key",
        "key_id",
        "link_local_options",
        "options",
        "poll_interval",
        "priority",
        "requests",
        "retransmission_last",
        "retransmission_maximum",
        "retransmissions",
        "since",
        "state",
        "unacknowledged",
    )

    def __init__(self, interface: "Interface", router: int, address: IPv4Address, key: int) -> None:
        self.interface = interface
        self.id = router
        """Router ID; 0 until it is heard."""
        self.address = address
        self.key = key
        """What the interface knows it by: address, or router ID on point-to-point links."""
        self.state = NeighborState.DOWN
        self.priority = 1
        self.options = 0
        """Of its hellos."""
        self.link_local_options: int | None = None
        self.designated = self.backup = 0
        """Whom its hellos call so: interface addresses."""
        self.changes = 0
        """State changes since it was first heard."""
        self.since: Instant = interface.ospf.now
        """When it was heard both ways."""
        self.configured = False
        """Whether a neighbor statement names it: then it outlives its death."""
        self.poll_interval = 0
        """Seconds, of networks without broadcast."""
        self.filtered = False
        """Whether its statement lets no LSA go there (`database-filter all out`)."""
        self.cost: int | None = None
        """Of its statement, on point-to-multipoint networks."""
        self.key_id: int | None = None
        """Of its last packet under cryptographic authentication."""
        self.crypto_sequence = 0
        self.ignored_until: Instant | None = None
        """After too many retransmissions."""
        self.requests: dict[Key, LsaHeader] = {}
        """LSAs that it has newer than this router: to be asked for."""
        self.unacknowledged: dict[Instance, Pending] = {}
        """LSAs flooded to it and not acknowledged; longest unsent first."""
        self.retransmissions = 0
        """LSAs sent again, in all."""
        self.retransmission_last = self.retransmission_maximum = 0
        """How many LSAs were sent again the last time, and the most at a time."""
        timers = interface.ospf.timers
        self._death = timers.make(self._dead)
        self._retransmission = timers.make(self._retransmit)
        self.exchange = Exchange(self)

    def take_statement(self, statement: OspfNeighborStatement | None) -> None:
        """Follow the `neighbor` statement that names it, or the lack of one."""
        self.configured = statement is not None and not self.interface.multicast
        self.cost = None if statement is None else statement.cost
        self.poll_interval = 0 if statement is None else statement.poll_interval
        filtered = statement is not None and statement.database_filter
        if filtered is not self.filtered:
            self.filtered = filtered
            if self.state > NeighborState.TWO_WAY:
                # What it has been told, or was not, is to be settled anew.
                self.mismatch("SeqNumberMismatch")

    # Events (RFC 2328 10.2, 10.3)

    def hello_received(self) -> None:
        """HelloReceived."""
        self._death.set(self.interface.ospf.now + self.interface.dead_span)
        if self.state < NeighborState.INIT:
            self.enter(NeighborState.INIT, "Received Hello")

    def attempt(self) -> None:
        """Start, on a network without broadcast."""
        interface = self.interface
        self._death.set(interface.ospf.now + interface.dead_span)
        self.enter(NeighborState.ATTEMPT, "Start")

    def two_way(self) -> None:
        """2-WayReceived."""
        if self.state is not NeighborState.INIT:
            return
        self.since = self.interface.ospf.now
        if self.interface.ospf.debugging:
            text = f"2 Way Communication to {dotted(self.id)}, state 2WAY"
            self.interface.ospf.debug("adj", self.interface, text)
        self.enter(NeighborState.TWO_WAY, "2-Way Received")
        if not self.interface.elects:
            self.adjacency_ok()

    def one_way(self) -> None:
        """1-WayReceived."""
        if self.state >= NeighborState.TWO_WAY:
            self._forget()
            self.enter(NeighborState.INIT, "1-Way")

    def adjacency_ok(self) -> None:
        """AdjOK?: whether this should be an adjacency (10.4)."""
        if self.state < NeighborState.TWO_WAY:
            return
        if self._should_be_adjacent():
            if self.state is NeighborState.TWO_WAY:
                self.enter(NeighborState.EXSTART, "AdjOK?")
                self.exchange.begin()
        elif self.state > NeighborState.TWO_WAY:
            self._forget()
            self.enter(NeighborState.TWO_WAY, "AdjOK?")

    def _should_be_adjacent(self) -> bool:
        interface = self.interface
        return (
            not interface.elects
            or interface.state in (InterfaceState.DR, InterfaceState.BACKUP)
            or self.key in (interface.designated, interface.backup)
        )

    def mismatch(self, reason: str) -> None:
        """SeqNumberMismatch and BadLSReq: compare databases from the start."""
        self._forget()
        self.enter(NeighborState.EXSTART, reason)
        self.exchange.begin()

    def loading_done(self) -> None:
        """LoadingDone."""
        if self.interface.ospf.debugging:
            text = f"Synchronized with {dotted(self.id)}, state FULL"
            self.interface.ospf.debug("adj", self.interface, text)
        self.enter(NeighborState.FULL, "Loading Done")

    def _dead(self) -> None:
        """InactivityTimer, or the end of the time in which it is ignored."""
        ospf = self.interface.ospf
        if self.ignored_until is not None:
            self.ignored_until = None
            ospf.log_adjacency(self, NeighborState.DOWN, "Neighbor Down: Ignore timer expired")
            self._gone()
            return
        if ospf.debugging:
            text = f"{dotted(self.id)} address {self.address} is dead"
            ospf.debug("adj", self.interface, text)
        self.kill("Dead timer expired")

    def kill(self, reason: str) -> None:
        """KillNbr, LLDown, InactivityTimer: it is gone."""
        self._forget()
        self._death.cancel()
        if self.state is not NeighborState.DOWN:
            ospf = self.interface.ospf
            if ospf.debugging:
                text = f"{dotted(self.id)} address {self.address} is dead, state DOWN"
                ospf.debug("adj", self.interface, text)
            self.enter(NeighborState.DOWN, f"Neighbor Down: {reason}")
        if self.ignored_until is None:
            self._gone()

    def give_up(self, text: str) -> None:
        """Too many retransmissions: down, and not heard for a while."""
        ospf = self.interface.ospf
        if ospf.debugging:
            ospf.debug("adj", self.interface, text)
        self.ignored_until = Instant(ospf.now + IGNORE_SPAN)
        self.kill("Too many retransmissions")
        self._death.set(self.ignored_until)

    def _gone(self) -> None:
        interface = self.interface
        if not self.configured:
            interface.neighbors.pop(self.key, None)
        elif interface.is_up:
            interface.poll_timer.set(interface.ospf.now + self.poll_interval * SECOND)

    def _forget(self) -> None:
        """Drop what an adjacency accumulated."""
        self.exchange.stop()
        self.requests = {}
        self.unacknowledged = {}
        self._retransmission.cancel()

    def enter(self, state: NeighborState, reason: str) -> None:
        """Change state, tell whoever is concerned."""
        before = self.state
        ospf = self.interface.ospf
        self.changes += 1
        ospf.log_adjacency(self, state, reason)
        self.state = state
        ospf.neighbor_changed(self, before)
        if (before >= NeighborState.TWO_WAY) != (state >= NeighborState.TWO_WAY):
            # The election ends with AdjOK? for everybody; a new neighbor may not need one.
            self.interface.neighbor_change()
            if state is NeighborState.TWO_WAY and self.interface.elects:
                self.adjacency_ok()

    @property
    def dead_at(self) -> Instant | None:
        """When it is dead unless it says hello."""
        return self._death.when

    # LSAs that it has not acknowledged (RFC 2328 13.6)

    def owe(self, pending: Mapping[Instance, Pending]) -> None:
        """Put LSAs on the link state retransmission list."""
        if not self.unacknowledged:
            self._retransmission.set(self.interface.ospf.now + self._retransmission_span)
        self.unacknowledged.update(pending)

    @property
    def _retransmission_span(self) -> int:
        interface = self.interface
        return interface.retransmit + interface.ospf.config.flood_pacing * MILLISECOND

    def no_longer_owed(self, instances: Iterable[Instance]) -> None:
        """Take LSAs off the list: newer instances take their places."""
        unacknowledged = self.unacknowledged
        for instance in instances:
            unacknowledged.pop(instance, None)
        if not unacknowledged:
            self.all_acknowledged()

    def all_acknowledged(self) -> None:
        """Nothing is owed any more."""
        # A dictionary keeps the room of its best days: give it back.
        self.unacknowledged = {}
        self._retransmission.cancel()

    def _retransmit(self) -> None:
        ospf, interface = self.interface.ospf, self.interface
        now, span = ospf.now, self._retransmission_span
        due = []
        for pending in self.unacknowledged.values():
            if pending[0] + span > now:
                break
            due.append(pending)
        lsas = []
        for _, lsa, count in due:
            del self.unacknowledged[lsa.instance]
            if count >= RETRANSMISSION_LIMIT:
                self.give_up(
                    f"Killing nbr {dotted(self.id)} due to excessive"
                    f" ({RETRANSMISSION_LIMIT}) retransmissions"
                )
                return
            lsdb = self.database(lsa)
            entry = lsdb.get(lsa.kind, lsa.key)
            if entry is None or entry.lsa.instance != lsa.instance:
                continue
            lsas.append((lsa, entry.birth))
            self.unacknowledged[lsa.instance] = (now, lsa, count + 1)
        if lsas:
            self.retransmissions += len(lsas)
            self.retransmission_last = len(lsas)
            self.retransmission_maximum = max(self.retransmission_maximum, len(lsas))
            destination = interface.to_neighbor(self)
            for body in interface.updates(lsas):
                interface.send(PacketType.LS_UPDATE, body, destination)
        if self.unacknowledged:
            oldest = next(iter(self.unacknowledged.values()))
            self._retransmission.set(max(oldest[0] + span, now + MILLISECOND))

    def database(self, lsa: Lsa) -> "Lsdb":
        """Where an LSA that this neighbor sends belongs."""
        return self.interface.area.database(lsa.kind)
