"""The IEEE 802.1Q tag: two bytes of type and two of priority and VLAN behind the addresses."""

from ioscli.codec.ethernet import EtherType

_TYPE = EtherType.DOT1Q.to_bytes(2, "big")
_VLAN_BITS = 0x0FFF
SMALLEST_TAGGED = 18
"""Bytes of a frame's header with its tag."""


def tag(frame: bytes, vlan: int, priority: int = 0) -> bytes:
    """An untagged frame with a tag put in; vlan 1 to 4094, priority 0 to 7 (802.1p)."""
    control = priority << 13 | vlan
    return frame[:12] + _TYPE + control.to_bytes(2, "big") + frame[12:]


def untag(frame: bytes) -> tuple[int, bytes]:
    """VLAN and untagged frame; VLAN 0 is a priority tag (802.1Q 9.6).

    Only for frames of at least 18 bytes whose type is DOT1Q.
    """
    vlan = int.from_bytes(frame[14:16], "big") & _VLAN_BITS
    return vlan, frame[:12] + frame[16:]
