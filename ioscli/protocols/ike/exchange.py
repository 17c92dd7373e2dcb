"""What main mode, quick mode and exchanges to come have in common: steps and retransmission.

An exchange knows its messages: `build` makes the next one of this side, `process` takes the next
one of the peer's. The ISAKMP SA that runs it (sa.py) encrypts, sends, repeats and gives up.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import Enum, auto
from hashlib import sha256
from typing import TypeVar

from ioscli.codec.isakmp import Payload, RawPayload
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType, PayloadType
from ioscli.model.instant import SECOND, Instant, after
from ioscli.protocols.ike.effects import Effect, Send

#: IOS repeats an unanswered message every 10 s, "attempt 1 of 5" to "attempt 5 of 5".
RETRANSMIT_INTERVAL = 10 * SECOND
RETRANSMIT_ATTEMPTS = 5

#: A duplicate that comes sooner than this after the answer is not answered again, as in IOS's
#: "retransmission skipped (time since last transmission N)"; its threshold is an estimate.
REPEAT_GAP = SECOND

Payloads = tuple[Payload, ...]
P = TypeVar("P", bound=Payload)


class Progress(Enum):
    """What a processed message leads to."""

    REPLY = auto()
    """The next message is this side's, and the peer is to answer it."""
    REPLY_AND_FINISH = auto()
    """The next message is the last one."""
    FINISH = auto()
    """That was the last message."""


class BadMessage(Exception):  # noqa: N818 - it is the peer's message that is wrong, not we
    """A message that cannot be trusted or makes no sense: dropped, the exchange waits on."""


class Refusal(Exception):  # noqa: N818 - a negotiation's outcome
    """The exchange ends without agreement; the peer is told why."""

    def __init__(self, notify_type: NotifyType, reason: str) -> None:
        super().__init__(reason)
        self.notify_type = notify_type
        self.reason = reason


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


class Exchange(ABC):
    """One exchange as one side of it sees it."""

    __slots__ = ("finished", "iv", "message_id", "purge_at", "transmission")

    kind: ExchangeType
    name: str
    """As in IOS's `Processing of Quick mode failed`."""

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id
        self.iv = b""
        """Of the next encrypted message, either way."""
        self.transmission = Transmission()
        self.finished = False
        self.purge_at: Instant | None = None

    @property
    @abstractmethod
    def protected(self) -> bool:
        """Whether the next message, either way, is encrypted."""

    @abstractmethod
    def build(self) -> Payloads:
        """The next message of this side."""

    @abstractmethod
    def process(self, payloads: Payloads) -> Progress:
        """Take the peer's next message; BadMessage, DecodeError or Refusal change nothing."""

    def outcome(self) -> list[Effect]:
        """Effects of an exchange that has finished, after its last message is sent."""
        return []


def only(payloads: Iterable[Payload], kind: type[P]) -> P:
    """The one payload of a structured kind that a message must have."""
    found = [payload for payload in payloads if isinstance(payload, kind)]
    if len(found) != 1:
        raise BadMessage(f"{len(found)} payloads of kind {kind.__name__}")
    return found[0]


def bodies(payloads: Iterable[Payload], kind: PayloadType) -> list[bytes]:
    """The bodies of all raw payloads of a type."""
    return [p.body for p in payloads if isinstance(p, RawPayload) and p.type == kind]


def body(payloads: Iterable[Payload], kind: PayloadType) -> bytes:
    """The body of the one raw payload of a type that a message must have."""
    found = bodies(payloads, kind)
    if len(found) != 1:
        raise BadMessage(f"{len(found)} payloads of type {kind.name}")
    return found[0]


def nonce(payloads: Iterable[Payload]) -> bytes:
    """The nonce, 8 to 256 bytes (RFC 2409, 5)."""
    value = body(payloads, PayloadType.NONCE)
    if not 8 <= len(value) <= 256:
        raise BadMessage(f"nonce of {len(value)} bytes")
    return value
