"""Encryption of ISAKMP messages under one ISAKMP SA (RFC 2409, appendix B)."""

from typing import NamedTuple

from ioscli.codec.errors import DecodeError
from ioscli.codec.isakmp import IsakmpHeader, Payload, build_payloads, parse_payloads
from ioscli.codec.isakmp.numbers import Flags
from ioscli.protocols.ike.algorithms import IkeCipher, Prf
from ioscli.protocols.ike.keys import PhaseOneKeys, exchange_iv


class Protection(NamedTuple):
    """Algorithms and keys of an ISAKMP SA.

    IVs are chained within an exchange: each call takes one and returns the next, which the
    caller keeps only when the message turned out to be good.
    """

    prf: Prf
    cipher: IkeCipher
    keys: PhaseOneKeys

    def seal(
        self, header: IsakmpHeader, payloads: tuple[Payload, ...], iv: bytes
    ) -> tuple[bytes, bytes]:
        """The encrypted message, padded with zeros, and the next IV."""
        first, plaintext = build_payloads(payloads)
        block = self.cipher.block
        padded = plaintext + bytes(-len(plaintext) % block)
        ciphertext = self.cipher.encrypt(self.keys.cipher_key, iv, padded)
        flags = header.flags | Flags.ENCRYPTION
        message = header._replace(next_payload=first, flags=flags).build(ciphertext)
        return message, ciphertext[-block:]

    def open(
        self, header: IsakmpHeader, body: bytes, iv: bytes
    ) -> tuple[tuple[Payload, ...], bytes]:
        """The payloads and the next IV; a wrong key ends in DecodeError, or in wrong payloads."""
        block = self.cipher.block
        if not body or len(body) % block:
            raise DecodeError(f"ciphertext of {len(body)} bytes")
        plaintext = self.cipher.decrypt(self.keys.cipher_key, iv, body)
        payloads, _ = parse_payloads(header.next_payload, plaintext)
        return payloads, body[-block:]

    def exchange_iv(self, last_block: bytes, message_id: int) -> bytes:
        """The IV with which an exchange after phase 1 begins."""
        return exchange_iv(self.prf, last_block, message_id)
