"""Digests over EIGRP packets (RFC 7868 section 6.7.2).

RFC 7868 leaves out what is digested. MD5 is as FRR's eigrpd has it in hellos, of which its authors
say that Cisco's routers digest the first 44 bytes; of HMAC-SHA-256 only the form of its key is
known that way. The checksum is zero meanwhile. eigrpd digests its first update without any key,
which would authenticate nothing: here every packet is digested with it.
"""

import hashlib
import hmac
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.eigrp.numbers import HEADER_LENGTH, AuthenticationType, Opcode

MD5_LENGTH = 16
SHA_256_LENGTH = 32
_TLV_HEAD = 24
"""Bytes of the authentication TLV before the digest."""


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
    before, behind = HEADER_LENGTH + _TLV_HEAD, HEADER_LENGTH + _TLV_HEAD + MD5_LENGTH
    padded = key.secret[:MD5_LENGTH].ljust(MD5_LENGTH, b"\0")
    # The key stands in the digest's place. Of a hello nothing behind it is covered.
    rest = b"" if packet[1] == Opcode.HELLO else packet[behind:]
    return hashlib.md5(packet[:before] + padded + rest, usedforsecurity=False).digest()
