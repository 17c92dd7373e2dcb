"""Diffie-Hellman groups: the registry's numbers, agreement, and values that must be refused."""

import random
import warnings

import pytest

from ioscli.codec.errors import DecodeError
from ioscli.model.isakmp import DH_GROUP_BITS
from ioscli.protocols.ike import dh
from ioscli.protocols.ike.dh import GROUPS, EcpGroup, ModpGroup, SubgroupModpGroup

MODP = [number for number, group in GROUPS.items() if isinstance(group, ModpGroup)]
ECP = [number for number, group in GROUPS.items() if isinstance(group, EcpGroup)]

#: Field elements in the primes' formulas (RFC 2409, 6; RFC 3526): 2^n - 2^(n-64) - 1 + 2^64 * (..).
PI_OFFSETS = {1: 149_686, 2: 129_093, 5: 741_804, 14: 124_476, 15: 1_690_314, 16: 240_904}


def scaled_pi(bits: int) -> int:
    """floor(2^bits * pi), by Machin's formula."""
    unit = 1 << (bits + 64)

    def arctan_of_inverse(value: int) -> int:
        total = term = unit // value
        divisor, sign = 3, -1
        while term:
            term //= value * value
            total += sign * (term // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    return 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239)) >> 64


def test_registry_is_what_the_configuration_takes() -> None:
    assert set(GROUPS) == set(DH_GROUP_BITS)


@pytest.mark.parametrize("number", MODP)
def test_primes_follow_their_formula(number: int) -> None:
    bits = DH_GROUP_BITS[number]
    group = GROUPS[number]
    assert isinstance(group, ModpGroup)
    expected = 2**bits - 2 ** (bits - 64) - 1 + 2**64 * (scaled_pi(bits - 130) + PI_OFFSETS[number])
    assert group.prime == expected


@pytest.mark.parametrize("number", list(GROUPS))
def test_both_sides_agree(number: int) -> None:
    source = random.Random(number)
    ours, theirs = GROUPS[number].generate(source), GROUPS[number].generate(source)
    assert ours.public != theirs.public
    secret = ours.shared(theirs.public)
    assert secret == theirs.shared(ours.public)
    size = (DH_GROUP_BITS[number] + 7) // 8
    assert len(secret) == size
    assert len(ours.public) == (2 * size if number in ECP else size)


@pytest.mark.parametrize("number", list(GROUPS))
def test_equal_chance_gives_equal_values(number: int) -> None:
    first, second = (GROUPS[number].generate(random.Random(7)).public for _ in range(2))
    assert first == second


@pytest.mark.parametrize("number", MODP)
def test_degenerate_public_values(number: int) -> None:
    group = GROUPS[number]
    assert isinstance(group, ModpGroup)
    key = group.generate(random.Random(1))
    for value in (0, 1, group.prime - 1, group.prime, group.prime + 1):
        with pytest.raises(DecodeError, match="outside"):
            key.shared(value.to_bytes(group.size))
    for size in (0, group.size - 1, group.size + 1):
        with pytest.raises(DecodeError, match="bytes"):
            key.shared(b"\2" * size)


@pytest.mark.parametrize("number", ECP)
def test_points_off_the_curve(number: int) -> None:
    key = GROUPS[number].generate(random.Random(1))
    point = key.public
    moved = point[:-1] + bytes((point[-1] ^ 1,))
    for value in (moved, bytes(len(point)), b"\xff" * len(point)):
        with pytest.raises(DecodeError, match="curve"):
            key.shared(value)
    with pytest.raises(DecodeError, match="bytes"):
        key.shared(point[:-1])


def test_p256_vector() -> None:
    # RFC 5903, 8.1.
    class Scalar(random.Random):
        def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
            return int("C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433", 16)

    key = GROUPS[19].generate(Scalar())
    assert key.public.hex().upper() == (
        "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180"
        "5271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8990BB3"
    )
    peer = bytes.fromhex(
        "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63"
        "56FBF3CA366CC23E8157854C13C58D6AAC23F046ADA30F8353E74F33039872AB"
    )
    assert key.shared(peer).hex().upper() == (
        "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"
    )


def test_subgroup_of_prime_order() -> None:
    # RFC 5114, 2.3: the generator has the order q, and q divides p - 1.
    group = GROUPS[24]
    assert isinstance(group, SubgroupModpGroup)
    assert pow(2, group.prime - 1, group.prime) == pow(2, group.order - 1, group.order) == 1
    assert (group.prime - 1) % group.order == 0
    assert pow(group.generator, group.order, group.prime) == 1
    assert (group.prime.bit_length(), group.order.bit_length()) == (2_048, 256)


def test_values_outside_the_subgroup() -> None:
    group = GROUPS[24]
    assert isinstance(group, SubgroupModpGroup)
    key = group.generate(random.Random(1))
    # 2 has another order: it would leak the exponent modulo a small factor of (p - 1) / q.
    for value in (0, 1, 2, group.prime - 1, group.prime):
        with pytest.raises(DecodeError, match="outside"):
            key.shared(value.to_bytes(group.size))
    with pytest.raises(DecodeError, match="bytes"):
        key.shared(b"\2")


@pytest.mark.parametrize("number", [5, 14, 15, 16])
def test_openssl_and_plain_powers_agree(number: int) -> None:
    group = GROUPS[number]
    assert isinstance(group, ModpGroup)
    source = random.Random(number)
    for _ in range(3):
        exponent = source.getrandbits(2 * group.strength + 64)
        plain, fast = dh._ModpKey(group, exponent), dh._OpensslKey(group, exponent)
        assert fast.public == plain.public
        # Half of all values are outside the subgroup of the generator: both kinds are there.
        for value in (source.randrange(2, group.prime - 1) for _ in range(3)):
            peer = value.to_bytes(group.size)
            assert fast.shared(peer) == plain.shared(peer)


def test_openssl_results_keep_their_leading_zeros() -> None:
    group = GROUPS[14]
    assert isinstance(group, ModpGroup)
    assert dh._OpensslKey(group, 1_000).public == (1 << 1_000).to_bytes(group.size)


def test_the_same_without_openssl_s_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """cryptography announces that it will drop them: the bytes stay what they were."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nobody at a console is told of it either
        quick = dh.GROUPS[14].generate(random.Random(5))
        peer = dh.GROUPS[14].generate(random.Random(6)).public
        shared = quick.shared(peer)
    monkeypatch.setattr(dh, "_openssl_is_there", lambda: False)
    plain = dh.GROUPS[14].generate(random.Random(5))
    assert (plain.public, plain.shared(peer)) == (quick.public, shared)
    assert type(plain) is not type(quick)
