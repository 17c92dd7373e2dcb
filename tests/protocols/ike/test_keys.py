"""Every key of real exchanges derived again from what was on the wire and the DH secrets."""

import hashlib
import hmac
from typing import NamedTuple

import pytest

from ioscli.codec.isakmp import (
    IdPayload,
    IsakmpHeader,
    IsakmpMessage,
    SaPayload,
    build_payloads,
)
from ioscli.codec.isakmp.numbers import ExchangeType, PayloadType, PhaseOneAttribute, ProtocolId
from ioscli.model.crypto import ESP_HMAC_KEY_BYTES, ESP_KEY_BYTES, Spi
from ioscli.protocols.ike import keys
from ioscli.protocols.ike.algorithms import (
    CIPHERS,
    PRFS,
    IkeCipher,
    Prf,
)
from ioscli.protocols.ike.effects import Endpoint
from ioscli.protocols.ike.nat import nat_hash
from ioscli.protocols.ike.phase_two import selector_of
from tests.vectors.captures import INITIATOR, PRE_SHARED_KEY, RESPONDER, STEMS, Capture


def body(message: IsakmpMessage, kind: PayloadType) -> bytes:
    found = [payload for payload in message.payloads if payload.type == kind]
    assert len(found) == 1
    return found[0].build_body()


class Exchange(NamedTuple):
    """What main mode of a capture says, and what follows from it."""

    capture: Capture
    prf: Prf
    cipher: IkeCipher
    transcript: keys.Transcript
    material: keys.PhaseOneKeys

    def open(
        self, messages: list[tuple[IsakmpHeader, bytes]], iv: bytes
    ) -> list[tuple[IsakmpMessage, bytes]]:
        """The decrypted messages of one exchange, each with the IV after it."""
        opened = []
        for header, ciphertext in messages:
            plaintext = self.cipher.decrypt(self.material.cipher_key, iv, ciphertext)
            iv = ciphertext[-self.cipher.block :]
            message = IsakmpMessage.parse(header.build(plaintext))
            assert message.build() == header.build(plaintext), "does not build again"
            opened.append((message, iv))
        return opened


def exchange(stem: str) -> Exchange:
    capture = Capture(stem)
    first, second, third, fourth = capture.main_mode
    answer = second.payloads[0]
    assert isinstance(answer, SaPayload)
    chosen = {a.type: a.number for a in answer.proposals[0].transforms[0].attributes}
    prf = next(p for p in PRFS.values() if p.code == chosen[PhaseOneAttribute.HASH_ALGORITHM])
    bits = chosen.get(PhaseOneAttribute.KEY_LENGTH)
    cipher = next(
        c
        for c in CIPHERS.values()
        if c.code == chosen[PhaseOneAttribute.ENCRYPTION_ALGORITHM]
        and bits in (None, c.key_size * 8)
    )
    cky_i, cky_r = second.header.initiator_cookie, second.header.responder_cookie
    transcript = keys.Transcript(
        body(third, PayloadType.KEY_EXCHANGE),
        body(fourth, PayloadType.KEY_EXCHANGE),
        cky_i,
        cky_r,
        body(first, PayloadType.SECURITY_ASSOCIATION),
    )
    ni, nr = body(third, PayloadType.NONCE), body(fourth, PayloadType.NONCE)
    skeyid = keys.skeyid_of_pre_shared_key(prf, PRE_SHARED_KEY, ni, nr)
    material = keys.phase_one_keys(
        prf,
        skeyid,
        capture.key("shared Diffie Hellman secret"),
        cky_i=cky_i,
        cky_r=cky_r,
        key_size=cipher.key_size,
    )
    return Exchange(capture, prf, cipher, transcript, material)


@pytest.mark.parametrize("stem", STEMS)
def test_phase_one_keys(stem: str) -> None:
    found = exchange(stem)
    material, key = found.material, found.capture.key
    assert material.skeyid == key("SKEYID")
    assert material.skeyid_d == key("SKEYID_d")
    assert material.skeyid_a == key("SKEYID_a")
    assert material.skeyid_e == key("SKEYID_e")
    assert material.cipher_key == key("encryption key Ka")
    g_xi, g_xr = found.transcript[:2]
    iv = keys.phase_one_iv(found.prf, g_xi, g_xr, found.cipher.block)
    assert iv == key("initial IV")


@pytest.mark.parametrize("stem", STEMS)
def test_nat_detection_hashes(stem: str) -> None:
    found = exchange(stem)
    cookies = (found.transcript.cky_i, found.transcript.cky_r)
    for name, address in (("src", RESPONDER), ("dst", INITIATOR)):
        logged = found.capture.key(f"precalculated {name}_hash")
        assert nat_hash(found.prf, cookies, Endpoint(address, 500)) == logged


