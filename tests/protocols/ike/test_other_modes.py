"""Aggressive mode and RSA signatures between two strongSwan daemons: every value they derived."""

import json
from typing import NamedTuple

import pytest

from ioscli.codec.isakmp import (
    IdPayload,
    IsakmpHeader,
    IsakmpMessage,
    NotifyPayload,
    Payload,
    SaPayload,
    build_payloads,
)
from ioscli.codec.isakmp.numbers import (
    ExchangeType,
    IdType,
    NotifyType,
    PayloadType,
    PhaseOneAttribute,
)
from ioscli.model.isakmp import IkeAuthentication, IkeEncryption, IkeHash
from ioscli.protocols.ike import authentication, identity, keys, phase_one
from ioscli.protocols.ike.algorithms import CIPHERS, PRFS, IkeCipher, Prf
from ioscli.protocols.ike.effects import Endpoint
from ioscli.protocols.ike.nat import nat_hash
from tests.protocols.ike.test_keys import body
from tests.vectors.captures import FOLDER, INITIATOR, PRE_SHARED_KEY, RESPONDER, Capture

AGGRESSIVE = "aggressive_aes256-sha256-modp2048_aes256-sha1"
SIGNATURE = "signature_aes256-sha256-modp2048_aes256-sha1"
AGGRESSIVE_SIGNATURE = "aggressive-signature_aes128-sha1-ecp256_aes256-sha1"
STEMS = [AGGRESSIVE, SIGNATURE, AGGRESSIVE_SIGNATURE]


class Found(NamedTuple):
    """A capture and what follows from its messages in the clear."""

    capture: Capture
    clear: list[IsakmpMessage]
    prf: Prf
    cipher: IkeCipher
    transcript: keys.Transcript
    nonces: tuple[bytes, bytes]
    material: keys.PhaseOneKeys

    @property
    def initial_iv(self) -> bytes:
        g_xi, g_xr = self.transcript[:2]
        return keys.phase_one_iv(self.prf, g_xi, g_xr, self.cipher.block)

    def open(
        self, messages: list[tuple[IsakmpHeader, bytes]], iv: bytes
    ) -> list[tuple[IsakmpMessage, bytes]]:
        opened = []
        for header, ciphertext in messages:
            plain = self.cipher.decrypt(self.material.cipher_key, iv, ciphertext)
            iv = ciphertext[-self.cipher.block :]
            message = IsakmpMessage.parse(header.build(plain))
            assert message.build() == header.build(plain), "does not build again"
            opened.append((message, iv))
        return opened


def read(stem: str) -> Found:
    capture = Capture(stem)
    parsed = [IsakmpHeader.parse(datagram.payload) for datagram in capture.datagrams]
    count = sum(not header.encrypted for header, _ in parsed)
    raw = [datagram.payload for datagram in capture.datagrams[:count]]
    clear = [IsakmpMessage.parse(data) for data in raw]
    assert [message.build() for message in clear] == raw, "does not build again"
    answer = clear[1].payloads[0]
    assert isinstance(answer, SaPayload)
    chosen = {a.type: a.number for a in answer.proposals[0].transforms[0].attributes}
    prf = next(p for p in PRFS.values() if p.code == chosen[PhaseOneAttribute.HASH_ALGORITHM])
    bits = chosen[PhaseOneAttribute.KEY_LENGTH]
    cipher = next(c for c in CIPHERS.values() if c.variable_key and c.key_size * 8 == bits)
    cky_i, cky_r = clear[1].header.initiator_cookie, clear[1].header.responder_cookie
    first, second = (clear[0], clear[1]) if count == 2 else (clear[2], clear[3])
    transcript = keys.Transcript(
        body(first, PayloadType.KEY_EXCHANGE),
        body(second, PayloadType.KEY_EXCHANGE),
        cky_i,
        cky_r,
        body(clear[0], PayloadType.SECURITY_ASSOCIATION),
    )
    ni, nr = body(first, PayloadType.NONCE), body(second, PayloadType.NONCE)
    secret = capture.key("shared Diffie Hellman secret")
    if stem == AGGRESSIVE:
        skeyid = keys.skeyid_of_pre_shared_key(prf, PRE_SHARED_KEY, ni, nr)
    else:
        skeyid = keys.skeyid_of_signature(prf, secret, ni, nr)
    material = keys.phase_one_keys(
        prf, skeyid, secret, cky_i=cky_i, cky_r=cky_r, key_size=cipher.key_size
    )
    return Found(capture, clear, prf, cipher, transcript, (ni, nr), material)


@pytest.mark.parametrize("stem", STEMS)
def test_phase_one_keys(stem: str) -> None:
    found = read(stem)
    material, key = found.material, found.capture.key
    assert material.skeyid == key("SKEYID")
    assert material.skeyid_d == key("SKEYID_d")
    assert material.skeyid_a == key("SKEYID_a")
    assert material.skeyid_e == key("SKEYID_e")
    assert material.cipher_key == key("encryption key Ka")
    assert found.initial_iv == key("initial IV")


