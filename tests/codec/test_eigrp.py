"""EIGRP packets: bytes both ways, what tshark reads in them, broken ones refused."""

import json
import os
import shutil
import struct
import subprocess
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.checksum import internet_checksum
from ioscli.codec.eigrp import tlv
from ioscli.codec.eigrp.auth import Key
from ioscli.codec.eigrp.numbers import (
    CONDITIONAL_RECEIVE,
    END_OF_TABLE,
    INIT,
    STUB_CONNECTED,
    STUB_SUMMARY,
    UNREACHABLE_CLASSIC,
    UNREACHABLE_WIDE,
    AuthenticationType,
    ExternalProtocol,
    Opcode,
    TlvType,
)
from ioscli.codec.eigrp.packet import (
    Packet,
    VersionError,
    authentic,
    build_packet,
    build_tlv,
    parse_packet,
    parse_tlv,
)
from ioscli.codec.eigrp.route import ClassicRoute, External, WideRoute
from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.codec.ethernet import EthernetHeader, EtherType
from ioscli.codec.ipv4 import IPv4Header

R1, R2 = IPv4Address("10.0.12.1"), IPv4Address("10.0.12.2")
GROUP = IPv4Address("224.0.0.10")

octet = st.integers(0, 255)
half = st.integers(0, 0xFFFF)
word = st.integers(0, 0xFFFFFFFF)
mtu = st.integers(0, 0xFFFFFF)
wide = st.integers(0, 0xFFFFFFFFFFFF)
addresses = st.lists(word, max_size=5).map(tuple)
externals = st.builds(
    External, word, word, word, word, octet, octet, st.binary(min_size=2, max_size=2)
)


@st.composite
def destinations(draw: st.DrawFn) -> tuple[int, int]:
    """A prefix without host bits, and its length."""
    length = draw(st.integers(0, 32))
    return draw(word) & ~(0xFFFFFFFF >> length) & 0xFFFFFFFF, length


@st.composite
def classic_routes(draw: st.DrawFn) -> ClassicRoute:
    """Any classic route."""
    numbers = [draw(kind) for kind in (word, word, mtu, octet, octet, octet, word)]
    return ClassicRoute(
        *draw(destinations()), *numbers, draw(st.none() | externals), draw(octet), draw(octet)
    )


@st.composite
def wide_routes(draw: st.DrawFn) -> WideRoute:
    """Any wide route."""
    numbers = [draw(kind) for kind in (wide, wide, mtu, octet, octet, octet, word, word)]
    return WideRoute(
        *draw(destinations()),
        *numbers,
        draw(st.none() | externals),
        draw(half),
        draw(half),
        draw(octet),
        draw(st.binary(max_size=6).map(lambda data: data * 2)),
        draw(st.binary(min_size=2, max_size=2)),
    )


routes = classic_routes() | wide_routes()
tlvs = st.one_of(
    routes,
    st.builds(tlv.Parameters, octet, octet, octet, octet, octet, octet, half),
    st.builds(
        tlv.Authentication,
        half,
        word,
        st.binary(max_size=40),
        word,
        st.binary(min_size=8, max_size=8),
    ),
    st.builds(tlv.Sequence, addresses),
    st.builds(tlv.SoftwareVersion, octet, octet, octet, octet),
    st.builds(tlv.NextMulticastSequence, word),
    st.builds(tlv.Stub, half),
    st.builds(tlv.PeerTermination, addresses),
    st.builds(tlv.TopologyIds, st.lists(half, max_size=4).map(tuple)),
    st.builds(tlv.UnknownTlv, st.integers(0x0400, 0x04FF), st.binary(max_size=20)),
)
packets = st.builds(
    Packet,
    st.sampled_from(Opcode).map(int),
    half,
    word,
    word,
    word,
    st.lists(tlvs, max_size=4).map(tuple),
    half,
)


@given(packets)
def test_what_is_built_is_parsed(packet: Packet) -> None:
    assert parse_packet(build_packet(packet)) == packet


@given(tlvs)
def test_tlvs_cut_short_are_refused_or_read(value: tlv.Parameters) -> None:
    data = build_tlv(value)
    kind = struct.unpack_from("!H", data)[0]
    for end in range(4, len(data)):
        try:
            parse_tlv(kind, data[4:end])
        except DecodeError:
            continue


@given(packets, st.data())
@settings(max_examples=60)
def test_broken_packets_give_a_value_or_an_error(packet: Packet, data: st.DataObject) -> None:
    whole = bytearray(build_packet(packet))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    whole[2:4] = bytes(2)
    whole[2:4] = internet_checksum(bytes(whole)).to_bytes(2, "big")
    for damaged in (bytes(whole), bytes(whole[:place])):
        try:
            parse_packet(damaged)
        except DecodeError:
            continue


