"""Keepalives of one serial line: each carries a number, and the last one seen from the far end.

The line is up while the far end returns our numbers: IOS takes it down when the number sent is
more than three ahead of the last one returned (Cisco, "Troubleshooting Serial Lines").
"""

from ioscli.codec.hdlc import SlarpKeepalive
from ioscli.model.instant import SECOND

INTERVAL = 10 * SECOND
"""IOS's default `keepalive`."""
MISSES = 3


class Keepalive:
    """One end's sequence numbers."""

    __slots__ = ("_returned", "_seen", "_sent")

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The carrier came up: start from nothing."""
        self._sent = 0
        self._returned = 0
        self._seen = 0

    @property
    def alive(self) -> bool:
        """Whether the far end answers."""
        return self._sent - self._returned <= MISSES

    def tick(self) -> SlarpKeepalive:
        """An interval has passed: the keepalive to send."""
        self._sent += 1
        return SlarpKeepalive(self._sent, self._seen)

    def receive(self, keepalive: SlarpKeepalive) -> None:
        """The far end's keepalive; one that returns what was never sent returns nothing."""
        self._seen = keepalive.my_sequence
        if keepalive.your_sequence <= self._sent:
            self._returned = keepalive.your_sequence
