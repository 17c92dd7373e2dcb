"""A Wireshark configuration folder that holds a run's keys.

`WIRESHARK_CONFIG_DIR=folder wireshark capture.pcapng` (or tshark) then decrypts ISAKMP and ESP,
checks every ICV and every checksum.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ioscli.model.crypto import EspCipher, EspIntegrity
from ioscli.protocols.ipsec.sadb import EspKeyRecord

#: Wireshark's names, seen to decrypt in 4.0. It reads the key length from the key.
_CIPHERS = {
    EspCipher.DES: "DES-CBC [RFC2405]",
    EspCipher.TRIPLE_DES: "TripleDES-CBC [RFC2451]",
    EspCipher.AES_128: "AES-CBC [RFC3602]",
    EspCipher.AES_192: "AES-CBC [RFC3602]",
    EspCipher.AES_256: "AES-CBC [RFC3602]",
    EspCipher.GCM_128: "AES-GCM with 16 octet ICV [RFC4106]",
    EspCipher.GCM_192: "AES-GCM with 16 octet ICV [RFC4106]",
    EspCipher.GCM_256: "AES-GCM with 16 octet ICV [RFC4106]",
    EspCipher.NULL: "NULL",
}
_INTEGRITIES = {
    None: "NULL",
    EspIntegrity.MD5: "HMAC-MD5-96 [RFC2403]",
    EspIntegrity.SHA: "HMAC-SHA-1-96 [RFC2404]",
    EspIntegrity.SHA256: "HMAC-SHA-256-128 [RFC4868]",
    EspIntegrity.SHA384: "HMAC-SHA-384-192 [RFC4868]",
    EspIntegrity.SHA512: "HMAC-SHA-512-256 [RFC4868]",
}

_PREFERENCES = (
    "esp.enable_encryption_decode: TRUE",
    "esp.enable_authentication_check: TRUE",
    "ip.check_checksum: TRUE",
    "udp.check_checksum: TRUE",
    "tcp.check_checksum: TRUE",
)

IkeKey = tuple[bytes, bytes]
"""Initiator cookie and encryption key Ka (RFC 2409, appendix B) of an ISAKMP SA."""


def write_wireshark_folder(
    folder: Path, esp: Iterable[EspKeyRecord], ike: Iterable[IkeKey]
) -> None:
    """Write a configuration folder, made if need be; files of an earlier run are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "esp_sa", esp_sa_lines(esp))
    _write(folder / "ikev1_decryption_table", ikev1_lines(ike))
    _write(folder / "preferences", _PREFERENCES)


def esp_sa_lines(records: Iterable[EspKeyRecord]) -> Iterator[str]:
    """The lines of Wireshark's table `esp_sa`."""
    for record in records:
        fields = (
            "IPv4",
            str(record.source),
            str(record.destination),
            f"0x{record.spi:08x}",
            _CIPHERS[record.cipher],
            _hex(record.encryption_key),
            _INTEGRITIES[None if record.cipher.combined else record.integrity],
            _hex(record.authentication_key),
        )
        yield ",".join(f'"{field}"' for field in fields)


def ikev1_lines(keys: Iterable[IkeKey]) -> Iterator[str]:
    """The lines of Wireshark's table `ikev1_decryption_table`."""
    for cookie, key in keys:
        yield f"{cookie.hex()},{key.hex()}"


def _hex(key: bytes) -> str:
    return f"0x{key.hex()}" if key else ""


def _write(path: Path, lines: Iterable[str]) -> None:
    # Both ends of an SA record its keys: one line of them is enough.
    path.write_text("".join(f"{line}\n" for line in dict.fromkeys(lines)), encoding="ascii")
