"""show tcp brief.

Layout: captures of IOS, whose columns are narrower with `numeric`. Its numbers are control blocks
in memory, of which there are none here: each connection has one number for its life.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import NamedTuple
from zlib import crc32

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
    known = f"{row.ends} {row.opened}".encode()
    return _FIRST_BLOCK + (crc32(known) & 0xFF_FFF8)
