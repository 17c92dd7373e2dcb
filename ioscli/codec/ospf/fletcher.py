"""The checksum of LSAs: Fletcher's, over all but the age (RFC 2328 12.1.7, RFC 905 annex B)."""

from itertools import accumulate

CHECKSUM_OFFSET = 14
"""Of the two checksum bytes, in an LSA without its age."""


def fletcher_checksum(rest: bytes) -> int:
    """The checksum of an LSA without its age whose checksum bytes are zero; never zero itself."""
    first = sum(rest) % 255
    second = sum(accumulate(rest)) % 255
    after = len(rest) - CHECKSUM_OFFSET - 1
    high = (after * first - second) % 255
    low = (-first - high) % 255
    # 0 and 255 are the same remainder; zero is what a missing checksum looks like.
    return (high or 255) << 8 | (low or 255)


def fletcher_ok(rest: bytes) -> bool:
    """Whether an LSA without its age holds its right checksum (and not none at all)."""
    if not rest[CHECKSUM_OFFSET] and not rest[CHECKSUM_OFFSET + 1]:
        return False
    return not sum(rest) % 255 and not sum(accumulate(rest)) % 255
