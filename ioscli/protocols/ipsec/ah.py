"""One direction of an AH security association (RFC 4302): whole IPv4 packets in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.codec.ah import FIXED_LENGTH, AhHeader, immutable, with_header
from ioscli.codec.errors import DecodeError
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.protocols.ipsec.sa import (
    DEFAULT_LIFETIME,
    LAST_SEQUENCE,
    EspFailure,
    SaBase,
    SaLifetime,
)
from ioscli.protocols.ipsec.suites import Mac, make_mac
from ioscli.protocols.ipsec.transforms import ah_icv_length

if TYPE_CHECKING:
    from ioscli.model.crypto import AhIntegrity, Spi


class AhSa(SaBase):
    """Authenticates packets with their outer header, but for what changes on the way."""

    __slots__ = ("_blank", "_mac", "integrity")

    def __init__(
        self,
        spi: Spi,
        integrity: AhIntegrity,
        key: bytes,
        *,
        replay_window: int | None = 64,
        lifetime: SaLifetime = DEFAULT_LIFETIME,
    ) -> None:
        """Raises ValueError for a key of the wrong length."""
        if len(key) != integrity.key_length:
            raise ValueError(f"{integrity.value} takes a key of {integrity.key_length} bytes")
        size = ah_icv_length(integrity)
        super().__init__(spi, size, replay_window=replay_window, lifetime=lifetime)
        self.integrity = integrity
        self._blank = bytes(size)
        self._mac: Mac = make_mac(integrity.as_esp, key)

    def wrap(self, packet: bytes, next_header: int) -> bytes:
        """An IPv4 packet with AH before its payload, which is of a protocol (RFC 4302, 3.3).

        Raises EspError when the sequence numbers are used up.
        """
        self.sequence = sequence = self.sequence + 1
        if sequence > LAST_SEQUENCE:
            self.sequence = LAST_SEQUENCE
            raise self._fail(EspFailure.SEQUENCE_OVERFLOW)
        head, rest = _split(packet)
        blank = AhHeader(next_header, self.spi, sequence, self._blank).build(rest)
        icv = self._icv(head, blank)
        self.packets += 1
        self._count(len(rest))
        whole = b"".join((blank[:FIXED_LENGTH], icv, rest))
        return with_header(packet, IpProtocol.AH, whole)

    def unwrap(self, packet: bytes) -> bytes:
        """The IPv4 packet without AH, once it was found genuine (RFC 4302, 3.4).

        Raises EspError.
        """
        head, payload = _split(packet)
        try:
            header, rest = AhHeader.parse(payload)
        except DecodeError:
            raise self._fail(EspFailure.MALFORMED) from None
        if len(header.icv) != self._icv_length:
            raise self._fail(EspFailure.MALFORMED)
        window = self.window
        if window is not None and window.refuses(header.sequence):
            raise self._refuse(window, header.sequence)
        # As it came but for the ICV: the reserved bits count too (RFC 4302, 2.3).
        blank = b"".join((payload[:FIXED_LENGTH], self._blank, rest))
        if self._icv(head, blank) != header.icv:
            raise self._fail(EspFailure.BAD_ICV)
        if window is not None:
            window.accept(header.sequence)
        self.packets += 1
        self._count(len(rest))
        return with_header(packet, header.next_header, rest)

    def _icv(self, head: bytes, rest: bytes) -> bytes:
        """Over what lasts of the header, and everything behind it."""
        mac = self._mac.copy()
        mac.update(immutable(head, len(head) + len(rest)) + rest)
        return mac.finalize()[: self._icv_length]


def _split(packet: bytes) -> tuple[bytes, bytes]:
    """IPv4 header and the rest."""
    start = header_length(packet)
    return packet[:start], packet[start:]
