"""Link-local signalling: a block of TLVs behind hellos and database descriptions (RFC 5613).

IOS appends one to each: extended options with the LR bit (it could resynchronise out of band).
"""

from typing import NamedTuple, Self

from ioscli.codec.checksum import internet_checksum, verify
from ioscli.codec.ospf.auth import Key
from ioscli.codec.ospf.errors import ChecksumError, LengthError

EXTENDED_OPTIONS = 1
CRYPTOGRAPHIC_AUTHENTICATION = 2

LSDB_RESYNCHRONIZATION = 0x01
"""LR: out-of-band resynchronisation can be done (RFC 4811)."""
RESTART_SIGNAL = 0x02
"""RS: the sender restarts (RFC 4812)."""


class LinkLocal(NamedTuple):
    """The block's TLVs, type and value, in their order; that of its authentication is left out."""

    tlvs: tuple[tuple[int, bytes], ...]

    @property
    def extended_options(self) -> int | None:
        """LR and RS, when they are there."""
        for kind, value in self.tlvs:
            if kind == EXTENDED_OPTIONS and len(value) == 4:
                return int.from_bytes(value, "big")
        return None

    def build(self, key: Key | None = None, sequence: int = 0) -> bytes:
        """The block, with a checksum, or with a digest when packets are authenticated so."""
        body = b"".join(
            kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
            for kind, value in self.tlvs
        )
        if key is None:
            words = (4 + len(body) >> 2).to_bytes(2, "big")
            return internet_checksum(b"\0\0" + words + body).to_bytes(2, "big") + words + body
        length = 4 + key.digest.length
        words = (4 + len(body) + 4 + length >> 2).to_bytes(2, "big")
        signed = b"".join(
            (
                b"\0\0",
                words,
                body,
                CRYPTOGRAPHIC_AUTHENTICATION.to_bytes(2, "big"),
                length.to_bytes(2, "big"),
                sequence.to_bytes(4, "big"),
            )
        )
        return signed + key.sign(signed)

    @classmethod
    def parse(cls, block: bytes) -> Self:
        """Mirror of build. Of an authenticated block the checksum is not looked at (2.2)."""
        if len(block) < 4:
            raise LengthError(f"link-local block of {len(block)} bytes")
        size = (block[2] << 8 | block[3]) << 2
        if not 4 <= size <= len(block):
            raise LengthError(f"link-local block of {len(block)} bytes says {size}")
        block = block[:size]
        tlvs = []
        authenticated = False
        offset = 4
        while offset + 4 <= size:
            kind = block[offset] << 8 | block[offset + 1]
            length = block[offset + 2] << 8 | block[offset + 3]
            end = offset + 4 + length
            if end > size:
                raise LengthError(f"link-local TLV {kind} of {length} bytes")
            if kind == CRYPTOGRAPHIC_AUTHENTICATION:
                authenticated = True
            else:
                tlvs.append((kind, block[offset + 4 : end]))
            offset = end + -length % 4
        if not authenticated and not verify(block):
            raise ChecksumError("link-local block")
        return cls(tuple(tlvs))


IOS_LINK_LOCAL = LinkLocal(((EXTENDED_OPTIONS, LSDB_RESYNCHRONIZATION.to_bytes(4, "big")),))
"""What IOS sends."""
