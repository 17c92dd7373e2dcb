"""Cisco HDLC, the default encapsulation of serial lines, and its SLARP keepalives.

No RFC: the framing is described in Cisco's "HDLC" notes and read alike by Wireshark and Linux.
"""

from enum import IntEnum
from ipaddress import IPv4Address
from typing import NamedTuple, Self

from ioscli.codec.errors import DecodeError

HEADER_LENGTH = 4
SLARP_PROTOCOL = 0x8035


class HdlcAddress(IntEnum):
    """The first byte of a frame."""

    UNICAST = 0x0F
    BROADCAST = 0x8F


class HdlcHeader(NamedTuple):
    """Address (0x0F or 0x8F), control (always 0 from senders), and an EtherType."""

    address: int
    control: int
    protocol: int

    def build(self, payload: bytes) -> bytes:
        """The frame; serial lines have no minimum size and no padding."""
        head = self.address << 24 | self.control << 16 | self.protocol
        return head.to_bytes(4, "big") + payload

    @classmethod
    def parse(cls, frame: bytes) -> tuple[Self, bytes]:
        """Split a frame; an address that Cisco HDLC does not use (PPP's 0xFF, say) is an error."""
        if len(frame) < HEADER_LENGTH:
            raise DecodeError(f"HDLC frame of {len(frame)} bytes")
        if frame[0] not in (HdlcAddress.UNICAST, HdlcAddress.BROADCAST):
            raise DecodeError(f"HDLC address {frame[0]:#04x}")
        return cls(frame[0], frame[1], frame[2] << 8 | frame[3]), frame[4:]


class SlarpOperation(IntEnum):
    """The 32-bit code that begins a SLARP packet."""

    ADDRESS_REQUEST = 0
    ADDRESS_REPLY = 1
    KEEPALIVE = 2


class SlarpKeepalive(NamedTuple):
    """A keepalive: my sequence number, and the last one of yours that I saw.

    reliability is 0xFFFF from every known sender. uptime: milliseconds since boot, which some
    senders add.
    """

    my_sequence: int
    your_sequence: int
    reliability: int = 0xFFFF
    uptime: int | None = None

    def build(self) -> bytes:
        """The payload of an HDLC frame of protocol 0x8035."""
        code = SlarpOperation.KEEPALIVE
        return _build(code, self.my_sequence, self.your_sequence, self.reliability, self.uptime)


class SlarpAddress(NamedTuple):
    """An address request (address and mask all zero) or its reply."""

    operation: SlarpOperation
    address: IPv4Address
    mask: IPv4Address
    reliability: int = 0xFFFF
    uptime: int | None = None

    def build(self) -> bytes:
        """The payload of an HDLC frame of protocol 0x8035."""
        return _build(
            self.operation, int(self.address), int(self.mask), self.reliability, self.uptime
        )


def parse_slarp(data: bytes) -> SlarpKeepalive | SlarpAddress:
    """Read a SLARP packet of 14 bytes, or 18 with the sender's uptime."""
    if len(data) < 14:
        raise DecodeError(f"SLARP packet of {len(data)} bytes")
    code, first, second = (int.from_bytes(data[at : at + 4], "big") for at in (0, 4, 8))
    reliability = data[12] << 8 | data[13]
    uptime = int.from_bytes(data[14:18], "big") if len(data) >= 18 else None
    if code == SlarpOperation.KEEPALIVE:
        return SlarpKeepalive(first, second, reliability, uptime)
    if code in (SlarpOperation.ADDRESS_REQUEST, SlarpOperation.ADDRESS_REPLY):
        return SlarpAddress(
            SlarpOperation(code), IPv4Address(first), IPv4Address(second), reliability, uptime
        )
    raise DecodeError(f"SLARP code {code}")


def _build(code: int, first: int, second: int, reliability: int, uptime: int | None) -> bytes:
    head = b"".join(number.to_bytes(4, "big") for number in (code, first, second))
    tail = b"" if uptime is None else uptime.to_bytes(4, "big")
    return head + reliability.to_bytes(2, "big") + tail
