"""The packets that compare databases: description, request, acknowledgment (RFC 2328 A.3)."""

import struct
from collections.abc import Iterable
from typing import NamedTuple, Self

from ioscli.codec.ospf.errors import LengthError
from ioscli.codec.ospf.lsa import Key, LsaHeader
from ioscli.codec.ospf.numbers import LSA_HEADER_LENGTH

_DESCRIPTION = struct.Struct("!HBBI")
_REQUEST_LENGTH = 12


class DatabaseDescription(NamedTuple):
    """Part of what a router has in its database."""

    mtu: int
    """The largest IP packet that the sender's interface takes, bytes; 0 on virtual links."""
    options: int
    flags: int
    """DD_INIT, DD_MORE, DD_MASTER."""
    sequence: int
    headers: tuple[LsaHeader, ...] = ()

    def build(self) -> bytes:
        """The packet's body."""
        return _DESCRIPTION.pack(*self[:4]) + build_headers(self.headers)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Mirror of build."""
        if len(body) < 8:
            raise LengthError(f"database description of {len(body)} bytes")
        mtu, options, flags, sequence = _DESCRIPTION.unpack_from(body)
        return cls(mtu, options, flags, sequence, parse_headers(body[8:]))


def build_headers(headers: Iterable[LsaHeader]) -> bytes:
    """Headers one after another: the body of an acknowledgment."""
    return b"".join([age.to_bytes(2, "big") + instance for age, instance in headers])


def parse_headers(body: bytes) -> tuple[LsaHeader, ...]:
    """Mirror of build_headers."""
    if len(body) % LSA_HEADER_LENGTH:
        raise LengthError(f"LSA headers in {len(body)} bytes")
    return tuple(
        [
            LsaHeader(body[offset] << 8 | body[offset + 1], body[offset + 2 : offset + 20])
            for offset in range(0, len(body), LSA_HEADER_LENGTH)
        ]
    )


def build_request(keys: Iterable[Key]) -> bytes:
    """The body of a link state request."""
    return b"".join([b"\0\0\0" + key for key in keys])


def parse_request(body: bytes) -> tuple[Key, ...]:
    """Mirror of build_request. A type beyond 255 is one that nobody has."""
    if len(body) % _REQUEST_LENGTH:
        raise LengthError(f"link state request of {len(body)} bytes")
    return tuple(
        [
            body[offset + 3 : offset + 12] if not any(body[offset : offset + 3]) else b"\0" * 9
            for offset in range(0, len(body), _REQUEST_LENGTH)
        ]
    )