@pytest.mark.parametrize("stem", STEMS)
def test_identities_and_their_hashes(stem: str) -> None:
    found = exchange(stem)
    messages = found.capture.encrypted(ExchangeType.MAIN_MODE)
    opened = found.open(messages, found.capture.key("initial IV"))
    assert [iv for _, iv in opened] == found.capture.keys("next IV for MID 0")
    (fifth, _), (sixth, _) = opened
    for message, compute, name, address in (
        (fifth, keys.hash_i, "HASH_I", INITIATOR),
        (sixth, keys.hash_r, "HASH_R", RESPONDER),
    ):
        identity = body(message, PayloadType.IDENTIFICATION)
        assert identity[4:] == address.packed
        expected = compute(found.prf, found.material.skeyid, found.transcript, identity)
        assert expected == found.capture.key(name) == body(message, PayloadType.HASH)


@pytest.mark.parametrize("stem", STEMS)
def test_quick_mode_hashes_and_esp_keys(stem: str) -> None:
    found = exchange(stem)
    capture, prf, material = found.capture, found.prf, found.material
    last_block = capture.keys("next IV for MID 0")[-1]
    messages = capture.encrypted(ExchangeType.QUICK_MODE)
    message_id = messages[0][0].message_id
    logged = capture.keys(f"next IV for MID {message_id}")
    iv = keys.exchange_iv(prf, last_block, message_id)
    opened = found.open(messages, iv)
    assert [iv, *(after for _, after in opened)] == logged
    first, second, third = (message for message, _ in opened)
    ni, nr = body(first, PayloadType.NONCE), body(second, PayloadType.NONCE)

    def rest(message: IsakmpMessage) -> bytes:
        return build_payloads(message.payloads[1:])[1]

    skeyid_a = material.skeyid_a
    assert (
        keys.hash_1(prf, skeyid_a, message_id, rest(first))
        == capture.key("Hash(1)")
        == body(first, PayloadType.HASH)
    )
    assert (
        keys.hash_2(prf, skeyid_a, message_id, ni, rest(second))
        == capture.key("Hash(2)")
        == body(second, PayloadType.HASH)
    )
    assert (
        keys.hash_3(prf, skeyid_a, message_id, ni, nr)
        == capture.key("Hash(3)")
        == body(third, PayloadType.HASH)
    )

    identities = [p for p in first.payloads if isinstance(p, IdPayload)]
    assert [str(selector.network) for selector in map(selector_of, identities) if selector] == [
        "10.1.0.0/24",
        "10.2.0.0/24",
    ]
    secret = b"".join(capture.keys("DH secret"))
    # What the initiator sends carries the SPI that the responder chose.
    for side, message in (("initiator", second), ("responder", first)):
        offer = next(p for p in message.payloads if isinstance(p, SaPayload))
        spi = Spi(int.from_bytes(offer.proposals[0].spi))
        encryption = capture.key(f"encryption {side} key")
        integrity = capture.key(f"integrity {side} key")
        derived = keys.keymat(
            prf,
            material.skeyid_d,
            protocol=ProtocolId.ESP,
            spi=spi,
            ni=ni,
            nr=nr,
            size=len(encryption) + len(integrity),
            secret=secret,
        )
        assert derived == encryption + integrity
        assert len(encryption) in ESP_KEY_BYTES.values()
        assert len(integrity) in ESP_HMAC_KEY_BYTES.values()


@pytest.mark.parametrize("stem", STEMS)
def test_informational_ivs(stem: str) -> None:
    # The deletions at the end were logged, not captured: their IVs follow from phase 1 alone.
    found = exchange(stem)
    last_block = found.capture.keys("next IV for MID 0")[-1]
    quick_mode = found.capture.encrypted(ExchangeType.QUICK_MODE)[0][0].message_id
    later = [number for number in found.capture.message_ids() if number not in (0, quick_mode)]
    assert len(later) == 2
    for message_id in later:
        iv = keys.exchange_iv(found.prf, last_block, message_id)
        assert [iv] == found.capture.keys(f"next IV for MID {message_id}")


@pytest.mark.parametrize("size", [8, 16, 20, 24, 32])
def test_cipher_key_is_stretched_only_when_short(size: int) -> None:
    prf = PRFS[next(iter(PRFS))]  # MD5: 16 bytes
    skeyid_e = bytes(range(16))
    key = keys.expand_cipher_key(prf, skeyid_e, size)
    assert len(key) == size
    if size <= 16:
        assert key == skeyid_e[:size]
    else:
        # RFC 2409, appendix B: Ka = K1 | K2 | K3, K1 = prf(SKEYID_e, 0), K2 = prf(SKEYID_e, K1).
        k1 = hmac.new(skeyid_e, b"\0", hashlib.md5).digest()
        k2 = hmac.new(skeyid_e, k1, hashlib.md5).digest()
        assert key == (k1 + k2)[:size]
