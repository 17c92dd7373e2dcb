"""GRE headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.checksum import internet_checksum
from ioscli.codec.errors import DecodeError
from ioscli.codec.ethernet import EtherType
from ioscli.codec.gre import GreHeader

words32 = st.integers(0, 0xFFFFFFFF)
headers = st.builds(
    GreHeader, st.integers(0, 0xFFFF), st.booleans(), st.none() | words32, st.none() | words32
)

VECTORS = [
    (GreHeader(EtherType.IPV4), "00000800"),
    (GreHeader(EtherType.IPV4, key=0x64), "20000800 00000064"),
    (GreHeader(EtherType.IPV4, sequence=9), "10000800 00000009"),
    (GreHeader(EtherType.IPV4, key=0x64, sequence=9), "30000800 00000064 00000009"),
    # 0x8000 + 0x0800 + 0x6461 + 0x7461, folded, complemented (RFC 2784 section 2.5).
    (GreHeader(EtherType.IPV4, checksum_present=True), "80000800 9f3c0000"),
    (GreHeader(EtherType.IPV4, True, 0x64, 9), "b0000800 6ecf0000 00000064 00000009"),
]


@pytest.mark.parametrize(("header", "text"), VECTORS)
def test_vectors_both_ways(header: GreHeader, text: str) -> None:
    packet = bytes.fromhex(text) + b"data"
    assert header.build(b"data") == packet
    assert GreHeader.parse(packet) == (header, b"data")
    assert header.length == len(packet) - 4


@given(headers, st.binary(max_size=60))
def test_round_trip(header: GreHeader, payload: bytes) -> None:
    packet = header.build(payload)
    assert len(packet) == header.length + len(payload)
    assert GreHeader.parse(packet) == (header, payload)


@given(st.binary(min_size=1, max_size=60), st.data())
def test_the_checksum_covers_header_and_payload(payload: bytes, data: st.DataObject) -> None:
    packet = bytearray(GreHeader(EtherType.IPV4, True, 1, 2).build(payload))
    bit = data.draw(st.integers(16, 8 * len(packet) - 1))
    packet[bit // 8] ^= 0x80 >> bit % 8
    with pytest.raises(DecodeError, match="checksum"):
        GreHeader.parse(bytes(packet))


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (0x4000, "source routing"),
        (0x0001, "version 1"),
        (0x2001, "version 1"),
        (0x0007, "version 7"),
        (0x0800, "flags 0x0800"),
        (0x0400, "flags 0x0400"),
    ],
)
def test_what_rfc_1701_and_pptp_had_is_refused(flags: int, complaint: str) -> None:
    with pytest.raises(DecodeError, match=complaint):
        GreHeader.parse(flags.to_bytes(2, "big") + b"\x08\0" + bytes(20))


@pytest.mark.parametrize("bit", [0x0200, 0x0100, 0x0080, 0x0040, 0x0020, 0x0010, 0x0008])
def test_bits_6_to_12_are_ignored(bit: int) -> None:
    """RFC 2784 section 2.3: "These bits are reserved for future use ... MUST be ignored"."""
    packet = bit.to_bytes(2, "big") + b"\x08\0data"
    assert GreHeader.parse(packet) == (GreHeader(EtherType.IPV4), b"data")


@pytest.mark.parametrize(("header", "text"), VECTORS)
def test_cut_short(header: GreHeader, text: str) -> None:
    for size in range(header.length):
        with pytest.raises(DecodeError, match=f"of {size} bytes"):
            GreHeader.parse(bytes.fromhex(text)[:size])


@given(st.binary(max_size=40), st.integers(0, 0xFFFF))
def test_any_bytes_are_a_packet_or_a_decode_error(data: bytes, flags: int) -> None:
    for candidate in (data, flags.to_bytes(2, "big") + data):
        try:
            header, payload = GreHeader.parse(candidate)
        except DecodeError:
            continue
        rebuilt = header.build(payload)
        assert len(rebuilt) == len(candidate)
        assert GreHeader.parse(rebuilt) == (header, payload)
        checksum_bytes = 8 if header.checksum_present else 4
        assert rebuilt[checksum_bytes:] == candidate[checksum_bytes:]


def test_reserved1_is_ignored_when_the_checksum_covers_it() -> None:
    blank = bytes.fromhex("80000800 0000 1234") + b"data"
    packet = blank[:4] + internet_checksum(blank).to_bytes(2, "big") + blank[6:]
    assert GreHeader.parse(packet) == (GreHeader(EtherType.IPV4, True), b"data")
