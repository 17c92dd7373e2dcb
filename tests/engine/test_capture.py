"""Captures: the file's own structure, and what tshark reads in it."""

import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ioscli.codec.arp import ArpOperation, ArpPacket
from ioscli.codec.esp import EspHeader
from ioscli.codec.ethernet import BROADCAST, ZERO_MAC, EthernetHeader, EtherType
from ioscli.codec.fragments import fragment
from ioscli.codec.gre import GreHeader
from ioscli.codec.hdlc import SLARP_PROTOCOL, HdlcAddress, HdlcHeader, SlarpKeepalive
from ioscli.codec.icmp import (
    DestinationUnreachable,
    EchoMessage,
    TimeExceeded,
    TimeExceededCode,
    UnreachableCode,
    echo_reply_to,
)
from ioscli.codec.ipv4 import IpProtocol, IPv4Header, forwarded
from ioscli.codec.udp import UdpHeader
from ioscli.engine.capture import EPOCH, LinkType, PcapngWriter
from ioscli.engine.link import Link, Port
from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant, seconds

A, B = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")
MAC_A, MAC_B = bytes.fromhex("0c72beb00100"), bytes.fromhex("0c72beb00200")
EPOCH_MICROSECONDS = 1_014_940_800_000_000


class Cable(NamedTuple):
    simulation: Simulation
    link: Link
    first: Port
    second: Port


def cable(*, bandwidth: int = 1_000_000_000, simulation: Simulation | None = None) -> Cable:
    simulation = simulation or Simulation()
    first = Port(simulation, "R1:GigabitEthernet0/0")
    second = Port(simulation, "R2:GigabitEthernet0/0")
    link = Link(simulation, first, second, bandwidth=bandwidth)
    return Cable(simulation, link, first, second)


class Captured(NamedTuple):
    interface: int
    microseconds: int
    frame: bytes
    flags: int


class Interface(NamedTuple):
    link_type: int
    name: str
    resolution: int


