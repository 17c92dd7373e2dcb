"""A whole ISAKMP message in the clear (RFC 2408, 3): header and payloads."""

from typing import NamedTuple, Self

from ioscli.codec.errors import DecodeError
from ioscli.codec.isakmp.header import IsakmpHeader
from ioscli.codec.isakmp.payloads import Payload, build_payloads, parse_payloads


class IsakmpMessage(NamedTuple):
    """Header, payloads and what pads them.

    Of an encrypted message it is what stands inside: `padding` follows the last payload, and
    the header, its Encryption flag included, is that of the message on the wire.
    """

    header: IsakmpHeader
    payloads: tuple[Payload, ...]
    padding: bytes = b""

    def build(self) -> bytes:
        """The message before encryption; the header's next payload follows from the payloads."""
        first, chain = build_payloads(self.payloads)
        return self.header._replace(next_payload=first).build(chain + self.padding)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a message in the clear, or one with its ciphertext replaced by the plaintext."""
        header, body = IsakmpHeader.parse(data)
        payloads, padding = parse_payloads(header.next_payload, body)
        if padding and not header.encrypted:
            raise DecodeError(f"{len(padding)} bytes after the last payload")
        return cls(header, payloads, padding)
