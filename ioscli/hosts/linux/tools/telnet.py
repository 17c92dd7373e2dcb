"""telnet, as BusyBox has it: the small client of small Linux servers (RFC 854)."""

from __future__ import annotations

from codecs import getincrementaldecoder

from ioscli.codec.telnet import Command, Decoder, Negotiation, Option, escape
from ioscli.hosts.linux.connecting import ConnectError, address_of, connect, port_of
from ioscli.hosts.linux.process import (
    Closed,
    Data,
    Interrupted,
    Keys,
    Line,
    PeerClosed,
    Process,
    ProgramError,
    Steps,
)
from ioscli.protocols.tcp.effects import Ends

_ESCAPE = "\x1d"
"""Ctrl-]."""
_CONSOLE = (
    "\nConsole escape. Commands are:\n\n"
    " l\tgo to line mode\n c\tgo to character mode\n z\tsuspend telnet\n e\texit telnet\n"
)


def telnet(process: Process) -> Steps:
    """Connect to a host, and let whoever types speak to it: by keys where it echoes, or lines."""
    words = process.arguments[1:]
    if not 1 <= len(words) <= 2:
        raise ProgramError(
            "BusyBox v1.35.0 multi-call binary.\n\nUsage: telnet HOST [PORT]\n\n"
            "Connect to telnet server"
        )
    port = port_of(words[1]) if len(words) == 2 else 23
    if port is None:
        raise ProgramError(f"telnet: bad port '{words[1]}'")
    peer = address_of("telnet", words[0])
    try:
        ends = yield from connect(process, peer, port)
    except ConnectError as error:
        raise ProgramError(f"telnet: can't connect to remote host ({peer}): {error}") from None
    process.print(f"Connected to {words[0]}")
    session = _Session(process, ends)
    process.reads = True
    try:
        while True:
            match (yield None):
                case Line(text):
                    process.stack.tcp.send(ends, escape(text.encode("utf-8", "replace") + b"\r\n"))
                case Keys(text):
                    if session.typed(text):
                        return 0
                case Data(_, data):
                    session.received(data)
                case PeerClosed() | Closed():
                    process.print("Connection closed by foreign host")
                    return 1
    except Interrupted:
        process.print("")
        process.stack.tcp.abort(ends)
        return 1
    finally:
        process.reads = process.raw = False
        process.stack.tcp.close(ends)


class _Session:
    """What is typed and what the server says, without the commands meant for the programs."""

    def __init__(self, process: Process, ends: Ends) -> None:
        self._process = process
        self._ends = ends
        self._decoder = Decoder()
        self._letters = getincrementaldecoder("utf-8")("replace")
        self._remote_echo = False
        self._commanding = False
        """Whether the next key is for BusyBox's own console."""

    def typed(self, keys: str) -> bool:
        """Send keys; whether one of them says to leave."""
        for key in keys:
            if self._commanding:
                self._commanding = False
                if key == "e":
                    return True
                if key == "l":
                    self._by_lines()
                else:
                    self._process.print("continuing...")
            elif key == _ESCAPE:
                self._commanding = True
                self._process.write(_CONSOLE)
            else:
                self._send(escape(key.encode("utf-8", "replace")))
        return False

    def received(self, data: bytes) -> None:
        """Print text, and answer options."""
        text, negotiations = self._decoder.feed(data)
        for negotiation in negotiations:
            self._answer(negotiation)
        shown = self._letters.decode(text).replace("\r\n", "\n").replace("\0", "")
        self._process.write(shown if self._process.raw else shown.replace("\r", ""))

    def _answer(self, asked: Negotiation) -> None:
        """Let the server echo and suppress go-ahead; refuse all else, so that nothing loops."""
        if asked.command is Command.WILL:
            agreed = asked.option in (Option.ECHO, Option.SUPPRESS_GO_AHEAD)
            if asked.option == Option.ECHO:
                if self._remote_echo:
                    return
                self._remote_echo = True
                self._process.reads = False
                self._process.raw = True
                self._mode("character", "]")
            reply = Command.DO if agreed else Command.DONT
        elif asked.command is Command.DO:
            agreed = asked.option == Option.SUPPRESS_GO_AHEAD
            reply = Command.WILL if agreed else Command.WONT
        else:
            return
        self._send(Negotiation(reply, asked.option).build())

    def _by_lines(self) -> None:
        """Leave character mode: the terminal echoes, and whole lines are sent."""
        self._remote_echo = False
        self._send(Negotiation(Command.DONT, Option.ECHO).build())
        self._send(Negotiation(Command.DONT, Option.SUPPRESS_GO_AHEAD).build())
        self._process.raw = False
        self._process.reads = True
        self._mode("line", "C")

    def _mode(self, mode: str, key: str) -> None:
        self._process.write(f"\nEntering {mode} mode\nEscape character is '^{key}'.\n\n")

    def _send(self, data: bytes) -> None:
        self._process.stack.tcp.send(self._ends, data)
