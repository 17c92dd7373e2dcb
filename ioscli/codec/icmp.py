"""ICMP messages (RFC 792, RFC 1191, code points of RFC 1812)."""

from enum import IntEnum
from typing import NamedTuple

from ioscli.codec.checksum import internet_checksum, verify
from ioscli.codec.errors import ChecksumError, DecodeError

HEADER_LENGTH = 8


class IcmpType(IntEnum):
    """IANA "ICMP Parameters" registry, message types."""

    ECHO_REPLY = 0
    DESTINATION_UNREACHABLE = 3
    SOURCE_QUENCH = 4
    REDIRECT = 5
    ECHO_REQUEST = 8
    ROUTER_ADVERTISEMENT = 9
    ROUTER_SOLICITATION = 10
    TIME_EXCEEDED = 11
    PARAMETER_PROBLEM = 12
    TIMESTAMP = 13
    TIMESTAMP_REPLY = 14
    INFORMATION_REQUEST = 15
    INFORMATION_REPLY = 16
    MASK_REQUEST = 17
    MASK_REPLY = 18


class UnreachableCode(IntEnum):
    """Codes of destination unreachable (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1)."""

    NET = 0
    HOST = 1
    PROTOCOL = 2
    PORT = 3
    FRAGMENTATION_NEEDED = 4
    SOURCE_ROUTE_FAILED = 5
    NET_UNKNOWN = 6
    HOST_UNKNOWN = 7
    SOURCE_HOST_ISOLATED = 8
    NET_PROHIBITED = 9
    HOST_PROHIBITED = 10
    NET_TOS = 11
    HOST_TOS = 12
    COMMUNICATION_PROHIBITED = 13
    HOST_PRECEDENCE_VIOLATION = 14
    PRECEDENCE_CUTOFF = 15


class TimeExceededCode(IntEnum):
    """Codes of time exceeded (RFC 792)."""

    TTL = 0
    REASSEMBLY = 1


class EchoMessage(NamedTuple):
    """An echo request or reply."""

    reply: bool
    identifier: int
    sequence: int
    data: bytes = b""

    def build(self) -> bytes:
        """The message with its checksum."""
        kind = IcmpType.ECHO_REPLY if self.reply else IcmpType.ECHO_REQUEST
        return _build(
            kind, 0, (self.identifier << 16 | self.sequence).to_bytes(4, "big") + self.data
        )


class DestinationUnreachable(NamedTuple):
    """A datagram could not be delivered; `original` quotes its beginning.

    next_hop_mtu: bytes, meaningful with code 4 and 0 from routers older than RFC 1191.
    unused: the 16 bits before it, where RFC 4884 puts a length.
    """

    code: int
    next_hop_mtu: int
    original: bytes
    unused: int = 0

    def build(self) -> bytes:
        """The message with its checksum."""
        head = (self.unused << 16 | self.next_hop_mtu).to_bytes(4, "big")
        return _build(IcmpType.DESTINATION_UNREACHABLE, self.code, head + self.original)


class TimeExceeded(NamedTuple):
    """A datagram's TTL or reassembly timer ran out; `original` quotes its beginning."""

    code: int
    original: bytes
    unused: int = 0

    def build(self) -> bytes:
        """The message with its checksum."""
        head = self.unused.to_bytes(4, "big")
        return _build(IcmpType.TIME_EXCEEDED, self.code, head + self.original)


class OtherIcmp(NamedTuple):
    """A message kept raw: `rest` is what follows the checksum."""

    type: int
    code: int
    rest: bytes

    def build(self) -> bytes:
        """The message with its checksum."""
        return _build(self.type, self.code, self.rest)


IcmpMessage = EchoMessage | DestinationUnreachable | TimeExceeded | OtherIcmp


def parse(message: bytes) -> IcmpMessage:
    """Read a message (the payload of an IPv4 packet) after checking its checksum."""
    if len(message) < HEADER_LENGTH:
        raise DecodeError(f"ICMP message of {len(message)} bytes")
    if not verify(message):
        raise ChecksumError("wrong ICMP checksum")
    kind, code = message[0], message[1]
    first = message[4] << 8 | message[5]
    second = message[6] << 8 | message[7]
    if kind in (IcmpType.ECHO_REQUEST, IcmpType.ECHO_REPLY) and code == 0:
        return EchoMessage(kind == IcmpType.ECHO_REPLY, first, second, message[8:])
    if kind == IcmpType.DESTINATION_UNREACHABLE:
        return DestinationUnreachable(code, second, message[8:], first)
    if kind == IcmpType.TIME_EXCEEDED:
        return TimeExceeded(code, message[8:], first << 16 | second)
    return OtherIcmp(kind, code, message[4:])


def echo_reply_to(request: bytes) -> bytes:
    """The reply to an echo request, checksum updated (RFC 1624) rather than computed.

    Only for requests that `checksum.verify` finds right: a wrong checksum stays wrong.
    """
    # The first 4 bytes are type, code and checksum. Type 8 to 0 takes 0x0800 from the sum of
    # words, so the checksum gains it, modulo 65535.
    head = int.from_bytes(request[:4], "big")
    head -= 0x08000000 - 0x0800 if head & 0xFFFF < 0xF7FF else 0x08000000 - 0x0800 + 0xFFFF
    if not head and not any(request[4:]):
        head = 0xFFFF  # nothing but zeros: here 0x0000 would not verify
    return head.to_bytes(4, "big") + request[4:]


def _build(kind: int, code: int, rest: bytes) -> bytes:
    head = bytes((kind, code))
    checksum = internet_checksum(head + b"\0\0" + rest)
    return b"".join((head, checksum.to_bytes(2, "big"), rest))
