"""Diffie-Hellman groups: MODP (RFC 2409, 6; RFC 3526; RFC 5114) and ECP (RFC 5903).

Private values come from the random source handed in, so that equal runs send equal bytes.
"""

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Protocol

from ioscli.codec.errors import DecodeError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.dh import DHParameterNumbers, DHPrivateKey
    from cryptography.hazmat.primitives.asymmetric.ec import (
        EllipticCurve,
        EllipticCurvePrivateKey,
    )


class DhKey(Protocol):
    """One side's private value of one exchange."""

    @property
    def public(self) -> bytes:
        """The public value as the Key Exchange payload carries it."""

    def shared(self, peer_public: bytes) -> bytes:
        """g^xy with the peer's public value; DecodeError when that is not one of the group."""


class DhGroup(Protocol):
    """A group of the registry: what `group N` names."""

    @property
    def strength(self) -> int:
        """Estimated bits of security (RFC 3526, 8; RFC 5903): which of two groups is more."""

    def generate(self, source: random.Random) -> DhKey:
        """A fresh private value."""


_GENERATOR = 2
_SMALLEST_KNOWN = 1536
"""Bits of the smallest prime that OpenSSL knows; others it tests at each use, for 50 to 100 ms."""


class ModpGroup:
    """Integers modulo a safe prime, generator 2."""

    __slots__ = ("known", "prime", "size", "strength")

    def __init__(self, prime: str, strength: int) -> None:
        self.prime = int(prime, 16)
        self.size = self.prime.bit_length() // 8
        self.strength = strength
        self.known = self.prime.bit_length() >= _SMALLEST_KNOWN

    def generate(self, source: random.Random) -> DhKey:
        """An exponent of twice the group's strength and a margin, top bit set.

        Short exponents are sound in these groups: (p-1)/2 is prime (RFC 3526, 8).
        """
        bits = 2 * self.strength + 64
        exponent = source.getrandbits(bits) | 1 << (bits - 1)
        quick = self.known and _openssl_is_there()
        return _OpensslKey(self, exponent) if quick else _ModpKey(self, exponent)

    def read(self, public: bytes) -> int:
        """A public value that a peer sent."""
        if len(public) != self.size:
            raise DecodeError(f"public value of {len(public)} bytes, not {self.size}")
        value = int.from_bytes(public)
        if not 1 < value < self.prime - 1:
            raise DecodeError("public value outside the group")
        return value


class _ModpKey:
    """By pow(): of groups that OpenSSL does not know."""

    __slots__ = ("_exponent", "_group", "public")

    def __init__(self, group: ModpGroup, exponent: int) -> None:
        self._group = group
        self._exponent = exponent
        self.public = pow(_GENERATOR, exponent, group.prime).to_bytes(group.size)

    def shared(self, peer_public: bytes) -> bytes:
        group = self._group
        value = group.read(peer_public)
        return pow(value, self._exponent, group.prime).to_bytes(group.size)


class _OpensslKey:
    """By OpenSSL, 7 to 25 times as fast.

    It wants the public value along with the exponent and does not look at it: the generator stands
    in. The true one is the "secret" shared with a peer whose public value is the generator.
    """

    __slots__ = ("_group", "_numbers", "_private", "public")

    def __init__(self, group: ModpGroup, exponent: int) -> None:
        from cryptography.hazmat.primitives.asymmetric import dh

        self._group = group
        with _undeprecated():
            self._numbers: DHParameterNumbers = dh.DHParameterNumbers(group.prime, _GENERATOR)
            stand_in = dh.DHPublicNumbers(_GENERATOR, self._numbers)
            self._private: DHPrivateKey = dh.DHPrivateNumbers(exponent, stand_in).private_key()
        self.public = self._power(_GENERATOR)

    def shared(self, peer_public: bytes) -> bytes:
        return self._power(self._group.read(peer_public))

    def _power(self, value: int) -> bytes:
        from cryptography.hazmat.primitives.asymmetric import dh

        try:
            with _undeprecated():
                theirs = dh.DHPublicNumbers(value, self._numbers).public_key()
                power = self._private.exchange(theirs)
        except ValueError as error:
            raise DecodeError("public value outside the group") from error
        return power.rjust(self._group.size, b"\0")


