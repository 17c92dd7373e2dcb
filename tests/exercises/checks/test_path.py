"""The check `path`: which way packets go, there and back."""

from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.labs.errors import InputError

from .shipped import shipped
from .trials import Bench

BY_HE1 = "path: {from: PC, to: 10.1.10.10, via: [BR1, HE1, CORE], avoid: HE2, back: [HE1, BR1]}"


@pytest.fixture
def branch(grammar: Grammar, tmp_path: Path) -> Bench:
    """A branch with a tunnel to each of two head-ends, of which HE1 is preferred."""
    return shipped(grammar, tmp_path, "redundant-tunnels", solved=True)


def test_the_way_wanted(branch: Bench) -> None:
    check = branch.check(BY_HE1)
    assert check.title == (
        "PC reaches 10.1.10.10 by BR1, HE1 and CORE, keeping away from HE2, "
        "and is answered by way of HE1 and BR1"
    )
    verdict = branch.judge(BY_HE1)
    assert verdict.passed, verdict
    assert verdict.seen == (
        "it went by PC, BR1, ISP1, ISP2, HE1, CORE and SRV, "
        "and the answer by SRV, CORE, HE1, ISP2, ISP1, BR1 and PC"
    )
    assert verdict.shown_by == ("PC: traceroute -n 10.1.10.10",)


def test_another_way(branch: Bench) -> None:
    """The cost of Tunnel1 on BR1 is what makes HE1 the way to the campus."""
    dear = branch.configs["BR1"].replace("ip ospf cost 100", "ip ospf cost 5000")
    verdict = branch.judge(BY_HE1, BR1=dear)
    assert not verdict.passed
    assert "HE2" in verdict.seen
    assert any(words.startswith("BR1 sends it out of Tunnel2 by O") for words in verdict.because), (
        verdict
    )
    assert "BR1: show ip route 10.1.10.10" in verdict.shown_by


def test_only_the_answers_go_astray(branch: Bench) -> None:
    """HE1 asks too much for its tunnel, so the campus answers through HE2."""
    dear = branch.configs["HE1"].replace("ip ospf cost 100", "ip ospf cost 5000")
    verdict = branch.judge(BY_HE1, HE1=dear)
    assert not verdict.passed
    assert verdict.seen == (
        "it went by PC, BR1, ISP1, ISP2, HE1, CORE and SRV, "
        "and the answer by SRV, CORE, HE2, ISP2, ISP1, BR1 and PC"
    )
    assert verdict.because[0].startswith("CORE sends the answer out of GigabitEthernet0/1 by O IA")
    assert verdict.shown_by[1] == "CORE: show ip route 203.0.113.66"
    assert not any("PC sends" in words for words in verdict.because)
    assert "HE1: show ip ospf interface brief" in verdict.shown_by
    there = "path: {from: PC, to: 10.1.10.10, via: [HE1]}"
    assert branch.judge(there, HE1=dear).passed


def test_no_way_at_all(branch: Bench) -> None:
    verdict = branch.judge("path: {from: PC, to: 10.99.0.1, via: HE1, within: 5s}")
    assert not verdict.passed
    assert verdict.seen.startswith("none of 5 pings was answered")
    assert verdict.because


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("{from: PC, to: 10.1.10.10}", "path says nothing of the way: via, avoid or back"),
        ("{from: PC, to: 10.1.10.10, via: [HE3]}", 'via: there is no "HE3" (did you mean "HE2"?)'),
        ("{from: PC, via: [HE1]}", 'path has no "to"'),
    ],
)
def test_what_is_written_wrongly(branch: Bench, check: str, reason: str) -> None:
    with pytest.raises(InputError) as refusal:
        branch.check(f"\npath: {check}\n")
    assert reason in str(refusal.value)
    assert refusal.value.line == 2
