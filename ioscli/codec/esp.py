"""The clear head of ESP (RFC 4303), and what shares UDP port 4500 with it (RFC 3948)."""

from enum import Enum
from typing import NamedTuple, Self

from ioscli.codec.errors import DecodeError

HEADER_LENGTH = 8

#: Four zero bytes before an IKE message on port 4500, where ESP has its SPI (RFC 3948 2.2).
NON_ESP_MARKER = bytes(4)
#: One byte of ones keeps a NAT's mapping alive (RFC 3948 2.3).
NAT_KEEPALIVE = b"\xff"


class EspHeader(NamedTuple):
    """Security parameters index and sequence number (its low 32 bits); the rest is the SA's."""

    spi: int
    sequence: int

    def build(self, rest: bytes) -> bytes:
        """The packet, given what follows: IV, encrypted payload and ICV."""
        return (self.spi << 32 | self.sequence).to_bytes(8, "big") + rest

    @classmethod
    def parse(cls, packet: bytes) -> tuple[Self, bytes]:
        """Split a packet; SPI 0 never travels (RFC 4303 section 2.1)."""
        if len(packet) < HEADER_LENGTH:
            raise DecodeError(f"ESP packet of {len(packet)} bytes")
        spi = int.from_bytes(packet[:4], "big")
        if not spi:
            raise DecodeError("ESP packet with SPI 0")
        return cls(spi, int.from_bytes(packet[4:8], "big")), packet[8:]


class Port4500(Enum):
    """What a UDP datagram of port 4500 carries."""

    IKE = "ike"
    ESP = "esp"
    KEEPALIVE = "keepalive"


def split_port_4500(payload: bytes) -> tuple[Port4500, bytes]:
    """Tell the payloads of UDP port 4500 apart: an IKE message (its marker taken off), an ESP
    packet, or a keepalive with nothing to read.
    """
    if payload == NAT_KEEPALIVE:
        return Port4500.KEEPALIVE, b""
    if len(payload) < HEADER_LENGTH:
        raise DecodeError(f"UDP port 4500 payload of {len(payload)} bytes")
    if payload[:4] == NON_ESP_MARKER:
        return Port4500.IKE, payload[4:]
    return Port4500.ESP, payload
