"""TCP of one node: the machine driven in simulated time, connections handed to their users."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import Protocol

from ioscli.codec.icmp import DestinationUnreachable, TimeExceeded, UnreachableCode
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant
from ioscli.protocols.tcp.connection import TcpSettings
from ioscli.protocols.tcp.effects import (
    Acknowledge,
    BadSignature,
    Closed,
    Ends,
    Established,
    PeerClosed,
    Received,
    SendSegment,
    TcpEffect,
    Why,
)
from ioscli.protocols.tcp.endpoint import Accept, Tcp


class Network(Protocol):
    """The IPv4 that segments travel by."""

    def originate(
        self,
        source: bytes,
        destination: bytes,
        protocol: int,
        payload: bytes,
        *,
        ttl: int = ...,
        tos: int = ...,
        dont_fragment: bool = ...,
    ) -> bool:
        """Send a packet of the node's own; False when there is no way."""

    def source_address(self, destination: IPv4Address) -> IPv4Address | None:
        """The address to speak from; None when there is no way."""


class TcpUser(Protocol):
    """Who opened a connection, or listens for it."""

    def established(self, ends: Ends, /) -> None:
        """The handshake is over."""

    def received(self, ends: Ends, data: bytes, /) -> None:
        """The peer's next bytes."""

    def peer_closed(self, ends: Ends, /) -> None:
        """The peer sends nothing more."""

    def closed(self, ends: Ends, why: Why, /) -> None:
        """The connection is no more."""


class TcpService:
    """The connections of one node, over one network."""

    def __init__(self, simulation: Simulation, network: Network, name: str) -> None:
        self._simulation = simulation
        self._network = network
        self.machine = Tcp(simulation.random(f"{name} tcp"))
        self._users: dict[Ends, TcpUser] = {}
        self._listeners: dict[int, Callable[[Ends], TcpUser]] = {}
        self._wakes_at: Instant | None = None
        self.bad_signature: Callable[[Ends, bool], None] | None = None
        """Told of each segment with a wrong MD5 signature (True) or without one."""

    # -- users -------------------------------------------------------------------------------------

    def listen(self, port: int, accept: Accept, user: Callable[[Ends], TcpUser]) -> None:
        """Take connections to a port; `user` says whose a new one is."""
        self._listeners[port] = user
        self.machine.listen(port, accept)

    def ignore(self, port: int) -> None:
        """Refuse new connections to a port."""
        self._listeners.pop(port, None)
        self.machine.ignore(port)

    def connect(
        self,
        peer: IPv4Address,
        port: int,
        user: TcpUser,
        settings: TcpSettings,
        local: IPv4Address | None = None,
    ) -> Ends | None:
        """Open a connection; None when there is no way to the peer.

        local: the address to speak from; by default that of the way out.
        """
        source = local or self._network.source_address(peer)
        if source is None:
            return None
        ends, effects = self.machine.connect(self._simulation.now, source, peer, port, settings)
        self._users[ends] = user
        self._carry_out(effects)
        return ends

    def send(self, ends: Ends, data: bytes) -> None:
        """Queue bytes for the peer."""
        self._carry_out(self.machine.send(self._simulation.now, ends, data))

    def close(self, ends: Ends) -> None:
        """Close this side once all is sent."""
        self._carry_out(self.machine.close(self._simulation.now, ends))

    def abort(self, ends: Ends) -> None:
        """Reset a connection."""
        self._carry_out(self.machine.abort(ends))

    def user_of(self, ends: Ends) -> TcpUser | None:
        """Whose a connection is; None: nobody's any more, or not yet."""
        return self._users.get(ends)

    # -- the network -------------------------------------------------------------------------------

    def segment(self, packet: bytes) -> None:
        """A TCP packet for this node."""
        self._carry_out(
            self.machine.receive(
                self._simulation.now,
                IPv4Address(packet[12:16]),
                IPv4Address(packet[16:20]),
                packet[header_length(packet) :],
            )
        )

    def error(self, message: DestinationUnreachable | TimeExceeded) -> None:
        """An ICMP error quotes a segment of ours."""
        quoted = message.original
        start = header_length(quoted)
        if not isinstance(message, DestinationUnreachable) or len(quoted) < start + 4:
            return
        ends = Ends.of_segment(quoted[12:16], quoted[16:20], quoted[start:])
        if message.code == UnreachableCode.FRAGMENTATION_NEEDED:
            self.too_long(ends, message.next_hop_mtu)
        else:
            self._carry_out(self.machine.unreachable(ends))

    def too_long(self, ends: Ends, mtu: int) -> None:
        """A segment of ours is larger than its path takes (bytes, with IP's header)."""
        self._carry_out(self.machine.path_mtu(self._simulation.now, ends, mtu))

    def _carry_out(self, effects: list[TcpEffect]) -> None:
        for effect in effects:
            match effect:
                case SendSegment(local, peer, segment, ttl, tos, dont_fragment):
                    self._network.originate(
                        local.packed,
                        peer.packed,
                        IpProtocol.TCP,
                        segment,
                        ttl=ttl,
                        tos=tos,
                        dont_fragment=dont_fragment,
                    )
                case Established(ends, passive):
                    if passive and ends.local_port in self._listeners:
                        self._users[ends] = self._listeners[ends.local_port](ends)
                    if ends in self._users:
                        self._users[ends].established(ends)
                case Received(ends, data):
                    if ends in self._users:
                        self._users[ends].received(ends, data)
                case Acknowledge(ends):
                    self._carry_out(self.machine.acknowledge(ends))
                case PeerClosed(ends):
                    if ends in self._users:
                        self._users[ends].peer_closed(ends)
                case Closed(ends, why):
                    user = self._users.pop(ends, None)
                    if user is not None:
                        user.closed(ends, why)
                case BadSignature(ends, signed):
                    if self.bad_signature is not None:
                        self.bad_signature(ends, signed)
        self._wake()

    # -- time --------------------------------------------------------------------------------------

    def _wake(self) -> None:
        due = self.machine.next_deadline
        if due is not None and (self._wakes_at is None or due < self._wakes_at):
            self._wakes_at = due
            self._simulation.post(max(0, due - self._simulation.now), self._timer_due, due)

    def _timer_due(self, due: Instant) -> None:
        if due == self._wakes_at:
            self._wakes_at = None
            self._carry_out(self.machine.handle_timer(self._simulation.now))
