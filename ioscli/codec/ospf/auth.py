"""Authentication of packets: keys and digests (RFC 2328 appendix D, RFC 5709)."""

import hashlib
import hmac
from enum import Enum
from typing import NamedTuple

from ioscli.codec.ospf.numbers import AuthType

SIMPLE_LENGTH = 8
"""Bytes of a simple password; a longer one is cut, as IOS does."""
MD5_LENGTH = 16
_APAD = bytes.fromhex("878FE1F3")
"""What RFC 5709 3.3 puts where the digest will be."""


class Digest(Enum):
    """Algorithms of cryptographic authentication; the value is hashlib's name."""

    MD5 = "md5"
    HMAC_SHA_1 = "sha1"
    HMAC_SHA_256 = "sha256"
    HMAC_SHA_384 = "sha384"
    HMAC_SHA_512 = "sha512"

    @property
    def length(self) -> int:
        """Bytes of the digest."""
        return _LENGTHS[self]


_LENGTHS = {
    Digest.MD5: MD5_LENGTH,
    Digest.HMAC_SHA_1: 20,
    Digest.HMAC_SHA_256: 32,
    Digest.HMAC_SHA_384: 48,
    Digest.HMAC_SHA_512: 64,
}


class Key(NamedTuple):
    """A key of cryptographic authentication."""

    id: int
    """0 to 255; what the packet names it by."""
    secret: bytes
    digest: Digest = Digest.MD5

    def sign(self, packet: bytes) -> bytes:
        """The digest of a packet (or of a block of link-local signalling)."""
        if self.digest is Digest.MD5:
            # Not a keyed hash: the key, padded with zeros, follows the packet (RFC 2328 D.4.3).
            padded = self.secret[:MD5_LENGTH].ljust(MD5_LENGTH, b"\0")
            return hashlib.md5(packet + padded, usedforsecurity=False).digest()
        name, length = self.digest.value, self.digest.length
        secret = self.secret
        if len(secret) > length:
            secret = hashlib.new(name, secret).digest()
        pad = _APAD * (length // len(_APAD))
        return hmac.digest(secret.ljust(length, b"\0"), packet + pad, name)

    def verify(self, packet: bytes, digest: bytes) -> bool:
        """Whether a digest is the packet's."""
        return hmac.compare_digest(self.sign(packet), digest)


class Authentication(NamedTuple):
    """How one packet is authenticated."""

    kind: AuthType = AuthType.NULL
    password: bytes = b""
    """Of simple authentication."""
    key: Key | None = None
    """Of cryptographic authentication."""
    sequence: int = 0
    """Of cryptographic authentication: never falls; a replayed packet shows by it."""


NO_AUTHENTICATION = Authentication()
