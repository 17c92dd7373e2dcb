"""TCP segments (RFC 9293), the options that routers send, and rewriting the MSS in transit."""

import hmac
from enum import IntEnum, IntFlag
from hashlib import md5
from ipaddress import IPv4Address
from typing import NamedTuple, Self

from ioscli.codec.checksum import adjust
from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.codec.ipv4 import IpProtocol, header_length

HEADER_LENGTH = 20
LARGEST_HEADER = 60
_CHECKSUM_AT = 16
_MSS_LENGTH = 4
_SIGNATURE_LENGTH = 18


class Flag(IntFlag):
    """Control bits (RFC 9293 section 3.1)."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10
    URG = 0x20


class Option(IntEnum):
    """Kinds of options (IANA "TCP Option Kind Numbers")."""

    END = 0
    NO_OPERATION = 1
    MSS = 2
    WINDOW_SCALE = 3
    SACK_PERMITTED = 4
    TIMESTAMPS = 8
    MD5_SIGNATURE = 19


class Options(NamedTuple):
    """The options that are understood; others are skipped. None: not there."""

    mss: int | None = None
    window_scale: int | None = None
    signature: bytes | None = None
    """RFC 2385: 16 bytes."""

    def build(self) -> bytes:
        """The options, padded to whole words."""
        data = b""
        if self.mss is not None:
            data += bytes((Option.MSS, _MSS_LENGTH)) + self.mss.to_bytes(2, "big")
        if self.window_scale is not None:
            data += bytes((Option.NO_OPERATION, Option.WINDOW_SCALE, 3, self.window_scale))
        if self.signature is not None:
            data += bytes((Option.MD5_SIGNATURE, _SIGNATURE_LENGTH)) + self.signature
        return data + bytes(-len(data) % 4)

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the options of a segment. Raises DecodeError when one does not fit."""
        mss = scale = signature = None
        at = 0
        while at < len(data) and data[at] != Option.END:
            if data[at] == Option.NO_OPERATION:
                at += 1
                continue
            length = data[at + 1] if at + 1 < len(data) else 0
            if length < 2 or at + length > len(data):
                raise DecodeError(f"TCP option {data[at]} of length {length}")
            value = data[at + 2 : at + length]
            if data[at] == Option.MSS and length == _MSS_LENGTH:
                mss = int.from_bytes(value, "big")
            elif data[at] == Option.WINDOW_SCALE and length == 3:
                scale = value[0]
            elif data[at] == Option.MD5_SIGNATURE and length == _SIGNATURE_LENGTH:
                signature = value
            at += length
        return cls(mss, scale, signature)


class TcpHeader(NamedTuple):
    """What a segment says of itself; sequence numbers modulo 2**32."""

    source_port: int
    destination_port: int
    sequence: int
    acknowledgment: int
    flags: int
    window: int
    options: Options = Options()
    urgent: int = 0

    def build(
        self,
        payload: bytes,
        source: IPv4Address,
        destination: IPv4Address,
        key: bytes | None = None,
    ) -> bytes:
        """The segment. key: sign it with the MD5 option (RFC 2385)."""
        options = self.options.build()
        if key is not None:
            blank = self.options._replace(signature=bytes(16))
            length = HEADER_LENGTH + len(blank.build()) + len(payload)
            fixed = self._fixed(len(blank.build()))
            digest = _signature(fixed, payload, length, source, destination, key)
            options = blank._replace(signature=digest).build()
        head = self._fixed(len(options)) + options
        length = len(head) + len(payload)
        checksum = -_sum(head + payload, length, source, destination) % 65535
        return b"".join((head[:_CHECKSUM_AT], checksum.to_bytes(2, "big"), head[18:], payload))

    def _fixed(self, options_length: int) -> bytes:
        """The twenty bytes, with a checksum of zero."""
        words = (HEADER_LENGTH + options_length) // 4
        return b"".join(
            (
                (self.source_port << 16 | self.destination_port).to_bytes(4, "big"),
                self.sequence.to_bytes(4, "big"),
                self.acknowledgment.to_bytes(4, "big"),
                (words << 28 | self.flags << 16 | self.window).to_bytes(4, "big"),
                self.urgent.to_bytes(4, "big"),
            )
        )

    @classmethod
    def parse(
        cls, segment: bytes, source: IPv4Address, destination: IPv4Address
    ) -> tuple[Self, bytes]:
        """Check and split a segment; the addresses are those of its IPv4 header."""
        if len(segment) < HEADER_LENGTH:
            raise DecodeError(f"TCP segment of {len(segment)} bytes")
        offset = (segment[12] >> 4) * 4
        if not HEADER_LENGTH <= offset <= len(segment):
            raise DecodeError(f"TCP header of {offset} bytes in {len(segment)}")
        if _sum(segment, len(segment), source, destination) % 65535:
            raise ChecksumError("wrong TCP checksum")
        header = cls(
            segment[0] << 8 | segment[1],
            segment[2] << 8 | segment[3],
            int.from_bytes(segment[4:8], "big"),
            int.from_bytes(segment[8:12], "big"),
            segment[13] & 0x3F,
            segment[14] << 8 | segment[15],
            Options.parse(segment[HEADER_LENGTH:offset]),
            segment[18] << 8 | segment[19],
        )
        return header, segment[offset:]


