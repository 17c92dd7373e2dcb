"""Links: what carries frames between two ports, with delay, bandwidth, MTU, loss and state."""

from collections.abc import Callable
from random import Random

from ioscli.engine.simulation import Simulation

#: Frames of 1,500 bytes that wait for a port's wire before new ones are dropped, as with IOS's
#: default `hold-queue 40 out`.
OUTPUT_QUEUE = 40

Tap = Callable[[int, "Port", bytes], None]
"""Sees every frame that enters a link: time sent (microseconds), sending port, frame."""


class Port:
    """One end of a link. The node that owns it sets `receive` and `carrier_changed`."""

    __slots__ = (
        "_busy_until",
        "_byte_time",
        "_queue_limit",
        "_simulation",
        "carrier_changed",
        "link",
        "name",
        "peer",
        "powered",
        "receive",
    )

    def __init__(self, simulation: Simulation, name: str) -> None:
        self._simulation = simulation
        self.name = name
        self.link: Link | None = None
        self.peer: Port | None = None
        self.receive: Callable[[bytes], None] = _nobody
        self.carrier_changed: Callable[[bool], None] = _nobody
        self.powered = True
        """Whether the node behind it is switched on: the far end's carrier depends on it."""
        self._busy_until = 0
        self._byte_time = 0
        self._queue_limit = 0

    @property
    def carrier(self) -> bool:
        """Whether a cable is in, its link is up and the far end is switched on."""
        return (
            self.link is not None and self.link.up and self.peer is not None and self.peer.powered
        )

    @property
    def waiting(self) -> int:
        """How much waits for the wire, in frames of 1,500 bytes, as OUTPUT_QUEUE counts."""
        left = self._busy_until - self._simulation.now
        return left * 1_000 // (1_500 * self._byte_time) if left > 0 and self._byte_time else 0

    def set_power(self, on: bool) -> None:
        """The node behind the port goes off or comes on; the far end sees its carrier change.

        Off, the port forgets who receives: its next owner says so again.
        """
        if not on:
            self.receive = self.carrier_changed = _nobody
        if on != self.powered:
            self.powered = on
            if self.peer is not None:
                self.peer.carrier_changed(self.peer.carrier)

    def transmit(self, frame: bytes) -> bool:
        """Put a frame on the wire; False when the output queue is full or there is no carrier.

        A frame that the wire then loses (loss, or too big for the link) still counts as sent.
        """
        link = self.link
        peer = self.peer
        if link is None or peer is None or not link.up:
            return False
        simulation = self._simulation
        now = simulation.now
        start = self._busy_until
        if start < now:
            start = now
        elif start - now > self._queue_limit:
            return False
        self._busy_until = done = start + (len(frame) * self._byte_time + 999) // 1000
        if link.tap is not None:
            link.tap(start, self, frame)
        if link.lossy and link.loses(frame):
            return True
        simulation.post(done + link.delay - now, peer.deliver, frame)
        return True

    def deliver(self, frame: bytes) -> None:
        """A frame reaches this end; what was in flight when the link went down is lost."""
        if self.link is not None and self.link.up:
            self.receive(frame)

    def attach(self, link: "Link", peer: "Port") -> None:
        """Plug the port into a link; called by the link itself."""
        self.link = link
        self.peer = peer
        self._byte_time = 8_000_000_000 // link.bandwidth
        self._queue_limit = OUTPUT_QUEUE * 1_500 * self._byte_time // 1000


class Link:
    """A cable between two ports.

    delay: microseconds one way; bandwidth: bits a second; mtu: largest payload in bytes above
    the frame header (None: no limit of its own); loss: share of frames lost, 0 to 1.
    """

    __slots__ = (
        "_random",
        "_simulation",
        "bandwidth",
        "delay",
        "ends",
        "loss",
        "lossy",
        "mtu",
        "name",
        "tap",
        "up",
    )

    def __init__(
        self,
        simulation: Simulation,
        first: Port,
        second: Port,
        *,
        delay: int = 1_000,
        bandwidth: int = 1_000_000_000,
        mtu: int | None = None,
        loss: float = 0.0,
    ) -> None:
        self.name = f"{first.name}-{second.name}"
        self.ends = (first, second)
        self.delay = delay
        self.bandwidth = bandwidth
        self.mtu = mtu
        self.loss = loss
        self.lossy = bool(loss) or mtu is not None
        self.up = True
        self.tap: Tap | None = None
        self._simulation = simulation
        self._random: Random | None = None
        """Made when a frame is first at risk: its state takes 2.5 KB."""
        first.attach(self, second)
        second.attach(self, first)

    def loses(self, frame: bytes) -> bool:
        """Whether this frame does not arrive."""
        if self.mtu is not None:
            header = _TAGGED_HEADER if frame[12:14] == _DOT1Q else _FRAME_HEADER
            if len(frame) - header > self.mtu:
                return True
        if self.loss <= 0:
            return False
        if self._random is None:
            self._random = self._simulation.random(f"link {self.name}")
        return self._random.random() < self.loss

    def set_up(self, up: bool) -> None:
        """Cut or mend the cable; both ends see their carrier change."""
        if up != self.up:
            self.up = up
            for port in self.ends:
                port.carrier_changed(up)


_FRAME_HEADER = 14
_TAGGED_HEADER = 18
_DOT1Q = b"\x81\x00"


def _nobody(_: object) -> None:
    """The receiver of a port that no node has taken yet."""
