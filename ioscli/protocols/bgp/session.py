"""One connection to a neighbor: its state, its timers' values, what both sides announced."""

from __future__ import annotations

from ipaddress import IPv4Address

from ioscli.codec.bgp import MessageStream, Open
from ioscli.model.instant import Instant
from ioscli.protocols.bgp.neighbor import Neighbor
from ioscli.protocols.bgp.states import State


class Session:
    """A connection of the state machine of RFC 4271 section 8."""

    __slots__ = (
        "active",
        "enhanced_refresh",
        "four_octets",
        "hold_time",
        "keepalive_time",
        "last_read",
        "last_write",
        "local",
        "neighbor",
        "number",
        "opened",
        "refresh",
        "sent_open",
        "state",
        "stream",
    )

    def __init__(self, number: int, neighbor: Neighbor, *, active: bool, now: Instant) -> None:
        self.number = number
        self.neighbor = neighbor
        self.active = active
        """Whether this router opened the connection."""
        self.state = State.CONNECT
        self.local: IPv4Address | None = None
        """The address that this router speaks from, once connected."""
        self.stream = MessageStream()
        self.sent_open: Open | None = None
        self.opened: Open | None = None
        """The peer's OPEN."""
        self.hold_time = 0
        """Seconds, as negotiated; 0: none."""
        self.keepalive_time = 0
        """Seconds."""
        self.four_octets = False
        self.refresh = self.enhanced_refresh = False
        self.last_read = self.last_write = now

    @property
    def way(self) -> str:
        """`active ` or `passive `, which IOS's messages say before a session is established."""
        if self.state is State.ESTABLISHED:
            return ""
        return "active " if self.active else "passive "
