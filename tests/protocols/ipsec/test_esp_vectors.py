"""Packets that others made: RFC 3602, draft-mcgrew-gcm-test-01, strongSwan."""

import json
import os
import random
import struct
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

import pytest

from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, Spi
from ioscli.protocols.ipsec.sa import EspError
from ioscli.protocols.ipsec.suites import make_esp_sa


class Vector(NamedTuple):
    name: str
    transform: EspTransform
    key: str
    packet: str
    next_header: int
    payload: str


AES_128 = EspTransform(EspCipher.AES_128, None)
GCM_128 = EspTransform(EspCipher.GCM_128, None)
GCM_192 = EspTransform(EspCipher.GCM_192, None)
GCM_256 = EspTransform(EspCipher.GCM_256, None)

VECTORS = [
    Vector(
        "RFC 3602 case 5, ping in transport mode",
        AES_128,
        "90d382b4 10eeba7a d938c46c ec1a82bf",
        """00004321 00000001 e96e8c08 ab465763 fd098d45 dd3ff893
        f663c25d 325c18c6 a9453e19 4e120849 a4870b66 cc6b9965 330013b4 898dc856
        a4699e52 3a55db08 0b59ec3a 8e4b7e52 775b07d1 db34ed9c 538ab50c 551b874a
        a269add0 47ad2d59 13ac19b7 cfbad4a6""",
        1,
        """08000ebd a70a0000 8e9c083d b95b0700 08090a0b 0c0d0e0f 10111213 14151617
        18191a1b 1c1d1e1f 20212223 24252627 28292a2b 2c2d2e2f 30313233 34353637""",
    ),
    Vector(
        "RFC 3602 case 6, ping of 28 bytes in transport mode",
        AES_128,
        "90d382b4 10eeba7a d938c46c ec1a82bf",
        """00004321 00000008 69d08df7 d203329d b093fc49 24e5bd80
        f5199588 1ec4e0c4 488987ce 742e8109 689bb379 d2d750c0 d915dca3 46a89f75""",
        1,
        "0800b5e8 a80a0500 a69c083d 0b660e00 77777777 77777777 77777777",
    ),
    Vector(
        "RFC 3602 case 7, ping in tunnel mode",
        AES_128,
        "01234567 89abcdef 01234567 89abcdef",
        """00008765 00000002 f4e76524 4f6407ad f13dc138 0f673f37
        773b5241 a4c44922 5e4f3ce5 ed611b0c 237ca96c f74a9301 3c1b0ea1 a0cf70f8
        e4ecaec7 8ac53aad 7a0f022b 859243c6 47752e94 a859352b 8a4d4d2d ecd136e5
        c177f132 ad3fbfb2 201ac990 4c74ee0a 109e0ca1 e4dfe9d5 a100b842 f1c22f0d""",
        4,
        """45000054 09040000 4001f988 c0a87b03 c0a87bc8 08009f76 a90a0100 b49c083d
        02a20400 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f 20212223
        24252627 28292a2b 2c2d2e2f 30313233 34353637""",
    ),
    Vector(
        "RFC 3602 case 8, ping of 68 bytes in tunnel mode",
        AES_128,
        "01234567 89abcdef 01234567 89abcdef",
        """00008765 00000005 85d47224 b5f3dd5d 2101d4ea 8dffab22
        15b92683 819596a8 047232cc 00f7048f e45318e1 1f8a0f62 ede3c3fc 61203bb5
        0f980a08 c9843fd3 a1b06d5c 07ff9639 b7eb7dfb 3512e5de 435e7207 ed971ef3
        d2726d9b 5ef6affc 6d17a0de cbb13892""",
        4,
        """45000044 090c0000 4001f990 c0a87b03 c0a87bc8 0800d63c aa0a0200 c69c083d
        a3de0300 ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff
        ffffffff""",
    ),
    Vector(
        "GCM draft, SPI a5f8",
        GCM_128,
        "feffe992 8665731c 6d6a8f94 67308308 cafebabe",
        """0000a5f8 0000000a facedbad decaf888 deb22cd9 b07c72c1 6e3a65be eb8df304
        a5a5897d 33ae530f 1ba76d5d 114d2a5c 3de81827 c10e9a4f 51330d0e ec416642
        cfbb85a5 b47e48a4 ec3b9ba9 5d918bd1 83b70d3a a8bc6ee4 c309e9d8 5a41ad4a""",
        1,
        """4500003e 698f0000 80114dcc c0a80102 c0a80101 0a980035 002a2343 b2d00100
        00010000 00000000 03736970 09637962 65726369 74790264 6b000001 0001""",
    ),
    Vector(
        "GCM draft, SPI 0",
        GCM_128,
        "00000000 00000000 00000000 00000000 00000000",
        """00000000 00000001 00000000 00000000 4688daf2 f973a392 732909c3 31d56d60
        f694abaa 414b5e7f f5fdcdff f5e9a284 45647649 2719ffb6 4de7d9dc a1e1d894
        bc3bd578 73ed4d18 1d19d4d5 c8c18af3 f821d496 eeb096e9 8ad2b69e 4799c71d""",
        1,
        """4500003c 99c50000 8001cb7a 40679318 01010101 0800075c 02004400 61626364
        65666768 696a6b6c 6d6e6f70 71727374 75767761 62636465 66676869""",
    ),
    Vector(
        "GCM draft, no payload and the last sequence number",
        GCM_128,
        "7d773d00 c144c525 ac619d18 c84a3f47 d9664267",
        "335467ae ffffffff 43457e91 82443bc6 437f866b cb3f699f e9b0822b ac961c45 04bef270",
        1,
        "",
    ),
    Vector(
        "GCM draft, 192-bit key",
        GCM_192,
        "feffe992 8665731c 6d6a8f94 67308308 feffe992 8665731c cafebabe",
        """0000a5f8 0000000a facedbad decaf888 a5b1f806 6029aea4 0e598b81 22de0242
        0938b3ab 33f828e6 87b8858b 5bfbdbd0 315b2745 2144cc77 95457b96 52037f53
        18027b5b 4cd7a636""",
        1,
        """45000028 a4ad4000 40067880 0a01038f 0a010612 802306b8 cb712602 dd6bb03e
        501016d0 7568""",
    ),
    Vector(
        "GCM draft, 256-bit key",
        GCM_256,
        "abbccdde f0011223 34455667 78899aab abbccdde f0011223 34455667 78899aab 11223344",
        """4a2cbfe3 00000002 01020304 05060708 ff425c9b 724599df 7a3bcd51 0194e00d
        6a78107f 1b0b1cbf 06efae9d 65a5d763 748a6379 85771d34 7f054565 9f14e99d
        ef842d8e b335f4ee cfdbf831 824b4c49 15956c96""",
        1,
        """45000030 69a64000 80062690 c0a80102 9389155e 0a9e008b 2dc57ee0 00000000
        70024000 20bf0000 020405b4 01010402""",
    ),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_published_packets_open(vector: Vector) -> None:
    packet = bytes.fromhex(vector.packet)
    sa = make_esp_sa(
        Spi(int.from_bytes(packet[:4])),
        vector.transform,
        bytes.fromhex(vector.key),
        b"",
        random.Random(0),
    )
    assert sa.open(packet) == (vector.next_header, bytes.fromhex(vector.payload))


# strongSwan's own exchanges, beside the keys that its log printed.

INTEGRITIES = {
    "md5": EspIntegrity.MD5,
    "sha1": EspIntegrity.SHA,
    "sha256": EspIntegrity.SHA256,
    "sha384": EspIntegrity.SHA384,
}
CIPHERS = {
    "3des": EspCipher.TRIPLE_DES,
    "aes128": EspCipher.AES_128,
    "aes256": EspCipher.AES_256,
    "aes256gcm16": EspCipher.GCM_256,
}


def exchanges() -> list[Path]:
    """The captures that stand beside their keys: the project's copies, or the shared originals."""
    tests = Path(__file__).parents[2]
    folders = (
        tests / "vectors" / "strongswan",
        tests.parents[1] / "shared" / "vectors" / "strongswan",
    )
    found = {path.stem: path for folder in reversed(folders) for path in folder.glob("v*.pcap")}
    return [found[stem] for stem in sorted(found)]


def esp_in_udp(capture: Path) -> Iterator[tuple[IPv4Address, bytes]]:
    """Source and ESP packet of each ESP frame of a classic pcap of Ethernet frames."""
    data = capture.read_bytes()
    order = "<" if data[:4] == bytes.fromhex("d4c3b2a1") else ">"
    at = 24
    while at < len(data):
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        frame = data[at + 16 : at + 16 + length]
        at += 16 + length
        datagram = frame[14:][20:]
        if (
            frame[14 + 9] == 17
            and datagram[:4] == bytes.fromhex("11941194")
            and any(datagram[8:12])
        ):
            yield IPv4Address(frame[14 + 12 : 14 + 16]), datagram[8:]


def test_the_captures_are_there() -> None:
    if not exchanges():
        assert os.environ.get("CI") != "true", "strongSwan's captures are missing"
        pytest.skip("strongSwan's captures are not beside the project")


@pytest.mark.parametrize("capture", exchanges(), ids=lambda path: path.stem)
def test_strongswan_packets_open(capture: Path) -> None:
    keys = json.loads(capture.with_name(capture.stem + ".keys.json").read_text())
    words = capture.stem.split("_")[2].split("-")
    cipher = CIPHERS[words[0]]
    integrity = None if cipher.combined else INTEGRITIES[words[1]]
    transform = EspTransform(cipher, integrity)
    sas = {}
    payloads = []
    packets = list(esp_in_udp(capture))
    initiator = packets[0][0]
    for source, packet in packets:
        side = "initiator" if source == initiator else "responder"
        if side not in sas:
            mac = "" if integrity is None else keys[f"integrity {side} key"][0]
            sas[side] = make_esp_sa(
                Spi(int.from_bytes(packet[:4])),
                transform,
                bytes.fromhex(keys[f"encryption {side} key"][0]),
                bytes.fromhex(mac),
                random.Random(0),
            )
        next_header, payload = sas[side].open(packet)
        assert next_header == 4
        payloads.append(payload)
        with pytest.raises(EspError):
            sas[side].open(packet)
    # Pings there and back: protocol 1 between the two protected networks.
    assert len(payloads) == 6
    assert {payload[9] for payload in payloads} == {1}
    assert {payload[12:14] + payload[16:18] for payload in payloads} == {
        bytes.fromhex("0a010a02"),
        bytes.fromhex("0a020a01"),
    }
