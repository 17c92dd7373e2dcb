"""Telnet's commands in a stream of text."""

from hypothesis import given
from hypothesis import strategies as st

from ioscli.codec.telnet import Command, Decoder, Negotiation, Option, escape

_NEGOTIATIONS = st.builds(
    Negotiation,
    st.sampled_from([Command.WILL, Command.WONT, Command.DO, Command.DONT]),
    st.integers(0, 255),
)


def test_text_and_negotiations_are_parted() -> None:
    # What IOS sends to whoever connects, and the beginning of its login.
    sent = bytes.fromhex("fffb01 fffb03 fffd18 fffd1f") + b"\r\n\r\nUser Access"
    text, negotiations = Decoder().feed(sent)
    assert text == b"\r\n\r\nUser Access"
    assert negotiations == [
        Negotiation(Command.WILL, Option.ECHO),
        Negotiation(Command.WILL, Option.SUPPRESS_GO_AHEAD),
        Negotiation(Command.DO, Option.TERMINAL_TYPE),
        Negotiation(Command.DO, Option.WINDOW_SIZE),
    ]
    assert b"".join(it.build() for it in negotiations) == sent[:12]


def test_subnegotiations_are_skipped_with_what_is_doubled_in_them() -> None:
    sent = bytes.fromhex("61 fffa1f00ffff0018fff0 62 fffa18 fff0 63")
    assert Decoder().feed(sent) == (b"abc", [])


def test_other_commands_are_skipped() -> None:
    assert Decoder().feed(b"a\xff\xf1b\xff\xf6c\xff\xf3d") == (b"abcd", [])


def test_a_return_alone_comes_with_a_nul() -> None:
    assert Decoder().feed(b"show clock\r\0exit\r\n\0") == (b"show clock\rexit\r\n\0", [])
    assert escape(b"a\rb\r\nc\r") == b"a\r\0b\r\nc\r\0"
    assert escape(b"\xff") == b"\xff\xff"


@given(st.lists(st.one_of(st.binary(max_size=20), _NEGOTIATIONS), max_size=8), st.data())
def test_what_is_built_is_read_again_cut_anywhere(
    parts: list[bytes | Negotiation], data: st.DataObject
) -> None:
    texts = [part for part in parts if isinstance(part, bytes)]
    whole = b"".join(texts)
    sent = bytearray()
    for part in parts:
        sent += escape(part) if isinstance(part, bytes) else part.build()
    decoder = Decoder()
    text, negotiations = b"", list[Negotiation]()
    rest = bytes(sent)
    while rest:
        length = data.draw(st.integers(1, len(rest)))
        more, found = decoder.feed(rest[:length])
        text += more
        negotiations += found
        rest = rest[length:]
    assert text == whole
    assert negotiations == [part for part in parts if isinstance(part, Negotiation)]


@given(st.binary(max_size=200), st.integers(0, 200))
def test_anything_is_read_the_same_however_it_is_cut(sent: bytes, at: int) -> None:
    whole = Decoder().feed(sent)
    decoder = Decoder()
    first, second = decoder.feed(sent[:at]), decoder.feed(sent[at:])
    assert (first[0] + second[0], first[1] + second[1]) == whole
