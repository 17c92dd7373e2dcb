"""The checks `failover` and `any-of`."""

from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.labs.errors import InputError

from .shipped import shipped
from .trials import Bench

PING = "ping: {from: PC, to: 10.1.10.10}"
BY = "path: {from: PC, to: 10.1.10.10, via: %s}"


@pytest.fixture
def branch(grammar: Grammar, tmp_path: Path) -> Bench:
    """A branch with a tunnel to each of two head-ends, of which HE1 is preferred."""
    return shipped(grammar, tmp_path, "redundant-tunnels", solved=True)


def test_a_link_is_cut_and_mended(branch: Bench) -> None:
    text = (
        f"failover: {{link: ISP2-HE1, before: [{{{BY % 'HE1'}}}], within: 30s, "
        f"then: [{{{BY % 'HE2'}}}, {{{PING}}}], back: 60s, after: [{{{BY % 'HE1'}}}]}}"
    )
    check = branch.check(text)
    assert check.disturbs
    assert check.title == (
        "Within 30 s after the link between ISP2 and HE1 was cut: PC reaches 10.1.10.10 by HE2, "
        "and PC reaches 10.1.10.10; within 60 s after it was mended: PC reaches 10.1.10.10 by HE1"
    )
    verdict = branch.judge(text)
    assert verdict.passed, verdict
    first, second = verdict.seen.split("; ")
    assert first.endswith("after the link between ISP2 and HE1 was cut all was as wanted")
    assert 15 < float(first.split()[0]) < 30  # OSPF gives a neighbor up after 20 s without hellos
    assert second.endswith("after it was mended all was as wanted")


def test_too_late(branch: Bench) -> None:
    verdict = branch.judge(f"failover: {{link: ISP2-HE1, within: 10s, then: [{{{PING}}}]}}")
    assert not verdict.passed
    assert verdict.seen.endswith(
        "after the link between ISP2 and HE1 was cut: none of 5 pings was answered "
        "(PC reaches 10.1.10.10)"
    )
    assert verdict.because == ("ISP2 refused it without a word to PC: no route to 198.51.100.2",)
    slow = branch.configs["BR1"].replace("ip ospf hello-interval 5", "ip ospf hello-interval 15")
    slow_end = branch.configs["HE1"].replace("hello-interval 5", "hello-interval 15")
    within = f"failover: {{link: ISP2-HE1, within: 30s, then: [{{{PING}}}]}}"
    assert branch.judge(within).passed
    assert not branch.judge(within, BR1=slow, HE1=slow_end).passed


def test_what_was_wrong_before(branch: Bench) -> None:
    verdict = branch.judge(
        f"failover: {{link: ISP2-HE1, before: [{{{BY % 'HE2'}}}], within: 30s, then: [{{{PING}}}]}}"
    )
    assert not verdict.passed
    assert verdict.seen.startswith("before anything was broken: it went by PC, BR1")


def test_a_reload(branch: Bench) -> None:
    verdict = branch.judge(
        f"failover: {{reload: HE1, within: 40s, then: [{{{BY % 'HE2'}}}], back: 3m, "
        f"after: [{{{BY % 'HE1'}}}]}}"
    )
    assert verdict.passed, verdict
    assert "after a reload of HE1 began all was as wanted" in verdict.seen
    without = branch.configs["BR1"].replace("interface Tunnel2", "interface Tunnel2\n shutdown")
    verdict = branch.judge(
        f"failover: {{reload: HE1, within: 25s, then: [{{{PING}}}]}}", BR1=without
    )
    assert not verdict.passed


def test_loss_after_a_failure(branch: Bench) -> None:
    loss = PING.replace("}", ", expect: loss}")
    verdict = branch.judge(f"failover: {{link: PC-BR1, within: 15s, then: [{{{loss}}}]}}")
    assert verdict.passed, verdict
    verdict = branch.judge(f"failover: {{link: ISP2-HE2, within: 15s, then: [{{{loss}}}]}}")
    assert not verdict.passed


def test_any_of_several_ways_will_do(branch: Bench) -> None:
    text = f"any-of: [{{{BY % 'HE2'}}}, {{{BY % 'HE1'}}}]"
    check = branch.check(text)
    assert not check.disturbs
    assert check.title == ("PC reaches 10.1.10.10 by HE2, or PC reaches 10.1.10.10 by HE1")
    verdict = branch.judge(text)
    assert verdict.passed
    assert verdict.seen.startswith("PC reaches 10.1.10.10 by HE1: it went by PC, BR1")
    verdict = branch.judge(f"any-of: [{{{BY % 'HE2'}}}, {{ping: {{from: PC, to: 10.9.9.9}}}}]")
    assert not verdict.passed
    assert "PC reaches 10.9.9.9: no, none of 5 pings was answered" in verdict.seen
    assert any("no route to 10.9.9.9" in words for words in verdict.because)
    assert any(words.startswith("BR1 sends it out of Tunnel1") for words in verdict.because)


def test_any_of_with_a_failure_disturbs(branch: Bench) -> None:
    dies = f"failover: {{link: PC-BR1, within: 5s, then: [{{{PING}}}]}}"
    mended = f"failover: {{link: ISP2-HE1, within: 30s, then: [{{{PING}}}]}}"
    text = f"any-of: [{{{dies}}}, {{{mended}}}]"
    assert branch.check(text).disturbs
    assert branch.judge(text).passed  # the second network knows nothing of what befell the first
    assert not branch.judge(f"any-of: [{{{dies}}}, {{{dies}}}]").passed
    either = f"any-of: [{{{PING}}}, {{{BY % 'HE1'}}}]"
    nested = f"failover: {{link: ISP2-HE1, within: 30s, then: [{{{either}}}]}}"
    assert branch.judge(nested).passed


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("failover: {within: 5s, then: []}", "either a link to cut or a router to reload"),
        (
            f"failover: {{link: PC-BR1, reload: BR1, within: 5s, then: [{{{PING}}}]}}",
            "either a link to cut or a router to reload",
        ),
        (f"failover: {{link: PC-BR1, then: [{{{PING}}}]}}", 'failover has no "within"'),
        ("failover: {link: PC-BR1, within: 5s}", 'failover has no "then"'),
        ("failover: {link: PC-BR1, within: 5s, then: []}", "then: at least one check"),
        (f"failover: {{link: PC-BR1, within: 0, then: [{{{PING}}}]}}", "within: nothing happens"),
        (
            f"failover: {{link: PC-BR1, within: 5s, then: [{{{PING}}}], back: 5s}}",
            "failover takes both back and after, or neither of them",
        ),
        (f"failover: {{reload: PC, within: 5s, then: [{{{PING}}}]}}", 'reload: there is no "PC"'),
        (
            "failover: {link: PC-BR1, within: 5s, then: [{pong: {}}]}",
            'unknown kind of check "pong"',
        ),
        (f"any-of: [{{{PING}}}]", "any-of takes two checks or more"),
        ("any-of: {}", "any-of must be a list, not a mapping"),
    ],
)
def test_what_is_written_wrongly(branch: Bench, check: str, reason: str) -> None:
    with pytest.raises(InputError) as refusal:
        branch.check(f"\n{check}\n")
    assert reason in str(refusal.value)
    assert refusal.value.line == 2
