"""Sealing and opening ESP packets, one class a family of ciphers; the packet path's inner loop.

The contexts of `cryptography` live as long as their SA: making one costs ten times what
encrypting a small packet does. It is imported when the first SA is made, not before.
"""

import random
from typing import TYPE_CHECKING, Protocol

from ioscli.model.crypto import ESP_SALT_BYTES, EspCipher, EspIntegrity, EspTransform, Spi
from ioscli.protocols.ipsec.sa import (
    DEFAULT_LIFETIME,
    LAST_SEQUENCE,
    EspFailure,
    EspSa,
    SaLifetime,
)
from ioscli.protocols.ipsec.transforms import (
    CIPHERS,
    ESP_HEADER,
    ESP_TRAILER,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm, CipherContext
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

#: Padding of n bytes and the pad length behind it (RFC 4303, 2.4): 1, 2, 3, ..., n, n.
_PADDING = tuple(bytes(range(1, length + 1)) + bytes((length,)) for length in range(256))
_BYTE = tuple(bytes((value,)) for value in range(256))


class Mac(Protocol):
    """A keyed hash that is copied for each packet, so that the key is set up once."""

    def copy(self) -> "Mac":
        """Another one in the same state."""

    def update(self, data: bytes) -> None:
        """Take data in."""

    def finalize(self) -> bytes:
        """The whole hash."""


def make_esp_sa(
    spi: Spi,
    transform: EspTransform,
    encryption_key: bytes,
    authentication_key: bytes,
    random: random.Random,
    *,
    replay_window: int | None = 64,
    lifetime: SaLifetime = DEFAULT_LIFETIME,
) -> EspSa:
    """One direction of an SA, ready to seal and open.

    Keys are laid out as in ChildSa: a GCM key ends with its 4 salt bytes. `random` seeds the
    IVs, so that equal seeds give equal bytes. `replay_window` counts packets; None disables it.
    Raises ValueError for keys of the wrong length.
    """
    expected = transform.encryption_key_length, transform.authentication_key_length
    if (len(encryption_key), len(authentication_key)) != expected:
        raise ValueError(f"{transform} takes keys of {expected} bytes")
    if not transform.has_esp:
        return NoEsp(spi, transform, replay_window=None, lifetime=lifetime)
    if transform.cipher.combined:
        return _GcmSa(
            spi, transform, encryption_key, replay_window=replay_window, lifetime=lifetime
        )
    mac = None if transform.integrity is None else make_mac(transform.integrity, authentication_key)
    if transform.cipher is EspCipher.NULL:
        return _NullSa(spi, transform, mac, replay_window=replay_window, lifetime=lifetime)
    return _CbcSa(
        spi,
        transform,
        encryption_key,
        mac,
        random,
        replay_window=replay_window,
        lifetime=lifetime,
    )


class _CbcSa(EspSa):
    """A block cipher in CBC mode, with or without an HMAC (RFC 2405, 2451, 3602)."""

    __slots__ = ("_block", "_decrypt", "_encrypt", "_fresh", "_mac", "_shortest", "_spi_bytes")

    def __init__(
        self,
        spi: Spi,
        transform: EspTransform,
        key: bytes,
        mac: Mac | None,
        random: random.Random,
        *,
        replay_window: int | None,
        lifetime: SaLifetime,
    ) -> None:
        super().__init__(spi, transform, replay_window=replay_window, lifetime=lifetime)
        self._spi_bytes = spi.to_bytes(4, "big")
        self._block = block = CIPHERS[transform.cipher].block
        self._shortest = ESP_HEADER + 2 * block
        # One context each way, never finalized. The seed leaves the counter room for every
        # sequence number there is.
        self._encrypt, self._decrypt = _cbc_contexts(transform.cipher, key)
        self._fresh = random.getrandbits(8 * block - 1)
        self._mac = mac

    def seal(self, payload: bytes, next_header: int) -> bytes:
        """See EspSa."""
        self.sequence = sequence = self.sequence + 1
        if sequence > LAST_SEQUENCE:
            self.sequence = LAST_SEQUENCE
            raise self._fail(EspFailure.SEQUENCE_OVERFLOW)
        block = self._block
        # The chain runs on from packet to packet: the first ciphertext block, a fresh counter
        # encrypted under the key, is the IV of what follows. Nobody without the key can foresee
        # it, as CBC needs, and it is drawn from the seed.
        self._fresh = fresh = self._fresh + 1
        padding = _PADDING[-(len(payload) + ESP_TRAILER) % block]
        encrypted = self._encrypt.update(
            fresh.to_bytes(block, "big") + payload + padding + _BYTE[next_header]
        )
        packet = self._spi_bytes + sequence.to_bytes(4, "big") + encrypted
        self.packets += 1
        self.volume = volume = self.volume + len(encrypted) - block
        if volume >= self._volume_alarm:
            self._volume_reached()
        if self._mac is None:
            return packet
        mac = self._mac.copy()
        mac.update(packet)
        return packet + mac.finalize()[: self._icv_length]

    def open(self, esp: bytes) -> tuple[int, bytes]:
        """See EspSa."""
        end = len(esp) - self._icv_length
        block = self._block
        if end < self._shortest or (end - ESP_HEADER) % block:
            raise self._fail(EspFailure.MALFORMED)
        window = self.window
        sequence = int.from_bytes(esp[4:8], "big")
        if window is not None and sequence <= window.top and window.refuses(sequence):
            raise self._refuse(window, sequence)
        if self._mac is not None:
            mac = self._mac.copy()
            mac.update(esp[:end])
            if mac.finalize()[: self._icv_length] != esp[end:]:
                raise self._fail(EspFailure.BAD_ICV)
        if window is not None:
            window.accept(sequence)
        # Whatever the context decrypted before only garbles the first block, which is the IV.
        # Whole blocks alone may enter it, or it would hold bytes back: hence the check above.
        plain = self._decrypt.update(esp[ESP_HEADER:end])[block:]
        pad = plain[-2]
        if plain[-2 - pad : -1] != _PADDING[pad]:
            raise self._fail(EspFailure.BAD_PADDING)
        self.packets += 1
        self.volume = volume = self.volume + len(plain)
        if volume >= self._volume_alarm:
            self._volume_reached()
        return plain[-1], plain[: -2 - pad]


class _NullSa(EspSa):
    """No encryption, with or without an HMAC (RFC 2410)."""

    __slots__ = ("_block", "_mac", "_spi_bytes")

    def __init__(
        self,
        spi: Spi,
        transform: EspTransform,
        mac: Mac | None,
        *,
        replay_window: int | None,
        lifetime: SaLifetime,
    ) -> None:
        super().__init__(spi, transform, replay_window=replay_window, lifetime=lifetime)
        self._spi_bytes = spi.to_bytes(4, "big")
        self._block = CIPHERS[transform.cipher].block
        self._mac = mac

    def seal(self, payload: bytes, next_header: int) -> bytes:
        """See EspSa."""
        self.sequence = sequence = self.sequence + 1
        if sequence > LAST_SEQUENCE:
            self.sequence = LAST_SEQUENCE
            raise self._fail(EspFailure.SEQUENCE_OVERFLOW)
        plain = payload + _PADDING[-(len(payload) + ESP_TRAILER) % self._block] + _BYTE[next_header]
        packet = self._spi_bytes + sequence.to_bytes(4, "big") + plain
        self.packets += 1
        self.volume = volume = self.volume + len(plain)
        if volume >= self._volume_alarm:
            self._volume_reached()
        if self._mac is None:
            return packet
        mac = self._mac.copy()
        mac.update(packet)
        return packet + mac.finalize()[: self._icv_length]

    def open(self, esp: bytes) -> tuple[int, bytes]:
        """See EspSa."""
        end = len(esp) - self._icv_length
        # RFC 4303 only asks the trailer to end on a 4-byte boundary, whatever our own unit is.
        if end < ESP_HEADER + 4 or end % 4:
            raise self._fail(EspFailure.MALFORMED)
        window = self.window
        sequence = int.from_bytes(esp[4:8], "big")
        if window is not None and sequence <= window.top and window.refuses(sequence):
            raise self._refuse(window, sequence)
        if self._mac is not None:
            mac = self._mac.copy()
            mac.update(esp[:end])
            if mac.finalize()[: self._icv_length] != esp[end:]:
                raise self._fail(EspFailure.BAD_ICV)
        if window is not None:
            window.accept(sequence)
        plain = esp[ESP_HEADER:end]
        pad = plain[-2]
        if plain[-2 - pad : -1] != _PADDING[pad]:
            raise self._fail(EspFailure.BAD_PADDING)
        self.packets += 1
        self.volume = volume = self.volume + len(plain)
        if volume >= self._volume_alarm:
            self._volume_reached()
        return plain[-1], plain[: -2 - pad]


class _GcmSa(EspSa):
    """AES-GCM with a 16-byte ICV (RFC 4106)."""

    __slots__ = ("_decrypt", "_encrypt", "_invalid", "_salt", "_shortest", "_spi_bytes")

    def __init__(
        self,
        spi: Spi,
        transform: EspTransform,
        key: bytes,
        *,
        replay_window: int | None,
        lifetime: SaLifetime,
    ) -> None:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        super().__init__(spi, transform, replay_window=replay_window, lifetime=lifetime)
        sizes = CIPHERS[transform.cipher]
        aead = AESGCM(key[:-ESP_SALT_BYTES])
        self._encrypt = aead.encrypt
        self._decrypt = aead.decrypt
        self._invalid = InvalidTag
        self._salt = key[-ESP_SALT_BYTES:]
        self._spi_bytes = spi.to_bytes(4, "big")
        self._shortest = ESP_HEADER + sizes.iv + sizes.block + sizes.tag

    def seal(self, payload: bytes, next_header: int) -> bytes:
        """See EspSa."""
        self.sequence = sequence = self.sequence + 1
        if sequence > LAST_SEQUENCE:
            self.sequence = LAST_SEQUENCE
            raise self._fail(EspFailure.SEQUENCE_OVERFLOW)
        # The IV need only never repeat under a key (RFC 4106, 3.1): the sequence number will do.
        iv = sequence.to_bytes(8, "big")
        header = self._spi_bytes + iv[4:]
        plain = payload + _PADDING[-(len(payload) + ESP_TRAILER) & 3] + _BYTE[next_header]
        self.packets += 1
        self.volume = volume = self.volume + len(plain)
        if volume >= self._volume_alarm:
            self._volume_reached()
        return header + iv + self._encrypt(self._salt + iv, plain, header)

    def open(self, esp: bytes) -> tuple[int, bytes]:
        """See EspSa."""
        if len(esp) < self._shortest or len(esp) % 4:
            raise self._fail(EspFailure.MALFORMED)
        window = self.window
        sequence = int.from_bytes(esp[4:8], "big")
        if window is not None and sequence <= window.top and window.refuses(sequence):
            raise self._refuse(window, sequence)
        try:
            plain = self._decrypt(self._salt + esp[8:16], esp[16:], esp[:8])
        except self._invalid:
            raise self._fail(EspFailure.BAD_ICV) from None
        if window is not None:
            window.accept(sequence)
        pad = plain[-2]
        if plain[-2 - pad : -1] != _PADDING[pad]:
            raise self._fail(EspFailure.BAD_PADDING)
        self.packets += 1
        self.volume = volume = self.volume + len(plain)
        if volume >= self._volume_alarm:
            self._volume_reached()
        return plain[-1], plain[: -2 - pad]


class NoEsp(EspSa):
    """What stands in ESP's place where AH is alone: packets pass as they are, and are counted."""

    __slots__ = ()

    def seal(self, payload: bytes, next_header: int) -> bytes:  # noqa: ARG002 - AH says it
        """The payload itself."""
        self.packets += 1
        self._count(len(payload))
        return payload

    def open(self, esp: bytes) -> tuple[int, bytes]:
        """What AH let through; AH has said of which protocol it is."""
        self.packets += 1
        self._count(len(esp))
        return 0, esp


def make_mac(integrity: EspIntegrity, key: bytes) -> Mac:
    """An HMAC with its key already taken in."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.hmac import HMAC

    algorithms: dict[EspIntegrity, type[HashAlgorithm]] = {
        EspIntegrity.MD5: hashes.MD5,
        EspIntegrity.SHA: hashes.SHA1,
        EspIntegrity.SHA256: hashes.SHA256,
        EspIntegrity.SHA384: hashes.SHA384,
        EspIntegrity.SHA512: hashes.SHA512,
    }
    return HMAC(key, algorithms[integrity]())


def _cbc_contexts(cipher: EspCipher, key: bytes) -> "tuple[CipherContext, CipherContext]":
    """An encryptor and a decryptor in CBC mode, to be kept for the life of an SA."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    algorithm = _block_cipher(cipher, key)
    mode = CBC(bytes(CIPHERS[cipher].block))
    context = Cipher(algorithm, mode)
    return context.encryptor(), context.decryptor()


def _block_cipher(cipher: EspCipher, key: bytes) -> "BlockCipherAlgorithm":
    """The keyed block cipher; DES is triple DES with one key thrice, which is DES."""
    if cipher not in (EspCipher.DES, EspCipher.TRIPLE_DES):
        from cryptography.hazmat.primitives.ciphers.algorithms import AES

        return AES(key)
    # Its old home warns since 43 and is gone from 48 on.
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

    return TripleDES(key * 3 if cipher is EspCipher.DES else key)
