"""Transforms and keys that the ESP tests share."""

import random

from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, Spi
from ioscli.protocols.ipsec.sa import EspSa
from ioscli.protocols.ipsec.suites import make_esp_sa

ALL_TRANSFORMS = [
    EspTransform(cipher, integrity)
    for cipher in EspCipher
    for integrity in ([None] if cipher.combined else [None, *EspIntegrity])
]
#: Those that notice a forged packet.
AUTHENTICATED = [
    transform
    for transform in ALL_TRANSFORMS
    if transform.cipher.combined or transform.integrity is not None
]


def transform_name(transform: EspTransform) -> str:
    integrity = "" if transform.integrity is None else f" {transform.integrity.value}"
    return f"{transform.cipher.value}{integrity}"


def keys_for(transform: EspTransform, seed: int = 7) -> tuple[bytes, bytes]:
    chance = random.Random(seed)
    return (
        chance.randbytes(transform.encryption_key_length),
        chance.randbytes(transform.authentication_key_length),
    )


def sa_for(
    transform: EspTransform, *, key_seed: int = 7, iv_seed: int = 1, replay_window: int | None = 64
) -> EspSa:
    return make_esp_sa(
        Spi(0x1234_5678),
        transform,
        *keys_for(transform, key_seed),
        random.Random(iv_seed),
        replay_window=replay_window,
    )
