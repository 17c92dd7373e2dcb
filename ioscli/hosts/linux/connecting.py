"""What telnet and nc share: an address and a port from the command line, and a connection."""

from __future__ import annotations

from collections.abc import Generator
from ipaddress import AddressValueError, IPv4Address

from ioscli.hosts.linux.process import Closed, Event, Opened, Process, ProgramError
from ioscli.hosts.linux.stack import Stack, UnroutableError
from ioscli.model.instant import MINUTE, SECOND, Duration, Instant
from ioscli.protocols.tcp.connection import TcpSettings
from ioscli.protocols.tcp.effects import Ends, Why

#: Names of well-known ports (/etc/services) as these programs print and take them.
SERVICES = {
    7: "echo",
    9: "discard",
    13: "daytime",
    20: "ftp-data",
    21: "ftp",
    22: "ssh",
    23: "telnet",
    25: "smtp",
    49: "tacacs",
    53: "domain",
    67: "bootps",
    68: "bootpc",
    69: "tftp",
    80: "http",
    110: "pop3",
    123: "ntp",
    143: "imap2",
    161: "snmp",
    162: "snmp-trap",
    179: "bgp",
    443: "https",
    500: "isakmp",
    514: "syslog",
    520: "route",
    4500: "ipsec-nat-t",
}
_PORTS = {name: port for port, name in SERVICES.items()}
_FAILURES = {
    Why.REFUSED: "Connection refused",
    Why.RESET: "Connection reset by peer",
    Why.TIMED_OUT: "Connection timed out",
    Why.UNREACHABLE: "No route to host",
    Why.ABORTED: "Connection aborted",
}
_HEADERS = 40
_WINDOW = 64_240
_SYN_RETRIES = 6
_CONNECT_TIME = Duration(127 * SECOND)
"""What `tcp_syn_retries` amounts to: 1 + 2 + 4 + ... + 64 s."""


class ConnectError(Exception):
    """A connection that did not come about; the text is strerror's."""


def address_of(program: str, text: str) -> IPv4Address:
    """The address of a host as it is typed; there are no names here."""
    try:
        return IPv4Address("127.0.0.1" if text == "localhost" else text)
    except AddressValueError:
        raise ProgramError(f"{program}: bad address '{text}'") from None


def port_of(text: str) -> int | None:
    """A port's number from its number or name; None where it is neither."""
    if text in _PORTS:
        return _PORTS[text]
    return int(text) if text.isdecimal() and 0 < int(text) < 65_536 else None


def settings(stack: Stack, peer: IPv4Address) -> TcpSettings:
    """How Linux speaks TCP: DF always, TTL 64, as MSS what the path is known to take (RFC 1191).

    The MSS that it offers follows a path MTU that it has learned, too (`ipv4_default_advmss`).
    Raises UnroutableError.
    """
    return TcpSettings(
        mss=min(stack.path_mtu(peer), 65_535) - _HEADERS,
        window=_WINDOW,
        ttl=64,
        dont_fragment=True,
        initial_timeout=SECOND,
        connect_time=_CONNECT_TIME,
        retries=15,
        linger=MINUTE,
    )


def connect(
    process: Process, peer: IPv4Address, port: int, timeout: Duration | None = None
) -> Generator[Instant | None, Event | None, Ends]:
    """Open a connection, waiting for it. Raises ConnectError."""
    try:
        how = settings(process.stack, peer)
    except UnroutableError:
        raise ConnectError("Network is unreachable") from None
    ends = process.stack.tcp.connect(peer, port, process, how)
    if ends is None:
        raise ConnectError("Network is unreachable")
    until = None if timeout is None else Instant(process.now + timeout)
    try:
        while True:
            event = yield until
            match event:
                case Opened(opened) if opened == ends:
                    return ends
                case Closed(closed, why) if closed == ends:
                    raise ConnectError(_FAILURES.get(why, "Connection refused"))
                case None if until is not None and process.now >= until:
                    raise ConnectError("Operation timed out")
    except BaseException:
        process.stack.tcp.abort(ends)
        raise
