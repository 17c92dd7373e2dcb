"""How the peers of phase 1 prove who they are (RFC 2409, 5.1 and 5.4).

A method makes SKEYID and turns HASH_I and HASH_R into what the messages carry. Another one is
one more class here and one line in `METHODS`.
"""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from ioscli.codec.isakmp.numbers import AuthenticationMethod, NotifyType, PayloadType
from ioscli.model.isakmp import IkeAuthentication
from ioscli.protocols.ike import keyrings, keys
from ioscli.protocols.ike.algorithms import Prf
from ioscli.protocols.ike.exchange import BadMessage, Refusal

if TYPE_CHECKING:
    from ioscli.codec.rsa import RsaKey
    from ioscli.protocols.ike.sa_record import SaRecord


class Exchanged(NamedTuple):
    """What both sides know after the key exchange: nonces of both, and g^xy."""

    ni: bytes
    nr: bytes
    secret: bytes


class Method(ABC):
    """An authentication method, for one ISAKMP SA."""

    code: AuthenticationMethod
    words: str
    """As debugs write it: `SA is doing ... authentication`."""
    short: str
    """As `show crypto isakmp sa detail` writes it."""
    proof: PayloadType
    """The payload that carries the proof."""

    def __init__(self, sa: "SaRecord") -> None:
        self._sa = sa

    @abstractmethod
    def usable(self) -> bool:
        """Whether this router has what it takes for a peer."""

    @abstractmethod
    def skeyid(self, prf: Prf, exchanged: Exchanged) -> bytes:
        """SKEYID (RFC 2409, 5)."""

    @abstractmethod
    def prove(self, digest: bytes) -> bytes:
        """What proves that this router made a HASH_I or HASH_R."""

    @abstractmethod
    def verify(self, digest: bytes, proof: bytes) -> None:
        """BadMessage unless the peer made this hash."""


class PreSharedKeyMethod(Method):
    """Pre-shared key: SKEYID depends on it, so the hash itself is the proof."""

    code = AuthenticationMethod.PRE_SHARED_KEY
    words = "pre-shared key"
    short = "psk"
    proof = PayloadType.HASH

    def usable(self) -> bool:
        """Whether there is a key for the peer."""
        return self._sa.key is not None

    def skeyid(self, prf: Prf, exchanged: Exchanged) -> bytes:
        """prf(pre-shared-key, Ni_b | Nr_b)."""
        key = self._sa.key
        if key is None:
            raise BadMessage(f"No pre-shared key with {self._sa.peer}!")
        return keys.skeyid_of_pre_shared_key(prf, key.secret, exchanged.ni, exchanged.nr)

    def prove(self, digest: bytes) -> bytes:
        """The hash."""
        return digest

    def verify(self, digest: bytes, proof: bytes) -> None:
        """Compare."""
        if digest != proof:
            raise BadMessage("hash does not verify")


class RsaSignatureMethod(Method):
    """RSA signatures, with public keys that the operator has entered."""

    code = AuthenticationMethod.RSA_SIGNATURE
    words = "RSA signature"
    short = "rsig"
    proof = PayloadType.SIGNATURE

    def usable(self) -> bool:
        """Whether this router has a key pair, and any peer's public key."""
        sa, context = self._sa, self._sa.context
        known = keyrings.public_keys(context.config, sa.profile, sa.local)
        return context.private_key is not None and next(known, None) is not None

    def skeyid(self, prf: Prf, exchanged: Exchanged) -> bytes:
        """prf(Ni_b | Nr_b, g^xy)."""
        return keys.skeyid_of_signature(prf, exchanged.secret, exchanged.ni, exchanged.nr)

    def prove(self, digest: bytes) -> bytes:
        """The signature over the hash."""
        key = self._sa.context.private_key
        if key is None or (key.modulus.bit_length() + 7) // 8 < len(digest) + _PADDING:
            raise Refusal(NotifyType.AUTHENTICATION_FAILED, "no RSA key pair to sign with")
        return sign(key, digest)

    def verify(self, digest: bytes, proof: bytes) -> None:
        """Try the public keys that go with the peer's address or its name."""
        sa = self._sa
        identity = sa.peer_identity
        name = "" if identity is None else identity.name.lower()
        for public in keyrings.public_keys(sa.context.config, sa.profile, sa.local):
            named = public.name is not None and public.name.lower() == name
            if (named or public.address == sa.peer) and is_signed(public.data, digest, proof):
                return
        raise BadMessage("signature does not verify")


def sign(key: "RsaKey", digest: bytes) -> bytes:
    """Encrypt with the private key as PKCS #1 pads it, without an OID (RFC 2409, 5.1)."""
    size = (key.modulus.bit_length() + 7) // 8
    return pow(int.from_bytes(_padded(digest, size)), key.private_exponent, key.modulus).to_bytes(
        size
    )


def is_signed(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether the owner of a public key (SubjectPublicKeyInfo, DER) has signed a hash."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(public)
    except (ValueError, UnsupportedAlgorithm):
        return False
    if not isinstance(key, RSAPublicKey):
        return False
    numbers = key.public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    value = int.from_bytes(signature)
    if len(signature) != size or value >= numbers.n or size < len(digest) + _PADDING:
        return False
    return pow(value, numbers.e, numbers.n).to_bytes(size) == _padded(digest, size)


def _padded(digest: bytes, size: int) -> bytes:
    """Block type 1 (RFC 2313, 8.1), the hash alone as its data."""
    return b"\0\1" + b"\xff" * (size - len(digest) - 3) + b"\0" + digest


_PADDING = 11
"""Bytes that the padding takes at least."""

METHODS: dict[IkeAuthentication, type[Method]] = {
    IkeAuthentication.PRE_SHARE: PreSharedKeyMethod,
    IkeAuthentication.RSA_SIG: RsaSignatureMethod,
}
