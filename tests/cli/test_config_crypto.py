"""crypto isakmp and crypto ipsec at the configuration prompt."""

from itertools import product

import pytest

from ioscli.cli.commands.ipsec import transform_words
from ioscli.cli.configuration import LineKind
from ioscli.cli.matcher import Incomplete
from ioscli.cli.running_config import running_config
from ioscli.model.changes import CryptoChanged
from ioscli.model.crypto import EspCipher, EspIntegrity, Mode

from .typing_config import Prompt


def crypto_lines(prompt: Prompt) -> list[str]:
    lines = list(running_config(prompt.config))
    begin = next(number for number, line in enumerate(lines) if line.startswith("crypto"))
    end = lines.index("interface GigabitEthernet0/0")
    return [line for line in lines[begin:end] if line.strip() != "!"]


def test_the_articles_crypto() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto isakmp policy 10", "encr aes 256", "hash sha256", "authentication pre-share",
        "group 19", "crypto isakmp key cisco123 address 100.3.3.3",
        "crypto ipsec transform-set TRSET esp-aes 256 esp-sha-hmac ",
        "crypto ipsec profile PROF", "set transform-set TRSET",
    )  # fmt: skip
    assert prompt.session.prompt_suffix == "ipsec-profile"
    lines = list(running_config(prompt.config))
    begin = lines.index("crypto isakmp policy 10")
    assert lines[begin : begin + 14] == [
        "crypto isakmp policy 10",
        " encr aes 256",
        " hash sha256",
        " authentication pre-share",
        " group 19",
        "crypto isakmp key cisco123 address 100.3.3.3  ",
        "!",
        "!",
        "crypto ipsec transform-set TRSET esp-aes 256 esp-sha-hmac ",
        " mode tunnel",
        "!",
        "crypto ipsec profile PROF",
        " set transform-set TRSET ",
        "!",
    ]


def test_prompts_and_changes() -> None:
    prompt = Prompt()
    screen = prompt.screen(
        "crypto isakmp policy 10\nencryption aes 128\nlifetime 50\nlifetime 3600\n"
        "crypto ipsec transform-set T esp-gcm 256\nmode transport\n"
    )
    assert screen == (
        "Router(config)#crypto isakmp policy 10\n"
        "Router(config-isakmp)#encryption aes 128\n"
        "Router(config-isakmp)#lifetime 50\n"
        "                               ^\n"
        "% Invalid input detected at '^' marker.\n"
        "Router(config-isakmp)#lifetime 3600\n"
        "Router(config-isakmp)#crypto ipsec transform-set T esp-gcm 256\n"
        "Router(cfg-crypto-trans)#mode transport"
    )
    assert prompt.type("mode tunnel")[0].changes == (CryptoChanged(),)
    assert crypto_lines(prompt) == [
        "crypto isakmp policy 10",
        " encr aes",
        " lifetime 3600",
        "crypto ipsec transform-set T esp-gcm 256 ",
        " mode tunnel",
    ]


def test_policies_in_order_with_their_defaults_hidden() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto isakmp policy 20", "encr 3des", "hash md5", "group 2", "authentication rsa-encr",
        "crypto isakmp policy 10", "encr des", "hash sha", "group 1", "authentication rsa-sig",
        "lifetime 86400", "crypto isakmp enable",
    )  # fmt: skip
    assert crypto_lines(prompt) == [
        "crypto isakmp policy 10",
        "crypto isakmp policy 20",
        " encr 3des",
        " hash md5",
        " authentication rsa-encr",
        " group 2",
    ]
    prompt.type(
        "crypto isakmp policy 20", "no encryption", "default hash", "no group 2",
        "no authentication", "no crypto isakmp policy 10",
    )  # fmt: skip
    assert crypto_lines(prompt) == ["crypto isakmp policy 20"]


def test_keys() -> None:
    prompt = Prompt()
    prompt.type(
        "crypto isakmp key 0 one address 10.0.0.1", "crypto isakmp key two address 0.0.0.0 0.0.0.0",
        "crypto isakmp key three address 10.1.1.0 255.255.255.0 no-xauth",
    )  # fmt: skip
    again = prompt.session.feed("crypto isakmp key other address 10.0.0.1")
    assert again.kind is LineKind.REJECTED
    assert again.messages == (
        "A pre-shared key for address mask 10.0.0.1 255.255.255.255 already exists!",
    )
    assert [line.rstrip() for line in crypto_lines(prompt)] == [
        "crypto isakmp key one address 10.0.0.1",
        "crypto isakmp key two address 0.0.0.0",
        "crypto isakmp key three address 10.1.1.0 255.255.255.0 no-xauth",
    ]
    prompt.type(
        "no crypto isakmp key one address 10.0.0.1", "no crypto isakmp key 0 two add 0.0.0.0"
    )
    assert [key.key for key in prompt.config.isakmp.keys] == ["three"]


PAIRS = [
    (cipher, integrity)
    for cipher, integrity in product(EspCipher, [None, *EspIntegrity])
    if not (cipher.combined and integrity) and not (cipher is EspCipher.NULL and not integrity)
]


