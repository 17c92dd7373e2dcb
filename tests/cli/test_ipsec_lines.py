"""crypto ipsec: DF, fragmentation, idle time and replay, of the router, a profile, an interface."""

from dataclasses import asdict, replace

import pytest

from ioscli.cli.configuration import LineKind
from ioscli.cli.running_config import running_config
from ioscli.model.config import InterfaceConfig
from ioscli.model.crypto import (
    AhIntegrity,
    DfBit,
    EspCipher,
    EspIntegrity,
    EspTransform,
    Fragmentation,
    IpsecConfig,
    IpsecProfile,
)

from .typing_config import PORTS, Prompt

GLOBAL = [
    ("crypto ipsec df-bit clear", {"df_bit": DfBit.CLEAR}),
    ("crypto ipsec df-bit set", {"df_bit": DfBit.SET}),
    ("crypto ipsec fragmentation after-encryption", {"fragmentation": Fragmentation.AFTER}),
    ("crypto ipsec security-association idle-time 600", {"idle_time": 600}),
    ("crypto ipsec security-association replay window-size 1024", {"replay_window": 1024}),
    ("crypto ipsec security-association replay disable", {"replay_window": None}),
]
PROFILE = [
    ("set security-association idle-time 60", {"idle_time": 60}),
    ("set security-association replay window-size 512", {"replay_window": 512}),
    ("set security-association replay disable", {"replay_window": 0}),
    ("set isakmp-profile X", {"isakmp_profile": "X"}),
    ("responder-only", {"responder_only": True}),
]
INTERFACE = [
    ("crypto ipsec df-bit copy", {"ipsec_df_bit": DfBit.COPY}),
    ("crypto ipsec df-bit clear", {"ipsec_df_bit": DfBit.CLEAR}),
    (
        "crypto ipsec fragmentation before-encryption",
        {"ipsec_fragmentation": Fragmentation.BEFORE},
    ),
]


@pytest.mark.parametrize(("line", "changes"), GLOBAL)
def test_settings_of_the_router(line: str, changes: dict[str, object]) -> None:
    prompt = Prompt()
    (result,) = prompt.type(line)
    assert result.kind is LineKind.MODELLED
    assert asdict(prompt.config.ipsec) == asdict(replace(IpsecConfig(), **changes))
    assert line in running_config(prompt.config)
    prompt.type(f"no {line}")
    assert prompt.config.ipsec == IpsecConfig()
    assert line not in running_config(prompt.config)


@pytest.mark.parametrize(("line", "changes"), PROFILE)
def test_settings_of_a_profile(line: str, changes: dict[str, object]) -> None:
    prompt = Prompt()
    (_, result) = prompt.type("crypto ipsec profile P", line)
    assert result.kind is LineKind.MODELLED
    assert prompt.config.ipsec.profiles["P"] == replace(IpsecProfile("P"), **changes)
    assert prompt.section("crypto ipsec profile P") == [" " + line]
    prompt.type(f"no {line}")
    assert prompt.config.ipsec.profiles["P"] == IpsecProfile("P")


@pytest.mark.parametrize(("line", "changes"), INTERFACE)
def test_settings_of_an_interface(line: str, changes: dict[str, object]) -> None:
    prompt = Prompt()
    (_, result) = prompt.type("interface GigabitEthernet0/1", line)
    assert result.kind is LineKind.MODELLED
    blank = replace(InterfaceConfig(PORTS[1], shutdown=True), **changes)
    assert prompt.config.interfaces[PORTS[1]] == blank
    assert prompt.section("interface GigabitEthernet0/1")[-1] == " " + line
    prompt.type(f"no {line}")
    assert prompt.config.interfaces[PORTS[1]] == InterfaceConfig(PORTS[1], shutdown=True)


def test_defaults_are_hidden_and_typed_again_change_nothing() -> None:
    prompt = Prompt()
    untouched = list(running_config(prompt.config))
    prompt.type("crypto ipsec df-bit copy", "crypto ipsec fragmentation before-encryption")
    assert list(running_config(prompt.config)) == untouched


@pytest.mark.parametrize(
    ("typed", "written", "transform"),
    [
        ("ah-sha-hmac", "ah-sha-hmac", EspTransform(EspCipher.NULL, None, AhIntegrity.SHA)),
        (
            "esp-3des ah-sha-hmac",
            "ah-sha-hmac esp-3des",
            EspTransform(EspCipher.TRIPLE_DES, None, AhIntegrity.SHA),
        ),
        (
            "ah-md5-hmac esp-aes 192 esp-sha256-hmac",
            "ah-md5-hmac esp-aes 192 esp-sha256-hmac",
            EspTransform(EspCipher.AES_192, EspIntegrity.SHA256, AhIntegrity.MD5),
        ),
        (
            "esp-null esp-sha-hmac ah-sha512-hmac",
            "ah-sha512-hmac esp-null esp-sha-hmac",
            EspTransform(EspCipher.NULL, EspIntegrity.SHA, AhIntegrity.SHA512),
        ),
        (
            "ah-sha256-hmac esp-gcm 256",
            "ah-sha256-hmac esp-gcm 256",
            EspTransform(EspCipher.GCM_256, None, AhIntegrity.SHA256),
        ),
    ],
)
def test_transform_sets_with_ah(typed: str, written: str, transform: EspTransform) -> None:
    prompt = Prompt()
    prompt.type(f"crypto ipsec transform-set T {typed}")
    assert prompt.config.ipsec.transform_sets["T"].transform == transform
    assert f"crypto ipsec transform-set T {written} " in running_config(prompt.config)


@pytest.mark.parametrize("line", ["ah-sha-hmac ah-md5-hmac", "esp-aes ah-sha-hmac esp-3des"])
def test_no_algorithm_twice(line: str) -> None:
    prompt = Prompt()
    assert prompt.session.feed(f"crypto ipsec transform-set T {line}").kind is LineKind.REJECTED
