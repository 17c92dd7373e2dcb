"""What ping and traceroute ask of a router, and what they learn."""

from enum import Enum, auto
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.model.instant import Duration


class EchoKind(Enum):
    """How one echo request ended."""

    REPLY = auto()
    TIMEOUT = auto()
    UNREACHABLE = auto()
    FRAGMENTATION_NEEDED = auto()
    TTL_EXCEEDED = auto()
    SOURCE_QUENCH = auto()
    OTHER = auto()


class EchoRequest(NamedTuple):
    """One ICMP echo request; `size` counts the whole IP datagram, as IOS does."""

    destination: IPv4Address
    identifier: int
    sequence: int
    size: int = 100
    timeout: int = 2_000_000
    """Microseconds."""
    source: IPv4Address | None = None
    """None: the address of the interface it leaves by."""
    dont_fragment: bool = False
    tos: int = 0
    pattern: int = 0xABCD
    ttl: int = 255


class EchoResult(NamedTuple):
    """How one echo request ended, and when."""

    kind: EchoKind
    round_trip: Duration
    responder: IPv4Address | None = None
    next_hop_mtu: int | None = None
    """From a fragmentation-needed message (RFC 1191)."""
    data_intact: bool = True
    """Whether the reply carried back the data that was sent."""


class TraceKind(Enum):
    """How one traceroute probe ended; `!H`, `!N` and their like come from it."""

    TIME_EXCEEDED = auto()
    PORT_UNREACHABLE = auto()
    HOST_UNREACHABLE = auto()
    NET_UNREACHABLE = auto()
    PROTOCOL_UNREACHABLE = auto()
    PROHIBITED = auto()
    TIMEOUT = auto()


class TraceProbe(NamedTuple):
    """One UDP probe of traceroute."""

    destination: IPv4Address
    ttl: int
    port: int
    timeout: int = 3_000_000
    """Microseconds."""
    source: IPv4Address | None = None
    tos: int = 0


class TraceResult(NamedTuple):
    """Who answered one traceroute probe, and when."""

    kind: TraceKind
    round_trip: Duration
    responder: IPv4Address | None = None
