"""The check `stable`: what comes and goes by itself."""

from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.labs.errors import InputError

from .shipped import shipped, without
from .trials import Bench


@pytest.fixture
def recursive(grammar: Grammar, tmp_path: Path) -> Bench:
    """R1 and R2 with a tunnel whose ends OSPF tells of through the tunnel."""
    return shipped(grammar, tmp_path, "recursive-routing", solved=True)


def test_a_quiet_network(recursive: Bench) -> None:
    check = recursive.check("stable: {for: 10m}")
    assert check.disturbs
    assert (
        check.title == "For 10 minutes no tunnel, neighbor, SA or route of R1, R2 and ISP changes"
    )
    trial = recursive.trial()
    began = trial.now
    verdict = check.judge(trial)
    assert verdict.passed, verdict
    assert verdict.seen == "nothing changed"
    assert trial.now - began >= 600_000_000


def test_a_tunnel_that_comes_and_goes(recursive: Bench) -> None:
    loose = without(recursive.configs["R1"], "ip route 198.51.100.2 255.255.255.255 203.0.113.254")
    verdict = recursive.judge("stable: {for: 10m, nodes: [R1, R2]}", R1=loose)
    assert not verdict.passed
    assert verdict.seen.startswith("Tunnel0 of R1: ")
    assert "down, then up" in verdict.seen
    assert verdict.because[0].startswith("R1 logged %TUN-5-RECURDOWN: Tunnel0 temporarily disabled")
    assert "R1: show logging" in verdict.shown_by
    assert "R1: show interfaces Tunnel0 | include line protocol|linestate" in verdict.shown_by
    check = "stable: {for: 90s, nodes: ISP}"
    assert recursive.check(check).title.startswith("For 90 s ")
    assert recursive.judge(check, R1=loose).passed  # who stands by sees nothing of it


def test_what_came_back_between_two_looks(recursive: Bench) -> None:
    """A route is known by when it came, however short it was gone."""
    trial = recursive.trial()
    router = trial.topology.routers["R1"]
    trial.topology.simulation.after(100_250_000, lambda: router.clear_routes("", None))
    verdict = recursive.check("stable: {for: 2m, nodes: [R1]}").judge(trial)
    assert not verdict.passed
    assert "of R1: " in verdict.seen


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("{nodes: [R1]}", 'stable has no "for"'),
        ("{for: 0}", "for: nothing happens in no time"),
        ("{for: 5m, nodes: [R7]}", 'nodes: there is no "R7"'),
    ],
)
def test_what_is_written_wrongly(recursive: Bench, check: str, reason: str) -> None:
    with pytest.raises(InputError) as refusal:
        recursive.check(f"\nstable: {check}\n")
    assert reason in str(refusal.value)
    assert refusal.value.line == 2
