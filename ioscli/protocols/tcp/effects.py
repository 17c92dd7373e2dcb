"""What TCP asks of its node and tells its users."""

from enum import Enum
from ipaddress import IPv4Address
from typing import NamedTuple, Self


class State(Enum):
    """States of RFC 9293 section 3.3.2, as `show tcp brief` prints them."""

    LISTEN = "LISTEN"
    SYN_SENT = "SYNSENT"
    SYN_RECEIVED = "SYNRCVD"
    ESTABLISHED = "ESTAB"
    FIN_WAIT_1 = "FINWAIT1"
    FIN_WAIT_2 = "FINWAIT2"
    CLOSE_WAIT = "CLOSEWAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LASTACK"
    TIME_WAIT = "TIMEWAIT"
    CLOSED = "CLOSED"


class Why(Enum):
    """How a connection ended."""

    FINISHED = "finished"
    """Both sides closed."""
    REFUSED = "refused"
    """A reset answered the SYN."""
    RESET = "reset"
    """The peer reset it."""
    TIMED_OUT = "timed out"
    """The peer did not answer any more."""
    UNREACHABLE = "unreachable"
    """An ICMP error answered the SYN."""
    ABORTED = "aborted"
    """The user gave it up."""


class Ends(NamedTuple):
    """What a connection is known by."""

    local: IPv4Address
    local_port: int
    peer: IPv4Address
    peer_port: int

    @classmethod
    def of_segment(cls, source: bytes, destination: bytes, segment: bytes) -> Self:
        """Of a segment that this node sent: its addresses, and four bytes of it at least."""
        ports = int.from_bytes(segment[:2], "big"), int.from_bytes(segment[2:4], "big")
        return cls(IPv4Address(source), ports[0], IPv4Address(destination), ports[1])


class SendSegment(NamedTuple):
    """Send a segment: protocol 6 between two addresses."""

    local: IPv4Address
    peer: IPv4Address
    segment: bytes
    ttl: int
    tos: int
    dont_fragment: bool


class Established(NamedTuple):
    """The handshake is over. passive: the peer opened it."""

    ends: Ends
    passive: bool


class Received(NamedTuple):
    """The peer's next bytes, in order."""

    ends: Ends
    data: bytes


class Acknowledge(NamedTuple):
    """What came before is to be acknowledged, once its user had a chance to answer."""

    ends: Ends


class PeerClosed(NamedTuple):
    """The peer will send nothing more; what is sent to it still arrives."""

    ends: Ends


class Closed(NamedTuple):
    """The connection is no more."""

    ends: Ends
    why: Why


class BadSignature(NamedTuple):
    """A segment was lost whose MD5 signature was wrong, or missing where one is due."""

    ends: Ends
    signed: bool
    """Whether it carried a signature at all."""


TcpEffect = SendSegment | Established | Received | Acknowledge | PeerClosed | Closed | BadSignature
