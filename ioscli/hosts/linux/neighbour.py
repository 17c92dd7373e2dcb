"""The neighbour table of an Ethernet device: ARP (RFC 826) with the states of Linux's `ip neigh`.

Unlike a router running IOS, Linux keeps packets while it asks, so that a first ping is slow
rather than lost. The times are the kernel's defaults, documented in arp(7).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from enum import Enum
from ipaddress import IPv4Address

from ioscli.engine.simulation import Simulation, Timer
from ioscli.model.instant import SECOND, Instant

#: How long an address is believed without a sign of life (`base_reachable_time`).
REACHABLE_TIME = 30 * SECOND
#: How long a doubtful address is used before it is asked for (`delay_first_probe_time`).
DELAY_FIRST_PROBE = 5 * SECOND
#: Between two requests (`retrans_time_ms`).
RETRANS_TIME = SECOND
#: Requests before an address is given up (`mcast_solicit`, `ucast_solicit`).
SOLICITATIONS = 3
#: Rows that the table has at most (`gc_thresh3`); beyond it the one heard of first goes.
MOST_NEIGHBOURS = 1_024
#: Packets kept for an address that is being asked for; the kernel counts 212,992 bytes.
_MOST_QUEUED = 101


class NeighbourState(Enum):
    """NUD states as `ip neigh` prints them."""

    INCOMPLETE = "INCOMPLETE"
    REACHABLE = "REACHABLE"
    STALE = "STALE"
    DELAY = "DELAY"
    PROBE = "PROBE"
    FAILED = "FAILED"


class Neighbour:
    """One row of the table."""

    __slots__ = ("confirmed", "mac", "probes", "queue", "state", "timer")

    def __init__(self) -> None:
        self.mac: bytes | None = None
        self.state = NeighbourState.FAILED
        self.confirmed = Instant(0)
        self.probes = 0
        self.queue: deque[bytes] = deque()
        self.timer: Timer | None = None


class Neighbours:
    """The table of one device.

    solicit: sends a request for an address, to the hardware address or (None) to all.
    send: sends a packet to a hardware address. unreachable: told of every packet that waited for
    an address in vain.
    """

    def __init__(
        self,
        simulation: Simulation,
        solicit: Callable[[IPv4Address, bytes | None], None],
        send: Callable[[bytes, bytes], None],
    ) -> None:
        self._simulation = simulation
        self._solicit = solicit
        self._send = send
        self.unreachable: Callable[[bytes], None] = lambda _packet: None
        self.entries: dict[IPv4Address, Neighbour] = {}

    def send(self, packet: bytes, next_hop: IPv4Address) -> None:
        """Send a packet to a neighbour, now or when its address is known."""
        entry = self._entry(next_hop)
        self._age(entry)
        if entry.mac is not None:
            if entry.state is NeighbourState.STALE:
                entry.state = NeighbourState.DELAY
                self._after(entry, DELAY_FIRST_PROBE, next_hop)
            self._send(entry.mac, packet)
            return
        if len(entry.queue) >= _MOST_QUEUED:
            entry.queue.popleft()
        entry.queue.append(packet)
        if entry.state is not NeighbourState.INCOMPLETE:
            entry.state = NeighbourState.INCOMPLETE
            entry.probes = 0
            self._ask(next_hop, entry)

    def answered(self, address: IPv4Address, mac: bytes) -> None:
        """A reply came, asked for or not."""
        entry = self.entries.get(address)
        if entry is not None:
            self._confirm(entry, mac, NeighbourState.REACHABLE)

    def heard(self, address: IPv4Address, mac: bytes) -> None:
        """A request of the neighbour's told its address; that it hears us is not shown by that."""
        entry = self._entry(address)
        self._age(entry)
        if entry.mac != mac or entry.state is NeighbourState.FAILED:
            self._confirm(entry, mac, NeighbourState.STALE)

    def state_of(self, entry: Neighbour) -> NeighbourState:
        """The state at this moment."""
        self._age(entry)
        return entry.state

    def remove(self, address: IPv4Address) -> bool:
        """Forget a neighbour; False when it is not known."""
        entry = self.entries.pop(address, None)
        if entry is not None and entry.timer is not None:
            entry.timer.cancel()
        return entry is not None

    def clear(self) -> None:
        """Forget all: the device went down."""
        for address in list(self.entries):
            self.remove(address)

    def _entry(self, address: IPv4Address) -> Neighbour:
        """The row of an address, made where there is none."""
        entry = self.entries.get(address)
        if entry is None:
            if len(self.entries) >= MOST_NEIGHBOURS:
                self.remove(next(iter(self.entries)))
            entry = self.entries[address] = Neighbour()
        return entry

    def _confirm(self, entry: Neighbour, mac: bytes, state: NeighbourState) -> None:
        entry.mac, entry.state, entry.confirmed = mac, state, self._simulation.now
        if entry.timer is not None:
            entry.timer.cancel()
        waiting, entry.queue = entry.queue, deque()
        for packet in waiting:
            self._send(mac, packet)

    def _age(self, entry: Neighbour) -> None:
        old = self._simulation.now - entry.confirmed >= REACHABLE_TIME
        if entry.state is NeighbourState.REACHABLE and old:
            entry.state = NeighbourState.STALE

    def _ask(self, address: IPv4Address, entry: Neighbour) -> None:
        entry.probes += 1
        self._solicit(address, entry.mac)
        self._after(entry, RETRANS_TIME, address)

    def _after(self, entry: Neighbour, delay: int, address: IPv4Address) -> None:
        if entry.timer is not None:
            entry.timer.cancel()
        entry.timer = self._simulation.after(delay, lambda: self._due(address, entry))

    def _due(self, address: IPv4Address, entry: Neighbour) -> None:
        if entry.state is NeighbourState.DELAY:
            entry.state = NeighbourState.PROBE
            entry.probes = 0
        if entry.state not in (NeighbourState.INCOMPLETE, NeighbourState.PROBE):
            return
        if entry.probes < SOLICITATIONS:
            self._ask(address, entry)
            return
        entry.state, entry.mac = NeighbourState.FAILED, None
        waiting, entry.queue = entry.queue, deque()
        for packet in waiting:
            self.unreachable(packet)
