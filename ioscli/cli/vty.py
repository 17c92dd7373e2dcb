"""Telnet to a router (RFC 854): connections to port 23 become sessions on its vty lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioscli.cli.session import Session
from ioscli.cli.terminal_session import TerminalSession
from ioscli.codec.telnet import Command, Decoder, Negotiation, Option, escape

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Address

    from ioscli.cli.matcher import Grammar
    from ioscli.model.access import LineConfig
    from ioscli.protocols.tcp.connection import TcpSettings
    from ioscli.protocols.tcp.effects import Ends, Why
    from ioscli.router.router import Router
    from ioscli.router.vrf import Vrf

#: What IOS says first to whoever connects (captures of IOS 12.4 and 15).
_OFFERS = (
    Negotiation(Command.WILL, Option.ECHO),
    Negotiation(Command.WILL, Option.SUPPRESS_GO_AHEAD),
    Negotiation(Command.DO, Option.TERMINAL_TYPE),
    Negotiation(Command.DO, Option.WINDOW_SIZE),
)
_NO_TRANSPORT = "none"


def input_transports(line: LineConfig) -> str:
    """What `transport input` lets in on a vty line; IOS 15.6 and later begin with `none`."""
    for kept in line.stored.get("line_transport_input", ()):
        words = kept.split()
        if words[0] == "transport":
            return " ".join(words[2:])
    return _NO_TRANSPORT


class VtyServer:
    """The vty lines of one router, as long as it is there: it survives reloads."""

    def __init__(self, router: Router, grammar: Grammar) -> None:
        self.router = router
        self.grammar = grammar

    def settings(self, table: Vrf, peer: IPv4Address) -> TcpSettings | None:
        """How to speak with somebody who comes by a routing table; None: refused."""
        if self.free_line(table, peer) is None:
            return None
        return table.tcp.terminal_settings(peer)

    def visit(self, table: Vrf, ends: Ends) -> Visit:
        """Who takes a new connection."""
        return Visit(self, table, ends)

    def free_line(self, table: Vrf, peer: IPv4Address) -> int | None:
        """The first line that nobody is on and that takes Telnet, where it takes this peer."""
        router = self.router
        access = router.config.access
        if router.reloads.down:
            return None
        taken = {it.line for it in router.reloads.listeners if isinstance(it, Session)}
        for line in range(1, 2 + max((last for _, last in access.vty), default=-1)):
            settings = access.line(line)
            if line in taken or not _takes_telnet(settings):
                continue
            return line if self._admits(settings, table, peer) else None
        return None

    def _admits(self, line: LineConfig, table: Vrf, peer: IPv4Address) -> bool:
        """Whether `access-class NAME in` lets a peer in; from a VRF only with `vrf-also`."""
        for kept in line.stored.get("line_access_class", ()):
            words = kept.split()
            if words[0] != "access-class" or words[2] != "in":
                continue
            if table.name and "vrf-also" not in words:
                return False
            known = self.router.config.policy.access_lists.get(words[1])
            return known is None or known.permits_address(peer)
        return True


def _takes_telnet(line: LineConfig) -> bool:
    return not {"telnet", "all"}.isdisjoint(input_transports(line).split())


class Visit:
    """One connection: a TcpUser, and a terminal session on the line that it was given."""

    def __init__(self, server: VtyServer, table: Vrf, ends: Ends) -> None:
        self._server = server
        self._table = table
        self._ends = ends
        self._decoder = Decoder()
        self._terminal: TerminalSession | None = None
        self._line = 0
        self._unsent = bytearray()
        self._closing = False

    @property
    def line(self) -> int:
        """The line that it was given: N is vty N-1; 0: none yet."""
        return self._line

    # TcpUser

    def established(self, ends: Ends, /) -> None:
        """Give the peer a line, and show what is shown there first."""
        line = self._server.free_line(self._table, ends.peer)
        if line is None:  # two came at once for the last one
            self._table.tcp.abort(ends)
            return
        self._line = line
        for offer in _OFFERS:
            self._send(offer.build())
        self._send(b"\r\n")
        self._terminal = TerminalSession(self._open, lambda data: self._send(escape(data)))
        self._terminal.start()
        self._check()

    def received(self, _ends: Ends, data: bytes, /) -> None:
        """Keys, and what the peer's Telnet says of options."""
        if self._terminal is None:
            return
        text, negotiations = self._decoder.feed(data)
        for negotiation in negotiations:
            self._answer(negotiation)
        if text:
            self._terminal.feed(text)
        self._check()

    def peer_closed(self, _ends: Ends, /) -> None:
        """The peer hung up."""
        self._leave()
        self._table.tcp.close(self._ends)

    def closed(self, _ends: Ends, _why: Why, /) -> None:
        """The connection is gone."""
        self._leave()

    # -- the session -------------------------------------------------------------------------------

    def _open(self, output: Callable[[str], None], changed: Callable[[], None]) -> Session:
        def moved_on() -> None:
            changed()
            self._check()

        return Session(
            self._server.router,
            self._server.grammar,
            output=output,
            line=self._line,
            length=self._server.router.config.access.line(self._line).length,
            on_change=moved_on,
            location=str(self._ends.peer),
        )

    def _check(self) -> None:
        """Hang up once the session has ended."""
        terminal = self._terminal
        if terminal is None or not terminal.closed or self._closing:
            return
        terminal.session.close()
        self._closing = True
        self._flush()
        self._table.tcp.close(self._ends)

    def _leave(self) -> None:
        """Whoever was here is gone: the session ends, wherever it was."""
        terminal, self._terminal = self._terminal, None
        self._closing = True
        if terminal is not None and not terminal.closed:
            session = terminal.session
            assert isinstance(session, Session)
            session.hang_up()
            session.close()

    # -- the wire ----------------------------------------------------------------------------------

    def _answer(self, asked: Negotiation) -> None:
        """Refuse what was not offered here; of what was, the peer's word is the last."""
        offered = any(asked.option == offer.option for offer in _OFFERS)
        if asked.command is Command.DO and not offered:
            self._send(Negotiation(Command.WONT, asked.option).build())
        elif asked.command is Command.WILL and not offered:
            self._send(Negotiation(Command.DONT, asked.option).build())

    def _send(self, data: bytes) -> None:
        """Send once all that happens at this instant was written: one segment, not one a word."""
        if not self._unsent:
            self._server.router.simulation.post(0, Visit._flush, self)
        self._unsent += data

    def _flush(self) -> None:
        data, self._unsent = bytes(self._unsent), bytearray()
        if data:
            self._table.tcp.send(self._ends, data)
