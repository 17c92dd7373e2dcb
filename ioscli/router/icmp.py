"""The router's ICMP (RFC 792, RFC 1812): echo replies, errors with IOS's rate limit.

Unreachables are limited to one per interval (`ip icmp rate-limit unreachable`, 500 ms by
default), code 4 apart from the others: five DF pings that do not fit read `M.M.M`, and the
second probe of a traceroute's last hop goes unanswered. Time exceeded is not limited.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.codec.checksum import verify
from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.codec.icmp import (
    HEADER_LENGTH,
    DestinationUnreachable,
    EchoMessage,
    IcmpType,
    TimeExceeded,
    TimeExceededCode,
    UnreachableCode,
    echo_reply_to,
    parse,
)
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.engine.simulation import Simulation
from ioscli.model.config import RouterConfig
from ioscli.model.instant import MILLISECOND, Instant
from ioscli.router.forwarding import Forwarding
from ioscli.router.interfaces import Interface

#: Bytes of the offending datagram that an error quotes beyond its IP header (RFC 792).
_QUOTED_PAYLOAD = 8

_ICMP_ERRORS = frozenset(
    {
        IcmpType.DESTINATION_UNREACHABLE,
        IcmpType.SOURCE_QUENCH,
        IcmpType.REDIRECT,
        IcmpType.TIME_EXCEEDED,
        IcmpType.PARAMETER_PROBLEM,
    }
)


class RateLimit:
    """At most one message per interval."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: Instant | None = None

    def allows(self, now: Instant, interval_ms: int | None) -> bool:
        """Whether a message may go now; if so, the interval starts anew."""
        if (
            interval_ms is not None
            and self._last is not None
            and now - self._last < interval_ms * MILLISECOND
        ):
            return False
        self._last = now
        return True


class IcmpSeen(NamedTuple):
    """An ICMP message that the router received or sent, for `debug ip icmp`."""

    message: object
    """As `ioscli.codec.icmp.parse` gives it."""
    source: IPv4Address
    destination: IPv4Address
    tos: int
    sent: bool


ErrorHandler = Callable[[DestinationUnreachable | TimeExceeded, IPv4Address], None]


