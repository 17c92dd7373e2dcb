"""The IKEv1 exchanges of two strongSwan daemons: captures with every key they derived.

192.0.2.1 began, 192.0.2.2 answered; pre-shared key `cisco123`; IKE on ports 500 and 4500.
"""

import json
import struct
from collections.abc import Iterator
from functools import cached_property
from ipaddress import IPv4Address
from pathlib import Path
from typing import NamedTuple

from ioscli.codec.isakmp import IsakmpHeader, IsakmpMessage
from ioscli.codec.isakmp.numbers import ExchangeType

FOLDER = Path(__file__).parent / "strongswan"
INITIATOR, RESPONDER = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
PRE_SHARED_KEY = b"cisco123"


class Datagram(NamedTuple):
    """A UDP datagram that carries IKE, the non-ESP marker taken off."""

    source: IPv4Address
    source_port: int
    destination: IPv4Address
    destination_port: int
    payload: bytes


class Capture:
    """One `v1_*` capture and its keys."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self._keys: dict[str, list[str]] = json.loads(
            (FOLDER / f"{stem}.keys.json").read_text(encoding="ascii")
        )

    def key(self, name: str) -> bytes:
        """The value logged under a name, which must be there once."""
        (value,) = self._keys[name]
        return bytes.fromhex(value)

    def keys(self, name: str) -> list[bytes]:
        """All values logged under a name."""
        return [bytes.fromhex(value) for value in self._keys.get(name, [])]

    def message_ids(self) -> list[int]:
        """All message IDs for which an IV was logged."""
        prefix = "next IV for MID "
        return [int(name.removeprefix(prefix)) for name in self._keys if name.startswith(prefix)]

    @cached_property
    def datagrams(self) -> list[Datagram]:
        """IKE, in the order of the wire."""
        return list(_ike(FOLDER / f"{self.stem}.pcap"))

    @cached_property
    def main_mode(self) -> list[IsakmpMessage]:
        """Messages 1 to 4."""
        return [IsakmpMessage.parse(datagram.payload) for datagram in self.datagrams[:4]]

    def encrypted(self, exchange: ExchangeType) -> list[tuple[IsakmpHeader, bytes]]:
        """Header and ciphertext of the encrypted messages of one exchange type."""
        parsed = [IsakmpHeader.parse(datagram.payload) for datagram in self.datagrams]
        return [
            (header, body)
            for header, body in parsed
            if header.encrypted and header.exchange == exchange
        ]


STEMS = sorted(path.stem for path in FOLDER.glob("v1_*.pcap"))


def _ike(path: Path) -> Iterator[Datagram]:
    data = path.read_bytes()
    assert data[:4] == bytes.fromhex("d4c3b2a1"), "not a little-endian pcap file"
    offset = 24
    while offset < len(data):
        length = struct.unpack_from("<I", data, offset + 8)[0]
        frame = data[offset + 16 : offset + 16 + length]
        offset += 16 + length
        packet = frame[14:]
        if frame[12:14] != b"\x08\x00" or packet[9] != 17:
            continue
        udp = packet[(packet[0] & 15) * 4 :]
        source_port, destination_port, size = struct.unpack_from("!HHH", udp)
        payload = udp[8:size]
        if destination_port == 4500:
            if payload[:4] != bytes(4):
                continue
            payload = payload[4:]
        yield Datagram(
            IPv4Address(packet[12:16]),
            source_port,
            IPv4Address(packet[16:20]),
            destination_port,
            payload,
        )