def signature_ok(segment: bytes, source: IPv4Address, destination: IPv4Address, key: bytes) -> bool:
    """Whether a segment that `TcpHeader.parse` took carries the right MD5 signature (RFC 2385)."""
    offset = (segment[12] >> 4) * 4
    carried = Options.parse(segment[HEADER_LENGTH:offset]).signature
    fixed = segment[:_CHECKSUM_AT] + b"\0\0" + segment[18:HEADER_LENGTH]
    wanted = _signature(fixed, segment[offset:], len(segment), source, destination, key)
    return carried is not None and hmac.compare_digest(carried, wanted)


def carries_signature(segment: bytes) -> bool:
    """Whether a segment that `TcpHeader.parse` took has the MD5 option, right or wrong."""
    offset = (segment[12] >> 4) * 4
    return Options.parse(segment[HEADER_LENGTH:offset]).signature is not None


def clamp_mss(packet: bytes, largest: int) -> bytes:
    """Lower the MSS option of a SYN in an IPv4 packet (`ip tcp adjust-mss`).

    The packet itself comes back when it is no SYN, carries no larger MSS, or is a later fragment
    or malformed; a checksum is adjusted (RFC 1624), not made right.
    """
    start = header_length(packet)
    if packet[9] != IpProtocol.TCP or int.from_bytes(packet[6:8], "big") & 0x1FFF:
        return packet
    if len(packet) < start + HEADER_LENGTH or not packet[start + 13] & Flag.SYN:
        return packet
    end = start + (packet[start + 12] >> 4) * 4
    at = start + HEADER_LENGTH
    while at + _MSS_LENGTH <= min(end, len(packet)) and packet[at] != Option.END:
        if packet[at] == Option.NO_OPERATION:
            at += 1
            continue
        if packet[at] == Option.MSS and packet[at + 1] == _MSS_LENGTH:
            return _with_mss(packet, start, at + 2, largest)
        if packet[at + 1] < 2:
            break
        at += packet[at + 1]
    return packet


def _with_mss(packet: bytes, start: int, at: int, largest: int) -> bytes:
    mss = packet[at] << 8 | packet[at + 1]
    if mss <= largest:
        return packet
    changed = bytearray(packet)
    changed[at : at + 2] = largest.to_bytes(2, "big")
    checksum = int.from_bytes(packet[start + 16 : start + 18], "big")
    if (at - start) & 1:  # the option straddles two of the checksum's words
        swapped = (mss & 0xFF) << 8 | mss >> 8, (largest & 0xFF) << 8 | largest >> 8
        checksum = adjust(checksum, *swapped)
    else:
        checksum = adjust(checksum, mss, largest)
    changed[start + 16 : start + 18] = checksum.to_bytes(2, "big")
    return bytes(changed)


def _pseudo_header(length: int, source: IPv4Address, destination: IPv4Address) -> bytes:
    return b"".join(
        (source.packed, destination.packed, bytes((0, IpProtocol.TCP)), length.to_bytes(2, "big"))
    )


def _signature(  # the order in which RFC 2385 hashes
    fixed: bytes,
    payload: bytes,
    length: int,
    source: IPv4Address,
    destination: IPv4Address,
    key: bytes,
) -> bytes:
    hashed = _pseudo_header(length, source, destination) + fixed + payload + key
    return md5(hashed, usedforsecurity=False).digest()


def _sum(segment: bytes, length: int, source: IPv4Address, destination: IPv4Address) -> int:
    """A number with the remainder, modulo 65535, of the words of pseudo-header and segment."""
    number = int.from_bytes(segment, "big")
    if length & 1:
        number <<= 8
    return number + int(source) + int(destination) + IpProtocol.TCP + length
