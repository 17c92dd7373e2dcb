"""Ethernet II and IEEE 802.3 frames, without preamble and frame check sequence."""

import re
from enum import IntEnum
from typing import NamedTuple, Self

from ioscli.codec.errors import DecodeError

HEADER_LENGTH = 14
#: What a sender pads to: 64 bytes on the wire less the 4 of the frame check sequence.
MINIMUM_FRAME = 60
BROADCAST = b"\xff" * 6
ZERO_MAC = bytes(6)

#: A type field up to this is the length of an 802.3 payload (IEEE 802.3 clause 3.2.6).
_LARGEST_LENGTH = 1500


class EtherType(IntEnum):
    """IANA "IEEE 802 Numbers" registry, the types a router meets."""

    IPV4 = 0x0800
    ARP = 0x0806
    TRANSPARENT_BRIDGING = 0x6558
    DOT1Q = 0x8100
    IPV6 = 0x86DD
    LOOPBACK = 0x9000
    """Configuration test protocol: the keepalive of an IOS Ethernet port."""


def multicast_mac(group: bytes) -> bytes:
    """The MAC address of an IPv4 multicast group of 4 bytes (RFC 1112 section 6.4)."""
    return bytes((0x01, 0x00, 0x5E, group[1] & 0x7F, group[2], group[3]))


class EthernetHeader(NamedTuple):
    """Two MAC addresses of 6 bytes, and the type (or the length, up to 1500) of what follows."""

    destination: bytes
    source: bytes
    ethertype: int

    def build(self, payload: bytes) -> bytes:
        """The frame, padded with zeros to the 60 bytes that a sender puts on the wire."""
        header = self.destination + self.source + self.ethertype.to_bytes(2, "big")
        if len(header) != HEADER_LENGTH:
            raise ValueError("a MAC address has 6 bytes")
        if self.ethertype <= _LARGEST_LENGTH and self.ethertype != len(payload):
            raise ValueError(f"802.3 length {self.ethertype} for {len(payload)} bytes of payload")
        return (header + payload).ljust(MINIMUM_FRAME, b"\0")

    @classmethod
    def parse(cls, frame: bytes) -> tuple[Self, bytes]:
        """Split a frame; padding stays in the payload of a typed frame (its protocol cuts it)."""
        if len(frame) < HEADER_LENGTH:
            raise DecodeError(f"Ethernet frame of {len(frame)} bytes")
        ethertype = frame[12] << 8 | frame[13]
        payload = frame[14:]
        if ethertype <= _LARGEST_LENGTH:
            if ethertype > len(payload):
                raise DecodeError(f"802.3 length {ethertype} in {len(payload)} bytes")
            payload = payload[:ethertype]
        return cls(frame[:6], frame[6:12], ethertype), payload


def format_mac(mac: bytes) -> str:
    """A MAC address as IOS prints it: 0c72.beb0.0100."""
    if len(mac) != 6:
        raise ValueError("a MAC address has 6 bytes")
    text = mac.hex()
    return f"{text[:4]}.{text[4:8]}.{text[8:]}"


_MAC = re.compile(
    r"([0-9a-f]{1,4})\.([0-9a-f]{1,4})\.([0-9a-f]{1,4})"
    r"|([0-9a-f]{2}([:-])[0-9a-f]{2}(?:\5[0-9a-f]{2}){4})",
    re.IGNORECASE,
)


def parse_mac(text: str) -> bytes:
    """The bytes of H.H.H (leading zeros may be left out) or of xx:xx:xx:xx:xx:xx; ValueError."""
    match = _MAC.fullmatch(text)
    if match is None:
        raise ValueError(f"not a MAC address: {text}")
    if match[4]:
        return bytes.fromhex(match[4].replace(match[5], ""))
    return b"".join(int(group, 16).to_bytes(2, "big") for group in match.group(1, 2, 3))
