"""All TCP connections of one node, the ports that listen, and resets for everything else."""

from __future__ import annotations

import random as chance
from collections.abc import Callable
from heapq import heappop, heappush
from ipaddress import IPv4Address

from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.codec.tcp import Flag, TcpHeader, carries_signature, signature_ok
from ioscli.model.instant import Instant
from ioscli.protocols.tcp.connection import Connection, TcpSettings
from ioscli.protocols.tcp.effects import BadSignature, Ends, SendSegment, State, TcpEffect
from ioscli.protocols.tcp.sequence import add

_FIRST_EPHEMERAL = 11_000
_LAST_EPHEMERAL = 65_535
_MOST_HALF_OPEN = 128
"""Handshakes that others began and that may be unfinished at once."""

Accept = Callable[[IPv4Address], TcpSettings | None]
"""How to speak with a peer that opens a connection; None: it is refused."""


class TcpCounters:
    """Segments and connections since boot, for `show ip traffic` and `show tcp statistics`."""

    __slots__ = (
        "accepted",
        "bad_checksums",
        "bad_signatures",
        "initiated",
        "malformed",
        "no_port",
        "received",
        "resets_sent",
        "sent",
    )

    def __init__(self) -> None:
        self.received = self.sent = 0
        self.bad_checksums = self.malformed = self.bad_signatures = self.no_port = 0
        self.initiated = self.accepted = 0
        self.resets_sent = 0


