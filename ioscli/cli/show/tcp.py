"""show tcp, show tcp brief, and the connection in show ip bgp neighbors.

Layout: captures of IOS; the columns of `brief` are narrower with `numeric`. Its numbers are control
blocks in memory, of which there are none here: each connection has one number for its life. What
IOS prints of TCP's own timers (starts, wake-ups) is not kept here and left out, and so is the
option flag of Nagle's algorithm: TCP does not wait here. The headings of `show tcp` are those of
Cisco's command reference.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import NamedTuple
from zlib import crc32

from ioscli.model.instant import MILLISECOND, Instant
from ioscli.protocols.tcp.connection import Connection
from ioscli.protocols.tcp.effects import Ends, State

_ANY = IPv4Address(0)
_FIRST_BLOCK = 0x0E00_0000


class TcpView(NamedTuple):
    """A connection, or a port that listens."""

    ends: Ends
    state: str
    opened: int
    """When, microseconds."""


def listening(port: int) -> TcpView:
    """A port that waits for connections."""
    return TcpView(Ends(_ANY, port, _ANY, 0), State.LISTEN.value, 0)


def show_brief(rows: Iterable[TcpView], *, numeric: bool) -> Iterator[str]:
    """One row each."""
    near, far = (24, 23) if numeric else (28, 28)
    yield f"TCB       {'Local Address':<{near}}{'Foreign Address':<{far}}(state)"
    for row in rows:
        local, local_port, peer, peer_port = row.ends
        if not numeric and row.state == State.LISTEN.value:
            here, there = f"*.{local_port}", "*.*"
        else:
            here, there = f"{local}.{local_port}", f"{peer}.{peer_port}"
        yield f"{_block(row):08X}  {here:<{near}}{there:<{far}}{row.state}"


def _block(row: TcpView) -> int:
    return block(row.ends, row.opened)


def block(ends: Ends, opened: int) -> int:
    """The number of a connection, or of a port that listens."""
    return _FIRST_BLOCK + (crc32(f"{ends} {opened}".encode()) & 0xFF_FFF8)


def show_connection(
    connection: Connection, table: int, now: Instant, line: int | None
) -> Iterator[str]:
    """One connection of `show tcp`; line: the number of the terminal line that it feeds."""
    ends = connection.ends
    if line is not None:
        yield f"tty{line}, virtual tty from host {ends.peer}"
    else:
        which = "from" if connection.passive else "to"
        yield f"Stand-alone TCP connection {which} host {ends.peer}"
    idle = now - connection.spoke, now - connection.heard
    yield from connection_lines(connection, table, now, idle)
    yield ""


def connection_lines(
    connection: Connection, table: int, now: Instant, idle: tuple[int, int], least_ttl: int = 0
) -> Iterator[str]:
    """What is known of a connection.

    table: its routing table's number. idle: since something was sent, and received (microseconds).
    least_ttl: packets that arrive with less are lost.
    """
    ends, settings = connection.ends, connection.settings
    # The status is 1 in every capture, whichever side opened the connection.
    yield f"Connection state is {connection.state.value}, I/O status: 1, unread input bytes: 0"
    yield (
        f"Connection is ECN Disabled, Mininum incoming TTL {least_ttl}, Outgoing TTL {settings.ttl}"
    )
    yield f"Local host: {ends.local}, Local port: {ends.local_port}"
    yield f"Foreign host: {ends.peer}, Foreign port: {ends.peer_port}"
    yield f"Connection tableid (VRF): {table}"
    yield ""
    yield (
        f"iss: {connection.iss:>10}  snduna: {connection.snd_una:>10}  "
        f"sndnxt: {connection.snd_nxt:>10}"
    )
    yield f"irs: {connection.irs:>10}  rcvnxt: {connection.rcv_nxt:>10}"
    yield ""
    yield (
        f"uptime: {(now - connection.opened) // MILLISECOND} ms, "
        f"Sent idletime: {idle[0] // MILLISECOND} ms, "
        f"Receive idletime: {idle[1] // MILLISECOND} ms"
    )
    yield f"Status Flags: {'passive open, gen tcbs' if connection.passive else 'active open'}"
    md5 = ", md5" if settings.key is not None else ""
    yield f"Option Flags: path mtu capable{md5}"
    yield f"IP Precedence value : {settings.tos >> 5}"
    yield ""
    yield f"Datagrams (max data segment is {connection.mss} bytes):"
    yield f"Rcvd: {connection.segments_in}, total data bytes: {connection.bytes_in}"
    yield (
        f"Sent: {connection.segments_out} (retransmit: {connection.retransmissions}), "
        f"total data bytes: {connection.bytes_out}"
    )
