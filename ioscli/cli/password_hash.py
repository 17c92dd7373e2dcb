"""Passwords as IOS keeps them: types 0 (clear), 5, 7, 8 and 9.

Type 5 is the MD5-based crypt of FreeBSD, type 8 PBKDF2-HMAC-SHA256 with 20,000 rounds, type 9
scrypt with N=16384, r=1, p=1; type 7 only hides a password from a glance. How known: published
test vectors, which the tests hold this against.
"""

import hashlib
import hmac
from random import Random

#: The digits of all IOS's hashes; type 8 and 9 write base64 with them, type 5 its own order.
_DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_MD5_ROUNDS = 1_000
_PBKDF2_ROUNDS = 20_000
_SCRYPT_N = 16_384
_MD5_SALT = 4
_LONG_SALT = 14

#: The key of type 7.
_TYPE_7_KEY = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_TYPE_7_STARTS = 16
"""A password is hidden from one of the first so many places of the key on."""


def hashed(kind: int, password: str, chance: Random) -> str:
    """A password as type 5, 8 or 9, with a fresh salt."""
    salt = "".join(chance.choices(_DIGITS, k=_MD5_SALT if kind == 5 else _LONG_SALT))
    return _hash(kind, password, salt)


def is_hash(kind: int, text: str) -> bool:
    """Whether a text looks like a hash of a type, which IOS checks when one is configured."""
    parts = text.split("$")
    if len(parts) != 4 or parts[0] or parts[1] != ("1" if kind == 5 else str(kind)):
        return False
    salt, digest = parts[2:]
    if not 1 <= len(salt) <= (8 if kind == 5 else _LONG_SALT):
        return False
    return len(digest) == (22 if kind == 5 else 43) and not (set(salt + digest) - set(_DIGITS))


def matches(kind: int, kept: str, password: str) -> bool:
    """Whether a password is the one that is kept as a type."""
    if kind in (5, 8, 9):
        if not is_hash(kind, kept):
            return False
        made = _hash(kind, password, kept.split("$")[2])
        return hmac.compare_digest(made.encode(), kept.encode())
    clear = revealed(kept) if kind == 7 else kept
    return clear is not None and hmac.compare_digest(clear.encode(), password.encode())


def hidden(password: str, chance: Random) -> str:
    """A password as type 7."""
    start = chance.randrange(_TYPE_7_STARTS)
    return f"{start:02d}" + _crossed(password.encode(), start).hex().upper()


def revealed(text: str) -> str | None:
    """The password that a type 7 text hides; None for a text that hides none."""
    try:
        start, data = int(text[:2]), bytes.fromhex(text[2:])
        # fromhex() skips blanks, which IOS does not.
        if not (text.isascii() and text.isalnum()) or start >= len(_TYPE_7_KEY):
            return None
        return _crossed(data, start).decode()
    except ValueError:
        return None


def _crossed(data: bytes, start: int) -> bytes:
    key, size = _TYPE_7_KEY, len(_TYPE_7_KEY)
    return bytes(byte ^ key[(start + place) % size] for place, byte in enumerate(data))


# --- the hashes ----------------------------------------------------------------------------------


def _hash(kind: int, password: str, salt: str) -> str:
    secret, salted = password.encode(), salt.encode()
    match kind:
        case 5:
            return f"$1${salt}${_md5_crypt(secret, salted)}"
        case 8:
            digest = hashlib.pbkdf2_hmac("sha256", secret, salted, _PBKDF2_ROUNDS)
        case _:
            digest = hashlib.scrypt(secret, salt=salted, n=_SCRYPT_N, r=1, p=1, dklen=32)
    return f"${kind}${salt}${_base64(digest)}"


def _base64(data: bytes) -> str:
    """Base64 without padding, in IOS's digits."""
    from base64 import b64encode

    return b64encode(data).decode().rstrip("=").translate(str.maketrans(_BASE64, _DIGITS))


#: The order in which type 5 writes the digest's bytes, three at a time.
_MD5_ORDER = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5))
_MD5_LAST = 11


def _md5_crypt(password: bytes, salt: bytes) -> str:
    """Poul-Henning Kamp's MD5 crypt: what stands after the salt."""
    inner = hashlib.md5(password + salt + password).digest()
    start = hashlib.md5(password + b"$1$" + salt)
    size = len(password)
    start.update((inner * (size // 16 + 1))[:size])
    bits = size
    while bits:
        start.update(b"\0" if bits & 1 else password[:1])
        bits >>= 1
    digest = start.digest()
    for number in range(_MD5_ROUNDS):
        odd = number & 1
        digest = hashlib.md5(
            (password if odd else digest)
            + (salt if number % 3 else b"")
            + (password if number % 7 else b"")
            + (digest if odd else password)
        ).digest()
    text = "".join(
        _crypt_digits(digest[a] << 16 | digest[b] << 8 | digest[c], 4) for a, b, c in _MD5_ORDER
    )
    return text + _crypt_digits(digest[_MD5_LAST], 2)


def _crypt_digits(value: int, count: int) -> str:
    return "".join(_DIGITS[value >> 6 * place & 0x3F] for place in range(count))
