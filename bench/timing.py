"""Stopwatches: the shortest of several rounds, taken in turns where things are compared."""

from collections.abc import Callable
from time import perf_counter

ROUNDS = 7
ROUND_SECONDS = 0.05


def each(*functions: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Microseconds a call of each function: the best round, all functions taking turns.

    The shortest time is what the work costs; anything longer is what else the machine did.
    """
    counts = [_calls_a_round(function) for function in functions]
    best = [float("inf")] * len(functions)
    for _ in range(rounds):
        for index, (function, count) in enumerate(zip(functions, counts, strict=True)):
            best[index] = min(best[index], _time(function, count) / count)
    return [seconds * 1e6 for seconds in best]


def _calls_a_round(function: Callable[[], object]) -> int:
    """How many calls fill a round, found by doubling; warms the function up as well."""
    count = 1
    while (taken := _time(function, count)) < ROUND_SECONDS / 4:
        count *= 2
    return max(1, int(count * ROUND_SECONDS / taken))


def _time(function: Callable[[], object], count: int) -> float:
    calls = range(count)
    start = perf_counter()
    for _ in calls:
        function()
    return perf_counter() - start
