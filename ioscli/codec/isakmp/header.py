"""The ISAKMP header (RFC 2408, 3.1)."""

import struct
from typing import NamedTuple, Self

from ioscli.codec.errors import DecodeError
from ioscli.codec.isakmp.numbers import Flags

_LAYOUT = struct.Struct("!8s8sBBBBII")

HEADER_LENGTH = _LAYOUT.size
VERSION_1 = 0x10
NO_COOKIE = bytes(8)


class IsakmpHeader(NamedTuple):
    """What stands before the payloads, or before their ciphertext; the length is computed."""

    initiator_cookie: bytes
    responder_cookie: bytes
    next_payload: int
    exchange: int
    flags: int = 0
    message_id: int = 0
    version: int = VERSION_1
    """Major version in the upper four bits, minor version in the lower."""

    @property
    def encrypted(self) -> bool:
        """Whether what follows is ciphertext."""
        return bool(self.flags & Flags.ENCRYPTION)

    def build(self, body: bytes) -> bytes:
        """The whole message."""
        return (
            _LAYOUT.pack(
                self.initiator_cookie,
                self.responder_cookie,
                self.next_payload,
                self.version,
                self.exchange,
                self.flags,
                self.message_id,
                HEADER_LENGTH + len(body),
            )
            + body
        )

    @classmethod
    def parse(cls, datagram: bytes) -> tuple[Self, bytes]:
        """The header and what follows it; the length field must name the whole datagram."""
        if len(datagram) < HEADER_LENGTH:
            raise DecodeError(f"ISAKMP message of {len(datagram)} bytes")
        (initiator, responder, next_payload, version, exchange, flags, message_id, length) = (
            _LAYOUT.unpack_from(datagram)
        )
        if length != len(datagram):
            raise DecodeError(f"ISAKMP length {length} in a datagram of {len(datagram)} bytes")
        header = cls(initiator, responder, next_payload, exchange, flags, message_id, version)
        return header, datagram[HEADER_LENGTH:]
