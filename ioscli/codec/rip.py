"""RIP messages, version 1 (RFC 1058) and 2 (RFC 2453), and their authentication (RFC 2082).

A message is a header of four bytes and up to 25 entries of twenty. With authentication the first
entry is no route: address family 0xFFFF, then a password, or the key's number and a sequence
number of a keyed MD5 digest that follows the entries.
"""

from __future__ import annotations

import hmac
from enum import IntEnum
from hashlib import md5
from ipaddress import IPv4Address
from struct import Struct
from typing import NamedTuple

from ioscli.codec.errors import DecodeError

PORT = 520
GROUP = IPv4Address("224.0.0.9")
INFINITY = 16
MOST_ENTRIES = 25

_HEADER = Struct("!BBH")
_ENTRY = Struct("!HHIIII")
_DIGEST_HEAD = Struct("!HHHBBI8x")
_PASSWORD_LENGTH = 16
_DIGEST_LENGTH = 16
_TRAILER_HEAD = b"\xff\xff\x00\x01"
_TRAILER_LENGTH = len(_TRAILER_HEAD) + _DIGEST_LENGTH
_AUTHENTICATION = 0xFFFF
_ANNOUNCED_LENGTH = 20
"""What IOS writes as length of the authentication data: it counts the trailer's head."""


class Command(IntEnum):
    """RFC 2453 section 3.6."""

    REQUEST = 1
    RESPONSE = 2


class AddressFamily(IntEnum):
    """RFC 2453 section 3.6; 0 asks for the whole table."""

    WHOLE_TABLE = 0
    IP = 2


class AuthenticationType(IntEnum):
    """IANA's RIP authentication types."""

    PASSWORD = 2
    KEYED_DIGEST = 3


class Entry(NamedTuple):
    """One route; version 1 has neither tag, mask nor next hop: they are zero then."""

    address: int
    mask: int = 0
    next_hop: int = 0
    metric: int = INFINITY
    tag: int = 0
    family: int = AddressFamily.IP


class Password(NamedTuple):
    """A password in clear (RFC 2453 section 4.1), as many bytes as it has."""

    password: bytes


class Digest(NamedTuple):
    """A keyed MD5 digest (RFC 2082 section 3.2.1)."""

    key_id: int
    sequence: int
    digest: bytes = b""


class Message(NamedTuple):
    """A request or response."""

    command: int
    version: int
    entries: tuple[Entry, ...]
    authentication: Password | Digest | None = None


WHOLE_TABLE = Entry(0, metric=INFINITY, family=AddressFamily.WHOLE_TABLE)
"""The one entry of a request for everything (RFC 2453 section 3.9.1)."""


def build(message: Message, key: bytes = b"") -> bytes:
    """The bytes of a message; key: what a digest is made with (at most 16 bytes count)."""
    parts = [_HEADER.pack(message.command, message.version, 0)]
    authentication = message.authentication
    body = b"".join(
        _ENTRY.pack(it.family, it.tag, it.address, it.mask, it.next_hop, it.metric)
        for it in message.entries
    )
    if isinstance(authentication, Password):
        kind = AuthenticationType.PASSWORD.to_bytes(2, "big")
        parts.append(b"\xff\xff" + kind + _padded(authentication.password))
    elif isinstance(authentication, Digest):
        length = _HEADER.size + _ENTRY.size + len(body)
        parts.append(
            _DIGEST_HEAD.pack(
                _AUTHENTICATION,
                AuthenticationType.KEYED_DIGEST,
                length,
                authentication.key_id,
                _ANNOUNCED_LENGTH,
                authentication.sequence,
            )
        )
    parts.append(body)
    if isinstance(authentication, Digest):
        parts.append(_TRAILER_HEAD)
        parts.append(_digest(b"".join(parts), key))
    return b"".join(parts)


def parse(payload: bytes) -> Message:
    """The message in a datagram; raises DecodeError. Digests are checked by `verify`."""
    if len(payload) < _HEADER.size:
        raise DecodeError("shorter than a RIP header")
    command, version, zero = _HEADER.unpack_from(payload)
    if version == 0:
        raise DecodeError("version 0")
    if version == 1 and zero:
        raise DecodeError("must be zero (RFC 1058 section 3.4)")
    if command not in (Command.REQUEST, Command.RESPONSE):
        raise DecodeError(f"command {command}")
    start = _HEADER.size
    authentication: Password | Digest | None = None
    end = len(payload)
    if version > 1 and payload[start : start + 2] == b"\xff\xff":
        authentication, end = _authentication(payload)
        start += _ENTRY.size
    if (end - start) % _ENTRY.size:
        raise DecodeError("entries are cut off")
    if (end - start) // _ENTRY.size > MOST_ENTRIES:
        raise DecodeError("more than 25 entries")
    entries = tuple(_entry(payload, at, version) for at in range(start, end, _ENTRY.size))
    return Message(command, version, entries, authentication)


def _entry(payload: bytes, at: int, version: int) -> Entry:
    family, tag, address, mask, next_hop, metric = _ENTRY.unpack_from(payload, at)
    if version == 1 and (tag or mask or next_hop):
        raise DecodeError("must be zero (RFC 1058 section 3.4)")
    return Entry(address, mask, next_hop, metric, tag, family)


def _authentication(payload: bytes) -> tuple[Password | Digest, int]:
    """The first entry, and where the entries end."""
    if len(payload) < _HEADER.size + _ENTRY.size:
        raise DecodeError("authentication is cut off")
    kind = int.from_bytes(payload[6:8], "big")
    if kind == AuthenticationType.PASSWORD:
        return Password(payload[8:24].rstrip(b"\0")), len(payload)
    if kind != AuthenticationType.KEYED_DIGEST:
        raise DecodeError(f"authentication type {kind}")
    _, _, end, key_id, length, sequence = _DIGEST_HEAD.unpack_from(payload, _HEADER.size)
    if length not in (_DIGEST_LENGTH, _TRAILER_LENGTH):
        raise DecodeError("length of the digest")
    if end < _HEADER.size + _ENTRY.size or len(payload) != end + _TRAILER_LENGTH:
        raise DecodeError("place of the digest")
    if payload[end : end + len(_TRAILER_HEAD)] != _TRAILER_HEAD:
        raise DecodeError("head of the digest")
    return Digest(key_id, sequence, payload[end + len(_TRAILER_HEAD) :]), end


def verify(payload: bytes, key: bytes) -> bool:
    """Whether the digest at the end of a datagram was made with a key."""
    return hmac.compare_digest(_digest(payload[:-_DIGEST_LENGTH], key), payload[-_DIGEST_LENGTH:])


def _digest(data: bytes, key: bytes) -> bytes:
    """RFC 2082 section 3.2.2: MD5 over the message, the trailer's head and the padded key."""
    return md5(data + _padded(key), usedforsecurity=False).digest()


def _padded(secret: bytes) -> bytes:
    return secret[:_PASSWORD_LENGTH].ljust(_PASSWORD_LENGTH, b"\0")
