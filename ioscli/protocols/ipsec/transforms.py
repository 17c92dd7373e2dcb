"""What each ESP and AH algorithm adds to a packet: IV, padding unit and ICV sizes in bytes."""

from typing import NamedTuple

from ioscli.model.crypto import AhIntegrity, EspCipher, EspIntegrity, EspTransform, Mode

IPV4_HEADER = 20
"""Bytes of the outer IPv4 header, which IPsec sends without options."""
UDP_HEADER = 8
"""Bytes that UDP encapsulation puts before ESP (RFC 3948)."""
AH_FIXED = 12
"""Bytes of AH before its ICV (RFC 4302, 2)."""
ESP_HEADER = 8
"""SPI and sequence number."""
ESP_TRAILER = 2
"""Pad length and next header, both encrypted."""


class CipherSizes(NamedTuple):
    """Sizes of an ESP cipher, bytes."""

    iv: int
    """The IV as it travels in each packet."""
    block: int
    """What payload, padding and trailer together are a multiple of."""
    tag: int = 0
    """The ICV of a combined cipher."""


class IntegritySizes(NamedTuple):
    """Sizes of an ESP integrity algorithm, bytes, and the name of its hash."""

    icv: int
    hash: str


CIPHERS = {
    EspCipher.DES: CipherSizes(iv=8, block=8),
    EspCipher.TRIPLE_DES: CipherSizes(iv=8, block=8),
    EspCipher.AES_128: CipherSizes(iv=16, block=16),
    EspCipher.AES_192: CipherSizes(iv=16, block=16),
    EspCipher.AES_256: CipherSizes(iv=16, block=16),
    EspCipher.GCM_128: CipherSizes(iv=8, block=4, tag=16),
    EspCipher.GCM_192: CipherSizes(iv=8, block=4, tag=16),
    EspCipher.GCM_256: CipherSizes(iv=8, block=4, tag=16),
    # RFC 4303 asks for 4; IOS pads to 8, as its plaintext mtu of 1454 in tunnel mode tells.
    EspCipher.NULL: CipherSizes(iv=0, block=8),
}

INTEGRITIES = {
    EspIntegrity.MD5: IntegritySizes(icv=12, hash="md5"),
    EspIntegrity.SHA: IntegritySizes(icv=12, hash="sha1"),
    EspIntegrity.SHA256: IntegritySizes(icv=16, hash="sha256"),
    EspIntegrity.SHA384: IntegritySizes(icv=24, hash="sha384"),
    EspIntegrity.SHA512: IntegritySizes(icv=32, hash="sha512"),
}


def icv_length(transform: EspTransform) -> int:
    """Bytes of the integrity check value at the end of each packet; 0 without integrity."""
    if transform.cipher.combined:
        return CIPHERS[transform.cipher].tag
    return 0 if transform.integrity is None else INTEGRITIES[transform.integrity].icv


def ah_icv_length(integrity: AhIntegrity) -> int:
    """Bytes of AH's integrity check value: as ESP's (RFC 2403, 2404, 4868)."""
    return INTEGRITIES[integrity.as_esp].icv


def plaintext_mtu(
    transform: EspTransform, mode: Mode, path_mtu: int, *, udp_encapsulated: bool = False
) -> int:
    """The largest packet (bytes, with its own IP header) whose ESP form fits the path.

    In tunnel mode the whole packet is ESP's payload. In transport mode its header is reused as
    the outer one, so that only what follows the header has to fit. AH pads nothing.
    """
    cipher = CIPHERS[transform.cipher]
    outside = IPV4_HEADER
    if transform.ah is not None:
        outside += AH_FIXED + ah_icv_length(transform.ah)
    if not transform.has_esp:
        return max(0, path_mtu - outside + (IPV4_HEADER if mode is Mode.TRANSPORT else 0))
    outside += ESP_HEADER + cipher.iv + icv_length(transform)
    if udp_encapsulated:
        outside += UDP_HEADER
    encrypted = (path_mtu - outside) // cipher.block * cipher.block
    reused = IPV4_HEADER if mode is Mode.TRANSPORT else 0
    return max(0, encrypted - ESP_TRAILER + reused)
