"""Key pairs on NIST's curves: made from chance, and written as ASN.1 (RFC 5480)."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class EcKey(NamedTuple):
    """A key pair."""

    curve: int
    """Bits: 256, 384 or 521."""
    private: int

    @property
    def public_info(self) -> bytes:
        """The SubjectPublicKeyInfo, DER."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        curves: dict[int, ec.EllipticCurve] = {
            256: ec.SECP256R1(),
            384: ec.SECP384R1(),
            521: ec.SECP521R1(),
        }
        key = ec.derive_private_key(self.private, curves[self.curve])
        return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def generate(curve: int, chance: Random) -> EcKey:
    """A key pair on a curve of so many bits.

    The order of each of these curves has as many bits as the curve, so that every number of one
    bit less is below it.
    """
    return EcKey(curve, chance.randrange(1, 1 << curve - 1))
