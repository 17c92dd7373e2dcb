"""ICMP messages."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ioscli.codec.checksum import internet_checksum, verify
from ioscli.codec.errors import DecodeError
from ioscli.codec.icmp import (
    DestinationUnreachable,
    EchoMessage,
    IcmpMessage,
    IcmpType,
    OtherIcmp,
    TimeExceeded,
    TimeExceededCode,
    UnreachableCode,
    echo_reply_to,
    parse,
)

octets = st.integers(0, 255)
words = st.integers(0, 0xFFFF)
data = st.binary(max_size=60)
echoes = st.builds(EchoMessage, st.booleans(), words, words, data)
#: Types and codes that have a class of their own.
SPECIFIC = {(0, 0), (8, 0)} | {(kind, code) for kind in (3, 11) for code in range(256)}
messages = st.one_of(
    echoes,
    st.builds(DestinationUnreachable, octets, words, data, words),
    st.builds(TimeExceeded, octets, data, st.integers(0, 0xFFFFFFFF)),
    st.builds(OtherIcmp, octets, octets, st.binary(min_size=4, max_size=60)).filter(
        lambda message: (message.type, message.code) not in SPECIFIC
    ),
)


def with_right_checksum(message: bytes) -> bytes:
    blank = message[:2] + b"\0\0" + message[4:]
    return blank[:2] + internet_checksum(blank).to_bytes(2, "big") + blank[4:]


def test_echo_request_both_ways() -> None:
    """The echo request of Windows' ping, whose bytes every packet course shows."""
    known = bytes.fromhex("08004d5a00010001") + b"abcdefghijklmnopqrstuvwabcdefghi"
    message = EchoMessage(False, 1, 1, b"abcdefghijklmnopqrstuvwabcdefghi")
    assert parse(known) == message
    assert message.build() == known


def test_fragmentation_needed_has_its_mtu_where_rfc_1191_puts_it() -> None:
    original = bytes(range(28))
    built = DestinationUnreachable(UnreachableCode.FRAGMENTATION_NEEDED, 1414, original).build()
    assert built[:2] == bytes((3, 4))
    assert built[4:] == bytes.fromhex("0000 0586") + original


def test_time_exceeded_layout() -> None:
    built = TimeExceeded(TimeExceededCode.TTL, bytes(range(28))).build()
    assert built[:2] == bytes((11, 0))
    assert built[4:] == bytes(4) + bytes(range(28))


@given(messages)
def test_round_trip(message: IcmpMessage) -> None:
    built = message.build()
    assert verify(built)
    parsed = parse(built)
    assert parsed == message
    assert type(parsed) is type(message)


@given(st.binary(max_size=60), st.sampled_from((0, 3, 8, 11, 12)))
def test_any_bytes_are_a_message_or_a_decode_error(garbage: bytes, kind: int) -> None:
    for candidate in (garbage, bytes((kind, 0)) + garbage, bytes((kind, 1)) + garbage):
        try:
            message = parse(candidate)
        except DecodeError:
            pass
        else:
            assert with_right_checksum(message.build()) == with_right_checksum(candidate)
        if len(candidate) >= 8:
            repaired = with_right_checksum(candidate)
            assert parse(repaired).build() == repaired


@pytest.mark.parametrize("size", range(8))
def test_short_messages(size: int) -> None:
    with pytest.raises(DecodeError, match=f"of {size} bytes"):
        parse(EchoMessage(False, 1, 1).build()[:size])


@given(messages, st.data())
def test_a_flipped_bit_is_noticed(message: IcmpMessage, draw: st.DataObject) -> None:
    built = bytearray(message.build())
    bit = draw.draw(st.integers(0, 8 * len(built) - 1))
    built[bit // 8] ^= 0x80 >> bit % 8
    with pytest.raises(DecodeError, match="checksum"):
        parse(bytes(built))


@given(words, words, data)
@example(0, 0, b"")
@example(0, 0, bytes(56))
@example(0xFFFF, 0, b"")
@example(0xF7FE, 0, b"")
@example(0xF7FF, 0, b"")
@example(0xF800, 0, b"")
def test_echo_reply_equals_a_build(identifier: int, sequence: int, payload: bytes) -> None:
    request = EchoMessage(False, identifier, sequence, payload)
    assert echo_reply_to(request.build()) == request._replace(reply=True).build()


@given(words, st.integers(0, 0xFFFE))
def test_echo_reply_at_every_checksum(identifier: int, wanted: int) -> None:
    start = EchoMessage(False, identifier, 0).build()
    before = start[2] << 8 | start[3]
    request = EchoMessage(False, identifier, (before - wanted) % 0xFFFF)
    assert request.build()[2:4] == wanted.to_bytes(2, "big")
    assert echo_reply_to(request.build()) == request._replace(reply=True).build()


def test_the_reply_to_a_wrong_request_is_wrong() -> None:
    request = bytearray(EchoMessage(False, 1, 2, b"data").build())
    request[-1] ^= 1
    assert not verify(echo_reply_to(bytes(request)))


def test_an_echo_with_a_code_is_kept_raw() -> None:
    message = parse(with_right_checksum(bytes((8, 1)) + bytes(10)))
    assert message == OtherIcmp(IcmpType.ECHO_REQUEST, 1, bytes(8))
