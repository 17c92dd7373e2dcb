"""tshark reads what the program seals, with nothing but the folder that the program writes."""

import os
import random
import shutil
import struct
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ioscli.codec.ipv4 import IPv4Header
from ioscli.labs.wireshark import esp_sa_lines, ikev1_lines, write_wireshark_folder
from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, Spi
from ioscli.protocols.ipsec.sadb import EspKeyRecord
from ioscli.protocols.ipsec.suites import make_esp_sa

R1, R3 = IPv4Address("192.0.2.1"), IPv4Address("198.51.100.3")
TRANSFORMS = [
    EspTransform(cipher, integrity)
    for cipher in EspCipher
    for integrity in ([None] if cipher.combined else [None, *EspIntegrity])
]
RAW_IP = 101
"""Link type of a capture whose frames begin with the IP header."""


def tshark(capture: Path, folder: Path, *fields: str) -> list[list[str]]:
    program = shutil.which("tshark")
    if program is None:
        assert os.environ.get("CI") != "true", "tshark is missing"
        pytest.skip("tshark is not installed")
    wanted = [word for field in fields for word in ("-e", field)]
    run = subprocess.run(
        [program, "-r", str(capture), "-T", "fields", "-E", "separator=|", *wanted],
        env={**os.environ, "WIRESHARK_CONFIG_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    # tshark complains about a table that it cannot read and goes on without it.
    complaints = [line for line in run.stderr.splitlines() if "Running as user" not in line]
    assert not [line for line in complaints if line.strip()]
    return [line.split("|") for line in run.stdout.splitlines()]


def write_pcap(path: Path, packets: list[bytes], link_type: int = RAW_IP) -> None:
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, link_type))
        for number, packet in enumerate(packets):
            file.write(struct.pack("<IIII", number, 0, len(packet), len(packet)) + packet)


def sealed(transform: EspTransform, number: int) -> tuple[EspKeyRecord, bytes]:
    """An SA's key record and an IPv4 packet that it carries a UDP datagram in."""
    chance = random.Random(number)
    key = chance.randbytes(transform.encryption_key_length)
    mac = chance.randbytes(transform.authentication_key_length)
    spi = Spi(0x1000 + number)
    text = f"datagram {number}".encode()
    datagram = struct.pack("!HHHH", 50_001, 50_002, 8 + len(text), 0) + text
    inner = IPv4Header(IPv4Address("10.1.4.4"), IPv4Address("10.3.5.5"), 17, 64).build(datagram)
    esp = make_esp_sa(spi, transform, key, mac, chance).seal(inner, 4)
    record = EspKeyRecord(R1, R3, spi, transform.cipher, key, transform.integrity, mac)
    return record, IPv4Header(R1, R3, 50, 255).build(esp)


def test_tshark_decrypts_and_authenticates_every_transform(tmp_path: Path) -> None:
    records, packets = zip(*(sealed(t, n) for n, t in enumerate(TRANSFORMS)), strict=True)
    write_wireshark_folder(tmp_path / "keys", records, [])
    write_pcap(tmp_path / "esp.pcap", list(packets))
    rows = tshark(
        tmp_path / "esp.pcap",
        tmp_path / "keys",
        "esp.icv_good",
        "ip.src",
        "data.data",
        "ip.checksum.status",
    )
    assert len(rows) == len(TRANSFORMS)
    for number, (transform, row) in enumerate(zip(TRANSFORMS, rows, strict=True)):
        authenticated = transform.cipher.combined or transform.integrity is not None
        text = f"datagram {number}".encode().hex()
        # Both IP headers' checksums were looked at (status 1: good), so the preference works.
        assert row == ["1" if authenticated else "", "192.0.2.1,10.1.4.4", text, "1,1"], transform


def test_tshark_notices_a_changed_byte(tmp_path: Path) -> None:
    record, packet = sealed(EspTransform(EspCipher.AES_256, EspIntegrity.SHA), 1)
    write_wireshark_folder(tmp_path / "keys", [record], [])
    write_pcap(tmp_path / "esp.pcap", [packet[:-1] + bytes((packet[-1] ^ 1,))])
    rows = tshark(tmp_path / "esp.pcap", tmp_path / "keys", "esp.icv_good", "esp.icv_bad")
    assert rows == [["0", "1"]]


def test_a_second_run_replaces_the_first_ones_keys(tmp_path: Path) -> None:
    record, packet = sealed(EspTransform(EspCipher.GCM_128, None), 1)
    write_pcap(tmp_path / "esp.pcap", [packet])
    write_wireshark_folder(tmp_path / "keys", [record], [])
    write_wireshark_folder(tmp_path / "keys", [], [])
    assert tshark(tmp_path / "esp.pcap", tmp_path / "keys", "data.data") == [[""]]


def test_tshark_decrypts_main_and_quick_mode_with_the_exported_key(tmp_path: Path) -> None:
    tests = Path(__file__).parents[1]
    name = "v1_aes256-sha256-modp2048_aes256-sha256"
    folders = (
        tests / "vectors" / "strongswan",
        tests.parents[1] / "shared" / "vectors" / "strongswan",
    )
    capture = next((f / f"{name}.pcap" for f in folders if (f / f"{name}.pcap").exists()), None)
    if capture is None:
        assert os.environ.get("CI") != "true", "strongSwan's captures are missing"
        pytest.skip("strongSwan's captures are not beside the project")
    cookie = bytes.fromhex("4a5c1d8acf8e2197")
    key = bytes.fromhex("d364010791a89d3e6515a8f2ce37afa46069b836d97b034032bca6a402aeaad4")
    write_wireshark_folder(tmp_path / "keys", [], [(cookie, key)])
    rows = tshark(
        capture, tmp_path / "keys", "isakmp.exchangetype", "isakmp.id.data.ipv4_addr", "isakmp.spi"
    )
    # Identities of main mode travel encrypted, as do the SPIs of quick mode.
    assert [row[1] for row in rows if row[0] == "2"][4:] == ["192.0.2.1", "192.0.2.2"]
    assert any(row[2] for row in rows if row[0] == "32")


def test_lines_are_those_of_wiresharks_tables() -> None:
    record = EspKeyRecord(
        R1, R3, Spi(0x1A), EspCipher.AES_128, b"\x01" * 2, EspIntegrity.SHA, b"\x02" * 2
    )
    assert list(esp_sa_lines([record])) == [
        '"IPv4","192.0.2.1","198.51.100.3","0x0000001a","AES-CBC [RFC3602]","0x0101",'
        '"HMAC-SHA-1-96 [RFC2404]","0x0202"'
    ]
    assert list(ikev1_lines([(b"\xab" * 8, b"\xcd" * 3)])) == ["abababababababab,cdcdcd"]
