"""RSA signatures (RFC 2409, 5.1), with public keys that the operators have entered."""

import random
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from ioscli.codec.isakmp import IsakmpMessage, RawPayload
from ioscli.codec.isakmp.numbers import PayloadType
from ioscli.codec.rsa import RsaKey, generate
from ioscli.model.isakmp import (
    AggressivePeer,
    IdentityKind,
    IkeAuthentication,
    IkeHash,
    IsakmpProfile,
    Keyring,
    RsaPublicKey,
)
from ioscli.protocols.ike import authentication, keys
from ioscli.protocols.ike.algorithms import PRFS
from tests.protocols.ike.wire import A, B, Wire, assert_mirrored, child, config, policy


def key_pair(seed: int, bits: int = 1_024) -> RsaKey:
    search = generate(bits, random.Random(seed))
    while True:
        try:
            next(search)
        except StopIteration as found:
            key = found.value
            assert isinstance(key, RsaKey)
            return key


KEY_A, KEY_B, KEY_C = (key_pair(seed) for seed in range(3))
SIGNATURES = policy(authentication=IkeAuthentication.RSA_SIG)


def public(key: RsaKey, address: IPv4Address | None, name: str | None = None) -> RsaPublicKey:
    return RsaPublicKey(address, name, key.public_info)


def signed() -> Wire:
    wire = Wire()
    for peer, other, own, theirs in ((wire.a, B, KEY_A, KEY_B), (wire.b, A, KEY_B, KEY_A)):
        peer.configure(config(SIGNATURES, key=None), child(peer.address, other))
        peer.settings.public_keys = [public(KEY_C, None, "r9"), public(theirs, other)]
        peer.machine.set_private_key(own)
    return wire


@pytest.mark.parametrize("mode", ["main", "aggressive"])
@pytest.mark.parametrize("digest", IkeHash)
def test_both_prove_themselves(mode: str, digest: IkeHash) -> None:
    wire = signed()
    for peer in (wire.a, wire.b):
        peer.settings.policies = {
            10: policy(digest=digest, authentication=IkeAuthentication.RSA_SIG)
        }
    if mode == "aggressive":
        wire.a.settings.aggressive_peers[B] = AggressivePeer(B)
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert_mirrored(wire.a.installed[0], wire.b.installed[0])
    assert {sa.authentication for sa in wire.a.machine.sas(wire.now)} == {"rsig"}
    assert len(wire.sent) == (9 if mode == "main" else 6)


def test_the_public_key_may_go_by_name() -> None:
    wire = signed()
    wire.a.settings.identity = IdentityKind.HOSTNAME
    wire.a.settings.hostname = "R1.example.net"
    wire.b.settings.public_keys = [public(KEY_A, None, "r1.example.net")]
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert wire.b.installed


@pytest.mark.parametrize(
    "known",
    [
        public(KEY_C, A),
        public(KEY_A, IPv4Address("203.0.113.9")),
        public(KEY_A, None, "r2"),
        RsaPublicKey(A, None, b"no key at all"),
    ],
    ids=["another key", "another address", "another name", "noise"],
)
def test_a_key_that_is_not_the_peers(known: RsaPublicKey) -> None:
    wire = signed()
    wire.b.settings.public_keys = [known]
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert not wire.b.installed
    assert wire.b.states() == ["MM_KEY_EXCH"]
    assert wire.b.machine.counters.unauthenticated == 1


def test_keyrings_of_the_profile_have_public_keys_too() -> None:
    wire = signed()
    wire.a.settings.public_keys = []
    wire.a.settings.keyrings["RSA"] = Keyring("RSA", public_keys=[public(KEY_B, B)])
    wire.a.settings.keyrings["NONE"] = Keyring("NONE")
    wire.a.settings.profiles["UP"] = IsakmpProfile("UP", keyrings=["RSA"])
    wire.a.settings.profiles["LONE"] = IsakmpProfile("LONE", keyrings=["NONE"])
    wire.a.initiate(replace(child(A, B), isakmp_profile="LONE"))
    assert len(wire.a.failed) == 1
    wire.a.initiate(replace(child(A, B), isakmp_profile="UP"))
    wire.run(1)
    assert wire.a.installed


