"""Retransmission: the last message each way (RFC 2408, 4.1; its timers are those of IOS)."""

from hashlib import sha256

from ioscli.model.instant import SECOND, Instant, after
from ioscli.protocols.ike.effects import Send

#: IOS repeats an unanswered message every 10 s, "attempt 1 of 5" to "attempt 5 of 5".
RETRANSMIT_INTERVAL = 10 * SECOND
RETRANSMIT_ATTEMPTS = 5

#: A duplicate that comes sooner than this after the answer is not answered again, as in IOS's
#: "retransmission skipped (time since last transmission N)"; its threshold is an estimate.
REPEAT_GAP = SECOND


class Transmission:
    """The last message each way: what is repeated when, and what was seen before."""

    __slots__ = ("_answer", "_last_received", "_received", "attempts", "due", "sent_at")

    def __init__(self) -> None:
        self.due: Instant | None = None
        """When the last message is to be repeated, None while no answer is awaited."""
        self.attempts = 0
        self.sent_at = Instant(0)
        self._answer: Send | None = None
        self._last_received = b""
        self._received: set[bytes] = set()

    def received(self, datagram: bytes, *, final: bool) -> None:
        """A message was accepted; `final`: nothing will be sent in answer to it."""
        self._last_received = sha256(datagram).digest()
        self._received.add(self._last_received)
        self.due = None
        if final:
            self._answer = None

    def sent(self, now: Instant, send: Send, *, awaits: bool) -> None:
        """A message was sent; `awaits`: the peer is to answer it."""
        self.sent_at = now
        self._answer = send
        self.attempts = 0
        self.due = after(now, RETRANSMIT_INTERVAL) if awaits else None

    def is_duplicate(self, datagram: bytes) -> bool:
        """Whether just this message was accepted before."""
        return sha256(datagram).digest() in self._received

    def answer_again(self, now: Instant, datagram: bytes) -> Send | None:
        """The answer to a duplicate of the last message received.

        None right after it was sent, or when it is about to be repeated anyway.
        """
        if self._answer is None or sha256(datagram).digest() != self._last_received:
            return None
        if now - self.sent_at < REPEAT_GAP:
            return None
        if self.due is not None:
            if self.due - now < REPEAT_GAP:
                return None
            self.due = after(now, RETRANSMIT_INTERVAL)
        self.sent_at = now
        return self._answer

    def retransmit(self, now: Instant) -> Send | None:
        """The unanswered message once more; None when that was tried often enough."""
        if self._answer is None or self.attempts == RETRANSMIT_ATTEMPTS:
            self.due = None
            return None
        self.attempts += 1
        self.sent_at = now
        self.due = after(now, RETRANSMIT_INTERVAL)
        return self._answer

    def stop(self) -> None:
        """Repeat nothing any more by itself."""
        self.due = None
