"""Dead peer detection (RFC 3706) as IOS does it: periodic, or on demand.

On demand a peer is asked only when ESP has been sent to it since it was last heard of, and that
is a while ago. Unanswered questions are repeated at short intervals; after five of those the
peer is dead (Cisco, "IPsec Dead Peer Detection Periodic Message Option").
"""

from typing import TYPE_CHECKING

from ioscli.codec.isakmp import NotifyPayload
from ioscli.codec.isakmp.numbers import NotifyType, ProtocolId
from ioscli.model.instant import SECOND, Instant, after
from ioscli.model.isakmp import Keepalive
from ioscli.protocols.ike.effects import PeerDead

if TYPE_CHECKING:
    from ioscli.protocols.ike.sa import IsakmpSa

#: So many questions may be repeated without an answer.
ATTEMPTS = 5

REASON = "P1 errcounter exceeded (PEERS_ALIVE_TIMER)"
"""Why the SA is deleted, as debugs write it."""


class DeadPeerDetection:
    """The questions and answers of one ISAKMP SA; runs from phase 1's end."""

    __slots__ = (
        "_asked",
        "_asked_at",
        "_attempts",
        "_heard",
        "_keepalive",
        "_sa",
        "_sequence",
        "_their",
        "due",
    )

    def __init__(self, sa: "IsakmpSa", now: Instant, keepalive: Keepalive | None) -> None:
        self._sa = sa
        self._keepalive = keepalive
        # RFC 3706, 5.4: begins at random, high bit clear.
        self._sequence = sa.context.source.getrandbits(31) if keepalive is not None else 0
        self._asked: list[int] = []
        """Sequence numbers of questions without an answer."""
        self._asked_at = now
        self._attempts = 0
        self._heard = now
        self._their = 0
        """The highest sequence number of the peer's questions."""
        self.due: Instant | None = None
        if keepalive is not None:
            self.due = after(now, keepalive.seconds * SECOND)
            sa.debug("IKE_DPD is enabled, initializing timers")

    @property
    def running(self) -> bool:
        """Whether this router asks."""
        return self._keepalive is not None

    def heard(self, now: Instant) -> None:
        """An authenticated message came from the peer: it is alive."""
        self._heard = now
        if self._keepalive is not None and self._asked:
            self._asked.clear()
            self._attempts = 0
            self.due = after(now, self._keepalive.seconds * SECOND)

    def run(self, now: Instant) -> None:
        """The timer is due."""
        keepalive = self._keepalive
        assert keepalive is not None
        if self._asked:
            last_in = self._sa.context.traffic(self._sa.local, self._sa.peer).last_in
            if last_in is not None and last_in > self._asked_at:
                self.heard(now)
            else:
                self._repeat(now, keepalive)
            return
        self._asked_at = now
        wait = self._silent_until(keepalive)
        if wait > now:
            self.due = wait
        else:
            self._ask(now, keepalive)

    def _silent_until(self, keepalive: Keepalive) -> Instant:
        """When to ask, by what is known now; on demand it may have to be looked up again then."""
        if keepalive.periodic:
            return Instant(0)
        interval = keepalive.seconds * SECOND
        sa = self._sa
        last_in, last_out = sa.context.traffic(sa.local, sa.peer)
        heard = max(self._heard, last_in or self._heard)
        if last_out is not None and last_out > heard:
            return after(heard, interval)
        # Nothing was sent that the peer has left without a word: look again later.
        return after(self.due or heard, interval)

    def _ask(self, now: Instant, keepalive: Keepalive) -> None:
        self._sequence = (self._sequence + 1) & 0x7FFF_FFFF
        self._asked.append(self._sequence)
        sa = self._sa
        cookies = b"".join(sa.cookies)
        data = self._sequence.to_bytes(4)
        sa.inform((NotifyPayload(NotifyType.R_U_THERE, ProtocolId.ISAKMP, cookies, data),))
        sa.enter("IKE_MESG_FROM_TIMER", "IKE_TIMER_IM_ALIVE", sa.fsm)
        self.due = after(now, keepalive.retry * SECOND)

    def _repeat(self, now: Instant, keepalive: Keepalive) -> None:
        sa = self._sa
        sa.context.counters.unanswered += 1
        if self._attempts == ATTEMPTS:
            self.due = None
            sa.debug("peer %s not responding!", sa.peer)
            sa.delete(now, REASON, tell_peer=False)
            sa.context.forget_children(sa.local, sa.peer, sa.peer_identity if sa.nat.peer else None)
            port = sa.peer_port if sa.nat.peer else None
            sa.context.emit(PeerDead(sa.local, sa.peer, REASON, port))
            return
        self._attempts += 1
        sa.debug_error("DPD incrementing error counter (%d/%d)", self._attempts, ATTEMPTS)
        self._ask(now, keepalive)

    def question(self, notification: NotifyPayload) -> None:
        """R-U-THERE: answered with its own sequence number, unless it is an old one."""
        sa = self._sa
        if notification.spi != b"".join(sa.cookies) or len(notification.data) != 4:
            sa.context.counters.unexpected += 1
            return
        sequence = int.from_bytes(notification.data)
        if sequence < self._their:
            sa.context.counters.unexpected += 1
            return
        self._their = sequence
        sa.debug("DPD/R_U_THERE received from peer %s, sequence 0x%X", sa.peer, sequence)
        answer = notification._replace(notify_type=NotifyType.R_U_THERE_ACK)
        sa.inform((answer,))

    def answer(self, now: Instant, notification: NotifyPayload) -> None:
        """R-U-THERE-ACK: has to name a question that is open (RFC 3706, 5.5)."""
        sa = self._sa
        sequence = int.from_bytes(notification.data)
        if (
            notification.spi != b"".join(sa.cookies)
            or len(notification.data) != 4
            or sequence not in self._asked
        ):
            sa.context.counters.unexpected += 1
            return
        self.heard(now)
        sa.debug("DPD/R_U_THERE_ACK received from peer %s, sequence 0x%X", sa.peer, sequence)
