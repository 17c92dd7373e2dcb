"""TCP segments both ways, options, signatures (RFC 2385), and `ip tcp adjust-mss`."""

import contextlib
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.errors import ChecksumError, DecodeError
from ioscli.codec.ipv4 import IpProtocol, header_length
from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.codec.tcp import Flag, Options, TcpHeader, clamp_mss, signature_ok

A, B = IPv4Address("172.16.2.10"), IPv4Address("192.168.1.10")
SYN = TcpHeader(40_000, 23, 1_000, 0, Flag.SYN, 29_200, Options(mss=1460))

ports = st.integers(0, 65535)
words = st.integers(0, 2**32 - 1)
headers = st.builds(
    TcpHeader,
    ports,
    ports,
    words,
    words,
    st.integers(0, 63),
    ports,
    st.builds(
        Options,
        st.none() | ports,
        st.none() | st.integers(0, 14),
        st.none() | st.binary(min_size=16, max_size=16),
    ),
    ports,
)


def packet(header: TcpHeader, payload: bytes = b"", key: bytes | None = None) -> bytes:
    segment = header.build(payload, A, B, key)
    return Ipv4Template(A.packed, B.packed, IpProtocol.TCP, 64).build(len(segment), 1) + segment


@given(headers, st.binary(max_size=50))
def test_segments_come_back_as_they_were(header, payload):
    assert TcpHeader.parse(header.build(payload, A, B), A, B) == (header, payload)


@given(headers, st.binary(max_size=20), st.data())
def test_a_damaged_segment_is_refused_or_still_a_segment(header, payload, data):
    segment = bytearray(header.build(payload, A, B))
    at = data.draw(st.integers(0, len(segment) - 1))
    segment[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DecodeError):
        TcpHeader.parse(bytes(segment), A, B)


@given(st.binary(max_size=80))
def test_nonsense_never_crashes(data):
    with contextlib.suppress(DecodeError):
        TcpHeader.parse(data, A, B)


def test_a_wrong_checksum_says_so():
    with pytest.raises(ChecksumError):
        TcpHeader.parse(SYN.build(b"", A, A), A, B)


def test_the_signature_covers_addresses_header_and_data():
    segment = SYN.build(b"open", A, B, b"cisco")
    header, payload = TcpHeader.parse(segment, A, B)
    assert payload == b"open"
    assert header.options.mss == 1460
    assert signature_ok(segment, A, B, b"cisco")
    assert not signature_ok(segment, A, B, b"csico")
    assert not signature_ok(SYN.build(b"open", A, B), A, B, b"cisco")


def mss_of(raw: bytes) -> int | None:
    segment = raw[header_length(raw) :]
    return TcpHeader.parse(segment, A, B)[0].options.mss


@given(headers, st.binary(max_size=9), st.integers(500, 1460))
def test_adjust_mss_lowers_what_is_larger_in_a_syn_and_nothing_else(header, payload, largest):
    before = packet(header, payload)
    after = clamp_mss(before, largest)
    mss = header.options.mss
    if header.flags & Flag.SYN and mss is not None and mss > largest:
        assert mss_of(after) == largest
    else:
        assert after is before


def test_an_option_at_an_odd_place_keeps_the_checksum_right():
    segment = bytearray(SYN._replace(options=Options(mss=1460, window_scale=7)).build(b"", A, B))
    segment[20:28] = bytes((1, 2, 4)) + (1460).to_bytes(2, "big") + bytes((3, 3, 7))
    segment[16:18] = b"\0\0"
    total = int.from_bytes(segment, "big") + int(A) + int(B) + 6 + len(segment)
    segment[16:18] = (-total % 65535).to_bytes(2, "big")
    head = Ipv4Template(A.packed, B.packed, IpProtocol.TCP, 64).build(len(segment), 1)
    assert mss_of(clamp_mss(head + bytes(segment), 1360)) == 1360


@given(st.binary(min_size=20, max_size=70))
def test_adjust_mss_survives_nonsense(data):
    raw = bytes((0x45,)) + data[1:9] + bytes((IpProtocol.TCP,)) + data[10:]
    assert len(clamp_mss(raw, 536)) == len(raw)
