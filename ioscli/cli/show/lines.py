"""show line, terminal, users, sessions: the console, the auxiliary port and the vtys.

Layout: captures of IOS 15 and IOS-XE. Noise and overruns print as none: there is no wire to the
terminals. From Cisco's documentation, without a capture: the status and state of a line that
nobody uses. Timers and rates that are no part of a line's view are the defaults of captures.
"""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address
from typing import NamedTuple

from ioscli.cli.show.age import route_age
from ioscli.model.instant import SECOND, Duration

_MINUTE, _HOUR = 60, 3_600


class LineView(NamedTuple):
    """One line and, where somebody is there, the session at it."""

    number: int
    """Among all lines: 0 the console, 1 the auxiliary port, then the vtys."""
    kind: str
    """`CTY`, `AUX`, `VTY`."""
    uses: int
    access_out: str | None
    """The access list of `access-class ... out`."""
    access_in: str | None
    length: int
    width: int
    history: int
    exec_timeout: int
    """Seconds; 0: never."""
    input_transports: str
    output_transports: str
    preferred_transport: str
    active: Duration | None = None
    """How long somebody has been there; None: nobody is."""
    idle: Duration = Duration(0)
    user: str = ""
    mine: bool = False
    """Whether it is the session that asks."""
    location: str = ""
    """The address that somebody came from."""
    hosts: tuple[str, ...] = ()
    """Where somebody is connected to from here."""
    monitor: bool = False
    """Whether system messages were asked for (`terminal monitor`)."""
    editing: bool = True

    @property
    def place(self) -> str:
        """`con 0`, `aux 0`, `vty 3`."""
        if self.kind == "VTY":
            return f"vty {self.relative}"
        return "con 0" if self.kind == "CTY" else "aux 0"

    @property
    def relative(self) -> int:
        """The number among the lines of its kind."""
        from ioscli.router.exec_lines import FIRST_VTY

        return self.number - FIRST_VTY if self.kind == "VTY" else 0


def show_lines(lines: Iterable[LineView]) -> Iterator[str]:
    """`show line`: one row each, and the numbers that stand for nothing here."""
    yield _HEADING
    last = -1
    missing: list[str] = []
    for line in lines:
        yield _row(line)
        if line.number > last + 1:
            missing.append(_span(last + 1, line.number - 1))
        last = line.number
    if missing:
        yield ""
        yield "Line(s) not in async mode -or- with no hardware support: "
        yield ", ".join(missing)
    yield ""


_HEADING = "   Tty Line Typ     Tx/Rx    A Modem  Roty AccO AccI  Uses  Noise Overruns  Int"


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _row(line: LineView) -> str:
    speed = "9600/9600" if line.kind == "AUX" else ""
    lists = f"{line.access_out or '-':>5}{line.access_in or '-':>5}"
    return (
        f"{' ' if line.active is None else '*'}{line.number:>5}{line.number:>5} {line.kind}"
        f"{speed:>12}  -    -      -{lists}{line.uses:>6}{0:>7}{'0/0':>7}      -"
    )


def show_line(line: LineView) -> Iterator[str]:
    """`show line N`: its row and its settings."""
    yield _HEADING
    yield _row(line)
    yield ""
    yield from show_terminal(line)
    yield ""


def show_terminal(line: LineView) -> Iterator[str]:
    """A line's settings and state."""
    yield f'Line {line.number}, Location: "", Type: ""'
    yield f"Length: {line.length} lines, Width: {line.width} columns"
    wire = "" if line.kind == "VTY" else ", no parity, 1 stopbits, 8 databits"
    yield f"Baud rate (TX/RX) is 9600/9600{wire}"
    yield f"Status: {_status(line)}"
    yield f"Capabilities: {'Receives Logging Output' if line.monitor else 'none'}"
    yield f"Modem state: {'Idle' if line.active is None else 'Ready'}"
    yield "Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation"
    yield "                ^^x    none   -     -       none         "
    yield "Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch"
    timeout = " never " if line.exec_timeout == 0 else _clock(line.exec_timeout)
    yield f"               {timeout}        never                        none     not set"
    yield "                            Idle Session Disconnect Warning"
    yield "                              never "
    yield "                            Login-sequence User Response"
    yield "                             00:00:30"
    yield "                            Autoselect Initial Wait"
    yield "                              not set "
    yield "Modem type is unknown."
    yield "Session limit is not set."
    since = "never" if line.active is None else route_age(line.active)
    yield f"Time since activation: {since}"
    yield f"Editing is {'enabled' if line.editing else 'disabled'}."
    if line.history:
        yield f"History is enabled, history size is {line.history}."
    else:
        yield f"History is disabled, history size is {line.history}."
    yield "DNS resolution in show commands is enabled"
    yield "Full user help is disabled"
    yield f"Allowed input transports are {line.input_transports}."
    yield f"Allowed output transports are {line.output_transports}."
    yield f"Preferred transport is {line.preferred_transport}."
    yield "Shell: disabled"
    yield "Shell trace: off"
    yield "No output characters are padded"
    yield "No special data dispatching characters"


def _status(line: LineView) -> str:
    words = [] if line.active is None else ["PSI Enabled", "Ready", "Active"]
    if line.kind == "VTY":
        words.append("No Exit Banner")
    if line.active is not None:
        words.append("Automore On")
    return ", ".join(words)


def show_users(lines: Iterable[LineView]) -> Iterator[str]:
    """`show users [all]`: who is where, and the hosts that they are connected to from here."""
    yield "    Line       User       Host(s)              Idle       Location"
    for line in lines:
        host, *more = line.hosts or ("" if line.active is None else "idle",)
        yield (
            f"{'*' if line.mine else ' '}{line.number:>3} {line.place:<10}"
            f"{line.user:<11}{host:<21}{_clock(line.idle // SECOND)} {line.location or '  '}"
        )
        for other in more:
            yield f"{'':<26}{other}"
    yield ""
    yield "  Interface    User               Mode         Idle     Peer Address"
    yield ""


class ConnectionView(NamedTuple):
    """A connection from here to another node."""

    number: int
    host: str
    """As it was typed."""
    address: IPv4Address
    unread: int
    """Characters that came and were not shown yet."""
    idle: Duration
    """Since something was last typed there."""
    last: bool
    """Whether it was the last that was used."""


def show_sessions(connections: Iterable[ConnectionView]) -> Iterator[str]:
    """`show sessions`. Layout: Cisco IOS Terminal Services Command Reference."""
    yield "Conn Host                Address             Byte  Idle Conn Name"
    for it in connections:
        yield (
            f"{'*' if it.last else ' '}{it.number:>3} {it.host:<20}{it.address!s:<20}"
            f"{it.unread:>4}{it.idle // SECOND // _MINUTE:>6} {it.host}"
        )
    yield ""


def _clock(seconds: int) -> str:
    return f"{seconds // _HOUR:02}:{seconds // _MINUTE % 60:02}:{seconds % _MINUTE:02}"