@contextmanager
def _undeprecated() -> Iterator[None]:
    """Without the warning of cryptography 50 that these groups are old: IKEv1 has no others."""
    from cryptography.utils import CryptographyDeprecationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield


@cache
def _openssl_is_there() -> bool:
    """Whether cryptography still has these groups; it says that a release to come will not."""
    try:
        from cryptography.hazmat.primitives.asymmetric import dh
    except ImportError:
        return False
    with _undeprecated():
        return hasattr(dh, "DHParameterNumbers")


class SubgroupModpGroup:
    """Integers modulo a prime whose generator spans a subgroup of prime order (RFC 5114, 2)."""

    __slots__ = ("generator", "order", "prime", "size", "strength")

    def __init__(self, prime: str, generator: str, order: str, strength: int) -> None:
        self.prime = int(prime, 16)
        self.generator = int(generator, 16)
        self.order = int(order, 16)
        self.size = self.prime.bit_length() // 8
        self.strength = strength

    def generate(self, source: random.Random) -> DhKey:
        """An exponent between 1 and the order of the subgroup."""
        return _SubgroupKey(self, source.randrange(1, self.order))


class _SubgroupKey:
    __slots__ = ("_exponent", "_group", "public")

    def __init__(self, group: SubgroupModpGroup, exponent: int) -> None:
        self._group = group
        self._exponent = exponent
        self.public = pow(group.generator, exponent, group.prime).to_bytes(group.size)

    def shared(self, peer_public: bytes) -> bytes:
        group = self._group
        if len(peer_public) != group.size:
            raise DecodeError(f"public value of {len(peer_public)} bytes, not {group.size}")
        value = int.from_bytes(peer_public)
        # The prime is no safe one: a value of small order would tell the exponent piece by piece
        # (RFC 6989, 2.2).
        if not 1 < value < group.prime - 1 or pow(value, group.order, group.prime) != 1:
            raise DecodeError("public value outside the group")
        return pow(value, self._exponent, group.prime).to_bytes(group.size)


class EcpGroup:
    """A NIST curve; a public value is x and y, the shared secret x alone (RFC 5903, 7 and 9)."""

    __slots__ = ("curve_name", "order", "size", "strength")

    def __init__(self, curve_name: str, order: str, strength: int) -> None:
        self.curve_name = curve_name
        self.order = int(order, 16)
        self.size = (self.order.bit_length() + 7) // 8
        self.strength = strength

    def generate(self, source: random.Random) -> DhKey:
        """A scalar between 1 and the order of the group."""
        return _EcpKey(self, source.randrange(1, self.order))


