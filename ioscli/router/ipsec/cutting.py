"""Packets that ESP makes too large: `crypto ipsec df-bit` and `crypto ipsec fragmentation`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.checksum import internet_checksum
from ioscli.codec.ipv4 import header_length
from ioscli.codec.ipv4_template import DONT_FRAGMENT
from ioscli.model.crypto import DfBit, Fragmentation

if TYPE_CHECKING:
    from ioscli.model.config import InterfaceConfig
    from ioscli.model.crypto import IpsecConfig

_DF = DONT_FRAGMENT >> 8
SMALLEST_CUT = 68
"""Bytes: the longest IPv4 header and one unit of data. Where less is left, packets are cut after
encryption whatever is configured."""


class Cutting(NamedTuple):
    """What holds for the packets that leave by one interface."""

    outer_flags: int | None = None
    """DF of the outer header; None: the packet's own."""
    before: bool = True
    """Whether packets are cut before encryption where the mode allows it."""

    def forbids(self, packet: bytes) -> bool:
        """Whether a packet that is too large is refused rather than cut.

        As Cisco's "Pre-Fragmentation for IPsec VPNs" has it: with `df-bit clear` none is, with
        `set` those that would be cut after encryption, whose outer header forbids it, are too.
        """
        if self.outer_flags is None:
            return bool(packet[6] & _DF)
        if self.outer_flags:
            return bool(packet[6] & _DF) or not self.before
        return False


_OUTER = {DfBit.COPY: None, DfBit.CLEAR: 0, DfBit.SET: DONT_FRAGMENT}


def cutting(ipsec: IpsecConfig, interface: InterfaceConfig) -> Cutting:
    """The router's settings, or the interface's own where it has any."""
    df_bit = interface.ipsec_df_bit or ipsec.df_bit
    when = interface.ipsec_fragmentation or ipsec.fragmentation
    return Cutting(_OUTER[df_bit], when is Fragmentation.BEFORE)


def without_df(packet: bytes) -> bytes:
    """The packet with leave to cut it."""
    if not packet[6] & _DF:
        return packet
    size = header_length(packet)
    head = bytearray(packet[:size])
    head[6] &= ~_DF & 0xFF
    head[10:12] = b"\0\0"
    head[10:12] = internet_checksum(bytes(head)).to_bytes(2, "big")
    return bytes(head) + packet[size:]
