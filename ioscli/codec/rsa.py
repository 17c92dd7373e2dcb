"""RSA key pairs: found, and written as ASN.1 (RFC 8017, RFC 5280 section 4.1.2.7).

Primes come from a stream of chance that is handed in, so that a simulation repeats itself.
"""

from __future__ import annotations

from collections.abc import Generator
from random import Random
from typing import NamedTuple

EXPONENT = 65_537
_ROUNDS = 20
"""Of Miller and Rabin's test: a composite passes all with a chance below 4**-20."""
_SIEVE = 20_000
_RSA_ENCRYPTION = bytes.fromhex("300d06092a864886f70d0101010500")
"""The algorithm identifier rsaEncryption with its parameters, NULL."""


class RsaKey(NamedTuple):
    """A key pair."""

    modulus: int
    private_exponent: int
    public_exponent: int = EXPONENT

    @property
    def public_info(self) -> bytes:
        """The SubjectPublicKeyInfo, DER."""
        key = _sequence(_integer(self.modulus) + _integer(self.public_exponent))
        return _sequence(_RSA_ENCRYPTION + _element(0x03, b"\0" + key))


def generate(bits: int, chance: Random) -> Generator[None, None, RsaKey]:
    """Find a key pair with a modulus of so many bits; yields while it searches.

    Between two yields is one test of one candidate, a few milliseconds for long keys.
    """
    sieve = _small_primes()
    while True:
        first = yield from _prime(bits - bits // 2, chance, sieve)
        second = yield from _prime(bits // 2, chance, sieve)
        totient = (first - 1) * (second - 1)
        if first != second and totient % EXPONENT:
            return RsaKey(first * second, pow(EXPONENT, -1, totient))


def _prime(bits: int, chance: Random, sieve: list[int]) -> Generator[None, None, int]:
    """A prime whose two highest bits are set: the product of two has all its bits."""
    while True:
        candidate = chance.getrandbits(bits) | 3 << bits - 2 | 1
        if any(candidate % small == 0 for small in sieve):
            continue
        yield
        if _is_prime(candidate, chance):
            return candidate


def _is_prime(number: int, chance: Random) -> bool:
    """Miller and Rabin's test of an odd number."""
    twos = (number - 1 & 1 - number).bit_length() - 1
    odd = number - 1 >> twos
    for _ in range(_ROUNDS):
        power = pow(chance.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def _small_primes() -> list[int]:
    marks = bytearray([1]) * (_SIEVE + 1)
    for number in range(2, int(_SIEVE**0.5) + 1):
        if marks[number]:
            marks[number * number :: number] = bytes(len(marks[number * number :: number]))
    return [number for number in range(3, _SIEVE + 1) if marks[number]]


def _integer(value: int) -> bytes:
    return _element(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _sequence(content: bytes) -> bytes:
    return _element(0x30, content)


def _element(tag: int, content: bytes) -> bytes:
    """One ASN.1 element, DER."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