class _EcpKey:
    __slots__ = ("_curve", "_private", "_size", "public")

    def __init__(self, group: EcpGroup, scalar: int) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self._size = group.size
        self._curve: EllipticCurve = getattr(ec, group.curve_name)()
        self._private: EllipticCurvePrivateKey = ec.derive_private_key(scalar, self._curve)
        point = self._private.public_key().public_numbers()
        self.public = point.x.to_bytes(group.size) + point.y.to_bytes(group.size)

    def shared(self, peer_public: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric import ec

        size = self._size
        if len(peer_public) != 2 * size:
            raise DecodeError(f"public value of {len(peer_public)} bytes, not {2 * size}")
        x, y = int.from_bytes(peer_public[:size]), int.from_bytes(peer_public[size:])
        try:
            public = ec.EllipticCurvePublicNumbers(x, y, self._curve).public_key()
        except ValueError as error:
            raise DecodeError("public value is not a point on the curve") from error
        return self._private.exchange(ec.ECDH(), public)


#: Group Description values (IANA ipsec-registry) that `crypto isakmp policy` and PFS take.
GROUPS: dict[int, DhGroup] = {
    # First Oakley Group, 768 bits (RFC 2409, 6.1)
    1: ModpGroup(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22"
        "514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6"
        "F44C42E9A63A3620FFFFFFFFFFFFFFFF",
        strength=66,
    ),
    # Second Oakley Group, 1024 bits (RFC 2409, 6.2)
    2: ModpGroup(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22"
        "514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6"
        "F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381"
        "FFFFFFFFFFFFFFFF",
        strength=80,
    ),
    # 1536-bit MODP group (RFC 3526, 2)
    5: ModpGroup(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22"
        "514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6"
        "F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D"
        "C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
        "9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF",
        strength=90,
    ),
    # 2048-bit MODP group (RFC 3526, 3)
    14: ModpGroup(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22"
        "514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6"
        "F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D"
        "C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
        "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E8603"
        "9B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
        "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
        strength=112,
    ),
    # 3072-bit MODP group (RFC 3526, 4)
    15: ModpGroup(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22"
        "514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6"
        "F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D"
        "C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
        "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E8603"
        "9B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
        "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D"
        "B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
        "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB31"
        "43DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
        strength=128,
    ),
    # 4096-bit MODP group (RFC 3526, 5)
    16: ModpGroup(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22"
        "514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6"
        "F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3D"
        "C2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
        "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E8603"
        "9B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
        "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7D"
        "B3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
        "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB31"
        "43DB5BFCE0FD108E4B82D120A92108011A723C12A787E6D788719A10BDBA5B2699C327186AF4E23C"
        "1A946834B6150BDA2583E9CA2AD44CE8DBBBC2DB04DE8EF92E8EFC141FBECAA6287C59474E6BC05D"
        "99B2964FA090C3A2233BA186515BE7ED1F612970CEE2D7AFB81BDD762170481CD0069127D5B05AA9"
        "93B4EA988D8FDDC186FFB7DC90A6C08F4DF435C934063199FFFFFFFFFFFFFFFF",
        strength=152,
    ),
    # 256-bit random ECP group (RFC 5903, 3.1)
    19: EcpGroup(
        "SECP256R1",
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        strength=128,
    ),
    # 384-bit random ECP group (RFC 5903, 3.2)
    20: EcpGroup(
        "SECP384R1",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77A"
        "ECEC196ACCC52973",
        strength=192,
    ),
    # 521-bit random ECP group (RFC 5903, 3.3)
    21: EcpGroup(
        "SECP521R1",
        "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F"
        "966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409",
        strength=256,
    ),
    # 2048-bit MODP group with 256-bit prime order subgroup (RFC 5114, 2.3)
    24: SubgroupModpGroup(
        "87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4"
        "FAF7DF4561B2AA3016C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED"
        "91F9E6725B4758C022E0B1EF4275BF7B6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C"
        "4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0EF13C6D9A51BFA4AB3AD8347796524D8E"
        "F6A167B5A41825D967E144E5140564251CCACB83E6B486F6B3CA3F7971506026C0B857F689962856"
        "DED4010ABD0BE621C3A3960A54E710C375F26375D7014103A4B54330C198AF126116D2276E11715F"
        "693877FAD7EF09CADB094AE91E1A1597",
        "3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463F"
        "FF4FED4AAC0BB555BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A65"
        "0196F931C77A57F2DDF463E5E9EC144B777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC83"
        "1D14348F6F2F9193B5045AF2767164E1DFC967C1FB3F2E55A4BD1BFFE83B9C80D052B985D182EA0A"
        "DB2A3B7313D3FE14C8484B1E052588B9B7D2BBD2DF016199ECD06E1557CD0915B3353BBB64E0EC37"
        "7FD028370DF92B52C7891428CDC67EB6184B523D1DB246C32F63078490F00EF8D647D148D4795451"
        "5E2327CFEF98C582664B4C0F6CC41659",
        "8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3",
        strength=112,
    ),
}