@pytest.mark.parametrize("missing", ["private", "public"])
def test_without_keys_the_policy_cannot_be_offered(missing: str) -> None:
    wire = signed()
    if missing == "private":
        wire.a.machine.set_private_key(None)
    else:
        wire.a.settings.public_keys = []
    wire.a.initiate(child(A, B))
    assert not wire.sent
    assert [failed.reason for failed in wire.a.failed] == ["No pre-shared key with 192.0.2.2!"]


def test_the_responder_takes_the_method_for_which_it_has_keys() -> None:
    wire = signed()
    for peer in (wire.a, wire.b):
        settings = config(SIGNATURES, policy(20))
        settings.public_keys = peer.settings.public_keys
        peer.configure(settings, child(peer.address, B if peer is wire.a else A))
    wire.b.machine.set_private_key(None)
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert {sa.authentication for sa in wire.a.machine.sas(wire.now)} == {"psk"}


def test_the_proof_is_a_signature_payload_with_bare_padding() -> None:
    digest = bytes(range(32))
    signature = authentication.sign(KEY_A, digest)
    assert len(signature) == 128
    block = pow(int.from_bytes(signature), KEY_A.public_exponent, KEY_A.modulus).to_bytes(128)
    # RFC 2409, 5.1: a private key encryption of PKCS #1, no OID before the hash.
    assert block == b"\0\1" + b"\xff" * (128 - 35) + b"\0" + digest
    assert authentication.is_signed(KEY_A.public_info, digest, signature)
    assert not authentication.is_signed(KEY_B.public_info, digest, signature)
    assert not authentication.is_signed(KEY_A.public_info, bytes(32), signature)
    assert not authentication.is_signed(KEY_A.public_info, digest, signature + b"\0")
    assert not authentication.is_signed(KEY_A.public_info, digest, b"\xff" * 128)
    assert not authentication.is_signed(KEY_A.public_info, digest, b"")


def test_a_key_too_short_to_sign_with_is_refused_and_not_used() -> None:
    wire = signed()
    small = key_pair(5, 360)
    for peer in (wire.a, wire.b):
        peer.settings.policies = {
            10: policy(digest=IkeHash.SHA512, authentication=IkeAuthentication.RSA_SIG)
        }
    wire.a.machine.set_private_key(small)
    wire.a.initiate(child(A, B))
    wire.run(1)
    assert [failed.reason for failed in wire.a.failed] == ["no RSA key pair to sign with"]
    assert wire.a.machine.sas(wire.now)[0].deleted


def test_skeyid_depends_on_nonces_and_secret_alone() -> None:
    # RFC 2409, 5: SKEYID = prf(Ni_b | Nr_b, g^xy).
    prf = PRFS[IkeHash.SHA]
    assert keys.skeyid_of_signature(prf, b"secret", b"ni", b"nr") == prf(b"ninr", b"secret")


def test_message_5_and_debugs_speak_of_signatures() -> None:
    wire = signed()
    wire.a.debug("isakmp")
    wire.b.debug("isakmp")
    wire.a.initiate(child(A, B))
    wire.run(1)
    lines = [line.partition("):")[2] for line in wire.a.debugs]
    assert "RSA signature authentication using id type ID_IPV4_ADDR" in lines
    assert "ID payload \n        next-payload : 9\n        type         : 1" in lines
    assert "      auth RSA sig" in lines
    assert "ISAKMP: (1001):processing SIG payload. message ID = 0" in wire.b.debugs


def test_a_hash_is_no_signature() -> None:
    wire = signed()
    wire.a.settings.aggressive_peers[B] = AggressivePeer(B)
    wire.carry = lambda number, _send: () if number == 2 else (5_000,)
    wire.a.initiate(child(A, B))
    wire.run(1)
    answer = IsakmpMessage.parse(wire.sent[1][1].payload)
    forged = tuple(
        RawPayload(PayloadType.HASH, payload.build_body()[:32])
        if payload.type == PayloadType.SIGNATURE
        else payload
        for payload in answer.payloads
    )
    send = wire.sent[1][1]._replace(payload=answer._replace(payloads=forged).build())
    wire.deliver(send)
    assert wire.a.machine.counters.unauthenticated == 1
    wire.run(15)
    assert wire.a.installed
