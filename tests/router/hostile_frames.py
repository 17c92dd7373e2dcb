"""Real frames with a field changed, and the checksums around it put right again."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

IP = 14
"""Where a frame's packet begins."""
_OSPF_AUTHENTICATION = slice(16, 24)
_CRYPTOGRAPHIC = 2


class Protocol(IntEnum):
    """IP protocol numbers of the four."""

    TCP = 6
    UDP = 17
    EIGRP = 88
    OSPF = 89


class Bounds(NamedTuple):
    """Where a packet's parts are in its frame."""

    payload: int
    """Behind the IP header."""
    end: int
    """Before the padding."""


def protocol(frame: bytes) -> Protocol | None:
    """Which of the four a frame is of."""
    if frame[12:14] != b"\x08\x00" or frame[IP + 9] not in set(Protocol):
        return None
    return Protocol(frame[IP + 9])


def bounds(frame: bytes) -> Bounds:
    """The parts of an unharmed frame."""
    length = struct.unpack_from("!H", frame, IP + 2)[0]
    return Bounds(IP + (frame[IP] & 15) * 4, IP + length)


def kind(frame: bytes) -> tuple[int, ...]:
    """What sort of packet a frame is: two of one sort need not both be tried."""
    start, end = bounds(frame)
    which = protocol(frame)
    if which is Protocol.TCP:
        data = start + (frame[start + 12] >> 4) * 4
        message = frame[data + 18] if end - data > 18 else 0
        return (which, frame[start + 13], message, end - data)
    if which is Protocol.UDP:
        return (which, frame[start + 8], end - start)
    assert which is not None
    return (which, frame[start + 1], end - start)


def sorts(frames: list[bytes]) -> list[bytes]:
    """The first frame of every sort."""
    return list({kind(it): it for it in reversed(frames) if protocol(it) is not None}.values())


def every_field(frame: bytes, start: int) -> Iterator[bytes]:
    """Each byte from a place on changed in turn: to nothing, to all ones, by its ends' bits."""
    for at in range(start, bounds(frame).end):
        for value in {0, 0xFF, frame[at] ^ 1, frame[at] ^ 0x80} - {frame[at]}:
            yield frame[:at] + bytes((value,)) + frame[at + 1 :]


def every_length(frame: bytes) -> Iterator[bytes]:
    """The packet cut off at each place behind its IP header; the header tells the truth."""
    start, end = bounds(frame)
    for stop in range(start, end):
        cut = bytearray(frame[:stop])
        struct.pack_into("!H", cut, IP + 2, stop - IP)
        yield bytes(cut).ljust(60, b"\0")


def mended(frame: bytes) -> bytes:
    """The frame with all checksums right, as far as it still has the fields for them."""
    made = bytearray(frame)
    start, end = bounds(frame)
    end = min(end, len(made))
    if not IP + 20 <= start <= end:
        return frame
    made[IP + 10 : IP + 12] = bytes(2)
    struct.pack_into("!H", made, IP + 10, checksum(made[IP:start]))
    body = made[start:end]
    number, at = made[IP + 9], {6: 16, 17: 6, 88: 2, 89: 12}.get(made[IP + 9])
    if at is None or len(body) < at + 2:
        return bytes(made)
    body[at : at + 2] = bytes(2)
    covered = bytes(body)
    if number in (Protocol.TCP, Protocol.UDP):
        covered = bytes(made[IP + 12 : IP + 20]) + struct.pack("!HH", number, len(body)) + covered
    elif number == Protocol.OSPF:
        if len(body) < 24 or struct.unpack_from("!H", body, 14)[0] == _CRYPTOGRAPHIC:
            return bytes(made)
        body[_OSPF_AUTHENTICATION] = bytes(8)
        covered = bytes(body[: struct.unpack_from("!H", body, 2)[0]])
    struct.pack_into("!H", made, start + at, checksum(covered))
    return bytes(made)


def checksum(data: bytes) -> int:
    """RFC 1071, here by itself: what is tested must not mend its own test."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
