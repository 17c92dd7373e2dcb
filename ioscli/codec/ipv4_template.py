"""IPv4 headers that differ only in length, identification, ToS and flags.

Encapsulation (GRE, ESP) and a router's own messages send thousands of such headers; the sum of
the constant words is taken once.
"""

import struct

_HEADER = struct.Struct("!BBHHHBBH4s4s")
DONT_FRAGMENT = 0x4000


class Ipv4Template:
    """A header without options from one source to one destination (RFC 791)."""

    __slots__ = ("_constant_sum", "_destination", "_protocol", "_source", "_ttl")

    def __init__(self, source: bytes, destination: bytes, protocol: int, ttl: int = 255) -> None:
        self._source = source
        self._destination = destination
        self._protocol = protocol
        self._ttl = ttl
        fixed = _HEADER.pack(0x45, 0, 0, 0, 0, ttl, protocol, 0, source, destination)
        self._constant_sum = int.from_bytes(fixed, "big") % 0xFFFF

    def build(
        self, payload_length: int, identification: int, tos: int = 0, flags: int = 0
    ) -> bytes:
        """The 20 bytes of the header; flags as in the flags-and-offset word."""
        total = payload_length + 20
        checksum = -(self._constant_sum + tos + total + identification + flags) % 0xFFFF
        return _HEADER.pack(
            0x45,
            tos,
            total,
            identification,
            flags,
            self._ttl,
            self._protocol,
            checksum,
            self._source,
            self._destination,
        )