@given(st.binary(max_size=80))
def test_any_bytes_give_a_value_or_an_error(data: bytes) -> None:
    try:
        parse_packet(data)
    except DecodeError:
        return


def test_every_flipped_byte_breaks_the_checksum() -> None:
    whole = build_packet(HELLO)
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x10
        with pytest.raises(DecodeError):
            parse_packet(bytes(damaged))


HELLO = Packet(
    Opcode.HELLO,
    100,
    tlvs=(
        tlv.Parameters(1, 0, 1, 0, 0, 0, 15),
        tlv.SoftwareVersion(23, 0, 1, 2),
    ),
)
UPDATE = Packet(
    Opcode.UPDATE,
    100,
    END_OF_TABLE,
    7,
    3,
    (
        ClassicRoute(0x0A010000, 16, 256 * 10, 256 * 100, 1500, 1, 255, 1),
        ClassicRoute(
            0,
            0,
            UNREACHABLE_CLASSIC,
            256,
            1500,
            0,
            255,
            1,
            external=External(0x01010101, 65000, 77, 20, ExternalProtocol.BGP),
        ),
    ),
)
WIDE = Packet(
    Opcode.QUERY,
    100,
    0,
    8,
    0,
    (
        WideRoute(0xC0A80100, 24, UNREACHABLE_WIDE, 1_000_000, 1500, 2, 255, 1, 0x01010101),
        WideRoute(
            0xC0A80201,
            32,
            10_000_000,
            1_000_000,
            1500,
            2,
            255,
            1,
            0x01010101,
            0x0A000C03,
            External(0x02020202, 65001, 5, 1, ExternalProtocol.OSPF),
        ),
    ),
)


def test_a_hello_byte_by_byte() -> None:
    """RFC 7868 sections 6.2, 6.7.1 and 6.7.4, written out by hand."""
    by_hand = bytes.fromhex(
        "0205ee68 00000000 00000000 00000000 0000 0064"
        "0001000c 01 00 01 00 00 00 000f  00040008 0c 04 01 02"
    )
    expected = Packet(
        Opcode.HELLO,
        100,
        tlvs=(tlv.Parameters(1, 0, 1, 0, 0, 0, 15), tlv.SoftwareVersion(12, 4, 1, 2)),
    )
    assert build_packet(expected) == by_hand
    assert parse_packet(by_hand) == expected


def test_an_acknowledgment_is_a_hello_without_tlvs() -> None:
    """RFC 7868 section 5.3.2."""
    assert Packet(Opcode.HELLO, 100, acknowledgment=5).is_acknowledgment
    assert not HELLO.is_acknowledgment


def test_a_goodbye_has_all_ks_255() -> None:
    assert tlv.Parameters(255, 255, 255, 255, 255, 0, 15).is_goodbye
    assert not tlv.Parameters(1, 0, 1, 0, 0, 0, 15).is_goodbye


def test_versions_and_checksums_have_their_own_errors() -> None:
    whole = bytearray(build_packet(HELLO))
    whole[0] = 3
    with pytest.raises(VersionError):
        parse_packet(bytes(whole))
    whole[0] = 2
    whole[3] ^= 1
    with pytest.raises(ChecksumError):
        parse_packet(bytes(whole))


@pytest.mark.parametrize("kind", list(AuthenticationType))
@pytest.mark.parametrize("packet", [HELLO, UPDATE])
def test_digests(kind: AuthenticationType, packet: Packet) -> None:
    key = Key(kind, 1, b"cisco")
    data = build_packet(packet, key, R1)
    parsed = parse_packet(data)
    assert parsed.tlvs[1:] == packet.tlvs
    assert authentic(data, parsed, key, R1)
    assert not authentic(data, parsed, key._replace(secret=b"Cisco"), R1)
    assert not authentic(data, parsed, key._replace(id=2), R1)
    assert not authentic(build_packet(packet), packet, key, R1)
    elsewhere = authentic(data, parsed, key, R2)
    assert elsewhere == (kind is AuthenticationType.MD5)


def test_a_digest_that_frr_made() -> None:
    """A hello of FRR 8.4's eigrpd, key 1, `secret`."""
    data = bytes.fromhex(
        "0205c603000000000000000000000000000000640002002800020010000000010000000000000000"
        "0000000080a7f05ac0f1cd3d8c0ebef494524da00001000c010001000000000f0004000808040102"
    )
    key = Key(AuthenticationType.MD5, 1, b"secret")
    parsed = parse_packet(data)
    assert authentic(data, parsed, key, R2)
    assert build_packet(parsed._replace(tlvs=parsed.tlvs[1:]), key, R2) == data


