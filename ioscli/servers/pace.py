"""Simulated against wall time: the one place where a wall clock moves the simulation."""

import time
from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple

from ioscli.engine.simulation import Simulation
from ioscli.model.instant import Instant

#: Longest stretch of events run at once, so that keys are answered while a lab is busy.
_SLICE_SECONDS = 0.02
#: A simulation this far behind the wall clock stops chasing it and goes on from where it is.
_MOST_LAG_SECONDS = 0.5
_EVENTS_A_LOOK = 64


class Pace(NamedTuple):
    """How fast simulated time goes."""

    speed: float = 1.0
    """Simulated seconds a wall second."""
    rushes: bool = False
    """Whether a command under way runs as fast as the CPU allows."""

    @classmethod
    def parse(cls, text: str) -> "Pace":
        """`real`, `fast`, or a number such as `10` or `0.5`; ValueError otherwise."""
        if text == "real":
            return cls()
        if text == "fast":
            return cls(rushes=True)
        try:
            speed = float(text)
        except ValueError:
            raise ValueError("not real, fast or a number") from None
        if not 0.01 <= speed <= 1_000:
            raise ValueError("not within 0.01 and 1000")
        return cls(speed)


class Turn(Enum):
    """How a stretch of running ended."""

    CAUGHT_UP = auto()
    """The simulation is where the wall clock wants it."""
    MORE_TO_DO = auto()
    """The slice was over first; run on after looking at the keyboard."""


class Clock:
    """Runs a simulation by the wall clock, in slices."""

    def __init__(
        self,
        simulation: Simulation,
        pace: Pace,
        wall: Callable[[], float] = time.monotonic,
    ) -> None:
        self._simulation = simulation
        self.pace = pace
        self._wall = wall
        self._from_wall = wall()
        self._from_simulated = simulation.now
        self.stands: Callable[[], bool] | None = None
        """Asked after every event whether simulated time stands still now."""

    def follow(self, simulation: Simulation) -> None:
        """Run another simulation from now on, from where it is."""
        self._simulation = simulation
        self._rebase()

    def advance(self, busy: Callable[[], bool]) -> Turn:
        """Run what is due by now; with a rushing pace, all of a busy command.

        Ends after a slice of wall time at the latest.
        """
        simulation, wall, stands = self._simulation, self._wall, self.stands
        began = wall()
        if stands is not None and stands():
            self._rebase()
            return Turn.CAUGHT_UP
        if simulation.now > self._target(began):  # somebody else ran it on
            self._rebase()
        if self.pace.rushes and busy():
            turn = self._rush(busy, began)
            self._rebase()
            return turn
        target = self._target(began)
        while True:
            due = simulation.next_event()
            if due is None or due > target:
                simulation.run_until(target)
                return Turn.CAUGHT_UP
            for _ in range(_EVENTS_A_LOOK):
                due = simulation.next_event()
                if due is None or due > target:
                    break
                simulation.step()
                if stands is not None and stands():
                    return Turn.CAUGHT_UP
            if wall() - began > _SLICE_SECONDS:
                if self._target(wall()) - simulation.now > _MOST_LAG_SECONDS * self._scale:
                    self._rebase()
                return Turn.MORE_TO_DO

    def seconds_to_next(self) -> float | None:
        """Wall seconds until the next event is due; None when none is."""
        due = self._simulation.next_event()
        if due is None or (self.stands is not None and self.stands()):
            return None
        ahead = (due - self._from_simulated) / self._scale
        return max(0.0, self._from_wall + ahead - self._wall())

    @property
    def _scale(self) -> float:
        """Simulated microseconds a wall second."""
        return self.pace.speed * 1_000_000

    def _target(self, wall: float) -> Instant:
        return Instant(self._from_simulated + int((wall - self._from_wall) * self._scale))

    def _rush(self, busy: Callable[[], bool], began: float) -> Turn:
        while busy():
            for _ in range(_EVENTS_A_LOOK):
                if not self._simulation.step() or not busy():
                    return Turn.CAUGHT_UP
            if self._wall() - began > _SLICE_SECONDS:
                return Turn.MORE_TO_DO
        return Turn.CAUGHT_UP

    def _rebase(self) -> None:
        self._from_wall = self._wall()
        self._from_simulated = self._simulation.now
