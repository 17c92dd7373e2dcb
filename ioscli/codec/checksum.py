"""The Internet checksum (RFC 1071) and its incremental update (RFC 1624).

One's complement addition of 16-bit words is arithmetic modulo 65535, and 65536 is 1 there: the
number that the whole buffer spells has the same remainder as the sum of its words, so that one
big-integer division replaces the loop.
"""


def internet_checksum(data: bytes) -> int:
    """Checksum of a buffer whose checksum field is zero; 0 when it holds its right checksum.

    Odd lengths are padded with a zero byte. One's complement has two zeros: a buffer with any bit
    set gets 0x0000, as the RFC's loop gives, and a buffer of zeros gets 0xFFFF, since there
    0x0000 would fail the receiver's test.
    """
    number = int.from_bytes(data, "big")
    if len(data) & 1:
        number <<= 8
    return -number % 65535 if number else 65535


def verify(data: bytes) -> bool:
    """Whether a buffer that includes its checksum field sums to 0xFFFF (RFC 1071 section 1)."""
    number = int.from_bytes(data, "big")
    if len(data) & 1:
        number <<= 8
    return number % 65535 == 0 and number != 0


def adjust(checksum: int, old: int, new: int) -> int:
    """The checksum after one 16-bit word changed from old to new (RFC 1624 equation 3).

    Equal to a recomputation, unless the change leaves nothing but zeros in the buffer.
    """
    total = (checksum ^ 0xFFFF) + (old ^ 0xFFFF) + new
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF
