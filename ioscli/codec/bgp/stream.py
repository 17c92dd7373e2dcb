"""Messages out of the bytes that TCP delivers."""

from collections.abc import Iterator

from ioscli.codec.bgp.message import HEADER_LENGTH, Message, message_length, parse


class MessageStream:
    """What a peer sent and nobody took yet."""

    __slots__ = ("_data", "four_octets")

    def __init__(self) -> None:
        self._data = bytearray()
        self.four_octets = False
        """Whether both sides announced four-octet AS numbers."""

    def feed(self, data: bytes) -> None:
        """Add the next bytes."""
        self._data += data

    def messages(self) -> Iterator[Message]:
        """The messages that are whole. Raises BgpError at the first that is none."""
        while len(self._data) >= HEADER_LENGTH:
            length = message_length(bytes(self._data[:HEADER_LENGTH]))
            if len(self._data) < length:
                return
            whole = bytes(self._data[:length])
            del self._data[:length]
            yield parse(whole, four_octets=self.four_octets)
