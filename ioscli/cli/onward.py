"""A Telnet connection that an operator opened from a router to another node (RFC 854)."""

from __future__ import annotations

from codecs import getincrementaldecoder
from enum import Enum, auto
from typing import TYPE_CHECKING

from ioscli.codec.telnet import Command, Decoder, Negotiation, Option, escape
from ioscli.protocols.tcp.effects import Why

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address

    from ioscli.cli.dialogue import Resume
    from ioscli.cli.session import Session
    from ioscli.protocols.tcp.effects import Ends
    from ioscli.router.tcp import TcpService

#: Ctrl-Shift-6: with `x` after it, it suspends the connection; twice, it is sent.
ESCAPE = "\x1e"
_SUSPEND = "xX"
_PORT = 23
_WELCOME = (Option.ECHO, Option.SUPPRESS_GO_AHEAD)
"""What the other node may do."""


class Outcome(Enum):
    """How a wait at a connection ended."""

    OPEN = auto()
    REFUSED = auto()
    TIMED_OUT = auto()
    UNREACHABLE = auto()
    SUSPENDED = auto()
    """The operator left it, open as it is."""
    ENDED = auto()


_FAILURES = {
    Why.REFUSED: Outcome.REFUSED,
    Why.RESET: Outcome.REFUSED,
    Why.UNREACHABLE: Outcome.UNREACHABLE,
}


class Connection:
    """One connection; a TcpUser.

    name: the host as it was typed. tcp: of the routing table that leads there.
    """

    def __init__(
        self, session: Session, tcp: TcpService, name: str, address: IPv4Address, port: int
    ) -> None:
        self.number = 0
        """What the operator knows it by, once it is open."""
        self.name = name
        self.address = address
        self.port = port
        self.idle_since = session.router.simulation.now
        self._session = session
        self._tcp = tcp
        self._ends: Ends | None = None
        self._resume: Resume | None = None
        self._decoder = Decoder()
        self._letters = getincrementaldecoder("utf-8")("replace")
        self._echoes_here = port != _PORT
        """Whether what is typed is shown here: a Telnet server is trusted to do it."""
        self._echo_agreed = False
        self._escaping = False
        self._unread = ""

    @property
    def unread(self) -> int:
        """Characters that came while the operator was elsewhere."""
        return len(self._unread)

    # -- what the operator does --------------------------------------------------------------------

    def open(self, source: IPv4Address | None, resume: Resume) -> Callable[[], object]:
        """Connect, from an address of the router's or that of the way out: an Outcome."""
        self._resume = resume
        settings = self._tcp.terminal_settings(self.address)
        self._ends = self._tcp.connect(self.address, self.port, self, settings, source)
        if self._ends is None:
            self._report(Outcome.UNREACHABLE)
        return self.drop

    def enter(self, resume: Resume) -> Callable[[], object]:
        """Let the keys go there until the connection is left or ends: SUSPENDED or ENDED."""
        self._resume = resume
        self._escaping = False
        self._session.connected = self
        unread, self._unread = self._unread, ""
        self._session.show_remote(unread)
        return self.leave

    def leave(self) -> None:
        """The keys go there no more."""
        self._resume = None
        if self._session.connected is self:
            self._session.connected = None

    def type(self, keys: str) -> None:
        """Send keys, but for Ctrl-Shift-6 and what stands after it."""
        sent = ""
        for key in keys:
            if not self._escaping and key == ESCAPE:
                self._escaping = True
                continue
            if self._escaping and key in _SUSPEND:
                self._send(sent)
                self._report(Outcome.SUSPENDED)
                return
            if not self._escaping or key == ESCAPE:
                sent += key
            self._escaping = False
        self._send(sent)

    def drop(self) -> None:
        """Close the connection, whatever the other node says."""
        self.leave()
        if self._ends is not None:
            self._tcp.close(self._ends)
        self._forget()

    def _send(self, keys: str) -> None:
        if not keys or self._ends is None:
            return
        self.idle_since = self._session.router.simulation.now
        if self._echoes_here:
            keys = keys.replace("\r", "\r\n")
            self._session.show_remote(keys.replace("\r\n", "\n"))
        self._tcp.send(self._ends, escape(keys.encode("utf-8", "replace")))

    # -- TcpUser -----------------------------------------------------------------------------------

    def established(self, _ends: Ends, /) -> None:
        """The other node answered."""
        taken = {it.number for it in self._session.connections}
        self.number = next(it for it in range(1, 2 + len(taken)) if it not in taken)
        self._session.connections.append(self)
        self._report(Outcome.OPEN)

    def received(self, ends: Ends, data: bytes, /) -> None:
        """Output of the other node, and what it says of options."""
        text, negotiations = self._decoder.feed(data)
        answers = b"".join(it.build() for it in map(self._answer, negotiations) if it is not None)
        if answers:
            self._tcp.send(ends, answers)
        shown = self._letters.decode(text).replace("\r\n", "\n").replace("\0", "")
        if not shown:
            return
        if self._session.connected is self:
            self._session.show_remote(shown)
        else:
            self._unread += shown

    def peer_closed(self, ends: Ends, /) -> None:
        """The other node hung up."""
        self._tcp.close(ends)
        self._ended()

    def closed(self, _ends: Ends, why: Why, /) -> None:
        """The connection is gone, or never came about."""
        if self in self._session.connections:
            self._ended()
        elif self._resume is not None:
            self._report(_FAILURES.get(why, Outcome.TIMED_OUT))

    def _ended(self) -> None:
        if self not in self._session.connections:
            return
        self._forget()
        if self._resume is not None:
            self._report(Outcome.ENDED)
        else:
            self._session.log_line(f"\n[Connection to {self.name} closed by foreign host]")

    def _forget(self) -> None:
        if self in self._session.connections:
            self._session.connections.remove(self)

    def _report(self, outcome: Outcome) -> None:
        resume = self._resume
        self.leave()
        if resume is not None:
            resume(outcome)

    def _answer(self, asked: Negotiation) -> Negotiation | None:
        """Let the other node echo and leave go-ahead out; refuse all else. None: no answer."""
        match asked.command:
            case Command.WILL:
                if asked.option == Option.ECHO:
                    if self._echo_agreed:
                        return None
                    self._echo_agreed = True
                    self._echoes_here = False
                agreed = asked.option in _WELCOME
                return Negotiation(Command.DO if agreed else Command.DONT, asked.option)
            case Command.WONT if asked.option == Option.ECHO and self._echo_agreed:
                self._echo_agreed = False
                self._echoes_here = True
                return Negotiation(Command.DONT, asked.option)
            case Command.DO:
                agreed = asked.option == Option.SUPPRESS_GO_AHEAD
                return Negotiation(Command.WILL if agreed else Command.WONT, asked.option)
        return None
