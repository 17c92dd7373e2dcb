"""Sealing and opening ESP per transform, beside the bare cryptography of the same packets."""

import os
import random
from collections.abc import Callable, Iterator

from bench.figure import Figure
from bench.peers.bare_crypto import fresh, kept, openssl
from bench.timing import each
from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, Spi
from ioscli.protocols.ipsec.suites import make_esp_sa

AES_SHA = EspTransform(EspCipher.AES_256, EspIntegrity.SHA)
GCM = EspTransform(EspCipher.GCM_256, None)
TRANSFORMS = [
    AES_SHA,
    EspTransform(EspCipher.AES_128, EspIntegrity.SHA256),
    EspTransform(EspCipher.AES_256, EspIntegrity.SHA512),
    GCM,
    EspTransform(EspCipher.TRIPLE_DES, EspIntegrity.MD5),
    EspTransform(EspCipher.NULL, EspIntegrity.SHA),
]
PAYLOADS = (100, 1_400)
GOALS = {(AES_SHA, 100): 6.0, (AES_SHA, 1_400): 14.0}
"""Microseconds of a seal and an open together."""


def figures() -> Iterator[Figure]:
    for payload in PAYLOADS:
        for transform in TRANSFORMS:
            yield from _of(transform, payload)


def seal_and_open(transform: EspTransform, payload: int) -> Callable[[], object]:
    """What two routers do to one packet: seal it at one end, open it at the other."""
    key = os.urandom(transform.encryption_key_length)
    mac = os.urandom(transform.authentication_key_length)
    sender, receiver = (
        make_esp_sa(Spi(0x1001), transform, key, mac, random.Random(1)) for _ in range(2)
    )
    data = os.urandom(payload)
    seal, unseal = sender.seal, receiver.open
    if unseal(seal(data, 47)) != (47, data):
        raise AssertionError("what was sealed did not open")
    return lambda: unseal(seal(data, 47))


def bare_seal_and_open(transform: EspTransform, payload: int) -> Callable[[], object]:
    """The cipher and HMAC calls of the same, on kept contexts, and nothing else."""
    seal, unseal = kept(transform, payload)
    return lambda: (seal(), unseal())


def _of(transform: EspTransform, payload: int) -> Iterator[Figure]:
    integrity = "" if transform.integrity is None else f" {transform.integrity.value}"
    name = f"seal+open {transform.cipher.value}{integrity}, {payload} bytes"
    fresh_seal, fresh_open = fresh(transform, payload)
    ours, bare, anew = each(
        seal_and_open(transform, payload),
        bare_seal_and_open(transform, payload),
        lambda: (fresh_seal(), fresh_open()),
    )
    goal = GOALS.get((transform, payload))
    yield Figure(
        name,
        ours,
        "us",
        "cryptography, kept contexts",
        bare,
        "" if goal is None else f"<= {goal:.0f} us",
        None if goal is None else ours <= goal,
    )
    if transform in (AES_SHA, GCM):
        if transform is AES_SHA:
            yield Figure(name, ours, "us", "cryptography, new contexts", anew)
        yield Figure(name, ours, "us", "openssl speed", openssl(transform, payload))
