"""telnet, as BusyBox has it: the small client of small Linux servers (RFC 854)."""

from __future__ import annotations

from ioscli.hosts.linux.connecting import ConnectError, address_of, connect, port_of
from ioscli.hosts.linux.process import (
    Closed,
    Data,
    Interrupted,
    Line,
    PeerClosed,
    Process,
    ProgramError,
    Steps,
)
from ioscli.protocols.tcp.effects import Ends

_IAC, _DONT, _DO, _WONT, _WILL, _SB, _SE = 255, 254, 253, 252, 251, 250, 240
_ECHO, _SUPPRESS_GO_AHEAD = 1, 3
_DATA, _COMMAND, _OPTION, _NEGOTIATION, _NEGOTIATION_END = range(5)


def telnet(process: Process) -> Steps:
    """Connect to a host, and let whoever types speak to it line by line."""
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
                    process.stack.tcp.send(ends, text.encode("latin-1", "replace") + b"\r\n")
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
        process.reads = False
        process.stack.tcp.close(ends)


class _Session:
    """What the server says, without the commands that are meant for the client."""

    def __init__(self, process: Process, ends: Ends) -> None:
        self._process = process
        self._ends = ends
        self._state = _DATA
        self._command = 0
        self._remote_echo = False

    def received(self, data: bytes) -> None:
        """Print text, and answer options."""
        text = bytearray()
        for byte in data:
            self._octet(byte, text)
        if text:
            shown = bytes(text).decode("latin-1").replace("\r\n", "\n").replace("\r", "")
            self._process.write(shown.replace("\0", "").replace("\a", ""))

    def _octet(self, byte: int, text: bytearray) -> None:
        match self._state:
            case 0:  # data
                if byte == _IAC:
                    self._state = _COMMAND
                else:
                    text.append(byte)
            case 1:  # after IAC
                self._command = byte
                if byte == _IAC:
                    text.append(byte)
                    self._state = _DATA
                elif byte == _SB:
                    self._state = _NEGOTIATION
                else:
                    self._state = _OPTION if _WILL <= byte <= _DONT else _DATA
            case 2:  # the option of a WILL, WONT, DO or DONT
                self._answer(byte)
                self._state = _DATA
            case 3:  # within a subnegotiation
                if byte == _IAC:
                    self._state = _NEGOTIATION_END
            case _:
                self._state = _DATA if byte == _SE else _NEGOTIATION

    def _answer(self, option: int) -> None:
        """Let the server echo and suppress go-ahead; refuse all else, so that nothing loops."""
        if self._command == _WILL:
            agreed = option in (_ECHO, _SUPPRESS_GO_AHEAD)
            if option == _ECHO:
                if self._remote_echo:
                    return
                self._remote_echo = True
                self._process.write("\nEntering character mode\nEscape character is '^]'.\n\n")
            reply = _DO if agreed else _DONT
        elif self._command == _DO:
            reply = _WILL if option == _SUPPRESS_GO_AHEAD else _WONT
        else:
            return
        self._process.stack.tcp.send(self._ends, bytes((_IAC, reply, option)))
