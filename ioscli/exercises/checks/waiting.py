"""What checks of state have in common: they wait for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ioscli.model.instant import SECOND, Duration

if TYPE_CHECKING:
    from ioscli.exercises.trial import Trial

DEFAULT_WITHIN = Duration(60 * SECOND)
"""Longer than OSPF waits for a designated router, or BGP between two tries."""


def comes_true(trial: Trial, there: Callable[[], bool], within: Duration, *, wanted: bool) -> bool:
    """Whether something is there in time; or, if it is not wanted, is not there in the end.

    What is not wanted has all the time to come up, or to go away. Raises Runaway.
    """
    if wanted:
        return trial.wait_for(there, within)
    let_pass(trial, within)
    return not there()


def let_pass(trial: Trial, within: Duration) -> None:
    """Let all the time that a check may take go by. Raises Runaway."""
    trial.wait(Duration(max(0, trial.until(within) - trial.now)))
