"""Sealing and opening: round trips, what is refused, what is counted."""

import hmac
import random
import warnings
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioscli.model.crypto import EspCipher, EspIntegrity, EspTransform, Spi
from ioscli.model.instant import Instant, seconds
from ioscli.protocols.ipsec.sa import EspError, EspFailure, EspSa, SaLifetime
from ioscli.protocols.ipsec.suites import make_esp_sa
from ioscli.protocols.ipsec.transforms import CIPHERS, icv_length
from tests.protocols.ipsec.esp_transforms import (
    ALL_TRANSFORMS,
    AUTHENTICATED,
    keys_for,
    sa_for,
    transform_name,
)

AES_SHA = EspTransform(EspCipher.AES_256, EspIntegrity.SHA)
each_transform = pytest.mark.parametrize("transform", ALL_TRANSFORMS, ids=transform_name)
each_authenticated = pytest.mark.parametrize("transform", AUTHENTICATED, ids=transform_name)


def failure_of(sa_open: Callable[[bytes], object], packet: bytes) -> EspFailure:
    with pytest.raises(EspError) as caught:
        sa_open(packet)
    return caught.value.failure


def refusal_of(sa: EspSa, packet: bytes) -> EspFailure | None:
    try:
        sa.open(packet)
    except EspError as error:
        return error.failure
    return None


@given(
    transform=st.sampled_from(ALL_TRANSFORMS),
    packets=st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 255)), max_size=6),
)
@settings(max_examples=150, deadline=None)
def test_what_is_sealed_opens(transform: EspTransform, packets: list[tuple[bytes, int]]) -> None:
    sender, receiver = sa_for(transform), sa_for(transform)
    for payload, next_header in packets:
        assert receiver.open(sender.seal(payload, next_header)) == (next_header, payload)
    assert sender.packets == receiver.packets == len(packets)
    assert sender.volume == receiver.volume


@each_transform
def test_layout(transform: EspTransform) -> None:
    packet = sa_for(transform).seal(b"x" * 33, 4)
    assert packet[:8] == bytes.fromhex("12345678 00000001")
    sizes = CIPHERS[transform.cipher]
    encrypted = len(packet) - 8 - sizes.iv - icv_length(transform)
    assert encrypted % sizes.block == 0
    assert 35 <= encrypted < 35 + sizes.block


@each_transform
def test_packets_open_out_of_order(transform: EspTransform) -> None:
    # The kept contexts run on from packet to packet: no packet may depend on the one before.
    sender, receiver = sa_for(transform), sa_for(transform)
    packets = [sender.seal(bytes((n,)) * (n * 7), n) for n in range(1, 30)]
    order = list(enumerate(packets, 1))
    random.Random(5).shuffle(order)
    for n, packet in order:
        assert receiver.open(packet) == (n, bytes((n,)) * (n * 7))


@each_authenticated
def test_any_changed_byte_is_refused_and_the_next_packet_still_opens(
    transform: EspTransform,
) -> None:
    sender, receiver = sa_for(transform), sa_for(transform)
    packet = sender.seal(b"attack at dawn", 4)
    for position in range(len(packet)):
        for bit in (1, 0x80):
            forged = bytearray(packet)
            forged[position] ^= bit
            failure = failure_of(receiver.open, bytes(forged))
            # A sequence number turned into 0 is refused before the ICV is looked at.
            assert failure is (
                EspFailure.TOO_OLD if forged[4:8] == bytes(4) else EspFailure.BAD_ICV
            )
    assert receiver.open(packet) == (4, b"attack at dawn")


@each_authenticated
def test_a_forged_sequence_number_does_not_move_the_window(transform: EspTransform) -> None:
    sender, receiver = sa_for(transform), sa_for(transform)
    packet = sender.seal(b"one", 4)
    forged = packet[:4] + b"\xff\xff\xff\xff" + packet[8:]
    assert failure_of(receiver.open, forged) is EspFailure.BAD_ICV
    assert receiver.open(packet) == (4, b"one")


