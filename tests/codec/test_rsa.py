"""RSA key pairs: found from a stream of chance, written as others read them."""

from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ioscli.codec.rsa import RsaKey, generate


def made(bits: int, seed: int) -> RsaKey:
    search = generate(bits, Random(seed))
    while True:
        try:
            next(search)
        except StopIteration as end:
            key: RsaKey = end.value
            return key


@pytest.mark.parametrize("bits", [360, 511, 512, 1024])
def test_a_key_pair_has_its_bits_and_works(bits: int) -> None:
    key = made(bits, 1)
    assert key.modulus.bit_length() == bits
    message = 0x1234567890
    sealed = pow(message, key.public_exponent, key.modulus)
    assert pow(sealed, key.private_exponent, key.modulus) == message


def test_equal_chances_find_equal_keys() -> None:
    assert made(512, 7) == made(512, 7)
    assert made(512, 7) != made(512, 8)


def test_others_read_the_public_key() -> None:
    key = made(1024, 3)
    read = load_der_public_key(key.public_info)
    assert isinstance(read, RSAPublicKey)
    numbers = read.public_numbers()
    assert (numbers.n, numbers.e) == (key.modulus, key.public_exponent)