def options(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    position = 0
    while True:
        code, length = struct.unpack_from("<HH", data, position)
        if code == 0:
            assert position + 4 == len(data)
            return found
        found[code] = data[position + 4 : position + 4 + length]
        position += 4 + length + -length % 4


def blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    data = path.read_bytes()
    position = 0
    while position < len(data):
        kind, size = struct.unpack_from("<II", data, position)
        assert size % 4 == 0
        assert data[position + size - 4 : position + size] == struct.pack("<I", size)
        yield kind, data[position + 8 : position + size - 4]
        position += size


def read(path: Path) -> tuple[list[Interface], list[Captured]]:
    """A reader written from the format's description, strict about lengths and padding."""
    interfaces, packets = [], []
    for number, (kind, body) in enumerate(blocks(path)):
        assert (kind == 0x0A0D0D0A) == (number == 0)
        if kind == 1:
            link_type, reserved, snap_length = struct.unpack_from("<HHI", body)
            assert (reserved, snap_length) == (0, 0)
            found = options(body[8:])
            interfaces.append(Interface(link_type, found[2].decode(), found[9][0]))
        elif kind == 6:
            interface, high, low, captured, original = struct.unpack_from("<IIIII", body)
            assert captured == original
            end = 20 + captured + -captured % 4
            flags = struct.unpack("<I", options(body[end:])[2])[0]
            time = (high << 32 | low) - EPOCH_MICROSECONDS
            packets.append(Captured(interface, time, body[20 : 20 + captured], flags))
    return interfaces, packets


def test_frames_names_times_and_directions(tmp_path: Path) -> None:
    path = tmp_path / "link.pcapng"
    simulation, link, first, second = cable()
    with PcapngWriter(path) as writer:
        writer.tap(link)
        first.transmit(b"a" * 61)
        simulation.run_until(Instant(seconds(1.5)))
        second.transmit(b"b" * 64)
    interfaces, packets = read(path)
    assert interfaces == [Interface(LinkType.ETHERNET, link.name, 6)]
    assert packets == [
        Captured(0, 0, b"a" * 61, 2),
        Captured(0, 1_500_000, b"b" * 64, 1),
    ]
    assert writer.frames_written == 2


def test_a_queued_frame_comes_after_what_was_sent_before_it(tmp_path: Path) -> None:
    """At 8 Mbit/s the second frame of 1,000 bytes waits 1 ms; the other end sends meanwhile."""
    path = tmp_path / "link.pcapng"
    simulation, link, first, second = cable(bandwidth=8_000_000)
    with PcapngWriter(path) as writer:
        writer.tap(link)
        first.transmit(b"1" * 1000)
        first.transmit(b"2" * 1000)
        simulation.run_until(Instant(400))
        second.transmit(b"3" * 60)
    _, packets = read(path)
    assert [(each.frame[:1], each.microseconds) for each in packets] == [
        (b"1", 0),
        (b"3", 400),
        (b"2", 1000),
    ]


def test_order_over_links_of_different_speed(tmp_path: Path) -> None:
    """Full queues everywhere, for longer than frames are held back."""
    path = tmp_path / "links.pcapng"
    simulation = Simulation()
    cables = [cable(bandwidth=rate, simulation=simulation) for rate in (64_000, 10**7, 10**9)]
    sent = 0
    with PcapngWriter(path) as writer:
        for each in cables:
            writer.tap(each.link)
        for step in range(2_000):
            for number, each in enumerate(cables):
                port = each.first if step % 3 else each.second
                sent += port.transmit(bytes((number,)) * (60 + step * 37 % 1400))
            simulation.run_until(Instant(step * 9_000))
        written_before_the_end = writer.frames_written
    _, packets = read(path)
    times = [each.microseconds for each in packets]
    assert times == sorted(times)
    assert len(packets) == sent < 6_000
    # The slowest link holds frames back for 7.5 s of these 18; the rest is in the file by then.
    assert written_before_the_end > sent // 2
    assert {each.frame[0] for each in packets} == {0, 1, 2}
    assert all(each.interface == each.frame[0] for each in packets)


def test_lost_frames_are_captured_where_they_are_sent(tmp_path: Path) -> None:
    path = tmp_path / "link.pcapng"
    simulation = Simulation()
    first, second = Port(simulation, "a"), Port(simulation, "b")
    link = Link(simulation, first, second, loss=1.0)
    with PcapngWriter(path) as writer:
        writer.tap(link)
        assert first.transmit(b"lost" * 15)
        link.set_up(False)
        assert not first.transmit(b"nowhere to send this")
    assert [each.frame for each in read(path)[1]] == [b"lost" * 15]


def test_closing_takes_the_taps_off(tmp_path: Path) -> None:
    path = tmp_path / "link.pcapng"
    _, link, first, _ = cable()
    writer = PcapngWriter(path)
    writer.tap(link)
    with pytest.raises(ValueError, match="already captured"):
        PcapngWriter(tmp_path / "second.pcapng").tap(link)
    writer.close()
    writer.close()
    assert link.tap is None
    assert first.transmit(bytes(60))
    assert read(path)[1] == []


def test_an_epoch_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "link.pcapng"
    _, link, first, _ = cable()
    epoch = datetime(2024, 2, 29, 12, 30, 15, 250_000, tzinfo=UTC)
    with PcapngWriter(path, epoch) as writer:
        writer.tap(link)
        first.transmit(bytes(60))
    since = (epoch - EPOCH).total_seconds()
    assert read(path)[1][0].microseconds == round(since * 1_000_000)


def test_a_path_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        PcapngWriter(tmp_path / "nowhere" / "link.pcapng")


# What tshark makes of it


@pytest.fixture
def tshark() -> Callable[..., list[list[str]]]:
    """Runs tshark on a capture: one list of fields per packet."""
    program = shutil.which("tshark")
    if program is None:
        message = "tshark is not installed (Debian package tshark)"
        assert os.environ.get("CI") != "true", message
        pytest.skip(message)

    def run(path: Path, *fields: str, matching: str = "") -> list[list[str]]:
        command = [program, "-n", "-r", str(path), "-T", "fields", "-E", "separator=|"]
        command += ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
        command += ["-o", "ip.defragment:TRUE"]
        for field in fields:
            command += ["-e", field]
        if matching:
            command += ["-Y", matching]
        environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=60, env=environment
        )
        return [line.split("|") for line in done.stdout.splitlines()]

    return run


#: Matches every packet that tshark finds fault with.
FAULTS = (
    "_ws.malformed || ip.checksum.status == 0 || icmp.checksum.status == 0"
    " || udp.checksum.status == 0 || gre.checksum.status == 0 || _ws.expert.severity == error"
    " || ip.bogus_header_length || ip.bogus_ip_length || _ws.short"
)


def ethernet(packet: bytes) -> bytes:
    return EthernetHeader(MAC_B, MAC_A, EtherType.IPV4).build(packet)


