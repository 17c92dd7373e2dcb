"""Registries of what IKEv1 negotiates: phase 1 hashes and ciphers, ESP transforms.

Each entry ties IOS's name (model.crypto) to its code point and sizes; a new algorithm is one
line here. Sizes are bytes.
"""

import hashlib
import hmac
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.isakmp.numbers import (
    AhTransformId,
    AuthenticationAlgorithm,
    EncryptionAlgorithm,
    EspTransformId,
    HashAlgorithm,
)
from ioscli.model.crypto import AhIntegrity, EspCipher, EspIntegrity
from ioscli.model.isakmp import IkeEncryption, IkeHash

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher, modes


class Prf(NamedTuple):
    """The negotiated hash, and HMAC with it as prf (RFC 2409, 4)."""

    code: HashAlgorithm
    name: str
    size: int

    def __call__(self, key: bytes, data: bytes) -> bytes:
        """prf(key, data)."""
        return hmac.digest(key, data, self.name)

    def hash(self, data: bytes) -> bytes:
        """HASH(data), for IVs and NAT-D payloads."""
        return hashlib.new(self.name, data, usedforsecurity=False).digest()


class IkeCipher(NamedTuple):
    """A phase 1 cipher in CBC mode."""

    code: EncryptionAlgorithm
    key_size: int
    block: int
    variable_key: bool
    """Whether the transform carries a Key Length attribute."""

    def encrypt(self, key: bytes, iv: bytes, plaintext: bytes) -> bytes:
        """CBC encryption of whole blocks."""
        encryptor = self._cbc(key, iv).encryptor()
        return encryptor.update(plaintext) + encryptor.finalize()

    def decrypt(self, key: bytes, iv: bytes, ciphertext: bytes) -> bytes:
        """CBC decryption of whole blocks."""
        decryptor = self._cbc(key, iv).decryptor()
        return decryptor.update(ciphertext) + decryptor.finalize()

    def _cbc(self, key: bytes, iv: bytes) -> "Cipher[modes.CBC]":
        # Imported late: a router that never negotiates need not load OpenSSL.
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
        from cryptography.hazmat.primitives.ciphers import Cipher, modes
        from cryptography.hazmat.primitives.ciphers.algorithms import AES

        if self.code == EncryptionAlgorithm.AES_CBC:
            return Cipher(AES(key), modes.CBC(iv))
        # Single DES is triple DES with one key three times.
        return Cipher(TripleDES(key if len(key) == 24 else key * 3), modes.CBC(iv))


class EspCode(NamedTuple):
    """How an ESP cipher is written in a phase 2 transform."""

    transform_id: EspTransformId
    key_bits: int | None
    """The Key Length attribute, None where the transform has none."""


PRFS: dict[IkeHash, Prf] = {
    IkeHash.MD5: Prf(HashAlgorithm.MD5, "md5", 16),
    IkeHash.SHA: Prf(HashAlgorithm.SHA, "sha1", 20),
    IkeHash.SHA256: Prf(HashAlgorithm.SHA2_256, "sha256", 32),
    IkeHash.SHA384: Prf(HashAlgorithm.SHA2_384, "sha384", 48),
    IkeHash.SHA512: Prf(HashAlgorithm.SHA2_512, "sha512", 64),
}

CIPHERS: dict[IkeEncryption, IkeCipher] = {
    IkeEncryption.DES: IkeCipher(EncryptionAlgorithm.DES_CBC, 8, 8, False),
    IkeEncryption.TRIPLE_DES: IkeCipher(EncryptionAlgorithm.TRIPLE_DES_CBC, 24, 8, False),
    IkeEncryption.AES_128: IkeCipher(EncryptionAlgorithm.AES_CBC, 16, 16, True),
    IkeEncryption.AES_192: IkeCipher(EncryptionAlgorithm.AES_CBC, 24, 16, True),
    IkeEncryption.AES_256: IkeCipher(EncryptionAlgorithm.AES_CBC, 32, 16, True),
}

ESP_CIPHERS: dict[EspCipher, EspCode] = {
    EspCipher.DES: EspCode(EspTransformId.DES, None),
    EspCipher.TRIPLE_DES: EspCode(EspTransformId.TRIPLE_DES, None),
    EspCipher.AES_128: EspCode(EspTransformId.AES_CBC, 128),
    EspCipher.AES_192: EspCode(EspTransformId.AES_CBC, 192),
    EspCipher.AES_256: EspCode(EspTransformId.AES_CBC, 256),
    EspCipher.GCM_128: EspCode(EspTransformId.AES_GCM_16, 128),
    EspCipher.GCM_192: EspCode(EspTransformId.AES_GCM_16, 192),
    EspCipher.GCM_256: EspCode(EspTransformId.AES_GCM_16, 256),
    EspCipher.NULL: EspCode(EspTransformId.NULL, None),
}

ESP_INTEGRITY: dict[EspIntegrity, AuthenticationAlgorithm] = {
    EspIntegrity.MD5: AuthenticationAlgorithm.HMAC_MD5,
    EspIntegrity.SHA: AuthenticationAlgorithm.HMAC_SHA,
    EspIntegrity.SHA256: AuthenticationAlgorithm.HMAC_SHA2_256,
    EspIntegrity.SHA384: AuthenticationAlgorithm.HMAC_SHA2_384,
    EspIntegrity.SHA512: AuthenticationAlgorithm.HMAC_SHA2_512,
}

AH_INTEGRITY: dict[AhIntegrity, AhTransformId] = {
    AhIntegrity.MD5: AhTransformId.MD5,
    AhIntegrity.SHA: AhTransformId.SHA,
    AhIntegrity.SHA256: AhTransformId.SHA2_256,
    AhIntegrity.SHA384: AhTransformId.SHA2_384,
    AhIntegrity.SHA512: AhTransformId.SHA2_512,
}
