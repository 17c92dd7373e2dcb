"""Trials: networks in which time goes by only when asked for, and never too much happens."""

from pathlib import Path

import pytest

from ioscli.cli.matcher import Grammar
from ioscli.exercises import trial as trials
from ioscli.exercises.trial import Runaway
from ioscli.model.ifname import InterfaceName
from ioscli.model.instant import SECOND, Duration, Instant

from .checks.shipped import shipped
from .checks.trials import Bench

TUNNEL0 = InterfaceName.parse("Tunnel0")


@pytest.fixture
def broken(grammar: Grammar, tmp_path: Path) -> Bench:
    """Two routers whose keys differ."""
    return shipped(grammar, tmp_path, "broken-key", solved=False)


def test_a_deadline_ends_what_would_take_longer(broken: Bench) -> None:
    trial = broken.trial()
    began = trial.now
    with trial.due(Instant(began + 5 * SECOND)):
        assert trial.until(Duration(3 * SECOND)) == began + 3 * SECOND
        assert not trial.wait_for(lambda: False, Duration(60 * SECOND))
        assert trial.now == began + 5 * SECOND
        trial.wait(Duration(SECOND))  # time that is asked for goes by all the same
    assert trial.now == began + 6 * SECOND
    assert trial.until(Duration(60 * SECOND)) == trial.now + 60 * SECOND


def test_why_a_tunnel_is_down_is_told_without_touching_it(broken: Bench) -> None:
    trial = broken.trial()
    events = trial.topology.simulation.events_run
    findings = trial.explained("R1", TUNNEL0)
    assert "pre-shared keys of R1 and R2" in findings[0].words
    assert trial.topology.simulation.events_run == events
    assert trial.explained("R1", TUNNEL0) is findings
    with trial.due(Instant(trial.now + SECOND)):
        assert trial.explained("R1", TUNNEL0) == ()


def test_what_runs_by_itself_is_bounded(broken: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = broken.trial()
    simulation = trial.topology.simulation
    monkeypatch.setattr(trials, "MOST_EVENTS", simulation.events_run + 5_000)

    def storm(_: object) -> None:
        simulation.post(10, storm, None)

    storm(None)
    with pytest.raises(Runaway), trial.bounded():
        simulation.run_until(Instant(trial.now + 3600 * SECOND))
    assert simulation.events_run < trials.MOST_EVENTS + 5_000
    with pytest.raises(Runaway):
        trial.wait(Duration(SECOND))


def test_a_runaway_is_not_explained(broken: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    trial = broken.trial()
    monkeypatch.setattr(trials, "MOST_EVENTS", 100)
    assert trial.explained("R1", TUNNEL0) == ()
