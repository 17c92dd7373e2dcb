"""The sizes of FACTS 1.1, recomputed by sealing packets until one no longer fits."""

import random

import pytest

from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, Mode, Spi
from ioscli.protocols.ipsec.suites import make_esp_sa
from ioscli.protocols.ipsec.transforms import (
    plaintext_mtu,
)

DES = (EspCipher.DES, EspCipher.TRIPLE_DES)
AES = (EspCipher.AES_128, EspCipher.AES_192, EspCipher.AES_256)
GCM = (EspCipher.GCM_128, EspCipher.GCM_192, EspCipher.GCM_256)
NULL = (EspCipher.NULL,)
SHORT = (EspIntegrity.MD5, EspIntegrity.SHA)

#: Ciphers, integrities, then plaintext mtu over a path of 1500: tunnel, transport, and both with
#: UDP encapsulation. Printed by real devices or worked out from what they printed.
TABLE = [
    (DES, (*SHORT, EspIntegrity.SHA256), 1446, 1466, 1438, 1458),
    (DES, (EspIntegrity.SHA384,), 1438, 1458, 1430, 1450),
    (DES, (EspIntegrity.SHA512,), 1430, 1450, 1422, 1442),
    (AES, SHORT, 1438, 1458, 1422, 1442),
    (AES, (EspIntegrity.SHA256,), 1438, 1458, 1422, 1442),
    (AES, (EspIntegrity.SHA384,), 1422, 1442, 1422, 1442),
    (AES, (EspIntegrity.SHA512,), 1422, 1442, 1406, 1426),
    (GCM, (None,), 1446, 1466, 1438, 1458),
    (NULL, (*SHORT, EspIntegrity.SHA256), 1454, 1474, 1446, 1466),
]
ROWS = [
    (EspTransform(cipher, integrity), mode, udp, expected)
    for ciphers, integrities, *expectations in TABLE
    for cipher in ciphers
    for integrity in integrities
    for (mode, udp), expected in zip(
        [
            (Mode.TUNNEL, False),
            (Mode.TRANSPORT, False),
            (Mode.TUNNEL, True),
            (Mode.TRANSPORT, True),
        ],
        expectations,
        strict=True,
    )
]


def largest_that_fits(transform: EspTransform, mode: Mode, path_mtu: int, udp: bool) -> int:
    """The largest packet, IP header included, whose sealed form is no longer than the path."""
    sa = make_esp_sa(
        Spi(1),
        transform,
        bytes(range(1, 1 + transform.encryption_key_length)),
        bytes(transform.authentication_key_length),
        random.Random(1),
    )
    reused = 20 if mode is Mode.TRANSPORT else 0
    return max(
        size
        for size in range(path_mtu - 120, path_mtu)
        if 20 + (8 if udp else 0) + len(sa.seal(bytes(size - reused), 4)) <= path_mtu
    )


@pytest.mark.parametrize(("transform", "mode", "udp", "expected"), ROWS)
def test_the_table_falls_out_of_the_bytes(
    transform: EspTransform, mode: Mode, udp: bool, expected: int
) -> None:
    assert plaintext_mtu(transform, mode, 1500, udp_encapsulated=udp) == expected
    assert largest_that_fits(transform, mode, 1500, udp) == expected


def test_a_jumbo_path_as_captured() -> None:
    gcm = EspTransform(EspCipher.GCM_256, None)
    assert plaintext_mtu(gcm, Mode.TUNNEL, 9184) == 9130


def test_every_path_size_agrees_with_the_bytes() -> None:
    transform = EspTransform(EspCipher.AES_256, EspIntegrity.SHA)
    for path in range(576, 612):
        for mode in Mode:
            assert plaintext_mtu(transform, mode, path) == largest_that_fits(
                transform, mode, path, udp=False
            )


def test_a_path_too_small_for_anything_leaves_nothing() -> None:
    assert plaintext_mtu(EspTransform(EspCipher.AES_128, None), Mode.TUNNEL, 40) == 0
