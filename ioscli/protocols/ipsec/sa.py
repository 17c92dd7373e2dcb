"""One direction of a security association: what AH and all cipher families of ESP share."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from ioscli.model.crypto import EspTransform, Spi
from ioscli.model.instant import SECOND, Instant
from ioscli.protocols.ipsec.replay import ReplayWindow
from ioscli.protocols.ipsec.transforms import CIPHERS, icv_length

LAST_SEQUENCE = 0xFFFF_FFFF
"""Sequence numbers must not cycle (RFC 4303, 3.3.3); extended ones are not negotiated."""
KILOBYTE = 1_024
_NEVER = 1 << 63


class EspFailure(Enum):
    """Why a packet was not sealed or opened."""

    MALFORMED = "length does not fit the transform"
    TOO_OLD = "sequence number left of the replay window"
    REPLAYED = "sequence number seen before"
    BAD_ICV = "integrity check value is wrong"
    BAD_PADDING = "padding is not 1, 2, 3, ..."
    SEQUENCE_OVERFLOW = "sequence numbers are used up"


class EspError(Exception):
    """A packet that the SA refused; the SA has counted it."""

    def __init__(self, failure: EspFailure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class SaLifetime(NamedTuple):
    """How long an SA may be used (RFC 4301, 4.4.2.1)."""

    created: Instant
    seconds: int
    kilobytes: int
    """Units of 1,024 bytes."""


#: An SA that a test or a benchmark uses on its own: IOS's default lifetimes from the start.
DEFAULT_LIFETIME = SaLifetime(Instant(0), 3_600, 4_608_000)


class SaBase:
    """Sequence numbers, replay window, counts and lifetime of one direction."""

    __slots__ = (
        "_icv_length",
        "_on_volume",
        "_volume_alarm",
        "failures",
        "lifetime",
        "packets",
        "sequence",
        "spi",
        "volume",
        "window",
    )

    def __init__(
        self,
        spi: Spi,
        icv_size: int,
        *,
        replay_window: int | None,
        lifetime: SaLifetime,
    ) -> None:
        self.spi = spi
        self.lifetime = lifetime
        self.sequence = 0
        """The last sequence number sent."""
        self.packets = 0
        """Packets sealed or opened."""
        self.volume = 0
        """Bytes that the cipher was applied to (RFC 4301, 4.4.2.1), padding included."""
        self.failures: Counter[EspFailure] = Counter()
        self._icv_length = icv_size
        # Without integrity anyone can forge a number: no anti-replay (RFC 4303, 2.2).
        protected = replay_window is not None and self._icv_length > 0
        self.window = ReplayWindow(replay_window) if replay_window and protected else None
        self._volume_alarm = _NEVER
        self._on_volume: Callable[[], None] = _nothing

    @property
    def remaining_kilobytes(self) -> int:
        """What the volume lifetime still allows."""
        return max(0, self.lifetime.kilobytes - self.volume // KILOBYTE)

    def remaining_seconds(self, now: Instant) -> int:
        """What the time lifetime still allows."""
        return max(0, self.lifetime.seconds - (now - self.lifetime.created) // SECOND)

    def watch_volume(self, volume: int, action: Callable[[], None]) -> None:
        """Call an action once, as soon as so many bytes have been protected."""
        self._volume_alarm = volume
        self._on_volume = action

    def _count(self, size: int) -> None:
        """So many bytes more were protected."""
        self.volume += size
        if self.volume >= self._volume_alarm:
            self._volume_reached()

    def _volume_reached(self) -> None:
        self._volume_alarm = _NEVER
        self._on_volume()

    def fail(self, failure: EspFailure) -> EspError:
        """The error to raise for a packet that the SA let through and its carrier did not."""
        return self._fail(failure)

    def _fail(self, failure: EspFailure) -> EspError:
        """The error to raise, after counting it."""
        self.failures[failure] += 1
        return EspError(failure)

    def _refuse(self, window: ReplayWindow, sequence: int) -> EspError:
        """The error for a sequence number that the window refuses."""
        too_old = window.too_old(sequence)
        return self._fail(EspFailure.TOO_OLD if too_old else EspFailure.REPLAYED)


class EspSa(SaBase, ABC):
    """One direction of an ESP SA; `seal` is used outbound, `open` inbound.

    Subclasses do the bytes; they keep `packets` and `volume` up to date themselves, since a call
    a packet would cost as much as the encryption of a small one.
    """

    __slots__ = ("transform",)

    def __init__(
        self,
        spi: Spi,
        transform: EspTransform,
        *,
        replay_window: int | None,
        lifetime: SaLifetime,
    ) -> None:
        size = icv_length(transform)
        super().__init__(spi, size, replay_window=replay_window, lifetime=lifetime)
        self.transform = transform

    @abstractmethod
    def seal(self, payload: bytes, next_header: int) -> bytes:
        """The ESP packet, SPI to ICV, that carries a payload (RFC 4303, 3.3).

        Raises EspError when the sequence numbers are used up.
        """

    @abstractmethod
    def open(self, esp: bytes) -> tuple[int, bytes]:
        """Next header and payload of an ESP packet, SPI to ICV (RFC 4303, 3.4).

        Raises EspError. Next header 59 marks a dummy packet for the caller to drop (2.6).
        """

    @property
    def iv_size(self) -> int:
        """Bytes of IV in each packet."""
        return CIPHERS[self.transform.cipher].iv


def _nothing() -> None:
    """The volume action of an SA that nobody watches."""
