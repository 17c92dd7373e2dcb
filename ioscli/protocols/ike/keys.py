"""Keying material of IKEv1 (RFC 2409, 5 and appendix B): pure functions of what was exchanged.

Names follow the RFC: g_xi and g_xr are the public values of initiator and responder, ni and nr
the bodies of their nonce payloads, cky_i and cky_r their cookies.
"""

from collections.abc import Callable
from typing import NamedTuple

from ioscli.model.crypto import Spi
from ioscli.protocols.ike.algorithms import Prf


class PhaseOneKeys(NamedTuple):
    """What phase 1 derives."""

    skeyid: bytes
    skeyid_d: bytes
    """Derives the keys of IPsec SAs."""
    skeyid_a: bytes
    """Authenticates messages of later exchanges."""
    skeyid_e: bytes
    """The cipher key is made of it."""
    cipher_key: bytes
    """Ka: what encrypts, and what Wireshark's ikev1_decryption_table wants."""


class Transcript(NamedTuple):
    """What HASH_I and HASH_R cover besides the identity."""

    g_xi: bytes
    g_xr: bytes
    cky_i: bytes
    cky_r: bytes
    sa_i: bytes
    """Body of the initiator's SA payload (SAi_b)."""


def skeyid_of_pre_shared_key(prf: Prf, key: bytes, ni: bytes, nr: bytes) -> bytes:
    """SKEYID for authentication by pre-shared key."""
    return prf(key, ni + nr)


def skeyid_of_signature(prf: Prf, secret: bytes, ni: bytes, nr: bytes) -> bytes:
    """SKEYID for authentication by signatures; secret: g^xy."""
    return prf(ni + nr, secret)


def phase_one_keys(
    prf: Prf, skeyid: bytes, secret: bytes, *, cky_i: bytes, cky_r: bytes, key_size: int
) -> PhaseOneKeys:
    """SKEYID_d, SKEYID_a, SKEYID_e and the cipher key of `key_size` bytes."""
    tail = secret + cky_i + cky_r
    skeyid_d = prf(skeyid, tail + b"\0")
    skeyid_a = prf(skeyid, skeyid_d + tail + b"\1")
    skeyid_e = prf(skeyid, skeyid_a + tail + b"\2")
    return PhaseOneKeys(
        skeyid, skeyid_d, skeyid_a, skeyid_e, expand_cipher_key(prf, skeyid_e, key_size)
    )


def expand_cipher_key(prf: Prf, skeyid_e: bytes, size: int) -> bytes:
    """The cipher key; SKEYID_e is stretched where it is too short (appendix B)."""
    if size <= len(skeyid_e):
        return skeyid_e[:size]
    material = block = prf(skeyid_e, b"\0")
    while len(material) < size:
        block = prf(skeyid_e, block)
        material += block
    return material[:size]


def phase_one_iv(prf: Prf, g_xi: bytes, g_xr: bytes, size: int) -> bytes:
    """The IV of the first encrypted message of phase 1 (appendix B)."""
    return prf.hash(g_xi + g_xr)[:size]


def exchange_iv(prf: Prf, last_block: bytes, message_id: int) -> bytes:
    """The IV of the first message of a quick mode or informational exchange (appendix B).

    last_block: the last ciphertext block of phase 1; its length is that of an IV.
    """
    return prf.hash(last_block + message_id.to_bytes(4))[: len(last_block)]


def hash_i(prf: Prf, skeyid: bytes, transcript: Transcript, identity: bytes) -> bytes:
    """HASH_I; identity is the body of the initiator's ID payload."""
    g_xi, g_xr, cky_i, cky_r, sa_i = transcript
    return prf(skeyid, g_xi + g_xr + cky_i + cky_r + sa_i + identity)


def hash_r(prf: Prf, skeyid: bytes, transcript: Transcript, identity: bytes) -> bytes:
    """HASH_R; identity is the body of the responder's ID payload."""
    g_xi, g_xr, cky_i, cky_r, sa_i = transcript
    return prf(skeyid, g_xr + g_xi + cky_r + cky_i + sa_i + identity)


IdentityHash = Callable[[Prf, bytes, Transcript, bytes], bytes]
"""hash_i or hash_r."""


def hash_1(prf: Prf, skeyid_a: bytes, message_id: int, rest: bytes) -> bytes:
    """HASH(1) of quick mode and of informational exchanges; rest: all payloads after the hash."""
    return prf(skeyid_a, message_id.to_bytes(4) + rest)


def hash_2(prf: Prf, skeyid_a: bytes, message_id: int, ni: bytes, rest: bytes) -> bytes:
    """HASH(2) of quick mode."""
    return prf(skeyid_a, message_id.to_bytes(4) + ni + rest)


def hash_3(prf: Prf, skeyid_a: bytes, message_id: int, ni: bytes, nr: bytes) -> bytes:
    """HASH(3) of quick mode."""
    return prf(skeyid_a, b"\0" + message_id.to_bytes(4) + ni + nr)


def keymat(
    prf: Prf,
    skeyid_d: bytes,
    *,
    protocol: int,
    spi: Spi,
    ni: bytes,
    nr: bytes,
    size: int,
    secret: bytes = b"",
) -> bytes:
    """KEYMAT for one direction (RFC 2409, 5.5), `size` bytes.

    spi: chosen by the receiver of that direction; secret: g(qm)^xy with PFS, else empty.
    """
    seed = secret + bytes((protocol,)) + spi.to_bytes(4) + ni + nr
    material = block = b""
    while len(material) < size:
        block = prf(skeyid_d, block + seed)
        material += block
    return material[:size]
