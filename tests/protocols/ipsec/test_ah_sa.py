"""AH SAs: authenticity of whole packets, replay, and sizes."""

import hmac

import pytest

from ioscli.codec.ipv4_template import Ipv4Template
from ioscli.model.crypto import AhIntegrity, EspCipher, EspIntegrity, EspTransform, Mode, Spi
from ioscli.protocols.ipsec.ah import AhSa
from ioscli.protocols.ipsec.sa import EspError, EspFailure
from ioscli.protocols.ipsec.transforms import ah_icv_length, plaintext_mtu

ICV = {
    AhIntegrity.MD5: ("md5", 12),
    AhIntegrity.SHA: ("sha1", 12),
    AhIntegrity.SHA256: ("sha256", 16),
    AhIntegrity.SHA384: ("sha384", 24),
    AhIntegrity.SHA512: ("sha512", 32),
}
A, B = bytes((10, 0, 0, 1)), bytes((10, 0, 0, 2))


def packet(payload: bytes = b"0123456789", *, tos: int = 0, flags: int = 0) -> bytes:
    return Ipv4Template(A, B, 1).build(len(payload), 5, tos, flags) + payload


def pair(integrity: AhIntegrity = AhIntegrity.SHA, window: int | None = 64) -> tuple[AhSa, AhSa]:
    key = bytes(range(integrity.key_length))
    out = AhSa(Spi(0x1234), integrity, key, replay_window=None)
    return out, AhSa(Spi(0x1234), integrity, key, replay_window=window)


def failure(sa: AhSa, whole: bytes) -> EspFailure:
    with pytest.raises(EspError) as caught:
        sa.unwrap(whole)
    return caught.value.failure


@pytest.mark.parametrize("integrity", list(AhIntegrity))
def test_the_icv_is_that_of_the_rfc(integrity: AhIntegrity) -> None:
    """Computed here from RFC 4302, 3.3.3, byte by byte."""
    out, into = pair(integrity)
    whole = out.wrap(packet(tos=0xB8, flags=0x4000), 1)
    name, size = ICV[integrity]
    total = 20 + 12 + size + 10
    covered = b"".join(
        (
            b"\x45\x00" + total.to_bytes(2, "big") + b"\x00\x05\x00\x00",
            b"\x00\x33\x00\x00" + A + B,
            bytes((1, (12 + size) // 4 - 2, 0, 0)) + bytes.fromhex("0000123400000001"),
            bytes(size),
            b"0123456789",
        )
    )
    key = bytes(range(integrity.key_length))
    assert whole[32 : 32 + size] == hmac.digest(key, covered, name)[:size]
    assert ah_icv_length(integrity) == size
    assert into.unwrap(whole) == packet(tos=0xB8, flags=0x4000)
    assert (out.packets, into.packets) == (1, 1)


def changed(whole: bytes, at: int, value: int) -> bytes:
    return whole[:at] + bytes((value,)) + whole[at + 1 :]


def test_what_routers_change_does_not_matter() -> None:
    out, into = pair()
    whole = out.wrap(packet(), 1)
    for at, value in ((1, 0xC0), (6, 0x40), (8, 17), (10, 0), (11, 1)):
        whole = changed(whole, at, value)
    assert into.unwrap(whole)[20:] == b"0123456789"


@pytest.mark.parametrize("at", [4, 12, 16, 19, 20, 22, 35, 50])
def test_everything_else_does(at: int) -> None:
    """NAT above all: the addresses are covered."""
    out, into = pair()
    whole = out.wrap(packet(), 1)
    assert failure(into, changed(whole, at, whole[at] ^ 1)) is EspFailure.BAD_ICV
    assert into.unwrap(whole)  # a forged packet does not move the window
    assert into.failures[EspFailure.BAD_ICV] == 1


def test_replays_are_refused() -> None:
    out, into = pair()
    first = out.wrap(packet(), 1)
    for _ in range(70):
        last = out.wrap(packet(), 1)
    into.unwrap(last)
    assert failure(into, last) is EspFailure.REPLAYED
    assert failure(into, first) is EspFailure.TOO_OLD
    _, careless = pair(window=None)
    assert careless.unwrap(first) == careless.unwrap(first)


@pytest.mark.parametrize("cut", range(20, 45))
def test_cut_packets_are_refused(cut: int) -> None:
    out, into = pair()
    whole = out.wrap(packet(), 1)
    assert failure(into, whole[:cut]) in (EspFailure.MALFORMED, EspFailure.BAD_ICV)


def test_sequence_numbers_run_out() -> None:
    out, _ = pair()
    out.sequence = 0xFFFF_FFFF
    with pytest.raises(EspError):
        out.wrap(packet(), 1)


def test_a_key_of_another_length() -> None:
    with pytest.raises(ValueError, match="20 bytes"):
        AhSa(Spi(1), AhIntegrity.SHA, bytes(16))


#: FACTS 1.1: 24 bytes with an ICV of 12, 28 with 16, and 20 in tunnel mode.
SIZES = [
    (AhIntegrity.MD5, 1456, 1476),
    (AhIntegrity.SHA, 1456, 1476),
    (AhIntegrity.SHA256, 1452, 1472),
    (AhIntegrity.SHA384, 1444, 1464),
    (AhIntegrity.SHA512, 1436, 1456),
]


@pytest.mark.parametrize(("integrity", "tunnel", "transport"), SIZES)
def test_what_fits(integrity: AhIntegrity, tunnel: int, transport: int) -> None:
    alone = EspTransform(EspCipher.NULL, None, integrity)
    assert not alone.has_esp
    assert plaintext_mtu(alone, Mode.TUNNEL, 1500) == tunnel
    assert plaintext_mtu(alone, Mode.TRANSPORT, 1500) == transport
    out, _ = pair(integrity)
    outer = Ipv4Template(A, B, 4).build(tunnel, 1) + bytes(tunnel)
    assert len(out.wrap(outer, 4)) == 1500
    # Around ESP it takes the same from the path.
    esp = EspTransform(EspCipher.AES_128, EspIntegrity.SHA)
    both = esp._replace(ah=integrity)
    size = 12 + ICV[integrity][1]
    assert plaintext_mtu(both, Mode.TUNNEL, 1500) == plaintext_mtu(esp, Mode.TUNNEL, 1500 - size)


def test_the_classic_44_bytes_are_tunnel_mode() -> None:
    """FACTS 1.2: AH 44."""
    alone = EspTransform(EspCipher.NULL, None, AhIntegrity.SHA)
    assert 1500 - plaintext_mtu(alone, Mode.TUNNEL, 1500) == 44
