"""ISAKMP messages: real ones byte for byte, made ones value for value, broken ones refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.codec.errors import DecodeError
from ioscli.codec.isakmp import (
    Attribute,
    DeletePayload,
    IdPayload,
    IsakmpHeader,
    IsakmpMessage,
    NotifyPayload,
    Payload,
    Proposal,
    RawPayload,
    SaPayload,
    Transform,
    build_attributes,
    build_payloads,
    parse_attributes,
    parse_payloads,
)
from ioscli.codec.isakmp.numbers import (
    EncryptionAlgorithm,
    ExchangeType,
    Flags,
    PayloadType,
    PhaseOneAttribute,
    ProtocolId,
)
from ioscli.codec.isakmp.payloads import PARSERS
from tests.vectors.captures import STEMS, Capture

HEADER = IsakmpHeader(b"initiatr", b"respondr", 0, ExchangeType.MAIN_MODE)

octet = st.integers(0, 255)
word = st.integers(0, 0xFFFF)
attributes = st.lists(
    st.builds(Attribute, st.integers(0, 0x7FFF), word | st.binary(max_size=9)), max_size=5
).map(tuple)
transforms = st.lists(st.builds(Transform, octet, octet, attributes, octet, word), min_size=1)
proposals = st.lists(
    st.builds(Proposal, octet, octet, st.binary(max_size=16), transforms.map(tuple), octet),
    min_size=1,
    max_size=3,
)
raw_types = st.integers(1, 255).filter(lambda kind: kind not in PARSERS)
payloads = st.lists(
    st.builds(RawPayload, raw_types, st.binary(max_size=40), octet)
    | st.builds(SaPayload, proposals.map(tuple), octet)
    | st.builds(IdPayload, octet, octet, word, st.binary(max_size=12), octet)
    | st.builds(
        NotifyPayload,
        word,
        octet,
        st.binary(max_size=16),
        st.binary(max_size=12),
        st.integers(0, 0xFFFFFFFF),
        octet,
    )
    | st.integers(1, 16).flatmap(
        lambda size: st.builds(
            DeletePayload,
            octet,
            st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=4).map(tuple),
            st.integers(0, 0xFFFFFFFF),
            octet,
        )
    ),
    max_size=6,
)


def test_there_are_captures() -> None:
    assert len(STEMS) == 7


@pytest.mark.parametrize("stem", STEMS)
def test_captured_messages_build_again(stem: str) -> None:
    capture = Capture(stem)
    clear = 0
    for datagram in capture.datagrams:
        header, body = IsakmpHeader.parse(datagram.payload)
        assert header.build(body) == datagram.payload
        if not header.encrypted:
            clear += 1
            message = IsakmpMessage.parse(datagram.payload)
            assert message.build() == datagram.payload
            assert IsakmpMessage.parse(message.build()) == message
    assert clear == 4
    assert len(capture.datagrams) >= 9


def test_captured_offer_reads_as_configured() -> None:
    offer = Capture("v1_aes256-sha256-modp2048_aes256-sha256").main_mode[0].payloads[0]
    assert isinstance(offer, SaPayload)
    (proposal,) = offer.proposals
    assert proposal.protocol == ProtocolId.ISAKMP
    found = {attribute.type: attribute.number for attribute in proposal.transforms[0].attributes}
    assert found[PhaseOneAttribute.ENCRYPTION_ALGORITHM] == EncryptionAlgorithm.AES_CBC
    assert found[PhaseOneAttribute.KEY_LENGTH] == 256
    assert found[PhaseOneAttribute.GROUP_DESCRIPTION] == 14


@settings(max_examples=150, deadline=None)
@given(payloads, st.binary(max_size=15))
def test_payloads_survive_build_and_parse(chain: list[Payload], padding: bytes) -> None:
    first, data = build_payloads(chain)
    parsed, rest = parse_payloads(first, data + padding)
    assert [(payload.type, payload) for payload in parsed] == [(p.type, p) for p in chain]
    assert rest == padding


@settings(max_examples=300, deadline=None)
@given(octet, st.binary(max_size=120))
def test_any_bytes_are_payloads_or_a_decode_error(first: int, data: bytes) -> None:
    try:
        parsed, rest = parse_payloads(first, data)
    except DecodeError:
        return
    assert build_payloads(parsed) == (first, data[: len(data) - len(rest)])


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_mangled_captures_are_messages_or_a_decode_error(data: st.DataObject) -> None:
    stem = data.draw(st.sampled_from(STEMS))
    datagram = bytearray(data.draw(st.sampled_from(Capture(stem).datagrams[:4])).payload)
    for _ in range(data.draw(st.integers(1, 3))):
        datagram[data.draw(st.integers(0, len(datagram) - 1))] = data.draw(octet)
    cut = bytes(datagram[: data.draw(st.integers(0, len(datagram)))])
    for mangled in (bytes(datagram), cut):
        try:
            message = IsakmpMessage.parse(mangled)
        except DecodeError:
            continue
        assert message.build() == mangled


def test_attributes_keep_their_form() -> None:
    short, long = Attribute(12, 28_800), Attribute(12, bytes.fromhex("00015180"))
    wire = build_attributes([short, long])
    assert wire.hex() == "800c7080" + "000c000400015180"
    assert parse_attributes(wire) == (short, long)
    assert (short.number, long.number) == (28_800, 86_400)


def test_sa_payload_of_another_doi_stays_raw() -> None:
    body = bytes.fromhex("0000000200000001") + b"whatever it means"
    first, data = build_payloads([RawPayload(PayloadType.SECURITY_ASSOCIATION, body)])
    (payload,), _ = parse_payloads(first, data)
    assert payload == RawPayload(PayloadType.SECURITY_ASSOCIATION, body)


def test_padding_is_only_for_encrypted_messages() -> None:
    payload = (RawPayload(PayloadType.HASH, bytes(20)),)
    encrypted = HEADER._replace(next_payload=PayloadType.HASH, flags=Flags.ENCRYPTION)
    message = IsakmpMessage(encrypted, payload, bytes(8))
    assert IsakmpMessage.parse(message.build()) == message
    with pytest.raises(DecodeError, match="after the last payload"):
        IsakmpMessage.parse(IsakmpMessage(HEADER, payload, bytes(8)).build())


def sa(proposal: str) -> str:
    """An SA payload of the IPsec DOI around the hex of its proposals."""
    body = "0000000100000001" + proposal
    return f"0000{4 + len(body) // 2:04x}" + body


@pytest.mark.parametrize(
    ("first", "data"),
    [
        pytest.param(1, "", id="announced payload missing"),
        pytest.param(10, "0000", id="generic header cut"),
        pytest.param(10, "00000003", id="length below its header"),
        pytest.param(10, "00000009aabb", id="length beyond the end"),
        pytest.param(10, "0a000006aabb", id="next payload missing"),
        pytest.param(1, "00000008" + "00000001", id="no situation"),
        pytest.param(1, sa(""), id="no proposal"),
        pytest.param(1, sa("0000000801010000"), id="no transform"),
        pytest.param(1, sa("0000000801010900"), id="SPI beyond the proposal"),
        pytest.param(1, sa("00000010010100020000000801010000"), id="transform count wrong"),
        pytest.param(1, sa("03000010010100010000000801010000"), id="transform after proposal"),
        pytest.param(1, sa("02000010010100010000000801010000"), id="second proposal missing"),
        pytest.param(1, sa("00000010010100010300000801010000"), id="second transform missing"),
        pytest.param(1, sa("00000010010100010000000701010000"), id="transform too short"),
        pytest.param(1, sa("00000011010100010000000801010000aa"), id="rest after transform"),
        pytest.param(1, sa("00000010010100010000000801010000ff"), id="rest after proposal"),
        pytest.param(1, sa("0000001201010001" + "0000000a01010000" + "8001"), id="attribute cut"),
        pytest.param(
            1, sa("0000001401010001" + "0000000c01010000" + "000b0009"), id="attribute too long"
        ),
        pytest.param(5, "00000007010000", id="identification too short"),
        pytest.param(11, "0000000b00000001010000", id="notification too short"),
        pytest.param(11, "0000000c0000000101010018", id="notification SPI beyond the end"),
        pytest.param(12, "0000000b00000001030400", id="delete too short"),
        pytest.param(12, "0000000c0000000103040000", id="delete of nothing"),
        pytest.param(12, "0000000c0000000103000001", id="delete of empty SPIs"),
        pytest.param(12, "000000100000000103040002aabbccdd", id="delete counts more than it has"),
    ],
)
def test_broken_payloads(first: int, data: str) -> None:
    with pytest.raises(DecodeError):
        parse_payloads(first, bytes.fromhex(data))


@pytest.mark.parametrize("change", [-1, 1])
def test_length_must_be_that_of_the_datagram(change: int) -> None:
    datagram = bytearray(HEADER.build(b"body"))
    datagram[27] += change
    with pytest.raises(DecodeError, match="length"):
        IsakmpHeader.parse(bytes(datagram))


def test_header_cut_short() -> None:
    with pytest.raises(DecodeError):
        IsakmpHeader.parse(HEADER.build(b"")[:27])