def test_a_digest_covers_the_routes() -> None:
    key = Key(AuthenticationType.MD5, 1, b"cisco")
    data = bytearray(build_packet(UPDATE, key, R1))
    data[-5] ^= 1
    assert not authentic(bytes(data), parse_or_keep(bytes(data)), key, R1)


def parse_or_keep(data: bytes) -> Packet:
    """Parse a packet after mending its checksum."""
    blank = data[:2] + bytes(2) + data[4:]
    return parse_packet(blank[:2] + internet_checksum(blank).to_bytes(2, "big") + blank[4:])


def test_destinations_take_as_few_bytes_as_they_need() -> None:
    """RFC 7868 section 6.9.8, as IOS does it: a default route takes one byte."""
    for length, size in ((0, 1), (8, 1), (9, 2), (16, 2), (17, 3), (24, 3), (25, 4), (32, 4)):
        route = ClassicRoute(0, length, 1, 1, 1500, 0, 255, 1)
        assert len(route.build()) == 21 + size
        assert parse_tlv(TlvType.IPV4_INTERNAL, route.build()) == route


def test_host_bits_and_long_masks_are_refused() -> None:
    value = ClassicRoute(0x0A010100, 24, 1, 1, 1500, 0, 255, 1).build()
    for broken in (value[:-4] + b"\x21" + value[-3:], value[:-4] + b"\x17" + value[-3:]):
        with pytest.raises(DecodeError):
            parse_tlv(TlvType.IPV4_INTERNAL, broken)


def _in_ethernet(payload: bytes) -> bytes:
    header = IPv4Header(R1, GROUP, 88, ttl=1)
    ethernet = EthernetHeader(bytes.fromhex("01005e00000a"), b"\2" * 6, EtherType.IPV4)
    return ethernet.build(header.build(payload))


def test_tshark_reads_what_was_meant(tmp_path: Path) -> None:
    if shutil.which("tshark") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("tshark is missing")
        pytest.skip("tshark is not installed")
    sequence = Packet(
        Opcode.HELLO,
        100,
        tlvs=(
            tlv.Parameters(1, 0, 1, 0, 0, 0, 15),
            tlv.SoftwareVersion(23, 0, 2, 0),
            tlv.Sequence((int(R2),)),
            tlv.NextMulticastSequence(9),
            tlv.Stub(STUB_CONNECTED | STUB_SUMMARY),
            tlv.TopologyIds((0,)),
        ),
    )
    goodbye = Packet(Opcode.HELLO, 100, tlvs=(tlv.PeerTermination((int(R2),)),))
    conditional = UPDATE._replace(flags=CONDITIONAL_RECEIVE | INIT)
    sent = [
        build_packet(HELLO),
        build_packet(UPDATE),
        build_packet(WIDE),
        build_packet(sequence),
        build_packet(goodbye),
        build_packet(conditional, Key(AuthenticationType.MD5, 3, b"cisco"), R1),
        build_packet(WIDE, Key(AuthenticationType.HMAC_SHA_256, 0, b"cisco"), R1),
    ]
    capture = tmp_path / "eigrp.pcap"
    with capture.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for payload in sent:
            frame = _in_ethernet(payload)
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    command = ["tshark", "-r", str(capture)]
    found = subprocess.run(
        [*command, "-Y", "_ws.malformed || _ws.expert.severity >= 0x600000"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == ""
    listing = subprocess.run(
        [*command, "-T", "json", "--no-duplicate-keys"], capture_output=True, text=True, check=True
    )
    dissected = [one["_source"]["layers"]["eigrp"] for one in json.loads(listing.stdout)]
    assert [one["eigrp.opcode"] for one in dissected] == ["5", "1", "3", "5", "5", "1", "3"]
    assert all(one["eigrp.as"] == "100" for one in dissected)
    update = json.dumps(dissected[1])
    for text in ('"10.1.0.0"', '"eigrp.extdata.proto": "9"', '"eigrp.extdata.tag": "77"'):
        assert text in update
    wide_text = json.dumps(dissected[2])
    for text in ('"192.168.1.0"', '"192.168.2.1"', "10000000", '"10.0.12.3"', '"2.2.2.2"'):
        assert text in wide_text
    assert '"eigrp.next_mcast_seq": "9"' in json.dumps(dissected[3])