@pytest.mark.parametrize(("cipher", "integrity"), PAIRS)
def test_every_transform_in_both_orders(cipher: EspCipher, integrity: EspIntegrity | None) -> None:
    words = [cipher.value] + ([integrity.value] if integrity else [])
    for order in (words, words[::-1]):
        prompt = Prompt()
        prompt.type(f"crypto ipsec transform-set T {' '.join(order)}")
        made = prompt.config.ipsec.transform_sets["T"]
        assert made.transform == (cipher, integrity, None)
        assert made.mode is Mode.TUNNEL
        assert transform_words(made.transform) == " ".join(words)


@pytest.mark.parametrize(
    "transforms",
    ["esp-aes esp-3des", "esp-gcm esp-sha-hmac", "esp-sha-hmac esp-md5-hmac", "esp-null esp-aes"],
)
def test_transforms_that_do_not_go_together(transforms: str) -> None:
    result = Prompt().session.feed(f"crypto ipsec transform-set T {transforms}")
    assert result.kind is LineKind.REJECTED


@pytest.mark.parametrize("alone", ["esp-sha-hmac", "esp-null"])
def test_half_a_transform(alone: str) -> None:
    result = Prompt().session.feed(f"crypto ipsec transform-set T {alone}")
    assert result.error == Incomplete()


def test_typing_a_transform_set_again_keeps_its_mode() -> None:
    prompt = Prompt()
    prompt.type("crypto ipsec transform-set T esp-3des esp-md5-hmac", "mode transport")
    prompt.type("crypto ipsec transform-set T esp-aes 192")
    assert crypto_lines(prompt) == [
        "crypto ipsec transform-set T esp-aes 192 ",
        " mode transport",
    ]


def test_profiles() -> None:
    prompt = Prompt()
    refused = Prompt().screen("crypto ipsec profile P\nset transform-set NONE")
    assert refused.splitlines()[-1] == 'ERROR: transform set with tag "NONE" does not exist.'
    prompt.type(
        "crypto ipsec transform-set A esp-aes", "crypto ipsec transform-set B esp-des",
        "crypto ipsec profile P", "set transform-set B A", "set pfs group14",
        "set security-association lifetime seconds 900",
        "set security-association lifetime kilobytes 10000", "description to B",
    )  # fmt: skip
    assert prompt.section("crypto ipsec profile P") == [
        " description to B",
        " set security-association lifetime seconds 900",
        " set security-association lifetime kilobytes 10000",
        " set transform-set B A ",
        " set pfs group14",
    ]
    prompt.type("set pfs", "no set transform-set B", "no set security-association lifetime sec")
    prompt.type("no set security-association lifetime kilobytes", "no description")
    assert prompt.section("crypto ipsec profile P") == [" set transform-set A ", " set pfs group1"]
    refused_removal = prompt.session.feed("no crypto ipsec transform-set A")
    assert refused_removal.kind is LineKind.REJECTED
    prompt.type("crypto ipsec profile P", "no set transform-set", "no set pfs")
    prompt.type("no crypto ipsec transform-set A", "no crypto ipsec profile P")
    assert "P" not in prompt.config.ipsec.profiles


def test_ipsec_settings() -> None:
    prompt = Prompt()
    head = "crypto ipsec security-association"
    prompt.type(
        f"{head} lifetime seconds 1800", f"{head} lifetime kilobytes 5000",
        f"{head} replay window-size 1024",
    )  # fmt: skip
    assert crypto_lines(prompt) == [
        f"{head} lifetime kilobytes 5000",
        f"{head} lifetime seconds 1800",
        f"{head} replay window-size 1024",
    ]
    prompt.type(f"no {head} lifetime seconds", f"{head} lifetime kilobytes 4608000")
    prompt.type(f"{head} replay disable")
    assert crypto_lines(prompt) == [f"{head} replay disable"]
    assert prompt.config.ipsec.replay_window is None
    prompt.type(f"no {head} replay disable")
    assert prompt.config.ipsec.replay_window == 64


def test_the_built_in_profile() -> None:
    prompt = Prompt()
    prompt.type("interface Tunnel0", "tunnel protection ipsec profile default")
    assert not any(line.startswith("crypto") for line in running_config(prompt.config))
    prompt.type("crypto ipsec transform-set default esp-gcm 256")
    assert crypto_lines(prompt)[:2] == [
        "crypto ipsec transform-set default esp-gcm 256 ",
        " mode transport",
    ]
    prompt.type("default crypto ipsec transform-set default")
    assert not any(line.startswith("crypto") for line in running_config(prompt.config))


def test_a_new_crypto_map_tells_what_it_lacks() -> None:
    prompt = Prompt()
    note = (
        "% NOTE: This new crypto map will remain disabled until a peer",
        "        and a valid access list have been configured.",
    )
    first, again, dynamic = prompt.type(
        "crypto map VPN 10 ipsec-isakmp",
        "crypto map VPN 10 ipsec-isakmp",
        "crypto map VPN 20 ipsec-isakmp dynamic DYN",
    )
    assert first.messages == note
    assert again.messages == ()
    assert dynamic.messages == ()
