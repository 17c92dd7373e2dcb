"""Code points, bits and constants of OSPFv2 (RFC 2328 A and B, IANA "OSPFv2 Parameters")."""

from enum import IntEnum
from ipaddress import IPv4Address

VERSION = 2
HEADER_LENGTH = 24
LSA_HEADER_LENGTH = 20

ALL_SPF_ROUTERS = IPv4Address("224.0.0.5")
ALL_D_ROUTERS = IPv4Address("224.0.0.6")

MAX_AGE = 3600
"""Seconds at which an LSA leaves the routing domain."""
MAX_AGE_DIFF = 900
"""Seconds by which ages must differ to tell two copies of one LSA apart (RFC 2328 13.1)."""
LS_REFRESH_TIME = 1800
"""Seconds after which a router originates its LSAs anew."""
DO_NOT_AGE = 0x8000
"""The high bit of LS age, of demand circuits (RFC 1793 2.2)."""

INITIAL_SEQUENCE = 0x80000001
MAX_SEQUENCE = 0x7FFFFFFF

LS_INFINITY = 0xFFFFFF
"""Metric of a summary or external LSA whose destination cannot be reached."""
MAX_LINK_METRIC = 0xFFFF
"""Metric of links that are not for transit (RFC 6987)."""

# Options of hellos, database descriptions and LSAs (RFC 2328 A.2 and its successors).
OPTION_E = 0x02
"""External LSAs are taken: not a stub area."""
OPTION_N = 0x08
"""Hellos: an NSSA (RFC 3101)."""
OPTION_P = 0x08
"""Type 7 LSAs: the NSSA's border router shall translate it. The same bit as N."""
OPTION_L = 0x10
"""The packet is followed by a block of link-local signalling (RFC 5613)."""
OPTION_DC = 0x20
"""Demand circuits are known, and LSAs that do not age (RFC 1793)."""
OPTION_O = 0x40
"""Opaque LSAs are taken (RFC 5250)."""
OPTION_DN = 0x80
"""LSAs: from a provider's VPN down to a customer, and not to go up again (RFC 4576)."""

# Flags of database descriptions (RFC 2328 A.3.3).
DD_MASTER = 0x01
DD_MORE = 0x02
DD_INIT = 0x04

# Flags of router LSAs (RFC 2328 A.4.2, RFC 3101).
ROUTER_BORDER = 0x01
ROUTER_EXTERNAL = 0x02
ROUTER_VIRTUAL = 0x04
ROUTER_TRANSLATES = 0x10
"""Nt: an unconditional translator of type 7 LSAs."""


class PacketType(IntEnum):
    """Type of an OSPF packet (RFC 2328 A.3.1)."""

    HELLO = 1
    DATABASE_DESCRIPTION = 2
    LS_REQUEST = 3
    LS_UPDATE = 4
    LS_ACK = 5


class LsType(IntEnum):
    """Type of an LSA (RFC 2328 A.4.1, RFC 3101, RFC 5250)."""

    ROUTER = 1
    NETWORK = 2
    SUMMARY_NETWORK = 3
    SUMMARY_ASBR = 4
    AS_EXTERNAL = 5
    NSSA_EXTERNAL = 7
    OPAQUE_LINK = 9
    OPAQUE_AREA = 10
    OPAQUE_AS = 11


AS_WIDE = frozenset({LsType.AS_EXTERNAL, LsType.OPAQUE_AS})
"""Types that are flooded throughout the AS."""


class LinkType(IntEnum):
    """Type of a link in a router LSA (RFC 2328 A.4.2)."""

    POINT_TO_POINT = 1
    TRANSIT = 2
    STUB = 3
    VIRTUAL = 4


class AuthType(IntEnum):
    """AuType of the packet header (RFC 2328 appendix D)."""

    NULL = 0
    SIMPLE = 1
    CRYPTOGRAPHIC = 2


def dotted(number: int) -> str:
    """A 32-bit number as OSPF's identifiers are written: `1.1.1.1`."""
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