def ip(payload: bytes, protocol: int, **fields: Any) -> bytes:
    return IPv4Header(A, B, protocol)._replace(**fields).build(payload)


def capture(path: Path, frames: list[bytes]) -> None:
    simulation, link, first, _ = cable()
    with PcapngWriter(path) as writer:
        writer.tap(link)
        for frame in frames:
            assert first.transmit(frame)
            simulation.run_until(Instant(simulation.now + 250_000))


def test_tshark_reads_times_and_names(
    tmp_path: Path, tshark: Callable[..., list[list[str]]]
) -> None:
    path = tmp_path / "link.pcapng"
    capture(path, [ethernet(ip(EchoMessage(False, 1, 2).build(), IpProtocol.ICMP))] * 2)
    rows = tshark(path, "frame.time_epoch", "frame.interface_name", "frame.packet_flags_direction")
    name = "R1:GigabitEthernet0/0-R2:GigabitEthernet0/0"
    assert [(row[0], row[1], int(row[2], 0)) for row in rows] == [
        ("1014940800.000000000", name, 2),
        ("1014940800.250000000", name, 2),
    ]


def test_tshark_reads_arp(tmp_path: Path, tshark: Callable[..., list[list[str]]]) -> None:
    path = tmp_path / "arp.pcapng"
    request = ArpPacket(ArpOperation.REQUEST, MAC_A, A, ZERO_MAC, B)
    reply = ArpPacket(ArpOperation.REPLY, MAC_B, B, MAC_A, A)
    capture(
        path,
        [
            EthernetHeader(BROADCAST, MAC_A, EtherType.ARP).build(request.build()),
            EthernetHeader(MAC_A, MAC_B, EtherType.ARP).build(reply.build()),
        ],
    )
    assert tshark(path, "frame.number", matching=FAULTS) == []
    fields = ("arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.proto_ipv4")
    assert tshark(path, "eth.dst", "frame.len", *fields) == [
        ["ff:ff:ff:ff:ff:ff", "60", "1", "0c:72:be:b0:01:00", "192.0.2.1", "192.0.2.2"],
        ["0c:72:be:b0:01:00", "60", "2", "0c:72:be:b0:02:00", "192.0.2.2", "192.0.2.1"],
    ]


def test_tshark_reads_icmp(tmp_path: Path, tshark: Callable[..., list[list[str]]]) -> None:
    path = tmp_path / "icmp.pcapng"
    request = EchoMessage(False, 3, 4, b"\xab\xcd" * 36).build()
    probe = UdpHeader(33434, 33435).build(bytes(1472), A, B)
    quoted = ip(probe, IpProtocol.UDP, dont_fragment=True)[:28]
    code = UnreachableCode.FRAGMENTATION_NEEDED
    messages = [
        request,
        echo_reply_to(request),
        EchoMessage(False, 0, 0, bytes(10)).build(),
        echo_reply_to(EchoMessage(False, 0, 0, bytes(10)).build()),
        DestinationUnreachable(code, 1414, quoted).build(),
        TimeExceeded(TimeExceededCode.TTL, quoted).build(),
    ]
    packets = [forwarded(ip(each, IpProtocol.ICMP, tos=0xB8)) for each in messages]
    capture(path, [ethernet(each) for each in packets])
    assert tshark(path, "frame.number", matching=FAULTS) == []
    fields = ("icmp.type", "icmp.code", "icmp.ident", "icmp.mtu", "icmp.checksum.status")
    rows = tshark(path, *fields, "ip.checksum.status", "ip.ttl", "ip.dsfield")
    # With several IP headers in a packet tshark lists the outer first; the quoted one's TTL is 255.
    assert [row[:5] for row in rows] == [
        ["8", "0", "3", "", "1"],
        ["0", "0", "3", "", "1"],
        ["8", "0", "0", "", "1"],
        ["0", "0", "0", "", "1"],
        ["3", "4", "", "1414", "1"],
        ["11", "0", "", "", "1"],
    ]
    assert {row[5].split(",")[0] for row in rows} == {"1"}
    assert {row[6].split(",")[0] for row in rows} == {"254"}
    assert {row[7].split(",")[0] for row in rows} == {"0xb8"}


