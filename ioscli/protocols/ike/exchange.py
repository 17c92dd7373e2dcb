"""What main mode, quick mode and exchanges to come have in common: steps and retransmission.

An exchange knows its messages: `build` makes the next one of this side, `process` takes the next
one of the peer's. The ISAKMP SA that runs it (sa.py) encrypts, sends, repeats and gives up.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from enum import Enum, auto
from typing import TypeVar

from ioscli.codec.isakmp import Payload, RawPayload
from ioscli.codec.isakmp.numbers import ExchangeType, NotifyType, PayloadType
from ioscli.model.instant import Instant
from ioscli.protocols.ike.effects import Effect
from ioscli.protocols.ike.transmission import Transmission

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

    def arrived(self) -> None:  # noqa: B027 - most exchanges say nothing here
        """For debugs: a message is here, and not processed yet."""

    def spoiled(self) -> None:  # noqa: B027 - likewise
        """For debugs: that message could not be used."""

    def taken(self) -> None:  # noqa: B027 - likewise
        """For debugs: that message is processed."""

    def left(self) -> None:  # noqa: B027 - likewise
        """For debugs: a message was sent."""

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
