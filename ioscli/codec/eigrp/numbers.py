"""Code points of EIGRP (RFC 7868 sections 6.2 to 6.9)."""

from enum import IntEnum

VERSION = 2
MULTICAST = "224.0.0.10"
IP_PROTOCOL = 88
HEADER_LENGTH = 20


class Opcode(IntEnum):
    """What a packet is (6.3)."""

    UPDATE = 1
    REQUEST = 2
    QUERY = 3
    REPLY = 4
    HELLO = 5
    IPXSAP = 6
    PROBE = 7
    ACK = 8
    """Never on the wire: an acknowledgment is a hello without TLVs (5.3.2)."""
    STUB = 9
    SIAQUERY = 10
    SIAREPLY = 11


INIT = 0x1
"""Flag: the first packet to a new neighbor, which is to send its table."""
CONDITIONAL_RECEIVE = 0x2
"""Flag: not for the neighbors that a sequence TLV has named just before."""
RESTART = 0x4
END_OF_TABLE = 0x8


class TlvType(IntEnum):
    """Types of TLVs: protocol in the high byte, kind in the low one (6.6)."""

    PARAMETERS = 0x0001
    AUTHENTICATION = 0x0002
    SEQUENCE = 0x0003
    SOFTWARE_VERSION = 0x0004
    NEXT_MULTICAST_SEQUENCE = 0x0005
    STUB = 0x0006
    PEER_TERMINATION = 0x0007
    TOPOLOGY_IDS = 0x0008
    IPV4_INTERNAL = 0x0102
    IPV4_EXTERNAL = 0x0103
    WIDE_INTERNAL = 0x0602
    WIDE_EXTERNAL = 0x0603


class AuthenticationType(IntEnum):
    """Of the authentication TLV (6.7.2)."""

    MD5 = 2
    HMAC_SHA_256 = 3


class ExternalProtocol(IntEnum):
    """Where an external route comes from (6.8.4)."""

    IGRP = 1
    EIGRP = 2
    STATIC = 3
    RIP = 4
    HELLO = 5
    OSPF = 6
    ISIS = 7
    EGP = 8
    BGP = 9
    IDRP = 10
    CONNECTED = 11


STUB_CONNECTED = 0x01
STUB_STATIC = 0x02
STUB_SUMMARY = 0x04
STUB_REDISTRIBUTED = 0x08
STUB_LEAK_MAP = 0x10
STUB_RECEIVE_ONLY = 0x20

FLAG_SOURCE_WITHDRAW = 0x01
FLAG_CANDIDATE_DEFAULT = 0x02
FLAG_ACTIVE = 0x04

UNREACHABLE_CLASSIC = 0xFFFFFFFF
"""Scaled delay of a destination that is gone."""
UNREACHABLE_WIDE = 0xFFFFFFFFFFFF
"""Picoseconds of delay of a destination that is gone."""
ADDRESS_FAMILY_IPV4 = 1
GOODBYE = 255
"""The value of every K in the last hello of an interface (5.4.4)."""
