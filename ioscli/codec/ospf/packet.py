"""The header of OSPF packets with their authentication (RFC 2328 A.3.1 and appendix D)."""

import struct
from functools import lru_cache
from typing import NamedTuple, Self

from ioscli.codec.ospf.auth import NO_AUTHENTICATION, SIMPLE_LENGTH, Authentication, Key
from ioscli.codec.ospf.errors import (
    ChecksumError,
    LengthError,
    PacketTypeError,
    VersionError,
)
from ioscli.codec.ospf.lls import LinkLocal
from ioscli.codec.ospf.numbers import HEADER_LENGTH, VERSION, AuthType, PacketType

_HEADER = struct.Struct("!BBHIIHH")
_TYPES = frozenset(PacketType)
_CRYPTOGRAPHIC = AuthType.CRYPTOGRAPHIC
"""Looking the member up takes longer than comparing with it."""


class Packet(NamedTuple):
    """A packet whose lengths fit; authentication is still to be looked at."""

    kind: int
    """A PacketType, as a plain number."""
    router: int
    """The sender's router ID."""
    area: int
    auth_type: int
    data: bytes
    """Header and body, as the length field bounds them."""
    trailer: bytes
    """What follows: the digest, link-local signalling."""

    @property
    def body(self) -> bytes:
        """What follows the header."""
        return self.data[HEADER_LENGTH:]

    @property
    def password(self) -> bytes:
        """Of simple authentication, without the zeros that fill it up."""
        return self.data[16:24].rstrip(b"\0")

    @property
    def key_id(self) -> int:
        """Of cryptographic authentication."""
        return self.data[18]

    @property
    def digest_length(self) -> int:
        """Of cryptographic authentication, bytes."""
        return self.data[19]

    @property
    def sequence(self) -> int:
        """Of cryptographic authentication."""
        return int.from_bytes(self.data[20:24], "big")

    @property
    def checksum(self) -> int:
        """As received; zero under cryptographic authentication."""
        return self.data[12] << 8 | self.data[13]

    def digest_ok(self, key: Key) -> bool:
        """Whether the packet was signed with a key."""
        length = self.digest_length
        return (
            length == key.digest.length
            and len(self.trailer) >= length
            and key.verify(self.data, self.trailer[:length])
        )

    def link_local(self) -> LinkLocal:
        """The block behind the packet; DecodeError when it is none."""
        skip = self.digest_length if self.auth_type == AuthType.CRYPTOGRAPHIC else 0
        return LinkLocal.parse(self.trailer[skip:])

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Split an IP payload; one of this package's errors says what is wrong with it."""
        if len(payload) < HEADER_LENGTH:
            raise LengthError(f"OSPF packet of {len(payload)} bytes")
        version, kind, length, router, area, checksum, auth_type = _HEADER.unpack_from(payload)
        if version != VERSION:
            raise VersionError(f"OSPF version {version}")
        if not HEADER_LENGTH <= length <= len(payload):
            raise LengthError(f"OSPF length {length} in {len(payload)} bytes")
        if kind not in _TYPES:
            raise PacketTypeError(f"OSPF packet of type {kind}")
        data = payload[:length]
        if auth_type != _CRYPTOGRAPHIC:
            number = int.from_bytes(data, "big")
            if length & 1:
                number <<= 8
            # The password is not part of the sum; 65536 is 1 there, so that where it stands is
            # no matter (an odd length moves nothing by less than a word).
            if (number - int.from_bytes(data[16:24], "big")) % 65535:
                raise ChecksumError(f"OSPF checksum {checksum:#06x}")
        # What cls(...) does, without a call on the way.
        return tuple.__new__(cls, (kind, router, area, auth_type, data, payload[length:]))


def build_packet(
    kind: int,
    router: int,
    area: int,
    body: bytes,
    authentication: Authentication = NO_AUTHENTICATION,
    link_local: LinkLocal | None = None,
) -> bytes:
    """The IP payload: header, body and what follows them."""
    length = HEADER_LENGTH + len(body)
    if authentication.kind is _CRYPTOGRAPHIC:
        return _signed(kind, router, area, body, authentication, link_local)
    head = _HEADER.pack(VERSION, kind, length, router, area, 0, authentication.kind)
    number = int.from_bytes(head + body, "big")
    if length & 1:
        number <<= 8
    block = b"" if link_local is None else _plain_block(link_local)
    return b"".join(
        (
            head[:12],
            (-number % 65535).to_bytes(2, "big"),
            head[14:],
            authentication.password[:SIMPLE_LENGTH].ljust(8, b"\0"),
            body,
            block,
        )
    )


def _signed(
    kind: int,
    router: int,
    area: int,
    body: bytes,
    authentication: Authentication,
    link_local: LinkLocal | None,
) -> bytes:
    key, sequence = authentication.key, authentication.sequence
    assert key is not None, "cryptographic authentication without a key"
    length = HEADER_LENGTH + len(body)
    packet = b"".join(
        (
            _HEADER.pack(VERSION, kind, length, router, area, 0, AuthType.CRYPTOGRAPHIC),
            struct.pack("!HBBI", 0, key.id, key.digest.length, sequence),
            body,
        )
    )
    block = b"" if link_local is None else link_local.build(key, sequence)
    return b"".join((packet, key.sign(packet), block))


@lru_cache(maxsize=16)
def _plain_block(link_local: LinkLocal) -> bytes:
    return link_local.build()
