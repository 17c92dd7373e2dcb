"""Simulated against wall time, with a wall clock that the test holds."""

import pytest

from ioscli.engine.simulation import Simulation
from ioscli.servers.pace import Clock, Pace, Turn


class Wall:
    """A wall clock that stands still unless told otherwise."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.each_look = 0.0

    def __call__(self) -> float:
        self.seconds += self.each_look
        return self.seconds


def idle() -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "pace"),
    [("real", Pace(1.0)), ("fast", Pace(1.0, True)), ("10", Pace(10.0)), ("0.5", Pace(0.5))],
)
def test_paces(text: str, pace: Pace) -> None:
    assert Pace.parse(text) == pace


@pytest.mark.parametrize("text", ["", "slow", "0", "-1", "nan", "inf", "1e9"])
def test_wrong_paces(text: str) -> None:
    with pytest.raises(ValueError, match="not"):
        Pace.parse(text)


@pytest.mark.parametrize(("speed", "expected"), [(1.0, [1, 2]), (10.0, list(range(1, 26)))])
def test_events_run_when_the_wall_clock_says_so(speed: float, expected: list[int]) -> None:
    simulation, wall, ran = Simulation(), Wall(), []
    clock = Clock(simulation, Pace(speed), wall)
    for second in range(1, 100):
        simulation.post(second * 1_000_000, ran.append, second)
    assert clock.advance(idle) is Turn.CAUGHT_UP
    assert ran == []
    wall.seconds += 2.5
    assert clock.advance(idle) is Turn.CAUGHT_UP
    assert ran == expected
    assert simulation.now == 2_500_000 * speed
    assert clock.seconds_to_next() == pytest.approx((expected[-1] + 1) / speed - 2.5)


def test_nothing_to_wait_for() -> None:
    assert Clock(Simulation(), Pace(), Wall()).seconds_to_next() is None


def test_fast_pace_rushes_while_a_command_runs_and_no_longer() -> None:
    simulation, wall, ran = Simulation(), Wall(), []
    clock = Clock(simulation, Pace.parse("fast"), wall)
    for second in range(1, 2_000):
        simulation.post(second * 1_000_000, ran.append, second)
    assert clock.advance(lambda: len(ran) < 1_000) is Turn.CAUGHT_UP
    assert len(ran) == 1_000
    # From here on it goes by the wall clock again.
    wall.seconds += 3
    clock.advance(idle)
    assert len(ran) == 1_003


def test_long_work_is_cut_into_slices() -> None:
    simulation, wall = Simulation(), Wall()
    clock = Clock(simulation, Pace(), wall)
    for number in range(10_000):
        simulation.post(1_000 + number, lambda _: None, None)
    wall.seconds += 1
    wall.each_look = 0.015
    turns = [clock.advance(idle)]
    while turns[-1] is Turn.MORE_TO_DO:
        turns.append(clock.advance(idle))
    assert len(turns) > 10
    assert simulation.events_run == 10_000


def test_simulation_that_cannot_keep_up_falls_behind_for_good() -> None:
    """It must not run ever longer slices to catch up with a lag that it cannot make good."""
    simulation, wall = Simulation(), Wall()
    clock = Clock(simulation, Pace(), wall)

    def work(_: None) -> None:
        wall.seconds += 0.01
        simulation.post(1_000, work, None)  # ten wall milliseconds for each simulated one

    simulation.post(0, work, None)
    for _ in range(50):
        clock.advance(idle)
    assert 0 < simulation.now < 4_000_000
    assert clock.seconds_to_next() == pytest.approx(0, abs=0.01)