class Icmp:
    """Answers and reports for one router; errors about its own packets go to `on_error`."""

    __slots__ = (
        "_config",
        "_forwarding",
        "_fragmentation_limit",
        "_simulation",
        "_unreachable_limit",
        "checksum_errors",
        "malformed",
        "on_error",
        "on_reply",
        "rate_limited",
        "received",
        "sent",
        "watch",
    )

    def __init__(
        self, simulation: Simulation, forwarding: Forwarding, config: RouterConfig
    ) -> None:
        self._simulation = simulation
        self._forwarding = forwarding
        self._config = config
        self._unreachable_limit = RateLimit()
        self._fragmentation_limit = RateLimit()
        self.on_reply: Callable[[EchoMessage, IPv4Address], None] = lambda *_: None
        self.on_error: ErrorHandler = lambda *_: None
        self.malformed = 0
        self.checksum_errors = 0
        self.rate_limited = 0
        self.received: dict[int, int] = {}
        """ICMP type -> messages for this router."""
        self.sent: dict[int, int] = {}
        """ICMP type -> answers and errors sent; pings are the prober's."""
        self.watch: Callable[[IcmpSeen], None] | None = None
        """`debug ip icmp`; None while it is off."""

    def receive(self, packet: bytes, _interface: Interface) -> None:
        """An ICMP message for this router."""
        start = header_length(packet)
        payload = packet[start:]
        if payload[:1] == b"\x08":
            self._answer(packet, payload)
            return
        try:
            message = parse(payload)
        except ChecksumError:
            self.checksum_errors += 1
            return
        except DecodeError:
            self.malformed += 1
            return
        sender = IPv4Address(packet[12:16])
        _count(self.received, payload[0])
        if self.watch is not None:
            self.watch(IcmpSeen(message, sender, IPv4Address(packet[16:20]), packet[1], False))
        match message:
            case EchoMessage():
                self.on_reply(message, sender)
            case DestinationUnreachable() | TimeExceeded():
                self.on_error(message, sender)
            case _:
                pass  # other kinds are for hosts; a router takes note of none

    def _answer(self, packet: bytes, payload: bytes) -> None:
        if len(payload) < HEADER_LENGTH:
            self.malformed += 1
            return
        if not verify(payload):
            self.checksum_errors += 1
            return
        _count(self.received, IcmpType.ECHO_REQUEST)
        if packet[16:20] in self._forwarding.own_addresses:
            source = packet[16:20]
        else:  # a broadcast is answered from the address of the way back
            found = self._forwarding.source_address(IPv4Address(packet[12:16]))
            if found is None:
                return
            source = found.packed
        reply = echo_reply_to(payload)
        _count(self.sent, IcmpType.ECHO_REPLY)
        if self.watch is not None:
            ends = IPv4Address(source), IPv4Address(packet[12:16])
            self.watch(IcmpSeen(parse(reply), *ends, packet[1], True))
        self._forwarding.originate(
            source,
            packet[12:16],
            IpProtocol.ICMP,
            reply,
            tos=packet[1],
            dont_fragment=bool(packet[6] & 0x40),
        )

    # -- errors --------------------------------------------------------------------------------

    def time_exceeded(self, packet: bytes, interface: Interface) -> None:
        """TTL ran out in transit."""
        message = TimeExceeded(TimeExceededCode.TTL, self._quote(packet))
        self._report(packet, interface, message)

    def reassembly_time_exceeded(self, packet: bytes) -> None:
        """Fragments of a packet to us were missing for too long; `packet` is the first one."""
        message = TimeExceeded(TimeExceededCode.REASSEMBLY, self._quote(packet))
        self._report(packet, None, message)

    def no_route(self, packet: bytes, interface: Interface) -> None:
        """No route: IOS says host unreachable."""
        self._unreachable(packet, interface, UnreachableCode.HOST)

    def prohibited(self, packet: bytes, interface: Interface) -> None:
        """An access list denied it (RFC 1812 section 5.2.7.1)."""
        self._unreachable(packet, interface, UnreachableCode.COMMUNICATION_PROHIBITED)

    def protocol_unreachable(self, packet: bytes, interface: Interface) -> None:
        """Nobody here speaks the packet's protocol."""
        self._unreachable(packet, interface, UnreachableCode.PROTOCOL)

    def port_unreachable(self, packet: bytes, interface: Interface) -> None:
        """Nobody listens on the UDP port."""
        self._unreachable(packet, interface, UnreachableCode.PORT)

    def too_big(self, packet: bytes, interface: Interface, mtu: int) -> None:
        """DF is set and the next hop takes at most `mtu` bytes (RFC 1191)."""
        config = self._config
        interval = config.icmp_df_unreachable_interval
        if interval is None:
            interval = config.icmp_unreachable_interval
        self._unreachable(
            packet,
            interface,
            UnreachableCode.FRAGMENTATION_NEEDED,
            next_hop_mtu=mtu,
            limit=self._fragmentation_limit,
            interval=interval,
        )

    def _unreachable(
        self,
        packet: bytes,
        interface: Interface,
        code: UnreachableCode,
        *,
        next_hop_mtu: int = 0,
        limit: RateLimit | None = None,
        interval: int | None = None,
    ) -> None:
        if not interface.config.unreachables or not self._may_report(packet):
            return
        if limit is None:
            limit, interval = self._unreachable_limit, self._config.icmp_unreachable_interval
        if not limit.allows(self._simulation.now, interval):
            self.rate_limited += 1
            return
        message = DestinationUnreachable(code, next_hop_mtu, self._quote(packet))
        self._report(packet, interface, message)

    @staticmethod
    def _quote(packet: bytes) -> bytes:
        return packet[: header_length(packet) + _QUOTED_PAYLOAD]

    def _may_report(self, packet: bytes) -> bool:
        """RFC 1812, 4.3.2.7: no errors about errors, later fragments, broadcasts or nobody."""
        if int.from_bytes(packet[6:8], "big") & 0x1FFF:
            return False
        if packet[9] == IpProtocol.ICMP:
            start = header_length(packet)
            if len(packet) <= start or packet[start] in _ICMP_ERRORS:
                return False
        source = packet[12:16]
        if source == b"\0\0\0\0" or source[0] >= 224 or source[0] == 127:
            return False
        return packet[16] < 224 and packet[16:20] not in self._forwarding.own_broadcasts

    def _report(
        self,
        packet: bytes,
        interface: Interface | None,
        message: DestinationUnreachable | TimeExceeded,
    ) -> None:
        if not self._may_report(packet):
            return
        # IOS answers from the interface that the packet came in by; one without an address
        # lends that of the way back.
        address = interface.address if interface is not None else None
        if address is None:
            address = self._forwarding.source_address(IPv4Address(packet[12:16]))
        if address is not None:
            unreachable = isinstance(message, DestinationUnreachable)
            _count(
                self.sent,
                IcmpType.DESTINATION_UNREACHABLE if unreachable else IcmpType.TIME_EXCEEDED,
            )
            if self.watch is not None:
                self.watch(IcmpSeen(message, address, IPv4Address(packet[12:16]), 0xC0, True))
            self._forwarding.originate(
                address.packed, packet[12:16], IpProtocol.ICMP, message.build(), tos=0xC0
            )


def _count(counts: dict[int, int], kind: int) -> None:
    counts[kind] = counts.get(kind, 0) + 1
