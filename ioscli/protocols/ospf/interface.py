"""An interface that OSPF runs on: its states, hellos, and the packets that leave by it.

Interface states are those of RFC 2328 9.1-9.3, the election is that of 9.4. What arrives is
checked in `reception`; what a neighbor does with it is in `neighbor`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.ospf.auth import NO_AUTHENTICATION, Authentication, Digest, Key
from ioscli.codec.ospf.hello import Hello
from ioscli.codec.ospf.lls import IOS_LINK_LOCAL, LinkLocal
from ioscli.codec.ospf.lsa import Key as LsaKey
from ioscli.codec.ospf.lsa import Lsa
from ioscli.codec.ospf.numbers import (
    ALL_D_ROUTERS,
    ALL_SPF_ROUTERS,
    HEADER_LENGTH,
    LSA_HEADER_LENGTH,
    MAX_AGE,
    OPTION_E,
    OPTION_L,
    OPTION_N,
    AuthType,
    PacketType,
    dotted,
)
from ioscli.codec.ospf.packet import Packet, build_packet
from ioscli.model.effects import SendPacket
from ioscli.model.instant import MILLISECOND, SECOND, Instant
from ioscli.model.ospf import (
    MAXIMUM_COST,
    OspfAreaKind,
    OspfAuthentication,
    OspfAuthenticationSettings,
    OspfInterface,
    OspfNetworkType,
    OspfProcess,
)
from ioscli.protocols.ospf.counters import Counters
from ioscli.protocols.ospf.election import Candidate, elect
from ioscli.protocols.ospf.logs import packet_text
from ioscli.protocols.ospf.neighbor import Neighbor
from ioscli.protocols.ospf.spf import Hop, Hops
from ioscli.protocols.ospf.states import InterfaceState, NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf

OSPF_PROTOCOL = 89
IP_HEADER = 20
LINK_LOCAL_ROOM = 12
DELAYED_ACK = 2_500 * MILLISECOND
"""How long IOS waits for more to acknowledge."""
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
_ELECTING = frozenset({NetworkType.BROADCAST, NetworkType.NON_BROADCAST})
_SLOW = frozenset({NetworkType.NON_BROADCAST, NetworkType.POINT_TO_MULTIPOINT})
SINGLE_NEIGHBOR = frozenset({NetworkType.POINT_TO_POINT, NetworkType.VIRTUAL_LINK})


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


class Interface:
    """A physical, logical or (`virtual.VirtualInterface`) virtual interface in one area."""

    __slots__ = (
        "_ack_timer",
        "_acks",
        "_flood_timer",
        "_queue",
        "_wait_timer",
        "address",
        "area",
        "authentication",
        "backup",
        "backup_router",
        "cost",
        "counters",
        "database_filter",
        "dead_interval",
        "designated",
        "designated_router",
        "elects",
        "facts",
        "flood_maximum",
        "hello_interval",
        "hello_timer",
        "keys",
        "label",
        "mask",
        "mtu",
        "mtu_ignore",
        "multicast",
        "neighbors",
        "network_type",
        "ospf",
        "passive",
        "poll_timer",
        "prefix_length",
        "priority",
        "retransmit",
        "short",
        "single",
        "source",
        "state",
        "statement",
        "transmit_delay",
    )

    def __init__(self, ospf: "Ospf", area: "Area", facts: OspfInterface, statement: bool) -> None:
        self.ospf = ospf
        self.area = area
        self.label = str(facts.name)
        """As system messages name it."""
        self.short = facts.name.short
        """As debug lines name it."""
        self.state = InterfaceState.DOWN
        self.neighbors: dict[int, Neighbor] = {}
        """By router ID on point-to-point networks and virtual links, else by address (10)."""
        self.counters = Counters()
        self.statement = statement
        """Whether a network statement put it here, rather than `ip ospf N area A`."""
        self.designated = self.backup = 0
        """Interface addresses."""
        self.designated_router = self.backup_router = 0
        """Router IDs."""
        self.flood_maximum = 0
        """The most LSAs that one round of flooding sent."""
        timers = ospf.timers
        self.hello_timer = timers.make(self._hello_due)
        self.poll_timer = timers.make(self._poll_due)
        self._wait_timer = timers.make(self._wait_over)
        self._flood_timer = timers.make(self.flush)
        self._ack_timer = timers.make(self._send_delayed_acks)
        self._queue: dict[LsaKey, tuple[Lsa, Instant]] = {}
        self._acks: list[bytes] = []
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

    def _take_authentication(
        self, settings: OspfAuthenticationSettings, facts: OspfInterface | None
    ) -> None:
        kind = settings.kind
        if kind is None:
            kind = self.area.config.authentication or OspfAuthentication.NULL
        self.keys: tuple[Key, ...] = ()
        """Of cryptographic authentication, the one to send with last."""
        self.authentication = NO_AUTHENTICATION
        if kind is OspfAuthentication.SIMPLE:
            password = settings.password.clear if settings.password else ""
            self.authentication = Authentication(AuthType.SIMPLE, password.encode()[:8])
        elif kind is OspfAuthentication.MESSAGE_DIGEST:
            self.authentication = Authentication(AuthType.CRYPTOGRAPHIC)
            # IOS signs with key 0 and no secret when none is configured.
            self.keys = tuple(
                Key(number, secret.clear.encode()[:16])
                for number, secret in settings.digest_keys.items()
            ) or (Key(0, b""),)
        elif kind is OspfAuthentication.KEY_CHAIN:
            self.authentication = Authentication(AuthType.CRYPTOGRAPHIC)
            given = reversed(facts.keys) if facts else ()
            self.keys = tuple(
                Key(key.id, key.secret.encode(), Digest(key.algorithm)) for key in given
            )

    def _take_type(self, kind: NetworkType) -> None:
        self.network_type = kind
        self.elects = kind in _ELECTING
        """Whether the network has a designated router."""
        self.single = kind in SINGLE_NEIGHBOR
        """Whether there is one neighbor at most."""

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

    def room(self) -> int:
        """Bytes of an OSPF body that fit the interface's packets."""
        digest = self.keys[-1].digest.length if self.keys else 0
        return self.mtu - IP_HEADER - HEADER_LENGTH - digest

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
        if not self.multicast:
            self.attempt_all()
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
        before = self.designated, self.backup
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

    def attempt_all(self) -> None:
        """Start: call the configured neighbors of a network without broadcast."""
        for statement in self.ospf.config.neighbors:
            address = int(statement.address)
            if (address ^ self.address) & self.mask or address == self.address:
                continue
            neighbor = self.neighbors.get(address)
            if neighbor is None:
                neighbor = self.neighbors[address] = Neighbor(self, 0, statement.address, address)
                neighbor.priority = statement.priority
            neighbor.configured = True
            neighbor.cost = statement.cost
            neighbor.poll_interval = statement.poll_interval
            if neighbor.state is NeighborState.DOWN:
                neighbor.attempt()

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

    @property
    def link_local(self) -> LinkLocal | None:
        """The block that goes behind hellos and database descriptions."""
        return IOS_LINK_LOCAL if self.ospf.config.link_local_signalling else None

    # Sending

    def send(
        self,
        kind: int,
        body: bytes,
        destination: IPv4Address,
        link_local: LinkLocal | None = None,
    ) -> None:
        """Send a packet, once for each key that some neighbor still uses."""
        if self.authentication.kind is not AuthType.CRYPTOGRAPHIC:
            self._emit(kind, body, destination, self.authentication, link_local)
            return
        sequence = self.ospf.crypto_sequence()
        for key in self.sending_keys():
            signing = Authentication(AuthType.CRYPTOGRAPHIC, key=key, sequence=sequence)
            if self.ospf.debugging:
                self.ospf.debug("adj", self, f"Send with youngest Key {key.id}")
            self._emit(kind, body, destination, signing, link_local)

    def sending_keys(self) -> tuple[Key, ...]:
        """The youngest key; every key while a neighbor has not rolled over to it."""
        if len(self.keys) < 2 or not self.old_key_neighbors():
            return self.keys[-1:]
        return self.keys

    def old_key_neighbors(self) -> int:
        """How many neighbors sign with another key than the youngest."""
        youngest = self.keys[-1].id
        return sum(one.key_id not in (None, youngest) for one in self.neighbors.values())

    def _emit(
        self,
        kind: int,
        body: bytes,
        destination: IPv4Address,
        authentication: Authentication,
        link_local: LinkLocal | None,
    ) -> None:
        ospf = self.ospf
        payload = build_packet(kind, ospf.router_id, self.area.id, body, authentication, link_local)
        size = len(payload)
        for counters in (self.counters, ospf.counters):
            counters.sent[kind] += 1
            counters.sent_bytes[kind] += size
        if "packet" in ospf.debugging:
            packet = Packet.parse(payload)
            text = packet_text("OUT", self.source, destination, packet)
            ospf.debug("packet", None, f"{self.short}: {text}")
        ospf.effects.append(self._effect(destination, payload))

    def _effect(self, destination: IPv4Address, payload: bytes) -> SendPacket:
        return SendPacket(self.facts.name, self.source, destination, OSPF_PROTOCOL, payload)

    def to_neighbor(self, neighbor: Neighbor) -> IPv4Address:
        """Where packets for one neighbor go: on point-to-point links always to all (8.1)."""
        return (
            ALL_SPF_ROUTERS if self.network_type is NetworkType.POINT_TO_POINT else neighbor.address
        )

    def _audience(self) -> Iterator[IPv4Address]:
        """Where updates and delayed acknowledgments go (13.3, 13.5)."""
        if self.multicast and self.network_type is not NetworkType.VIRTUAL_LINK:
            everyone = not self.elects or self.state in (InterfaceState.DR, InterfaceState.BACKUP)
            yield ALL_SPF_ROUTERS if everyone else ALL_D_ROUTERS
            return
        for neighbor in self.neighbors.values():
            if neighbor.state >= NeighborState.EXCHANGE:
                yield self.to_neighbor(neighbor)

    # Flooding out of the interface (RFC 2328 13.3 step 5), paced

    def queue(self, lsas: Mapping[LsaKey, tuple[Lsa, Instant]]) -> None:
        """Have LSAs, each with the time of its birth, flooded with the next round."""
        if not self._queue:
            self._flood_timer.set(self.ospf.now + self.ospf.config.flood_pacing * MILLISECOND)
        self._queue.update(lsas)

    @property
    def queue_length(self) -> int:
        """LSAs that wait for the next round of flooding."""
        return len(self._queue)

    def unqueue(self, key: LsaKey) -> bool:
        """Do not flood an LSA after all; whether it was still to be flooded."""
        return self._queue.pop(key, None) is not None

    def flush(self) -> None:
        """Send what is queued."""
        if not self._queue:
            return
        queue, self._queue = self._queue, {}
        self.flood_maximum = max(self.flood_maximum, len(queue))
        audience = list(self._audience())
        for body in self.updates(queue.values()):
            for destination in audience:
                self.send(PacketType.LS_UPDATE, body, destination)

    def updates(self, lsas: Iterable[tuple[Lsa, Instant]]) -> Iterator[bytes]:
        """Bodies of updates, each fitting a packet, unless one LSA alone does not."""
        room = self.room() - 4
        now, delay = self.ospf.now, self.transmit_delay
        debugging = "flood" in self.ospf.debugging
        # Many were born in the same second: their ages are written once.
        ages: dict[Instant, bytes] = {}
        parts: list[bytes] = [b""]
        size = 0
        for lsa, birth in lsas:
            rest = lsa.rest
            length = len(rest) + 2
            if size + length > room and size:
                parts[0] = (len(parts) >> 1).to_bytes(4, "big")
                yield b"".join(parts)
                parts = [b""]
                size = 0
            age = ages.get(birth)
            if age is None:
                number = min((now - birth) // SECOND + delay, MAX_AGE)
                age = ages[birth] = number.to_bytes(2, "big")
            parts += (age, rest)
            size += length
            if debugging:
                self.ospf.debug_lsa(self, "Send", lsa, int.from_bytes(age, "big"))
        parts[0] = (len(parts) >> 1).to_bytes(4, "big")
        yield b"".join(parts)

    # Acknowledgments (RFC 2328 13.5)

    def acknowledge_later(self, headers: Collection[bytes]) -> None:
        """Put LSAs on the list of delayed acknowledgments."""
        if headers and not self._acks:
            self._ack_timer.set(self.ospf.now + DELAYED_ACK)
        self._acks += headers

    def _send_delayed_acks(self) -> None:
        acks, self._acks = self._acks, []
        audience = list(self._audience())
        for destination in audience:
            self.acknowledge(acks, destination)

    def acknowledge(self, headers: list[bytes], destination: IPv4Address) -> None:
        """Acknowledge LSAs at once."""
        fit = self.room() // LSA_HEADER_LENGTH
        for start in range(0, len(headers), fit):
            body = b"".join(headers[start : start + fit])
            self.send(PacketType.LS_ACK, body, destination)


def _address(candidate: Candidate | None) -> int:
    return candidate.address if candidate else 0
