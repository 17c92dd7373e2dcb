"""Code points of BGP (IANA "Border Gateway Protocol (BGP) Parameters")."""

from enum import IntEnum

from ioscli.codec.errors import DecodeError

AS_TRANS = 23_456
"""What stands for a four-octet AS where only two octets fit (RFC 6793)."""


class MessageType(IntEnum):
    """Types of messages."""

    OPEN = 1
    UPDATE = 2
    NOTIFICATION = 3
    KEEPALIVE = 4
    ROUTE_REFRESH = 5


class CapabilityCode(IntEnum):
    """Capabilities (RFC 5492) that IOS announces."""

    MULTIPROTOCOL = 1
    ROUTE_REFRESH = 2
    GRACEFUL_RESTART = 64
    FOUR_OCTET_AS = 65
    ENHANCED_REFRESH = 70
    ROUTE_REFRESH_OLD = 128


class AttributeType(IntEnum):
    """Path attributes."""

    ORIGIN = 1
    AS_PATH = 2
    NEXT_HOP = 3
    MULTI_EXIT_DISC = 4
    LOCAL_PREF = 5
    ATOMIC_AGGREGATE = 6
    AGGREGATOR = 7
    COMMUNITIES = 8
    ORIGINATOR_ID = 9
    CLUSTER_LIST = 10
    MP_REACH_NLRI = 14
    MP_UNREACH_NLRI = 15
    EXTENDED_COMMUNITIES = 16
    AS4_PATH = 17
    AS4_AGGREGATOR = 18


class Origin(IntEnum):
    """ORIGIN (RFC 4271 section 5.1.1)."""

    IGP = 0
    EGP = 1
    INCOMPLETE = 2


class ErrorCode(IntEnum):
    """NOTIFICATION error codes (RFC 4271 section 4.5)."""

    MESSAGE_HEADER = 1
    OPEN_MESSAGE = 2
    UPDATE_MESSAGE = 3
    HOLD_TIMER_EXPIRED = 4
    FINITE_STATE_MACHINE = 5
    CEASE = 6
    ROUTE_REFRESH_MESSAGE = 7


class HeaderError(IntEnum):
    """Subcodes of a message header error."""

    CONNECTION_NOT_SYNCHRONIZED = 1
    BAD_MESSAGE_LENGTH = 2
    BAD_MESSAGE_TYPE = 3


class OpenError(IntEnum):
    """Subcodes of an OPEN message error."""

    UNSUPPORTED_VERSION = 1
    BAD_PEER_AS = 2
    BAD_BGP_IDENTIFIER = 3
    UNSUPPORTED_OPTIONAL_PARAMETER = 4
    UNACCEPTABLE_HOLD_TIME = 6
    UNSUPPORTED_CAPABILITY = 7


class UpdateError(IntEnum):
    """Subcodes of an UPDATE message error."""

    MALFORMED_ATTRIBUTE_LIST = 1
    UNRECOGNIZED_WELL_KNOWN = 2
    MISSING_WELL_KNOWN = 3
    ATTRIBUTE_FLAGS = 4
    ATTRIBUTE_LENGTH = 5
    INVALID_ORIGIN = 6
    INVALID_NEXT_HOP = 8
    OPTIONAL_ATTRIBUTE = 9
    INVALID_NETWORK = 10
    MALFORMED_AS_PATH = 11


class CeaseReason(IntEnum):
    """Subcodes of Cease (RFC 4486)."""

    MAXIMUM_PREFIXES = 1
    ADMINISTRATIVE_SHUTDOWN = 2
    PEER_UNCONFIGURED = 3
    ADMINISTRATIVE_RESET = 4
    CONNECTION_REJECTED = 5
    CONFIGURATION_CHANGE = 6
    COLLISION_RESOLUTION = 7
    OUT_OF_RESOURCES = 8


class BgpError(DecodeError):
    """A message that its receiver answers with a NOTIFICATION of this code, subcode and data."""

    def __init__(self, code: ErrorCode, subcode: int, data: bytes = b"", text: str = "") -> None:
        super().__init__(text or f"BGP error {int(code)}/{subcode}")
        self.code = code
        self.subcode = subcode
        self.data = data
