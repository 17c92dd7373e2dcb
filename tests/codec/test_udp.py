"""UDP datagrams and their pseudo-header."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.checksum import internet_checksum
from ioscli.codec.errors import DecodeError
from ioscli.codec.udp import UdpHeader

addresses = st.ip_addresses(v=4)
ports = st.integers(0, 0xFFFF)
A, B = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2")


def pseudo_header(source: IPv4Address, destination: IPv4Address, length: int) -> bytes:
    """RFC 768: source, destination, zero, protocol, UDP length."""
    return source.packed + destination.packed + bytes((0, 17)) + length.to_bytes(2, "big")


@given(ports, ports, st.booleans(), st.binary(max_size=100), addresses, addresses)
def test_round_trip(
    source_port: int,
    destination_port: int,
    checksum_present: bool,
    payload: bytes,
    source: IPv4Address,
    destination: IPv4Address,
) -> None:
    header = UdpHeader(source_port, destination_port, checksum_present)
    datagram = header.build(payload, source, destination)
    assert UdpHeader.parse(datagram, source, destination) == (header, payload)
    assert UdpHeader.parse(datagram + b"more", source, destination) == (header, payload)


@given(ports, ports, st.binary(max_size=100), addresses, addresses)
def test_checksum_is_that_of_rfc_768(
    source_port: int, destination_port: int, payload: bytes, source: IPv4Address, other: IPv4Address
) -> None:
    datagram = UdpHeader(source_port, destination_port).build(payload, source, other)
    blank = datagram[:6] + b"\0\0" + datagram[8:]
    expected = internet_checksum(pseudo_header(source, other, len(datagram)) + blank)
    assert datagram[6:8] == (expected or 0xFFFF).to_bytes(2, "big")


def test_a_computed_zero_is_sent_as_all_ones() -> None:
    first = UdpHeader(0, 2000).build(b"", A, B)
    port = first[6] << 8 | first[7]
    datagram = UdpHeader(port, 2000).build(b"", A, B)
    assert datagram[6:8] == b"\xff\xff"
    assert UdpHeader.parse(datagram, A, B) == (UdpHeader(port, 2000), b"")


def test_no_checksum() -> None:
    datagram = UdpHeader(4500, 4500, checksum_present=False).build(b"esp", A, B)
    assert datagram == bytes.fromhex("11941194000b0000") + b"esp"
    assert UdpHeader.parse(datagram, B, IPv4Address(0)) == (UdpHeader(4500, 4500, False), b"esp")


@given(st.binary(max_size=50), st.data())
def test_a_flipped_bit_is_noticed(payload: bytes, data: st.DataObject) -> None:
    datagram = bytearray(UdpHeader(500, 500).build(payload, A, B))
    bit = data.draw(st.integers(0, 8 * len(datagram) - 1))
    datagram[bit // 8] ^= 0x80 >> bit % 8
    if datagram[6:8] == b"\0\0":
        return  # flipped into "no checksum"
    with pytest.raises(DecodeError):
        UdpHeader.parse(bytes(datagram), A, B)


def test_the_addresses_are_covered() -> None:
    datagram = UdpHeader(500, 500).build(b"payload", A, B)
    with pytest.raises(DecodeError, match="checksum"):
        UdpHeader.parse(datagram, A, IPv4Address("192.0.2.3"))


@given(st.binary(max_size=40), st.integers(0, 50))
def test_any_bytes_are_a_datagram_or_a_decode_error(data: bytes, length: int) -> None:
    for candidate in (data, data[:4] + length.to_bytes(2, "big") + b"\0\0" + data[4:]):
        try:
            header, payload = UdpHeader.parse(candidate, A, B)
        except DecodeError:
            continue
        assert header.build(payload, A, B) == candidate[: 8 + len(payload)]


@pytest.mark.parametrize("length", [0, 7, 13, 0xFFFF])
def test_wrong_lengths(length: int) -> None:
    with pytest.raises(DecodeError, match=f"length {length} "):
        UdpHeader.parse(bytes(4) + length.to_bytes(2, "big") + bytes(6), A, B)


def test_too_long_to_build() -> None:
    with pytest.raises(ValueError, match="65536"):
        UdpHeader(1, 2).build(bytes(65528), A, B)