@given(transform=st.sampled_from(ALL_TRANSFORMS), noise=st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_noise_is_refused_or_harmless(transform: EspTransform, noise: bytes) -> None:
    receiver = sa_for(transform)
    refusal = refusal_of(receiver, noise)
    assert receiver.failures == ({} if refusal is None else {refusal: 1})
    # Only an SA without integrity can take noise for a packet.
    assert refusal is not None or icv_length(transform) == 0
    packet = sa_for(transform).seal(b"after the noise", 4)
    assert receiver.open(packet) == (4, b"after the noise")


@each_transform
def test_truncated_packets_are_refused(transform: EspTransform) -> None:
    packet = sa_for(transform).seal(b"", 59)
    receiver = sa_for(transform)
    for length in range(len(packet)):
        with pytest.raises(EspError):
            receiver.open(packet[:length])
    assert receiver.open(packet) == (59, b"")


def test_a_replayed_packet_and_one_too_old() -> None:
    sender, receiver = sa_for(AES_SHA), sa_for(AES_SHA)
    packets = [sender.seal(b"x", 4) for _ in range(70)]
    receiver.open(packets[0])
    assert failure_of(receiver.open, packets[0]) is EspFailure.REPLAYED
    receiver.open(packets[69])
    assert failure_of(receiver.open, packets[5]) is EspFailure.TOO_OLD
    receiver.open(packets[6])
    assert receiver.failures == {EspFailure.REPLAYED: 1, EspFailure.TOO_OLD: 1}


def test_without_a_window_replays_open() -> None:
    packet = sa_for(AES_SHA).seal(b"x", 4)
    receiver = sa_for(AES_SHA, replay_window=None)
    assert receiver.open(packet) == receiver.open(packet)


def test_without_integrity_there_is_no_window() -> None:
    assert sa_for(EspTransform(EspCipher.AES_128, None)).window is None
    assert sa_for(EspTransform(EspCipher.GCM_128, None)).window is not None


@pytest.mark.parametrize(
    "trailer",
    ["01 02 04 03 04", "01 02 03 09 04", "ff 04", "00 00 00 03 04", "01 02 03 04 05 06 07 04"],
)
def test_padding_must_count_up(trailer: str) -> None:
    # The peer that pads like this holds the keys: a NULL cipher lets the test be that peer.
    transform = EspTransform(EspCipher.NULL, EspIntegrity.SHA)
    tail = bytes.fromhex(trailer)
    body = bytes.fromhex("12345678 00000001") + bytes(-len(tail) % 4 + 8) + tail
    packet = body + hmac.digest(keys_for(transform)[1], body, "sha1")[:12]
    receiver = sa_for(transform)
    assert failure_of(receiver.open, packet) is EspFailure.BAD_PADDING
    assert receiver.packets == 0


@each_transform
def test_sequence_numbers_never_cycle(transform: EspTransform) -> None:
    sender, receiver = sa_for(transform), sa_for(transform)
    sender.sequence = 0xFFFF_FFFE
    assert receiver.open(sender.seal(b"last", 4)) == (4, b"last")
    for _ in range(2):
        with pytest.raises(EspError) as caught:
            sender.seal(b"one too many", 4)
        assert caught.value.failure is EspFailure.SEQUENCE_OVERFLOW
    assert sender.failures == {EspFailure.SEQUENCE_OVERFLOW: 2}
    assert sender.packets == 1


@each_transform
def test_equal_seeds_give_equal_bytes(transform: EspTransform) -> None:
    first, second, third = sa_for(transform), sa_for(transform), sa_for(transform, iv_seed=2)
    lines = [[sa.seal(b"same", 4) for _ in range(3)] for sa in (first, second, third)]
    assert lines[0] == lines[1]
    if CIPHERS[transform.cipher].iv and not transform.cipher.combined:
        assert lines[0] != lines[2]


@each_transform
def test_ivs_neither_repeat_nor_count(transform: EspTransform) -> None:
    size = CIPHERS[transform.cipher].iv
    sender = sa_for(transform)
    ivs = [sender.seal(b"", 59)[8 : 8 + size] for _ in range(200)]
    if size:
        assert len(set(ivs)) == len(ivs)
    if size and not transform.cipher.combined:
        # GCM's IV may count (RFC 4106); a CBC IV that counts is foreseeable.
        steps = {int.from_bytes(b) - int.from_bytes(a) for a, b in pairwise(ivs)}
        assert len(steps) > 190


def test_single_des_is_des() -> None:
    # RFC 2451, 2.1: three equal keys make triple DES single DES.
    des = EspTransform(EspCipher.DES, EspIntegrity.SHA)
    triple = EspTransform(EspCipher.TRIPLE_DES, EspIntegrity.SHA)
    key, mac = keys_for(des)
    sender = make_esp_sa(Spi(1), des, key, mac, random.Random(1))
    receiver = make_esp_sa(Spi(1), triple, key * 3, mac, random.Random(2))
    assert receiver.open(sender.seal(b"weak", 4)) == (4, b"weak")


def test_no_transform_warns() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for transform in ALL_TRANSFORMS:
            sa_for(transform).seal(b"quiet", 4)


@each_transform
def test_keys_of_the_wrong_length_are_refused(transform: EspTransform) -> None:
    encryption, authentication = keys_for(transform)
    with pytest.raises(ValueError, match="takes keys of"):
        make_esp_sa(Spi(1), transform, encryption + b"x", authentication, random.Random(1))
    with pytest.raises(ValueError, match="takes keys of"):
        make_esp_sa(Spi(1), transform, encryption, authentication + b"x", random.Random(1))


def test_lifetimes() -> None:
    lifetime = SaLifetime(Instant(seconds(100)), 3_600, 10)
    sa = make_esp_sa(Spi(1), AES_SHA, *keys_for(AES_SHA), random.Random(1), lifetime=lifetime)
    assert sa.remaining_seconds(Instant(seconds(100))) == 3_600
    assert sa.remaining_seconds(Instant(seconds(101))) == 3_599
    assert sa.remaining_seconds(Instant(seconds(9_999))) == 0
    assert sa.remaining_kilobytes == 10
    sa.seal(bytes(1_022), 4)  # 1,024 bytes with the trailer: one kilobyte
    assert sa.remaining_kilobytes == 9
    for _ in range(20):
        sa.seal(bytes(1_022), 4)
    assert sa.remaining_kilobytes == 0


@each_transform
def test_the_volume_alarm_rings_once(transform: EspTransform) -> None:
    sender, receiver = sa_for(transform), sa_for(transform)
    rings: list[str] = []
    sender.watch_volume(300, lambda: rings.append("sent"))
    receiver.watch_volume(300, lambda: rings.append("received"))
    for _ in range(2):
        receiver.open(sender.seal(bytes(140), 4))
    assert rings == ([] if sender.volume < 300 else ["sent", "received"])
    for _ in range(5):
        receiver.open(sender.seal(bytes(140), 4))
    assert rings == ["sent", "received"]
