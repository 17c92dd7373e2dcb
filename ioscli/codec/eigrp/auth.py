"""Digests over EIGRP packets (RFC 7868 section 6.7.2).

RFC 7868 leaves out what is digested; this is what IOS sends, known from captures with known keys.
Checksum and digest are zero while the digest is made.
"""

import hashlib
import hmac
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.eigrp.numbers import HEADER_LENGTH, AuthenticationType, Opcode

MD5_LENGTH = 16
SHA_256_LENGTH = 32
_MD5_TLV = 40


class Key(NamedTuple):
    """A key of a key chain, or the password of HMAC-SHA-256."""

    kind: AuthenticationType
    id: int
    secret: bytes

    @property
    def digest_length(self) -> int:
        """Bytes of the digest."""
        return MD5_LENGTH if self.kind is AuthenticationType.MD5 else SHA_256_LENGTH


def sign(key: Key, packet: bytes, source: IPv4Address) -> bytes:
    """The digest of a packet whose checksum and digest fields are zero.

    source: the packet's source address, part of the key of HMAC-SHA-256.
    """
    if key.kind is AuthenticationType.HMAC_SHA_256:
        secret = b"\n" + key.secret + str(source).encode()
        return hmac.digest(secret, packet, "sha256")
    covered = HEADER_LENGTH + _MD5_TLV
    padded = key.secret[:MD5_LENGTH].ljust(MD5_LENGTH, b"\0")
    # Of a hello only header and authentication are covered, of other packets the routes too.
    rest = b"" if packet[1] == Opcode.HELLO else packet[covered:]
    return hashlib.md5(packet[:covered] + padded + rest, usedforsecurity=False).digest()
