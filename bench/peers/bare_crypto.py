"""The cryptography of ESP without ESP: what a sealed and an opened packet cost at least.

`kept` keeps its contexts, as the program does; `fresh` makes them for each packet, as code that
follows the documentation of `cryptography` does; `openssl` is the library without Python.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC

from ioscli.model.crypto import ESP_KEY_BYTES, EspCipher, EspIntegrity, EspTransform
from ioscli.protocols.ipsec.transforms import CIPHERS, INTEGRITIES

HASHES: dict[EspIntegrity, Callable[[], HashAlgorithm]] = {
    EspIntegrity.MD5: MD5,
    EspIntegrity.SHA: SHA1,
    EspIntegrity.SHA256: SHA256,
    EspIntegrity.SHA384: SHA384,
    EspIntegrity.SHA512: SHA512,
}
Work = Callable[[], object]


def padded(transform: EspTransform, payload: int) -> int:
    """Bytes that the cipher is given for a payload: with padding and trailer."""
    block = CIPHERS[transform.cipher].block
    return -(-(payload + 2) // block) * block


def kept(transform: EspTransform, payload: int) -> tuple[Work, Work]:
    """The cipher and HMAC calls of one seal and of one open, on contexts that are kept."""
    size = padded(transform, payload)
    if transform.cipher.combined:
        return _gcm(transform, size)
    sizes = CIPHERS[transform.cipher]
    plain = os.urandom(sizes.iv + size)
    authenticated = os.urandom(8 + sizes.iv + size)
    mac = _hmac(transform.integrity)
    if not ESP_KEY_BYTES[transform.cipher]:
        return (lambda: mac(authenticated)), (lambda: mac(authenticated))
    cipher = _cipher(
        transform.cipher, os.urandom(ESP_KEY_BYTES[transform.cipher]), bytes(sizes.block)
    )
    encrypt, decrypt = cipher.encryptor().update, cipher.decryptor().update
    return (
        lambda: (encrypt(plain), mac(authenticated)),
        lambda: (mac(authenticated), decrypt(plain)),
    )


def fresh(transform: EspTransform, payload: int) -> tuple[Work, Work]:
    """The same with contexts made for each packet, the IV drawn from the system."""
    size = padded(transform, payload)
    if transform.cipher.combined:
        return _gcm(transform, size)
    sizes = CIPHERS[transform.cipher]
    plain, iv = os.urandom(size), os.urandom(sizes.iv)
    authenticated = os.urandom(8 + sizes.iv + size)
    key = os.urandom(ESP_KEY_BYTES[transform.cipher])
    mac_key, algorithm = os.urandom(20), HASHES[transform.integrity or EspIntegrity.SHA]

    def mac() -> bytes:
        code = HMAC(mac_key, algorithm())
        code.update(authenticated)
        return code.finalize()

    def seal() -> object:
        if not ESP_KEY_BYTES[transform.cipher]:
            return mac()
        context = _cipher(transform.cipher, key, os.urandom(sizes.block)).encryptor()
        return context.update(plain) + context.finalize(), mac()

    def open_() -> object:
        code = mac()
        if not ESP_KEY_BYTES[transform.cipher]:
            return code
        context = _cipher(transform.cipher, key, iv).decryptor()
        return code, context.update(plain) + context.finalize()

    return seal, open_


def openssl(transform: EspTransform, payload: int) -> float | None:
    """Microseconds of one seal and one open in OpenSSL's own `speed`; None where it is missing.

    None for DES too, which OpenSSL 3 keeps in a provider that it does not load.
    """
    program = shutil.which("openssl")
    if program is None or transform.cipher is EspCipher.DES:
        return None
    sizes = CIPHERS[transform.cipher]
    size = padded(transform, payload)
    mode = "gcm" if transform.cipher.combined else "cbc"
    algorithm = f"aes-{ESP_KEY_BYTES[transform.cipher] * 8}-{mode}"
    if transform.cipher is EspCipher.TRIPLE_DES:
        algorithm = "des-ede3-cbc"
    total = 0.0
    ways: tuple[tuple[str, ...], ...] = ((), ("-decrypt",))
    for extra in ways if ESP_KEY_BYTES[transform.cipher] else ():
        total += _speed(
            program, size + (0 if mode == "gcm" else sizes.iv), "-evp", algorithm, *extra
        )
    if transform.integrity is not None:
        name = INTEGRITIES[transform.integrity].hash
        total += 2 * _speed(program, 8 + sizes.iv + size, "-hmac", name)
    return total


@cache
def _speed(program: str, size: int, *what: str) -> float:
    """Microseconds an operation on so many bytes."""
    run = subprocess.run(
        [program, "speed", "-elapsed", "-seconds", "1", "-bytes", str(size), *what],
        capture_output=True,
        text=True,
        check=True,
    )
    # The last line: a name and thousands of bytes a second, as in `AES-256-CBC  984217.56k`.
    rate = re.search(r"([\d.]+)k\s*$", run.stdout)
    if rate is None:
        raise RuntimeError(f"openssl speed {what} printed no rate")
    return size / (float(rate[1]) * 1_000) * 1e6


def _gcm(transform: EspTransform, size: int) -> tuple[Work, Work]:
    aead = AESGCM(os.urandom(ESP_KEY_BYTES[transform.cipher]))
    nonce, header, plain = os.urandom(12), os.urandom(8), os.urandom(size)
    sealed = aead.encrypt(nonce, plain, header)
    return (
        lambda: aead.encrypt(nonce, plain, header),
        lambda: aead.decrypt(nonce, sealed, header),
    )


def _hmac(integrity: EspIntegrity | None) -> Callable[[bytes], bytes]:
    keyed = HMAC(os.urandom(20), HASHES[integrity or EspIntegrity.SHA]())

    def mac(data: bytes) -> bytes:
        code = keyed.copy()
        code.update(data)
        return code.finalize()

    return mac


def _cipher(cipher: EspCipher, key: bytes, iv: bytes) -> "Cipher[modes.CBC]":
    if cipher in (EspCipher.DES, EspCipher.TRIPLE_DES):
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

        return Cipher(TripleDES((key * 3)[:24]), modes.CBC(iv))
    return Cipher(algorithms.AES(key), modes.CBC(iv))
