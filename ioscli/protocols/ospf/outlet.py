"""Packets that leave by an interface: signed, flooded in rounds, acknowledged with delay."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.ospf.auth import NO_AUTHENTICATION, Authentication, Digest, Key
from ioscli.codec.ospf.lls import IOS_LINK_LOCAL, LinkLocal
from ioscli.codec.ospf.lsa import Key as LsaKey
from ioscli.codec.ospf.lsa import Lsa
from ioscli.codec.ospf.numbers import (
    ALL_D_ROUTERS,
    ALL_SPF_ROUTERS,
    HEADER_LENGTH,
    LSA_HEADER_LENGTH,
    MAX_AGE,
    AuthType,
    PacketType,
)
from ioscli.codec.ospf.packet import Packet, build_packet
from ioscli.model.effects import SendPacket
from ioscli.model.instant import MILLISECOND, SECOND, Instant
from ioscli.model.ospf import OspfAuthentication, OspfAuthenticationSettings, OspfInterface
from ioscli.protocols.ospf.counters import Counters
from ioscli.protocols.ospf.logs import packet_text
from ioscli.protocols.ospf.states import InterfaceState, NeighborState, NetworkType

if TYPE_CHECKING:
    from ioscli.protocols.ospf.area import Area
    from ioscli.protocols.ospf.machine import Ospf
    from ioscli.protocols.ospf.neighbor import Neighbor

OSPF_PROTOCOL = 89
IP_HEADER = 20
LARGEST_PACKET = 0xFFFF
"""Bytes, with the IP header (RFC 2328 A.1)."""
_LEAST_ROOM = 40
"""Bytes: one LSA header in a database description with a link-local block, the longest of the
packets that hold one. Where an interface takes less, IP cuts the packet."""
_COUNT = 4
"""Bytes: how many LSAs an update has."""
DELAYED_ACK = 2_500 * MILLISECOND
"""How long IOS waits for more to acknowledge."""

_ELECTING = frozenset({NetworkType.BROADCAST, NetworkType.NON_BROADCAST})
_SINGLE_NEIGHBOR = frozenset({NetworkType.POINT_TO_POINT, NetworkType.VIRTUAL_LINK})
# For every packet: looking up a member of an enumeration takes longer than comparing with it.
_CRYPTOGRAPHIC = AuthType.CRYPTOGRAPHIC
_POINT_TO_POINT, _VIRTUAL_LINK = NetworkType.POINT_TO_POINT, NetworkType.VIRTUAL_LINK


class Outlet:
    """The sending side of an interface."""

    __slots__ = (
        "_ack_timer",
        "_acks",
        "_flood_timer",
        "_queue",
        "area",
        "authentication",
        "counters",
        "elects",
        "facts",
        "flood_last",
        "flood_maximum",
        "keys",
        "label",
        "mtu",
        "multicast",
        "neighbors",
        "network_type",
        "ospf",
        "short",
        "single",
        "source",
        "state",
        "transmit_delay",
    )

    facts: OspfInterface
    source: IPv4Address
    mtu: int
    multicast: bool
    transmit_delay: int

    def __init__(self, ospf: "Ospf", area: "Area", facts: OspfInterface) -> None:
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
        self.flood_last = self.flood_maximum = 0
        """How many LSAs the last round of flooding sent, and the largest one."""
        self._flood_timer = ospf.timers.make(self.flush)
        self._ack_timer = ospf.timers.make(self._send_delayed_acks)
        self._queue: dict[LsaKey, tuple[Lsa, Instant]] = {}
        self._acks = bytearray()
        """Headers that are to be acknowledged, one after another."""

    def _take_type(self, kind: NetworkType) -> None:
        self.network_type = kind
        self.elects = kind in _ELECTING
        """Whether the network has a designated router."""
        self.single = kind in _SINGLE_NEIGHBOR
        """Whether there is one neighbor at most."""

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

    def room(self) -> int:
        """Bytes of an OSPF body that fit the interface's packets; one LSA header always does."""
        digest = self.keys[-1].digest.length if self.keys else 0
        return max(_LEAST_ROOM, self.mtu - IP_HEADER - HEADER_LENGTH - digest)

    @property
    def update_overhead(self) -> int:
        """Bytes of a packet that brings an LSA beside the LSA: headers, its count, a digest."""
        digest = max((key.digest.length for key in self.keys), default=0)
        return IP_HEADER + HEADER_LENGTH + _COUNT + digest

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
        if self.authentication.kind is not _CRYPTOGRAPHIC:
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

    def to_neighbor(self, neighbor: "Neighbor") -> IPv4Address:
        """Where packets for one neighbor go: on point-to-point links always to all (8.1)."""
        return ALL_SPF_ROUTERS if self.network_type is _POINT_TO_POINT else neighbor.address

    def _audience(self) -> Iterator[IPv4Address]:
        """Where updates and delayed acknowledgments go (13.3, 13.5)."""
        if self.multicast and self.network_type is not _VIRTUAL_LINK:
            everyone = not self.elects or self.state in (InterfaceState.DR, InterfaceState.BACKUP)
            yield ALL_SPF_ROUTERS if everyone else ALL_D_ROUTERS
            return
        for neighbor in self.neighbors.values():
            if neighbor.state >= NeighborState.EXCHANGE:
                yield self.to_neighbor(neighbor)

    def _audience_of_updates(self) -> list[IPv4Address]:
        """Everybody, or one by one those whose statements do not filter."""
        neighbors = self.neighbors.values()
        for neighbor in neighbors:
            if neighbor.filtered:
                break
        else:
            return list(self._audience())
        return [
            self.to_neighbor(neighbor)
            for neighbor in neighbors
            if neighbor.state >= NeighborState.EXCHANGE and not neighbor.filtered
        ]

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

    def queued(self) -> Iterator[Lsa]:
        """The LSAs that wait."""
        return (lsa for lsa, _ in self._queue.values())

    def unqueue(self, key: LsaKey) -> bool:
        """Do not flood an LSA after all; whether it was still to be flooded."""
        return self._queue.pop(key, None) is not None

    def flush(self) -> None:
        """Send what is queued."""
        if not self._queue:
            return
        queue, self._queue = self._queue, {}
        self.flood_last = len(queue)
        self.flood_maximum = max(self.flood_maximum, self.flood_last)
        audience = self._audience_of_updates()
        for body in self.updates(queue.values()):
            for destination in audience:
                self.send(PacketType.LS_UPDATE, body, destination)

    def updates(self, lsas: Iterable[tuple[Lsa, Instant]]) -> Iterator[bytes]:
        """Bodies of updates, each fitting the interface's packets unless one LSA alone does not.

        An LSA that is too large for any packet, which came without a digest and would go with
        one, goes nowhere.
        """
        room = self.room() - _COUNT
        largest = LARGEST_PACKET - self.update_overhead
        now, delay = self.ospf.now, self.transmit_delay
        debugging = "flood" in self.ospf.debugging
        # Many were born in the same second: their ages are written once.
        ages: dict[Instant, bytes] = {}
        parts: list[bytes] = [b""]
        size = 0
        for lsa, birth in lsas:
            rest = lsa.rest
            length = len(rest) + 2
            size += length
            if size > room:
                if length > largest:
                    size -= length
                    continue
                if size > length:
                    parts[0] = (len(parts) >> 1).to_bytes(_COUNT, "big")
                    yield b"".join(parts)
                    parts = [b""]
                    size = length
            age = ages.get(birth)
            if age is None:
                number = min((now - birth) // SECOND + delay, MAX_AGE)
                age = ages[birth] = number.to_bytes(2, "big")
            parts += (age, rest)
            if debugging:
                self.ospf.debug_lsa(self, "Send", lsa, int.from_bytes(age, "big"))
        if len(parts) > 1:
            parts[0] = (len(parts) >> 1).to_bytes(_COUNT, "big")
            yield b"".join(parts)

    # Acknowledgments (RFC 2328 13.5)

    def acknowledge_later(self, headers: bytes) -> None:
        """Put LSAs, given as headers one after another, on the list of delayed acknowledgments."""
        if not self._acks:
            self._ack_timer.set(self.ospf.now + DELAYED_ACK)
        self._acks += headers

    def _send_delayed_acks(self) -> None:
        acks, self._acks = bytes(self._acks), bytearray()
        audience = list(self._audience())
        for destination in audience:
            self.acknowledge(acks, destination)

    def acknowledge(self, headers: bytes, destination: IPv4Address) -> None:
        """Acknowledge LSAs, given as headers one after another, at once."""
        fit = self.room() // LSA_HEADER_LENGTH * LSA_HEADER_LENGTH
        for start in range(0, len(headers), fit):
            self.send(PacketType.LS_ACK, headers[start : start + fit], destination)