class Tcp:
    """The connections of one node by their ends."""

    def __init__(self, random: chance.Random) -> None:
        self._random = random
        self._listening: dict[int, Accept] = {}
        self.connections: dict[Ends, Connection] = {}
        self.counters = TcpCounters()
        self._deadlines: list[tuple[Instant, int, Ends]] = []
        """A heap; what is not its connection's deadline any more is dropped when it is met."""
        self._queued = 0

    # -- users -------------------------------------------------------------------------------------

    def listen(self, port: int, accept: Accept) -> None:
        """Take connections to a port from peers that `accept` has settings for."""
        self._listening[port] = accept

    def ignore(self, port: int) -> None:
        """Refuse new connections to a port; those that are up stay."""
        self._listening.pop(port, None)

    @property
    def listening(self) -> list[int]:
        """The ports that listen, in order."""
        return sorted(self._listening)

    def connect(
        self,
        now: Instant,
        local: IPv4Address,
        peer: IPv4Address,
        port: int,
        settings: TcpSettings,
    ) -> tuple[Ends, list[TcpEffect]]:
        """Open a connection from a free port; its ends name it in every effect and call."""
        ends = Ends(local, self._free_port(local, peer, port), peer, port)
        connection = Connection(ends, settings, self._iss(), now, passive=False)
        self.connections[ends] = connection
        self.counters.initiated += 1
        return ends, self._done(connection, connection.open(now))

    def send(self, now: Instant, ends: Ends, data: bytes) -> list[TcpEffect]:
        """Queue bytes; nothing happens when the connection is no more."""
        connection = self.connections.get(ends)
        return [] if connection is None else self._done(connection, connection.send(now, data))

    def acknowledge(self, ends: Ends) -> list[TcpEffect]:
        """Acknowledge what came over a connection, if nothing that was sent since did."""
        connection = self.connections.get(ends)
        return [] if connection is None else self._done(connection, connection.acknowledge())

    def close(self, now: Instant, ends: Ends) -> list[TcpEffect]:
        """Close this side once everything queued was sent."""
        connection = self.connections.get(ends)
        return [] if connection is None else self._done(connection, connection.close(now))

    def abort(self, ends: Ends) -> list[TcpEffect]:
        """Reset a connection."""
        connection = self.connections.get(ends)
        return [] if connection is None else self._done(connection, connection.abort())

    def _free_port(self, local: IPv4Address, peer: IPv4Address, port: int) -> int:
        while True:
            chosen = self._random.randint(_FIRST_EPHEMERAL, _LAST_EPHEMERAL)
            if Ends(local, chosen, peer, port) not in self.connections:
                return chosen

    def _iss(self) -> int:
        return self._random.getrandbits(32)

    # -- the network -------------------------------------------------------------------------------

    def receive(
        self, now: Instant, source: IPv4Address, destination: IPv4Address, segment: bytes
    ) -> list[TcpEffect]:
        """A segment for this node; one that is malformed is counted and lost."""
        self.counters.received += 1
        try:
            header, payload = TcpHeader.parse(segment, source, destination)
        except ChecksumError:
            self.counters.bad_checksums += 1
            return []
        except DecodeError:
            self.counters.malformed += 1
            return []
        ends = Ends(destination, header.destination_port, source, header.source_port)
        connection = self.connections.get(ends)
        if connection is None:
            return self._unknown(now, ends, header, payload, segment)
        if not self._signed(connection.settings, source, destination, segment):
            connection.bad_signatures += 1
            return [BadSignature(ends, carries_signature(segment))]
        if connection.state is State.TIME_WAIT and header.flags & Flag.SYN:
            return self._unknown(now, ends, header, payload, segment)
        return self._done(connection, connection.receive(now, header, payload))

    def _unknown(
        self, now: Instant, ends: Ends, header: TcpHeader, payload: bytes, segment: bytes
    ) -> list[TcpEffect]:
        accept = self._listening.get(ends.local_port)
        if accept is not None and header.flags & (Flag.SYN | Flag.ACK | Flag.RST) == Flag.SYN:
            settings = accept(ends.peer)
            if settings is not None:
                return self._accept(now, ends, header, settings, segment)
        if header.flags & Flag.RST:
            return []
        self.counters.no_port += accept is None
        return self._refuse(ends, header, len(payload))

    def _accept(
        self, now: Instant, ends: Ends, header: TcpHeader, settings: TcpSettings, segment: bytes
    ) -> list[TcpEffect]:
        if not self._signed(settings, ends.peer, ends.local, segment):
            return [BadSignature(ends, carries_signature(segment))]
        if self._crowded():
            return []
        connection = Connection(ends, settings, self._iss(), now, passive=True)
        self.connections[ends] = connection
        self.counters.accepted += 1
        return self._done(connection, connection.accept(now, header))

    def _crowded(self) -> bool:
        half_open = [it for it in self.connections.values() if it.state is State.SYN_RECEIVED]
        return len(half_open) >= _MOST_HALF_OPEN

    def _signed(
        self, settings: TcpSettings, source: IPv4Address, destination: IPv4Address, segment: bytes
    ) -> bool:
        if settings.key is None or signature_ok(segment, source, destination, settings.key):
            return True
        self.counters.bad_signatures += 1
        return False

    def _refuse(self, ends: Ends, header: TcpHeader, length: int) -> list[TcpEffect]:
        """The reset of RFC 9293 section 3.10.7.1."""
        length += bool(header.flags & Flag.SYN) + bool(header.flags & Flag.FIN)
        if header.flags & Flag.ACK:
            reset = TcpHeader(
                ends.local_port, ends.peer_port, header.acknowledgment, 0, Flag.RST, 0
            )
        else:
            acknowledged = add(header.sequence, length)
            reset = TcpHeader(
                ends.local_port, ends.peer_port, 0, acknowledged, Flag.RST | Flag.ACK, 0
            )
        self.counters.sent += 1
        self.counters.resets_sent += 1
        segment = reset.build(b"", ends.local, ends.peer)
        return [SendSegment(ends.local, ends.peer, segment, ttl=255, tos=0, dont_fragment=False)]

    def unreachable(self, ends: Ends) -> list[TcpEffect]:
        """An ICMP unreachable quoted a segment of a connection."""
        connection = self.connections.get(ends)
        return [] if connection is None else self._done(connection, connection.unreachable())

    def path_mtu(self, now: Instant, ends: Ends, mtu: int) -> list[TcpEffect]:
        """An ICMP "fragmentation needed" quoted a segment of a connection."""
        connection = self.connections.get(ends)
        return [] if connection is None else self._done(connection, connection.path_mtu(now, mtu))

    # -- time --------------------------------------------------------------------------------------

    @property
    def next_deadline(self) -> Instant | None:
        """When a connection has something to do."""
        deadlines = self._deadlines
        while deadlines:
            due, _, ends = deadlines[0]
            connection = self.connections.get(ends)
            if connection is not None and connection.next_deadline == due:
                return due
            heappop(deadlines)
        return None

    def handle_timer(self, now: Instant) -> list[TcpEffect]:
        """Everything that is due."""
        effects: list[TcpEffect] = []
        while (due := self.next_deadline) is not None and due <= now:
            connection = self.connections[heappop(self._deadlines)[2]]
            effects += self._done(connection, connection.handle_timer(now))
        return effects

    def _done(self, connection: Connection, effects: list[TcpEffect]) -> list[TcpEffect]:
        if connection.state is State.CLOSED:
            self.connections.pop(connection.ends, None)
        elif (due := connection.next_deadline) is not None:
            self._queued += 1
            heappush(self._deadlines, (due, self._queued, connection.ends))
        self.counters.sent += sum(isinstance(effect, SendSegment) for effect in effects)
        return effects