def test_tshark_reads_udp_gre_esp(tmp_path: Path, tshark: Callable[..., list[list[str]]]) -> None:
    path = tmp_path / "tunnels.pcapng"
    inner = ip(EchoMessage(False, 1, 1, b"inner").build(), IpProtocol.ICMP, options=b"\x94\4\0\0")
    gre_headers = [
        GreHeader(EtherType.IPV4),
        GreHeader(EtherType.IPV4, key=0x64),
        GreHeader(EtherType.IPV4, checksum_present=True, key=7, sequence=9),
    ]
    packets = [
        ip(UdpHeader(33434, 33435).build(b"odd", A, B), IpProtocol.UDP),
        *(ip(header.build(inner), IpProtocol.GRE) for header in gre_headers),
        ip(EspHeader(0x1A2B3C4D, 5).build(bytes(range(64))), IpProtocol.ESP),
    ]
    capture(path, [ethernet(each) for each in packets])
    assert tshark(path, "frame.number", matching=FAULTS) == []
    assert tshark(path, "udp.length", "udp.checksum.status", matching="udp") == [["11", "1"]]
    fields = ("gre.key", "gre.sequence_number", "gre.checksum.status", "icmp.checksum.status")
    assert tshark(path, *fields, "ip.opt.ra", matching="gre") == [
        ["", "", "", "1", "0"],
        ["0x00000064", "", "", "1", "0"],
        ["0x00000007", "9", "1", "1", "0"],
    ]
    esp = tshark(path, "esp.spi", "esp.sequence", matching="esp")
    assert esp == [["0x1a2b3c4d", "5"]]


def test_tshark_puts_our_fragments_together(
    tmp_path: Path, tshark: Callable[..., list[list[str]]]
) -> None:
    path = tmp_path / "fragments.pcapng"
    message = EchoMessage(False, 1, 1, bytes(range(256)) * 10).build()
    pieces = fragment(ip(message, IpProtocol.ICMP, identification=99), 600)
    capture(path, [ethernet(each) for each in pieces])
    assert tshark(path, "frame.number", matching=FAULTS) == []
    fields = ("ip.fragment.count", "ip.reassembled.length", "icmp.checksum.status", "data.len")
    assert tshark(path, *fields, matching="icmp") == [
        [str(len(pieces)), str(len(message)), "1", "2560"]
    ]


def test_tshark_reads_a_serial_line_beside_an_ethernet(
    tmp_path: Path, tshark: Callable[..., list[list[str]]]
) -> None:
    path = tmp_path / "mixed.pcapng"
    simulation, link, first, _ = cable()
    serial = cable(bandwidth=1_544_000, simulation=simulation)
    keepalive = SlarpKeepalive(my_sequence=7, your_sequence=6).build()
    echo = ip(EchoMessage(False, 1, 1).build(), IpProtocol.ICMP)
    with PcapngWriter(path) as writer:
        writer.tap(link)
        writer.tap(serial.link, LinkType.CISCO_HDLC)
        first.transmit(ethernet(echo))
        header = HdlcHeader(HdlcAddress.BROADCAST, 0, SLARP_PROTOCOL)
        serial.second.transmit(header.build(keepalive))
        serial.first.transmit(HdlcHeader(HdlcAddress.UNICAST, 0, EtherType.IPV4).build(echo))
    assert tshark(path, "frame.number", matching=FAULTS) == []
    assert tshark(path, "frame.interface_id", "chdlc.address", "slarp.mysequence") == [
        ["0", "", ""],
        ["1", "0x8f", "7"],
        ["1", "0x0f", ""],
    ]
    assert tshark(path, "icmp.checksum.status", matching="icmp") == [["1"], ["1"]]


def test_tshark_sees_what_is_wrong(tmp_path: Path, tshark: Callable[..., list[list[str]]]) -> None:
    """The filter of the tests above does find faults."""
    path = tmp_path / "wrong.pcapng"
    good = ip(EchoMessage(False, 1, 1).build(), IpProtocol.ICMP)
    datagram = ip(UdpHeader(33434, 33435).build(b"data", A, B), IpProtocol.UDP)
    gre = ip(GreHeader(EtherType.IPV4, True).build(good), IpProtocol.GRE)
    frames = [ethernet(good)]
    for packet, at in ((good, 10), (good, 22), (datagram, 26), (gre, 24)):
        changed = bytearray(packet)
        changed[at] ^= 1
        frames.append(ethernet(bytes(changed)))
    frames.append(EthernetHeader(MAC_B, MAC_A, EtherType.IPV4).build(good)[:30])
    capture(path, frames)
    assert tshark(path, "frame.number", matching=FAULTS) == [[str(n)] for n in range(2, 7)]
