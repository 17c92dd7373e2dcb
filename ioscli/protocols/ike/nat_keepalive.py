"""NAT keepalives (RFC 3948, 4): the end behind the NAT keeps its mapping alive."""

from typing import TYPE_CHECKING

from ioscli.model.instant import SECOND, Instant, after
from ioscli.protocols.ike.effects import Send
from ioscli.protocols.ike.nat import KEEPALIVE

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa


class NatKeepalive:
    """`crypto isakmp nat keepalive` for one ISAKMP SA."""

    __slots__ = ("_last_sent", "_sa", "due")

    def __init__(self, sa: "IsakmpSa", now: Instant) -> None:
        self._sa = sa
        self._last_sent = now
        self.due: Instant | None = after(now, self._interval)

    @property
    def _interval(self) -> int:
        return self._sa.context.config.nat_keepalive * SECOND

    def sent(self, now: Instant) -> None:
        """Something else was sent, which keeps the mapping alive as well."""
        self._last_sent = now

    def run(self, now: Instant) -> None:
        """The timer is due: a keepalive, unless something was sent lately anyway."""
        sa, interval = self._sa, self._interval
        if not interval:
            self.due = None
            return
        last_out = sa.context.traffic(sa.local, sa.peer).last_out
        sent = max(self._last_sent, last_out or self._last_sent)
        self.due = after(sent, interval)
        if self.due <= now:
            sa.context.emit(Send(sa.local, sa.peer, sa.local_port, sa.peer_port, KEEPALIVE))
            self.due = after(now, interval)
