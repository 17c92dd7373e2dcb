"""Telnet: text with commands in it (RFC 854, RFC 855), as client and server both read it."""

from enum import IntEnum
from typing import NamedTuple


class Command(IntEnum):
    """What may follow IAC (RFC 854, "Telnet command structure")."""

    SE = 240
    """End of a subnegotiation."""
    NOP = 241
    DATA_MARK = 242
    BREAK = 243
    INTERRUPT_PROCESS = 244
    ABORT_OUTPUT = 245
    ARE_YOU_THERE = 246
    ERASE_CHARACTER = 247
    ERASE_LINE = 248
    GO_AHEAD = 249
    SB = 250
    """Begin of a subnegotiation."""
    WILL = 251
    WONT = 252
    DO = 253
    DONT = 254
    IAC = 255
    """Interpret as command; twice: the byte 255 itself."""


class Option(IntEnum):
    """IANA "Telnet Options"; others are numbers."""

    BINARY = 0
    ECHO = 1
    """RFC 857."""
    SUPPRESS_GO_AHEAD = 3
    """RFC 858."""
    STATUS = 5
    TIMING_MARK = 6
    TERMINAL_TYPE = 24
    """RFC 1091."""
    WINDOW_SIZE = 31
    """RFC 1073 (NAWS)."""
    TERMINAL_SPEED = 32
    REMOTE_FLOW_CONTROL = 33
    LINE_MODE = 34
    NEW_ENVIRONMENT = 39


class Negotiation(NamedTuple):
    """WILL, WONT, DO or DONT, and the option that it is about."""

    command: Command
    option: int

    def build(self) -> bytes:
        """The three bytes of it."""
        return bytes((Command.IAC, self.command, self.option))


class Decoder:
    """Parts what a peer sends into text and negotiations; sequences may be cut anywhere.

    The text keeps its CR LF; of CR NUL, a carriage return alone, the NUL is dropped (RFC 854).
    Subnegotiations are skipped, and so are commands that act on nothing here.
    """

    __slots__ = ("_after_return", "_command", "_state")

    def __init__(self) -> None:
        self._state = _TEXT
        self._command = 0
        self._after_return = False

    def feed(self, data: bytes) -> tuple[bytes, list[Negotiation]]:
        """What came: the text, and the negotiations in their order."""
        text = bytearray()
        negotiations: list[Negotiation] = []
        for byte in data:
            match self._state:
                case 0:
                    self._take_text(byte, text)
                case 1:
                    self._take_command(byte, text)
                case 2:
                    negotiations.append(Negotiation(Command(self._command), byte))
                    self._state = _TEXT
                case 3:
                    if byte == Command.IAC:
                        self._state = _WITHIN_COMMAND
                case _:
                    self._state = _TEXT if byte == Command.SE else _WITHIN
        return bytes(text), negotiations

    def _take_text(self, byte: int, text: bytearray) -> None:
        if byte == Command.IAC:
            self._state = _COMMAND
            return
        if not (self._after_return and byte == 0):
            text.append(byte)
        self._after_return = byte == _RETURN

    def _take_command(self, byte: int, text: bytearray) -> None:
        self._command = byte
        self._state = _TEXT
        if byte == Command.IAC:
            text.append(byte)
            self._after_return = False
        elif byte == Command.SB:
            self._state = _WITHIN
        elif Command.WILL <= byte <= Command.DONT:
            self._state = _OPTION


#: What the next byte is: text, the command after IAC, the option after WILL and its like, a byte
#: of a subnegotiation, or what follows IAC in one.
_TEXT, _COMMAND, _OPTION, _WITHIN, _WITHIN_COMMAND = range(5)
_RETURN = 13


def escape(data: bytes) -> bytes:
    """Text as it is sent: 255 twice, and NUL after a carriage return that no LF follows."""
    data = data.replace(b"\xff", b"\xff\xff")
    if b"\r" not in data:
        return data
    return data.replace(b"\r", b"\r\0").replace(b"\r\0\n", b"\r\n")
