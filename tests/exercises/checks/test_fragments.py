"""The check `fragments`: whether packets cross a link whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.labs.errors import InputError

from .shipped import shipped
from .trials import Bench

BACKBONE = "fragments: {{link: R1-ISP, from: H1, to: 10.2.2.10, size: {}}}"


@pytest.fixture
def tunnels(grammar: Grammar, tmp_path: Path) -> Bench:
    """H1 - R1 - ISP - R2 - H2: GRE, encrypted by crypto maps in transport mode, as it starts."""
    return shipped(grammar, tmp_path, "double-fragmentation", solved=False)


def whole(check: str) -> str:
    return check.replace("}", ", expect: no}")


def test_packets_that_are_cut_after_encryption(tunnels: Bench) -> None:
    check = BACKBONE.format(1500)
    assert tunnels.check(check).title == (
        "H1 reaches 10.2.2.10 with 1500 bytes, in pieces between R1 and ISP"
    )
    verdict = tunnels.judge(check)
    assert verdict.passed, verdict
    verdict = tunnels.judge(whole(check))
    assert not verdict.passed
    assert verdict.seen == (
        "of 20 packets between R1 and ISP 10 were in pieces, 5 from R1 and 5 from ISP"
    )
    # 1476 bytes, IP and GRE around them, and ESP in transport mode around GRE.
    assert verdict.because == (
        "R1 cuts ESP packets of 1544 bytes to 198.51.100.2",
        "R2 cuts ESP packets of 1544 bytes to 203.0.113.1",
    )
    assert verdict.shown_by == (
        "H1: ping 10.2.2.10 size 1500",
        "R1: show ip traffic",
        "R2: show ip traffic",
    )


@pytest.mark.parametrize(("mtu", "passes"), [(1400, True), (1434, True), (1435, False)])
def test_the_sender_may_cut_before_the_tunnel(tunnels: Bench, mtu: int, passes: bool) -> None:
    """What H1's pieces are, H2 joins: the packets around them are whole."""

    def narrow(node: str) -> str:
        config = tunnels.configs[node]
        return config.replace("interface Tunnel0\n", f"interface Tunnel0\n ip mtu {mtu}\n")

    check = whole(BACKBONE.format(1435))
    verdict = tunnels.judge(check, R1=narrow("R1"), R2=narrow("R2"))
    assert verdict.passed is passes, verdict
    if passes:
        assert " packets between R1 and ISP were whole, the largest of " in verdict.seen
    one = tunnels.judge(check, R1=narrow("R1"))
    assert not one.passed
    assert "R2 cuts ESP packets of 1512 bytes to 203.0.113.1" in one.because
    assert not tunnels.judge(BACKBONE.format(1435).replace("1435", "1400")).passed


def test_what_is_cut_before_it_is_encrypted_is_in_pieces_too(tunnels: Bench) -> None:
    """In tunnel mode ESP's packets are whole, and the far end has to join those of GRE."""
    both = {
        node: tunnels.configs[node].replace("mode transport", "mode tunnel")
        for node in ("R1", "R2")
    }
    verdict = tunnels.judge(whole(BACKBONE.format(1500)), **both)
    assert not verdict.passed
    assert verdict.because == (
        "R1 cuts GRE packets and encrypts the pieces",
        "R2 cuts GRE packets and encrypts the pieces",
    )


def test_behind_a_nat_it_is_still_known_who_cut(grammar: Grammar, tmp_path: Path) -> None:
    lab = shipped(grammar, tmp_path, "nat-traversal", solved=True)
    check = "fragments: {link: BR1-HOME, from: BR1, source: 10.1.1.1, to: 10.0.0.1, size: 1399}"
    assert lab.judge(whole(check)).passed
    wide = {
        node: lab.configs[node].replace("ip mtu 1398", "ip mtu 1400") for node in ("BR1", "HUB")
    }
    verdict = lab.judge(whole(check), **wide)
    assert verdict.because == (
        "BR1 cuts GRE packets and encrypts the pieces",
        "HUB cuts GRE packets and encrypts the pieces",
    )


R1 = """\
hostname R1
interface GigabitEthernet0/0
 ip address 10.0.12.1 255.255.255.0
"""
R2 = """\
hostname R2
interface GigabitEthernet0/0
 ip address 10.0.12.2 255.255.255.0
interface GigabitEthernet0/1
 ip address 10.0.23.2 255.255.255.0
"""
R3 = """\
hostname R3
interface GigabitEthernet0/0
 ip address 10.0.23.3 255.255.255.0
ip route 10.0.12.0 255.255.255.0 10.0.23.2
"""
THROUGH = "ip route 10.0.23.0 255.255.255.0 10.0.12.2\n"


@pytest.fixture
def plain(bench: Callable[..., Bench]) -> Bench:
    """R1 - R2 - R3 without a tunnel; R2 cuts what goes to R3."""
    narrow = R2.replace("10.0.23.2 255.255.255.0", "10.0.23.2 255.255.255.0\n ip mtu 1000")
    return bench("R1:Gi0/0 R2:Gi0/0,R2:Gi0/1 R3:Gi0/0", R1=R1 + THROUGH, R2=narrow, R3=R3)


def test_a_datagram_that_nothing_is_around(plain: Bench) -> None:
    check = "fragments: {{link: {}, from: R1, to: 10.0.23.3, size: {}, expect: no}}"
    verdict = plain.judge(check.format("R2-R3", 1001))
    assert not verdict.passed
    assert verdict.seen == "of 10 packets between R2 and R3 5 were in pieces, 5 from R2"
    assert verdict.because == ("R2 cuts ICMP packets of 1001 bytes to 10.0.23.3",)
    assert plain.judge(check.format("R2-R3", 1000)).passed
    verdict = plain.judge(check.format("R1-R2", 1001))
    assert verdict.passed
    assert verdict.seen == (
        "all 10 packets between R1 and R2 were whole, the largest of 1001 bytes"
    )


def test_a_ping_that_is_not_answered_says_nothing_about_fragments(plain: Bench) -> None:
    check = "fragments: {link: R2-R3, from: R1, to: 10.0.23.3, size: 500, expect: no, within: 9s}"
    verdict = plain.judge(check, R1=R1)
    assert not verdict.passed
    assert verdict.because == ("R1 has no route to 10.0.23.3",)
    verdict = plain.judge("fragments: {link: R2-R3, from: R1, to: 10.0.12.2, size: 500}")
    assert not verdict.passed
    assert verdict.seen == "no packet of the ping was seen between R2 and R3"
    assert verdict.because == ("it went by R1 and R2, and the answer by R2 and R1",)


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("{from: R1, to: 10.0.23.3, size: 100}", 'fragments has no "link"'),
        ("{link: R2-R3, from: R1, to: 10.0.23.3}", 'fragments has no "size"'),
        ("{link: R2-R9, from: R1, to: 10.0.23.3, size: 100}", "no link is called"),
        ("{link: R2-R3, from: R1, to: 10.0.23.3, size: 1}", "size: 1 is not within"),
        ("{link: R2-R3, from: R1, to: 10.0.23.3, size: 100, expect: 2}", 'unknown "2"'),
        ("{link: R2-R3, from: R1, to: 10.0.23.3, size: 100, cut: yes}", 'unknown key "cut"'),
    ],
)
def test_what_is_written_wrongly(plain: Bench, check: str, reason: str) -> None:
    with pytest.raises(InputError) as refusal:
        plain.check(f"\nfragments: {check}\n")
    assert reason in str(refusal.value)
    assert refusal.value.line == 2
