"""The check `quiet`: what still works after a time without traffic."""

from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.labs.errors import InputError

from .shipped import shipped, without
from .trials import Bench

OUT = "ping: {from: BR1, to: 10.0.0.1, source: 10.1.1.1}"
BACK = "ping: {from: HUB, to: 10.1.1.1, source: 10.0.0.1}"
CHECK = f"quiet: {{for: 3m, before: [{{{OUT}}}], then: [{{{BACK}}}], within: 10s}}"
KEEPALIVE = "crypto isakmp nat keepalive 20"


@pytest.fixture
def branch(grammar: Grammar, tmp_path: Path) -> Bench:
    """BR1 behind a NAT that forgets after 60 s, and HUB, which can call BR1 through it alone."""
    return shipped(grammar, tmp_path, "nat-traversal", solved=True)


def test_what_keeps_a_translation_alive(branch: Bench) -> None:
    check = branch.check(CHECK)
    assert check.disturbs
    assert check.title == (
        "After 180 s in which nobody asks for anything: HUB (10.0.0.1) reaches 10.1.1.1"
    )
    trial = branch.trial()
    began = trial.now
    verdict = check.judge(trial)
    assert verdict.passed, verdict
    assert verdict.seen == "after 180 s all was as wanted"
    assert trial.now - began >= 180_000_000
    probing = branch.configs["BR1"].replace(KEEPALIVE, "crypto isakmp keepalive 20 3 periodic")
    assert branch.judge(CHECK, BR1=probing).passed


def test_what_a_nat_forgets(branch: Bench) -> None:
    silent = without(branch.configs["BR1"], KEEPALIVE)
    verdict = branch.judge(CHECK, BR1=silent)
    assert not verdict.passed
    assert verdict.seen == (
        "after 180 s: none of 5 pings was answered (HUB (10.0.0.1) reaches 10.1.1.1)"
    )
    assert verdict.because[0].startswith("it was lost at HOME, which got it from ISP")
    assert verdict.shown_by[0] == "HUB: ping 10.1.1.1 source 10.0.0.1"
    assert branch.judge(CHECK.replace("3m", "30s"), BR1=silent).passed
    seldom = branch.configs["BR1"].replace(KEEPALIVE, "crypto isakmp nat keepalive 600")
    assert not branch.judge(CHECK, BR1=seldom).passed


def test_what_was_wrong_before(branch: Bench) -> None:
    cut = branch.configs["BR1"].replace("interface Tunnel0\n", "interface Tunnel0\n shutdown\n")
    verdict = branch.judge(CHECK, BR1=cut)
    assert not verdict.passed
    assert verdict.seen.startswith("before the quiet time: none of 5 pings was answered")
    assert verdict.because


def test_sas_that_nobody_uses(branch: Bench) -> None:
    """They are cleared when idle, where a router is told so."""
    line = "crypto ipsec security-association idle-time 60"
    idle = branch.configs["BR1"].replace("\nend", f"\n{line}\nend")
    there = "sa: {node: BR1, peer: 198.51.100.2}"
    check = f"quiet: {{for: 3m, before: [{{{OUT}}}], then: [{{{there}}}], within: 5s}}"
    assert branch.judge(check).passed
    verdict = branch.judge(check, BR1=idle)
    assert not verdict.passed
    assert verdict.seen.startswith("after 180 s: BR1 has no IPsec SAs with 198.51.100.2")


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        (f"{{then: [{{{BACK}}}]}}", 'quiet has no "for"'),
        ("{for: 3m}", 'quiet has no "then"'),
        ("{for: 3m, then: []}", "then: at least one check"),
        (f"{{for: 0s, then: [{{{BACK}}}]}}", "for: nothing happens in no time"),
        (f"{{for: long, then: [{{{BACK}}}]}}", 'for: "long" is not a time'),
        ("{for: 3m, then: [{pong: {}}]}", 'unknown kind of check "pong"'),
    ],
)
def test_what_is_written_wrongly(branch: Bench, check: str, reason: str) -> None:
    with pytest.raises(InputError) as refusal:
        branch.check(f"\nquiet: {check}\n")
    assert reason in str(refusal.value)
    assert refusal.value.line == 2
