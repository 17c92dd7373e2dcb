"""The check `encrypted`: what everybody on a link can read of a ping."""

from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.labs.errors import InputError

from .shipped import shipped
from .trials import Bench

VTI = "encrypted: {link: R1-ISP, from: PC1, to: 192.168.20.10}"


@pytest.fixture
def vti(grammar: Grammar, tmp_path: Path) -> Bench:
    """PC1 - R1 - ISP - R2 - PC2, solved: a VTI between R1 and R2."""
    return shipped(grammar, tmp_path, "ipsec-vti", solved=True)


def test_what_is_in_esp_passes(vti: Bench) -> None:
    assert vti.check(VTI).title == "PC1 reaches 192.168.20.10, encrypted between R1 and ISP"
    verdict = vti.judge(VTI)
    assert verdict.passed, verdict
    assert verdict.seen.startswith("all ")
    assert verdict.seen.endswith("packets of the ping between R1 and ISP were in ESP")
    assert vti.judge(VTI.replace("R1-ISP", "R2:Gi0/0")).passed
    assert vti.judge(VTI.replace("}", ", nat-t: no}")).passed


def test_large_packets_in_fragments_are_seen_as_well(vti: Bench) -> None:
    for size in (1438, 1439, 1500, 3000):
        verdict = vti.judge(VTI.replace("}", f", size: {size}}}"))
        assert verdict.passed, verdict


def test_a_link_without_ipsec_shows_all(vti: Bench) -> None:
    verdict = vti.judge(VTI.replace("R1-ISP", "PC1-R1"))
    assert not verdict.passed
    assert "were readable for everybody" in verdict.seen
    assert vti.judge(VTI.replace("R1-ISP", "PC1-R1").replace("}", ", expect: no}")).passed
    verdict = vti.judge(VTI.replace("}", ", expect: no}"))
    assert not verdict.passed
    assert verdict.seen.endswith("in ESP")


def test_a_link_that_it_does_not_cross(grammar: Grammar, tmp_path: Path) -> None:
    branch = shipped(grammar, tmp_path, "redundant-tunnels", solved=True)
    check = "encrypted: {link: ISP2-HE%d, from: PC, to: 10.1.10.10}"
    assert branch.judge(check % 1).passed
    verdict = branch.judge(check % 2)
    assert not verdict.passed
    assert verdict.seen == "no packet of the ping was seen between ISP2 and HE2"
    assert verdict.because[0].startswith("it went by PC, BR1, ISP1, ISP2, HE1, CORE and SRV")
    assert not branch.judge((check % 2).replace("}", ", expect: no}")).passed


def test_a_tunnel_without_protection(grammar: Grammar, tmp_path: Path) -> None:
    check = "encrypted: {link: R1-R2, from: H1, source: lo1, to: 192.168.2.1}"
    assert shipped(grammar, tmp_path, "crypto-tunnel-modes", solved=True).judge(check).passed
    verdict = shipped(grammar, tmp_path, "crypto-tunnel-modes", solved=False).judge(check)
    assert not verdict.passed
    assert "were readable for everybody" in verdict.seen
    assert "Tunnel1 of R1 has no tunnel protection" in verdict.because
    assert "R1: show running-config interface Tunnel1" in verdict.shown_by


def test_esp_without_a_cipher_hides_nothing(vti: Bench) -> None:
    def null(text: str) -> str:
        lines = text.splitlines()
        at = next(
            i for i, line in enumerate(lines) if line.startswith("crypto ipsec transform-set")
        )
        lines[at] = " ".join([*lines[at].split()[:4], "esp-null", "esp-sha256-hmac"])
        return "\n".join(lines) + "\n"

    verdict = vti.judge(VTI, R1=null(vti.configs["R1"]), R2=null(vti.configs["R2"]))
    assert not verdict.passed
    assert "readable for everybody" in verdict.seen


def test_a_crypto_map_that_leaves_it_alone(grammar: Grammar, tmp_path: Path) -> None:
    lab = shipped(grammar, tmp_path, "broken-proxy-identity", solved=True)
    assert lab.judge(VTI).passed
    verdict = lab.judge("encrypted: {link: R1-ISP, from: R1, to: 198.51.100.2}")
    assert not verdict.passed
    assert any("leaves packets to 198.51.100.2 alone" in words for words in verdict.because)


def test_what_is_not_answered_is_not_proved(grammar: Grammar, tmp_path: Path) -> None:
    verdict = shipped(grammar, tmp_path, "broken-transform", solved=False).judge(VTI)
    assert not verdict.passed
    assert verdict.seen == (
        "none of 5 pings was answered; no packet of the ping was seen between R1 and ISP"
    )
    assert any("no transform set in common" in words for words in verdict.because)


def test_esp_in_udp_behind_nat(grammar: Grammar, tmp_path: Path) -> None:
    lab = shipped(grammar, tmp_path, "nat-traversal", solved=True)
    behind = "encrypted: {link: HOME-ISP, from: BR1, source: lo0, to: 10.0.0.1, nat-t: %s}"
    beside = "encrypted: {link: BR2-ISP, from: BR2, source: lo0, to: 10.0.0.1, nat-t: %s}"
    assert lab.check(behind % "yes").title.endswith(", encrypted and in UDP between HOME and ISP")
    verdict = lab.judge(behind % "yes")
    assert verdict.passed, verdict
    assert verdict.seen.endswith("were in ESP in UDP")
    assert not lab.judge(behind % "no").passed
    assert lab.judge(beside % "no").passed
    verdict = lab.judge(beside % "yes")
    assert not verdict.passed
    assert verdict.seen.endswith("were in ESP")
    assert "BR2: show crypto ipsec sa" in verdict.shown_by


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("{from: PC1, to: 192.0.2.1}", 'encrypted has no "link"'),
        ("{link: R1-R9, from: PC1, to: 192.0.2.1}", 'link: no link is called "R1-R9"'),
        (
            "{link: R1-ISP, from: PC1, to: 192.0.2.1, expect: no, nat-t: yes}",
            "nat-t: of what is not encrypted there is nothing to say",
        ),
    ],
)
def test_what_is_written_wrongly(vti: Bench, check: str, reason: str) -> None:
    with pytest.raises(InputError) as refusal:
        vti.check(f"\nencrypted: {check}\n")
    assert reason in str(refusal.value)
    assert refusal.value.line == 2
