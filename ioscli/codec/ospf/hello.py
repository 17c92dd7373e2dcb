"""Hello packets (RFC 2328 A.3.2)."""

import struct
from typing import NamedTuple, Self

from ioscli.codec.ospf.errors import LengthError

_FIXED = struct.Struct("!IHBBIII")


class Hello(NamedTuple):
    """Who is there, and whom it hears."""

    mask: int
    """Of the network; 0 on unnumbered links and virtual links."""
    hello_interval: int
    """Seconds."""
    options: int
    priority: int
    dead_interval: int
    """Seconds."""
    designated: int
    """The designated router's interface address; 0: none."""
    backup: int
    neighbors: tuple[int, ...] = ()
    """Router IDs."""

    def build(self) -> bytes:
        """The packet's body."""
        return _FIXED.pack(*self[:7]) + struct.pack(f"!{len(self.neighbors)}I", *self.neighbors)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Mirror of build."""
        size = len(body)
        if size < 20 or size & 3:
            raise LengthError(f"hello of {size} bytes")
        mask, hello_interval, options, priority, dead_interval, designated, backup = (
            _FIXED.unpack_from(body)
        )
        neighbors = struct.unpack(f"!{(size >> 2) - 5}I", body[20:])
        return cls(
            mask, hello_interval, options, priority, dead_interval, designated, backup, neighbors
        )
