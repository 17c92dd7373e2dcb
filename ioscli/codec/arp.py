"""ARP for IPv4 over Ethernet (RFC 826)."""

from enum import IntEnum
from ipaddress import IPv4Address
from typing import NamedTuple, Self

from ioscli.codec.errors import DecodeError

#: Hardware type 1 (Ethernet), protocol type 0x0800, address lengths 6 and 4.
_PREFIX = bytes.fromhex("0001080006 04")
_LENGTH = 28


class ArpOperation(IntEnum):
    """IANA "ARP Parameters" registry, operation codes."""

    REQUEST = 1
    REPLY = 2


class ArpPacket(NamedTuple):
    """One ARP message: who asks or answers (sender) about whom (target)."""

    operation: int
    sender_mac: bytes
    sender_ip: IPv4Address
    target_mac: bytes
    target_ip: IPv4Address

    def build(self) -> bytes:
        """The 28 bytes of the message."""
        if len(self.sender_mac) != 6 or len(self.target_mac) != 6:
            raise ValueError("a MAC address has 6 bytes")
        return b"".join(
            (
                _PREFIX,
                self.operation.to_bytes(2, "big"),
                self.sender_mac,
                self.sender_ip.packed,
                self.target_mac,
                self.target_ip.packed,
            )
        )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a message; bytes beyond it are the frame's padding."""
        if len(data) < _LENGTH:
            raise DecodeError(f"ARP message of {len(data)} bytes")
        if data[:6] != _PREFIX:
            raise DecodeError(f"ARP for other address families: {data[:6].hex()}")
        return cls(
            data[6] << 8 | data[7],
            data[8:14],
            IPv4Address(data[14:18]),
            data[18:24],
            IPv4Address(data[24:28]),
        )
