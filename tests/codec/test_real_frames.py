"""Frames that two strongSwan daemons and Linux sent: parsed, and built again byte for byte."""

import os
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ioscli.codec.arp import ArpPacket
from ioscli.codec.checksum import internet_checksum
from ioscli.codec.esp import NON_ESP_MARKER, EspHeader, Port4500, split_port_4500
from ioscli.codec.ethernet import EthernetHeader, EtherType
from ioscli.codec.fragments import Reassembler
from ioscli.codec.ipv4 import IpProtocol, IPv4Header, forwarded, header_ok
from ioscli.codec.udp import UdpHeader

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors" / "strongswan"
CAPTURES = sorted(VECTORS.glob("*.pcap"))


def frames(path: Path) -> Iterator[bytes]:
    """The frames of a classic little-endian pcap file."""
    data = path.read_bytes()
    assert data[:4] == bytes.fromhex("d4c3b2a1")
    position = 24
    while position < len(data):
        captured, original = struct.unpack_from("<II", data, position + 8)
        assert captured == original
        yield data[position + 16 : position + 16 + captured]
        position += 16 + captured


def checksum_finished(ip: IPv4Header, datagram: bytes) -> bytes:
    """A UDP datagram as the network card sends it.

    Linux hands a datagram over with the sum of the pseudo-header in the checksum field, for the
    card to finish; virtual cards, where these captures were taken, never do.
    """
    pseudo = ip.source.packed + ip.destination.packed + bytes((0, 17)) + datagram[4:6]
    if int.from_bytes(datagram[6:8], "big") != internet_checksum(pseudo) ^ 0xFFFF:
        return datagram
    blank = datagram[:6] + b"\0\0" + datagram[8:]
    return blank[:6] + internet_checksum(pseudo + blank).to_bytes(2, "big") + blank[8:]


def rebuilt(frame: bytes, seen: Counter[str]) -> bytes:
    """The frame taken apart by every codec that knows it, and put together again."""
    ethernet, payload = EthernetHeader.parse(frame)
    if ethernet.ethertype == EtherType.ARP:
        seen["arp"] += 1
        return ethernet.build(ArpPacket.parse(payload).build())
    if ethernet.ethertype != EtherType.IPV4:
        seen["other"] += 1
        return ethernet.build(payload)
    assert header_ok(payload)
    ip, body = IPv4Header.parse(payload)
    assert forwarded(payload)[:20] == ip._replace(ttl=ip.ttl - 1).build(body)[:20]
    if ip.fragment_offset or ip.more_fragments:
        seen["fragment"] += 1
    elif ip.protocol == IpProtocol.UDP:
        seen["udp"] += 1
        udp, content = UdpHeader.parse(body, ip.source, ip.destination)
        if udp.destination_port == 4500:
            kind, inner = split_port_4500(content)
            seen[kind.value] += 1
            if kind is Port4500.ESP:
                header, rest = EspHeader.parse(inner)
                content = header.build(rest)
            elif kind is Port4500.IKE:
                content = NON_ESP_MARKER + inner
        body = udp.build(content, ip.source, ip.destination)
    return ethernet.build(ip.build(body))


def finished(frame: bytes) -> bytes:
    """The frame with its UDP checksum finished, where it carries one."""
    if frame[12:14] != b"\x08\x00":
        return frame
    ip, body = IPv4Header.parse(frame[14:])
    if ip.protocol != IpProtocol.UDP or ip.fragment_offset or ip.more_fragments:
        return frame
    return frame[:14] + ip.build(checksum_finished(ip, body))


def test_every_frame_comes_back() -> None:
    if not CAPTURES:
        message = f"no captures in {VECTORS.name}: the shared folder stands beside the project"
        assert os.environ.get("CI") != "true", message
        pytest.skip(message)
    seen: Counter[str] = Counter()
    for path in CAPTURES:
        reassembler = Reassembler()
        for frame in map(finished, frames(path)):
            # A captured sender may hand over its frame before the network card pads it.
            assert rebuilt(frame, seen)[: len(frame)] == frame, path.name
            if frame[12:14] == b"\x08\x00":
                reassembler.add(frame[14:], 0)
        assert len(reassembler) == 0
    assert seen["ike"] > 0
    assert seen["esp"] > 0
    assert seen["udp"] > seen["ike"] + seen["esp"]
