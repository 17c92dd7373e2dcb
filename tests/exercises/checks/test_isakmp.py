"""The check `isakmp`."""

from collections.abc import Callable

import pytest

from ioscli.labs.errors import InputError

from .trials import Bench


@pytest.fixture
def lab(shipped: Callable[..., Bench]) -> Bench:
    return shipped("ipsec-vti")


def test_phase_one_is_there(lab: Bench) -> None:
    verdict = lab.judge("isakmp: {node: R1, peer: R2}")
    assert verdict.passed
    assert verdict.seen == (
        "R1 has an ISAKMP SA with R2: aes 256, sha256, group 14, pre-share, main mode"
    )
    assert verdict.shown_by == ("R1: show crypto isakmp sa detail",)


@pytest.mark.parametrize(
    ("rest", "passes"),
    [
        ("encryption: aes 256, hash: sha256, group: 14, authentication: pre-share", True),
        ("encryption: aes", False),
        ("encryption: aes 128", False),
        ("hash: sha", False),
        ("group: 5", False),
        ("authentication: rsa-sig", False),
        ("mode: main", True),
        ("mode: aggressive", False),
        ("expect: no", False),
        ("group: 19, expect: no", True),
    ],
)
def test_what_it_is_like(lab: Bench, rest: str, passes: bool) -> None:
    verdict = lab.judge(f"isakmp: {{node: R1, peer: 198.51.100.2, within: 5s, {rest}}}")
    assert verdict.passed is passes


def test_what_both_would_take(lab: Bench) -> None:
    verdict = lab.judge("isakmp: {node: R1, peer: R2, group: 19, within: 5s}")
    assert verdict.because == (
        "R1 has the ISAKMP policies 10: aes 256, sha256, pre-share, group 14",
        "R2 has the ISAKMP policies 10: aes 256, sha256, pre-share, group 14",
    )


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        ("key cisco123", "key HUSH", "key"),
        (" group 14", " group 5", "no ISAKMP policy in common"),
        (" tunnel protection ipsec profile PROF\n", "", "R1"),
    ],
)
def test_why_there_is_none(lab: Bench, old: str, new: str, because: str) -> None:
    assert old in lab.configs["R1"]
    changed = lab.configs["R1"].replace(old, new)
    verdict = lab.judge("isakmp: {node: R1, peer: R2, within: 20s}", R1=changed)
    assert not verdict.passed
    assert any(because in cause for cause in verdict.because), verdict
    assert "HUSH" not in str(verdict)


def test_aggressive_mode(shipped: Callable[..., Bench]) -> None:
    lab = shipped("aggressive-mode")
    trial = lab.trial()
    ping = "traffic: {from: BR1, to: 10.0.0.1, source: 10.1.1.1}"
    assert lab.check(f"sa: {{node: BR1, peer: HUB, {ping}}}").judge(trial).passed
    for node, peer in (("BR1", "HUB"), ("HUB", "BR1")):
        check = lab.check(f"isakmp: {{node: {node}, peer: {peer}, mode: aggressive}}")
        assert check.judge(trial).passed


def test_titles(lab: Bench) -> None:
    rest = "encryption: aes 256, hash: sha, group: 14, authentication: pre-share, mode: main"
    check = lab.check(f"isakmp: {{node: R1, peer: R2, {rest}}}")
    assert check.title == (
        "R1 has an ISAKMP SA with R2: aes 256, sha, group 14, pre-share, main mode"
    )
    check = lab.check("isakmp: {node: R1, peer: 10.0.0.9, expect: no}")
    assert check.title == "R1 has no ISAKMP SA with 10.0.0.9"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("isakmp: {node: R1}", 'isakmp has no "peer"'),
        ("isakmp: {node: ISPX, peer: R1}", 'there is no "ISPX" (did you mean "ISP"?)'),
        ("isakmp: {node: R1, peer: R2, encryption: aes256}", 'unknown "aes256"'),
        ("isakmp: {node: R1, peer: R2, hash: sha1}", 'unknown "sha1"'),
        ("isakmp: {node: R1, peer: R2, group: 17}", "there is no Diffie-Hellman group 17"),
        ("isakmp: {node: R1, peer: R2, mode: quick}", 'unknown "quick"'),
    ],
)
def test_what_is_wrong_is_told_with_its_line(lab: Bench, text: str, reason: str) -> None:
    with pytest.raises(InputError) as raised:
        lab.check(text)
    assert raised.value.line == 1
    assert reason in str(raised.value)
