"""The public-key operations of tunnels without IKE: what setting them up costs at least.

For each key exchange both sides generate a key pair and compute the shared secret. `same_calls`
makes the library calls that the program makes; `bare` is `cryptography` as its documentation has
it, keys drawn by OpenSSL.
"""

from collections.abc import Callable
from random import Random

from cryptography.hazmat.primitives.asymmetric import dh, ec

from ioscli.protocols.ike.dh import GROUPS, EcpGroup, ModpGroup

Work = Callable[[], object]


def same_calls(group: int, exchanges: int, source: Random) -> Work:
    """So many exchanges with the program's own groups."""
    generate = GROUPS[group].generate

    def work() -> None:
        for _ in range(exchanges):
            ours, theirs = generate(source), generate(source)
            if ours.shared(theirs.public) != theirs.shared(ours.public):
                raise AssertionError("two sides, two secrets")

    return work


def bare(group: int, exchanges: int) -> Work:
    """So many exchanges with `cryptography` alone."""
    found = GROUPS[group]
    if isinstance(found, EcpGroup):
        exchange = _elliptic(getattr(ec, found.curve_name)())
    else:
        assert isinstance(found, ModpGroup)
        exchange = _modular(found.prime)

    def work() -> None:
        for _ in range(exchanges):
            ours, theirs = exchange()
            if ours != theirs:
                raise AssertionError("two sides, two secrets")

    return work


def _elliptic(curve: ec.EllipticCurve) -> Callable[[], tuple[bytes, bytes]]:
    point = ec.EllipticCurvePublicKey.from_encoded_point

    def exchange() -> tuple[bytes, bytes]:
        sides = [ec.generate_private_key(curve) for _ in range(2)]
        ours, theirs = (_encoded(side) for side in sides)
        algorithm = ec.ECDH()
        return (
            sides[0].exchange(algorithm, point(curve, theirs)),
            sides[1].exchange(algorithm, point(curve, ours)),
        )

    return exchange


def _encoded(side: ec.EllipticCurvePrivateKey) -> bytes:
    numbers = side.public_key().public_numbers()
    return b"\x04" + numbers.x.to_bytes(32) + numbers.y.to_bytes(32)


def _modular(prime: int) -> Callable[[], tuple[bytes, bytes]]:
    numbers = dh.DHParameterNumbers(prime, 2)
    parameters = numbers.parameters()

    def exchange() -> tuple[bytes, bytes]:
        sides = [parameters.generate_private_key() for _ in range(2)]
        ours, theirs = (side.public_key().public_numbers().y for side in sides)
        return (
            sides[0].exchange(dh.DHPublicNumbers(theirs, numbers).public_key()),
            sides[1].exchange(dh.DHPublicNumbers(ours, numbers).public_key()),
        )

    return exchange
