"""The reliable transport protocol (RFC 7868 section 5.3).

Reliable packets of a neighbor wait in its queue; one is on its way at a time. What concerns all
neighbors of an interface is multicast when they are ready for it, and otherwise announced by a
hello that names those who are not to take it: they get a copy of their own later.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.eigrp import tlv
from ioscli.codec.eigrp.numbers import (
    CONDITIONAL_RECEIVE,
    GOODBYE,
    IP_PROTOCOL,
    MULTICAST,
    STUB_CONNECTED,
    STUB_LEAK_MAP,
    STUB_RECEIVE_ONLY,
    STUB_REDISTRIBUTED,
    STUB_STATIC,
    STUB_SUMMARY,
    Opcode,
)
from ioscli.codec.eigrp.packet import Packet, Tlv, build_packet
from ioscli.model.effects import SendPacket
from ioscli.model.eigrp import EigrpStub
from ioscli.model.instant import SECOND
from ioscli.protocols.eigrp.logs import packet_lines
from ioscli.protocols.eigrp.neighbor import RETRY_LIMIT, Neighbor, Outgoing

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.machine import Eigrp

GROUP = IPv4Address(MULTICAST)
VERSION = tlv.SoftwareVersion(23, 0, 2, 0)
"""What IOS 15.9 says of itself, in classic mode too: it sends wide TLVs to those that know them."""
_KINDS = {
    Opcode.UPDATE: "Update",
    Opcode.QUERY: "Query",
    Opcode.REPLY: "Reply",
    Opcode.HELLO: "Hello",
    Opcode.SIAQUERY: "SIA-Query",
    Opcode.SIAREPLY: "SIA-Reply",
}


def packet_kind(packet: Packet) -> str:
    """What a packet counts as, one of PACKET_KINDS; empty for what IOS does not count."""
    if packet.is_acknowledgment and not packet.tlvs:
        return "Ack"
    return _KINDS.get(Opcode(packet.opcode), "")


class Transport:
    """Sequence numbers, acknowledgments and retransmissions of one process."""

    __slots__ = ("_eigrp", "sequence")

    def __init__(self, eigrp: "Eigrp") -> None:
        self._eigrp = eigrp
        self.sequence = 0
        """The last one used."""

    # -- hellos ------------------------------------------------------------------------------------

    def send_hello(self, interface: "Interface", *, expedited: bool = False) -> None:
        """A hello to everybody on an interface, or to those whom `neighbor` statements name."""
        eigrp = self._eigrp
        tlvs: list[Tlv] = [
            tlv.Parameters(*eigrp.config.weights, interface.hold_time),
            VERSION,
        ]
        if eigrp.config.stub is not None:
            tlvs.append(tlv.Stub(stub_flags(eigrp.config.stub)))
        if eigrp.config.named:
            tlvs.append(tlv.TopologyIds((0,)))
        interface.counters.hellos += 1
        interface.counters.hellos_expedited += expedited
        self._hello(interface, tlvs)

    def send_goodbye(self, interface: "Interface") -> None:
        """Tell all neighbors of an interface that it is left (5.4.4)."""
        self._hello(interface, [tlv.Parameters(*(GOODBYE,) * 5, 0, interface.hold_time)])

    def send_termination(self, neighbors: Iterable[Neighbor]) -> None:
        """Tell neighbors, of one interface, that they are given up."""
        named = list(neighbors)
        if named:
            addresses = tuple(neighbor.address for neighbor in named)
            interface = named[0].interface
            parameters = tlv.Parameters(*self._eigrp.config.weights, interface.hold_time)
            self._hello(interface, [parameters, tlv.PeerTermination(addresses)])

    def _hello(self, interface: "Interface", tlvs: list[Tlv]) -> None:
        packet = Packet(Opcode.HELLO, self._eigrp.autonomous_system, tlvs=tuple(tlvs))
        for address in interface.statics or (int(GROUP),):
            self._emit(interface, packet, IPv4Address(address))
        if interface.statics:
            interface.counters.unreliable_unicasts += len(interface.statics)
        else:
            interface.counters.unreliable_multicasts += 1

    # -- reliable packets --------------------------------------------------------------------------

    def unicast(self, neighbor: Neighbor, opcode: int, body: bytes, flags: int = 0) -> None:
        """Send a packet to one neighbor, after those that it still has to acknowledge."""
        neighbor.interface.counters.packetized += 1
        self._enqueue(neighbor, Outgoing(opcode, flags, self._next(), body))

    def multicast(self, interface: "Interface", opcode: int, body: bytes) -> None:
        """Send a packet to all established neighbors of an interface (5.3.1)."""
        neighbors = interface.established()
        if interface.statics:
            for neighbor in neighbors:
                self.unicast(neighbor, opcode, body)
            return
        counters = interface.counters
        counters.packetized += 1
        sequence = self._next()
        behind = [neighbor for neighbor in neighbors if neighbor.queue]
        ready = [neighbor for neighbor in neighbors if not neighbor.queue]
        for neighbor in behind:
            neighbor.queue.append(Outgoing(opcode, 0, sequence, body))
        others = [one for one in interface.neighbors.values() if not one.established]
        if not ready:
            return
        flags = 0
        if behind or others:
            flags = CONDITIONAL_RECEIVE
            counters.exceptions += 1
            counters.conditional += 1
            self._announce(interface, behind + others, sequence)
        counters.reliable_multicasts += 1
        packet = Packet(opcode, self._eigrp.autonomous_system, flags, sequence)
        self._emit(interface, packet, GROUP, body)
        for neighbor in ready:
            outgoing = Outgoing(opcode, 0, sequence, body)
            outgoing.multicast = True
            outgoing.sent_at, outgoing.tries = self._eigrp.now, 1
            neighbor.queue.append(outgoing)
            neighbor.retransmit_timer.set(self._eigrp.now + neighbor.rto)

    def _announce(self, interface: "Interface", behind: list[Neighbor], sequence: int) -> None:
        """Name those that are not to take the multicast that follows (5.3.1)."""
        tlvs: list[Tlv] = [
            tlv.Parameters(*self._eigrp.config.weights, interface.hold_time),
            VERSION,
            tlv.Sequence(tuple(neighbor.address for neighbor in behind)),
            tlv.NextMulticastSequence(sequence),
        ]
        interface.counters.hellos += 1
        self._hello(interface, tlvs)

    def _enqueue(self, neighbor: Neighbor, outgoing: Outgoing) -> None:
        neighbor.queue.append(outgoing)
        if len(neighbor.queue) == 1:
            self._transmit(neighbor)

    def _transmit(self, neighbor: Neighbor) -> None:
        """Send the first packet of a neighbor's queue."""
        eigrp = self._eigrp
        outgoing = neighbor.queue[0]
        if outgoing.sent_at is None:
            outgoing.sent_at = eigrp.now
        outgoing.tries += 1
        counters = neighbor.interface.counters
        counters.reliable_unicasts += 1
        if neighbor.ack_due:
            counters.acknowledgments_suppressed += 1
        packet = Packet(
            outgoing.opcode,
            eigrp.autonomous_system,
            outgoing.flags,
            outgoing.sequence,
            neighbor.ack_due,
        )
        neighbor.ack_due = 0
        self._emit(neighbor.interface, packet, neighbor.ip, outgoing.body, neighbor)
        neighbor.retransmit_timer.set(eigrp.now + neighbor.rto)

    def retransmit(self, neighbor: Neighbor) -> None:
        """A packet was not acknowledged in time (5.3.3)."""
        if not neighbor.queue:
            return
        first = neighbor.queue[0]
        waited = self._eigrp.now - (first.sent_at or 0)
        # IOS gives up after 16 retries, and not before the hold time is over.
        if first.tries > RETRY_LIMIT and waited >= neighbor.hold_time * SECOND:
            self._eigrp.neighbor_down(neighbor, "retry limit exceeded")
            return
        neighbor.back_off()
        neighbor.retransmissions += 1
        neighbor.interface.counters.retransmissions += 1
        self._transmit(neighbor)

    def acknowledged(self, neighbor: Neighbor, sequence: int) -> None:
        """A neighbor has taken a packet: the next one may go."""
        if not neighbor.queue:
            return
        first = neighbor.queue[0]
        if first.sent_at is None or first.sequence != sequence:
            return
        neighbor.queue.popleft()
        neighbor.retransmit_timer.cancel()
        if first.tries == 1:
            neighbor.measured(self._eigrp.now - first.sent_at)
        else:
            neighbor.reset_rto()
        if neighbor.queue:
            self._transmit(neighbor)
        else:
            self._eigrp.flush_soon(neighbor.interface)
        if not neighbor.init_acknowledged:
            neighbor.init_acknowledged = True
            self._eigrp.establish(neighbor)

    def send_acknowledgment(self, neighbor: Neighbor) -> None:
        """Acknowledge what has not been with another packet (5.3.2)."""
        acknowledgment, neighbor.ack_due = neighbor.ack_due, 0
        packet = Packet(Opcode.HELLO, self._eigrp.autonomous_system, acknowledgment=acknowledgment)
        neighbor.interface.counters.unreliable_unicasts += 1
        self._emit(neighbor.interface, packet, neighbor.ip, b"", neighbor)

    def _next(self) -> int:
        self.sequence = self.sequence % 0xFFFFFFFF + 1
        return self.sequence

    def _emit(
        self,
        interface: "Interface",
        packet: Packet,
        destination: IPv4Address,
        body: bytes = b"",
        neighbor: Neighbor | None = None,
    ) -> None:
        eigrp = self._eigrp
        kind = packet_kind(packet)
        sent = eigrp.counters.sent
        sent[kind] = sent.get(kind, 0) + 1
        source = interface.address
        key = interface.sending_key() if interface.facts.settings.authentication else None
        payload = build_packet(packet, key, source, ready=(body,))
        eigrp.effects.append(
            SendPacket(interface.facts.name, source, destination, IP_PROTOCOL, payload)
        )
        if eigrp.debugging:
            for text in packet_lines(eigrp, "Sending", packet, len(payload), interface, neighbor):
                eigrp.debug(f"packets {kind}", text)


def stub_flags(stub: EigrpStub) -> int:
    """The stub TLV's bits."""
    if stub.receive_only:
        return STUB_RECEIVE_ONLY
    return (
        STUB_CONNECTED * stub.connected
        | STUB_STATIC * stub.static
        | STUB_SUMMARY * stub.summary
        | STUB_REDISTRIBUTED * stub.redistributed
        | STUB_LEAK_MAP * (stub.leak_map is not None)
    )
