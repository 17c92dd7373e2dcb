"""The messages beside UPDATE: header, OPEN, KEEPALIVE, NOTIFICATION, ROUTE-REFRESH."""

from ipaddress import IPv4Address
from typing import NamedTuple, Self

from ioscli.codec.bgp.capabilities import IPV4_UNICAST, Capabilities
from ioscli.codec.bgp.numbers import (
    AS_TRANS,
    BgpError,
    ErrorCode,
    HeaderError,
    MessageType,
    OpenError,
)
from ioscli.codec.bgp.update import Update

MARKER = b"\xff" * 16
HEADER_LENGTH = 19
LARGEST_MESSAGE = 4_096
_VERSION = 4
_LEAST_HOLD_TIME = 3

_SMALLEST = {
    MessageType.OPEN: 29,
    MessageType.UPDATE: 23,
    MessageType.NOTIFICATION: 21,
    MessageType.KEEPALIVE: 19,
    MessageType.ROUTE_REFRESH: 23,
}


class Open(NamedTuple):
    """OPEN (section 4.2); the AS number is the real one, of two or four octets."""

    number: int
    hold_time: int
    """Seconds; 0: neither keepalives nor a hold timer."""
    identifier: IPv4Address
    capabilities: Capabilities = Capabilities()
    version: int = _VERSION

    def build(self) -> bytes:
        """The body."""
        narrow = self.number if self.number <= 65_535 else AS_TRANS
        parameters = self.capabilities.build()
        return b"".join(
            (
                bytes((self.version,)),
                narrow.to_bytes(2, "big"),
                self.hold_time.to_bytes(2, "big"),
                self.identifier.packed,
                bytes((len(parameters),)),
                parameters,
            )
        )

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a body. Raises BgpError as section 6.2 says."""
        if body[0] != _VERSION:
            subcode = OpenError.UNSUPPORTED_VERSION
            raise BgpError(ErrorCode.OPEN_MESSAGE, subcode, _VERSION.to_bytes(2, "big"))
        if len(body) != 10 + body[9]:
            raise BgpError(ErrorCode.OPEN_MESSAGE, 0, text="optional parameters of another length")
        capabilities = Capabilities.parse(body[10:])
        number = int.from_bytes(body[1:3], "big")
        hold_time = int.from_bytes(body[3:5], "big")
        if 0 < hold_time < _LEAST_HOLD_TIME:
            raise BgpError(ErrorCode.OPEN_MESSAGE, OpenError.UNACCEPTABLE_HOLD_TIME)
        if body[5:9] == bytes(4):
            raise BgpError(ErrorCode.OPEN_MESSAGE, OpenError.BAD_BGP_IDENTIFIER)
        if capabilities.four_octet_as is not None:
            number = capabilities.four_octet_as
        return cls(number, hold_time, IPv4Address(body[5:9]), capabilities)


class Keepalive(NamedTuple):
    """KEEPALIVE (section 4.4): a header and nothing more."""

    def build(self) -> bytes:
        """The body."""
        return b""


class Notification(NamedTuple):
    """NOTIFICATION (section 4.5): the last message of a connection."""

    code: int
    subcode: int
    data: bytes = b""

    def build(self) -> bytes:
        """The body."""
        return bytes((self.code, self.subcode)) + self.data

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a body."""
        return cls(body[0], body[1], body[2:])


class RouteRefresh(NamedTuple):
    """ROUTE-REFRESH (RFC 2918); subtype: of RFC 7313."""

    family: tuple[int, int] = IPV4_UNICAST
    subtype: int = 0

    def build(self) -> bytes:
        """The body."""
        afi, safi = self.family
        return bytes((afi >> 8, afi & 255, self.subtype, safi))

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a body."""
        return cls((body[0] << 8 | body[1], body[3]), body[2])


Message = Open | Update | Notification | Keepalive | RouteRefresh

_TYPES: dict[type, MessageType] = {
    Open: MessageType.OPEN,
    Update: MessageType.UPDATE,
    Notification: MessageType.NOTIFICATION,
    Keepalive: MessageType.KEEPALIVE,
    RouteRefresh: MessageType.ROUTE_REFRESH,
}


def build(message: Message, *, four_octets: bool = True) -> bytes:
    """A message with its header; ValueError when it is larger than 4,096 bytes."""
    if isinstance(message, Update):
        body = message.build(four_octets=four_octets)
    else:
        body = message.build()
    length = HEADER_LENGTH + len(body)
    if length > LARGEST_MESSAGE:
        raise ValueError(f"BGP message of {length} bytes")
    return MARKER + length.to_bytes(2, "big") + bytes((_TYPES[type(message)],)) + body


def message_length(header: bytes) -> int:
    """The length that a header of 19 bytes gives. Raises BgpError as section 6.1 says."""
    if header[:16] != MARKER:
        subcode = HeaderError.CONNECTION_NOT_SYNCHRONIZED
        raise BgpError(ErrorCode.MESSAGE_HEADER, subcode)
    length, kind = header[16] << 8 | header[17], header[18]
    if kind not in tuple(MessageType):
        raise BgpError(ErrorCode.MESSAGE_HEADER, HeaderError.BAD_MESSAGE_TYPE, header[18:19])
    smallest = _SMALLEST[MessageType(kind)]
    exact = kind in (MessageType.KEEPALIVE, MessageType.ROUTE_REFRESH)
    if not smallest <= length <= LARGEST_MESSAGE or (exact and length != smallest):
        subcode = HeaderError.BAD_MESSAGE_LENGTH
        raise BgpError(ErrorCode.MESSAGE_HEADER, subcode, header[16:18])
    return length


def parse(message: bytes, *, four_octets: bool = True) -> Message:
    """Read one whole message whose header `message_length` took. Raises BgpError."""
    body = message[HEADER_LENGTH:]
    match message[18]:
        case MessageType.OPEN:
            return Open.parse(body)
        case MessageType.UPDATE:
            return Update.parse(body, four_octets=four_octets)
        case MessageType.NOTIFICATION:
            return Notification.parse(body)
        case MessageType.ROUTE_REFRESH:
            return RouteRefresh.parse(body)
        case _:
            return Keepalive()