def proofs(found: Found) -> list[tuple[IdPayload, Payload]]:
    """Identity and proof of the initiator, then of the responder."""
    kind = ExchangeType.MAIN_MODE if len(found.clear) == 4 else ExchangeType.AGGRESSIVE
    opened = [message for message, _ in found.open(found.capture.encrypted(kind), found.initial_iv)]
    messages = opened if len(found.clear) == 4 else [opened[0], found.clear[1]]
    owners = opened if len(found.clear) == 4 else found.clear
    pairs = []
    for message, owner in zip(messages, owners, strict=True):
        (name,) = [payload for payload in owner.payloads if isinstance(payload, IdPayload)]
        (proof,) = [
            payload
            for payload in message.payloads
            if payload.type in (PayloadType.HASH, PayloadType.SIGNATURE)
        ]
        pairs.append((name, proof))
    return pairs


@pytest.mark.parametrize("stem", STEMS)
def test_proofs_of_both_sides(stem: str) -> None:
    found = read(stem)
    known = json.loads((FOLDER / "public_keys.json").read_text(encoding="ascii"))
    for (name, proof), compute, label, who in zip(
        proofs(found),
        (keys.hash_i, keys.hash_r),
        ("HASH_I", "HASH_R"),
        ("initiator", "responder"),
        strict=True,
    ):
        digest = compute(found.prf, found.material.skeyid, found.transcript, name.build_body())
        assert digest == found.capture.key(label)
        if stem == AGGRESSIVE:
            assert proof.type == PayloadType.HASH
            assert proof.build_body() == digest
        else:
            assert proof.type == PayloadType.SIGNATURE
            assert authentication.is_signed(der(known[who]), digest, proof.build_body())


def der(pem: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_public_key,
    )

    key = load_pem_public_key(pem.encode())
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("stem", STEMS)
def test_identities(stem: str) -> None:
    initiator, responder = (identity.read(name) for name, _ in proofs(read(stem)))
    if stem == SIGNATURE:
        assert initiator.address == INITIATOR
    else:
        assert (initiator.kind, initiator.name) == (IdType.FQDN, "spoke1.example.net")
    assert responder.address == RESPONDER


@pytest.mark.parametrize("stem", STEMS)
def test_the_offer_is_one_that_our_policies_know(stem: str) -> None:
    found = read(stem)
    offer = found.clear[0].payloads[0]
    assert isinstance(offer, SaPayload)
    encryption, digest, group = {
        AGGRESSIVE: (IkeEncryption.AES_256, IkeHash.SHA256, 14),
        SIGNATURE: (IkeEncryption.AES_256, IkeHash.SHA256, 14),
        AGGRESSIVE_SIGNATURE: (IkeEncryption.AES_128, IkeHash.SHA, 19),
    }[stem]
    method = IkeAuthentication.PRE_SHARE if stem == AGGRESSIVE else IkeAuthentication.RSA_SIG
    suite = phase_one.Suite(encryption, digest, method, group, 86_400)
    chosen = phase_one.choose([suite], offer)
    assert chosen is not None
    assert chosen[0].build_body() == body(found.clear[1], PayloadType.SECURITY_ASSOCIATION)


@pytest.mark.parametrize("stem", [AGGRESSIVE, AGGRESSIVE_SIGNATURE])
def test_message_3_of_aggressive_mode(stem: str) -> None:
    # The daemons pretend a NAT, and send it by port 4500; what it says of ports is about those.
    found = read(stem)
    ((message, iv),) = found.open(
        found.capture.encrypted(ExchangeType.AGGRESSIVE), found.initial_iv
    )
    assert [iv] == found.capture.keys("next IV for MID 0")
    third = found.capture.datagrams[2]
    assert (third.source_port, third.destination_port) == (4500, 4500)
    cookies = found.transcript.cky_i, found.transcript.cky_r
    detected = [p.build_body() for p in message.payloads if p.type == PayloadType.NAT_D]
    assert nat_hash(found.prf, cookies, Endpoint(RESPONDER, 4500)) in detected
    contacts = [p for p in message.payloads if isinstance(p, NotifyPayload)]
    assert all(contact.notify_type == NotifyType.INITIAL_CONTACT for contact in contacts)


@pytest.mark.parametrize("stem", STEMS)
def test_quick_mode_hashes(stem: str) -> None:
    found = read(stem)
    last_block = found.capture.keys("next IV for MID 0")[-1]
    messages = found.capture.encrypted(ExchangeType.QUICK_MODE)[:3]
    message_id = messages[0][0].message_id
    iv = keys.exchange_iv(found.prf, last_block, message_id)
    opened = [message for message, _ in found.open(messages, iv)]
    prf, skeyid_a = found.prf, found.material.skeyid_a
    ni, nr = (body(message, PayloadType.NONCE) for message in opened[:2])
    rests = [build_payloads(message.payloads[1:])[1] for message in opened]
    hashes = [body(message, PayloadType.HASH) for message in opened]
    assert hashes == [
        keys.hash_1(prf, skeyid_a, message_id, rests[0]),
        keys.hash_2(prf, skeyid_a, message_id, ni, rests[1]),
        keys.hash_3(prf, skeyid_a, message_id, ni, nr),
    ]
    assert hashes == [found.capture.key(f"Hash({number})") for number in (1, 2, 3)]
