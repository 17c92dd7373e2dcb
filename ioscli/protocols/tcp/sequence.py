"""Sequence numbers: arithmetic and comparison modulo 2**32 (RFC 9293 section 3.4)."""

MODULUS = 1 << 32
_HALF = 1 << 31


def add(number: int, amount: int) -> int:
    """A number further on."""
    return (number + amount) % MODULUS


def distance(later: int, earlier: int) -> int:
    """How far one number is ahead of another; negative when it is behind."""
    gap = (later - earlier) % MODULUS
    return gap - MODULUS if gap >= _HALF else gap


def before(first: int, second: int) -> bool:
    """Whether a number comes before another."""
    return distance(first, second) < 0
