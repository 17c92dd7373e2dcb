"""A neighbor: how it is heard, and what is on its way to it (RFC 7868 sections 5.3, 5.4)."""

from collections import deque
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from ioscli.codec.eigrp.tlv import SoftwareVersion
from ioscli.model.instant import MILLISECOND, SECOND, Instant

if TYPE_CHECKING:
    from ioscli.protocols.eigrp.interface import Interface
    from ioscli.protocols.eigrp.topology import Prefix

RETRY_LIMIT = 16
_FIRST_RTO = 2 * SECOND
_LEAST_RTO = 100 * MILLISECOND
_MOST_RTO = 5 * SECOND


class Outgoing:
    """A reliable packet until one neighbor acknowledges it."""

    __slots__ = ("body", "flags", "multicast", "opcode", "sent_at", "sequence", "tries")

    def __init__(self, opcode: int, flags: int, sequence: int, body: bytes) -> None:
        self.opcode = opcode
        self.flags = flags
        self.sequence = sequence
        self.body = body
        """Its TLVs."""
        self.multicast = False
        """Whether it went to all neighbors first."""
        self.sent_at: Instant | None = None
        self.tries = 0


class Neighbor:
    """Another router on an interface."""

    __slots__ = (
        "ack_due",
        "address",
        "conditional",
        "established",
        "handle",
        "hold_time",
        "hold_timer",
        "init_acknowledged",
        "init_received",
        "interface",
        "ip",
        "last_sequence",
        "queue",
        "replies_due",
        "restarts",
        "retransmissions",
        "retransmit_timer",
        "rto",
        "rtt_measured",
        "srtt",
        "stale",
        "stub",
        "topologies",
        "up_since",
        "version",
    )

    def __init__(self, interface: "Interface", address: int, handle: int, now: Instant) -> None:
        timers = interface.eigrp.timers
        self.interface = interface
        self.address = address
        self.ip = IPv4Address(address)
        self.handle = handle
        """The H column: in the order of appearance, smallest free number."""
        self.up_since = now
        self.hold_time = 0
        """Seconds, as it told."""
        self.hold_timer = timers.make(self._hold_expired)
        self.retransmit_timer = timers.make(self._retransmit)
        self.version: SoftwareVersion | None = None
        self.stub: int | None = None
        """STUB_ bits, when it is one."""
        self.topologies: tuple[int, ...] = ()
        self.srtt = 0
        """Smoothed round-trip time, microseconds; 0: none measured."""
        self.rtt_measured = False
        self.rto: int = _FIRST_RTO
        """Retransmission timeout, microseconds."""
        self.queue: deque[Outgoing] = deque()
        """Reliable packets; only the first is on its way."""
        self.last_sequence = 0
        self.ack_due = 0
        """Sequence number to acknowledge with the next packet to it."""
        self.init_received = False
        self.init_acknowledged = False
        self.established = False
        """Whether both sides have seen the other's INIT: routes go over."""
        self.conditional = 0
        """Sequence number of the conditional multicast that is for us too; 0: none."""
        self.replies_due: dict[Prefix, None] = {}
        self.retransmissions = 0
        self.restarts = 0
        self.stale: set[Prefix] | None = None
        """While its table comes anew: what it has not said again yet."""

    @property
    def is_stub(self) -> bool:
        """Whether it is never asked for routes."""
        return self.stub is not None

    @property
    def wide(self) -> bool:
        """Whether it understands wide metrics."""
        return self.version is not None and self.version.tlv_major >= 2

    @property
    def retries(self) -> int:
        """How often the packet on its way was sent again."""
        return max(0, self.queue[0].tries - 1) if self.queue else 0

    def heard(self) -> None:
        """It is alive."""
        self.hold_timer.set(self.interface.eigrp.now + self.hold_time * SECOND)

    def measured(self, round_trip: int) -> None:
        """A packet came back acknowledged: smooth the time it took (5.3.3)."""
        round_trip = max(round_trip, MILLISECOND)
        if self.rtt_measured:
            self.srtt = (8 * self.srtt + 2 * round_trip) // 10
        else:
            self.srtt = round_trip
            self.rtt_measured = True
        self.reset_rto()

    def reset_rto(self) -> None:
        """Six times the round trip, within its bounds."""
        if self.rtt_measured:
            paced = max(self.srtt, self.interface.pacing * MILLISECOND)
            self.rto = min(max(6 * paced, _LEAST_RTO), _MOST_RTO)
        else:
            self.rto = _FIRST_RTO

    def back_off(self) -> None:
        """Wait half as long again for the next acknowledgment."""
        self.rto = min(self.rto * 3 // 2, _MOST_RTO)

    def forget_timers(self) -> None:
        """It is gone."""
        self.hold_timer.cancel()
        self.retransmit_timer.cancel()

    def _hold_expired(self) -> None:
        self.interface.eigrp.neighbor_down(self, "holding time expired")

    def _retransmit(self) -> None:
        self.interface.eigrp.transport.retransmit(self)
